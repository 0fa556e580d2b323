"""The class board: one question in four phases. A slide holds nothing that belongs to a later phase."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext

from quizzes.content.editions import published
from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import public_view, reading_at, type_of
from quizzes.content.question_types.results import Option
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading, Sentence
from quizzes.grading.points import Adjustments, accepted_versions, earned
from quizzes.grading.scores import applied_regrades
from quizzes.models import Answer, Assignment, Attempt, Board
from quizzes.reports.answer_grid import AnswerGrid, answer_grid

Phase = Board.Phase

# A typed answer is shown once this many students gave it, so that it names no student and is not one student's joke.
TYPED_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the distribution. share: of the answers, 0 to 1."""

    text: str
    count: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class KeyWithEvidence:
    """The key in force with its evidence. right: texts; () if no answer is more right than another.

    sentences: the evidence, each with its speaker. note: what a regrade changed, "" without one.
    """

    right: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Slide:
    """What the board shows.

    view: the public view of the question. offers: the text of each choice, () if none. Neither choices nor statements
    have letters or numbers, because each student has an order of their own.
    reading: at the level whose sentences it shows.
    templates: names of templates for the question. The first that exists shows it.
    No count has excused students. started_count: students with an attempt. answered_count: those with a complete answer
    to this question. partial_count: with an incomplete one. open_count: students in progress. absent_count: students
    without an attempt.
    bars: None before the answers are shown. unlisted_count: answers without a bar. key: None before the evidence.
    grid: the counts as one table instead of bars, with the key once the evidence is shown; None without one.
    """

    number: int
    question_count: int
    phase: Phase
    reading: Reading
    view: Mapping[str, Any]
    templates: tuple[str, ...]
    offers: tuple[str, ...]
    started_count: int
    answered_count: int
    partial_count: int
    open_count: int
    absent_count: int
    bars: tuple[Bar, ...] | None
    unlisted_count: int
    key: KeyWithEvidence | None
    grid: AnswerGrid | None
    is_teacher_paced: bool

    @property
    def forward(self) -> tuple[int, Phase] | None:
        """The next slide as (number, phase); None after the last question."""
        if self.phase < Phase.EVIDENCE:
            return self.number, Phase(self.phase + 1)
        return (self.number + 1, Phase.QUESTION) if self.number < self.question_count else None

    @property
    def back(self) -> tuple[int, Phase] | None:
        """The previous slide as (number, phase); None at the first question.

        Where students set their own pace, the evidence of the question before may not have been on the board.
        """
        if self.phase > Phase.QUESTION:
            return self.number, Phase(self.phase - 1)
        last = Phase.EVIDENCE if self.is_teacher_paced else Phase.QUESTION
        return (self.number - 1, last) if self.number > 1 else None

    @property
    def tells_counts(self) -> bool:
        """Whether the slide says how many have answered."""
        return self.phase in {Phase.COUNT, Phase.ANSWERS}

    @property
    def tells_too_early(self) -> bool:
        """Whether the next phase could influence answers of students who are still in progress."""
        return self.tells_counts and bool(self.open_count or self.absent_count)


def slide(assignment: Assignment, board: tuple[int, int] | None, *, language: str, level: str) -> Slide:
    """What the board shows; 3 queries, 4 with the evidence. board: (position, phase), None before its first slide.

    language: of the texts. level: of the sentences of the reading.
    """
    content = published(assignment.edition_id).in_language(language)
    questions = content.document.questions
    position, shown = board or (1, Phase.QUESTION)
    number, phase = min(position, len(questions)), Phase(shown if position <= len(questions) else 1)
    question = questions[number - 1]
    reading = reading_at(content.document.reading, level, question)
    current = _current_attempts(assignment)
    counted = {attempt.pk for attempt in current}
    answers = Answer.objects.filter(
        attempt__assignment=assignment, question=content.question_ids[question.key], value__isnull=False
    )
    rows = answers.order_by("pk").values_list("attempt_id", "value", "checked_at")
    given = [(value, checked_at) for attempt_id, value, checked_at in rows if attempt_id in counted]
    values = [value for value, _ in given]
    # As Progress counts: a checked answer cannot change.
    unshuffled = Shuffle("", is_shuffled=False)
    partial_count = sum(
        checked_at is None and bool(question.missing_parts(value, unshuffled)) for value, checked_at in given
    )
    view = public_view(question, unshuffled, None, reading)
    bars = distribution(question, values, reading) if phase >= Phase.ANSWERS else None
    key = _key(assignment, question, reading, language) if phase == Phase.EVIDENCE else None
    return Slide(
        number=number,
        question_count=len(questions),
        phase=phase,
        reading=reading,
        view=view,
        templates=(type_of(question).template("board"), "teacher/board_question.html"),
        offers=_offers(view),
        started_count=len(current),
        answered_count=len(values) - partial_count,
        partial_count=partial_count,
        open_count=sum(attempt.is_open for attempt in current),
        absent_count=assignment.classroom.students.enrolled().without_work(assignment.pk).count(),
        bars=bars[0] if bars else None,
        unlisted_count=bars[1] if bars else 0,
        key=key,
        grid=_grid(question, values, reading, key) if phase >= Phase.ANSWERS else None,
        is_teacher_paced=assignment.is_teacher_paced,
    )


