"""Enter answers from paper: the whole class in a grid, or one student at a time."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from quizzes.attempts.paper import corrections
from quizzes.attempts.paper.answers import (
    PaperOutcome,
    StoredPaperAnswers,
    form_of,
    save_paper_answers,
    stored_paper_answers,
)
from quizzes.attempts.paper.corrections import CannotReceive, PaperAnswersChanged
from quizzes.attempts.paper.handout import LETTERS
from quizzes.content.editions import shown_edition
from quizzes.formatting import Label, isolated, points
from quizzes.forms.paper_answers import (
    CorrectionForm,
    LetterForm,
    MoveAnswersForm,
    PaperAnswersForm,
    PrintedForms,
    TypingForm,
)
from quizzes.models import Assignment, Student
from quizzes.people.class_roles import ClassAct
from quizzes.views.access import TeacherRequest, class_act, taught_assignment
from quizzes.views.methods import require_POST

# Without the other fields of the form.
MOST_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - 20
# So many fit on a screen.
MOST_COLUMNS = 30

NEWER_VERSION = gettext_lazy("The quiz has a newer version now. Check the handouts, then save again.")
# Why answers were not saved, by outcome.
REFUSALS: dict[PaperOutcome, Label] = {
    "changed": gettext_lazy("Someone else entered answers after you opened this page."),
    "no_attempt_left": gettext_lazy("No attempts left. These answers weren’t saved."),
    "other_edition": NEWER_VERSION,
}
CHANGED = gettext_lazy("These paper answers changed after you opened the page. Check them again.")


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def paper_answers(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The class with the answers entered so far: a grid if all answers are short, else a list of students."""
    assignment = taught_assignment(request, public_id)
    printed = _printed(assignment)
    students = _enrolled(assignment)
    stored_rows = stored_paper_answers(assignment, students)
    is_grid = _fits_a_grid(printed, len(students))
    if request.method != "POST":
        rows = [PaperAnswersForm(stored=stored, printed=printed) for stored in stored_rows]
        return _class_page(request, assignment, printed, rows, shown=rows, is_grid=is_grid)
    if not printed.is_grid:
        messages.error(request, gettext("The quiz has a newer version now. What you typed isn’t saved."))
        return redirect("paper_answers", assignment.public_id)
    sent = [PaperAnswersForm(request.POST, stored=stored, printed=printed) for stored in stored_rows]
    refused = _store(request, assignment, sent)
    if not refused:
        return redirect("paper_answers", assignment.public_id)
    rows = [
        _resend_form(refused[stored.student.pk], stored, request.POST)
        if stored.student.pk in refused
        else PaperAnswersForm(stored=stored, printed=printed)
        for stored in stored_paper_answers(assignment, students)
    ]
    # The class may be too large for a grid since the page was opened. Then only these rows are sent again.
    shown = rows if is_grid else [row for row in rows if row.is_bound]
    return _class_page(request, assignment, printed, rows, shown=shown, is_grid=True)


def _class_page(
    request: TeacherRequest,
    assignment: Assignment,
    printed: PrintedForms,
    rows: Sequence[PaperAnswersForm],
    *,
    shown: Sequence[PaperAnswersForm],
    is_grid: bool,
) -> HttpResponse:
    """The page of the class. rows: one for each student. shown: those of them on the page."""
    excused = set(assignment.excuses.order_by().values_list("student_id", flat=True))
    without_paper = [row.stored for row in rows if row.stored.attempt is None]
    # Students who answered online or are excused have no handout to enter.
    to_enter = [stored for stored in without_paper if not stored.on_screen and stored.student.pk not in excused]
    typed_count = len(rows) - len(without_paper)
    context = {
        **_context(assignment),
        "rows": shown,
        "excused": excused,
        "is_grid": is_grid,
        "numbers": range(1, len(printed.questions["A"]) + 1),
        "guide": [typed for letter in LETTERS for typed in printed.questions[letter]],
        "typed_count": typed_count,
        "handout_count": typed_count + len(to_enter),
    }
    return render(request, "teacher/paper_answers.html", context)


