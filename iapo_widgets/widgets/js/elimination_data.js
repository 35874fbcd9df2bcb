// The rounds as the browser keeps them: decoded frames, and what can be read from them.

const UNKNOWN = 65535;

function bytes(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function estimates(code) {
  const raw = bytes(code.q);
  const words = new Uint16Array(raw.slice().buffer);
  return Float64Array.from(words, (word) => (word === UNKNOWN ? NaN : code.low + code.step * word));
}

class Replay {
  constructor(about) {
    this.about = about;
    this.P = about.prompts.length;
    this.N = about.n_max;
    this.C = about.contexts.length;
    this.frames = [];
    this.rescored = {};
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
    this.frames.push({ ...frame, values: estimates(frame), own });
  }

  rescore(entries) {
    this.rescored = {};
    for (const [c, entry] of Object.entries(entries ?? {})) this.rescored[c] = { ...entry, values: estimates(entry) };
  }

  isRescored(c) { return Boolean(this.rescored[c]); }

  // Estimate of Q(c, (p, n)) after the r-th frame; n counts from 1.
  q(r, c, p, n) {
    const at = p * this.N + n - 1;
    const other = this.rescored[c];
    const size = this.P * this.N;
    return other && (r + 1) * size <= other.values.length ? other.values[r * size + at] : this.frames[r].values[c * size + at];
  }

  trimmedIn(r, c, p, n) {
    const round = this.trimmed[(c * this.P + p) * this.N + n - 1];
    return round && round <= this.frames[r].number ? round : 0;
  }

  // [prompt, N, whether N is drawn at random: then it is shown at N = 1]
  best(r, c) {
    const arm = this.rescored[c]?.policy[r] ?? this.frames[r]?.policy[c];
    return arm ? [arm[0], arm[1] ?? 1, arm[1] === null] : null;
  }

  // The largest scale of prompt p that survives in any context: what the next round pulls.
  largest(r, p) {
    for (let n = this.N; n > 0; n--) {
      for (let c = 0; c < this.C; c++) if (!this.trimmedIn(r, c, p, n)) return n;
    }
    return 0;
  }

  // One scale of colours for all rounds, so that a replay never shifts it; the lowest fifth shares one colour.
  range(c) {
    const known = [];
    for (let r = 0; r < this.frames.length; r++) {
      for (let p = 0; p < this.P; p++) for (let n = 1; n <= this.N; n++) {
        const v = this.q(r, c, p, n);
        if (!Number.isNaN(v)) known.push(v);
      }
    }
    if (!known.length) return [0, 1];
    known.sort((a, b) => a - b);
    const [low, high] = [known[Math.floor(known.length * 0.2)], known.at(-1)];
    return high - low > 1e-9 ? [low, high] : [low - 0.5, high + 0.5];
  }

  tell(r, c, p, n) {
    const frame = this.frames[r];
    const value = this.q(r, c, p, n);
    const seen = frame.completions[p];
    const pulls = frame.own.get(p * this.N + n - 1) ?? 0;
    const parts = [`${this.about.prompts[p]}, N = ${n}`];
    parts.push(Number.isNaN(value) ? "no estimate" : `estimated Q ${value.toFixed(3)}`);
    const own = pulls === 1 ? "pulled once at this N" : pulls ? `pulled ${pulls.toLocaleString()} times at this N` : "never pulled at this N";
    parts.push(seen ? `${own}, ${seen.toLocaleString()} completions of this prompt seen` : "no completion of this prompt seen");
    const unit = this.about.cost_unit === "cost" ? "" : ` ${this.about.cost_unit}`;
    if (frame.cost[p] !== null) parts.push(`costs ${(n * frame.cost[p]).toPrecision(3)}${unit} a query`);
    const trimmed = this.trimmedIn(r, c, p, n);
    parts.push(trimmed ? `trimmed in round ${trimmed}${this.isRescored(c) ? " under the earlier weights" : ""}` : "still in the race");
    return parts.join(" \u00b7 ");
  }
}
