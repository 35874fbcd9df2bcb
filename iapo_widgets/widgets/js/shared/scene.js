// Draws the panels of a scene as SVG: crisp at any density, in the colours of the page's theme.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { right: 12, top: 8, bottom: 40 };
const KNOB = 16; // px above a panel for what a line is held by
const LETTER = 6.6; // px that a letter of a tick label takes at most, on average

// Black has no place on dark paper: it takes the colour of the text.
const shade = (colour) => (colour === "#000000" ? "currentColor" : colour);

function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// A polygon around (x, y); with `inner` a star, every other corner so much nearer.
function polygon(x, y, count, radius, turn = 0, inner = 1) {
  const points = [];
  for (let i = 0; i < count; i++) {
    const angle = turn + (2 * Math.PI * i) / count;
    const r = radius * (i % 2 ? inner : 1);
    points.push(`${(x + r * Math.sin(angle)).toFixed(2)},${(y - r * Math.cos(angle)).toFixed(2)}`);
  }
  return `M${points.join("L")}Z`;
}

// The same markers that matplotlib knows by these letters, around (x, y).  Their places are in the path: a `transform` on
// each would make the browser keep, and arrange in each frame, a layer for each.
function markerPath(marker, r, x, y) {
  const plus = (turn) => polygon(x, y, 8, r * 1.2, turn, 0.45);
  const kinds = {
    s: () => polygon(x, y, 4, r * 1.25, Math.PI / 4), D: () => polygon(x, y, 4, r * 1.3), "^": () => polygon(x, y, 3, r * 1.3),
    v: () => polygon(x, y, 3, r * 1.3, Math.PI), "*": () => polygon(x, y, 10, r * 1.5, 0, 0.42), P: () => plus(0), X: () => plus(Math.PI / 4),
  };
  const circle = () => `M${(x - r).toFixed(2)},${y.toFixed(2)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
  return (kinds[marker] ?? circle)();
}

const DASH = { "-": "", "--": "6 4", ":": "2 3" };

function limits(panel) {
  const xs = [], ys = [];
  for (const line of panel.lines) {
    line.y.forEach((y, i) => {
      if (y === null) return;
      const e = line.error[i] ?? 0;
      xs.push(line.x[i]);
      ys.push(y - e, y + e);
    });
  }
  for (const p of [...panel.stars, ...panel.handles]) { xs.push(p.x); ys.push(p.y); }
  for (const s of panel.spans) xs.push(s.start, s.end);
  for (const b of panel.bars) { xs.push(b.start, b.end); ys.push(b.y - b.thick / 2, b.y + b.thick / 2); }
  for (const r of panel.rules) xs.push(r.x);
  const edges = (values) => {
    const step = values.length > 1 ? (values.at(-1) - values[0]) / (values.length - 1) : 1;
    return [values[0] - step / 2, values.at(-1) + step / 2];
  };
  if (panel.cells) { xs.push(...edges(panel.cells.x)); ys.push(...edges(panel.cells.y)); }
  const wide = (values, given, margin) => {
    if (given) return given;
    if (!values.length) return [0, 1];
    const low = Math.min(...values), high = Math.max(...values);
    const more = (high - low || Math.abs(high) || 1) * margin;
    return [low - more, high + more];
  };
  const margin = panel.cells ? 0 : 0.05;
  return { x: wide(xs, panel.xlim, panel.log || panel.cells ? 0 : 0.03), y: wide(ys, panel.ylim, margin) };
}

function scales(panel, width, height) {
  const { x, y } = limits(panel);
  const f = panel.log ? Math.log10 : (v) => v;
  const back = panel.log ? (v) => 10 ** v : (v) => v;
  const yticks = panel.yticks.length ? panel.yticks : plainTicks(...y, 5);
  const left = Math.min(width / 3, 28 + LETTER * Math.max(4, ...yticks.map(([, text]) => text.length)));
  const top = MARGIN.top + (panel.rules.some((rule) => rule.moves.length) ? KNOB : 0);
  const w = width - left - MARGIN.right, h = height - top - MARGIN.bottom;
  const [x0, x1] = [f(x[0]), f(x[1])];
  const pad = panel.log ? (x1 - x0 || 1) * 0.04 : 0;
  const span = x1 - x0 + 2 * pad || 1, rise = y[1] - y[0] || 1;
  return {
    x: (v) => left + (w * (f(v) - x0 + pad)) / span,
    y: (v) => top + h - (h * (v - y[0])) / rise,
    atX: (px) => back(x0 - pad + ((px - left) * span) / w),
    atY: (px) => y[0] + ((top + h - px) * rise) / h,
    limits: { x, y }, yticks, left, right: left + w, top, bottom: top + h,
  };
}

function plainTicks(low, high, count) {
  const { values, digits } = ticks(low, high, count);
  return values.map((v) => [v, v.toFixed(digits)]);
}

// Those labels, in the order of their places, that keep `size` px from the one before.
function apart(labels, place, size) {
  let end = -Infinity;
  return labels.map(([v, text]) => ({ v, text, at: place(v), half: size(text) / 2 })).sort((a, b) => a.at - b.at)
    .filter(({ at, half }) => { const fits = at - half >= end; if (fits) end = at + half; return fits; });
}

function axes(group, panel, s) {
  const { x } = s.limits;
  const powers = () => {
    const out = [];
    for (let e = Math.ceil(Math.log10(x[0]) - 1e-9); e <= Math.log10(x[1]) + 1e-9; e++) out.push([10 ** e, (10 ** e).toLocaleString("en")]);
    return out;
  };
  const xticks = panel.xticks.length ? panel.xticks : panel.log ? powers() : plainTicks(...x, 6);
  let grid = "";
  for (const { at, text, half } of apart(xticks, s.x, (label) => LETTER * label.length + 8)) {
    grid += `M${at.toFixed(1)},${s.top}V${s.bottom}`;
    const inside = Math.min(at, s.right + MARGIN.right - half + 3); // the last one may not leave the picture
    group.append(shape("text", { x: inside, y: s.bottom + 15, "text-anchor": "middle", class: "iapo-tick" }, text));
  }
  for (const { at, text } of apart(s.yticks, s.y, () => 12)) {
    grid += `M${s.left},${at.toFixed(1)}H${s.right}`;
    group.append(shape("text", { x: s.left - 6, y: at + 4, "text-anchor": "end", class: "iapo-tick" }, text));
  }
  if (!panel.cells) group.prepend(shape("path", { d: grid, class: "iapo-grid" }));
  group.append(shape("path", { d: `M${s.left},${s.top}V${s.bottom}H${s.right}`, class: "iapo-axis" }));
  const middle = (s.top + s.bottom) / 2;
  group.append(shape("text", { x: (s.left + s.right) / 2, y: s.bottom + 33, "text-anchor": "middle" }, panel.xlabel));
  if (panel.ylabel) group.append(shape("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, panel.ylabel));
}

const SHADE = 0.75; // dark letters stay legible on it

// So much of the colour and the rest of white, in either theme.
function light(colour, share = SHADE) {
  return `#${[1, 3, 5].map((i) => Math.round(share * parseInt(colour.slice(i, i + 2), 16) + 255 * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}

function cells(group, panel, s) {
  const { codes, x, y, colours, texts, shades } = panel.cells;
  const w = (s.right - s.left) / x.length, h = (s.bottom - s.top) / y.length;
  const areas = new Map(); // one path for all cells of a colour
  codes.forEach((row, j) => row.forEach((code, i) => {
    if (code < 0) return;
    const left = s.x(x[i]) - w / 2, top = s.y(y[j]) - h / 2, fill = light(colours[code], shades[j]?.[i]);
    areas.set(fill, `${areas.get(fill) ?? ""}M${left.toFixed(1)},${top.toFixed(1)}h${(w + 0.3).toFixed(1)}v${(h + 0.3).toFixed(1)}h${(-w - 0.3).toFixed(1)}Z`);
  }));
  for (const [fill, d] of areas) group.append(shape("path", { d, fill }));
  const word = (j, places, text) => group.append(shape("text", { x: places.join(" "), y: s.y(y[j]) + 3.5, "text-anchor": "middle", class: "iapo-cell" }, text));
  texts.forEach((row, j) => {
    const cells = row.map((text, i) => [s.x(x[i]).toFixed(1), text]).filter(([, text]) => text);
    if (!cells.length) return;
    // single letters each take the next place of one element
    if (cells.every(([, text]) => text.length === 1)) word(j, cells.map(([at]) => at), cells.map(([, text]) => text).join(""));
    else for (const [at, text] of cells) word(j, [at], text);
  });
}

function drawBar(group, bar, s) {
  group.append(shape("path", { d: barPath(bar, s), ...barLook(bar) }));
  if (!bar.note) return;
  const x = s.x(Math.max(bar.start, bar.end)) + 5, fits = x + LETTER * bar.note.length < s.right + MARGIN.right;
  const at = fits ? { x } : { x: s.right + MARGIN.right - 2, "text-anchor": "end" };
  group.append(shape("text", { ...at, y: s.y(bar.y) + 4, class: "iapo-said" }, bar.note));
}

function barPath({ start, end, y, thick }, s) {
  const [a, b, top, bottom] = [s.x(start), s.x(end), s.y(y - thick / 2), s.y(y + thick / 2)].map((v) => v.toFixed(1));
  return `M${a},${top}H${b}V${bottom}H${a}Z`;
}

function barLook({ open, colour }) {
  return open ? { fill: "none", stroke: shade(colour), "stroke-width": 1.5 } : { fill: shade(colour) };
}

function drawLine(group, line, s) {
  let path = "", pen = "M";
  line.y.forEach((y, i) => {
    if (y === null) { pen = "M"; return; }
    path += `${pen}${s.x(line.x[i]).toFixed(1)},${s.y(y).toFixed(1)}`;
    pen = "L";
  });
  if (line.line && path) group.append(shape("path", { d: path, fill: "none", stroke: shade(line.colour), "stroke-width": line.width, "stroke-dasharray": DASH[line.line] ?? "" }));
  let bars = "", marks = "";
  line.y.forEach((y, i) => {
    if (y === null) return;
    const px = s.x(line.x[i]);
    const e = line.error[i];
    if (e) bars += `M${px.toFixed(1)},${s.y(y - e).toFixed(1)}V${s.y(y + e).toFixed(1)}`;
    if (line.marker && i % line.every === 0) marks += markerPath(line.marker, Math.max(line.line ? 3.2 : 4.6, line.width), px, s.y(y));
  });
  if (bars) group.append(shape("path", { d: bars, stroke: shade(line.colour), "stroke-width": 1.2, fill: "none" }));
  if (marks) group.append(shape("path", { d: marks, fill: shade(line.colour) }));
}

function starPath({ x, y, ring }, s) {
  return ring ? markerPath("o", 11, s.x(x), s.y(y)) : polygon(s.x(x), s.y(y), 10, 9, 0, 0.45);
}

// A ring is dark within a pale one, so that it is seen on every colour.
function starStyles({ ring }) { return ring ? ["iapo-ring iapo-halo", "iapo-ring"] : ["iapo-star"]; }

// Fills `svg` with the panel; returns the scales, for pointer and keyboard.  Most updates move one rule, one star or one
// curve: a layer whose data and axes are as before keeps its elements.
function drawPanel(svg, panel, width, height, dark) {
  const s = scales(panel, width, height);
  const tint = dark ? 0.35 : 0.15; // on dark paper a little colour does not show
  const place = JSON.stringify([width, height, s.left, s.limits, panel.log]);
  const before = svg.layers ?? new Map(), now = new Map();
  const layer = (kind, data, fill, where = place) => {
    let key = kind + where + JSON.stringify(data);
    while (now.has(key)) key += "+"; // the same curve twice
    const group = before.get(key) ?? shape("g", {});
    if (!before.has(key)) fill(group, data);
    now.set(key, group);
    return group;
  };
  layer("spans", [tint, ...panel.spans], (group) => panel.spans.forEach((span) => {
    group.append(shape("rect", { x: s.x(span.start), y: s.top, width: Math.max(0, s.x(span.end) - s.x(span.start)), height: s.bottom - s.top, fill: span.colour, "fill-opacity": tint }));
  }));
  if (panel.cells) layer("cells", panel.cells, (group) => cells(group, panel, s));
  layer("axes", [panel.xlabel, panel.ylabel, panel.xticks, panel.yticks, !panel.cells], (group) => axes(group, panel, s));
  for (const line of panel.lines) layer("line", line, (group) => drawLine(group, line, s));
  const still = (marks) => marks.filter((mark) => !mark.moves.length);
  for (const bar of still(panel.bars)) layer("bar", bar, (group) => drawBar(group, bar, s));
  for (const rule of still(panel.rules)) layer("rule", rule, (group) => group.append(shape("line", { x1: s.x(rule.x), x2: s.x(rule.x), y1: s.top, y2: s.bottom, class: "iapo-rule" })));
  for (const p of still(panel.stars)) layer("star", p, (group) => group.append(...starStyles(p).map((style) => shape("path", { d: starPath(p, s), class: style }))));
  grips(panel).forEach((grip, k) => {
    // what may be in focus only moves
    const group = layer("grip", [k, grip.kind, grip.mark.label], (fresh) => fresh.append(buildGrip(grip, k)), "");
    placeGrip(group.firstChild, grip, s);
  });
  layer("cursor", [], (group) => group.setAttribute("class", "iapo-cursor"));
  for (const [key, group] of before) if (!now.has(key)) group.remove();
  [...now.values()].forEach((group, k) => { if (svg.children[k] !== group) svg.insertBefore(group, svg.children[k] ?? null); });
  svg.layers = now;
  describe(svg, { viewBox: `0 0 ${width} ${height}` });
  return s;
}

// Curves, and the ends of bars as one curve of points, that hovering and arrow keys read.
function readable(panel) {
  const bars = panel.bars.filter((bar) => bar.tell);
  const ends = { label: "", x: bars.map((bar) => bar.end), y: bars.map((bar) => bar.y), tell: bars.map((bar) => bar.tell) };
  return [...panel.lines, ends].filter((line) => line.y.some((y) => y !== null));
}

// What stands at a place of the panel, for hovering and for the arrow keys: {x, y, text}.
function pointAt(panel, s, at) {
  if (panel.cells) {
    const { x, y, tell, texts, codes, labels } = panel.cells;
    const i = Math.min(x.length - 1, Math.max(0, at.i)), j = Math.min(y.length - 1, Math.max(0, at.line));
    at.i = i; at.line = j;
    return { px: s.x(x[i]), py: s.y(y[j]), text: tell[j]?.[i] ?? `${panel.xlabel} ${x[i]}, ${panel.ylabel} ${y[j]}: ${texts[j]?.[i] ?? labels[codes[j][i]] ?? "nothing"}` };
  }
  const lines = readable(panel);
  if (!lines.length) return null;
  at.line = ((at.line % lines.length) + lines.length) % lines.length;
  const line = lines[at.line];
  at.i = Math.min(line.x.length - 1, Math.max(0, at.i));
  if (line.y[at.i] === null && line.x[at.i] === line.x[at.i - 1]) at.i += at.back ? -1 : 1; // between two curves of one line
  const y = line.y[at.i];
  const plain = `${line.label || "point"}: ${panel.xlabel} ${line.x[at.i].toLocaleString("en")}, ${panel.ylabel} ${y === null ? "unknown" : y}`;
  return { px: s.x(line.x[at.i]), py: y === null ? s.bottom : s.y(y), text: line.tell[at.i] ?? plain };
}

// The place nearest to a pointer, or null.
function nearest(panel, s, px, py) {
  if (panel.cells) {
    const { x, y } = panel.cells;
    const w = (s.right - s.left) / x.length, h = (s.bottom - s.top) / y.length;
    const i = Math.floor((px - s.left) / w), j = y.length - 1 - Math.floor((py - s.top) / h);
    return i >= 0 && i < x.length && j >= 0 && j < y.length ? { line: j, i } : null;
  }
  let best = null, distance = 900;
  readable(panel).forEach((line, k) => line.y.forEach((y, i) => {
    if (y === null) return;
    const d = (s.x(line.x[i]) - px) ** 2 + (s.y(y) - py) ** 2;
    if (d < distance) { best = { line: k, i }; distance = d; }
  }));
  return best;
}
