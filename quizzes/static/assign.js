// Keeps what a teacher changes in the settings before the reply to a chosen preset. The reply has the settings as they
// were, so it does not replace them: the request for the change, which waits for it, brings them with the change.
import "./press.js";

const settings = document.getElementById("assign-settings");
let isChanged = false;

for (const name of ["input", "change"]) {
  settings?.addEventListener(name, () => { isChanged = true; });
}
document.addEventListener("htmx:beforeSend", () => { isChanged = false; });
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target === settings && isChanged) event.detail.shouldSwap = false;
});
