// Shows what the editor has not saved yet, and asks before a page with unsaved changes is left. htmx saves a field when
// it loses the focus. A button waits for such a save, so that the server never meets an older page than it has stored.

const form = document.querySelector("[data-draft]");
let isUnsaved = false;
let inFlight = 0;
/** The button that waits for a save, or null. @type {HTMLElement | null} */
let waiting = null;

/** @param {"changed" | "failed"} name of a text that the page has */
function showState(name, isBad) {
  const state = document.getElementById("draft-state");
  if (!state) return;
  const tag = document.createElement("span");
  tag.className = isBad ? "tag bad" : "tag mid";
  tag.textContent = state.dataset[name];
  state.replaceChildren(tag);
}

function onFailure() {
  isUnsaved = true;
  waiting = null;
  showState("failed", true);
}

function pressWaiting() {
  if (inFlight || !waiting) return;
  const button = waiting;
  waiting = null;
  form.requestSubmit(button);
}

if (form) {
  form.addEventListener("input", () => {
    if (!isUnsaved) showState("changed", false);
    isUnsaved = true;
  });
  form.addEventListener("submit", (event) => {
    if (inFlight && event.submitter) {
      event.preventDefault();
      waiting = event.submitter;
      return;
    }
    isUnsaved = false;
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    inFlight += 1;
    isUnsaved = false;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form) return;
    inFlight -= 1;
    // htmx sends a queued save right after this event.
    setTimeout(pressWaiting);
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) form.addEventListener(name, onFailure);
  window.addEventListener("beforeunload", (event) => { if (isUnsaved) event.preventDefault(); });
}
