"""What an item of QTI 2 or 3 says, and which answers it gives points for. Its names are those of version 2. Pure."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from quizzes.files.questions.formulas import formula_text, raised
from quizzes.files.questions.limits import partial_credit_note
from quizzes.files.questions.markup import EDGE, tidy
from quizzes.files.questions.pictures import CREDIT_CLASS, PictureTaker
from quizzes.phrases import gettext

BLANKS = ("textentryinteraction", "inlinechoiceinteraction")
_BLOCKS = frozenset("p div li h1 h2 h3 h4 h5 h6 ul ol table tr prompt blockquote itembody".split())
# A line break of the source is a space, as in a browser.
_WHITE = re.compile(r"\s+")
_MEDIA = frozenset("img object video audio math iframe".split())
_NOT_THE_STEM = frozenset(
    (
        "feedbackinline",
        "feedbackblock",
        "modalfeedback",
        "rubricblock",
        "simplechoice",
        "simpleassociablechoice",
        "simplematchset",
        "inlinechoice",
        "gaptext",
        "gapimg",
    )
)


def take_picture(element: Element, taker: PictureTaker) -> None:
    """Take the picture of the question and its credit out of the text."""
    for child in element:
        if child.tag in _NOT_THE_STEM:
            continue
        if CREDIT_CLASS in (child.get("class") or "").split():
            taker.credit += " ".join("".join(child.itertext()).split())
            _empty(child)
        elif child.tag in ("img", "object"):
            alternative = child.get("alt") or "".join(child.itertext())
            if taker.take(child.get("src") or child.get("data") or "", alternative):
                _empty(child)
        else:
            take_picture(child, taker)


def _empty(element: Element) -> None:
    """Empty an element. The text after it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = "span", tail


def raw_text(element: Element, notes: list[str], gaps: list[Element] | None = None) -> str:
    """The text of an element without that of its choices and feedback. gaps: the blanks are put here and marked."""
    parts = [_WHITE.sub(" ", element.text or "")]
    for child in element:
        name = str(child.tag)
        if name in (*BLANKS, "gap"):
            if gaps is not None:
                gaps.append(child)
                parts.append(f"\ue000{len(gaps) - 1}\ue001")
            else:
                parts.append(" _____ ")
        elif name in _NOT_THE_STEM:
            if name == "rubricblock":
                notes.append(gettext("A rubric or a note for graders was left out."))
        elif name == "math" and (formula := formula_text(child)) is not None:
            parts.append(formula)
        elif name in _MEDIA:
            notes.append(gettext("A picture, a recording, or a formula was left out."))
            parts.append(f" {_WHITE.sub(' ', child.get('alt') or '')} ")
        else:
            inner = raw_text(child, notes, gaps)
            inner = raised(inner) if name == "sup" else f" {inner} " if name in ("td", "th") else inner
            parts.append(f"{EDGE}{inner}{EDGE}" if name in _BLOCKS else f"\n{inner}" if name == "br" else inner)
        parts.append(_WHITE.sub(" ", child.tail or ""))
    return "".join(parts)


def text_of(element: Element, notes: list[str]) -> str:
    """The text of an element, without spaces that a browser does not show."""
    return tidy(raw_text(element, notes))


def _mapped(declaration: Element) -> list[tuple[float, str]]:
    """(points, value) of each entry of a mapping, if its points are a number."""
    entries = []
    for entry in declaration.iter("mapentry"):
        try:
            entries.append((float(entry.get("mappedvalue") or 0), (entry.get("mapkey") or "").strip()))
        except ValueError:
            continue
    return entries


def correct_values(declaration: Element | None) -> list[str]:
    """The correct values, and those of a mapping that earn as much as the best."""
    if declaration is None:
        return []
    values = [(value.text or "").strip() for value in declaration.iterfind("correctresponse/value")]
    entries = _mapped(declaration)
    best = max((points for points, _ in entries), default=0.0)
    # The points of several choices add up, so each that earns some is correct.
    adds_up = declaration.get("cardinality") == "multiple" and declaration.get("basetype") == "identifier"
    # Only the entries of text are alternatives. Those of choices are shares of the credit.
    if best > 0 and (not values or declaration.get("basetype") == "string"):
        values += [key for points, key in entries if points > 0 and (adds_up or points >= best)]
    return [value for value in dict.fromkeys(values) if value]


def note_partial_credit(declaration: Element | None, texts: Mapping[str, str], notes: list[str]) -> None:
    """Say which answers earned a part of the credit, because none of them is correct. texts: of choices, by value."""
    if declaration is None or declaration.get("basetype") not in ("string", "identifier"):
        return
    taken = correct_values(declaration)
    for points, value in _mapped(declaration):
        if points > 0 and value not in taken:
            notes.append(partial_credit_note(texts.get(value, value)))


def is_all_or_nothing(element: Element) -> bool:
    """Whether only the whole correct answer earns points, by a template of the standard."""
    processing = element.find("responseprocessing")
    template = "" if processing is None else processing.get("template") or ""
    return template.rpartition("/")[2].removesuffix(".xml") == "match_correct"
