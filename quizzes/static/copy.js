// The button that copies a link. It stays hidden without JavaScript and where the browser forbids the clipboard.

// In ms. As in outbox/announcements.js.
const OWN_TASK = 100;

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const copied = button.parentElement.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    // The second time, the text is the same, and a screen reader would say nothing.
    copied.textContent = "";
    let text = copied.dataset.done;
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      source.select();
      text = copied.dataset.selected;
    }
    setTimeout(() => { copied.textContent = text; }, OWN_TASK);
  });
}
