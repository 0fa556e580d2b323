"""The grading queue: one page for each written answer and each typed answer that is close to a correct one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.attempts.attempt_content import content_of
from quizzes.content.question_types.registry import type_of
from quizzes.content.tables import InvalidDocument
from quizzes.formatting import points as points_text
from quizzes.forms.grading import QueueGradeForm, QueuePageForm, SettleForm
from quizzes.grading import manual_grades, queue, regrades
from quizzes.grading.queue import QueuedAnswer
from quizzes.models import Assignment, Attempt, Edition, ManualGrade, Question, Regrade
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment


@dataclass(frozen=True, slots=True)
class StudentAnswer:
    """The answer of one student in an entry. place: of the question in the attempt."""

    attempt: Attempt
    words: str
    place: int


@class_act(ClassAct.CHANGE)
@require_GET
def grading_queue(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One entry of the queue: equal answers to one question, with its rubric or its accepted answers."""
    assignment = taught_assignment(request, public_id)
    shown = QueuePageForm(request.GET)
    return _queue_page(request, assignment, _entries(assignment), shown=shown)


@require_POST
@transaction.atomic
def settle_queued_answer(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Grade an entry, accept it for all classes, or keep its points. An answer that left the queue is settled."""
    assignment = taught_assignment(request, public_id)
    form = SettleForm(request.POST)
    edition = Edition.objects.get(pk=assignment.edition_id)
    # Before the queue is read: of two requests at once, the second reads a queue without the answer.
    affected = regrades.lock_affected(edition, by=request.user)
    entries = _entries(assignment)
    names = [entry.name for entry in entries]
    if not form.is_valid() or form.cleaned_data["doubt"] not in names:
        return _already_graded(request, assignment, form)
    place = names.index(form.cleaned_data["doubt"])
    entry, act, group = entries[place], form.cleaned_data["act"], form.cleaned_data["group"]
    attempts = [attempt for attempt in entry.attempts if attempt.public_id in form.cleaned_data["attempts"]]
    if not attempts or manual_grades.is_used(group) or (entry.is_by_hand and act != "grade"):
        return _already_graded(request, assignment, form)
    if act == "grade":
        grade = QueueGradeForm(request.POST, possible=entry.question.points)
        if not grade.is_valid():
            return _queue_page(request, assignment, entries, refused=(place, form, grade))
        first = form.cleaned_data["attempts"][0]
        attempts = [one for one in attempts if form.cleaned_data["all"] or one.public_id == first]
        if not attempts:
            return _already_graded(request, assignment, form)
        _grade_all(request, assignment, entry, attempts, group, **grade.cleaned_data)
    elif not entry.may_accept or act == "keep":
        # Rounded up, so that a grade of one third of a point does not reduce the score.
        points = (Decimal(entry.earned.numerator) / entry.earned.denominator).quantize(Decimal("0.01"), ROUND_UP)
        _grade_all(request, assignment, entry, attempts, group, points=points)
    else:
        _accept(request, assignment, affected, edition, entry, group)
    # An entry that keeps some of its answers stays. After the last one comes the first that was skipped.
    rest = [*names[place + 1 :], *names[:place]]
    following = entry.name if len(attempts) < len(entry.attempts) else next(iter(rest), "")
    return redirect(_address(assignment, answer=following, undo=group))


@require_POST
def undo_settled(request: TeacherRequest, public_id: str, group: UUID) -> HttpResponse:
    """Undo the grades or the regrade that the queue saved, and show the answer again."""
    assignment = taught_assignment(request, public_id)
    now = timezone.now()
    grades = manual_grades.undo(group, by=request.user, now=now)
    key = grades[0].question.key if grades else ""
    regrade = assignment.regrades.filter(group=group).select_related("question").first()
    if regrade is not None:
        regrades.undo(group, by=request.user, now=now)
        key = regrade.question.key
    elif not grades and not manual_grades.is_used(group, assignment=assignment):
        raise Http404
    messages.success(request, "Undone. The answer needs grading again.")
    of_question = [entry for entry in _entries(assignment) if entry.question.key == key]
    undone = {grade.attempt_id for grade in grades}
    same = [entry for entry in of_question if undone & {attempt.pk for attempt in entry.attempts}]
    return redirect(_address(assignment, answer=(same or of_question)[0].name if of_question else ""))


def _entries(assignment: Assignment) -> list[QueuedAnswer]:
    return queue.queued_answers([assignment]).get(assignment.pk, [])


def _address(assignment: Assignment, **query: Any) -> str:
    given = {name: str(value) for name, value in query.items() if value}
    return reverse("grading_queue", args=[assignment.public_id], query=given or None)


def _already_graded(request: TeacherRequest, assignment: Assignment, form: SettleForm) -> HttpResponse:
    """The queue, with the notice of this form's grade if it was sent twice."""
    group = form.cleaned_data.get("group")
    if group is None or _notice(assignment, group) == "":
        messages.info(request, "This answer is already graded.")
        return redirect(_address(assignment))
    return redirect(_address(assignment, undo=group))


def _queue_page(
    request: TeacherRequest,
    assignment: Assignment,
    entries: Sequence[QueuedAnswer],
    *,
    shown: QueuePageForm | None = None,
    refused: tuple[int, SettleForm, QueueGradeForm] | None = None,
) -> HttpResponse:
    """The page of one entry. refused: its place, and the form that was sent with an invalid grade."""
    context: dict[str, Any] = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "entry": None,
        "undo_group": shown.undo_group if shown else None,
        "notice": _notice(assignment, shown.undo_group) if shown and shown.undo_group else "",
    }
    if entries:
        names = [entry.name for entry in entries]
        place = refused[0] if refused else names.index(shown.answer_name) if shown and shown.answer_name in names else 0
        entry = entries[place]
        last_comment = manual_grades.last_comment(assignment, by=request.user)
        initial = {"comment": last_comment} if shown and shown.repeats_comment else {}
        answers = _student_answers(assignment, entry)
        context |= {
            "entry": entry,
            "type_label": type_of(entry.question).label,
            "first": answers[0],
            "others": answers[1:],
            "number": place + 1,
            "entry_count": len(entries),
            "answer_count": sum(len(entry.attempts) for entry in entries),
            "previous": names[place - 1] if place else "",
            "next": names[place + 1] if place + 1 < len(names) else "",
            "last_comment": last_comment,
            "grades": entry.is_by_hand or not entry.may_accept,
            "form": refused[2] if refused else QueueGradeForm(possible=entry.question.points, initial=initial),
            "group": refused[1].cleaned_data["group"] if refused else uuid4(),
            "grades_all": refused[1].cleaned_data["all"] if refused else True,
        }
    return render(request, "teacher/grading_queue.html", context)


