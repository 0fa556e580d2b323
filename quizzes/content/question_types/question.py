"""What every question type shares: the question, its presentation in one sitting, and its review."""

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from quizzes.content.reading import Reading, Sentence, Voice
from quizzes.content.tables import InvalidDocument, text_of, texts_of

SKILLS = ("recall", "inference", "attribution")
CHOICE_IDS = "abcdefgh"
# More than any one question is worth, and a score of dozens of them still fits its column.
MAX_POINTS = 100

# What fits a line on the screen; no answer in a few words is longer.
MAX_LINE = 200

Submitted = Mapping[str, Sequence[str]]
Value = Any
# Picks one of several wrong answers that a student may give.
Choose = Callable[[Sequence[Any]], Any]
# What a student writes who does not know: no type accepts it.
NO_IDEA = "No idea"
MarkedBy = Literal["rule", "teacher"]


class NotAChoice(ValueError):
    """A submitted token that this question never offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every question has, whatever its type.

    key: unique in its set, never sent to a student. points: 1 to MAX_POINTS.
    facts: the ids of the facts it rests on. evidence: keys of the sentences that prove its key.
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


@dataclass(frozen=True, slots=True)
class Presentation:
    """How one sitting sees a question. seed: known to the server alone; shuffle: whether choices change places.

    Tokens and order follow from seed, question and choice only, so they tell nothing of the key.
    """

    seed: str
    shuffle: bool

    def token(self, question: Question, choice_id: str) -> str:
        """Ten hexadecimal digits that stand for this choice in this sitting."""
        return self._digest(f"token:{question.key}:{choice_id}")[:10]

    def choice_id(self, question: Question, token: str, ids: Sequence[str]) -> str:
        """The choice that `token` stands for; raises NotAChoice."""
        for candidate in ids:
            if self.token(question, candidate) == token:
                return candidate
        raise NotAChoice("That is not an option of this question.")

    def order[T](self, scope: str, items: Sequence[tuple[str, T]]) -> list[T]:
        """The second members of (id, item) pairs: as given, or in this sitting's own order."""
        pairs = sorted(items, key=lambda pair: self._digest(f"order:{scope}:{pair[0]}")) if self.shuffle else items
        return [item for _, item in pairs]

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(text.encode(), key=self.seed.encode()[:64], digest_size=16).hexdigest()


RowState = Literal["right", "missed", "wrong", "no"]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of a reviewed question.

    state: right = chosen and right, missed = right but not chosen, wrong = chosen and wrong, no = neither.
    note: what was given or is right, in words, where the text alone does not say it. why: the rationale, or "".
    fault: what is wrong with a wrong choice, in words, or "".
    """

    text: str
    state: RowState
    note: str
    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A graded question, for after release. credit: 0 to 1. given, correct: in words, given "" if none."""

    credit: Fraction
    rows: tuple[ReviewRow, ...]
    given: str
    correct: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of a question as its teacher reads it before anybody answers.

    why: the rationale. voice: who says it, where that is what is asked.
    sentences: those that prove a right line, or tempt a student to a wrong one, in reading order.
    fault: what is wrong with a wrong one, in words, or "".
    """

    text: str
    right: bool
    why: str
    voice: Voice | None = None
    sentences: tuple[Sentence, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that an answer can be made of, for counting what students gave.

    group: of several questions in one (the statements of who says so), which of them it answers; "" where it is one.
    leans_on: keys of the sentences that a student who gave it, wrongly, has misread.
    listed: whether it is counted even when nobody gave it. mark: what is wrong with it, by `choice_lists.MARKS`, or "".
    """

    id: str
    text: str
    right: bool
    why: str
    leans_on: tuple[str, ...] = ()
    group: str = ""
    listed: bool = True
    mark: str = ""


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
        "explanation": text_of(document, "explanation"),
    }


