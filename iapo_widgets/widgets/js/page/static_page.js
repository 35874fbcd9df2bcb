// A page without a kernel: each widget gets a model of its saved state, and the same code draws it.

// What may be set without a kernel, where an address asks for it: by name, a test of the value; `all` gives the others.
const between = (v, low, high) => Number.isInteger(v) && v >= low && v <= high;
const FITTING = {
  context: (v, all) => all("_about").contexts.some(({ name }) => name === v),
  round: (v, all) => between(v, -1, all("n_frames")),
  arm: (v, all) => Array.isArray(v) && (!v.length || (v.length === 2 && between(v[0], 0, all("_about").prompts.length - 1) && between(v[1], 1, all("_about").n_max))),
  face: (v) => v === "race" || v === "map",
  truth: (v, all) => typeof v === "boolean" && (!v || all("_truth") !== null),
  n: (v, all) => all("_page").rows.some((row) => between(v, 1, row.frames.length)),
  prompt: (v, all) => between(v, 0, Infinity) && wasSaved(all),
  question: (v, all) => between(v, 0, Infinity) && wasSaved(all),
  seed: (v, all) => between(v, 0, Infinity) && wasSaved(all),
};
const wasSaved = (all) => `${all("prompt")}:${all("question")},${all("seed")}` in (all("_carried") ?? {}) || ["question", "seed"].every((name) => all(name) === all("_page")[name]) && all("prompt") === all("_page").rows[0].prompt;

// place: the element of the page that the widget is put into.
function savedModel({ state, buffers }, place) {
  for (const { path, data } of buffers) {
    const holder = path.slice(0, -1).reduce((at, key) => at[key], state);
    holder[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
  }
  const listeners = new Map();
  const first = { ...state };
  const put = (name, value) => {
    state[name] = value;
    for (const listener of listeners.get(`change:${name}`) ?? []) listener();
  };
  // The still nearest to a value; its panels hold only what differs from the picture that was saved.
  const still = (value) => {
    const far = ([v]) => (typeof v === "number" ? Math.abs(v - value) : v === value ? 0 : 1);
    const [, { _scene, ...more }] = state._stills.reduce((a, b) => (far(b) < far(a) ? b : a));
    const panels = _scene.panels.map((panel, k) => ({ ...first._scene.panels[k], ...panel }));
    for (const [name, v] of Object.entries({ ...more, _scene: { ...first._scene, ..._scene, panels } })) put(name, v);
  };
  const set = (name, value) => {
    put(name, value);
    if (state._alone?.includes(name)) still(value);
  };

  // The state in the page's address: `#Kind.trait=value`, of the second of a kind `#Kind-2.trait=value`.
  const number = [...document.querySelectorAll("[id]")].filter(({ id }) => id.startsWith(place.id.replace(/[^-]*$/, ""))).indexOf(place) + 1;
  const called = number > 1 ? `${state._kind}-${number}` : state._kind;
  // Name in the address -> trait, what to test, and the traits beside it.
  const movable = new Map((state._alone ?? []).map((name) => [name, { name, fits: (v) => isStill(v) }]));
  const add = (path, beginning) => {
    for (const name of state[`${beginning}_free`] ?? []) movable.set(path + name, { name: beginning + name, fits: (v, all) => FITTING[name](v, (other) => all(beginning + other)) });
  };
  add("", "");
  for (const part of state._parts ?? []) add(`${part}.`, `_${part}_`);
  const isStill = (v) => {
    const values = state._stills.map(([value]) => value);
    return typeof v === "number" && typeof values[0] === "number" ? v >= Math.min(...values) && v <= Math.max(...values) : values.includes(v);
  };
  const take = () => {
    const asked = new Map(), told = new URLSearchParams(location.hash.slice(1));
    for (const [key, { name, fits }] of movable) {
      try {
        const text = told.get(`${called}.${key}`);
        if (text !== null) asked.set(name, { value: JSON.parse(text), fits });
      } catch {} // not JSON: as if it were not there
    }
    const all = (name) => (asked.has(name) ? asked.get(name).value : state[name]);
    const good = [...asked].filter(([, { value, fits }]) => { try { return fits(value, all); } catch { return false; } });
    for (const [name, { value }] of good) if (JSON.stringify(state[name]) !== JSON.stringify(value)) set(name, value);
  };
  take();
  addEventListener("hashchange", take);

  return {
    get: (name) => (name === "layout" ? { comm_live: false } : state[name]),
    set,
    save_changes() {},
    send({ press }) { if (press === "reset") for (const name of state._alone ?? []) set(name, first[name]); },
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener)); },
    // The page's address with this state in it, and what it holds of other widgets.
    address() {
      const others = location.hash.slice(1).split("&").filter((each) => each && !each.startsWith(`${called}.`));
      const own = [...movable].map(([key, { name }]) => `${called}.${key}=${encodeURIComponent(JSON.stringify(state[name]))}`);
      return `${location.href.split("#")[0]}#${[...others, ...own].join("&")}`;
    },
  };
}
