// Leads to another page of a quiz. The outbox first sends what waits; without it, no answer waits.

/**
 * @param {string} address
 * @param {boolean} isSignedOut whether it leads to sign-in
 */
export function move(address, isSignedOut = false) {
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
