// A prediction: a number, a choice or an order goes to the kernel, which says that it keeps it.

let predictions = 0;

// The words in the order of the trait `value`, or as they were asked; rows are dragged, or moved by keys and buttons.
function orderList(model, usable) {
  const list = build("ol", { class: "iapo-order" });
  const words = () => model.get("value") ?? model.get("_words");
  const rows = new Map(model.get("_words").map((word) => [word, orderRow(word, list, (to) => moveTo(word, to))]));
  let dragged = null;

  const moveTo = (word, to) => {
    const now = words(), from = now.indexOf(word), at = Math.max(0, Math.min(now.length - 1, to(from)));
    if (from === at || !usable()) return;
    const next = now.filter((each) => each !== word);
    next.splice(at, 0, word);
    model.set("value", next);
    model.save_changes();
    show();
    rows.get(word).name.focus();
  };
  const show = () => {
    const now = words();
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    if ([...list.children].some((row, k) => row !== rows.get(now[k]).row) || !list.children.length) list.replaceChildren(...now.map((word) => rows.get(word).row));
    focused?.focus();
    now.forEach((word, k) => rows.get(word).place(k, now.length, usable()));
  };
  list.addEventListener("pointerdown", (event) => {
    const name = event.target.closest(".iapo-word");
    if (!name || event.button || !usable()) return;
    dragged = name.dataset.word;
    list.setPointerCapture(event.pointerId);
    rows.get(dragged).row.classList.add("iapo-held");
  });
  list.addEventListener("pointermove", (event) => {
    if (dragged === null) return;
    const above = words().filter((word) => word !== dragged && middle(rows.get(word).row) < event.clientY).length;
    moveTo(dragged, () => above);
  });
  for (const end of ["pointerup", "pointercancel"]) list.addEventListener(end, () => {
    if (dragged !== null) rows.get(dragged).row.classList.remove("iapo-held");
    dragged = null;
  });
  return { list, show };
}

const middle = (row) => { const { top, height } = row.getBoundingClientRect(); return top + height / 2; };

function orderRow(word, list, move) {
  const name = build("button", { type: "button", class: "iapo-word", "data-word": word }, word);
  const up = build("button", { type: "button", tabindex: -1, "aria-label": `Move ${word} up` }, "\u25b2");
  const down = build("button", { type: "button", tabindex: -1, "aria-label": `Move ${word} down` }, "\u25bc");
  const row = build("li", {}, build("span", { class: "iapo-place", "aria-hidden": "true" }), name, up, down);
  up.addEventListener("click", () => move((k) => k - 1));
  down.addEventListener("click", () => move((k) => k + 1));
  row.addEventListener("keydown", (event) => {
    const to = { ArrowUp: (k) => k - 1, ArrowDown: (k) => k + 1, Home: () => 0, End: () => 1e6 }[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    move(to);
  });
  return {
    row, name,
    place(k, count, usable) {
      put(row.firstChild, `${k + 1}.`);
      describe(name, { "aria-label": `${word}, place ${k + 1} of ${count}; arrow keys move it` });
      for (const [button, on] of [[name, true], [up, k > 0], [down, k < count - 1]]) button.disabled = !(usable && on);
    },
  };
}

function render({ model: bare, el }) {
  const model = remembered(bare);
  const id = `iapo-prediction-${++predictions}-${Math.random().toString(36).slice(2, 8)}`;
  const form = build("div", { class: "iapo-form" });
  const buttons = build("div", { class: "iapo-buttons" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const said = build("p", { class: "iapo-summary", role: "status", "aria-live": "polite" });
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const usable = () => connected(model);
  const order = model.get("_words").length ? orderList(model, usable) : null;
  const root = build("section", { class: "iapo-widget iapo-explorer iapo-prediction", "aria-label": `Prediction: ${model.get("_heading")[0]}` },
    lost, form, ...(order ? [order.list] : []), alarm, buttons, said);
  root.prepend(headOf(model, root));
  el.append(root);
  const fields = buildControls({ model, id, form, buttons, usable });

  const tell = () => put(said, model.get("_said"));
  const complain = () => {
    const errors = model.get("_errors");
    put(alarm, [errors[""], errors.value].filter(Boolean).join(" ")); // slider and field are of one value
  };
  const connect = () => {
    put(lost, lostWords(model, "No running kernel here: this is the prediction as it was saved. To predict, open it in a notebook."));
    fields.show();
    order?.show();
  };
  const forget = onConnection(model, connect);
  const unlisten = listen(model, { "change:_said": tell, "change:_errors": complain, "change:value": () => order?.show() });
  tell();
  complain();
  connect();
  return () => {
    forget();
    unlisten();
    fields.off();
  };
}

export default { render };
