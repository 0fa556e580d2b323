// Follows the class: opens the question that the teacher moved to, and the page again after a pause.

import { move, report } from "./move.js";
import { requestOnTimer } from "./outbox/sender.js";

const place = document.querySelector("[data-paced]");

// In ms. A question that the teacher opens is on the page within two seconds.
const PERIOD = 1000;
const PAUSES = [2000, 4000, 8000];
// In ms. Before the page asks again whether an answer still waits.
const SIGN_IN_PAUSE = 10000;

const { paced, tag } = place.dataset;
let failures = 0;
let timer = 0;
let isPolling = false;

async function poll() {
  clearTimeout(timer);
  if (isPolling) return;
  isPolling = true;
  const headers = { Accept: "application/json", "If-None-Match": tag };
  const response = await requestOnTimer(paced, { headers, cache: "no-store" });
  const reply = [200, 404].includes(response?.status) ? response.reply : null;
  isPolling = false;
  if (response?.type === "opaqueredirect" && !document.querySelector("[data-pin]")) {
    move(location.pathname, true);
    // The page stays if an answer waits.
    timer = setTimeout(poll, SIGN_IN_PAUSE);
    return;
  }
  // Another student is signed in, and the page says so.
  if (reply?.student) return move(location.pathname);
  if (response?.status === 200 && reply) return move(reply.number === null ? location.pathname : `../${reply.number}/`);
  failures = response?.status === 304 ? 0 : failures + 1;
  report(failures);
  // Random, so that a class does not poll at the same moment.
  const pause = failures ? PAUSES[Math.min(failures, PAUSES.length) - 1] : PERIOD;
  timer = setTimeout(poll, pause * (1 + Math.random() / 4));
}

// After polls that failed, the next one may be 10 seconds away.
window.addEventListener("online", poll);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") poll(); });
timer = setTimeout(poll, PERIOD * Math.random());
