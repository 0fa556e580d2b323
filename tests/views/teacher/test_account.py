"""The account page: change the email, download all data, delete the account. Classes go to another teacher."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format

from quizzes.assignments.excuses import excuse
from quizzes.files.teacher_data import export_teacher
from quizzes.models import (
    Assignment,
    AuditEvent,
    Classroom,
    KnownDevice,
    LtiPlatform,
    LtiTeacher,
    Student,
    TeacherSession,
    Teaching,
    User,
)
from quizzes.people.classrooms import change_classroom
from quizzes.people.erasure import erase_teacher
from quizzes.people.rosters import rename_student
from quizzes.people.teacher_sign_in import ACCOUNT_TRIES
from quizzes.views.account_adapter import AccountAdapter
from tests.factories import make_assignment, make_classroom, make_draft, make_invitation, make_student, make_user
from tests.pages import errors_of, form_of, text_of

PASSWORD = "correct horse battery"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_folder")]


@pytest.fixture
def teacher(db: None) -> User:
    return make_user(email="rivera@school.test", name="Ms. Rivera", password=PASSWORD)


# --- Email --------------------------------------------------------------------------------------------------------


def test_email_changes_with_the_password(teacher: User, teacher_client: Client) -> None:
    EmailAddress.objects.create(user=teacher, email=teacher.email, primary=True, verified=True)
    address = reverse("change_email")
    assert f'href="{address}"' in teacher_client.get(reverse("account")).text
    assert "Now it’s rivera@school.test" in text_of(teacher_client.get(address))

    response = teacher_client.post(address, {"email": "Maria@School.TEST", "password": PASSWORD}, follow=True)

    assert "Email changed. Sign in with it from now on." in text_of(response)
    teacher.refresh_from_db()
    assert teacher.email == "maria@school.test"
    assert EmailAddress.objects.count() == 0
    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor, event.detail) == ("email_changed", teacher, {})
    signing_in = Client().post("/accounts/login/", {"login": "maria@school.test", "password": PASSWORD})
    assert signing_in.headers["Location"] == "/teacher/"


@pytest.mark.usefixtures("other_teacher")
@pytest.mark.parametrize(
    ("email", "password", "error"),
    [
        ("maria@school.test", "something else", "This isn’t your password. Try again."),
        ("maria@school.test", "", "Enter your password."),
        ("maria", PASSWORD, "Enter an email, such as name@school.org."),
        ("", PASSWORD, "Enter an email, such as name@school.org."),
        ("OKAFOR@school.test", PASSWORD, "Another account has this email."),
    ],
)
def test_email_stays_without_password_or_with_a_taken_address(
    email: str, password: str, error: str, teacher: User, teacher_client: Client
) -> None:
    response = teacher_client.post(reverse("change_email"), {"email": email, "password": password})

    assert errors_of(response) == [error]
    teacher.refresh_from_db()
    assert teacher.email == "rivera@school.test"
    assert AuditEvent.objects.count() == 0


def test_link_for_a_new_password_goes_to_the_new_address(teacher: User, teacher_client: Client, settings: Any) -> None:
    EmailAddress.objects.create(user=teacher, email=teacher.email, primary=True, verified=True)
    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    teacher_client.post(reverse("change_email"), {"email": "maria@school.test", "password": PASSWORD})

    for email in ("rivera@school.test", "maria@school.test"):
        Client().post(reverse("account_reset_password"), {"email": email})

    assert [message.to for message in mail.outbox] == [["maria@school.test"]]


# --- Delete -------------------------------------------------------------------------------------------------------


def test_each_end_of_all_sessions_has_the_browser_forget_its_files(teacher: User, teacher_client: Client) -> None:
    ended = teacher_client.post(reverse("sign_out_everywhere"))
    assert ended.headers["Clear-Site-Data"] == '"cache"'

    teacher.refresh_from_db()
    teacher_client.force_login(teacher)
    form = form_of(teacher_client.get(reverse("delete_account")), having="seen")
    deleted = teacher_client.post(reverse("delete_account"), {**dict(form.fields), "password": PASSWORD})
    assert deleted.headers["Location"] == reverse("account_deleted")
    assert deleted.headers["Clear-Site-Data"] == '"cache"'


def test_account_is_deleted_with_its_classes_after_the_password(
    student: Student, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    shared = make_classroom(teacher=teacher, name="Shared")
    Teaching.objects.create(classroom=shared, teacher=other_teacher)
    address = reverse("delete_account")
    assert f'href="{address}"' in teacher_client.get(reverse("account")).text
    page = teacher_client.get(address)
    # Other tabs leave their pages, as after a sign-out.
    assert "novalidate data-signs-out>" in page.text
    said = text_of(page)
    assert "It also deletes the classes below with 1 student, 0 attempts, and 0 answers." in said
    assert "Period 3 Hand over" in said
    assert "Shared" not in said

    refused = teacher_client.post(address, {"password": "something else"})
    assert errors_of(refused) == ["This isn’t your password. Try again."]
    # A page from before the co-teacher of a class left it.
    asked_again = teacher_client.post(address, {"password": PASSWORD, "seen": "0-0-0"})
    assert "Something changed after you opened this page. Read it again, then delete." in text_of(asked_again)
    assert User.objects.count() == 2

    sent = {**dict(form_of(asked_again, having="seen").fields), "password": PASSWORD}
    response = teacher_client.post(address, sent, follow=True)

    erased = AuditEvent.objects.get(action="account_erased")
    # As on the receipt of a class.
    at = date_format(erased.at, "F j, Y, H:i")
    assert f"Account deleted Receipt {erased.detail['receipt']} , {at} UTC" in text_of(response)
    assert list(User.objects.all()) == [other_teacher]
    assert list(Classroom.objects.all()) == [shared]
    assert Student.objects.count() == 0
    assert teacher_client.get(reverse("teacher_home")).status_code == 302
    assert Client().get(reverse("account_deleted")).headers["Location"] == "/"


@pytest.mark.parametrize("leaves_traces", [False, True])
def test_deletion_that_is_sent_again_checks_no_password_of_a_deleted_account(
    leaves_traces: bool,
    teacher: User,
    other_teacher: User,
    teacher_client: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """leaves_traces: the record of a class of others names the account, so that its row stays."""
    if leaves_traces:
        shared = make_classroom(teacher=other_teacher, name="Shared")
        AuditEvent.objects.record(AuditEvent.Action.CODE_CHANGED, actor=teacher, classroom=shared, at=now)
    check = AccountAdapter.reauthenticate

    def check_late(adapter: AccountAdapter, user: User, password: str) -> bool:
        erase_teacher(user, now=now)
        return check(adapter, user, password)

    monkeypatch.setattr(AccountAdapter, "reauthenticate", check_late)

    response = teacher_client.post(reverse("delete_account"), {"password": PASSWORD})

    assert response.headers["Location"] == reverse("account_deleted")


def test_account_without_a_password_chooses_one_first(signed_in: Callable[[User], Client]) -> None:
    client = signed_in(make_user())

    for name in ("change_email", "delete_account"):
        response = client.get(reverse(name))
        assert "Choose a password first" in text_of(response)
        assert "Your password" not in text_of(response)
        assert client.post(reverse(name), {"email": "maria@school.test", "password": ""}).status_code == 200
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["change_email", "delete_account"])
def test_passwords_before_a_change_are_limited(name: str, teacher_client: Client) -> None:
    sent = {"email": "maria@school.test", "password": "wrong"}
    for _ in range(ACCOUNT_TRIES):
        assert "This isn’t your password. Try again." in text_of(teacher_client.post(reverse(name), sent))
    refused = teacher_client.post(reverse(name), {**sent, "password": PASSWORD})
    assert "Too many wrong passwords for this email. Try again in 1 minute." in text_of(refused)
    assert not AuditEvent.objects.exists()


# --- All data -----------------------------------------------------------------------------------------------------


def test_file_of_a_teacher_has_the_account_and_no_student(
    student: Student, teacher: User, other_teacher: User, teacher_client: Client, now: datetime
) -> None:
    assignment = make_assignment(classroom=student.classroom, assigned_by=teacher)
    make_draft(owner=teacher)
    make_invitation(invited_by=teacher)
    make_student(classroom=make_classroom(teacher=other_teacher, name="Period 8"))
    KnownDevice.objects.create(user=teacher, device="d", address="a", used_at=now)
    TeacherSession.objects.create(user=teacher, key="k", browser="Firefox on Mac", started_at=now, seen_at=now)
    platform = LtiPlatform.objects.create(name="Moodle", issuer="i", client_id="c", created_at=now)
    LtiTeacher.objects.create(platform=platform, subject="t-1", user=teacher)
    assert f'action="{reverse("download_account")}"' in teacher_client.get(reverse("account")).text

    response = teacher_client.post(reverse("download_account"))

    assert response.headers["Content-Type"] == "application/json"
    data = json.loads(response.content)
    assert (data["account"][0]["email"], data["account"][0]["name"]) == ("rivera@school.test", "Ms. Rivera")
    assert [row["name"] for row in data["classes"]] == ["Period 3"]
    assert [row["public_id"] for row in data["quizzes"]] == [assignment.public_id]
    assert [row["question_set__title"] for row in data["drafts"]] == ["Small set"]
    assert [row["invited_by__name"] for row in data["invitations"]] == ["Ms. Rivera"]
    assert [row["browser"] for row in data["sessions"]] == ["Firefox on Mac"]
    assert data["devices_last_used"] == [{"used_at": "2026-10-23T15:00:00Z"}]
    assert data["learning_platforms"] == [{"platform__name": "Moodle", "subject": "t-1"}]
    assert [row["action"] for row in data["log"]] == ["account_exported"]
    assert "Maya" not in response.text
    assert teacher.password not in response.text


def test_file_of_a_teacher_has_no_words_about_a_student(
    assignment: Assignment, student: Student, teacher: User, now: datetime
) -> None:
    rename_student(student, name="Maya Diaz", by=teacher, now=now)
    excuse(assignment, student, reason="In the hospital", by=teacher, now=now)
    change_classroom(student.classroom, by=teacher, name="Period 4", time_zone="America/New_York", now=now)

    data = json.loads(export_teacher(teacher, now=now).content)

    before = {"name": "Period 3", "time_zone": "America/New_York"}
    assert [(row["action"], row["details"]) for row in data["log"]] == [
        ("student_renamed", {}),
        ("excused", {}),
        ("classroom_changed", {"before": before, "after": before | {"name": "Period 4"}}),
        ("account_exported", {}),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_file_of_a_teacher_takes_the_same_queries_for_more_classes(
    count: int, teacher: User, now: datetime, queries: Callable[[], AbstractContextManager[Any]]
) -> None:
    for number in range(count):
        make_assignment(classroom=make_classroom(teacher=teacher, name=f"Class {number}"), assigned_by=teacher)

    with queries() as seen:
        export_teacher(teacher, now=now)

    assert len(seen) == 20


# --- Hand over ----------------------------------------------------------------------------------------------------


def test_class_goes_to_another_teacher(
    student: Student, teacher: User, other_teacher: User, teacher_client: Client, signed_in: Callable[[User], Client]
) -> None:
    classroom = student.classroom
    address = reverse("hand_over_classroom", args=[classroom.public_id])
    assert f'href="{address}"' in teacher_client.get(reverse("change_classroom", args=[classroom.public_id])).text

    response = teacher_client.post(address, {"email": "OKAFOR@school.test"}, follow=True)

    assert "Period 3 now belongs to Mr. Okafor" in text_of(response)
    assert list(classroom.teachers.all()) == [other_teacher]
    assert teacher_client.get(reverse("roster", args=[classroom.public_id])).status_code == 404
    assert "Maya Lopez" in text_of(signed_in(other_teacher).get(reverse("roster", args=[classroom.public_id])))
    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor, event.classroom) == ("classroom_handed_over", teacher, classroom)
    assert event.detail == {"giver": teacher.pk, "to": other_teacher.pk}
    assert teacher_client.post(address, {"email": "okafor@school.test"}).status_code == 404


def test_class_stays_if_no_one_can_take_it(
    classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    address = reverse("hand_over_classroom", args=[classroom.public_id])
    make_user(email="closed@school.test", is_active=False)
    no_account = "No account here has this email. Invite this teacher first."
    for email in ("nobody@school.test", "closed@school.test"):
        assert errors_of(teacher_client.post(address, {"email": email})) == [no_account]
    make_classroom(teacher=other_teacher, name="period 3")
    assert errors_of(teacher_client.post(address, {"email": other_teacher.email})) == [
        "This teacher already has a class named “Period 3”. Rename one of them."
    ]

    assert list(classroom.teachers.all()) == [teacher]
    assert AuditEvent.objects.count() == 0


def test_times_are_in_the_zone_of_the_classes(teacher_client: Client, classroom: Classroom) -> None:
    Classroom.objects.update(time_zone="Asia/Tokyo")
    teacher_client.post(reverse("invite"))
    text = text_of(teacher_client.get(reverse("account")))
    assert "JST" in text
    assert "UTC" not in text
