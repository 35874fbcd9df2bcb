// The two pictures of an elimination: the heat map of arms and the curves Q against N.

function heatPlan(width, height, P, N) {
  const left = 46, right = 88, top = 10, bottom = 40;
  return { left, top, w: (width - left - right) / N, h: (height - top - bottom) / P, right: width - right, bottom: height - bottom };
}

function every(count, size, room) {
  return [1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 200, 500].find((k) => k * size >= room) ?? count;
}

function drawHeat(canvas, replay, r, c, arm, range) {
  const { pen, width, height } = crisp(canvas);
  const look = theme(canvas);
  const { P, N } = replay;
  const plan = heatPlan(width, height, P, N);
  const [low, high] = range;
  const at = (p, n) => [plan.left + (n - 1) * plan.w, plan.top + p * plan.h];
  pen.textBaseline = "middle";
  const room = Math.min(plan.w, plan.h);
  for (let p = 0; p < P && r >= 0; p++) {
    for (let n = 1; n <= N; n++) {
      const [x, y] = at(p, n);
      const value = replay.q(r, c, p, n);
      const trimmed = replay.trimmedIn(r, c, p, n);
      if (!Number.isNaN(value)) {
        const [red, green, blue] = cividis((value - low) / (high - low));
        pen.globalAlpha = trimmed ? 0.22 : 1;
        pen.fillStyle = `rgb(${red},${green},${blue})`;
        pen.fillRect(x, y, plan.w + 0.3, plan.h + 0.3);
        pen.globalAlpha = 1;
      }
      if (trimmed && room >= 11) {
        pen.fillStyle = look.ink;
        pen.font = look.font(10); // smaller cannot be read
        pen.textAlign = "center";
        pen.fillText(trimmed, x + plan.w / 2, y + plan.h / 2 + 0.5);
      } else if (trimmed && room >= 2) { // a stroke where the number has no room
        pen.strokeStyle = look.quiet;
        pen.beginPath(); pen.moveTo(x, y + plan.h); pen.lineTo(x + plan.w, y); pen.lineWidth = 0.5; pen.stroke();
      }
    }
    const largest = replay.largest(r, p);
    if (largest) {
      const x = plan.left + largest * plan.w;
      pen.fillStyle = look.paper; pen.fillRect(x - 3.5, plan.top + p * plan.h + 0.5, 5, plan.h - 1);
      pen.fillStyle = OKABE_ITO.vermillion; pen.fillRect(x - 2.5, plan.top + p * plan.h + 0.5, 3, plan.h - 1);
    }
  }
  drawHeatAxes(pen, look, plan, replay, range);
  if (r < 0) return;
  const best = replay.best(r, c);
  if (best) {
    const [x, y] = at(best[0], best[1]);
    star(pen, x + plan.w / 2, y + plan.h / 2, Math.max(8, room * 0.7));
    pen.fillStyle = look.paper; pen.strokeStyle = look.ink; pen.lineWidth = 1.8; pen.fill(); pen.stroke();
  }
  if (arm) {
    const [x, y] = at(arm[0], arm[1]);
    pen.lineWidth = 4; pen.strokeStyle = look.paper; pen.strokeRect(x - 1, y - 1, plan.w + 2, plan.h + 2);
    pen.lineWidth = 2; pen.strokeStyle = OKABE_ITO.sky; pen.strokeRect(x - 1, y - 1, plan.w + 2, plan.h + 2);
  }
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
  for (let i = 0; i < span; i++) {
    const [red, green, blue] = cividis(1 - i / span);
    pen.fillStyle = `rgb(${red},${green},${blue})`; pen.fillRect(x, plan.top + i, 10, 1.5);
  }
  pen.fillStyle = look.ink; pen.textAlign = "left";
  const marks = ticks(low, high, 5);
  for (const v of marks.values) pen.fillText(v.toFixed(marks.digits), x + 14, plan.top + span * (1 - (v - low) / (high - low)));
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

function drawCurves(canvas, replay, r, c, arm, range) {
  const { pen, width, height } = crisp(canvas);
  const look = theme(canvas);
  const { P, N } = replay;
  const plan = curvePlan(width, height, N, range);
  pen.textBaseline = "middle"; pen.font = look.font(11);
  pen.strokeStyle = look.line; pen.lineWidth = 1;
  const marks = ticks(...range, 6);
  for (const v of marks.values) {
    pen.globalAlpha = 0.5;
    pen.beginPath(); pen.moveTo(plan.left, plan.y(v)); pen.lineTo(plan.right, plan.y(v)); pen.stroke();
    pen.globalAlpha = 1;
    pen.fillStyle = look.ink; pen.textAlign = "right"; pen.fillText(v.toFixed(marks.digits), plan.left - 5, plan.y(v));
  }
  pen.strokeRect(plan.left, plan.top, plan.right - plan.left, plan.bottom - plan.top);
  pen.textAlign = "center";
  const stepN = every(N, (plan.right - plan.left) / N, 26);
  for (let n = 1; n <= N; n++) if (n === 1 || n % stepN === 0) pen.fillText(n, plan.x(n), plan.bottom + 10);
  pen.fillText("N, completions per query", (plan.left + plan.right) / 2, plan.bottom + 28);
  upright(pen, "estimated Q", 9, (plan.top + plan.bottom) / 2);
  if (r < 0) return;
  const best = replay.best(r, c);
  pen.save();
  pen.beginPath(); pen.rect(plan.left, plan.top, plan.right - plan.left, plan.bottom - plan.top); pen.clip();
  const order = [...Array(P).keys()].sort((a, b) => rank(a) - rank(b));
  function rank(p) { return (p === best?.[0] ? 2 : 0) + (p === arm?.[0] ? 1 : 0); }
  for (const p of order) {
    const colour = p === best?.[0] ? OKABE_ITO.vermillion : p === arm?.[0] ? OKABE_ITO.blue : look.quiet;
    curve(pen, replay, plan, r, c, p, look, colour, p === best?.[0] || p === arm?.[0]);
  }
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

// Trimmed scales thin and dashed, scales still in the race thick.
function curve(pen, replay, plan, r, c, p, look, colour, strong) {
  for (const alive of [false, true]) {
    pen.beginPath();
    let drawing = false;
    for (let n = 1; n <= replay.N; n++) {
      const v = replay.q(r, c, p, n);
      const lives = !replay.trimmedIn(r, c, p, n);
      const next = n < replay.N && !replay.trimmedIn(r, c, p, n + 1);
      if (Number.isNaN(v) || (alive && !lives && !next)) { drawing = false; continue; }
      if (drawing && (!alive || lives)) pen.lineTo(plan.x(n), plan.y(v)); else pen.moveTo(plan.x(n), plan.y(v));
      drawing = true;
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
  for (let n = 1; n <= replay.N; n += Math.ceil(replay.N / 8)) {
    const v = replay.q(r, c, p, n);
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
