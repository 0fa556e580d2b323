// The outbox: keeps every answer on this device until the server says that it is stored.
// An entry holds an address, a number, an operation, a revision and the encoded choice; no name and no text.
(() => {
"use strict";

const PREFIX = "footnote.answer.";
const SCROLL = "footnote.reading";
// A day: longer than any lesson, and the next pupil of a shared device is not left with it.
const MAX_AGE = 24 * 60 * 60 * 1000;
const TIMEOUT = 15000;
const PAUSES = [1000, 2000, 4000, 8000];
// A word is not sent letter by letter.
const TYPING = 1000;
// Screen readers are told something at most this often.
const QUIET = 5000;

// Without a store of its own a page is left as it is: its forms save by themselves.
try {
  localStorage.setItem(SCROLL, "");
  localStorage.removeItem(SCROLL);
} catch {
  return;
}

const find = (selector, within = document) => within.querySelector(selector);
const questionForm = () => find("form[data-answers]");
const board = find("[data-outbox]");
// The attempt that this page belongs to, if any.
const attemptHere = /^\/student\/attempts\/[^/]+\//.exec(location.pathname)?.[0];
// Addresses that belong to another student of this device: their entries wait for that student.
const foreign = new Set();

// Operations of this very page, to know another tab's word on them.
const mine = new Set();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("footnote.answers") : null;

let sending = null;
let entering = null;
let failures = 0;
let timer = 0;
let shown = "";
let isLeaving = false;
let refreshed = false;
let isFull = false;
let typing = 0;
let kept = "";
let spokenAt = -QUIET;
let speech = 0;

// The regions that have something new to say.
const unsaid = new Set();

// The questions of this attempt by their number, shown or put by: where a question is here, going to it asks nobody.
const sections = new Map();

// ---- The queue: one entry a key, in the order of the keys

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).sort();

function read(key) {
  try {
    const entry = JSON.parse(localStorage.getItem(key));
    if (entry && Date.now() - entry.at <= MAX_AGE) return entry;
  } catch { /* damaged: as good as none */ }
  localStorage.removeItem(key);
  return null;
}

const queue = () => keys().map((key) => ({ key, entry: read(key) })).filter(({ entry }) => entry && !foreign.has(attemptOf(entry.url)));

const attemptOf = (url) => url.replace(/\d+\/$/, "");
const numberOf = (url) => /(\d+)\/$/.exec(url)?.[1];
const pathOf = (form) => new URL(form.action).pathname;
// Every form that shows an answer of this attempt, on the page or put by.
const forms = () => [questionForm(), ...Array.from(sections.values(), (section) => find("form[data-answers]", section))].filter(Boolean);

// A page that is not served over TLS has no crypto.randomUUID.
const newOperation = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const drop = (test) => queue().filter(({ entry }) => test(entry)).forEach(({ key }) => localStorage.removeItem(key));

function keep(form) {
  const url = pathOf(form);
  const body = new URLSearchParams(new FormData(form));
  const revision = Number(body.get("revision"));
  for (const name of ["csrfmiddlewaretoken", "operation", "revision"]) body.delete(name);
  typing = 0;
  // A field that is left says again what was kept while it was typed.
  if (kept === `${url} ${body}`) {
    if (queue().length === 0) state("saved");
    return;
  }
  kept = `${url} ${body}`;
  // What was never sent is overtaken; what was sent may be stored already, so it goes first, as it was.
  drop((entry) => entry.url === url && !entry.isSent);
  const last = Number((keys().pop() || "").slice(PREFIX.length).split(".")[0] || 0);
  const operation = newOperation();
  mine.add(operation);
  const entry = { url, operation, revision, body: String(body), at: Date.now() };
  try {
    localStorage.setItem(`${PREFIX}${String(last + 1).padStart(9, "0")}.${operation}`, JSON.stringify(entry));
  } catch {
    // No room: the answer stays in the form, and the form's own button sends it.
    isFull = true;
    kept = "";
    state("kept");
    return;
  }
  state("saving");
  drain();
}

// ---- Sending, one at a time and in order

function drain() {
  clearTimeout(timer);
  sending ||= work().finally(() => { sending = null; });
  return sending;
}

async function work() {
  for (let next = queue()[0]; next; next = queue()[0]) {
    const said = await deliver(next.key, next.entry);
    if (said === "again") continue;
    if (said !== "done") return wait(said, next.entry);
    failures = 0;
  }
  if (shown === "offline" || shown === "down") notice("sent");
  if (shown === "pin" || shown === "signed-out") notice("");
  if (!typing && shown !== "refused" && find("[data-save-state]")?.dataset.saveState) state("saved");
}

async function deliver(key, entry) {
  localStorage.setItem(key, JSON.stringify({ ...entry, isSent: true }));
  const body = new URLSearchParams(entry.body);
  body.set("operation", entry.operation);
  body.set("revision", entry.revision);
  body.set("act", "save");
  const response = await post(entry.url, body);
  if (response === null) return navigator.onLine ? "down" : "offline";
  // The site sends who is not signed in to the join page.
  if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
  if (response.status === 403 && !refreshed) return await refreshToken() ? "again" : "down";
  if (response.status === 404) { foreign.add(attemptOf(entry.url)); return "done"; }
  if (response.status === 400 || response.status === 413) {
    localStorage.removeItem(key);
    kept = "";
    notice("refused", entry);
    state("refused");
    return "done";
  }
  const reply = await response.json().catch(() => null);
  if (response.status === 410 && reply) {
    drop((other) => attemptOf(other.url) === attemptOf(entry.url));
    if (isHere(entry)) leave(reply.location);
    return "done";
  }
  if (response.status === 409 && reply) {
    drop((other) => other.url === entry.url);
    if (isHere(entry)) openAnew(entry.url, reply.outcome === "stale" ? "stale" : "");
    return "done";
  }
  if (!response.ok || !reply) return "down";
  stored(key, entry, reply);
  return "done";
}

function stored(key, entry, reply) {
  refreshed = false;
  // Later answers to this question were given upon this one.
  for (const other of queue()) if (other.key !== key && other.entry.url === entry.url) {
    localStorage.setItem(other.key, JSON.stringify({ ...other.entry, revision: Math.max(reply.revision, other.entry.revision) }));
  }
  localStorage.removeItem(key);
  acknowledge(entry.url, entry.operation, reply.revision);
  if (isHere(entry)) tick(numberOf(entry.url), reply.is_answered);
  tabs?.postMessage({ url: entry.url, operation: entry.operation, revision: reply.revision });
  if (typeof reply.seconds_left === "number" && isHere(entry)) {
    document.dispatchEvent(new CustomEvent("footnote:time", { detail: reply.seconds_left }));
  }
}

// A question of this page is now seen at the revision that its own answer made; another window's answer is not.
// Two windows may send one answer, and the later reply may come after a newer answer's: it takes nothing back.
function acknowledge(url, operation, revision) {
  if (!mine.has(operation)) return;
  for (const { elements } of forms().filter((form) => pathOf(form) === url)) {
    elements.revision.value = Math.max(revision, Number(elements.revision.value));
  }
}

tabs?.addEventListener("message", ({ data }) => {
  if (data.token) { signedIn(data.token); return; }
  acknowledge(data.url, data.operation, data.revision);
  if (mine.has(data.operation) && queue().length === 0) drain();
});

async function post(url, body) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), TIMEOUT);
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  try {
    return await fetch(url, { method: "POST", body, headers, redirect: "manual", credentials: "same-origin", signal: stop.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
  }
}

const token = () => find("input[name=csrfmiddlewaretoken]")?.value || "";

// The cookie may be gone, and its token with it; a fresh page brings both.
async function refreshToken() {
  refreshed = true;
  const page = await fetch(location.href, { credentials: "same-origin" }).then((response) => response.text()).catch(() => "");
  const fresh = find("input[name=csrfmiddlewaretoken]", new DOMParser().parseFromString(page, "text/html"))?.value;
  if (fresh) putToken(fresh);
  return Boolean(fresh);
}

function putToken(fresh) {
  const places = [document, ...sections.values()];
  places.forEach((place) => place.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = fresh; }));
}

