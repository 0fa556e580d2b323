// Sends heartbeats, so that a teacher sees who is offline. A tab in the background sends them too, since the page is
// still open. The browser slows them down there.

import { move } from "./move.js";
import { requestOnTimer } from "./outbox/sender.js";

// In ms. Each heartbeat of an open attempt is a write, and a teacher needs no more of them.
const PERIOD = 20000;
const KEPT = "footnote.presence";
const PLACE = "footnote.place";

const form = document.querySelector("form[data-presence]");
let timer = 0;

// The time of the last heartbeat is kept across pages, so that opening many questions sends no more of them.
function timeToNext() {
  try {
    const [action, at] = (sessionStorage.getItem(KEPT) || "").split(" ");
    const passed = Date.now() - Number(at);
    return action === form.action && passed >= 0 ? Math.max(0, PERIOD - passed) : 0;
  } catch {
    return 0;
  }
}

// The attempt is turned in elsewhere or closed, the teacher has paused it or changed the supports, or it has an end now
// and needs a clock. A receipt or result is out of date when the quiz continues.
function isOutOfDate(reply) {
  if ("closed" in form.dataset) return reply.has_ended === false;
  if (reply.is_open === false || "paused" in form.dataset) return reply.is_open === false;
  const hasNewEnd = reply.has_end && !("timed" in form.dataset);
  // Not while the student types: the new page would take the focus.
  const isTyping = document.activeElement.matches("textarea, input:not([type=radio], [type=checkbox])");
  const hasNewSupports = "supports" in reply && reply.supports !== form.dataset.supports && !isTyping;
  return reply.is_paused || hasNewEnd || hasNewSupports;
}

// The view of a phone and where the focus is, so that a student continues there when the page opens again.
function keepPlace() {
  const { name, value, form: within } = document.activeElement;
  const view = document.querySelector(".switch :checked")?.id;
  const focus = within?.id === "answers" ? [name, value] : [];
  try {
    sessionStorage.setItem(PLACE, JSON.stringify([location.pathname, view, ...focus]));
  } catch { /* Without storage, the page starts as on the first visit. */ }
}

function restorePlace() {
  try {
    const [path, view, name, value] = JSON.parse(sessionStorage.getItem(PLACE) || "[]");
    sessionStorage.removeItem(PLACE);
    if (path !== location.pathname) return;
    // First, because what the other view hides takes no focus.
    const tab = view && document.getElementById(view);
    if (tab) tab.checked = true;
    if (name === undefined) return;
    const isPlace = (one) => one.name === name && one.value === value;
    const place = [...document.querySelector("#answers")?.elements ?? []].find(isPlace);
    place?.focus();
    // The supports come after the page, such as open notes, and push it down. The ring is around the whole choice.
    const box = place?.closest("label") ?? place;
    const follow = () => document.activeElement === place && box.scrollIntoView({ block: "nearest" });
    const tools = document.querySelector("[data-tools]");
    if (place && tools) new ResizeObserver(follow).observe(tools);
  } catch { /* As above. */ }
}

async function sendHeartbeat() {
  try {
    sessionStorage.setItem(KEPT, `${form.action} ${Date.now()}`);
  } catch { /* Without storage, each page sends one at once. */ }
  const body = new URLSearchParams(new FormData(form));
  const response = await requestOnTimer(form.action, { method: "POST", body });
  // Whatever is wrong may pass, also in another tab: no network, a busy site, no session.
  if (isOutOfDate(response?.reply ?? {})) {
    keepPlace();
    return move(location.pathname);
  }
  // Two may have been under way.
  clearTimeout(timer);
  timer = setTimeout(sendHeartbeat, PERIOD);
}

function sendNow() {
  clearTimeout(timer);
  sendHeartbeat();
}

if (form) {
  restorePlace();
  timer = setTimeout(sendHeartbeat, timeToNext());
  document.addEventListener("footnote:signed-in", sendNow);
  // So that the teacher's page does not call a student offline whose answers arrive again.
  window.addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && timeToNext() === 0) sendNow();
  });
}
