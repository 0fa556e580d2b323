// A note above a table that is wider than its frame. On a phone, the edge of a column can be the edge of the window,
// and then nothing else shows that there are more columns.

for (const note of document.querySelectorAll("[data-sideways]")) {
  const frame = note.nextElementSibling;
  new ResizeObserver(() => { note.hidden = frame.scrollWidth <= frame.clientWidth; }).observe(frame);
}
