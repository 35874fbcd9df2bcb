// A field for a key: what is typed goes to the kernel as one message and is wiped here; no model ever holds it.

let fields = 0;

function render({ model, el }) {
  const id = `iapo-secret-${++fields}-${Math.random().toString(36).slice(2, 8)}`;
  const input = build("input", { id, type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-said ${id}-warning`, "data-lm-suppress-shortcuts": "true" });
  const use = build("button", { type: "button" }, "Use key");
  const forget = build("button", { type: "button" }, "Forget key");
  const said = build("span", { id: `${id}-said`, class: "iapo-said", role: "status", "aria-live": "polite" });
  const warning = build("p", { id: `${id}-warning`, class: "iapo-warning" });
  const root = build("div", { class: "iapo-widget iapo-secret" }, warning,
    build("div", { class: "iapo-row" }, build("label", { for: id }, model.get("label")), input, use, forget, said));
  el.append(root);

  const hand = () => {
    if (!input.value) return;
    model.send({ secret: input.value });
    input.value = "";
  };
  use.addEventListener("click", hand);
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); hand(); } });
  forget.addEventListener("click", () => { input.value = ""; model.send({ forget: true }); });

  const show = () => {
    root.hidden = model.get("layout")?.comm_live === false; // a saved page has no use for a key
    said.textContent = model.get("said");
    warning.textContent = model.get("warning");
    warning.hidden = !model.get("warning");
    forget.disabled = !model.get("held");
  };
  for (const name of ["said", "warning", "held"]) model.on(`change:${name}`, show);
  show();
  return () => { for (const name of ["said", "warning", "held"]) model.off(`change:${name}`, show); };
}

export default { render };
