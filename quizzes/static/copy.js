// The button that copies a link. It stays hidden without JavaScript and where the browser forbids the clipboard.

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const copied = button.parentElement.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.value);
      copied.textContent = copied.dataset.done;
    } catch {
      source.select();
      copied.textContent = copied.dataset.selected;
    }
  });
}
