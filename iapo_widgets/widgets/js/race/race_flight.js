// Answers on their way: from the budget to the rows that they are asked of.

const DOTS = 200; // at most; then a dot stands for several answers

// How many answers a dot stands for in a round that asks for so many.
function dotWorth(total) {
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((k) => total / k <= DOTS) ?? Math.ceil(total / DOTS);
}

// Flies `frame`'s answers over the canvas within `ms`; from: px where the budget is, goal(p): px of a row, both in the
// canvas.  Returns how to end it at once.
function fly(canvas, frame, from, goal, ms, colour, done) {
  const total = frame.pulls.reduce((sum, [, n, times]) => sum + n * times, 0);
  const worth = dotWorth(total), dots = [];
  for (const [p, n, times] of frame.pulls) {
    const to = goal(p);
    for (let i = 0; i < Math.max(1, Math.round((n * times) / worth)); i++) dots.push({ to, lift: 30 + 60 * Math.random() });
  }
  dots.forEach((dot, i) => { dot.start = ((i * 0.618034) % 1) * 0.55; });
  let handle = 0, began = null;
  const clear = () => { const { pen } = crisp(canvas); pen.globalAlpha = 1; };
  const step = (now) => {
    began ??= now;
    const t = (now - began) / ms;
    const { pen } = crisp(canvas);
    if (t >= 1 || !canvas.isConnected) { clear(); done(); return; }
    pen.fillStyle = colour;
    pen.globalAlpha = 0.55;
    for (const { to, lift, start } of dots) {
      const s = (t - start) / 0.45;
      if (s <= 0 || s >= 1) continue;
      const e = s * s * (3 - 2 * s);
      const x = from.x + (to.x - from.x) * e, y = from.y + (to.y - from.y) * e - lift * 4 * e * (1 - e);
      pen.beginPath();
      pen.arc(x, y, 2.6, 0, 7);
      pen.fill();
    }
    handle = requestAnimationFrame(step);
  };
  handle = requestAnimationFrame(step);
  return () => { cancelAnimationFrame(handle); clear(); };
}