def _offers(view: Mapping[str, Any]) -> tuple[str, ...]:
    # In a question with two steps, "answer" is the view of the first step. Elsewhere it is the student's text.
    first = view["answer"] if isinstance(view.get("answer"), Mapping) else view
    return tuple(choice["text"] for choice in first.get("choices", ()))


def _current_attempts(assignment: Assignment) -> list[Attempt]:
    """The open attempt, otherwise the newest, of each student on the roster who is not excused.

    The open one may be an earlier attempt that was reopened.
    """
    attempts = sorted(assignment.attempts.in_reports().order_by(), key=lambda one: (one.is_open, one.number))
    return list({attempt.student_id: attempt for attempt in attempts}.values())


def distribution(question: Question, values: Sequence[Value], reading: Reading) -> tuple[tuple[Bar, ...], int]:
    """The bars, and how many answers have no bar; independent of the key.

    values: one for each answer, none of them None. Bars are in the order of the choices if the type lists all choices,
    otherwise by count.
    """
    if type_of(question).graded_by == "teacher":
        return (), len(values)
    picks = [question.chosen_options(value, reading) for value in values]
    counts = Counter(option.id for options in picks for option in options)
    texts = _texts(question, values, picks)
    if type_of(question).lists_all_choices:
        listed = [(option.id, option.text) for option in question.options(reading)]
    else:
        least = TYPED_AT_LEAST if type_of(question).is_typed else 1
        common = [(count, texts[option_id], option_id) for option_id, count in counts.items() if count >= least]
        common.sort(key=lambda entry: (-entry[0], _natural_key(entry[1])))
        listed = [(option_id, text) for _, text, option_id in common]
    bars = tuple(
        Bar(text, counts[option_id], Fraction(counts[option_id], len(values)) if values else Fraction(0))
        for option_id, text in listed
    )
    return bars, sum(counts.values()) - sum(bar.count for bar in bars)


def _grid(
    question: Question, values: Sequence[Value], reading: Reading, key: KeyWithEvidence | None
) -> AnswerGrid | None:
    """The counts as one table. key: once the evidence is shown. It says which answers are outlined."""
    counts = Counter(option.id for value in values for option in question.chosen_options(value, reading))
    right = key.right if key is not None else ()
    options = [replace(option, right=option.text in right) for option in question.options(reading)]
    return answer_grid([(option, counts[option.id]) for option in options])


def _natural_key(text: str) -> str:
    """A sort key that puts sentence 9 before sentence 10."""
    return re.sub(r"\d+", lambda number: number[0].zfill(6), text)


def _texts(question: Question, values: Sequence[Value], picks: Sequence[Sequence[Option]]) -> dict[str, str]:
    """The text of each option by id: for typed answers the most common spelling, ties in alphabetical order.

    The spelling of the key would reveal which option is the key.
    """
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value, options in zip(values, picks, strict=True):
        for option in options:
            written[option.id][question.as_written(option, value)] += 1
    return {
        option_id: min(spellings, key=lambda text: (-spellings[text], normalize(text), text))
        for option_id, spellings in written.items()
    }


def _key(assignment: Assignment, question: Question, reading: Reading, language: str) -> KeyWithEvidence:
    after = Adjustments(applied_regrades([assignment.pk])[assignment.pk])
    keys = [key.in_language(language) for key in accepted_versions(question, after)]
    sentences = reading.sentences(tuple(dict.fromkeys(sentence for key in keys for sentence in key.evidence)))
    if not earned(question, None, after).possible:
        return KeyWithEvidence((), sentences, gettext("This question was dropped. It doesn’t count."))
    if earned(question, None, after).points:
        return KeyWithEvidence((), sentences, gettext("Everyone gets full credit for this question."))
    right = dict.fromkeys(line for key in keys for line in _right_parts(key, reading))
    note = gettext("The correct answer changed.") if after.regrades.get(question.key) else ""
    return KeyWithEvidence(tuple(right), sentences, note)


def _right_parts(question: Question, reading: Reading) -> list[str]:
    if type_of(question).lists_all_choices:
        return [option.text for option in question.options(reading) if option.right]
    return [question.review(None, reading).correct]
