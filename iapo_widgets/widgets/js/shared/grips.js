// Marks that are moved where they stand, by pointer and by keys: each move sets a trait.

const MANY = 10; // steps of one press with Shift
const REACH = 12; // px around a mark that take hold of it

// The marks of a panel that can be moved, in the order of Tab.
function grips(panel) {
  const some = (kind, marks) => marks.filter((mark) => mark.moves.length).map((mark) => ({ kind, mark }));
  return [...some("bar", panel.bars), ...some("rule", panel.rules), ...some("handle", panel.handles), ...some("star", panel.stars)];
}

// What is seen of each kind and what takes hold of it, as paths; `end` is the place that moves along x.
const GRIPS = {
  bar: {
    name: "bar", end: "end",
    paths: ({ mark }, s) => {
      const [x, top, bottom] = [s.x(mark.end), s.y(mark.y - mark.thick / 2), s.y(mark.y + mark.thick / 2)];
      const low = Math.min(top, bottom), high = Math.max(top, bottom);
      const reach = `M${s.left},${low - 4}H${Math.max(x, s.left) + REACH}V${high + 4}H${s.left}Z`;
      return [[reach], [barPath(mark, s), "", barLook(mark)], [`M${x - 3},${low - 3}h6V${high + 3}h-6Z`, "iapo-knob iapo-bare"]];
    },
  },
  rule: {
    name: "line", end: "x",
    paths: ({ mark }, s) => {
      const x = s.x(mark.x), y = s.top - KNOB / 2;
      const arrow = (way) => `M${x + 11 * way},${y}L${x + 4 * way},${y - 5}V${y + 5}Z`;
      return [[`M${x - REACH},${y - 8}h${2 * REACH}V${s.bottom}h${-2 * REACH}Z`], [`M${x},${y - 6}V${s.bottom}`, "iapo-rule"], [`${arrow(-1)}${arrow(1)}`, "iapo-knob iapo-bare"]];
    },
  },
  handle: {
    name: "", end: "x",
    paths: ({ mark }, s) => {
      const [x, y] = [s.x(mark.x), s.y(mark.y)];
      return [[markerPath("o", REACH, x, y)], [markerPath(mark.marker, 6, x, y), "iapo-knob", { fill: shade(mark.colour) }]];
    },
  },
  star: {
    name: "ring", end: "x",
    paths: ({ mark }, s) => [[markerPath("o", 1.5 * REACH, s.x(mark.x), s.y(mark.y))], ...starStyles(mark).map((style) => [starPath(mark, s), style])],
  },
};

function buildGrip(grip, k) {
  const g = shape("g", { class: "iapo-handle", role: "slider", "data-handle": k, "data-lm-suppress-shortcuts": "true" });
  g.append(shape("path", { fill: "transparent" }));
  return g;
}

function placeGrip(g, grip, s) {
  const { mark } = grip, [first] = mark.moves;
  const name = GRIPS[grip.kind].name;
  GRIPS[grip.kind].paths(grip, s).forEach(([d, style, more = {}], k) => {
    if (!g.children[k]) g.append(shape("path", {}));
    describe(g.children[k], { d, ...(style ? { class: style } : {}), ...more });
  });
  describe(g, {
    "aria-label": name ? `${mark.label}, ${name}` : mark.label, "aria-valuemin": first.low, "aria-valuemax": first.high,
    "aria-valuenow": placeOf(grip, first), "aria-valuetext": mark.moves.map((m) => m.said.replace("{}", placeOf(grip, m).toLocaleString("en", { maximumFractionDigits: 3 }))).join(", "),
  });
}

function placeOf({ kind, mark }, move) { return mark[move.axis === "x" ? GRIPS[kind].end : "y"]; }

// The value that a trait may take nearest to that one.
function settle({ low, high, step, log }, value) {
  const inside = Math.min(high, Math.max(low, value));
  return log ? Number(inside.toPrecision(2)) : Number((low + Math.round((inside - low) / step) * step).toFixed(6));
}

// So many steps further.
function further({ step, log }, value, steps) { return log ? 10 ** (Math.log10(value) + steps * step) : value + steps * step; }

// What a key asks of a mark's moves: {axis, steps} or {axis, to}; a mark that moves along one axis takes either pair of arrows.
function keyed(event, moves) {
  const only = moves.length === 1 ? moves[0].axis : null;
  const ways = { ArrowRight: ["x", 1], ArrowLeft: ["x", -1], ArrowUp: ["y", 1], ArrowDown: ["y", -1], PageUp: ["y", MANY], PageDown: ["y", -MANY] };
  if (event.key in ways) {
    const [axis, steps] = ways[event.key];
    return { axis: only ?? axis, steps: steps * (event.shiftKey && Math.abs(steps) === 1 ? MANY : 1) };
  }
  const ends = { Home: "low", End: "high" };
  return event.key in ends ? { axis: only ?? "x", to: ends[event.key] } : null;
}

// How the pointer shows which way a mark goes.
function pointerOf(moves) {
  const axes = new Set(moves.map((move) => move.axis));
  return axes.size > 1 ? "move" : axes.has("x") ? "ew-resize" : axes.has("y") ? "ns-resize" : "";
}

const CALLED = { bar: "a bar\u2019s end", rule: "the dotted line", handle: "a mark", star: "the ring" };

// What can be moved here and how, in words; empty where nothing can.
function howToMove(panel, movesOf) {
  const live = grips(panel).filter((grip) => movesOf(grip).length);
  if (!live.length) return "";
  const kinds = [...new Set(live.map(({ kind }) => kind))].map((kind) => CALLED[kind]).join(" or ");
  const flat = live.every(({ kind, mark }) => kind === "star" && movesOf({ kind, mark }).length === 1);
  const press = panel.cells && live.some(({ kind }) => kind === "star") ? ", or click in the map" : "";
  return `Drag ${kinds}${flat ? " up or down" : ""}${press}; or Tab to it and use arrow keys.`;
}
