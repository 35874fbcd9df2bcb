// The view: controls, pictures and words. All rounds are in the browser, so replay asks no kernel.

const PACE = 600; // ms a round in a replay

function render({ model, el }) {
  const view = parts((name) => set("context", name));
  el.append(view.root);
  let replay, run, timer = null, range = [0, 1], pending = false;
  const pictures = new Pictures();
  let version = null; // of the estimates that the pictures show

  const shown = () => {
    const wanted = model.get("round");
    return (wanted > 0 ? Math.min(wanted, replay.frames.length) : replay.frames.length) - 1;
  };
  const context = () => Math.max(0, replay.about.contexts.findIndex((c) => c.name === model.get("context")));
  const arm = () => {
    const at = model.get("arm");
    return at.length === 2 && at[0] < replay.P && at[1] <= replay.N ? at : null;
  };
  const set = (name, value) => { model.set(name, value); model.save_changes(); };

  function collect() {
    if (run !== model.get("_run")) {
      run = model.get("_run");
      replay = new Replay(model.get("_about"));
      version = null;
      view.strip.lay(replay.about.contexts.map((c) => c.name));
      stop();
    }
    for (let i = replay.frames.length + 1; i <= model.get("n_frames"); i++) {
      const frame = model.get(`_frame_${i}`);
      if (!frame) { model.send({ need: i }); break; }
      replay.add(frame);
    }
    replay.rescore(Object.keys(model.get("_scored")).map((c) => [c, model.get(`_rescored_${c}`)]).filter(([, entry]) => entry));
    range = model.get("scale")[context()] ?? replay.range(context());
    draw();
  }

  function draw() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; paint(); });
  }

  function paint() {
    const [r, c, at] = [shown(), context(), arm()];
    if (version !== replay.version) pictures.clear();
    version = replay.version;
    if (view.heat.clientWidth) { // else it is not laid out yet, and the size observer calls again
      drawHeat(view.heat, pictures, replay, r, c, at, range);
      drawCurves(view.curves, pictures, replay, r, c, at, range);
    }
    words(view, replay, r, c, at, model); // last: after a change of words, to ask for a size would lay the page out
  }

  function go(r) { set("round", r >= replay.frames.length ? 0 : Math.max(1, r)); }
  function stop() {
    clearInterval(timer); timer = null;
    view.play.textContent = "\u25b6 Replay";
    view.play.setAttribute("aria-pressed", "false");
  }
  function play() {
    if (timer) return stop();
    if (!replay.frames.length) return;
    if (shown() === replay.frames.length - 1) go(1);
    view.play.textContent = "\u23f8 Pause replay";
    view.play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      if (!view.root.isConnected) return stop();
      go(shown() + 2);
      if (shown() >= replay.frames.length - 1) stop();
    }, PACE);
  }

  view.play.addEventListener("click", play);
  view.reset.addEventListener("click", () => {
    stop();
    set("round", 0);
    set("arm", []);
    set("context", replay.about.contexts[0].name);
  });
  view.slider.addEventListener("input", () => { stop(); go(Number(view.slider.value)); });
  view.heat.addEventListener("focus", () => { if (!arm()) set("arm", replay.best(shown(), context())?.slice(0, 2) ?? [0, replay.N]); });
  view.heat.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-5, 0],
      PageDown: [5, 0], Home: [0, -replay.N], End: [0, replay.N] }[event.key];
    if (event.key === "Escape") { set("arm", []); event.preventDefault(); event.stopPropagation(); return; }
    if (!step) return;
    event.preventDefault(); event.stopPropagation();
    const [p, n] = arm() ?? [0, 1];
    const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
    set("arm", [clamp(p + step[0], 0, replay.P - 1), clamp(n + step[1], 1, replay.N)]);
  });
  const hover = (canvas, find) => {
    canvas.addEventListener("pointermove", (event) => {
      const found = replay.frames.length ? find(event.offsetX, event.offsetY) : null;
      view.tip.hidden = !found;
      if (!found) return;
      const box = view.pictures.getBoundingClientRect();
      view.tip.textContent = replay.tell(shown(), context(), ...found);
      const x = event.clientX - box.left;
      Object.assign(view.tip.style, x > box.width / 2 ? { left: "auto", right: `${box.width - x + 12}px` } : { left: `${x + 14}px`, right: "auto" });
      view.tip.style.top = `${Math.max(0, event.clientY - box.top - 50)}px`;
    });
    canvas.addEventListener("pointerleave", () => { view.tip.hidden = true; });
    canvas.addEventListener("click", (event) => { const found = find(event.offsetX, event.offsetY); if (found) set("arm", found); });
  };
  hover(view.heat, (x, y) => armAtHeat(replay, view.heat.clientWidth, view.heat.clientHeight, x, y));
  hover(view.curves, (x, y) => armAtCurve(replay, view.curves.clientWidth, view.curves.clientHeight, range, shown(), context(), x, y));

  const listened = { "change:n_frames": collect, "change:_run": collect, "change:_about": collect, "change:_scored": collect,
    "change:context": collect, "change:scale": collect, "change:title": draw, "change:round": draw, "change:arm": draw, "change:finished": draw };
  for (const [event, handler] of Object.entries(listened)) model.on(event, handler);
  let untend = null; // a view meets the controls beside it only once it is in the page
  const size = new ResizeObserver(() => { untend ??= tendStock(view.root, model); draw(); });
  size.observe(view.root);
  const forget = onThemeChange(draw);
  const unplug = onConnection(model, draw);
  collect();
  return () => {
    stop(); size.disconnect(); forget(); unplug(); untend?.();
    for (const [event, handler] of Object.entries(listened)) model.off(event, handler);
  };
}