// ---- A session that was lost: the PIN alone, without leaving the page

async function enterPin(form) {
  const url = `${attemptHere}again/`;
  const body = new URLSearchParams(new FormData(form));
  let response = await post(url, body);
  if (response?.status === 403 && await refreshToken()) response = await post(url, body);
  const reply = await response?.json().catch(() => null);
  if (reply?.token) {
    signedIn(reply.token);
    tabs?.postMessage({ token: reply.token });
  } else if (reply?.field) {
    find(".field", form).replaceWith(find(".field", new DOMParser().parseFromString(reply.field, "text/html")));
    form.elements.pin.focus();
  } else {
    wait(navigator.onLine ? "down" : "offline");
  }
}

async function signedIn(fresh) {
  putToken(fresh);
  refreshed = false;
  foreign.clear();
  document.dispatchEvent(new CustomEvent("footnote:signed-in"));
  // What is on its way still belongs to the lost session.
  await sending;
  drain();
}

function wait(why, entry) {
  state("kept");
  notice(why === "signed-out" && attemptHere ? "pin" : why, entry);
  if (why === "signed-out") return;
  // Some apart from each other, so that a class does not come back in one instant.
  const pause = PAUSES[Math.min(failures++, PAUSES.length - 1)] * (1 + Math.random() / 4);
  timer = setTimeout(drain, pause);
}

