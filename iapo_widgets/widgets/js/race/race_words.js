// What a round changed and why, in words: the caption of a race.

const SAME = 0.01; // difference of two estimates that is called none

// {head, lines}: what was asked, then what it changed; r = -1 is before the first round.
function caption(replay, r, c, over) {
  const { about, P, N } = replay;
  if (r < 0) {
    if (!replay.frames.length) return { head: "", lines: [] };
    return { head: "Before the first round", lines: [`${countWords(P, "prompt")}, each with 1 to ${N} answers a question: ${(P * N).toLocaleString("en")} arms, and nothing is known of any. ${countWords(about.budget, "answer")} may be asked.`] };
  }
  const frame = replay.frames[r];
  const last = over && r === replay.frames.length - 1;
  const lines = [leadWords(replay, r, c), exitWords(replay, r, c, last), last ? endWords(replay, r, c) : ""];
  const count = over ? ` of ${replay.frames.length}` : "";
  return { head: `Round ${frame.number}${count} ${askWords(frame, r ? outBefore(replay, c, frame.number) : null)}`, lines: lines.filter(Boolean) };
}

// Whether a prompt was out for this user before a round.
const outBefore = (replay, c, number) => (p) => { const out = outRound(replay, c, p); return out > 0 && out < number; };

// gone(p): prompts that are asked for other users alone.
function askWords(frame, gone = null) {
  const total = frame.pulls.reduce((sum, [, n, times]) => sum + n * times, 0);
  const prompts = new Set(frame.pulls.map(([p]) => p));
  if (!prompts.size) return "asks nothing: the budget is spent.";
  const kinds = new Set(frame.pulls.map(([, n, times]) => `${n} ${times}`));
  const scales = frame.pulls.map(([, n]) => n), most = Math.max(...scales), least = Math.min(...scales);
  const [, n, times] = frame.pulls[0];
  const others = gone ? [...prompts].filter(gone).length : 0, whom = `${countWords(prompts.size, "prompt")}${others ? ` (${others} for others)` : ""}`;
  const how = kinds.size === 1 ? `: ${countWords(times, "question")} to each of ${whom}, N = ${n}` : ` of ${whom}, N = ${least === most ? most : `${least} to ${most}`}`;
  return `asks for ${countWords(total, "answer")}${how}.`;
}

const unsigned = (text) => text.replace(/^-(?=0[.]?0*$)/, ""); // a zero has no sign
const valueOf = (replay, c, v) => unsigned(v.toFixed(digitsOf(replay, c)));

// What is recommended to the user, for who wants it in one line; `none` where nothing was asked.
function policyWords(replay, r, c, none) {
  const best = r >= 0 ? replay.best(r, c) : null, { about } = replay;
  if (!best) return replay.frames.length ? "" : none;
  const [p, n, random, scale] = best, told = about.told[p] ? `: \u201c${about.told[p]}\u201d` : "";
  const how = scale ? `N ${scale}, estimated Q` : random ? "N drawn at random for each query, estimated Q at N = 1" : `N = ${n}, estimated Q`;
  return `Recommendation for context ${about.contexts[c].name} after round ${replay.frames[r].number}: ${about.prompts[p]} with ${how} ${replay.q(r, c, p, n).toFixed(3)}${told}.`;
}

// Who leads, and why: what the vote or the choice does for it, and what it costs.
function leadWords(replay, r, c) {
  const best = replay.best(r, c), before = r > 0 ? replay.best(r - 1, c) : null;
  if (!best) return "";
  const [p, n, random] = best, { strategy } = replay.about;
  const q = replay.q(r, c, p, n), mine = `${nameOf(replay, p)} with ${n === 1 && !random ? "one answer" : random ? "N drawn at random" : `a ${armWords(strategy, n)}`.replace("a best", "the best")}`;
  if (Number.isNaN(q)) return `${mine} is named though nothing is known of it.`;
  const value = `about ${valueOf(replay, c, q)}`;
  if (!before) return `${mine} leads: ${value}. ${aloneWords(replay, r, c, p, n)}`;
  const [p0, n0] = before, q0 = replay.q(r, c, p0, n0);
  if (p0 === p && n0 === n) return `${mine} stays ahead: ${value}. ${r === replay.frames.length - 1 ? aloneWords(replay, r, c, p, n) : ""}`;
  if (p0 === p) return `${nameOf(replay, p)} stays ahead, now with ${n === 1 ? "one answer" : `${n} answers`} instead of ${n0}: ${value}. ${scaleWords(replay, r, c, p, n, n0)}`;
  const against = Number.isNaN(q0) ? "" : ` against ${valueOf(replay, c, q0)}`;
  return `${mine} overtakes ${nameOf(replay, p0)}: ${value}${against}. ${overtakeWords(replay, r, c, best, before)}`;
}

