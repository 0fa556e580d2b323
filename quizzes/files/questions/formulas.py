"""Simple formulas in MathML as plain text: fractions, powers, and roots. Pure.

Source: W3C, MathML Core.
"""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_CAN_BE_RAISED = re.compile(r"[0-9+−()n-]+")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_CAN_BE_LOWERED = re.compile(r"[0-9]+")
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_GROUPS = frozenset(("math", "mrow", "mstyle", "mpadded"))
_LEAVES = frozenset(("mi", "mn", "mo", "mtext", "ms"))
# Signs that no one sees: of a function, of a product, between indices, and in “1 1/2”.
_UNSEEN = {"\u2061": " ", "\u2062": "·", "\u2063": ",", "\u2064": " "}
# What needs no parentheses in a fraction, a power, or a root.
_SINGLE = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]|\([^()]*\)")
# A formula of a question has a few levels. More would end Python's stack.
_MAX_DEPTH = 30


class FormulaReader:
    """A formula of a text in HTML, from its tags. depth: of open `math` elements."""

    def __init__(self) -> None:
        self._open = [Element("math")]
        self._depth = 1

    def start(self, tag: str) -> None:
        """A tag inside of the formula."""
        name = tag.rpartition(":")[2]
        self._depth += name == "math"
        if len(self._open) <= _MAX_DEPTH:
            self._open.append(SubElement(self._open[-1], name))
        else:
            SubElement(self._open[-1], "deeper")

    def data(self, text: str) -> None:
        """A text inside of the formula."""
        element = self._open[-1]
        element.text = (element.text or "") + text

    def end(self, tag: str) -> bool:
        """An end tag; whether it ends the formula."""
        name = tag.rpartition(":")[2]
        self._depth -= name == "math"
        if len(self._open) > 1 and self._open[-1].tag == name:
            self._open.pop()
        return self._depth == 0

    def text(self) -> str | None:
        """The formula as `formula_text` writes it."""
        return formula_text(self._open[0])


def raised(text: str) -> str:
    """The text in superscript characters, because “10<sup>6</sup>” is not 106. Unchanged with others, as in “1st”."""
    return text.translate(_RAISED) if _CAN_BE_RAISED.fullmatch(text.strip()) else text


def formula_text(element: Element, depth: int = 0) -> str | None:
    """The formula of a MathML element, such as “1/2” or “√(x+1)”; None if it has parts that a line can't show."""
    name = str(element.tag)
    if depth > _MAX_DEPTH:
        return None
    if name in _LEAVES:
        words = " ".join((element.text or "").split())
        return "".join(_UNSEEN.get(sign, sign) for sign in words) if not len(element) else None
    if name == "mspace":
        return " "
    if name == "semantics":
        return formula_text(element[0], depth + 1) if len(element) else None
    parts = [formula_text(child, depth + 1) for child in element]
    texts = [part for part in parts if part is not None]
    if len(texts) != len(parts):
        return None
    if name in _GROUPS:
        return _row(element, texts)
    if name == "msqrt":
        text = _row(element, texts)
        return None if text is None else f"√{_whole(text)}"
    return _of_two(name, *texts) if len(texts) == 2 else None


def _of_two(name: str, first: str, second: str) -> str | None:
    if not first or not second:
        return None
    match name:
        case "mfrac":
            return f"{_whole(first)}/{_whole(second)}"
        case "msup":
            power = raised(second)
            return f"{_whole(first)}{power}" if power != second else f"{_whole(first)}^{_whole(second)}"
        case "msub":
            is_number = _CAN_BE_LOWERED.fullmatch(second)
            return f"{first}{second.translate(_LOWERED)}" if is_number else f"{first}_{_whole(second)}"
        case "mroot" if second in _ROOTS:
            return f"{_ROOTS[second]}{_whole(first)}"
    return None


def _row(row: Element, texts: Sequence[str]) -> str | None:
    """The texts of a row. “1” before a fraction is a mixed number, and “1/2” before an “x” is in parentheses."""
    is_apart = [str(child.tag) in ("mo", "mspace") for child in row]
    found = ""
    for place, text in enumerate(texts):
        if "/" in text and not is_apart[place] and not _SINGLE.fullmatch(text):
            has_factor_after = not all(is_apart[place + 1 : place + 2])
            if found[-1:].isdecimal():
                if has_factor_after:
                    return None
                text = f" {text}"
            elif has_factor_after or not all(is_apart[max(place - 1, 0) : place]):
                text = f"({text})"
        found += text
    return found


def _whole(text: str) -> str:
    """The text, in parentheses if it has several parts."""
    return text if _SINGLE.fullmatch(text) else f"({text})"