// ---- What the page says

function notice(name, entry) {
  const template = board && find(`[data-notice="${name}"]`, board);
  if (!board) return;
  const count = queue().length;
  const text = `${count} answer${count === 1 ? "" : "s"}`;
  const number = entry && numberOf(entry.url);
  const before = board.textContent;
  const hadFocus = board.contains(document.activeElement);
  if (shown !== name) board.querySelectorAll(":scope > .notice").forEach((old) => old.remove());
  if (shown !== name && template) board.append(template.content.cloneNode(true));
  shown = template ? name : "";
  board.querySelectorAll(":scope > .notice [data-count]").forEach((place) => { if (place.textContent !== text) place.textContent = text; });
  board.querySelectorAll(":scope > .notice [data-waiting]").forEach((place) => { place.hidden = count === 0; });
  board.querySelectorAll(":scope > .notice [data-number]").forEach((place) => { if (number && place.textContent !== number) place.textContent = number; });
  if (!shown) hush(board, false);
  else if (board.textContent !== before) say(board);
  // Who was in a notice that went goes on where the skip link leads, which may be behind the reading.
  if (!hadFocus || board.contains(document.activeElement)) return;
  if (find("#v-q")) find("#v-q").checked = true;
  find(find(".skip").hash)?.focus();
}

function state(name) {
  const place = find("[data-save-state]");
  const template = board && find(`[data-state="${name}"]`, board);
  if (!place || (name && !template)) return;
  if (place.dataset.saveState === name) return;
  place.dataset.saveState = name;
  place.replaceChildren(...template ? [template.content.cloneNode(true)] : []);
  if (name && name !== "saving") say(place);
  else hush(place, name === "saving");
}

// A busy region is read out once it is no longer busy: one message, however many answers in between.
function say(region) {
  hush(region, true);
  unsaid.add(region);
  if (find("[role=alert]", region)) spokenAt = -QUIET;
  speak();
}

function hush(region, isBusy) {
  unsaid.delete(region);
  region.setAttribute("aria-busy", String(isBusy));
}

function speak() {
  clearTimeout(speech);
  // A notice says more than the word on the save, so it goes first.
  const next = unsaid.has(board) ? board : [...unsaid][0];
  const rest = () => QUIET - (performance.now() - spokenAt);
  if (next && rest() <= 0) {
    hush(next, false);
    spokenAt = performance.now();
  }
  if (unsaid.size > 0) speech = setTimeout(speak, rest());
}