function aloneWords(replay, r, c, p, n) {
  const alone = replay.q(r, c, p, 1), q = replay.q(r, c, p, n);
  if (n === 1 || Number.isNaN(alone)) return "";
  const vote = replay.about.strategy.includes("vote") ? "the vote" : "the choice";
  return q - alone > SAME ? `One answer alone gives ${valueOf(replay, c, alone)}: ${vote} adds the rest.` : `One answer alone gives ${valueOf(replay, c, alone)}.`;
}

function scaleWords(replay, r, c, p, n, n0) {
  const { cost } = weightsOf(replay, c);
  if (n < n0) return cost > 0 ? "The last answers add less than they cost." : "More answers don't show a gain.";
  return replay.about.strategy.includes("vote") ? "A larger vote still mends slips." : "More answers to choose from still help.";
}

function overtakeWords(replay, r, c, [p, n], [p0, n0]) {
  const { cost } = weightsOf(replay, c), { strategy } = replay.about;
  const alone = replay.q(r, c, p, 1), alone0 = replay.q(r, c, p0, 1);
  const reward = (a, m) => replay.q(r, c, a, m) + (cost ? cost * costOf(replay, r, a, m) : 0);
  if (cost > 0 && !replay.about.stops && reward(p, n) < reward(p0, n0) - SAME) return "It is a little worse, and costs less.";
  if (n > 1 && alone <= alone0 + SAME) {
    const how = strategy.includes("vote") ? "the vote mends its slips, because its wrong answers differ" : "its answers vary more, so that the best of them is better";
    return `Alone it is no better (${valueOf(replay, c, alone)} against ${valueOf(replay, c, alone0)}), but ${how}.`;
  }
  if (alone > alone0 + SAME) return `One answer alone is better, too (${valueOf(replay, c, alone)} against ${valueOf(replay, c, alone0)}).`;
  return "";
}

// What goes where it is not the worse half of the arms.
const OWN_RULES = { frugal: "The weaker prompts go", racing: "The prompts go that others beat in paired tests" };

// The rule by which arms go, from what stayed.
function ruleWords(replay, r, c) {
  const left = (k) => { let count = 0; replay.trimmedBy(k, c).forEach((t) => { count += t ? 0 : 1; }); return count; };
  const now = left(r), before = r ? left(r - 1) : replay.P * replay.N;
  if (now === before) return "";
  const what = replay.about.algorithm.startsWith("psst+k") && r === 0 ? "Only the prompts that are best with one answer stay"
    : OWN_RULES[replay.about.algorithm] ?? "The worse half of all pairs of prompt and N goes";
  return `${what}: ${now.toLocaleString("en")} of ${before.toLocaleString("en")} arms ${now === 1 ? "stays" : "stay"}.`;
}

function exitWords(replay, r, c, over) {
  if (replay.isRescored(c)) return ""; // they went under the earlier weights, as the stage says of them all
  const { number } = replay.frames[r];
  const gone = standing(replay, r, c).filter((row) => row.out === number);
  const rule = ruleWords(replay, r, c);
  if (!rule) return "";
  if (!gone.length) {
    const alone = standing(replay, r, c).filter((row) => !row.out).length === 1;
    return over ? "" : `${rule} ${alone ? "One prompt is left: what is still open is N." : "Every prompt that was in the race still has one."}`;
  }
  const told = gone.slice(0, 2).map((row) => whyOut(replay, c, row)), low = cutoff(replay, r, c);
  const more = gone.length > 2 ? ` and ${countWords(gone.length - 2, "other prompt")}` : "";
  return `${rule} Out: ${told.join(", ")}${more}${Number.isFinite(low) && replay.about.algorithm !== "racing" ? `; all that stay have ${valueOf(replay, c, low)} or more` : ""}.`;
}

// A prompt that is out, its best arm, and whether that may be bad luck.
function whyOut(replay, c, row) {
  const name = nameOf(replay, row.p);
  if (row.n === null) return `${name} (no answer of it was paid for)`;
  const luck = row.q + WHISKER * row.error >= leaderThen(replay, c, row) ? ", perhaps by bad luck" : "";
  return `${name} (at best ${valueOf(replay, c, row.q)}, ${armWords(replay.about.strategy, row.n)}${luck})`;
}

