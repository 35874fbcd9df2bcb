// The stock controls that stand beside a view in a lab: ipywidgets leaves the handles of sliders without a name, and
// in a saved page all of them would move and do nothing.

function tendStock(root, model) {
  const lab = root.closest(".iapo-lab");
  if (!lab) return null;
  const tend = () => {
    for (const handle of lab.querySelectorAll(".noUi-handle:not([aria-label])")) {
      const name = handle.closest(".widget-inline-hbox")?.querySelector("label")?.textContent;
      if (name) handle.setAttribute("aria-label", name);
    }
    if (connected(model)) return;
    for (const control of lab.querySelectorAll("button, select, input, .noUi-target, [contenteditable]")) {
      if (root.contains(control)) continue;
      if (control.isContentEditable) control.removeAttribute("contenteditable");
      else control.setAttribute("disabled", "");
    }
    for (const handle of lab.querySelectorAll(".noUi-handle")) {
      handle.setAttribute("aria-disabled", "true");
      handle.setAttribute("tabindex", "-1");
    }
  };
  tend();
  const watch = new MutationObserver(tend);
  watch.observe(lab, { childList: true, subtree: true });
  return () => watch.disconnect();
}
