"""A student's pages over HTTP: the list, starting, answering, turning in, and what may be seen afterwards."""

import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from quizsite.periodic_jobs import run_periodic_jobs
from quizzes.assignments import accommodations, excuses
from quizzes.assignments.board import show_on_board
from quizzes.assignments.deadlines import GRACE, LOCK_WAIT
from quizzes.assignments.deletion import delete_assignment
from quizzes.assignments.lifecycle import close_now
from quizzes.assignments.newer_versions import split_by_edition
from quizzes.attempts import answers, late_answers
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.content.editions import published, sizes_of
from quizzes.content.question_types.free_text.question import FreeText
from quizzes.content.question_types.question import Question
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Board, Classroom, Edition, Student, User
from tests.conftest import Queries, _sign_in
from tests.factories import (
    NOW,
    loaded,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_regrade,
    make_student,
    right_value,
    save,
)
from tests.pages import form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

type Gather = Callable[[], AbstractContextManager[Queries]]
Release = Assignment.Release

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def body(response: Any) -> str:
    return str(response.content.decode())


def words(response: Any) -> str:
    """What a reader sees, with single spaces."""
    text = re.sub(
        r"<template.*?</template>|<svg.*?</svg>|<noscript>.*?</noscript>", "", body(response), flags=re.DOTALL
    )
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def address(attempt: Attempt, number: int) -> str:
    return reverse("take_attempt", args=[attempt.public_id, number])


def page_of(name: str, attempt: Attempt) -> str:
    return reverse(name, args=[attempt.public_id])


def question_at(attempt: Attempt, number: int) -> Question:
    return content_of(attempt).questions[number - 1]


def token(attempt: Attempt, number: int, choice_id: str) -> str:
    return content_of(attempt).shuffle.token(question_at(attempt, number).key, choice_id)


def fields(client: Client, attempt: Attempt, number: int, **changes: str | list[str]) -> dict[str, list[str]]:
    """What the form of this question's page sends, with these changes."""
    return form_of(client.get(address(attempt, number)), having="operation").data(**changes)


def as_json(client: Client, url: str, data: dict[str, list[str]]) -> Any:
    return client.post(url, data, headers={"Accept": "application/json"})


def events(attempt: Attempt) -> list[tuple[Any, int, str]]:
    return list(attempt.events.order_by("pk").values_list("value", "revision", "outcome"))


def given(attempt: Attempt) -> dict[int, Any]:
    return dict(attempt.answers.values_list("question__position", "value"))


# --- The list


def test_list_puts_the_current_attempt_first(student_client: Client, attempt: Attempt) -> None:
    save(attempt, "one", "a")
    save(attempt, "some", ["a"])
    page = student_client.get(reverse("student_home"))
    assert "Next to answer: question 3 of 4. You have 2 saved answers." in words(page)
    assert "Left to do 2 questions" in words(page)
    assert f"{address(attempt, 3)}#question" in read(page).links


def test_list_calls_only_answers_of_the_site_saved(
    student: Student, student_client: Client, classroom: Classroom, attempt: Attempt
) -> None:
    """The browser may have others, which wait to be sent."""
    edition = make_edition(document=make_document(title="Other"))
    other = make_assignment(edition=edition, classroom=classroom, created_at=NOW)
    make_attempt(assignment=other, student=student, started_at=NOW - timedelta(hours=1))
    pages = [reverse("student_home"), reverse("start_attempt", args=[attempt.assignment.public_id])]

    def said(page: str) -> list[str]:
        return re.findall(r"[^.]*\bsaved\b", words(student_client.get(page)))

    answers.set_flag(loaded(attempt), content_of(attempt).question_id(question_at(attempt, 2)), flagged=True, now=NOW)
    assert [said(page) for page in pages] == [[], []]
    assert "No due date In progress 4 questions, about" in words(student_client.get(pages[0]))
    save(attempt, "one", "a")
    assert [said(page) for page in pages] == [[" You have 1 saved"]] * 2
    Assignment.objects.update(is_teacher_paced=True)
    assert [said(page) for page in pages] == [[" You have 1 saved"]] * 2
    Assignment.objects.update(is_teacher_paced=False)
    save(attempt, "one", None, seen_revision=1)
    assert [said(page) for page in pages] == [[], []]


def test_list_with_nothing_to_do_says_so(student_client: Client, classroom: Classroom) -> None:
    assert "You’re all caught up New quizzes from Ms. Rivera show up here." in words(
        student_client.get(reverse("student_home"))
    )


def test_list_sorts_assignments_by_what_to_do(
    student: Student, student_client: Client, classroom: Classroom, edition: Edition, teacher: User, now: datetime
) -> None:
    def give(title: str, **window: Any) -> Assignment:
        return make_assignment(
            edition=make_edition(document=make_document(title=title)),
            classroom=classroom,
            assigned_by=teacher,
            **window,
        )

    give("No end")
    give("Due soon", due_at=now + timedelta(hours=4))
    give("Past due", due_at=now - timedelta(hours=4))
    give("Later", opens_at=now + timedelta(days=1))
    give("Missed", closes_at=now - timedelta(hours=1))
    done = give("Done")
    make_answered_attempt(assignment=done, student=student, right=2)
    excused = give("Excused")
    excuses.excuse(excused, student, reason="Ill", by=teacher, now=now)
    extended = give("Extended", closes_at=now - timedelta(hours=1))
    accommodations.extend(
        extended,
        student,
        due_at=None,
        closes_at=now + timedelta(days=2),
        extra_attempts=0,
        reason="Ill",
        by=teacher,
        now=now,
    )
    text = body(student_client.get(reverse("student_home")))
    sections = dict(re.findall(r'<h2 class="sec-label"[^>]*>(.*?)</h2>(.*?)</section>', text, re.DOTALL))
    titles = {name: re.findall(r"<h3>\s*<a[^>]*>(.*?)</a>\s*</h3>", section) for name, section in sections.items()}
    assert titles == {
        "To do": ["Due soon", "Extended", "No end"],
        "Not open yet": ["Later"],
        "Done": ["Excused", "Done"],
        "Closed": ["Missed"],
    }
    ends = re.findall(r'<p class="end">\s*(.*?)\s*</p>', sections["To do"])
    assert ends == [
        "Due today, 3:00\xa0pm",
        "Closes Sun,\xa0Oct\xa025, 11:00\xa0am",
        "No due date",
    ]
    assert "3 of 8" in sections["Done"]
    # The first one stands above the list, and not in it.
    assert "Past due Missing" in words(student_client.get(reverse("student_home")))
    assert "You can still turn it in late" in words(student_client.get(reverse("student_home")))
    assert text.count("Past due") == 1


def test_headline_has_no_praise_next_to_a_missed_quiz(student_client: Client, assignment: Assignment) -> None:
    Assignment.objects.update(opens_at=None, due_at=None, closes_at=timezone.now() - timedelta(hours=1))
    page = words(student_client.get(reverse("student_home")))
    assert "Nothing is open right now New quizzes" in page
    assert "caught up" not in page


def test_headline_offers_another_attempt(student: Student, student_client: Client, assignment: Assignment) -> None:
    Assignment.objects.update(max_attempts=3, release=Release.AFTER_SUBMIT)
    assignment.refresh_from_db()
    make_answered_attempt(assignment=assignment, student=student, right=2)
    page = student_client.get(reverse("student_home"))
    assert "You’re all caught up. You can try “Small set” again." in words(page)
    assert f'<a class="btn" href="{reverse("start_attempt", args=[assignment.public_id])}">\nTry again\n</a>' in body(
        page
    )
    assert "Try again (2 left)" in words(page)
    Assignment.objects.update(max_attempts=None)
    assert "Try again : Small set" in words(student_client.get(reverse("student_home")))
    Assignment.objects.update(max_attempts=1)
    page = student_client.get(reverse("student_home"))
    assert "Try again" not in words(page)
    assert "You’re all caught up New quizzes" in words(page)


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_at_1_and_3_assignments(
    count: int, student: Student, student_client: Client, classroom: Classroom, edition: Edition, queries: Gather
) -> None:
    for _ in range(count):
        make_assignment(edition=edition, classroom=classroom)
        make_answered_attempt(
            assignment=make_assignment(
                edition=edition, classroom=classroom, release=Release.AFTER_CLOSE, closes_at=NOW
            ),
            student=student,
        )
    make_attempt(assignment=make_assignment(edition=edition, classroom=classroom), student=student)
    published(edition.pk)
    sizes_of([edition.pk])
    with queries() as seen:
        student_client.get(reverse("student_home"))
    # Session, student, teachers, assignments, attempts, overrides; for the closes, teachers, copies, and assignments;
    # answers of the current attempt.
    assert len(seen) == 10
    assert seen.writes == []


@pytest.mark.parametrize("release", [Release.AFTER_CLOSE, Release.NEVER])
def test_list_shows_no_score_before_release(
    release: str, student: Student, student_client: Client, classroom: Classroom, edition: Edition, now: datetime
) -> None:
    assignment = make_assignment(
        edition=edition, classroom=classroom, release=release, closes_at=now + timedelta(days=3), max_attempts=2
    )
    best = make_answered_attempt(assignment=assignment, student=student, started_at=now - timedelta(hours=2))
    last = make_answered_attempt(
        assignment=assignment, student=student, right=0, number=2, started_at=now - timedelta(hours=1)
    )
    page = student_client.get(reverse("student_home"))
    assert "of 8" not in words(page)
    assert ("Answers open Mon, Oct 26, 11:00 am" in words(page)) == (release == Release.AFTER_CLOSE)
    # Which of them is the best follows from the key, so the last one is shown.
    assert page_of("receipt", last) in read(page).links
    assert page_of("receipt", best) not in read(page).links


