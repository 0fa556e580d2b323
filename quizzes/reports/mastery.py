"""The mastery of each student by objective over all assignments of a classroom.

The rule: points earned over points possible on the questions of one objective, in the attempts that count by each
assignment's policy. Excused work and practice do not count. `earned_on_objective` says what an answer earns.
Objectives with the same title are one objective, also across question sets.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from quizzes.content.editions import published, shown_edition
from quizzes.content.languages import original_of
from quizzes.content.question_types.question import Question
from quizzes.content.set_document import Objective
from quizzes.grading.points import Adjustments, AppliedRegrade, Earned, earned_on_objective, rounded
from quizzes.grading.scores import applied_regrades
from quizzes.models import Answer, Assignment, Classroom, ManualGrade
from quizzes.reports.gradebook import Cell, Gradebook, Row, StudentRow, average_of_cells, totaled_gradebook
from quizzes.reports.objective_scores import ObjectiveScore

# Points earned and possible on one objective, by its title, of one student on one assignment.
Points = dict[str, tuple[Fraction, int]]


@dataclass(frozen=True, slots=True)
class MasteryLine:
    """One student. scores: one for each objective, None if no points count yet. counting_count: attempts counted."""

    student: StudentRow
    scores: tuple[ObjectiveScore | None, ...]
    counting_count: int


@dataclass(frozen=True, slots=True)
class Mastery:
    """A classroom by objective. objectives: by first use, the oldest assignment first. totals: of the class.

    assignment_counts: how many assignments have each objective.
    """

    classroom: Classroom
    objectives: tuple[Objective, ...]
    assignment_counts: tuple[int, ...]
    lines: tuple[MasteryLine, ...]
    totals: tuple[ObjectiveScore | None, ...]


def mastery_of(book: Gradebook) -> Mastery:
    """The gradebook's attempts by objective; 3 queries, and 2 for each edition that is not in the process cache."""
    points = objective_points(book)
    objectives_by_title: dict[str, Objective] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    for column in reversed(book.columns):
        for title, objective in _objectives(column.assignment.edition_id).items():
            objectives_by_title.setdefault(title, objective)
            counts[title] += 1
    lines = []
    for row in book.rows:
        row_points = [points[row.student.pk, column.assignment.pk] for column in book.columns]
        scores = tuple(_summed(objective, row_points) for objective in objectives_by_title.values())
        lines.append(MasteryLine(row.student, scores, sum(cell.score is not None for cell in row.cells)))
    return Mastery(
        book.classroom,
        tuple(objectives_by_title.values()),
        tuple(counts[title] for title in objectives_by_title),
        tuple(lines),
        tuple(_summed(objective, points.values()) for objective in objectives_by_title.values()),
    )


def filter_by_objective(book: Gradebook, title: str) -> Gradebook:
    """The gradebook of one objective: the assignments that have it, with the points on it; 3 queries.

    title: of the objective. If no assignment has it, the gradebook has no columns.
    """
    regrades = _regrades(book)
    points = _objective_points(book, regrades)
    columns = [
        (place, column.assignment, _possible(title, column.assignment, regrades))
        for place, column in enumerate(book.columns)
        if title in _objectives(column.assignment.edition_id)
    ]
    rows = []
    for row in book.rows:
        cells = tuple(
            _cell_of_objective(
                row.cells[place], points[row.student.pk, assignment.pk].get(title), max_points=max_points
            )
            for place, assignment, max_points in columns
        )
        rows.append(Row(row.student, cells, average_of_cells(cells)))
    return totaled_gradebook(book.classroom, [column[1:] for column in columns], rows)


def titles_of(book: Gradebook) -> dict[str, str]:
    """The titles of the objectives of the gradebook's assignments in the language of the page, as `Mastery` has them.

    The keys are the titles in the first language of each set, which links have.
    """
    titles: dict[str, str] = {}
    for column in reversed(book.columns):
        for title, objective in _objectives(column.assignment.edition_id).items():
            titles.setdefault(title, objective.title)
    return titles


def objective_points(book: Gradebook) -> defaultdict[tuple[int, int], Points]:
    """Points by student and assignment id, of the attempts that count; 3 queries."""
    return _objective_points(book, _regrades(book))


def _regrades(book: Gradebook) -> dict[int, dict[str, list[AppliedRegrade]]]:
    return applied_regrades({column.assignment.pk for column in book.columns})


