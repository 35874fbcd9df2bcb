// The two pictures of an elimination: the heat map of arms and the curves Q against N.

const SHADES = Array.from({ length: 256 }, (_, i) => cividis(i / 255));

function heatPlan(width, height, P, N) {
  const left = 46, right = 88, top = 10, bottom = 40;
  return { left, top, w: (width - left - right) / N, h: (height - top - bottom) / P, right: width - right, bottom: height - bottom };
}

function every(count, size, room) {
  return [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 200, 500].find((k) => k * size >= room) ?? count;
}

// Only the star and the frame of the arm are drawn each time; the rest waits in `pictures` to be shown again.
function drawHeat(canvas, pictures, replay, r, c, arm, range) {
  const { pen, width, height } = crisp(canvas);
  const look = theme(canvas);
  const { P, N } = replay;
  const plan = heatPlan(width, height, P, N);
  pictures.put(pen, ["heat", r, c, range, look.key], (own) => {
    own.textBaseline = "middle";
    if (r >= 0) drawArms(own, look, plan, replay, r, c, range);
    drawHeatAxes(own, look, plan, replay, range);
  });
  if (r < 0) return;
  const at = (p, n) => [plan.left + (n - 1) * plan.w, plan.top + p * plan.h];
  const best = replay.best(r, c);
  if (best) {
    const [x, y] = at(best[0], best[1]);
    star(pen, x + plan.w / 2, y + plan.h / 2, Math.min(14, Math.max(8, Math.min(plan.w, plan.h) * 0.7)));
    pen.fillStyle = look.paper; pen.strokeStyle = look.ink; pen.lineWidth = 1.8; pen.fill(); pen.stroke();
  }
  if (arm) {
    const [x, y] = at(arm[0], arm[1]);
    pen.lineWidth = 4; pen.strokeStyle = look.paper; pen.strokeRect(x - 1, y - 1, plan.w + 2, plan.h + 2);
    pen.lineWidth = 2; pen.strokeStyle = OKABE_ITO.sky; pen.strokeRect(x - 1, y - 1, plan.w + 2, plan.h + 2);
  }
}

// The cells, a pixel an arm, drawn large in one go; then the rounds that trimmed, and the next pulls.
function drawArms(pen, look, plan, replay, r, c, [low, high]) {
  const { P, N } = replay;
  const table = replay.table(r, c), trimmed = replay.trimmedBy(r, c);
  const cells = new ImageData(N, P);
  for (let i = 0; i < table.length; i++) {
    if (Number.isNaN(table[i])) continue;
    const shade = SHADES[Math.round(255 * Math.min(1, Math.max(0, (table[i] - low) / (high - low))))];
    for (let k = 0; k < 3; k++) cells.data[4 * i + k] = shade[k];
    cells.data[4 * i + 3] = trimmed[i] ? 56 : 255;
  }
  const small = document.createElement("canvas");
  Object.assign(small, { width: N, height: P });
  small.getContext("2d").putImageData(cells, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, plan.left, plan.top, N * plan.w, P * plan.h);
  const room = Math.min(plan.w, plan.h);
  pen.fillStyle = look.ink; pen.strokeStyle = look.quiet; pen.lineWidth = 0.5;
  pen.font = look.font(10); // smaller cannot be read
  pen.textAlign = "center";
  pen.beginPath();
  trimmed.forEach((round, i) => {
    if (!round || room < 2) return;
    const x = plan.left + (i % N) * plan.w, y = plan.top + Math.floor(i / N) * plan.h;
    if (room >= 11) pen.fillText(round, x + plan.w / 2, y + plan.h / 2 + 0.5);
    else { pen.moveTo(x, y + plan.h); pen.lineTo(x + plan.w, y); } // a stroke where the number has no room
  });
  pen.stroke();
  replay.largest(r).forEach((largest, p) => {
    if (!largest) return;
    const x = plan.left + largest * plan.w;
    pen.fillStyle = look.paper; pen.fillRect(x - 3.5, plan.top + p * plan.h + 0.5, 5, plan.h - 1);
    pen.fillStyle = OKABE_ITO.vermillion; pen.fillRect(x - 2.5, plan.top + p * plan.h + 0.5, 3, plan.h - 1);
  });
}

