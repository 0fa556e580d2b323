"""The item analysis of an assignment."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quizzes.content.teaching_guide import parse_guide
from quizzes.forms.reports import AttemptsForm
from quizzes.models import Assignment
from quizzes.reports.item_report import item_report
from quizzes.views.access import TeacherRequest, taught_assignment


@require_GET
def item_analysis(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The figures of each question, for this class or for all classes that were assigned the set together."""
    assignment = taught_assignment(request, public_id, among=Assignment.objects.with_guide())
    form = AttemptsForm(request.GET)
    together = _together(request, assignment)
    report = item_report(together if form.over == "together" else [assignment], policy=form.policy)
    waiting = [question for question in report.questions if question.ungraded_count]
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        # The page then says that it may be chance. A flag needs more attempts.
        "has_negative_discrimination": any((row.figures.discrimination or 0) < 0 for row in report.questions),
        "form": form,
        "class_count": len(together),
        "report": report,
        "about_story": parse_guide(assignment.guide or {}, get_language()).summary,
        "waiting": waiting,
        "waiting_numbers": ", ".join(str(question.number) for question in waiting),
        "flags": [(question, flag) for question in report.questions for flag in question.figures.flags],
    }
    return render(request, "teacher/item_analysis.html", context)


def _together(request: TeacherRequest, assignment: Assignment) -> list[Assignment]:
    """This teacher's assignments of the same group and edition, with this one."""
    given = Assignment.objects.taught_by(request.user).given_together(assignment.group)
    return [other for other in given if other.edition_id == assignment.edition_id]
