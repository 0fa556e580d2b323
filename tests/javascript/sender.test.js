import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createSender, request } from "../../quizzes/static/outbox/sender.js";
import { attemptOf, createStore } from "../../quizzes/static/outbox/store.js";
import { FakeStorage, settled } from "./fakes.js";

const ATTEMPT = "/student/attempts/abc/";
const [ONE, TWO, OTHER] = [`${ATTEMPT}1/`, `${ATTEMPT}2/`, "/student/attempts/xyz/1/"];

let store, sender, page, calls, messages, requests, answer;

beforeEach((t) => {
  store = createStore(new FakeStorage(), "ana");
  [calls, messages, requests] = [[], [], []];
  answer = () => saved(1);
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(Math, "random", () => 0);
  t.mock.method(globalThis, "fetch", async (url, options) => {
    requests.push({ url, ...options, body: options.body && Object.fromEntries(options.body) });
    const reply = await answer(url, options);
    if (reply === null) throw new TypeError("Failed to fetch");
    return reply;
  });
  const note = (name) => (...values) => { calls.push([name, ...values]); };
  page = {
    isHere: (url) => attemptOf(url) === ATTEMPT,
    isElsewhere: () => false,
    isLeaving: () => false,
    token: () => "token",
    refreshToken: async () => { calls.push(["refreshToken"]); return true; },
  };
  const reported = [
    "setToken", "onWaiting", "onRefused", "onUnsavedElsewhere", "onAcknowledged", "onSaved", "onAllSaved", "onSignedIn",
    "onOtherStudent",
  ];
  for (const name of [...reported, "leave", "keepStale", "reopen"]) page[name] = note(name);
  sender = createSender(store, page, { postMessage: (message) => messages.push(message) });
});

const json = (status, reply) => new Response(JSON.stringify(reply), { status });
const saved = (revision) => json(200, { revision, is_answered: true });
const names = () => calls.map(([name]) => name);
const sentTo = () => requests.map(({ url }) => url);

test("answers are sent one at a time and in order", async () => {
  store.add(ONE, 0, "choice=a");
  store.add(TWO, 5, "choice=b");
  const operation = store.unacknowledged.get(TWO);
  await sender.send();
  assert.deepEqual(sentTo(), [ONE, TWO]);
  assert.deepEqual(requests[1].body, { choice: "b", operation, revision: "5", act: "save" });
  assert.deepEqual([requests[1].method, requests[1].headers["X-CSRFToken"]], ["POST", "token"]);
  assert.deepEqual([store.pending(), store.unacknowledged.size], [[], 0]);
  assert.deepEqual(names(), ["onAcknowledged", "onSaved", "onAcknowledged", "onSaved", "onAllSaved"]);
  assert.deepEqual(messages[1], { url: TWO, operation, revision: 1 });
});

test("a later answer to a question is sent with the revision of the stored one", async () => {
  store.add(ONE, 0, "choice=a");
  const sending = sender.send();
  store.add(ONE, 0, "choice=b");
  answer = () => saved(requests.length);
  await sending;
  assert.deepEqual(requests.map(({ body }) => [body.choice, body.revision]), [["a", "0"], ["b", "1"]]);
});

test("a second call joins the first", async () => {
  store.add(ONE, 0, "choice=a");
  await Promise.all([sender.send(), sender.send()]);
  assert.deepEqual(sentTo(), [ONE]);
});

test("an answer without a reply waits, is marked as sent and is sent again", async (t) => {
  store.add(ONE, 0, "choice=a");
  answer = () => null;
  await sender.send();
  assert.deepEqual(calls, [["onWaiting", "down", ONE]]);
  assert.deepEqual([store.pending()[0].entry.isSent, sender.isStuck(), sender.isIdle()], [true, true, false]);
  answer = () => saved(1);
  t.mock.timers.tick(1000);
  await settled();
  assert.equal(requests[0].body.operation, requests[1].body.operation);
  assert.deepEqual([store.pending(), sender.isStuck()], [[], false]);
});

