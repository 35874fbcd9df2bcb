// A page without a kernel: each widget gets a model of its saved state, and the same code draws it.

function savedModel({ state, buffers }) {
  for (const { path, data } of buffers) {
    const place = path.slice(0, -1).reduce((at, key) => at[key], state);
    place[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
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
  return {
    get: (name) => (name === "layout" ? { comm_live: false } : state[name]),
    set,
    save_changes() {},
    send({ press }) { if (press === "reset") for (const name of state._alone ?? []) set(name, first[name]); },
    on(event, listener) { listeners.set(event, [...(listeners.get(event) ?? []), listener]); },
    off(event, listener) { listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== listener)); },
  };
}
