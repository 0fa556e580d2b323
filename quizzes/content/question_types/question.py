"""The abstract base of every question, and what its methods return."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, Self

from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.reading import Reading, Sentence, Voice
from quizzes.content.tables import InvalidDocument, text_of, texts_of
from quizzes.phrases import gettext

SKILL_LABELS = {"recall": "Recall", "inference": "Inference", "attribution": "Who says it"}
SKILLS = tuple(SKILL_LABELS)
CHOICE_IDS = "abcdefgh"
# More than any question is worth. A score of dozens of such questions still fits its column.
MAX_POINTS = 100
# What fits on one line of a screen. No answer in a few words is longer.
MAX_LINE = 200
# The answer of a student who does not know. No type accepts it.
NO_IDEA = "No idea"

# The fields of a submitted form, by name.
Submitted = Mapping[str, Sequence[str]]
# An answer as it is stored: JSON. None for no answer.
Value = Any
# Picks one of several wrong answers that a student may give.
Choose = Callable[[Sequence[Any]], Any]


RowState = Literal["right", "missed", "wrong", "no", "given", "close"]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of a reviewed question.

    state: right = chosen and correct, missed = correct but not chosen, wrong = chosen and wrong, no = neither,
    given = typed and without a verdict, close = typed, and a teacher decides whether it is correct.
    note: the answer or the correct answer in words, if the text alone does not say it. why: the rationale, or "".
    fault: what is wrong with a wrong choice, in words, or "".
    """

    text: str
    state: RowState
    note: str
    why: str
    fault: str = ""


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

    why: the rationale. voice: who says it, if that is the question.
    sentences: those that prove a correct line or lead a student to a wrong one, in reading order.
    fault: what is wrong with a wrong choice, in words, or "".
    """

    text: str
    right: bool
    why: str
    voice: Voice | None = None
    sentences: tuple[Sentence, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One part that an answer can consist of, for counting answers.

    group: the part of the question that it answers, such as one statement of several; "" if there is one part only.
    leans_on: keys of the sentences that a student with this wrong answer has misread.
    listed: whether it is counted even if no answer has it. mark: what is wrong with it, one of `choices.MARKS`, or "".
    row, column: its place, if the answers of a question are counted in a table; "" otherwise.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(ABC):
    """What every question has. A type adds its own fields and implements the abstract methods.

    key: unique in its set, never sent to a student. points: 1 to MAX_POINTS.
    facts: the ids of the facts it rests on. evidence: keys of the sentences that prove its answer key.
    """

    key: str
    type: str
    stem: str
    objective: str
    skill: str
    points: int
    facts: frozenset[str]
    evidence: tuple[str, ...]
    explanation: str

    @classmethod
    @abstractmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """The question of a document; raises InvalidDocument with the reason."""

    @abstractmethod
    def problems(self, reading: Reading) -> list[str]:
        """What prevents publishing with this reading, one line each; [] for nothing."""

    @abstractmethod
    def public(self, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
        """What a student may see before release: an allowlist that is the same whichever answer is correct."""

    @abstractmethod
    def read_answer(self, submitted: Submitted, shuffle: Shuffle, reading: Reading) -> Value:
        """The value (JSON) of the submitted fields, None for no answer; raises NotAChoice."""

    @abstractmethod
    def grade(self, value: Value) -> Fraction:
        """The credit, 0 to 1; 0 for no answer, and 0 for a type that a teacher grades."""

    @abstractmethod
    def review(self, value: Value, reading: Reading) -> Review:
        """The question with answer key and rationale; only for those who may see them."""

    @abstractmethod
    def answer_key(self, reading: Reading) -> tuple[KeyRow, ...]:
        """The question line by line with answer key and rationale; only for its teachers."""

    @abstractmethod
    def correct_answer(self) -> Value:
        """The value with full credit; of a type that a teacher grades, one good answer."""

    @abstractmethod
    def wrong_answer(self, choose: Choose) -> Value:
        """A value without credit, None if the question knows of none. choose: picks one of several."""

    @classmethod
    @abstractmethod
    def regraded(cls, document: Mapping[str, Any], value: Value) -> dict[str, Any]:
        """A new document that gives `value` full credit; raises InvalidDocument. value: not None."""

    # Optional hooks.

    def credit_rule(self, of_type: str) -> str:
        """How this question gives partial credit, for students; "" if it does not. of_type: the rule of its type."""
        return of_type

    def arranged(self, shuffle: Shuffle) -> Self:
        """The question with its choices in the order that `public` shows, so that reviews keep that order."""
        return self

    def missing_parts(self, value: Value, shuffle: Shuffle) -> tuple[str, ...]:
        """The parts without an answer in students' words, such as “statement 2”; () for a complete answer.

        value: not None. shuffle: gives the order in which the student sees the parts.
        """
        return ()

    def needs_grading(self, value: Value) -> bool:
        """Whether a teacher should read this answer before it counts as wrong; False with full credit."""
        return False

    def has_right_evidence(self, value: Value) -> bool:
        """Whether the evidence that the question asks for is right; True if it asks for none."""
        return True

    def is_step(self, submitted: Submitted) -> bool:
        """Whether these fields change an answer step by step. The page then shows the question again, unchecked."""
        return False

    def options(self, reading: Reading) -> tuple[Option, ...]:
        """What an answer can consist of, correct and wrong; () for a type with free answers."""
        return ()

    def chosen_options(self, value: Value, reading: Reading) -> tuple[Option, ...]:
        """The options that an answer consists of, () for no answer. By default the answer in words is one option."""
        if value is None:
            return ()
        reviewed = self.review(value, reading)
        return (Option(reviewed.given, reviewed.given, reviewed.credit == 1, "", listed=False),)

    def as_written(self, option: Option, value: Value) -> str:
        """The text of a chosen option as this answer has it. It differs from the option's own for typed answers."""
        return option.text

    def guess_share(self) -> Fraction | None:
        """The share of credit that guessing earns on average, 0 to 1. None if it is not known."""
        return None


