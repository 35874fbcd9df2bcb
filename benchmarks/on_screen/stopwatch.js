// Times inside the page: from an input event's own time stamp to the frame in which the watched part had been painted.
// A change is seen by a MutationObserver (SVG, words), or in each frame by pixels (canvas) or value (text area).  The next animation frame, and the task
// after it, come when the change is on its way to the screen: the time may hold one frame too much, never one too little.

window.stopwatch = (() => {
  const INPUT = ["keydown", "pointermove"];
  let since = null, stop = () => {}, waiting = [];
  const state = { times: [], last: 0, moved: 0, changes: 0 };
  for (const type of INPUT) window.addEventListener(type, (event) => {
    since = event.timeStamp;
    if (type === "pointermove" && event.buttons) state.moved = event.timeStamp;
  }, true);

  const afterPaint = (then) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(null);
  });
  let pending = false;
  const changed = () => {
    if (pending) return;
    pending = true;
    const from = since;
    afterPaint(() => {
      pending = false;
      state.last = performance.now();
      state.changes++;
      window.wslog?.push(['painted', performance.timeOrigin + state.last, 0]);
      if (from !== null) { state.times.push(state.last - from); if (since === from) since = null; }
      waiting.splice(0).forEach((go) => go());
    });
  };

  function print(canvas) {
    if (canvas.tagName === "TEXTAREA") return canvas.value;
    const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let hash = 0;
    for (let i = 0; i < data.length; i += 3) hash = (hash * 31 + data[i]) | 0;
    return hash;
  }

  return Object.assign(state, {
    // Watch these elements from now on, and no others.
    watch(elements) {
      stop();
      Object.assign(state, { times: [], last: 0, moved: 0, changes: 0, blank: 0, heights: [] });
      since = null;
      const observer = new MutationObserver(changed);
      let going = true;
      for (const element of elements) {
        if (!["CANVAS", "TEXTAREA"].includes(element.tagName)) {
          observer.observe(element, { childList: true, attributes: true, characterData: true, subtree: true });
          continue;
        }
        let seen = print(element);
        const look = () => {
          if (!going) return;
          const now = print(element);
          if (now === 0) state.blank++; // every pixel transparent
          const height = element.parentElement.offsetHeight;
          if (!state.heights.includes(height)) state.heights.push(height);
          if (now !== seen) { seen = now; changed(); }
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }
      stop = () => { going = false; observer.disconnect(); };
    },
    // Where the pointer finds something to read in a chart: the cells of a map, or the points of its last curve.
    points(chart) {
      const cells = [...chart.querySelectorAll("text.iapo-cell")].map((text) => text.getBoundingClientRect());
      if (cells.length) return cells.map((box) => [box.x + box.width / 2, box.y + box.height / 2]);
      const box = chart.getBoundingClientRect();
      const path = [...chart.querySelectorAll('path[fill="none"][stroke-dasharray]')].at(-1).getAttribute("d");
      return [...path.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [box.x + Number(x), box.y + Number(y)]);
    },
    // Resolves when more than `seen` times have been taken and nothing has changed any more for two frames and a bit: what
    // comes late must not be taken for the answer to the next press.
    async next(seen, patience = 10000) {
      const late = performance.now() + patience;
      while (state.times.length <= seen) {
        if (performance.now() > late) throw new Error("nothing changed on screen");
        await new Promise((go) => { waiting.push(go); setTimeout(go, patience); });
      }
      for (let before = -1; before !== state.changes;) {
        before = state.changes;
        await new Promise((go) => setTimeout(go, 40));
      }
    },
    // Set the control to each of `values` in turn, `count` times in all, each when the one before has been answered.
    async drive(control, values, count) {
      for (let i = 0; i < count; i++) {
        const seen = new Promise((go, fail) => {
          const late = setTimeout(() => fail(new Error(`update ${i} was not answered`)), 10000);
          waiting.push(() => { clearTimeout(late); go(); });
        });
        control.value = values[i % values.length];
        control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
        await seen;
      }
    },
  });
})();
