// Native controls for the traits of an explorer: labelled, by keyboard, each with its reading and its error.

// Sets a trait, or one element of a list; a widget whose elements hang together is told which one was moved, for those
// beside it may be of a moment ago.
function setTrait(model, { name, index }, value) {
  if (index < 0) { model.set(name, value); return; }
  model.set(name, model.get(name).map((old, k) => (k === index ? value : old)));
  if (model.get("_moved") !== undefined) model.set("_moved", index);
}

// place: of those controls alone that stand there; all of a widget that has one place.
function buildControls({ model, id, form, buttons, usable, place = "" }) {
  let shown = "";
  let parts = [];
  const listening = new Map();

  const key = (c) => (c.index < 0 ? c.name : `${c.name}.${c.index}`);
  const value = (c) => (c.index < 0 ? model.get(c.name) : model.get(c.name)[c.index]);
  const send = (c, next) => {
    setTrait(model, c, next);
    model.save_changes();
  };
  const twoDigits = (v) => Number(v.toPrecision(2));

  const kinds = {
    range: (c, at) => build("input", { ...at, type: "range", min: c.low, max: c.high, step: c.step }),
    log: (c, at) => build("input", { ...at, type: "range", min: Math.log10(c.low), max: Math.log10(c.high), step: c.step }),
    number: (c, at) => build("input", { ...at, type: "number", step: "any" }),
    switch: (c, at) => build("input", { ...at, type: "checkbox" }),
    steps: (c, at) => stepButtons(c, at),
    progress: (c, at) => build("progress", { ...at, max: c.high, value: 0 }),
    choice: (c, at) => build("select", at, ...c.options.map(([text], i) => build("option", { value: i }, text))),
  };
  const read = {
    range: (c, input) => Number(input.value),
    log: (c, input) => twoDigits(10 ** Number(input.value)),
    number: (c, input) => Number(input.value),
    switch: (c, input) => input.checked,
    choice: (c, input) => c.options[Number(input.value)][1],
    steps: (c, input) => c.options[Number(input.dataset.at)][1],
  };

  function make(c, k) {
    if (c.kind === "button") {
      const button = build("button", { type: "button", title: c.hint, "data-name": c.name, "data-lm-suppress-shortcuts": "true" }, c.label);
      button.addEventListener("click", () => model.send({ press: c.name }));
      return { c, element: button };
    }
    const error = build("span", { class: "iapo-error", id: `${id}-${k}-error`, role: "alert" });
    const input = kinds[c.kind](c, { id: `${id}-${k}`, title: c.hint || null, "aria-describedby": `${id}-${k}-error`, "data-lm-suppress-shortcuts": "true" });
    const reading = build("output", { for: `${id}-${k}`, class: "iapo-reading" });
    input.addEventListener(["number", "choice", "switch", "steps"].includes(c.kind) ? "change" : "input", () => {
      if (c.kind === "number" && input.value.trim() === "") { error.textContent = "a number is needed"; return; }
      send(c, read[c.kind](c, input));
      bring({ c, input, reading });
    });
    const element = build("div", { class: "iapo-field", "data-name": key(c) }, build("label", { for: `${id}-${k}` }, c.label), input, reading, error);
    return { c, element, input, reading, error };
  }

  function bring({ c, input, reading }) {
    if (!input) return;
    const now = value(c);
    if (c.kind === "switch") input.checked = now;
    else if (c.kind === "steps") showStep(c, input, now);
    else if (c.kind === "choice") input.value = c.options.findIndex(([, v]) => v === now);
    else if (c.kind === "log") { if (read.log(c, input) !== now) input.value = Math.log10(now); }
    else if (input.value === "" || Number(input.value) !== now) input.value = now ?? "";
    const plain = (c.kind === "range" || c.kind === "log") && now !== null ? now.toLocaleString("en", { maximumFractionDigits: 3 }) : "";
    const text = model.get("_readings")[key(c)] ?? plain;
    if (reading.textContent !== text) reading.textContent = text;
    // room for the longest of its kind from the beginning, so that the track keeps its length while it is dragged
    if (plain && !reading.style.minWidth) reading.style.minWidth = `${0.56 * Math.max(...[c.low, c.high - c.step, c.high].map((v) => text.replace(/[\d.,]+/, Number(v.toPrecision(6)).toLocaleString("en")).length))}em`;
    if (text) describe(input, { "aria-valuetext": text });
  }

  function show() {
    const controls = model.get("_controls").filter((c) => c.place === place);
    const text = JSON.stringify(controls);
    if (text !== shown) {
      shown = text;
      const focus = parts.findIndex((p) => p.input && p.input === document.activeElement);
      parts = controls.map(make);
      form.replaceChildren(...parts.filter((p) => p.input).map((p) => p.element));
      buttons.replaceChildren(...parts.filter((p) => !p.input).map((p) => p.element));
      parts[focus]?.input?.focus();
      for (const { name } of controls) {
        if (listening.has(name)) continue;
        const listener = () => parts.filter((p) => p.c.name === name).forEach(bring);
        listening.set(name, listener);
        model.on(`change:${name}`, listener);
      }
    }
    parts.forEach(bring);
    for (const { c, input, element } of parts) {
      const control = input ?? element;
      for (const each of [control, ...(c.kind === "steps" ? control.children : [])]) if (each.disabled === usable(c)) each.disabled = !usable(c);
    }
  }

  return {
    show,
    complain(errors) {
      for (const p of parts) if (p.error) { const text = errors[p.c.name] ?? ""; if (p.error.textContent !== text) p.error.textContent = text; }
    },
    off() { for (const [name, listener] of listening) model.off(`change:${name}`, listener); },
  };
}

// A few choices beside each other, one tab stop for all; what is picked stands in `data-at`.
function stepButtons(c, at) {
  const group = build("fieldset", { ...at, role: "radiogroup", "aria-label": c.label, class: "iapo-steps" });
  const pick = (k, focus) => {
    group.dataset.at = k;
    group.dispatchEvent(new Event("change"));
    if (focus) group.children[k].focus();
  };
  c.options.forEach(([text], k) => {
    const button = build("button", { type: "button", role: "radio" }, text);
    button.addEventListener("click", () => pick(k));
    group.append(button);
  });
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const count = c.options.length;
    const at = Number(group.dataset.at); // -1 where none is picked
    pick((Math.max(at, step < 0 ? 0 : -1) + step + count) % count, true);
  });
  return group;
}

function showStep(c, group, now) {
  const at = c.options.findIndex(([, v]) => v === now);
  group.dataset.at = at;
  c.options.forEach((_, k) => describe(group.children[k], { "aria-checked": k === at, tabindex: k === Math.max(0, at) ? 0 : -1 }));
}
