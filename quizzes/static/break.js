// Counts the minutes of a break. They come from the server, because the clock of this device may be wrong. Date.now()
// measures the time since: it runs while a phone is locked, and performance.now() does not.

const place = document.querySelector("[data-break-left]");
const since = Date.now();

function tick() {
  const seconds = Number(place.dataset.breakLeft) - (Date.now() - since) / 1000;
  const minutes = Math.max(0, Math.ceil(seconds / 60));
  const text = minutes === 1 ? place.dataset.minute : place.dataset.minutes.replace("{}", minutes);
  if (place.textContent !== text) place.textContent = text;
}

setInterval(tick, 1000);
