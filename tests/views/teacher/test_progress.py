"""The progress of an open quiz: the status of each student, hidden names, and the cost of a poll without news."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from quizzes.assignments import accommodations, excuses, lifecycle
from quizzes.assignments.board import show_on_board
from quizzes.assignments.status import Status
from quizzes.assignments.supports import Supports, set_supports
from quizzes.attempts import heartbeats
from quizzes.attempts.breaks import end_break, start_break
from quizzes.attempts.late_answers import accept_late
from quizzes.attempts.lifecycle import reopen, start_attempt, submit_attempt
from quizzes.content.editions import published
from quizzes.grading import regrades
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, Excuse, Presence, Student, User
from quizzes.people import rosters
from quizzes.people.erased_rows import allow_deleting_logs
from quizzes.people.guess_limits import CLASS_TRIES
from quizzes.reports.live_etag import TIME_STEP
from quizzes.reports.progress import anonymous_numbers, progress
from quizzes.templatetags.footnote import status_tag
from quizzes.templatetags.icons import icon
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_failed_try,
    make_student,
    save,
)
from tests.pages import Page, form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def page_of(assignment: Assignment) -> str:
    return reverse("assignment_progress", args=[assignment.public_id])


def live_of(assignment: Assignment) -> str:
    return reverse("live_progress", args=[assignment.public_id])


# The last cell of a row: its menu.
MENU = re.compile(r'<td>\s*<button\s+class="row-menu".*?</td>', re.DOTALL)


def rows_of(response: Page) -> list[list[str]]:
    """The cells of the board as words, without the links to what can be done about a student."""
    body = re.sub(r"<small>\s*<a\s.*?</small>", "", response.content.decode(), flags=re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]*>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r'<tr id="row-.*?">(.*?)</tr>', MENU.sub("", body), re.DOTALL)
    ]


def status_and_end(page: Page) -> str:
    """The status of the first row, then when its attempt ends or closes, from its menu."""
    [menu] = MENU.findall(page.content.decode())
    ends = re.findall(r"<small>\s*((?:Ends|Closes)[^<]*)</small>", menu)
    return " ".join([rows_of(page)[0][1], *" ".join(ends).split()])


def question_id(attempt: Attempt, key: str) -> int:
    return published(attempt.assignment.edition_id).question_ids[key]


@pytest.fixture
def mixed(assignment: Assignment, four_students: list[Student], clock: time_machine.Traveller) -> Assignment:
    """Ana has turned in, Ben is at work on his second question, Cy and Dee have not started."""
    make_answered_attempt(assignment=assignment, student=four_students[0], right=2)
    make_answered_attempt(assignment=assignment, student=four_students[1], answers={"one": "b"}, submitted=False)
    return assignment


# --- What the board says ------------------------------------------------------------------------------------------


def test_progress_says_how_far_each_student_is(mixed: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(page_of(mixed))
    receipt = Attempt.objects.get(receipt__isnull=False).receipt
    assert "1 of 4 turned in, 1 in progress, 2 not started" in text_of(page)
    assert rows_of(page) == [
        ["Ana", "Turned in", "", "4 of 4", "3 of 8"],
        ["Ben", "In progress", "1 of 4", "1 of 4", ""],
        ["Cy", "Not started", "", "", ""],
        ["Dee", "Not started", "", "", ""],
    ]
    menus = [
        " ".join(strip_tags(menu.replace("<", " <")).split()).replace(" :", ":")
        for menu in MENU.findall(page.content.decode())
    ]
    assert menus == [
        f"More: Ana Ana Last saved Fri, Oct 23, 11:00 am Turned in Fri, Oct 23, 11:01 am EDT, receipt {receipt} "
        "Extend or excuse: Ana Reopen: Ana Sign-in card: Ana Close",
        "More: Ben Ben Last saved Fri, Oct 23, 11:00 am Extend or excuse: Ben Sign-in card: Ben Close",
        "More: Cy Cy Extend or excuse: Cy Sign-in card: Cy Close",
        "More: Dee Dee Extend or excuse: Dee Sign-in card: Dee Close",
    ]
    links = read(page).links
    assert reverse("change_assignment", args=[mixed.public_id]) in links
    assert reverse("question_set", args=[mixed.edition.question_set.public_id]) in links
    assert reverse("class_board", args=[mixed.public_id]) in links
    assert (
        reverse("student_overrides", args=[mixed.public_id, Student.objects.get(display_name="Cy").public_id]) in links
    )
    assert "Period 3 can start now; no closing time. 1 attempt. No time limit." in text_of(page)
    assert page_of(mixed) in links  # Refresh, without JavaScript


def test_open_quiz_says_that_students_can_start_now(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    """Not “can start” with a moment that is over."""
    assignment.opens_at, assignment.due_at = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
    assignment.save()
    pages = [
        (page_of(assignment), "Period 3"),
        (reverse("classroom_quizzes", args=[assignment.classroom.public_id]), "Students"),
        (reverse("student_overrides", args=[assignment.public_id, student.public_id]), student.display_name),
    ]
    for hours, words in ((0, "can start Fri, Oct 23, 12:00 pm EDT"), (2, "can start now"), (2, "can start now")):
        clock.shift(timedelta(hours=hours))
        for address, name in pages:
            assert f"{name} {words}; due Fri, Oct 23, 2:00 pm EDT;" in text_of(teacher_client.get(address))


def test_paused_quiz_says_that_students_can_start_after_the_pause(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    lifecycle.pause(assignment, by=teacher, now=NOW)
    pages = [
        page_of(assignment),
        reverse("classroom_quizzes", args=[assignment.classroom.public_id]),
        reverse("student_overrides", args=[assignment.public_id, student.public_id]),
    ]
    for address in pages:
        text = text_of(teacher_client.get(address))
        assert "can start when you resume this quiz; no closing time." in text
        assert "can start now" not in text
    address = reverse("change_assignment", args=[assignment.public_id])
    data = form_of(teacher_client.get(address), having="release").data(act="preview")
    assert "can start when you resume this quiz" in text_of(teacher_client.post(address, data))


def test_closed_quiz_does_not_say_that_students_can_start(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    assignment.due_at = assignment.closes_at = NOW + timedelta(hours=1)
    assignment.save()
    pages = [
        (page_of(assignment), "Period 3"),
        (reverse("classroom_quizzes", args=[assignment.classroom.public_id]), "Students"),
        (reverse("student_overrides", args=[assignment.public_id, student.public_id]), student.display_name),
    ]
    for address, name in pages:
        open_text = f"{name} can start now; due Fri, Oct 23, 12:00 pm EDT; closes Fri, Oct 23, 12:00 pm EDT."
        assert open_text in text_of(teacher_client.get(address))
    clock.shift(timedelta(hours=2))
    for address, name in pages:
        closed_text = f"{name} can’t start now; due Fri, Oct 23, 12:00 pm EDT; closed Fri, Oct 23, 12:00 pm EDT."
        assert closed_text in text_of(teacher_client.get(address))


def test_page_of_a_student_says_why_no_attempt_can_start(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    address = reverse("student_overrides", args=[assignment.public_id, student.public_id])
    name = student.display_name
    attempt = make_attempt(assignment=assignment, student=student)
    assert f"{name} has started; no closing time." in text_of(teacher_client.get(address))
    submit_attempt(attempt, now=NOW)
    assert f"{name} has no attempts left; no closing time." in text_of(teacher_client.get(address))
    accommodations.extend(
        assignment, student, due_at=None, closes_at=None, extra_attempts=1, reason="Ill", by=teacher, now=NOW
    )
    assert f"{name} can start now; no closing time." in text_of(teacher_client.get(address))
    excuses.excuse(assignment, student, reason="Away", by=teacher, now=NOW)
    assert f"{name} is excused; no closing time." in text_of(teacher_client.get(address))


@pytest.mark.parametrize(("count", "words"), [(1, "1 faltante, 1 exento"), (2, "2 exentos")])
def test_counts_in_spanish_have_their_forms(
    count: int, words: str, mixed: Assignment, four_students: list[Student], teacher: User, teacher_client: Client
) -> None:
    for student in four_students[-count:]:
        Excuse.objects.create(assignment=mixed, student=student, reason="Away", given_by=teacher, given_at=NOW)
    Assignment.objects.update(closes_at=NOW - timedelta(minutes=1))
    User.objects.update(language="es")
    counts = re.search(r'id="progress-counts".*?</p>', teacher_client.get(page_of(mixed)).text, re.DOTALL)
    assert counts is not None
    assert " ".join(strip_tags(counts[0].split(">", 1)[1]).split()).endswith(words)
    # The bar in class has the words beside the counts.
    bar = teacher_client.get(reverse("running_class", args=[mixed.public_id]))
    assert re.search(rf"Exento\s*</dt>\s*<dd>{count}</dd>", bar.text)


def test_progress_marks_late_and_shows_the_score_that_counts(
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    student: Student,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        due_at=NOW - timedelta(hours=1),
        max_attempts=2,
        attempt_policy="best",
    )
    make_answered_attempt(assignment=given, student=student)
    make_answered_attempt(assignment=given, student=student, number=2, right=1, submitted=False)
    assert rows_of(teacher_client.get(page_of(given))) == [
        ["Maya Lopez", "In progress All answered Late", "4 of 4", "4 of 4", "8 of 8"]
    ]


def test_progress_shows_the_attempt_that_was_reopened(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=2)
    first = make_answered_attempt(assignment=given, student=student, answers={"one": "a"})
    make_answered_attempt(assignment=given, student=student, number=2)
    reopen(first, more_time=None, reason="Wrong button", by=teacher, now=NOW)

    page = teacher_client.get(page_of(given))
    [[_, status, answered, *_]] = rows_of(page)
    assert (status, answered) == ("In progress", "1 of 4")
    assert f'id="a-{first.public_id}"' in page.text
    [menu] = MENU.findall(page.text)
    assert ("Turned in" in menu, "Reopen" in menu) == (False, False)


def test_progress_marks_late_answers_that_the_teacher_can_accept(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    save(attempt, "one", "b", seen_revision=1, now=NOW + 5 * MINUTE)
    clock.shift(10 * MINUTE)
    [[_, status, *_]] = rows_of(teacher_client.get(page_of(assignment)))
    assert status == "Turned in Late answers"

    accept_late(attempt, by=teacher, now=NOW + 10 * MINUTE)
    [[_, status, *_]] = rows_of(teacher_client.get(page_of(assignment)))
    assert status == "Turned in"


def test_each_state_has_an_icon_of_its_own(
    mixed: Assignment, four_students: list[Student], teacher: User, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=mixed, student=four_students[2], submitted=False)
    Excuse.objects.create(assignment=mixed, student=four_students[3], reason="Ill", given_by=teacher, given_at=NOW)
    make_student(classroom=mixed.classroom, name="Eve")
    paper = make_student(classroom=mixed.classroom, name="Flo")
    make_answered_attempt(assignment=mixed, student=paper, medium=Attempt.Medium.PAPER, shuffle_questions=False)
    page = teacher_client.get(page_of(mixed)).content.decode()
    shown = set(re.findall(r'<span class="tag[^"]*">\s*<svg[^>]*>(.*?)</svg>\s*([^<]*?)\s*</span>', page, re.DOTALL))
    words = {word for _, word in shown}
    assert {"Excused", "Not started", "On paper", "In progress", "All answered", "Turned in"} <= words
    assert len({shape for shape, _ in shown}) == len(words) == len(shown)
    drawn = [re.findall(r"<svg.*?</svg>", status_tag(status))[0] for status in Status]
    others = [icon(name) for name in ("check", "partly", "clock", "page", "blank", "person", "warning", "offline")]
    assert len({*drawn, *others}) == len(drawn) + len(others)


def test_progress_of_an_empty_class_leads_to_adding_students(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(page_of(assignment))
    assert "No students yet" in text_of(page)
    assert reverse("add_students", args=[assignment.classroom.public_id]) in read(page).links


@pytest.mark.parametrize(("document", "is_typed"), [(make_document(), False), (typed_document(), True)])
def test_progress_leads_to_answers_to_grade_if_any_can_need_it(
    document: dict[str, Any], is_typed: bool, classroom: Classroom, teacher_client: Client
) -> None:
    given = make_assignment(edition=make_edition(document=document), classroom=classroom)
    page = teacher_client.get(reverse("assignment_progress", args=[given.public_id]))
    assert (reverse("grading_queue", args=[given.public_id]) in read(page).links) is is_typed


def send_heartbeats(attempt: Attempt, key: str, *, until: float, since: float = 0) -> None:
    """One a minute, as a tab in the background does. since, until: in minutes after NOW."""
    minutes = [since + minute for minute in range(int(until - since) + 1)]
    for minute in dict.fromkeys([*minutes, until]):
        heartbeats.record_heartbeat(attempt.pk, question_id(attempt, key), now=NOW + minute * MINUTE)


def activities(assignment: Assignment, now: Any) -> list[tuple[str | None, int | None]]:
    return [(entry.activity and entry.activity.value, entry.at_number) for entry in progress(assignment, now=now)]


@pytest.mark.parametrize(
    ("seen", "answered", "asked", "activity"),
    [
        # Minutes from the beginning: of the page's last sign, of the last answer, of the teacher's look.
        (4.9, None, 5, "working"),
        (5, None, 5.1, "stuck"),
        (5, 4, 5.1, "working"),
        (9.5, 4, 9.6, "stuck"),
        (5, 4, 6.4, "working"),
        (5, 4, 6.6, "offline"),
        (5, 6, 7.4, "working"),  # a save is a heartbeat as well
        (0, None, 30, "offline"),
        # A browser without scripts says nothing of itself, and its silence says nothing.
        (None, None, 30, "working"),
        (None, 4, 30, "working"),
    ],
)
def test_stuck_and_offline_follow_the_rules_that_the_page_states(
    seen: float | None, answered: float | None, asked: float, activity: str, attempt: Attempt, student: Student
) -> None:
    if answered is not None:
        save(attempt, "one", "b", now=NOW + answered * MINUTE)
    if seen is not None:
        send_heartbeats(attempt, "some", until=seen)
    [(found, _)] = activities(attempt.assignment, NOW + asked * MINUTE)
    assert found == activity


def test_clock_that_runs_makes_silence_stuck_and_its_end_says_so(assignment: Assignment, student: Student) -> None:
    Assignment.objects.update(time_limit=20 * MINUTE)
    assignment.refresh_from_db()
    make_attempt(assignment=assignment, student=student)
    assert [activities(assignment, NOW + minutes * MINUTE)[0][0] for minutes in (5, 6, 20, 21, 22)] == [
        "working",
        "stuck",
        "stuck",
        "stuck",
        None,
    ]
    [entry] = progress(assignment, now=NOW + 22 * MINUTE)
    assert entry.status is Status.TIME_UP


@pytest.mark.parametrize(
    ("aims", "answered", "asked", "activity"),
    [
        # Minutes from the beginning: of each move of the class board, of the answer, of the teacher's look.
        ({}, None, 9, "working"),  # the class waits for the first question
        ({1: "1-1"}, None, 5.9, "working"),
        ({1: "1-1"}, None, 6.1, "stuck"),
        ({1: "1-1"}, 2, 9, "working"),  # answered, and waits for the next question
        ({1: "1-1", 3: "1-3"}, None, 9, "working"),  # closed: the class talks about it
        ({1: "1-1", 3: "1-4", 4: "2-1"}, 2, 8.9, "working"),
        ({1: "1-1", 3: "1-4", 4: "2-1"}, 2, 9.1, "stuck"),
    ],
)
def test_student_is_where_the_class_is_and_not_stuck_while_it_waits(
    aims: dict[int, str], answered: int | None, asked: float, activity: str, attempt: Attempt, teacher: User
) -> None:
    Assignment.objects.update(is_teacher_paced=True, shuffle_questions=False)
    assignment = Assignment.objects.get()
    moves = sorted({**aims, **({answered: "answer"} if answered else {})}.items())
    for minute, aim in moves:
        now = NOW + minute * MINUTE
        if aim == "answer":
            assert save(attempt, "one", "b", now=now).outcome == "saved"
        else:
            number, phase = map(int, aim.split("-"))
            show_on_board(assignment, number=number, phase=phase, by=teacher, now=now)
    send_heartbeats(attempt, "one", until=asked)
    shown = int(list(aims.values())[-1][0]) if aims else None
    assert activities(assignment, NOW + asked * MINUTE) == [(activity, shown)]
    # A page without a connection does not follow the board.
    assert activities(assignment, NOW + (asked + 2) * MINUTE) == [("offline", 1)]


@pytest.fixture
def timed(assignment: Assignment, student: Student) -> Attempt:
    """Started NOW, with 2 hours and 30 minutes of breaks; one answer after 1 minute."""
    Assignment.objects.update(time_limit=120 * MINUTE)
    attempt = make_attempt(
        assignment=Assignment.objects.get(),
        student=student,
        time_limit=120 * MINUTE,
        deadline_at=NOW + 120 * MINUTE,
        supports={"break_minutes": 30},
    )
    save(attempt, "one", "b", now=NOW + MINUTE)
    return attempt


def activity(attempt: Attempt, minute: float, *, since: float = 0) -> str | None:
    """What the student does so many minutes after NOW, on a page that is open since this minute."""
    send_heartbeats(attempt, "some", until=minute, since=since)
    [(found, _)] = activities(Assignment.objects.get(pk=attempt.assignment_id), NOW + minute * MINUTE)
    return found


@pytest.mark.parametrize(("ends_early", "back"), [(True, 14), (False, 34)])
def test_minutes_of_a_break_make_no_one_stuck(timed: Attempt, ends_early: bool, back: int) -> None:
    start_break(timed.pk, now=NOW + 4 * MINUTE)
    assert activity(timed, back - 0.1) == "on_break"
    if ends_early:
        end_break(timed.pk, now=NOW + back * MINUTE)
    assert [activity(timed, back + minute) for minute in (0, 5, 5.1)] == ["working", "working", "stuck"]


def test_minutes_of_a_pause_make_no_one_stuck(timed: Attempt, teacher: User) -> None:
    given = timed.assignment
    lifecycle.pause(given, by=teacher, now=NOW + 4 * MINUTE)
    assert activity(timed, 14) == "working"
    lifecycle.resume(given, by=teacher, now=NOW + 14 * MINUTE)
    assert [activity(timed, minute) for minute in (14, 19, 19.1)] == ["working", "working", "stuck"]
    # A student who was stuck before a pause is stuck in it. The last pause counts.
    lifecycle.pause(given, by=teacher, now=NOW + 20 * MINUTE)
    assert activity(timed, 30) == "stuck"
    lifecycle.resume(given, by=teacher, now=NOW + 30 * MINUTE)
    assert [activity(timed, minute) for minute in (30, 35, 35.1)] == ["working", "working", "stuck"]


def test_end_of_a_pause_does_not_depend_on_the_log(timed: Attempt, teacher: User) -> None:
    lifecycle.pause(timed.assignment, by=teacher, now=NOW + 4 * MINUTE)
    lifecycle.resume(timed.assignment, by=teacher, now=NOW + 14 * MINUTE)
    with allow_deleting_logs():
        AuditEvent.objects.all().delete()
    assert [activity(timed, minute) for minute in (19, 19.1)] == ["working", "stuck"]


@pytest.mark.parametrize("by_student", [False, True], ids=["pause", "break"])
def test_student_in_a_break_or_a_pause_is_at_the_same_question(
    by_student: bool, timed: Attempt, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    """The page that covers the question sends its heartbeats."""
    clock.move_to(NOW + 4 * MINUTE)
    if by_student:
        start_break(timed.pk, now=NOW + 4 * MINUTE)
    else:
        lifecycle.pause(timed.assignment, by=teacher, now=NOW + 4 * MINUTE)
    covered = student_client.get(reverse("take_attempt", args=[timed.public_id, 3]))
    heartbeat = next(form for form in read(covered).forms if form.action.endswith("/here/"))
    clock.move_to(NOW + 5 * MINUTE)
    student_client.post(reverse("record_heartbeat", args=[timed.public_id]), heartbeat.data())
    [entry] = progress(Assignment.objects.get(), now=NOW + 5 * MINUTE)

    assert (entry.at_number, entry.is_reviewing) == (3, False)


def test_break_that_ends_in_a_pause_goes_on_with_it(timed: Attempt, teacher: User) -> None:
    start_break(timed.pk, now=NOW + 4 * MINUTE)
    lifecycle.pause(timed.assignment, by=teacher, now=NOW + 6 * MINUTE)
    end_break(timed.pk, now=NOW + 16 * MINUTE)
    assert activity(timed, 16) == "working"
    lifecycle.resume(timed.assignment, by=teacher, now=NOW + 26 * MINUTE)
    assert [activity(timed, minute) for minute in (26, 31, 31.1)] == ["working", "working", "stuck"]


def test_break_that_would_end_in_a_pause_goes_on_in_it(timed: Attempt, teacher: User) -> None:
    start_break(timed.pk, now=NOW + 4 * MINUTE)
    lifecycle.pause(timed.assignment, by=teacher, now=NOW + 6 * MINUTE)
    assert activity(timed, 60) == "on_break"
    lifecycle.resume(timed.assignment, by=teacher, now=NOW + 66 * MINUTE)
    assert [activity(timed, minute) for minute in (93, 95)] == ["on_break", "working"]


def test_page_that_is_opened_again_makes_no_one_stuck(attempt: Attempt) -> None:
    """A student continues hours later. A page that stays open counts from its first heartbeat, or a later answer."""
    save(attempt, "one", "b", now=NOW + MINUTE)
    assert activity(attempt, 2) == "working"
    assert [activity(attempt, minute, since=60) for minute in (60, 65, 65.1)] == ["working", "working", "stuck"]
    # Two lost messages make it offline. The time starts again with the next one.
    assert activities(attempt.assignment, NOW + 67 * MINUTE) == [("offline", 2)]
    assert [activity(attempt, minute, since=67) for minute in (67, 72, 72.1)] == ["working", "working", "stuck"]
    # One that is lost is no gap.
    assert activity(attempt, 73.5, since=73.5) == "stuck"


def test_pause_of_another_quiz_changes_nothing(timed: Attempt, edition: Edition, teacher: User) -> None:
    other = make_assignment(edition=edition, classroom=timed.classroom, assigned_by=teacher)
    lifecycle.pause(other, by=teacher, now=NOW + 2 * MINUTE)
    lifecycle.resume(other, by=teacher, now=NOW + 3 * MINUTE)
    assert [activity(timed, minute) for minute in (6, 6.1)] == ["working", "stuck"]


def test_question_is_the_one_on_the_screen_or_the_one_answered_last(attempt: Attempt) -> None:
    assignment = attempt.assignment
    assert activities(assignment, NOW) == [("working", None)]
    heartbeats.record_heartbeat(attempt.pk, question_id(attempt, "who"), now=NOW + 10 * SECOND)
    assert activities(assignment, NOW + 10 * SECOND) == [("working", 3)]
    save(attempt, "some", ["a"], now=NOW + 20 * SECOND)
    assert activities(assignment, NOW + 20 * SECOND) == [("working", 2)]
    heartbeats.record_heartbeat(attempt.pk, None, now=NOW + 30 * SECOND)
    [entry] = progress(assignment, now=NOW + 30 * SECOND)
    assert (entry.at_number, entry.is_reviewing) == (None, True)


def test_page_says_who_is_stuck_and_who_is_offline(
    mixed: Assignment, four_students: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    lost = make_attempt(assignment=mixed, student=four_students[2])
    heartbeats.record_heartbeat(lost.pk, question_id(lost, "one"), now=NOW + MINUTE)
    ben = Attempt.objects.get(student=four_students[1])
    send_heartbeats(ben, "some", until=6)
    clock.shift(6 * MINUTE)
    page = teacher_client.get(page_of(mixed))
    assert [row[:3] for row in rows_of(page)[1:3]] == [
        ["Ben", "In progress Stuck", "2 of 4"],
        ["Cy", "In progress Offline", "1 of 4"],
    ]
    text = text_of(page)
    assert "1 of 4 turned in, 2 in progress, 1 not started. 1 stuck, 1 offline" in text
    assert "Stuck: no new answer for 5 minutes." in text
    assert "no signal for 90 seconds" in text
    # In the menu of the row, so that 30 rows fit on a screen; without names, a row has no menu.
    assert "Offline since Fri, Oct 23, 11:01 am EDT" in text
    teacher_client.post(reverse("hide_names", args=[mixed.public_id]), {"is_hidden": "True"})
    assert "In progress Offline Since Fri, Oct 23, 11:01 am EDT" in [
        row[1] for row in rows_of(teacher_client.get(page_of(mixed)))
    ]


def test_page_explains_stuck_and_offline_only_if_a_student_is_either(
    attempt: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    explained = []
    # A page without scripts sends no signal, so its silence says nothing.
    clock.shift(55 * MINUTE)
    explained.append("Stuck: no new answer" in text_of(teacher_client.get(page_of(attempt.assignment))))
    heartbeats.record_heartbeat(attempt.pk, question_id(attempt, "one"), now=NOW + 55 * MINUTE)
    clock.shift(2 * MINUTE)
    explained.append("Stuck: no new answer" in text_of(teacher_client.get(page_of(attempt.assignment))))
    assert explained == [False, True]


def test_answer_that_lacks_a_part_does_not_count(
    assignment: Assignment, student: Student, teacher_client: Client, student_client: Client
) -> None:
    attempt = start_attempt(student, assignment, now=NOW)
    for key, value in (("one", "a"), ("some", ["a"]), ("who", {"b": "mayor"}), ("proof", ["s1"])):
        save(attempt, key, value)

    [row] = rows_of(teacher_client.get(page_of(assignment)))
    review = student_client.get(reverse("review_attempt", args=[attempt.public_id]))

    assert ("3 of 4" in row, "All answered" in " ".join(row)) == (True, False)
    assert "3 of 4 answered" in text_of(review)


# --- The heartbeat ------------------------------------------------------------------------------------------------


def test_heartbeat_is_one_row_however_often_it_comes(
    attempt: Attempt, student_client: Client, queries: Callable[[], Any], clock: time_machine.Traveller
) -> None:
    address = reverse("record_heartbeat", args=[attempt.public_id])
    Attempt.objects.update(supports={"notes": True, "text_size": 150})
    for number in ("2", "2", ""):
        clock.shift(20 * SECOND)
        with queries() as seen:
            response = student_client.post(address, {"number": number})
        shown = response.json()
        # What the page shows, for a page that was opened before a change.
        assert shown.pop("supports") == "text_size=150 notes=True"
        assert shown == {"is_open": True, "is_paused": False, "has_end": False, "has_ended": False}
    [row] = Presence.objects.all()
    assert (row.question, row.seen_at) == (None, NOW + 60 * SECOND)
    assert (len(seen), len(seen.writes)) == (3, 1)  # session, attempt; the sign


@pytest.mark.parametrize("number", ["0", "5", "x"])
def test_heartbeat_from_no_such_question_is_refused(number: str, attempt: Attempt, student_client: Client) -> None:
    response = student_client.post(reverse("record_heartbeat", args=[attempt.public_id]), {"number": number})
    assert response.status_code == 400
    assert not Presence.objects.exists()


def test_heartbeat_after_submission_writes_nothing(attempt: Attempt, student_client: Client) -> None:
    submit_attempt(attempt, now=NOW)
    response = student_client.post(reverse("record_heartbeat", args=[attempt.public_id]), {"number": "1"})
    ended = {"is_open": False, "is_paused": False, "has_end": False, "has_ended": True, "supports": ""}
    assert response.json() == ended
    assert not Presence.objects.exists()


def test_quiz_pages_carry_what_the_heartbeat_sends(attempt: Attempt, student_client: Client) -> None:
    address = reverse("record_heartbeat", args=[attempt.public_id])
    Attempt.objects.update(supports={"text_size": 150})
    for name, args, number in [("take_attempt", [2], [("number", "2")]), ("review_attempt", [], [])]:
        page = student_client.get(reverse(name, args=[attempt.public_id, *args]))
        [form] = [form for form in read(page).forms if form.action == address]
        assert 'data-supports="text_size=150"' in page.content.decode()
        assert [field for field in form.fields if field[0] != "csrfmiddlewaretoken"] == number


# --- Names --------------------------------------------------------------------------------------------------------


def test_names_are_hidden_in_this_browser_and_shown_again(
    mixed: Assignment, teacher: User, teacher_client: Client, signed_in: Callable[[User], Client]
) -> None:
    shown = teacher_client.get(page_of(mixed))
    form = form_of(shown, having="is_hidden")
    for _ in range(2):
        assert teacher_client.post(form.action, form.data(is_hidden="True")).status_code == 302
    receipt = Attempt.objects.get(receipt__isnull=False).receipt
    for address in (page_of(mixed), live_of(mixed)):
        hidden = teacher_client.get(address)
        assert sorted(row[0] for row in rows_of(hidden)) == ["Student 1", "Student 2", "Student 3", "Student 4"]
        for secret in ("Ana", "Ben", "Cy", "Dee", receipt, "3 of 8"):
            assert secret in shown.content.decode()
            assert secret not in text_of(hidden).replace("Period", "")
    assert "1 of 4 turned in" in text_of(teacher_client.get(page_of(mixed)))
    # Another browser of the same teacher shows them.
    assert "Ana" in text_of(signed_in(teacher).get(page_of(mixed)))
    again = form_of(teacher_client.get(page_of(mixed)), having="is_hidden")
    teacher_client.post(again.action, again.data(is_hidden="False"))
    assert rows_of(teacher_client.get(page_of(mixed))) == rows_of(shown)


def test_numbers_do_not_follow_the_names(assignment: Assignment, classroom: Classroom) -> None:
    students = [make_student(classroom=classroom, name=f"Student {letter}") for letter in "abcdefghijklmnop"]
    numbers = anonymous_numbers(students, assignment)
    assert sorted(numbers.values()) == list(range(1, 17))
    assert [numbers[student.pk] for student in students] != list(range(1, 17))
    assert anonymous_numbers(students[::-1], assignment) == numbers


# --- The poll -----------------------------------------------------------------------------------------------------


def poll(client: Client, assignment: Assignment, tag: str) -> Any:
    return client.get(live_of(assignment), headers={"If-None-Match": tag})


def test_poll_gives_nothing_until_something_is_new(mixed: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(page_of(mixed))
    tag = page.headers["ETag"]
    assert re.search(r'data-live="([^"]*)" data-tag="W/&quot;(\w{32})&quot;"', page.content.decode()).groups() == (
        live_of(mixed),
        tag.strip('W/"'),
    )
    packed = teacher_client.get(page_of(mixed), headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == ("gzip", tag)
    same = poll(teacher_client, mixed, tag)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)

    save(Attempt.objects.get(submitted_at=None), "some", ["a"], now=NOW + SECOND)
    changed = poll(teacher_client, mixed, tag)
    assert (changed.status_code, "<html" in changed.content.decode()) == (200, False)
    assert rows_of(changed)[1] == ["Ben", "In progress", "2 of 4", "2 of 4", ""]
    assert "1 of 4 turned in, 1 in progress, 2 not started" in text_of(changed)
    assert poll(teacher_client, mixed, changed.headers["ETag"]).status_code == 304


@pytest.mark.parametrize(
    "what",
    [
        "begun",
        "changed",
        "submitted",
        "late answer",
        "reopened",
        "renamed",
        "added",
        "removed",
        "moved in",
        "moved out",
        "corrected",
        "excused",
        "accommodated",
        "waited",
    ],
)
def test_poll_sees_everything_that_the_board_shows(
    what: str,
    mixed: Assignment,
    four_students: list[Student],
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    _ana, ben, cy, dee = four_students
    at_work, done = Attempt.objects.get(submitted_at=None), Attempt.objects.get(submitted_at__isnull=False)
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    assert poll(teacher_client, mixed, tag).status_code == 304
    match what:
        case "begun":
            make_attempt(assignment=mixed, student=cy)
        case "changed":
            save(at_work, "one", "c", seen_revision=1, now=NOW)
        case "submitted":
            submit_attempt(at_work, now=NOW)
        case "late answer":
            # A device that was offline sends it after the attempt is over.
            save(done, "one", "c", seen_revision=1, now=NOW + 5 * MINUTE)
        case "reopened":
            reopen(done, more_time=None, reason="The fire alarm.", by=teacher, now=NOW)
        case "renamed":
            rosters.rename_student(dee, name="Eve", by=teacher, now=NOW)
        case "added":
            rosters.add_students(mixed.classroom, rosters.new_students(["Eve"]), by=teacher, now=NOW)
        case "removed":
            rosters.remove_student(dee, by=teacher, now=NOW)
        case "moved in":
            other = make_classroom(teacher=teacher, name="Period 4")
            rosters.move_student(make_student(classroom=other), to=mixed.classroom, by=teacher, now=NOW)
        case "moved out":
            rosters.move_student(dee, to=make_classroom(teacher=teacher), by=teacher, now=NOW)
        case "corrected":
            question = mixed.edition.questions.get(position=1)
            given = {"policy": "full_credit", "document": None}
            stamp = regrades.preview([mixed], question, **given).stamp
            regrades.apply(
                [mixed], question, **given, reason="Unclear.", stamp=stamp, group=uuid.uuid4(), by=teacher, now=NOW
            )
        case "excused":
            excuses.excuse(mixed, ben, reason="Ill.", by=teacher, now=NOW)
        case "accommodated":
            accommodations.set_accommodation(ben, time_factor=None, by=teacher, now=NOW)
        case "waited":
            clock.shift(TIME_STEP)
    assert poll(teacher_client, mixed, tag).status_code == 200


def test_poll_is_still_once_no_one_is_at_work(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_answered_attempt(assignment=assignment, student=student)
    tag = teacher_client.get(page_of(assignment)).headers["ETag"]
    clock.shift(timedelta(hours=1))
    assert poll(teacher_client, assignment, tag).status_code == 304


@pytest.mark.parametrize(
    ("name", "status"), [("opens_at", Status.NOT_STARTED), ("due_at", Status.MISSING), ("closes_at", Status.MISSING)]
)
@pytest.mark.parametrize("is_extension", [False, True])
def test_poll_brings_the_status_that_a_time_changes(
    name: str,
    status: Status,
    is_extension: bool,
    assignment: Assignment,
    student: Student,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    moment = NOW + timedelta(minutes=5)
    if name == "opens_at" or not is_extension:
        Assignment.objects.update(**{name: moment})
    else:
        Assignment.objects.update(**{name: NOW - timedelta(minutes=5)})
        times = {"due_at": None, "closes_at": None, name: moment}
        accommodations.extend(assignment, student, **times, extra_attempts=0, reason="", by=teacher, now=NOW)
    page = teacher_client.get(page_of(assignment))
    before = Status.NOT_OPEN if name == "opens_at" else Status.NOT_STARTED
    assert [entry.student_status.status for entry in page.context["entries"]] == [before]
    tag = page.headers["ETag"]
    clock.shift(timedelta(minutes=4))
    assert poll(teacher_client, assignment, tag).status_code == 304
    clock.shift(timedelta(minutes=1, seconds=1))
    changed = poll(teacher_client, assignment, tag)
    assert changed.status_code == 200
    assert [entry.student_status.status for entry in changed.context["entries"]] == [status]
    assert poll(teacher_client, assignment, changed.headers["ETag"]).status_code == 304


def test_poll_is_not_moved_by_another_class(
    mixed: Assignment, outsider: Student, other_teacher: User, teacher_client: Client
) -> None:
    other = make_assignment(edition=mixed.edition, classroom=outsider.classroom, assigned_by=other_teacher)
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    make_answered_attempt(assignment=other, student=outsider)
    assert poll(teacher_client, mixed, tag).status_code == 304


def test_poll_verifies_the_session_as_django_does(mixed: Assignment, teacher: User, teacher_client: Client) -> None:
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    assert poll(teacher_client, mixed, tag).status_code == 304
    User.objects.filter(pk=teacher.pk).update(is_active=False)
    assert poll(teacher_client, mixed, tag).headers["Location"].startswith(reverse("account_login"))


def test_poll_ends_with_the_password_that_its_session_started_with(
    mixed: Assignment, teacher: User, teacher_client: Client
) -> None:
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    teacher.set_password("a password nobody has")
    teacher.save()
    assert poll(teacher_client, mixed, tag).headers["Location"].startswith(reverse("account_login"))


def test_poll_tells_another_teacher_nothing_even_with_the_right_tag(
    mixed: Assignment, other_teacher: User, teacher_client: Client, signed_in: Callable[[User], Client]
) -> None:
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    assert poll(signed_in(other_teacher), mixed, tag).status_code == 404


def test_poll_knows_a_tag_that_a_proxy_made_strong(mixed: Assignment, teacher_client: Client) -> None:
    tag = teacher_client.get(page_of(mixed)).headers["ETag"]
    replies = [poll(teacher_client, mixed, sent) for sent in (tag.removeprefix("W/"), f'"older", {tag}', '"older"')]
    assert [reply.status_code for reply in replies] == [304, 304, 200]


def test_poll_knows_a_session_of_the_secret_key_before(
    mixed: Assignment, teacher: User, teacher_client: Client, settings: Any
) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret key, longer than fifty characters, for this test alone"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert teacher_client.get(live_of(mixed)).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_page_and_poll_cost_the_same_for_any_number(
    count: int,
    assignment: Assignment,
    classroom: Classroom,
    teacher_client: Client,
    queries: Callable[[], Any],
    clock: time_machine.Traveller,
) -> None:
    for _ in range(count):
        attempt = make_answered_attempt(
            assignment=assignment, student=make_student(classroom=classroom), submitted=False
        )
        heartbeats.record_heartbeat(attempt.pk, None, now=NOW)
    with queries() as seen:
        page = teacher_client.get(page_of(assignment))
    # Session, teacher, assignment, state; attempts, overrides, students, presence, answers;
    # wrong PINs, accommodations, the classes of its group, scores for a learning platform.
    assert (len(seen), seen.writes) == (12, [])
    with queries() as nothing_new:
        assert poll(teacher_client, assignment, page.headers["ETag"]).status_code == 304
    assert (len(nothing_new), nothing_new.writes) == (3, [])  # session, teacher, state
    save(attempt, "one", "c", seen_revision=1)
    with queries() as changed:
        assert poll(teacher_client, assignment, page.headers["ETag"]).status_code == 200
    assert (len(changed), changed.writes) == (11, [])


def test_poll_brings_what_a_co_teacher_did_with_the_quiz(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    def acts(page: Any) -> list[str]:
        return [value for form in read(page).forms for name, value in form.buttons if name == "act"]

    # “Open 10 more minutes” is for a quiz that was open.
    Assignment.objects.update(opens_at=None, waits_for_teacher=True, closes_at=NOW + timedelta(hours=1))
    assert acts(teacher_client.get(page_of(assignment))) == ["open"]
    Assignment.objects.update(closes_at=None)
    page = teacher_client.get(page_of(assignment))
    assert acts(page) == ["open"]
    for act, shown in (
        (lifecycle.open_now, ["pause", "close"]),
        (lifecycle.pause, ["resume", "close"]),
        (lifecycle.close_now, ["more_time"]),
    ):
        act(assignment, by=teacher, now=timezone.now())
        clock.shift(timedelta(seconds=1))
        page = poll(teacher_client, assignment, page.headers["ETag"])
        assert acts(page) == shown
        # The top of the page and the times of the quiz.
        assert text_of(page).count("Paused since Fri, Oct 23") == (2 if "resume" in shown else 0)


def test_page_names_who_is_locked_out_as_soon_as_it_happens(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    page = teacher_client.get(page_of(assignment))
    assert "Locked out" not in page.content.decode()
    for number in range(5):
        make_failed_try(student=student, device=f"device {number}")

    changed = poll(teacher_client, assignment, page.headers["ETag"])

    assert changed.status_code == 200
    assert "Locked out" in changed.content.decode()
    let_in = reverse("let_student_in", args=[student.public_id])
    assert f'action="{let_in}"' in changed.content.decode()
    # The lock ends without a change of rows.
    tag = changed.headers["ETag"]
    clock.shift(timedelta(minutes=5))
    assert "Many wrong PINs" in poll(teacher_client, assignment, tag).content.decode()
    teacher_client.post(reverse("hide_names", args=[assignment.public_id]), {"is_hidden": "True"})
    hidden = teacher_client.get(page_of(assignment)).content.decode()
    assert "Many wrong PINs" in hidden
    assert let_in not in hidden


def test_page_says_that_someone_guesses(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for number in range(CLASS_TRIES):
        make_failed_try(student=student, device=f"device {number}")

    assert "Someone is guessing PINs in this class." in teacher_client.get(page_of(assignment)).content.decode()


# --- When an attempt ends -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"time_limit": timedelta(minutes=30)}, "In progress Ends 11:30 am"),
        ({"time_limit": timedelta(hours=14)}, "In progress Ends Sat, Oct 24, 1:00 am"),
        ({"time_limit": timedelta(days=2)}, "In progress Ends Sun, Oct 25, 11:00 am"),
        ({"closes_at": NOW + timedelta(days=2)}, "In progress"),
    ],
    ids=["today", "after midnight", "another day", "untimed"],
)
def test_progress_names_the_day_of_an_end_and_no_end_without_a_time_limit(
    changes: dict[str, Any],
    shown: str,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    student: Student,
    teacher_client: Client,
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, **changes)
    with time_machine.travel(NOW, tick=False):
        start_attempt(student, given, now=NOW)
        page = teacher_client.get(page_of(given))
    assert status_and_end(page) == shown


@pytest.mark.parametrize(
    ("limit", "minutes", "shown", "more"),
    [
        (30 * MINUTE, None, "In progress Ends 11:30 am", "ends Fri, Oct 23, 11:30 am EDT"),
        # The deadline of the row, 11:45 am, counts all 15 minutes.
        (
            30 * MINUTE,
            6,
            "In progress On a break Ends 11:36 am, or up to 11:45 am with more break",
            "on a break, ends Fri, Oct 23, 11:36 am EDT, or up to 11:45 am with more break",
        ),
        (30 * MINUTE, 15, "In progress Ends 11:45 am", "ends Fri, Oct 23, 11:45 am EDT"),
        (
            770 * MINUTE,
            6,
            "In progress On a break Ends Fri, Oct 23, 11:56 pm, or up to Sat, Oct 24, 12:05 am with more break",
            "on a break, ends Fri, Oct 23, 11:56 pm EDT, or up to Sat, Oct 24, 12:05 am with more break",
        ),
    ],
    ids=["none", "goes on", "over", "past midnight"],
)
def test_teacher_sees_when_an_attempt_ends_in_a_break(
    limit: timedelta,
    minutes: int | None,
    shown: str,
    more: str,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    student: Student,
    teacher_client: Client,
) -> None:
    set_supports(student, Supports(break_minutes=15), by=teacher, now=NOW)
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, time_limit=limit)
    attempt = start_attempt(student, given, now=NOW)
    if minutes is not None:
        start_break(attempt.pk, now=NOW)
    with time_machine.travel(NOW + (minutes or 0) * MINUTE, tick=False):
        page = teacher_client.get(page_of(given))
        overrides = teacher_client.get(reverse("student_overrides", args=[given.public_id, student.public_id]))
    assert status_and_end(page) == shown
    assert more in text_of(overrides)


def test_progress_shows_a_students_own_close_of_untimed_work(
    edition: Edition, classroom: Classroom, teacher: User, student: Student, teacher_client: Client
) -> None:
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + timedelta(hours=1)
    )
    own = {"due_at": None, "closes_at": NOW + timedelta(days=2), "extra_attempts": 0, "reason": "Ill."}
    accommodations.extend(given, student, by=teacher, now=NOW, **own)
    with time_machine.travel(NOW, tick=False):
        start_attempt(student, given, now=NOW)
        page = teacher_client.get(page_of(given))
    assert status_and_end(page) == "In progress Closes Sun, Oct 25, 11:00 am"
