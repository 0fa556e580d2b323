// Counts the minutes of a break. They come from the server, because the clock of this device may be wrong. The time since
// is the longer one of two, as in clock.js: Date.now() goes back if the clock is set back, and performance.now() stands
// still while a phone is locked.

const place = document.querySelector("[data-break-left]");
const since = { monotonic: performance.now(), wall: Date.now() };

function tick() {
  const passed = Math.max(performance.now() - since.monotonic, Date.now() - since.wall);
  const seconds = Number(place.dataset.breakLeft) - passed / 1000;
  const minutes = Math.max(0, Math.ceil(seconds / 60));
  const text = minutes === 1 ? place.dataset.minute : place.dataset.minutes.replace("{}", minutes);
  if (place.textContent !== text) place.textContent = text;
}

setInterval(tick, 1000);
