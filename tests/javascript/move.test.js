import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let beforeUnload;
let time = 0;
const led = [];
globalThis.window = { addEventListener: (_name, listener) => { beforeUnload = listener; } };
globalThis.document = { addEventListener() {}, dispatchEvent: () => true };
globalThis.location = { replace: (address) => led.push(address) };
globalThis.performance.now = () => time;
const { move } = await import("../../quizzes/static/move.js");

beforeEach((t) => {
  led.length = 0;
  t.mock.timers.enable({ apis: ["setTimeout"] });
});

// Each wait ends in a task of its own.
async function pass(t, seconds) {
  for (let step = 0; step < seconds * 10; step += 1) {
    time += 100;
    t.mock.timers.tick(100);
    await Promise.resolve();
  }
}

test("the page leads nowhere while another one is on its way", async (t) => {
  beforeUnload({ defaultPrevented: false });
  move("../2/");
  await pass(t, 9);
  assert.deepEqual(led, []);
  await pass(t, 2);
  assert.deepEqual(led, ["../2/"]);
});

test("the page follows soon after a student who was asked stays on it", async (t) => {
  beforeUnload({ defaultPrevented: true });
  move("../2/");
  await pass(t, 1.5);
  assert.deepEqual(led, ["../2/"]);
});

test("a student who leaves after the question has a second for it", async (t) => {
  beforeUnload({ defaultPrevented: true });
  move("../2/");
  await pass(t, 0.5);
  assert.deepEqual(led, []);
});
