import assert from "node:assert/strict";
import { test } from "node:test";

import { createMarks } from "../../quizzes/static/supports/marks.js";
import { FakeStorage, settled } from "./fakes.js";

const ATTEMPT = "/student/attempts/AAAAAAAAAAAA/marks/";

/** Marks with a server that stores each request while it `isOnline`. */
function makeMarks(storage = new FakeStorage(), attempt = ATTEMPT) {
  const server = { isOnline: true, requests: [] };
  const marks = createMarks(storage, "ana", attempt, async (changed) => {
    if (server.isOnline) server.requests.push(changed);
    return server.isOnline;
  });
  return { server, storage, marks };
}

test("a mark is kept on the device until the server has it", async () => {
  const { server, storage, marks } = makeMarks();
  marks.set("crossed", "0123456789", "1");
  assert.equal(Object.keys(storage).length, 1);
  await settled();
  assert.deepEqual(server.requests, [[["crossed", "0123456789", "1"]]]);
  assert.deepEqual(Object.keys(storage), []);
});

test("what waits survives a reload and is newer than the server's", async () => {
  const { server, storage, marks } = makeMarks();
  server.isOnline = false;
  marks.set("crossed", "0123456789", "1");
  marks.set("setting", "speed", "1.5");
  await settled();
  const again = makeMarks(storage);
  again.marks.load([["setting", "speed", "2"], ["crossed", "abcdefabcd", "1"]]);
  assert.equal(again.marks.get("setting", "speed"), "1.5");
  assert.deepEqual([...again.marks.all("crossed").keys()], ["abcdefabcd", "0123456789"]);
  await again.marks.send();
  assert.deepEqual(again.server.requests, [[["crossed", "0123456789", "1"], ["setting", "speed", "1.5"]]]);
});

test("a mark that is taken away is taken away on the server too", async () => {
  const { server, marks } = makeMarks();
  marks.load([["crossed", "0123456789", "1"]]);
  marks.set("crossed", "0123456789", "");
  await settled();
  assert.deepEqual(server.requests, [[["crossed", "0123456789", ""]]]);
  assert.equal(marks.get("crossed", "0123456789"), "");
});

test("a change during a request goes with the next one", async () => {
  const { server, storage, marks } = makeMarks();
  marks.set("setting", "speed", "1.5");
  marks.set("setting", "speed", "2");
  await settled();
  assert.deepEqual(server.requests, [[["setting", "speed", "1.5"]], [["setting", "speed", "2"]]]);
  assert.deepEqual(Object.keys(storage), []);
});

test("another attempt's marks are neither shown nor sent, and old ones are forgotten", async (t) => {
  const { server, storage, marks } = makeMarks();
  server.isOnline = false;
  marks.set("crossed", "0123456789", "1");
  await settled();
  const other = makeMarks(storage, ATTEMPT.replaceAll("A", "B"));
  other.marks.load([]);
  await other.marks.send();
  assert.deepEqual(other.server.requests, []);
  const later = Date.now() + 25 * 60 * 60 * 1000;
  t.mock.method(Date, "now", () => later);
  marks.load([]);
  assert.deepEqual(Object.keys(storage), []);
});

test("without room in the storage a mark is sent from memory", async () => {
  const { server, storage, marks } = makeMarks();
  storage.isFull = true;
  marks.set("setting", "speed", "2");
  await settled();
  assert.deepEqual(server.requests, [[["setting", "speed", "2"]]]);
});

test("once the storage has room again, the newest value is sent and kept", async () => {
  const { server, storage, marks } = makeMarks();
  server.isOnline = false;
  storage.isFull = true;
  marks.set("setting", "speed", "1.5");
  await settled();
  storage.isFull = false;
  marks.set("setting", "speed", "2");
  await settled();
  const again = makeMarks(storage);
  again.marks.load([]);
  assert.equal(again.marks.get("setting", "speed"), "2");
  server.isOnline = true;
  await marks.send();
  assert.deepEqual(server.requests, [[["setting", "speed", "2"]]]);
});

test("a use is sent once for each page, and the same value is not sent again", async () => {
  const { server, marks } = makeMarks();
  // A page without a note keeps none, which would delete a note from another device.
  marks.set("note", "reading", "");
  for (let press = 0; press < 2; press += 1) {
    marks.use("read_aloud");
    marks.set("setting", "speed", "2");
  }
  await settled();
  assert.deepEqual(server.requests.flat(), [["used", "read_aloud", "1"], ["setting", "speed", "2"]]);
});
