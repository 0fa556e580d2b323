"""What one student gets beside the class, and what a teacher decides about one attempt."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from quizzes.assignments import accommodations
from quizzes.attempts import answers
from quizzes.attempts import lifecycle as attempts
from quizzes.content.editions import published
from quizzes.forms.accommodations import AccommodationForm, ExcuseForm, ExtensionForm, ReopenForm
from quizzes.grading import regrades
from quizzes.models import Assignment, Question, Student
from quizzes.views.access import TeacherRequest, taught_assignment, taught_attempt, taught_student
from quizzes.views.teacher.attempt_review import attempt_page, grade_form_of
from quizzes.views.teacher.students import history_page

# --- One attempt --------------------------------------------------------------------------------------------------


@require_POST
def grade_answer(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Give one answer points and a comment; no correction of the key changes that. number: in the edition."""
    attempt = taught_attempt(request, public_id)
    content = published(attempt.assignment.edition_id)
    if not 1 <= number <= len(content.document.questions):
        raise Http404
    question = content.document.questions[number - 1]
    form = grade_form_of(question, number, data=request.POST)
    now = timezone.now()
    if not form.is_valid():
        return attempt_page(request, attempt, now=now, grade_form=(question.key, form))
    row = Question.objects.get(pk=content.question_ids[question.key])
    regrades.grade_answer(attempt, row, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, f"The answer to question {number} is marked.")
    return redirect("attempt_review", attempt.public_id)


@require_POST
def accept_late(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Let the answers count that came after the end."""
    attempt = taught_attempt(request, public_id)
    if attempt.is_open:
        messages.error(request, "This attempt is open again. Late answers can be accepted once it is handed in.")
        return redirect("attempt_review", attempt.public_id)
    count = answers.accept_late(attempt, by=request.user, now=timezone.now())
    if count:
        messages.success(request, f"{count} late answer{'' if count == 1 else 's'} accepted. The score is up to date.")
    return redirect("attempt_review", attempt.public_id)


@require_POST
def reopen_attempt(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Let a student go on with an attempt that was handed in."""
    attempt = taught_attempt(request, public_id)
    if attempt.is_on_paper:
        # A sheet is typed again instead.
        raise Http404
    form, now = ReopenForm(request.POST), timezone.now()
    name = attempt.student.first_name
    if form.is_valid() and form.cleaned_data["receipt"] == attempt.receipt:
        try:
            attempts.reopen(
                attempt, more_time=form.more_time, reason=form.cleaned_data["reason"], by=request.user, now=now
            )
        except attempts.NoTimeLeft:
            form.add_error("minutes", "The time had run out. Give some minutes to work in.")
        except attempts.StillOpen:
            form.add_error(None, f"{name} is at work on another attempt of this assignment.")
        else:
            messages.success(request, f"{name} can go on. The answers are kept.")
    if form.errors:
        return attempt_page(request, taught_attempt(request, public_id), now=now, reopen_form=form)
    # Sent twice, or handed in again since: that hand-in was never seen, so it stands.
    return redirect("attempt_review", attempt.public_id)


# --- One student on one assignment --------------------------------------------------------------------------------


@require_GET
def student_overrides(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """What holds for one student on one assignment, and what can be changed about it."""
    assignment, student = _given(request, public_id, student_id)
    return _terms_page(request, assignment, student, now=timezone.now())


@require_POST
def extend_student(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Give one student another end or more attempts."""
    assignment, student = _given(request, public_id, student_id)
    now = timezone.now()
    form = _extension_form(assignment, student, now=now, data=request.POST)
    if not form.is_valid():
        return _terms_page(request, assignment, student, now=now, extension_form=form)
    given = {name: form.cleaned_data[name] for name in ("due_at", "closes_at", "extra_attempts", "reason")}
    accommodations.extend(assignment, student, by=request.user, now=now, **given)
    messages.success(request, f"Saved for {student.display_name}. What is running has its new end.")
    return redirect("student_overrides", assignment.public_id, student.public_id)


@require_POST
def excuse_student(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Excuse one student, or take that back."""
    assignment, student = _given(request, public_id, student_id)
    form, now = ExcuseForm(request.POST), timezone.now()
    if not form.is_valid():
        return _terms_page(request, assignment, student, now=now, excuse_form=form)
    accommodations.set_excused(assignment, student, by=request.user, now=now, **form.cleaned_data)
    if form.cleaned_data["is_excused"]:
        messages.success(request, f"{student.display_name} is excused. It counts neither as missing nor as a score.")
    else:
        messages.success(request, f"{student.display_name} is no longer excused.")
    return redirect("student_overrides", assignment.public_id, student.public_id)


# --- One student, always ------------------------------------------------------------------------------------------


@require_POST
def set_accommodation(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a student more time in every assignment, or take that back."""
    student = taught_student(request, public_id)
    form = AccommodationForm(request.POST)
    if not form.is_valid():
        return history_page(request, student, accommodation_form=form)
    accommodations.set_accommodation(student, time_factor=form.time_factor, by=request.user, now=timezone.now())
    messages.success(request, f"Saved. It holds for {student.display_name} in every assignment.")
    return redirect("student_history", student.public_id)


def _given(request: TeacherRequest, public_id: str, student_id: str) -> tuple[Assignment, Student]:
    assignment = taught_assignment(request, public_id)
    return assignment, get_object_or_404(Student.objects.given(assignment.pk), public_id=student_id)


def _extension_form(assignment: Assignment, student: Student, *, now: datetime, data: Any = None) -> ExtensionForm:
    extension = assignment.extensions.filter(student=student).first()
    return ExtensionForm(data, assignment=assignment, extension=extension, now=now)


def _terms_page(
    request: TeacherRequest, assignment: Assignment, student: Student, *, now: datetime, **forms: Any
) -> HttpResponse:
    terms = accommodations.student_settings(assignment, student)
    context = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "student": student,
        "terms": terms,
        "attempts": assignment.attempts.made_by(student.pk).order_by("number"),
        "extension_form": _extension_form(assignment, student, now=now),
        "excuse_form": ExcuseForm(initial={"is_excused": not terms.is_excused}),
        **forms,
    }
    return render(request, "teacher/student_overrides.html", context)
