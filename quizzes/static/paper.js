// In a grid of answers Enter and the arrow keys move between students, as in a spreadsheet; Tab moves as it always does.
// Without JavaScript Enter saves what is typed.

const grid = document.querySelector("[data-grid]");

function nextRow(from, step) {
  let next = from;
  do next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
  while (next && !next.querySelector("input.cell"));
  return next;
}

// The questions of form B have another order, so its cells have the hints of other questions.
grid?.addEventListener("change", event => {
  const form = event.target.closest("select.cell");
  if (!form) return;
  for (const cell of form.closest("tr").querySelectorAll("input.cell")) {
    const hints = cell.getAttribute("aria-describedby").replace(/\bhint-[AB]-/, `hint-${form.value}-`);
    cell.setAttribute("aria-describedby", hints);
  }
});

grid?.addEventListener("keydown", event => {
  const cell = event.target.closest("input.cell");
  if (!cell || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const cells = [...cell.closest("tr").querySelectorAll("input.cell")];
  const place = event.key === "Enter" ? 0 : cells.indexOf(cell);
  const next = nextRow(cell.closest("tr"), step);
  if (next) {
    const to = next.querySelectorAll("input.cell")[place];
    to.focus();
    to.select();
  } else if (step > 0) grid.querySelector("button.btn").focus();
});
