import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const listeners = {};
globalThis.document = { addEventListener: (name, listener) => { listeners[name] = listener; } };
const { afterPress, isRepeated } = await import("../../quizzes/static/press.js");

const button = { matches: () => true };
const field = { matches: () => false };
let called = [];

beforeEach((t) => {
  called = [];
  t.mock.timers.enable({ apis: ["setTimeout"] });
});

const call = () => afterPress(() => called.push("news"));
const press = () => listeners.pointerdown({ button: 0 });

test("news waits for the click of a finger, which comes in a task of its own", (t) => {
  press();
  call();
  listeners.pointerup({ pointerType: "touch" });
  t.mock.timers.tick(100);
  assert.deepEqual(called, []);
  listeners.click({ isTrusted: true });
  assert.deepEqual(called, []);
  t.mock.timers.tick(0);
  assert.deepEqual(called, ["news"]);
});

test("news waits no longer for a finger that clicks nothing", (t) => {
  press();
  call();
  listeners.pointerup({ pointerType: "touch" });
  t.mock.timers.tick(300);
  assert.deepEqual(called, ["news"]);
});

test("the click of a script ends no press", (t) => {
  press();
  call();
  listeners.click({ isTrusted: false });
  t.mock.timers.tick(100);
  assert.deepEqual(called, []);
  listeners.pointercancel();
  assert.deepEqual(called, ["news"]);
});

test("a press ends after its own limit, not after that of the one before", (t) => {
  press();
  listeners.pointerup({ pointerType: "mouse" });
  press();
  call();
  t.mock.timers.tick(1999);
  assert.deepEqual(called, []);
  t.mock.timers.tick(1);
  assert.deepEqual(called, ["news"]);
});

test("news waits until the space bar is released on a button", (t) => {
  listeners.keydown({ key: " ", target: button, repeat: false });
  call();
  t.mock.timers.tick(1000);
  listeners.keydown({ key: " ", target: button, repeat: true });
  t.mock.timers.tick(900);
  assert.deepEqual(called, []);
  listeners.keyup({ key: " ", target: button, repeat: false });
  t.mock.timers.tick(0);
  assert.deepEqual(called, ["news"]);
});

test("news does not wait while a student types", () => {
  listeners.keydown({ key: " ", target: field, repeat: false });
  listeners.keydown({ key: "Tab", target: button, repeat: false });
  call();
  assert.deepEqual(called, ["news"]);
});

for (const name of ["onload", "onerror", "ontimeout"]) {
  test(`what htmx takes by ${name} waits for the end of a press`, (t) => {
    const xhr = { [name]: () => called.push("reply") };
    listeners["htmx:beforeSend"]({ detail: { xhr } });
    press();
    xhr[name]();
    assert.deepEqual(called, []);
    listeners.pointerup({ pointerType: "mouse" });
    t.mock.timers.tick(0);
    assert.deepEqual(called, ["reply"]);
  });
}

test("of quick clicks of a mouse, every second one repeats another", () => {
  const clicks = [1, 2, 3, 4].map((detail) => isRepeated({ pointerType: "mouse", detail, timeStamp: 10_000 }));
  assert.deepEqual(clicks, [false, true, false, true]);
});

test("the second tap of a double tap repeats the first, and a later one does not", () => {
  const taps = [20_000, 20_399, 20_400].map((timeStamp) => isRepeated({ pointerType: "touch", detail: 1, timeStamp }));
  assert.deepEqual(taps, [false, true, false]);
});

test("a key repeats nothing", () => {
  const keys = [30_000, 30_001].map((timeStamp) => isRepeated({ pointerType: "", detail: 0, timeStamp }));
  assert.deepEqual(keys, [false, false]);
});
