// A text to copy: a button, and the text itself for who cannot use it.

function copyBox(model, id, trait = "copy_text") {
  const area = build("textarea", { id: `${id}-copy`, readonly: "", rows: 6, "data-lm-suppress-shortcuts": "true" });
  const said = build("span", { role: "status", "aria-live": "polite" });
  const button = build("button", { type: "button" }, "Copy");
  const details = build("details", {}, build("summary", {}, "Show the text"), build("label", { for: `${id}-copy` }, "Text to copy"), area);
  const box = build("div", { class: "iapo-copy" }, button, said, details);
  const show = () => { area.value = model.get(trait); said.textContent = ""; };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(area.value);
      said.textContent = " Copied.";
    } catch {
      details.open = true;
      area.focus();
      area.select();
      said.textContent = " Selected: press Ctrl+C.";
    }
  });
  model.on(`change:${trait}`, show);
  show();
  return { element: box, off: () => model.off(`change:${trait}`, show) };
}
