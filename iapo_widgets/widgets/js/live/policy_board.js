// The learned policy as a table, what may be said of it, and texts to copy; all of it stands without a kernel, too.

let policyBoards = 0;

function render({ model, el }) {
  const id = `iapo-policy-board-${++policyBoards}-${Math.random().toString(36).slice(2, 8)}`;
  const place = build("div", { class: "iapo-table", tabindex: 0, role: "region", "aria-label": "policy" });
  const notes = build("div", {});
  // `copyBox` reads one trait; this hands it the one of that name.
  const boxOf = (trait, k, title) => {
    const one = { get: () => model.get(trait), on: (_, f) => model.on(`change:${trait}`, f), off: (_, f) => model.off(`change:${trait}`, f) };
    const box = copyBox(one, `${id}-${k}`);
    box.element.prepend(build("span", { class: "iapo-copied" }, title));
    return box;
  };
  const boxes = [boxOf("table_text", 0, "The table as Markdown"), boxOf("recipe", 1, "Deploy it from Python")];
  const root = build("section", { class: "iapo-widget iapo-policy-board", "aria-label": "Policy" }, build("h3", {}, "The policy: which prompt, and how many answers"),
    place, notes, ...boxes.map((box) => box.element));
  el.append(root);
  const line = (tag, values) => build("tr", {}, ...values.map((v) => build(tag, tag === "th" ? { scope: "col" } : {}, v)));
  const show = () => {
    const rows = model.get("rows");
    root.hidden = !rows.length;
    place.replaceChildren(build("table", {}, build("thead", {}, line("th", model.get("_head"))), build("tbody", {}, ...rows.map((row) => line("td", row)))));
    notes.replaceChildren(...model.get("notes").map((text) => build("p", {}, text)));
  };
  for (const name of ["rows", "notes"]) model.on(`change:${name}`, show);
  show();
  return () => {
    for (const name of ["rows", "notes"]) model.off(`change:${name}`, show);
    for (const box of boxes) box.off();
  };
}

export default { render };
