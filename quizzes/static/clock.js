// Shows the time that is left. It comes from the server, since the clock of this device may be wrong.

import { move } from "./move.js";
import { requestOnTimer } from "./outbox/sender.js";

// In ms. The outbox first sends what waits. If that fails, the attempt is submitted again later.
const AGAIN = 10000;

// In ms. As in outbox/announcements.js.
const OWN_TASK = 100;

// In ms. A teacher may give more time during an attempt. The student sees it within 5 seconds.
const PERIOD = 4000;

const place = document.querySelector("[data-seconds-left]");
const words = document.querySelector("[data-minutes]");
const warning = document.querySelector("[data-time-warning]");
const form = document.querySelector("form[data-time-up]");

let closing = place?.dataset.closing;
let left = Number(place?.dataset.secondsLeft);
let since = clocks();
let triedAt = -Infinity;
let refreshing = Promise.resolve();
let isQueued = false;
// The warning that this attempt has had, so that the next question does not say it again. Signing out deletes it.
const kept = place && `footnote-warned ${new URL(place.dataset.timeUrl, location.href).pathname}`;
let warned = remembered();

// A browser that refuses storage says the warning again on the next question.
function remembered() {
  try {
    return (kept && sessionStorage.getItem(kept)) || "";
  } catch {
    return "";
  }
}

function remember(text) {
  try {
    sessionStorage.setItem(kept, text);
  } catch {
    return;
  }
}

function clocks() {
  return { monotonic: performance.now(), wall: Date.now() };
}

// In s. performance.now() stands still while a device sleeps, and Date.now() goes back if the clock is set back, so the
// longer time counts. If the clock is set forward, the next reply of the server corrects it.
function remaining() {
  const now = clocks();
  return left - Math.max(now.monotonic - since.monotonic, now.wall - since.wall) / 1000;
}

function say(region, text) {
  if (region.textContent !== text) region.textContent = text;
}

function set(seconds) {
  // A teacher can take the timer away while it runs.
  left = seconds === null ? Infinity : seconds;
  since = clocks();
  if (seconds !== null) return tick();
  say(words, words.dataset.unlimited);
  warn("");
}

// In a task of its own: screen readers drop what changes together with the countdown.
function warn(text) {
  if (warned === text) return;
  warned = text;
  remember(text);
  setTimeout(() => say(warning, text), OWN_TASK);
}

// After the request that is under way, whose reply may be older than this moment.
function refresh() {
  if (!isQueued) refreshing = refreshing.then(refreshNow);
  isQueued = true;
  return refreshing;
}

async function refreshNow() {
  isQueued = false;
  const response = await requestOnTimer(place.dataset.timeUrl, { headers: { Accept: "application/json" } });
  const reply = response?.reply;
  if (response?.status !== 200 || reply?.seconds_left === undefined) return;
  // The teacher has paused the quiz.
  if (reply.is_paused) return move(location.pathname);
  closing = reply.closing;
  set(reply.seconds_left);
}

// In the last minute, seconds. They are not in a live region, so that a screen reader says only the warnings.
function leftInWords(seconds, minutes) {
  const { minute, minutes: someMinutes, second, seconds: someSeconds } = words.dataset;
  if (seconds >= 60) return minutes === 1 ? minute : someMinutes.replace("{}", minutes);
  return seconds === 1 ? second : someSeconds.replace("{}", seconds);
}

function tick() {
  if (left === Infinity) return;
  const seconds = remaining();
  const minutes = Math.max(0, Math.ceil(seconds / 60));
  say(words, closing && seconds > Number(words.dataset.countdownFrom) ? closing : leftInWords(Math.max(0, Math.ceil(seconds)), minutes));
  // For a student whose clock is hidden until then.
  place.toggleAttribute("data-soon", minutes <= 5);
  if (minutes === 5 || minutes === 1) warn(warning.dataset[`at${minutes}`]);
  // There is more time, and a new end has its own warning.
  if (minutes > 5) warn("");
  if (seconds > 0 || performance.now() - triedAt < AGAIN) return;
  triedAt = performance.now();
  timeUp();
}

// A tab in the background does not refresh, and the teacher may have given more time since.
async function timeUp() {
  await refresh();
  if (remaining() <= 0) form.querySelector("button").click();
}

function refreshIfVisible() {
  if (document.visibilityState === "visible") refresh();
}

if (place) {
  // The reply to each saved answer has the time.
  document.addEventListener("footnote:time", (event) => set(event.detail));
  document.addEventListener("visibilitychange", refreshIfVisible);
  setInterval(tick, 1000);
  setInterval(refreshIfVisible, PERIOD);
}
