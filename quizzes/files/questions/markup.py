"""HTML in questions as plain text. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from quizzes.content.question_types.question import has_visible
from quizzes.files.questions.formulas import FormulaReader, raised
from quizzes.files.questions.item import ItemPicture
from quizzes.files.questions.pictures import CREDIT_CLASS, PictureTaker
from quizzes.phrases import gettext, gettext_noop

# The start or end of a paragraph or another block. It becomes a line break, unless the line has no text.
EDGE = "\x1d"
_BLOCKS = frozenset("p div li tr h1 h2 h3 h4 h5 h6 ul ol table blockquote pre dd dt section".split())
_HIDDEN = frozenset(("script", "style", "head", "title"))
A_PICTURE = gettext_noop("A picture was left out.")
_MEDIA = {
    "img": A_PICTURE,
    "video": gettext_noop("A video was left out."),
    "audio": gettext_noop("A recording was left out."),
    "iframe": gettext_noop("An embedded page was left out."),
    "object": gettext_noop("A file was left out."),
}
A_FORMULA = gettext_noop("A picture, a recording, or a formula was left out.")
_STRUCK = frozenset(("s", "strike", "del"))
_WHITE = re.compile(r"\s+")
_STARTS_A_TAG, _ENTITY = re.compile(r"<[a-zA-Z/!]"), re.compile(r"&[a-zA-Z#]")
# “a<b and c>d” is not a tag: only these attributes have no value. The limits keep the time linear.
_BARE = "allowfullscreen|autoplay|checked|controls|disabled|hidden|loop|muted|noshade|nowrap|reversed|selected"
_NO_TAG = re.compile(
    rf"""<[a-zA-Z][^\s/>"'=]{{0,30}}(?:\s{{1,9}}(?!(?:{_BARE})\b)[^\s/>"'=]{{1,30}}){{1,20}}\s{{0,9}}>"""
)


_LETTERS = re.compile(r"(upper|lower)-(alpha|latin|roman)")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_ALPHABET = 26
_MAX_START = 4


