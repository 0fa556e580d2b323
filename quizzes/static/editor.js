// Shows what the editor has not saved yet, and asks before a page with unsaved changes is left. htmx saves a field when
// it loses the focus. A button or link waits for such a save, so that its request has the newest revision, and the page
// can still show that the save was refused.
import "./press.js";

// In ms. Buttons and links wait for a save, but not without a limit.
htmx.config.timeout = 15000;

/** Forms with changes that are not sent, or that were refused. @type {Set<HTMLFormElement>} */
const unsaved = new Set(document.querySelectorAll("[data-unsaved]"));
let inFlight = 0;
/** The button or link that waits for a save, or null. @type {HTMLElement | null} */
let waiting = null;
/** The form that leaves the page with its changes, or null. @type {HTMLFormElement | null} */
let leaving = null;
/** Whether the page asked for a token since the last save. */
let hasNewToken = false;

/** Where the focus was in a part that a save replaces: the id of the part, and the place among its controls. */
let focusBefore = null;

/** @param {"changed" | "failed" | "gone"} name of a text that the page has */
function showState(name, isBad) {
  const state = document.getElementById("draft-state");
  if (!state) return;
  const tag = document.createElement("span");
  tag.className = isBad ? "tag bad" : "tag mid";
  tag.textContent = state.dataset[name];
  state.replaceChildren(tag);
}

/** After a save, no field has an error: those that the page came with are gone. */
function removeErrors(form) {
  for (const error of form.querySelectorAll('.err[id$="-e"]')) error.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function onSaved(form) {
  inFlight -= 1;
  const isRefused = Boolean(document.querySelector("#draft-state .bad"));
  if (isRefused) {
    unsaved.add(form);
  } else {
    hasNewToken = false;
    removeErrors(form);
  }
  if (!isRefused && unsaved.size) showState("changed", false);
  if (inFlight || !waiting) return;
  const control = inPage(waiting);
  waiting = null;
  // Not `requestSubmit`, which Safari 15 lacks.
  if (control && (control.form || !isRefused)) control.click();
}

/** A control, or the one that a save has put in its place, if any. */
function inPage(control) {
  if (control.isConnected) return control;
  return Array.from(document.querySelectorAll("a[href], button")).find((other) => other.isEqualNode(control));
}

/** This page as it is on the server now, or null. */
async function currentPage() {
  const reply = await fetch(location.href);
  // Redirected: to sign-in.
  if (!reply.ok || reply.redirected) return null;
  return new DOMParser().parseFromString(await reply.text(), "text/html");
}

/** The last problem may have been corrected in another tab, or on the page that comes after this one. */
async function showWhatIsLeft() {
  // Only a page that shows problems can be wrong about them. A save brings the label itself.
  if (document.hidden || inFlight || !document.querySelector("#publish-label[data-fix]")) return;
  const page = await currentPage().catch(() => null);
  const label = page && page.getElementById("publish-label");
  if (label && !inFlight) document.getElementById("publish-label").replaceWith(label);
}

/** After a sign-in in another tab: take its token, and save again. */
async function saveWithNewToken(form) {
  const page = await currentPage();
  if (!page) return;
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  form.dispatchEvent(new Event("change"));
}

for (const form of document.querySelectorAll("[data-draft]")) {
  form.addEventListener("input", () => {
    if (!unsaved.size) showState("changed", false);
    unsaved.add(form);
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    inFlight += 1;
    unsaved.delete(form);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    // htmx sends a queued save right after this event. Until then, a link still waits: the save may have been refused.
    if (event.detail.elt === form) setTimeout(onSaved, 0, form);
  });
  // A filter or a portal may answer with 200 too.
  form.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.serverResponse.includes('id="draft-state"')) detail.isError = true;
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    form.addEventListener(name, (event) => {
      unsaved.add(form);
      waiting = null;
      showState(event.detail.xhr && event.detail.xhr.status === 404 ? "gone" : "failed", true);
    });
  }
  form.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 403 || hasNewToken) return;
    hasNewToken = true;
    saveWithNewToken(form);
  });
}

const controlsOf = (part) => Array.from(part.querySelectorAll("a[href], button, input, select, textarea, [tabindex]"));

// htmx gives the focus back to what has an id. Links and buttons have none. A swap that is canceled has no second event.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const place = controlsOf(detail.target).indexOf(document.activeElement);
  focusBefore = place >= 0 ? [detail.target.id, place] : null;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const [id, place] = focusBefore ?? [];
  if (!id || document.activeElement !== document.body) return;
  focusBefore = null;
  controlsOf(document.getElementById(id))[place]?.focus({ preventScroll: true });
});

document.addEventListener("submit", (event) => {
  if (inFlight && event.submitter) {
    event.preventDefault();
    waiting = event.submitter;
    return;
  }
  leaving = event.target;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || link.getAttribute("href").startsWith("#")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if ("discards" in link.dataset) unsaved.clear();
  if (!inFlight) return;
  event.preventDefault();
  waiting = link;
});

document.addEventListener("visibilitychange", showWhatIsLeft);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) showWhatIsLeft();
});

window.addEventListener("beforeunload", (event) => {
  const isLost = [...unsaved].some((form) => form !== leaving);
  leaving = null;
  if (isLost) event.preventDefault();
});