function drawHeatAxes(pen, look, plan, replay, [low, high]) {
  const { P, N } = replay;
  pen.strokeStyle = look.line; pen.lineWidth = 1;
  pen.strokeRect(plan.left, plan.top, N * plan.w, P * plan.h);
  pen.fillStyle = look.ink; pen.font = look.font(11); pen.textAlign = "center";
  const stepN = every(N, plan.w, 26);
  for (let n = 1; n <= N; n++) {
    if (n === 1 || n % stepN === 0) pen.fillText(n, plan.left + (n - 0.5) * plan.w, plan.bottom + 10);
  }
  pen.fillText("N, completions per query", plan.left + (N * plan.w) / 2, plan.bottom + 28);
  pen.textAlign = "right";
  const stepP = every(P, plan.h, 13);
  for (let p = 0; p < P; p += stepP) pen.fillText(p, plan.left - 5, plan.top + (p + 0.5) * plan.h);
  upright(pen, "prompt", 10, plan.top + (P * plan.h) / 2);
  const x = plan.right + 16, span = plan.bottom - plan.top;
  const bar = pen.createLinearGradient(0, plan.bottom, 0, plan.top);
  CIVIDIS.forEach((colour, i) => bar.addColorStop(i / (CIVIDIS.length - 1), `rgb(${colour})`));
  pen.fillStyle = bar; pen.fillRect(x, plan.top, 10, span);
  pen.fillStyle = look.ink; pen.textAlign = "left";
  const marks = ticks(low, high, 5);
  for (const v of marks.values) {
    const y = plan.top + span * (1 - (v - low) / (high - low));
    if (y < plan.bottom - 12) pen.fillText(v.toFixed(marks.digits), x + 14, y); // the foot belongs to the sign
  }
  pen.fillText("\u2264", x + 14, plan.bottom - 1);
  upright(pen, "estimated Q", x + 44, plan.top + span / 2);
}

function upright(pen, text, x, y) {
  pen.save(); pen.translate(x, y); pen.rotate(-Math.PI / 2); pen.textAlign = "center"; pen.fillText(text, 0, 0); pen.restore();
}

function curvePlan(width, height, N, [low, high]) {
  const left = 52, right = 34, top = 10, bottom = 40;
  const pad = (high - low) * 0.04;
  return {
    left, top, right: width - right, bottom: height - bottom,
    x: (n) => left + ((n - 1) / Math.max(1, N - 1)) * (width - left - right),
    y: (v) => height - bottom - ((v - low + pad) / (high - low + 2 * pad)) * (height - top - bottom),
  };
}

function drawCurves(canvas, pictures, replay, r, c, arm, range) {
  const { pen, width, height } = crisp(canvas);
  const look = theme(canvas);
  const { P, N } = replay;
  const plan = curvePlan(width, height, N, range);
  const best = replay.best(r, c);
  pictures.put(pen, ["curves", r, c, range, look.key], (own) => {
    drawCurveAxes(own, look, plan, N, range);
    if (r < 0) return;
    inside(own, plan);
    curves(own, replay, plan, r, c, [...Array(P).keys()].filter((p) => p !== best?.[0]), look.quiet, false);
  });
  if (r < 0) return;
  pen.textBaseline = "middle";
  pen.save();
  inside(pen, plan);
  if (arm && arm[0] !== best?.[0]) curves(pen, replay, plan, r, c, [arm[0]], OKABE_ITO.blue, true);
  if (best) curves(pen, replay, plan, r, c, [best[0]], OKABE_ITO.vermillion, true);
  pen.restore();
  const above = best ? label(pen, look, replay, plan, r, c, best[0], OKABE_ITO.vermillion) : null;
  if (arm && arm[0] !== best?.[0]) label(pen, look, replay, plan, r, c, arm[0], OKABE_ITO.blue, above);
  if (best) {
    star(pen, plan.x(best[1]), plan.y(replay.q(r, c, ...best)), 8);
    pen.fillStyle = look.paper; pen.strokeStyle = look.ink; pen.lineWidth = 1.8; pen.fill(); pen.stroke();
  }
  if (arm && !Number.isNaN(replay.q(r, c, ...arm))) {
    pen.beginPath(); pen.arc(plan.x(arm[1]), plan.y(replay.q(r, c, ...arm)), 5, 0, 7);
    pen.lineWidth = 2; pen.strokeStyle = OKABE_ITO.sky; pen.stroke();
  }
}

function inside(pen, plan) {
  pen.beginPath(); pen.rect(plan.left, plan.top, plan.right - plan.left, plan.bottom - plan.top); pen.clip();
}

