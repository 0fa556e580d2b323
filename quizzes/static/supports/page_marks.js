// The marks of the attempt on this page, shared by the modules of its supports.
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

async function post(changed) {
  clearTimeout(timer);
  const body = new URLSearchParams({
    marks: JSON.stringify(changed),
    csrfmiddlewaretoken: document.querySelector("input[name=csrfmiddlewaretoken]").value,
  });
  const options = { method: "POST", body, redirect: "manual", credentials: "same-origin" };
  const response = await fetch(address, options).catch(() => null);
  // A form that the server refuses stays refused. Anything else may pass: no network, no session, an old token.
  if (response?.ok || response?.status === 400) return true;
  timer = setTimeout(() => marks.send(), RETRY);
  return false;
}

export const marks = createMarks(storage(), document.querySelector("[data-outbox]")?.dataset.owner, address, post);

async function load() {
  const response = await fetch(address, { redirect: "manual", credentials: "same-origin" }).catch(() => null);
  const stored = response?.ok ? (await response.json()).marks : [];
  marks.load(stored);
  marks.send();
}

/** Settles once the marks of the server are known, or it cannot be reached. */
export const loaded = load();

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
