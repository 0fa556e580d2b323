"""Every page that shows a question says what its source is as of, so that nobody reads old news as news of today."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.content.reading import Citation, Reading
from quizzes.models import Assignment, Attempt, Edition, Student, User
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_draft,
    make_edition,
    make_question_set,
)
from tests.pages import form_of, text_of
from tests.views.teacher.test_grading_queue import typed_document

HTMX = {"HX-Request": "true", "HX-Target": "question"}

UNDATED, DATED, NOTED = "The source gives no date", "As of July 2018", "As of July 2018 (date from outside the story)"


@pytest.mark.parametrize(
    ("published_on", "date_note", "line"),
    [("", "", UNDATED), ("2018-07-27", "", DATED), ("2018-07-27", "Other reports give the year.", NOTED)],
)
def test_line_is_made_from_the_date_of_the_source(published_on: str, date_note: str, line: str) -> None:
    assert Citation("Paper", "Title", "", published_on, date_note, "").as_of == line


@pytest.mark.parametrize(
    ("published_on", "date_note", "language", "line"),
    [
        ("2018-07-27", "", "en", "News from July 2018. It tells how things were then, not how they are now."),
        (
            "2018-07-27",
            "Other reports give the year.",
            "en",
            "News from July 2018. It tells how things were then, not how they are now."
            " The date comes from outside the story.",
        ),
        (
            "2018-07-27",
            "Other reports give the year.",
            "es",
            "Noticia de julio de 2018. Cuenta cómo eran las cosas entonces, no cómo son hoy."
            " La fecha viene de fuera de la noticia.",
        ),
        ("2018-07-27", "", "fr", ""),
        ("", "", "en", ""),
    ],
)
def test_line_above_the_reading_tells_old_news_as_old(
    published_on: str, date_note: str, language: str, line: str
) -> None:
    reading = Reading("Title", language, "", (), Citation("Paper", "Title", "", published_on, date_note, ""), ())
    assert reading.date_line == line


def test_line_stands_above_the_reading_on_screen_and_paper(
    teacher_client: Client, student_client: Client, line: str, assignment: Assignment, student: Student
) -> None:
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(type="single").position
    shown = line != UNDATED
    for response in (
        student_client.get(reverse("take_attempt", args=[attempt.public_id, number])),
        teacher_client.get(reverse("print_assignment", args=[assignment.public_id])),
    ):
        assert ("It tells how things were then, not how they are now." in text_of(response)) == shown


@pytest.mark.parametrize(("published_on", "is_old"), [("2026-09-01", False), ("2026-08-31", True), ("", False)])
def test_story_is_old_after_sixty_days(published_on: str, is_old: bool) -> None:
    assert Citation("Paper", "Title", "", published_on, "", "").is_old(today=date(2026, 10, 31)) == is_old


def test_recent_story_has_no_line_above_it(
    student: Student, teacher: User, student_client: Client, teacher_client: Client
) -> None:
    shown = []
    for days in (60, 61):
        day = (timezone.now() - timedelta(days=days)).date()
        edition = make_edition(document=document(published_on=day.isoformat()))
        assignment = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)
        attempt = make_attempt(assignment=assignment, student=student)
        number = edition.questions.get(type="single").position
        page = student_client.get(reverse("take_attempt", args=[attempt.public_id, number]))
        paper = teacher_client.get(reverse("print_assignment", args=[assignment.public_id]))
        assert f"As of {day:%B %Y}" in text_of(page)
        shown += ["It tells how things were then" in text_of(response) for response in (page, paper)]
    assert shown == [False, False, True, True]


def document(**citation: str) -> dict[str, Any]:
    """`make_document` with these fields of its citation."""
    table = copy.deepcopy(make_document(slug="try-it"))
    table["citation"] |= citation
    return table


@pytest.fixture(params=[DATED, NOTED, UNDATED])
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def edition(line: str, db: None) -> Edition:
    changes = {DATED: {}, NOTED: {"date_note": "Other reports give the year."}, UNDATED: {"published_on": ""}}
    return make_edition(question_set=make_question_set(slug="try-it"), document=document(**changes[line]))


@pytest.fixture
def assignment(edition: Edition, student: Student, teacher: User) -> Assignment:
    return make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)


def test_students_read_it_beside_each_question_and_in_the_result(
    line: str, assignment: Assignment, student: Student, student_client: Client
) -> None:
    attempt: Attempt = make_attempt(assignment=assignment, student=student)
    for number in (1, 2, 3, 4):
        text = text_of(student_client.get(reverse("take_attempt", args=[attempt.public_id, number])))
        assert line in text
        # Also where the student chooses sentences of the reading.
        assert ("It tells how things were then" in text) == (line != UNDATED)
        assert text.count("From a story by The Daily Test") == 1
    attempt.delete()
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    # Below the score, which has a date of its own.
    assert page.index(line.replace("As of", "News story from")) > page.index("Open a question to see its evidence")
    assert DATED not in page


def test_it_stays_when_a_checked_question_replaces_the_page(
    line: str, assignment: Assignment, student: Student, student_client: Client
) -> None:
    Assignment.objects.update(release="at_once")
    attempt = make_attempt(assignment=assignment, student=student)
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    form = form_of(student_client.get(address), having="choice")
    [_, token] = next(pair for pair in form.offered if pair[0] == "choice")
    checked = student_client.post(address, form.data(choice=token, act="check"), headers=HTMX)
    assert "orrect" in text_of(checked)
    assert line in text_of(checked)


def test_teachers_read_it_on_the_board_on_paper_and_in_the_review(
    line: str, assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    addresses = [
        reverse("class_board", args=[assignment.public_id]),
        reverse("live_board", args=[assignment.public_id]),
        reverse("print_assignment", args=[assignment.public_id]),
        reverse("print_assignment_key", args=[assignment.public_id]),
        reverse("regrade_question", args=[assignment.public_id, 1]),
    ]
    for address in addresses:
        assert line in text_of(teacher_client.get(address)), address
    # These pages have dates of their own, so the line says that the date is that of the story.
    dated = [reverse(name, args=[assignment.public_id]) for name in ("assignment_progress", "assignment_results")]
    dated += [
        reverse("item_analysis", args=[assignment.public_id]),
        reverse("attempt_review", args=[attempt.public_id]),
        reverse("student_report", args=[student.public_id]),
    ]
    for name in dated:
        page = text_of(teacher_client.get(name))
        assert line.replace("As of", "News story from") in page, name


def test_teachers_read_it_beside_an_answer_to_grade(teacher: User, student: Student, teacher_client: Client) -> None:
    edition = make_edition(document=typed_document())
    assignment = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)
    make_answered_attempt(assignment=assignment, student=student, answers={"who": "Because of the rules."})
    page = text_of(teacher_client.get(reverse("grading_queue", args=[assignment.public_id])))
    assert "1 of 1" in page
    assert DATED in page


def test_visitors_read_it_beside_each_question(line: str, edition: Edition, client: Client) -> None:
    for address in (reverse("landing"), *(reverse("try_question", args=[number]) for number in (1, 2, 3, 4))):
        text = text_of(client.get(address))
        assert (line in text, "It tells how things were then" in text) == (True, line != UNDATED)


def test_authors_read_it_in_the_preview(teacher: User, teacher_client: Client) -> None:
    draft = make_draft(owner=teacher)
    address = reverse("preview_draft", args=[draft.question_set.public_id, 1])
    assert DATED in text_of(teacher_client.get(address))


def test_teachers_read_it_on_the_page_of_a_set(db: None, teacher_client: Client) -> None:
    address = reverse("question_set", args=[make_edition().question_set.public_id])
    assert DATED in text_of(teacher_client.get(address))
