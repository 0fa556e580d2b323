// A button that moves, or is replaced, while it is pressed gets no click. A press takes a tenth of a second. A field loses
// the focus at its start, is saved, and the reply may come before its end.

// In ms. A press that leaves the window may have no end.
const LIMIT = 2000;

let isPressed = false;
let timer = 0;
let waiting = [];

/**
 * Calls what may move a button: now, or when a press has ended.
 *
 * @param {() => void} action
 */
export function afterPress(action) {
  if (isPressed) waiting.push(action);
  else action();
}

function begin({ button }) {
  if (button !== 0) return;
  clearTimeout(timer);
  timer = setTimeout(end, LIMIT);
  isPressed = true;
}

function end() {
  clearTimeout(timer);
  isPressed = false;
  const actions = waiting;
  waiting = [];
  actions.forEach((action) => action());
}

document.addEventListener("pointerdown", begin, true);
document.addEventListener("pointercancel", end, true);
// The click comes after it, in the same task.
document.addEventListener("pointerup", () => setTimeout(end), true);
