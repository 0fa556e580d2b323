// Keys of the grading queue. `data-key` names the keys of a link, a button, or a number of points.

const form = document.querySelector("form.grade");
const comment = document.querySelector("form.grade textarea");
/** @type {HTMLInputElement} */
const other = document.querySelector("form.grade [name=other]");
const hints = document.querySelector("[data-hints]");
// Single keys must be possible to turn off (WCAG 2.1.4): speech input types letters.
const SETTING = "grading-shortcuts";
let isOff = remembered() === "off";
// One form is sent once, however long a key is held.
let isSent = false;
// In ms. The Stop button of a browser ends a request without an event.
const STOPPED = 10000;

// A browser that refuses storage forgets the choice with the page.
function remembered() {
  try {
    return localStorage.getItem(SETTING);
  } catch {
    return null;
  }
}

/** @param {string} choice */
function remember(choice) {
  try {
    localStorage.setItem(SETTING, choice);
  } catch { /* Refused, or full. */ }
}

/** @param {HTMLElement} target the element of the pressed key */
function use(target) {
  if (target instanceof HTMLInputElement) {
    target.checked = true;
    // Not `requestSubmit`, which Safari 15 lacks.
    form.querySelector("[data-save]").click();
  } else {
    target.click();
  }
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (event.target === comment || event.target === other)) {
    /** @type {HTMLElement} */ (event.target).blur();
    return;
  }
  if (isOff || isSent || event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event)) return;
  // Arrows move between the points once one of them has the focus.
  if (event.key.startsWith("Arrow") && /** @type {HTMLElement} */ (event.target).matches("[type=radio]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const field = { c: comment, ".": other }[key];
  if (field) {
    event.preventDefault();
    field.focus();
    return;
  }
  const target = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  use(/** @type {HTMLElement} */ (target));
});

// A chosen number wins over typed points, so that the page never shows both.
form?.addEventListener("input", (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (input === other) {
    for (const radio of form.querySelectorAll("[name=points]")) radio.checked = false;
  } else if (input.name === "points" && other) {
    other.value = "";
  }
});

document.addEventListener("submit", (event) => {
  if (isSent) return event.preventDefault();
  isSent = true;
  setTimeout(() => { isSent = false; }, STOPPED);
});

// The page may come back from the browser's history as it was left.
window.addEventListener("pageshow", () => {
  isSent = false;
});

window.addEventListener("beforeunload", (event) => {
  if (!isSent && comment && comment.value !== comment.defaultValue) event.preventDefault();
});

for (const link of document.querySelectorAll("a[data-comment]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    comment.value = link.dataset.comment;
  });
}

if (hints) {
  const button = hints.querySelector("button");
  const show = () => {
    button.textContent = isOff ? button.dataset.on : button.dataset.off;
  };
  button.addEventListener("click", () => {
    isOff = !isOff;
    remember(isOff ? "off" : "on");
    show();
  });
  show();
  hints.hidden = false;
}
