// Shows what the editor has not saved yet, and asks before a page with unsaved changes is left. htmx saves a field when
// it loses the focus.

const form = document.querySelector("[data-draft]");
let isUnsaved = false;

function showState(text, isBad) {
  const state = document.getElementById("draft-state");
  if (!state) return;
  const tag = document.createElement("span");
  tag.className = isBad ? "tag bad" : "tag mid";
  tag.textContent = text;
  state.replaceChildren(tag);
}

function onFailure() {
  isUnsaved = true;
  showState("Not saved. Your text is still here. Save again when you’re online.", true);
}

if (form) {
  form.addEventListener("input", () => {
    if (!isUnsaved) showState("Not saved yet", false);
    isUnsaved = true;
  });
  form.addEventListener("submit", () => { isUnsaved = false; });
  form.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === form) isUnsaved = false; });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) form.addEventListener(name, onFailure);
  window.addEventListener("beforeunload", (event) => { if (isUnsaved) event.preventDefault(); });
}