# --- For `parse` and `regraded` -----------------------------------------------------------------------------------


def common_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments of `Question` from a document; raises InvalidDocument."""
    points = document.get("points", 1)
    if not isinstance(points, int) or isinstance(points, bool) or not 1 <= points <= MAX_POINTS:
        raise InvalidDocument(f"“points” must be a whole number from 1 to {MAX_POINTS}")
    skill = text_of(document, "skill")
    if skill not in SKILLS:
        raise InvalidDocument(f"“skill” must be one of {', '.join(SKILLS)}")
    return {
        "key": text_of(document, "key", at_most=80),
        "type": text_of(document, "type"),
        "stem": text_of(document, "stem"),
        "objective": text_of(document, "objective"),
        "skill": skill,
        "points": points,
        "facts": frozenset(texts_of(document, "facts")),
        "evidence": texts_of(document, "evidence"),
        "explanation": text_of(document, "explanation", optional=True),
    }


def lines_of(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of texts under `name`, stripped, () when absent; raises InvalidDocument for a blank one."""
    texts = tuple(text.strip() for text in texts_of(document, name))
    if not all(texts):
        raise InvalidDocument(f"“{name}” has an empty text")
    return texts


def flag_of(document: Mapping[str, Any], name: str) -> bool:
    """The bool under `name`, False when absent; raises InvalidDocument for anything else."""
    value = document.get(name, False)
    if not isinstance(value, bool):
        raise InvalidDocument(f"“{name}” must be true or false")
    return value


def refuse_equal(texts: Sequence[str], *, what: str) -> None:
    """Raise InvalidDocument if two texts differ only in case and spaces. what: their name in the plural."""
    seen: dict[str, int] = {}
    for number, text in enumerate(texts, start=1):
        normalized = " ".join(text.casefold().split())
        if normalized in seen:
            raise InvalidDocument(f"{what} {seen[normalized]} and {number} are the same")
        seen[normalized] = number


# --- For `problems` -----------------------------------------------------------------------------------------------


