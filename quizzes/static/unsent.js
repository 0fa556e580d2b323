// Keeps what a teacher typed and the site could not take: the session had ended, or an error page came. A page notes
// its changed forms when it is left. A page without an account, such as sign-in, says that they did not arrive. The
// page of the forms shows them again, in the same tab and for the same account only. A closed tab forgets them.
// Also shown again: the other forms of a page with a sent form, and all forms of a page that Back opens. If the page of
// the form is gone, the page that says so shows its texts, to be copied.
// A form sends no fragment, because the reply would not get the focus.

const PREFIX = "footnote.unsent.";
// In ms. Long enough to sign in, also on another device; short for a shared computer.
const MAX_AGE = 60 * 60 * 1000;
// For a moment in the storage that all tabs share: the account that has signed out.
const SIGNED_OUT = "footnote.signed-out";
const SECRETS = "[type=password], [autocomplete=one-time-code]";
// A token is new after a sign-in, and no page can fill in a file.
const NOT_KEPT = "fieldset, output, button, [type=file], [name=csrfmiddlewaretoken]";
// What a form says of its page. It is kept, so that a change in another window is noticed, and a form sent twice acts
// once. Every other hidden field says what the form is about: another answer, another student.
const OF_PAGE = [
  "revision", "seen", "given_at", "shown_type", "filled", "filled_zone", "new_key", "number", "group", "operation",
];
// The editor handles these itself.
const SAVES_ITSELF = "[data-draft][hx-post]";
const CHOICE = "[type=checkbox], [type=radio]";
const TEXT = "textarea, input:not([type=hidden], [type=checkbox], [type=radio])";

// label: of a text that a person typed, else "".
/**
 * @typedef {{name: string, value: string, isChecked: boolean, chosen: string[], label: string, isChanged: boolean}} Field
 */
// isPartial: only the changed fields are filled in.
/** @typedef {{name: string, place: number, isSent: boolean, isPartial: boolean, fields: Field[]}} Kept */
// isUnsent: it did not arrive. isLeft: another page of the account came after it. action: of the sent form, or null.
/**
 * @typedef {{account: string, at: number, isUnsent: boolean, isLeft: boolean, action: string | null,
 *   page: string | null, forms: Kept[]}} Note
 */

// "" on student sign-in, which shows no text of a teacher. Undefined on the teachers' sign-in and on error pages.
const account = document.querySelector("meta[name=account]")?.content;
const here = PREFIX + location.pathname + location.search;
/** The page whose form was sent to this address and came back with an error, or null. This address may take no GET. */
let pageOfForm = null;
/** Where forms were sent to. They count as changed: one that came back with an error shows what was typed before. */
const sentTo = new Set();
/** The form that the page was left with, or null. */
let sent = null;
/** Whether the account has signed out in another tab. */
let isLeaving = false;

/** @returns {[string, Note][]} */
function notes() {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  return keys.map((key) => [key, JSON.parse(sessionStorage.getItem(key))]);
}

const forget = () => notes().forEach(([key]) => sessionStorage.removeItem(key));
const actionOf = (form) => form.getAttribute("action") ?? "";
const forms = () => [...document.querySelectorAll("form[method=post]")];
const controls = (form) => [...form.elements].filter((control) => control.name && !control.matches(NOT_KEPT));
const typed = (form) => controls(form).filter((control) => control.type !== "hidden");
const namesakes = (name) => forms().filter((form) => nameOf(form) === name);
/** @returns {Field} */
const stateOf = (control) => ({
  name: control.name,
  value: control.value,
  isChecked: Boolean(control.checked),
  chosen: [...control.selectedOptions ?? []].map((option) => option.value),
  label: control.matches(TEXT) ? control.labels?.[0]?.innerText.trim() || control.name : "",
});

/** Where a form is sent to, what it is about, and its first field: the steps of a page have different forms. */
function nameOf(form) {
  const about = controls(form).filter((control) => control.type === "hidden" && !OF_PAGE.includes(control.name));
  const [first] = typed(form);
  const named = [...about, ...(first?.matches(CHOICE) ? [first] : [])].map((control) => [control.name, control.value]);
  return JSON.stringify([actionOf(form), first?.name, named]);
}

function isChanged(control) {
  if (control instanceof HTMLSelectElement) {
    const options = [...control.options];
    if (!options.some((option) => option.defaultSelected)) return control.selectedIndex > 0;
    return options.some((option) => option.selected !== option.defaultSelected);
  }
  return control.value !== control.defaultValue || Boolean(control.checked) !== Boolean(control.defaultChecked);
}

