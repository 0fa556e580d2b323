"""What the methods of a question return: review, answer key, options, graded parts; and the lines of a review."""

from dataclasses import dataclass
from enum import StrEnum, auto
from fractions import Fraction
from typing import Literal

from quizzes.content.reading import Sentence, Speaker

RowState = Literal["right", "missed", "wrong", "no", "given", "close"]


class RowNote(StrEnum):
    """What a line of a review is. `ROW_NOTES` in templatetags/questions.py has the words."""

    ANSWER = auto()
    CORRECT_ANSWER = auto()
    CLOSE_ANSWER = auto()
    # Before the given answer.
    ANSWERED = auto()
    CHOSE = auto()
    NOT_ANSWERED = auto()
    KEY = auto()
    SAMPLE = auto()


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of a reviewed question.

    state: right = chosen and correct, missed = correct but not chosen, wrong = chosen and wrong, no = neither,
    given = typed and without a verdict, close = typed, and a teacher decides whether it is correct.
    note: "" for a line that says nothing of the answer. right: the correct answer before the note, and given: the
    answer after it, if the text alone does not say them. why: the rationale, or "".
    fault: what is wrong with a wrong choice, in words, or "". sentences: those that prove this line, () if they prove
    the whole question.
    """

    text: str
    state: RowState
    note: RowNote | Literal[""]
    why: str
    fault: str = ""
    right: str = ""
    given: str = ""
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A graded question, for after release. credit: 0 to 1. given, correct: in words; given is "" without an answer.

    note: why an answer that is partly right earned nothing, "" for any other.
    """

    credit: Fraction
    rows: tuple[ReviewRow, ...]
    given: str
    correct: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the answer key that a teacher reads.

    why: the rationale. speaker: who says it, if that is the question.
    sentences: those that prove a correct line or lead a student to a wrong one, in reading order.
    fault: what is wrong with a wrong choice, in words, or "".
    """

    text: str
    right: bool
    why: str
    speaker: Speaker | None = None
    sentences: tuple[Sentence, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One part that an answer can consist of, for counting answers.

    why: why a student gives this wrong answer; "" if the author gave one reason for a whole part, because that reason
    need not fit each wrong answer to the part. part_feedback: that reason, which students read as feedback; "" if the
    part has typed answers, because it fits few of them.
    group: the part of the question that it answers, such as one statement of several; "" if there is one part only.
    leans_on: keys of the sentences that a student with this wrong answer has misread.
    listed: whether it is counted even if no answer has it. mark: what is wrong with it, one of `choices.MARKS`, or "".
    row, column: its place, if the answers of a question are counted in a table; "" otherwise.
    dont_know: whether a student typed only that they do not know, such as “idk”.
    """

    id: str
    text: str
    right: bool
    why: str
    leans_on: tuple[str, ...] = ()
    group: str = ""
    listed: bool = True
    mark: str = ""
    row: str = ""
    column: str = ""
    part_feedback: str = ""
    dont_know: bool = False


@dataclass(frozen=True, slots=True)
class GradedPart:
    """One part of a graded question. share: of the question's points. credit: of the part, 0 to 1.

    The credit of a question is the sum of share times credit. speakers: keys of the speakers that the part is about.
    """

    key: str
    share: Fraction
    credit: Fraction
    speakers: tuple[str, ...]


# --- For `review` -------------------------------------------------------------------------------------------------


def choice_row(text: str, *, right: bool, chosen: bool, why: str, fault: str = "") -> ReviewRow:
    """A line for one choice, with its rationale if the student chose it or should have."""
    if right:
        return (
            ReviewRow(text, "right", RowNote.CORRECT_ANSWER, why)
            if chosen
            else ReviewRow(text, "missed", RowNote.KEY, why)
        )
    return ReviewRow(text, "wrong", RowNote.ANSWER, why, fault) if chosen else ReviewRow(text, "no", "", "")


def given_row(
    text: str, *, right: str, given: str | None, is_right: bool, why: str, is_close: bool = False
) -> ReviewRow:
    """A line for one part of a question with several: the correct answer there, and the given one (None: nothing)."""
    if is_right:
        return ReviewRow(text, "right", RowNote.CORRECT_ANSWER, "", right=right)
    state: RowState = "close" if is_close else "wrong"
    what = RowNote.NOT_ANSWERED if given is None else RowNote.ANSWERED
    return ReviewRow(text, state, what, why, right=right, given=given or "")


def typed_review(value: str | None, *, credit: Fraction, correct: str, needs_grading: bool, why: str) -> Review:
    """The typed answer and, unless it has full credit, the correct one. why: why a student may give that answer.

    credit: 0 or 1.
    """
    key = ReviewRow(correct, "missed", RowNote.KEY, "")
    if value is None:
        rows: tuple[ReviewRow, ...] = (key,)
    elif credit:
        rows = (ReviewRow(value, "right", RowNote.CORRECT_ANSWER, ""),)
    else:
        close = ReviewRow(value, "close", RowNote.CLOSE_ANSWER, why)
        rows = (close if needs_grading else ReviewRow(value, "wrong", RowNote.ANSWER, why), key)
    return Review(credit=credit, rows=rows, given=value or "", correct=correct)
