import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createAnnouncer, createNotices } from "../../quizzes/static/outbox/announcements.js";

let now;

beforeEach((t) => {
  now = 1_000_000;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
});

/** A live region that lists what was written into it. */
function makeRegion() {
  return {
    written: [],
    set textContent(text) { this.written.push(text); },
    get heard() { return this.written.filter(Boolean); },
  };
}

function makeAnnouncer() {
  const [status, alarm] = [makeRegion(), makeRegion()];
  return { status, alarm, ...createAnnouncer(status, alarm) };
}

function pass(t, ms) {
  for (let passed = 0; passed < ms; passed += 100) {
    now += 100;
    t.mock.timers.tick(100);
  }
}

test("a message is written in a task of its own, into an empty region", (t) => {
  const { status, say } = makeAnnouncer();
  say("state", "  Saved\n ");
  assert.deepEqual(status.written, [""]);
  pass(t, 100);
  assert.deepEqual(status.written, ["", "Saved"]);
  // The next message, also the same one, is a change for a browser that reports changes in batches.
  pass(t, 4000);
  assert.deepEqual(status.written, ["", "Saved", ""]);
});

test("the next message waits for 5 seconds, and only the newest of its kind is said", (t) => {
  const { status, say } = makeAnnouncer();
  say("state", "Saved");
  pass(t, 1000);
  say("state", "Not sent");
  say("state", "Saved");
  pass(t, 4100);
  assert.deepEqual(status.heard, ["Saved"]);
  pass(t, 100);
  assert.deepEqual(status.heard, ["Saved", "Saved"]);
});

test("the notice comes before the state of the save", (t) => {
  const { status, say } = makeAnnouncer();
  say("state", "Saved");
  say("state", "Saved again");
  say("notice", "Back online.");
  pass(t, 5200);
  assert.deepEqual(status.heard, ["Saved", "Back online."]);
  pass(t, 5200);
  assert.deepEqual(status.heard, ["Saved", "Back online.", "Saved again"]);
});

test("an alert does not wait, and nothing follows it for 5 seconds", (t) => {
  const { status, alarm, say, interrupt } = makeAnnouncer();
  say("state", "Saved");
  pass(t, 1000);
  say("state", "Not sent");
  interrupt("You’re offline.");
  pass(t, 100);
  assert.deepEqual(alarm.heard, ["You’re offline."]);
  pass(t, 4800);
  assert.deepEqual(status.heard, ["Saved"]);
  pass(t, 300);
  assert.deepEqual(status.heard, ["Saved", "Not sent"]);
});

test("a message that is no longer true is not said", (t) => {
  const { status, alarm, say, interrupt } = makeAnnouncer();
  say("state", "Saved");
  say("state", "Not sent");
  say("state", "");
  interrupt("You’re offline.");
  interrupt("");
  pass(t, 60_000);
  assert.deepEqual([status.heard, alarm.heard], [["Saved"], []]);
});

test("a notice says that answers are kept again once they fit", (t) => {
  const kept = "Answers are safe.";
  const place = { textContent: kept, dataset: { unkept: "Keep this page open." } };
  const outbox = {
    dataset: { other: "{} answers" },
    querySelector: (selector) => selector.startsWith("[data-notice") ? { dataset: {}, content: { cloneNode() {} } } : null,
    querySelectorAll: (selector) => selector.endsWith("[data-unkept]") ? [place] : [],
    append() {},
    contains: () => false,
  };
  globalThis.document = { activeElement: null, documentElement: { lang: "en" } };
  t.after(() => { delete globalThis.document; });
  const notices = createNotices(outbox);
  const shown = [false, true, true, false, true].map((isUnkept) => {
    notices.isUnkept = isUnkept;
    notices.show("offline", 1);
    return place.textContent;
  });
  const unkept = "Keep this page open.";
  assert.deepEqual(shown, [kept, unkept, unkept, kept, unkept]);
});
