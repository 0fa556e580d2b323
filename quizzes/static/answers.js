// The outbox: keeps every answer on this device until the server says that it is stored.
// An entry holds an address, a number, an operation, a revision and the encoded choice; no name and no text.
(() => {
"use strict";

const PREFIX = "footnote.answer.";
const SCROLL = "footnote.reading";
// A day: longer than any lesson, and the next pupil of a shared device is not left with it.
const MAX_AGE = 24 * 60 * 60 * 1000;
const TIMEOUT = 15000;
const GRACE = 1000;
const PAUSES = [1000, 2000, 4000, 8000];
// A word is not sent letter by letter.
const TYPING = 1000;
// Screen readers are told something at most this often.
const QUIET = 5000;

// Where a store is forbidden a page is left as it is: its forms save by themselves.
try {
  localStorage.getItem(PREFIX);
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
// Of these, by their address, what nobody has called stored yet: “Saved” is said where nothing is owed.
const owed = new Map();
// The newest revision that this page was told of, by address.
const known = new Map();
// What found no room in the store: it is sent all the same, and does not outlive the page.
const homeless = new Map();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("footnote.answers") : null;

let sending = null;
let entering = null;
let failures = 0;
// Whether the last try has failed, and what could not be done meanwhile: "question", "hand-in" or "act".
let isStuck = false;
let blocked = "";
let timer = 0;
let shown = "";
let isLeaving = false;
let refreshed = false;
let reachedAt = -Infinity;
let typing = 0;
let kept = "";
let spokenAt = -QUIET;
let speech = 0;

// The regions that have something new to say.
const unsaid = new Set();

// The questions of this attempt by their number, shown or put by: where a question is here, going to it asks nobody.
const sections = new Map();

// ---- The queue: one entry a key, in the order of the keys

const keys = () => [...Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)), ...homeless.keys()].sort();

function read(key) {
  if (homeless.has(key)) return homeless.get(key);
  try {
    const entry = JSON.parse(localStorage.getItem(key));
    if (entry && (Date.now() - entry.at <= MAX_AGE || owed.get(entry.url) === entry.operation)) return entry;
  } catch { /* damaged: as good as none */ }
  remove(key);
  return null;
}

function write(key, entry) {
  if (!homeless.has(key)) {
    try {
      localStorage.setItem(key, JSON.stringify(entry));
      return;
    } catch {
      localStorage.removeItem(key);
    }
  }
  homeless.set(key, entry);
}

function remove(key) {
  homeless.delete(key);
  localStorage.removeItem(key);
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

const drop = (test) => queue().filter(({ entry }) => test(entry)).forEach(({ key }) => remove(key));

function keep(form) {
  const url = pathOf(form);
  const body = new URLSearchParams(new FormData(form));
  const revision = Number(body.get("revision"));
  for (const name of ["csrfmiddlewaretoken", "operation", "revision"]) body.delete(name);
  typing = 0;
  // A field that is left says again what was kept while it was typed.
  if (kept === `${url} ${body}`) {
    if (queue().length === 0 && !owed.has(url)) state("saved");
    return;
  }
  kept = `${url} ${body}`;
  // What was never sent is overtaken; what was sent may be stored already, so it goes first, as it was.
  drop((entry) => entry.url === url && !entry.isSent);
  const last = Number((keys().pop() || "").slice(PREFIX.length).split(".")[0] || 0);
  const operation = newOperation();
  mine.add(operation);
  owed.set(url, operation);
  write(`${PREFIX}${String(last + 1).padStart(9, "0")}.${operation}`, { url, operation, revision, body: String(body), at: Date.now() });
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
  // An answer on which the site fails time and again keeps none of the others.
  const failed = new Map();
  let isBack = navigator.onLine;
  const next = () => queue().find(({ entry }) => !failed.has(entry.url));
  for (let one = next(); one; one = next()) {
    const said = await deliver(one.key, one.entry);
    if (said === "failed") failed.set(one.entry.url, one.entry);
    if (said === "again" || said === "failed") continue;
    if (said !== "done") return wait(said, one.entry);
    failures = 0;
    isStuck = false;
    isBack = true;
  }
  if (failed.size > 0) return wait("down", [...failed.values()][0]);
  isStuck = false;
  if (owed.size > 0 && !isLeaving) {
    // Another window may have sent it, and its word be on the way.
    await new Promise((resolve) => { setTimeout(resolve, GRACE); });
    if (queue().length > 0) return work();
  }
  const [missing] = owed.keys();
  if (missing && !isLeaving) return refuse(missing);
  if (isBack && (shown === "offline" || shown === "down")) notice("sent");
  if (["pin", "signed-out", "refused"].includes(shown)) notice("");
  if (!typing && find("[data-save-state]")?.dataset.saveState) state("saved");
}

function refuse(url) {
  kept = "";
  notice("refused", { url });
  state(url === location.pathname ? "refused" : stateOf(location.pathname));
}

async function deliver(key, entry) {
  write(key, { ...entry, isSent: true });
  const body = new URLSearchParams(entry.body);
  body.set("operation", entry.operation);
  body.set("revision", entry.revision);
  body.set("act", "save");
  const response = await post(entry.url, body);
  if (response === null) return navigator.onLine ? "down" : "offline";
  const { status, reply } = response;
  // The site sends who is not signed in to the join page.
  if (response.type === "opaqueredirect" || status === 401) return "signed-out";
  if (status === 403 && !refreshed) return await refreshToken() ? "again" : "down";
  // Of this very page it is a fault on the way, or another student signed in meanwhile: it stays, and is tried again.
  if (status === 404 && isHere(entry)) return "down";
  if (status === 404) { foreign.add(attemptOf(entry.url)); return "done"; }
  if (status === 400 || status === 413) {
    remove(key);
    refuse(entry.url);
    return "done";
  }
  if (status === 410 && reply) {
    remove(key);
    owed.delete(entry.url);
    // Each that waits is kept as late, and the receipt says how many.
    const isLast = !queue().some((other) => attemptOf(other.entry.url) === attemptOf(entry.url));
    if (isHere(entry) && isLast) leave(reply.location);
    return "done";
  }
  if (status === 409 && reply) {
    drop((other) => other.url === entry.url);
    if (isHere(entry)) openAnew(entry.url, reply.outcome === "stale" ? "stale" : "");
    return "done";
  }
  // Somebody else's word, of a filter or a portal, is none that the answer is stored.
  if (status === 200 && Number.isInteger(reply?.revision)) stored(key, entry, reply);
  else return status === 500 ? "failed" : "down";
  return "done";
}

function stored(key, entry, reply) {
  refreshed = false;
  // Later answers to this question were given upon this one.
  for (const other of queue()) if (other.key !== key && other.entry.url === entry.url) {
    write(other.key, { ...other.entry, revision: Math.max(reply.revision, other.entry.revision) });
  }
  remove(key);
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
  known.set(url, Math.max(revision, known.get(url) ?? 0));
  if (!mine.has(operation)) return;
  if (owed.get(url) === operation) owed.delete(url);
  for (const { elements } of forms().filter((form) => pathOf(form) === url)) {
    elements.revision.value = Math.max(revision, Number(elements.revision.value));
  }
}

tabs?.addEventListener("message", ({ data }) => {
  if (data.token) { signedIn(data.token); return; }
  acknowledge(data.url, data.operation, data.revision);
  if (mine.has(data.operation) && queue().length === 0) drain();
});

// The reply, read to its end by `take`, within the time limit; null where none came.
async function ask(url, options, take) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), TIMEOUT);
  try {
    const response = await fetch(url, { ...options, credentials: "same-origin", signal: stop.signal });
    const reply = await take(response);
    return { type: response.type, status: response.status, reply };
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
  }
}

