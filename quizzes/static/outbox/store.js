// Keeps each answer in the browser until the server has stored it. Uses no DOM. An entry has no name or question text.

export const PREFIX = "footnote.answer.";
// In ms. One day: an answer of another student does not stay on a shared device for longer.
const MAX_AGE = 24 * 60 * 60 * 1000;

/** @typedef {{url: string, operation: string, revision: number, body: string, at: number, isSent?: boolean}} Entry */

/** @param {string} url path of a question; returns the path of its attempt */
export const attemptOf = (url) => url.replace(/\d+\/$/, "");

/** @param {string} url path of a question; returns its number */
export const numberOf = (url) => /(\d+)\/$/.exec(url)?.[1];

/** @param {Storage} storage loses all answers, or what else has keys with this prefix */
export function clearAnswers(storage, prefix = PREFIX) {
  Object.keys(storage).filter((key) => key.startsWith(prefix)).forEach((key) => storage.removeItem(key));
}

// Without TLS there is no crypto.randomUUID.
const newOperation = () => crypto.randomUUID ? crypto.randomUUID()
  : Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {Storage} storage keeps one entry per key, in the order of the keys */
export function createStore(storage) {
  // Attempts of another student. Their entries wait for that student.
  const otherStudents = new Set();
  // Operations of this page. Another tab may have sent one of them.
  const ownOperations = new Set();
  // Operations that the server has not acknowledged, by path.
  const unacknowledged = new Map();
  // The newest revision known, by path.
  const revisions = new Map();
  // Entries that did not fit into the storage, by key. They are lost with the page.
  const memoryOnly = new Map();

  const storedKeys = () => Object.keys(storage).filter((key) => key.startsWith(PREFIX));
  const keys = () => [...storedKeys(), ...memoryOnly.keys()].sort();

  function read(key) {
    if (memoryOnly.has(key)) return memoryOnly.get(key);
    try {
      const entry = JSON.parse(storage.getItem(key));
      if (entry) return entry;
    } catch { /* damaged */ }
    remove(key);
    return null;
  }

  function write(key, entry) {
    if (!memoryOnly.has(key)) {
      try {
        storage.setItem(key, JSON.stringify(entry));
        return;
      } catch {
        storage.removeItem(key);
      }
    }
    memoryOnly.set(key, entry);
  }

  function remove(key) {
    memoryOnly.delete(key);
    storage.removeItem(key);
  }

  const pending = () => keys().map((key) => ({ key, entry: read(key) }))
    .filter(({ entry }) => entry && !otherStudents.has(attemptOf(entry.url)));
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
    const entry = { url, operation: newOperation(), revision, body, at: Date.now() };
    claim(entry);
    write(`${PREFIX}${String(last + 1).padStart(9, "0")}.${entry.operation}`, entry);
  }

  // The attempt is another student's. The clock decides only about such answers: it may be wrong, or a weekend passed.
  function setAside(attempt) {
    const isOld = ({ entry }) => attemptOf(entry.url) === attempt && Date.now() - entry.at > MAX_AGE;
    pending().filter(isOld).forEach(({ key }) => remove(key));
    otherStudents.add(attempt);
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
    otherStudents,
    unacknowledged,
    revisions,
    pending,
    pendingFor,
    add,
    claim,
    write,
    remove,
    setAside,
    rebase,
    acknowledge,
    isOwn: (operation) => ownOperations.has(operation),
  };
}
