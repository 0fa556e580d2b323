"""When a session ends, and where a sign-in may lead."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.models import Session
from django.core import signing
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizsite import sessions
from quizsite.periodic_jobs import run_periodic_jobs
from quizsite.sessions import SessionStore
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Attempt, Classroom, Student, TeacherSession, User
from quizzes.people import accounts, teacher_sessions
from quizzes.people.classrooms import archive_classroom, restore_classroom
from quizzes.people.rosters import move_student
from quizzes.people.student_sign_in import pin_of
from quizzes.people.teacher_sessions import browser_name
from tests.factories import NOW, make_assignment, make_attempt, make_classroom, make_user
from tests.pages import form_of, read, text_of

PASSWORD = "seven green bicycles"
WEEK = timedelta(days=7)
# Where a form's `next` may not lead, whatever a browser makes of it.
ELSEWHERE = [
    *("https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "////evil.example/a"),
    *("/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example", "https:/evil.example"),
    *(
        "https:///evil.example",
        "http:\\\\evil.example",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,a",
    ),
    *(
        "vbscript:a",
        "ftp://evil.example/",
        "//evil.example:80/teacher/",
        "//testserver@evil.example/",
        "\t//evil.example",
    ),
    *("\n//evil.example", " //evil.example", "\x00//evil.example", "//evil.example\\@testserver", "/\t/evil.example"),
    *("http://testserver.evil.example/", "https://evil.example/?next=http://testserver/", "//[::1", "mailto:a@b.test"),
    *("//evil%2eexample", "hTTps://evil.example#/teacher/"),
]


@pytest.mark.parametrize("name", ["student_home", "take_attempt", "time_left"])
def test_removed_student_is_out_at_once(
    name: str, attempt: Attempt, student: Student, signed_in: Callable[[Student], Client]
) -> None:
    args = {"student_home": [], "take_attempt": [attempt.public_id, 1], "time_left": [attempt.public_id]}[name]
    client = signed_in(student)
    assert client.get(reverse(name, args=args)).status_code == 200
    Student.objects.filter(pk=student.pk).update(removed_at=NOW)
    response = client.get(reverse(name, args=args))
    assert (response.status_code, response.headers["Location"]) == (302, "/join/")


@pytest.mark.parametrize("name", ["student_home", "take_attempt", "start_attempt"])
def test_student_of_an_archived_class_is_out_until_it_is_restored(
    name: str,
    attempt: Attempt,
    student: Student,
    teacher: User,
    classroom: Classroom,
    signed_in: Callable[[Student], Client],
) -> None:
    args = {"student_home": [], "take_attempt": [attempt.public_id, 1], "start_attempt": [attempt.assignment.public_id]}
    client, path = signed_in(student), reverse(name, args=args[name])
    visit = client.post if name == "start_attempt" else client.get
    archive_classroom(classroom, by=teacher, now=NOW)
    response = visit(path)
    expected = "/join/?unsent=change" if name == "start_attempt" else "/join/"
    assert (response.status_code, response.headers["Location"]) == (302, expected)

    restore_classroom(classroom, by=teacher, now=NOW)
    response = visit(path)
    assert (response.status_code, response.headers.get("Location")) == (
        (302, reverse("take_attempt", args=[attempt.public_id, 1])) if name == "start_attempt" else (200, None)
    )


def test_attempt_in_an_archived_class_is_closed_to_a_student_who_moved(
    attempt: Attempt, student: Student, teacher: User, signed_in: Callable[[Student], Client]
) -> None:
    client, address = signed_in(student), reverse("take_attempt", args=[attempt.public_id, 1])
    move_student(student, to=make_classroom(teacher=teacher, name="Period 4"), by=teacher, now=NOW)
    assert client.get(address).status_code == 200
    archive_classroom(attempt.classroom, by=teacher, now=NOW)
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (302, "/student/")
    assert client.get(reverse("student_home")).status_code == 200
    # The outbox continues with the answers to other attempts.
    sent = client.post(address, {"choice": "a"}, headers={"Accept": "application/json"})
    assert (sent.status_code, sent.json()) == (404, {"student": student.public_id})
    assert not attempt.answers.exists()
    again = client.post(reverse("enter_pin_again", args=[attempt.public_id]), {"pin": pin_of(student)})
    assert again.status_code == 400


@pytest.mark.parametrize(
    "changed", [{"removed_at": NOW}, {"pin_version": 2}, {"pk": 0}], ids=["removed", "new PIN", "another's"]
)
def test_save_of_someone_who_may_not_changes_nothing(
    changed: dict[str, Any],
    attempt: Attempt,
    student: Student,
    classmate: Student,
    signed_in: Callable[[Student], Client],
) -> None:
    client, address = signed_in(student), reverse("take_attempt", args=[attempt.public_id, 1])
    form = form_of(client.get(address), having="operation")
    if "pk" in changed:
        client = signed_in(classmate)
    else:
        Student.objects.filter(pk=student.pk).update(**changed)
    sent = form.data(**dict([form.offered[1]]), act="save")
    response = client.post(address, sent, headers={"Accept": "application/json"})
    assert response.status_code == (404 if "pk" in changed else 302)
    assert (attempt.answers.count(), attempt.events.count()) == (0, 0)


@pytest.mark.parametrize(("keeps_old_key", "status", "saved"), [(True, 200, 1), (False, 302, 0)])
def test_secret_key_may_be_rotated_while_a_student_is_at_work(
    keeps_old_key: bool,
    status: int,
    saved: int,
    attempt: Attempt,
    student: Student,
    signed_in: Callable[[Student], Client],
    settings: Any,
) -> None:
    client, address = Client(enforce_csrf_checks=True), reverse("take_attempt", args=[attempt.public_id, 1])
    client.cookies = signed_in(student).cookies
    form = form_of(client.get(address), having="operation")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keeps_old_key else []
    settings.SECRET_KEY = "another secret key, longer than fifty characters, for this test alone"

    sent = form.data(**dict([form.offered[1]]), act="save")
    response = client.post(address, sent, headers={"Accept": "application/json"})

    assert (response.status_code, attempt.answers.count()) == (status, saved)
    # After a new sign-in, the same request is accepted.
    client.cookies |= signed_in(student).cookies
    again = client.post(address, sent, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()["revision"], attempt.events.count()) == (200, 1, 1)


def test_session_of_a_sign_in_link_ends_after_a_week(teacher: User, clock: time_machine.Traveller) -> None:
    client = Client()
    client.post(accounts.sign_in_link(teacher, ""))
    # The link's own rule leads to the password page while it lasts; what counts here is who is signed in.
    for _ in range(15):
        clock.shift(timedelta(hours=11))
        assert client.get("/teacher/").status_code == 200
    clock.move_to(NOW + WEEK - timedelta(minutes=1))
    assert client.get("/teacher/").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get("/teacher/").headers["Location"] == "/accounts/login/?next=/teacher/"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: str) -> None:
    make_user(email="rivera@school.test", password=PASSWORD)
    form = {"login": "rivera@school.test", "password": PASSWORD, "next": target}
    response = Client().post("/accounts/login/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/teacher/")


@pytest.mark.django_db
def test_signing_in_leads_back_to_the_page_that_was_asked_for() -> None:
    make_user(email="rivera@school.test", password=PASSWORD)
    form = {"login": "rivera@school.test", "password": PASSWORD, "next": "/teacher/sets/"}
    assert Client().post("/accounts/login/", form).headers["Location"] == "/teacher/sets/"


def test_signing_out_leads_nowhere_else(teacher_client: Client) -> None:
    response = teacher_client.post("/accounts/logout/", {"next": "https://evil.example/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


@pytest.mark.django_db
def test_session_is_stored_changed_read_and_ended_by_a_statement_each(queries: Callable[[], Any]) -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    with queries() as seen:
        session.save()
    assert (len(seen), len(seen.writes)) == (1, 1)
    key = str(session.session_key)

    with queries() as seen:
        session["name"] = "Ben T."
        session.save()
        assert SessionStore(key)["name"] == "Ben T."
        session.delete()
        session.delete("no such key")
        SessionStore().delete()
    assert (len(seen), len(seen.writes)) == (4, 3)
    assert not session.exists(key)
    assert SessionStore(key).load() == {}


@pytest.mark.django_db
def test_session_never_takes_the_key_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = SessionStore(), SessionStore()
    one["name"] = "Ana S."
    one.save()
    other._session_key = one.session_key
    with pytest.raises(CreateError):
        other.save(must_create=True)
    assert SessionStore(one.session_key)["name"] == "Ana S."
    # The connection stays usable, also in a transaction. A key that is taken keeps its owner.
    keys = [str(one.session_key), "a" * 32]
    monkeypatch.setattr(sessions, "get_random_string", lambda *_: keys.pop(0))
    other.create()
    assert other.session_key == "a" * 32
    assert SessionStore(one.session_key)["name"] == "Ana S."


@pytest.mark.django_db
def test_session_row_that_was_changed_by_hand_says_nothing() -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    session.save()
    # Read before, so that the process knows the row as it was.
    assert SessionStore(session.session_key)["name"] == "Ana S."
    Session.objects.update(session_data=Concat("session_data", Value("A")))
    assert SessionStore(session.session_key).load() == {}


@pytest.mark.django_db
def test_session_row_that_is_signed_and_no_session_says_nothing() -> None:
    session = SessionStore()
    session["name"] = "Ana S."
    session.save()
    Session.objects.update(session_data=signing.TimestampSigner(salt=session.key_salt).sign("bm8"))
    assert SessionStore(session.session_key).load() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "check_count"), [(10, 1), (sessions.LONGEST_CACHED, 3)])
def test_only_a_short_session_stays_in_memory(length: int, check_count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    session = SessionStore()
    # In the row, it is compressed.
    session["answer"] = "a" * length
    session.save()
    checks: list[str] = []
    loads = signing.loads
    monkeypatch.setattr(signing, "loads", lambda row, **options: (checks.append(row), loads(row, **options))[1])

    read = [SessionStore(session.session_key)["answer"] for _ in range(3)]

    assert read == ["a" * length] * 3
    assert len(checks) == check_count


@pytest.mark.django_db
def test_session_changed_in_one_place_is_not_changed_in_another() -> None:
    session = SessionStore()
    session["names"] = ["Ana S."]
    session.save()
    one, other = SessionStore(session.session_key), SessionStore(session.session_key)
    one["names"].append("Ben T.")
    assert other["names"] == SessionStore(session.session_key)["names"] == ["Ana S."]


@pytest.mark.django_db
def test_session_ends_at_its_own_time(clock: time_machine.Traveller) -> None:
    session = SessionStore()
    session.set_expiry(60)
    session.save()
    clock.shift(timedelta(seconds=59))
    assert SessionStore(session.session_key).load() != {}
    clock.shift(timedelta(seconds=2))
    ended = SessionStore(session.session_key)
    assert (ended.load(), ended.session_key) == ({}, None)


# --- Students: 8 hours, 30 minutes without use unless an attempt is open -------------------------------------------

MINUTE = timedelta(minutes=1)


def sign_in(student: Student, **device: str) -> Client:
    """A browser in which the student signed in with code, name and PIN."""
    client = Client()
    client.post("/join/", {"code": student.classroom.join_code})
    client.post("/join/name/", {"student": student.public_id})
    response = client.post("/join/pin/", {"pin": pin_of(student), **device})
    assert response.headers["Location"] == "/student/"
    return client


def is_in(client: Client, address: str = "/student/") -> bool:
    response = client.get(address)
    assert response.status_code == 200 or response.headers["Location"] == "/join/"
    return response.status_code == 200


def test_student_is_signed_out_after_30_minutes_without_use(student: Student, clock: time_machine.Traveller) -> None:
    client = sign_in(student)
    for _ in range(3):
        clock.shift(29 * MINUTE)
        assert is_in(client)
    clock.shift(30 * MINUTE)

    assert "Step 1 of 3" in client.get("/join/").content.decode()
    for _ in range(2):
        assert not is_in(client)


def test_student_with_an_open_attempt_stays_signed_in_without_use(
    attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client, page = sign_in(student), reverse("take_attempt", args=[attempt.public_id, 1])
    clock.shift(timedelta(hours=3))
    assert is_in(client)
    clock.shift(timedelta(hours=3))
    assert is_in(client, page)

    submit_attempt(attempt, now=timezone.now())

    receipt = reverse("receipt", args=[attempt.public_id])
    assert is_in(client, receipt)
    clock.shift(30 * MINUTE)
    assert not is_in(client, receipt)
    assert not is_in(client)


def test_receipt_that_stays_open_keeps_no_one_signed_in(
    attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client = sign_in(student)
    submit_attempt(attempt, now=timezone.now())
    for _ in range(3):
        clock.shift(10 * MINUTE)
        client.post(reverse("record_heartbeat", args=[attempt.public_id]), {"is_closed": "on"})
    assert not is_in(client)


def test_submitted_attempt_is_shown_while_another_is_open(
    attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client = sign_in(student)
    submit_attempt(attempt, now=timezone.now())
    make_attempt(assignment=make_assignment(classroom=student.classroom), student=student)
    clock.shift(timedelta(hours=1))

    assert is_in(client, reverse("receipt", args=[attempt.public_id]))


def test_student_is_signed_out_after_8_hours_of_use(
    attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client, page = sign_in(student, device="own"), reverse("take_attempt", args=[attempt.public_id, 1])
    for _ in range(47):
        clock.shift(10 * MINUTE)
        assert is_in(client, page)
    clock.move_to(NOW + timedelta(hours=8) - timedelta(seconds=1))
    assert is_in(client, page)
    clock.shift(timedelta(seconds=1))

    assert not is_in(client, page)
    assert not is_in(client)


@pytest.mark.parametrize("device", ["shared", "own"])
def test_session_ends_after_8_hours_however_the_cookie_lasts(
    device: str, attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client = sign_in(student, device=device)
    clock.shift(timedelta(hours=8))

    assert not is_in(client)


def test_session_of_a_shared_device_ends_with_the_browser_and_that_is_the_default(
    student: Student, clock: time_machine.Traveller
) -> None:
    kept = {
        device.get("device", "default"): sign_in(student, **device).cookies["sessionid"]["max-age"]
        for device in ({}, {"device": "shared"}, {"device": "own"})
    }
    assert kept == {"default": "", "shared": "", "own": 8 * 60 * 60}
    client = Client()
    client.post("/join/", {"code": student.classroom.join_code})
    client.post("/join/name/", {"student": student.public_id})
    page = client.get("/join/pin/").content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', page) == ["shared"]


def test_session_of_the_pin_alone_ends_with_the_browser(attempt: Attempt, student: Student) -> None:
    client = Client()
    assert client.post(f"/student/attempts/{attempt.public_id}/again/", {"pin": pin_of(student)}).status_code == 200
    assert client.cookies["sessionid"]["max-age"] == ""


def test_use_is_recorded_every_three_minutes_by_one_write(
    attempt: Attempt, student: Student, clock: time_machine.Traveller, queries: Callable[[], Any]
) -> None:
    client, page = sign_in(student), reverse("take_attempt", args=[attempt.public_id, 1])
    client.get(page)
    counts = []
    for _ in range(9):
        clock.shift(MINUTE)
        with queries() as seen:
            assert is_in(client, page)
        counts.append((len(seen), len(seen.writes)))

    assert counts == [(2, 0), (2, 0), (3, 1)] * 3


# --- Teachers: 12 hours without use, 7 days, and a list -------------------------------------------------------------


def teacher_in(teacher: User, agent: str = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0") -> Client:
    client = Client(headers={"User-Agent": agent})
    # A link is made from the last sign-in.
    teacher.refresh_from_db()
    assert client.post(accounts.sign_in_link(teacher, "")).headers["Location"] == "/teacher/"
    return client


def is_teacher_in(client: Client) -> bool:
    return client.get("/teacher/").status_code == 200


def test_sign_out_of_an_old_students_page_takes_the_teachers_session_off_the_list(teacher: User) -> None:
    client = teacher_in(teacher)
    assert TeacherSession.objects.count() == 1
    client.post("/student/sign-out/")
    assert not is_teacher_in(client)
    assert TeacherSession.objects.count() == 0


def test_teacher_is_signed_out_after_12_hours_without_use(teacher: User, clock: time_machine.Traveller) -> None:
    client = teacher_in(teacher)
    for _ in range(3):
        clock.shift(timedelta(hours=12) - MINUTE)
        assert is_teacher_in(client)
    clock.shift(timedelta(hours=12))

    for _ in range(2):
        assert not is_teacher_in(client)
    assert TeacherSession.objects.count() == 1
    run_periodic_jobs(now=timezone.now())
    assert TeacherSession.objects.count() == 0


@pytest.mark.parametrize("name", ["live_progress", "live_board", "live_start_classroom", "live_running_class"])
def test_live_page_that_polls_is_no_use(
    name: str, assignment: Assignment, teacher: User, clock: time_machine.Traveller, queries: Callable[[], Any]
) -> None:
    client = teacher_in(teacher)
    of = assignment.classroom if name == "live_start_classroom" else assignment
    address = reverse(name, args=[of.public_id])
    for _ in range(12):
        clock.shift(timedelta(hours=1) - timedelta(seconds=1))
        with queries() as seen:
            assert client.get(address).status_code == 200
        assert seen.writes == []
    clock.shift(MINUTE)

    assert not is_teacher_in(client)


def test_teachers_use_is_recorded_every_ten_minutes(
    teacher: User, clock: time_machine.Traveller, queries: Callable[[], Any]
) -> None:
    client = teacher_in(teacher)
    client.get("/teacher/")
    writes = []
    for _ in range(4):
        clock.shift(5 * MINUTE)
        with queries() as seen:
            assert is_teacher_in(client)
        writes.append(len(seen.writes))

    # The session and its line on the list.
    assert writes == [0, 2, 0, 2]
    assert TeacherSession.objects.get().seen_at == NOW + 20 * MINUTE


def test_account_lists_the_sessions_and_ends_all_at_once(
    teacher: User, other_teacher: User, clock: time_machine.Traveller
) -> None:
    here = teacher_in(teacher)
    there = teacher_in(teacher, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0.0.0 Safari/537.36")
    colleague = teacher_in(other_teacher)
    page = here.get("/teacher/account/")
    text = text_of(page)
    assert (
        "Firefox on Windows, since Fri, Oct 23, 11:00 am EDT, last used Fri, Oct 23, 11:00 am EDT This device" in text
    )
    assert "Chrome on ChromeOS, since" in text
    User.objects.update(language="es")
    assert "Firefox en Windows, desde" in text_of(here.get("/teacher/account/"))
    User.objects.update(language="")
    assert text.count("This device") == 1
    actions = [form.action for form in read(page).forms]
    assert reverse("sign_out_everywhere") in actions

    after = here.post(reverse("sign_out_everywhere"), follow=True)

    assert "You’re signed out on all devices." in after.content.decode()
    assert [is_teacher_in(client) for client in (here, there, colleague)] == [False, False, True]
    assert TeacherSession.objects.get().user == other_teacher
    assert is_teacher_in(teacher_in(teacher))


def test_oldest_session_of_a_teacher_ends_if_there_are_too_many(
    teacher: User, other_teacher: User, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher_sessions, "MOST_TEACHER_SESSIONS", 3)
    clients = [teacher_in(other_teacher)]
    for _ in range(5):
        clock.shift(MINUTE)
        clients.append(teacher_in(teacher))
    clock.shift(9 * MINUTE)
    # Used again, so that it is not the oldest.
    is_teacher_in(clients[3])
    clients.append(teacher_in(teacher))

    listed = [client.session["teacher_session"] for client in clients]
    assert [TeacherSession.objects.filter(key=key).exists() for key in listed] == [
        True,
        False,
        False,
        True,
        False,
        True,
        True,
    ]
    # A session that is off the list ends with its next use, after 10 minutes at most.
    clock.shift(10 * MINUTE)
    for client in clients:
        client.get("/teacher/")
    assert [is_teacher_in(client) for client in clients] == [True, False, False, True, False, True, True]


def test_session_leaves_the_list_when_it_ends(teacher: User, student: Student, clock: time_machine.Traveller) -> None:
    by_button, by_link, by_student = teacher_in(teacher), teacher_in(teacher), teacher_in(teacher)
    assert TeacherSession.objects.count() == 3

    by_button.post("/accounts/logout/")
    by_link.post(accounts.sign_in_link(teacher, ""))
    by_student.post("/join/", {"code": student.classroom.join_code})
    by_student.post("/join/name/", {"student": student.public_id})
    by_student.post("/join/pin/", {"pin": pin_of(student)})

    assert TeacherSession.objects.get().key == by_link.session["teacher_session"]


def test_new_password_leaves_this_session_on_the_list(teacher: User, clock: time_machine.Traveller) -> None:
    here, there = teacher_in(teacher), teacher_in(teacher)
    new = {"password1": "eleven quiet kettles", "password2": "eleven quiet kettles"}
    assert here.post("/accounts/password/set/", new).headers["Location"] == "/teacher/account/"

    assert [is_teacher_in(client) for client in (here, there)] == [True, False]
    assert TeacherSession.objects.get().key == here.session["teacher_session"]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0 <script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_browser_is_named_by_its_user_agent(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_sign_in_after_a_form_with_an_error_leads_to_the_page_above_its_address(
    student: Student, client: Client
) -> None:
    form = reverse("rename_student", args=[student.public_id])
    response = client.post(form, {"name": "Ana"}, headers={"Referer": f"http://testserver{form}"})
    page = reverse("student_history", args=[student.public_id])
    assert response.headers["Location"] == f"/accounts/login/?unsent=1&next={page}"
