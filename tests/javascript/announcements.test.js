import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createAnnouncer } from "../../quizzes/static/outbox/announcements.js";

let now;

beforeEach((t) => {
  now = 1_000_000;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
});

/** A live region that notes when it may be read out. */
function makeRegion({ isAlert = false } = {}) {
  const region = {
    isBusy: undefined,
    querySelector: (selector) => (isAlert && selector === "[role=alert]" ? {} : null),
    setAttribute(name, value) {
      assert.equal(name, "aria-busy");
      region.isBusy = value;
    },
  };
  return region;
}

function pass(t, ms) {
  now += ms;
  t.mock.timers.tick(ms);
}

test("the first message is read out at once", () => {
  const [board, state] = [makeRegion(), makeRegion()];
  createAnnouncer(board).announce(state);
  assert.equal(state.isBusy, "false");
});

test("the next message waits for 5 seconds", (t) => {
  const [board, state] = [makeRegion(), makeRegion()];
  const { announce } = createAnnouncer(board);
  announce(state);
  pass(t, 1000);
  announce(state);
  announce(state);
  pass(t, 3999);
  assert.equal(state.isBusy, "true");
  pass(t, 1);
  assert.equal(state.isBusy, "false");
});

test("the notice comes before the state of the save", (t) => {
  const [board, state] = [makeRegion(), makeRegion()];
  const { announce } = createAnnouncer(board);
  announce(state);
  announce(state);
  announce(board);
  pass(t, 5000);
  assert.deepEqual([board.isBusy, state.isBusy], ["false", "true"]);
  pass(t, 5000);
  assert.deepEqual([board.isBusy, state.isBusy], ["false", "false"]);
});

test("an alert does not wait", () => {
  const [board, state] = [makeRegion({ isAlert: true }), makeRegion()];
  const { announce } = createAnnouncer(board);
  announce(state);
  announce(board);
  assert.equal(board.isBusy, "false");
});

test("a muted message is not read out later", (t) => {
  const [board, state] = [makeRegion(), makeRegion()];
  const { announce, mute } = createAnnouncer(board);
  announce(state);
  announce(state);
  mute(state, true);
  pass(t, 60_000);
  assert.equal(state.isBusy, "true");
});
