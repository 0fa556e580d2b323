// The questions in the page: their forms, those that are loaded ahead, the list of all questions, and what is in sight.
import { attemptOf, numberOf, remember } from "./store.js";

const SCROLL = "footnote.reading";

export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => Array.from(within.querySelectorAll(selector));
export const parseHTML = (text) => new DOMParser().parseFromString(text, "text/html");

// Questions that are shown without a request, by number.
const sections = new Map();
const places = () => [document, ...sections.values()];

const currentSection = () => find("#question");
export const currentNumber = () => currentSection()?.dataset.question;
export const currentForm = () => find("form[data-answers]");
export const forms = () => places().flatMap((place) => findAll("form[data-answers]", place));
export const pathOf = (form) => new URL(form.action).pathname;

export function setToken(token) {
  const inputs = places().flatMap((place) => findAll("input[name=csrfmiddlewaretoken]", place));
  inputs.forEach((input) => { input.value = token; });
}

// Otherwise a browser that goes back fills in what this page had, beside the “Saved” of a newer answer.
export const refuseOldAnswers = () => forms().forEach((form) => { form.autocomplete = "off"; });

// ---- The form of one question

// The style sheet counts the chosen sentences. Only this script can say that they are too many before the page reloads.
export function sayTooMany(form) {
  for (const place of findAll("[data-asked]", form)) {
    const chosen = findAll(":checked", place.closest("fieldset") ?? find(".pick", form));
    const isOver = chosen.length > Number(place.dataset.asked);
    const text = isOver ? place.dataset.over : "";
    if (place.textContent !== text) place.textContent = text;
    place.nextElementSibling.hidden = isOver;
  }
}

/** @param {HTMLFormElement} form shows the answer  @param {string} body of the answer, as a form sends it */
export function fill(form, body) {
  const fields = new URLSearchParams(body);
  arrange(form, fields.getAll("item"));
  for (const field of form.elements) {
    const values = fields.getAll(field.name);
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = values.includes(field.value);
    else if (values.length > 0 && field.matches("input:not([type=hidden]), textarea, select")) field.value = values[0];
  }
  sayTooMany(form);
}

/** @param {HTMLFormElement} form returns whether it differs from the page that the server sent */
export function isChanged(form) {
  return Array.from(form.elements).some((field) => {
    if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
    // Without a selected option, a browser selects the first.
    const selected = Array.from(field.options ?? []).findIndex((option) => option.defaultSelected);
    if (field.matches("select")) return field.selectedIndex !== Math.max(0, selected);
    return field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue;
  });
}

// The neighbor is moved in the page, so that the item keeps the focus.
export function moveItem(form, button) {
  const item = button.closest("li");
  if (button.name === "up") item.after(item.previousElementSibling);
  else item.before(item.nextElementSibling);
  renumber(form);
  if (button.disabled) find("button:enabled", item).focus();
  item.scrollIntoView({ block: "nearest" });
  const [text, position] = [find("[data-line]", item), find(".pos", item)].map((place) => place.textContent);
  find("[data-moved]", form).textContent = `${text}: ${position}`;
  form.elements.placed.checked = true;
}

function arrange(form, tokens) {
  const items = new Map(findAll(".order > li", form).map((item) => [find("[name=item]", item).value, item]));
  for (const item of tokens.map((token) => items.get(token))) item?.parentElement.append(item);
  renumber(form);
}

function renumber(form) {
  findAll(".order > li", form).forEach((item, index, items) => {
    find(".pos", item).textContent = index + 1;
    findAll("button", item).forEach((button) => { button.value = index + 1; });
    find("[name=up]", item).disabled = index === 0;
    find("[name=down]", item).disabled = index === items.length - 1;
  });
}

// ---- Questions that are loaded ahead

// The numbers of the other questions that are loaded. None where sentences are chosen.
export const openable = () => Array.from(sections.keys())
  .filter((number) => number !== currentNumber()).sort((a, b) => a - b);

/**
 * Keeps the questions of a page, so that they can be shown without a request.
 *
 * @param {Document} page  @param {Map<string, number>} revisions the newest known, by path
 */
export function keepQuestions(page, revisions) {
  const current = currentSection();
  for (const section of findAll("section[data-question]", page)) {
    const { elements } = find("form", section);
    // The answer may have been stored since.
    const isOld = (revisions.get(pathOf(elements.revision.form)) ?? 0) > Number(elements.revision.value);
    if (!isOld) sections.set(section.dataset.question, document.adoptNode(section));
  }
  current.dataset.heading = find("#heading").textContent;
  sections.set(current.dataset.question, current);
  refuseOldAnswers();
}

/**
 * Whether another device has saved an answer since its question was loaded here.
 *
 * @param {Document} page  @param {Map<string, number>} revisions  as for `keepQuestions`
 */
export function hasNewerAnswer(page, revisions) {
  const known = new Map(forms().map((form) => [pathOf(form), Number(form.elements.revision.value)]));
  return findAll("form[data-answers]", page).some((form) => {
    const path = pathOf(form);
    return Number(form.elements.revision.value) > Math.max(known.get(path) ?? Infinity, revisions.get(path) ?? 0);
  });
}

export const isLoaded = (number) => Boolean(currentSection()) && sections.has(number);

