// The view of a race: the stage with its own controls. All rounds are in the browser, so replay asks no kernel.

function render({ model: bare, el }) {
  const model = remembered(bare);
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const note = build("p", { class: "iapo-note" });
  const stage = raceStage({ models: [model] });
  const reset = build("button", { type: "button", title: "Newest round, first context, no arm" }, "Reset view");
  const root = build("section", { class: "iapo-widget iapo-race iapo-elimination", "aria-label": "EliminationView" }, lost,
    build("div", { class: "iapo-race-controls" }, stage.play, stage.step, stage.whom.element, stage.faces, stage.truthButton, reset), stage.root, note);
  root.prepend(headOf(model, root));
  el.append(root);
  reset.addEventListener("click", () => {
    stage.stop();
    const first = { round: 0, arm: [], context: model.get("_about").contexts[0].name, face: "race", truth: false };
    for (const [name, value] of Object.entries(first)) model.set(name, value);
    model.save_changes();
  });
  const tell = () => {
    lost.textContent = lostWords(model, "No running kernel here: the rounds that were saved play without one, a new run needs it.");
    note.textContent = model.get("_about").note;
  };
  model.on("change:_about", tell);
  const forget = onConnection(model, tell);
  let untend = null; // a view meets the controls beside it only once it is in the page
  const size = new ResizeObserver(() => { untend ??= tendStock(root, model); });
  size.observe(root);
  tell();
  return () => { stage.off(); forget(); size.disconnect(); untend?.(); model.off("change:_about", tell); };
}

export default { render };
