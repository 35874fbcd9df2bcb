// What the marks of a race mean, and for whom it is run.

function raceLegend() {
  const key = (kind, text) => build("span", { class: "iapo-key" }, build("span", { class: `iapo-mark iapo-mark-${kind}`, "aria-hidden": "true" }), text);
  const keys = {
    net: key("net", "what the user gets"), cost: key("paid", "its cost"),
    whisker: key("whisker", "\u00b1 2 standard errors"), alone: key("alone", "one answer"), then: key("then", "the leader then"), exact: key("exact", "exact value"),
  };
  const element = build("div", { class: "iapo-race-legend" }, ...Object.values(keys));
  element.show = ({ cost, gone, truth, hidden }) => {
    keys.cost.hidden = !cost;
    keys.then.hidden = !gone;
    keys.exact.hidden = !truth;
    if (element.hidden !== hidden) element.hidden = hidden;
  };
  return element;
}

const CHIPS = 6; // contexts that have a button each

// Buttons, or a list where there are many; `pick(name)`.
function contextChooser(pick) {
  const group = build("div", { class: "iapo-whom", role: "radiogroup", "aria-label": "Context" });
  let names = [], shown = "";
  const select = (k) => pick(names[(k + names.length) % names.length]);
  group.addEventListener("keydown", (event) => {
    const at = [...group.children].indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined || at < 0 || names.length > CHIPS) return;
    event.preventDefault();
    event.stopPropagation();
    select(to);
    group.children[(to + names.length) % names.length].focus();
  });
  const chip = (name) => { const made = build("button", { type: "button", role: "radio", "data-lm-suppress-shortcuts": "true" }, name); made.addEventListener("click", () => pick(name)); return made; };
  const list = () => {
    const made = build("select", { "aria-label": "For whom", "data-lm-suppress-shortcuts": "true" }, ...names.map((name) => build("option", { value: name }, name)));
    made.addEventListener("change", () => pick(made.value));
    return made;
  };
  const label = build("span", {});
  return {
    element: build("div", { class: "iapo-whom-line" }, label, group),
    // contexts: {name, weights, cost} of each; c: the chosen one; best: words of each one's arm.
    show(contexts, c, best) {
      const next = contexts.map((each) => each.name), same = new Set(contexts.map((each) => String(each.weights))).size === 1;
      label.textContent = same && contexts.length > 1 ? "cost weight" : "for";
      const text = JSON.stringify(next);
      if (text !== shown) {
        [shown, names] = [text, next];
        const many = names.length > CHIPS;
        group.replaceChildren(...(many ? [list()] : names.map(chip)));
        describe(group, { role: many ? "group" : "radiogroup" });
      }
      if (names.length > CHIPS) { if (group.firstChild.value !== names[c]) group.firstChild.value = names[c]; return; }
      [...group.children].forEach((button, k) => describe(button, { "aria-checked": k === c, tabindex: k === c ? 0 : -1, "aria-label": `${names[k]}${best[k] ? `: ${best[k]}` : ""}` }));
    },
  };
}
