import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { settled } from "./fakes.js";

const link = Object.assign(new EventTarget(), { dataset: { choice: "/lti/frames/t/" } });
let now = 1_000_000;
let [polls, moved, reply] = [];

globalThis.document = { visibilityState: "visible", querySelector: () => link };
globalThis.location = { replace: (address) => { moved = address; } };
await import("../../quizzes/static/lti_frame.js");

beforeEach((t) => {
  [polls, moved, reply] = [0, undefined, { status: 204 }];
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Date, "now", () => now);
  t.mock.method(globalThis, "fetch", async (address, { signal }) => {
    // Without an end, a request that hangs would end the polls.
    if (signal instanceof AbortSignal) polls += 1;
    if (reply instanceof Error) throw reply;
    return reply;
  });
});

async function pass(t, seconds) {
  for (let passed = 0; passed < seconds; passed += 3) {
    now += 3000;
    t.mock.timers.tick(3000);
    await settled();
  }
}

for (const press of ["click", "auxclick", "contextmenu"]) {
  test(`the frame looks for a choice for 30 minutes after the last ${press}`, async (t) => {
    link.dispatchEvent(new Event(press));
    await pass(t, 600);
    link.dispatchEvent(new Event(press));
    await pass(t, 3600);
    assert.equal(polls, (600 + 1800) / 3);
  });
}

test("the frame looks again after a failure, and shows the choice once", async (t) => {
  link.dispatchEvent(new Event("click"));
  reply = new Error("offline");
  await pass(t, 6);
  reply = { status: 200 };
  await pass(t, 60);
  assert.deepEqual([polls, moved], [3, "/lti/frames/t/"]);
});