def _student_answers(assignment: Assignment, entry: QueuedAnswer) -> list[StudentAnswer]:
    answers = []
    for attempt, words in zip(entry.attempts, entry.words, strict=True):
        attempt.assignment = assignment
        keys = [question.key for question in content_of(attempt).questions]
        answers.append(StudentAnswer(attempt, words, keys.index(entry.question.key) + 1))
    return answers


def _notice(assignment: Assignment, group: UUID) -> str:
    """What was saved under this id and can be undone; "" for nothing. Up to two queries."""
    grades = ManualGrade.objects.in_force().filter(group=group, attempt__assignment=assignment)
    saved = list(grades.select_related("attempt__student"))
    if saved:
        points = f"{points_text(saved[0].points)} point{'' if saved[0].points == 1 else 's'}"
        if len(saved) == 1:
            return f"Saved. {saved[0].attempt.student.display_name} gets {points}."
        return f"Saved. {len(saved)} students get {points}."
    regrade = assignment.regrades.filter(group=group, undone_at=None).first()
    return f"{regrade.reason} Scores updated." if regrade else ""


def _accept(
    request: TeacherRequest,
    assignment: Assignment,
    affected: list[Assignment],
    edition: Edition,
    entry: QueuedAnswer,
    group: UUID,
) -> None:
    row = Question.objects.get(edition=edition, key=entry.question.key)
    try:
        document = regrades.corrected_document(edition, row, entry.value)
    except InvalidDocument:
        # The key cannot contain this answer, for example a number in words. So these answers get a manual grade.
        _grade_all(request, assignment, entry, entry.attempts, group, points=Decimal(entry.question.points))
        return
    change: dict[str, Any] = {"policy": Regrade.Policy.EITHER_KEY, "document": document}
    regrades.apply(
        affected,
        row,
        reason=f"“{entry.given[0]}” is accepted too."[:300],
        stamp=regrades.preview(affected, row, **change).stamp,
        group=group,
        by=request.user,
        now=timezone.now(),
        **change,
    )


def _grade_all(
    request: TeacherRequest,
    assignment: Assignment,
    entry: QueuedAnswer,
    attempts: Sequence[Attempt],
    group: UUID,
    *,
    points: Decimal,
    comment: str = "",
) -> None:
    row = Question.objects.get(edition=assignment.edition_id, key=entry.question.key)
    for attempt in attempts:
        attempt.assignment = assignment
    manual_grades.grade_answers(
        attempts, row, points=points, comment=comment, group=group, by=request.user, now=timezone.now()
    )