/** @param {string} number of a loaded question, which takes the place of the current one; returns its section */
export function replaceQuestion(number) {
  const next = sections.get(number);
  const list = find("[data-places]", currentSection());
  currentSection().replaceWith(next);
  htmx.process(next);
  list.open = false;
  find("form", next).append(list);
  findAll(".jump a", list).forEach((link) => setLabel(link, link === linkTo(number)));
  find("#heading").textContent = next.dataset.heading;
  document.title = `${next.dataset.heading} - Footnote`;
  find("[data-number-shown]").textContent = number;
  findAll("form[data-presence] [name=number], .levels [name=number]").forEach((input) => { input.value = number; });
  return next;
}

// ---- The list of all questions

const linkTo = (number) => find(`[data-places] .jump a[href="../${number}/#question"]`);

export const isAnswered = (number) => Boolean(linkTo(number)?.hasAttribute("data-answered"));

export function setAnswered(number, reply) {
  const link = linkTo(number);
  if (!link) return;
  link.toggleAttribute("data-answered", reply.is_answered);
  link.toggleAttribute("data-partly", reply.is_answered && !reply.is_complete);
  link.removeAttribute("data-kept");
  setLabel(link, link.hasAttribute("aria-current"));
  showProgress();
}

function showProgress() {
  const done = ":is([data-answered]:not([data-partly]), [data-kept])";
  find(".qbar progress").value = findAll(`[data-places] .jump a${done}`).length;
}

/**
 * Shows what a device without a connection has and lacks. Whether an answer that waits is complete, only the site knows.
 *
 * @param {Map<string, string>} waiting bodies of the answers that wait on this device, by number
 * @param {string[] | null} open numbers of the questions that can be opened; null for all
 */
export function setOffline(waiting, open) {
  const list = find("[data-places]");
  if (!list) return;
  for (const link of findAll(".jump a", list)) {
    const number = numberOf(link.pathname);
    link.toggleAttribute("data-kept", Array.from(new URLSearchParams(waiting.get(number)).values()).some(Boolean));
    link.toggleAttribute("data-closed", Boolean(open) && !open.includes(number));
    setLabel(link, link.hasAttribute("aria-current"));
  }
  find("[data-closed-note]", list).hidden = !find("[data-closed]", list);
  showProgress();
}

export function setFlagged(number, isFlagged) {
  const link = linkTo(number);
  if (!link) return;
  link.toggleAttribute("data-flagged", isFlagged);
  setLabel(link, link.hasAttribute("aria-current"));
}

function setLabel(link, isCurrent) {
  const isPartly = "partly" in link.dataset;
  const isKept = "kept" in link.dataset;
  const isDone = isKept || "answered" in link.dataset && !isPartly;
  link.toggleAttribute("data-done", isDone && !isCurrent);
  if (isCurrent) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  // The page has the words, in the order of its language. “{}” is the text so far.
  const words = link.closest("[data-places]").dataset;
  const answered = isKept ? words.kept : isDone ? words.answered : isPartly ? words.partly : words.open;
  let text = isCurrent ? words.shown : answered;
  for (const name of ["flagged", "closed"]) if (name in link.dataset) text = words[name].replace("{}", text);
  find(".vh", link).textContent = `, ${text}`;
}

// ---- What is in sight

// On a narrow screen, the reading and the question hide each other.
export function showView(tab) {
  if (find(tab)) find(tab).checked = true;
}

// On a low screen, the question is below the reading.
export function bringIntoSight(question) {
  if (question.getBoundingClientRect().top >= window.innerHeight) question.scrollIntoView({ behavior: "instant" });
}

// The list of all questions is last, so it opens below what is in sight.
export function bringListIntoSight({ target }) {
  if (target.open && target.matches("[data-places]")) target.scrollIntoView({ block: "nearest" });
}

// Firefox leaves a sentence that gets the focus partly under a bar. Where one is asked for, arrow keys move the focus.
export function bringFocusIntoSight({ key, target }) {
  if (key === "Tab" || target.matches("[type=radio]")) target.closest(".pick label")?.scrollIntoView({ block: "nearest" });
}

// The reading opens at the same place on the next page of the attempt.
export function keepScroll(reading) {
  const attempt = attemptOf(location.pathname);
  const [lastAttempt, top] = (sessionStorage.getItem(SCROLL) || "").split(" ");
  if (lastAttempt === attempt) reading.scrollTop = Number(top);
  const keep = () => remember(SCROLL, `${attempt} ${reading.scrollTop}`);
  reading.addEventListener("scroll", keep, { passive: true });
}

// The fragment of the address names the part with the button that was pressed. `:target` matches only after the browser
// has scrolled.
export function showPressedPart() {
  const part = ["#levels", "#question"].includes(location.hash) && find(location.hash);
  if (!part) return;
  showView(part.id === "levels" ? "#v-read" : "#v-q");
  // What the page says about the answer. In the next frame, the browser moves the focus to the part, in spite of `autofocus`.
  const place = find(".verdict, .err[autofocus], .notice[autofocus]", part) ?? part;
  requestAnimationFrame(() => setTimeout(() => place.focus()));
}

// The first question opens at the reading, the others at the question. After a reload, the browser scrolls back itself.
export function showChosenPart() {
  const question = find("#question");
  if (question && find("#v-q")?.checked && !location.hash) bringIntoSight(question);
}
