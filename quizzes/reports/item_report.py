"""What a set of questions and its wrong answers say, over one assignment or several of the same edition.

Only attempts that were handed in, of students on the roster and not excused, one a student. Seven statements at most,
however many attempts there are.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, starmap
from typing import NamedTuple

from django.db.models import F, TextField
from django.db.models.functions import Cast

from quizzes.assignments.status import counting_attempt
from quizzes.assignments.student_statuses import load_overrides
from quizzes.content.editions import Published, published
from quizzes.content.question_types.question import Option, Question
from quizzes.content.question_types.registry import type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading, Sentence
from quizzes.grading.points import NO_ADJUSTMENTS, Adjustments, earned, keys_in_force
from quizzes.grading.scores import corrections_of
from quizzes.models import Answer, Assignment, Attempt, ManualGrade
from quizzes.reports.item_analysis.analysis import analyze_columns
from quizzes.reports.item_analysis.figures import ChoiceFigures, Column, Figures, Item, ItemFigures, Kind
from quizzes.reports.misread_map import MisreadColumn, MisreadMap, misread_map

FIRST, BEST = Assignment.AttemptPolicy.FIRST, Assignment.AttemptPolicy.BEST


class DifferentEditions(ValueError):
    """Figures of several assignments say something only where all students had the same questions."""


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """One question with its figures. number: its place in the set. evidence: the sentences that prove its answer.

    waiting_count: answers that a teacher has yet to mark; until then they count as nothing earned.
    is_corrected: whether a correction of its key is in force in one of the assignments.
    """

    number: int
    question: Question
    type_label: str
    evidence: tuple[Sentence, ...]
    figures: ItemFigures
    waiting_count: int
    reading: Reading
    is_corrected: bool = False

    @property
    def commonest_wrong(self) -> ChoiceFigures | None:
        """The wrong answer given most often, the earlier of two; None where nobody gave one."""
        wrong = [choice for choice in self.figures.choices if choice.count and not choice.option.right]
        return max(wrong, key=lambda choice: choice.count, default=None)

    @property
    def points_to(self) -> tuple[Sentence, ...]:
        """The sentences that the commonest wrong answer points to."""
        commonest = self.commonest_wrong
        return self.reading.sentences(commonest.option.leans_on) if commonest is not None else ()


@dataclass(frozen=True, slots=True)
class ItemReport:
    """The figures of a test, its questions in authored order, and the misread map (None below five attempts).

    paper_count: how many of the attempts were typed in from paper.
    """

    published: Published
    assignments: tuple[Assignment, ...]
    policy: str | None
    figures: Figures
    paper_count: int
    questions: tuple[QuestionReport, ...]
    misread: MisreadMap | None


class _Made(NamedTuple):
    """What a report needs to know of a handed-in attempt. Not a row of the model: there may be ten thousand."""

    assignment_id: int
    student_id: int
    number: int
    pk: int
    seed: str
    shuffle_questions: bool
    medium: str
    # Read where the best attempt counts.
    score: Decimal | None = None
    max_score: int | None = None

    @property
    def is_open(self) -> bool:
        """Never: only handed-in ones are asked for."""
        return False


@dataclass(frozen=True, slots=True)
class _Given:
    """What one value of one question comes to.

    credit: None for no answer that earned nothing. misread: the sentences that each wrong option points to.
    is_waiting: for a teacher to mark it, until which it earns nothing.
    """

    credit: Fraction | None
    options: tuple[Option, ...]
    misread: tuple[tuple[str, ...], ...]
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class _Answers:
    """One question over all attempts. codes: for each attempt, the place of its answer among the kinds."""

    kinds: list[_Given]
    codes: list[int]

    def column(self) -> Column:
        """As item analysis takes it."""
        kinds = [Kind(given.credit, tuple(option.id for option in given.options)) for given in self.kinds]
        return Column(kinds, self.codes)

    def misread(self) -> MisreadColumn:
        """As the misread map takes it."""
        return MisreadColumn([given.misread for given in self.kinds], self.codes)

    def waiting_count(self) -> int:
        """How many wait for a teacher's mark."""
        numbers = Counter(self.codes)
        return sum(numbers[code] for code, given in enumerate(self.kinds) if given.is_waiting)