async function post(url, body) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  return ask(url, { method: "POST", body, headers, redirect: "manual" }, async (response) => parsed(await response.text()));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// A browser's own word on the network is wrong at times; that the site was reached at this very moment is proof.
const isOnline = () => navigator.onLine || performance.now() - reachedAt < GRACE;

const token = () => find("input[name=csrfmiddlewaretoken]")?.value || "";

// The cookie may be gone, and its token with it; a fresh page brings both.
async function refreshToken() {
  const page = (await ask(location.href, {}, (response) => response.text()))?.reply ?? "";
  const fresh = find("input[name=csrfmiddlewaretoken]", new DOMParser().parseFromString(page, "text/html"))?.value;
  if (fresh) { refreshed = true; putToken(fresh); }
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
  const reply = response?.reply;
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
  isStuck = true;
  refreshed = false;
  state("kept");
  notice(why === "signed-out" && attemptHere ? "pin" : why, entry);
  // Some apart from each other, so that a class does not come back in one instant. A redirect may be a portal's, which
  // goes as it came.
  const pause = why === "signed-out" ? TIMEOUT : PAUSES[Math.min(failures++, PAUSES.length - 1)];
  timer = setTimeout(drain, pause * (1 + Math.random() / 4));
}

// ---- What the page says

const heard = () => Array.from(board.querySelectorAll(":scope > .notice p:not([hidden])"), (place) => place.textContent).join();

