// A band that shows a few lines, with the rest of the page shaded. It follows the pointer, the focus, the voice of read
// aloud, and two buttons.
import { loaded, marks } from "./page_marks.js";

// In lines of the reading.
const LINES = 3;

const tools = document.querySelector("[data-line-focus]");
const bar = tools.closest(".tools[data-tools]");
const [toggle, up, down] = ["toggle", "up", "down"].map((name) => tools.querySelector(`[data-${name}]`));
const shades = ["above", "below"].map((name) => {
  const shade = document.createElement("div");
  shade.className = `shade ${name}`;
  return shade;
});
let top = 0;
let middle = 0;

const isOn = () => toggle.getAttribute("aria-pressed") === "true";

// The height of a line on the screen, with the student's text size.
function lineHeight() {
  const text = document.querySelector(".reading") ?? document.querySelector("main");
  const zoom = text.currentCSSZoom ?? 1;
  return (parseFloat(getComputedStyle(text).lineHeight) || 28) * zoom;
}

const lowest = () => innerHeight - LINES * lineHeight();

// The nearest edge of a line in the paragraph of the reading at this height; the height itself where there is none.
function lineEdge(y) {
  const inReading = document.elementsFromPoint(middle, y).find((element) => element.matches(".reading p"));
  if (!inReading) return y;
  const box = inReading.getBoundingClientRect();
  const line = box.height / Math.max(1, Math.round(box.height / lineHeight()));
  return box.top + Math.round((y - box.top) / line) * line;
}

// The tools, with the notes open, can cover half of a small window.
function place(newTop) {
  const highest = Math.max(0, bar.getBoundingClientRect().bottom);
  top = Math.min(Math.max(newTop, highest), lowest());
  const edge = lineEdge(top);
  // Below the tools, a line that they cover in part is left out.
  if (edge !== top) top = edge < highest ? edge + lineHeight() : edge;
  const size = lineEdge(top + LINES * lineHeight()) - top;
  document.documentElement.style.setProperty("--band-top", `${top}px`);
  document.documentElement.style.setProperty("--band-size", `${size}px`);
}

// What scrolls under the band: one of two panes, or the page.
function scroller() {
  const under = document.elementFromPoint(middle, top + lineHeight());
  const pane = under?.closest(".pane");
  return pane && pane.scrollHeight > pane.clientHeight ? pane : document.scrollingElement;
}

// Near the edge of the window the text moves instead of the band.
function move(lines) {
  const step = lines * lineHeight();
  const isInside = top + step >= innerHeight / 4 && top + step <= innerHeight / 2;
  const pane = scroller();
  const before = pane.scrollTop;
  if (!isInside) pane.scrollBy({ top: step, behavior: "instant" });
  if (isInside || pane.scrollTop === before) place(top + step);
}

function show(isShown) {
  toggle.setAttribute("aria-pressed", String(isShown));
  up.hidden = down.hidden = !isShown;
  if (!isShown) return shades.forEach((shade) => shade.remove());
  const reading = document.querySelector("#reading, .pick, .reading")?.getBoundingClientRect();
  middle = reading ? reading.left + reading.width / 2 : innerWidth / 2;
  document.body.append(...shades);
  place(reading ? Math.max(reading.top, innerHeight / 4) : innerHeight / 3);
  const spoken = document.querySelector("[data-speaking]");
  if (spoken) follow(spoken);
  else followFocus();
}

function followFocus() {
  const target = document.activeElement;
  if (target !== document.body && !bar.contains(target) && target.matches(":focus-visible")) follow(target);
}

// What the band shows moves with the height of the tools: when the notes open, or when supports change.
function placeAgain() {
  if (!isOn()) return;
  place(top);
  followFocus();
}

function follow(element) {
  if (!isOn()) return;
  const box = element.getBoundingClientRect();
  if (box.height > innerHeight / 2) return;
  place((box.top + box.bottom) / 2 - (LINES * lineHeight()) / 2);
}

function start() {
  tools.hidden = false;
  toggle.addEventListener("click", () => {
    show(!isOn());
    marks.set("setting", "line_focus", isOn() ? "on" : "");
    if (isOn()) marks.use("line_focus");
  });
  up.addEventListener("click", () => move(-1));
  down.addEventListener("click", () => move(1));
  // The arrow keys move the band while one of its buttons has the focus.
  tools.addEventListener("keydown", (event) => {
    const lines = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!lines || !isOn()) return;
    event.preventDefault();
    move(lines);
  });
  document.addEventListener("pointermove", (event) => {
    if (!isOn() || event.target.closest?.("[data-tools]")) return;
    middle = event.clientX;
    place(event.clientY - (LINES * lineHeight()) / 2);
  });
  document.addEventListener("focusin", followFocus);
  document.addEventListener("footnote:spoken", ({ target }) => follow(target));
  window.addEventListener("resize", () => { if (isOn()) place(top); });
  new ResizeObserver(placeAgain).observe(bar);
  if (marks.get("setting", "line_focus")) show(true);
}

loaded.then(start);