def test_list_shows_the_score_that_counts_after_the_last_close(
    student: Student,
    student_client: Client,
    classroom: Classroom,
    teacher: User,
    edition: Edition,
    now: datetime,
    clock: time_machine.Traveller,
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        release=Release.AFTER_CLOSE,
        closes_at=now + timedelta(days=1),
        max_attempts=2,
    )
    make_assignment(
        edition=edition,
        classroom=make_classroom(teacher=teacher, name="Period 5"),
        assigned_by=teacher,
        closes_at=now + timedelta(days=3),
    )
    best = make_answered_attempt(assignment=assignment, student=student, right=2)
    make_answered_attempt(assignment=assignment, student=student, right=0, number=2)
    clock.shift(timedelta(days=2))
    assert "Answers open Mon, Oct 26, 11:00 am" in words(student_client.get(reverse("student_home")))
    clock.shift(timedelta(days=1, minutes=2))
    page = student_client.get(reverse("student_home"))
    assert "3 of 8" in words(page)
    assert page_of("result", best) in read(page).links


# --- Beginning


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (12, "You have 12 minutes, because the quiz closes at 11:12 am."),
        (45, "You have 45 minutes once you start."),
    ],
)
def test_page_before_the_start_names_the_time_there_is(
    minutes: int, said: str, student_client: Client, edition: Edition, classroom: Classroom, now: datetime
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        time_limit=timedelta(minutes=45),
        closes_at=now + timedelta(minutes=minutes),
    )
    Student.objects.update(supports={"break_minutes": 10})
    text = words(student_client.get(page_of("start_attempt", assignment)))
    assert said in text
    assert text.count("You have ") == 1
    # A break doesn’t move a close.
    assert ("below each question, stops the clock for up to 10 minutes." in text) == (minutes == 45)


def test_page_before_the_start_names_half_a_minute_of_extra_time(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, teacher: User, now: datetime
) -> None:
    closes_at = now + timedelta(minutes=30)
    assignment = make_assignment(
        edition=edition, classroom=classroom, time_limit=timedelta(minutes=15), closes_at=closes_at
    )
    accommodations.set_accommodation(student, time_factor=Decimal("1.5"), by=teacher, now=now)
    page = page_of("start_attempt", assignment)
    assert "You have 22 minutes 30 seconds once you start." in words(student_client.get(page))
    assert "Time limit 22 minutes 30 seconds" in words(student_client.get(page))
    Assignment.objects.update(closes_at=now + timedelta(minutes=12, seconds=20))
    assert "You have 12 minutes, because the quiz closes at" in words(student_client.get(page))


def test_page_before_the_start_says_what_applies_and_starts_nothing(
    student_client: Client, edition: Edition, classroom: Classroom, now: datetime, queries: Gather
) -> None:
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        due_at=now + timedelta(hours=4),
        time_limit=timedelta(minutes=45),
        max_attempts=3,
        attempt_policy=Assignment.AttemptPolicy.LATEST,
    )
    with queries() as seen:
        page = student_client.get(reverse("start_attempt", args=[assignment.public_id]))
    assert seen.writes == []
    text = words(page)
    for said in (
        "Small set",
        "4 questions on one short reading.",
        "You have 45 minutes once you start.",
        "You’ll see the answers after you turn it in.",
        "Your latest attempt counts.",
        "Due Fri, Oct 23, 3:00 pm EDT",
        "Attempts 3",
        "Each statement counts the same.",
    ):
        assert said in text


@pytest.mark.parametrize("is_started", [False, True])
def test_page_of_late_work_says_that_it_can_be_turned_in(
    is_started: bool, student: Student, student_client: Client, assignment: Assignment, now: datetime
) -> None:
    if is_started:
        make_attempt(assignment=assignment, student=student)
    for due_at, slip in (
        (now + timedelta(minutes=1), "Due Fri, Oct 23, 11:01 am EDT"),
        (now - timedelta(minutes=1), "Was due Fri, Oct 23, 10:59 am EDT You can still turn it in late"),
    ):
        Assignment.objects.update(due_at=due_at)
        page = words(student_client.get(reverse("start_attempt", args=[assignment.public_id])))
        assert f" min {slip} Time limit None" in page


def test_time_limit_is_the_students_own(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, teacher: User, now: datetime
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=40))
    accommodations.set_accommodation(student, time_factor=None, by=teacher, now=now)
    page = words(student_client.get(reverse("start_attempt", args=[assignment.public_id])))
    assert "Time limit None" in page
    assert "40 minutes" not in page


def test_starting_twice_starts_once(student: Student, student_client: Client, assignment: Assignment) -> None:
    begin = reverse("start_attempt", args=[assignment.public_id])
    first, second = student_client.post(begin), student_client.post(begin)
    attempt = Attempt.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == address(attempt, 1)
    save(attempt, "one", "a")
    assert student_client.post(begin).headers["Location"] == address(attempt, 2)
    assert "Continue at question 2" in words(student_client.get(begin))


def test_quiz_with_an_answer_to_each_question_leads_to_turning_in(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, submitted=False)
    for page in (reverse("student_home"), reverse("start_attempt", args=[assignment.public_id])):
        shown = student_client.get(page)
        assert "You answered every question. Nothing is turned in yet." in words(shown)
        assert f'href="{page_of("review_attempt", attempt)}"' in body(shown)
        assert not {"Continue at question", "Left to do"} & set(
            re.findall("Continue at question|Left to do", words(shown))
        )


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"opens_at": NOW + timedelta(days=3)}, "Opens Mon, Oct 26 at 11:00 am"),
        ({"closes_at": NOW - timedelta(hours=1)}, "Closed Fri, Oct 23 at 10:00 am"),
    ],
)
def test_assignment_outside_its_window_says_when_and_starts_nothing(
    window: dict[str, Any], said: str, student_client: Client, edition: Edition, classroom: Classroom
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, **window)
    begin = reverse("start_attempt", args=[assignment.public_id])
    for response in (student_client.get(begin), student_client.post(begin)):
        assert response.status_code == 200
        assert said in words(response)
        assert "Before you start" not in words(response)
    assert Attempt.objects.count() == 0