def evidence_problems(
    evidence: Sequence[str], facts: frozenset[str], reading: Reading, *, what: str = "the question"
) -> list[str]:
    """Why these sentences do not prove what rests on these facts; [] if they do."""
    if not facts:
        return [f"{what} rests on no fact"]
    if not evidence:
        return [f"{what} has no evidence"]
    problems = []
    for key in evidence:
        sentence = reading.sentence(key)
        if sentence is None:
            problems.append(f"the evidence “{key}” of {what} is not in the reading")
        elif not sentence.facts & facts:
            problems.append(f"the evidence “{key}” of {what} shares no fact with it")
    return problems


# --- For `public` and `read_answer` -------------------------------------------------------------------------------


def by_text[T](items: Sequence[tuple[str, T]]) -> list[T]:
    """The second members of (text, item) pairs, by text.

    An author writes a closed list beside its answers, in their order. Shown as written, the order would tell them.
    """
    return [item for _, item in sorted(items, key=lambda pair: (pair[0].casefold(), pair[0]))]


def read_typed(submitted: Submitted, name: str, *, limit: int = MAX_LINE, lines: bool = False) -> str | None:
    """The user input of a text field, stripped and without invisible characters; None if nothing is left.

    lines: keep line breaks. Raises NotAChoice if the field came twice or has more than `limit` characters, which the
    page does not allow.
    """
    given = submitted.get(name, ())
    if len(given) > 1:
        raise NotAChoice(gettext("Enter only 1 answer."))
    typed = "".join(given).replace("\r\n", "\n").replace("\r", "\n")
    # Databases refuse some of these characters.
    seen = "".join(char for char in typed if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    text = "\n".join(line.rstrip() for line in seen.strip().split("\n")) if lines else " ".join(seen.split())
    if len(text) > limit:
        raise NotAChoice(gettext("Use up to {limit} characters.").format(limit=f"{limit:,}"))
    return text if any(char.isprintable() and not char.isspace() for char in text) else None


# --- For `grade` --------------------------------------------------------------------------------------------------


def share_of_choices(chosen: Sequence[str], correct: Sequence[str]) -> Fraction:
    """(correct choices - wrong choices) / number of correct ones, at least 0.

    Source: Canvas, "multiple answers": each wrong choice takes away what a correct one earns.
    """
    hits = len(set(chosen) & set(correct))
    misses = len(set(chosen) - set(correct))
    return max(Fraction(0), Fraction(hits - misses, len(correct)))


# --- For `review` -------------------------------------------------------------------------------------------------


def choice_row(text: str, *, right: bool, chosen: bool, why: str, fault: str = "") -> ReviewRow:
    """A line for one choice, with its rationale if the student chose it or should have."""
    if right:
        return (
            ReviewRow(text, "right", gettext("Your answer, correct"), why)
            if chosen
            else ReviewRow(text, "missed", gettext("Correct answer"), why)
        )
    return ReviewRow(text, "wrong", gettext("Your answer"), why, fault) if chosen else ReviewRow(text, "no", "", "")


def given_row(
    text: str, *, right: str, given: str | None, is_right: bool, why: str, is_close: bool = False
) -> ReviewRow:
    """A line for one part of a question with several: the correct answer there, and the given one (None: nothing)."""
    if is_right:
        return ReviewRow(text, "right", f"{right}. {gettext('Your answer, correct')}", "")
    state: RowState = "close" if is_close else "wrong"
    what = gettext("Not answered") if given is None else gettext("You answered: {answer}").format(answer=given)
    return ReviewRow(text, state, f"{right}. {what}", why)


def typed_review(value: str | None, *, credit: Fraction, correct: str, needs_grading: bool, why: str) -> Review:
    """The typed answer and, unless it is correct, the correct one. why: why a student may give that answer."""
    key = ReviewRow(correct, "missed", gettext("Correct answer"), "")
    if value is None:
        rows: tuple[ReviewRow, ...] = (key,)
    elif credit:
        rows = (ReviewRow(value, "right", gettext("Your answer, correct"), ""),)
    else:
        close = ReviewRow(value, "close", gettext("Your answer: close, but not accepted"), why)
        rows = (close if needs_grading else ReviewRow(value, "wrong", gettext("Your answer"), why), key)
    return Review(credit=credit, rows=rows, given=value or "", correct=correct)
