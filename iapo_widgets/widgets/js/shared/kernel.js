// Whether a kernel stands behind a widget: a saved page has none, and a notebook can lose its own.

// The widget's layout is a model of its own, and tells of the connection that both share.
function connected(model) { return model.get("layout")?.comm_live !== false; }

function onConnection(model, changed) {
  const layout = model.get("layout");
  layout?.on?.("comm_live_update", changed);
  return () => layout?.off?.("comm_live_update", changed);
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
