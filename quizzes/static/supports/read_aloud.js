// Reads the reading and the question aloud, with a voice of the device. It reads only what the page shows.
import { afterPress } from "../press.js";
import { loaded, marks } from "./page_marks.js";
import { createPlayer, SPEEDS, voiceFor } from "./player.js";

const READING = "article.reading > :is(h2, .small), article.reading > p > span[id], .pick label > span:last-child";
// What to do: “Choose all that apply”, and how points are given. In the language of the page.
const DIRECTIONS = ".q-no > span, legend .hint, #partial-credit";
const QUESTION = `.verdict, .stem, .says, .opt > span, .speaker, .order [data-line], .pickone > span, select, .fn p,
  .field > label:not(.stem, .says), .field > .hint`;
// In ms. Browsers list their voices some time after the page.
const VOICES_LATE = 3000;

const tools = document.querySelector("[data-read-aloud]");
const find = (name) => tools.querySelector(`[data-${name}]`);
const starts = () => tools.querySelectorAll("[data-read]");
const synth = window.speechSynthesis;

let source = "";
let places = [];
let voicesAreLate = false;

/** The text of an element as it is read: without numbers of sentences and what is hidden. */
function textOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".n, .vh, .mark, [aria-hidden=true], [hidden], [popover]").forEach((part) => part.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// A text in another language than the page has an element of its own in it.
const languageOf = (element) => (element.querySelector("[lang]") ?? element.closest("[lang]")).lang;

function sentencesIn(element, text) {
  const language = languageOf(element);
  if (!("Segmenter" in Intl)) return [{ element, language, text }];
  const segments = new Intl.Segmenter(language, { granularity: "sentence" }).segment(text);
  return Array.from(segments, ({ segment }) => ({ element, language, text: segment })).filter((part) => part.text.trim());
}

function readingSentences() {
  return Array.from(document.querySelectorAll(READING), (element) => (
    { element, language: languageOf(element), text: textOf(element) })).filter(({ text }) => text);
}

// A list of choices that is on the page several times is read once.
function questionSentences() {
  const lists = new Set();
  const root = document.querySelector("#question .q, form .text");
  return Array.from(root?.querySelectorAll([DIRECTIONS, QUESTION].join()) ?? []).flatMap((element) => {
    if (!element.matches("select")) return sentencesIn(element, textOf(element));
    const options = Array.from(element.options).filter((option) => option.value);
    const list = options.map((option) => option.text).join("\n");
    if (lists.has(list)) return [];
    lists.add(list);
    return options.map((option) => ({ element, language: languageOf(option), text: option.text }));
  });
}

const sentencesOf = (name) => (name === "reading" ? readingSentences() : questionSentences());

function mark(element) {
  document.querySelectorAll("[data-speaking]").forEach((spoken) => spoken.removeAttribute("data-speaking"));
  if (!element) return;
  element.setAttribute("data-speaking", "");
  // On a narrow screen, the reading and the question hide each other.
  const view = document.querySelector(source === "reading" ? "#v-read" : "#v-q");
  if (view) view.checked = true;
  element.closest("details")?.setAttribute("open", "");
  // At once, because line focus asks for the new place.
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  element.dispatchEvent(new CustomEvent("footnote:spoken", { bubbles: true }));
}

const player = createPlayer(synth, (text) => new SpeechSynthesisUtterance(text), (state, index) => {
  const isOpen = state !== "ended";
  const focused = document.activeElement;
  find("player").hidden = !isOpen;
  const isStalled = state === "stalled";
  if (find("stalled").hasChildNodes() !== isStalled) {
    find("stalled").replaceChildren(...isStalled ? [tools.querySelector("template").content.cloneNode(true)] : []);
  }
  find("pause").hidden = state !== "playing";
  find("play").hidden = state === "playing";
  starts().forEach((button) => button.toggleAttribute("data-current", isOpen && button.dataset.read === source));
  // It scrolls to the next sentence.
  const place = isOpen ? places[index] : null;
  afterPress(() => mark(place));
  // The focus does not stay on a button that disappears, also not when the text ends.
  if (tools.contains(focused) && focused.closest("[hidden]")) buttonFor(state).focus();
});

const buttonFor = (state) => (
  state === "ended" ? find(`read=${source}`) : find(state === "playing" ? "pause" : "play"));

function start(name) {
  source = name;
  marks.use("read_aloud");
  const sentences = sentencesOf(name);
  places = sentences.map(({ element }) => element);
  player.start(sentences);
  find("pause").focus();
}

// Escape also stops from an answer: the student can choose one while the voice speaks. It closes an open word first.
function onKey({ key }) {
  const isWordOpen = "popover" in HTMLElement.prototype && document.querySelector(":popover-open");
  if (key === "Escape" && player.state !== "ended" && !isWordOpen) player.stop();
}

// Shows a button for each text that a voice of this device can read, and a notice for none.
function showVoices() {
  const voices = synth?.getVoices() ?? [];
  let count = 0;
  starts().forEach((button) => {
    const texts = sentencesOf(button.dataset.read).filter(({ element }) => !element.matches(DIRECTIONS));
    const hasVoice = texts.some(({ language }) => voiceFor(voices, language));
    button.hidden = !hasVoice;
    count += hasVoice;
  });
  find("no-voice").hidden = count > 0 || !voicesAreLate;
}

function changeSpeed({ target }) {
  player.setSpeed(Number(target.value));
  marks.set("setting", "speed", target.value);
}

function open() {
  const speed = find("speed");
  const stored = Number(marks.get("setting", "speed"));
  speed.value = String(SPEEDS.includes(stored) ? stored : 1);
  player.setSpeed(Number(speed.value));
  speed.addEventListener("change", changeSpeed);
  starts().forEach((button) => button.addEventListener("click", () => start(button.dataset.read)));
  for (const act of ["play", "pause", "back", "next", "stop"]) find(act).addEventListener("click", player[act]);
  document.addEventListener("keydown", onKey);
  // Safari 15 sends no event. It has its voices when the list is read again.
  synth.addEventListener?.("voiceschanged", () => afterPress(showVoices));
  window.addEventListener("pagehide", () => player.stop());
  // Another question, or its verdict, takes the place of the one that is read.
  const panes = document.querySelector("main");
  new MutationObserver(() => {
    if (source === "question" && player.state !== "ended" && !places[0]?.isConnected) player.stop();
    showVoices();
  }).observe(panes, { childList: true, subtree: true });
}

function begin() {
  tools.hidden = false;
  if (synth) open();
  showVoices();
  setTimeout(() => {
    voicesAreLate = true;
    afterPress(showVoices);
  }, synth ? VOICES_LATE : 0);
}

loaded.then(begin);