@dataclass(slots=True)
class _Numbers:
    """The numbers of a list, because an answer can name them. kind: “1”, “a”, “A”, “i”, or “I”, as in HTML.

    first: of its first line. count: of its lines so far. places: of the numbers in the text.
    """

    kind: str
    first: int
    count: int = 0
    places: list[int] = field(default_factory=list)

    def next(self) -> str:
        """The number of the next line."""
        number = self.first + self.count
        self.count += 1
        return f"{self._written(number)}. "

    def _written(self, number: int) -> str:
        if self.kind in "aA" and 0 < number <= _ALPHABET:
            return chr(ord(self.kind) + number - 1)
        if self.kind not in "iI" or not 0 < number <= _ALPHABET:
            return str(number)
        rest, found = number, ""
        for value, letters in _ROMAN:
            found += letters * (rest // value)
            rest %= value
        return found if self.kind == "i" else found.upper()


def _numbers_of(attributes: Mapping[str, str | None]) -> _Numbers:
    kind, start = attributes.get("type") or "1", attributes.get("start") or "1"
    if styled := _LETTERS.search(attributes.get("style") or ""):
        kind = "i" if styled[2] == "roman" else "a"
        kind = kind.upper() if styled[1] == "upper" else kind
    is_short = start.isascii() and start.isdecimal() and len(start) <= _MAX_START
    return _Numbers(kind if kind in ("a", "A", "i", "I") else "1", int(start) if is_short else 1)


def number_lists(root: Element) -> None:
    """Write the numbers of lists into the text of their lines."""
    for element in root.iter("ol"):
        lines, numbers = element.findall("li"), _numbers_of(element.attrib)
        for line in lines if len(lines) > 1 else ():
            number = numbers.next()
            first = next((part for part in line.iter() if (part.text or "").strip()), None)
            if first is not None:
                first.text = number + (first.text or "").lstrip()


class _Reader(HTMLParser):
    def __init__(self, taker: PictureTaker | None) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.lost: list[str] = []
        self._hidden = 0
        self._taker = taker
        # The tag of our own line with the credit of a picture, while it is read.
        self._credit = ""
        # Where the text of an open <sup> starts in `parts`.
        self._raised: int | None = None
        # The open lists, None for one without numbers, and the number that waits for the text of its line.
        self._lists: list[_Numbers | None] = []
        self._number: tuple[_Numbers, str] | None = None
        # The formula that is read.
        self._formula: FormulaReader | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._formula is not None:
            self._formula.start(tag)
            return
        if tag.rpartition(":")[2] == "math":
            self._formula = FormulaReader()
            return
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self.parts.append(EDGE)
        if tag in ("ol", "ul"):
            self._lists.append(_numbers_of(dict(attrs)) if tag == "ol" else None)
        if tag == "li" and self._lists and (numbers := self._lists[-1]) is not None:
            self._number = (numbers, numbers.next())
        if tag in _STRUCK or "line-through" in (dict(attrs).get("style") or ""):
            self.lost.append(gettext("Struck-out words look like the others now."))
        if tag == "br":
            self.parts.append("\n")
        if tag in ("td", "th"):
            self.parts.append(" ")
        if tag == "sup":
            self._raised = len(self.parts)
        if self._taker is not None and CREDIT_CLASS in (dict(attrs).get("class") or "").split():
            self._credit = tag
        if tag in _MEDIA:
            alt = dict(attrs).get("alt") or ""
            if tag == "img" and self._taker is not None and self._taker.take(dict(attrs).get("src") or "", alt):
                return
            self.parts.append(f" {alt} ")
            self.lost.append(gettext(_MEDIA[tag]))

    def handle_endtag(self, tag: str) -> None:
        if self._formula is not None:
            if self._formula.end(tag):
                self.end_formula()
            return
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag == self._credit:
            self._credit = ""
        if tag == "sup" and self._raised is not None:
            self.parts[self._raised :] = [raised("".join(self.parts[self._raised :]))]
            self._raised = None
        if tag in ("ol", "ul") and self._lists and (numbers := self._lists.pop()) and numbers.count == 1:
            # Word puts each answer into a list of its own.
            for place in numbers.places:
                self.parts[place] = ""
        if tag in _BLOCKS:
            self.parts.append(EDGE)

    def end_formula(self) -> None:
        """Add the text of the open formula, if there is one, or note that it is left out."""
        if self._formula is None:
            return
        text, self._formula = self._formula.text(), None
        if text is None:
            self.lost.append(gettext(A_FORMULA))
        else:
            self.handle_data(text)

    def handle_data(self, data: str) -> None:
        if self._formula is not None:
            self._formula.data(data)
            return
        if self._credit and self._taker is not None:
            self._taker.credit += data
        elif not self._hidden:
            if self._number and data.strip():
                self._number[0].places.append(len(self.parts))
                self.parts.append(self._number[1])
                self._number = None
            # A line break of the source is a space, as in a browser.
            self.parts.append(_WHITE.sub(" ", data))


def plain(text: str, taker: PictureTaker | None = None) -> tuple[str, list[str]]:
    """(text without markup, notes on what was left out). Text without markup only loses extra spaces.

    taker: gets the first picture of the text and its credit.
    """
    # No tag ends after the last “>”, so that a “<” there is text, as in “a<b”.
    end = text.rfind(">") + 1
    marked = _NO_TAG.sub(lambda match: match[0].replace("<", "&lt;"), text[:end])
    if not (_STARTS_A_TAG.search(marked) or _ENTITY.search(text)):
        return tidy(text), []
    reader = _Reader(taker)
    reader.feed(marked + text[end:].replace("<", "&lt;"))
    reader.close()
    reader.end_formula()
    return tidy("".join(reader.parts)), list(dict.fromkeys(reader.lost))


# What Moodle writes for texts in several languages, by 2 of its filters. No text holds the start of the next one, so
# that the time is linear.
_SPAN = r"""<span\b(?=[^>]{0,200}\bclass="multilang")"""
_LANGUAGES = re.compile(
    rf"""{_SPAN}[^>]{{0,200}}?\blang="(?P<lang>[\w-]{{1,20}})"[^>]{{0,200}}>(?P<text>(?:(?!{_SPAN}).)*?)</span>"""
    r"""|\{mlang\s+(?P<lang2>[\w,-]{1,40})\}(?P<text2>(?:(?!\{mlang\s).)*?)\{mlang\}""",
    re.DOTALL | re.IGNORECASE,
)
_HAS_LANGUAGES = re.compile(r"multilang|\{mlang", re.IGNORECASE)


def in_one_language(text: str, notes: list[str]) -> str:
    """The text in English, or else in its first language. notes: says so if others were left out."""
    if not _HAS_LANGUAGES.search(text):
        return text
    found = [(match["lang"] or match["lang2"]).casefold() for match in _LANGUAGES.finditer(text)]
    kept = next((lang for lang in found if lang.partition("-")[0].partition("_")[0] == "en"), found[0] if found else "")
    if len(set(found) - {"other"}) > 1:
        notes.append(gettext("Its texts in other languages than “{value}” were left out.").format(value=kept))
    return _LANGUAGES.sub(
        lambda match: (
            (match["text"] or match["text2"] or "") if (match["lang"] or match["lang2"]).casefold() == kept else ""
        ),
        text,
    )


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]|[\ud800-\udfff]")
# Most texts need no change. One search is four times as fast as the whole work.
_UNTIDY = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]|\s\s|^\s|\s$|[^\S ]")
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(rf"[\n{EDGE}][ \n{EDGE}]*")
_BLANK_LINES = re.compile(r"\n{3,}")


def without_controls(text: str) -> str:
    """The text without characters that no page or no database can hold."""
    return _CONTROL.sub("", text)


def tidy(text: str) -> str:
    """The text with single spaces, without control characters and outer spaces, and with single blank lines.

    A line in which nothing is visible is a blank line. An EDGE is a line break if its line has text.
    """
    if not _UNTIDY.search(text):
        return text if has_visible(text) else ""
    if EDGE in text:
        text = _BREAKS.sub(lambda found: "\n" * (found[0].count("\n") + found[0].startswith(EDGE)), text)
    lines = (_SPACES.sub(" ", line).strip() for line in _CONTROL.sub("", text).splitlines())
    shown = "\n".join(line if has_visible(line) else "" for line in lines)
    return _BLANK_LINES.sub("\n\n", shown.strip("\n"))


# “**word**” and “*word*” of Markdown.
_EMPHASIS = re.compile(r"(\*\*|__|\*)(\S(?:[^*_\n]{0,200}\S)?)\1")


def without_emphasis(text: str) -> str:
    """Text in Markdown without the signs for bold and italic."""
    return _EMPHASIS.sub(r"\2", text)


def html(text: str) -> str:
    """Plain text as HTML, with line breaks."""
    return "<br>".join(escape(line, quote=False) for line in text.splitlines())


def html_with_picture(text: str, picture: ItemPicture, address: str) -> str:
    """Plain text as HTML, with its picture at this address and the credit."""
    return (
        f'<p>{html(text)}</p><p><img src="{escape(address)}" alt="{escape(picture.alternative)}"></p>'
        f'<p class="{CREDIT_CLASS}"><small>{html(picture.credit)}</small></p>'
    )
