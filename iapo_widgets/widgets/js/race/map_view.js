// The map of all arms: a heat map of prompts by N, and curves of Q against N.

function mapView({ id, choose }) {
  const heat = build("canvas", { class: "iapo-heat", tabindex: 0, role: "application", "aria-roledescription": "heat map",
    "aria-label": "Estimates of Q, prompts by N. Arrow keys move from arm to arm, Escape lets go.", "aria-describedby": `${id}-arm`, "data-lm-suppress-shortcuts": "true" });
  const curves = build("canvas", { class: "iapo-curves", role: "img", "aria-label": "Estimated Q against N, one curve a prompt" });
  const tip = build("div", { class: "iapo-tip", "aria-hidden": "true", hidden: "" });
  const pictures = build("div", { class: "iapo-pictures" }, heat, curves, tip);
  const armText = build("p", { class: "iapo-arm", id: `${id}-arm`, "aria-live": "polite" });
  const key = (kind, text) => build("span", { class: "iapo-key" }, build("span", { class: `iapo-swatch iapo-${kind}`, "aria-hidden": "true" }, { star: "\u2606", trimmed: "3" }[kind] ?? ""), text);
  const legend = build("div", { class: "iapo-legend" },
    key("alive", "in the race"), key("trimmed", "trimmed; its round, where there is room"), key("unknown", "no estimate"),
    key("largest", "largest scale alive in any context: the next pull"), key("star", "recommended"), key("arm-key", "chosen arm"), key("curve-alive", "curve: in the race"), key("curve-trimmed", "curve: trimmed"));
  const element = build("div", { class: "iapo-map" }, pictures, legend, armText);
  const kept = new Pictures();
  let version = null, now = null; // {replay, r, c, arm, range}

  const put = (target, text) => { if (target.textContent !== text) target.textContent = text; };
  const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
  heat.addEventListener("focus", () => { if (now && !now.arm) choose(now.replay.best(now.r, now.c)?.slice(0, 2) ?? [0, now.replay.N]); });
  heat.addEventListener("keydown", (event) => {
    if (!now) return;
    const { replay, arm } = now;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-5, 0],
      PageDown: [5, 0], Home: [0, -replay.N], End: [0, replay.N] }[event.key];
    if (event.key === "Escape") { choose([]); event.preventDefault(); event.stopPropagation(); return; }
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const [p, n] = arm ?? [0, 1];
    now = { ...now, arm: [clamp(p + step[0], 0, replay.P - 1), clamp(n + step[1], 1, replay.N)] }; // keys may outrun the paint
    choose(now.arm);
  });
  const hover = (canvas, find) => {
    canvas.addEventListener("pointermove", (event) => {
      const found = now && now.r >= 0 ? find(...pointOn(canvas, event)) : null;
      tip.hidden = !found;
      if (!found) return;
      tip.textContent = now.replay.tell(now.r, now.c, ...found);
      const [x, y] = pointOn(pictures, event), width = pictures.clientWidth;
      Object.assign(tip.style, x > width / 2 ? { left: "auto", right: `${width - x + 12}px` } : { left: `${x + 14}px`, right: "auto" });
      tip.style.top = `${Math.max(0, y - 50)}px`;
    });
    canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
    canvas.addEventListener("click", (event) => { const found = now && find(...pointOn(canvas, event)); if (found) choose(found); });
  };
  hover(heat, (x, y) => armAtHeat(now.replay, heat.clientWidth, heat.clientHeight, x, y));
  hover(curves, (x, y) => armAtCurve(now.replay, curves.clientWidth, curves.clientHeight, now.range, now.r, now.c, x, y));

  return {
    element,
    show(next) {
      now = next;
      const { replay, r, c, arm, range } = now;
      if (version !== replay.version) kept.clear();
      version = replay.version;
      if (heat.clientWidth) { // else it is not laid out yet, and the size observer calls again
        drawHeat(heat, kept, replay, r, c, arm, range);
        drawCurves(curves, kept, replay, r, c, arm, range);
      }
      put(armText, r < 0 ? "" : arm ? `${replay.tell(r, c, ...arm)}.` : "Hover or focus the heat map to read an arm: arrow keys move from arm to arm.");
    },
  };
}
