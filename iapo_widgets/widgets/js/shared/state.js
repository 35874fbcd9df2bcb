// What a person sets in a widget: a step back and forth, a link that brings it again, and a size for the last row.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Traits that are a widget's state, those of its parts by the widget's own names for them.
function stateNames(model) {
  const parts = (model.get("_parts") ?? []).flatMap((part) => (model.get(`_${part}__public`) ?? []).map((name) => `_${part}_${name}`));
  return [...(model.get("_public") ?? []), ...parts];
}

// A model that remembers what is set through it: what was there before, a step for each gesture, however many values a
// drag goes through.  What the kernel changes as a consequence is not remembered, but for a button: there it is all.
function remembered(model) {
  const past = [], future = [], heard = new Set();
  let gesture = 0, last = -1, pressed = null, moving = false;
  const note = (name, before) => {
    if (last !== gesture) past.push({});
    last = gesture;
    future.length = 0;
    if (past.length > 200) past.shift();
    past.at(-1)[name] ??= { before };
    own.moved();
  };
  const changed = (name) => {
    if (pressed?.gesture === gesture && !moving && !same(pressed.before[name], model.get(name))) note(name, pressed.before[name]);
    own.moved();
  };
  const hear = () => {
    for (const name of stateNames(model)) if (!heard.has(name)) { heard.add(name); model.on(`change:${name}`, () => changed(name)); }
  };
  const differs = (step) => Object.keys(step).filter((name) => !same(step[name].before, model.get(name)));
  const travel = (from, to) => {
    while (from.length) {
      const step = from.pop(), names = differs(step);
      if (!names.length) continue;
      to.push(Object.fromEntries(names.map((name) => [name, { before: model.get(name) }])));
      moving = true;
      for (const name of names) model.set(name, step[name].before);
      moving = false;
      model.save_changes();
      break;
    }
    last = -1;
    pressed = null;
    own.moved();
  };
  const own = {
    get: (name) => model.get(name),
    set(name, value) {
      if (!moving && !same(model.get(name), value) && stateNames(model).includes(name)) note(name, model.get(name));
      model.set(name, value);
    },
    save_changes: () => model.save_changes(),
    send(content, ...more) {
      hear();
      if (gesture && content.press && !/^(run|stop|measure|show)$/.test(content.press)) pressed = { gesture, before: Object.fromEntries(stateNames(model).map((name) => [name, model.get(name)])) };
      model.send(content, ...more);
    },
    on: (event, listener) => model.on(event, listener),
    off: (event, listener) => model.off(event, listener),
    address: model.address,
    begin: () => { gesture++; },
    back: () => travel(past, future),
    forth: () => travel(future, past),
    can: (way) => (way === "back" ? past : future).some((step) => differs(step).length),
    moved() {},
  };
  hear();
  return own;
}

// The head of a widget: what it is, and the buttons that all widgets have; `root` hears their keys.
function headOf(model, root, says = build("p", { class: "iapo-says" })) {
  const [title, sentence] = model.get("_heading");
  const tool = (tip, drawing, act) => {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(icon.namespaceURI, "path");
    describe(icon, { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": true });
    describe(path, { d: drawing, fill: "none", stroke: "currentColor", "stroke-width": 1.6 });
    icon.append(path);
    const made = build("button", { type: "button", class: "iapo-tool", title: tip, "aria-label": tip.split(" (")[0] }, icon);
    made.addEventListener("click", act);
    return made;
  };
  const back = tool("Undo (Ctrl+Z)", "M6 3 2.5 6.5 6 10M3 6.5h6a3.7 3.7 0 0 1 0 7.4H6", () => model.back());
  const forth = tool("Redo (Ctrl+Shift+Z)", "M10 3l3.5 3.5L10 10M13 6.5H7a3.7 3.7 0 0 0 0 7.4h3", () => model.forth());
  const link = tool(model.address ? "Copy link" : "Copy link (a line of Python)", "M6 10l4-4M7 4.6 8.6 3A3.1 3.1 0 0 1 13 7.4L11.4 9M9 11.4 7.4 13A3.1 3.1 0 0 1 3 8.6L4.6 7", () => {
    if (model.address) show(model.address());
    else if (connected(model)) { asked = true; model.send({ link: true }); }
  });
  const size = tool("Projector size", "M1 13 5 3l4 10M2.4 9.5h5.2M13 13V4M10.8 6.2 13 4l2.2 2.2", () => { model.set("display", model.get("display") === "projector" ? "normal" : "projector"); model.save_changes(); });
  const said = build("span", { role: "status" });
  const line = build("input", { type: "text", readonly: "", "aria-label": "Link", "data-lm-suppress-shortcuts": "true" });
  const box = build("div", { class: "iapo-link", hidden: "" }, said, line);
  let asked = false;
  const show = async (text) => {
    asked = false;
    box.hidden = false;
    line.value = text;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied:";
    } catch {
      said.textContent = "Press Ctrl+C:";
      line.select();
    }
  };
  const answer = (content) => { if (asked && typeof content?.link === "string") show(content.link); };
  const resize = () => {
    root.classList.toggle("iapo-projector", model.get("display") === "projector");
    describe(size, { "aria-pressed": model.get("display") === "projector" });
  };
  model.moved = () => {
    describe(back, { "aria-disabled": !model.can("back") });
    describe(forth, { "aria-disabled": !model.can("forth") });
  };
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const event of ["pointerdown", "keydown"]) root.addEventListener(event, ({ repeat }) => { if (!repeat) model.begin(); }, true);
  root.addEventListener("change", model.begin);
  root.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !/^[zy]$/.test(key) || event.target.closest("textarea, [type=text]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "y" || event.shiftKey) model.forth(); else model.back();
  });
  model.on("msg:custom", answer);
  model.on("change:display", resize);
  model.moved();
  resize();
  if (sentence) says.textContent = sentence;
  const head = build("div", { class: "iapo-heading" }, build("h3", {}, title), build("div", { class: "iapo-tools" }, back, forth, link, size), says, box);
  head.off = () => { model.off("msg:custom", answer); model.off("change:display", resize); };
  return head;
}
