// One question before one or two prompts.  Every N was worked out by the kernel, so that moving it waits for nothing.

let answerExplorers = 0;

// `compact`: as a part of another widget, which picks the prompt.  `part`: makes the place of one prompt.  `draws`: with
// buttons that draw other answers.
function answerPanel({ model: bare, el, compact = false, label = compact ? "Answers" : "AnswerExplorer", part = makePart, draws = true }) {
  const apart = !compact && draws; // a widget of its own
  const model = apart ? remembered(bare) : bare;
  const id = `iapo-answers-${++answerExplorers}-${Math.random().toString(36).slice(2, 8)}`;
  const lost = build("p", { class: "iapo-lost", role: "status" });
  const form = build("div", { class: "iapo-form" });
  const press = (text, tip, act) => { const made = build("button", { type: "button", title: tip }, text); made.addEventListener("click", act); return made; };
  const back = press("\u2190 Question", "Previous question", () => turn(-1));
  const on = press("Question \u2192", "Next question", () => turn(1));
  const draw = press("Draw again", "Other answers, drawn from all that are recorded", () => set("seed", nextSeed()));
  const first = press("As they came", "The first answers again, in the order in which they came", () => set("seed", 0));
  const more = build("span", { class: "iapo-more" });
  const alarm = build("p", { class: "iapo-alarm", role: "alert" });
  const count = build("p", { class: "iapo-count" });
  const asked = build("p", { class: "iapo-question", role: "heading", "aria-level": 3 });
  const gold = build("p", { class: "iapo-gold" });
  const said = build("p", { class: "iapo-summary", role: "status", "aria-live": "polite" });
  const told = build("p", { class: "iapo-told", role: "status", "aria-live": "polite" });
  const rows = build("div", { class: "iapo-rows" });
  const place = build("div", { class: "iapo-table", tabindex: 0, role: "region", "aria-label": "answers as a table" });
  const table = build("details", {}, build("summary", {}, "As a table"), place);
  const note = build("p", { class: "iapo-note" });
  const root = build("section", { class: "iapo-widget iapo-explorer iapo-answers", "aria-label": label }, lost, form,
    build("div", { class: "iapo-buttons" }, back, on, ...(draws ? [draw, first] : []), more), alarm, told, count, asked, gold, said, rows, table, note);
  root.classList.toggle("iapo-compact", compact);
  if (apart) root.prepend(headOf(model, root));
  el.append(root);

  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  // Without a kernel there are the pages that were saved: by prompt, question and draw.
  const carried = () => (connected(model) ? {} : model.get("_carried") ?? {});
  const key = (question, seed) => `${model.get("prompt")}:${question},${seed}`;
  const pageNow = () => carried()[key(model.get("question"), model.get("seed"))] ?? model.get("_page");
  const canTurn = (step) => {
    const to = model.get("question") + step;
    return connected(model) ? to >= 0 && to < model.get("_about").questions : key(to, 0) in carried();
  };
  const turn = (step) => {
    if (!canTurn(step)) return;
    const to = model.get("question") + step;
    if (!connected(model) && !(key(to, model.get("seed")) in carried())) model.set("seed", 0);
    set("question", to);
  };
  const seeds = () => Object.keys(carried()).map((each) => each.split(/[:,]/).map(Number)).filter(([p, q]) => p === model.get("prompt") && q === model.get("question")).map(([, , s]) => s).sort((a, b) => a - b);
  const nextSeed = () => {
    const now = model.get("seed");
    return connected(model) ? now + 1 : seeds().find((s) => s > now) ?? seeds().find((s) => s > 0) ?? now;
  };
  const usable = (c) => connected(model) || c.name === "n";
  const fields = buildControls({ model, id, form, buttons: more, usable });
  const whole = new Map(); // texts that were opened, by prompt, question and place
  const wanted = new Set();
  const open = (r, k, key) => { if (wanted.has(key)) return; wanted.add(key); model.send({ open: [r, k] }); };
  const parts = [];

  const showRow = (page, row, r) => {
    const mine = (parts[r] ??= part({ model, id, r, whole, open, rows }));
    const n = Math.min(model.get("n"), row.frames.length);
    mine.show(page, row, n);
  };
  const paint = () => {
    const page = pageNow();
    if (!page.rows) return;
    const { questions } = model.get("_about");
    put(count, page.count ?? `Question ${page.question}${questions > 1 ? ` (of 0 to ${questions - 1})` : ""}`);
    put(asked, page.text);
    put(gold, page.known ? `\u2713 Right: ${page.golds.join(" or ")}` : "What is right is not known.");
    page.rows.forEach((row, r) => showRow(page, row, r));
    while (parts.length > page.rows.length) parts.pop().remove();
    const prefix = (row) => (page.rows.length > 1 ? `${row.called}: ` : "");
    put(said, page.rows.map((row) => prefix(row) + (row.frames[Math.min(model.get("n"), row.frames.length) - 1]?.said ?? "not answered yet.")).join("\n"));
    put(note, model.get("_about").note);
    if (table.open) showTable(place, page, model.get("n"));
    for (const [button, step] of [[back, -1], [on, 1]]) button.disabled = !canTurn(step);
    draw.disabled = !page.rows.some((row) => row.size > 1) || nextSeed() === model.get("seed");
    first.disabled = model.get("seed") === 0;
  };
  const complain = () => { const errors = model.get("_errors"); put(alarm, errors[""] ?? ""); fields.complain(errors); };
  const tell = () => put(told, model.get("_told"));
  const connect = () => {
    const saved = Object.keys(carried()).length > 0;
    put(lost, lostWords(model, `No running kernel here: \u201cN answers\u201d${saved ? `${draws ? ", drawing again" : ""} and the questions that were saved work` : " works"} without one. For everything, open it in a notebook.`));
    root.classList.toggle("iapo-alone", !connected(model));
    fields.show();
    paint();
  };
  const opened = () => {
    const { prompt, question, at, text } = model.get("_whole");
    if (text === undefined) return;
    whole.set(`${prompt},${question},${at}`, text);
    parts.forEach((part) => part.again());
  };
  table.addEventListener("toggle", paint);
  const forget = onConnection(model, connect);
  const unlisten = listen(model, { "change:_page": paint, "change:n": paint, "change:question": paint, "change:seed": paint, "change:prompt": paint, "change:_about": paint,
    "change:_errors": complain, "change:_controls": fields.show, "change:_told": tell, "change:_whole": opened });
  connect();
  complain();
  tell();
  return () => {
    forget();
    unlisten();
    fields.off();
  };
}

