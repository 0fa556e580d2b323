// Keeps each answer in the browser until the server has stored it. Uses no DOM. An entry has no name or question text.

export const PREFIX = "footnote.answer.";
// What a student does with supports (supports/marks.js).
const MARKS = "footnote.mark.";
// In ms. One week, so that a weekend without a connection loses nothing: what another student left does not stay on a
// shared device for longer.
const MAX_AGE = 7 * 24 * 60 * 60 * 1000;

/**
 * owner: id of the student who gave the answer. An earlier version of this script stored none.
 *
 * @typedef {{url: string, operation: string, revision: number, body: string, at: number, owner?: string,
 *   isSent?: boolean}} Entry
 */

/** @param {string} url path of a question; returns the path of its attempt */
export const attemptOf = (url) => url.replace(/\d+\/$/, "");

/** @param {string} url path of a question; returns its number */
export const numberOf = (url) => /(\d+)\/$/.exec(url)?.[1];

/** The storage of the browser; null if it refuses it. */
export function availableStorage() {
  try {
    localStorage.getItem(PREFIX);
    return localStorage;
  } catch {
    return null;
  }
}

/**
 * For the next page of the tab. On a full device it opens without it.
 *
 * @param {string} name  @param {string | number} value
 */
export function remember(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch { /* full */ }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function removeWhere(storage, isGone) {
  for (const key of Object.keys(storage)) {
    if (!key.startsWith(PREFIX) && !key.startsWith(MARKS)) continue;
    const entry = parse(storage.getItem(key));
    if (!entry || isGone(entry)) storage.removeItem(key);
  }
}

/**
 * @param {Storage} storage  @param {string} owner signed out: what they left is removed
 * @param {number} until when. What another tab kept later stays
 */
export const clearOwn = (storage, owner, until) =>
  removeWhere(storage, (entry) => entry.owner === owner && !(entry.at > until));

/**
 * The clock decides only about other students: it may be wrong, or a weekend passed.
 *
 * @param {Storage} storage  @param {string} owner keeps all; what others left goes after a week
 */
export const clearOld = (storage, owner) =>
  removeWhere(storage, (entry) => entry.owner !== owner && Date.now() - entry.at > MAX_AGE);

/**
 * Answers that a newer one was saved before, by the path of the question. Its page says so when it is opened.
 *
 * @param {Storage} storage of the tab
 * @param {string} owner id of the student, so that the home page of the next one does not name them
 */
export function createStaleAnswers(storage, owner) {
  const prefix = `${PREFIX}stale.${owner}.`;
  return {
    keep(url, body) {
      try {
        storage.setItem(prefix + url, body);
      } catch { /* full: the page opens without the notice */ }
    },
    has: (url) => storage.getItem(prefix + url) !== null,
    // Returns the body, null without one.
    take(url) {
      const body = storage.getItem(prefix + url);
      storage.removeItem(prefix + url);
      return body;
    },
    unread: () => Object.keys(storage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
  };
}

// Without TLS there is no crypto.randomUUID.
const newOperation = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * @param {Storage} storage keeps one entry per key, in the order of the keys
 * @param {string} owner id of the student whose page this is. Entries of others wait unseen
 * @param {string} [path] of the page. A page of an attempt opens for its student only, so what waits for it is theirs,
 *   also if they gave it under another name of the roster
 */
export function createStore(storage, owner, path = "") {
  // Attempts that are not this student's. Entries without an owner may name one.
  const otherStudents = new Set();
  // Operations of this page. Another tab may have sent one of them.
  const ownOperations = new Set();
  // Operations that the server has not acknowledged, by path.
  const unacknowledged = new Map();
  // The newest revision known, by path.
  const revisions = new Map();
  // Entries that did not fit into the storage, by key. The storage may have an older form.
  const memoryOnly = new Map();

  const storedKeys = () => Object.keys(storage).filter((key) => key.startsWith(PREFIX));
  const keys = () => [...new Set([...storedKeys(), ...memoryOnly.keys()])].sort();

  function read(key) {
    if (memoryOnly.has(key)) return memoryOnly.get(key);
    const entry = parse(storage.getItem(key));
    if (!entry) remove(key);
    return entry;
  }

  function write(key, entry) {
    if (!memoryOnly.has(key)) {
      try {
        storage.setItem(key, JSON.stringify(entry));
        return;
      } catch { /* full */ }
    }
    memoryOnly.set(key, entry);
  }

  function remove(key) {
    memoryOnly.delete(key);
    storage.removeItem(key);
  }

  const isOwn = (entry) => (entry.owner ?? owner) === owner || path.startsWith(attemptOf(entry.url));
  const isWaiting = (entry) => isOwn(entry) && !otherStudents.has(attemptOf(entry.url));
  const pending = () => keys().map((key) => ({ key, entry: read(key) }))
    .filter(({ entry }) => entry && isWaiting(entry));
  const pendingFor = (url) => pending().filter(({ entry }) => entry.url === url);

  // An entry of an earlier page becomes an answer of this page.
  function claim({ url, operation }) {
    ownOperations.add(operation);
    unacknowledged.set(url, operation);
  }

  function add(url, revision, body) {
    // An entry that was sent may be stored already.
    pendingFor(url).filter(({ entry }) => !entry.isSent).forEach(({ key }) => remove(key));
    const last = Number((keys().pop() || "").slice(PREFIX.length).split(".")[0] || 0);
    const entry = { url, operation: newOperation(), revision, body, at: Date.now(), owner };
    claim(entry);
    write(`${PREFIX}${String(last + 1).padStart(9, "0")}.${entry.operation}`, entry);
  }

  // Later answers to a question build on the revision of the stored one.
  function rebase(url, revision, storedKey) {
    for (const { key, entry } of pendingFor(url)) {
      if (key !== storedKey) write(key, { ...entry, revision: Math.max(revision, entry.revision) });
    }
  }

  // Two tabs may send one answer, so a reply may arrive after the reply to a newer answer.
  // Returns whether this page gave the answer.
  function acknowledge(url, operation, revision) {
    revisions.set(url, Math.max(revision, revisions.get(url) ?? 0));
    if (unacknowledged.get(url) === operation) unacknowledged.delete(url);
    return ownOperations.has(operation);
  }

  return {
    owner,
    otherStudents,
    unacknowledged,
    revisions,
    pending,
    pendingFor,
    // A question may have one answer that was sent and a newer one.
    waitingCount: () => new Set(pending().map(({ entry }) => entry.url)).size,
    add,
    claim,
    write,
    remove,
    rebase,
    acknowledge,
    holdsOnlyCopy: () => pending().some(({ key }) => memoryOnly.has(key) && storage.getItem(key) === null),
    isOwn: (operation) => ownOperations.has(operation),
  };
}