test("the pause grows to 8 seconds", async (t) => {
  store.add(ONE, 0, "choice=a");
  answer = () => null;
  await sender.send();
  for (const [index, pause] of [1000, 2000, 4000, 8000, 8000].entries()) {
    t.mock.timers.tick(pause - 1);
    await settled();
    assert.equal(requests.length, index + 1);
    t.mock.timers.tick(1);
    await settled();
    assert.equal(requests.length, index + 2);
  }
});

test("a reply that comes too late is none", async (t) => {
  answer = (url, { signal }) => new Promise((resolve) => { signal.addEventListener("abort", () => resolve(null)); });
  const response = request(ONE, {}, (reply) => reply.text());
  await settled();
  t.mock.timers.tick(15_000);
  assert.equal(await response, null);
});

for (const [name, reply, reason] of [
  ["offline", () => { navigator.onLine = false; return null; }, "offline"],
  ["a lost session", () => json(401, {}), "signed-out"],
  ["a redirect", () => Object.defineProperty(json(200, {}), "type", { value: "opaqueredirect" }), "signed-out"],
  ["a 404", () => json(404, {}), "down"],
  ["a 429", () => json(429, {}), "down"],
  ["a 503", () => json(503, {}), "down"],
  ["a 500", () => json(500, {}), "down"],
  ["the 400 of a request that broke off", () => new Response("The request was incomplete.", { status: 400 }), "down"],
  ["the 200 of a portal", () => json(200, { status: "blocked" }), "down"],
  ["a page that is not JSON", () => new Response("<html>", { status: 200 }), "down"],
]) {
  test(`an answer waits after ${name}`, async () => {
    store.add(ONE, 0, "choice=a");
    answer = reply;
    await sender.send();
    assert.deepEqual(calls, [["onWaiting", reason, ONE]]);
    assert.equal(store.pending().length, 1);
  });
}

for (const status of [400, 500]) {
  test(`an answer that the server fails on with ${status} holds up no other`, async () => {
    store.add(ONE, 0, "choice=a");
    store.add(TWO, 0, "choice=b");
    answer = (url) => url === ONE ? new Response("", { status }) : saved(1);
    await sender.send();
    assert.deepEqual(store.pending().map(({ entry }) => entry.url), [ONE]);
    assert.deepEqual(calls.at(-1), ["onWaiting", "down", ONE]);
  });
}

for (const status of [400, 413]) {
  test(`an answer refused with ${status} is not sent again`, async () => {
    store.add(ONE, 0, "choice=a");
    answer = () => json(status, { outcome: "refused" });
    sender.send();
    await settled();
    assert.deepEqual(calls, [["onRefused", ONE]]);
    assert.deepEqual(store.pending(), []);
  });
}

for (const [name, url, reply] of [
  ["refused", ONE, () => json(400, { outcome: "refused" })],
  ["late", OTHER, () => json(410, { outcome: "late", location: "/receipt/" })],
  ["late for a closed question", OTHER, () => json(409, { outcome: "late" })],
  ["stale", OTHER, () => json(409, { outcome: "stale" })],
]) {
  test(`an answer of an earlier page that is ${name} is not called saved`, async (t) => {
    store.add(url, 0, "choice=a");
    store.unacknowledged.clear();
    answer = reply;
    const sending = sender.send();
    await settled();
    t.mock.timers.tick(1000);
    await sending;
    assert.deepEqual([...new Set(names())].filter((name) => name !== "keepStale"), ["onRefused"]);
    assert.deepEqual([calls.at(-1)[1], store.pending()], [url, []]);
  });
}

