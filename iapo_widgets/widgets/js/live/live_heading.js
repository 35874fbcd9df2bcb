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

function render({ model, el }) {
  const title = build("h2", {}), sentence = build("p", {}), said = build("p", { class: "iapo-ended" });
  const tools = build("div", { class: "iapo-tools" });
  const root = build("header", { class: "iapo-widget iapo-live-heading" }, title, tools, sentence, said);
  const { button, resize } = sizeButton(model, () => root.closest(".iapo-live"));
  tools.append(button);
  el.append(root);
  let untend = null; // a view meets what is beside it only once it is in the page
  const size = new ResizeObserver(() => {
    untend ??= tendFolds(root);
    tools.hidden = !root.closest(".iapo-live"); // of a saved page each part stands by itself
    resize();
  });
  size.observe(root);
  const show = () => {
    title.textContent = model.get("title");
    sentence.textContent = `${model.get("sentence")}${connected(model) ? ` ${model.get("how")}` : ""}`;
    said.textContent = connected(model) ? "" : model.get("said"); // in a notebook the status line says it
  };
  const forget = onConnection(model, show);
  for (const name of ["title", "sentence", "said"]) model.on(`change:${name}`, show);
  show();
  return () => {
    forget();
    size.disconnect();
    untend?.();
    model.off("change:display", resize);
    for (const name of ["title", "sentence", "said"]) model.off(`change:${name}`, show);
  };
}

export default { render };
