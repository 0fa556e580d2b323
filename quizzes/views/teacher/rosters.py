"""The roster of a classroom, new students, sign-in cards."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from quizzes.attempts import late_joiners
from quizzes.files.roster_rows import RosterRow
from quizzes.files.rosters import name_keys
from quizzes.formatting import isolated
from quizzes.forms.fields import ConfirmForm
from quizzes.forms.rosters import AddStudentsForm, CardsForm
from quizzes.models import Classroom
from quizzes.people import rosters, student_sign_in
from quizzes.people.class_roles import ClassAct
from quizzes.people.sign_in_trouble import sign_in_trouble
from quizzes.reports.classroom_quizzes import current_quizzes
from quizzes.reports.next_step import next_step
from quizzes.views.access import TeacherRequest, class_act, taught_classroom
from quizzes.views.teacher.confirm import confirm_page

# The rows that a notice lists one by one.
SHOWN_ROWS = 10


@require_GET
def roster(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The students of a class, and the class code."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    trouble = sign_in_trouble([classroom], now=now)
    context = {
        "classroom": classroom,
        "students": classroom.students.enrolled(),
        "removed": classroom.students.removed(),
        "guessed": {guessed.student.pk: guessed for guessed in trouble.students},
        "is_attacked": classroom.pk in trouble.attacked,
        "next_step": next_step(classroom, now=now),
        "current_quizzes": current_quizzes(classroom, now=now),
        **address_context(request),
    }
    return render(request, "teacher/roster.html", context)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def add_students(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Preview pasted or uploaded names, then add the new ones after the teacher confirms."""
    classroom = taught_classroom(request, public_id)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AddStudentsForm(
        data,
        files,
        present=rosters.present_by_name(classroom),
        removed=rosters.removed_by_name(classroom),
        elsewhere=rosters.classes_by_name(classroom, by=request.user) if data is not None else {},
        today=timezone.localdate(timezone=classroom.zone),
    )
    preview = form.is_valid()
    if preview and form.cleaned_data["is_confirmed"]:
        try:
            return _add_list(request, classroom, form)
        except rosters.ClassFull as full:
            form.refuse_size(full.size)
            preview = False
    context = {
        "classroom": classroom,
        "form": form,
        "preview": preview,
        "missing": rosters.not_listed(form.present, (key for row in form.rows for key in name_keys(row.name))),
        "current_quizzes": current_quizzes(classroom, now=timezone.now()),
    }
    return render(request, "teacher/add_students.html", context)


def _add_list(request: TeacherRequest, classroom: Classroom, form: AddStudentsForm) -> HttpResponse:
    """Add a list that the teacher confirmed. Raises ClassFull."""
    now = timezone.now()
    done = rosters.add_list(
        classroom,
        form.new_students,
        to_restore=form.to_restore,
        to_number=form.to_number,
        by=request.user,
        now=now,
    )
    messages.success(request, _added_message(classroom, done))
    if done.added and (missed := late_joiners.missed_count(classroom, now=now)):
        messages.warning(request, _earlier_message(missed))
    if form.typed_present:
        names = ", ".join(f"“{isolated(name)}”" for name in form.typed_present)
        messages.warning(request, gettext("On the roster already: {names}").format(names=names))
    if form.not_added:
        messages.warning(request, _not_added_message(form.not_added))
    return redirect("roster", classroom.public_id)


@class_act(ClassAct.CHANGE)
@require_GET
def sign_in_cards(request: TeacherRequest, public_id: str) -> HttpResponse:
    """A card for each student, to print and cut; with `?student=`, the card of this student alone."""
    classroom, now = taught_classroom(request, public_id), timezone.now()
    students = list(classroom.students.enrolled())
    only = CardsForm(request.GET, students=students).only
    context = {
        "classroom": classroom,
        "only": only,
        "cards": [(student, student_sign_in.pin_of(student)) for student in ([only] if only else students)],
        "next_step": next_step(classroom, now=now),
        "current_quizzes": current_quizzes(classroom, now=now),
        **address_context(request),
    }
    return render(request, "teacher/sign_in_cards.html", context)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def change_pins(request: TeacherRequest, public_id: str) -> HttpResponse:
    """Give all students of a class new PINs, after a question, and show the new cards."""
    classroom = taught_classroom(request, public_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if not form.is_valid() or not form.cleaned_data["seen"].isdecimal():
        return confirm_page(
            request,
            question=gettext("Make new PINs for everyone in {name}?").format(name=isolated(classroom.name)),
            effect=gettext(
                "All old PINs and printed cards stop working, and all students are signed out. Saved answers are kept."
            ),
            verb=gettext("Make new PINs"),
            keep=gettext("Keep these PINs"),
            place=classroom.name,
            back=reverse("roster", args=[public_id]),
            fields=[("seen", rosters.pins_state(classroom))],
        )
    if rosters.change_pins(classroom, seen=int(form.cleaned_data["seen"]), by=request.user, now=timezone.now()):
        messages.success(request, gettext("Everyone has a new PIN. Print the new cards."))
    return redirect("sign_in_cards", public_id)


def address_context(request: TeacherRequest) -> dict[str, Any]:
    """How students reach the join page. own_host: "" if their devices cannot open it."""
    host = request.get_host()
    return {
        "own_host": "" if split_domain_port(host)[0] in settings.LOOPBACK_HOSTS else host,
        "local_host": host,
        # The line of a narrow card breaks before it, and not in the middle of the word.
        "join_path": format_html("<wbr>{}", reverse("join").rstrip("/")),
        "origin": f"{request.scheme}://",
    }


def _added_message(classroom: Classroom, done: rosters.AddedList) -> str:
    """What was done, with a link to the sign-in cards; to the one card of a single new student."""
    added, restored, numbered = len(done.added), done.restored, done.numbered
    if not added and not restored and not numbered:
        return gettext("No new students. Everyone else was on the roster already.")
    parts = []
    if added:
        parts.append(ngettext("{count} student added", "{count} students added", added).format(count=added))
    if restored:
        parts.append(ngettext("{count} student restored", "{count} students restored", restored).format(count=restored))
    if numbered:
        parts.append(
            ngettext("{count} student number saved", "{count} student numbers saved", numbered).format(count=numbered)
        )
    if not added:
        return gettext("{done}. PINs stay the same.").format(done=", ".join(parts))
    only = f"?student={done.added[0].public_id}" if added == 1 else ""
    text = ngettext(
        '{done}. <a href="{cards}">Print the sign-in card</a>. It has a PIN.',
        '{done}. <a href="{cards}">Print their sign-in cards</a>. Each has a PIN.',
        added,
    )
    return format_html(
        text, done=", ".join(parts), cards=f"{reverse('sign_in_cards', args=[classroom.public_id])}{only}"
    )


def _earlier_message(count: int) -> str:
    words = ngettext(
        "{count} quiz of this class is over, so new students have it as Missing. Open a name to excuse the student "
        "from it.",
        "{count} quizzes of this class are over, so new students have them as Missing. Open a name to excuse the "
        "student from all of them at once.",
        count,
    )
    return words.format(count=count)


def _not_added_message(rows: Sequence[RosterRow]) -> str:
    line = gettext("row {number} (“{text}”)")
    listed = [line.format(number=row.number, text=row.text) for row in rows[:SHOWN_ROWS]]
    more = len(rows) - len(listed)
    text = gettext("{count} not added: {rows}, and {more} more.") if more else gettext("{count} not added: {rows}.")
    return text.format(count=len(rows), rows=", ".join(listed), more=more)
