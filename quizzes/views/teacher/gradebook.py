"""A classroom's scores, by assignment and by objective."""

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.assignments.status import Status
from quizzes.files.gradebook import quiz_choices
from quizzes.forms.reports import NAME, GradebookOrderForm, ObjectiveForm
from quizzes.reports.classroom_quizzes import current_among
from quizzes.reports.gradebook import Gradebook, Row, gradebook
from quizzes.reports.mastery import filter_by_objective, mastery_of, titles_of
from quizzes.reports.moved_away import moved_away
from quizzes.reports.trend import class_trend
from quizzes.views.access import TeacherRequest, taught_classroom


@require_GET
def classroom_gradebook(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A classroom's scores: students by assignments. The query string selects an objective and the order."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    whole = gradebook(classroom, now=now)
    # Only an objective needs the documents of the editions.
    objective = ObjectiveForm(request.GET, titles=lambda: list(titles_of(whole))).title
    book = filter_by_objective(whole, objective) if objective else whole
    form = GradebookOrderForm(request.GET, columns=[column.assignment.public_id for column in book.columns])
    rows = sorted_rows(book, form.column, descending=form.descending)
    context = {
        "classroom": classroom,
        "now": now,
        "book": book,
        "rows": rows,
        "current_quizzes": current_among((column.assignment for column in book.columns), now=now),
        "order": form,
        "objective": objective,
        "objective_title": titles_of(whole)[objective] if objective else "",
        "moved_away": moved_away(classroom) if book.has_others_work else [],
        "file_quizzes": quiz_choices(book),
        "icon_statuses": _icon_statuses(rows),
        "missing_number_count": sum(not row.student.external_id for row in book.rows),
    }
    return render(request, "teacher/classroom_gradebook.html", context)


@require_GET
def classroom_mastery(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Each student by objective, over all assignments of a classroom."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    book = gradebook(classroom, now=now)
    mastery = mastery_of(book)
    objectives = list(zip(titles_of(book), mastery.objectives, mastery.assignment_counts, strict=True))
    context = {
        "classroom": classroom,
        "book": book,
        "mastery": mastery,
        "current_quizzes": current_among((column.assignment for column in book.columns), now=now),
        "objectives": objectives,
        "trend_points": class_trend(book),
    }
    return render(request, "teacher/classroom_mastery.html", context)


def _icon_statuses(rows: Sequence[Row]) -> list[Status]:
    """The statuses in the cells. A wide table on paper has their icons only, so the page says what each one is."""
    shown = {cell.status for row in rows for cell in row.cells} - {Status.SUBMITTED}
    return [status for status in Status if status in shown]


def sorted_rows(book: Gradebook, column: str, *, descending: bool) -> Sequence[Row]:
    """The rows by name, average or the score on one assignment; ties by name, rows without a score last.

    column: NAME, AVERAGE or the public id of an assignment.
    """
    if column == NAME:
        return book.rows[::-1] if descending else book.rows
    places = {entry.assignment.public_id: place for place, entry in enumerate(book.columns)}

    def share(row: Row) -> Decimal | None:
        return row.cells[places[column]].counted_share if column in places else row.average_share

    with_score = [row for row in book.rows if share(row) is not None]
    without = [row for row in book.rows if share(row) is None]
    return sorted(with_score, key=lambda row: share(row) or Decimal(0), reverse=descending) + without
