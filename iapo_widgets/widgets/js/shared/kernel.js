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