// A prompt with its answers and what they come to.
function makePart({ model, id, r, whole, open, rows }) {
  const name = build("summary", {});
  const full = build("p", { class: "iapo-full" });
  const drawn = build("span", { class: "iapo-drawn" });
  const head = build("details", { class: "iapo-prompt" }, name, full);
  const chips = makeChips({ model, id, r, whole, open });
  const sums = build("div", { class: "iapo-sums" });
  const none = build("p", { class: "iapo-none" });
  const element = build("section", { class: "iapo-row", "aria-label": "prompt" }, head, drawn, none, build("div", { class: "iapo-both" }, build("div", {}, chips.list, chips.panel), sums));
  rows.append(element);
  return {
    again: chips.again,
    remove: () => element.remove(),
    show(page, row, n) {
      put(name, `Prompt ${row.name.replace(/^prompt /, "")}`);
      put(full, row.full);
      describe(name, { title: row.full });
      describe(element, { "aria-label": `Prompt ${row.name}` });
      const wanted = model.get("n");
      const few = n && n < wanted ? ` Only ${n} of ${wanted} are recorded.` : "";
      put(drawn, row.size ? (page.seed ? `${n} drawn from the ${row.size} recorded, none twice (draw ${page.seed}).${few}` : `The first ${n} of ${row.size} recorded, as they came.${few}`) : "");
      put(none, row.size ? "" : "Not answered yet: nothing is recorded of this prompt and question.");
      chips.list.parentElement.parentElement.hidden = !row.size;
      const frame = row.frames[n - 1];
      chips.show(page, row, n, frame?.best ?? []);
      sums.replaceChildren(...(frame ? tally(model, page, row, frame, n) : []));
    },
  };
}

function showTable(place, page, n) {
  const head = ["prompt", "number", "read as", "right", "tokens", "ended", "text"];
  const body = page.rows.flatMap((row) => row.chips.slice(0, n).map((chip, k) => [row.name, `${k + 1}`, chip.answer ?? "no vote",
    rightness(page, chip) || "not known", `${chip.tokens}`, chip.ended, chip.text]));
  place.replaceChildren(tableOf(head, body));
}
