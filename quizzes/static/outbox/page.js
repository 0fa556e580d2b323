// The question page: what the student and the server do, and what follows from it.
import { afterPress, isRepeated } from "../press.js";
import { createNotices } from "./announcements.js";
import {
  bringFocusIntoSight, bringIntoSight, bringListIntoSight, currentForm, currentNumber, fill, find, findAll, forms, hasNewerAnswer,
  isAnswered, isChanged, isLoaded, keepQuestions, keepScroll, moveItem, openable, parseHTML, pathOf, refuseOldAnswers,
  replaceQuestion, sayTooMany, setAnswered, setFlagged, setOffline, setToken, showChosenPart, showPressedPart, showView,
} from "./questions.js";
import { awayReason, createSender, readText, request, TIMEOUT } from "./sender.js";
import { attemptOf, availableStorage, clearOld, clearOwn, createStaleAnswers, createStore, numberOf, remember } from "./store.js";

// When “Sign out” was pressed. By then all answers were saved, or the student read that not all are.
const SIGN_OUT_AT = "footnote.sign-out-at";
// In ms. Text is not sent letter by letter.
const TYPING_PAUSE = 1000;
// In ms. Typing without a pause is saved this often: a device may fail, and a teacher may open the next question.
const TYPING_LIMIT = 5000;
// In ms. The class does not wait for a slow save.
const MOVE_PATIENCE = 500;
// In ms. No one answers on another device in less, and a short look at another tab needs no request.
const AWAY = 20_000;
// In ms. For that long after the page or a later reply came, a form goes without a check. A turn-in always has one.
const REACHED_FOR = 30_000;
const TURN_IN = ["hand-in", "time-up"];
// Notices that leave once the student answers or goes on.
const PASSING = ["sent", "stale", "stale-before", "late-elsewhere", "refused-elsewhere", "flag"];

const outbox = find("[data-outbox]");
// The attempt that this page belongs to, if any.
const attemptPath = /^\/student\/attempts\/[^/]+\//.exec(location.pathname)?.[0];

const storage = availableStorage();
const store = createStore(storage, outbox?.dataset.owner, location.pathname);
const stale = createStaleAnswers(storage && sessionStorage, outbox?.dataset.owner);
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("footnote.answers") : null;
// Sign-in, practice, and previews have no outbox, but a notice that they are offline.
const notices = createNotices(outbox ?? find("[data-notices]"));
const sender = createSender(store, {
  isHere,
  isElsewhere: (url) => Boolean(attemptPath) && !isHere(url),
  isLeaving: () => isLeaving,
  token: () => find("input[name=csrfmiddlewaretoken]")?.value || "",
  setToken,
  refreshToken,
  onWaiting,
  onRefused,
  onUnsavedElsewhere,
  onAcknowledged,
  onSaved,
  onAllSaved,
  onSignedIn: () => document.dispatchEvent(new CustomEvent("footnote:signed-in")),
  onOtherStudent,
  leave,
  keepStale: stale.keep,
  reopen,
}, tabs);

let isLeaving = false;
let typingTimer = 0;
let typingSince = 0;
let lastAnswer = "";
let signingIn = null;
// Far in the future until the page was hidden.
let hiddenAt = Infinity;
// The notice about an answer to another attempt that the server did not take, until it was shown.
let elsewhere = "";
// The path of the question with a flag that is not saved, until the page said so.
let unsavedFlag = "";

// ---- What the sender reports

function isHere(url) { return location.pathname.startsWith(attemptOf(url)); }

// What did not fit into the storage is lost with the page, which therefore stays until that is sent.
async function quit(go) {
  while (store.holdsOnlyCopy()) await new Promise((resolve) => { setTimeout(resolve, MOVE_PATIENCE); });
  isLeaving = true;
  go();
}

function leave(address) { quit(() => location.assign(address)); }

function reopen(url, staleBody = null) {
  if (staleBody !== null) stale.keep(url, staleBody);
  // The student first reads about the one before.
  if (staleBody !== null && url !== location.pathname && (isLeaving || notices.shown === "stale")) return;
  quit(() => url === location.pathname ? location.reload() : location.assign(url));
}

function notify(name, url) { afterPress(() => showNotice(name, url)); }

