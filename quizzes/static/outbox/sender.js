// Sends the kept answers, one at a time and in order. Uses no DOM.
import { attemptOf } from "./store.js";

export const TIMEOUT = 15000;
// In ms. On a network that takes no data, answers would wait for the same few connections as the requests of a timer.
const TIMER_TIMEOUT = 10000;
const GRACE = 1000;
const PAUSES = [1000, 2000, 4000, 8000];

/**
 * What the sender calls. `isHere` is about the attempt that is open, `isElsewhere` about another one beside it.
 *
 * @typedef {object} Page
 * @property {(url: string) => boolean} isHere
 * @property {(url: string) => boolean} isElsewhere
 * @property {() => boolean} isLeaving
 * @property {() => string} token
 * @property {(token: string) => void} setToken
 * @property {() => Promise<boolean>} refreshToken
 * @property {(reason: string, url?: string) => void} onWaiting
 * @property {(url: string) => void} onRefused
 * @property {(outcome: string) => void} onUnsavedElsewhere
 * @property {(url: string, revision: number) => void} onAcknowledged
 * @property {(url: string, reply: object) => void} onSaved
 * @property {(isBack: boolean) => void} onAllSaved
 * @property {() => void} onSignedIn
 * @property {() => void} onOtherStudent
 * @property {(url: string) => void} leave
 * @property {(url: string, body: string) => void} keepStale body: of the answer that a newer one was saved before
 * @property {(url: string, staleBody: string | null) => void} reopen staleBody: as in `keepStale`; null without a newer answer
 */

/**
 * Returns null without a response within the time limit.
 *
 * @param {string} url
 * @param {RequestInit} options
 * @param {(response: Response) => Promise<any>} read
 * @param {number} [timeout] in ms
 * @returns {Promise<{type: string, status: number, reply: any} | null>}
 */
export async function request(url, options, read, timeout = TIMEOUT) {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), timeout);
  try {
    const response = await fetch(url, { ...options, credentials: "same-origin", signal: stop.signal });
    const reply = await read(response);
    return { type: response.type, status: response.status, reply };
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
  }
}

/** Why there was no response: the name of a notice. */
export const awayReason = () => navigator.onLine ? "down" : "offline";

/** @param {Response} response */
export const readText = (response) => response.text();

