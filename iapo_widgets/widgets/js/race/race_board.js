// The rows of a race: a prompt each, with its name, what was asked of it, its bar, and why it is out.

const ROW = { tall: 44, low: 17 }; // px

function raceBoard({ pick }) {
  const axis = build("div", { class: "iapo-axis-lines", "aria-hidden": "true" });
  const list = build("ol", { class: "iapo-lanes" });
  const more = build("p", { class: "iapo-more-lanes" });
  const scale = build("div", { class: "iapo-scale", "aria-hidden": "true" });
  const unit = build("p", { class: "iapo-unit" });
  const field = build("div", { class: "iapo-field-of-lanes" }, axis, list);
  const element = build("div", { class: "iapo-board" }, field, more, scale, unit);
  let lanes = [], shape = "", replay = null, room = 420, told = "";

  const size = (target, low, high, ends) => {
    const share = (v) => Math.min(100, Math.max(0, (100 * (v - ends[0])) / (ends[1] - ends[0])));
    const left = share(Math.min(low, high)), width = share(Math.max(low, high)) - left;
    target.style.left = `${left.toFixed(2)}%`;
    target.style.width = `${Math.max(0, width).toFixed(2)}%`;
  };

  function lay(next) {
    replay = next;
    const now = JSON.stringify([replay.about.prompts, replay.about.told]);
    if (now === shape) return;
    shape = now;
    lanes = replay.about.prompts.map((_, p) => makeLane(replay, p, pick));
    list.replaceChildren(...lanes.map((lane) => lane.element));
  }

  function drawScale(ends, c) {
    const marks = ticks(ends[0], ends[1], 5);
    const text = JSON.stringify([ends, marks]);
    if (text === told) return;
    told = text;
    const at = (v) => `${((100 * (v - ends[0])) / (ends[1] - ends[0])).toFixed(2)}%`;
    const place = (v, ...inside) => { const made = build("span", {}, ...inside); made.style.left = at(v); return made; };
    axis.replaceChildren(build("div", { class: "iapo-lines" }, ...marks.values.map((v) => place(v))));
    scale.replaceChildren(build("div", { class: "iapo-lines" }, ...marks.values.map((v) => place(v, v.toFixed(marks.digits)))));
  }

  return {
    element, field, lay,
    // Where answers of a prompt arrive, and the field that holds it, in px of the page.
    goal: (p) => lanes[p].asked.getBoundingClientRect(),
    get height() { return room; },
    set height(px) { room = px; },
    // r: the frame, -1 before the first; chosen: the arm whose answers are open; truth: exact Q, or null; ends:
    // of the axis.
    show(r, c, { chosen, truth, ends }) {
      const rows = standing(replay, r, c);
      const fit = Math.max(1, Math.floor(room / ROW.low)), many = Math.min(rows.length, rows.length > fit ? fit - 1 : fit);
      const line = rows.length > fit ? ROW.low : 0; // says how many more there are
      const height = Math.max(ROW.low, Math.min(ROW.tall, Math.floor((room - line) / many)));
      element.dataset.rows = height >= 32 ? "tall" : height >= 22 ? "middle" : "low";
      field.style.height = `${height * many}px`;
      list.style.setProperty("--iapo-row", `${height}px`);
      const most = Math.max(1, ...replay.frames.at(-1)?.completions ?? [1]);
      rows.forEach((row, k) => lanes[row.p].show(replay, r, c, row, { hidden: k >= many, y: k * height, most, size, ends, chosen: chosen?.[0] === row.p, truth: truth && row.n ? truth[(c * replay.P + row.p) * replay.N + row.n - 1] : null }));
      const left = rows.slice(many).filter((row) => row.out).length;
      put(more, rows.length > many ? `and ${countWords(rows.length - many, "more prompt")}${left === rows.length - many ? ", all out" : ""}; the map shows every one.` : "");
      drawScale(ends, c);
      put(unit, axisWords(replay, c));
    },
  };
}

function makeLane(replay, p, pick) {
  const part = (name) => build("span", { class: `iapo-lane-${name}`, "aria-hidden": "true" });
  const told = replay.about.told[p];
  const [said, ...settings] = (told || "").split(" \u00b7 ");
  const name = build("span", { class: "iapo-lane-name" }, build("span", { class: "iapo-lane-said" }, told ? `\u201c${said}\u201d` : replay.about.prompts[p]), build("span", { class: "iapo-lane-set", title: settings.join(", ") }, settings.join(", ").replace("temperature ", "temp. ")));
  const long = settings.join(", ").length > 12; // leaves no room for a word beside the number
  const number = build("span", { class: "iapo-lane-number" }, told ? `${p}` : "");
  const asked = part("asked"), askedText = build("span", { class: "iapo-asked-text" });
  const [net, cost, whisker, alone, then, exact] = ["net", "paid", "whisker", "alone", "then", "exact"].map(part);
  const brief = build("span", {}), rest = build("span", { class: "iapo-lane-rest" });
  const words = build("span", { class: "iapo-lane-words" }, brief, rest);
  const button = build("button", { type: "button", class: "iapo-lane-button", title: replay.about.full?.[p] ?? "", "data-lm-suppress-shortcuts": "true" },
    build("span", { class: "iapo-lane-head" }, number, name, build("span", { class: "iapo-asked-line" }, asked, askedText)),
    build("span", { class: "iapo-lane-track" }, net, cost, alone, whisker, then, exact), words);
  button.addEventListener("click", () => pick(p));
  const element = build("li", { class: "iapo-lane" }, button);
  return {
    element, asked,
    show(now, r, c, row, { hidden, y, most, size, ends, chosen, truth }) {
      element.style.transform = `translateY(${y}px)`;
      for (const [kind, on] of [["leads", row.leads], ["gone", row.out > 0], ["chosen", chosen], ["unknown", row.n === null], ["few", row.questions > 0 && row.questions < 5]]) element.classList.toggle(`iapo-${kind}`, on);
      element.classList.toggle("iapo-below", hidden);
      if (button.disabled !== hidden) button.disabled = hidden;
      const known = row.n !== null;
      asked.style.width = `${row.asked ? Math.max(2, Math.round((36 * row.asked) / most)) : 0}px`;
      put(askedText, row.asked ? `${row.asked.toLocaleString("en")}${long ? "" : " answers"}` : "");
      for (const target of [net, cost, whisker, alone, then, exact]) target.hidden = !known;
      if (known) {
        size(net, 0, row.q, ends);
        size(cost, row.q, row.reward, ends);
        cost.hidden = !(row.reward - row.q > (ends[1] - ends[0]) / 400);
        size(whisker, row.q - WHISKER * (row.error || 0), row.q + WHISKER * (row.error || 0), ends);
        alone.hidden = row.n === 1 || Number.isNaN(row.alone);
        if (!alone.hidden) size(alone, row.alone, row.alone, ends);
        const lead = row.out ? leaderThen(now, c, row) : NaN;
        then.hidden = Number.isNaN(lead);
        if (!then.hidden) size(then, lead, lead, ends);
        exact.hidden = truth === null || Number.isNaN(truth);
        if (!exact.hidden) size(exact, truth, truth, ends);
      }
      const said = rowWords(now, c, row);
      put(brief, said[0]);
      put(rest, said[1]);
      describe(button, { "aria-label": `${row.leads ? "Leads: " : ""}${now.about.told[p] ? `${nameOf(now, p)}, ` : ""}prompt ${p}: ${said.join("")}, ${countWords(row.asked, "answer")} asked` });
      describe(button, { "aria-pressed": chosen });
    },
  };
}
