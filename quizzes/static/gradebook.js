// Arrow keys move from cell to cell of a gradebook, as in a spreadsheet. Without this every link is there for Tab.

for (const table of document.querySelectorAll("table.grid")) {
  const rows = [...table.rows].map((row) => [...row.cells]);
  // A cell is its first link, where it has one: Enter then opens it.
  const target = (cell) => cell.querySelector("a") || cell;
  const frame = table.parentElement;
  const links = table.querySelectorAll("a");
  let current = null;

  const place = (cell) => {
    const row = rows.findIndex((cells) => cells.includes(cell));
    return [row, rows[row].indexOf(cell)];
  };

  const setCurrent = (cell) => {
    if (current) target(current).tabIndex = -1;
    current = cell;
    target(cell).tabIndex = 0;
  };

  // The table scrolls within its own frame. Sticky headings cover cells, which still count as visible.
  const reveal = (cell) => {
    const corner = rows[0][0].getBoundingClientRect();
    const foot = table.tFoot ? table.tFoot.getBoundingClientRect().height : 0;
    frame.style.scrollPaddingBlock = `${corner.height}px ${foot}px`;
    frame.style.scrollPaddingInline = `${corner.width}px 0`;
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const go = (row, column) => {
    const cells = rows[Math.max(0, Math.min(row, rows.length - 1))];
    const cell = cells[Math.max(0, Math.min(column, cells.length - 1))];
    setCurrent(cell);
    frame.scrollIntoView({ block: "nearest" });
    target(cell).focus({ preventScroll: true });
    reveal(cell);
  };

  for (const link of links) link.tabIndex = -1;
  for (const cell of rows.flat()) target(cell).tabIndex = -1;
  const first = table.tBodies[0] && table.tBodies[0].rows[0];
  if (first) setCurrent(first.cells[0]);
  // A heading may have two links. Tab still reaches those that the arrow keys do not.
  for (const link of links) if (link !== target(link.closest("th,td"))) link.tabIndex = 0;

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("th,td");
    if (cell && event.target === target(cell)) setCurrent(cell);
    // Tab leads to the other links of a heading. Under a mouse, nothing moves between press and release.
    else if (cell && event.target.matches(":focus-visible")) reveal(cell);
  });

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("th,td");
    if (!cell || event.altKey || event.metaKey || event.shiftKey) return;
    const [row, column] = place(cell);
    const whole = event.ctrlKey;
    // Columns run from right to left in some languages.
    const isReversed = getComputedStyle(table).direction === "rtl";
    const [back, forward] = isReversed ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"];
    const moves = {
      ArrowUp: [whole ? 0 : row - 1, column],
      ArrowDown: [whole ? rows.length - 1 : row + 1, column],
      [back]: [row, whole ? 0 : column - 1],
      [forward]: [row, whole ? rows[row].length - 1 : column + 1],
      Home: [whole ? 0 : row, 0],
      End: [whole ? rows.length - 1 : row, rows[row].length - 1],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    go(...move);
  });

  for (const note of document.querySelectorAll("[data-keys]")) note.hidden = false;
}
