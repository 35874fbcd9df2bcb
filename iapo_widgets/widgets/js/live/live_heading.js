// The heading of a live lab.  Its style sheet is that of the stock controls around it, too.

function render({ model, el }) {
  const title = build("h2", {}), sentence = build("p", {}), said = build("p", { class: "iapo-ended" });
  el.append(build("header", { class: "iapo-widget iapo-live-heading" }, title, sentence, said));
  const show = () => {
    title.textContent = model.get("title");
    sentence.textContent = model.get("sentence");
    said.textContent = connected(model) ? "" : model.get("said"); // in a notebook the status line says it
  };
  const forget = onConnection(model, show);
  for (const name of ["title", "sentence", "said"]) model.on(`change:${name}`, show);
  show();
  return () => {
    forget();
    for (const name of ["title", "sentence", "said"]) model.off(`change:${name}`, show);
  };
}

export default { render };
