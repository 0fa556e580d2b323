// A teacher chooses a quiz in a new window. The platform waits in the window around this frame, which is hidden behind the
// new one. So this page asks for the choice only while it is in view.

// In ms. A launch ends 30 minutes after its login, and no choice comes after that.
const PERIOD = 3000;
const LONGEST = 30 * 60 * 1000;
// For a request, where the browser can end it: Safari 15 cannot.
const TIMEOUT = 10000;

const link = document.querySelector("[data-choice]");
let until = 0;

async function lookForChoice() {
  if (document.visibilityState === "visible") {
    try {
      const reply = await fetch(link.dataset.choice, { signal: AbortSignal.timeout?.(TIMEOUT) });
      if (reply.status === 200) {
        location.replace(link.dataset.choice);
        return;
      }
    } catch {
      // Without a connection, the next try may work.
    }
  }
  if (Date.now() < until) setTimeout(lookForChoice, PERIOD);
  else until = 0;
}

function start() {
  const isRunning = until > 0;
  until = Date.now() + LONGEST;
  if (!isRunning) setTimeout(lookForChoice, PERIOD);
}

// A middle click fires no "click", and the menu of a link can open it too.
for (const press of ["click", "auxclick", "contextmenu"]) link.addEventListener(press, start);
