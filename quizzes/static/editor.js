// The editor saves by htmx when a field is left. This says what is not saved yet, so that the page never claims more
// than the server has, and asks before a page with unsaved words is left.
"use strict";
(() => {
  const form = document.querySelector("[data-draft]");
  if (!form) return;
  let unsaved = false;

  const say = (words, isBad) => {
    const state = document.getElementById("draft-state");
    if (!state) return;
    const tag = document.createElement("span");
    tag.className = isBad ? "tag bad" : "tag mid";
    tag.textContent = words;
    state.replaceChildren(tag);
  };
  const failed = () => {
    unsaved = true;
    say("Not saved. What you typed is still here: press Save when the connection is back.", true);
  };

  form.addEventListener("input", () => {
    if (!unsaved) say("Not saved yet", false);
    unsaved = true;
  });
  form.addEventListener("submit", () => { unsaved = false; });
  form.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === form) unsaved = false; });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) form.addEventListener(name, failed);
  window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();
