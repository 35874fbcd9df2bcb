// The heading of a live lab.  Its style sheet is that of the stock controls around it, too.

// Says of each button that folds a part of the form whether that is open, which ipywidgets does not.
function tendFolds(root) {
  const lab = root.closest(".iapo-live");
  if (!lab) return null;
  const tend = () => { for (const fold of lab.querySelectorAll("button.iapo-fold")) describe(fold, { "aria-expanded": fold.classList.contains("mod-active") }); };
  tend();
  const watch = new MutationObserver(tend);
  watch.observe(lab, { subtree: true, attributes: true, attributeFilter: ["class"] });
  return () => watch.disconnect();
}

// The model as the buttons take it: what is chosen stands in the kernel, and so do the steps.
function stepping(model) {
  return {
    get: (name) => model.get(name),
    set: (name, value) => model.set(name, value),
    save_changes: () => model.save_changes(),
    send: (content) => model.send(content),
    on: (event, listener) => model.on(event, listener),
    off: (event, listener) => model.off(event, listener),
    travel: (way) => model.send({ travel: way }),
    can: (way) => connected(model) && model.get("ways").includes(way),
    moved() {},
  };
}

function render({ model: bare, el }) {
  const model = stepping(bare);
  const title = build("h2", {}), sentence = build("p", {}), said = build("p", { class: "iapo-ended" });
  const root = build("header", { class: "iapo-widget iapo-live-heading" });
  const { tools, box, hear, resize, off } = toolsOf(model, () => root.closest(".iapo-live"));
  root.append(title, tools, sentence, box, said);
  el.append(root);
  let lab = null, untend = null; // a view meets what is beside it only once it is in the page
  const size = new ResizeObserver(() => {
    untend ??= tendFolds(root);
    const around = root.closest(".iapo-live");
    if (around && around !== lab) hear(lab = around);
    tools.hidden = !around; // of a saved page each part stands by itself
    resize();
  });
  size.observe(root);
  const show = () => {
    title.textContent = model.get("title");
    sentence.textContent = `${model.get("sentence")}${connected(model) ? ` ${model.get("how")}` : ""}`;
    said.textContent = connected(model) ? "" : model.get("said"); // in a notebook the status line says it
    model.moved();
  };
  const forget = onConnection(model, show);
  const shown = ["title", "sentence", "said", "ways"];
  for (const name of shown) model.on(`change:${name}`, show);
  show();
  return () => {
    forget();
    size.disconnect();
    untend?.();
    off();
    model.off("change:display", resize);
    for (const name of shown) model.off(`change:${name}`, show);
  };
}

export default { render };
