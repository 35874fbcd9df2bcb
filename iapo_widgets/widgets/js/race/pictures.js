// What was drawn and may be shown again: pictures the size of a canvas, by what they show, the latest used kept longest.
// A picture is kept from its second time on: what is shown once, as while a weight moves, is drawn where it is seen.

const ROOM = 10e6; // pixels kept in all, 40 MB

class Pictures {
  constructor() {
    this.kept = new Map();
    this.once = new Set(); // names of those that were drawn once
    this.spare = []; // canvases whose pictures are out of date, to be drawn over
  }

  clear() {
    this.spare.push(...this.kept.values());
    this.spare.length = Math.min(this.spare.length, 4);
    this.kept.clear();
    this.once.clear();
  }

  // Puts the picture of that name on `pen`'s canvas, whole; `draw(pen)` draws it where it is not kept.
  put(pen, name, draw) {
    const { width, height } = pen.canvas;
    if (!width || !height) return;
    const key = `${name} ${width} ${height}`;
    if (!this.once.has(key)) {
      this.once.add(key);
      pen.save();
      try { draw(pen); } finally { pen.restore(); }
      return;
    }
    let picture = this.kept.get(key);
    if (picture) this.kept.delete(key);
    else {
      picture = this.spare.pop() ?? document.createElement("canvas");
      Object.assign(picture, { width, height }); // empties it, too
      const own = picture.getContext("2d");
      own.setTransform(pen.getTransform());
      draw(own);
    }
    this.kept.set(key, picture);
    let pixels = 0;
    for (const [old, { width: w, height: h }] of [...this.kept].reverse()) {
      pixels += w * h;
      if (pixels > ROOM && old !== key) this.kept.delete(old);
    }
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(picture, 0, 0);
    pen.restore();
  }
}