def _objective_points(
    book: Gradebook, regrades: Mapping[int, Mapping[str, Sequence[AppliedRegrade]]]
) -> defaultdict[tuple[int, int], Points]:
    """`objective_points` with these regrades, by assignment id and question key; 2 queries."""
    values, grades = _values(book), _grades(book)
    known: dict[tuple[int, int, str | None], Earned] = {}

    def earned(attempt_id: int, assignment: Assignment, question: Question) -> Earned:
        applied = regrades[assignment.pk]
        if question.key in grades[attempt_id]:
            return earned_on_objective(question, None, Adjustments(applied, grades[attempt_id]))
        question_id = published(assignment.edition_id).question_ids[question.key]
        text = values[attempt_id].get(question_id)
        # Equal answers to one question of one assignment are worth the same.
        cache_key = (assignment.pk, question_id, text)
        if cache_key not in known:
            value = None if text is None else json.loads(text)
            known[cache_key] = earned_on_objective(question, value, Adjustments(applied))
        return known[cache_key]

    found: defaultdict[tuple[int, int], Points] = defaultdict(dict)
    for row in book.rows:
        for cell, column in zip(row.cells, book.columns, strict=True):
            if cell.attempt is None or cell.score is None:
                continue
            for title, questions in _questions(column.assignment.edition_id).items():
                points = [earned(cell.attempt.pk, column.assignment, question) for question in questions]
                if possible := sum(one.possible for one in points):
                    total = sum((one.points for one in points), start=Fraction(0))
                    found[row.student.pk, column.assignment.pk][title] = (total, possible)
    return found


def _values(book: Gradebook) -> defaultdict[int, dict[int, str]]:
    """The answers of submitted attempts as JSON text, by attempt id and question row id. One query."""
    values: defaultdict[int, dict[int, str]] = defaultdict(dict)
    given = Answer.objects.filter(**_of_submitted(book), value__isnull=False).order_by()
    for pk, question_id, text in given.values_list("attempt_id", "question_id", Cast("value", TextField())):
        values[pk][question_id] = text
    return values


def _grades(book: Gradebook) -> defaultdict[int, dict[str, Decimal]]:
    """The grades of submitted attempts, by attempt id and question key. One query."""
    grades: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    graded = ManualGrade.objects.in_force().filter(**_of_submitted(book))
    for pk, key, points in graded.values_list("attempt_id", "question__key", "points"):
        grades[pk][key] = points
    return grades


def _of_submitted(book: Gradebook) -> dict[str, Any]:
    """What picks the rows of the classroom's submitted attempts."""
    return {"attempt__classroom": book.classroom, "attempt__submitted_at__isnull": False}


def _questions(edition_id: int) -> dict[str, list[Question]]:
    """The edition's questions by the title of their objective, in the order of its objectives."""
    document = published(edition_id).document
    by_title: dict[str, list[Question]] = {}
    for objective in document.objectives:
        questions = [question for question in document.questions if question.objective == objective.key]
        if questions:
            by_title.setdefault(objective.title, []).extend(questions)
    return by_title


def _objectives(edition_id: int) -> dict[str, Objective]:
    """The objectives that the edition's questions have, by title, in the language of the page."""
    questions = _questions(edition_id)
    by_title = {original_of(one.title): one for one in shown_edition(edition_id).document.objectives}
    return {title: objective for title, objective in by_title.items() if title in questions}


def _summed(objective: Objective, points: Iterable[Mapping[str, tuple[Fraction, int]]]) -> ObjectiveScore | None:
    pairs = [pair for by_title in points if (pair := by_title.get(original_of(objective.title))) is not None]
    possible = sum(points_possible for _, points_possible in pairs)
    total = sum((points_earned for points_earned, _ in pairs), start=Fraction(0))
    return ObjectiveScore(objective, total, possible) if possible else None


def _possible(
    title: str, assignment: Assignment, regrades: Mapping[int, Mapping[str, Sequence[AppliedRegrade]]]
) -> int:
    """The points possible on the objective, without dropped questions."""
    after = Adjustments(regrades[assignment.pk])
    asked = _questions(assignment.edition_id).get(title, ())
    return sum(question.points for question in asked if not after.is_dropped(question.key))


def _cell_of_objective(cell: Cell, points: tuple[Fraction, int] | None, *, max_points: int) -> Cell:
    if cell.score is None:
        # Points on an objective describe answers, so missing work never counts as 0 here.
        return replace(cell, is_zero=False)
    if not max_points:
        return replace(cell, score=None, max_score=None, is_dropped=True)
    earned_points, possible = points or (Fraction(0), 0)
    # Points of an answer that needs grading are not in `possible`.
    return replace(cell, score=rounded(earned_points), max_score=max_points, is_ungraded=possible < max_points)
