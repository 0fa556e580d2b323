"""The quizzes of a class, and the next step of a new class."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Classroom, Edition, Student, User
from quizzes.people import classrooms, rosters
from quizzes.reports.classroom_quizzes import current_quizzes
from quizzes.reports.next_step import next_step
from quizzes.reports.teacher_home import load_teacher_home
from tests.conftest import Queries
from tests.factories import NOW, make_assignment, make_attempt, make_student
from tests.pages import read, text_of

type Gather = Callable[[], AbstractContextManager[Queries]]

DAY = timedelta(days=1)


@pytest.fixture
def quizzes(classroom: Classroom, edition: Edition, teacher: User) -> list[Assignment]:
    windows = [{}, {"opens_at": NOW + DAY}, {"closes_at": NOW - DAY}, {"due_at": NOW - DAY}]
    return [
        make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, **window)  # type: ignore[arg-type]
        for window in windows
    ]


@pytest.mark.usefixtures("clock")
def test_quizzes_of_a_class_stand_by_their_window(
    classroom: Classroom, quizzes: list[Assignment], teacher_client: Client, student: Student, classmate: Student
) -> None:
    submit_attempt(make_attempt(assignment=quizzes[0], student=student), now=NOW)
    gone = make_student(classroom=classroom, removed_at=NOW)
    submit_attempt(make_attempt(assignment=quizzes[0], student=gone), now=NOW)
    page = teacher_client.get(reverse("classroom_quizzes", args=[classroom.public_id]))
    found = [
        (label, [(line.assignment, line.submitted_count, line.expected_count) for line in lines])
        for label, lines in page.context["groups"]
    ]
    assert found == [
        ("Open", [(quizzes[3], 0, 2), (quizzes[0], 1, 2)]),
        ("Not open yet", [(quizzes[1], 0, 2)]),
        ("Closed", [(quizzes[2], 0, 2)]),
    ]
    links = set(read(page).links)
    for name in ("assignment_progress", "assignment_results", "change_assignment"):
        assert {reverse(name, args=[quiz.public_id]) for quiz in quizzes} <= links
    preview = reverse("try_set_question", args=[quizzes[0].edition.question_set.public_id, 1])
    assert preview in links
    assert teacher_client.get(preview).status_code == 200
    started = {reverse("start_class", args=[quiz.public_id]) for quiz in quizzes if quiz != quizzes[2]}
    assert {link for link in links if link.endswith("/start/") and "/assignments/" in link} == started


def test_quizzes_of_a_class_cost_the_same_queries_for_any_number(
    classroom: Classroom, edition: Edition, teacher: User, student: Student, teacher_client: Client, queries: Gather
) -> None:
    address = reverse("classroom_quizzes", args=[classroom.public_id])
    counts = []
    for number in (1, 2):
        for _ in range(number):
            quiz = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
            make_attempt(assignment=quiz, student=student)
        with queries() as seen:
            teacher_client.get(address)
        counts.append(len(seen))
    assert counts == [8, 8]


@pytest.mark.parametrize(
    "name", ["roster", "classroom_quizzes", "classroom_gradebook", "classroom_mastery", "change_classroom"]
)
def test_every_tab_of_a_class_leads_to_the_others(
    name: str, classroom: Classroom, assignment: Assignment, teacher_client: Client
) -> None:
    tabs = ("roster", "classroom_quizzes", "classroom_gradebook", "classroom_mastery", "change_classroom")
    page = teacher_client.get(reverse(name, args=[classroom.public_id]))
    assert {reverse(tab, args=[classroom.public_id]) for tab in tabs} <= set(read(page).links)
    assert {reverse("start_classroom", args=[classroom.public_id]), reverse("question_sets")} <= set(read(page).links)
    tabs_of_page = page.content.decode().split('<nav class="tabs"')[1].split("</nav>")[0]
    current = tabs_of_page.split('aria-current="page"')
    assert len(current) == 2
    assert reverse(name, args=[classroom.public_id]) in current[0].split("<a ")[-1]


def test_every_page_of_a_class_marks_its_tab(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    pages = {
        **{reverse(name, args=[classroom.public_id]): "roster" for name in ("add_students", "sign_in_cards")},
        reverse("class_accommodations", args=[classroom.public_id]): "roster",
        reverse("student_history", args=[student.public_id]): "roster",
        reverse("classroom_growth", args=[classroom.public_id]): "classroom_mastery",
    }
    for address, tab in pages.items():
        tabs = teacher_client.get(address).content.decode().split('<nav class="tabs"')[1].split("</nav>")[0]
        current = tabs.split('aria-current="page"')
        assert len(current) == 2, address
        assert reverse(tab, args=[classroom.public_id]) in current[0].split("<a ")[-1], address


def test_each_step_of_a_new_class_offers_the_next(
    classroom: Classroom, edition: Edition, teacher: User, teacher_client: Client
) -> None:
    def steps() -> list[str]:
        names = ("roster", "classroom_quizzes", "sign_in_cards")
        texts = [text_of(teacher_client.get(reverse(name, args=[classroom.public_id]))) for name in names]
        return [text.split("Next: ")[1].split(".")[0] if "Next: " in text else "" for text in texts]

    # The cards page offers students in its own words.
    assert steps() == ["add students", "add students", ""]
    student = rosters.add_students(classroom, rosters.new_students(["Maya Lopez"]), by=teacher, now=NOW)[0]
    # The cards page does not lead to itself.
    assert steps() == [*["print the sign-in cards and assign a quiz"] * 2, "assign a quiz"]
    quiz = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    assert steps() == ["start class"] * 3
    Assignment.objects.update(due_at=NOW + DAY)
    assert steps() == ["give out the sign-in cards"] * 3
    make_attempt(assignment=quiz, student=student)
    assert steps() == [""] * 3
    # The home page counts only students of the class too.
    make_student(classroom=classroom)
    rosters.remove_student(student, by=teacher, now=NOW)
    assert steps() == ["give out the sign-in cards"] * 3
    assert [step.kind for step in load_teacher_home(teacher, now=NOW).steps] == ["cards"]


def test_archived_class_and_a_closed_quiz_need_no_start(
    classroom: Classroom, assignment: Assignment, teacher: User, student: Student
) -> None:
    found = next_step(classroom, now=NOW)
    assert found is not None
    assert (found.name, found.assignment) == ("start", assignment)
    Assignment.objects.update(closes_at=NOW - DAY)
    found = next_step(classroom, now=NOW)
    assert found is not None
    assert found.name == "quiz"
    classrooms.archive_classroom(classroom, by=teacher, now=NOW)
    assert next_step(classroom, now=NOW) is None


def test_next_step_is_about_an_open_quiz_else_the_one_that_opens_first(
    edition: Edition, classroom: Classroom, student: Student
) -> None:
    """“Assign in halves” makes the check after the lessons last. Nobody starts a class with it."""
    before, after = (
        make_assignment(edition=edition, classroom=classroom, opens_at=NOW + days * DAY, created_at=NOW)
        for days in (1, 8)
    )
    found = next_step(classroom, now=NOW)
    assert found is not None
    assert (found.name, found.assignment) == ("start", before)
    found = next_step(classroom, now=NOW + 2 * DAY)
    assert found is not None
    assert found.assignment == before
    Assignment.objects.filter(pk=before.pk).update(closes_at=NOW + 2 * DAY)
    found = next_step(classroom, now=NOW + 3 * DAY)
    assert found is not None
    assert found.assignment == after


def test_pages_of_a_class_link_open_and_waiting_quizzes_else_the_newest(
    edition: Edition, classroom: Classroom, teacher: User
) -> None:
    given = [
        make_assignment(
            edition=edition,
            classroom=classroom,
            assigned_by=teacher,
            created_at=NOW + timedelta(seconds=number),
            closes_at=NOW - timedelta(hours=1) if number < 2 else None,
            waits_for_teacher=number == 3,
        )
        for number in range(6)
    ]
    assert current_quizzes(classroom, now=NOW) == [given[5], given[4], given[3]]
    Assignment.objects.update(waits_for_teacher=False, closes_at=NOW - timedelta(hours=1))
    assert current_quizzes(classroom, now=NOW) == [given[5]]
