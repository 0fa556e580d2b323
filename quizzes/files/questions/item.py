"""A question between file formats and drafts, and the result of reading a file."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "single", "multiple", "true_false", "short_answer", "numeric", "matching", "ordering", "blanks", "free_text"
]


class UnreadableFile(ValueError):
    """A file without readable questions. The message is for the teacher."""


class Skipped(ValueError):
    """A question that cannot be imported. The message is the reason, for the teacher."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer choice, accepted answer, line to match or line to order.

    match: the option that belongs to the line of a matching question.
    """

    text: str
    is_correct: bool = False
    feedback: str = ""
    match: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One blank: its accepted answers, the first is the correct one. choices: () for a typed blank."""

    accepted: tuple[str, ...]
    choices: tuple[str, ...] = ()
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a file, in plain text.

    lines: the choices, accepted and wrong answers, lines to match, or lines in the correct order. options: all options
    of a matching question. is_true: the answer to true or false; feedback_true and feedback_false are for students who
    choose so. number: the correct number or ISO date. text: of blanks, with {a}, {b} ... for the gaps.
    """

    kind: Kind
    stem: str
    lines: tuple[Line, ...] = ()
    options: tuple[str, ...] = ()
    is_true: bool = False
    feedback_true: str = ""
    feedback_false: str = ""
    number: str = ""
    tolerance: str = ""
    unit: str = ""
    text: str = ""
    gaps: tuple[Gap, ...] = ()
    sample_answer: str = ""
    explanation: str = ""
    title: str = ""
    points: int = 1
    keep_order: bool = False


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """The outcome for one question. where: “Line 14”, for the teacher. stem: its first words.

    item: None if it is skipped, then `reason` says why. notes: what changed on the way.
    """

    where: str
    stem: str
    item: Item | None = None
    notes: tuple[str, ...] = ()
    reason: str = ""


MAX_EXCERPT = 160


def excerpt(text: str) -> str:
    """The first words of a question, for the preview."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_EXCERPT else f"{flat[: MAX_EXCERPT - 1]}…"


def skipped(where: str, stem: str, reason: str) -> ReadQuestion:
    """A question that is not imported."""
    return ReadQuestion(where, excerpt(stem), reason=reason)


def read(where: str, item: Item, *notes: str) -> ReadQuestion:
    """A question that is imported, with these notes."""
    return ReadQuestion(where, excerpt(item.stem or item.text), item, tuple(dict.fromkeys(filter(None, notes))))