function showNotice(name, url) {
  // What another notice says of an answer comes before a flag.
  if (unsavedFlag && ["", "sent"].includes(name) && !notices.blocked) {
    [name, url, unsavedFlag] = ["flag", unsavedFlag, ""];
  }
  notices.isUnkept = store.holdsOnlyCopy();
  notices.show(name, store.waitingCount(), url && numberOf(url));
  const unsent = sender.isStuck() ? store.pending().filter(({ entry }) => isHere(entry.url)) : [];
  const waiting = unsent.map(({ entry }) => [numberOf(entry.url), entry.body]);
  const isAway = ["offline", "down"].includes(notices.shown);
  setOffline(new Map(waiting), isAway ? [numberOf(location.pathname), ...openableNow()] : null);
}

function onWaiting(reason, url) {
  notices.setSaveState("kept");
  notify(reason === "signed-out" && attemptPath ? "pin" : reason, url);
}

function onRefused(url) {
  lastAnswer = "";
  // A student who reads what happened to this question reads about the other one after that.
  if (notices.shown !== "stale" || url === location.pathname) notify("refused", url);
  notices.setSaveState(url === location.pathname ? "refused" : saveStateOf(location.pathname));
}

function onUnsavedElsewhere(outcome) { elsewhere = outcome === "late" ? "late-elsewhere" : "refused-elsewhere"; }

function onAcknowledged(url, revision) {
  for (const { elements } of forms().filter((form) => pathOf(form) === url)) {
    elements.revision.value = Math.max(revision, Number(elements.revision.value));
  }
}

function onSaved(url, reply) {
  setAnswered(numberOf(url), reply);
  const unfinished = find("[data-unfinished-answer]");
  if (unfinished && url === location.pathname) unfinished.textContent = reply.unfinished ?? "";
  // The answer was given again. A long one may still be copied from the notice, until the student leaves the field.
  if (notices.shown === "stale" && url === location.pathname && !find("textarea", currentForm())) notify("");
  if (typeof reply.seconds_left !== "number") return;
  document.dispatchEvent(new CustomEvent("footnote:time", { detail: reply.seconds_left }));
}

function onAllSaved(isBack) {
  if (isBack && ["offline", "down"].includes(notices.shown)) {
    // The student can do it now, but what was not turned in still isn’t.
    if (!TURN_IN.includes(notices.blocked)) notices.blocked = "";
    notify("sent");
  }
  if (["pin", "signed-out", "refused"].includes(notices.shown)) notify("");
  if (elsewhere && notices.shown !== "stale" && !TURN_IN.includes(notices.blocked)) {
    notify(elsewhere);
    elsewhere = "";
  }
  if (typingTimer || !find("[data-save-state]")?.dataset.saveState) return;
  // The answer may be of a question that is no longer shown. One that the student has removed is saved too.
  const path = location.pathname;
  const isOfThis = !find("[data-places]") || isAnswered(numberOf(path)) || store.revisions.has(path);
  notices.setSaveState(isOfThis ? "saved" : "");
}

// The page of another student says so and hides this one.
function onOtherStudent() {
  keepTyped();
  reopen(location.pathname);
}

// In another tab. The next student on this device must not read this one. What was typed since waits for its student.
function onSignedOut({ signedOut, address }) {
  if (signedOut !== outbox?.dataset.owner) return;
  keepTyped();
  quit(() => {
    sessionStorage.clear();
    location.replace(address);
  });
}

// The cookie may be gone too. A new page brings both. The home page has a token whoever is signed in by now.
async function refreshToken() {
  const page = await request("/student/", {}, readText);
  const token = find("input[name=csrfmiddlewaretoken]", parseHTML(page?.reply ?? ""))?.value;
  if (token) setToken(token);
  return Boolean(token);
}

// ---- Answers

// Whether another window has saved a newer answer than the form shows.
const isOutdated = (form) => store.revisions.get(pathOf(form)) > Number(form.elements.revision.value);

