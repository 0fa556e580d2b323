// Keeps what a student does with supports in the browser until the server has stored it. Uses no DOM.

// Sign-out removes what its owner left under keys with this prefix (outbox/store.js).
const PREFIX = "footnote.mark.";
// In ms. One day: the site has every mark of an earlier page but the last few.
const MAX_AGE = 24 * 60 * 60 * 1000;

/**
 * @typedef {[kind: string, place: string, value: string]} Mark a value "" takes the mark away
 * @param {Storage} storage
 * @param {string | undefined} owner id of the student; undefined in practice, which keeps nothing
 * @param {string} attempt path of the attempt
 * @param {(marks: Mark[]) => Promise<boolean>} post sends marks; false if they must be sent again
 */
export function createMarks(storage, owner, attempt, post) {
  /** @type {Map<string, Map<string, string>>} */
  const values = new Map();
  // Marks that did not fit into the storage. They are lost with the page.
  const memoryOnly = new Map();
  let isSending = false;

  const own = `${PREFIX}${attempt} `;
  const keyOf = (kind, place) => `${own}${kind} ${place}`;

  function read(key) {
    if (memoryOnly.has(key)) return memoryOnly.get(key);
    try {
      const entry = JSON.parse(storage.getItem(key));
      if (entry && Date.now() - entry.at <= MAX_AGE) return entry;
    } catch { /* damaged */ }
    remove(key);
    return null;
  }

  function write(key, entry) {
    try {
      storage.setItem(key, JSON.stringify(entry));
      memoryOnly.delete(key);
    } catch {
      memoryOnly.set(key, entry);
    }
  }

  function remove(key) {
    memoryOnly.delete(key);
    storage.removeItem(key);
  }

  /** @returns {{key: string, kind: string, place: string, entry: {value: string, at: number}}[]} */
  function waiting() {
    const keys = new Set([...Object.keys(storage).filter((key) => key.startsWith(own)), ...memoryOnly.keys()]);
    return Array.from(keys, (key) => {
      const [kind, place] = key.slice(own.length).split(" ");
      return { key, kind, place, entry: read(key) };
    }).filter(({ entry }) => entry);
  }

  function apply(kind, place, value) {
    if (!values.has(kind)) values.set(kind, new Map());
    if (value) values.get(kind).set(place, value);
    else values.get(kind).delete(place);
  }

  const get = (kind, place) => values.get(kind)?.get(place) ?? "";

  async function send() {
    if (isSending) return;
    isSending = true;
    try {
      for (let sent = waiting(); sent.length > 0; sent = waiting()) {
        const part = sent.slice(0, 100);
        if (!await post(part.map(({ kind, place, entry }) => [kind, place, entry.value]))) return;
        // A newer value of the same place goes with the next request.
        part.filter(({ key, entry }) => read(key)?.at === entry.at && read(key).value === entry.value)
          .forEach(({ key }) => remove(key));
      }
    } finally {
      isSending = false;
    }
  }

  return {
    /** @param {Mark[]} stored those of the server; what waits here is newer */
    load(stored) {
      stored.forEach((mark) => apply(...mark));
      waiting().forEach(({ kind, place, entry }) => apply(kind, place, entry.value));
    },
    get,
    all: (kind) => new Map(values.get(kind)),
    set(kind, place, value) {
      if (get(kind, place) === value) return;
      apply(kind, place, value);
      write(keyOf(kind, place), { value, at: Date.now(), owner });
      send();
    },
    /** Says that a support was used, once for each page. */
    use(support) {
      if (values.get("used")?.has(support)) return;
      apply("used", support, "1");
      write(keyOf("used", support), { value: "1", at: Date.now(), owner });
      send();
    },
    send,
  };
}
