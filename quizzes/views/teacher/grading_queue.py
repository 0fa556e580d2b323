"""The grading queue: one page for similar answers that are written, or typed and close to a correct one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from quizzes.attempts.attempt_content import content_of
from quizzes.content.editions import shown_edition
from quizzes.content.question_types.registry import type_of
from quizzes.formatting import isolated
from quizzes.formatting import points as points_text
from quizzes.forms.grading import QueueGradeForm, QueuePageForm, SettleForm
from quizzes.grading import manual_grades, queue, regrades
from quizzes.grading.queue import QueuedAnswer, Wording
from quizzes.models import Assignment, Attempt, Edition, ManualGrade, User
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.methods import require_POST


@dataclass(frozen=True, slots=True)
class StudentAnswer:
    """The answer of one student in an entry. place: of the question in the attempt."""

    attempt: Attempt
    place: int


@dataclass(frozen=True, slots=True)
class AnswerBox:
    """One check box: the answers that are graded together or left out together."""

    answers: tuple[StudentAnswer, ...]
    is_checked: bool

    @property
    def value(self) -> str:
        """The public ids of the attempts, with spaces between them."""
        return " ".join(answer.attempt.public_id for answer in self.answers)


@dataclass(frozen=True, slots=True)
class WordingBoxes:
    """One wording of an entry, with a check box for each answer, or one for all if a key accepts all or none."""

    wording: Wording
    boxes: tuple[AnswerBox, ...]


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """The entry that a page shows: its place in the queue, and what its form has.

    group: of the grades to save. chosen: public ids of the attempts to grade; None for all.
    """

    place: int
    form: QueueGradeForm
    group: UUID
    chosen: Collection[str] | None = None


@class_act(ClassAct.CHANGE)
@require_GET
def grading_queue(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One entry of the queue: similar answers to one question, with its rubric or its accepted answers."""
    assignment = taught_assignment(request, public_id)
    link, entries = QueuePageForm(request.GET), queue.queued_answers(assignment)
    opened = _asked_entry(assignment, entries, link, by=request.user) if entries else None
    return _queue_page(request, assignment, entries, opened, undo_group=link.undo_group)


