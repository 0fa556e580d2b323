// The marks of the attempt on this page, shared by the modules of its supports.
import { requestOnTimer } from "../outbox/sender.js";
import { afterPress } from "../press.js";
import { createMarks } from "./marks.js";

// In ms. A lesson is short, and a phone finds its network within seconds.
const RETRY = 15000;

const tools = document.querySelector("[data-tools]");
const address = new URL(tools.dataset.tools, location.href).pathname;
let timer = 0;

// A page without storage keeps marks in memory.
const inMemory = { getItem: () => null, setItem: () => { throw new Error("no storage"); }, removeItem() {} };

function storage() {
  try {
    localStorage.getItem("footnote");
    return localStorage;
  } catch {
    return inMemory;
  }
}

/** The reply of the site, or null: no network, no session, an old token, or a page of something in between. */
const request = async (options) => (await requestOnTimer(address, options))?.reply;

async function post(changed) {
  clearTimeout(timer);
  const body = new URLSearchParams({
    marks: JSON.stringify(changed),
    csrfmiddlewaretoken: document.querySelector("input[name=csrfmiddlewaretoken]").value,
  });
  const reply = await request({ method: "POST", body });
  // What the site does not keep stays refused.
  if (typeof reply?.is_kept === "boolean") return true;
  timer = setTimeout(() => marks.send(), RETRY);
  return false;
}

export const marks = createMarks(storage(), document.querySelector("[data-outbox]")?.dataset.owner, address, post);

/** Returns whether the site replied. */
async function load() {
  const reply = await request({});
  marks.load(reply?.marks ?? []);
  marks.send();
  return Boolean(reply?.marks);
}

/** Settles once the marks of the server are known, or it cannot be reached. The supports that come then move the page. */
export const loaded = load().then(async (isKnown) => {
  await new Promise(afterPress);
  return isKnown;
});

/** Settles once the marks of the server are known. What replaces a mark must not be shown before. */
export async function known() {
  let isKnown = await loaded;
  while (!isKnown) {
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY);
      window.addEventListener("online", resolve, { once: true });
    });
    isKnown = await load();
  }
}

window.addEventListener("online", () => marks.send());
document.addEventListener("footnote:signed-in", () => marks.send());

/** Calls `show` now and whenever another question, or a verdict, takes the place of the one on the page. */
export function onQuestion(show) {
  const main = document.querySelector("main");
  let shown = null;
  const look = () => {
    const question = document.querySelector("#question") ?? main;
    if (question === shown) return;
    shown = question;
    show(question);
  };
  new MutationObserver(look).observe(main, { childList: true, subtree: true });
  look();
}