async function readJson(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * The JSON reply to a request that a timer sends again, such as a poll. Null as of `request`.
 *
 * @param {string} url
 * @param {RequestInit} options
 */
export const requestOnTimer = (url, options) =>
  request(url, { ...options, redirect: "manual" }, readJson, TIMER_TIMEOUT);

/**
 * @param {ReturnType<typeof import("./store.js").createStore>} store
 * @param {Page} page
 * @param {{postMessage: (message: object) => void} | null} tabs
 */
export function createSender(store, page, tabs) {
  let sending = null;
  let failures = 0;
  let isStuck = false;
  // Until the next saved answer, so that a refused token is refreshed once.
  let hasNewToken = false;
  let timer = 0;
  let reachedAt = -Infinity;

  // navigator.onLine is wrong at times.
  const isReached = (within = GRACE) => performance.now() - reachedAt < within;
  const isOnline = () => navigator.onLine || isReached();
  const isIdle = () => store.pending().length === 0 && isOnline();

  function post(url, body) {
    const headers = { Accept: "application/json", "X-CSRFToken": page.token() };
    return request(url, { method: "POST", body, headers, redirect: "manual" }, readJson);
  }

  async function refreshToken() {
    const isRefreshed = await page.refreshToken();
    if (isRefreshed) hasNewToken = true;
    return isRefreshed;
  }

  function send() {
    clearTimeout(timer);
    sending ||= sendAll().finally(() => { sending = null; });
    return sending;
  }

  async function sendAll() {
    // An answer that the server fails on does not hold up the others.
    const failed = new Map();
    let isBack = false;
    const next = () => store.pending().find(({ entry }) => !failed.has(entry.url));
    for (let item = next(); item; item = next()) {
      const result = await deliver(item.key, item.entry);
      if (result === "failed") failed.set(item.entry.url, item.entry);
      if (result === "again" || result === "failed") continue;
      if (result !== "done") return wait(result, item.entry.url);
      failures = 0;
      isStuck = false;
      isBack = true;
    }
    if (failed.size > 0) return wait("down", [...failed.keys()][0]);
    isStuck = false;
    if (store.unacknowledged.size > 0 && !page.isLeaving()) {
      // The message of another tab may still arrive.
      await new Promise((resolve) => { setTimeout(resolve, GRACE); });
      if (store.pending().length > 0) return sendAll();
    }
    const [missing] = store.unacknowledged.keys();
    if (!missing) page.onAllSaved(isBack || isReached());
    else if (!page.isLeaving()) page.onRefused(missing);
  }

  async function deliver(key, entry) {
    const { url } = entry;
    store.write(key, { ...entry, isSent: true });
    const body = new URLSearchParams(entry.body);
    body.set("operation", entry.operation);
    body.set("revision", String(entry.revision));
    body.set("act", "save");
    const response = await post(url, body);
    if (response === null) return awayReason();
    const { status, reply } = response;
    // The server redirects to the join page without a session.
    if (response.type === "opaqueredirect" || status === 401) return "signed-out";
    if (status === 403 && !hasNewToken) return await refreshToken() ? "again" : "down";
    // The site names who is signed in. Any other 404 is a proxy's.
    if (status === 404 && !reply?.student) return "down";
    if (status === 404 && reply.student !== store.owner) {
      page.onOtherStudent();
      return "signed-out";
    }
    if (status === 404) store.otherStudents.add(attemptOf(url));
    else if (status === 413 || (status === 400 && reply?.outcome === "refused")) {
      store.remove(key);
      claimUnsaved(entry, reply?.outcome);
      if (!page.isElsewhere(url)) page.onRefused(url);
    } else if (status === 410 && reply) {
      store.remove(key);
      store.unacknowledged.delete(url);
      // The receipt counts the late answers, so all are sent first.
      const isLast = !store.pending().some((other) => attemptOf(other.entry.url) === attemptOf(url));
      // Or the answer was saved before the end.
      if (!page.isHere(url) && reply.outcome === "late") claimUnsaved(entry, reply.outcome);
      else if (isLast && page.isHere(url)) page.leave(reply.location);
    } else if (status === 409 && reply?.outcome === "late") {
      store.remove(key);
      store.unacknowledged.delete(url);
      // The teacher can accept the newest late answer to a closed question, so a newer one is sent first.
      if (!page.isHere(url)) claimUnsaved(entry, reply.outcome);
      else if (store.pendingFor(url).length === 0) page.reopen(url, null);
    } else if (status === 409 && reply) {
      const waiting = store.pendingFor(url);
      waiting.forEach((other) => store.remove(other.key));
      const last = waiting.pop()?.entry ?? entry;
      claimUnsaved(last, reply.outcome);
      if (page.isHere(url)) page.reopen(url, reply.outcome === "stale" ? last.body : null);
      else if (reply.outcome === "stale") page.keepStale(url, last.body);
    } else if (status === 200 && Number.isInteger(reply?.revision)) takeSaved(key, entry, reply);
    // A filter or a portal may answer with 200 too. A 400 that refuses no answer may pass: a request that broke off.
    else return [400, 500].includes(status) ? "failed" : "down";
    return "done";
  }

  // An answer of an earlier page that the server did not take is not called saved. A newer one has a reply of its own.
  // No page of another attempt can replace it, so there it is only reported.
  function claimUnsaved(entry, outcome) {
    if (store.unacknowledged.has(entry.url) || store.pendingFor(entry.url).length > 0) return;
    if (page.isElsewhere(entry.url)) page.onUnsavedElsewhere(outcome);
    else store.claim(entry);
  }

  function takeSaved(key, { url, operation }, reply) {
    hasNewToken = false;
    store.rebase(url, reply.revision, key);
    store.remove(key);
    acknowledge(url, operation, reply.revision);
    tabs?.postMessage({ url, operation, revision: reply.revision });
    if (page.isHere(url)) page.onSaved(url, reply);
  }

  function acknowledge(url, operation, revision) {
    if (store.acknowledge(url, operation, revision)) page.onAcknowledged(url, revision);
  }

  function wait(reason, url) {
    isStuck = true;
    hasNewToken = false;
    page.onWaiting(reason, url);
    // The redirect may be a portal's.
    const pause = reason === "signed-out" ? TIMEOUT : PAUSES[Math.min(failures++, PAUSES.length - 1)];
    // Random, so that a class does not come back at once.
    timer = setTimeout(send, pause * (1 + Math.random() / 4));
  }

  function receive(message) {
    // With the token of another student, a button of this page would get a 404, which may be a proxy's.
    if (message.token) return message.owner === store.owner ? resume(message.token) : null;
    reachedAt = performance.now();
    acknowledge(message.url, message.operation, message.revision);
    if (store.isOwn(message.operation) && store.pending().length === 0) send();
  }

  async function resume(token) {
    page.setToken(token);
    hasNewToken = false;
    store.otherStudents.clear();
    page.onSignedIn();
    // This request belongs to the lost session.
    await sending;
    send();
  }

  // Sends a PIN. Returns the field with the error if it is wrong.
  async function signIn(url, body) {
    let response = await post(url, body);
    if (response?.status === 403 && await refreshToken()) response = await post(url, body);
    const reply = response?.reply;
    if (reply?.token) {
      resume(reply.token);
      tabs?.postMessage({ token: reply.token, owner: store.owner });
      return null;
    }
    if (!reply?.field) wait(awayReason());
    return reply?.field || null;
  }

  // Returns whether the site replies. While it is away, a proxy may reply in its place, and a filter with 200.
  async function reach() {
    const response = await request("/livez", {}, readText);
    if (response?.status === 200 && response.reply.trim() === "ok") reachedAt = performance.now();
    return isReached();
  }

  // Returns whether all is stored and the server can be reached.
  async function settle() {
    await send();
    if (!navigator.onLine) await reach();
    return isIdle();
  }

  // Without an answer to send, only a reply shows that the site is back. A device that is online again may not reach it yet.
  async function retryNow() {
    failures = 0;
    const isBack = store.pending().length > 0 || await reach();
    await send();
    if (isBack || !navigator.onLine) return;
    clearTimeout(timer);
    timer = setTimeout(retryNow, PAUSES[PAUSES.length - 1] * (1 + Math.random() / 4));
  }

  return {
    send,
    retryNow,
    reach,
    isReached,
    isOnline,
    settle,
    isIdle,
    isStuck: () => isStuck,
    receive,
    signIn,
  };
}
