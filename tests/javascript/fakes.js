// What the modules under test get in place of the browser.

/** A storage whose keys are its own properties, as in a browser. */
export class FakeStorage {
  isFull = false;

  constructor() {
    Object.defineProperty(this, "isFull", { enumerable: false, writable: true });
  }

  getItem(key) {
    return this[key] ?? null;
  }

  setItem(key, value) {
    if (this.isFull) throw new Error("QuotaExceededError");
    this[key] = value;
  }

  removeItem(key) {
    delete this[key];
  }
}

/** Lets everything run that waits for no timer. */
export const settled = () => new Promise((resolve) => { setImmediate(resolve); });