function drawCurveAxes(pen, look, plan, N, range) {
  pen.textBaseline = "middle"; pen.font = look.font(11);
  pen.strokeStyle = look.line; pen.fillStyle = look.ink; pen.lineWidth = 1; pen.textAlign = "right";
  const marks = ticks(...range, 6);
  for (const v of marks.values) {
    pen.globalAlpha = 0.5;
    pen.beginPath(); pen.moveTo(plan.left, plan.y(v)); pen.lineTo(plan.right, plan.y(v)); pen.stroke();
    pen.globalAlpha = 1;
    pen.fillText(v.toFixed(marks.digits), plan.left - 5, plan.y(v));
  }
  pen.strokeRect(plan.left, plan.top, plan.right - plan.left, plan.bottom - plan.top);
  pen.textAlign = "center";
  const stepN = every(N, (plan.right - plan.left) / N, 26);
  for (let n = 1; n <= N; n++) if (n === 1 || n % stepN === 0) pen.fillText(n, plan.x(n), plan.bottom + 10);
  pen.fillText("N, completions per query", (plan.left + plan.right) / 2, plan.bottom + 28);
  upright(pen, "estimated Q", 9, (plan.top + plan.bottom) / 2);
}

// The curves of these prompts in one colour: trimmed scales thin and dashed, scales still in the race thick.
function curves(pen, replay, plan, r, c, prompts, colour, strong) {
  const { N } = replay;
  const table = replay.table(r, c), trimmed = replay.trimmedBy(r, c);
  for (const alive of [false, true]) {
    pen.beginPath();
    for (const p of prompts) {
      let drawing = false;
      for (let n = 1, i = p * N; n <= N; n++, i++) {
        const lives = !trimmed[i], next = n < N && !trimmed[i + 1];
        if (Number.isNaN(table[i]) || (alive && !lives && !next)) { drawing = false; continue; }
        if (drawing && (!alive || lives)) pen.lineTo(plan.x(n), plan.y(table[i])); else pen.moveTo(plan.x(n), plan.y(table[i]));
        drawing = true;
      }
    }
    pen.strokeStyle = colour;
    pen.globalAlpha = alive || strong ? 1 : 0.45;
    pen.setLineDash(alive ? [] : [2, 3]);
    pen.lineWidth = alive ? (strong ? 3 : 1.8) : 1;
    pen.stroke();
  }
  pen.setLineDash([]); pen.globalAlpha = 1;
  if (!strong) return;
  pen.fillStyle = colour;
  for (const p of prompts) for (let n = 1; n <= N; n += Math.ceil(N / 8)) {
    const v = table[p * N + n - 1];
    if (!Number.isNaN(v)) { pen.beginPath(); pen.arc(plan.x(n), plan.y(v), 2.8, 0, 7); pen.fill(); }
  }
}

// Names a curve at its end, out of the way of the label at height `taken`; returns its own height.
function label(pen, look, replay, plan, r, c, p, colour, taken = null) {
  for (let n = replay.N; n > 0; n--) {
    const v = replay.q(r, c, p, n);
    if (Number.isNaN(v)) continue;
    pen.fillStyle = colour; pen.textAlign = "left"; pen.font = look.font(11, "bold");
    let y = Math.min(plan.bottom, Math.max(plan.top + 6, plan.y(v)));
    if (taken !== null && Math.abs(y - taken) < 12) y = taken + 13;
    pen.fillText(`p${p}`, plan.x(n) + 5, y);
    return y;
  }
  return null;
}

// The arm under the pointer, or null.
function armAtHeat(replay, width, height, x, y) {
  const plan = heatPlan(width, height, replay.P, replay.N);
  const [p, n] = [Math.floor((y - plan.top) / plan.h), Math.floor((x - plan.left) / plan.w) + 1];
  return p >= 0 && p < replay.P && n >= 1 && n <= replay.N ? [p, n] : null;
}

function armAtCurve(replay, width, height, range, r, c, x, y) {
  const plan = curvePlan(width, height, replay.N, range);
  const n = Math.round(1 + ((x - plan.left) / (plan.right - plan.left)) * (replay.N - 1));
  if (n < 1 || n > replay.N) return null;
  let found = null, near = 24;
  for (let p = 0; p < replay.P; p++) {
    const away = Math.abs(plan.y(replay.q(r, c, p, n)) - y);
    if (away < near) { near = away; found = [p, n]; }
  }
  return found;
}
