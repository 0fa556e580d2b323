// Says now and then that this page is there, so that a teacher sees who has lost contact. In a tab behind others it goes on,
// more slowly, since the browser sees to that: an open page is contact, whatever is in front of it.
(() => {
"use strict";

// A write each; more often would say nothing that a teacher needs.
const PERIOD = 20000;
const KEPT = "footnote.presence";

const form = document.querySelector("form[data-presence]");
if (!form) return;

let timer = 0;

// The time of the last one goes from page to page, so that leafing through the questions sends no more.
function rest() {
  try {
    const [action, at] = (sessionStorage.getItem(KEPT) || "").split(" ");
    const passed = Date.now() - Number(at);
    return action === form.action && passed >= 0 ? Math.max(0, PERIOD - passed) : 0;
  } catch {
    return 0;
  }
}

async function say() {
  try {
    sessionStorage.setItem(KEPT, `${form.action} ${Date.now()}`);
  } catch { /* a browser without a store says it on each page */ }
  const options = { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", credentials: "same-origin" };
  const reply = await fetch(form.action, options).then((response) => (response.ok ? response.json() : null)).catch(() => ({}));
  // Refused or over: nothing more to say from this page, unless its student signs in again. Lost on the way: again at its time.
  if (reply === null || reply.is_open === false) return;
  timer = setTimeout(say, PERIOD);
}

timer = setTimeout(say, rest());
document.addEventListener("footnote:signed-in", () => {
  clearTimeout(timer);
  say();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || rest() > 0) return;
  clearTimeout(timer);
  say();
});
})();