def test_no_attempts_left_says_so_and_leads_to_the_work(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    begin = reverse("start_attempt", args=[assignment.public_id])
    for response in (student_client.get(begin), student_client.post(begin)):
        assert response.status_code == 200
        assert "No attempts left You answered 4 of 4 questions. They’re turned in." in words(response)
        assert page_of("result", attempt) in read(response).links
    assert Attempt.objects.count() == 1


def test_quiz_that_is_deleted_while_a_student_starts_is_not_found(
    student_client: Client, assignment: Assignment
) -> None:
    def delete_after_the_quiz_was_read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and 'FROM "quizzes_attempt"' in sql:
            Assignment.objects.all()._raw_delete(using="default")
        return execute(sql, *rest)

    with connection.execute_wrapper(delete_after_the_quiz_was_read):
        response = student_client.post(reverse("start_attempt", args=[assignment.public_id]))
    assert response.status_code == 404
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_deleted_quiz_is_called_deleted_to_students_of_its_class_alone(
    method: str, student_client: Client, outsider: Student, client: Client, assignment: Assignment, teacher: User
) -> None:
    address = reverse("start_attempt", args=[assignment.public_id])
    delete_assignment(assignment, by=teacher, now=NOW)
    page = getattr(student_client, method)(address)
    assert page.status_code == 404
    deleted = "This quiz was deleted Your teacher deleted it. There’s nothing for you to do. Go to your quizzes"
    assert deleted in text_of(page)
    # As on the other pages of a student.
    assert '<span dir="auto">Maya Lopez</span>' in page.text
    # The masthead offers no second sign-in.
    assert "Student sign-in" not in text_of(page)
    other = getattr(_sign_in(outsider), method)(address)
    assert "Maya Lopez" not in other.text
    assert "We can’t find that page" in text_of(other)
    assert "deleted" not in text_of(other)
    assert getattr(client, method)(address).status_code == 302


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_answer_to_an_attempt_that_is_erased_meanwhile_is_sent_again_or_not_found(
    student_client: Client, attempt: Attempt, accept: str
) -> None:
    def erase_before_the_save(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "INSERT INTO quizzes_answer " in sql:
            Attempt.objects.all()._raw_delete(using="default")
        return execute(sql, *rest)

    sent = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"))
    send = partial(student_client.post, address(attempt, 1), sent, headers={"Accept": accept})
    with connection.execute_wrapper(erase_before_the_save):
        response = send()
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    # The outbox sends again after a 404 that names no student. This one names the student, which ends it.
    again = send()
    assert again.status_code == 404
    assert (attempt.student.public_id in again.text) == (accept == "application/json")


def test_excused_student_starts_nothing(
    student: Student, student_client: Client, assignment: Assignment, teacher: User
) -> None:
    excuses.excuse(assignment, student, reason="Ill", by=teacher, now=NOW)
    begin = reverse("start_attempt", args=[assignment.public_id])
    assert "You’re excused" in words(student_client.get(begin))
    assert student_client.post(begin).status_code == 200
    assert Attempt.objects.count() == 0


def test_old_version_leads_to_the_one_that_the_student_has(
    student: Student, student_client: Client, assignment: Assignment, teacher: User
) -> None:
    newer = make_edition(question_set=assignment.edition.question_set, document=make_document(title="Version 2"))
    made = split_by_edition(assignment, newer, group=uuid.uuid4(), by=teacher, now=NOW)
    # The same version as a quiz of its own.
    make_assignment(edition=newer, classroom=assignment.classroom)
    # A link that the teacher gave out earlier, and a page that was open.
    old = reverse("start_attempt", args=[assignment.public_id])
    for reply in (student_client.get(old), student_client.post(old)):
        assert reply.headers.get("Location") == reverse("start_attempt", args=[made.public_id])


def test_excused_student_goes_on_as_everyone(
    student: Student, student_client: Client, assignment: Assignment, teacher: User
) -> None:
    attempt = make_attempt(assignment=assignment, student=student)
    excuses.excuse(assignment, student, reason="Ill", by=teacher, now=NOW)
    begin = reverse("start_attempt", args=[assignment.public_id])
    assert "Next to answer: question 1 of 4." in words(student_client.get(begin))
    Assignment.objects.update(is_teacher_paced=True)
    page = student_client.get(begin)
    assert "Your teacher moves everyone from question to question." in words(page)
    assert "Continue at question" not in words(page)
    Assignment.objects.update(is_teacher_paced=False)
    for question in published(assignment.edition_id).document.questions:
        save(attempt, question.key, right_value(question))
    page = student_client.get(begin)
    assert "You answered every question. Nothing is turned in yet." in words(page)
    assert page_of("review_attempt", attempt) in read(page).links


def test_assignment_of_another_class_is_missing(
    student_client: Client, edition: Edition, other_classroom: Classroom
) -> None:
    assignment = make_assignment(edition=edition, classroom=other_classroom)
    begin = reverse("start_attempt", args=[assignment.public_id])
    assert student_client.get(begin).status_code == 404
    assert student_client.post(begin).status_code == 404
    assert Attempt.objects.count() == 0


# --- Answering with a plain form


@pytest.mark.parametrize(
    ("change", "leads_to"),
    [
        (lambda attempt: Student.objects.update(pin_version=9), "join"),
        (lambda attempt: Student.objects.update(removed_at=NOW), "join"),
        (lambda attempt: submit_attempt(attempt, now=NOW), "receipt"),
        (lambda attempt: Attempt.objects.update(deadline_at=timezone.now() - 2 * GRACE), "receipt"),
    ],
    ids=["new PIN", "removed", "turned in", "time over"],
)
def test_question_page_that_was_shown_before_is_shown_no_more(
    student_client: Client, attempt: Attempt, change: Callable[[Attempt], Any], leads_to: str
) -> None:
    assert student_client.get(address(attempt, 1)).status_code == 200
    change(attempt)
    page = student_client.get(address(attempt, 1))
    assert page.headers["Location"] in {reverse("join"), reverse("receipt", args=[attempt.public_id])}
    assert page.headers["Location"].startswith(reverse("join")) == (leads_to == "join")


def test_question_page_costs_2_queries_and_writes_nothing(
    student_client: Client, attempt: Attempt, queries: Gather
) -> None:
    student_client.get(address(attempt, 1))
    for number in (1, 2, 3, 4):
        with queries() as seen:
            student_client.get(address(attempt, number))
        # Session; attempt with its answers.
        assert len(seen) == 2
        assert seen.writes == []


def test_next_saves_and_goes_on_to_the_review(student_client: Client, attempt: Attempt) -> None:
    for number in (1, 2, 3, 4):
        question = question_at(attempt, number)
        offered = form_of(student_client.get(address(attempt, number)), having="operation").offered
        chosen: dict[str, str | list[str]] = dict(offered)
        response = student_client.post(
            address(attempt, number), fields(student_client, attempt, number, **chosen, act="next")
        )
        after = page_of("review_attempt", attempt) if number == 4 else f"{address(attempt, number + 1)}#question"
        assert response.headers["Location"] == after
        assert Answer.objects.get(question__key=question.key).value is not None
    assert [event.outcome for event in AnswerEvent.objects.all()] == ["saved"] * 4
    # Shown as given when the question is opened again.
    assert body(student_client.get(address(attempt, 1))).count(" checked") == 2


def test_plain_save_costs_3_queries(student_client: Client, attempt: Attempt, queries: Gather) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="next")
    with queries() as seen:
        student_client.post(address(attempt, 1), data)
    # Session, attempt, save.
    assert (len(seen), len(seen.writes)) == (3, 1)


def test_script_that_saves_without_end_is_slowed_down(
    student_client: Client, attempt: Attempt, settings: Settings, now: datetime
) -> None:
    settings.SAVES_A_SECOND = 1
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"))
    with time_machine.travel(now, tick=False):
        replies = [student_client.post(address(attempt, 1), data | {"operation": f"op-{turn}"}) for turn in range(8)]
    assert [reply.status_code for reply in replies[6:]] == [429, 429]
    assert replies[7].headers["Retry-After"] == "1"
    assert AnswerEvent.objects.count() == 6


def test_nothing_chosen_goes_on_and_saves_nothing(student_client: Client, attempt: Attempt) -> None:
    for act in ("next", "skip"):
        response = student_client.post(address(attempt, 2), fields(student_client, attempt, 2, act=act))
        assert response.headers["Location"] == f"{address(attempt, 3)}#question"
    assert events(attempt) == []


def test_every_question_leads_back_and_on(student_client: Client, attempt: Attempt, checkable: Attempt) -> None:
    for number in (1, 2, 3, 4):
        page = body(student_client.get(address(attempt, number)))
        assert ("Previous question" in page) == (number > 1)
        assert ("Next question" in page) == (number < 4)
        assert ("Review my answers" in page) == (number == 4)
        # Enter in a field presses the first button.
        assert "Previous question" not in page.partition('value="next"')[0]
    # A verdict has links.
    data = fields(student_client, checkable, 2, choice=token(checkable, 2, "a"), act="check")
    student_client.post(address(checkable, 2), data)
    assert {address(checkable, 1), address(checkable, 3)} <= set(read(student_client.get(address(checkable, 2))).links)


def test_way_back_saves_the_answer_first(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 2, choice=token(attempt, 2, "a"), act="previous")
    response = student_client.post(address(attempt, 2), data)
    assert response.headers["Location"] == f"{address(attempt, 1)}#question"
    assert given(attempt) == {2: ["a"]}
    response = student_client.post(address(attempt, 1), fields(student_client, attempt, 1, act="previous"))
    assert response.headers["Location"] == f"{address(attempt, 1)}#question"


def test_taking_an_answer_back_saves_that(student_client: Client, attempt: Attempt) -> None:
    save(attempt, "some", ["a", "b"])
    data = fields(student_client, attempt, 2, act="next")
    data.pop("choice")
    student_client.post(address(attempt, 2), data)
    assert given(attempt) == {2: None}
    assert events(attempt) == [(["a", "b"], 1, "saved"), (None, 2, "saved")]


def test_same_form_sent_twice_saves_once(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="next")
    first, second = student_client.post(address(attempt, 1), data), student_client.post(address(attempt, 1), data)
    assert first.headers["Location"] == second.headers["Location"]
    assert events(attempt) == [("b", 1, "saved")]


def test_older_window_says_so_and_shows_the_newest(student_client: Client, attempt: Attempt) -> None:
    old = fields(student_client, attempt, 1, choice=token(attempt, 1, "a"), act="next")
    student_client.post(address(attempt, 1), {**old, "operation": ["other"], "choice": [token(attempt, 1, "c")]})
    response = student_client.post(address(attempt, 1), old)
    assert response.status_code == 200
    assert "This answer was saved in another window." in words(response)
    form = form_of(response, having="operation")
    assert ("choice", token(attempt, 1, "c")) in form.fields
    assert ("revision", "1") in form.fields
    assert given(attempt) == {1: "c"}
    assert events(attempt) == [("c", 1, "saved"), ("a", 1, "stale")]


def test_text_that_another_window_overtook_is_shown_without_script(
    student_client: Client, student: Student, classroom: Classroom
) -> None:
    typed = make_assignment(edition=make_edition(document=typed_document()), classroom=classroom)
    attempt = make_attempt(assignment=typed, student=student)
    questions = content_of(attempt).questions
    number = next(place for place, one in enumerate(questions, start=1) if isinstance(one, FreeText))
    form = form_of(student_client.get(address(attempt, number)), having="operation")
    [name] = [name for name, value in form.fields if value == "\n"]
    student_client.post(address(attempt, number), form.data(**{name: "Newer words.", "operation": "other"}))

    page = student_client.post(address(attempt, number), form.data(**{name: "My words.", "act": "next"}))

    assert "What you typed here: My words." in words(page)
    assert "\nNewer words." in dict(form_of(page, having="operation").fields)[name]
    again = form_of(student_client.get(address(attempt, number)), having="operation")
    same = again.data(operation="third", revision="0", act="next")
    page = student_client.post(address(attempt, number), same)
    assert "This answer was saved in another window." in words(page)
    assert "What you typed here:" not in words(page)


def test_choice_that_the_question_does_not_have_is_400(student_client: Client, attempt: Attempt) -> None:
    bad: list[tuple[int, dict[str, str | list[str]], str]] = [
        (1, {"choice": "b"}, "That answer isn’t one of the choices."),
        (1, {"choice": token(attempt, 2, "b")}, "That answer isn’t one of the choices."),
        (1, {"choice": [token(attempt, 1, "a"), token(attempt, 1, "b")]}, "Choose one answer."),
        (2, {"choice": [token(attempt, 2, "a"), "0123456789"]}, "That answer isn’t one of the choices."),
        (3, {token(attempt, 3, "a"): "nobody"}, "That answer isn’t one of the choices."),
        (4, {"sentence": "s99"}, "That sentence isn’t in this reading."),
    ]
    for number, answer, said in bad:
        data = fields(student_client, attempt, number, **answer, act="next")
        response = student_client.post(address(attempt, number), data)
        assert response.status_code == 400
        assert said in words(response)
        assert f"{address(attempt, number)}#question" in read(response).links
        reply = as_json(student_client, address(attempt, number), data)
        assert (reply.status_code, reply.json()) == (400, {"outcome": "refused", "message": said})
    assert events(attempt) == []


@pytest.mark.parametrize(
    "changes",
    [{"operation": ""}, {"operation": "x" * 200}, {"revision": "-1"}, {"revision": "9" * 30}, {"act": "boom"}],
)
def test_form_that_no_page_sends_is_400(changes: dict[str, str], student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "a"), **changes)
    response = student_client.post(address(attempt, 1), data)
    assert response.status_code == 400
    assert "This page is out of date." in words(response)
    assert events(attempt) == []