/** Whether the form came back with an error. It then shows what was typed, and nothing of it is stored. */
const hasError = (form) => form.querySelector("[aria-invalid=true], .bad-n") !== null;

/** Whether the head of the editor says that all is saved. Saved fields can differ from those that the page loaded. */
function isSaved() {
  const state = document.getElementById("draft-state");
  return state && !state.querySelector(".bad") && state.textContent.trim() !== state.dataset.changed;
}

function isKept(form) {
  if (form.querySelector(SECRETS) || !typed(form).length || (form.matches(SAVES_ITSELF) && isSaved())) return false;
  return sentTo.has(actionOf(form)) || "unsaved" in form.dataset || hasError(form) || typed(form).some(isChanged);
}

function note() {
  const kept = forms().filter(isKept).map((form) => ({
    name: nameOf(form),
    place: namesakes(nameOf(form)).indexOf(form),
    isSent: form === sent,
    isPartial: false,
    fields: controls(form).map((control) => ({ ...stateOf(control), isChanged: hasError(form) || isChanged(control) })),
  }));
  if (!kept.length) return;
  const action = sent && actionOf(sent);
  const made = { account, at: Date.now(), isUnsent: false, isLeft: false, action, page: pageOfForm, forms: kept };
  try {
    sessionStorage.setItem(here, JSON.stringify(made));
  } catch { /* Larger than the browser keeps. */ }
}

/** @param {string} key @param {Note} kept */
function keep(key, kept) {
  sessionStorage.setItem(key, JSON.stringify(kept));
  setTimeout(() => sessionStorage.removeItem(key), MAX_AGE - (Date.now() - kept.at));
}

/** The forms that were not sent. The page may show newer values in the fields that were not changed. */
const restOf = (forms) => forms.filter(({ isSent }) => !isSent).map((kept) => ({ ...kept, isPartial: true }));

/** @param {Field} field; returns whether the control now shows something else */
function fill(control, field) {
  const before = stateOf(control);
  if (control.matches(CHOICE)) control.checked = field.isChecked;
  else if (control instanceof HTMLSelectElement) {
    for (const option of control.options) option.selected = field.chosen.includes(option.value);
  } else control.value = field.value;
  return JSON.stringify(stateOf(control)) !== JSON.stringify(before);
}

/** @param {Kept} kept; returns whether its form now shows something that a person has to send */
function fillForm(kept) {
  const form = namesakes(kept.name)[kept.place];
  if (!form) return false;
  const left = controls(form);
  let hasChanged = false;
  for (const field of kept.fields) {
    const isIt = (one) => one.name === field.name && (!one.matches(CHOICE) || one.value === field.value);
    const index = left.findIndex(isIt);
    if (index < 0) continue;
    const [control] = left.splice(index, 1);
    if (kept.isPartial && !field.isChanged) continue;
    if (!fill(control, field) || control.type === "hidden") continue;
    hasChanged = true;
    const folded = control.closest("details");
    if (folded) folded.open = true;
  }
  // The scripts of the page treat it as typed, so the editor saves it.
  if (hasChanged) ["input", "change"].forEach((name) => form.dispatchEvent(new Event(name, { bubbles: true })));
  return hasChanged && !form.matches(SAVES_ITSELF);
}

/** @param {Kept} kept */
const isSentHere = (kept) => PREFIX + JSON.parse(kept.name)[0] === here;

/** @param {Kept[]} kept @param {string} words the id of the notice; returns whether there was something to show */
function showAgain(kept, words) {
  if (!kept.map(fillForm).some(Boolean)) return false;
  const group = document.getElementById(words).content.firstElementChild.cloneNode(true);
  const shown = document.getElementById("messages");
  if (shown) shown.prepend(...group.children);
  else {
    // As parts/messages.html.
    Object.assign(group, { id: "messages", role: "group", tabIndex: -1, autofocus: true });
    group.setAttribute("aria-labelledby", group.id);
    document.querySelector("main")?.prepend(group);
  }
  return true;
}

/** Whether this page has the forms of the note: its address with any query, or the reply to the form that was sent. */
const isSamePage = (key, { page, action }) =>
  (page ?? key).split("?")[0] === PREFIX + location.pathname || PREFIX + action === here;

