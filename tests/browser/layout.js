// Put into a page before its own scripts: measures how a widget looks.

// What was written on every canvas: text, size of its letters, and both ends, in CSS pixels.
const written = new Map();
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
  const { a, b, c, d, e, f } = this.getTransform();
  const density = Math.hypot(a, b), length = this.measureText(text).width;
  const start = x + ({ center: -length / 2, right: -length, end: -length }[this.textAlign] ?? 0);
  const ends = [start, start + length].map((u) => [(a * u + c * y + e) / density, (b * u + d * y + f) / density]);
  const size = parseFloat(this.font.match(/([\d.]+)px/)[1]);
  written.set(this.canvas, [...(written.get(this.canvas) ?? []), { text: String(text), size, ends }]);
  fillText.call(this, text, x, y, ...more);
};
// A canvas also says what was written on a picture of its own size that is put on it.
const drawImage = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (picture, ...more) {
  const words = written.get(picture) ?? [];
  if (words.length) written.set(this.canvas, [...new Set([...(written.get(this.canvas) ?? []), ...words])]);
  drawImage.call(this, picture, ...more);
};
// Emptied, a canvas says nothing any more.
const clearRect = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...where) { // our scripts only ever clear all of it
  written.delete(this.canvas);
  clearRect.apply(this, where);
};
for (const side of ["width", "height"]) {
  const own = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, side);
  const set = function (value) { written.delete(this); own.set.call(this, value); };
  Object.defineProperty(HTMLCanvasElement.prototype, side, { ...own, set });
}

const SLACK = 1.5; // px
const place = (element) => element.getBoundingClientRect();
const visible = (element) => element.checkVisibility() && place(element).width > 0;
const apartX = (a, b) => a.left >= b.right - 0.5 || b.left >= a.right - 0.5;
const apartY = (a, b) => a.top >= b.bottom - 2 || b.top >= a.bottom - 2; // a line is taller than its letters

function inside(element, frame) {
  const [a, b] = [place(element), place(frame)];
  const within = a.left >= b.left - SLACK && a.right <= b.right + SLACK;
  return within && a.top >= b.top - SLACK && a.bottom <= b.bottom + SLACK;
}

function meeting(elements, what) {
  return elements.flatMap((one, i) => elements.slice(i + 1)
    .filter((two) => !apartX(place(one), place(two)) && !apartY(place(one), place(two)))
    .map((two) => `${what} meet: ${one.textContent} and ${two.textContent}`));
}

const outside = (elements, frame, what) =>
  elements.filter((each) => !inside(each, frame)).map((each) => `${what}: ${each.textContent}`);

