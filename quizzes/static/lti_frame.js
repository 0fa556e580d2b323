// A teacher chooses a quiz in a new window. The platform waits in the window around this frame, which is hidden behind the
// new one. So this page asks for the choice only while it is in view.
const PERIOD = 3000;

const link = document.querySelector("[data-choice]");

async function lookForChoice() {
  if (document.visibilityState === "visible") {
    try {
      const reply = await fetch(link.dataset.choice);
      if (reply.status === 200) {
        location.replace(link.dataset.choice);
        return;
      }
    } catch {
      // Without a connection, the next try may work.
    }
  }
  setTimeout(lookForChoice, PERIOD);
}

link.addEventListener("click", () => setTimeout(lookForChoice, PERIOD), { once: true });
