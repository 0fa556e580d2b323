"""One student: history, name, class, PIN, removal."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.assignments.deadlines import is_over
from quizzes.attempts import late_joiners, merges, transfers
from quizzes.content.reading import LEVELS
from quizzes.formatting import clock, isolated, listed
from quizzes.forms.accommodations import ExcuseEarlierForm, accommodation_forms
from quizzes.forms.fields import ConfirmForm
from quizzes.forms.students import (
    ChangesForm,
    MoveStudentForm,
    RenameStudentForm,
    RestoreStudentForm,
    StudentNumberForm,
)
from quizzes.models import Accommodation, Classroom, Student
from quizzes.models.rosters import ClassroomQuerySet
from quizzes.people import rosters, sign_in_trouble, student_sign_in
from quizzes.people.class_roles import ClassAct
from quizzes.people.guess_limits import LET_IN_DURATION
from quizzes.reports.classroom_quizzes import current_quizzes
from quizzes.reports.student_history import class_average, events_of, history_lines, titled_events
from quizzes.reports.student_report import student_breakdown
from quizzes.reports.support_use import accommodation_words
from quizzes.reports.trend import student_trend
from quizzes.views.access import TeacherRequest, class_act, taught_student
from quizzes.views.methods import require_POST
from quizzes.views.request_meta import page_before
from quizzes.views.teacher.confirm import confirm_page
from quizzes.views.teacher.undo import offer_undo

# The session key of the student whose new PIN the next page shows. The PIN itself is not stored.
NEW_PIN = "new_pin_of"
# How many changes a page of a student's history lists.
CHANGES_SHOWN = 50
# The forms of a student's page, as its template names them.
FORMS = {"rename_form", "number_form", "move_form", "accommodation_form", "level_form", "supports_form"}


@require_GET
def student_history(request: TeacherRequest, public_id: str) -> HttpResponse:
    """One student: the assignments, and what a teacher can change."""
    student = taught_student(request, public_id)
    shows_pin = request.session.get(NEW_PIN) == student.public_id
    if shows_pin:
        del request.session[NEW_PIN]
    return history_page(request, student, new_pin=student_sign_in.pin_of(student) if shows_pin else "")


@require_POST
def rename_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Rename a student."""
    student = taught_student(request, public_id)
    form = RenameStudentForm.of(student, request.POST)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("name", "family_name")}
        try:
            rosters.rename_student(student, by=request.user, now=timezone.now(), **chosen)
        except rosters.NameTaken:
            form.add_error("name", gettext("A student in this class already has that name."))
        else:
            messages.success(
                request, gettext("Renamed to “{display_name}”.").format(display_name=isolated(student.display_name))
            )
            return redirect("student_history", student.public_id)
    return history_page(request, taught_student(request, public_id), rename_form=form)


