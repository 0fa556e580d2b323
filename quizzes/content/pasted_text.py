"""Clean a pasted text of what web pages, word processors and PDF files leave in it, and count what changed. Pure."""

import html
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

# Only names that HTML has, so that “<3” and “a < b” stay.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>a|abbr|address|article|aside|audio|b|blockquote|body|br|button|caption|center|cite|code|"
    r"col|colgroup|dd|del|div|dl|dt|em|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|"
    r"input|ins|label|li|link|main|mark|meta|nav|noscript|ol|option|p|picture|pre|q|s|script|section|select|small|"
    r"source|span|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|u|ul|"
    r"video|wbr)(?:\s[^<>]*|/)?>|<(?:!--|!doctype\b)",
    re.IGNORECASE,
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td th thead tr ul".split()
)
# What is between these tags is no text for readers.
_UNSEEN = frozenset({"script", "style", "head", "template", "title"})
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,10}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_SOFT_HYPHEN = "\u00ad"
_SPLIT_WORD = re.compile(r"(?<!\w)(?P<start>\w++)[-\u2010][^\S\n]*\n[^\S\n]*(?P<rest>\w+)")
# With these, a hyphen at the end of a line belongs to the word: “well-known”.
_HYPHEN_STAYS = frozenset(
    "all co cross eight eighty ex fifty five forty four full half high ill in left long low mid middle mother near new "
    "nine ninety non off old one on open out part post pre pro re right self semi seven seventy short six sixty so "
    "son state ten thirty three twenty two up vice well worst best year".split()
)

_END_MARK = re.compile(r"""[.!?…:。！？؟]["'”’»)\]」』）]*$""")
# A file of fixed width breaks lines at 40 to 130 characters. A longer line is a paragraph.
_NARROWEST, _WIDEST = 40, 130
# A line of a paragraph fills at least this share of the width. A shorter one is a headline or a paragraph's last line.
_FULL_LINE = 0.75


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text with a blank line between paragraphs and no line break in one, and what was changed for it.

    tags: HTML tags removed. words: as joined, in order. lines: line breaks replaced by spaces. entities: replaced.
    """

    text: str
    tags: int = 0
    words: tuple[str, ...] = ()
    lines: int = 0
    entities: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether more than spaces changed."""
        return bool(self.tags or self.words or self.lines or self.entities)


def clean_text(text: str) -> CleanText:
    """The text without HTML tags, hyphens at line ends and line breaks within paragraphs. Linear in the length."""
    text = "\n".join(text.splitlines())
    text, tags, entities = _without_tags(text)
    text, words = _with_whole_words(text)
    paragraphs = list(_paragraphs(text))
    return CleanText(
        "\n\n".join(" ".join(lines) for lines in paragraphs),
        tags,
        words,
        sum(len(lines) - 1 for lines in paragraphs) + len(words),
        entities,
    )


def _without_tags(text: str) -> tuple[str, int, int]:
    """The text without tags and entities, and how many of each there were."""
    parts, place, count, unseen_until = list[str](), 0, 0, 0
    lowered = _lowered(text)
    unclosed = set[str]()
    for match in _TAG.finditer(text):
        if match.start() < unseen_until:
            continue
        parts.append(text[place : match.start()])
        count += 1
        place = match.end()
        name = (match["name"] or "").casefold()
        end_mark = _end_mark(match[0], name)
        # Each mark that is missing is looked for once.
        if end_mark and not match["close"] and end_mark not in unclosed:
            end = lowered.find(end_mark, place)
            if end < 0:
                unclosed.add(end_mark)
            else:
                place = unseen_until = end if name else end + len(end_mark)
        parts.append("\n\n" if name in _BLOCKS else "\n" if name == "br" else "")
    parts.append(text[place:])
    joined, entities = _ENTITY.subn(lambda match: html.unescape(match[0]), "".join(parts))
    return joined, count, entities


def _end_mark(opening: str, name: str) -> str:
    """What ends the text that a tag hides; "" if it hides none. name: "" for a comment or a declaration."""
    if opening == "<!--":
        return "-->"
    if not name:
        return ">"
    return f"</{name}" if name in _UNSEEN else ""


def _lowered(text: str) -> str:
    """The text in lower case, letter by letter: `str.lower` can change the length."""
    return text.translate(_LOWER)


def _with_whole_words(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with the words that a line end splits joined, and these words."""
    known, words = set(re.findall(r"(?<!\w)\w++-\w++", text.casefold())), list[str]()

    def join(match: re.Match[str]) -> str:
        start, rest = match["start"], match["rest"]
        with_hyphen = f"{start}-{rest}"
        stays = (
            start.casefold() in _HYPHEN_STAYS
            or with_hyphen.casefold() in known
            or not rest[0].islower()
            or not start[-1].isalpha()
        )
        words.append(with_hyphen if stays else f"{start}{rest}")
        return words[-1]

    return _SPLIT_WORD.sub(join, text.replace(f"{_SOFT_HYPHEN}\n", "-\n").replace(_SOFT_HYPHEN, "")), tuple(words)


def _paragraphs(text: str) -> Iterator[list[str]]:
    """The lines of each paragraph, without spaces at their ends."""
    blocks, block = list[list[str]](), list[str]()
    for line in (" ".join(line.split()) for line in text.split("\n")):
        if line:
            block.append(line)
        elif block:
            blocks.append(block)
            block = []
    if block:
        blocks.append(block)
    if len(blocks) > 1:
        # Blank lines separate the paragraphs.
        yield from blocks
    elif blocks:
        yield from _paragraphs_of_lines(blocks[0])


def _paragraphs_of_lines(lines: list[str]) -> Iterator[list[str]]:
    width = max(map(len, lines))
    is_fixed_width = _NARROWEST <= width <= _WIDEST and any(
        _is_full(line, width) and not _END_MARK.search(line[-10:]) for line in lines[:-1]
    )
    paragraph = [lines[0]]
    for line in lines[1:]:
        last = paragraph[-1]
        if _END_MARK.search(last[-10:]):
            goes_on = is_fixed_width and _is_full(last, width)
        else:
            goes_on = line[0].islower() or (is_fixed_width and _is_full(last, width))
        if goes_on:
            paragraph.append(line)
        else:
            yield paragraph
            paragraph = [line]
    yield paragraph


def _is_full(line: str, width: int) -> bool:
    return len(line) >= _FULL_LINE * width