function notice(name, entry) {
  const template = board && find(`[data-notice="${name}"]`, board);
  if (!board) return;
  const count = queue().length;
  const text = `${count} answer${count === 1 ? "" : "s"}`;
  const number = entry && numberOf(entry.url);
  const before = heard();
  const hadFocus = board.contains(document.activeElement);
  if (shown !== name) board.querySelectorAll(":scope > .notice").forEach((old) => old.remove());
  if (shown !== name && template) board.append(template.content.cloneNode(true));
  shown = template ? name : "";
  board.querySelectorAll(":scope > .notice [data-count]").forEach((place) => { if (place.textContent !== text) place.textContent = text; });
  board.querySelectorAll(":scope > .notice [data-waiting]").forEach((place) => { place.hidden = count === 0; });
  board.querySelectorAll(":scope > .notice [data-blocked]").forEach((place) => { place.hidden = place.dataset.blocked !== blocked; });
  board.querySelectorAll(":scope > .notice [data-number]").forEach((place) => { if (number && place.textContent !== number) place.textContent = number; });
  if (!shown) hush(board, false);
  else if (heard() !== before) {
    say(board);
    // It takes room: what has the focus stays in sight.
    if (questionForm()?.contains(document.activeElement)) document.activeElement.closest("label, li, button, .in")?.scrollIntoView({ block: "nearest" });
  }
  // Who was in a notice that went goes on where the skip link leads, which may be behind the reading.
  if (!hadFocus || board.contains(document.activeElement)) return;
  if (find("#v-q")) find("#v-q").checked = true;
  find(find(".skip").hash)?.focus();
}

function state(name) {
  const place = find("[data-save-state]");
  const template = board && find(`[data-state="${name}"]`, board);
  if (!place || (name && !template)) return;
  // What the page came with is no word of ours, and goes as well.
  if (place.dataset.saveState === name && (name || !place.hasChildNodes())) return;
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
  owed.set(url, waiting.entry.operation);
  const given = new URLSearchParams(waiting.entry.body);
  arrange(form, given.getAll("item"));
  for (const field of form.elements) {
    if (field.matches("[type=radio], [type=checkbox]")) field.checked = given.getAll(field.name).includes(field.value);
    else if (field.matches("input:not([type=hidden]), textarea, select") && given.has(field.name)) field.value = given.get(field.name);
  }
  return true;
}

// ---- Lines to put in order

// One place up or down, which makes the order an answer. The neighbor is moved in the page: the line keeps the focus.
function move(form, button) {
  const line = button.closest("li");
  if (button.name === "up") line.after(line.previousElementSibling);
  else line.before(line.nextElementSibling);
  renumber(form);
  if (button.disabled) find("button:enabled", line).focus();
  line.scrollIntoView({ block: "nearest" });
  find("[data-moved]", form).textContent = `${find("[data-line]", line).textContent}: ${find(".pos", line).textContent}`;
  form.elements.placed.checked = true;
  keep(form);
}