def test_review_of_a_paced_quiz_leads_to_no_closed_question(
    student_client: Client, attempt: Attempt, teacher: User, now: datetime
) -> None:
    review = page_of("review_attempt", attempt)
    assert 'href="../1/#question"' in body(student_client.get(review))
    Assignment.objects.update(is_teacher_paced=True)
    attempt.assignment.refresh_from_db()
    for number in (1, 2, 3, 4):
        show_on_board(attempt.assignment, number=number, phase=Board.Phase.ANSWERS, by=teacher, now=now)
    shown = student_client.get(review)
    assert "0 of 4 answered Not answered: 1, 2, 3, 4. Turn in with 4 unanswered" in words(shown)
    assert re.findall(r'href="\.\./[0-9]+/', body(shown)) == []


def test_page_of_another_student_tells_two_of_one_first_name_apart(classroom: Classroom, attempt: Attempt) -> None:
    namesake = make_student(classroom=classroom, name="Maya Lopezi")
    response = _sign_in(namesake).get(address(attempt, 1))
    assert response.status_code == 404
    assert "Maya Lopezi is signed in on this device now" in words(response)
    assert "Continue as Maya Lopezi" in words(response)


def test_question_that_the_set_does_not_have_is_missing(student_client: Client, attempt: Attempt) -> None:
    for number in (0, 5, 10**12):
        assert student_client.get(address(attempt, number)).status_code == 404
        assert student_client.post(address(attempt, number), {"act": "next"}).status_code == 404


def test_flag_is_set_and_taken_off_and_keeps_the_answer(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="flag")
    for _ in range(2):
        assert student_client.post(address(attempt, 1), data).headers["Location"] == f"{address(attempt, 1)}#question"
        assert Answer.objects.get().flagged
    assert given(attempt) == {1: "b"}
    page = student_client.get(address(attempt, 2))
    assert "1 , answered, flagged" in words(page)
    assert ("act", "unflag") in form_of(student_client.get(address(attempt, 1)), having="operation").buttons
    student_client.post(address(attempt, 1), fields(student_client, attempt, 1, act="unflag"))
    assert not Answer.objects.get().flagged


def test_flag_by_htmx_swaps_the_button_and_leaves_the_answer_to_the_outbox(
    student_client: Client, attempt: Attempt
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="flag")
    headers = {"HX-Request": "true", "HX-Target": "flag"}
    response = student_client.post(address(attempt, 1), data, headers=headers)
    assert " ".join(body(response).split()).startswith('<button class="txt" id="flag" name="act" value="unflag"')
    assert body(response).strip().endswith("</button>")
    assert events(attempt) == []
    assert Answer.objects.get().flagged


def test_questions_follow_the_attempts_own_order(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, shuffle_questions=True)
    attempt = make_attempt(assignment=assignment, student=student, seed="1" * 32)
    order = [question.key for question in content_of(attempt).questions]
    assert order != ["one", "some", "who", "proof"]
    number = order.index("one") + 1
    data = fields(student_client, attempt, number, choice=token(attempt, number, "b"), act="next")
    student_client.post(address(attempt, number), data)
    assert given(attempt) == {1: "b"}


@pytest.mark.parametrize(
    ("release", "number", "button"),
    [
        (Release.AFTER_SUBMIT, 1, "Next question"),
        (Release.AFTER_SUBMIT, 4, "Review my answers"),
        (Release.AT_ONCE, 1, "Check my answer"),
        (Release.AT_ONCE, 4, "Check my evidence"),
    ],
)
def test_question_says_without_the_script_which_button_saves(
    release: str, number: int, button: str, student_client: Client, attempt: Attempt
) -> None:
    Assignment.objects.update(release=release)
    page = body(student_client.get(address(attempt, number)))
    [note] = re.findall(r"<noscript>\s*<p>\s*(.*?)\s*</p>\s*</noscript>", page, re.DOTALL)
    assert note == f"Press {button} to save this answer."
    assert len(re.findall(rf'<button class="btn"[^>]*>\s*{button}\s*<', page)) == 1


# --- The questions ahead


def test_questions_ahead_are_the_forms_of_their_pages(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "one", "a")
    save(attempt, "some", ["a", "b"])
    ahead = read(student_client.get(page_of("questions_ahead", attempt))).forms
    pages = [form_of(student_client.get(address(attempt, number)), having="operation") for number in (1, 2, 3)]
    # The fourth is answered in the reading itself and has a page to itself.
    assert [form.action for form in ahead] == [form.action for form in pages]
    for form, page in zip(ahead, pages, strict=True):
        fleeting = {"csrfmiddlewaretoken", "operation"}
        assert [one for one in form.fields if one[0] not in fleeting] == [
            one for one in page.fields if one[0] not in fleeting
        ]
        assert (form.offered, form.buttons) == (page.offered, page.buttons)
    assert ("revision", "1") in ahead[0].fields


def test_each_page_of_an_attempt_carries_the_outbox(student_client: Client, attempt: Attempt) -> None:
    addresses = ["/student/", address(attempt, 1), page_of("review_attempt", attempt)]
    pages = [body(student_client.get(one)) for one in addresses]
    student_client.post(page_of("submit_attempt", attempt))
    pages += [body(student_client.get(page_of(name, attempt))) for name in ("receipt", "result")]
    assert ["/outbox/page." in page for page in pages] == [True] * 5


@pytest.mark.parametrize("path", ["{}1/", "{}questions/"])
def test_question_is_shown_without_a_name_that_its_template_misses(
    path: str, student_client: Client, attempt: Attempt, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="django.template"):
        response = student_client.get(path.format(f"/student/attempts/{attempt.public_id}/"))
    assert (response.status_code, caplog.messages) == (200, [])


def test_page_of_a_question_names_where_the_others_are(student_client: Client, attempt: Attempt) -> None:
    assert 'data-ahead="../questions/"' in body(student_client.get(address(attempt, 1)))
    assert "data-ahead" not in body(student_client.get(address(attempt, 4)))


def test_where_each_question_is_checked_none_is_given_ahead(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, release=Release.AT_ONCE)
    attempt = make_attempt(assignment=assignment, student=student)
    assert "data-ahead" not in body(student_client.get(address(attempt, 1)))
    assert student_client.get(page_of("questions_ahead", attempt)).content == b""


@pytest.mark.parametrize("name", ["questions_ahead", "review_attempt"])
@pytest.mark.parametrize(
    "end",
    [
        lambda attempt, now: submit_attempt(attempt, now=now),
        lambda attempt, now: Attempt.objects.update(deadline_at=now - GRACE - timedelta(seconds=1)),
    ],
    ids=["turned in", "time over"],
)
def test_what_is_of_a_running_attempt_ends_with_it(
    name: str, end: Callable[[Attempt, datetime], Any], student_client: Client, attempt: Attempt, now: datetime
) -> None:
    assert student_client.get(page_of(name, attempt)).status_code == 200
    end(attempt, now)
    assert student_client.get(page_of(name, attempt)).headers["Location"] == page_of("receipt", attempt)


@pytest.mark.parametrize("copies", [1, 3])
def test_questions_ahead_cost_the_same_however_many_there_are(
    copies: int, student: Student, student_client: Client, classroom: Classroom, queries: Gather
) -> None:
    document = make_document()
    one = document["questions"][0]
    document["questions"] += [
        {**one, "key": f"one-{copy}", "stem": f"{one['stem']} {copy}"} for copy in range(1, copies)
    ]
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)
    content_of(attempt)
    with queries() as seen:
        page = student_client.get(page_of("questions_ahead", attempt))
    # Three of the four may come ahead.
    assert len(read(page).forms) == 2 + copies
    # Session, attempt with its answers.
    assert len(seen) == 2
    assert seen.writes == []


# --- Answering with the outbox


@pytest.mark.parametrize(
    ("arrived_after_grace", "status", "outcome"),
    [(timedelta(seconds=-1), 200, "saved"), (timedelta(0), 200, "saved"), (timedelta(seconds=1), 410, "late")],
)
def test_save_is_in_time_by_its_arrival_and_not_by_its_turn(
    student_client: Client,
    attempt: Attempt,
    clock: time_machine.Traveller,
    now: datetime,
    arrived_after_grace: timedelta,
    status: int,
    outcome: str,
) -> None:
    Attempt.objects.update(deadline_at=now + timedelta(minutes=1))
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    arrived_at = now + timedelta(minutes=1) + GRACE + arrived_after_grace
    # It waited for 20 seconds.
    clock.move_to(arrived_at + timedelta(seconds=20))

    reply = student_client.post(
        address(attempt, 1),
        data,
        headers={"Accept": "application/json"},
        **{"footnote.arrived_at": arrived_at.timestamp()},  # type: ignore[arg-type]
    )

    assert reply.status_code == status
    assert [(event.outcome, event.at) for event in attempt.events.all()] == [(outcome, arrived_at)]
    if status == 200:
        assert reply.json()["seconds_left"] == 0


