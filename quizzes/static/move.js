// Leads to another page of a quiz. The outbox first sends what waits; without it, no answer waits.
import { afterPress, isPressing } from "./press.js";

// In ms. A link or a form that the student pressed leads to its page after the press, in a task of its own.
const OWN_TASK = 100;
// In ms. The reply may be slow. The Stop button of a browser ends the wait for it without an event.
const PATIENCE = 10000;
// In ms. As `PATIENCE`, if the browser has asked “Leave page?”. No event has the reply to that, and most students stay.
const ASKED = 1000;

let waitsUntil = 0;
window.addEventListener("beforeunload", (event) => {
  waitsUntil = performance.now() + PATIENCE;
  // By then, all listeners were called, and the student has replied.
  setTimeout(() => { if (event.defaultPrevented) waitsUntil = performance.now() + ASKED; });
});

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
  while (performance.now() < waitsUntil) await pause(OWN_TASK);
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
