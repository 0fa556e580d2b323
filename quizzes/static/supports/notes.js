// Highlights of sentences in the reading, and one private note on it.
import { known, marks, onQuestion } from "./page_marks.js";

// In ms. Text is not sent letter by letter.
const TYPING_PAUSE = 1000;

const tools = document.querySelector("[data-notes]");
const toggle = tools.querySelector("[data-toggle]");
const template = tools.querySelector("template");
const field = tools.querySelector("textarea");
let timer = 0;

const sentences = () => document.querySelectorAll("article.reading > p > span[id]");
const isOn = () => toggle.getAttribute("aria-pressed") === "true";
const isHighlighted = (sentence) => marks.get("highlight", sentence.id) !== "";

// A button of its own: the sentence may hold the buttons of words to know.
function makeButton(sentence) {
  const button = template.content.cloneNode(true).querySelector("button");
  button.append(sentence.querySelector(".n").textContent);
  // Its name is in the language of the page, and the reading may be in another one.
  button.lang = document.documentElement.lang;
  return button;
}

function show(sentence) {
  sentence.toggleAttribute("data-highlighted", isHighlighted(sentence));
  const button = sentence.querySelector(".mark");
  if (isOn() && !button) sentence.prepend(makeButton(sentence));
  if (!isOn()) button?.remove();
  sentence.querySelector(".mark")?.setAttribute("aria-pressed", String(isHighlighted(sentence)));
}

const showAll = () => sentences().forEach(show);

function onClick({ target }) {
  const sentence = isOn() && !target.closest(".word, a") && target.closest("article.reading > p > span[id]");
  if (!sentence) return;
  marks.set("highlight", sentence.id, isHighlighted(sentence) ? "" : "1");
  show(sentence);
}

function keep() {
  clearTimeout(timer);
  marks.set("note", "reading", field.value);
}

function start() {
  field.value = marks.get("note", "reading");
  tools.querySelector("details").open = field.value !== "";
  tools.hidden = false;
  // Questions that are answered in the reading have the sentences as choices.
  toggle.hidden = sentences().length === 0;
  toggle.addEventListener("click", () => {
    toggle.setAttribute("aria-pressed", String(!isOn()));
    if (isOn() && document.querySelector("#v-read")) document.querySelector("#v-read").checked = true;
    showAll();
  });
  document.addEventListener("click", onClick);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, TYPING_PAUSE);
  });
  field.addEventListener("change", keep);
  window.addEventListener("pagehide", keep);
  // A verdict marks its evidence in new elements of the reading.
  onQuestion(() => queueMicrotask(showAll));
}

known().then(start);
