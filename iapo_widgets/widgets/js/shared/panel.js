// One panel of an explorer: its picture, what hovering and arrow keys read of it, and the marks that are moved in it.

const HEIGHT = 300; // px of a panel of height 1

function makePanel({ model, panels, point, put }) {
  const title = build("span", {}), hint = build("small", { class: "iapo-hint" });
  const svg = shape("svg", { tabindex: 0, role: "application", "aria-roledescription": "chart", "data-lm-suppress-shortcuts": "true" });
  const legend = build("div", { class: "iapo-legend" });
  const tip = build("div", { class: "iapo-tip", "aria-hidden": "true", hidden: "" });
  const figure = build("figure", {}, build("figcaption", {}, title, hint), svg, tip, legend);
  panels.append(figure);
  let panel = null, s = null, at = null, dragging = null, legendText = "", width = 0, dark = false;

  // Without a kernel only what the page keeps alive moves.
  const movesOf = ({ mark }) => mark.moves.filter((move) => connected(model) || alone(model).includes(move.name));
  const valueOf = ({ name, index }) => (index < 0 ? model.get(name) : model.get(name)[index]);

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
    free();
    if (focused !== null) svg.querySelector(`[data-handle="${focused}"]`)?.focus();
    mark();
  };
  // Shows which marks can be moved here, and says how.
  const free = () => {
    const all = grips(panel);
    all.forEach((grip, k) => {
      const g = svg.querySelector(`[data-handle="${k}"]`), moves = movesOf(grip);
      describe(g, { tabindex: moves.length ? 0 : -1, "aria-disabled": !moves.length });
      if (g.style.cursor !== pointerOf(moves)) g.style.cursor = pointerOf(moves);
    });
    const plane = planeOf() ? "crosshair" : "";
    if (dragging === null && svg.style.cursor !== plane) svg.style.cursor = plane;
    put(hint, howToMove(panel, movesOf));
  };
  // The mark that goes where one presses in a map.
  const planeOf = () => (panel.cells ? grips(panel).find((grip) => grip.kind === "star" && movesOf(grip).length) : undefined);
  const mark = (speak = false) => {
    const found = at && s ? pointAt(panel, s, at) : null;
    const cursor = svg.querySelector(".iapo-cursor");
    if (found || cursor?.firstChild) cursor.replaceChildren(...(found ? [shape("circle", { cx: found.px, cy: found.py, r: 7 })] : []));
    if (tip.hidden !== !found) tip.hidden = !found;
    if (!found) return;
    tip.textContent = found.text;
    tip.style.left = `${Math.min(Math.max(0, found.px - 60), Math.max(0, width - 220))}px`;
    tip.style.top = `${(svg.getBoundingClientRect().top - figure.getBoundingClientRect().top) / (svg.currentCSSZoom ?? 1) + Math.max(0, found.py - 44)}px`;
    if (speak) put(point, found.text);
  };
  // Moves a mark to {x, y}, as far as it can be moved there; `place` alone puts it where its traits are.
  const place = (grip) => {
    for (const move of grip.mark.moves) grip.mark[move.axis === "x" ? GRIPS[grip.kind].end : "y"] = settle(move, valueOf(move));
  };
  const move = (grip, target) => {
    const changed = movesOf(grip).filter((each) => target[each.axis] !== undefined);
    let moved = false;
    for (const each of changed) {
      const value = settle(each, target[each.axis]);
      if (value === valueOf(each)) continue;
      moved = true;
      setTrait(model, each, value);
    }
    if (!moved) return;
    place(grip);
    model.save_changes();
    again();
  };
  const follow = (event) => {
    const [x, y] = pointOn(svg, event);
    move(grips(panel)[dragging], { x: s.atX(x), y: s.atY(y) });
  };
  svg.addEventListener("pointerdown", (event) => {
    const held = event.target.closest?.("[data-handle]");
    const plane = planeOf(), [x, y] = pointOn(svg, event);
    const inside = x >= s.left && x <= s.right && y >= s.top && y <= s.bottom;
    const k = held ? Number(held.dataset.handle) : plane && inside ? grips(panel).findIndex(({ mark }) => mark === plane.mark) : -1;
    if (k < 0 || event.button || !movesOf(grips(panel)[k]).length) return;
    event.preventDefault();
    dragging = k;
    at = null;
    const grip = svg.querySelector(`[data-handle="${k}"]`);
    grip.focus();
    svg.style.cursor = grip.style.cursor;
    svg.setPointerCapture(event.pointerId);
    if (!held) follow(event);
    mark();
  });
  svg.addEventListener("pointermove", (event) => {
    if (dragging !== null) { follow(event); return; }
    const [x, y] = pointOn(svg, event);
    at = nearest(panel, s, x, y);
    mark(true);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { dragging = null; if (panel) free(); });
  svg.addEventListener("pointerleave", () => { if (dragging === null) { at = null; mark(); } });
  svg.addEventListener("blur", () => { at = null; mark(); });
  const take = (event) => { event.preventDefault(); event.stopPropagation(); };
  svg.addEventListener("keydown", (event) => {
    const k = event.target.dataset?.handle;
    if (event.key === "Escape") { at = null; mark(); return; }
    if (k !== undefined) {
      const grip = grips(panel)[Number(k)], moves = movesOf(grip);
      const key = keyed(event, moves), each = moves.find((one) => one.axis === key?.axis);
      if (!key) return;
      take(event);
      if (each) move(grip, { [each.axis]: key.to ? each[key.to] : further(each, settle(each, valueOf(each)), key.steps) });
      return;
    }
    if (event.key === "Enter" && at && planeOf()) {
      take(event);
      move(planeOf(), { x: panel.cells.x[at.i], y: panel.cells.y[at.line] });
      return;
    }
    const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 0], ArrowDown: [-1, 0], Home: [0, -1e6], End: [0, 1e6] }[event.key];
    if (!step) return;
    take(event);
    at = at ? { line: at.line + step[0], i: at.i + step[1], back: step[1] < 0 } : { line: 0, i: 0 };
    mark(true);
  });
  return {
    again,
    remove: () => figure.remove(),
    show(next, resized) {
      panel = structuredClone(next);
      const held = dragging === null ? undefined : grips(panel)[dragging];
      if (held) place(held); // the picture may be one of a moment ago
      figure.classList.toggle("iapo-wide", panel.wide);
      put(title, panel.title);
      const enter = planeOf() ? ", Enter moves the ring there" : "";
      describe(svg, { "aria-label": `${panel.title}: ${panel.ylabel ? `${panel.ylabel} against ` : ""}${panel.xlabel}. Arrow keys read the points${enter}, Escape lets go.` });
      again(resized);
    },
  };
}
