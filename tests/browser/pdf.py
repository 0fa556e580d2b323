"""What a PDF of Chromium's says of itself: the size of each page, and where marks that a test put on the page came out.

Chromium writes dictionaries in plain text and compresses streams alone, so links can be read without a library.
"""

import re
import zlib
from dataclasses import dataclass

from playwright.sync_api import Page

LETTER, A4 = (612, 792), (595, 842)  # width and height in points
PLACE = "https://place.test/"

# Two anchors in each element, in the first and the last line of it, too small to move anything.
_MARK = """([selector, place]) => {
  const inFlow = element => [...element.children].filter(
    child => !["inline", "contents"].includes(getComputedStyle(child).display)
      && getComputedStyle(child).position !== "absolute" && !(child instanceof SVGElement));
  document.querySelectorAll(selector).forEach((element, number) => {
    for (const [end, where] of [["top", "afterbegin"], ["bottom", "beforeend"]]) {
      let line = element;
      while (inFlow(line).length) line = inFlow(line).at(end === "top" ? 0 : -1);
      const anchor = document.createElement("a");
      anchor.href = `${place}${number + 1}/${end}`;
      anchor.textContent = "·";
      Object.assign(anchor.style, {fontSize: "1px", lineHeight: "0", alignSelf: "start"});
      line.insertAdjacentElement(where, anchor);
    }
  });
}"""


@dataclass(frozen=True)
class PdfPage:
    """One page. size: width and height in points. places: marks on it, as (number, "top" or "bottom").

    beyond: links that reach over the edge of the paper. filled: how far down the page the lowest mark is, 0 to 1.
    first_line: the letters of the first line, as the numbers that its font gives them.
    """

    size: tuple[float, float]
    places: list[tuple[int, str]]
    beyond: list[str]
    filled: float
    first_line: str

    def is_of(self, size: tuple[int, int]) -> bool:
        """Whether it is of this size, to the point by which Chromium rounds up."""
        return all(abs(one - other) <= 1 for one, other in zip(self.size, size, strict=True))


def mark(page: Page, selector: str) -> None:
    """Put a mark at the beginning and at the end of each element, numbered from 1."""
    page.evaluate(_MARK, [selector, PLACE])


def read_pdf(content: bytes) -> list[PdfPage]:
    """The pages of a PDF in their order."""
    text = content.decode("latin-1")
    objects = dict(re.findall(r"^(\d+) 0 obj\n(.*?)endobj", text, re.DOTALL | re.MULTILINE))
    pages = []
    for number in _page_numbers(objects):
        body = objects[number]
        left, bottom, right, top = (float(value) for value in _box(body, "MediaBox"))
        places, beyond, lowest = [], [], top
        for link in re.findall(r"(\d+) 0 R", "".join(re.findall(r"/Annots \[(.*?)\]", body, re.DOTALL))):
            annotation = objects[link]
            uri = "".join(re.findall(r"/URI \((.*?)\)", annotation))
            x, y, x2, y2 = (float(value) for value in _box(annotation, "Rect"))
            if x < left or x2 > right or y < bottom or y2 > top:
                beyond.append(uri)
            if uri.startswith(PLACE):
                place, end = uri.removeprefix(PLACE).split("/")
                places.append((int(place), end))
                lowest = min(lowest, y)
        filled = (top - lowest) / (top - bottom)
        pages.append(PdfPage((right - left, top - bottom), places, beyond, filled, _first_line(objects, body)))
    return pages


def split_marks(pages: list[PdfPage]) -> list[int]:
    """The numbers of the marked elements that begin on one page and end on another."""
    where: dict[tuple[int, str], int] = {place: at for at, page in enumerate(pages) for place in page.places}
    numbers = sorted({number for number, _ in where})
    return [number for number in numbers if where[number, "top"] != where[number, "bottom"]]


def _page_numbers(objects: dict[str, str]) -> list[str]:
    root = next(body for body in objects.values() if re.search(r"/Type /Catalog", body))
    [tree] = re.findall(r"/Pages (\d+) 0 R", root)
    return _leaves(objects, tree)


def _leaves(objects: dict[str, str], number: str) -> list[str]:
    body = objects[number]
    kids = re.search(r"/Kids \[(.*?)\]", body, re.DOTALL)
    if kids is None:
        return [number]
    return [leaf for kid in re.findall(r"(\d+) 0 R", kids.group(1)) for leaf in _leaves(objects, kid)]


def _first_line(objects: dict[str, str], body: str) -> str:
    number = re.findall(r"/Contents (\d+) 0 R", body)[0]
    stream = objects[number].partition("stream\n")[2].encode("latin-1")
    # The stream ends before the word `endstream`.
    drawn = zlib.decompressobj().decompress(stream).decode("latin-1")
    return " ".join(re.findall(r"<(\w+)> Tj", drawn.partition("\nET")[0]))


def _box(body: str, name: str) -> list[str]:
    found = re.search(rf"/{name} \[([^\]]*)\]", body)
    return found.group(1).split() if found else []