def test_no_periodic_job_submits_an_attempt_while_an_answer_in_time_can_wait(attempt: Attempt, now: datetime) -> None:
    Attempt.objects.update(deadline_at=now)

    run_periodic_jobs(now=now + GRACE + LOCK_WAIT)
    assert Attempt.objects.get().is_open
    run_periodic_jobs(now=now + GRACE + LOCK_WAIT + timedelta(seconds=1))
    assert Attempt.objects.get().submitted_at == now


def test_submission_counts_from_its_arrival(
    student_client: Client, attempt: Attempt, clock: time_machine.Traveller, now: datetime
) -> None:
    clock.move_to(now + timedelta(seconds=20))

    student_client.post(page_of("submit_attempt", attempt), **{"footnote.arrived_at": now.timestamp()})  # type: ignore[arg-type]

    assert Attempt.objects.get().submitted_at == now


@pytest.mark.parametrize("number", [0, 5])
def test_json_save_of_no_question_of_the_attempt_is_not_found(
    student_client: Client, attempt: Attempt, number: int
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    assert as_json(student_client, address(attempt, number), data).status_code == 404
    assert not AnswerEvent.objects.exists()


def test_json_save_to_the_attempt_of_another_is_not_found_however_often_it_was_served(
    student_client: Client, attempt: Attempt, signed_in: Callable[[Student | User], Client]
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    assert as_json(student_client, address(attempt, 1), data).status_code == 200
    other = signed_in(make_student(classroom=attempt.classroom))
    assert as_json(other, address(attempt, 1), {**data, "operation": "mine"}).status_code == 404
    assert AnswerEvent.objects.count() == 1


def test_json_save_costs_3_queries_and_says_what_is_stored(
    student_client: Client, attempt: Attempt, queries: Gather
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    with queries() as seen:
        reply = as_json(student_client, address(attempt, 1), data)
    # Session, attempt, save.
    assert len(seen) == 3
    assert (reply.status_code, reply.json()) == (
        200,
        {"outcome": "saved", "revision": 1, "is_answered": True, "is_complete": True, "seconds_left": None},
    )
    again = as_json(student_client, address(attempt, 1), data)
    assert (again.status_code, again.content) == (200, reply.content)
    assert events(attempt) == [("b", 1, "saved")]


def test_json_stale_is_409_with_the_newest_revision(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    empty = {**data, "operation": ["empty"], "choice": []}
    reply = as_json(student_client, address(attempt, 1), empty)
    assert (reply.status_code, reply.json()["is_answered"], events(attempt)) == (200, False, [])
    save(attempt, "one", "a")
    for sent in (data, empty):
        reply = as_json(student_client, address(attempt, 1), sent)
        assert (reply.status_code, reply.json()["outcome"], reply.json()["revision"]) == (409, "stale", 1)
    assert given(attempt) == {1: "a"}
    submit_attempt(attempt, now=NOW)
    assert as_json(student_client, address(attempt, 1), {**empty, "operation": ["late"]}).status_code == 410
    assert [outcome for _, _, outcome in events(attempt)] == ["saved", "stale", "stale"]


def test_json_without_a_session_leads_to_the_join_page(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"))
    reply = as_json(Client(), address(attempt, 1), data)
    assert (reply.status_code, reply.headers["Location"]) == (302, f"{reverse('join')}?unsent=answer")
    assert events(attempt) == []


def test_seconds_left_come_from_the_server(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    clock.shift(timedelta(minutes=4, seconds=30))
    page = student_client.get(address(attempt, 1))
    assert 'data-seconds-left="330"' in body(page)
    assert "6 min left" in words(page)
    data = form_of(page, having="operation").data(choice=token(attempt, 1, "b"), act="save")
    assert as_json(student_client, address(attempt, 1), data).json()["seconds_left"] == 330
    # The home page hides the time too, until 5 minutes are left.
    Student.objects.update(supports={"hide_clock": True})
    hidden = words(student_client.get(reverse("student_home")))
    clock.shift(timedelta(minutes=1))
    shown = words(student_client.get(reverse("student_home")))
    assert ("6 min left" in hidden, "5 min left" in shown) == (False, True)


# --- After the end


def test_json_after_the_end_tells_a_late_answer_from_one_that_was_saved_before(
    student_client: Client, attempt: Attempt
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    as_json(student_client, address(attempt, 1), data)
    submit_attempt(attempt, now=NOW)
    # The reply to the first one was lost.
    replies = [as_json(student_client, address(attempt, 1), sent) for sent in (data, {**data, "operation": ["new"]})]
    assert [(reply.status_code, reply.json()["outcome"]) for reply in replies] == [(410, "saved"), (410, "late")]


def test_json_after_the_end_does_not_call_an_answer_saved_that_a_newer_one_was_saved_before(
    student_client: Client, attempt: Attempt
) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="save")
    save(attempt, "one", "a")
    assert as_json(student_client, address(attempt, 1), data).status_code == 409
    submit_attempt(attempt, now=NOW)
    # The reply to the first one was lost.
    reply = as_json(student_client, address(attempt, 1), data)
    assert (reply.status_code, reply.json()["outcome"]) == (410, "late")


def test_answer_after_the_time_is_kept_late_and_what_was_saved_is_submitted(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "one", "b")
    data = fields(student_client, attempt, 2, choice=token(attempt, 2, "a"), act="next")
    clock.shift(timedelta(minutes=11, seconds=1))
    response = student_client.post(address(attempt, 2), data)
    assert response.headers["Location"] == page_of("receipt", attempt)
    attempt.refresh_from_db()
    assert (attempt.submitted_by, attempt.submitted_at) == ("deadline", NOW + timedelta(minutes=10))
    receipt = words(student_client.get(page_of("receipt", attempt)))
    assert f"Receipt {attempt.receipt} Time was up. Turned in automatically at 11:10 am." in receipt
    assert events(attempt) == [("b", 1, "saved"), (["a"], 0, "late")]
    reply = as_json(student_client, address(attempt, 2), data)
    assert (reply.status_code, reply.json()) == (
        410,
        {"outcome": "late", "location": page_of("receipt", attempt)},
    )


def test_going_on_after_the_time_turns_in_too(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    data = fields(student_client, attempt, 1, act="next")
    clock.shift(timedelta(minutes=12))
    response = student_client.post(address(attempt, 1), data)
    assert response.headers["Location"] == page_of("receipt", attempt)
    assert Attempt.objects.open().count() == 0
    assert events(attempt) == []


def test_answer_within_the_grace_counts(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="next")
    clock.shift(timedelta(minutes=11))
    student_client.post(address(attempt, 1), data)
    assert events(attempt) == [("b", 1, "saved")]


@pytest.mark.parametrize(("choice", "before"), [("b", "INSERT INTO quizzes_answer"), (None, 'FROM "quizzes_attempt"')])
def test_time_that_is_given_while_an_answer_comes_counts(
    choice: str | None,
    before: str,
    student: Student,
    student_client: Client,
    edition: Edition,
    classroom: Classroom,
    clock: time_machine.Traveller,
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    sent = {"choice": token(attempt, 1, choice)} if choice else {}
    data = fields(student_client, attempt, 1, **sent, act="next")
    clock.shift(timedelta(minutes=12))

    def give_time(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if before in sql:
            Attempt.objects.update(deadline_at=NOW + timedelta(minutes=20))
        return execute(sql, *rest)

    with connection.execute_wrapper(give_time):
        student_client.post(address(attempt, 1), data)

    assert Attempt.objects.open().count() == 1
    assert events(attempt) == ([("b", 1, "saved")] if choice else [])


def test_answer_after_turning_in_is_kept_late_and_said(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "b"), act="next")
    submit_attempt(attempt, now=NOW)
    response = student_client.post(address(attempt, 1), data, follow=True)
    assert response.request["PATH_INFO"] == page_of("receipt", attempt)
    assert "Your last answer came too late to count." in words(response)
    assert events(attempt) == [("b", 0, "late")]
    assert given(attempt) == {}


def test_going_on_without_an_answer_after_turning_in_loses_none(student_client: Client, attempt: Attempt) -> None:
    data = fields(student_client, attempt, 1, act="next")
    submit_attempt(attempt, now=NOW)
    response = student_client.post(address(attempt, 1), data, follow=True)
    assert response.request["PATH_INFO"] == page_of("receipt", attempt)
    assert "too late to count" not in words(response)
    assert events(attempt) == []


def test_pages_of_an_attempt_whose_time_ended_turn_nothing_in_by_themselves(
    student: Student,
    student_client: Client,
    edition: Edition,
    classroom: Classroom,
    clock: time_machine.Traveller,
    queries: Gather,
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, time_limit=timedelta(minutes=10))
    attempt = make_attempt(assignment=assignment, student=student)
    clock.shift(timedelta(minutes=12))
    with queries() as seen:
        for url in (address(attempt, 1), page_of("review_attempt", attempt), page_of("result", attempt)):
            assert student_client.get(url).headers["Location"] == page_of("receipt", attempt)
        page = student_client.get(page_of("receipt", attempt))
        assert "Time’s up" in words(student_client.get(reverse("student_home")))
    assert seen.writes == []
    assert "Time’s up You answered 0 of 4 questions. Turn in my saved answers" in words(page)
    form = form_of(page, having="csrfmiddlewaretoken")
    assert (form.action, form.method) == (page_of("submit_attempt", attempt), "post")
    response = student_client.post(form.action, form.data())
    assert response.headers["Location"] == page_of("receipt", attempt)
    assert "Turned in automatically at 11:10 am." in words(student_client.get(page_of("receipt", attempt)))


def test_page_of_an_attempt_that_the_close_ended_speaks_of_no_time(
    student: Student, student_client: Client, edition: Edition, classroom: Classroom, clock: time_machine.Traveller
) -> None:
    window = {"time_limit": timedelta(minutes=30), "closes_at": NOW + timedelta(minutes=10)}
    assignment = make_assignment(edition=edition, classroom=classroom, **window)
    # The class has a time limit, and this student has none.
    attempt = make_attempt(assignment=assignment, student=student, time_limit=None)
    clock.shift(timedelta(minutes=12))

    page = student_client.get(page_of("receipt", attempt))

    assert "This quiz is closed You answered 0 of 4 questions." in words(page)
    assert "Time’s up" not in words(page)


def test_quiz_bar_has_no_paragraph_that_text_spacing_moves(student_client: Client, attempt: Attempt) -> None:
    bar = student_client.get(address(attempt, 1)).text.partition('<header class="qbar">')[2].partition("</header>")[0]

    assert "of 4" in bar
    assert not re.search(r"<p[\s>]", bar)


# --- Checking one answer


@pytest.fixture
def checkable(student: Student, edition: Edition, classroom: Classroom) -> Attempt:
    assignment = make_assignment(edition=edition, classroom=classroom, release=Release.AT_ONCE)
    return make_attempt(assignment=assignment, student=student)


def test_checked_answer_of_a_reopened_attempt_has_the_grade_of_the_teacher(
    student_client: Client, checkable: Attempt, teacher: User, queries: Gather
) -> None:
    data = fields(student_client, checkable, 1, choice=token(checkable, 1, "a"), act="check")
    student_client.post(address(checkable, 1), data)
    submit_attempt(checkable, now=NOW)
    question = checkable.assignment.edition.questions.get(key="one")
    grade_answer(checkable, question, points=Decimal(1), comment="", by=teacher, now=NOW)
    reopen(checkable, more_time=None, reason="Too soon.", by=teacher, now=NOW)
    with queries() as seen:
        page = student_client.get(address(checkable, 1))
    assert len(seen) == 3
    assert "Question 1: correct" in words(page)


def test_check_settles_the_answer_and_shows_why(student_client: Client, checkable: Attempt, queries: Gather) -> None:
    data = fields(student_client, checkable, 1, choice=token(checkable, 1, "a"), act="check")
    assert student_client.post(address(checkable, 1), data).headers["Location"] == f"{address(checkable, 1)}#question"
    with queries() as seen:
        page = student_client.get(address(checkable, 1))
    # As for any question, and the corrections of its key.
    assert len(seen) == 3
    text = words(page)
    assert "Question 1: not correct" in text
    assert "Citizenship Your answer" in text
    assert "Birthplace Correct answer" in text
    assert "explanation 1" in text
    assert "rationale 2" in text
    assert "Reported fact" in text
    assert '<mark class="ev"><sup class="n">1</sup>' in body(page).replace("\n", " ")
    # It cannot be changed.
    reply = as_json(student_client, address(checkable, 1), {**data, "operation": ["b"], "revision": ["1"]})
    assert (reply.status_code, reply.json()["outcome"]) == (409, "settled")
    old_page = {**data, "operation": ["c"], "revision": ["1"], "act": ["next"]}
    later = student_client.post(address(checkable, 1), old_page)
    assert later.headers["Location"] == f"{address(checkable, 1)}#question"
    assert given(checkable) == {1: "a"}


@pytest.mark.parametrize("run", range(4))
def test_choices_keep_their_places_after_the_check_and_in_reviews(
    run: int, student_client: Client, teacher_client: Client, checkable: Attempt
) -> None:
    chosen, correct = ("A photograph", "A visa"), ("A birthplace", "An address")

    def places(response: Any, texts: tuple[str, ...]) -> list[str]:
        return sorted(texts, key=words(response).index)

    page = student_client.get(address(checkable, 2))
    wrong = [token(checkable, 2, "b"), token(checkable, 2, "d")]
    student_client.post(address(checkable, 2), fields(student_client, checkable, 2, choice=wrong, act="check"))
    after_check = student_client.get(address(checkable, 2))
    assert places(after_check, chosen + correct) == places(page, chosen + correct)
    submit_attempt(checkable, now=timezone.now())
    # Reviews list the chosen answers, then the correct ones.
    for review in (
        student_client.get(page_of("result", checkable)),
        teacher_client.get(page_of("attempt_review", checkable)),
    ):
        assert places(review, chosen) == places(page, chosen)
        assert places(review, correct) == places(page, correct)


def test_check_by_htmx_swaps_in_the_verdict_and_marks_the_evidence(student_client: Client, checkable: Attempt) -> None:
    data = fields(student_client, checkable, 2, choice=token(checkable, 2, "a"), act="check")
    headers = {"HX-Request": "true", "HX-Target": "question"}
    response = student_client.post(address(checkable, 2), data, headers=headers)
    text = body(response)
    assert response.status_code == 200
    assert text.strip().startswith('<section class="pane pane-q" id="question"')
    assert "<title>Question 2: partly correct" in text
    assert '<span id="s1" tabindex="-1" hx-swap-oob="true"><mark class="ev new">' in text
    assert "1 of 2 points" in words(response)
    assert "<html" not in text


@pytest.mark.parametrize("is_empty", [False, True])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "question"}], ids=["form", "htmx"])
def test_check_makes_no_answer_final_that_another_window_saves_in_between(
    student_client: Client, checkable: Attempt, headers: dict[str, str], is_empty: bool
) -> None:
    chosen = [] if is_empty else token(checkable, 1, "a")
    data = fields(student_client, checkable, 1, choice=chosen, act="check")
    if not is_empty:
        as_json(student_client, address(checkable, 1), {**data, "act": ["save"]})
        data["revision"] = ["1"]

    def save_before_the_check(execute: Any, query: str, *args: Any) -> Any:
        if query.startswith('UPDATE "quizzes_answer" SET "checked_at"'):
            save(checkable, "one", "b", seen_revision=0 if is_empty else 1)
        return execute(query, *args)

    with connection.execute_wrapper(save_before_the_check):
        page = student_client.post(address(checkable, 1), data, headers=headers)  # type: ignore[arg-type]
    answer = Answer.objects.get()
    assert (page.status_code, answer.value, answer.checked_at) == (200, "b", None)
    assert "This answer was saved in another window." in words(page)
    assert form_of(page, having="operation").data()["choice"] == [token(checkable, 1, "b")]


def test_check_without_an_answer_asks_for_one(student_client: Client, checkable: Attempt) -> None:
    data = fields(student_client, checkable, 1, act="check")
    for headers in ({}, {"HX-Request": "true", "HX-Target": "question"}):
        response = student_client.post(address(checkable, 1), data, headers=headers)
        assert response.status_code == 200
        assert "Answer the question first." in words(response)
        assert form_of(response, having="operation")
    assert events(checkable) == []


@pytest.mark.parametrize("is_htmx", [True, False])
def test_check_of_half_an_answer_says_what_is_missing_first(
    is_htmx: bool, student_client: Client, checkable: Attempt
) -> None:
    question, url = question_at(checkable, 3), address(checkable, 3)
    headers = {"HX-Request": "true", "HX-Target": "question"} if is_htmx else {}
    half = fields(student_client, checkable, 3, act="check") | {token(checkable, 3, "b"): ["mayor"]}
    missing = ", ".join(content_of(checkable).missing_parts(question, {"b": "mayor"}))

    told = student_client.post(url, half, headers=headers)

    assert f"Not answered: {missing}. Once you check an answer, you can’t change it." in words(told)
    assert ("explanation" in body(told), "rationale" in body(told)) == (False, False)
    assert (given(checkable), Answer.objects.get().checked_at) == ({3: {"b": "mayor"}}, None)
    # The form has what was chosen. A student who does not know the rest checks it as it is.
    again = form_of(told, having="operation")
    assert (token(checkable, 3, "b"), "mayor") in again.fields
    checked = student_client.post(url, again.data(act="check-anyway"), headers=headers, follow=True)
    assert "Question 3: not correct" in words(checked)
    assert Answer.objects.get().checked_at is not None


def test_check_of_half_an_answer_goes_on_once_it_is_whole(student_client: Client, checkable: Attempt) -> None:
    url = address(checkable, 3)
    half = fields(student_client, checkable, 3, act="check") | {token(checkable, 3, "b"): ["mayor"]}
    again = form_of(student_client.post(url, half), having="operation")
    # The reply is lost, so the page keeps its revision.
    student_client.post(url, again.data(act="check"), headers={"HX-Request": "true", "HX-Target": "question"})
    whole = {token(checkable, 3, key): ["mayor"] for key in "abc"}
    student_client.post(url, again.data(act="check") | whole)
    assert Answer.objects.get().checked_at is not None


def test_check_shows_nothing_of_the_other_questions(
    student: Student, student_client: Client, classroom: Classroom
) -> None:
    assignment = make_assignment(edition=make_edition(canary=True), classroom=classroom, release=Release.AT_ONCE)
    attempt = make_attempt(assignment=assignment, student=student)
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "a"), act="check")
    student_client.post(address(attempt, 1), data)
    assert "zqx-explanation" in body(student_client.get(address(attempt, 1)))
    for number in (2, 3, 4):
        assert "zqx-" not in body(student_client.get(address(attempt, number)))
    for url in (page_of("review_attempt", attempt), reverse("student_home")):
        assert "zqx-" not in body(student_client.get(url))


@pytest.mark.parametrize("release", [Release.AFTER_SUBMIT, Release.AFTER_CLOSE, Release.NEVER])
def test_check_elsewhere_saves_and_shows_nothing(
    release: str, student_client: Client, attempt: Attempt, now: datetime
) -> None:
    Assignment.objects.update(release=release, closes_at=now + timedelta(days=1))
    data = fields(student_client, attempt, 1, choice=token(attempt, 1, "a"), act="check")
    response = student_client.post(address(attempt, 1), data)
    assert response.status_code == 200
    assert "explanation" not in body(response)
    assert Answer.objects.get().checked_at is None
    assert given(attempt) == {1: "a"}


def test_verdict_is_hidden_again_when_the_release_is_changed(student_client: Client, checkable: Attempt) -> None:
    data = fields(student_client, checkable, 1, choice=token(checkable, 1, "a"), act="check")
    student_client.post(address(checkable, 1), data)
    Assignment.objects.update(release=Release.NEVER)
    page = student_client.get(address(checkable, 1))
    assert "explanation" not in body(page)
    assert "You checked this answer, so it can’t change." in words(page)


# --- Turning in, and after it


def test_review_lists_what_is_answered_and_what_is_not(
    student_client: Client, attempt: Attempt, queries: Gather
) -> None:
    save(attempt, "one", "a")
    question_id = published(attempt.assignment.edition_id).question_ids["who"]
    answers.set_flag(loaded(attempt), question_id, flagged=True, now=NOW)
    with queries() as seen:
        page = student_client.get(page_of("review_attempt", attempt))
    assert len(seen) == 2
    assert seen.writes == []
    text = words(page)
    assert "1 of 4 answered Not answered: 2, 3, 4." in text
    spoken = " ".join(re.sub("<[^>]*>", "", body(page)).split())
    assert "FlaggedLook at these again Question 3, not answered, flagged Not answered" in spoken
    assert "Question 2, not answered Question 3, not answered, flagged Question 4, not answered Answered" in spoken
    assert "Answered Question 1, answered" in spoken
    assert {f"{address(attempt, number)}#question" for number in (1, 2, 3, 4)} <= set(read(page).links)


def test_question_with_a_missing_part_is_not_finished(student_client: Client, attempt: Attempt) -> None:
    for key, value in (("one", "a"), ("some", ["a"]), ("who", {"b": "mayor"}), ("proof", ["s1"])):
        save(attempt, key, value)
    page = student_client.get(page_of("review_attempt", attempt))
    content = content_of(attempt)
    view = content.questions[2].public(content.shuffle, {"b": "mayor"}, content.published.document.reading)
    given = [any(speaker["chosen"] for speaker in statement["speakers"]) for statement in view["statements"]]
    missing = ", ".join(f"statement {place}" for place, is_given in enumerate(given, start=1) if not is_given)
    assert given.count(False) == 2
    assert f"3 of 4 answered Not answered: 3 ({missing})." in words(page)
    assert "3 , partly answered" in words(student_client.get(address(attempt, 1)))
    assert "1 question" in words(student_client.get(reverse("student_home")))
    save(attempt, "who", dict.fromkeys("abc", "mayor"), seen_revision=1)
    assert "4 of 4 answered You answered every question." in words(
        student_client.get(page_of("review_attempt", attempt))
    )


def test_closed_quiz_counts_complete_answers_as_its_receipt_does(
    student_client: Client, attempt: Attempt, clock: time_machine.Traveller
) -> None:
    for key, value in (("one", "a"), ("who", {"b": "mayor"})):
        save(attempt, key, value)
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=10))
    Attempt.objects.update(deadline_at=NOW + timedelta(minutes=10))
    clock.shift(timedelta(minutes=12))

    pages = [page_of("receipt", attempt), reverse("start_attempt", args=[attempt.assignment.public_id])]

    for page in pages:
        assert "You answered 1 of 4 questions" in words(student_client.get(page))


def test_safe_way_out_of_the_review_is_the_strong_button(student_client: Client, attempt: Attempt) -> None:
    strong = re.compile(r'<(?:a|button) class="btn"[^>]*>\s*([^<]+?)\s*<')
    for key, value in ((None, None), ("one", "a"), ("some", ["a"]), ("who", dict.fromkeys("abc", "mayor"))):
        if key:
            save(attempt, key, value)
        page = body(student_client.get(page_of("review_attempt", attempt))).partition('id="h-now"')[2]
        assert strong.findall(page) == [f"Go to question {attempt.answers.count() + 1}"]
    save(attempt, "proof", ["s1"])
    page = body(student_client.get(page_of("review_attempt", attempt))).partition('id="h-now"')[2]
    assert strong.findall(page) == ["Turn in"]


def test_turning_in_again_gives_the_same_receipt(student_client: Client, attempt: Attempt) -> None:
    save(attempt, "one", "b")
    pages = []
    for _ in range(3):
        response = student_client.post(page_of("submit_attempt", attempt))
        assert response.headers["Location"] == page_of("receipt", attempt)
        pages.append(words(student_client.get(page_of("receipt", attempt))))
    attempt.refresh_from_db()
    assert f"Receipt {attempt.receipt} Turned in at 11:00 am." in pages[0]
    assert "You answered 1 of 4 questions" in pages[0]
    assert pages[1:] == pages[:1] * 2
    assert Attempt.objects.count() == 1


def test_receipt_and_result_of_an_open_attempt_lead_to_the_review(student_client: Client, attempt: Attempt) -> None:
    for name in ("receipt", "result"):
        assert student_client.get(page_of(name, attempt)).headers["Location"] == page_of("review_attempt", attempt)


@pytest.mark.parametrize(
    ("release", "said"),
    [
        (Release.AFTER_CLOSE, "You’ll see the answers after Mon, Oct 26, 11:00 am EDT."),
        (Release.NEVER, "Answers won’t be shown for this quiz."),
    ],
)
def test_result_before_release_says_when(
    release: str, said: str, student: Student, student_client: Client, classroom: Classroom, now: datetime
) -> None:
    assignment = make_assignment(
        edition=make_edition(canary=True), classroom=classroom, release=release, closes_at=now + timedelta(days=3)
    )
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "zqx-key-0", "b")
    submit_attempt(attempt, now=now)
    for name in ("result", "receipt"):
        page = student_client.get(page_of(name, attempt))
        assert page.status_code == 200
        assert said in words(page)
        assert "zqx-" not in body(page)
        assert "Your score" not in words(page)


