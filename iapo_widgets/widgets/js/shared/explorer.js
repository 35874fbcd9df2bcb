// The browser's side of every explorer: native controls, panels, and words that change with them.

let explorers = 0;

function render({ model: bare, el }) {
  const model = remembered(bare);
  const id = `iapo-explorer-${++explorers}-${Math.random().toString(36).slice(2, 8)}`;
  const lead = build("p", { class: "iapo-lead" });
  const form = build("div", { class: "iapo-form" });
  const buttons = build("div", { class: "iapo-buttons" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const panels = build("div", { class: "iapo-panels" });
  const summary = build("p", { class: "iapo-summary", role: "status", "aria-live": "polite" });
  const change = build("p", { class: "iapo-change" });
  const point = build("p", { class: "iapo-point", "aria-live": "polite" });
  const table = build("div", { class: "iapo-table", tabindex: 0, role: "region", "aria-label": "table" });
  const note = build("p", { class: "iapo-note" });
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const root = build("section", { class: "iapo-widget iapo-explorer", "aria-label": model.get("_kind") }, lost, lead, form, buttons, alarm, panels, summary, change, point, table, note);
  root.prepend(headOf(model, root));
  el.append(root);

  const usable = (c) => connected(model) || alone(model).includes(c.name) || (c.name === "reset" && alone(model).length > 0);
  const fields = buildControls({ model, id, form, buttons, usable });
  const drawn = [];
  let columns = "";

  const paint = () => {
    const scene = model.get("_scene");
    if (!scene.panels) return;
    while (drawn.length < scene.panels.length) drawn.push(makePanel({ model, panels, point }));
    while (drawn.length > scene.panels.length) drawn.pop().remove();
    const now = scene.panels.filter((panel) => !panel.wide).map((panel) => `minmax(0, ${panel.width}fr)`).join(" ") || "minmax(0, 1fr)";
    const moved = now !== columns;
    if (moved) panels.style.gridTemplateColumns = columns = now;
    scene.panels.forEach((panel, k) => drawn[k].show(panel, moved));
    const ended = !connected(model) && model.get("state") === "running"; // with its kernel
    for (const [element, text] of [[lead, scene.lead], [summary, ended ? "" : scene.summary], [change, scene.change], [note, scene.note]]) put(element, text ?? "");
    showTable(table, scene);
  };
  const complain = () => {
    const errors = model.get("_errors");
    put(alarm, errors[""] ?? "");
    fields.complain(errors);
  };
  const connect = () => {
    const names = model.get("_controls").filter((c) => alone(model).includes(c.name)).map((c) => `\u201c${c.label}\u201d`);
    const works = names.length ? `${names.join(", ")} works without one; ` : "";
    put(lost, lostWords(model, `No running kernel here: ${works}hover or use arrow keys in the picture to read it. To move everything, open it in a notebook.`));
    paint();
    fields.show();
  };
  const forget = onConnection(model, connect), still = sendTicks(model);
  const unwatch = onThemeChange(root, () => drawn.forEach((d) => d.again(true)));
  const unlisten = listen(model, { "change:_scene": paint, "change:_errors": complain, "change:_controls": fields.show, "change:_readings": fields.show });
  const watch = new ResizeObserver(() => drawn.forEach((d) => d.again(true)));
  watch.observe(panels);
  complain();
  connect();
  return () => {
    watch.disconnect();
    forget();
    still();
    unwatch();
    unlisten();
    fields.off();
  };
}

function showTable(place, scene) {
  place.hidden = !scene.rows.length;
  const text = JSON.stringify([scene.head, scene.rows]);
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  place.replaceChildren(tableOf(scene.head, scene.rows));
}

export default { render };