const isHere = (entry) => location.pathname.startsWith(attemptOf(entry.url));

function leave(address) { isLeaving = true; location.assign(address); }

// Opens a question as the server has it.
function openAnew(url, why) {
  if (why) sessionStorage.setItem(`${PREFIX}${why}`, url);
  isLeaving = true;
  if (url === location.pathname) location.reload();
  else location.assign(url);
}

// An answer that waits is shown as it was given, on whatever page the question is opened again.
function restore(form) {
  const url = pathOf(form);
  const waiting = queue().filter(({ entry }) => entry.url === url).pop();
  if (!waiting) return false;
  mine.add(waiting.entry.operation);
  const given = new URLSearchParams(waiting.entry.body);
  for (const field of form.elements) {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = given.getAll(field.name).includes(field.value);
    else if (field.matches("input:not([type=hidden]), textarea, select") && given.has(field.name)) field.value = given.get(field.name);
  }
  return true;
}

// ---- Going to another question of this attempt

// Called for once, after the page: from then on the next question needs no network.
async function callAhead() {
  const address = find("[data-ahead]")?.dataset.ahead;
  if (!address) return;
  const reply = await fetch(address, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
  const page = reply?.ok ? new DOMParser().parseFromString(await reply.text().catch(() => ""), "text/html") : null;
  const here = find("#question");
  if (!page || !here) return;
  for (const section of page.querySelectorAll("section[data-question]")) sections.set(section.dataset.question, document.adoptNode(section));
  here.dataset.heading = find("#heading").textContent;
  sections.set(here.dataset.question, here);
  // An answer that waits on this device is newer than what came.
  forms().forEach(restore);
}

// Shows the question of this number without leaving the page; false where it is not here.
function show(number, isBack = false) {
  const next = sections.get(number);
  const here = find("#question");
  if (!next || !here) return false;
  if (next === here) return true;
  flush();
  const list = find("[data-places]", here);
  if (!isBack) history.pushState(null, "", `../${number}/`);
  here.replaceWith(next);
  htmx.process(next);
  list.open = false;
  next.querySelector("form").append(list);
  list.querySelectorAll(".jump a").forEach((link) => label(link, link === linkTo(number)));
  find("#heading").textContent = next.dataset.heading;
  document.title = `${next.dataset.heading} - Footnote`;
  find("[data-number-shown]").textContent = number;
  find("form[data-presence] [name=number]").value = number;
  find("#v-q").checked = true;
  if (["sent", "stale", "refused"].includes(shown)) notice("");
  const isAnswered = "answered" in linkTo(number).dataset;
  state(queue().length > 0 ? (failures > 0 ? "kept" : "saving") : isAnswered ? "saved" : "");
  window.scrollTo(0, 0);
  next.scrollTop = 0;
  next.focus();
  return true;
}

const linkTo = (number) => find(`[data-places] .jump a[href="../${number}/"]`);

// A question is answered once the server has its answer.
function tick(number, isAnswered) {
  const link = linkTo(number);
  if (!link) return;
  link.toggleAttribute("data-answered", isAnswered);
  label(link, link.hasAttribute("aria-current"));
  find(".qbar progress").value = document.querySelectorAll("[data-places] .jump a[data-answered]").length;
}

function label(link, isShown) {
  const isAnswered = "answered" in link.dataset;
  link.toggleAttribute("data-done", isAnswered && !isShown);
  if (isShown) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  const words = [isShown ? "this question" : isAnswered ? "answered" : "not answered", ..."flagged" in link.dataset ? ["flagged"] : []];
  find(".vh", link).textContent = `, ${words.join(", ")}`;
}

// ---- Leaving a question waits until nothing is on its way

function flush() {
  clearTimeout(typing);
  if (typing && questionForm()) keep(questionForm());
}

async function settled() {
  flush();
  await drain();
  if (queue().length > 0) return false;
  // Offline there is no other page to go to, only the browser's own word on that.
  if (!navigator.onLine) notice("offline");
  return navigator.onLine;
}

const isFree = () => !typing && queue().length === 0 && navigator.onLine;

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const go = button?.dataset.go;
  if (isFull || !form.matches("[data-answers], [data-hand-in], [data-time-up], [data-sign-out]")) return;
  if (go && show(numberOf(go))) { event.preventDefault(); return; }
  if (!go && isFree()) { isLeaving = true; return; }
  event.preventDefault();
  settled().then((isSettled) => {
    if (!isSettled || isLeaving) return;
    if (go) leave(go);
    else form.requestSubmit(button);
  });
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-pin]")) return;
  event.preventDefault();
  entering ||= enterPin(event.target).finally(() => { entering = null; });
});

