// Leads to another page of a quiz. The outbox first sends what waits; without it, no answer waits.
import { afterPress, isPressing } from "./press.js";

// In ms. A link or a form that the student pressed leads to its page after the press, in a task of its own.
const OWN_TASK = 100;
// In ms. The reply may be slow. The Stop button of a browser ends the wait for it without an event.
const PATIENCE = 10000;

let leftAt = -PATIENCE;
window.addEventListener("beforeunload", () => { leftAt = performance.now(); });

const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

/**
 * Not while the student presses something, or while the page waits for another one: the press would have no effect.
 *
 * @param {string} address
 * @param {boolean} isSignedOut whether it leads to sign-in
 */
export async function move(address, isSignedOut = false) {
  if (isPressing()) {
    await new Promise(afterPress);
    await pause(OWN_TASK);
  }
  while (performance.now() - leftAt < PATIENCE) await pause(leftAt + PATIENCE - performance.now());
  const event = new CustomEvent("footnote:move", { detail: { address, isSignedOut }, cancelable: true });
  if (document.dispatchEvent(event)) location.replace(address);
}

/**
 * Tells the page how many polls in a row got no reply of the site, so that it says when it cannot follow.
 *
 * @param {number} failures
 */
export function report(failures) {
  document.dispatchEvent(new CustomEvent("footnote:polled", { detail: failures }));
}
