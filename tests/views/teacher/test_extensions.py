"""Extensions and excuses for several students at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations, excuses
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Edition,
    Excuse,
    Extension,
    Student,
    User,
)
from tests.conftest import Queries
from tests.factories import NOW, make_answered_attempt, make_assignment, make_student
from tests.pages import errors_of, form_of, read, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = timedelta(days=1)
NOTHING = "Add a later time or an attempt."
TYPED = "%Y-%m-%dT%H:%M"


@pytest.fixture
def homework(edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    return make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, due_at=NOW + DAY, closes_at=NOW + 2 * DAY
    )


def page_of(assignment: Assignment) -> str:
    return reverse("extend_students", args=[assignment.public_id])


def send(client: Client, assignment: Assignment, *students: Student, act: str = "extend", **values: Any) -> Any:
    """Fill in the form of the page and press one of its buttons."""
    form = form_of(client.get(page_of(assignment)), having="reason")
    times = {
        name: value.astimezone(assignment.classroom.zone).strftime(TYPED) if name in ("due", "closes") else value
        for name, value in values.items()
    }
    data = form.data(students=[one.public_id for one in students], **{"reason": "Field trip", **times})
    return client.post(page_of(assignment), {**data, "act": act}, follow=True)


def given(assignment: Assignment) -> list[tuple[Any, ...]]:
    rows = Extension.objects.filter(assignment=assignment).order_by("student")
    return list(rows.values_list("student", "due_at", "closes_at", "extra_attempts", "reason"))


def acts() -> list[tuple[str, int | None]]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", "student"))


@pytest.mark.parametrize(
    ("given_times", "said"),
    [
        ({"opens_at": NOW - DAY}, "Period 3 can start now; due"),
        ({"opens_at": NOW + timedelta(hours=1)}, "Period 3 can start Fri, Oct 23, 12:00 pm EDT; due"),
        ({"opens_at": NOW - 3 * DAY, "due_at": NOW - DAY, "closes_at": NOW - DAY}, "Period 3 can’t start now; due"),
    ],
)
def test_page_says_whether_students_can_start(
    given_times: dict[str, datetime], said: str, homework: Assignment, teacher_client: Client
) -> None:
    Assignment.objects.update(**given_times)
    assert said in text_of(teacher_client.get(page_of(homework)))
    Classroom.objects.update(archived_at=NOW)
    text = text_of(teacher_client.get(page_of(homework)))
    assert "Period 3 can’t start now; due" in text
    assert "This class is archived, so students can’t sign in." in text


def test_closing_time_says_that_the_answers_wait_for_it(
    homework: Assignment, student: Student, teacher_client: Client
) -> None:
    note = "No one sees the answers before this time. New York time"
    own = reverse("student_overrides", args=[homework.public_id, student.public_id])
    for release, expected in (("after_last", False), ("after_close", True)):
        Assignment.objects.update(release=release)
        for address in (own, page_of(homework)):
            assert (note in text_of(teacher_client.get(address))) == expected


def test_chosen_students_get_the_extension_once(
    homework: Assignment, student: Student, classmate: Student, teacher_client: Client
) -> None:
    third = make_student(classroom=homework.classroom)
    progress = teacher_client.get(reverse("assignment_progress", args=[homework.public_id]))
    assert page_of(homework) in read(progress).links
    own = teacher_client.get(reverse("student_overrides", args=[homework.public_id, student.public_id]))
    assert page_of(homework) in read(own).links
    for _ in range(2):
        page = send(teacher_client, homework, student, classmate, due=NOW + 3 * DAY, closes=NOW + 4 * DAY)
        assert "Saved for 2 students. They now have until Tue, Oct 27, " in text_of(page)

    row = NOW + 3 * DAY, NOW + 4 * DAY, 0, "Field trip"
    assert given(homework) == [(student.pk, *row), (classmate.pk, *row)]
    assert acts() == [("extension_given", student.pk), ("extension_given", classmate.pk)]
    assert text_of(page).count("due Mon, Oct 26") == 2
    assert third.public_id in page.content.decode()

    Assignment.objects.update(shows_scores=True)
    homework.refresh_from_db()
    again = "They see their score again after their last attempt."
    assert again not in text_of(send(teacher_client, homework, student, closes=NOW + 5 * DAY))
    assert again in text_of(send(teacher_client, homework, student, extra_attempts="1"))


def test_link_chooses_the_students_who_have_not_turned_in(
    homework: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    third = make_student(classroom=homework.classroom)
    excuses.excuse_students(homework, [third], reason="Ill", by=teacher, now=NOW)
    make_answered_attempt(assignment=homework, student=student)
    page = teacher_client.get(page_of(homework))
    assert form_of(page, having="reason").data().get("students") is None
    [link] = [link for link in read(page).links if "choose=" in link]
    assert "Choose the 1 student who hasn’t turned in" in text_of(page)
    page = teacher_client.get(page_of(homework) + link.partition("#")[0])
    assert form_of(page, having="reason").data()["students"] == [classmate.public_id]


def test_notice_names_who_keeps_a_later_time(homework: Assignment, teacher_client: Client) -> None:
    ana, ben, cleo = (make_student(classroom=homework.classroom, name=name) for name in ("Ana S.", "Ben O.", "Cleo D."))
    send(teacher_client, homework, cleo, due=NOW + 3 * DAY, closes=NOW + 7 * DAY)
    page = send(teacher_client, homework, ana, ben, cleo, due=NOW + 3 * DAY, closes=NOW + 4 * DAY)
    assert "Saved for 3 students. They now have until Tue, Oct 27, " in text_of(page)
    assert "These students already had a later time and keep it: Cleo D." in text_of(page)
    page = send(teacher_client, homework, cleo, due=NOW + 3 * DAY, closes=NOW + 4 * DAY)
    assert "Saved for 1 student. They now have until Fri, Oct 30, " in text_of(page)
    assert "keep it" not in text_of(page)


def test_student_with_a_later_time_keeps_it(
    homework: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    times = {"due_at": NOW + 6 * DAY, "closes_at": NOW + 7 * DAY}
    accommodations.extend(
        homework, student, **times, extra_attempts=2, reason="In the hospital", by=teacher, now=NOW - DAY
    )
    accommodations.extend(
        homework, classmate, due_at=None, closes_at=NOW + 7 * DAY, extra_attempts=0, reason="Ill", by=teacher, now=NOW
    )

    page = send(teacher_client, homework, student, classmate, due=NOW + 1.5 * DAY, extra_attempts="1")
    assert "They now have until" not in text_of(page)

    assert given(homework) == [
        (student.pk, NOW + 6 * DAY, NOW + 7 * DAY, 2, "In the hospital"),
        (classmate.pk, NOW + 1.5 * DAY, NOW + 7 * DAY, 1, "Field trip"),
    ]


def test_open_attempts_move_with_the_extension(homework: Assignment, student: Student, teacher_client: Client) -> None:
    attempt = make_answered_attempt(assignment=homework, student=student, submitted=False)
    send(teacher_client, homework, student, closes=NOW + 4 * DAY)
    attempt.refresh_from_db()
    assert attempt.deadline_at == NOW + 4 * DAY


def test_excuse_can_be_undone_for_those_whom_it_excused(
    homework: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    third = make_student(classroom=homework.classroom, name="Zoe Young")
    excuses.excuse(homework, third, reason="Away", by=teacher, now=NOW)

    page = send(teacher_client, homework, student, classmate, third, act="excuse", reason="Ill")
    undo = form_of(page, having="students")
    again = send(teacher_client, homework, student, classmate, third, act="excuse", reason="Ill")

    assert "2 students are excused. This quiz doesn’t count for them." in text_of(page)
    assert "No changes." in text_of(again)
    assert dict(Excuse.objects.values_list("student", "reason")) == {
        student.pk: "Ill",
        classmate.pk: "Ill",
        third.pk: "Away",
    }
    for said in ("2 students are no longer excused.", "No changes."):
        assert said in text_of(teacher_client.post(undo.action, undo.data(), follow=True))
        # Another excuse than that of the notice stays.
        excuses.excuse(homework, student, reason="Trip", by=teacher, now=NOW + DAY)
    assert list(Excuse.objects.order_by("pk").values_list("student", flat=True)) == [third.pk, student.pk]
    assert acts()[1:] == [
        ("excused", student.pk),
        ("excused", classmate.pk),
        ("excuse_taken_back", student.pk),
        ("excuse_taken_back", classmate.pk),
        ("excused", student.pk),
    ]


def test_refused_form_keeps_what_was_chosen(
    homework: Assignment, student: Student, classmate: Student, outsider: Student, teacher_client: Client
) -> None:
    for chosen, values, errors in (
        ([], {}, ["Choose at least 1 student."]),
        ([student], {}, [NOTHING]),
        ([student], {"due": NOW}, ["The class has more time than this. Choose a later time."]),
        ([student], {"reason": "", "extra_attempts": "1"}, ["Say why."]),
        (
            [outsider],
            {"extra_attempts": "1"},
            ["A student you chose is no longer in this class. Check your choices and try again."],
        ),
    ):
        page = send(teacher_client, homework, *chosen, **values)
        assert errors_of(page) == [one for one in errors if one != NOTHING]
        assert (NOTHING in text_of(page)) is (NOTHING in errors)
        kept = form_of(page, having="reason").data().get("students", [])
        assert kept == [one.public_id for one in chosen if one != outsider]
    assert errors_of(send(teacher_client, homework, student, act="excuse", reason="")) == ["Say why."]
    assert (given(homework), acts()) == ([], [])
    bad = teacher_client.post(reverse("undo_excuses", args=[homework.public_id]), {"students": "<>"})
    assert bad.status_code == 400


def test_undo_of_more_students_than_a_query_takes(
    homework: Assignment, student: Student, teacher_client: Client
) -> None:
    send(teacher_client, homework, student, act="excuse")
    many = " ".join([student.public_id, *map(str, range(260_000))])
    sent = teacher_client.post(
        reverse("undo_excuses", args=[homework.public_id]),
        {"students": many},
    )
    assert sent.status_code == 302
    assert not Excuse.objects.exists()


def test_page_names_students_for_whom_it_is_not_enough(
    homework: Assignment, student: Student, classmate: Student, teacher_client: Client
) -> None:
    Assignment.objects.filter(pk=homework.pk).update(time_limit=timedelta(hours=30))
    Accommodation.objects.create(student=classmate, time_factor=2, changed_at=NOW)
    make_answered_attempt(assignment=homework, student=student)

    others = [make_student(classroom=homework.classroom, name=f"Zoe {number} Young") for number in range(11)]
    for other in others:
        make_answered_attempt(assignment=homework, student=other)

    closes_at = NOW + 2 * DAY + timedelta(hours=1)
    sent = send(teacher_client, homework, student, classmate, *others, closes=closes_at)
    page = text_of(sent)

    assert "have no attempts left, or the quiz is closed: Maya Lopez, Zoe 0 Young" in page
    assert ", and 2 more" in page
    assert "The extra time ends after a quiz closes: Noah Park" in page

    button = form_of(sent, having="quizzes")
    assert "Saved for 1 student." in text_of(teacher_client.post(button.action, button.data(), follow=True))
    assert homework.extensions.get(student=classmate).closes_at == NOW + timedelta(hours=60)


def test_later_close_after_the_due_time_names_who_is_late(
    homework: Assignment, student: Student, classmate: Student, teacher_client: Client
) -> None:
    Assignment.objects.update(due_at=NOW - DAY, closes_at=NOW - timedelta(hours=1))
    words = "The due time has passed for these students, so new work is late: Maya Lopez"
    assert words in text_of(send(teacher_client, homework, student, closes=NOW + DAY))
    assert "new work is late" not in text_of(send(teacher_client, homework, classmate, due=NOW + DAY, closes=NOW + DAY))


def test_quiz_without_limits_has_no_extensions(
    edition: Edition, classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    free = make_assignment(edition=edition, classroom=classroom, max_attempts=None)
    page = teacher_client.get(page_of(free))
    assert "This quiz has no due time, no closing time, and unlimited attempts." in text_of(page)
    assert form_of(page, having="reason").buttons == [("act", "excuse")]
    excused = text_of(send(teacher_client, free, student, act="excuse"))
    assert "1 student is excused. This quiz doesn’t count for them." in excused


def test_page_costs_the_same_for_any_number(
    homework: Assignment,
    student: Student,
    teacher: User,
    teacher_client: Client,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    for count in (1, 3):
        while homework.classroom.students.count() < count:
            one = make_student(classroom=homework.classroom)
            make_answered_attempt(assignment=homework, student=one)
            accommodations.extend(
                homework, one, due_at=None, closes_at=None, extra_attempts=1, reason="Ill", by=teacher, now=NOW
            )
        with queries() as sent:
            teacher_client.get(page_of(homework))
        # Session, teacher, assignment; students, extensions and excuses, attempts.
        assert len(sent) == 6


def test_extensions_and_excuses_cost_the_same_for_any_number(
    homework: Assignment, teacher: User, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    Assignment.objects.filter(pk=homework.pk).update(time_limit=timedelta(hours=30))
    times = {
        "due_at": None,
        "closes_at": NOW + 4 * DAY,
        "extra_attempts": 0,
        "reason_kind": "typed",
        "reason": "Field trip",
    }
    for count in (1, 4):
        students = [make_student(classroom=homework.classroom) for _ in range(count)]
        attempts = [make_answered_attempt(assignment=homework, student=one, submitted=False) for one in students]
        Attempt.objects.update(time_limit=timedelta(hours=30))
        factors = [Decimal(factor) for factor in ("2", "1.5", "1.25", "2")][:count]
        for one, factor in zip(students, factors, strict=True):
            Accommodation.objects.create(student=one, time_factor=factor, changed_at=NOW)
        with queries() as sent:
            accommodations.extend_students(homework, students, by=teacher, now=NOW, **times)
        # 2 locks, extensions, upsert; attempts, their extensions and time factors, update; log.
        assert len(sent) == 9
        for attempt, factor in zip(attempts, factors, strict=True):
            attempt.refresh_from_db()
            assert attempt.deadline_at == NOW + float(factor) * timedelta(hours=30)
        for act in (excuses.excuse_students, excuses.undo_excuses):
            with queries() as sent:
                assert act(homework, students, reason="Ill", by=teacher, now=NOW) == students
            # 2 locks, excuses, change, log.
            assert len(sent) == 5
        assert acts()[-3 * count :] == [
            (action, one.pk) for action in ("extension_given", "excused", "excuse_taken_back") for one in students
        ]
