"""One attempt: its review, grades, and reopening."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET

from quizzes.assignments.board import has_closed_questions
from quizzes.assignments.student_statuses import load_overrides
from quizzes.attempts import late_answers, lifecycle
from quizzes.attempts.attempt_content import AttemptContent, content_of, shown_content
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question, Value
from quizzes.formatting import isolated, points
from quizzes.forms.accommodations import ReopenForm
from quizzes.forms.grading import AttemptCommentForm, AttemptGradeForm, OpenAnswersForm
from quizzes.grading import manual_grades
from quizzes.grading.scores import adjustments
from quizzes.models import AnswerEvent, Attempt, ManualGrade
from quizzes.reports.answer_visibility import student_saw_answers_at
from quizzes.reports.attempt_review import (
    ReviewedAttempt,
    newest_grades,
    next_attempt,
    previous_attempt,
    review_attempt,
    unused_events,
)
from quizzes.reports.support_use import support_lines
from quizzes.views.access import TeacherRequest, may_open_student, taught_attempt
from quizzes.views.methods import require_POST

Outcome = AnswerEvent.Outcome
# Answers with these verdicts are unfolded: a teacher reads them first.
UNFOLDED_VERDICTS = {"wrong", "partly", "ungraded"}
GRADE_OUTDATED = gettext_lazy(
    "This answer or its grade changed after you opened the page. Your grade isn’t saved. Check it, then save again."
)
COMMENT_OUTDATED = gettext_lazy(
    "Another comment was saved after you opened the page. Yours isn’t saved. Check it, then save again. Saved now: "
    "“{comment}”"
)
COMMENT_DELETED = gettext_lazy(
    "The comment was deleted after you opened the page. Yours isn’t saved. Check it, then save again."
)
# How many late answers the page lists. A person sends a few, a script can send thousands.
LISTED_LATE = 100


@dataclass(frozen=True, slots=True)
class AnswerTools:
    """What a teacher may do with one answer. position: in the edition. is_refused: the form was sent and is invalid."""

    position: int
    grade: ManualGrade | None
    form: AttemptGradeForm
    is_refused: bool


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One answer that arrived after the deadline."""

    event: AnswerEvent
    number: int
    given: str
    is_accepted: bool