@require_POST
@transaction.atomic
def settle_queued_answer(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Grade an entry, accept it for all classes, or keep its points. An answer that left the queue is settled."""
    assignment = taught_assignment(request, public_id)
    form = SettleForm(request.POST)
    edition = Edition.objects.get(pk=assignment.edition_id)
    # Before the queue is read: of two requests at once, the second reads a queue without the answer.
    affected = regrades.lock_affected(edition, here=assignment.classroom, by=request.user)
    entries = queue.queued_answers(assignment)
    names = [entry.name for entry in entries]
    if not form.is_valid() or form.cleaned_data["entry"] not in names:
        return _nothing_changed(request, assignment, form)
    place = names.index(form.cleaned_data["entry"])
    entry, act, group = entries[place], form.cleaned_data["act"], form.cleaned_data["group"]
    chosen = form.cleaned_data["attempts"]
    attempts = [attempt for attempt in entry.attempts if attempt.public_id in chosen]
    are_gone = bool(chosen) and not attempts
    if are_gone or _is_used(group) or (entry.is_by_hand and act != "grade"):
        return _nothing_changed(request, assignment, form)
    sent = request.POST.copy()
    if act != "grade":
        sent["points"], sent["other"] = str(entry.points_to_keep), ""
    grade = QueueGradeForm(sent, possible=entry.question.points, release=assignment.release)
    if not grade.is_valid() or not attempts:
        return _queue_page(request, assignment, entries, OpenEntry(place, grade, group, chosen))
    settled: dict[str, Any] = {"group": group, "by": request.user, "now": timezone.now()}
    if act == "accept" and entry.may_accept:
        queue.accept_entry(assignment, edition, affected, entry, attempts, **settled)
    else:
        given = {name: grade.cleaned_data[name] for name in ("points", "comment")}
        queue.grade_entry(assignment, entry, attempts, **given, **settled)
    # An entry that keeps some of its answers stays. After the last one comes the first that was skipped.
    rest = [*names[place + 1 :], *names[:place]]
    following = entry.name if len(attempts) < len(entry.attempts) else next(iter(rest), "")
    return redirect(_address(assignment, answer=following, undo=group))


@require_POST
def undo_settled(request: TeacherRequest, public_id: str, group: UUID) -> HttpResponse:
    """Undo the grades or the regrade that the queue saved, and show the answer again."""
    assignment = taught_assignment(request, public_id)
    grades = manual_grades.grades_of(group, assignment=assignment)
    regrade = assignment.regrades.filter(group=group).select_related("question").first()
    if not grades and regrade is None:
        raise Http404
    now = timezone.now()
    # The queue makes grades or a regrade, never both.
    if regrade is None:
        manual_grades.undo(group, by=request.user, now=now)
    else:
        regrades.undo(group, here=assignment.classroom, by=request.user, now=now)
    key = grades[0].question.key if regrade is None else regrade.question.key
    of_question = [entry for entry in queue.queued_answers(assignment) if entry.question.key == key]
    undone = {grade.attempt_id for grade in grades}
    same = [entry for entry in of_question if undone & {attempt.pk for attempt in entry.attempts}]
    if same or (of_question and regrade is not None):
        messages.success(request, gettext("Undone. The answer needs grading again."))
    else:
        # A newer grade or another key counts.
        messages.success(request, gettext("Undone. The answer doesn’t need grading now."))
    return redirect(_address(assignment, answer=(same or of_question)[0].name if of_question else ""))


def _address(assignment: Assignment, **query: Any) -> str:
    given = {name: str(value) for name, value in query.items() if value}
    return reverse("grading_queue", args=[assignment.public_id], query=given or None)


def _is_used(group: UUID) -> bool:
    """Whether the form with this id was saved before, as a grade or as a regrade."""
    return manual_grades.is_used(group) or regrades.is_used(group)


def _nothing_changed(request: TeacherRequest, assignment: Assignment, form: SettleForm) -> HttpResponse:
    """The queue, with the notice of this form's grade if it was sent twice, else with the comment of the form."""
    group = form.cleaned_data.get("group")
    if group is None or _notice(assignment, group) == "":
        # Graded, dropped, excused, or reopened since the page was opened, or its student was removed.
        text = gettext("This answer doesn’t need grading now. Nothing changed.")
        if group is not None and _is_used(group):
            text = gettext("This grade was undone. Nothing changed.")
        if comment := (form.cleaned_data.get("comment") or "").strip():
            text = f"{text} {gettext('Your comment isn’t saved: “{comment}”').format(comment=comment)}"
        messages.warning(request, text)
        return redirect(_address(assignment))
    return redirect(_address(assignment, undo=group))


def _asked_entry(
    assignment: Assignment, entries: Sequence[QueuedAnswer], link: QueuePageForm, *, by: User
) -> OpenEntry:
    """The entry of a link, else the first, with an empty form or one with an earlier comment."""
    names = [entry.name for entry in entries]
    place = names.index(link.answer_name) if link.answer_name in names else 0
    number = link.comment_number
    repeated = manual_grades.recent_comments(assignment, by=by)[number - 1 : number] if number else []
    initial = {"comment": "".join(repeated)}
    form = QueueGradeForm(possible=entries[place].question.points, release=assignment.release, initial=initial)
    return OpenEntry(place, form, uuid4())


def _queue_page(
    request: TeacherRequest,
    assignment: Assignment,
    entries: Sequence[QueuedAnswer],
    opened: OpenEntry | None,
    *,
    undo_group: UUID | None = None,
) -> HttpResponse:
    """The page of one entry; None if the queue is empty. undo_group: what the notice is about."""
    context: dict[str, Any] = {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "entry": None,
        "next_class": None if entries else queue.next_class(assignment, by=request.user),
        "undo_group": undo_group,
        "notice": _notice(assignment, undo_group) if undo_group else "",
    }
    if opened is not None:
        context |= _entry_context(assignment, entries, opened, by=request.user)
    return render(request, "teacher/grading_queue.html", context)


def _entry_context(
    assignment: Assignment, entries: Sequence[QueuedAnswer], opened: OpenEntry, *, by: User
) -> dict[str, Any]:
    """What the page says of its entry, and of the queue around it."""
    names, place = [entry.name for entry in entries], opened.place
    entry = entries[place]
    wordings = _wording_boxes(assignment, entry, opened.chosen)
    document = shown_edition(assignment.edition_id).document
    question = entry.question.in_language(document.language)
    return {
        "entry": entry,
        "question": question,
        "wordings": wordings,
        "citation": document.reading.citation,
        "language": document.language,
        "reading_language": document.reading.language,
        "type_label": gettext(type_of(entry.question).label),
        "first": wordings[0].boxes[0].answers[0],
        "is_group": len(entry.attempts) > 1,
        "has_several_spellings": sum(len(wording.spellings) for wording in entry.wordings) > 1,
        "none_chosen": opened.chosen == [],
        "number": place + 1,
        "entry_count": len(entries),
        "answer_count": sum(len(entry.attempts) for entry in entries),
        "previous": names[place - 1] if place else "",
        "next": names[place + 1] if place + 1 < len(names) else "",
        "comments": manual_grades.recent_comments(assignment, by=by),
        "grades": entry.is_by_hand or not entry.may_accept,
        "form": opened.form,
        "group": opened.group,
    }


def _wording_boxes(assignment: Assignment, entry: QueuedAnswer, chosen: Collection[str] | None) -> list[WordingBoxes]:
    """The wordings of an entry. An accepted answer counts for everyone who gave it, so it has one box."""
    found = []
    for wording in entry.wordings:
        answers = []
        for attempt in wording.attempts:
            attempt.assignment = assignment
            answers.append(StudentAnswer(attempt, content_of(attempt).number(entry.question.key)))
        together = [tuple(answers)] if entry.may_accept else [(answer,) for answer in answers]
        boxes = [
            AnswerBox(some, chosen is None or all(answer.attempt.public_id in chosen for answer in some))
            for some in together
        ]
        found.append(WordingBoxes(wording, tuple(boxes)))
    return found


def _notice(assignment: Assignment, group: UUID) -> str:
    """What was saved under this id and can be undone; "" for nothing. Up to two queries."""
    grades = ManualGrade.objects.in_force().filter(group=group, attempt__assignment=assignment)
    saved = list(grades.select_related("attempt__student"))
    if saved:
        words = ngettext("{points} point", "{points} points", 1 if saved[0].points == 1 else 2)
        points = words.format(points=points_text(saved[0].points))
        # Several attempts of a student can have similar answers.
        student_count = len({grade.attempt.student_id for grade in saved})
        if student_count == 1:
            return gettext("Saved. {display_name} gets {points}.").format(
                display_name=isolated(saved[0].attempt.student.display_name), points=points
            )
        return gettext("Saved. {count} students get {points}.").format(count=student_count, points=points)
    regrade = assignment.regrades.in_force().filter(group=group).first()
    return gettext("{reason} Scores updated.").format(reason=regrade.shown_reason) if regrade else ""