def test_result_shows_score_objectives_and_each_answer(
    student: Student, student_client: Client, assignment: Assignment, queries: Gather
) -> None:
    questions = {question.key: question for question in published(assignment.edition_id).document.questions}
    attempt = make_answered_attempt(
        assignment=assignment,
        student=student,
        # 1 of 1; 1 right and 1 wrong pick, 0 of 2; 1 of 3 statements, 1 of 3; nothing, 0 of 2.
        answers={
            "one": right_value(questions["one"]),
            "some": ["a", "b"],
            "who": {"a": "mayor", "b": "reporter"},
        },
    )
    with queries() as seen:
        page = student_client.get(page_of("result", attempt))
    assert seen.writes == []
    text = words(page)
    assert "Your score 2 of 8" in text
    number = content_of(attempt).number("proof")
    assert f"You missed points on 3 questions. Not answered: {number}. Start with the first" in text
    assert "What the system records 1 of 3, not yet" in text
    assert "Why it was ended 1 of 5, not yet" in text
    assert "You answered: Birthplace" in text
    # The choices are in the order that the student saw.
    assert "You chose: A birthplace; A photograph" in text or "You chose: A photograph; A birthplace" in text
    assert "Correct: A birthplace; An address" in text or "Correct: An address; A birthplace" in text
    # Each statement has the number of its sentence, and each speaker those of what that speaker says.
    assert "Rules were broken. 3 Mayor’s account. Your answer, correct" in text
    assert "People are easy to find. 4 Protesters’ claim. You chose: Reported fact" in text
    assert "3 Mayor’s account 4 Protesters’ claim" in text
    assert "A court ended it. The story does not say. Not answered" in text
    assert "You chose: no answer Correct: Sentence 5; Sentence 6" in text
    assert "explanation" in text
    strip = re.findall(
        r'<li>\s*<a href="#a\d"[^>]*>\s*<b>\d</b>.*?<span class="vh">(.*?)</span>', body(page), re.DOTALL
    )
    assert strip == ["Correct", "Not correct", "Partly correct", "Not answered"]