function arrange(form, tokens) {
  const lines = new Map(Array.from(form.querySelectorAll(".order > li"), (line) => [find("[name=item]", line).value, line]));
  for (const line of tokens.map((each) => lines.get(each))) line?.parentElement.append(line);
  renumber(form);
}

function renumber(form) {
  const lines = form.querySelectorAll(".order > li");
  lines.forEach((line, index) => {
    find(".pos", line).textContent = index + 1;
    line.querySelectorAll("button").forEach((button) => { button.value = index + 1; });
    find("[name=up]", line).disabled = index === 0;
    find("[name=down]", line).disabled = index === lines.length - 1;
  });
}

// ---- Going to another question of this attempt

// Called for once, after the page: from then on the next question needs no network.
async function callAhead() {
  const address = find("[data-ahead]")?.dataset.ahead;
  if (!address) return;
  const came = await ask(address, { redirect: "manual" }, (response) => response.text());
  const page = came?.status === 200 ? new DOMParser().parseFromString(came.reply, "text/html") : null;
  const here = find("#question");
  if (!page || !here) return;
  for (const section of page.querySelectorAll("section[data-question]")) {
    const { elements } = find("form", section);
    // What was stored meanwhile is newer than what came; such a question has its page.
    const isOld = (known.get(pathOf(elements.revision.form)) ?? 0) > Number(elements.revision.value);
    if (!isOld) sections.set(section.dataset.question, document.adoptNode(section));
  }
  here.dataset.heading = find("#heading").textContent;
  sections.set(here.dataset.question, here);
  // An answer that waits on this device is newer than what came. The question in front is left to who is at it.
  forms().filter((form) => form !== questionForm()).forEach(restore);
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
  blocked = "";
  notice(["sent", "stale", "refused"].includes(shown) ? "" : shown);
  const isAnswered = "answered" in linkTo(number).dataset;
  state(stateOf(pathOf(next.querySelector("form")), isAnswered));
  window.scrollTo(0, 0);
  next.scrollTop = 0;
  next.focus();
  return true;
}

function stateOf(url, isAnswered) {
  if (queue().length > 0) return isStuck ? "kept" : "saving";
  if (owed.has(url)) return "refused";
  return isAnswered ?? "answered" in (linkTo(numberOf(url))?.dataset ?? {}) ? "saved" : "";
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

// Whether all is stored and the site can be asked; if not, what cannot be done until then is said.
async function settled(act) {
  flush();
  blocked = "";
  await drain();
  if (!navigator.onLine && await ask("/livez", {}, (response) => response.text())) reachedAt = performance.now();
  if (queue().length === 0 && isOnline()) return true;
  blocked = act;
  // Offline there is no other page to go to, only the browser's own word on that.
  notice(["down", "pin", "signed-out"].includes(shown) ? shown : "offline");
  return false;
}

const isFree = () => !typing && queue().length === 0 && isOnline();

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const go = button?.dataset.go;
  if (!form.matches("[data-answers], [data-hand-in], [data-time-up], [data-sign-out]")) return;
  if (form.matches("[data-answers]") && button?.matches("[name=up], [name=down]")) { event.preventDefault(); move(form, button); return; }
  // Enter in a field of an ordering question, whose first button would move a line.
  if (button?.matches("[data-stay]")) { event.preventDefault(); flush(); return; }
  if (go && show(numberOf(go))) { event.preventDefault(); return; }
  if (!go && isFree()) { isLeaving = true; return; }
  event.preventDefault();
  settled(go ? "question" : form.matches("[data-hand-in]") ? "hand-in" : form.matches("[data-time-up]") ? "" : "act").then((isSettled) => {
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
  settled("act").then((isSettled) => { if (isSettled) event.detail.issueRequest(true); });
});

document.addEventListener("htmx:sendError", () => { blocked = "act"; notice("offline"); });
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
    settled(link.closest("[data-places]") ? "question" : "act").then((isSettled) => { if (isSettled && !isLeaving) leave(link.href); });
  }
  // Nothing can be seen or focused behind the reading.
  if (event.target.closest(".skip") && find("#v-q")) find("#v-q").checked = true;
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