function keepAnswer(form) {
  sayTooMany(form);
  const url = pathOf(form);
  const body = new URLSearchParams(new FormData(form));
  const revision = Number(body.get("revision"));
  for (const name of ["csrfmiddlewaretoken", "operation", "revision"]) body.delete(name);
  typingTimer = 0;
  // Leaving a field repeats the answer that was kept during typing.
  if (lastAnswer === `${url} ${body}` && !isOutdated(form)) {
    if (store.pending().length === 0 && !store.unacknowledged.has(url)) notices.setSaveState("saved");
    return;
  }
  lastAnswer = `${url} ${body}`;
  store.add(url, revision, String(body));
  notices.setSaveState("saving");
  sender.send();
}

function keepTyped() {
  clearTimeout(typingTimer);
  if (typingTimer && currentForm()) keepAnswer(currentForm());
}

// Shows an answer that waits in the form of its question.
function restore(form) {
  const entry = store.pendingFor(pathOf(form)).pop()?.entry;
  if (!entry) return false;
  store.claim(entry);
  fill(form, entry.body);
  return true;
}

// ---- Questions of this attempt

// The questions that are loaded ahead, as the server has them now; null without them.
async function requestQuestions() {
  const address = find("[data-ahead]")?.dataset.ahead;
  const response = address && await request(address, { redirect: "manual" }, readText);
  return response?.status === 200 && currentNumber() ? parseHTML(response.reply) : null;
}

async function loadQuestions() {
  const page = await requestQuestions();
  if (!page) return;
  keepQuestions(page, store.revisions);
  // The student may be changing the question in front.
  forms().filter((form) => form !== currentForm()).forEach(restore);
}

// A student who comes back to this page may have answered on another device.
async function onVisibilityChange() {
  keepTyped();
  if (document.visibilityState !== "visible") hiddenAt = Date.now();
  else if (Date.now() - hiddenAt >= AWAY) {
    const page = await requestQuestions();
    if (page && isIdle() && hasNewerAnswer(page, store.revisions)) reopen(location.pathname);
  }
}

// Whether a loaded question can be shown.
function isCurrent(number) {
  const url = `${attemptPath}${number}/`;
  const form = forms().find((other) => pathOf(other) === url);
  return !stale.has(url) && (store.pendingFor(url).length > 0 || !isOutdated(form));
}

const openableNow = () => openable().filter(isCurrent);

// Shows a question without leaving the page. Returns false if it is not loaded, or not current.
function showQuestion(number, isBack = false) {
  if (!isLoaded(number)) return false;
  if (number === currentNumber()) return true;
  if (!isCurrent(number)) return false;
  keepTyped();
  if (!isBack) history.pushState(null, "", `../${number}/`);
  const next = replaceQuestion(number);
  showView("#v-q");
  notices.blocked = "";
  // By then it shows what came during the press.
  afterPress(() => showNotice([...PASSING, "refused"].includes(notices.shown) ? "" : notices.shown));
  notices.setSaveState(saveStateOf(pathOf(find("form", next))));
  // Smooth scrolling to the top would go on after the focus has moved.
  window.scrollTo({ top: 0, behavior: "instant" });
  next.scrollTop = 0;
  next.focus({ preventScroll: true });
  bringIntoSight(next);
  return true;
}

function saveStateOf(url) {
  if (store.pending().length > 0) return sender.isStuck() ? "kept" : "saving";
  if (store.unacknowledged.has(url)) return "refused";
  return isAnswered(numberOf(url)) ? "saved" : "";
}

// ---- Forms and links wait until all answers are stored

const isIdle = () => !typingTimer && (outbox ? sender.isIdle() : sender.isOnline());

// The notice for an address that does not open offline. The address of the review has no number.
const blockedBy = (address) => !numberOf(address) ? "act" : openableNow().length > 0 ? "question" : "questions";

// Whether the page says that signing out deletes what waits. Answers that the site does not take keep no one signed in.
const isWarned = () => ["down", "pin", "signed-out"].includes(notices.shown) && notices.blocked === "sign-out";

// Returns whether all answers are stored. If not, a notice says what cannot be done.
async function settle(action) {
  // A student who presses a button is still here: the next page was stopped from loading.
  if (action !== "time-up") isLeaving = false;
  keepTyped();
  notices.blocked = "";
  if (outbox ? await sender.settle() : await sender.reach()) return true;
  return block(action);
}

