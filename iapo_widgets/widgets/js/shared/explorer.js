// The browser's side of every explorer: native controls, panels, and words that change with them.

let explorers = 0;
const HEIGHT = 300; // px of a panel of height 1

function render({ model, el }) {
  const id = `iapo-explorer-${++explorers}-${Math.random().toString(36).slice(2, 8)}`;
  const form = build("div", { class: "iapo-form" });
  const buttons = build("div", { class: "iapo-buttons" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const panels = build("div", { class: "iapo-panels" });
  const summary = build("p", { class: "iapo-summary", role: "status", "aria-live": "polite" });
  const point = build("p", { class: "iapo-point", "aria-live": "polite" });
  const table = build("div", { class: "iapo-table", tabindex: 0, role: "region", "aria-label": "table" });
  const note = build("p", { class: "iapo-note" });
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const root = build("section", { class: "iapo-widget iapo-explorer", "aria-label": model.get("_kind") }, lost, form, buttons, alarm, panels, summary, point, table, note);
  const copy = model.get("copy_text") === undefined ? null : copyBox(model, id);
  if (copy) root.append(copy.element);
  el.append(root);

  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const usable = (c) => connected(model) || alone(model).includes(c.name) || (c.name === "reset" && alone(model).length > 0);
  const fields = buildControls({ model, id, form, buttons, usable });
  const drawn = [];
  let columns = "";

  const paint = () => {
    const scene = model.get("_scene");
    if (!scene.panels) return;
    while (drawn.length < scene.panels.length) drawn.push(makePanel({ model, panels, point, put }));
    while (drawn.length > scene.panels.length) drawn.pop().remove();
    const now = scene.panels.map((panel) => `minmax(0, ${panel.width}fr)`).join(" ");
    const moved = now !== columns;
    if (moved) panels.style.gridTemplateColumns = columns = now;
    scene.panels.forEach((panel, k) => drawn[k].show(panel, moved));
    const ended = !connected(model) && model.get("state") === "running"; // with its kernel
    put(summary, ended ? "" : scene.summary);
    put(note, scene.note);
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
    drawn.forEach((d) => d.again());
  };
  const forget = onConnection(model, connect), still = sendTicks(model);
  const unwatch = onThemeChange(() => drawn.forEach((d) => d.again(true)));
  const listeners = { "change:_scene": paint, "change:_errors": complain, "change:_controls": fields.show, "change:_readings": fields.show };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  const watch = new ResizeObserver(() => drawn.forEach((d) => d.again(true)));
  watch.observe(panels);
  paint();
  complain();
  connect();
  return () => {
    watch.disconnect();
    forget();
    still();
    unwatch();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    fields.off();
    copy?.off();
  };
}

function showTable(place, scene) {
  place.hidden = !scene.rows.length;
  const text = JSON.stringify([scene.head, scene.rows]);
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  const row = (tag, values) => build("tr", {}, ...values.map((v) => build(tag, tag === "th" ? { scope: "col" } : {}, v)));
  place.replaceChildren(build("table", {}, build("thead", {}, row("th", scene.head)), build("tbody", {}, ...scene.rows.map((r) => row("td", r)))));
}

function makePanel({ model, panels, point, put }) {
  const title = build("figcaption", {});
  const svg = shape("svg", { tabindex: 0, role: "application", "aria-roledescription": "chart", "data-lm-suppress-shortcuts": "true" });
  const legend = build("div", { class: "iapo-legend" });
  const tip = build("div", { class: "iapo-tip", "aria-hidden": "true", hidden: "" });
  const figure = build("figure", {}, title, svg, tip, legend);
  panels.append(figure);
  let panel = null, s = null, at = null, dragging = null, legendText = "", width = 0, dark = false;

  // `afresh`: after a change of size or theme; only then width and colour are asked for, for asking makes the browser
  // style and lay out what was drawn so far.
  const again = (afresh = false) => {
    if (!panel) return;
    if (afresh || !width) { width = figure.clientWidth; dark = isDark(svg); }
    const focused = svg.contains(document.activeElement) ? document.activeElement.getAttribute("data-handle") : null;
    const height = HEIGHT * panel.height;
    describe(svg, { height });
    s = drawPanel(svg, panel, Math.max(240, width), height, dark);
    const keys = legendItems(panel);
    const text = JSON.stringify([dark, keys]);
    if (text !== legendText) { legend.replaceChildren(...keys.map((key) => legendKey(key, dark))); legendText = text; }
    if (panel.handles.length) {
      for (const handle of svg.querySelectorAll(".iapo-handle")) {
        if (!connected(model)) describe(handle, { "aria-disabled": true });
        else if (handle.hasAttribute("aria-disabled")) handle.removeAttribute("aria-disabled");
      }
    }
    if (focused !== null) svg.querySelector(`[data-handle="${focused}"]`)?.focus();
    mark();
  };
  const mark = (speak = false) => {
    const found = at && s ? pointAt(panel, s, at) : null;
    const cursor = svg.querySelector(".iapo-cursor");
    if (found || cursor?.firstChild) cursor.replaceChildren(...(found ? [shape("circle", { cx: found.px, cy: found.py, r: 7 })] : []));
    if (tip.hidden !== !found) tip.hidden = !found;
    if (!found) return;
    tip.textContent = found.text;
    tip.style.left = `${Math.min(Math.max(0, found.px - 60), Math.max(0, width - 220))}px`;
    tip.style.top = `${svg.getBoundingClientRect().top - figure.getBoundingClientRect().top + Math.max(0, found.py - 44)}px`;
    if (speak) put(point, found.text);
  };
  const move = (handle, value) => {
    if (!connected(model)) return;
    const rounded = Math.round(Math.min(handle.high, Math.max(handle.low, value)) / handle.step) * handle.step;
    const values = [...model.get(handle.name)];
    handle.x = values[handle.index] = Number(rounded.toFixed(6));
    model.set(handle.name, values);
    model.save_changes();
    again();
  };
  svg.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("[data-handle]");
    if (!grip) return;
    event.preventDefault();
    dragging = Number(grip.dataset.handle);
    grip.focus();
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    if (dragging !== null) { move(panel.handles[dragging], s.atX(event.clientX - box.left)); return; }
    at = nearest(panel, s, event.clientX - box.left, event.clientY - box.top);
    mark(true);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { dragging = null; });
  svg.addEventListener("pointerleave", () => { if (dragging === null) { at = null; mark(); } });
  svg.addEventListener("blur", () => { at = null; mark(); });
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 0], ArrowDown: [-1, 0], Home: [0, -1e6], End: [0, 1e6] }[event.key];
    const handle = event.target.dataset?.handle;
    if (event.key === "Escape") { at = null; mark(); return; }
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    if (handle !== undefined) {
      const h = panel.handles[Number(handle)];
      move(h, h.x + (step[0] + step[1]) * h.step * (event.shiftKey ? 10 : 1));
      return;
    }
    at = at ? { line: at.line + step[0], i: at.i + step[1], back: step[1] < 0 } : { line: 0, i: 0 };
    mark(true);
  });
  return {
    again,
    remove: () => figure.remove(),
    show(next, resized) {
      const held = dragging === null ? null : panel.handles[dragging].x;
      panel = structuredClone(next);
      if (held !== null && panel.handles[dragging]) panel.handles[dragging].x = held;
      put(title, panel.title);
      describe(svg, { "aria-label": `${panel.title}: ${panel.ylabel} against ${panel.xlabel}. Arrow keys read the points, Escape lets go.` });
      again(resized);
    },
  };
}

export default { render };
