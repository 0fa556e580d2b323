"""The page for the wall: how to sign in, who is here, the live bar, and the buttons that open and close a quiz."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import segno
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments import lifecycle
from quizzes.assignments.accommodations import set_accommodation
from quizzes.assignments.status import Status
from quizzes.attempts import lifecycle as attempts
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Excuse, KnownDevice, Presence, Student, User
from quizzes.people.known_devices import remember_student_device
from quizzes.reports.start_class import HERE_FOR, attendance, class_counts
from tests.factories import NOW, make_answered_attempt, make_attempt, make_student, save
from tests.pages import form_of, read, text_of

MINUTE = timedelta(minutes=1)


def wall_of(assignment: Assignment) -> str:
    return reverse("start_class", args=[assignment.public_id])


def running_of(assignment: Assignment) -> str:
    return reverse("running_class", args=[assignment.public_id])


def sign_in(student: Student, *, ago: timedelta = timedelta(0)) -> None:
    remember_student_device(student, device="0" * 32, address="10.0.0.1", now=NOW - ago)


@pytest.fixture
def three(classroom: Classroom) -> list[Student]:
    return [make_student(classroom=classroom, name=name) for name in ("Ana", "Ben", "Cy")]


# --- How to sign in, and who is here ------------------------------------------------------------------------------


def test_pages_of_an_archived_class_do_not_lead_to_the_wall(assignment: Assignment, teacher_client: Client) -> None:
    pages = [
        reverse("classroom_quizzes", args=[assignment.classroom.public_id]),
        reverse("assignment_progress", args=[assignment.public_id]),
    ]
    for page in pages:
        assert wall_of(assignment) in read(teacher_client.get(page)).links, page
    Classroom.objects.update(archived_at=NOW)
    for page in pages:
        assert wall_of(assignment) not in read(teacher_client.get(page)).links, page


def test_wall_shows_address_code_and_a_qr_code_of_the_join_page(
    assignment: Assignment, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for address in (wall_of(assignment), reverse("start_classroom", args=[classroom.public_id])):
        page = teacher_client.get(address, headers={"host": "testserver"})
        text = text_of(page)
        assert "Sign in at testserver/join" in text
        assert classroom.shown_code in text
        link = "http://testserver" + reverse("join_with_code", args=[classroom.join_code])
        svg = segno.make(link, error="m").svg_inline(omitsize=True, border=2, light="#fff")
        assert re.findall(r'<path[^>]* d="([^"]*)"', svg)[-1] in page.content.decode()
        assert "can’t open" not in text


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000"])
def test_wall_at_a_local_address_names_the_one_that_phones_can_open(
    host: str,
    assignment: Assignment,
    classroom: Classroom,
    teacher_client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOST", raising=False)
    for address in (wall_of(assignment), running_of(assignment)):
        text = text_of(teacher_client.get(address, headers={"host": host}))
        assert f"Students’ devices can’t open {host}. Footnote answers on this computer only." in text
    monkeypatch.setenv("HOST", "192.0.2.7")
    monkeypatch.setenv("PORT", "8080")
    page = teacher_client.get(wall_of(assignment), headers={"host": host})
    assert "Sign in at 192.0.2.7:8080/join" in text_of(page)
    assert f"Students’ devices can’t open {host}. Use 192.0.2.7:8080 instead." in text_of(page)
    link = "http://192.0.2.7:8080" + reverse("join_with_code", args=[classroom.join_code])
    svg = segno.make(link, error="m").svg_inline(omitsize=True, border=2, light="#fff")
    assert re.findall(r'<path[^>]* d="([^"]*)"', svg)[-1] in page.content.decode()
    assert "Sign in at 192.0.2.7:8080/join with" in text_of(
        teacher_client.get(running_of(assignment), headers={"host": host})
    )


def test_code_that_is_off_is_not_shown(assignment: Assignment, classroom: Classroom, teacher_client: Client) -> None:
    Classroom.objects.update(join_open=False)
    for address in (wall_of(assignment), running_of(assignment)):
        text = text_of(teacher_client.get(address))
        assert "Class code off" in text
        assert classroom.shown_code not in text


def test_wall_brings_a_new_code_and_that_it_is_off(
    assignment: Assignment, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    page = teacher_client.get(wall_of(assignment))
    live = reverse("live_start_classroom", args=[classroom.public_id])
    assert classroom.shown_code in text_of(page)
    Classroom.objects.update(join_code="XYZ789")
    fresh = teacher_client.get(live, headers={"if-none-match": page.headers["ETag"]})
    assert "XYZ-789" in text_of(fresh)
    # The QR code of the new address, as the page itself has it.
    code = re.compile('<div class="qr">.*?</div>', re.DOTALL)
    assert code.findall(fresh.text) == code.findall(teacher_client.get(wall_of(assignment)).text)
    Classroom.objects.update(join_open=False)
    closed = teacher_client.get(live, headers={"if-none-match": fresh.headers["ETag"]})
    assert "Class code off" in text_of(closed)


def test_here_is_who_signed_in_started_has_a_page_open_or_saved_an_answer(
    assignment: Assignment, classroom: Classroom, three: list[Student], clock: time_machine.Traveller
) -> None:
    ana, ben, cy = three
    assert attendance(classroom.pk, now=NOW).here == ()
    sign_in(ana, ago=HERE_FOR)
    make_attempt(assignment=assignment, student=ben, started_at=NOW - HERE_FOR)
    old = make_attempt(assignment=assignment, student=cy, started_at=NOW - HERE_FOR - MINUTE)
    present = attendance(classroom.pk, now=NOW)
    assert (present.here, present.student_count, present.absent) == (("Ana", "Ben"), 3, ("Cy",))
    Presence.objects.create(attempt=old, seen_at=NOW)
    assert attendance(classroom.pk, now=NOW).here == ("Ana", "Ben", "Cy")
    assert attendance(classroom.pk, now=NOW + MINUTE).here == ("Cy",)
    # Without JavaScript, no page says that it is open.
    save(Attempt.objects.get(student=ben), "one", "b", now=NOW)
    assert attendance(classroom.pk, now=NOW + MINUTE).here == ("Ben", "Cy")
    # A teacher enters answers from paper.
    Attempt.objects.filter(student=ben).update(medium=Attempt.Medium.PAPER)
    assert attendance(classroom.pk, now=NOW + MINUTE).here == ("Cy",)
    Student.objects.filter(pk=cy.pk).update(removed_at=NOW)
    assert attendance(classroom.pk, now=NOW).student_count == 2


def test_student_who_signed_out_is_still_here_and_the_page_says_so(
    assignment: Assignment,
    student: Student,
    student_client: Client,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    sign_in(student)
    student_client.post(reverse("sign_out"))
    text = text_of(teacher_client.get(wall_of(assignment)))
    assert "1 of 1 is here" in text
    assert "Here: signed in or working in the last 90 minutes, even if signed out since." in text


def test_students_of_other_classes_are_not_here(
    classroom: Classroom, other_classroom: Classroom, clock: time_machine.Traveller
) -> None:
    sign_in(make_student(classroom=other_classroom))
    assert attendance(classroom.pk, now=NOW).student_count == 0
    assert attendance(other_classroom.pk, now=NOW).student_count == 1


def test_wall_hides_names_where_the_teacher_hid_them(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    sign_in(three[0])
    page = teacher_client.get(wall_of(assignment)).content.decode()
    assert re.search(r"<input[^>]*data-names checked", page)
    teacher_client.post(reverse("hide_names", args=[assignment.public_id]), {"is_hidden": "True"})
    page = teacher_client.get(wall_of(assignment)).content.decode()
    assert not re.search(r"<input[^>]*data-names checked", page)


@pytest.mark.parametrize("count", [1, 3])
def test_poll_of_who_is_here_costs_four_queries_and_changes_with_a_sign_in(
    count: int,
    assignment: Assignment,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
    queries: Callable[[], Any],
) -> None:
    students = [make_student(classroom=classroom, name=f"Ana {number}") for number in range(count)]
    tag = teacher_client.get(wall_of(assignment)).headers["ETag"]
    live = reverse("live_start_classroom", args=[classroom.public_id])
    with queries() as seen:
        assert teacher_client.get(live, headers={"if-none-match": tag}).status_code == 304
    assert len(seen) == 4
    for student in students:
        sign_in(student)
    fresh = teacher_client.get(live, headers={"if-none-match": tag})
    assert fresh.status_code == 200
    assert f"{count} of {count}" in text_of(fresh)
    assert list(re.findall(r"<li><bdi>(.*?)</bdi></li>", fresh.content.decode())) == [
        f"{student.display_name}." for student in students
    ]


def test_class_page_for_the_wall_of_an_empty_class_leads_to_its_students(
    classroom: Classroom, teacher_client: Client
) -> None:
    links = read(teacher_client.get(reverse("start_classroom", args=[classroom.public_id]))).links
    assert reverse("add_students", args=[classroom.public_id]) in links
    assert f"{reverse('assign_quiz')}?classroom={classroom.public_id}" not in links


def test_class_page_for_the_wall_leads_to_quizzes_that_are_not_closed(
    assignment: Assignment, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = reverse("start_classroom", args=[classroom.public_id])
    # Also before the class has students.
    assert wall_of(assignment) in read(teacher_client.get(address)).links
    lifecycle.close_now(assignment, by=teacher, now=NOW)
    clock.shift(MINUTE)
    make_student(classroom=classroom, name="Ana G.")
    links = read(teacher_client.get(address)).links
    assert wall_of(assignment) not in links
    assert f"{reverse('assign_quiz')}?classroom={classroom.public_id}" in links


# --- One tap away -------------------------------------------------------------------------------------------------


def test_wall_is_one_tap_from_home_class_and_progress(
    assignment: Assignment, classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    of_class = reverse("start_classroom", args=[classroom.public_id])
    assert wall_of(assignment) in read(teacher_client.get(reverse("teacher_home"))).links
    assert (
        wall_of(assignment)
        in read(teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))).links
    )
    assert of_class in read(teacher_client.get(reverse("classroom_gradebook", args=[classroom.public_id]))).links
    # A student who comes late may be missing from the list, or have no card.
    roster = reverse("roster", args=[classroom.public_id])
    for address in (wall_of(assignment), running_of(assignment)):
        assert roster in read(teacher_client.get(address)).links
    Assignment.objects.all().delete()
    assert of_class in read(teacher_client.get(reverse("teacher_home"))).links


# --- Start, the live bar, end -------------------------------------------------------------------------------------


def press(client: Client, address: str, act: str) -> Any:
    form = next(form for form in read(client.get(address)).forms if ("act", act) in form.buttons)
    return client.post(form.action, form.data(act=act), follow=True)


def test_start_opens_a_quiz_that_is_not_open_and_shows_the_live_bar(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(opens_at=NOW + 5 * MINUTE, closes_at=NOW + 40 * MINUTE)
    page = press(teacher_client, wall_of(assignment), "open")
    assert page.redirect_chain[-1][0] == running_of(assignment)
    assignment.refresh_from_db()
    assert (assignment.opens_at, assignment.closes_at) == (NOW, NOW + 40 * MINUTE)
    assert "40 min left" in text_of(page)
    # A second press, also on an open quiz, changes and logs nothing.
    events = AuditEvent.objects.count()
    clock.shift(MINUTE)
    press(teacher_client, wall_of(assignment), "open")
    assignment.refresh_from_db()
    assert (assignment.opens_at, AuditEvent.objects.count()) == (NOW, events)


def test_start_opens_no_closed_quiz(
    assignment: Assignment, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    lifecycle.close_now(assignment, by=teacher, now=NOW)
    clock.shift(MINUTE)
    assert "This quiz is closed" in text_of(teacher_client.get(wall_of(assignment)))
    address = reverse("change_window", args=[assignment.public_id])
    teacher_client.post(address, {"act": "open", "page": "running_class"})
    assignment.refresh_from_db()
    assert assignment.closes_at == NOW


def bar_of(page: Any) -> list[tuple[str, str]]:
    """(status, count) of each part of the live bar."""
    parts = re.findall(r"<dt>.*?</svg>(.*?)</dt>\s*<dd>(\d+)</dd>", page.content.decode(), re.DOTALL)
    return [(label.strip(), count) for label, count in parts]


def test_bar_counts_add_up_to_the_class(
    assignment: Assignment, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    names = ("Ana", "Ben", "Cy", "Dee", "Eve", "Flo")
    ana, ben, cy, dee, _, gone = (make_student(classroom=classroom, name=name) for name in names)
    make_answered_attempt(assignment=assignment, student=ana)
    make_attempt(assignment=assignment, student=ben)
    make_attempt(assignment=assignment, student=cy)
    Attempt.objects.filter(student=cy).update(deadline_at=NOW - 5 * MINUTE)
    Excuse.objects.create(assignment=assignment, student=dee, reason="Ill", given_by=teacher, given_at=NOW)
    Student.objects.filter(pk=gone.pk).update(removed_at=NOW)
    counts = class_counts(assignment, now=NOW)
    assert counts == {
        Status.SUBMITTED: 1,
        Status.IN_PROGRESS: 1,
        Status.TIME_UP: 1,
        Status.EXCUSED: 1,
        Status.NOT_STARTED: 1,
    }
    page = teacher_client.get(running_of(assignment))
    labels = ["Turned in", "In progress", "Time’s up", "Not started", "Excused"]
    assert bar_of(page) == [(label, "1") for label in labels]
    # A screen reader reads the counts out whenever one changes, and reads them once.
    assert 'role="img"' not in page.content.decode()


def test_bar_of_a_quiz_that_is_not_open_says_so_of_everyone(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(opens_at=NOW + MINUTE)
    assert bar_of(teacher_client.get(running_of(assignment))) == [
        ("Turned in", "0"),
        ("In progress", "0"),
        ("Not open yet", "3"),
        ("Not started", "0"),
    ]


def test_waiting_quiz_opens_when_the_teacher_presses_start(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(waits_for_teacher=True)
    assert "Not open yet" in text_of(teacher_client.get(running_of(assignment)))
    wall = text_of(teacher_client.get(wall_of(assignment)))
    assert "It’s on your sign-in card. No card? Ask your teacher." in wall
    page = press(teacher_client, wall_of(assignment), "open")
    assert bar_of(page) == [("Turned in", "0"), ("In progress", "0"), ("Not started", "3")]
    assert "Show the quiz" in text_of(teacher_client.get(wall_of(assignment)))


@pytest.mark.parametrize("name", ["running_class", "assignment_progress"])
def test_pause_and_resume_are_one_press_and_lead_back(
    name: str, assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = reverse(name, args=[assignment.public_id])
    tag = teacher_client.get(address).headers["ETag"]
    paused = press(teacher_client, address, "pause")
    assert (paused.request["PATH_INFO"], "Paused" in text_of(paused)) == (address, True)
    assert teacher_client.get(address).headers["ETag"] != tag
    clock.shift(5 * MINUTE)
    resumed = press(teacher_client, address, "resume")
    assert resumed.request["PATH_INFO"] == address
    assignment.refresh_from_db()
    assert assignment.paused_at is None
    assert any(("act", "pause") in form.buttons for form in read(resumed).forms)


@pytest.mark.parametrize(
    ("has_end", "said"),
    [
        (True, "Paused. The clock has stopped for everyone."),
        (False, "Paused. Students’ screens hide the questions within 20 seconds. Answers until then count."),
    ],
)
def test_pause_on_the_board_leads_back_to_the_board(
    has_end: bool, said: str, assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW + 40 * MINUTE if has_end else None)
    board = reverse("class_board", args=[assignment.public_id])
    [form] = [form for form in read(teacher_client.get(board)).forms if ("act", "pause") in form.buttons]
    # The button has an address of its own.
    address = reverse("change_window", args=[assignment.public_id])
    assert f'formaction="{address}"' in teacher_client.get(board).content.decode()
    paused = teacher_client.post(address, form.data(act="pause"), follow=True)
    assert (paused.request["PATH_INFO"], "Paused" in text_of(paused)) == (board, True)
    # The board says it, and not the page that opens next.
    assert (said in text_of(paused), said in text_of(teacher_client.get(reverse("teacher_home")))) == (True, False)


def test_pause_on_the_board_keeps_the_language_of_the_window(
    assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    board = f"{reverse('class_board', args=[assignment.public_id])}?language=es"
    address = f"{reverse('change_window', args=[assignment.public_id])}?language=es"
    page = teacher_client.get(board)
    assert f'formaction="{address}"' in page.content.decode()
    form = form_of(page, having="aim")
    assert teacher_client.post(address, form.data(act="pause")).headers["Location"] == board


def test_class_board_is_linked_once(
    assignment: Assignment, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    board = f'href="{reverse("class_board", args=[assignment.public_id])}"'
    page = teacher_client.get(running_of(assignment)).text
    assert page.count(board) == 1
    lifecycle.close_now(assignment, by=teacher, now=NOW)
    clock.shift(MINUTE)
    assert teacher_client.get(running_of(assignment)).text.count(board) == 1
    # The page that was open takes the link below away as it gets the one above.
    live = teacher_client.get(reverse("live_running_class", args=[assignment.public_id])).text
    assert ('id="wall-link"' in page, 'id="wall-link"' in live) == (True, True)
    assert board not in live.partition('id="wall-link"')[2]


def test_closed_quiz_is_not_paused(
    assignment: Assignment, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    lifecycle.close_now(assignment, by=teacher, now=NOW)
    clock.shift(MINUTE)
    address = reverse("change_window", args=[assignment.public_id])
    refused = teacher_client.post(address, {"act": "pause"}, follow=True)
    assert "This quiz isn’t open, so you can’t pause it." in text_of(refused)


@pytest.mark.parametrize("count", [1, 3])
def test_poll_of_the_bar_costs_four_queries_and_changes_with_the_class(
    count: int,
    assignment: Assignment,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
    queries: Callable[[], Any],
) -> None:
    students = [make_student(classroom=classroom, name=f"Ana {number}") for number in range(count)]
    live = reverse("live_running_class", args=[assignment.public_id])
    with queries() as seen:
        tag = teacher_client.get(running_of(assignment)).headers["ETag"]
    assert len(seen) == 7
    with queries() as seen:
        assert teacher_client.get(live, headers={"if-none-match": tag}).status_code == 304
    assert len(seen) == 4
    attempts = [make_attempt(assignment=assignment, student=student) for student in students]
    fresh = teacher_client.get(live, headers={"if-none-match": tag})
    assert bar_of(fresh) == [("Turned in", "0"), ("In progress", str(count)), ("Not started", "0")]
    tag = fresh.headers["ETag"]
    assert teacher_client.get(live, headers={"if-none-match": tag}).status_code == 304
    save(attempts[0], "one", "b")
    assert teacher_client.get(live, headers={"if-none-match": tag}).status_code == 200


def test_end_now_closes_and_leads_to_the_class_board(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW + 40 * MINUTE)
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=three[0], deadline_at=NOW + 40 * MINUTE)
    press(teacher_client, running_of(assignment), "more_time")
    assignment.refresh_from_db()
    assert assignment.closes_at == NOW + 50 * MINUTE
    question = press(teacher_client, running_of(assignment), "close")
    assert "Close “Small set” now? 1 student is still working." in text_of(question)
    assignment.refresh_from_db()
    assert assignment.closes_at == NOW + 50 * MINUTE
    form = form_of(question, having="is_sure")
    page = teacher_client.post(form.action, form.data(), follow=True)
    assert page.redirect_chain[-1][0] == running_of(assignment)
    assignment.refresh_from_db()
    assert assignment.closes_at == NOW
    clock.shift(timedelta(seconds=1))
    page = teacher_client.get(running_of(assignment))
    assert "Closed Fri, Oct 23, 11:00 am EDT" in text_of(page)
    assert "Quizzes in progress are turned in within 2 minutes." in text_of(page)
    assert reverse("class_board", args=[assignment.public_id]) in read(page).links

    clock.shift(3 * MINUTE)
    attempt.refresh_from_db()
    done = attempts.submit_attempt(attempt, now=NOW + 3 * MINUTE)
    assert attempts.is_ended_by_teacher(done)
    done.submitted_at = NOW + 40 * MINUTE
    assert not attempts.is_ended_by_teacher(done)
    page = press(teacher_client, running_of(assignment), "more_time")
    assert "1 attempt was turned in at the close and stays turned in." in text_of(page)
    assert "Closed" not in text_of(page)


def test_10_more_minutes_are_added_to_the_time_of_everyone_at_work(
    assignment: Assignment, three: list[Student], teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=None)
    set_accommodation(three[1], time_factor=Decimal("1.5"), by=teacher, now=NOW)
    limits = (30 * MINUTE, 45 * MINUTE, 35 * MINUTE, None)
    working = [
        make_attempt(assignment=assignment, student=student, time_limit=limit, deadline_at=limit and NOW + limit)
        for student, limit in zip([*three, make_student(classroom=assignment.classroom)], limits, strict=True)
    ]
    form = next(
        form for form in read(teacher_client.get(running_of(assignment))).forms if ("act", "more_time") in form.buttons
    )
    pages = [teacher_client.post(form.action, form.data(act="more_time"), follow=True) for _ in range(2)]
    assert "The time limit is 10 minutes longer. Students with extra time get more." in text_of(pages[0])
    assert "Time limit: 40 minutes." in text_of(pages[1])
    assignment.refresh_from_db()
    assert (assignment.time_limit, assignment.closes_at) == (40 * MINUTE, None)
    for attempt, minutes in zip(working, (40, 60, 45, None), strict=True):
        attempt.refresh_from_db()
        assert attempt.deadline_at == (minutes and NOW + minutes * MINUTE)


def test_live_bar_says_the_time_limit_and_no_minutes_that_no_student_has(
    assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=NOW + 50 * MINUTE)
    page = text_of(teacher_client.get(running_of(assignment)))
    assert "Small set Time limit 30 minutes Closes Fri, Oct 23, 11:50 am EDT" in page
    assert "min left" not in page
    Assignment.objects.update(time_limit=None)
    page = text_of(teacher_client.get(running_of(assignment)))
    assert ("50 min left" in page, "Time limit" in page) == (True, False)


def test_10_more_minutes_count_whom_the_time_limit_has_turned_in(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=None)
    limit = {"time_limit": 30 * MINUTE, "deadline_at": NOW + 30 * MINUTE}
    out, done, _ = (make_attempt(assignment=assignment, student=student, **limit) for student in three)
    attempts.submit_attempt(done, now=NOW + 10 * MINUTE)
    clock.shift(31 * MINUTE)
    attempts.submit_overdue(now=NOW + 32 * MINUTE)
    out.refresh_from_db()
    assert not out.is_open
    page = text_of(press(teacher_client, running_of(assignment), "more_time"))
    assert "2 attempts stay turned in, because their time ran out." in page


def test_10_more_minutes_in_a_pause_move_limit_and_close(
    assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=NOW + 40 * MINUTE, paused_at=NOW)
    attempt = make_attempt(assignment=assignment, student=three[0], time_limit=30 * MINUTE)
    page = press(teacher_client, running_of(assignment), "more_time")
    assert (
        "The time limit is 10 minutes longer. Students with extra time get more. Closes Fri, Oct 23, 11:50 am EDT."
        in text_of(page)
    )
    attempt.refresh_from_db()
    assert (attempt.time_limit, attempt.deadline_at) == (40 * MINUTE, None)


def test_10_more_minutes_after_the_close_leave_the_time_limit(
    assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=NOW - MINUTE)
    press(teacher_client, running_of(assignment), "more_time")
    assignment.refresh_from_db()
    assert (assignment.time_limit, assignment.closes_at) == (30 * MINUTE, NOW + 10 * MINUTE)


def test_progress_page_gives_more_minutes_of_a_time_limit(
    assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=30 * MINUTE, closes_at=None)
    press(teacher_client, reverse("assignment_progress", args=[assignment.public_id]), "more_time")
    assignment.refresh_from_db()
    assert assignment.time_limit == 40 * MINUTE


@pytest.mark.parametrize("name", ["running_class", "class_board"])
def test_undo_of_a_close_stays_on_the_page_in_front_of_the_class(
    name: str, assignment: Assignment, three: list[Student], teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    address = reverse(name, args=[assignment.public_id])
    asked = form_of(
        teacher_client.post(
            reverse("change_window", args=[assignment.public_id]),
            form_of(teacher_client.get(address), having="page").data(act="close"),
        ),
        having="is_sure",
    )
    closed = teacher_client.post(asked.action, asked.data(), follow=True)
    for words in ("Reopened.", "This page is out of date."):
        [undo] = [form for form in read(closed).forms if form.action.endswith("/undo/")]
        page = teacher_client.post(undo.action, undo.data(), follow=True)
        assert page.redirect_chain[-1][0] == address
        assert words in text_of(page)
        assert "Ana" not in text_of(page)


def test_close_on_the_progress_page_stays_there(assignment: Assignment, teacher_client: Client) -> None:
    progress = reverse("assignment_progress", args=[assignment.public_id])
    form = form_of(press(teacher_client, progress, "close"), having="is_sure")
    closed = teacher_client.post(form.action, form.data(), follow=True)
    assert closed.redirect_chain[-1][0] == progress


def test_names_on_the_wall_are_text(
    assignment: Assignment, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    sign_in(make_student(classroom=classroom, name="<b>Bo</b>"))
    assert KnownDevice.objects.count() == 1
    page = teacher_client.get(wall_of(assignment)).content.decode()
    assert "<li><bdi>&lt;b&gt;Bo&lt;/b&gt;</bdi></li>" in page
