// Shows a quiz on the student's home page when it opens, for example when the teacher presses Start, and a pause. Says
// which time zone the page has if the device has another.

import { move, report } from "./move.js";
import { requestOnTimer } from "./outbox/sender.js";

const { openQuizzes, tag } = document.querySelector("[data-open-quizzes]").dataset;

// In ms. A waiting class is in the quiz within a few seconds.
const PERIOD = 3000;
const PAUSES = [5000, 10000, 20000];
// In ms. A screen reader says the title of a new page first.
const AFTER_TITLE = 1000;
const CHANGED = "footnote.changed";

const status = document.querySelector("[data-changed]");
let failures = 0;
let timer = 0;
let isPolling = false;

// A browser that refuses storage shows the change, and does not say it.
function rememberChange() {
  try {
    sessionStorage.setItem(CHANGED, "1");
  } catch { /* refused */ }
}

function sayChange() {
  try {
    if (!sessionStorage.getItem(CHANGED)) return;
    sessionStorage.removeItem(CHANGED);
  } catch {
    return;
  }
  setTimeout(() => { status.textContent = status.dataset.changed; }, AFTER_TITLE);
}

async function poll() {
  clearTimeout(timer);
  // A page in the background polls again when it is shown.
  if (isPolling || document.visibilityState !== "visible") return;
  isPolling = true;
  const response = await requestOnTimer(openQuizzes, { headers: { "If-None-Match": tag }, cache: "no-store" });
  // A filter or a portal may answer with 200 too.
  const hasChanged = response?.status === 200 && response.reply?.has_changed === true;
  isPolling = false;
  if (hasChanged) rememberChange();
  // After the session has ended, the page leads to sign-in. Otherwise nothing would say that new quizzes no longer show up.
  if (response?.type === "opaqueredirect" || hasChanged) return move(location.pathname);
  failures = response?.status === 304 ? 0 : failures + 1;
  report(failures);
  // Random, so that a class does not poll at the same moment.
  const pause = failures ? PAUSES[Math.min(failures, PAUSES.length) - 1] : PERIOD;
  timer = setTimeout(poll, pause * (1 + Math.random() / 4));
}

// Only the device knows that its clock shows other times than the page. In s, east of UTC.
const zone = document.querySelector("[data-offset]");
if (zone) zone.hidden = Number(zone.dataset.offset) === new Date().getTimezoneOffset() * -60;

sayChange();
document.addEventListener("visibilitychange", poll);
window.addEventListener("online", poll);
timer = setTimeout(poll, PERIOD * (0.5 + Math.random() / 2));
