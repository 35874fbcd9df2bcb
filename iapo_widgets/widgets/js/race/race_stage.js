// A race on its stage: one or two boards on one clock, their captions, the budget as time, and what plays it.

let stages = 0;
const SCREEN = 690; // px that a race may be high
const ROWS = { least: 190, phone: 290, most: 400 }; // px of all rows
const FLIGHT = 0.45; // share of a round's time in which answers fly
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// models: of the views that are raced, one or two; opened(p, n): an arm was picked; playTrain(): trains what is not
// trained yet, and returns whether it does; toBegin: how the first round comes.
function raceStage({ models, opened = null, playTrain = () => false, toBegin = "No round yet: the first is shown when its answers are in." }) {
  const id = `iapo-race-${++stages}-${Math.random().toString(36).slice(2, 8)}`;
  const press = (text, tip, act, attributes = {}) => { const made = build("button", { type: "button", title: tip, "data-lm-suppress-shortcuts": "true", ...attributes }, text); made.addEventListener("click", act); return made; };
  const play = press("\u25b6 Play", "Play the race from its first answer to its last", () => toggle(), { "aria-pressed": "false", class: "iapo-play" });
  const step = press("Step", "Play one round", () => stepOnce());
  const faces = press("Map", "Every prompt with every N, as a map", () => each("face", models[0].get("face") === "map" ? "race" : "map"), { "aria-pressed": "false" });
  const truthButton = press("Was it lucky?", "Show the exact values, which the race could not know", () => each("truth", !models[0].get("truth")), { "aria-pressed": "false" });
  const whom = contextChooser((name) => { each("context", name); });
  const overlay = build("canvas", { class: "iapo-flight", "aria-hidden": "true" });
  const stage = build("div", { class: "iapo-boards" });
  const timeline = raceTimeline({ go: (k) => { stop(); moveTo(k); } });
  const legend = raceLegend();
  const policy = build("p", { class: "iapo-policy", "aria-live": "polite" });
  const lucky = build("p", { class: "iapo-lucky", role: "status", "aria-live": "polite" });
  const changed = build("p", { class: "iapo-changed", "aria-live": "polite" });
  const root = build("div", { class: "iapo-stage" }, stage, policy, changed, lucky, timeline.element, legend, overlay);
  const tracks = models.map((model, k) => makeTrack(model, k, `${id}-${k}`, pickOf));
  stage.append(...tracks.map((track) => track.element));
  stage.classList.toggle("iapo-two", tracks.length > 1);

  let bounds = [], playing = false, timer = null, ending = null, pending = false, worth = 0, motion = false, went = -1;
  const first = models[0];
  const each = (name, value) => { for (const model of models) { model.set(name, value); model.save_changes(); } };

  function collect() {
    tracks.forEach((track) => track.collect());
    bounds = tracks.length === 1 ? tracks[0].replay.frames.map((f) => f.spent)
      : [...new Set(tracks.flatMap((track) => track.replay.frames.map((f) => f.spent)))].sort((a, b) => a - b);
    draw();
    if (playing && !timer && !ending) next();
  }
  // One message may change many traits, and marimo tells of each before the next is set: frames are read when all are.
  let coming = false;
  const gather = () => { if (coming) return; coming = true; queueMicrotask(() => { coming = false; collect(); }); };
  // Frame of a track that belongs to a place on the common clock.
  const frameAt = (track, k) => {
    if (k < 0) return -1;
    if (tracks.length === 1) return Math.min(k, track.replay.frames.length - 1);
    let r = -1;
    track.replay.frames.forEach((frame, i) => { if (frame.spent <= bounds[k]) r = i; });
    return r;
  };
  function place() {
    const rounds = models.map((model) => model.get("round"));
    if (rounds[0] < 0) return -1; // before the first
    const places = tracks.map(({ replay }, i) => {
      if (!replay.frames[rounds[i] - 1]) return bounds.length - 1;
      return tracks.length === 1 ? rounds[i] - 1 : bounds.indexOf(replay.frames[rounds[i] - 1].spent);
    });
    // A run that has no round yet stands at its first, which lies ahead: two places then have the same rounds.
    const fits = (k) => tracks.every((track, i) => (rounds[i] ? Math.max(1, frameAt(track, k) + 1) === rounds[i] : k === bounds.length - 1));
    return [went, ...places].find((k) => k >= 0 && k < bounds.length && fits(k)) ?? places[0];
  }
  function moveTo(k) {
    went = k;
    tracks.forEach((track, i) => {
      const r = frameAt(track, k), value = k < 0 ? -1 : k >= bounds.length - 1 ? 0 : Math.max(1, r + 1);
      if (models[i].get("round") !== value) { models[i].set("round", value); models[i].save_changes(); }
    });
    draw();
  }
  const context = () => Math.max(0, tracks[0].replay.about.contexts.findIndex((c) => c.name === first.get("context")));
  function pickOf(k, p) {
    const track = tracks[k], row = standing(track.replay, frameAt(track, place()), context()).find((each) => each.p === p);
    choose([p, row?.n ?? 1]);
  }
  function choose(arm) {
    each("arm", arm);
    if (arm.length && opened) opened(...arm);
  }
  tracks.forEach((track) => { track.choose = choose; });

  // What plays.
  function toggle() {
    if (playing) { stop(); return; }
    if (playTrain()) { begin(); moveTo(-1); return; }
    if (!bounds.length) return;
    if (place() >= bounds.length - 1) moveTo(-1);
    begin();
    next();
  }
  function begin() {
    playing = true;
    put(play, "Pause"); // its sign is an empty box where a font lacks it
    describe(play, { "aria-pressed": true });
  }
  function stop() {
    clearTimeout(timer);
    timer = null;
    ending?.();
    ending = null;
    landed();
    playing = motion = false;
    put(play, "\u25b6 Play");
    describe(play, { "aria-pressed": false });
    worth = 0;
    draw();
  }
  function next() {
    timer = null;
    if (!playing) return;
    if (!root.isConnected) { stop(); return; }
    const to = place() + 1;
    if (to >= bounds.length) { if (first.get("finished") || !connected(first)) stop(); return; } // else the next round is on its way
    animate(to, next);
  }
  function stepOnce() {
    stop();
    if (!bounds.length) { playTrain(); return; }
    const at = place();
    animate(at >= bounds.length - 1 ? 0 : at + 1, () => stop());
  }
  function animate(to, then) {
    const ms = first.get("seconds") * 1000;
    if (ms < 150 || calm() || first.get("face") === "map") {
      moveTo(to);
      timer = setTimeout(then, Math.max(16, ms));
      return;
    }
    if (to === 0 && place() >= 0) moveTo(-1);
    motion = true;
    const onStage = (x, y) => { const [left, top] = pointOn(root, { clientX: x, clientY: y }); return { x: left, y: top }; };
    const from = timeline.source(to), start = onStage(from.x, from.y);
    const flights = tracks.map((track) => {
      const r = frameAt(track, to), before = frameAt(track, to - 1);
      return r > before ? { track, frame: track.replay.frames[r] } : null;
    }).filter(Boolean);
    const total = flights.reduce((sum, { frame }) => Math.max(sum, frame.pulls.reduce((s, [, n, times]) => s + n * times, 0)), 0);
    worth = dotWorth(total);
    flights.forEach(({ track, frame }) => { track.ask(frame); });
    drawTimeline();
    const colour = theme(root).quiet;
    const pulls = flights.flatMap(({ track, frame }, k) => frame.pulls.map(([p, n, times]) => [k * 1000 + p, n, times]));
    const goal = (key) => {
      const g = flights[Math.floor(key / 1000)].track.board.goal(key % 1000);
      return onStage(g.right, g.top + g.height / 2);
    };
    ending = fly(overlay, { pulls }, start, goal, ms * FLIGHT, colour, () => {
      ending = null;
      landed();
      moveTo(to);
      timer = setTimeout(then, ms * (1 - FLIGHT));
    });
  }

  const recommended = (c, at) => tracks.map((track) => policyWords(track.replay, frameAt(track, at), c, connected(first) ? toBegin : "No round was saved.")).filter(Boolean).join("\n");
  const landed = () => { for (const track of tracks) track.ask(null); };
  function draw() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; paint(); });
  }
  function drawTimeline() {
    const over = tracks.every((track) => track.model.get("finished")), { budget } = tracks[0].replay.about;
    const names = tracks.length === 1 ? tracks[0].replay.frames.map((f) => `${f.number}`) : bounds.map((_, k) => `${k + 1}`);
    timeline.show({ next: bounds, now: place(), total: Math.max(budget, bounds.at(-1) ?? 0), names, over, worth });
  }
  function paint() {
    const c = context(), at = place(), { about } = tracks[0].replay, face = first.get("face");
    whom.show(about.contexts, c, about.contexts.map((_, k) => {
      const best = at >= 0 && tracks[0].replay.best(frameAt(tracks[0], at), k);
      return best ? `${about.prompts[best[0]]}, ${best[2] ? "N drawn at random" : `N = ${best[1]}`}` : "";
    }));
    root.style.setProperty("--iapo-move", motion ? "480ms" : "90ms");
    const arm = first.get("arm"), truth = first.get("truth");
    const axes = tracks.map((track) => axisOf(track.replay, c)), ends = [Math.min(...axes.map(([low]) => low)), Math.max(...axes.map(([, high]) => high))];
    tracks.forEach((track) => track.show(frameAt(track, at), c, face, arm.length === 2 ? arm : null, ends));
    const told = truth ? tracks.map((track) => truthWords(track.replay, frameAt(track, at), c, track.truth())).filter(Boolean) : [];
    put(policy, recommended(c, at));
    put(lucky, told.join("\n"));
    put(changed, tracks[0].replay.isRescored(c) ? `Re-scored with ${tracks[0].replay.rescored[c].label}: nothing was asked anew, and the arms were trimmed under the earlier weights.` : "");
    describe(faces, { "aria-pressed": face === "map" });
    describe(truthButton, { "aria-pressed": truth });
    truthButton.hidden = !about.knows;
    legend.show({ cost: weightsOf(tracks[0].replay, c).cost > 0 && !about.stops, gone: tracks.some((track) => standing(track.replay, frameAt(track, at), c).some((row) => row.out)), truth, hidden: face === "map" });
    drawTimeline();
    refit();
  }

  const heard = ["n_frames", "_run", "_about", "_scored", "context", "scale", "title", "arm", "finished", "face", "truth", "_truth", "_report", "seconds"];
  for (const model of models) {
    for (const name of heard) model.on(`change:${name}`, gather);
    model.on("change:round", draw);
  }
  let fitted = "";
  function refit() { // a fit changes the height, which is no reason for another
    const now = `${root.clientWidth} ${bounds.length > 0} ${tracks.every((track) => track.model.get("finished"))} ${context()} ${tracks[0].replay.isRescored(context())} ${first.get("face")}`;
    if (now !== fitted) { fitted = now; fit(); draw(); }
  }
  const size = new ResizeObserver(() => { refit(); draw(); });
  size.observe(root);
  const forget = onThemeChange(root, paint), unhear = onConnection(first, collect);
  // The longest caption and recommendation have their room from the beginning; rows take what one screen leaves them.
  const fit = () => {
    root.style.setProperty("--iapo-said", `${Math.max(...tracks.map((track) => track.tallest(context())))}px`);
    const probe = build("p", { class: "iapo-policy iapo-probe", "aria-hidden": "true" });
    policy.after(probe);
    policy.style.minHeight = `${Math.max(...bounds.map((_, at) => { put(probe, recommended(context(), at)); return probe.offsetHeight; }), 0)}px`;
    probe.remove();
    const section = root.closest(".iapo-race") ?? root, stacked = tracks.length > 1 && root.clientWidth < 880;
    const room = tracks.map(({ board }) => board.element.hidden ? 0 : board.field.offsetHeight);
    const around = section.offsetHeight - (stacked ? room.reduce((a, b) => a + b, 0) : Math.max(...room));
    const least = root.clientWidth < 500 ? ROWS.phone : ROWS.least;
    const left = Math.max(least, Math.min(ROWS.most, (SCREEN - around) / (stacked ? 2 : 1)));
    if (section.offsetHeight && first.get("face") !== "map") for (const { board } of tracks) board.height = left;
  };
  collect();
  return {
    root, play, step, faces, truthButton, whom, stop, draw, choose,
    foot: (...buttons) => timeline.foot.replaceChildren(...buttons),
    off() {
      stop();
      size.disconnect();
      forget();
      unhear();
      for (const model of models) {
        for (const name of heard) model.off(`change:${name}`, gather);
        model.off("change:round", draw);
      }
    },
  };
}

