"""The commands that close and reopen an account, hand over a class, and send a test mail."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from smtplib import SMTPNotSupportedError
from typing import Any, NoReturn

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from quizzes.models import AuditEvent, Classroom, TeacherSession, Teaching, User
from quizzes.people.teacher_sessions import start_teacher_session
from tests.factories import NOW, make_classroom, make_user
from tests.management.test_commands import run

pytestmark = pytest.mark.django_db


def test_close_account_signs_out_and_keeps_the_classes(
    classroom: Classroom, teacher: User, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    client, other = signed_in(teacher), signed_in(other_teacher)
    start_teacher_session(client.session, teacher, user_agent="", now=NOW)

    said = run("close_account", teacher.email.upper())

    assert said == (
        "The account rivera@school.test is closed.\n"
        "No one else owns Period 3. To give it to another teacher, run "
        f"`manage.py hand_over_class {classroom.public_id} EMAIL --giver rivera@school.test`.\n"
    )
    assert client.get("/teacher/").status_code == 302
    assert not TeacherSession.objects.filter(user=teacher).exists()
    assert other.get("/teacher/").status_code == 200
    with pytest.raises(CommandError, match="run `manage.py close_account rivera@school.test --reopen`"):
        run("sign_in_link", teacher.email)
    run("close_account", teacher.email)
    assert [event.action for event in AuditEvent.objects.all()] == ["account_closed"]


@pytest.mark.parametrize("role", [Teaching.Role.TEACHER, Teaching.Role.VIEWER])
def test_close_account_names_no_class_of_another_owner(
    classroom: Classroom, teacher: User, other_teacher: User, role: Teaching.Role
) -> None:
    row = Teaching.objects.create(classroom=classroom, teacher=other_teacher, role=role)

    assert run("close_account", other_teacher.email) == "The account okafor@school.test is closed.\n"

    row.role = Teaching.Role.OWNER
    row.save()
    run("close_account", other_teacher.email, reopen=True)
    assert run("close_account", other_teacher.email) == "The account okafor@school.test is closed.\n"
    # The other owner leaves too.
    assert f"{classroom.public_id} EMAIL --giver {teacher.email}" in run("close_account", teacher.email)


def test_closed_account_cannot_sign_in_until_it_is_reopened(client: Client) -> None:
    password = "correct horse battery"
    make_user(email="rivera@school.test", password=password)
    run("close_account", "rivera@school.test")
    form = {"login": "rivera@school.test", "password": password}
    client.post("/accounts/login/", form)
    assert "_auth_user_id" not in client.session

    assert run("close_account", "rivera@school.test", reopen=True) == "The account rivera@school.test is open.\n"

    client.post("/accounts/login/", form)
    assert "_auth_user_id" in client.session
    run("close_account", "rivera@school.test", reopen=True)
    assert AuditEvent.objects.filter(action="account_reopened").count() == 1


def test_djangos_commands_for_accounts_are_in_the_audit_log(
    other_teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda *args, **kwargs: "battery horse correct")

    call_command("createsuperuser", email="it@school.test", name="IT", interactive=False, stdout=StringIO())
    call_command("changepassword", "okafor@school.test", stdout=StringIO())
    call_command("administrator", "it@school.test", "--remove", stdout=StringIO())
    call_command("administrator", "okafor@school.test", stdout=StringIO())

    made = User.objects.get(email="it@school.test")
    assert [(event.action, event.actor, event.detail) for event in AuditEvent.objects.order_by("pk")] == [
        ("administrator_added", None, {"account": made.pk, "can_read_all_data": True}),
        ("password_set", None, {"account": other_teacher.pk}),
        ("administrator_removed", None, {"account": made.pk, "can_read_all_data": True}),
        ("administrator_added", None, {"account": other_teacher.pk}),
    ]


def test_createsuperuser_needs_a_terminal_or_all_values(db: None) -> None:
    with pytest.raises(CommandError, match="Run it in a terminal"):
        run("createsuperuser", stdin=StringIO())


def test_createsuperuser_refuses_a_password_that_others_would_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "winter")

    with pytest.raises(CommandError, match="at least 12 characters"):
        run("createsuperuser", email="it@school.test", name="IT", interactive=False)

    assert not User.objects.exists()


def test_changepassword_finds_the_email_in_upper_or_lower_case(
    other_teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda *args, **kwargs: "battery horse correct")

    call_command("changepassword", "Okafor@School.test ", stdout=StringIO())

    other_teacher.refresh_from_db()
    assert other_teacher.check_password("battery horse correct")
    with pytest.raises(CommandError, match="No account has the email nobody@school.test"):
        run("changepassword", "nobody@school.test")


def test_changepassword_needs_an_email_and_a_terminal(other_teacher: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="the following arguments are required: email"):
        run("changepassword")

    def ended(*args: Any, **kwargs: Any) -> NoReturn:
        raise EOFError

    monkeypatch.setattr(changepassword.Command, "_get_pass", ended)
    with pytest.raises(CommandError, match="Run it in a terminal"):
        run("changepassword", other_teacher.email)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("address", ["quiz.school.example", "https//quiz.school.example", ""])
def test_commands_that_print_a_link_need_a_whole_address(teacher: User, address: str) -> None:
    for command in (["sign_in_link", teacher.email], ["load_demo"]):
        with pytest.raises(CommandError, match="must read like https://quiz.school.example"):
            run(*command, "--base-url", address)

    said = run("sign_in_link", teacher.email, "--base-url", "http://10.1.2.3:8000/")
    assert said.startswith("http://10.1.2.3:8000/enter/")


def test_import_refuses_a_closed_account(teacher: User, tmp_path: Path) -> None:
    file = tmp_path / "class.json"
    file.write_text("{}")
    run("close_account", teacher.email)

    with pytest.raises(CommandError, match="run `manage.py close_account rivera@school.test --reopen`"):
        run("import_classroom", file, teacher=teacher.email)


def test_hand_over_class_replaces_the_only_teacher(classroom: Classroom, other_teacher: User) -> None:
    assert run("hand_over_class", classroom.public_id, other_teacher.email) == (
        "okafor@school.test teaches Period 3 now.\n"
    )

    assert list(classroom.teachers.all()) == [other_teacher]
    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor) == ("classroom_handed_over", None)


def test_hand_over_class_asks_whose_place_it_is(classroom: Classroom, teacher: User, other_teacher: User) -> None:
    third = make_user(email="third@school.test")
    Teaching.objects.create(classroom=classroom, teacher=third)
    with pytest.raises(CommandError, match="Period 3 has 2 owners"):
        run("hand_over_class", classroom.public_id, other_teacher.email)

    run("hand_over_class", classroom.public_id, other_teacher.email, giver=third.email)

    assert set(classroom.teachers.all()) == {teacher, other_teacher}


def test_hand_over_class_refuses(classroom: Classroom, teacher: User, other_teacher: User) -> None:
    closed = make_user(email="closed@school.test", is_active=False)
    make_classroom(teacher=other_teacher, name="Period 3")
    public_id = classroom.public_id
    for args, giver, reason in (
        (
            ("AAAAAAAAAAAA", other_teacher.email),
            "",
            "There is no class AAAAAAAAAAAA. The id is in the address of the class's page.",
        ),
        (
            (public_id, "nobody@school.test"),
            "",
            "No account has the email nobody@school.test. The page /site/ lists all accounts. For a new account, a "
            "teacher chooses “Invite a teacher”.",
        ),
        (
            (public_id, closed.email),
            "",
            "The account closed@school.test is closed. To reopen it first, run "
            "`manage.py close_account closed@school.test --reopen`.",
        ),
        (
            (public_id, teacher.email),
            other_teacher.email,
            "okafor@school.test doesn't own the class.",
        ),
        (
            (public_id, other_teacher.email),
            "",
            "okafor@school.test has a class named Period 3. Rename one of the two first.",
        ),
    ):
        with pytest.raises(CommandError) as refused:
            run("hand_over_class", *args, giver=giver)
        assert str(refused.value) == reason

    assert list(classroom.teachers.all()) == [teacher]


def test_close_account_refuses_an_unknown_address(teacher: User) -> None:
    with pytest.raises(CommandError, match=r"No account has the email nobody@school.test."):
        run("close_account", "nobody@school.test")


def test_command_on_a_site_without_an_account_names_serve() -> None:
    with pytest.raises(CommandError) as refused:
        run("sign_in_link", "nobody@school.test")

    assert str(refused.value) == (
        "This site has no account yet. To create the first one, open the link that `manage.py serve` prints."
    )


def test_test_mail_says_whether_the_mail_server_took_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise SMTPNotSupportedError("STARTTLS extension not supported by server.")

    settings.MAILER = None
    with pytest.raises(CommandError) as without_server:
        run("sendtestemail", "it@school.test")
    assert str(without_server.value) == (
        "This site sends no mail, because EMAIL_URL is not set. Set it and FOOTNOTE_MAIL_FROM, then try again."
    )
    assert mail.outbox == []

    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    assert run("sendtestemail", "it@school.test") == "The mail server took the mail.\n"
    assert [message.to for message in mail.outbox] == [["it@school.test"]]

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    with pytest.raises(CommandError) as refused:
        run("sendtestemail", "it@school.test")
    assert str(refused.value) == (
        "The mail server did not take the mail: STARTTLS extension not supported by server. Check EMAIL_URL and "
        "FOOTNOTE_MAIL_FROM."
    )


@pytest.mark.parametrize("argument", ["", "it@school", "--admins", "--managers"])
def test_sendtestemail_says_nothing_was_taken_if_no_one_gets_it(settings: Settings, argument: str) -> None:
    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}

    with pytest.raises(CommandError):
        run("sendtestemail", argument)
    assert mail.outbox == []
