// The rounds as the browser keeps them: decoded frames, and what can be read from them.

const UNKNOWN = 65535;

function bytes(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function estimates(code) {
  const raw = bytes(code.q);
  const words = new Uint16Array(raw.slice().buffer);
  const out = new Float64Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = words[i] === UNKNOWN ? NaN : code.low + code.step * words[i];
  return out;
}

class Replay {
  constructor(about) {
    this.about = about;
    this.P = about.prompts.length;
    this.N = about.n_max;
    this.C = about.contexts.length;
    this.frames = [];
    this.rescored = {};
    this.version = 0; // of the estimates: whoever keeps what it drew from them asks for it
    this.kept = new Map();
    this.trimmed = new Uint16Array(this.C * this.P * this.N); // round that trimmed the arm, 0: never
  }

  add(frame) {
    const bits = bytes(frame.active);
    const own = new Map();
    for (const [key, times] of this.frames.at(-1)?.own ?? []) own.set(key, times);
    for (const [p, n, times] of frame.pulls) own.set(p * this.N + n - 1, (own.get(p * this.N + n - 1) ?? 0) + times);
    for (let i = 0; i < this.trimmed.length; i++) {
      if (!this.trimmed[i] && !((bits[i >> 3] >> (i & 7)) & 1)) this.trimmed[i] = frame.number;
    }
    this.frames.push({ ...frame, values: estimates(frame), own, seen: this.questionsSeen(own) });
    this.renew();
  }

  // Questions whose answers hold a sample of each arm: those that its prompt was asked at that N or a larger one.
  questionsSeen(own) {
    const seen = new Float64Array(this.P * this.N);
    for (let i = seen.length - 1; i >= 0; i--) seen[i] = (own.get(i) ?? 0) + ((i + 1) % this.N ? seen[i + 1] : 0);
    return seen;
  }

  renew() {
    this.version++;
    this.kept.clear();
  }

  // What `make` gives, made once for these estimates.
  keep(name, make) {
    if (!this.kept.has(name)) this.kept.set(name, make());
    return this.kept.get(name);
  }

  // `entries`: pairs of a context's index and its re-scored estimates; those that are here already stay as they are.
  rescore(entries) {
    const before = this.rescored;
    this.rescored = {};
    for (const [c, entry] of entries) {
      this.rescored[c] = before[c]?.entry === entry ? before[c] : { ...entry, entry, values: estimates(entry) };
    }
    const all = new Set([...Object.keys(before), ...Object.keys(this.rescored)]);
    if ([...all].some((c) => before[c] !== this.rescored[c])) this.renew();
  }

  isRescored(c) { return Boolean(this.rescored[c]); }

  // Estimates of Q(c, .) after the r-th frame, prompt by prompt: P times N numbers.
  table(r, c) {
    const size = this.P * this.N;
    const other = this.rescored[c];
    return other && (r + 1) * size <= other.values.length
      ? other.values.subarray(r * size, (r + 1) * size) : this.frames[r].values.subarray(c * size, (c + 1) * size);
  }

  // Estimate of Q(c, (p, n)) after the r-th frame; n counts from 1.
  q(r, c, p, n) { return this.table(r, c)[p * this.N + n - 1]; }

  // The round that trimmed each arm, 0 where it is in the race after the r-th frame: P times N numbers.
  trimmedBy(r, c) {
    const size = this.P * this.N, { number } = this.frames[r];
    return this.trimmed.slice(c * size, (c + 1) * size).map((round) => (round <= number ? round : 0));
  }

  trimmedIn(r, c, p, n) {
    const round = this.trimmed[(c * this.P + p) * this.N + n - 1];
    return round && round <= this.frames[r].number ? round : 0;
  }

  // [prompt, N, whether N is drawn at random: then it is shown at N = 1, when an arm that may stop early does]
  best(r, c) {
    const arm = this.rescored[c]?.policy[r] ?? this.frames[r]?.policy[c];
    return arm ? [arm[0], arm[1] ?? 1, arm[1] === null, arm[4]] : null;
  }

  // The largest scale of each prompt that survives in any context: what the next round pulls; 0 without one.
  largest(r) {
    return this.keep(`largest ${r}`, () => {
      const size = this.P * this.N, { number } = this.frames[r];
      return Uint16Array.from({ length: this.P }, (_, p) => {
        for (let n = this.N; n > 0; n--) {
          for (let i = p * this.N + n - 1; i < this.trimmed.length; i += size) {
            if (!this.trimmed[i] || this.trimmed[i] > number) return n;
          }
        }
        return 0;
      });
    });
  }

  // One scale of colours for all rounds, so that a replay never shifts it; the lowest fifth shares one colour.
  range(c) {
    return this.keep(`range ${c}`, () => {
      const all = new Float64Array(this.frames.length * this.P * this.N);
      let count = 0;
      for (let r = 0; r < this.frames.length; r++) for (const v of this.table(r, c)) if (!Number.isNaN(v)) all[count++] = v;
      const known = all.subarray(0, count).sort();
      if (!known.length) return [0, 1];
      const [low, high] = [known[Math.floor(known.length * 0.2)], known.at(-1)];
      return high - low > 1e-9 ? [low, high] : [low - 0.5, high + 0.5];
    });
  }

  tell(r, c, p, n) {
    const frame = this.frames[r];
    const value = this.q(r, c, p, n);
    const seen = frame.completions[p];
    const pulls = frame.own.get(p * this.N + n - 1) ?? 0;
    const told = this.about.told?.[p];
    const parts = [`${this.about.prompts[p]}, N = ${n}${told ? ` \u00b7 \u201c${told}\u201d` : ""}`];
    parts.push(Number.isNaN(value) ? "no estimate" : `estimated Q ${value.toFixed(3)}`);
    const own = pulls === 1 ? "pulled once at this N" : pulls ? `pulled ${pulls.toLocaleString()} times at this N` : "never pulled at this N";
    parts.push(seen ? `${own}, ${seen.toLocaleString()} completions of this prompt seen` : "no completion of this prompt seen");
    const unit = this.about.cost_unit === "cost" ? "" : ` ${this.about.cost_unit}`;
    const cost = n * frame.cost[p] + this.about.calls[n - 1] * frame.call_cost[p];
    if (frame.cost[p] !== null) parts.push(`costs ${cost.toPrecision(3)}${unit} a query`);
    const trimmed = this.trimmedIn(r, c, p, n);
    parts.push(trimmed ? `trimmed in round ${trimmed}${this.isRescored(c) ? " under the earlier weights" : ""}` : "still in the race");
    return parts.join(" \u00b7 ");
  }
}