// The same for a form. The browser may say online while the site is away: then it or a proxy would show an error page in
// place of this one.
async function settleForm(action) {
  // Sending the answers may take longer than a reply counts.
  return await settle(action) && (isReached(action) || await sender.reach() || block(action));
}

function isReached(action) {
  return sender.isReached() ||
    !TURN_IN.includes(action) && (performance.now() < REACHED_FOR || sender.isReached(REACHED_FOR));
}

function block(action) {
  // The notice for “sign-out” says that answers wait.
  notices.blocked = action === "sign-out" && store.pending().length === 0 ? "act" : action;
  if (action === "question") {
    notices.openable = openableNow().join(", ");
    find("[data-places]").open = true;
  }
  notify(["down", "pin", "signed-out"].includes(notices.shown) ? notices.shown : awayReason());
  return false;
}

async function onSubmit(event) {
  const form = event.target;
  const button = event.submitter;
  const address = button?.dataset.go;
  if (form.matches("[data-pin]")) {
    event.preventDefault();
    signingIn ||= signIn(form).finally(() => { signingIn = null; });
    return;
  }
  if (!form.matches("[method=post]")) return;
  // What is saved needs no new page, on which the focus would be lost.
  if (button?.matches("[data-save]") && isIdle() && notices.repeatSaved()) return event.preventDefault();
  const action = [...TURN_IN, "sign-out"].find((name) => form.matches(`[data-${name}]`)) ?? "act";
  if (action === "sign-out") remember(SIGN_OUT_AT, Date.now());
  // A question has no check, which would be one more request for each. Safari 15.3 does not name the button.
  const isUnchecked = address || !button && !TURN_IN.includes(action);
  const isFree = isIdle() ? isUnchecked || isReached(action) : action === "sign-out" && isWarned();
  // In practice, the server moves an item.
  const staysHere = form.matches("[data-answers]") && button?.matches("[name=up], [name=down], [data-stay]");
  if (!address && !staysHere && isFree) {
    isLeaving = true;
    return;
  }
  event.preventDefault();
  if (staysHere && button.matches("[name=up], [name=down]")) {
    moveItem(form, button);
    return keepAnswer(form);
  }
  // Enter in a field presses the first button, which must not move an item.
  if (staysHere) return keepTyped();
  if (address && showQuestion(numberOf(address))) return;
  const isSettled = address ? await settle(blockedBy(address)) : await settleForm(action);
  if (!isSettled || isLeaving) return;
  if (address) leave(address);
  // Not `requestSubmit`, which Safari 15 lacks.
  else (button ?? find("button", form)).click();
}

async function signIn(form) {
  const field = await sender.signIn(`${attemptPath}again/`, new URLSearchParams(new FormData(form)));
  if (!field) return;
  find(".field", form).replaceWith(find(".field", parseHTML(field)));
  // The first of many pictures is below the error.
  find("input:not([type=hidden])", form).focus({ preventScroll: true });
  find(".err", form)?.scrollIntoView({ block: "nearest" });
}

async function onClick(event) {
  const { target } = event;
  // A question comes without a request, so the second tap of a double tap would move on to the next one.
  if (target.closest("[data-go]") && isRepeated(event)) return event.preventDefault();
  if (target.closest("[data-send]")) sender.retryNow();
  // Not every browser opens the row of a target inside it.
  const place = target.closest(".strip a")?.hash;
  if (place) find(place)?.closest("details").setAttribute("open", "");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (isPlain && target.closest("[data-leave]")) isLeaving = true;
  const link = isPlain && target.closest("a[href]:not([href^='#'], [hx-post], [data-leave])");
  const isQuestion = link && link.closest("[data-places]");
  // A link to the open question loads no page: only its fragment may change.
  const isOpen = isQuestion && (link.matches("[aria-current]") || showQuestion(numberOf(link.pathname)));
  if (isOpen) return event.preventDefault();
  if (target.closest(".skip")) showView("#v-q");
  if (target.closest("a.ref")) showView("#v-read");
  if (!link || !outbox || isIdle()) return;
  event.preventDefault();
  if (await settle(isQuestion ? blockedBy(link.pathname) : "act") && !isLeaving) leave(link.href);
}

