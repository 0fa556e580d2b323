"""A question between file formats and drafts, and the result of reading a file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from quizzes.content.picture_files import PictureFile
from quizzes.content.question_types.question import MAX_POINTS
from quizzes.content.tables import Table
from quizzes.files.questions.statements import plain_statement
from quizzes.phrases import gettext, ngettext, quoted

QuestionType = Literal[
    "single", "multiple", "true_false", "short_answer", "numeric", "matching", "ordering", "blanks", "free_text"
]

# The names of the blanks of a question, in the order of its text.
GAP_LETTERS = "abcdefgh"
GAP_MARK = re.compile(r"\{([a-z])\}")


class UnreadableFile(ValueError):
    """A file without readable questions. The message is for the teacher."""


class UnknownFormat(UnreadableFile):
    """A file or text in none of the formats."""


# Far above the largest bank of a school. Each takes a tenth of a millisecond to read, and the site waits.
MAX_QUESTIONS_IN_FILE = 10_000


def check_count(count: int) -> None:
    """Raise UnreadableFile if a file has so many questions, or rows of them."""
    if count > MAX_QUESTIONS_IN_FILE:
        raise UnreadableFile(
            gettext("This file has over {max_questions_in_file} questions. Export part of them.").format(
                max_questions_in_file=format(MAX_QUESTIONS_IN_FILE, ",")
            )
        )


def counted[T](found: Iterable[T]) -> Iterator[T]:
    """The questions of a file before they are read. Raises UnreadableFile at the first that is too many."""
    for number, one in enumerate(found, start=1):
        check_count(number)
        yield one


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

    @property
    def listed(self) -> list[str]:
        """Its choices in the order of the author, and the accepted answers that are none of them."""
        return list(dict.fromkeys([*self.choices, *self.accepted]))


@dataclass(frozen=True, slots=True)
class ItemPicture:
    """The picture of a question. content: as the file has it. file: the same picture encoded again, None until then."""

    content: bytes
    alternative: str
    credit: str = ""
    file: PictureFile | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the picture has an alternative text and a credit."""
        return bool(self.alternative and self.credit)


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a file, in plain text.

    lines: the choices, accepted and wrong answers, lines to match, or lines in the correct order. options: all options
    of a matching question. is_true: the answer to true or false, None if it is not set; feedback_true and
    feedback_false are for students who choose so. number: the correct number or ISO date. text: of blanks, with {a},
    {b} ... for the gaps. settings: fields of a draft that only our own files have, such as a rubric.
    """

    question_type: QuestionType
    stem: str
    lines: tuple[Line, ...] = ()
    options: tuple[str, ...] = ()
    is_true: bool | None = False
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
    all_or_nothing: bool = False
    picture: ItemPicture | None = None
    settings: Table = field(default_factory=dict, hash=False)

    @property
    def truths(self) -> tuple[Line, Line]:
        """The two choices of true or false, in English, as most formats have them."""
        return (
            Line("True", self.is_true is True, self.feedback_true),
            Line("False", self.is_true is False, self.feedback_false),
        )

    @property
    def correct(self) -> str:
        """The start of the correct answer in words, for the preview; "" of a written answer."""
        match self.question_type:
            case "true_false":
                texts = [{True: gettext("True"), False: gettext("False"), None: ""}[self.is_true]]
            case "numeric":
                texts = [f"{self.number} {self.unit}".strip()]
            case "matching":
                texts = [f"{quoted(line.text)} {line.match}" for line in self.lines]
            case "ordering":
                texts = [line.text for line in self.lines]
            case "blanks":
                texts = [" / ".join(gap.accepted) for gap in self.gaps]
            case _:
                texts = [line.text for line in self.lines if line.is_correct]
        return excerpt("; ".join(texts))


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


def blanks_of(text: str, gaps: Sequence[tuple[str, Gap]]) -> Item:
    """A question with blanks. gaps: each with its mark in the text, in order. Raises Skipped if there are too many.

    What would be another blank stays text: “{a}” becomes “(a)”.
    """
    if len(gaps) > len(GAP_LETTERS):
        reason = gettext("It has {count} blanks. A question can have {most}.")
        raise Skipped(reason.format(count=len(gaps), most=len(GAP_LETTERS)))
    text = GAP_MARK.sub(r"(\1)", text)
    for letter, (mark, _) in zip(GAP_LETTERS, gaps, strict=False):
        text = text.replace(mark, f"{{{letter}}}", 1)
    return Item("blanks", "Fill in the blanks.", text=text, gaps=tuple(gap for _, gap in gaps))


def with_brackets(text: str) -> str:
    """The text of a question with blanks as Canvas and Blackboard have it, with [a] for {a}.

    What would be another blank stays text: “[a]” becomes “(a)”.
    """
    return GAP_MARK.sub(r"[\1]", re.sub(r"\[([a-z])\]", r"(\1)", text))


def points_of(text: str | None, notes: list[str]) -> int:
    """The points of a question, as a whole number that Footnote takes; notes: says so if they changed."""
    try:
        given = float(text or 1)
        points = min(max(round(given), 1), MAX_POINTS)
    except (ValueError, OverflowError):
        notes.append(gettext("It has 1 point, because its points aren’t a number."))
        return 1
    if points != given:
        notes.append(ngettext("It has {count} point now.", "It has {count} points now.", points).format(count=points))
    return points


def joined(*texts: str) -> str:
    """The texts that say something, each once, one a line."""
    return "\n".join(dict.fromkeys(filter(None, texts)))


MAX_EXCERPT = 160


def excerpt(text: str) -> str:
    """The first words of a question, for the preview."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_EXCERPT else f"{flat[: MAX_EXCERPT - 1]}…"


def skipped(where: str, stem: str, reason: str) -> ReadQuestion:
    """A question that is not imported."""
    return ReadQuestion(where, excerpt(stem), reason=reason)


# “\(x^2\)”, “\[x\]” and “$$x$$”.
_TEX = re.compile(r"\\\(.{1,500}?\\\)|\\\[.{1,500}?\\\]|\$\$[^$]{1,500}\$\$", re.DOTALL)


def _has_tex(text: str) -> bool:
    """Whether a text has a formula in TeX, which pages show as typed."""
    return ("\\" in text or "$$" in text) and _TEX.search(text) is not None


def read(where: str, item: Item, *notes: str) -> ReadQuestion:
    """A question that is imported, with these notes."""
    if item.question_type == "true_false" and (statement := plain_statement(item.stem)) != item.stem:
        item = replace(item, stem=statement)
    if _has_tex(item.stem) or _has_tex(item.text) or any(_has_tex(line.text) for line in item.lines):
        notes = (*notes, gettext("It has a formula in TeX. Students see it as typed."))
    return ReadQuestion(where, excerpt(item.stem or item.text), item, tuple(dict.fromkeys(filter(None, notes))))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file of questions. label: of its format. title: of the set, "" if the file has none.

    document: of the whole question set, if the file is our own and has its reading; else None. pictures: those of our
    own file, by the digest that its document names. unknown: fields of our own file that no set has, and columns of a
    table that no question has. notes: on the whole file.
    """

    label: str
    questions: tuple[ReadQuestion, ...]
    title: str = ""
    document: Table | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
