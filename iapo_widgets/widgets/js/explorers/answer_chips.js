// Answers as chips: what each was read as, its words beneath, and all of it where it is pointed at or in focus.
// Texts are a model's: they go into the page as text nodes only.

const ENDED = { stop: "ended by itself", length: "cut off at its token limit", content_filter: "withheld by a filter" };
const WRONG_COLOURS = 6; // classes of a colour of their own; the letters go on

// The badge of a class of answers: a tick in a circle for what is right, a letter in a square for each other answer.
function badge(page, c) {
  if (c < 0) return build("span", { class: "iapo-badge iapo-silent", "aria-hidden": "true" }, "\u2013");
  const { right, mark } = page.classes[c];
  return build("span", { class: `iapo-badge ${colourOf(page, c)}`, "aria-hidden": "true" }, right ? "\u2713" : mark);
}

function colourOf(page, c) {
  if (c < 0) return "iapo-silent";
  if (page.classes[c].right) return "iapo-right";
  const wrong = c - page.classes.filter(({ right }, k) => right && k < c).length;
  return wrong < WRONG_COLOURS ? `iapo-wrong-${wrong}` : "iapo-wrong-more";
}

// What is said of an answer that casts no vote.
const unread = (page) => (page.silent ? `${page.silent}: no vote${page.known ? ", counts as wrong" : ""}` : "nothing could be read of it: no vote");
const rightness = (page, chip) => (!page.known ? "" : chip.right ? "right" : "wrong");
const number3 = (v) => (v === null ? "\u2013" : Number(v.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 }));

// One row of chips with the panel that tells all of one; `open(row, k)` asks for a text that was cut.
function makeChips({ model, id, r, whole, open }) {
  const list = build("div", { class: "iapo-chips", role: "group" });
  const hint = "Point at an answer, or step along with the arrow keys, to read all of it; Enter keeps it open.";
  const about = build("p", { class: "iapo-about" });
  const text = build("p", { class: "iapo-whole" });
  const panel = build("div", { class: "iapo-detail", id: `${id}-detail-${r}`, role: "status", "aria-live": "polite" }, about, text);
  let page = null, row = null, chips = [], shown = [], at = 0, pinned = null, pointed = null;

  const focused = () => list.contains(list.getRootNode().activeElement); // of a shadow root, too, as marimo has one
  const detail = () => {
    const k = pointed ?? pinned ?? (focused() ? at : null);
    const chip = k === null || k >= shown.length ? null : row.chips[k];
    panel.classList.toggle("iapo-empty", !chip);
    if (!chip) { about.textContent = row?.chips.length ? hint : ""; text.textContent = ""; return; }
    const read = chip.answer === null ? unread(page) : `read as \u201c${chip.answer}\u201d`;
    const parts = [`Answer ${k + 1}`, chip.answer === null && !model.get("_about").vote ? "" : read, chip.class < 0 ? "" : rightness(page, chip),
      `${chip.tokens.toLocaleString("en")} tokens`, ENDED[chip.ended] ?? (chip.ended && `ended: ${chip.ended}`), pinned === k ? "kept open, Escape closes" : ""];
    const key = `${row.prompt},${page.question},${chip.at}`;
    const all = whole.get(key);
    about.textContent = parts.filter(Boolean).join(" \u00b7 ");
    const cut = chip.length && all === undefined;
    text.textContent = (all ?? chip.text) + (cut ? ` \u2026 (${chip.length.toLocaleString("en")} characters in all)` : "");
    if (cut && connected(model)) open(r, k, key);
  };
  const stand = (k, focus) => {
    at = Math.max(0, Math.min(shown.length - 1, k));
    shown.forEach((button, i) => { const tab = i === at ? "0" : "-1"; if (button.getAttribute("tabindex") !== tab) button.setAttribute("tabindex", tab); });
    if (focus) shown[at]?.focus();
  };
  const which = (event) => shown.indexOf(event.target.closest?.(".iapo-chip"));
  list.addEventListener("pointerover", (event) => { const k = which(event); if (k >= 0 && k !== pointed) { pointed = k; detail(); } });
  list.addEventListener("pointerleave", () => { pointed = null; detail(); });
  list.addEventListener("focusin", (event) => { const k = which(event); if (k >= 0) stand(k); detail(); });
  list.addEventListener("focusout", () => setTimeout(detail));
  list.addEventListener("click", (event) => {
    const k = which(event);
    if (k < 0) return;
    pinned = pinned === k ? null : k;
    mark();
    detail();
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { pinned = pointed = null; mark(); detail(); return; }
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    stand(to, true);
  });
  const mark = () => chips.forEach((button, k) => describe(button, { "aria-pressed": pinned === k }));

  const make = (chip, k) => {
    const { vote, objectives } = model.get("_about");
    const said = vote ? chip.answer ?? page.silent ?? "no vote" : number3(chip.value);
    const head = build("span", { class: "iapo-chip-head" }, build("span", { class: "iapo-number", "aria-hidden": "true" }, `${k + 1}`));
    if (vote || chip.right) head.append(badge(page, chip.class));
    head.append(build("span", { class: `iapo-said${!vote ? " iapo-value" : said.length > 7 ? " iapo-long" : ""}`, title: said }, said), build("span", { class: "iapo-star", "aria-hidden": "true" }, "\u2605"));
    const scores = (chip.scores ?? []).map((v, i) => {
      const [low, high] = ranges(page, i);
      const fill = build("span", { class: "iapo-fill" });
      fill.style.width = `${v === null ? 0 : (100 * (v - low)) / (high - low)}%`;
      return build("span", { class: "iapo-score" }, build("span", { class: "iapo-score-name", title: objectives[i] }, objectives[i]), build("span", { class: "iapo-track" }, fill), build("span", v === null ? { title: "this score could not be read" } : {}, number3(v)));
    });
    const kind = vote ? colourOf(page, chip.class) : chip.right ? "iapo-right" : "";
    const button = build("button", { type: "button", class: `iapo-chip ${kind}`, "aria-controls": panel.id, "aria-pressed": "false", "data-lm-suppress-shortcuts": "true" },
      head, ...scores, build("span", { class: "iapo-text" }, chip.text.trim() || "(empty)"));
    const words = [`Answer ${k + 1}`, vote ? said : `utility ${said}`, chip.class < 0 ? "" : rightness(page, chip)];
    button.setAttribute("aria-label", words.filter(Boolean).join(", "));
    return button;
  };

  return {
    list,
    panel,
    again: detail,
    // `best`: places of those that are taken; the chips themselves are made once for a page.
    show(next, nextRow, n, best) {
      if (nextRow !== row) {
        const held = focused();
        [page, row, pinned, pointed] = [next, nextRow, null, null];
        chips = row.chips.map(make);
        list.replaceChildren(...chips);
        shown = chips.slice(0, n);
        stand(held ? at : 0, held);
      }
      shown = chips.slice(0, n);
      chips.forEach((button, k) => { if (button.hidden !== k >= n) button.hidden = k >= n; button.classList.toggle("iapo-best", best.includes(k)); });
      if (pinned !== null && pinned >= n) { pinned = null; mark(); }
      describe(list, { "aria-label": `${shown.length} answers to prompt ${row.name}; arrow keys step along` });
      stand(at);
      detail();
    },
  };
}

// Lowest and highest score of an objective on the page, 0 and 1 always among them.
function ranges(page, i) {
  const all = page.rows.flatMap((row) => row.chips.map((chip) => chip.scores[i])).filter((v) => v !== null);
  return [Math.min(0, ...all), Math.max(1, ...all)];
}