let views = 0;

function parts(pick) {
  const id = `iapo-elimination-${++views}-${Math.random().toString(36).slice(2, 8)}`;
  const title = build("div", { class: "iapo-title" });
  const strip = contextStrip(pick);
  const slider = build("input", { type: "range", id: `${id}-round`, min: 1, max: 1, value: 1, disabled: "" });
  const play = build("button", { type: "button", "aria-pressed": "false", disabled: "" }, "\u25b6 Replay");
  const reset = build("button", { type: "button", title: "Newest round, first context, no arm" }, "Reset view");
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const at = build("span", { class: "iapo-at", "aria-hidden": "true" });
  const bar = build("div", { class: "iapo-bar-fill" });
  const budget = build("div", { class: "iapo-bar", role: "progressbar", "aria-label": "budget spent", "aria-valuemin": 0 }, bar);
  const spent = build("span", { class: "iapo-spent" });
  const heat = build("canvas", { class: "iapo-heat", tabindex: 0, role: "application", "aria-roledescription": "heat map",
    "aria-label": "Estimates of Q, prompts by N. Arrow keys move from arm to arm, Escape lets go.", "aria-describedby": `${id}-arm` });
  const curves = build("canvas", { class: "iapo-curves", role: "img", "aria-label": "Estimated Q against N, one curve a prompt" });
  const tip = build("div", { class: "iapo-tip", "aria-hidden": "true", hidden: "" });
  const pictures = build("div", { class: "iapo-pictures" }, heat, curves, tip);
  const policy = build("p", { class: "iapo-policy", "aria-live": "polite" });
  const armText = build("p", { class: "iapo-arm", id: `${id}-arm`, "aria-live": "polite" });
  const note = build("p", { class: "iapo-note" });
  const changed = build("p", { class: "iapo-changed", "aria-live": "polite" });
  const key = (kind, text) => build("span", { class: "iapo-key" }, build("span", { class: `iapo-swatch iapo-${kind}`, "aria-hidden": "true" }, { star: "\u2606", trimmed: "3" }[kind] ?? ""), text);
  const legend = build("div", { class: "iapo-legend" },
    key("alive", "in the race"), key("trimmed", "trimmed; its round, where there is room"), key("unknown", "no estimate"),
    key("largest", "largest scale alive in any context: the next pull"), key("star", "recommended"), key("arm-key", "chosen arm"), key("curve-alive", "curve: in the race"), key("curve-trimmed", "curve: trimmed"));
  const root = build("div", { class: "iapo-widget iapo-elimination" },
    lost, title, strip.element,
    build("div", { class: "iapo-controls" },
      build("label", { for: `${id}-round` }, "Round "), slider, at, play, reset, build("span", { class: "iapo-budget" }, budget, spent)),
    pictures, legend, build("div", { class: "iapo-words" }, policy, armText, changed, note));
  // JupyterLab's own shortcuts would take the arrow keys; it looks for this on the very element in focus.
  for (const element of [slider, play, reset, heat]) element.setAttribute("data-lm-suppress-shortcuts", "true");
  return { root, title, strip, slider, play, reset, lost, at, bar, budget, spent, heat, curves, tip, pictures, policy, armText, note, changed };
}

function words(view, replay, r, c, arm, model) {
  const count = replay.frames.length;
  const { about } = replay;
  const frame = replay.frames[r];
  const total = model.get("finished") ? ` of ${count}` : "";
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const inLab = Boolean(view.root.closest(".iapo-lab")); // a lab has a Reset of its own
  if (view.reset.hidden !== inLab) view.reset.hidden = inLab;
  put(view.lost, connected(model) ? "" : "No running kernel here: the rounds that were saved replay without one, a new run needs it.");
  put(view.title, model.get("title"));
  view.strip.show(c, about.contexts.map((_, k) => ({ best: frame && replay.best(r, k), changed: replay.isRescored(k) })));
  for (const control of [view.slider, view.play]) if (control.disabled !== count < 1) control.disabled = count < 1;
  describe(view.slider, { max: Math.max(1, count), "aria-valuetext": frame ? `round ${frame.number}${total}` : "no round yet" });
  if (Number(view.slider.value) !== r + 1) view.slider.value = r + 1;
  put(view.at, frame ? `${frame.number}${total}` : "\u2013");
  const spent = frame?.spent ?? 0;
  view.bar.style.transform = `scaleX(${spent / about.budget})`;
  describe(view.budget, { "aria-valuemax": about.budget, "aria-valuenow": spent });
  put(view.spent, `${spent.toLocaleString()} of ${about.budget.toLocaleString()} completions spent`);
  const name = about.contexts[c].name;
  const best = frame && replay.best(r, c);
  put(view.policy, best
    ? `Recommendation for context ${name} after round ${frame.number}: ${about.prompts[best[0]]} with ${best[2] ? "N drawn at random for each query, estimated Q at N = 1" : `N = ${best[1]}, estimated Q`} ${replay.q(r, c, ...best).toFixed(3)}.${about.told?.[best[0]] ? ` Prompt ${best[0]}: \u201c${about.told[best[0]]}\u201d.` : ""}`
    : connected(model) ? "No round yet: press Run, and each round of the elimination appears here." : "No round was saved.");
  put(view.armText, !frame ? "" : arm ? replay.tell(r, c, ...arm) + "." : "Hover or focus the heat map to read an arm: arrow keys move from arm to arm.");
  const entry = replay.rescored[c];
  put(view.changed, entry ? `Re-scored with ${entry.label}: no new pulls. Estimates and recommendation are new (among arms known from enough queries); the arms were trimmed under the earlier weights.` : "");
  put(view.note, about.note);
}

export default { render };