document.addEventListener("htmx:confirm", (event) => {
  const isOurs = event.target.closest("[data-answers], [data-sign-out]");
  if (!isOurs || isFree()) return;
  event.preventDefault();
  settled().then((isSettled) => { if (isSettled) event.detail.issueRequest(true); });
});

document.addEventListener("htmx:sendError", () => notice("offline"));
document.addEventListener("htmx:responseError", () => notice("down"));
// A button that was disabled while its request ran has lost the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.target.id === "flag" ? event.target : find("#question .verdict, #question .err[role=alert]");
  if (place) place.focus();
  const link = event.target.id === "flag" ? linkTo(find("#question")?.dataset.question) : null;
  if (!link) return;
  link.toggleAttribute("data-flagged", event.target.value === "unflag");
  label(link, true);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-answers]");
  if (!form) return;
  if (shown === "sent" || shown === "stale") notice("");
  clearTimeout(typing);
  keep(form);
});

document.addEventListener("input", (event) => {
  if (!event.target.closest("form[data-answers]") || event.target.matches("[type=radio], [type=checkbox], select")) return;
  state("saving");
  clearTimeout(typing);
  typing = setTimeout(flush, TYPING);
});

document.addEventListener("visibilitychange", flush);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-send]")) drain();
  if (event.target.closest("[data-leave]")) isLeaving = true;
  const link = event.target.closest("a[href]:not([href^='#'], [hx-post], [data-leave])");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link?.closest("[data-places]") && isPlain && show(numberOf(link.href))) { event.preventDefault(); return; }
  if (link && isPlain && board && !isFree()) {
    event.preventDefault();
    settled().then((isSettled) => { if (isSettled && !isLeaving) leave(link.href); });
  }
  // On a narrow screen the reading is behind the question.
  if (event.target.closest("a.ref") && find("#v-read")) find("#v-read").checked = true;
});

window.addEventListener("popstate", () => {
  const number = numberOf(location.pathname);
  const here = find("#question")?.dataset.question;
  if (number && here && number !== here && !show(number, true)) location.reload();
});
window.addEventListener("online", () => { failures = 0; if (board) drain(); });
window.addEventListener("beforeunload", (event) => { if (!isLeaving && board && (typing || queue().length > 0)) event.preventDefault(); });

// ---- Beginning

if (find("[data-clear-answers]")) {
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  sessionStorage.clear();
}

const handedIn = find("[data-handed-in]")?.dataset.handedIn;
if (handedIn) drop((entry) => entry.url.includes(`/${handedIn}/`));

const reading = find("#reading");
if (reading) {
  const here = attemptOf(location.pathname);
  const [attempt, top] = (sessionStorage.getItem(SCROLL) || "").split(" ");
  if (attempt === here) reading.scrollTop = Number(top);
  reading.addEventListener("scroll", () => sessionStorage.setItem(SCROLL, `${here} ${reading.scrollTop}`), { passive: true });
}

if (sessionStorage.getItem(`${PREFIX}stale`) === location.pathname) {
  sessionStorage.removeItem(`${PREFIX}stale`);
  notice("stale");
}

if (board) {
  if (questionForm() && restore(questionForm())) state("saving");
  if (queue().length > 0) drain();
  callAhead();
}
})();
