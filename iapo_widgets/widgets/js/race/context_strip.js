// The contexts as a strip to pick from: a radio button each, which says what is recommended for it.
// Contexts named "A x", "A y", "B x", "B y" ... make a grid, so that 27 of them stay readable.

function stripPlan(names) {
  const parts = names.map((name) => { const at = name.lastIndexOf(" "); return [name.slice(0, at), name.slice(at + 1)]; });
  const columns = [...new Set(parts.map(([head]) => head))], rows = [...new Set(parts.map(([, tail]) => tail))];
  const grid = columns.length > 1 && rows.length > 1 && columns.length * rows.length === names.length
    && rows.every((row) => columns.every((column) => names.includes(`${column} ${row}`)));
  return grid ? { columns, rows, order: rows.flatMap((row) => columns.map((column) => names.indexOf(`${column} ${row}`))) } : null;
}

function contextStrip(pick) {
  const element = build("div", { class: "iapo-strip", role: "radiogroup", "aria-label": "Context: whom to serve" });
  let names = [], chips = [], order = [], across = 1;

  function chip(k, grid) {
    const button = build("button", { type: "button", role: "radio", "aria-checked": "false", tabindex: -1, "data-lm-suppress-shortcuts": "true" });
    if (!grid) button.append(build("span", { class: "iapo-chip-name" }, names[k]));
    button.append(build("span", { class: "iapo-chip-arm" }));
    button.addEventListener("click", () => pick(names[k]));
    return button;
  }

  element.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across, Home: -names.length, End: names.length }[event.key];
    if (!step) return;
    event.preventDefault(); event.stopPropagation();
    const at = order.findIndex((k) => chips[k] === document.activeElement);
    const next = Math.abs(step) === names.length ? (step < 0 ? 0 : names.length - 1) : at + step;
    if (next < 0 || next >= order.length) return;
    chips[order[next]].focus();
    pick(names[order[next]]);
  });

  return {
    element,
    lay(all) {
      if (all.join("\n") === names.join("\n")) return;
      names = all;
      const plan = stripPlan(names);
      chips = names.map((_, k) => chip(k, plan));
      order = plan?.order ?? names.map((_, k) => k);
      across = plan ? plan.columns.length : 1;
      element.classList.toggle("iapo-grid-strip", Boolean(plan));
      if (!plan) { element.style.gridTemplateColumns = ""; element.replaceChildren(build("span", { class: "iapo-strip-head" }, "Context"), ...chips); return; }
      element.style.gridTemplateColumns = `auto repeat(${across}, minmax(0, 1fr))`;
      const head = (text) => build("span", { class: "iapo-strip-head", "aria-hidden": "true" }, text);
      element.replaceChildren(head("prompt \u00b7 N"), ...plan.columns.map(head),
        ...plan.rows.flatMap((row, i) => [head(row), ...order.slice(i * across, (i + 1) * across).map((k) => chips[k])]));
    },
    // `entries`: for each context the recommended arm, as Replay.best gives it, and whether it is re-scored.
    show(chosen, entries) {
      entries.forEach(({ best, changed }, k) => {
        const button = chips[k];
        const n = best && (best[2] ? "random" : best[1]);
        const grid = across > 1;
        const arm = !best ? "\u2013" : grid ? `${best[0]} \u00b7 ${best[2] ? "?" : n}` : `prompt ${best[0]}, N ${best[2] ? "" : "= "}${n}`;
        const text = arm + (changed ? " *" : "");
        const slot = button.lastChild;
        if (slot.textContent !== text) slot.textContent = text;
        const said = `${names[k]}: ${best ? `prompt ${best[0]}, N ${best[2] ? "" : "= "}${n}` : "nothing recommended yet"}${changed ? ", re-scored" : ""}`;
        describe(button, { "aria-label": said, title: said });
        describe(button, { "aria-checked": k === chosen, tabindex: k === chosen ? 0 : -1 });
      });
    },
  };
}
