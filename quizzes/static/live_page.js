// Polls the server to keep a teacher's live page current. Only what differs is changed, so that focus, scroll position
// and open parts stay as they are.
import { afterPress } from "./press.js";

const root = document.querySelector("[data-live]");

// In ms. A change is on the page within two seconds of its save.
const PERIOD = 1500;
const PAUSES = [3000, 6000, 12000, 30000];
const TIMEOUT = 10000;
// In ms. A site that replies sooner to a press needs no notice, which would move the page.
const SLOW = 1000;

const region = root?.querySelector("[data-live-notice]");
let tag = root?.dataset.tag;
let since = new Date();
let failures = 0;
let timer = 0;
let controller = null;
let isOver = false;
let isPressed = false;
let isReached = false;
let current = null;

async function poll() {
  clearTimeout(timer);
  if (controller || isOver || document.visibilityState !== "visible") return;
  controller = new AbortController();
  const limit = setTimeout(() => controller.abort(), TIMEOUT);
  try {
    await take(await fetch(root.dataset.live, {
      headers: { "If-None-Match": tag }, redirect: "manual", credentials: "same-origin", cache: "no-store",
      signal: controller.signal,
    }));
  } catch {
    failed();
  } finally {
    clearTimeout(limit);
    controller = null;
  }
  // Random, so that not all pages come back at once after an outage.
  const pause = failures ? PAUSES[Math.min(failures, PAUSES.length) - 1] * (1 + Math.random() / 4) : PERIOD;
  if (!isOver && document.visibilityState === "visible") timer = setTimeout(poll, pause);
}

async function take(response) {
  // The server redirects without a session.
  if (response.type === "opaqueredirect" || response.status === 401) return end("signed-out");
  if (response.status === 404) return end("gone");
  if (response.status !== 304 && !response.ok) return failed();
  if (response.status === 200) {
    const text = await response.text();
    await new Promise(afterPress);
    // A filter or a portal may answer with 200 too.
    if (!show(text)) return failed();
    tag = response.headers.get("ETag");
  }
  failures = 0;
  since = new Date();
  // The reply to a press says what came of it.
  if (!isPressed) notice("");
}

function failed() {
  failures += 1;
  // A single lost request is not worth a notice. That of a press says the same, and more.
  if (failures > 1 && !isPressed && region.dataset.shown !== "unreached") notice("stale");
}

function end(name) {
  isOver = true;
  notice(name);
}

function notice(name) { afterPress(() => showNotice(name)); }

function showNotice(name) {
  if (region.dataset.shown === name) return;
  region.dataset.shown = name;
  const template = name && root.querySelector(`template[data-notice="${name}"]`);
  region.replaceChildren(...(template ? [template.content.cloneNode(true)] : []));
  const at = region.querySelector("[data-since]");
  const format = { hour: "numeric", minute: "2-digit", hour12: true };
  if (at) at.textContent = since.toLocaleTimeString(document.documentElement.lang, format).toLowerCase();
}

// ---- Changing only what differs

// When the quiz opened, closes, or was paused.
function windowState() {
  return document.querySelector("[data-window]")?.dataset.window;
}

