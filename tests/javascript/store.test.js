import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { attemptOf, clearOld, clearOwn, createStaleAnswers, createStore, numberOf, PREFIX } from "../../quizzes/static/outbox/store.js";
import { FakeStorage } from "./fakes.js";

const ONE = "/student/attempts/abc/1/";
const TWO = "/student/attempts/abc/2/";
const DAY = 24 * 60 * 60 * 1000;

let storage;
let store;

beforeEach(() => {
  storage = new FakeStorage();
  store = createStore(storage, "ana");
});

const bodies = (items) => items.map(({ entry }) => entry.body);

test("a path tells attempt and number of a question", () => {
  assert.equal(attemptOf(TWO), "/student/attempts/abc/");
  assert.equal(numberOf(TWO), "2");
  assert.equal(numberOf("/student/attempts/abc/review/"), undefined);
});

test("answers wait in the order in which they were given", () => {
  for (let number = 1; number <= 11; number++) store.add(`/student/attempts/abc/${number}/`, 0, `choice=${number}`);
  assert.deepEqual(bodies(store.pending()), Array.from({ length: 11 }, (_, index) => `choice=${index + 1}`));
});

test("an answer takes the place of an unsent one", () => {
  store.add(ONE, 0, "choice=a");
  store.add(TWO, 0, "choice=b");
  store.add(ONE, 0, "choice=c");
  assert.deepEqual(bodies(store.pending()), ["choice=b", "choice=c"]);
});

test("a sent answer stays before the next one", () => {
  store.add(ONE, 0, "choice=a");
  const [{ key, entry }] = store.pending();
  store.write(key, { ...entry, isSent: true });
  store.add(ONE, 0, "choice=c");
  assert.deepEqual(bodies(store.pendingFor(ONE)), ["choice=a", "choice=c"]);
  assert.equal(store.waitingCount(), 1);
  store.add(TWO, 0, "choice=b");
  assert.equal(store.waitingCount(), 2);
});

test("an entry outlives its page", () => {
  store.add(ONE, 3, "choice=a");
  const [{ entry }] = createStore(storage, "ana").pending();
  assert.deepEqual([entry.url, entry.revision, entry.body], [ONE, 3, "choice=a"]);
});

test("a damaged entry is removed", () => {
  storage.setItem(`${PREFIX}000000002.y`, "{");
  storage.setItem(`${PREFIX}000000003.z`, "null");
  storage.setItem("other", "kept");
  assert.deepEqual(store.pending(), []);
  assert.deepEqual(Object.keys(storage), ["other"]);
});

test("an entry waits for its student, whatever the clock says", (t) => {
  store.add(ONE, 0, "choice=a");
  const now = Date.now();
  for (const days of [-30, 3, 30]) {
    t.mock.method(Date, "now", () => now + days * DAY);
    assert.deepEqual(bodies(createStore(storage, "ana").pending()), ["choice=a"]);
  }
});

test("what another student left is removed after a week", (t) => {
  store.add(ONE, 0, "choice=a");
  storage.setItem("footnote.mark.x", JSON.stringify({ value: "1", at: Date.now(), owner: "ana" }));
  const ofBen = createStore(storage, "ben");
  const now = Date.now();
  t.mock.method(Date, "now", () => now + 7 * DAY);
  clearOld(storage, "ben");
  assert.equal(Object.keys(storage).length, 2);
  t.mock.method(Date, "now", () => now + 7 * DAY + 1);
  ofBen.add(TWO, 0, "choice=b");
  clearOld(storage, "ana");
  assert.equal(Object.keys(storage).length, 3);
  clearOld(storage, "ben");
  assert.deepEqual(bodies(createStore(storage, "ana").pending()), []);
  assert.deepEqual(bodies(createStore(storage, "ben").pending()), ["choice=b"]);
  assert.equal(Object.keys(storage).length, 1);
});

test("an entry waits for its owner and is unseen by others", () => {
  store.add(ONE, 0, "choice=a");
  const ofBen = createStore(storage, "ben");
  assert.deepEqual([ofBen.pending(), ofBen.pendingFor(ONE)], [[], []]);
  ofBen.add(ONE, 0, "choice=b");
  assert.deepEqual(bodies(store.pending()), ["choice=a"]);
});

test("an entry waits also on a page of its attempt, whatever its student was called", () => {
  store.add(ONE, 0, "choice=a");
  assert.deepEqual(bodies(createStore(storage, "ben", TWO).pending()), ["choice=a"]);
  assert.deepEqual(bodies(createStore(storage, "ben", "/student/attempts/abc/receipt/").pending()), ["choice=a"]);
  assert.deepEqual(bodies(createStore(storage, "ben", "/student/attempts/abcd/1/").pending()), []);
  assert.deepEqual(bodies(createStore(storage, "ben", "/student/").pending()), []);
});

