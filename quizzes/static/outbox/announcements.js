// Live regions and notices: what the page says about saving.

// In ms between two messages of a screen reader.
const QUIET = 5000;

/**
 * Lets live regions be read out one at a time. Uses no DOM but the regions.
 * A busy region is read out once it is no longer busy.
 *
 * @param {Element | null} first read out before the others
 */
export function createAnnouncer(first) {
  const pendingMessages = new Set();
  let announcedAt = -QUIET;
  let timer = 0;

  function announce(region) {
    mute(region, true);
    pendingMessages.add(region);
    if (region.querySelector("[role=alert]")) announcedAt = -QUIET;
    announceNext();
  }

  function mute(region, isBusy) {
    pendingMessages.delete(region);
    region.setAttribute("aria-busy", String(isBusy));
  }

  function announceNext() {
    clearTimeout(timer);
    const next = pendingMessages.has(first) ? first : [...pendingMessages][0];
    const pause = () => QUIET - (performance.now() - announcedAt);
    if (next && pause() <= 0) {
      mute(next, false);
      announcedAt = performance.now();
    }
    if (pendingMessages.size > 0) timer = setTimeout(announceNext, pause());
  }

  return { announce, mute };
}

/** @param {Element | null} board shows one of its notices at a time; null on a page without them */
export function createNotices(board) {
  // A notice says more than the state of the save.
  const { announce, mute } = createAnnouncer(board);
  const inNotice = (selector) => board.querySelectorAll(`:scope > .notice ${selector}`);
  const audibleText = () => Array.from(inNotice(":is(summary, p:not([hidden]))"), (place) => place.textContent).join();

  function setText(places, text) {
    places.forEach((place) => { if (place.textContent !== text) place.textContent = text; });
  }

  const notices = {
    shown: "",
    // What could not be done without the server: "question", "hand-in", "act" or "".
    blocked: "",

    /** @param {string} name  @param {number} count of waiting answers  @param {string} [number] of the question */
    show(name, count, number) {
      if (!board) return;
      const template = board.querySelector(`[data-notice="${name}"]`);
      const before = audibleText();
      const hadFocus = board.contains(document.activeElement);
      if (notices.shown !== name) {
        board.querySelectorAll(":scope > .notice").forEach((old) => old.remove());
        if (template) board.append(template.content.cloneNode(true));
      }
      notices.shown = template ? name : "";
      setText(inNotice("[data-count]"), `${count} answer${count === 1 ? "" : "s"}`);
      if (number) setText(inNotice("[data-number]"), number);
      inNotice("[data-waiting]").forEach((place) => { place.hidden = count === 0; });
      inNotice("[data-blocked]").forEach((place) => { place.hidden = place.dataset.blocked !== notices.blocked; });
      if (!notices.shown) mute(board, false);
      else if (audibleText() !== before) {
        announce(board);
        // The notice moves the page. What has the focus must stay in sight.
        const focused = document.activeElement;
        if (focused?.closest("form[data-answers]")) {
          focused.closest("label, li, button, .in")?.scrollIntoView({ block: "nearest" });
        }
      }
      if (hadFocus && !board.contains(document.activeElement)) focusContent();
    },

    setSaveState(name) {
      const place = document.querySelector("[data-save-state]");
      const template = board?.querySelector(`[data-state="${name}"]`);
      if (!place || (name && !template)) return;
      // The state that came with the page has no name.
      if (place.dataset.saveState === name && (name || !place.hasChildNodes())) return;
      place.dataset.saveState = name;
      place.replaceChildren(...template ? [template.content.cloneNode(true)] : []);
      if (name && name !== "saving") announce(place);
      else mute(place, name === "saving");
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