def test_result_without_points_has_no_objectives(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    assert "By objective" in words(student_client.get(page_of("result", attempt)))
    for number in range(1, 5):
        make_regrade(assignment=assignment, policy="drop", number=number)

    assert "By objective" not in words(student_client.get(page_of("result", attempt)))


def test_result_leads_from_each_question_to_its_sentence_in_the_reading(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    questions = {question.key: question for question in published(assignment.edition_id).document.questions}
    right = {"one": right_value(questions["one"]), "some": right_value(questions["some"])}
    wrong = {"who": {"a": "reporter"}, "proof": ["s1"]}
    attempt = make_answered_attempt(assignment=assignment, student=student, answers=right | wrong)
    page = student_client.get(page_of("result", attempt))
    text = words(page)
    assert "What you know: What the system records What to reread first" in text
    # Why it was ended: of “who” the sentences s3 and s4, of “proof” s5 and s6.
    marked = re.findall(r'<span id="(s\d)">\s*<mark class="ev">', body(page))
    missed = {key for name in ("who", "proof") for key in questions[name].evidence}
    assert set(marked) == missed
    # “who” is question 3, “proof” is question 4.
    named = re.findall(r"(\d) for question (\d)", text.partition("The reading Highlighted:")[2])
    assert named == [("3", "3"), ("4", "3"), ("5", "4"), ("6", "4")]
    places = set(re.findall(r'<span id="(s\d)">', body(page)))
    assert places == {"s1", "s2", "s3", "s4", "s5", "s6"}
    jumps = re.findall(r'<a class="txt" href="#(s\d)">\s*See it in the reading', body(page))
    assert jumps == [questions[item.key].evidence[0] for item in content_of(attempt).questions]
    # A screen reader does not tell that a sentence is marked.
    assert body(page).count('<p class="vh">Evidence</p>') == len(jumps)
    assert "Practice these 2 questions" in text
    assert "You missed points on 2 questions. Start with the first sentence of the list" in text


@pytest.mark.parametrize(
    ("settings", "made", "can_try"),
    [
        ({}, 1, False),
        ({"max_attempts": 2}, 1, True),
        ({"max_attempts": 2}, 2, False),
        ({"max_attempts": None}, 2, True),
        ({"max_attempts": 2, "closes_at": NOW - timedelta(minutes=1)}, 1, False),
    ],
)
def test_result_offers_the_next_attempt_first(
    settings: dict[str, Any], made: int, can_try: bool, student: Student, student_client: Client,
    assignment: Assignment, clock: time_machine.Traveller,
) -> None:  # fmt: skip
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT, **settings)
    assignment.refresh_from_db()
    attempts = [make_answered_attempt(assignment=assignment, student=student, number=1 + n) for n in range(made)]
    page = student_client.get(page_of("result", attempts[0]))
    assert ("Try again" in words(page)) == can_try


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        ({}, {"extra_attempts": 1}),
        ({"max_attempts": 2, "closes_at": NOW - timedelta(minutes=1)}, {"closes_at": NOW + timedelta(hours=1)}),
    ],
)
def test_result_offers_an_attempt_of_an_extension_but_not_to_an_excused_student(
    settings: dict[str, Any], given: dict[str, Any], student: Student, student_client: Client,
    assignment: Assignment, teacher: User, clock: time_machine.Traveller,
) -> None:  # fmt: skip
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT, **settings)
    assignment.refresh_from_db()
    result = page_of("result", make_answered_attempt(assignment=assignment, student=student))
    assert "Try again" not in words(student_client.get(result))
    by = {"reason": "", "by": teacher, "now": NOW}
    accommodations.extend(
        assignment, student, **({"due_at": None, "closes_at": None, "extra_attempts": 0} | given), **by
    )
    assert "Try again" in words(student_client.get(result))
    excuses.excuse(assignment, student, **by)
    assert "Try again" not in words(student_client.get(result))


