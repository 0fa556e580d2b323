"""Typing in sheets over HTTP: what is typed by the marks on a form, what is wrong beside its cell, nothing lost."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.assignments.newer_versions import use_edition
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.attempts.paper.answers import form_of, stored_paper_answers
from quizzes.attempts.paper.entries import written
from quizzes.attempts.paper.handout import FormLetter
from quizzes.content.editions import published
from quizzes.content.question_types.question import Value
from quizzes.files.answers import answers_table
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.reports.answer_table import answer_rows
from tests.conftest import Queries
from tests.content.question_types.test_walk import DOCUMENT, EXAMPLES, post
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_document,
    make_edition,
    make_student,
    right_value,
)
from tests.integrity import broken
from tests.pages import errors_of, read, text_of
from tests.pages import form_of as sent_form
from tests.question_laws import page, sent
from tests.views.teacher.test_grading_queue import typed_document


def grid_url(assignment: Assignment) -> str:
    return reverse("paper_answers", args=[assignment.public_id])


def sheet_url(assignment: Assignment, student: Student) -> str:
    return reverse("student_paper_answers", args=[assignment.public_id, student.public_id])


def marks(assignment: Assignment, letter: FormLetter, values: dict[str, Value]) -> dict[str, str]:
    """What to type for these values, by the name of the field in a row."""
    reading = published(assignment.edition_id).document.reading
    form = form_of(assignment, letter)
    typed = {}
    for number, question in enumerate(form.questions, start=1):
        for place, text in enumerate(written(question, values.get(question.key), form.shuffle, reading)):
            typed[f"q{number}" if place == 0 else f"q{number}-{place + 1}"] = text
    return typed


def all_right(assignment: Assignment) -> dict[str, Value]:
    return {question.key: right_value(question) for question in published(assignment.edition_id).document.questions}


def row_of(student: Student, **typed: str) -> dict[str, str]:
    return {f"{student.public_id}-{name}": text for name, text in typed.items()}


def send(client: Client, url: str, **typed: str) -> Any:
    form = sent_form(client.get(url), having="operation")
    return client.post(url, form.data(**typed), follow=True)


@pytest.fixture
def every_type(classroom: Classroom, teacher: User) -> Assignment:
    return make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom, assigned_by=teacher)


def test_page_says_that_it_edits_the_first_of_two_handouts(
    teacher_client: Client, assignment: Assignment, teacher: User, student: Student, classmate: Student
) -> None:
    for one, right in ((student, 4), (classmate, 1)):
        make_answered_attempt(assignment=assignment, student=one, right=right)
    Attempt.objects.update(medium=Attempt.Medium.PAPER)
    for url in (grid_url(assignment), sheet_url(assignment, student)):
        assert "Also on paper" not in text_of(teacher_client.get(url))
    plan = merge_plan(student, classmate, now=NOW)
    merge_students(student, classmate, seen=plan.seen, by=teacher, now=NOW)
    for url in (grid_url(assignment), sheet_url(assignment, student)):
        shown = text_of(teacher_client.get(url))
        assert "8 of 8 Also on paper: 1 of 8" in shown
        assert "You can edit only the first one here." in shown

    typed = marks(assignment, "B", all_right(assignment))
    done = send(teacher_client, grid_url(assignment), **row_of(student, form="B", **typed))

    assert "Saved: Maya Lopez, 8 of 8 points." in text_of(done)


# --- The grid -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["A", "B"])
def test_a_row_is_read_by_the_form_it_names(
    letter: FormLetter, teacher_client: Client, assignment: Assignment, student: Student, classmate: Student
) -> None:
    values = all_right(assignment)

    done = send(
        teacher_client, grid_url(assignment), **row_of(student, form=letter, **marks(assignment, letter, values))
    )

    assert "Saved: Maya Lopez, 8 of 8 points." in text_of(done)
    [there, other] = stored_paper_answers(assignment, [student, classmate])
    assert (there.letter, there.values) == (letter, values)
    assert other.attempt is None
    again = dict(sent_form(teacher_client.get(grid_url(assignment)), having="operation").fields)
    for name, text in row_of(student, form=letter, **marks(assignment, letter, values)).items():
        assert again[name] == text


def test_a_mark_that_the_form_does_not_have_is_an_error_at_its_cell_and_everything_is_kept(
    teacher_client: Client, assignment: Assignment, student: Student, classmate: Student
) -> None:
    good = marks(assignment, "A", all_right(assignment))
    wrong = {**good, "q1": "E", "q3": "AB"}

    done = send(
        teacher_client,
        grid_url(assignment),
        **row_of(student, form="A", **good),
        **row_of(classmate, form="A", **wrong),
    )

    assert errors_of(done) == [
        "“E” isn’t on the handout. Enter A, B, or C.",
        "Enter 3 letters, 1 for each statement: A, B, C, or D, or - for none.",
    ]
    kept = dict(sent_form(done, having="operation").fields)
    assert kept.items() >= row_of(classmate, form="A", **wrong).items()
    assert kept.items() >= row_of(student, form="A", **good).items()
    # The good row is stored, the other waits for its teacher.
    assert list(assignment.attempts.values_list("student", flat=True)) == [student.pk]
    assert "Saved: Maya Lopez" in text_of(done)
    assert "Answers of 1 student aren’t saved. What you typed is still here." in text_of(done)
    assert "“E”" in done.content.decode().split(f'id="id_{classmate.public_id}-q1-e"')[1][:200]

    mended = teacher_client.post(
        grid_url(assignment),
        sent_form(done, having="operation").data(**row_of(classmate, q1=good["q1"], q3=good["q3"])),
        follow=True,
    )

    assert errors_of(mended) == []
    assert list(assignment.attempts.order_by("pk").values_list("score", flat=True)) == [8, 8]


def test_a_page_is_saved_though_its_class_outgrew_the_grid(
    teacher_client: Client,
    assignment: Assignment,
    student: Student,
    classmate: Student,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = marks(assignment, "A", all_right(assignment))
    form = sent_form(teacher_client.get(grid_url(assignment)), having="operation")
    monkeypatch.setattr("quizzes.views.teacher.paper_answers.MOST_FIELDS", 12)
    make_student(classroom=student.classroom)

    typed = {**row_of(student, **good), **row_of(classmate, **{**good, "q1": "E"})}
    refused = teacher_client.post(grid_url(assignment), form.data(**typed))

    assert "Saved: Maya Lopez, 8 of 8 points." in text_of(refused)
    assert "1 of 3 handouts entered." in text_of(refused)
    again = sent_form(refused, having="operation")
    # The other rows would be too many fields.
    assert {name[:12] for name, _ in again.fields if "-" in name} == {classmate.public_id}
    done = teacher_client.post(grid_url(assignment), again.data(**row_of(classmate, **good)), follow=True)
    assert "data-grid" not in done.text
    assert list(assignment.attempts.order_by("pk").values_list("score", flat=True)) == [8, 8]


def test_a_page_sent_twice_changes_nothing_more(
    teacher_client: Client, assignment: Assignment, student: Student
) -> None:
    form = sent_form(teacher_client.get(grid_url(assignment)), having="operation")
    data = form.data(**row_of(student, **marks(assignment, "A", all_right(assignment))))

    pages = [teacher_client.post(grid_url(assignment), data, follow=True) for _ in range(2)]

    assert "No changes." in text_of(pages[1])
    attempt = assignment.attempts.get()
    assert (attempt.events.count(), attempt.score) == (4, Decimal(8))


def test_a_row_that_others_changed_is_named_and_kept(
    teacher_client: Client, assignment: Assignment, student: Student
) -> None:
    mine = sent_form(teacher_client.get(grid_url(assignment)), having="operation")
    values = all_right(assignment)
    send(teacher_client, grid_url(assignment), **row_of(student, **marks(assignment, "A", values)))
    other = marks(assignment, "A", {**values, "proof": ["s5"]})

    refused = teacher_client.post(grid_url(assignment), mine.data(**row_of(student, **other)))

    [error] = errors_of(refused)
    assert error.startswith("Someone else entered answers after you opened this page. Saved now: 1 ")
    assert assignment.attempts.get().score == 8
    meant = teacher_client.post(grid_url(assignment), sent_form(refused, having="operation").data(), follow=True)
    assert errors_of(meant) == []
    assert assignment.attempts.get().score == 7


def test_answers_of_an_older_version_are_kept_until_they_are_checked(
    teacher_client: Client, assignment: Assignment, student: Student, teacher: User
) -> None:
    typed = row_of(student, **marks(assignment, "A", all_right(assignment)))
    urls = (grid_url(assignment), sheet_url(assignment, student))
    pages = [sent_form(teacher_client.get(url), having="operation").data(**typed) for url in urls]
    document = make_document(title="Corrected")
    newer = make_edition(question_set=assignment.edition.question_set, document=document)
    use_edition(assignment, newer, by=teacher, now=NOW)

    for url, data in zip(urls, pages, strict=True):
        refused = teacher_client.post(url, data)
        assert "The quiz has a newer version now. Check the handouts, then save again." in text_of(refused)
        assert not assignment.attempts.exists()
        kept = sent_form(refused, having="operation").data()
        assert kept.items() >= {name: [text] for name, text in typed.items()}.items()
    teacher_client.post(url, kept)
    assert assignment.attempts.get().student == student


def test_an_empty_row_is_no_sheet_and_a_dash_is_one(
    teacher_client: Client, assignment: Assignment, student: Student, classmate: Student
) -> None:
    send(teacher_client, grid_url(assignment), **row_of(student, q1="-"))

    attempt = assignment.attempts.get()
    assert (attempt.student, attempt.score, attempt.answers.count()) == (student, Decimal(0), 0)


def test_page_counts_no_handout_of_who_has_none(
    teacher_client: Client, assignment: Assignment, teacher: User, student: Student, classmate: Student
) -> None:
    online, excused, both = (make_student(classroom=student.classroom, name=name) for name in ("Ola", "Eve", "Bo"))
    make_answered_attempt(assignment=assignment, student=online)
    excuse(assignment, excused, reason="Ill", by=teacher, now=NOW)
    assert "0 of 3 handouts entered." in text_of(teacher_client.get(grid_url(assignment)))
    for own in (student, both):
        make_answered_attempt(assignment=assignment, student=own, medium="paper")
    Assignment.objects.update(max_attempts=2)
    make_answered_attempt(assignment=assignment, student=both, number=2)
    assert "2 of 3 handouts entered." in text_of(teacher_client.get(grid_url(assignment)))


def test_grid_marks_who_is_excused(
    teacher: User, teacher_client: Client, assignment: Assignment, every_type: Assignment, student: Student
) -> None:
    """In the grid, and in the list of a set with long answers."""
    for given in (assignment, every_type):
        for act, is_excused in ((excuse, True), (undo_excuse, False)):
            act(given, student, reason="Ill", by=teacher, now=NOW)
            shown = text_of(teacher_client.get(grid_url(given)))
            assert (f"{student.display_name} Excused" in shown) is is_excused


def test_who_has_no_attempt_left_has_no_row_to_type_into(
    teacher_client: Client, assignment: Assignment, student: Student, classmate: Student
) -> None:
    typed = row_of(student, form="A", q1="A")
    urls = (grid_url(assignment), sheet_url(assignment, student))
    pages = [sent_form(teacher_client.get(url), having="operation").data(**typed) for url in urls]
    make_answered_attempt(assignment=assignment, student=student, right=1)
    for url, data in zip(urls, pages, strict=True):
        refused = teacher_client.post(url, data)
        assert "No attempts left. These answers weren’t saved." in text_of(refused)
        assert dict(sent_form(refused, having="operation").fields)[f"{student.public_id}-q1"] == "A"
    # Before the form, with what to do.
    assert "first. No attempts left." in text_of(refused)

    shown = teacher_client.get(grid_url(assignment))

    names = {name for name, _ in sent_form(shown, having="operation").fields}
    assert f"{student.public_id}-q1" not in names
    assert f"{classmate.public_id}-q1" in names
    assert "Online: 1 of 8" in text_of(shown)
    assert f"No attempts left. Add an attempt : {student.display_name}" in text_of(shown)
    assert reverse("student_overrides", args=[assignment.public_id, student.public_id]) in read(shown).links
    assert list(assignment.attempts.values_list("medium", flat=True)) == ["screen"]


def test_a_set_with_long_answers_has_a_sheet_for_each_student(
    teacher_client: Client, every_type: Assignment, student: Student
) -> None:
    shown = teacher_client.get(grid_url(every_type))

    assert sheet_url(every_type, student) in read(shown).links
    assert f"{student.public_id}-q1" not in shown.content.decode()
    # From a page that had a grid, of an older version.
    posted = teacher_client.post(grid_url(every_type), row_of(student, q1="A"), follow=True)
    assert "The quiz has a newer version now. What you typed isn’t saved." in text_of(posted)
    assert not every_type.attempts.exists()


@pytest.mark.parametrize("size", [1, 30])
def test_the_grid_costs_the_same_queries_for_any_class(
    size: int,
    teacher_client: Client,
    assignment: Assignment,
    classroom: Classroom,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    teacher_client.get(grid_url(assignment))
    students = [make_student(classroom=classroom) for _ in range(size)]
    with queries() as seen:
        empty = teacher_client.get(grid_url(assignment))
    typed = marks(assignment, "B", all_right(assignment))
    for student in students:
        send(teacher_client, grid_url(assignment), **row_of(student, form="B", **typed))
        break
    with queries() as later:
        teacher_client.get(grid_url(assignment))

    assert empty.status_code == 200
    assert (len(seen), len(later)) == (8, 8)
    assert seen.writes == later.writes == []


def test_a_class_without_students_is_led_to_its_roster(teacher_client: Client, assignment: Assignment) -> None:
    shown = teacher_client.get(grid_url(assignment))

    # As large as on the other pages of the class.
    assert '<h2 class="stem">No students yet</h2>' in shown.content.decode()
    assert reverse("add_students", args=[assignment.classroom.public_id]) in read(shown).links


# --- One sheet ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["A", "B"])
@pytest.mark.parametrize("place", [0, 1])
def test_every_type_is_worth_the_same_by_sheet_and_by_screen(
    place: int,
    letter: FormLetter,
    teacher_client: Client,
    student_client: Client,
    every_type: Assignment,
    student: Student,
    classmate: Student,
) -> None:
    """The same answers given on the pages of a student, and typed by their marks."""
    values = {example.document["key"]: example.answers[min(place, len(example.answers) - 1)][0] for example in EXAMPLES}
    values = {key: value for key, value in values.items() if value is not None}
    begun = student_client.post(reverse("start_attempt", args=[every_type.public_id]))
    assert begun.status_code == 302
    on_screen = every_type.attempts.select_related("assignment").get()
    content = published(every_type.edition_id)
    current = content_of(on_screen)
    for number, question in enumerate(current.questions, start=1):
        if question.key in values:
            fields = sent(page(question, current.shuffle, values[question.key], content.document.reading))
            url = reverse("take_attempt", args=[on_screen.public_id, number])
            post(student_client, url, question, {**fields, "act": ["save"]})
    student_client.post(reverse("submit_attempt", args=[on_screen.public_id]))

    url = f"{sheet_url(every_type, classmate)}?form={letter}"
    done = send(teacher_client, url, **row_of(classmate, **marks(every_type, letter, values)))

    on_screen.refresh_from_db()
    on_paper = every_type.attempts.on_paper().get()
    assert errors_of(done) == []
    assert dict(on_paper.answers.values_list("question__key", "value")) == values
    assert dict(on_screen.answers.values_list("question__key", "value")) == values
    assert (on_paper.score, on_paper.max_score) == (on_screen.score, on_screen.max_score)
    assert broken() == []


def test_a_saved_sheet_with_a_written_answer_has_no_final_score(
    teacher_client: Client, classroom: Classroom, student: Student
) -> None:
    assignment = make_assignment(edition=make_edition(document=typed_document()), classroom=classroom)
    url = f"{sheet_url(assignment, student)}?form=A"

    done = send(teacher_client, url, **row_of(student, q1="August 31", q3="The rules."))

    assert "Saved: Maya Lopez, 1 of 8 points so far." in text_of(done)
    assert "On paper, form A: 1 of 8 so far" in text_of(done)
    overrides = teacher_client.get(reverse("student_overrides", args=[assignment.public_id, student.public_id]))
    assert "1 of 8 so far" in text_of(overrides)


def test_a_saved_sheet_leads_to_the_next_student_on_the_same_form(
    teacher_client: Client, assignment: Assignment, student: Student, classmate: Student
) -> None:
    first = sheet_url(assignment, student)
    form = sent_form(teacher_client.get(f"{first}?form=B"), having="operation")
    typed = row_of(student, **marks(assignment, "B", all_right(assignment)))

    done = teacher_client.post(first, form.data(**typed))

    assert done.status_code == 302
    assert done.headers["Location"] == f"{sheet_url(assignment, classmate)}?form=B"
    following = teacher_client.get(done.headers["Location"])
    assert "Saved: Maya Lopez, 8 of 8 points." in text_of(following)
    last = send(teacher_client, done.headers["Location"], **row_of(classmate, q1="-"))
    assert last.redirect_chain[-1][0] == grid_url(assignment)


def test_a_wrong_mark_on_a_handout_is_named_and_kept(
    teacher_client: Client, every_type: Assignment, student: Student
) -> None:
    shown = send(teacher_client, sheet_url(every_type, student), **row_of(student, q1="Z", q2="A"))

    assert errors_of(shown) == ["“Z” isn’t on the handout. Enter A, B, or C."]
    kept = dict(sent_form(shown, having="operation").fields)
    assert (kept[f"{student.public_id}-q1"], kept[f"{student.public_id}-q2"]) == ("Z", "A")
    assert not every_type.attempts.exists()


def test_an_error_and_the_hints_on_a_sheet_belong_to_their_fields(
    teacher_client: Client, every_type: Assignment, student: Student
) -> None:
    question = every_type.edition.questions.get(type="blanks")
    first, second = f"q{question.position}", f"q{question.position}-2"
    fields = [f"id_{student.public_id}-{name}" for name in (first, second)]

    shown = send(teacher_client, sheet_url(every_type, student), **row_of(student, **{first: "ICE", second: "zzz"}))

    [right, wrong] = (re.findall(rf'<input[^>]*id="{name}"[^>]*>', shown.text)[0] for name in fields)
    assert (f'aria-describedby="{fields[0]}-h"' in right, "aria-invalid" in right) == (True, False)
    assert f'aria-describedby="{fields[1]}-e {fields[1]}-h"' in wrong
    assert ('aria-invalid="true"' in wrong, "autofocus" in wrong) == (True, True)
    # The notice above leaves the focus to the field.
    assert shown.text.count("autofocus") == 1
    assert re.findall(rf'<p class="hint" id="{fields[1]}-h">([^<]+)<', shown.text) == ["A, B, or C, or the word"]
    # In the box of a written answer, it starts a new line.
    assert shown.text.count("<textarea") == 1
    assert "In a field of 1 line, Enter saves." in text_of(shown)


def test_students_of_other_classes_have_no_sheet_here(
    teacher_client: Client, assignment: Assignment, outsider: Student
) -> None:
    assert teacher_client.get(sheet_url(assignment, outsider)).status_code == 404


# --- Where it shows -----------------------------------------------------------------------------------------------


def test_pages_say_that_answers_were_on_paper(teacher_client: Client, assignment: Assignment, student: Student) -> None:
    send(teacher_client, grid_url(assignment), **row_of(student, **marks(assignment, "A", all_right(assignment))))
    attempt = assignment.attempts.get()

    for name, key in (
        ("assignment_progress", assignment.public_id),
        ("assignment_results", assignment.public_id),
        ("classroom_gradebook", assignment.classroom.public_id),
        ("attempt_review", attempt.public_id),
        ("student_history", student.public_id),
    ):
        shown = text_of(teacher_client.get(reverse(name, args=[key])))
        # A section of the progress page has the same name.
        assert "On paper" in shown.replace("On paper Print", ""), name
    results = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    items = text_of(teacher_client.get(reverse("item_analysis", args=[assignment.public_id])))
    assert "1 turned in on paper." in results
    assert "1 of them on paper" in items
    rows = answers_table(answer_rows(assignment.classroom), {assignment.pk: "Small set"}, assignment.classroom.zone)
    assert rows[0][-2] == "Online or on paper"
    assert {row[-2] for row in rows[1:]} == {"On paper"}


def test_a_sheet_cannot_be_opened_again_for_a_screen(
    teacher_client: Client, assignment: Assignment, student: Student
) -> None:
    send(teacher_client, grid_url(assignment), **row_of(student, **marks(assignment, "A", all_right(assignment))))
    attempt = assignment.attempts.get()

    assert "Reopen attempt" not in text_of(teacher_client.get(reverse("attempt_review", args=[attempt.public_id])))
    done = teacher_client.post(
        reverse("reopen_attempt", args=[attempt.public_id]), {"receipt": attempt.receipt, "reason": "Again"}
    )
    assert done.status_code == 404
    attempt.refresh_from_db()
    assert not attempt.is_open


def test_a_student_sees_the_result_of_a_sheet(
    teacher_client: Client, student_client: Client, assignment: Assignment, student: Student
) -> None:
    typed = row_of(student, form="B", **marks(assignment, "B", all_right(assignment)))
    send(teacher_client, grid_url(assignment), **typed)
    attempt = assignment.attempts.get()

    assert student_client.get(reverse("result", args=[attempt.public_id])).status_code == 200
    home = student_client.get(reverse("student_home"))
    assert reverse("result", args=[attempt.public_id]) in read(home).links


def test_answers_are_the_same_whatever_language_the_teacher_reads(
    teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    document = make_document()
    title = {"es": {"stem": "¿Cuál?"}}
    questions = [{**question, "texts": title} for question in document["questions"]]
    edition = make_edition(document={**document, "languages": ["es"], "questions": questions})
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    stored = []
    for language in ("en", "es"):
        teacher_client.cookies["language"] = language
        student = make_student(classroom=classroom)
        url = sheet_url(assignment, student)
        form = sent_form(teacher_client.get(url), having="operation")
        assert ("¿Cuál?" in text_of(teacher_client.get(url))) is (language == "es")
        values = row_of(student, **marks(assignment, "A", all_right(assignment)))
        assert teacher_client.post(url, form.data(**values)).status_code == 302
        stored.append(stored_paper_answers(assignment, [student])[0].values)
    assert stored == [all_right(assignment)] * 2


def test_student_reads_that_the_teacher_entered_the_paper_answers(
    teacher_client: Client, student_client: Client, assignment: Assignment, student: Student
) -> None:
    send(teacher_client, grid_url(assignment), **row_of(student, **marks(assignment, "A", all_right(assignment))))
    attempt = assignment.attempts.get()
    for name in ("receipt", "result"):
        shown = text_of(student_client.get(reverse(name, args=[attempt.public_id])))
        assert "Your teacher entered your paper answers" in shown, name
        assert "Turned in" not in shown, name