for (const [outcome, status] of [["refused", 400], ["late", 410], ["late", 409], ["stale", 409]]) {
  test(`an answer to another attempt that is ${outcome} (${status}) does not keep this one unsaved`, async () => {
    page.isElsewhere = (url) => !page.isHere(url);
    store.add(OTHER, 0, "choice=a");
    store.unacknowledged.clear();
    answer = () => json(status, { outcome });
    await sender.send();
    const reported = calls.filter(([name]) => name !== "keepStale");
    assert.deepEqual(reported, [["onUnsavedElsewhere", outcome], ["onAllSaved", true]]);
    assert.deepEqual([store.pending(), store.unacknowledged.size], [[], 0]);
  });
}

test("an answer to another attempt that was saved before its end is not called unsaved", async () => {
  store.add(OTHER, 0, "choice=a");
  store.unacknowledged.clear();
  answer = () => json(410, { outcome: "saved", location: "/receipt/" });
  await sender.send();
  assert.deepEqual(calls, [["onAllSaved", true]]);
});

test("a newer answer of another page is saved after a refused one", async () => {
  store.add(ONE, 0, "choice=a");
  answer = () => null;
  await sender.send();
  store.add(ONE, 0, "choice=b");
  store.unacknowledged.clear();
  answer = (url, { body }) => body.get("choice") === "a" ? json(400, { outcome: "refused" }) : saved(1);
  await sender.send();
  assert.deepEqual(names().slice(1), ["onRefused", "onAcknowledged", "onSaved", "onAllSaved"]);
});

test("a refused token is refreshed once", async () => {
  store.add(ONE, 0, "choice=a");
  answer = () => json(403, {});
  await sender.send();
  assert.deepEqual(calls, [["refreshToken"], ["onWaiting", "down", ONE]]);
  assert.equal(requests.length, 2);
});

test("entries of another student stay in the store", async () => {
  store.add(OTHER, 0, "choice=a");
  const { operation } = store.pending()[0].entry;
  store.acknowledge(OTHER, operation, 0);
  answer = () => json(404, { student: "ana" });
  await sender.send();
  assert.deepEqual([...store.otherStudents], [attemptOf(OTHER)]);
  assert.deepEqual(names(), ["onAllSaved"]);
});

test("a page leaves once another student is signed in", async () => {
  store.add(ONE, 0, "choice=a");
  answer = () => json(404, { student: "ben" });
  await sender.send();
  assert.deepEqual(names(), ["onOtherStudent", "onWaiting"]);
  assert.equal(store.pending().length, 1);
});

test("after the end, the page is left once all late answers are sent", async () => {
  store.add(ONE, 0, "choice=a");
  store.add(TWO, 0, "choice=b");
  answer = () => json(410, { location: "/receipt/" });
  await sender.send();
  assert.deepEqual(sentTo(), [ONE, TWO]);
  assert.deepEqual(calls, [["leave", "/receipt/"], ["onAllSaved", true]]);
});

test("a closed question is reopened once all late answers to it are sent", async () => {
  store.add(ONE, 0, "choice=a");
  answer = () => null;
  await sender.send();
  store.add(ONE, 0, "choice=b");
  store.add(TWO, 0, "choice=c");
  calls.length = requests.length = 0;
  answer = (url) => url === ONE ? json(409, { outcome: "late", revision: 0 }) : json(200, { revision: 1 });
  await sender.send();
  assert.deepEqual(requests.map(({ body }) => body.choice), ["a", "b", "c"]);
  assert.deepEqual(calls[0], ["reopen", ONE, null]);
  assert.deepEqual(store.pending(), []);
});

test("a stale answer is dropped and its question reopened with it", async () => {
  store.add(ONE, 0, "choice=a");
  page.isLeaving = () => true;
  answer = () => {
    // Given while the reply is on its way.
    store.add(ONE, 0, "choice=b");
    return json(409, { outcome: "stale" });
  };
  await sender.send();
  assert.deepEqual(calls, [["reopen", ONE, "choice=b"]]);
  assert.deepEqual(store.pending(), []);
});

test("a stale answer of another attempt is kept for the page of its question", async (t) => {
  store.add(OTHER, 0, "text=long");
  answer = () => json(409, { outcome: "stale" });
  const sending = sender.send();
  await settled();
  t.mock.timers.tick(1000);
  await sending;
  assert.deepEqual(calls, [["keepStale", OTHER, "text=long"], ["onRefused", OTHER]]);
});

