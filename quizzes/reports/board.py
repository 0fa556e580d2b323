"""The board for the class: one question, in four phases, and nothing on it before its phase has come."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_uppercase
from typing import Any

from quizzes.content.answer_matching import normalize
from quizzes.content.editions import published
from quizzes.content.question_types.question import Option, Question, Value
from quizzes.content.question_types.registry import public_view, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading, Sentence
from quizzes.grading.points import Adjustments, earned, keys_in_force
from quizzes.grading.scores import corrections_of
from quizzes.models import Answer, Assignment, Attempt, Board

Phase = Board.Phase

# Typed answers are shown once this many gave them: by then it is no one student's, nor one student's joke.
TYPED_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the distribution. share: of those who have answered, 0 to 1. letter: as beside the choice, or ""."""

    letter: str
    text: str
    count: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Proof:
    """The key as it stands now. right: (letter or "", text); () where no answer is more right than another.

    sentences: those that prove it, each with who vouches for it. note: what a correction changed, or "".
    """

    right: tuple[tuple[str, str], ...]
    sentences: tuple[Sentence, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Slide:
    """What the board shows. view: the public view of the question; offers: (letter, text) of each choice, () if none.

    templates: names of templates for the question. The first that exists shows it.

    started_count: students with an attempt, answered_count: those with an answer to this question, open_count: those
    still at work, absent_count: those who have not started and are not excused. bars: None before the answers are
    shown; unlisted_count: answers given that no bar stands for. proof: None before the evidence is shown.
    """

    number: int
    question_count: int
    phase: Phase
    view: Mapping[str, Any]
    templates: tuple[str, ...]
    offers: tuple[tuple[str, str], ...]
    started_count: int
    answered_count: int
    open_count: int
    absent_count: int
    bars: tuple[Bar, ...] | None
    unlisted_count: int
    proof: Proof | None

    @property
    def forward(self) -> tuple[int, Phase] | None:
        """What comes next: (number, phase); None after the last question."""
        if self.phase < Phase.PROOF:
            return self.number, Phase(self.phase + 1)
        return (self.number + 1, Phase.QUESTION) if self.number < self.question_count else None

    @property
    def back(self) -> tuple[int, Phase] | None:
        """What came before; None at the first question."""
        if self.phase > Phase.QUESTION:
            return self.number, Phase(self.phase - 1)
        return (self.number - 1, Phase.QUESTION) if self.number > 1 else None

    @property
    def tells_too_early(self) -> bool:
        """Whether what comes next could change answers that are still being given."""
        return self.phase in {Phase.COUNT, Phase.ANSWERS} and bool(self.open_count or self.absent_count)


def slide(assignment: Assignment, board: tuple[int, int] | None) -> Slide:
    """What the board shows, in three statements, four with the evidence. board: (position, phase), None: not begun."""
    content = published(assignment.edition_id)
    questions, reading = content.document.questions, content.document.reading
    position, shown = board or (1, Phase.QUESTION)
    number, phase = min(position, len(questions)), Phase(shown if position <= len(questions) else 1)
    question = questions[number - 1]
    latest = _latest_attempts(assignment)
    counted = {attempt.pk for attempt in latest}
    given = Answer.objects.filter(
        attempt__assignment=assignment, question=content.question_ids[question.key], value__isnull=False
    )
    found = given.order_by("pk").values_list("attempt_id", "value")
    values = [value for attempt_id, value in found if attempt_id in counted]
    view = public_view(question, Shuffle("", is_shuffled=False), None, reading)
    bars = distribution(question, values, reading) if phase >= Phase.ANSWERS else None
    return Slide(
        number=number,
        question_count=len(questions),
        phase=phase,
        view=view,
        templates=(type_of(question).template("board"), "teacher/board_question.html"),
        offers=_offers(view),
        started_count=len(latest),
        answered_count=len(values),
        open_count=sum(attempt.is_open for attempt in latest),
        absent_count=assignment.classroom.students.enrolled()
        .exclude(attempts__assignment=assignment)
        .exclude(excuses__assignment=assignment)
        .count(),
        bars=bars[0] if bars else None,
        unlisted_count=bars[1] if bars else 0,
        proof=_proof(assignment, question, reading) if phase == Phase.PROOF else None,
    )


def _offers(view: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    # Of a question in two steps the first has choices; elsewhere "answer" is what was typed.
    first = view["answer"] if isinstance(view.get("answer"), Mapping) else view
    choices = first.get("choices", ())
    return tuple(zip(ascii_uppercase, [choice["text"] for choice in choices], strict=False))


def _latest_attempts(assignment: Assignment) -> list[Attempt]:
    """The newest attempt of each student on the roster."""
    newest: dict[int, Attempt] = {}
    here = assignment.attempts.filter(student__in=assignment.classroom.students.enrolled())
    for attempt in here.order_by("number"):
        newest[attempt.student_id] = attempt
    return list(newest.values())


def distribution(question: Question, values: Sequence[Value], reading: Reading) -> tuple[tuple[Bar, ...], int]:
    """What was given, and how many answers have no line of their own; the same whichever answer is right.

    values: one an answer, none None. Types whose choices all stand in the question: in their order. Others: by count.
    """
    if type_of(question).graded_by == "teacher":
        return (), len(values)
    picks = [question.chosen_options(value, reading) for value in values]
    counts = Counter(option.id for options_given in picks for option in options_given)
    texts = _texts(question, values, picks)
    if type_of(question).lists_all_choices:
        shown: Iterable[Option] = question.options(reading)
        letters = _letters(question, reading)
        listed = [(letters.get(option.id, ""), option.id, option.text) for option in shown]
    else:
        least = TYPED_AT_LEAST if type_of(question).is_typed else 1
        given = [(count, texts[option_id], option_id) for option_id, count in counts.items() if count >= least]
        given.sort(key=lambda one: (-one[0], _natural(one[1])))
        listed = [("", option_id, text) for _, text, option_id in given]
    bars = tuple(
        Bar(letter, text, counts[option_id], Fraction(counts[option_id], len(values)) if values else Fraction(0))
        for letter, option_id, text in listed
    )
    return bars, sum(counts.values()) - sum(bar.count for bar in bars)


def _natural(text: str) -> str:
    """A key by which sentence 9 comes before sentence 10."""
    return re.sub(r"\d+", lambda number: number[0].zfill(6), text)


def _texts(question: Question, values: Sequence[Value], picks: Sequence[Sequence[Option]]) -> dict[str, str]:
    """How each option reads: typed ones as most students wrote them, the earlier in the alphabet of two.

    The key's own way of writing would tell which of them it is.
    """
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value, options_given in zip(values, picks, strict=True):
        for option in options_given:
            written[option.id][question.as_written(option, value)] += 1
    return {
        option_id: min(found, key=lambda text: (-found[text], normalize(text), text))
        for option_id, found in written.items()
    }


def _letters(question: Question, reading: Reading) -> dict[str, str]:
    """The letter of each choice, as it stands beside it; none where a question has several parts."""
    offered = question.options(reading)
    if any(option.group for option in offered):
        return {}
    return {option.id: letter for option, letter in zip(offered, ascii_uppercase, strict=False)}


def _proof(assignment: Assignment, question: Question, reading: Reading) -> Proof:
    after = Adjustments(corrections_of([assignment.pk])[assignment.pk])
    keys, letters = keys_in_force(question, after), _letters(question, reading)
    sentences = reading.sentences(tuple(dict.fromkeys(sentence for key in keys for sentence in key.evidence)))
    if not earned(question, None, after).possible:
        return Proof((), sentences, "This question does not count: it was taken out after the test.")
    if earned(question, None, after).points:
        return Proof((), sentences, "Every answer to this question has full credit.")
    right = dict.fromkeys(
        line
        for key in keys
        for line in (
            [(letters[option.id], option.text) for option in key.options(reading) if option.right]
            if letters and type_of(question).lists_all_choices
            else [("", part) for part in _right_parts(key, reading)]
        )
    )
    note = "The key was corrected after the test." if after.corrections.get(question.key) else ""
    return Proof(tuple(right), sentences, note)


def _right_parts(question: Question, reading: Reading) -> list[str]:
    if type_of(question).lists_all_choices:
        return [option.text for option in question.options(reading) if option.right]
    return [question.review(None, reading).correct]
