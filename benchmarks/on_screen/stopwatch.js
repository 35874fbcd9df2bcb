// Times inside the page: from an input event's own time stamp to the task after the frame in which the watched part was
// painted.  A change of SVG or words is seen by a MutationObserver, one of a canvas by its first drawing call, one of a
// text area when its value is set: nothing looks again and again, for that would keep the page busy.  What is drawn within
// a frame is on its way to the screen when that frame ends, what changes between frames when the next one ends.  That a
// canvas did change is checked by its pixels after each time has been taken, for reading them takes long; `unchanged`
// counts the times that it did not.

window.stopwatch = (() => {
  const INPUT = ["keydown", "pointermove"];
  let since = null, stop = () => {}, waiting = [];
  const state = { times: [], last: 0, moved: 0, changes: 0 };
  for (const type of INPUT) window.addEventListener(type, (event) => {
    since = event.timeStamp;
    if (type === "pointermove" && event.buttons) state.moved = event.timeStamp;
  }, true);

  let inFrame = false;
  const nextFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => nextFrame((now) => {
    inFrame = true;
    try { callback(now); } finally { inFrame = false; }
  });
  const afterTask = (then) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(null);
  };
  const afterPaint = (then) => (inFrame ? afterTask(then) : nextFrame(() => afterTask(then)));
  let pending = false, from = null;
  const changed = () => {
    from ??= since; // also of a change that joins one under way
    if (pending) return;
    pending = true;
    afterPaint(() => {
      pending = false;
      state.last = performance.now();
      state.changes++;
      if (from !== null) { state.times.push(state.last - from); if (since === from) since = null; }
      from = null;
      waiting.splice(0).forEach((go) => go());
    });
  };

  let canvases = new Map(); // watched, and what they last showed
  const { prototype } = CanvasRenderingContext2D;
  for (const name of ["clearRect", "drawImage", "fillRect", "fillText", "stroke", "strokeRect", "fill"]) {
    const draw = prototype[name];
    prototype[name] = function (...given) {
      if (canvases.has(this.canvas)) changed();
      return draw.apply(this, given);
    };
  }
  const compare = () => {
    for (const [canvas, seen] of canvases) {
      const now = print(canvas);
      if (now === seen) state.unchanged++;
      if (now === 0) state.blank++; // every pixel transparent
      canvases.set(canvas, now);
    }
  };

  function print(canvas) {
    const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let hash = 0;
    for (let i = 0; i < data.length; i += 3) hash = (hash * 31 + data[i]) | 0;
    return hash;
  }

  return Object.assign(state, {
    // Watch these elements from now on, and no others.
    watch(elements) {
      stop();
      Object.assign(state, { times: [], last: 0, moved: 0, changes: 0, unchanged: 0, blank: 0, heights: [] });
      since = null;
      canvases = new Map();
      const observer = new MutationObserver(changed);
      const value = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value");
      const sizes = new ResizeObserver((all) => all.forEach(({ target }) => {
        if (!state.heights.includes(target.offsetHeight)) state.heights.push(target.offsetHeight);
      }));
      for (const element of elements) {
        if (element.tagName === "CANVAS") {
          canvases.set(element, print(element));
          sizes.observe(element.parentElement);
        } else if (element.tagName === "TEXTAREA") {
          Object.defineProperty(element, "value", {
            configurable: true,
            get() { return value.get.call(this); },
            set(next) {
              if (next !== this.value) changed();
              value.set.call(this, next);
            },
          });
        } else observer.observe(element, { childList: true, attributes: true, characterData: true, subtree: true });
      }
      stop = () => {
        canvases = new Map();
        observer.disconnect();
        sizes.disconnect();
        for (const element of elements) if (element.tagName === "TEXTAREA") delete element.value;
      };
    },
    // Where the pointer finds something to read in a chart: the points of its last curve.
    points(chart) {
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
      compare();
    },
    // Looks at the pixels of the watched canvases in every frame until others are watched: none may ever be empty.
    guard() {
      const guarded = canvases;
      const look = () => {
        for (const canvas of guarded.keys()) if (print(canvas) === 0) state.blank++;
        if (guarded === canvases && guarded.size) nextFrame(look);
      };
      nextFrame(look);
    },
    // Set the control to each of `values` in turn (or press these keys on it), `count` times in all, each when the one before has been answered.
    async drive(control, values, count) {
      for (let i = 0; i < count; i++) {
        const seen = new Promise((go, fail) => {
          const late = setTimeout(() => fail(new Error(`update ${i} was not answered`)), 10000);
          waiting.push(() => { clearTimeout(late); go(); });
        });
        const value = values[i % values.length];
        if (typeof value === "string") control.dispatchEvent(new KeyboardEvent("keydown", { key: value, bubbles: true, cancelable: true }));
        else {
          control.value = value;
          control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
        }
        await seen;
      }
    },
  });
})();