function onTeacherPage() {
  // Back leads from another page, also the browser's own error page, where no script of ours ran, to the form.
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  for (const [key, found] of notes()) {
    const isOver = found.account !== account || Date.now() - found.at > MAX_AGE;
    const isSame = isSamePage(key, found);
    const isHere = found.isUnsent ? here === key || here === found.page : isBack && isSame;
    if (!found.isUnsent && found.forms.some(isSentHere)) pageOfForm = found.page ?? key;
    if (isOver || isHere || !found.isUnsent) sessionStorage.removeItem(key);
    if (isOver) continue;
    if (isHere) showAgain(found.forms, "unsent");
    if (isHere || found.isUnsent) continue;
    // A page of this account came after it, so the form that was sent arrived.
    const rest = restOf(found.forms);
    if (isSame && found.action !== null && showAgain(rest, "unsent-others")) continue;
    // A link of the page to itself, such as “Open all”.
    if (isSame && key !== here && !found.isLeft && showAgain(rest, "unsent")) continue;
    if (key !== here && rest.length) keep(key, { ...found, isLeft: true, action: null, forms: rest });
  }
}

/** Show the texts of the forms whose page is gone. @param {HTMLElement} part of the page that says so */
function showTexts(part) {
  const isGone = ([key, { account, page, action }]) => account === part.dataset.typed
    && [key, page, PREFIX + action].includes(here);
  const fields = notes().filter(isGone).flatMap(([, { forms }]) => forms).flatMap((form) => form.fields);
  for (const { label, value } of fields.filter((field) => field.label && field.isChanged && field.value.trim())) {
    const texts = [["dt", "lab", label], ["dd", "said", value]].map(([tag, className, textContent]) => {
      return Object.assign(document.createElement(tag), { className, textContent });
    });
    part.querySelector("dl").append(...texts);
    part.hidden = false;
  }
}

function onOtherPage() {
  const found = notes().filter(([, { isLeft }]) => !isLeft);
  // The sign-in led to the address of a form that had come back with an error: an error page says that it takes no GET.
  const refused = found.find(([key, { isUnsent, page }]) => key === here && isUnsent && (page ?? here) !== here);
  if (refused) location.replace(refused[1].page.slice(PREFIX.length));
  for (const [key, kept] of found) keep(key, { ...kept, isUnsent: true });
  document.querySelectorAll("[data-typed]").forEach(showTexts);
  const shown = found.length ? "kept" : "lost";
  for (const words of document.querySelectorAll("[data-unsent]")) words.hidden = words.dataset.unsent !== shown;
}

/** Whether this account's session is over. A sign-out can fail, such as without a connection. */
async function isSignedOut() {
  const response = await fetch("/teacher/", { redirect: "manual" }).catch(() => null);
  if (!response?.ok) return response?.type === "opaqueredirect";
  return !(await response.text()).includes(`<meta name="account" content="${account}">`);
}

function tellOtherTabs() {
  try {
    localStorage.setItem(SIGNED_OUT, account);
    localStorage.removeItem(SIGNED_OUT);
  } catch { /* A browser without storage. */ }
}

// A form without an action of its own is sent to the address of the page, also with “#main” of “Skip to content”, and a
// redirect keeps the fragment. With one, a browser ignores the `autofocus` of an error or a notice.
document.addEventListener("submit", () => {
  if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
});

if (account) {
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    sentTo.add(actionOf(target));
    if (!defaultPrevented) sent = target;
    if (!("signsOut" in target.dataset)) return;
    window.removeEventListener("pagehide", note);
    forget();
    // By then the site has replied.
    window.addEventListener("pagehide", tellOtherTabs);
  });
  // The next person on this device must not read this tab.
  window.addEventListener("storage", async ({ key, newValue }) => {
    if (key !== SIGNED_OUT || newValue !== account || !await isSignedOut()) return;
    window.removeEventListener("pagehide", note);
    forget();
    isLeaving = true;
    location.reload();
  });
  // Before the page's own listener, which would ask about typed text, and could keep the page.
  window.addEventListener("beforeunload", (event) => { if (isLeaving) event.stopImmediatePropagation(); });
  window.addEventListener("pagehide", note);
  // htmx comes first, so that it sends what is filled in.
  document.addEventListener("DOMContentLoaded", onTeacherPage);
} else if (account === "") {
  forget();
} else {
  onOtherPage();
}