// One run: its rounds, its board, its map and its caption.
function makeTrack(model, k, id, pick) {
  const title = build("h4", { class: "iapo-title" });
  const board = raceBoard({ pick: (p) => pick(k, p) });
  const track = { model, board, replay: null, choose: () => {} };
  const map = mapView({ id, choose: (arm) => track.choose(arm) });
  const head = build("strong", {}), lines = build("span", {});
  const words = build("div", { class: "iapo-caption", role: "group", "aria-label": "What this round changed", tabindex: 0 }, build("div", { role: "status", "aria-live": "polite" }, head, lines));
  let run, exact = null, source = null, asking = null;
  track.element = build("div", { class: "iapo-run" }, title, board.element, map.element, words);
  track.truth = () => {
    const code = model.get("_truth");
    if (code !== source) { source = code; exact = code ? estimates(code) : null; }
    return exact;
  };
  track.collect = () => {
    if (run !== model.get("_run")) {
      run = model.get("_run");
      track.replay = new Replay(model.get("_about"));
      board.lay(track.replay);
    }
    const { replay } = track;
    for (let i = replay.frames.length + 1; i <= model.get("n_frames"); i++) {
      const frame = model.get(`_frame_${i}`);
      if (!frame) { model.send({ need: i }); break; }
      replay.add(frame);
    }
    replay.report = model.get("_report");
    replay.rescore(Object.keys(model.get("_scored")).map((c) => [c, model.get(`_rescored_${c}`)]).filter(([, entry]) => entry));
  };
  // px of the longest caption, for a user
  track.tallest = (c) => {
    const probes = [null, ...track.replay.frames].map((_, k) => {
      const said = caption(track.replay, k - 1, c, model.get("finished"));
      return build("div", { class: "iapo-caption iapo-probe", "aria-hidden": "true" }, build("strong", {}, said.head), said.lines.join("\n"));
    });
    track.element.append(...probes);
    const heights = probes.map((probe) => probe.offsetHeight);
    for (const probe of probes) probe.remove();
    return Math.max(...heights);
  };
  // While answers of a round are on their way, the caption says only what is asked.
  track.ask = (frame) => { asking = frame; if (frame) { put(head, `Round ${frame.number} ${askWords(frame)}`); put(lines, "The answers are on their way\u2026"); } };
  track.show = (r, c, face, arm, ends) => {
    const { replay } = track, isMap = face === "map";
    put(title, model.get("title"));
    title.hidden = !model.get("title");
    board.element.hidden = isMap;
    map.element.hidden = !isMap;
    if (isMap) map.show({ replay, r, c, arm, range: model.get("scale")[c] ?? replay.range(c) });
    else board.show(r, c, { chosen: arm, truth: model.get("truth") ? track.truth() : null, ends });
    if (asking) return;
    const said = caption(replay, r, c, model.get("finished"));
    put(head, said.head);
    const text = said.lines.join("\n");
    put(lines, text);
  };
  return track;
}
