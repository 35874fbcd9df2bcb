// Whether a kernel stands behind a widget: a saved page has none, and a notebook can lose its own.

// The widget's layout is a model of its own, and tells of the connection that both share.
function connected(model) { return model.get("layout")?.comm_live !== false; }

// While the returned function is not called, `changed` hears of it, and what stands in for the widget is hidden.
function onConnection(model, changed) {
  const layout = model.get("layout"), twin = model.get("_twin");
  if (connected(model) && layout instanceof Object) lived.add(layout); // marimo has no such model
  layout?.on?.("comm_live_update", changed);
  const alive = document.createElement("style"); // its output too, if that holds nothing else
  if (twin) {
    alive.textContent = `.${twin}, .jp-OutputArea-child:not(:has(.jp-OutputArea-child)):has(.${twin}) { display: none; }`;
    document.head.append(alive);
  }
  return () => {
    layout?.off?.("comm_live_update", changed);
    alive.remove();
  };
}

// Calls `listeners`, by event, when the model tells of these.  Returns how to stop.
function listen(model, listeners) {
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  return () => { for (const [event, listener] of Object.entries(listeners)) model.off(event, listener); };
}

const lived = new WeakSet(); // layouts of widgets that had a kernel when they were shown
const GONE = "The kernel was restarted or has ended: run this cell again to go on. Until then what is here can be played and read.";

// What to do where no kernel answers; `never` is said of a widget that had none from the beginning.
function lostWords(model, never) {
  if (connected(model)) return "";
  return lived.has(model.get("layout")) ? GONE : never;
}

// Names of the controls that a saved page keeps alive by itself.
function alone(model) { return connected(model) ? [] : model.get("_alone") ?? []; }

// Where the kernel has no threads, each step of its work waits for such a message, and no cell waits for anything.
function sendTicks(model) {
  let timer = null;
  const wind = () => {
    clearTimeout(timer);
    const [number, seconds] = model.get("_awaits") ?? []; // only what works in the background has it
    if (number !== undefined) timer = setTimeout(() => { if (connected(model)) model.send({ tick: number }); }, 1000 * seconds);
  };
  model.on("change:_awaits", wind);
  wind();
  return () => { clearTimeout(timer); model.off("change:_awaits", wind); };
}