// Complaints about a widget's root, none where all is well.
function complaintsOf(root) {
  const all = (selector, from = root) => [...from.querySelectorAll(selector)].filter(visible);
  const out = root.scrollWidth > root.clientWidth + 1 ? [`overflows: ${root.scrollWidth} > ${root.clientWidth}`] : [];
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const words = all("*").filter(own);
  for (const each of words) {
    if (parseFloat(getComputedStyle(each).fontSize) < 10) out.push(`too small: ${each.textContent}`);
  }
  out.push(...outside(words.filter((each) => !each.closest(".iapo-table, .iapo-side, svg, textarea, option")), root, "outside"));
  const cutAt = (each) => each.scrollWidth > each.clientWidth + 2 && getComputedStyle(each).overflowX === "hidden" && getComputedStyle(each).textOverflow !== "ellipsis";
  out.push(...words.filter((each) => !each.closest("svg, .iapo-unseen") && cutAt(each)).map((each) => `cut: ${each.textContent}`));
  for (const row of all(".iapo-lane-button")) out.push(...outside(all(".iapo-lane-said, .iapo-lane-words", row), row, "cut in its row"));
  const blocks = [...root.children].filter((each) => visible(each) && getComputedStyle(each).position !== "absolute");
  out.push(...meeting(blocks, "blocks"), ...meeting(all(".iapo-tools > *, .iapo-heading > h3"), "buttons"));
  for (const svg of all("figure > svg")) {
    const ticks = all("text.iapo-tick", svg);
    if (ticks.length < 2) out.push("fewer than two tick labels");
    out.push(...outside(all("text", svg), svg, "cut"), ...meeting(ticks, "tick labels"));
  }
  for (const figure of all("figure")) {
    const keys = all(".iapo-key", figure);
    out.push(...outside(keys, figure, "legend outside"), ...meeting(keys, "legends"));
  }
  for (const field of all(".iapo-field")) {
    out.push(...meeting([...field.children].filter(visible), "parts of a field"));
    for (const part of all("label, output", field)) {
      if (part.scrollWidth > part.clientWidth + 2) out.push(`truncated: ${part.textContent}`);
    }
  }
  out.push(...meeting(all(".iapo-field"), "fields"));
  for (const list of all(".iapo-field select")) {
    const free = list.cloneNode(true);
    free.style.cssText = "position: absolute; max-width: none; width: max-content";
    list.after(free);
    if (place(free).width > place(list).width + 1) out.push(`truncated: ${free.textContent}`);
    free.remove();
  }
  for (const button of all("button")) {
    if (button.scrollWidth > button.clientWidth + 1) out.push(`truncated: ${button.textContent}`);
  }
  for (const canvas of all("canvas:not([aria-hidden])")) out.push(...canvasComplaints(canvas));
  return [...new Set(out)];
}

function canvasComplaints(canvas) {
  const { clientWidth, clientHeight } = canvas;
  const labels = written.get(canvas) ?? [];
  const sharp = canvas.width === Math.round(clientWidth * devicePixelRatio * canvas.currentCSSZoom);
  const cut = ({ ends }) => ends.some(([x, y]) => x < -SLACK || x > clientWidth + SLACK || y < 0 || y > clientHeight);
  return [
    ...(sharp ? [] : [`blurred: ${canvas.width} for ${clientWidth}`]),
    ...(labels.length < 10 ? ["a canvas without words"] : []),
    ...labels.filter(({ size }) => size < 10).map(({ text, size }) => `too small on canvas: ${text} at ${size}`),
    ...labels.filter(cut).map(({ text }) => `cut on canvas: ${text}`),
  ];
}

// Lowest contrast of the words on a widget's pictures with what they stand on; axe looks at no SVG.
function svgContrast(root) {
  const paint = (css) => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data;
  };
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const over = ([r, g, b, a], under) => [r, g, b].map((v, k) => (a / 255) * v + (1 - a / 255) * under[k]);
  const paper = over(paint(getComputedStyle(root).backgroundColor), [255, 255, 255]);
  const areas = new Map(); // of each picture: its filled shapes in order, and their colours
  const areasOf = (svg) => {
    if (!areas.has(svg)) areas.set(svg, [...svg.querySelectorAll("rect, path")].map((shape) => {
      const style = getComputedStyle(shape), [r, g, b, a] = paint(style.fill);
      return [shape, [r, g, b, style.fill === "none" ? 0 : a * style.fillOpacity]];
    }).filter(([, [, , , a]]) => a > 0));
    return areas.get(svg);
  };
  return Math.min(...[...root.querySelectorAll("svg text")].flatMap((text) => {
    const ink = paint(getComputedStyle(text).fill), matrix = text.getCTM();
    return Array.from({ length: text.getNumberOfChars() }, (_, i) => {
      const { x, y, width, height } = text.getExtentOfChar(i);
      const middle = new DOMPoint(x + width / 2, y + height / 2).matrixTransform(matrix);
      const below = areasOf(text.ownerSVGElement).filter(([shape]) => shape.isPointInFill(middle) && shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING);
      const under = below.reduce((ground, [, colour]) => over(colour, ground), paper);
      const both = [luminance(over(ink, under)), luminance(under)];
      return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    });
  }));
}

Object.assign(window, { complaintsOf, svgContrast });