@require_GET
def attempt_review(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One attempt: each answer with verdict, key and evidence, and saves that did not count."""
    return attempt_page(request, taught_attempt(request, public_id), now=timezone.now())


def attempt_page(
    request: TeacherRequest,
    attempt: Attempt,
    *,
    now: datetime,
    grade_forms: Mapping[str, AttemptGradeForm] | None = None,
    reopen_form: ReopenForm | None = None,
    comment_form: AttemptCommentForm | None = None,
) -> HttpResponse:
    """The page of one attempt. grade_forms: invalid forms by question key. reopen_form, comment_form: an invalid form.

    attempt: as `taught_attempt` returns it.
    """
    reviewed = review_attempt(attempt, shown_content(attempt))
    overrides = load_overrides(assignment=attempt.assignment_id, student=attempt.student_id)
    shown, refused = OpenAnswersForm(request.GET), grade_forms or {}
    context = {
        "attempt": attempt,
        "assignment": attempt.assignment,
        "classroom": attempt.classroom,
        "may_open_student": may_open_student(request, attempt.student, attempt.classroom),
        "reviewed": reviewed,
        "supports": support_lines([attempt], now=now)[attempt.pk],
        "student_status": overrides.status(attempt.assignment, attempt.student_id, [attempt], now=now),
        "previous_attempt": previous_attempt(attempt),
        "next_attempt": next_attempt(attempt),
        "all_open": shown.is_all,
        "open_numbers": _open_numbers(reviewed, shown, refused=refused),
        **_unused(attempt, reviewed),
        "tools": _answer_tools(attempt, reviewed, refused=refused),
        "comment_form": comment_form or _comment_form(attempt, initial=_initial_comment(attempt.comment)),
        "reopen_form": reopen_form or ReopenForm(initial={"receipt": attempt.receipt}),
        "answers_since": None if attempt.is_open else student_saw_answers_at(attempt, now=now),
        "has_closed_questions": not attempt.is_open and has_closed_questions(attempt.assignment),
    }
    return render(request, "teacher/attempt_review.html", context)


def _answer_tools(
    attempt: Attempt, reviewed: ReviewedAttempt, *, refused: Mapping[str, AttemptGradeForm]
) -> dict[str, AnswerTools]:
    """What a teacher can do with each answer, by question. refused: forms with an error."""
    grades = newest_grades(attempt)
    values = {item.question.key: item.answer.value if item.answer else None for item in reviewed.questions}
    return {
        question.key: AnswerTools(
            position,
            grades.get(question.key),
            refused.get(question.key)
            or _grade_form(
                attempt, question, position, initial=_initial(values[question.key], grades.get(question.key))
            ),
            question.key in refused,
        )
        for position, question in enumerate(reviewed.content.published.document.questions, start=1)
    }


def _grade_form(attempt: Attempt, question: Question, position: int, **kwargs: Any) -> AttemptGradeForm:
    """The form that grades one answer. position: of its question in the edition."""
    release = attempt.assignment.release
    return AttemptGradeForm(possible=question.points, release=release, auto_id=f"id_{position}_%s", **kwargs)


def _initial(value: Value, grade: ManualGrade | None) -> dict[str, Any]:
    given = {"points": points(grade.points), "comment": grade.comment} if grade is not None else {}
    return {**given, "seen": manual_grades.seen_stamp(value, grade)}


def _comment_form(attempt: Attempt, data: Mapping[str, Any] | None = None, **kwargs: Any) -> AttemptCommentForm:
    """The form with the comment on the whole attempt."""
    return AttemptCommentForm(data, release=attempt.assignment.release, auto_id="id_whole_%s", **kwargs)


def _initial_comment(comment: str) -> dict[str, str]:
    return {"comment": comment, "seen": manual_grades.seen_stamp(comment, None)}


def _open_numbers(reviewed: ReviewedAttempt, shown: OpenAnswersForm, *, refused: Container[str]) -> set[int]:
    """The numbers of the answers to unfold: what the address names, what earned too little, and invalid forms.

    refused: keys of the questions with an invalid form.
    """
    keys = [question.key for question in reviewed.content.published.document.questions]
    return {
        item.number
        for item in reviewed.questions
        if shown.is_all
        or item.verdict in UNFOLDED_VERDICTS
        or item.question.key in refused
        or shown.position == keys.index(item.question.key) + 1
    }


def _unused(attempt: Attempt, reviewed: ReviewedAttempt) -> dict[str, Any]:
    """The context for saves that did not count: late answers in the order of arrival, and the number of others."""
    events = unused_events(attempt)
    by_outcome = {outcome: [event for event in events if event.outcome == outcome] for outcome in Outcome}
    current = [item.answer for item in reviewed.questions if item.answer]
    saved_at = {answer.question_id: answer.saved_at for answer in current}
    revisions = {answer.question_id: answer.revision for answer in current}
    accepted, waiting = late_answers.accepted_late(events), late_answers.waiting_late(events, saved_at)
    listed = by_outcome[Outcome.LATE][-LISTED_LATE:]
    values = dict(attempt.events.filter(pk__in=[event.pk for event in listed]).values_list("pk", "value"))
    late = [
        LateAnswer(event, *_in_words(event.question_id, values[event.pk], reviewed.content), event.pk in accepted)
        for event in listed
    ]
    return {
        "late": late,
        "late_count": len(by_outcome[Outcome.LATE]),
        "waits_for_acceptance": not attempt.is_open and bool(waiting),
        "counts_late": not attempt.is_open and late_answers.counts_late(events, revisions),
        "unused_count": len(by_outcome[Outcome.STALE]) + len(by_outcome[Outcome.SETTLED]),
    }


def _in_words(question_id: int, value: Value, content: AttemptContent) -> tuple[int, str]:
    """The position of a question in the attempt, and an answer to it in words."""
    for number, question in enumerate(content.questions, start=1):
        if content.question_id(question) == question_id:
            return number, question.review(value, content.published.document.reading).given
    raise LookupError(question_id)


@require_POST
def grade_answer(request: TeacherRequest, public_id: str, number: int) -> HttpResponse:
    """Give one answer points and a comment. number: position in the edition."""
    attempt = taught_attempt(request, public_id)
    content = published(attempt.assignment.edition_id)
    if not 1 <= number <= len(content.document.questions):
        raise Http404
    question = content.document.questions[number - 1]
    now = timezone.now()
    if adjustments([attempt])[attempt.pk].is_dropped(question.key):
        # The page offers no form, but the question may have been dropped since the page was opened.
        messages.error(request, gettext("You can’t grade this answer, because its question was dropped."))
        return redirect("attempt_review", attempt.public_id)
    form = _grade_form(attempt, question, number, data=request.POST)
    if not form.is_valid():
        return attempt_page(request, attempt, now=now, grade_forms={question.key: form})
    row = attempt.assignment.edition.questions.get(key=question.key)
    try:
        manual_grades.grade_answer(attempt, row, by=request.user, now=now, **form.cleaned_data)
    except manual_grades.GradeOutdated as error:
        # The page then shows the answer and the grade as they are now.
        form = _grade_form(attempt, question, number, data={**form.cleaned_data, "seen": error.seen})
        form.add_error(None, GRADE_OUTDATED)
        return attempt_page(request, attempt, now=now, grade_forms={question.key: form})
    # The page numbers questions in the order that the student saw.
    shown_number = content_of(attempt).number(question.key)
    messages.success(request, gettext("Question {number} graded.").format(number=shown_number))
    # `show` keeps this answer unfolded. With full points it would be folded.
    return redirect(
        reverse("attempt_review", args=[attempt.public_id], query={"show": number}, fragment=f"r{shown_number}")
    )


@require_POST
def comment_on_attempt(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set, change, or clear the comment on the whole attempt."""
    attempt, now = taught_attempt(request, public_id), timezone.now()
    form = _comment_form(attempt, request.POST)
    if not form.is_valid():
        return attempt_page(request, attempt, now=now, comment_form=form)
    comment = form.cleaned_data["comment"]
    try:
        is_changed = manual_grades.comment_on(attempt, by=request.user, now=now, **form.cleaned_data)
    except manual_grades.CommentOutdated as error:
        form = _comment_form(attempt, {**_initial_comment(error.comment), "comment": comment})
        text = COMMENT_OUTDATED if error.comment else COMMENT_DELETED
        form.add_error("comment", text.format(comment=error.comment))
        return attempt_page(request, attempt, now=now, comment_form=form)
    if is_changed:
        messages.success(request, gettext("Comment saved.") if comment else gettext("Comment deleted."))
    return redirect("attempt_review", attempt.public_id)


@require_POST
def reopen_attempt(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Reopen a submitted attempt."""
    attempt = taught_attempt(request, public_id)
    if attempt.is_on_paper:
        # Paper answers are entered again instead.
        raise Http404
    form, now = ReopenForm(request.POST), timezone.now()
    name = isolated(attempt.student.first_name)
    if form.is_valid() and form.cleaned_data["receipt"] == attempt.receipt:
        try:
            lifecycle.reopen(
                attempt, more_time=form.more_time, reason=form.cleaned_data["reason"], by=request.user, now=now
            )
        except lifecycle.NoTimeLeft:
            form.add_error("minutes", gettext("Time ran out. Add some minutes."))
        except lifecycle.StillOpen:
            form.add_error(None, gettext("{name} has another attempt in progress.").format(name=name))
        else:
            messages.success(request, gettext("{name} can keep working. Answers are kept.").format(name=name))
    if form.errors:
        return attempt_page(request, taught_attempt(request, public_id), now=now, reopen_form=form)
    # Without a match, the form came twice, or the student has submitted newer work that the teacher has not seen.
    return redirect("attempt_review", attempt.public_id)