// Returns whether the text has parts of this page.
function show(text) {
  const focused = document.activeElement;
  // Its menu and its row may have news without it: “Add minutes” of a student who has turned in is gone.
  const places = [focused, focused?.closest("[popover]"), focused?.closest("tr")].map((place) => place?.id);
  const before = windowState();
  let isOurs = false;
  for (const fresh of [...new DOMParser().parseFromString(text, "text/html").body.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    patch(old, fresh);
    isOurs = true;
  }
  if (windowState() !== before) removeMessages();
  if (document.activeElement !== focused) focusFirst(places.filter(Boolean));
  showCurrent();
  return isOurs;
}

// On a phone, the numbers of the questions are a row that scrolls. While the question stays, so does the row.
function showCurrent() {
  const item = document.querySelector(".jump [aria-current]");
  if (!item || item === current) return;
  current = item;
  const row = item.parentElement;
  const [box, frame] = [item.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
}

// What moved has lost the focus, and its menu is closed.
function focusFirst(ids) {
  ids.some((id) => {
    const place = document.getElementById(id);
    const target = place?.matches("tr, [popover]") ? place.querySelector("a[href], button") : place;
    target?.focus({ preventScroll: true });
    return target && document.activeElement === target;
  });
}

// Another teacher has closed or resumed it, and a message of this page says that it is paused. Errors, warnings, and the
// Undo of anything but a close stay: the teacher may not have read them.
function removeMessages() {
  const messages = document.getElementById("messages");
  for (const message of messages?.querySelectorAll(".ok-n") ?? []) {
    if (!message.querySelector("form:not([action$='/window/undo/'])")) message.remove();
  }
  if (messages?.children.length === 0) messages.remove();
}

/** Makes an element as another one is, and keeps what both have. @param {Node} old @param {Node} fresh */
export function patch(old, fresh) {
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  patchChildren(old, fresh);
}

// What has an id keeps the focus and an open menu while others come and go around it. One that goes down is moved, not
// all that it passes.
function patchChildren(old, fresh) {
  const ids = new Set(Array.from(fresh.children, ({ id }) => id));
  for (const child of [...old.children]) if (child.id && !ids.has(child.id)) child.remove();
  const known = new Map(Array.from(old.children, (child) => [child.id, child]));
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const match = child.id ? known.get(child.id) : place?.id ? null : place;
    // An id that is there twice has one match.
    known.delete(child.id);
    while (match && place && place !== match && (!place.id || place.nextElementSibling === match)) place = removed(place);
    if (match && place === match) place = place.nextSibling;
    else old.insertBefore(match ?? child, place);
    if (match) patch(match, child);
  }
  while (place) place = removed(place);
}

// Removes a node; returns the next one.
function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// ---- Buttons

// Without the site, the browser or a proxy would show its own error page in place of this one, on the projector.
async function onSubmit(event) {
  const button = event.submitter;
  // Sign-in leads back. Safari 15.3 names no button.
  if (isOver || isReached || !button) return;
  event.preventDefault();
  if (isPressed) return;
  const before = valuesOf(button.form);
  isPressed = true;
  const slow = setTimeout(() => notice("trying"), SLOW);
  isReached = await reach();
  clearTimeout(slow);
  isPressed = false;
  // A poll may have changed what the button sends.
  const isSame = button.isConnected && valuesOf(button.form) === before;
  if (isReached && isSame) button.click();
  else if (!isOver) notice(isReached ? "" : "unreached");
  isReached = false;
}

// The token is another one in each reply.
function valuesOf(form) {
  return Array.from(form.elements, ({ name, value }) => name === "csrfmiddlewaretoken" ? "" : value).join();
}

async function reach() {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), TIMEOUT);
  const text = await fetch("/livez", { cache: "no-store", signal: stop.signal })
    .then((response) => response.ok ? response.text() : "")
    .catch(() => "");
  clearTimeout(limit);
  return text.trim() === "ok";
}

// ---- Keys of a presenter remote press the forward and back buttons

const KEYS = { ArrowRight: "forward", PageDown: "forward", ArrowLeft: "back", PageUp: "back" };

// A board that is taller than the window scrolls to its end first, so that no text is skipped.
function scrolls(key) {
  const page = document.documentElement;
  if (key === "PageDown") return page.scrollHeight - window.innerHeight - window.scrollY > 1;
  return key === "PageUp" && window.scrollY > 1;
}

function onKey(event) {
  const button = KEYS[event.key] && root.querySelector(`[data-go="${KEYS[event.key]}"]`);
  if (!button || scrolls(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  event.preventDefault();
  button.click();
}

if (root) {
  // These texts are true only while this script runs.
  document.querySelectorAll("[data-when-live]").forEach((text) => { text.hidden = false; });
  document.addEventListener("keydown", onKey);
  root.addEventListener("submit", onSubmit);
  document.addEventListener("visibilitychange", poll);
  window.addEventListener("online", poll);
  showCurrent();
  timer = setTimeout(poll, PERIOD);
}