@require_POST
def change_number(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Set or delete a student's number."""
    student = taught_student(request, public_id)
    form = StudentNumberForm(request.POST)
    if form.is_valid():
        try:
            rosters.change_external_id(student, form.cleaned_data["number"])
        except rosters.NumberTaken:
            form.add_error("number", gettext("Another student in this class has this number."))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("student_history", student.public_id)
    return history_page(request, student, number_form=form)


@require_POST
def move_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Move a student to the roster of another class of this teacher, after a question: the card stops working."""
    student = taught_student(request, public_id)
    form = MoveStudentForm(request.POST, others=_other_classrooms(request, student))
    if form.is_valid():
        to = form.cleaned_data["classroom"]
        try:
            if not form.cleaned_data["is_confirmed"]:
                rosters.check_place(student, to=to)
                return _confirm_move(request, student, to=to, transfers_work=form.cleaned_data["transfers_work"])
            count, now = 0, timezone.now()
            if form.cleaned_data["transfers_work"]:
                count = transfers.move_with_work(student, to=to, by=request.user, now=now)
            else:
                rosters.move_student(student, to=to, by=request.user, now=now)
        except rosters.NotOnRoster:
            text = gettext("{display_name} isn’t on the roster anymore. Restore the student first.")
            messages.error(request, text.format(display_name=isolated(student.display_name)))
            return redirect("student_history", public_id)
        except rosters.NameTaken:
            form.add_error(
                "classroom",
                gettext("{name} already has a student with this name. Rename one of them first.").format(
                    name=isolated(to.name)
                ),
            )
        except rosters.NumberTaken:
            form.add_error(
                "classroom",
                gettext(
                    "{name} already has a student with this student number. Change one of the numbers first."
                ).format(name=isolated(to.name)),
            )
        else:
            _say_moved(request, student, to, count)
            return redirect("student_history", student.public_id)
    return history_page(request, taught_student(request, public_id), move_form=form)


def _say_moved(request: TeacherRequest, student: Student, to: Classroom, count: int) -> None:
    """count: the quizzes whose work was transferred."""
    moved = gettext("{display_name} moved to “{name}”. Print a new card.").format(
        display_name=isolated(student.display_name), name=isolated(to.name)
    )
    words = ngettext("{count} quiz counts here too.", "{count} quizzes count here too.", count)
    messages.success(request, f"{moved} {words.format(count=count)}" if count else moved)
    if count:
        _warn_of_other_scores(request, student)


def _confirm_move(request: TeacherRequest, student: Student, *, to: Classroom, transfers_work: bool) -> HttpResponse:
    """The page that asks before a student moves to another class."""
    return confirm_page(
        request,
        question=gettext("Move {display_name} to {name}?").format(
            display_name=isolated(student.display_name), name=isolated(to.name)
        ),
        effect=" ".join(_effects_of_move(student, to=to)),
        verb=gettext("Move to this class"),
        keep=gettext("Stay in {name}").format(name=isolated(student.classroom.name)),
        place=student.display_name,
        back=reverse("student_history", args=[student.public_id]),
        fields=[
            ("classroom", to.public_id),
            ("is_confirmed", "on"),
            *([("transfers_work", "on")] if transfers_work else []),
        ],
    )


def _effects_of_move(student: Student, *, to: Classroom) -> list[str]:
    """What a move to another class does, in sentences."""
    now = timezone.now()
    working = [
        attempt.assignment.title
        for attempt in student.attempts.open().with_set()
        if not is_over(at=now, deadline_at=attempt.deadline_at)
    ]
    effects = [gettext("The sign-in card has the code of the old class, so print a new one. The PIN stays the same.")]
    if working:
        warning = ngettext(
            "{first_name} is working on {titles}. It stays on the student’s home page until it’s turned in, and counts "
            "in “{name}”.",
            "{first_name} is working on {titles}. They stay on the student’s home page until they’re turned in, and "
            "count in “{name}”.",
            len(working),
        )
        titles = listed([f"“{title}”" for title in working])
        name = isolated(student.classroom.name)
        effects.insert(0, warning.format(first_name=isolated(student.first_name), titles=titles, name=name))
    if left := transfers.settings_left(student, to=to):
        words = gettext(
            "What you set for this student alone, such as an extension or an excuse, stays in “{name}”: {titles}. Set "
            "it again in “{to}” if it’s needed there."
        )
        titles = listed([f"“{quiz.title}”" for quiz in left])
        effects.append(words.format(name=isolated(student.classroom.name), titles=titles, to=isolated(to.name)))
    return effects


@require_POST
def transfer_work(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Count a student's finished work of other classes in the student's class."""
    student = taught_student(request, public_id)
    count = transfers.transfer_attempts(student, by=request.user, now=timezone.now())
    if count:
        words = ngettext("{count} quiz counts in {name} too.", "{count} quizzes count in {name} too.", count)
        messages.success(request, words.format(count=count, name=isolated(student.classroom.name)))
        _warn_of_other_scores(request, student)
    return redirect("student_history", student.public_id)


@require_POST
def excuse_earlier(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Excuse a student from the quizzes that were over before they came to the class, or undo that."""
    student, now = taught_student(request, public_id), timezone.now()
    form = ExcuseEarlierForm(request.POST)
    if not form.is_valid():
        return redirect("student_history", student.public_id)
    if not form.cleaned_data["is_excused"]:
        given_at = form.cleaned_data["given_at"]
        undone = late_joiners.undo_excuse_from_earlier(student, given_at=given_at, by=request.user, now=now)
        text = gettext("{display_name} is no longer excused.") if undone else gettext("No changes.")
        messages.success(request, text.format(display_name=isolated(student.display_name)))
    elif count := late_joiners.excuse_from_earlier(student, by=request.user, now=now):
        words = ngettext(
            "{display_name} is excused from {count} quiz. It doesn’t count for them.",
            "{display_name} is excused from {count} quizzes. These don’t count for them.",
            count,
        )
        text = words.format(display_name=isolated(student.display_name), count=count)
        offer_undo(request, text, request.path, is_excused="False", given_at=now.isoformat())
    return redirect("student_history", student.public_id)


def _warn_of_other_scores(request: TeacherRequest, student: Student) -> None:
    if quizzes := transfers.differing_quizzes(student):
        text = gettext(
            "The score isn’t the same here as in the old class: {titles}. Check the regrades of both classes."
        )
        messages.warning(request, text.format(titles=listed([f"“{quiz.title}”" for quiz in quizzes])))


@require_POST
def remove_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Remove a student from the roster."""
    student = taught_student(request, public_id)
    was_enrolled = student.removed_at is None
    rosters.remove_student(student, by=request.user, now=timezone.now())
    text = gettext("{display_name} is off the roster and signed out. Work is kept.").format(
        display_name=isolated(student.display_name)
    )
    if was_enrolled:
        offer_undo(request, text, reverse("restore_student", args=[public_id]), removed_at=str(student.removed_at))
    else:
        # Another teacher has removed the entry since, or merged it. Its undo would undo that.
        messages.success(request, text)
    return redirect("roster", student.classroom.public_id)


@require_POST
def restore_student(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Restore a removed student to the roster. For one who was merged into another, that is undone.

    “Undo” after the merge of an entry that was off the roster leaves it off.
    """
    student, form = taught_student(request, public_id), RestoreStudentForm(request.POST)
    # What “Undo” of the notice is about; nothing for the button of the page.
    seen = form.cleaned_data if form.is_valid() else {"removed_at": None, "merged_into": ""}
    keep = student.merged_into
    current = {"removed_at": student.removed_at, "merged_into": keep.public_id if keep is not None else ""}
    if student.removed_at is None or (keep is None and seen["merged_into"]):
        # Another click has undone it.
        return redirect("student_history", public_id)
    if seen["removed_at"] is not None and seen != current:
        # Another teacher has restored the entry since, then removed or merged it.
        text = gettext("{display_name} was removed or merged again. Nothing changed.")
        messages.error(request, text.format(display_name=isolated(student.display_name)))
        return redirect("student_history", public_id)
    number, now = student.external_id, timezone.now()
    try:
        with transaction.atomic():
            restored = merges.undo_merge(student, by=request.user, now=now)
            if not seen["merged_into"]:
                restored = rosters.restore_student(restored, by=request.user, now=now)
    except rosters.NameTaken:
        messages.error(request, gettext("A student in this class already has that name. Rename one of them first."))
        return redirect("student_history", public_id)
    text = gettext("{display_name} is back on the roster.")
    if restored.removed_at is not None:
        text = gettext("Merge undone. {display_name} stays off the roster.")
    text = text.format(display_name=isolated(student.display_name))
    if restored.external_id == number:
        messages.success(request, text)
    else:
        lost = gettext("Someone else in this class has the student number {number} now, so it isn’t kept.")
        messages.warning(request, f"{text} {lost.format(number=number)}")
    return redirect("student_history", public_id)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_pin(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give a student a new PIN, after a question, and show it once."""
    student = taught_student(request, public_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return confirm_page(
            request,
            question=gettext("Make a new PIN for {display_name}?").format(display_name=isolated(student.display_name)),
            effect=gettext("The old PIN and the printed card stop working, and the student is signed out."),
            verb=gettext("Make a new PIN"),
            keep=gettext("Keep this PIN"),
            place=student.display_name,
            back=reverse("student_history", args=[public_id]),
            fields=[("seen", student.pin_version)],
        )
    if form.cleaned_data["seen"] == str(student.pin_version):
        rosters.change_pin(student, by=request.user, now=timezone.now())
        request.session[NEW_PIN] = student.public_id
    return redirect("student_history", student.public_id)


@require_POST
def let_student_in(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Let a student sign in on any device for 10 minutes, in spite of earlier failures."""
    student = taught_student(request, public_id)
    since = sign_in_trouble.let_in(student, by=request.user, now=timezone.now())
    until = clock(since + LET_IN_DURATION, student.classroom.zone)
    messages.success(
        request,
        gettext("{display_name} can sign in on any device until {until}.").format(
            display_name=isolated(student.display_name), until=until
        ),
    )
    return redirect(page_before(request) or "roster", student.classroom.public_id)


def history_page(request: TeacherRequest, student: Student, **context: Any) -> HttpResponse:
    """The page of one student. context: invalid forms, or a new PIN."""
    others, now = _other_classrooms(request, student), timezone.now()
    work = history_lines(student, by=request.user, now=now)
    merged, accommodation = list(student.merged.all()), Accommodation.objects.filter(student=student).first()
    log = events_of([student, *merged], by=request.user).select_related("actor", "classroom", "student")
    link = ChangesForm(request.GET)
    changes = Paginator(log, CHANGES_SHOWN).get_page(link.page)
    context = {
        "student": student,
        "classroom": student.classroom,
        "current_quizzes": current_quizzes(student.classroom, now=now),
        "work": work,
        "average": class_average(student, work),
        "trend_points": student_trend(student, work),
        "split": student_breakdown(student, work),
        "rename_form": RenameStudentForm.of(student),
        "number_form": StudentNumberForm(initial={"number": student.external_id}),
        "move_form": MoveStudentForm(others=others),
        "accommodations": accommodation_words(student, accommodation),
        **accommodation_forms(student, accommodation)._asdict(),
        "chosen_level": gettext(LEVELS[student.chosen_variant]) if student.chosen_variant in LEVELS else "",
        "room": None,
        "is_refused": bool(context.keys() & FORMS),
        "has_other_classroom": others.exists(),
        "transferable_count": len(transfers.transferable_attempts(student)),
        "earlier": [(quiz, late_joiners.over_at(quiz)) for quiz in late_joiners.earlier_quizzes(student, now=now)],
        "merged": merged,
        "events": titled_events(changes, work),
        "changes": changes,
        "is_log_open": link.page is not None,
        **context,
    }
    return render(request, "teacher/student_history.html", context)


def _other_classrooms(request: TeacherRequest, student: Student) -> ClassroomQuerySet:
    others = Classroom.objects.editable_by(request.user).current().exclude(pk=student.classroom_id)
    return others.with_list_names(request.user)
