// The lab: few controls on top, the race, and the answers behind the arm that is looked at.

let labs = 0;

function render({ model: bare, el }) {
  const model = remembered(bare);
  const id = `iapo-lab-${++labs}-${Math.random().toString(36).slice(2, 8)}`;
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const status = build("p", { class: "iapo-status", role: "status", "aria-live": "polite" });
  const note = build("p", { class: "iapo-note" });
  const [topForm, topButtons, moreForm, moreButtons] = ["form", "buttons", "form", "buttons"].map((kind) => build("div", { class: `iapo-${kind}` }));
  const more = build("details", { class: "iapo-more-controls" }, build("summary", {}, "More"), build("div", { class: "iapo-drawer" }, moreForm, moreButtons, status));
  const bar = build("div", { class: "iapo-race-controls" });
  const main = build("div", { class: "iapo-main" });
  const side = build("aside", { class: "iapo-side", "aria-label": "Answers behind the chosen arm" });
  const root = build("section", { class: "iapo-widget iapo-race iapo-elimination iapo-explorer iapo-race-lab", "aria-label": "PSSTLab" },
    lost, bar, alarm, main);
  root.prepend(headOf(model, root, note));
  el.append(root);

  const usable = (c) => connected(model) && !model.get("_unused").includes(c.name);
  const fields = [["top", topForm, topButtons], ["more", moreForm, moreButtons]].map(([place, form, buttons]) => buildControls({ model, id: `${id}-${place}`, form, buttons, usable, place }));

  let stage = null, raced = "", panel = null;
  const open = (on) => {
    if (side.hidden === on) side.hidden = !on;
    root.classList.toggle("iapo-open", on);
    stage?.draw();
  };
  const close = build("button", { type: "button", class: "iapo-close", title: "Back to the race" }, "\u2715 Close");
  close.addEventListener("click", () => { open(false); stage.choose([]); });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && root.classList.contains("iapo-open") && root.clientWidth < 940) { open(false); event.stopPropagation(); } });

  // Without a kernel: the saved answers of that arm, to the question at hand where they were saved.
  function showSaved(p, n) {
    const part = partModel(model, "answers"), key = `${p}:${part.get("question")},${part.get("seed")}`;
    if (!(key in (part.get("_carried") ?? {}))) for (const name of ["question", "seed"]) part.set(name, part.get("_page")[name]);
    part.set("prompt", p);
    part.set("n", n);
  }

  // One stage for as many runs as there are; made anew when their number changes.
  function lay() {
    const names = model.get("_parts").filter((name) => name !== "answers");
    if (names.join() !== raced && names.length) {
      raced = names.join();
      stage?.off();
      stage = raceStage({
        models: names.map((name) => partModel(model, name)),
        opened: (p, n) => {
          if (!panel) return;
          if (!connected(model)) showSaved(p, n);
          open(true);
        },
        toBegin: "No round yet: press Play.",
        playTrain: () => {
          if (!connected(model) || !model.get("_stale")) return false;
          model.send({ press: "run" });
          return true;
        },
      });
      bar.replaceChildren(stage.play, stage.step, stage.whom.element, topButtons, topForm, more);
      stage.foot(stage.faces, stage.truthButton);
      stage.faces.addEventListener("click", () => { if (root.clientWidth < 940) open(false); });
      main.replaceChildren(stage.root, side);
    }
    if (!panel && model.get("_parts").includes("answers")) {
      const place = build("div", {});
      side.replaceChildren(close, place);
      panel = { off: answerPanel({ model: partModel(model, "answers"), el: place, compact: true }) };
      open(root.clientWidth >= 940);
    }
    main.classList.toggle("iapo-has-answers", Boolean(panel));
    if (!panel) side.hidden = true;
  }
  const complain = () => {
    const errors = model.get("_errors");
    put(alarm, errors[""] ?? "");
    for (const each of fields) each.complain(errors);
  };
  const tell = () => {
    put(status, connected(model) ? model.get("_status") : ""); // a run ends with its kernel
    put(note, model.get("_note"));
    const stop = [...moreButtons.children].find((b) => b.dataset.name === "stop");
    if (stop) stop.hidden = !connected(model) || model.get("state") !== "running" && model.get("state") !== "paused";
  };
  const connect = () => {
    put(lost, lostWords(model, "No running kernel here: the race plays, and answers that were saved open. To train anew, open it in a notebook and run its cell."));
    root.classList.toggle("iapo-still", !connected(model));
    for (const each of fields) each.show();
    tell();
  };
  const unlisten = listen(model, { "change:_parts": lay, "change:_errors": complain, "change:_status": tell, "change:_note": tell, "change:state": tell, "change:_controls": () => { for (const each of fields) each.show(); tell(); },
    "change:_readings": () => { for (const each of fields) each.show(); }, "change:_unused": () => { for (const each of fields) each.show(); } });
  const forget = onConnection(model, connect), still = sendTicks(model);
  let wide = null;
  const size = new ResizeObserver(() => {
    const now = root.clientWidth >= 940;
    if (root.clientWidth && now !== wide) { wide = now; if (panel) open(now); }
  });
  size.observe(root);
  lay();
  complain();
  connect();
  if (connected(model) && model.get("_stale") && model.get("state") === "idle") model.send({ press: "show" });
  return () => {
    size.disconnect();
    stage?.off();
    panel?.off();
    forget();
    still();
    unlisten();
    for (const each of fields) each.off();
  };
}

export default { render };
