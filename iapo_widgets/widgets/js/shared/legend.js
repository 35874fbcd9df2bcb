// What a panel's legend explains.

const GREY = "#757575"; // of shades that stand for any colour
const INK = "#1a1a1a"; // of marks on pale colours, in either theme

// What the legend explains, as plain data: [words, kind, colour, dash, marker].
function legendItems(panel) {
  const items = panel.lines.filter((l) => l.label).map((l) => [l.label, "line", l.colour, l.line, l.marker]);
  for (const b of panel.bars) if (b.label && !b.moves.length && !items.some(([text]) => text === b.label)) items.push([b.label, "bar", b.colour, b.open]);
  for (const s of panel.spans) if (s.label) items.push([s.label, "span", s.colour]);
  if (panel.cells) {
    const { codes, labels, colours, markers, ramp } = panel.cells;
    [...new Set(codes.flat())].filter((c) => c >= 0).sort((a, b) => a - b).forEach((c) => items.push([labels[c], "cell", colours[c], SHADE, markers[c]]));
    for (const [words, share] of ramp) items.push([words, "cell", GREY, share]);
  }
  for (const s of panel.stars) items.push([s.label, s.ring ? "ring" : "star"]);
  for (const r of panel.rules) if (r.label) items.push([r.label, "rule"]);
  return items;
}

function legendKey([text, kind, colour, more, marker], dark) {
  const svg = shape("svg", { width: 26, height: 14, "aria-hidden": "true" });
  const box = (attributes) => svg.append(shape("rect", { x: 3, y: 1, width: 20, height: 12, ...attributes }));
  if (kind === "line" && more) svg.append(shape("path", { d: "M0,7H26", stroke: shade(colour), "stroke-width": 2, "stroke-dasharray": DASH[more] ?? "" }));
  if (kind === "span") box({ fill: colour, "fill-opacity": dark ? 0.45 : 0.25 });
  if (kind === "cell") box({ fill: light(colour, more) });
  if (kind === "bar") box(barLook({ colour, open: more }));
  if (marker) svg.append(shape("path", { d: markerPath(marker, 3.6, 13, 7), fill: kind === "cell" ? INK : shade(colour) }));
  if (kind === "star") svg.append(shape("path", { d: polygon(13, 7, 10, 7, 0, 0.45), class: "iapo-star" }));
  if (kind === "ring") svg.append(shape("path", { d: markerPath("o", 5, 13, 7), class: "iapo-ring" }));
  if (kind === "rule") svg.append(shape("path", { d: "M13,0V14", class: "iapo-rule" }));
  return build("span", { class: "iapo-key" }, svg, text);
}
