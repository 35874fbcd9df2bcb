// Who stands where after a round, for one user: what the rows of a race show.

const WHISKER = 2; // standard errors to either side

// The round in which a prompt lost its last arm, 0 where it never did.
function outRound(replay, c, p) {
  return replay.keep(`out ${c}`, () => Uint16Array.from({ length: replay.P }, (_, prompt) => {
    let last = 0;
    for (let n = 1; n <= replay.N; n++) {
      const round = replay.trimmed[(c * replay.P + prompt) * replay.N + n - 1];
      if (!round) return 0;
      last = Math.max(last, round);
    }
    return last;
  }))[p];
}

// The user's weights as they are now: of objectives, and of cost.
function weightsOf(replay, c) {
  const { weights, cost } = replay.rescored[c] ?? replay.about.contexts[c];
  return { weights, cost };
}

function standardError(replay, r, c, p, n) {
  const { errors, error_step } = replay.frames[r], { which, weights } = replay.about.contexts[c];
  if (!errors) return NaN;
  const code = bytes(errors)[(which * replay.P + p) * replay.N + n - 1];
  const sum = (all) => all.reduce((a, b) => a + b, 0);
  return code ? error_step * (code - 1) * (sum(weightsOf(replay, c).weights) / sum(weights)) : NaN; // of other weights: about
}

// Questions so far whose answers hold a sample of n answers of that prompt.
const questionsSeen = (replay, r, p, n) => replay.frames[r].seen[p * replay.N + n - 1];

// What a query costs, before its weight.
function costOf(replay, r, p, n) {
  const frame = replay.frames[r];
  return frame.cost[p] === null ? NaN : n * frame.cost[p] + replay.about.calls[n - 1] * frame.call_cost[p];
}

// A prompt's best arm among those that were in the race after frame `within` (-1: all), by the estimates after frame `r`;
// with other weights than it was trimmed by, among those that were asked enough, and where none was, among all.
function champion(replay, r, c, p, within) {
  const best = replay.isRescored(c) ? replay.best(replay.frames.length - 1, c) : null;
  const enough = best ? questionsSeen(replay, r, best[0], best[1]) / 2 : 0;
  const among = (allowed) => {
    let chosen = null;
    for (let n = 1; n <= replay.N; n++) {
      const q = replay.q(r, c, p, n);
      if (!Number.isNaN(q) && (!chosen || q > chosen.q + 1e-12) && allowed(n)) chosen = { n, q };
    }
    return chosen;
  };
  if (best) return among((n) => questionsSeen(replay, r, p, n) >= enough) ?? among(() => true);
  return among((n) => within < 0 || !replay.trimmedIn(within, c, p, n));
}

// The lowest estimate that stayed in the race in a round.
function cutoff(replay, r, c) {
  return replay.keep(`cutoff ${r} ${c}`, () => {
    let low = Infinity;
    const table = replay.table(r, c), trimmed = replay.trimmedBy(r, c);
    table.forEach((q, i) => { if (!trimmed[i] && q < low) low = q; });
    return low;
  });
}

// Rows from first to last: {p, n, q, error, reward, alone, out, asked, leads}; n null where nothing is known.
function standing(replay, r, c) {
  if (r < 0) return Array.from({ length: replay.P }, (_, p) => ({ p, n: null, q: NaN, error: NaN, reward: NaN, alone: NaN, out: 0, asked: 0, leads: false }));
  return replay.keep(`standing ${r} ${c}`, () => {
    const leader = replay.best(r, c), { number } = replay.frames[r], { cost } = weightsOf(replay, c);
    const rows = Array.from({ length: replay.P }, (_, p) => {
      const leads = leader?.[0] === p;
      const gone = outRound(replay, c, p);
      const out = gone && gone <= number && !leads ? gone : 0;
      const at = out && !replay.isRescored(c) ? out - 1 : r; // what was known when it had to go
      const arm = leads ? { n: leader[1], q: replay.q(r, c, leader[0], leader[1]) } : champion(replay, at, c, p, out ? at - 1 : at);
      const known = arm && !Number.isNaN(arm.q);
      return {
        p, out, leads, n: known ? arm.n : null, q: known ? arm.q : NaN, random: leads && leader[2],
        error: known ? standardError(replay, at, c, p, arm.n) : NaN,
        reward: known ? arm.q + cost * (cost && !replay.about.stops ? costOf(replay, at, p, arm.n) : 0) : NaN,
        alone: replay.q(at, c, p, 1), asked: replay.frames[r].completions[p], questions: known ? questionsSeen(replay, at, p, arm.n) : 0,
      };
    });
    const worth = (row) => (Number.isNaN(row.q) ? -Infinity : row.q);
    const stays = (row) => row.out || 1e6;
    return rows.sort((a, b) => b.leads - a.leads || stays(b) - stays(a) || worth(b) - worth(a) || a.p - b.p);
  });
}

// Ends of the axis: the same in all rounds, so that a bar that grows has grown.
function axisOf(replay, c) {
  return replay.keep(`axis ${c}`, () => {
    let low = 0, high = 0;
    const top = weightsOf(replay, c).weights.reduce((a, b) => a + b, 0);
    for (let r = 0; r < replay.frames.length; r++) {
      for (const { q, reward, error, questions } of standing(replay, r, c)) {
        if (Number.isNaN(q)) continue;
        low = Math.min(low, q);
        high = Math.max(high, reward, questions > 2 && error ? Math.min(q + WHISKER * error, Math.max(top, reward)) : 0);
      }
    }
    return high > low ? [low, high + (high - low) * 0.02] : [0, 1];
  });
}

const armWords = (strategy, n, random) => (random ? "N drawn at random" : n === 1 ? "one answer"
  : { "majority-vote": `vote of ${n}`, "vote-then-best": `vote of ${n}, then best`, "early-vote": `vote of up to ${n}`, "early-best": `best of up to ${n}` }[strategy] ?? `best of ${n}`);

// The words of a prompt, or its number where it has none.
const nameOf = (replay, p) => (replay.about.told[p] ? `\u201c${replay.about.told[p]}\u201d` : replay.about.prompts[p]);
const digitsOf = (replay, c) => { const [low, high] = axisOf(replay, c); return high - low < 0.25 ? 3 : 2; };
const countWords = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
