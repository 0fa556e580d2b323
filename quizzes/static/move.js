// Leads to another page of a quiz. The outbox first sends what waits; without it, no answer waits.

/** @param {string} address */
export function move(address) {
  const event = new CustomEvent("footnote:move", { detail: address, cancelable: true });
  if (document.dispatchEvent(event)) location.replace(address);
}

/**
 * Tells the page after a poll whether the site replies, so that it says when it cannot follow.
 *
 * @param {Response | null} response
 * @param {number} failures in a row
 */
export function report(response, failures) {
  if (failures && response && response.status < 500) return;
  document.dispatchEvent(new CustomEvent("footnote:polled", { detail: failures }));
}
