// The time that is left, drawn from what the server said and never from this device's clock.
(() => {
"use strict";

// What is still on its way is sent first, which the outbox sees to; where that fails, try again.
const AGAIN = 10000;

const place = document.querySelector("[data-seconds-left]");
if (!place) return;

const words = document.querySelector("[data-minutes]");
const warning = document.querySelector("[data-time-warning]");
const form = document.querySelector("form[data-time-up]");
let left = Number(place.dataset.secondsLeft);
let since = performance.now();
let triedAt = -Infinity;

function say(region, text) {
  if (region.textContent !== text) region.textContent = text;
}

function tick() {
  const seconds = left - (performance.now() - since) / 1000;
  const minutes = Math.max(0, Math.ceil(seconds / 60));
  say(words, `${minutes} min left`);
  if (minutes === 5 || minutes === 1) say(warning, `${minutes} minute${minutes === 1 ? "" : "s"} left`);
  if (seconds > 0 || performance.now() - triedAt < AGAIN) return;
  triedAt = performance.now();
  form.requestSubmit();
}

// With each saved answer the server says the time anew: a teacher may have given more of it.
document.addEventListener("footnote:time", (event) => {
  left = event.detail;
  since = performance.now();
});

setInterval(tick, 1000);
})();
