// One question, and a row for each prompt: its answers as they came, their votes, and whether the vote is right.

// The place of one prompt on the board.
function boardPart({ model, id, r, whole, open, rows }) {
  const name = build("summary", {});
  const full = build("p", { class: "iapo-full" });
  const chosen = build("p", { class: "iapo-chosen" });
  const lacking = build("p", { class: "iapo-lacking" });
  const chips = makeChips({ model, id, r, whole, open });
  const sums = build("div", { class: "iapo-sums" });
  const who = build("div", { class: "iapo-who" }, build("details", { class: "iapo-prompt" }, name, full), chosen);
  const element = build("section", { class: "iapo-row" }, who, build("div", { class: "iapo-came" }, chips.list, chips.panel, lacking), sums);
  rows.append(element);
  return {
    again: chips.again,
    remove: () => element.remove(),
    show(page, row, n) {
      const frame = row.frames[n - 1], wanted = model.get("n");
      put(name, `Prompt ${row.name.replace(/^prompt /, "")}`);
      put(full, row.full);
      put(chosen, row.chosen ? `\u2605 ${row.chosen}` : "");
      const few = n && n < wanted ? `It was asked for ${row.size} answers only.` : "";
      put(lacking, [row.missing, few].filter(Boolean).join(" "));
      describe(element, { "aria-label": `Prompt ${row.name}` });
      element.classList.toggle("iapo-is-chosen", Boolean(row.chosen));
      chips.list.hidden = chips.panel.hidden = !row.size;
      chips.show(page, row, n, frame?.best ?? []);
      sums.replaceChildren(...(frame ? comesTo(model, page, row, frame, n) : []));
    },
  };
}

function comesTo(model, page, row, frame, n) {
  const scored = model.get("_about").vote && frame.credit !== null;
  const counts = scored ? [build("span", { class: "iapo-counts" }, `score ${+frame.credit.toFixed(2)}`)] : [];
  return [...outcome(model, page, row, frame, n, ...counts), build("p", { class: "iapo-drawn" }, frame.said)];
}

function render({ model, el }) {
  const place = build("div", {});
  const { shared } = model.get("_about");
  el.append(build("div", { class: "iapo-widget iapo-answer-board" }, build("h3", {}, "One question under every prompt"),
    build("p", { class: "iapo-lead" }, "Answers in the order in which they came, what was read of each, and what a vote of the first N makes of them. Point at one to read all of it.", shared ? ` ${shared}` : ""), place));
  return answerPanel({ model, el: place, label: "Answers", part: boardPart, draws: false });
}

export default { render };
