// What the first N answers come to: bars, who wins, what it costs, what to expect of another draw.

function tally(model, page, row, frame, n) {
  const { vote, unit } = model.get("_about");
  const bars = vote ? voteBars(page, frame, n) : scoreBars(model, page, row, frame, n);
  const fact = (name, text) => build("p", { class: "iapo-fact" }, build("span", {}, name), build("span", {}, text));
  const facts = [...(page.utility ? [fact("Utility", page.utility)] : []), fact("Cost", frame.bill), ...(frame.odds ? [fact("Another draw", row.alone + frame.odds)] : [])];
  return [build("p", { class: "iapo-verdict" }, ...verdict(page, row, frame, vote)), build("ul", { class: "iapo-bars" }, ...bars), ...facts];
}

function verdict(page, row, frame, vote) {
  const told = (sign, text, kind) => [build("span", { class: `iapo-sign ${kind}`, "aria-hidden": "true" }, sign), text];
  if (!vote) return told("\u2605", `Number ${frame.best.map((k) => k + 1).join(" or ")} is taken`, "iapo-plain");
  const names = frame.top.map((c) => page.classes[c].name).join(" or ");
  if (frame.credit === null) return told("\u2605", names ? `The vote: ${names}` : "No vote", "iapo-plain");
  if (frame.credit === 1) return told("\u2713", "Right", "iapo-right");
  return frame.credit > 0 ? told("\u00bd", `A tie: right 1 time in ${frame.top.length}`, "iapo-half") : told("\u2717", "Wrong", "iapo-wrong");
}

function bar(share, kind, ...label) {
  const fill = build("span", { class: `iapo-fill ${kind}` });
  fill.style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
  return build("li", {}, build("span", { class: "iapo-bar-name" }, ...label.slice(0, -1)), build("span", { class: "iapo-track", "aria-hidden": "true" }, fill), build("span", { class: "iapo-bar-value" }, label.at(-1)));
}

function voteBars(page, frame, n) {
  const cast = frame.votes.reduce((sum, [, count]) => sum + count, 0);
  const bars = frame.votes.map(([c, count]) => {
    const { name, right, also } = page.classes[c];
    const tops = frame.top.length, top = frame.top.includes(c);
    const result = !top ? "" : tops === 1 ? ", wins" : `, ties: counts 1/${tops}`;
    const words = build("span", { class: "iapo-bar-word", title: [name, ...also].join(" / ") }, name);
    const item = bar(count / n, colourOf(page, c), badge(page, c), words, ...(right ? [build("span", { class: "iapo-unseen" }, "(right)")] : []), `${count} ${count === 1 ? "vote" : "votes"}${result}`);
    if (top) item.className = "iapo-top";
    return item;
  });
  if (cast < n) bars.push(bar((n - cast) / n, "iapo-silent", badge(page, -1), build("span", { class: "iapo-bar-word" }, page.silent ?? "no vote"), `${n - cast}`));
  return bars;
}

function scoreBars(model, page, row, frame, n) {
  const values = row.chips.slice(0, n).map((chip) => chip.value);
  const high = Math.max(1e-9, ...page.rows.flatMap((each) => each.chips.map((chip) => chip.value)));
  return values.map((value, k) => {
    const best = frame.best.includes(k);
    const item = bar(value / high, best ? "iapo-taken" : "iapo-plain", build("span", { class: "iapo-bar-word" }, `Number ${k + 1}`), `${number3(value)}${best ? " \u2605" : ""}`);
    if (best) item.className = "iapo-top";
    return item;
  });
}