// What may be said of the winner: its estimate had luck on its side, fresh answers have not.
function endWords(replay, r, c) {
  const best = replay.best(r, c);
  if (!best) return "";
  const q = replay.q(r, c, best[0], best[1]), fresh = replay.isRescored(c) ? null : replay.report?.[c];
  const first = replay.best(0, c), then = first ? replay.q(0, c, first[0], first[1]) : NaN;
  const start = then - q > SAME && replay.frames.length > 1 ? `The leader\u2019s value fell from ${valueOf(replay, c, then)} to ${valueOf(replay, c, q)} as more was asked: the highest is often lucky.`
    : `Its ${valueOf(replay, c, q)} was the highest of many, so it is probably too high.`;
  if (!fresh) return `${start} Ask new questions of it before you report a number.`;
  const [mean, error, pulls] = fresh;
  return `${start} May be reported: ${valueOf(replay, c, mean)} \u00b1 ${valueOf(replay, c, WHISKER * error)}, from ${countWords(pulls, "question")} drawn anew. Grey rows are as they were when they went.`;
}

// What the leader had in the round that put a prompt out; NaN where that is not known.
function leaderThen(replay, c, row) {
  const leader = replay.isRescored(c) ? null : replay.best(row.out - 1, c);
  return leader ? replay.q(row.out - 1, c, leader[0], leader[1]) : NaN;
}

// What one row says beside its bar: first what is always said, then what there must be room for.
function rowWords(replay, c, row) {
  if (row.n === null) return row.out ? [`out in round ${row.out}`, ", never asked"] : [row.asked ? "no estimate yet" : "not asked yet", ""];
  const arm = armWords(replay.about.strategy, row.n, row.random), value = valueOf(replay, c, row.q);
  const lead = row.out ? leaderThen(replay, c, row) : NaN;
  if (row.out) return [`out in round ${row.out}`, `: ${value} then${Number.isNaN(lead) ? "" : `, the leader ${valueOf(replay, c, lead)}`}`];
  return [`${arm}: ${value}`, row.error ? ` \u00b1 ${valueOf(replay, c, WHISKER * row.error)}` : ""];
}

// Whether luck took part, told from the exact values.
function truthWords(replay, r, c, truth) {
  const best = replay.best(r, c);
  if (!best || !truth) return "";
  const at = (p, n) => truth[(c * replay.P + p) * replay.N + n - 1];
  let top = [0, 1];
  for (let p = 0; p < replay.P; p++) for (let n = 1; n <= replay.N; n++) if (at(p, n) > at(...top)) top = [p, n];
  const said = replay.q(r, c, best[0], best[1]), mine = at(best[0], best[1]), best0 = at(...top);
  const luck = said - mine, how = Math.abs(luck) < SAME ? "the estimate is right" : luck > 0 ? `the estimate was lucky by ${valueOf(replay, c, luck)}` : `the estimate was unlucky by ${valueOf(replay, c, -luck)}`;
  const won = top[0] === best[0] && top[1] === best[1] ? "It is the best arm there is." : `The best there is: ${nameOf(replay, top[0])}, ${armWords(replay.about.strategy, top[1])}, ${valueOf(replay, c, best0)}: ${best0 - mine < SAME ? "hardly better" : `${valueOf(replay, c, best0 - mine)} better`}.`;
  return `The truth: ${nameOf(replay, best[0])}, ${armWords(replay.about.strategy, best[1])}, is worth ${valueOf(replay, c, mine)}; ${how}. ${won}`;
}

// What the axis measures, with its unit.
function axisWords(replay, c) {
  const { weights, cost } = weightsOf(replay, c), { objectives, strategy, cost_unit: unit } = replay.about;
  const parts = weights.map((w, k) => [w, objectives[k]]).filter(([w]) => w);
  const share = ["majority-vote", "early-vote"].includes(strategy) && parts.length === 1;
  const gain = parts.map(([w, name]) => `${w === 1 ? "" : `${+w.toPrecision(3)} \u00d7 `}${share ? "share of questions answered right" : name}`).join(" + ");
  return cost ? `${gain} \u2212 ${+cost.toPrecision(3)} \u00d7 cost${unit === "cost" ? "" : ` in ${unit}`}` : `${gain} (cost weight 0)`;
}
