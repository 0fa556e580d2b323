// What the page says about saving: notices, the state of the save, and what a screen reader reads out.

// In ms between two messages of a screen reader.
const QUIET = 5000;
// In ms. A region that is emptied and filled in one task, or beside other changes of the page, is often not read out.
const OWN_TASK = 100;
// In ms, less than QUIET. A browser tells screen readers of changes in batches: the same text again within one is no change.
const KEPT = 4000;

/**
 * Reads messages out one at a time. Uses no DOM but the two live regions, which stay in the page.
 *
 * @param {Element | null} status its messages wait until nothing was said for a while
 * @param {Element | null} alarm its messages interrupt
 */
export function createAnnouncer(status, alarm) {
  // By kind, the most important kind first. A newer message of a kind replaces one that still waits.
  const pending = { notice: "", state: "" };
  const writing = new Map();
  let announcedAt = -QUIET;
  let timer = 0;

  function write(region, text) {
    clearTimeout(writing.get(region));
    region.textContent = "";
    if (!text) return;
    writing.set(region, setTimeout(() => {
      region.textContent = clean(text);
      announcedAt = performance.now();
      writing.set(region, setTimeout(() => { region.textContent = ""; }, KEPT));
    }, OWN_TASK));
    announcedAt = performance.now();
  }

  /** @param {"notice" | "state"} kind  @param {string} text  "": what waits is out of date */
  function say(kind, text) {
    pending[kind] = clean(text);
    sayNext();
  }

  /** @param {string} text read out at once; "": no longer true */
  function interrupt(text) {
    if (!alarm) return;
    pending.notice = "";
    write(alarm, text);
  }

  function sayNext() {
    clearTimeout(timer);
    if (!status) return;
    const kind = Object.keys(pending).find((name) => pending[name]);
    const pause = () => QUIET - (performance.now() - announcedAt);
    if (kind && pause() <= 0) {
      write(status, pending[kind]);
      pending[kind] = "";
    }
    if (Object.values(pending).some(Boolean)) timer = setTimeout(sayNext, pause());
  }

  return { say, interrupt };
}

const clean = (text) => text.trim().replace(/\s+/g, " ");

/** @param {Element | null} outbox shows one of its notices at a time; null on a page without them */
export function createNotices(outbox) {
  const region = (name) => outbox?.querySelector(`:scope > [data-say="${name}"]`) ?? null;
  const { say, interrupt } = createAnnouncer(region("status"), region("alert"));
  const inNotice = (selector) => outbox.querySelectorAll(`:scope > .notice ${selector}`);
  const audibleText = () => Array.from(inNotice(":is(summary, p:not([hidden]))"), (place) => place.textContent).join(" ");
  let blocked = "";
  let saidBlocked = "";

  function setText(places, text) {
    places.forEach((place) => { if (place.textContent !== text) place.textContent = text; });
  }

  // The page has the words, in its language and for each form of its plural.
  function countedAnswers(count) {
    const forms = outbox.dataset;
    const text = forms[new Intl.PluralRules(document.documentElement.lang).select(count)] ?? forms.other ?? "";
    return text.replace("{}", count);
  }

  const notices = {
    shown: "",
    // The numbers of the questions that can be opened without the server.
    openable: "",
    // Whether the browser could not store an answer that waits.
    isUnkept: false,
    // What could not be done without the server: "question", "questions", "hand-in", "time-up", "sign-out", "act" or "".
    get blocked() { return blocked; },
    set blocked(name) {
      blocked = name;
      // The next press is said, though the notice shows the same words.
      if (!name) saidBlocked = "";
    },

    /** @param {string} name  @param {number} count of waiting answers  @param {string} [number] of the question */
    show(name, count, number) {
      if (!outbox) return;
      const template = outbox.querySelector(`[data-notice="${name}"]`);
      const before = audibleText();
      const isNew = notices.shown !== name;
      const isBlockedAnew = notices.blocked !== saidBlocked;
      const hadFocus = outbox.contains(document.activeElement);
      if (isNew) {
        outbox.querySelectorAll(":scope > .notice").forEach((old) => old.remove());
        if (template) outbox.append(template.content.cloneNode(true));
      }
      notices.shown = template ? name : "";
      setText(inNotice("[data-count]"), countedAnswers(count));
      if (number) setText(inNotice("[data-number]"), number);
      setText(inNotice("[data-openable]"), notices.openable);
      // The answer may fit again while the notice stays.
      inNotice("[data-unkept]").forEach((place) => {
        place.dataset.keptText ??= place.textContent;
        setText([place], notices.isUnkept ? place.dataset.unkept : place.dataset.keptText);
      });
      // It says to keep going.
      inNotice("[data-waiting]").forEach((place) => { place.hidden = count === 0 || notices.blocked === "time-up"; });
      inNotice("[data-blocked]").forEach((place) => { place.hidden = !place.dataset.blocked.split(" ").includes(notices.blocked); });
      saidBlocked = notices.blocked;
      if (isNew) interrupt("");
      if (!notices.shown) say("notice", "");
      else if (audibleText() !== before || isBlockedAnew) {
        // A student whose button had no effect must hear that first. News of a waiting answer is less urgent.
        const isAlarm = "alarm" in template.dataset && (isNew || isBlockedAnew);
        if (isAlarm) interrupt(audibleText());
        else say("notice", audibleText());
        // The notice moves the page. What has the focus must stay in sight.
        const focused = document.activeElement;
        if (focused?.closest("form[data-answers]")) {
          focused.closest("label, li, button, .in")?.scrollIntoView({ block: "nearest" });
        }
      }
      if (hadFocus && !outbox.contains(document.activeElement)) focusContent();
    },

    setSaveState(name) {
      const place = document.querySelector("[data-save-state]");
      const template = outbox?.querySelector(`[data-state="${name}"]`);
      if (!place || (name && !template)) return;
      // The state that came with the page has no name.
      if (place.dataset.saveState === name && (name || !place.hasChildNodes())) return;
      place.dataset.saveState = name;
      place.replaceChildren(...template ? [template.content.cloneNode(true)] : []);
      say("state", name && name !== "saving" ? place.textContent : "");
    },

    /** Says again that the answer is saved. Returns false if the page does not show that. */
    repeatSaved() {
      const place = document.querySelector("[data-save-state]");
      // The state that came with the page has no name. Its text for browsers without scripts is not shown.
      if (!place?.childElementCount || (place.dataset.saveState || "saved") !== "saved") return false;
      say("state", place.innerText);
      return true;
    },
  };
  return notices;
}

// To the target of the skip link, which may be behind the reading.
function focusContent() {
  const tab = document.querySelector("#v-q");
  if (tab) tab.checked = true;
  document.querySelector(document.querySelector(".skip").hash)?.focus();
}
