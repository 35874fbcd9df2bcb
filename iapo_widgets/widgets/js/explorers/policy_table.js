// One row a context: its arm, what that is worth among three choices that were told every value, and what is lost.

let policyTables = 0;
const DIGITS = 3;

function render({ model: bare, el }) {
  const model = remembered(bare);
  const id = `iapo-policy-${++policyTables}-${Math.random().toString(36).slice(2, 8)}`;
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const title = build("p", { class: "iapo-lead" }, "What the policy is worth for each context");
  const summary = build("p", { class: "iapo-summary", role: "status", "aria-live": "polite" });
  const place = build("div", { class: "iapo-table" });
  const legend = build("div", { class: "iapo-legend" });
  const point = build("p", { class: "iapo-point", "aria-live": "polite" });
  const note = build("p", { class: "iapo-note" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const form = build("div", { class: "iapo-form" });
  const buttons = build("div", { class: "iapo-buttons" });
  const copy = copyBox(model, id);
  const copying = build("div", { class: "iapo-copying" }, form, copy.element, buttons);
  const root = build("section", { class: "iapo-widget iapo-explorer iapo-policies", "aria-label": model.get("_kind") },
    lost, title, summary, place, legend, point, note, alarm, copying);
  root.prepend(headOf(model, root));
  el.append(root);

  const usable = (c) => connected(model) || alone(model).includes(c.name) || c.name === "reset";
  const fields = buildControls({ model, id, form, buttons, usable });
  let shown = "";

  const paint = () => {
    const { summary: said, note: noted } = model.get("_scene");
    const table = model.get("_table");
    put(summary, said ?? "");
    put(note, noted ?? "");
    title.hidden = copying.hidden = !table.rows;
    const text = JSON.stringify(table);
    if (text === shown) return;
    shown = text;
    put(point, table.rows ? "Point at a row, or step along with the arrow keys, to read all four choices." : "");
    place.replaceChildren(...(table.rows ? [policyRows(table, (words) => put(point, words))] : []));
    legend.replaceChildren(...(table.marks ?? []).map(([, name, colour, marker]) => legendKey([name, "mark", colour, "", marker])));
  };
  const complain = () => { const errors = model.get("_errors"); put(alarm, errors[""] ?? ""); fields.complain(errors); };
  const connect = () => {
    put(lost, lostWords(model, "No running kernel here: \u201cCopy as\u201d works without one; point at a row or use arrow keys to read it. To show another policy, open it in a notebook."));
    fields.show();
  };
  const forget = onConnection(model, connect);
  const unlisten = listen(model, { "change:_scene": paint, "change:_table": paint, "change:_errors": complain, "change:_controls": fields.show });
  paint();
  complain();
  connect();
  return () => {
    forget();
    unlisten();
    fields.off();
    copy.off();
  };
}

// The marks of one row on one line; the policy's own comes last, above the others.
function strip(table, row) {
  const line = shape("svg", { class: "iapo-strip", "aria-hidden": "true" });
  line.append(shape("line", { x1: "0%", x2: "100%", y1: 11, y2: 11, class: "iapo-grid" }));
  const own = table.marks.filter(([name]) => name === "arm");
  for (const [name, , colour, marker] of [...table.marks.filter(([name]) => name !== "arm"), ...own]) {
    const share = (row.values[name] - table.low) / (table.high - table.low || 1);
    const at = shape("svg", { x: `${(4 + 92 * share).toFixed(2)}%`, y: 11, overflow: "visible" });
    at.append(shape("path", { d: markerPath(marker, name === "arm" ? 5 : 4.2, 0, 0), fill: colour, class: "iapo-knob" }));
    line.append(at);
  }
  return line;
}

// What is lost as a bar, the longest for the context that loses most.
function loss(table, row) {
  const bar = shape("svg", { class: "iapo-loss", "aria-hidden": "true" });
  bar.append(shape("rect", { x: 0, y: 3, width: `${(100 * row.lost) / (table.most || 1)}%`, height: 8 }));
  return bar;
}

function policyRows(table, tell) {
  const number = (v) => v.toFixed(DIGITS);
  const cost = (v) => `${Number(v.toPrecision(3))}`;
  const head = ["context", "prompt", "N", "worth a question", `${number(table.low)} to ${number(table.high)}`, "lost against the best", `cost a question${table.unit && `, ${table.unit}`}`];
  const cells = (row) => [
    [row.context], [build("span", { title: row.full }, row.prompt)], [build("span", {}, row.n)], [number(row.values.arm)],
    [strip(table, row)], [number(row.lost), loss(table, row)], [cost(row.cost)],
  ];
  const lines = table.rows.map((row, k) => build("tr", { role: "row", tabindex: k ? -1 : 0, "aria-label": row.told, "data-lm-suppress-shortcuts": "true", class: k === table.rows.length - 1 ? "iapo-mean" : "" },
    ...cells(row).map((content, i) => build(i ? "td" : "th", { role: i ? "cell" : "rowheader", class: `iapo-col-${i}`, "data-head": head[i] }, ...content))));
  const stand = (k) => {
    const at = Math.max(0, Math.min(lines.length - 1, k));
    lines.forEach((line, i) => describe(line, { tabindex: i === at ? 0 : -1 }));
    lines[at].focus();
  };
  lines.forEach((line, k) => {
    line.addEventListener("pointerenter", () => tell(table.rows[k].told));
    line.addEventListener("focus", () => tell(table.rows[k].told));
    line.addEventListener("keydown", (event) => {
      const to = { ArrowDown: k + 1, ArrowUp: k - 1, Home: 0, End: lines.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      stand(to);
    });
  });
  const heads = build("tr", { role: "row" }, ...head.map((text, i) => build("th", { role: "columnheader", scope: "col", class: `iapo-col-${i}` }, text)));
  return build("table", { role: "table", "aria-label": "The policy, a row a context" }, build("thead", { role: "rowgroup" }, heads), build("tbody", { role: "rowgroup" }, ...lines));
}

export default { render };