test("an entry without an owner is tried by all", () => {
  storage.setItem(`${PREFIX}000000001.x`, JSON.stringify({ url: ONE, operation: "x", revision: 0, body: "choice=a", at: 0 }));
  assert.deepEqual(bodies(store.pending()), ["choice=a"]);
  store.otherStudents.add(attemptOf(ONE));
  assert.deepEqual(store.pending(), []);
  assert.equal(Object.keys(storage).length, 1);
});

test("a full storage keeps the answer in memory", () => {
  storage.isFull = true;
  store.add(ONE, 0, "choice=a");
  assert.deepEqual(bodies(store.pending()), ["choice=a"]);
  assert.deepEqual([Object.keys(storage), store.holdsOnlyCopy()], [[], true]);
  storage.isFull = false;
  store.add(TWO, 0, "choice=b");
  assert.deepEqual(bodies(store.pending()), ["choice=a", "choice=b"]);
  store.remove(store.pending()[0].key);
  assert.equal(store.holdsOnlyCopy(), false);
  assert.deepEqual(bodies(store.pending()), ["choice=b"]);
});

test("a stored answer stays stored when its change does not fit", () => {
  store.add(ONE, 0, "choice=a");
  const [{ key, entry }] = store.pending();
  storage.isFull = true;
  store.write(key, { ...entry, isSent: true });
  assert.deepEqual(store.pending(), [{ key, entry: { ...entry, isSent: true } }]);
  assert.equal(store.holdsOnlyCopy(), false);
  assert.deepEqual(bodies(createStore(storage, "ana").pending()), ["choice=a"]);
  store.remove(key);
  assert.deepEqual([store.pending(), Object.keys(storage)], [[], []]);
});

test("a later answer builds on the stored revision", () => {
  store.add(ONE, 0, "choice=a");
  const [{ key, entry }] = store.pending();
  store.write(key, { ...entry, isSent: true });
  store.add(ONE, 0, "choice=b");
  store.add(TWO, 0, "choice=c");
  store.rebase(ONE, 4, key);
  assert.deepEqual(store.pending().map(({ entry: { revision } }) => revision), [0, 4, 0]);
});

test("an operation is unacknowledged until its own reply", () => {
  store.add(ONE, 0, "choice=a");
  const first = store.unacknowledged.get(ONE);
  store.add(ONE, 0, "choice=b");
  const second = store.unacknowledged.get(ONE);
  assert.equal(store.acknowledge(ONE, first, 1), true);
  assert.equal(store.unacknowledged.get(ONE), second);
  assert.equal(store.acknowledge(ONE, second, 2), true);
  assert.equal(store.unacknowledged.size, 0);
});

test("a late reply does not take back the revision", () => {
  store.acknowledge(ONE, "x", 2);
  store.acknowledge(ONE, "y", 1);
  assert.equal(store.revisions.get(ONE), 2);
});

test("an operation belongs to the page that gave or claimed it", () => {
  store.add(ONE, 0, "choice=a");
  const [{ entry }] = store.pending();
  const nextPage = createStore(storage, "ana");
  assert.equal(nextPage.acknowledge(ONE, entry.operation, 1), false);
  nextPage.claim(entry);
  assert.equal(nextPage.isOwn(entry.operation), true);
  assert.equal(nextPage.unacknowledged.get(ONE), entry.operation);
});

test("signing out deletes what its student left by then and nothing else", () => {
  store.add(ONE, 0, "choice=a");
  storage.setItem("footnote.mark.x", JSON.stringify({ value: "1", at: Date.now(), owner: "ana" }));
  createStore(storage, "ben").add(TWO, 0, "choice=b");
  storage.setItem("other", "kept");
  storage.setItem("footnote.mark.y", JSON.stringify({ value: "1", at: Date.now() + 1000, owner: "ana" }));
  clearOwn(storage, "ana", Date.now());
  assert.deepEqual(bodies(createStore(storage, "ben").pending()), ["choice=b"]);
  assert.equal(Object.keys(storage).length, 3);
  assert.ok(storage.getItem("other") && storage.getItem("footnote.mark.y"));
});

test("a stale answer is told once, to its student", () => {
  const stale = createStaleAnswers(storage, "ana");
  stale.keep(ONE, "choice=a");
  stale.keep(TWO, "");
  const ben = createStaleAnswers(storage, "ben");
  assert.deepEqual([ben.unread(), ben.has(ONE), ben.take(ONE)], [[], false, null]);
  assert.deepEqual([stale.unread(), stale.has(ONE)], [[ONE, TWO], true]);
  assert.deepEqual([stale.take(ONE), stale.take(TWO), stale.take(ONE)], ["choice=a", "", null]);
  assert.deepEqual([stale.unread(), stale.has(ONE)], [[], false]);
});

test("a stale answer on a full device is not told", () => {
  storage.isFull = true;
  const stale = createStaleAnswers(storage, "ana");
  stale.keep(ONE, "choice=a");
  assert.equal(stale.has(ONE), false);
});