test("a missing answer is not called saved", async (t) => {
  store.add(ONE, 0, "choice=a");
  store.remove(store.pending()[0].key);
  const sending = sender.send();
  await settled();
  assert.deepEqual(calls, []);
  t.mock.timers.tick(1000);
  await sending;
  assert.deepEqual(calls, [["onRefused", ONE]]);
});

test("another tab may have sent a missing answer", async (t) => {
  store.add(ONE, 0, "choice=a");
  const operation = store.unacknowledged.get(ONE);
  store.remove(store.pending()[0].key);
  const sending = sender.send();
  sender.receive({ url: ONE, operation, revision: 1 });
  t.mock.timers.tick(1000);
  await sending;
  assert.deepEqual(calls, [["onAcknowledged", ONE, 1], ["onAllSaved", true]]);
});

test("a PIN goes on with the new token, in all tabs", async () => {
  store.add(ONE, 0, "choice=a");
  store.otherStudents.add(attemptOf(ONE));
  answer = (url) => url === "/again/" ? json(200, { token: "new" }) : saved(1);
  assert.equal(await sender.signIn("/again/", new URLSearchParams({ pin: "1234" })), null);
  await settled();
  assert.deepEqual(names().slice(0, 2), ["setToken", "onSignedIn"]);
  assert.deepEqual(messages[0], { token: "new", owner: "ana" });
  assert.deepEqual([sentTo(), store.pending()], [["/again/", ONE], []]);
});

test("a PIN of another student changes nothing here", async () => {
  store.add(ONE, 0, "choice=a");
  sender.receive({ token: "new", owner: "ben" });
  await settled();
  assert.deepEqual([calls, requests], [[], []]);
});

test("a wrong PIN gives its field, and a lost reply waits", async () => {
  answer = () => json(200, { field: "<p>wrong</p>" });
  assert.equal(await sender.signIn("/again/", new URLSearchParams()), "<p>wrong</p>");
  assert.deepEqual(calls, []);
  answer = () => null;
  assert.equal(await sender.signIn("/again/", new URLSearchParams()), null);
  assert.deepEqual(calls, [["onWaiting", "down", undefined]]);
});

test("a browser that wrongly says online is found out by a request", async () => {
  answer = () => null;
  assert.deepEqual([sender.isIdle(), await sender.reach(), sender.isReached()], [true, false, false]);
  answer = () => new Response("<h1>Blocked</h1>");
  assert.equal(await sender.reach(), false);
  answer = () => new Response("ok\n");
  assert.deepEqual([await sender.reach(), sender.isReached()], [true, true]);
  assert.deepEqual(sentTo(), ["/livez", "/livez", "/livez"]);
});

test("only a reply shows that the site is back, and the site is asked until then", async (t) => {
  answer = () => null;
  await sender.retryNow();
  answer = () => new Response("ok");
  t.mock.timers.tick(8000);
  await settled();
  t.mock.timers.tick(60_000);
  await settled();
  assert.deepEqual([calls, sentTo()], [[["onAllSaved", false], ["onAllSaved", true]], ["/livez", "/livez"]]);
  // The browser says when it is online again.
  navigator.onLine = false;
  answer = () => null;
  t.mock.method(performance, "now", () => Infinity);
  await sender.retryNow();
  t.mock.timers.tick(60_000);
  assert.equal(requests.length, 3);
});

test("a browser that wrongly says offline is idle after a reply", async () => {
  navigator.onLine = false;
  assert.equal(sender.isIdle(), false);
  answer = () => new Response("ok");
  assert.equal(await sender.settle(), true);
  assert.deepEqual(sentTo(), ["/livez"]);
  answer = () => null;
  store.add(ONE, 0, "choice=a");
  assert.equal(await sender.settle(), false);
});
