// Speaks a list of sentences one after the other. Uses no DOM.

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
// In characters. Chromium stops an utterance after about 15 seconds, and slow voices say 12 characters in one.
const LONGEST = 160;
// In ms. A voice that says nothing for so long has stalled: the time to load it, and a slow voice's time per character.
const TO_START = 4000;
const PER_CHARACTER = 150;
// How often one piece is tried before the student sees a notice.
const TRIES = 3;

const mainOf = (language) => language.toLowerCase().split(/[-_]/)[0];

/**
 * A voice of this device for a language, the same region first. Other voices send the text to a server.
 * @param {SpeechSynthesisVoice[]} voices
 * @param {string} language such as "en" or "es-MX"
 * @returns {SpeechSynthesisVoice | undefined}
 */
export function voiceFor(voices, language) {
  const own = voices.filter((voice) => voice.localService && mainOf(voice.lang) === mainOf(language));
  const isSame = (voice) => voice.lang.replace("_", "-").toLowerCase() === language.toLowerCase();
  return own.find(isSame) ?? own.find((voice) => voice.default) ?? own[0];
}

/**
 * A text in pieces that a voice says without a stop, split after a mark, else at a space.
 * @param {string} text
 * @returns {string[]}
 */
export function piecesOf(text, longest = LONGEST) {
  const pieces = [];
  let rest = text.trim();
  while (rest.length > longest) {
    const start = rest.slice(0, longest + 1);
    const mark = Math.max(...[...start.matchAll(/[.!?;:,]\s/g)].map((found) => found.index + 1), 0);
    const end = mark || start.lastIndexOf(" ");
    const length = end > 0 ? end : longest;
    pieces.push(rest.slice(0, length).trim());
    rest = rest.slice(length).trim();
  }
  return rest ? [...pieces, rest] : pieces;
}

/**
 * @typedef {{text: string, language: string}} Sentence
 * @typedef {"playing" | "paused" | "ended" | "stalled"} State
 * @param {SpeechSynthesis} synth
 * @param {(text: string) => SpeechSynthesisUtterance} createUtterance
 * @param {(state: State, index: number) => void} report gets each new state and sentence
 */
export function createPlayer(synth, createUtterance, report) {
  /** @type {Sentence[]} */
  let sentences = [];
  let index = 0;
  let piece = 0;
  let speed = 1;
  let tries = 0;
  let timer = 0;
  let state = "ended";
  // The browser deletes an utterance without a reference, and its events never come.
  let current = null;

  function set(newState) {
    state = newState;
    report(state, index);
  }

  function silence() {
    clearTimeout(timer);
    current = null;
    synth.cancel();
  }

  // Goes to the next sentence with a voice. Text in another language may have none.
  function speak() {
    while (index < sentences.length && !voiceFor(synth.getVoices(), sentences[index].language)) next();
    if (index >= sentences.length) return end();
    const text = piecesOf(sentences[index].text)[piece];
    if (text === undefined) {
      next();
      return speak();
    }
    set("playing");
    const utterance = createUtterance(text);
    utterance.voice = voiceFor(synth.getVoices(), sentences[index].language);
    utterance.lang = utterance.voice.lang;
    utterance.rate = speed;
    utterance.onstart = utterance.onboundary = () => { if (utterance === current) watch(text); };
    utterance.onend = () => { if (utterance === current) advance(); };
    utterance.onerror = () => { if (utterance === current) retry(); };
    current = utterance;
    watch(text);
    synth.speak(utterance);
  }

  function watch(text) {
    clearTimeout(timer);
    timer = setTimeout(retry, TO_START + (text.length * PER_CHARACTER) / speed);
  }

  function advance() {
    tries = 0;
    piece += 1;
    speak();
  }

  function retry() {
    silence();
    tries += 1;
    if (tries < TRIES) return speak();
    tries = 0;
    set("stalled");
  }

  function next() {
    index += 1;
    piece = 0;
  }

  function end() {
    silence();
    index = 0;
    set("ended");
  }

  function move(by) {
    const wasPlaying = state === "playing";
    silence();
    tries = 0;
    piece = 0;
    index = Math.min(Math.max(index + by, 0), sentences.length - 1);
    if (wasPlaying) speak();
    else set("paused");
  }

  return {
    /** @param {Sentence[]} newSentences to play from the first one */
    start(newSentences) {
      silence();
      [sentences, index, piece, tries] = [newSentences, 0, 0, 0];
      speak();
    },
    play() { if (state !== "playing" && sentences.length > 0) speak(); },
    // The pause of the browser loses its place on phones. The sentence starts again instead.
    pause() {
      if (state !== "playing") return;
      silence();
      piece = 0;
      set("paused");
    },
    back: () => move(-1),
    next: () => move(1),
    stop() {
      sentences = [];
      end();
    },
    /** @param {number} newSpeed one of SPEEDS */
    setSpeed(newSpeed) {
      speed = newSpeed;
      if (state === "playing") move(0);
    },
    get state() { return state; },
  };
}
