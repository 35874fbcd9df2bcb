// What a person sets in a widget: a step back and forth, a link that brings it again, and a size for the last row.

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Traits that are a widget's state, those of its parts by the widget's own names for them.
const stateNames = (model) => [...(model.get("_public") ?? []), ...(model.get("_parts") ?? []).flatMap((part) => (model.get(`_${part}__public`) ?? []).map((name) => `_${part}_${name}`))];

// A model that remembers what is set through it: what was there before, a step for each gesture, however many values a
// drag goes through.  What the kernel changes as a consequence is not remembered, but for a button: there it is all.
function remembered(model) {
  const steps = { back: [], forth: [] }, heard = new Set();
  let begun = true, pressed = null, moving = false;
  const differing = (step) => [...step].filter(([name, value]) => !same(value, model.get(name)));
  const note = (name, before) => {
    if (begun) steps.back.push(new Map());
    begun = false;
    steps.forth = [];
    const step = steps.back.at(-1);
    if (!step.has(name)) step.set(name, before);
  };
  const hear = () => {
    for (const name of stateNames(model)) if (!heard.has(name)) {
      heard.add(name);
      model.on(`change:${name}`, () => {
        if (pressed && !moving && !same(pressed.get(name), model.get(name))) note(name, pressed.get(name));
        own.moved();
      });
    }
  };
  const own = {
    get: (name) => model.get(name),
    set(name, value) {
      hear();
      if (heard.has(name) && !same(model.get(name), value)) note(name, model.get(name));
      model.set(name, value);
    },
    save_changes: () => model.save_changes(),
    send(content, ...more) {
      hear();
      if (content.press && !/^(run|stop|measure|show)$/.test(content.press)) pressed = new Map([...heard].map((name) => [name, model.get(name)]));
      model.send(content, ...more);
    },
    on: (event, listener) => model.on(event, listener),
    off: (event, listener) => model.off(event, listener),
    address: model.address,
    begin() { begun = true; pressed = null; },
    travel(from, to) {
      let step = [];
      while (steps[from].length && !step.length) step = differing(steps[from].pop());
      steps[to].push(new Map(step.map(([name]) => [name, model.get(name)])));
      moving = true;
      for (const [name, value] of step) model.set(name, value);
      moving = false;
      model.save_changes();
      own.begin();
      own.moved();
    },
    can: (way) => steps[way].some((step) => differing(step).length),
    moved() {},
  };
  hear();
  return own;
}

// A button with an icon for a face.
function tool(tip, d, act) {
  const icon = shape("svg", { viewBox: "0 0 16 16", width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "aria-hidden": true });
  icon.append(shape("path", { d }));
  const made = build("button", { type: "button", class: "iapo-tool", title: tip, "aria-label": tip.split(" (")[0] }, icon);
  made.addEventListener("click", act);
  return made;
}

// The button that makes `root()` large enough for the last row; `resize` brings that to the trait.
function sizeButton(model, root) {
  const large = () => model.get("display") === "projector";
  const button = tool("Projector size", "M1 13 5 3l4 10M2.4 9.5h5.2M13 13V4M10.8 6.2 13 4l2.2 2.2", () => { model.set("display", large() ? "normal" : "projector"); model.save_changes(); });
  const resize = () => { root()?.classList.toggle("iapo-projector", large()); describe(button, { "aria-pressed": large() }); };
  model.on("change:display", resize);
  resize();
  return { button, resize };
}

// The buttons that all widgets have, and the box of their link; `root()` is what they make larger, once it is there.
function toolsOf(model, root) {
  const go = (forth) => (forth ? model.travel("forth", "back") : model.travel("back", "forth"));
  const back = tool("Undo (Ctrl+Z)", "M6 3 2.5 6.5 6 10M3 6.5h6a3.7 3.7 0 0 1 0 7.4H6", () => go(false));
  const forth = tool("Redo (Ctrl+Shift+Z)", "M10 3l3.5 3.5L10 10M13 6.5H7a3.7 3.7 0 0 0 0 7.4h3", () => go(true));
  const link = tool(`Copy link${model.address ? "" : " (a line of Python)"}`, "M6 10l4-4M7 4.6 8.6 3A3.1 3.1 0 0 1 13 7.4L11.4 9M9 11.4 7.4 13A3.1 3.1 0 0 1 3 8.6L4.6 7", () => {
    if (model.address) show(model.address());
    else model.send({ link: asked = true });
  });
  const { button: size, resize } = sizeButton(model, root);
  const said = build("span", { role: "status" });
  const line = build("input", { type: "text", readonly: "", "aria-label": "Link" });
  const box = build("div", { class: "iapo-link", hidden: "" }, said, line);
  let asked = false;
  const show = async (text) => {
    asked = box.hidden = false;
    line.value = text;
    line.select();
    try { await navigator.clipboard.writeText(text); said.textContent = "Copied:"; } catch { said.textContent = "Press Ctrl+C:"; }
  };
  const answer = (content) => { if (asked && typeof content?.link === "string") show(content.link); };
  model.moved = () => { for (const [button, way] of [[back, "back"], [forth, "forth"]]) describe(button, { "aria-disabled": !model.can(way) }); };
  // keys that do the same where they are pressed within `place`
  const hear = (place) => {
    describe(place, { "data-lm-suppress-shortcuts": true });
    place.addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || event.altKey || !/^[zy]$/.test(key) || event.target.closest("textarea, [type=text]")) return;
      event.preventDefault();
      event.stopPropagation();
      go(key === "y" || event.shiftKey);
    });
  };
  model.on("msg:custom", answer);
  model.moved();
  return { tools: build("div", { class: "iapo-tools" }, back, forth, link, size), box, hear, resize, off: () => model.off("msg:custom", answer) };
}

// The head of a widget: what it is, and its buttons; `root` hears their keys.
function headOf(model, root, says = build("p")) {
  const [title, sentence] = model.get("_heading");
  const { tools, box, hear } = toolsOf(model, () => root);
  for (const event of ["pointerdown", "keydown"]) root.addEventListener(event, ({ repeat }) => { if (!repeat) model.begin(); }, true);
  root.addEventListener("change", model.begin);
  hear(root);
  if (sentence) says.textContent = sentence;
  return build("div", { class: "iapo-heading" }, build("h3", {}, title), tools, says, box);
}
