"""A classroom's scores, by assignment and by objective."""

from collections.abc import Sequence
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.files.gradebook import quiz_choices
from quizzes.forms.reports import NAME, GradebookOrderForm, ObjectiveForm
from quizzes.reports.gradebook import Gradebook, Row, gradebook
from quizzes.reports.mastery import filter_by_objective, mastery_of, titles_of
from quizzes.reports.moved_away import moved_away
from quizzes.reports.trend import class_trend
from quizzes.views.access import TeacherRequest, taught_classroom


@require_GET
def classroom_gradebook(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A classroom's scores: students by assignments. The query string selects an objective and the order."""
    classroom = taught_classroom(request, public_id)
    book, objective = gradebook(classroom, now=timezone.now()), ""
    # Only an objective needs the documents of the editions.
    if "objective" in request.GET:
        objective = ObjectiveForm(request.GET, titles=titles_of(book)).title
        book = filter_by_objective(book, objective) if objective else book
    form = GradebookOrderForm(request.GET, columns=[column.assignment.public_id for column in book.columns])
    rows = sorted_rows(book, form.column, descending=form.descending)
    context = {
        "classroom": classroom,
        "book": book,
        "rows": rows,
        "order": form,
        "objective": objective,
        "moved_away": moved_away(classroom) if book.has_others_work else [],
        "file_quizzes": quiz_choices(book),
        "numberless": sum(not row.student.external_id for row in book.rows),
    }
    return render(request, "teacher/classroom_gradebook.html", context)


@require_GET
def classroom_mastery(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Each student by objective, over all assignments of a classroom."""
    classroom = taught_classroom(request, public_id)
    book = gradebook(classroom, now=timezone.now())
    mastery = mastery_of(book)
    objectives = list(zip(mastery.objectives, mastery.assignment_counts, strict=True))
    context = {
        "classroom": classroom,
        "book": book,
        "mastery": mastery,
        "asked": objectives,
        "trend_points": class_trend(book),
    }
    return render(request, "teacher/classroom_mastery.html", context)


def sorted_rows(book: Gradebook, column: str, *, descending: bool) -> Sequence[Row]:
    """The rows by name, average or the score on one assignment; ties by name, rows without a score last.

    column: NAME, AVERAGE or the public id of an assignment.
    """
    if column == NAME:
        return book.rows[::-1] if descending else book.rows
    places = {entry.assignment.public_id: place for place, entry in enumerate(book.columns)}

    def share(row: Row) -> Decimal | None:
        return row.cells[places[column]].share if column in places else row.average_share

    with_score = [row for row in book.rows if share(row) is not None]
    without = [row for row in book.rows if share(row) is None]
    return sorted(with_score, key=lambda row: share(row) or Decimal(0), reverse=descending) + without
