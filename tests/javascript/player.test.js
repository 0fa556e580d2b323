import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createPlayer, piecesOf, voiceFor } from "../../quizzes/static/supports/player.js";

const ENGLISH = { lang: "en-US", localService: true, default: false };
const BRITISH = { lang: "en-GB", localService: true, default: false };
const SPANISH = { lang: "es_MX", localService: true, default: true };
const REMOTE = { lang: "en-US", localService: false, default: true };

beforeEach((t) => t.mock.timers.enable({ apis: ["setTimeout"] }));

/** A synthesizer that lists what it was told to say. A test ends or fails the utterance that it says now. */
class FakeSynth {
  said = [];
  rates = [];
  cancels = 0;
  voices = [ENGLISH, SPANISH];

  getVoices() { return this.voices; }

  speak(utterance) {
    this.now = utterance;
    this.said.push(utterance.text);
    this.rates.push(utterance.rate);
  }

  cancel() { this.cancels += 1; }

  finish() { this.now.onend(); }
}

const inEnglish = (...texts) => texts.map((text) => ({ text, language: "en" }));

function makePlayer() {
  const synth = new FakeSynth();
  const reported = [];
  const player = createPlayer(synth, (text) => ({ text }), (state, index) => reported.push(`${state} ${index}`));
  return { synth, reported, player };
}

test("a voice is of this device and of the language, the same region first", () => {
  assert.equal(voiceFor([REMOTE, BRITISH, ENGLISH], "en-us"), ENGLISH);
  assert.equal(voiceFor([REMOTE, BRITISH, ENGLISH], "en"), BRITISH);
  assert.equal(voiceFor([ENGLISH, SPANISH], "es-MX"), SPANISH);
  assert.equal(voiceFor([REMOTE], "en-US"), undefined);
  assert.equal(voiceFor([ENGLISH, SPANISH], "e"), undefined);
});

test("the default voice comes before others of the language", () => {
  const own = { ...ENGLISH, default: true };
  assert.equal(voiceFor([BRITISH, own], "en"), own);
});

test("a long text is split after marks, at spaces, or where it must be, and nothing is lost", () => {
  assert.deepEqual(piecesOf("One two, three four; five.", 14), ["One two,", "three four;", "five."]);
  assert.deepEqual(piecesOf("aaa bbb ccc", 7), ["aaa bbb", "ccc"]);
  assert.deepEqual(piecesOf("aaaaabbbbb", 5), ["aaaaa", "bbbbb"]);
  assert.deepEqual(piecesOf("  "), []);
});

test("sentences are said in order, each after the end of the one before", () => {
  const { synth, reported, player } = makePlayer();
  player.start(inEnglish("First.", "Second."));
  assert.deepEqual(synth.said, ["First."]);
  assert.equal(synth.now.voice, ENGLISH);
  synth.finish();
  synth.finish();
  assert.deepEqual(synth.said, ["First.", "Second."]);
  assert.deepEqual(reported, ["playing 0", "playing 1", "ended 0"]);
});

test("pause silences, and play says the same sentence from its start", () => {
  const { synth, reported, player } = makePlayer();
  player.start(inEnglish("First.", "Second."));
  synth.finish();
  player.pause();
  const late = synth.now;
  player.play();
  late.onend();
  assert.deepEqual(synth.said, ["First.", "Second.", "Second."]);
  assert.deepEqual(reported.slice(-2), ["paused 1", "playing 1"]);
});

test("back and next move by a sentence, stay inside the text, and keep a pause", () => {
  const { synth, reported, player } = makePlayer();
  player.start(inEnglish("First.", "Second."));
  player.back();
  player.next();
  player.next();
  assert.deepEqual(synth.said, ["First.", "First.", "Second.", "Second."]);
  player.pause();
  player.back();
  assert.equal(reported.at(-1), "paused 0");
  assert.equal(synth.said.length, 4);
});

test("a new speed holds from the sentence that is said now", () => {
  const { synth, player } = makePlayer();
  player.start(inEnglish("First.", "Second."));
  player.setSpeed(1.5);
  synth.finish();
  assert.deepEqual(synth.said, ["First.", "First.", "Second."]);
  assert.deepEqual(synth.rates, [1, 1.5, 1.5]);
});

test("text in a language without a voice is left out", () => {
  const { synth, player } = makePlayer();
  player.start([{ text: "Bonjour.", language: "fr" }, ...inEnglish("Hello."), { text: "Hola.", language: "es" }]);
  synth.finish();
  assert.deepEqual(synth.said, ["Hello.", "Hola."]);
  assert.equal(synth.now.voice, SPANISH);
  synth.voices = [REMOTE];
  player.start(inEnglish("Hello."));
  assert.deepEqual(synth.said, ["Hello.", "Hola."]);
});

test("a stalled voice is tried again, and after 3 tries the student is told", (t) => {
  const { synth, reported, player } = makePlayer();
  player.start(inEnglish("First.", "Second."));
  synth.finish();
  for (const tries of [2, 3]) {
    t.mock.timers.tick(6000);
    assert.equal(synth.said.length, 1 + tries);
  }
  t.mock.timers.tick(6000);
  assert.equal(reported.at(-1), "stalled 1");
  player.play();
  assert.equal(synth.said.at(-1), "Second.");
  assert.equal(reported.at(-1), "playing 1");
});

test("a voice that goes on has not stalled", (t) => {
  const { synth, player } = makePlayer();
  player.start(inEnglish("A sentence that a slow voice says for long."));
  for (let word = 0; word < 5; word += 1) {
    t.mock.timers.tick(6000);
    synth.now.onboundary();
  }
  assert.equal(synth.said.length, 1);
});

test("an error is a stall, and a long sentence goes on with its next piece", () => {
  const { synth, player } = makePlayer();
  const long = `${"word ".repeat(30).trim()}, and ${"more ".repeat(30).trim()}.`;
  player.start(inEnglish(long));
  synth.finish();
  synth.now.onerror();
  synth.finish();
  assert.equal(synth.said.length, 3);
  assert.equal(synth.said[1], synth.said[2]);
  assert.equal([synth.said[0], synth.said[2]].join(" "), long);
});

test("stop silences and forgets the text", () => {
  const { synth, reported, player } = makePlayer();
  player.start(inEnglish("First."));
  player.stop();
  player.play();
  assert.deepEqual(synth.said, ["First."]);
  assert.equal(reported.at(-1), "ended 0");
  assert.equal(player.state, "ended");
});
