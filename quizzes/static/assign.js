// Keeps what a teacher changes in the settings before the reply to a chosen preset. The reply has the settings as they
// were, so it does not replace them: the request for the change, which waits for it, brings them with the change.
import "./press.js";

// What a press opens. No event says that it closed without a change.
const OPENING = "select, [type=datetime-local]";

const settings = document.getElementById("assign-settings");
let isChanged = false;
// Whether a list or a calendar of the settings may be open.
let isOpen = false;
// Whether the settings of the preset came while it was.
let isLate = false;

for (const name of ["input", "change"]) {
  settings?.addEventListener(name, () => { isChanged = true; });
}
for (const name of ["pointerdown", "keydown"]) {
  settings?.addEventListener(name, ({ target }) => { isOpen = target.matches(OPENING); });
}
settings?.addEventListener("change", ({ target }) => { if (target.matches("select")) isOpen = false; });
settings?.addEventListener("focusout", () => {
  isOpen = false;
  if (isLate) htmx.trigger(settings, "change");
});
document.addEventListener("htmx:beforeSend", () => { isChanged = isLate = false; });
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target !== settings || !isChanged && !isOpen) return;
  event.detail.shouldSwap = false;
  isLate = isOpen;
});
