// Colours, themes and crisp canvases, shared by the widgets.

const CIVIDIS = [
  [0, 34, 78], [0, 46, 106], [26, 56, 111], [50, 67, 109], [67, 78, 108], [83, 90, 109], [97, 101, 111],
  [111, 112, 115], [125, 124, 120], [140, 136, 120], [155, 148, 118], [171, 160, 114], [188, 174, 108],
  [205, 187, 99], [222, 201, 88], [240, 216, 70], [254, 232, 56],
];
// Okabe and Ito's colours, told apart by nearly everyone.
const OKABE_ITO = { orange: "#e69f00", sky: "#56b4e9", green: "#009e73", blue: "#0072b2", vermillion: "#d55e00" };

function cividis(share) {
  const x = Math.min(1, Math.max(0, share)) * (CIVIDIS.length - 1);
  const i = Math.min(CIVIDIS.length - 2, Math.floor(x));
  return CIVIDIS[i].map((v, k) => Math.round(v + (x - i) * (CIVIDIS[i + 1][k] - v)));
}

// Colours of the page at that element.  Within a shadow root, as marimo has one, a registered property is read as the
// words that it was set with; what is no plain colour is put on the element's parent's child and read from there.
function theme(element) {
  const style = getComputedStyle(element);
  const place = element.parentElement ?? element;
  const read = (name, fallback) => {
    const text = style.getPropertyValue(name).trim();
    if (!/[(]/.test(text) || /^rgba?[(]/.test(text)) return text || fallback;
    const probe = document.createElement("i");
    probe.style.color = `var(${name}, ${fallback})`;
    place.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour || fallback;
  };
  const colours = {
    ink: read("--iapo-ink", "#212121"),
    quiet: read("--iapo-quiet", "#616161"),
    line: read("--iapo-line", "#bdbdbd"),
    paper: read("--iapo-paper", "#ffffff"),
  };
  const family = style.fontFamily || "sans-serif";
  return { ...colours, font: (size, weight = "") => `${weight} ${size}px ${family}`, key: Object.values(colours) + family };
}

// Whether the words there are lighter than the paper; an element that is not yet in the page has no colour.
function isDark(element) {
  const [r, g, b] = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return r + g + b > 382;
}

// Place of a pointer on an element in the element's own pixels: projector size and slides make them larger than the page's.
function pointOn(element, event) {
  const box = element.getBoundingClientRect(), size = element.clientWidth ? box.width / element.clientWidth : 1;
  return [(event.clientX - box.left) / size, (event.clientY - box.top) / size];
}

// Sets the canvas to its CSS size at the screen's density; returns a context in CSS pixels.
function crisp(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = (window.devicePixelRatio || 1) * (canvas.currentCSSZoom ?? 1);
  const [w, h] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

// Round numbers between low and high, about `count` of them.
function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= raw * 0.999);
  const out = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) out.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return { values: out, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

function star(pen, x, y, radius) {
  pen.beginPath();
  for (let i = 0; i < 10; i++) {
    const r = i % 2 ? radius * 0.45 : radius;
    pen.lineTo(x + r * Math.sin((i * Math.PI) / 5), y - r * Math.cos((i * Math.PI) / 5));
  }
  pen.closePath();
}

// Sets what differs: an attribute that is set to what it was makes the browser style the page again.
function describe(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

function build(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Calls `changed` when the page turns light or dark, by whatever attribute, and when it is printed: then `root` has the
// width of paper, for what is drawn as wide as the screen would be squeezed.  Returns how to stop.
function onThemeChange(root, changed) {
  const watch = new MutationObserver(changed);
  const attributeFilter = ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "class", "style"];
  for (const element of [document.documentElement, document.body]) watch.observe(element, { attributes: true, attributeFilter });
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => window.matchMedia(query));
  const print = ({ type }) => { root.style.width = type === "beforeprint" && root.clientWidth > 690 ? "690px" : ""; changed(); };
  const heard = [...queries.map((query) => [query, "change", changed]), [window, "beforeprint", print], [window, "afterprint", print]];
  for (const [target, event, listener] of heard) target.addEventListener(event, listener);
  return () => { watch.disconnect(); for (const [target, event, listener] of heard) target.removeEventListener(event, listener); };
}
