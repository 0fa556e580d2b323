// A button that moves, or is replaced, while it is pressed gets no click. A press takes a tenth of a second. A field loses
// the focus at its start, is saved, and the reply may come before its end.

// In ms. A press that leaves the window may have no end.
const LIMIT = 2000;
// In ms. The click of a finger comes after its press, in a task of its own. A long press has none.
const TAP = 300;
// In ms, between the two taps of a double tap.
const DOUBLE_TAP = 400;
// What the space bar presses.
const KEYED = "button, summary, [type=checkbox], [type=radio]";

let isPressed = false;
let timer = 0;
let waiting = [];
let tappedAt = -DOUBLE_TAP;

/**
 * Calls what may move a button: now, or when a press has ended.
 *
 * @param {() => void} action
 */
export function afterPress(action) {
  if (isPressed) waiting.push(action);
  else action();
}

/** Whether someone presses something now. */
export const isPressing = () => isPressed;

/**
 * Whether this click repeats the one before: of quick clicks, every second one. Phones do not count taps, so there the time
 * decides. A key has the detail 0.
 *
 * @param {PointerEvent} event
 */
export function isRepeated({ pointerType, detail, timeStamp }) {
  if (pointerType === "mouse") return detail > 0 && detail % 2 === 0;
  const isSoon = detail > 0 && timeStamp - tappedAt < DOUBLE_TAP;
  if (!isSoon) tappedAt = timeStamp;
  return isSoon;
}

function begin() {
  isPressed = true;
  endIn(LIMIT);
}

function endIn(time) {
  clearTimeout(timer);
  timer = setTimeout(end, time);
}

function end() {
  clearTimeout(timer);
  isPressed = false;
  const actions = waiting;
  waiting = [];
  actions.forEach((action) => action());
}

const isSpace = ({ key, target, repeat }) => key === " " && !repeat && target.matches(KEYED);

document.addEventListener("pointerdown", ({ button }) => { if (button === 0) begin(); }, true);
document.addEventListener("keydown", (event) => { if (isSpace(event)) begin(); }, true);
document.addEventListener("pointercancel", end, true);
// The click of a mouse or a key comes after it, in the same task.
document.addEventListener("pointerup", ({ pointerType }) => { if (isPressed) endIn(pointerType === "mouse" ? 0 : TAP); }, true);
document.addEventListener("keyup", (event) => { if (isPressed && isSpace(event)) endIn(0); }, true);
// Scripts click, too.
document.addEventListener("click", ({ isTrusted }) => { if (isPressed && isTrusted) endIn(0); }, true);
// The reply to a press before this one, or the notice that there was none, may move or replace what is pressed now.
document.addEventListener("htmx:beforeSend", ({ detail: { xhr } }) => {
  for (const name of ["onload", "onerror", "ontimeout"]) {
    const take = xhr[name];
    xhr[name] = () => afterPress(take);
  }
});