function onChange({ target }) {
  const form = target.closest("form[data-answers]");
  if (!form) return;
  if (PASSING.includes(notices.shown)) notify("");
  // Not after typing: a text field changes on the way to a button, which would move away.
  if (!target.matches("[type=text], textarea")) findAll("[data-unfinished]").forEach((note) => note.remove());
  clearTimeout(typingTimer);
  keepAnswer(form);
}

function onInput({ target }) {
  if (!target.closest("form[data-answers]") || target.matches("[type=radio], [type=checkbox], select")) return;
  notices.setSaveState("saving");
  clearTimeout(typingTimer);
  if (!typingTimer) typingSince = performance.now();
  const left = typingSince + TYPING_LIMIT - performance.now();
  typingTimer = setTimeout(keepTyped, Math.max(0, Math.min(TYPING_PAUSE, left)));
}

function onPopState() {
  const number = numberOf(location.pathname);
  const current = currentNumber();
  if (number && current && number !== current && !showQuestion(number, true)) location.reload();
}

// The teacher moved the class on, or the session has ended. What is not sent by then waits on this device and is sent from
// the next page.
async function onMove(event) {
  const { address, isSignedOut } = event.detail;
  event.preventDefault();
  keepTyped();
  await Promise.race([sender.settle(), new Promise((resolve) => { setTimeout(resolve, MOVE_PATIENCE); })]);
  // An answer that waits asks for the PIN here, as soon as the site replies to it.
  if (isSignedOut && store.pending().length > 0) return;
  leave(address);
}

// A page that follows the class says when it cannot. A single lost request is not worth a notice, and a phone that is
// locked loses more.
function onPolled({ detail: failures }) {
  const saysNothingElse = ["", "sent"].includes(notices.shown);
  if (failures > 1 && saysNothingElse && document.visibilityState === "visible") notify(awayReason());
  if (failures || !isIdle() || !["offline", "down"].includes(notices.shown)) return;
  if (store.unacknowledged.size === 0) notify("sent");
  // Says which answer the site has not saved.
  else sender.send();
}

async function onConfirm(event) {
  const isSignOut = event.target.matches("[data-sign-out]");
  if (isSignOut) remember(SIGN_OUT_AT, Date.now());
  if (!event.target.closest("[data-answers], [data-sign-out]") || isIdle()) return;
  if (isSignOut && isWarned()) {
    isLeaving = true;
    return;
  }
  event.preventDefault();
  if (await settle(isSignOut ? "sign-out" : "act")) event.detail.issueRequest(true);
}

function onNoResponse() {
  isLeaving = false;
  notices.blocked = "act";
  notify(awayReason());
}

// A filter or a portal may answer with 200 too. Its page must not take the place of the question.
function onBeforeSwap({ detail }) {
  if (detail.isError || detail.serverResponse.includes(`id="${detail.target.id}"`)) return;
  detail.shouldSwap = false;
  detail.isError = true;
  onNoResponse();
}

// The reply, or none, may come when another question is in front. Then no event of htmx reaches the document.
function onBeforeSend({ detail: { elt, xhr } }) {
  if (elt.id !== "flag") return;
  const path = pathOf(elt.form);
  xhr.addEventListener("loadend", () => {
    const button = find("#flag", parseHTML(xhr.responseText));
    if (button) setFlagged(numberOf(path), button.value === "unflag");
    if (button && path === unsavedFlag) unsavedFlag = "";
    if (button || elt.isConnected) return;
    unsavedFlag = path;
    afterPress(() => showNotice(notices.shown));
  });
}

// A button that was disabled during its request has lost the focus. After success, `onSettled` moves it.
function onAfterRequest({ detail }) {
  if (!detail.successful && document.activeElement === document.body) detail.elt.focus();
  if (!detail.successful || !notices.blocked) return;
  notices.blocked = "";
  if (isIdle()) notify("");
}

// The cookies are gone, or the token is old. All answers are stored, and a new page has a token or leads to sign-in.
function onResponseError({ detail }) {
  if (detail.xhr.status === 403) reopen(location.pathname);
  else notify("down");
}

// A button that was disabled during its request has lost the focus.
function onSettled({ target }) {
  refuseOldAnswers();
  const place = target.id === "flag" ? target : find("#question .verdict, #question .err[role=alert]");
  if (place) place.focus();
}