@class_act(ClassAct.CHANGE)
@require_http_methods(["GET", "POST"])
def student_paper_answers(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """One student's paper answers in the order of the printed form. Saving leads to the next student."""
    assignment = taught_assignment(request, public_id)
    students = _enrolled(assignment)
    student = _find_student(students, student_id)
    at = students.index(student)
    stored_rows = stored_paper_answers(assignment, students)
    stored = stored_rows[at]
    letter = LetterForm(request.GET).chosen(stored.letter or LETTERS[0])
    form = PaperAnswersForm(stored=stored, printed=_printed(assignment), letter=letter)
    following = students[at + 1] if at + 1 < len(students) else None
    if request.method == "POST":
        form = PaperAnswersForm(request.POST, stored=stored, printed=_printed(assignment))
        refused = _store(request, assignment, [form])
        if not refused:
            if following is None:
                return redirect("paper_answers", assignment.public_id)
            url = reverse("student_paper_answers", args=[assignment.public_id, following.public_id])
            return redirect(f"{url}?form={form.letter}")
        [stored] = stored_paper_answers(assignment, [student])
        form = _resend_form(refused[student.pk], stored, request.POST)
    context = {
        **_context(assignment),
        "student": student,
        "form": form,
        "language": shown_edition(assignment.edition_id).document.language,
        "letters": LETTERS,
        "previous": students[at - 1] if at else None,
        "following": following,
        "move_form": MoveAnswersForm(students=corrections.receivers(stored_rows, student), seen=form.stored.version),
    }
    return render(request, "teacher/student_paper_answers.html", context)


@class_act(ClassAct.CHANGE)
@require_POST
def move_paper_answers(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Give one student's paper answers to another student."""
    assignment = taught_assignment(request, public_id)
    students = _enrolled(assignment)
    student = _find_student(students, student_id)
    if not _has_answers(assignment, student):
        return redirect("student_paper_answers", public_id, student_id)
    receivers = corrections.receivers(stored_paper_answers(assignment, students), student)
    form = MoveAnswersForm(request.POST, students=receivers, seen=0)
    if not form.is_valid():
        messages.error(request, gettext("Choose the student for these paper answers."))
        return redirect("student_paper_answers", public_id, student_id)
    to = form.chosen
    try:
        corrections.move_paper_answers(
            assignment, student, to, seen=form.cleaned_data["seen"], by=request.user, now=timezone.now()
        )
    except PaperAnswersChanged:
        messages.error(request, CHANGED)
    except CannotReceive:
        text = gettext("{display_name} has paper answers already, or no attempt left.")
        messages.error(request, text.format(display_name=isolated(to.display_name)))
    else:
        text = gettext("{receiver} has these paper answers now. {giver} can use the attempt again.")
        names = {"receiver": isolated(to.display_name), "giver": isolated(student.display_name)}
        messages.success(request, text.format(**names))
        return redirect("student_paper_answers", public_id, to.public_id)
    return redirect("student_paper_answers", public_id, student_id)


@class_act(ClassAct.CHANGE)
@require_POST
def delete_paper_answers(request: TeacherRequest, public_id: str, student_id: str) -> HttpResponse:
    """Delete the paper answers of one student, who can then use the attempt again."""
    assignment = taught_assignment(request, public_id)
    student = _find_student(_enrolled(assignment), student_id)
    if not _has_answers(assignment, student):
        return redirect("student_paper_answers", public_id, student_id)
    form = CorrectionForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else -1
    try:
        corrections.delete_paper_answers(assignment, student, seen=seen, by=request.user, now=timezone.now())
    except PaperAnswersChanged:
        messages.error(request, CHANGED)
    else:
        messages.success(
            request,
            gettext("Deleted. {display_name} can use the attempt again.").format(
                display_name=isolated(student.display_name)
            ),
        )
    return redirect("student_paper_answers", public_id, student_id)


def _enrolled(assignment: Assignment) -> list[Student]:
    """The students of the class, in the order of the pages."""
    return list(assignment.classroom.students.enrolled())


def _find_student(students: Sequence[Student], student_id: str) -> Student:
    """The student with this public id; raises Http404."""
    for student in students:
        if student.public_id == student_id:
            return student
    raise Http404


def _has_answers(assignment: Assignment, student: Student) -> bool:
    """Whether the student has paper answers. A button that is pressed twice finds none, and says nothing more."""
    return assignment.attempts.on_paper().made_by(student.pk).exists()


def _context(assignment: Assignment) -> dict[str, Any]:
    return {
        "assignment": assignment,
        "classroom": assignment.classroom,
        "typing": TypingForm(initial={"operation": uuid.uuid4().hex, "edition": assignment.edition.number}),
    }


def _printed(assignment: Assignment) -> PrintedForms:
    reading = shown_edition(assignment.edition_id).document.reading
    return PrintedForms({letter: form_of(assignment, letter) for letter in LETTERS}, reading)


def _fits_a_grid(printed: PrintedForms, student_count: int) -> bool:
    columns = len(printed.questions["A"])
    return printed.is_grid and columns <= MOST_COLUMNS and student_count * (columns + 2) <= MOST_FIELDS


def _store(
    request: TeacherRequest, assignment: Assignment, sent: Sequence[PaperAnswersForm]
) -> dict[int, PaperAnswersForm]:
    """Store every valid form, with a message. Returns the other forms by student id, with their errors."""
    typing = TypingForm(request.POST)
    # Without an operation id the request gets a new one. Stored answers are not stored again, so this is safe.
    operation = typing.cleaned_data["operation"] if typing.is_valid() else uuid.uuid4().hex
    filled = [form for form in sent if not form.is_blank]
    if typing.cleaned_data.get("edition") not in (None, assignment.edition.number):
        for form in filled:
            form.add_error(None, NEWER_VERSION)
    valid = [form for form in filled if form.is_valid()]
    refused = {form.stored.student.pk: form for form in filled if not form.is_valid()}
    outcomes = save_paper_answers(
        assignment, [form.paper_answers for form in valid], operation=operation, by=request.user, now=timezone.now()
    )
    saved: list[Student] = []
    for form, outcome in zip(valid, outcomes, strict=True):
        if outcome in REFUSALS:
            form.add_error(None, REFUSALS[outcome])
            refused[form.stored.student.pk] = form
        elif outcome == "saved":
            saved.append(form.stored.student)
    _add_messages(request, assignment, saved, refused_count=len(refused))
    return refused


def _add_messages(
    request: TeacherRequest, assignment: Assignment, saved: Sequence[Student], *, refused_count: int
) -> None:
    if len(saved) == 1:
        # A merged student can have several. The page edits the first.
        attempt = assignment.attempts.on_paper().made_by(saved[0].pk)[0]
        words = (
            gettext("Saved: {display_name}, {score} of {max_score} points so far.")
            if attempt.ungraded_count
            else gettext("Saved: {display_name}, {score} of {max_score} points.")
        )
        score = points(attempt.score)
        messages.success(
            request,
            words.format(display_name=isolated(saved[0].display_name), score=score, max_score=attempt.max_score),
        )
    elif saved:
        messages.success(request, gettext("Saved: paper answers of {count} students.").format(count=len(saved)))
    if refused_count:
        words = ngettext(
            "Answers of {count} student aren’t saved. What you typed is still here. Fix it, then save again.",
            "Answers of {count} students aren’t saved. What you typed is still here. Fix it, then save again.",
            refused_count,
        )
        messages.error(request, words.format(count=refused_count))
    elif not saved:
        messages.success(request, gettext("No changes."))


def _resend_form(form: PaperAnswersForm, stored: StoredPaperAnswers, data: QueryDict) -> PaperAnswersForm:
    """The form with the input that was sent and the version that is stored now, so that a second save replaces it."""
    new_data = data.copy()
    new_data[form.add_prefix("seen")] = str(stored.version)
    new_form = PaperAnswersForm(new_data, stored=stored, printed=form.printed)
    new_form.is_valid()
    for error in form.non_field_errors():
        new_form.add_error(None, error)
    return new_form
