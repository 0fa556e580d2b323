// Counts the minutes of a break. They come from the server, because the clock of this device may be wrong. Date.now()
// measures the time since: it runs while a phone is locked, and performance.now() does not.

const place = document.querySelector("[data-break-left]");
const since = Date.now();

function tick() {
  const seconds = Number(place.dataset.breakLeft) - (Date.now() - since) / 1000;
  const text = place.dataset.minutes.replace("{}", Math.max(0, Math.ceil(seconds / 60)));
  if (place.textContent !== text) place.textContent = text;
}

setInterval(tick, 1000);