// Other answers take a tap. A text would have to be written again. Of an answer with several fields, no one is quoted.
function quoteTyped(body) {
  const fields = findAll("textarea, [type=text]", currentForm() ?? outbox);
  const field = fields.length === 1 && fields[0];
  const text = field && new URLSearchParams(body).get(field.name);
  if (!text || text === field.value) return;
  const place = find("[data-typed]", find("[data-notice=stale]", outbox).content);
  place.hidden = false;
  find("textarea", place).textContent = text;
}

// ---- Start

function start() {
  tabs?.addEventListener("message", ({ data }) => data.signedOut ? onSignedOut(data) : sender.receive(data));
  const listeners = {
    submit: onSubmit,
    click: onClick,
    change: onChange,
    input: onInput,
    keyup: bringFocusIntoSight,
    visibilitychange: onVisibilityChange,
    "footnote:move": onMove,
    "footnote:polled": onPolled,
    "htmx:confirm": onConfirm,
    "htmx:sendError": onNoResponse,
    "htmx:timeout": onNoResponse,
    "htmx:beforeSend": onBeforeSend,
    "htmx:beforeSwap": onBeforeSwap,
    "htmx:afterRequest": onAfterRequest,
    "htmx:responseError": onResponseError,
    "htmx:afterSettle": onSettled,
  };
  for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
  htmx.config.timeout = TIMEOUT;
  // Answers are saved without them, and the form may be replaced. Enter in a field presses the form's own first button.
  findAll(".levels [form]").forEach((button) => button.removeAttribute("form"));
  // A toggle does not bubble.
  document.addEventListener("toggle", bringListIntoSight, true);
  window.addEventListener("popstate", onPopState);
  // Safari may keep a page that must not be stored. By now it may be old, or of a student who has signed out.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  window.addEventListener("online", () => outbox ? sender.retryNow() : notify(""));
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && outbox && (typingTimer || store.pending().length > 0)) event.preventDefault();
  });
  // Browsers have this with https only, and some refuse it in private windows.
  const worker = find("link[rel=manifest]")?.dataset.worker;
  if (worker) navigator.serviceWorker?.register(worker).catch(() => null);
  const signedOut = find("[data-signed-out]")?.dataset.signedOut;
  if (signedOut) {
    clearOwn(localStorage, signedOut, Number(sessionStorage.getItem(SIGN_OUT_AT)) || Date.now());
    sessionStorage.clear();
    tabs?.postMessage({ signedOut, address: location.pathname });
  }
  if (find("#reading")) keepScroll(find("#reading"));
  // As form_reply.js.
  history.replaceState(history.state, "", location.href);
  showPressedPart();
  showChosenPart();
  if (!outbox) return;
  // A sign-in leads to a page without an attempt, and has made the tokens of other tabs old.
  if (!attemptPath) tabs?.postMessage({ token: find("input[name=csrfmiddlewaretoken]", outbox).value, owner: store.owner });
  // In a pause or a break, the question is not on its page.
  const isCovered = find("[data-presence][data-paused]");
  const staleBody = isCovered ? null : stale.take(location.pathname);
  if (staleBody !== null) {
    quoteTyped(staleBody);
    notify("stale");
  }
  // Until their pages are opened, nothing says that all answers are saved.
  // A class that has moved on does not go back to the question. A page under a pause has no form.
  const isPast = find("[data-paced]") && find("#answers") || /\/(receipt|result)\/$/.test(location.pathname);
  for (const url of stale.unread().filter((one) => !attemptPath || isHere(one))) {
    if (!isPast) store.unacknowledged.set(url, "");
    else {
      stale.take(url);
      notify("stale-before", url);
    }
  }
  clearOld(localStorage, outbox.dataset.owner);
  refuseOldAnswers();
  const form = currentForm();
  if (form && restore(form)) notices.setSaveState("saving");
  // The student answered before this script came.
  else if (form && isChanged(form)) keepAnswer(form);
  // The home page names an unread one again. It has no question that could do so.
  if (store.pending().length > 0 || !attemptPath && store.unacknowledged.size > 0) sender.send();
  loadQuestions();
}

// Without storage, the forms save without this script.
if (storage) start();