def item_report(assignments: Sequence[Assignment], *, policy: str | None = FIRST) -> ItemReport:
    """The report over these assignments, at least one; raises DifferentEditions.

    policy: which attempt of a student counts (first, best, latest); None for what each assignment says.
    A question that was dropped in one of the assignments counts in no total. 10,000 attempts at 20 questions take
    about a quarter of a second, more than half of it to read 200,000 answers.
    """
    if len({assignment.edition_id for assignment in assignments}) != 1:
        raise DifferentEditions
    content = published(assignments[0].edition_id)
    questions, reading = content.document.questions, content.document.reading
    attempts = _counting(assignments, policy)
    corrections = _corrections(attempts)
    answers = _answers(content, attempts, corrections)
    shown = [(question.key, place) for place, question in enumerate(questions)]
    figures = analyze_columns(
        [
            _item(question, corrections.values(), [option for given in own.kinds for option in given.options], reading)
            for question, own in zip(questions, answers, strict=True)
        ],
        [own.column() for own in answers],
        order_of=lambda number: _order(attempts[number], shown),
    )
    return ItemReport(
        published=content,
        assignments=tuple(assignments),
        policy=policy,
        figures=figures,
        paper_count=sum(attempt.medium == Attempt.Medium.PAPER for attempt in attempts),
        questions=tuple(
            QuestionReport(
                number=place + 1,
                question=question,
                type_label=type_of(question).label,
                evidence=reading.sentences(question.evidence),
                figures=figures.items[place],
                waiting_count=answers[place].waiting_count(),
                reading=reading,
                is_corrected=any(after.corrections.get(question.key) for after in corrections.values()),
            )
            for place, question in enumerate(questions)
        ),
        misread=misread_map([own.misread() for own in answers], reading_order=[sentence.key for sentence in reading]),
    )


def _counting(assignments: Sequence[Assignment], policy: str | None) -> list[_Made]:
    excused = load_overrides(assignment__in=assignments).excused
    # One who moved to another class is on its roster, and no longer on this one.
    submitted = Attempt.objects.submitted().filter(
        assignment__in=assignments, student__removed_at=None, student__classroom=F("classroom")
    )
    policies = {assignment.pk: policy or assignment.attempt_policy for assignment in assignments}
    columns = _Made._fields if BEST in policies.values() else _Made._fields[:-2]
    ordered = submitted.order_by("assignment", "student", "number").values_list(*columns)
    counting = []
    for (assignment_id, student_id), own in groupby(starmap(_Made, ordered), key=lambda made: made[:2]):
        if (student_id, assignment_id) not in excused:
            chosen = counting_attempt(list(own), policies[assignment_id])
            if chosen is not None:
                counting.append(chosen)
    return counting


def _corrections(attempts: Iterable[_Made]) -> dict[int, Adjustments]:
    """Corrections in force by assignment id, of those that have attempts. Corrections are the assignment's."""
    assignment_ids = {attempt.assignment_id for attempt in attempts}
    found = corrections_of(assignment_ids)
    return {assignment_id: Adjustments(found[assignment_id]) for assignment_id in sorted(assignment_ids)}


class _Known(dict[str | None, int]):
    """What each value (as JSON text) of one question on one assignment comes to, worked out when first asked for.

    It holds the place among `kinds`, which the question's tables of all assignments share.
    """

    def __init__(self, question: Question, after: Adjustments, reading: Reading, kinds: list[_Given]) -> None:
        super().__init__()
        self.question = question
        self.after = after
        self.reading = reading
        self.kinds = kinds

    def __missing__(self, text: str | None) -> int:
        value = None if text is None else json.loads(text)
        keys = keys_in_force(self.question, self.after)
        points = earned(self.question, value, self.after)
        # A dropped question earns nothing, but what was answered still says who knew it.
        credit = points.points / points.possible if points.possible else max(key.grade(value) for key in keys)
        # What a teacher reads is in the student's own words: neither right nor wrong, and not for counting.
        is_free = type_of(self.question).graded_by == "teacher"
        given = () if is_free else _merged(option for key in keys for option in key.chosen_options(value, self.reading))
        self.kinds.append(
            _Given(
                credit=credit if credit or value is not None else None,
                options=given,
                misread=tuple(option.leans_on for option in given if option.leans_on and not option.right),
                is_waiting=is_free and value is not None and not credit,
            )
        )
        self[text] = len(self.kinds) - 1
        return self[text]


