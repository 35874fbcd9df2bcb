// A part of a host, by the host's traits of it: to the part's code it is a model like any other.

function partModel(model, name) {
  const slot = (trait) => (trait === "layout" ? trait : `_${name}_${trait}`);
  const event = (words) => words.replace(/^change:(.*)/, (_, trait) => `change:${slot(trait)}`);
  return {
    get: (trait) => model.get(slot(trait)),
    set: (trait, value) => model.set(slot(trait), value),
    save_changes: () => model.save_changes(),
    send: (content) => model.send({ part: name, content }),
    on: (words, listener) => model.on(event(words), listener),
    off: (words, listener) => model.off(event(words), listener),
  };
}
