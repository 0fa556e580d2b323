"""Joining over HTTP: code, name, PIN; what guessing meets; and what signing out leaves behind."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from quizsite import sessions
from quizzes.forms.student_sign_in import PinForm
from quizzes.models import Attempt, Classroom, FailedTry, Student, User
from quizzes.people import classrooms, rosters
from quizzes.people.guess_limits import ADDRESS_TRIES, CLASS_TRIES, PIN_TRIES, STUDENT_TRIES
from quizzes.people.known_devices import hash_device
from quizzes.people.sign_in_trouble import let_in
from quizzes.people.student_sessions import PIN_VERSION, STUDENT
from quizzes.people.student_sign_in import CODE_TRIES, pin_of
from quizzes.views.account_adapter import AccountAdapter
from quizzes.views.cookies import DEVICE_COOKIE
from quizzes.views.request_meta import client_address
from quizzes.views.student.sign_in import SIGNED_OUT_COOKIE, STEPS_COOKIE
from tests.conftest import Queries
from tests.factories import NOW, make_assignment, make_attempt, make_classroom, make_student
from tests.pages import form_of, read, text_of

type Gather = Callable[[], AbstractContextManager[Queries]]

pytestmark = pytest.mark.django_db


def wrong_pin(student: Student) -> str:
    return "0000" if pin_of(student) != "0000" else "1111"


def body(response: Any) -> str:
    return str(response.content.decode())


def at_name_list(classroom: Classroom, client: Client | None = None) -> Client:
    """A browser that gave the right code."""
    client = client or Client()
    response = client.post(reverse("join"), {"code": classroom.join_code})
    assert response.headers["Location"] == reverse("choose_name")
    return client


def at_pin(student: Student, client: Client | None = None) -> Client:
    """A browser that gave the right code and chose this student."""
    client = at_name_list(student.classroom, client)
    response = client.post(reverse("choose_name"), {"student": student.public_id})
    assert response.headers["Location"] == reverse("enter_pin")
    return client


# --- The way in


def test_student_gets_in_with_code_name_and_pin(student: Student, classmate: Student) -> None:
    client = Client()
    code = student.classroom.shown_code.lower()
    assert client.post(reverse("join"), {"code": f" {code} "}).headers["Location"] == reverse("choose_name")
    names = client.get(reverse("choose_name"))
    assert form_of(names, having="student").buttons == [
        ("student", student.public_id),
        ("student", classmate.public_id),
    ]
    chosen = client.post(reverse("choose_name"), {"student": student.public_id})
    assert chosen.headers["Location"] == reverse("enter_pin")
    # A row for each code and name would let a class fill the disk.
    assert not Session.objects.exists()
    before = client.session.session_key
    response = client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    assert response.headers["Location"] == reverse("student_home")
    assert (client.session[STUDENT], client.session[PIN_VERSION]) == (student.pk, student.pin_version)
    assert client.session.session_key != before
    # The next one on this device starts with the code.
    assert not client.cookies[STEPS_COOKIE].value
    assert FailedTry.objects.count() == 0


def test_completed_steps_are_signed_and_end_after_an_hour(student: Student, clock: time_machine.Traveller) -> None:
    client = at_pin(student)
    kept = client.cookies[STEPS_COOKIE].value
    clock.shift(timedelta(minutes=59))
    assert client.get(reverse("enter_pin")).status_code == 200
    for changed, minutes in ((kept[:-1], 0), (kept, 2)):
        client.cookies[STEPS_COOKIE] = changed
        clock.shift(timedelta(minutes=minutes))
        assert client.get(reverse("enter_pin")).headers["Location"] == reverse("join")


def test_repeated_last_step_keeps_a_limited_number_of_sessions(
    student: Student, classmate: Student, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_STUDENT_SESSIONS", 3)
    other = at_pin(classmate)
    other.post(reverse("enter_pin"), {"pin": pin_of(classmate)})
    steps = at_pin(student).cookies[STEPS_COOKIE].value
    repeated = []
    for device in ("shared", "shared", "shared", "shared", "shared", "own"):
        clock.shift(timedelta(seconds=1))
        client = Client()
        client.cookies[STEPS_COOKIE] = steps
        client.post(reverse("enter_pin"), {"pin": pin_of(student), "device": device})
        repeated.append(client)

    assert Session.objects.count() == 1 + 3
    home = [client.get(reverse("student_home")).status_code for client in [other, *repeated]]
    assert home == [200, 302, 302, 302, 200, 200, 200]


def test_pin_in_another_script_gets_in(student: Student) -> None:
    arabic = "".join(chr(ord("٠") + int(digit)) for digit in pin_of(student))
    response = at_pin(student).post(reverse("enter_pin"), {"pin": arabic})
    assert response.headers["Location"] == reverse("student_home")


def test_pin_page_names_the_student_as_the_list_does(classroom: Classroom) -> None:
    students = [make_student(classroom=classroom, name=name) for name in ("Maria Garrido", "Maria Gomez", "Ava Brown")]
    names = dict(rosters.join_list(classroom))
    shown = [text_of(at_pin(student).get(reverse("enter_pin"))) for student in students]
    assert [f"Hello, {names[student.public_id]}" in text for student, text in zip(students, shown, strict=True)] == [
        True
    ] * 3
    assert len({names[student.public_id] for student in students}) == 3
    assert all("Not you? Choose another name" in text for text in shown)


def test_name_runs_in_the_direction_of_its_letters(classroom: Classroom) -> None:
    student = make_student(classroom=classroom, name="שרה כהן")
    client = at_pin(student)
    assert "<h1>Hello, \u2068שרה כ.\u2069</h1>" in body(client.get(reverse("enter_pin")))
    client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    assert '<span dir="auto">שרה כהן</span>' in body(client.get(reverse("student_home")))


def test_qr_code_leads_to_the_names_and_changes_nothing(student: Student, queries: Gather) -> None:
    client = Client()
    with queries() as seen:
        page = client.get(reverse("join_with_code", args=[student.classroom.join_code]))
    assert seen.writes == []
    form = form_of(page, having="student")
    assert form.buttons == [("student", student.public_id)]
    assert client.get(reverse("choose_name")).headers["Location"] == reverse("join")
    chosen = client.post(form.action, form.data(student=student.public_id))
    assert chosen.headers["Location"] == reverse("enter_pin")
    response = client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    assert response.headers["Location"] == reverse("student_home")


def test_qr_code_of_no_class_shows_the_code_page_and_counts(classroom: Classroom) -> None:
    client = Client()
    page = client.get(reverse("join_with_code", args=["ZZZZZZ"]))
    assert "No class uses this code now." in body(page)
    assert form_of(page, having="code").fields[-1] == ("code", "ZZZZZZ")
    assert FailedTry.objects.count() == 1
    for _ in range(CODE_TRIES):
        page = client.get(reverse("join_with_code", args=["ZZZZZZ"]))
    assert page.status_code == 429
    assert client.get(reverse("join_with_code", args=[classroom.join_code])).status_code == 200


def test_signed_in_student_reads_the_code_page_in_their_language(student: Student, student_client: Client) -> None:
    addresses = [reverse("join"), reverse("join_with_code", args=[student.classroom.join_code])]
    assert all("Continue as Maya Lopez" in body(student_client.get(address)) for address in addresses)
    Student.objects.update(language="es")
    assert all("Continuar como Maya Lopez" in body(student_client.get(address)) for address in addresses)


def test_qr_code_waits_for_the_page_after_a_sign_out(student: Student, student_client: Client) -> None:
    address = reverse("join_with_code", args=[student.classroom.join_code])
    assert "You’re signed in as Maya Lopez" in body(student_client.get(address))
    student_client.post(reverse("sign_out"))
    page = student_client.get(address)
    assert "data-signed-out" in body(page)
    assert form_of(page, having="code").fields[-1] == ("code", student.classroom.join_code)
    assert form_of(student_client.get(address), having="student").buttons == [("student", student.public_id)]


def test_name_of_another_class_is_refused_with_a_code(student: Student, outsider: Student) -> None:
    client = Client()
    data = {"code": student.classroom.join_code, "student": outsider.public_id}
    page = body(client.post(reverse("choose_name"), data))
    assert "Choose your name from the list." in page
    assert '<p class="err" role="alert" tabindex="-1" autofocus>' in page
    assert client.get(reverse("enter_pin")).headers["Location"] == reverse("join")


def test_unfinished_steps_lead_back(student: Student) -> None:
    assert Client().get(reverse("choose_name")).headers["Location"] == reverse("join")
    assert Client().get(reverse("enter_pin")).headers["Location"] == reverse("join")
    assert at_name_list(student.classroom).get(reverse("enter_pin")).headers["Location"] == reverse("choose_name")


def test_student_removed_between_the_steps_leads_back(student: Student, teacher: User) -> None:
    client = at_pin(student)
    rosters.remove_student(student, by=teacher, now=NOW)
    assert client.get(reverse("enter_pin")).headers["Location"] == reverse("choose_name")
    response = client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    assert response.headers["Location"] == reverse("choose_name")
    assert STUDENT not in client.session


@pytest.mark.parametrize("closed", [{"join_open": False}, {"archived_at": NOW}, {"join_code": "NEWC2D"}])
def test_class_closed_between_the_steps_leads_back(closed: dict[str, Any], student: Student) -> None:
    client = at_pin(student)
    Classroom.objects.update(**closed)
    for response in (
        client.get(reverse("choose_name")),
        client.post(reverse("choose_name"), {"student": student.public_id}),
        client.get(reverse("enter_pin")),
        client.post(reverse("enter_pin"), {"pin": pin_of(student)}),
    ):
        assert response.headers["Location"] == reverse("join")
    assert STUDENT not in client.session


def test_empty_class_says_whom_to_ask(classroom: Classroom) -> None:
    page = body(at_name_list(classroom).get(reverse("choose_name")))
    assert "No names yet. Ask Ms. Rivera to add you." in page


# --- What guessing meets


def test_wrong_closed_and_archived_codes_get_the_same_page(
    classroom: Classroom, other_classroom: Classroom, teacher: User, other_teacher: User
) -> None:
    classrooms.set_code_active(classroom, is_open=False, by=teacher, now=NOW)
    classrooms.archive_classroom(other_classroom, by=other_teacher, now=NOW)
    pages = []
    for code in ("ZZZZZZ", classroom.join_code, other_classroom.join_code):
        response = Client().post(reverse("join"), {"code": code})
        page = body(response).replace(code, "")
        token = form_of(response, having="code").fields[0][1]
        pages.append((response.status_code, page.replace(token, "")))
    assert pages[0][0] == 200
    assert "No class uses this code now." in pages[0][1]
    assert "Still no class? Ask your teacher." in pages[0][1]
    assert "Codes never use I, O, 0, or 1." in pages[0][1]
    assert pages[1:] == pages[:1] * 2
    assert FailedTry.objects.filter(kind="code").count() == 3


def test_wrong_closed_and_archived_codes_run_the_same_queries(
    classroom: Classroom, other_classroom: Classroom, teacher: User, other_teacher: User, queries: Gather
) -> None:
    # Queries stand for time: on a machine that others use, a median varies by more than the 20 % that is asked for.
    classrooms.set_code_active(classroom, is_open=False, by=teacher, now=NOW)
    classrooms.archive_classroom(other_classroom, by=other_teacher, now=NOW)
    ran = []
    for code in ("ZZZZZZ", classroom.join_code, other_classroom.join_code):
        with queries() as seen:
            Client().post(reverse("join"), {"code": code})
        ran.append(list(seen))
    # PostgreSQL has one more, for the lock.
    assert len(ran[0]) == {"sqlite": 4, "postgresql": 5}[connection.vendor]
    assert ran[1:] == ran[:1] * 2


def test_code_without_sense_is_a_wrong_code(classroom: Classroom) -> None:
    for code in ("💥", "a" * 1_000_000, "%s'\"<script>alert(1)</script>"):
        response = Client().post(reverse("join"), {"code": code})
        assert response.status_code == 200
        assert "No class uses this code now." in body(response)
        assert "<script>alert" not in body(response)
    assert "Type your class code." in body(Client().post(reverse("join"), {"code": "  "}))


def test_wrong_code_keeps_what_was_typed_and_takes_the_focus(classroom: Classroom) -> None:
    response = Client().post(reverse("join"), {"code": "H4K-7WF"})
    assert form_of(response, having="code").fields[-1] == ("code", "H4K-7WF")
    assert 'aria-invalid="true"' in body(response)
    assert 'aria-describedby="id_code-e id_code-h"' in body(response)
    assert "autofocus" in body(response)


def test_too_many_wrong_codes_are_429_and_a_right_one_still_works(
    classroom: Classroom, clock: time_machine.Traveller
) -> None:
    client = Client()
    for _ in range(CODE_TRIES):
        assert client.post(reverse("join"), {"code": "ZZZZZZ"}).status_code == 200
    response = Client().post(reverse("join"), {"code": "ZZZZZZ"})
    assert response.status_code == 429
    assert "Too many wrong codes" in body(response)
    for _ in range(40):
        at_name_list(classroom)
    clock.shift(timedelta(minutes=11))
    assert Client().post(reverse("join"), {"code": "ZZZZZZ"}).status_code == 200


def test_name_that_is_not_on_the_list_is_refused(student: Student, outsider: Student) -> None:
    client = at_name_list(student.classroom)
    for given in ({}, {"student": outsider.public_id}, {"student": "Maya Lopez"}):
        response = client.post(reverse("choose_name"), given)
        assert response.status_code == 200
        assert "Choose your name from the list." in body(response)
    assert client.get(reverse("enter_pin")).headers["Location"] == reverse("choose_name")


def test_wrong_pins_count_down_and_then_this_device_waits(student: Student, clock: time_machine.Traveller) -> None:
    client = at_pin(student)
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        response = client.post(reverse("enter_pin"), {"pin": wrong_pin(student)})
        assert f"That’s not the right PIN. You have {left}." in body(response)
        assert wrong_pin(student) not in body(response)
    assert PIN_TRIES == 5
    locked = "Too many wrong PINs on this device. Try again in 5 minutes, or ask Ms. Rivera to let you in."
    assert locked in body(client.post(reverse("enter_pin"), {"pin": wrong_pin(student)}))
    # The right one is not even tried now.
    assert locked in body(client.post(reverse("enter_pin"), {"pin": pin_of(student)}))
    clock.shift(timedelta(minutes=5, seconds=1))
    assert client.post(reverse("enter_pin"), {"pin": pin_of(student)}).status_code == 302


def test_device_that_signed_in_before_gets_in_whatever_others_typed(
    student: Student, clock: time_machine.Traveller
) -> None:
    own = at_pin(student)
    assert own.post(reverse("enter_pin"), {"pin": pin_of(student)}).status_code == 302
    for _ in range(20):
        at_pin(student).post(reverse("enter_pin"), {"pin": wrong_pin(student)})
    own.post(reverse("sign_out"))

    said = "Too many wrong PINs for your name, also from other devices. Try again in 5 minutes, or ask Ms. Rivera"
    assert said in body(at_pin(student).post(reverse("enter_pin"), {"pin": pin_of(student)}))
    assert at_pin(student, own).post(reverse("enter_pin"), {"pin": pin_of(student)}).status_code == 302


def post_from(client: Client, address: str, pin: str) -> str:
    return body(client.post(reverse("enter_pin"), {"pin": pin}, REMOTE_ADDR=address))


def test_text_names_what_had_too_many_wrong_pins(
    classroom: Classroom, student: Student, teacher: User, clock: time_machine.Traveller
) -> None:
    for number in range(ADDRESS_TRIES):
        other = make_student(classroom=make_classroom(name=f"Elsewhere {number}"))
        post_from(at_pin(other), "192.0.2.1", wrong_pin(other))
    said = "Too many wrong PINs from this network. Ask Ms. Rivera to let you in."
    assert said in post_from(at_pin(student), "192.0.2.1", pin_of(student))

    for number in range(CLASS_TRIES):
        other = make_student(classroom=classroom)
        post_from(at_pin(other), f"198.51.100.{number}", wrong_pin(other))
    said = "Too many wrong PINs in this class, so a new device needs your teacher. Ask Ms. Rivera to let you in."
    assert said in post_from(at_pin(student), "203.0.113.1", pin_of(student))

    let_in(student, by=teacher, now=NOW)
    page = at_pin(student).post(reverse("enter_pin"), {"pin": pin_of(student)}, REMOTE_ADDR="203.0.113.1")
    assert page.headers["Location"] == reverse("student_home")


def test_page_of_the_pin_says_who_can_give_a_new_one_whatever_was_typed(student: Student) -> None:
    client = at_pin(student)
    pages = [client.get(reverse("enter_pin"))]
    pages += [client.post(reverse("enter_pin"), {"pin": typed}) for typed in ("", "12", wrong_pin(student))]
    said = "4 digits. Forgot it? Ask Ms. Rivera for a new one."
    assert [said in body(page) for page in pages] == [True] * 4


def test_lock_leaves_an_open_session_alone(
    student: Student, student_client: Client, clock: time_machine.Traveller
) -> None:
    client = at_pin(student)
    for _ in range(PIN_TRIES):
        client.post(reverse("enter_pin"), {"pin": wrong_pin(student)})
    assert "Too many wrong PINs" in body(client.post(reverse("enter_pin"), {"pin": pin_of(student)}))
    assert student.display_name in body(student_client.get(reverse("student_home")))


@pytest.mark.parametrize("pin", ["", "12", "12345", "abcd", "1" * 100_000, "１２３"])
def test_pin_that_is_none_costs_no_try(student: Student, pin: str) -> None:
    response = at_pin(student).post(reverse("enter_pin"), {"pin": pin})
    assert response.status_code == 200
    assert FailedTry.objects.count() == 0


def test_device_keeps_its_name(student: Student) -> None:
    client = at_pin(student)
    device = client.cookies[DEVICE_COOKIE].value
    client.post(reverse("enter_pin"), {"pin": wrong_pin(student)})
    assert FailedTry.objects.get().device == hash_device(device)
    assert client.cookies[DEVICE_COOKIE]["httponly"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
        (2, "1.1.1.1, 2.2.2.2, 3.3.3.3", "2.2.2.2"),
        (2, "3.3.3.3", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, "203.0.113.7:52100", "203.0.113.7"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (2, "[2001:db8::1]:80, 10.0.0.1", "2001:db8::1"),
        (1, ":80", "9.9.9.9"),
    ],
)
def test_address_is_what_the_sites_own_proxies_saw(
    settings: Settings, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert (client_address(request), AccountAdapter().get_client_ip(request)) == (expected, expected)


# --- The PIN alone, from the page of an attempt


def again(attempt: Attempt | str) -> str:
    return reverse("enter_pin_again", args=[attempt if isinstance(attempt, str) else attempt.public_id])


def field_of(response: Any) -> str:
    """The field that a refused sign-in returns."""
    assert response.status_code == 400
    reply = response.json()
    assert set(reply) == {"field"}
    return str(reply["field"])


def test_pin_alone_signs_in_again_with_a_new_token(attempt: Attempt, student: Student, teacher_client: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = teacher_client.cookies
    token = form_of(client.get(reverse("join")), having="code").fields[0][1]
    before = client.cookies["csrftoken"].value, client.session.session_key
    response = client.post(again(attempt), {"pin": pin_of(student)}, headers={"X-CSRFToken": token})
    assert (response.status_code, set(response.json())) == (200, {"token"})
    assert (client.session[STUDENT], client.session[PIN_VERSION]) == (student.pk, student.pin_version)
    # Nothing of who was here before is left: neither session nor token.
    assert before[0] != client.cookies["csrftoken"].value
    assert before[1] != client.session.session_key
    assert client.get(reverse("teacher_home")).status_code == 302
    address, presence = reverse("record_heartbeat", args=[attempt.public_id]), {"number": "1"}
    assert client.post(address, presence, headers={"X-CSRFToken": token}).status_code == 403
    fresh = response.json()["token"]
    beat = client.post(address, presence, headers={"X-CSRFToken": fresh})
    assert beat.json()["is_open"] is True
    assert FailedTry.objects.count() == 0


def test_wrong_pins_of_an_attempt_count_down_and_then_this_device_waits(
    attempt: Attempt, student: Student, clock: time_machine.Traveller
) -> None:
    client = at_pin(student)
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        assert f"That PIN didn’t work, or your teacher closed the class. You have {left}." in field_of(
            client.post(again(attempt), {"pin": wrong_pin(student)})
        )
    locked = "Too many wrong PINs on this device. Try again in 5 minutes, or ask your teacher to let you in."
    assert locked in field_of(client.post(again(attempt), {"pin": wrong_pin(student)}))
    # The right one is not even tried now, on either page.
    assert locked in field_of(client.post(again(attempt), {"pin": pin_of(student)}))
    assert "Try again in 5 minutes" in body(client.post(reverse("enter_pin"), {"pin": pin_of(student)}))
    assert STUDENT not in client.session
    clock.shift(timedelta(minutes=4, seconds=30))
    assert "Try again in 1 minute, or" in field_of(client.post(again(attempt), {"pin": pin_of(student)}))
    clock.shift(timedelta(seconds=31))
    assert client.post(again(attempt), {"pin": pin_of(student)}).status_code == 200


def test_wrong_pins_of_an_attempt_need_the_teacher_in_the_end(
    attempt: Attempt, student: Student, student_client: Client, clock: time_machine.Traveller
) -> None:
    own = at_pin(student)
    own.post(reverse("enter_pin"), {"pin": pin_of(student)})
    for _ in range(40):
        reply = Client().post(again(attempt), {"pin": wrong_pin(student)})
        clock.shift(timedelta(minutes=81))
    assert "for your name, also from other devices. Ask your teacher to let you in." in field_of(reply)
    assert FailedTry.objects.filter(student=student).count() == STUDENT_TRIES
    assert own.post(again(attempt), {"pin": pin_of(student)}).status_code == 200


@pytest.mark.parametrize("pin", ["", "12", "12345", "abcd"])
def test_pin_that_is_none_costs_no_try_at_an_attempt(attempt: Attempt, pin: str) -> None:
    field = field_of(Client().post(again(attempt), {"pin": pin}))
    assert ("A PIN has 4 digits." if pin else "Type your PIN.") in field
    assert FailedTry.objects.count() == 0


def test_reply_at_an_attempt_is_in_the_language_of_its_page(attempt: Attempt, student_client: Client) -> None:
    Student.objects.update(language="es")
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert '<input type="hidden" name="language" value="es">' in body(page)
    field = field_of(Client().post(again(attempt), {"pin": "", "language": "es"}, headers={"Accept-Language": "en"}))
    assert "Escribe tu PIN." in field
    assert "Type your PIN." in field_of(Client().post(again(attempt), {"pin": "", "language": "xx"}))


def test_closed_code_keeps_no_one_from_a_started_quiz(attempt: Attempt, student: Student, teacher: User) -> None:
    classrooms.set_code_active(student.classroom, is_open=False, by=teacher, now=NOW)
    reply = Client().post(again(attempt), {"pin": pin_of(student)})
    assert (reply.status_code, list(reply.json())) == (200, ["token"])


@pytest.mark.parametrize("gone", ["unknown", "removed", "archived"])
def test_attempt_with_which_no_one_can_go_on_is_as_a_wrong_pin(
    gone: str,
    attempt: Attempt,
    student: Student,
    outsider: Student,
    teacher: User,
    queries: Gather,
    clock: time_machine.Traveller,
) -> None:
    other = make_attempt(assignment=make_assignment(classroom=outsider.classroom), student=outsider)
    match gone:
        case "removed":
            rosters.remove_student(student, by=teacher, now=NOW)
        case "archived":
            classrooms.archive_classroom(student.classroom, by=teacher, now=NOW)
    address = again("0" * 12 if gone == "unknown" else attempt)
    asker, other_asker = Client(), Client()
    for _ in range(PIN_TRIES + 1):
        # The right PIN is none here.
        with queries() as seen:
            reply = asker.post(address, {"pin": pin_of(student)})
        with queries() as seen_otherwise:
            expected = other_asker.post(again(other), {"pin": wrong_pin(outsider)})
        assert (reply.status_code, reply.content) == (expected.status_code, expected.content)
        # So the words are true for both.
        assert re.search("or your teacher closed the class|Too many wrong PINs", field_of(reply))
        assert {name for name, _ in reply.items()} == {name for name, _ in expected.items()}
        assert set(reply.cookies) == set(expected.cookies) == {DEVICE_COOKIE}
        # Nor does its time tell them apart.
        assert len(seen) == len(seen_otherwise)
    assert "Too many wrong PINs" in field_of(reply)
    assert STUDENT not in asker.session
    assert FailedTry.objects.filter(student=student).count() == 0


def test_replies_at_an_attempt_name_no_one(attempt: Attempt, student: Student) -> None:
    client = Client()
    replies = [client.post(again(attempt), {"pin": wrong_pin(student)}) for _ in range(PIN_TRIES + 1)]
    replies.append(Client().post(again(attempt), {"pin": pin_of(student)}))
    told = "".join(body(reply) for reply in replies)
    names = [*student.display_name.split(), "Rivera", student.classroom.name, student.classroom.join_code, " am"]
    assert [name for name in names if name in told] == []


def test_notice_of_the_outbox_has_the_field_of_the_form(attempt: Attempt, student_client: Client) -> None:
    page = body(student_client.get(reverse("take_attempt", args=[attempt.public_id, 1])))
    form = PinForm()
    form.name_teachers(["your teacher"])
    field = render_to_string("parts/field.html", {"field": form["pin"]})
    # A browser offers to save any other, and fills it in for the next student.
    assert 'autocomplete="one-time-code"' in field
    # A line break does not show between two elements. In a tag it counts as a space.
    field, page = (re.sub(r">\s+<", "><", " ".join(text.split())) for text in (field.strip(), page))
    assert field in page


# --- Signed in, and out again


def test_join_page_says_who_is_signed_in(student: Student, student_client: Client) -> None:
    page = student_client.get(reverse("join"))
    assert "You’re signed in as Maya Lopez" in body(page)
    assert reverse("student_home") in read(page).links
    form = read(page).forms[0]
    assert (form.action, form.method) == (reverse("sign_out"), "post")


def test_student_of_an_archived_class_reads_why_the_code_page_came(
    student: Student, student_client: Client, teacher: User
) -> None:
    said = (
        "Your class is closed, because your teacher archived it. Type the code of your new class, or ask your teacher."
    )
    assert said not in text_of(student_client.get(reverse("student_home"), follow=True))
    classrooms.archive_classroom(student.classroom, by=teacher, now=NOW)

    assert said in text_of(student_client.get(reverse("student_home"), follow=True))
    assert said not in text_of(Client().get(reverse("join")))
    classrooms.restore_classroom(student.classroom, by=teacher, now=NOW)
    assert said not in text_of(student_client.get(reverse("join")))


def test_signing_out_ends_the_session_and_has_the_browser_forget(student: Student, student_client: Client) -> None:
    old = student_client.cookies["sessionid"].value
    form = read(student_client.get(reverse("join"))).forms[0]
    response = student_client.post(form.action, form.data())
    assert response.headers["Location"] == reverse("join")
    assert response.headers["Clear-Site-Data"] == '"cache"'
    stolen = Client()
    stolen.cookies["sessionid"] = old
    assert stolen.get(reverse("student_home")).headers["Location"] == reverse("join")
    page = student_client.get(reverse("join"))
    assert f'data-signed-out="{student.public_id}"' in body(page)
    assert "You’re signed out" in body(page)
    # Once: a join page that is opened later must not empty what another student left to be sent.
    assert SIGNED_OUT_COOKIE not in {name for name, morsel in student_client.cookies.items() if morsel.value}
    assert "data-signed-out" not in body(student_client.get(reverse("join")))


@pytest.mark.parametrize("session", ["another student's", "none"])
def test_signing_out_empties_the_browser_of_the_student_of_the_page(
    session: str, student: Student, classmate: Student
) -> None:
    """A tab was left open. Nobody warned the student who signed in since, so what they wait to send stays."""
    client = Client()
    if session != "none":
        client = at_pin(classmate)
        client.post(reverse("enter_pin"), {"pin": pin_of(classmate)})
    client.post(reverse("sign_out"), {"student": student.public_id})
    page = body(client.get(reverse("join")))
    assert f'data-signed-out="{student.public_id}"' in page
    assert "You’re signed out" in page


def test_page_that_names_no_student_empties_nothing(student_client: Client) -> None:
    student_client.post(reverse("sign_out"), {"student": "<b>"})
    assert 'data-signed-out="nobody"' in body(student_client.get(reverse("join")))


def test_session_that_was_lost_empties_nothing(student: Student, student_client: Client, teacher: User) -> None:
    rosters.change_pin(student, by=teacher, now=NOW)
    page = student_client.get(student_client.get(reverse("student_home")).headers["Location"])
    assert "data-signed-out" not in body(page)
    assert "Step 1 of 3" in body(page)


def test_signing_out_by_a_link_is_refused(student_client: Client) -> None:
    assert student_client.get(reverse("sign_out")).status_code == 405
    assert student_client.get(reverse("student_home")).status_code == 200


def test_next_student_replaces_the_last_one(student: Student, classmate: Student, student_client: Client) -> None:
    old = form_of(at_pin(student, student_client).get(reverse("enter_pin")), having="pin")
    client = at_pin(classmate, student_client)
    # The page of the last one is still open in another tab. Its PIN is no try for this name.
    refused = client.post(reverse("enter_pin"), old.data(pin=pin_of(student)))
    assert (refused.headers.get("Location"), FailedTry.objects.count()) == (reverse("enter_pin"), 0)
    form = form_of(client.get(reverse("enter_pin")), having="pin")
    client.post(reverse("enter_pin"), form.data(pin=pin_of(classmate)))
    assert client.session[STUDENT] == classmate.pk


def test_teacher_who_joins_as_a_student_is_warned_and_signed_out(student: Student, teacher_client: Client) -> None:
    warning = "If a student signs in here, Ms. Rivera is signed out."
    assert warning not in text_of(at_pin(student).get(reverse("enter_pin")))
    client = at_pin(student, teacher_client)
    assert warning in text_of(client.get(reverse("enter_pin")))
    client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    assert client.get(reverse("teacher_home")).status_code == 302


def test_name_list_costs_the_same_at_1_and_3_students(classroom: Classroom, queries: Gather) -> None:
    for names in (["Ana B."], ["Ben C.", "Cy D."]):
        for name in names:
            make_student(classroom=classroom, name=name)
        client = at_name_list(classroom)
        with queries() as seen:
            client.get(reverse("choose_name"))
        # The class, its students, its teachers.
        assert len(seen) == 3