def _answers(content: Published, attempts: Sequence[_Made], corrections: Mapping[int, Adjustments]) -> list[_Answers]:
    """What was answered, by question. A question that an attempt has no answer to counts as left out."""
    questions = content.document.questions
    answers = [_Answers([], []) for _ in questions]
    tables = {
        assignment_id: [
            _Known(question, after, content.document.reading, own.kinds)
            for question, own in zip(questions, answers, strict=True)
        ]
        for assignment_id, after in corrections.items()
    }
    for place, own in enumerate(answers):
        nothing = {assignment_id: known[place][None] for assignment_id, known in tables.items()}
        own.codes.extend([nothing[attempt.assignment_id] for attempt in attempts])
    at = {attempt.pk: (number, tables[attempt.assignment_id]) for number, attempt in enumerate(attempts)}
    place_of = {content.question_ids[question.key]: place for place, question in enumerate(questions)}
    columns = [own.codes for own in answers]
    for attempt_id, question_id, text in _values(corrections):
        # Attempts that do not count have answers as well.
        if attempt_id in at:
            number, known = at[attempt_id]
            place = place_of[question_id]
            columns[place][number] = known[place][text]
    _mark(answers, questions, {attempt_id: number for attempt_id, (number, _) in at.items()}, corrections)
    return answers


def _mark(
    answers: Sequence[_Answers],
    questions: Sequence[Question],
    number_of: Mapping[int, int],
    assignment_ids: Iterable[int],
) -> None:
    """Put what teachers' marks say in the place of what the answers earned; the newest mark holds."""
    place_of = {question.key: place for place, question in enumerate(questions)}
    given = ManualGrade.objects.filter(attempt__assignment__in=list(assignment_ids)).order_by("made_at", "pk")
    for attempt_id, key, points in given.values_list("attempt_id", "question__key", "points"):
        if attempt_id in number_of:
            place = place_of[key]
            own, number = answers[place], number_of[attempt_id]
            credit = Fraction(points) / questions[place].points
            own.kinds.append(replace(own.kinds[own.codes[number]], credit=credit, is_waiting=False))
            own.codes[number] = len(own.kinds) - 1


def _values(assignment_ids: Iterable[int]) -> Iterable[tuple[int, int, str]]:
    """(attempt, question, current value as JSON text) of each answer; text, so that equal ones are read once."""
    answers = Answer.objects.filter(attempt__assignment__in=list(assignment_ids), value__isnull=False)
    text = Cast("value", TextField())
    return answers.order_by().values_list("attempt_id", "question_id", text).iterator(chunk_size=5000)


def _item(question: Question, corrections: Iterable[Adjustments], seen: Iterable[Option], reading: Reading) -> Item:
    ungraded = list(corrections) or [NO_ADJUSTMENTS]
    keys: list[Question] = []
    for after in ungraded:
        # Not a set: a question that holds a table cannot be hashed.
        keys += [key for key in keys_in_force(question, after) if key not in keys]
    is_dropped = any(not earned(question, None, after).possible for after in ungraded)
    offered = [option for key in keys for option in key.options(reading)]
    return Item(
        key=question.key,
        points=0 if is_dropped else question.points,
        options=_merged([*offered, *seen]),
        chance_share=_chance_share(question),
    )


def _merged(found: Iterable[Option]) -> tuple[Option, ...]:
    """Each option once, in the order met; right where one of the keys in force says so."""
    by_id: dict[str, Option] = {}
    for option in found:
        if option.id not in by_id or (option.right and not by_id[option.id].right):
            by_id[option.id] = option
    return tuple(by_id.values())


def _chance_share(question: Question) -> float | None:
    share = question.guess_share()
    return None if share is None else float(share)


def _order(attempt: _Made, shown: Sequence[tuple[str, int]]) -> Sequence[int]:
    """The places of the questions as the attempt showed them. shown: key and place of each question."""
    if not attempt.shuffle_questions:
        return range(len(shown))
    return Shuffle(attempt.seed, attempt.shuffle_questions).order("questions", shown)
