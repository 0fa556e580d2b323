"""What a set of questions and its wrong answers say, over one assignment or several of the same edition.

Only attempts that were handed in, of students on the roster and not excused, one a student. Seven statements at most,
however many attempts there are.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import F, TextField
from django.db.models.functions import Cast

from quizzes.grading import NO_ADJUSTMENTS, Adjustments, earned, keys_in_force
from quizzes.item_analysis import ChoiceFigures, Figures, Item, ItemFigures, analyze
from quizzes.misreading import MisreadMap, misread_map
from quizzes.models import Answer, Assignment, Attempt, Excuse
from quizzes.question_sets import Published, published
from quizzes.question_types import Option, Presentation, Question, grade, label, marked_by, options, picked
from quizzes.question_types.single import Single
from quizzes.question_types.true_false import TrueFalse
from quizzes.question_types.who_says_so import WhoSaysSo
from quizzes.reading import Reading, Sentence
from quizzes.results import counting_attempt
from quizzes.scores import adjustments

FIRST = Assignment.AttemptPolicy.FIRST


class DifferentEditions(ValueError):
    """Figures of several assignments say something only where all students had the same questions."""


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """One question with its figures. number: its place in the set. evidence: the sentences that prove its answer.

    waiting_count: answers that a teacher has yet to mark; until then they count as nothing earned.
    """

    number: int
    question: Question
    type_label: str
    evidence: tuple[Sentence, ...]
    figures: ItemFigures
    waiting_count: int
    reading: Reading

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
    """The figures of a test, its questions in authored order, and the misread map (None below five attempts)."""

    published: Published
    assignments: tuple[Assignment, ...]
    policy: str | None
    figures: Figures
    questions: tuple[QuestionReport, ...]
    misread: MisreadMap | None


@dataclass(frozen=True, slots=True)
class _Given:
    """What one value of one question comes to.

    credit: None for no answer that earned nothing. misread: the sentences that each wrong option points to.
    is_waiting: for a teacher to mark it, until which it earns nothing.
    """

    credit: Fraction | None
    options: tuple[Option, ...]
    ids: tuple[str, ...]
    misread: tuple[tuple[str, ...], ...]
    is_waiting: bool


def item_report(assignments: Sequence[Assignment], *, policy: str | None = FIRST) -> ItemReport:
    """The report over these assignments, at least one; raises DifferentEditions.

    policy: which attempt of a student counts (first, best, latest); None for what each assignment says.
    A question that was dropped in one of the assignments counts in no total.
    """
    if len({assignment.edition_id for assignment in assignments}) != 1:
        raise DifferentEditions
    content = published(assignments[0].edition_id)
    questions, reading = content.document.questions, content.document.reading
    attempts = _counting(assignments, policy)
    adjusted = adjustments(attempts)
    rows, seen = _rows(content, attempts, adjusted)
    corrections = {attempt.assignment_id: Adjustments(adjusted[attempt.pk].corrections) for attempt in attempts}
    figures = analyze(
        [_item(question, corrections.values(), seen[question.key], reading) for question in questions],
        [[given.credit for given in row] for row in rows],
        picks=[[given.ids for given in row] for row in rows],
        orders=[_order(attempt, questions, row) for attempt, row in zip(attempts, rows, strict=True)],
    )
    misread = [[sentences for given in row for sentences in given.misread] for row in rows]
    return ItemReport(
        published=content,
        assignments=tuple(assignments),
        policy=policy,
        figures=figures,
        questions=tuple(
            QuestionReport(
                number=place + 1,
                question=question,
                type_label=label(question),
                evidence=reading.sentences(question.evidence),
                figures=figures.items[place],
                waiting_count=sum([row[place].is_waiting for row in rows]),
                reading=reading,
            )
            for place, question in enumerate(questions)
        ),
        misread=misread_map(misread, reading_order=[sentence.key for sentence in reading]),
    )


def _counting(assignments: Sequence[Assignment], policy: str | None) -> list[Attempt]:
    excused = set(Excuse.objects.filter(assignment__in=assignments).values_list("assignment_id", "student_id"))
    made: defaultdict[tuple[int, int], list[Attempt]] = defaultdict(list)
    # One who moved to another class is on its roster, and no longer on this one.
    handed_in = Attempt.objects.handed_in().filter(
        assignment__in=assignments, student__removed_at=None, student__classroom=F("classroom")
    )
    for attempt in handed_in.order_by("assignment", "student", "number"):
        if (attempt.assignment_id, attempt.student_id) not in excused:
            made[attempt.assignment_id, attempt.student_id].append(attempt)
    policies = {assignment.pk: policy or assignment.attempt_policy for assignment in assignments}
    counting = [counting_attempt(own, policies[assignment_id]) for (assignment_id, _), own in made.items()]
    return [attempt for attempt in counting if attempt is not None]


class _Known(dict[str | None, _Given]):
    """What each value (as JSON text) of one question on one assignment comes to, worked out when first asked for."""

    def __init__(self, question: Question, after: Adjustments, reading: Reading) -> None:
        super().__init__()
        self.question = question
        # Corrections are the assignment's; a mark is one attempt's own.
        self.after = Adjustments(after.corrections)
        self.reading = reading

    def __missing__(self, text: str | None) -> _Given:
        value = None if text is None else json.loads(text)
        keys = keys_in_force(self.question, self.after)
        points = earned(self.question, value, self.after)
        # A dropped question earns nothing, but what was answered still says who knew it.
        credit = points.points / points.possible if points.possible else max(grade(key, value) for key in keys)
        # What a teacher reads is in the student's own words: neither right nor wrong, and not for counting.
        is_free = marked_by(self.question) == "teacher"
        given = () if is_free else _merged(option for key in keys for option in picked(key, value, self.reading))
        self[text] = _Given(
            credit=credit if credit or value is not None else None,
            options=given,
            ids=tuple(option.id for option in given),
            misread=tuple(option.leans_on for option in given if option.leans_on and not option.right),
            is_waiting=is_free and value is not None and not credit,
        )
        return self[text]


def _rows(
    content: Published, attempts: Sequence[Attempt], adjusted: Mapping[int, Adjustments]
) -> tuple[list[list[_Given]], dict[str, list[Option]]]:
    """One row an attempt, one entry a question; and the options met, by question key."""
    questions, values = content.document.questions, _values(attempts)
    ids = [content.question_ids[question.key] for question in questions]
    tables: dict[int, list[_Known]] = {}
    rows = []
    for attempt in attempts:
        own, after = values[attempt.pk], adjusted[attempt.pk]
        if attempt.assignment_id not in tables:
            tables[attempt.assignment_id] = [
                _Known(question, after, content.document.reading) for question in questions
            ]
        known = tables[attempt.assignment_id]
        row = [table[own.get(question_id)] for question_id, table in zip(ids, known, strict=True)]
        if after.marks:
            row = [_marked(given, question, after.marks) for given, question in zip(row, questions, strict=True)]
        rows.append(row)
    seen: defaultdict[str, list[Option]] = defaultdict(list)
    for table in (table for known in tables.values() for table in known):
        seen[table.question.key] += (option for given in table.values() for option in given.options)
    return rows, seen


def _marked(given: _Given, question: Question, marks: Mapping[str, Decimal]) -> _Given:
    mark = marks.get(question.key)
    return given if mark is None else replace(given, credit=Fraction(mark) / question.points, is_waiting=False)


def _values(attempts: Sequence[Attempt]) -> defaultdict[int, dict[int, str]]:
    """Current values as JSON text, by attempt and question id; text, so that equal ones need no second reading."""
    counting = {attempt.pk for attempt in attempts}
    answers = Answer.objects.filter(
        attempt__assignment__in={attempt.assignment_id for attempt in attempts}, value__isnull=False
    )
    values: defaultdict[int, dict[int, str]] = defaultdict(dict)
    text = Cast("value", TextField())
    for attempt_id, question_id, value in answers.order_by().values_list("attempt_id", "question_id", text):
        if attempt_id in counting:
            values[attempt_id][question_id] = value
    return values


def _item(question: Question, corrections: Iterable[Adjustments], seen: Iterable[Option], reading: Reading) -> Item:
    unmarked = list(corrections) or [NO_ADJUSTMENTS]
    keys = dict.fromkeys(key for after in unmarked for key in keys_in_force(question, after))
    is_dropped = any(not earned(question, None, after).possible for after in unmarked)
    offered = [option for key in keys for option in options(key, reading)]
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
    match question:
        case Single() | TrueFalse():
            return 1 / len(question.choices)
        case WhoSaysSo():
            return 1 / len(question.voices)
    return None


def _order(attempt: Attempt, questions: Sequence[Question], row: Sequence[_Given]) -> Sequence[int]:
    """The places of the questions as the attempt showed them; it matters only where one was left out."""
    if all(given.credit is not None for given in row):
        return range(len(row))
    shown = Presentation(attempt.seed, attempt.shuffle_questions)
    return shown.order("questions", [(question.key, place) for place, question in enumerate(questions)])