def test_result_has_its_main_button_beside_the_score(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    attempt = make_attempt(assignment=assignment, student=student)
    submit_attempt(attempt, now=NOW)
    text = words(student_client.get(page_of("result", attempt)))
    assert text.index("Your score") < text.index("Practice these") < text.index("What’s next")


def test_result_costs_the_same_whether_another_attempt_is_possible_or_not(
    student: Student, student_client: Client, assignment: Assignment, queries: Gather
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    student_client.get(page_of("result", attempt))
    counts = []
    for limit in (1, 3):
        Assignment.objects.update(max_attempts=limit, release=Assignment.Release.AFTER_SUBMIT)
        with queries() as seen:
            student_client.get(page_of("result", attempt))
        counts.append(len(seen))
    assert counts == [9, 9]


def test_all_right_has_nothing_to_read_again(student: Student, student_client: Client, assignment: Assignment) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    text = words(student_client.get(page_of("result", attempt)))
    assert "Your score 8 of 8" in text
    assert "reread" not in text.lower()
    assert "What’s next" not in text


# --- On every page


def test_each_page_says_who_is_signed_in_and_offers_to_leave(
    student: Student, student_client: Client, assignment: Assignment
) -> None:
    attempt = make_attempt(assignment=assignment, student=student)
    urls = [
        reverse("student_home"),
        reverse("start_attempt", args=[assignment.public_id]),
        *(address(attempt, number) for number in (1, 2, 3, 4)),
        page_of("review_attempt", attempt),
    ]
    attempts_after = [page_of("receipt", attempt), page_of("result", attempt)]
    pages = [student_client.get(url) for url in urls]
    student_client.post(page_of("submit_attempt", attempt))
    pages += [student_client.get(url) for url in attempts_after]
    for page in pages:
        assert page.status_code == 200
        assert "Maya Lopez" in words(page)
        assert reverse("join") in read(page).links
        assert body(page).count("<h1") == 1
        assert page.headers["Cache-Control"] == "no-store"


def test_what_is_sent_without_a_session_is_said_to_be_lost(attempt: Attempt) -> None:
    said = {
        address(attempt, 1): "so your last answer didn’t save. Sign in and answer again.",
        page_of("submit_attempt", attempt): "so your quiz isn’t turned in. Your answers are saved.",
        reverse("change_break", args=[attempt.public_id]): "so your last change didn’t save. Sign in and try again.",
    }
    for page, lost in said.items():
        assert f"You were signed out, {lost}" in words(Client().post(page, follow=True))
    assert "You were signed out" not in words(Client().get(address(attempt, 1), follow=True))


# --- The page's clock


def test_page_says_in_the_grace_time_that_time_is_up(student_client: Client, attempt: Attempt, now: datetime) -> None:
    Attempt.objects.update(deadline_at=now - timedelta(seconds=30), time_limit=timedelta(minutes=10))
    for page in (address(attempt, 1), page_of("review_attempt", attempt)):
        shown = words(student_client.get(page))
        assert "Time’s up" in shown
        assert "0 min left" not in shown


def test_receipt_says_that_the_close_ended_the_attempt(student_client: Client, attempt: Attempt, now: datetime) -> None:
    Attempt.objects.update(deadline_at=now - timedelta(minutes=5), time_limit=None)
    student_client.post(page_of("submit_attempt", attempt), {"time_up": "1"})
    receipt = words(student_client.get(page_of("receipt", attempt)))
    assert "The quiz closed. Turned in automatically at 10:55 am." in receipt


def test_page_whose_time_is_up_turns_in_only_when_it_is(
    student_client: Client, attempt: Attempt, now: datetime
) -> None:
    for deadline_at in (None, now + timedelta(seconds=1)):
        Attempt.objects.update(deadline_at=deadline_at)
        response = student_client.post(page_of("submit_attempt", attempt), {"time_up": "1"})
        assert response.headers["Location"] == page_of("review_attempt", attempt)
        assert Attempt.objects.open().count() == 1
    # A part of a second is none on the page either.
    Attempt.objects.update(deadline_at=now + timedelta(milliseconds=999))
    response = student_client.post(page_of("submit_attempt", attempt), {"time_up": "1"})
    assert response.headers["Location"] == page_of("receipt", attempt)
    assert Attempt.objects.open().count() == 0
    assert "Turned in automatically at 11:00 am." in words(student_client.get(page_of("receipt", attempt)))


@pytest.mark.parametrize("wait", [timedelta(seconds=3), GRACE + timedelta(seconds=1)])
def test_receipt_says_why_the_clock_submitted(
    wait: timedelta,
    student_client: Client,
    attempt: Attempt,
    teacher: User,
    now: datetime,
    clock: time_machine.Traveller,
) -> None:
    close_now(attempt.assignment, by=teacher, now=now)
    clock.shift(wait)
    receipt = student_client.post(page_of("submit_attempt", attempt), {"time_up": "1"}, follow=True)
    assert "Your teacher ended the quiz at 11:00 am. Your saved answers were turned in." in words(receipt)
    ended = Attempt.objects.get()
    assert (ended.submitted_at, ended.submitted_by) == (now, Attempt.SubmittedBy.DEADLINE)


@pytest.mark.parametrize(
    ("name", "on_paper", "said"),
    [
        ("receipt", False, "You answered 0 of 4 questions on Fri, Oct 23, 2026."),
        ("receipt", True, "Your teacher entered your paper answers on Fri, Oct 23, 2026."),
        ("result", False, "Turned in Fri, Oct 23, 2026, 11:00 am EDT. Receipt"),
        ("result", True, "Your teacher entered your paper answers Fri, Oct 23, 2026, 11:00 am EDT. Receipt"),
    ],
)
def test_page_that_a_student_keeps_has_the_year(
    name: str, on_paper: bool, said: str, student_client: Client, attempt: Attempt, now: datetime
) -> None:
    submit_attempt(attempt, now=now)
    if on_paper:
        Attempt.objects.update(medium=Attempt.Medium.PAPER)
    assert said in words(student_client.get(page_of(name, attempt)))


@pytest.mark.parametrize(
    ("medium", "by", "said"),
    [
        ("screen", "student", "You turned this in Answers won’t be shown"),
        ("screen", "deadline", "§ Turned in automatically Fri, Oct 23, 2026, 11:00 am EDT Answers won’t be shown"),
        ("paper", "student", "Turned in Your teacher entered your paper answers on Fri, Oct 23, 2026. Answers won’t"),
    ],
)
def test_result_before_release_says_who_turned_it_in(
    medium: str, by: str, said: str, student_client: Client, attempt: Attempt, now: datetime
) -> None:
    Assignment.objects.update(release=Assignment.Release.NEVER)
    submit_attempt(attempt, now=now)
    Attempt.objects.update(medium=medium, submitted_by=by)
    page = words(student_client.get(page_of("result", attempt)))
    assert said in page
    assert ("You turned this in" in page) is ((medium, by) == ("screen", "student"))


@pytest.mark.parametrize("is_accepted", [False, True])
@pytest.mark.parametrize("name", ["receipt", "result"])
def test_page_after_the_quiz_tells_of_late_answers_that_no_teacher_has_accepted(
    name: str, is_accepted: bool, student_client: Client, attempt: Attempt, teacher: User, now: datetime
) -> None:
    submit_attempt(attempt, now=now)
    save(attempt, "one", "a", operation="1", now=now + timedelta(hours=1))
    save(attempt, "one", "b", operation="2", now=now + timedelta(hours=2))
    said = "1 answer came in late and doesn’t count yet."
    if is_accepted:
        late_answers.accept_late(attempt, by=teacher, now=now + timedelta(hours=3))
    assert (said in words(student_client.get(page_of(name, attempt)))) is not is_accepted
