// Sentences for one answer or statement are chosen by a tap on the reading. The numbers are check boxes that work
// without this script. The reading only checks and unchecks them.

const reading = document.querySelector(".desk .reading");
/** The numbers that the taps change, or null. @type {HTMLElement | null} */
let chips = null;
/** @type {HTMLButtonElement | null} */
let opener = null;
const bar = document.createElement("div");

/** @param {string} key */
function boxOf(key) {
  return /** @type {HTMLInputElement | null} */ (chips?.querySelector(`input[value="${CSS.escape(key)}"]`));
}

function showChosen() {
  for (const sentence of reading.querySelectorAll("[data-sentence]")) {
    sentence.toggleAttribute("data-tapped", Boolean(boxOf(sentence.dataset.sentence)?.checked));
  }
}

function stop() {
  chips = null;
  bar.remove();
  reading.classList.remove("tapping");
  showChosen();
  opener?.focus();
}

/** @param {HTMLElement} fieldset @param {HTMLButtonElement} button */
function start(fieldset, button) {
  chips = fieldset;
  opener = button;
  const label = document.createElement("b");
  label.textContent = fieldset.querySelector("legend").textContent;
  const done = document.createElement("button");
  done.type = "button";
  done.className = "btn alt";
  done.textContent = fieldset.dataset.done;
  done.addEventListener("click", stop);
  bar.className = "tapbar";
  bar.replaceChildren(label, done);
  reading.before(bar);
  reading.classList.add("tapping");
  showChosen();
  bar.scrollIntoView({ block: "nearest" });
  done.focus();
}

if (reading) {
  reading.addEventListener("click", (event) => {
    const sentence = event.target.closest("[data-sentence]");
    if (!chips || !sentence) return;
    // Otherwise the tap would also choose evidence of the question.
    event.preventDefault();
    const box = boxOf(sentence.dataset.sentence);
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    showChosen();
  });
  for (const fieldset of document.querySelectorAll("[data-chips]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "txt";
    button.textContent = fieldset.dataset.choose;
    button.addEventListener("click", () => start(fieldset, button));
    fieldset.append(button);
    fieldset.addEventListener("change", () => { if (chips === fieldset) showChosen(); });
  }
}
