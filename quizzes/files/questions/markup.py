"""HTML in questions as plain text. Pure."""

import re
from html import escape
from html.parser import HTMLParser

_BLOCKS = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 ul ol table blockquote pre dd dt section".split())
_HIDDEN = frozenset(("script", "style", "head", "title"))
_MEDIA = {
    "img": "A picture",
    "video": "A video",
    "audio": "A recording",
    "iframe": "An embedded page",
    "object": "A file",
}
_WHITE = re.compile(r"\s+")
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in ("td", "th"):
            self.parts.append(" ")
        if tag in _MEDIA:
            alt = dict(attrs).get("alt") or ""
            self.parts.append(f" {alt} ")
            self.lost.append(f"{_MEDIA[tag]} was left out.")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # As in a browser, a line break of the source is a space.
            self.parts.append(_WHITE.sub(" ", data))


def plain(text: str) -> tuple[str, list[str]]:
    """(text without markup, notes on what was left out). Text without markup only loses extra spaces."""
    if not _LOOKS_LIKE_HTML.search(text):
        return tidy(text), []
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return tidy("".join(reader.parts)), list(dict.fromkeys(reader.lost))


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]|[\ud800-\udfff]")
# Most texts need no change. One search is four times as fast as the whole work.
_UNTIDY = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]|\s\s|^\s|\s$|[^\S ]")
_SPACES = re.compile(r"[^\S\n]+")


def tidy(text: str) -> str:
    """The text with single spaces, without control characters, blank lines and outer spaces."""
    if not _UNTIDY.search(text):
        return text
    lines = (_SPACES.sub(" ", line).strip() for line in _CONTROL.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)


_GAP_MARK = re.compile(r"\{([a-z])\}")


def without_gaps(text: str) -> str:
    """The text without marks that would be blanks: “{a}” becomes “(a)”."""
    return _GAP_MARK.sub(r"(\1)", text)


def html(text: str) -> str:
    """Plain text as HTML, with line breaks."""
    return "<br>".join(escape(line, quote=False) for line in text.splitlines())