def evidence_problems(
    evidence: Sequence[str], facts: frozenset[str], reading: Reading, *, what: str = "the question"
) -> list[str]:
    """Why these sentences do not prove what rests on these facts; [] when they do."""
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


def lines_of(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The list of texts under `name` without outer space, () when absent; raises InvalidDocument for a blank one."""
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
    """Raise InvalidDocument where two texts differ only in case and spaces. what: their name in the plural."""
    seen: dict[str, int] = {}
    for number, text in enumerate(texts, start=1):
        folded = " ".join(text.casefold().split())
        if folded in seen:
            raise InvalidDocument(f"{what} {seen[folded]} and {number} are the same")
        seen[folded] = number


def share_of_picks(picked: Sequence[str], right: Sequence[str]) -> Fraction:
    """(right picks - wrong picks) / number of keys, at least 0.

    Source: Canvas, "multiple answers": each wrong pick takes away what a right one earns.
    """
    hits = len(set(picked) & set(right))
    misses = len(set(picked) - set(right))
    return max(Fraction(0), Fraction(hits - misses, len(right)))


def by_text[T](items: Sequence[tuple[str, T]]) -> list[T]:
    """The second members of (text, item) pairs, by text.

    A closed list that is written beside its answers stands in their order; shown as written, it would tell them.
    """
    return [item for _, item in sorted(items, key=lambda pair: (pair[0].casefold(), pair[0]))]


def given_row(text: str, *, right: str, given: str | None, is_right: bool, why: str) -> ReviewRow:
    """A line for one part of a question that has several: what is right there, and what was given (None: nothing)."""
    if is_right:
        return ReviewRow(text, "right", f"{right}. Your answer, correct", "")
    return ReviewRow(text, "wrong", f"{right}. {'Not answered' if given is None else f'You gave: {given}'}", why)


def read_typed(submitted: Submitted, name: str, *, limit: int = MAX_LINE, lines: bool = False) -> str | None:
    """What was typed into a field, without outer space and signs that cannot be seen; None where that leaves nothing.

    lines: keep line breaks. Raises NotAChoice where the field came twice or holds more than `limit` characters, which
    the page does not let anybody type.
    """
    given = submitted.get(name, ())
    if len(given) > 1:
        raise NotAChoice("Give one answer.")
    typed = "".join(given).replace("\r\n", "\n").replace("\r", "\n")
    # Databases refuse some of these, and nobody types them.
    seen = "".join(char for char in typed if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    text = "\n".join(line.rstrip() for line in seen.strip().split("\n")) if lines else " ".join(seen.split())
    if len(text) > limit:
        raise NotAChoice(f"Your answer is longer than {limit:,} characters.")
    return text if any(char.isprintable() and not char.isspace() for char in text) else None


def typed_review(value: str | None, *, credit: Fraction, correct: str, in_doubt: bool, why: str) -> Review:
    """What was typed and, where that is not right, what would have been. why: why a student may give that answer."""
    key = ReviewRow(correct, "missed", "Correct answer", "")
    if value is None:
        rows: tuple[ReviewRow, ...] = (key,)
    elif credit:
        rows = (ReviewRow(value, "right", "Your answer, correct", ""),)
    else:
        note = "Your answer, near but not accepted" if in_doubt else "Your answer"
        rows = (ReviewRow(value, "wrong", note, why), key)
    return Review(credit=credit, rows=rows, given=value or "", correct=correct)


def never_doubtful(question: Question, value: Value) -> bool:
    """False: what is chosen from a closed list is right or wrong without a look."""
    return False


def choice_row(text: str, *, right: bool, chosen: bool, why: str, fault: str = "") -> ReviewRow:
    """A line for one choice, with its rationale where the student chose it or should have."""
    if right:
        return (
            ReviewRow(text, "right", "Your answer, correct", why)
            if chosen
            else ReviewRow(text, "missed", "Correct answer", why)
        )
    return ReviewRow(text, "wrong", "Your answer", why, fault) if chosen else ReviewRow(text, "no", "", "")
