// The budget as time: rounds as long as what they spent, and a mark to drag to any of them.

const NARROW = 1.2; // % of the time that a round's number needs

function raceTimeline({ go }) {
  const track = build("div", { class: "iapo-time-track", "aria-hidden": "true" });
  const mark = build("div", { class: "iapo-time-mark", "aria-hidden": "true" });
  const slider = build("div", { class: "iapo-time", role: "slider", tabindex: 0, "aria-label": "Round", "data-lm-suppress-shortcuts": "true" }, track, mark);
  const spent = build("span", { class: "iapo-spent" });
  const foot = build("span", { class: "iapo-foot" });
  const dots = build("span", { class: "iapo-dots" });
  const element = build("div", { class: "iapo-timeline" }, slider, build("div", { class: "iapo-time-words" }, spent, dots, foot));
  let bounds = [], at = -1, budget = 1, told = "", dragging = false;

  const share = (v) => Math.min(100, (100 * v) / budget);
  const nearest = (clientX) => {
    const box = track.getBoundingClientRect();
    const v = ((clientX - box.left) / Math.max(1, box.width)) * budget;
    let best = -1;
    bounds.forEach((b, k) => { if (Math.abs(b - v) < Math.abs((best < 0 ? 0 : bounds[best]) - v)) best = k; });
    return best;
  };
  slider.addEventListener("pointerdown", (event) => {
    if (!bounds.length) return;
    dragging = true;
    slider.setPointerCapture(event.pointerId);
    slider.focus();
    event.preventDefault();
    go(nearest(event.clientX));
  });
  slider.addEventListener("pointermove", (event) => { if (dragging) go(nearest(event.clientX)); });
  for (const end of ["pointerup", "pointercancel"]) slider.addEventListener(end, () => { dragging = false; });
  slider.addEventListener("keydown", (event) => {
    const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: bounds.length - 1, PageUp: at + 3, PageDown: at - 3 }[event.key];
    if (to === undefined || !bounds.length) return;
    event.preventDefault();
    event.stopPropagation();
    at = Math.max(-1, Math.min(bounds.length - 1, to)); // keys may outrun the paint
    go(at);
  });

  return {
    element, foot,
    // Where answers set out from, in px of the page: the part of the budget that round spends.
    source(k) {
      const box = track.getBoundingClientRect();
      const middle = ((k > 0 ? bounds[k - 1] : 0) + bounds[k]) / 2;
      return { x: box.left + (box.width * share(middle)) / 100, y: box.top + box.height / 2 };
    },
    // next: of all the rounds the bounds of which are known; names: what each is called; over: whether none is to come.
    show({ next, now, total, names, over, worth }) {
      [bounds, at, budget] = [next, now, total];
      const text = JSON.stringify([bounds, budget, names]);
      if (text !== told) {
        told = text;
        track.replaceChildren(...bounds.map((b, k) => {
          const from = k ? bounds[k - 1] : 0, wide = share(b) - share(from);
          const segment = build("span", { class: "iapo-time-round" }, build("span", {}, wide < NARROW ? "" : names[k]));
          segment.style.left = `${share(from)}%`;
          segment.style.width = `${Math.max(0, wide)}%`;
          return segment;
        }));
      }
      [...track.children].forEach((segment, k) => segment.classList.toggle("iapo-done", k <= at));
      mark.style.left = `${at < 0 ? 0 : share(bounds[at])}%`;
      const used = at < 0 ? 0 : bounds[at];
      const count = over ? ` of ${bounds.length}` : "";
      describe(slider, { "aria-valuemin": 0, "aria-valuemax": bounds.length, "aria-valuenow": at + 1, "aria-valuetext": at < 0 ? (bounds.length ? "before the first round" : "no round yet") : `round ${names[at]}${count}` });
      put(spent, `${used.toLocaleString("en")} of ${budget.toLocaleString("en")} answers spent`);
      put(dots, worth ? `a dot that flies is ${countWords(worth, "answer")}` : "");
    },
  };
}
