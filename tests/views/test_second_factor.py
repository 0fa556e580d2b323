"""The second step of sign-in: add it, use it, lose it, and where the site asks for it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django.fixtures import Settings

from quizsite.secret_key import has_its_key, record_secret_key
from quizzes.models import AuditEvent, Classroom, FailedTry, KnownDevice, Student, TeacherSession, User
from quizzes.people import accounts
from quizzes.people.known_devices import hash_device
from quizzes.people.second_factor import remove_second_factor
from quizzes.people.stored_secrets import decrypt, encrypt
from quizzes.people.teacher_sign_in import DEVICE_TRIES
from quizzes.urls import urlpatterns
from quizzes.views.cookies import DEVICE_COOKIE
from tests.factories import NOW, make_classroom, make_user
from tests.management.test_commands import run
from tests.pages import read, text_of
from tests.views.test_accounts import is_signed_in

PASSWORD = "seven green bicycles"
type Commits = Callable[..., AbstractContextManager[Any]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def baptiste(db: None) -> User:
    return make_user(email="baptiste@school.test", password=PASSWORD)


@pytest.fixture
def client(baptiste: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": baptiste.email, "password": PASSWORD})
    return client


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    """`with commits(execute=True):` does at the end of the block what a commit does; allauth's signals wait for it."""
    return django_capture_on_commit_callbacks


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that an app shows now, or some steps of 30 seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def confirm(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def add_app(client: Client) -> tuple[str, list[str]]:
    """Add an app as a teacher does; its secret, and the recovery codes."""
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    codes = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)
    assert codes.redirect_chain == [(reverse("mfa_view_recovery_codes"), 302)]
    return secret, codes.context["unused_codes"]


def start_sign_in(client: Client, user: User) -> None:
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response.headers["Location"] == reverse("mfa_authenticate")


def send_code(client: Client, code: str) -> str:
    """Send a code; where it leads, or "" for the same page."""
    return client.post(reverse("mfa_authenticate"), {"code": code}).headers.get("Location", "")


def test_pages_of_the_second_step_ask_for_the_password_first(client: Client, baptiste: User) -> None:
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        response = client.get(reverse(name))
        assert response.headers["Location"].partition("?")[0] == reverse("account_reauthenticate")

    wrong = client.post(reverse("account_reauthenticate"), {"password": "not the right one"})
    assert "This isn’t your password. Try again." in text_of(wrong)
    assert FailedTry.objects.count() == 1

    right = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_add_webauthn")})
    assert right.headers["Location"] == reverse("mfa_add_webauthn")
    assert FailedTry.objects.count() == 0


def test_second_step_remembers_a_browser_without_an_id(
    client: Client, baptiste: User, clock: time_machine.Traveller
) -> None:
    """After a launch of a learning platform, only the second step comes from a page of this site."""
    secret, _ = add_app(client)
    phone = Client()
    start_sign_in(phone, baptiste)
    del phone.cookies[DEVICE_COOKIE]
    clock.shift(30)

    assert send_code(phone, code_of(secret)) == reverse("teacher_home")

    device = hash_device(phone.cookies[DEVICE_COOKIE].value)
    assert KnownDevice.objects.filter(user=baptiste, device=device).exists()


def test_pages_of_the_second_step_need_an_account(client: Client) -> None:
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes"):
        response = Client().get(reverse(name))
        assert response.headers["Location"].partition("?")[0] == reverse("account_login")
    # Without a password before it, there is no second step.
    assert Client().get(reverse("mfa_authenticate")).headers["Location"] == reverse("account_login")


def test_app_is_added_and_asked_for(
    client: Client, baptiste: User, clock: time_machine.Traveller, commits: Commits
) -> None:
    assert "Set up 2-step sign-in" in text_of(client.get(reverse("account")))
    with commits(execute=True):
        secret, codes = add_app(client)

    assert len(set(codes)) == 10
    assert "Change 2-step sign-in" in text_of(client.get(reverse("account")))
    phone = Client()
    start_sign_in(phone, baptiste)
    assert not is_signed_in(phone)
    assert TeacherSession.objects.count() == 1
    clock.shift(30)
    assert send_code(phone, code_of(secret)) == reverse("teacher_home")
    assert is_signed_in(phone)
    [added] = AuditEvent.objects.all()
    assert (added.action, added.actor, added.detail) == (
        "second_factor_added",
        baptiste,
        {"account": baptiste.pk, "step": "totp"},
    )


def test_page_of_the_app_shows_the_code_and_the_key(client: Client) -> None:
    confirm(client)
    response = client.get(reverse("mfa_activate_totp"))
    secret = response.context["form"].secret
    page = read(response)
    assert f'value="{secret}"' in response.content.decode()
    assert [link for link in page.links if link.startswith("otpauth:")] == [
        f"otpauth://totp/baptiste%40school.test?secret={secret}&issuer=Footnote"
    ]
    assert response.content.decode().count("<svg aria-hidden") >= 1
    # A mistyped code keeps the key, which the app has by now.
    again = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert again.context["form"].secret == secret
    assert "Enter the code." in text_of(client.post(reverse("mfa_activate_totp"), {"code": ""}))
    assert "Enter a name, such as My laptop." in text_of(client.post(reverse("mfa_add_webauthn"), {"name": ""}))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_of_a_clock_that_is_off_by_half_a_minute_works(
    steps: int, works: bool, client: Client, baptiste: User, clock: time_machine.Traveller
) -> None:
    secret, _ = add_app(client)
    clock.shift(300)
    phone = Client()
    start_sign_in(phone, baptiste)
    assert bool(send_code(phone, code_of(secret, steps=steps))) is works


def test_code_works_once(client: Client, baptiste: User, clock: time_machine.Traveller) -> None:
    secret, _ = add_app(client)
    clock.shift(300)
    code = code_of(secret, steps=1)
    first, second = Client(), Client()
    start_sign_in(first, baptiste)
    start_sign_in(second, baptiste)
    assert send_code(first, code) == reverse("teacher_home")
    for written in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}", f" {code}"):
        assert send_code(second, written) == ""
        # Past the period for which allauth remembers it, within the tolerance.
        clock.shift(20)
    assert not is_signed_in(second)


def test_recovery_code_works_once_and_is_shown_once(client: Client, baptiste: User, commits: Commits) -> None:
    _, codes = add_app(client)
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert "10 codes left" in text_of(client.get(reverse("mfa_index")))
    for code, works in ((codes[0], True), (codes[0], False), (codes[1], True)):
        phone = Client()
        start_sign_in(phone, baptiste)
        assert bool(send_code(phone, code)) is works
    assert "8 codes left" in text_of(client.get(reverse("mfa_index")))

    assert "Create new codes" in text_of(client.get(reverse("mfa_generate_recovery_codes")))
    with commits(execute=True):
        page = client.post(reverse("mfa_generate_recovery_codes"), follow=True)
    new = page.context["unused_codes"]
    assert set(new).isdisjoint(codes)
    phone = Client()
    start_sign_in(phone, baptiste)
    assert send_code(phone, codes[2]) == ""
    assert send_code(phone, new[0]) == reverse("teacher_home")
    assert AuditEvent.objects.filter(action="recovery_codes_made", actor=baptiste).count() == 1


def test_sign_in_with_a_recovery_code_says_how_many_are_left(client: Client, baptiste: User) -> None:
    _, codes = add_app(client)
    for left, code in enumerate(codes[1:], start=1):
        phone = Client()
        start_sign_in(phone, baptiste)
        send_code(phone, code)
        words = f"{10 - left} recovery code{'s' * (left < 9)} left."
        assert f"You signed in with a recovery code. {words}" in text_of(phone.get(reverse("teacher_home")))
        verb = "is" if left == 9 else "are"
        shown = text_of(client.get(reverse("mfa_view_recovery_codes")))
        assert f"and we don’t show them again. {10 - left} {verb} left." in shown


def test_wrong_codes_wait_as_wrong_passwords_do(client: Client, baptiste: User, clock: time_machine.Traveller) -> None:
    secret, _ = add_app(client)
    clock.shift(300)
    start_sign_in(client_of_same_device := Client(), baptiste)
    for _ in range(25):
        assert send_code(client_of_same_device, "000000") == ""
    page = client_of_same_device.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "Too many wrong codes" in text_of(page)
    assert not is_signed_in(client_of_same_device)
    # The device that signed in before has its own limit.
    client.post(reverse("account_logout"))
    start_sign_in(client, baptiste)
    for _ in range(DEVICE_TRIES - 1):
        send_code(client, "000000")
    assert send_code(client, code_of(secret)) == reverse("teacher_home")


def test_secrets_are_encrypted(client: Client, settings: Settings) -> None:
    secret, codes = add_app(client)
    stored = "".join(str(row.data) for row in Authenticator.objects.all())
    assert secret not in stored
    assert all(code not in stored for code in codes)

    text = encrypt(secret)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this site, long enough"
    assert decrypt(text) == secret
    settings.SECRET_KEY_FALLBACKS = []
    # Neither an error page at sign-in, nor a key that someone can guess.
    assert secret != decrypt(text) != decrypt(text)


@pytest.mark.parametrize("starts", [True, False], ids=["at the start", "by cron"])
def test_app_and_recovery_codes_outlive_a_change_of_the_secret_key(
    client: Client, baptiste: User, settings: Settings, clock: time_machine.Traveller, starts: bool, tmp_path: Path
) -> None:
    settings.BACKUP_MINUTES = 0
    settings.DATA_DIR = tmp_path
    record_secret_key(now=NOW)
    secret, codes = add_app(client)
    unreadable = Authenticator.objects.create(
        user=make_user(email="ana@school.test"), type=Authenticator.Type.TOTP, data={"secret": "of a lost key"}
    )

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of this site, long enough"
    if starts:
        record_secret_key(now=NOW)
    else:
        run("run_periodic_jobs")
    settings.SECRET_KEY_FALLBACKS = []

    assert has_its_key()
    clock.shift(30)
    for code in (code_of(secret), codes[0]):
        phone = Client()
        start_sign_in(phone, baptiste)
        assert send_code(phone, code) == reverse("teacher_home")
    unreadable.refresh_from_db()
    assert unreadable.data == {"secret": "of a lost key"}


def test_app_is_removed_with_the_recovery_codes(client: Client, baptiste: User, commits: Commits) -> None:
    with commits(execute=True):
        add_app(client)
    assert "Keep app" in text_of(client.get(reverse("mfa_deactivate_totp")))
    page = client.post(reverse("mfa_deactivate_totp"), follow=True)
    assert "Authenticator app removed." in text_of(page)
    assert not Authenticator.objects.exists()
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == [
        "second_factor_added",
        "second_factor_removed",
    ]
    phone = Client()
    phone.post(reverse("account_login"), {"login": baptiste.email, "password": PASSWORD})
    assert is_signed_in(phone)


def test_sign_in_link_does_not_replace_the_second_step(
    client: Client, baptiste: User, clock: time_machine.Traveller
) -> None:
    secret, _ = add_app(client)
    clock.shift(300)
    baptiste.refresh_from_db()
    phone = Client()
    # Its page is for nobody who is signed in, such as another teacher at this computer.
    phone.force_login(make_user())
    link = accounts.sign_in_link(baptiste, "")
    assert phone.post(link).headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(phone)
    page = phone.post(reverse("mfa_authenticate"), {"code": code_of(secret)}, follow=True)
    assert "This link won’t work again" in text_of(page)
    # The old password is not needed, as after a link without a second step.
    assert "oldpassword" not in phone.get(reverse("account_change_password")).context["form"].fields


def test_operator_removes_a_lost_second_step(client: Client, baptiste: User) -> None:
    add_app(client)
    assert run("remove_second_factor", "BAPTISTE@school.test") == (
        "2-step sign-in of baptiste@school.test is off, and the account is signed out everywhere.\n"
    )
    assert not is_signed_in(client)
    event = AuditEvent.objects.get(action="second_factor_removed")
    assert (event.actor, event.detail) == (None, {"account": baptiste.pk})
    assert run("remove_second_factor", baptiste.email) == "baptiste@school.test has no 2-step sign-in.\n"
    phone = Client()
    phone.post(reverse("account_login"), {"login": baptiste.email, "password": PASSWORD})
    assert is_signed_in(phone)
    with pytest.raises(CommandError, match="No account has the email nobody@school.test"):
        call_command("remove_second_factor", "nobody@school.test")


def test_exports_ask_for_it_when_the_site_says_so(client: Client, classroom: Classroom, settings: Settings) -> None:
    classroom.teachers.add(User.objects.get(email="baptiste@school.test"), through_defaults={})
    address, sent = reverse("download_file", args=[classroom.public_id]), {"layout": "scores", "form": "csv"}
    assert client.post(address, sent).status_code == 200
    settings.REQUIRE_MFA = ["exports"]
    assert client.post(address, sent).headers["Location"] == reverse("mfa_index")
    assert "before you download student data" in text_of(client.get(reverse("mfa_index")))
    assert is_signed_in(client)
    add_app(client)
    assert client.post(address, sent).status_code == 200


EXPORTS = {
    "class_reports",
    "download_accommodations",
    "download_answers",
    "download_class",
    "download_file",
    "download_items",
    "download_student",
}


def test_every_download_of_student_data_is_an_export() -> None:
    patterns = [pattern for included in urlpatterns for pattern in included.url_patterns]
    marked = {pattern.name for pattern in patterns if getattr(pattern.callback, "is_export", False)}
    assert marked == {*EXPORTS, "student_report"}
    files = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("download_")}
    assert files - marked == {"download_account"}


@pytest.mark.parametrize(
    ("required", "is_staff", "leads_on"),
    [
        ([], True, True),
        (["administrators"], True, False),
        (["administrators"], False, True),
        (["teachers"], False, False),
        (["exports"], True, True),
    ],
)
def test_pages_ask_for_it_when_the_site_says_so(
    required: list[str], is_staff: bool, leads_on: bool, client: Client, baptiste: User, settings: Settings
) -> None:
    settings.REQUIRE_MFA = required
    User.objects.filter(pk=baptiste.pk).update(is_staff=is_staff)
    assert is_signed_in(client) is leads_on
    if not leads_on:
        assert "This site asks for it" in text_of(client.get(reverse("teacher_home"), follow=True))
        assert client.get(reverse("admin:index")).headers["Location"] == reverse("mfa_index") or not is_staff
        add_app(client)
        assert is_signed_in(client)


def test_required_second_step_costs_students_and_visitors_nothing(
    student_client: Client, settings: Settings, queries: Callable[[], Any]
) -> None:
    with queries() as before:
        student_client.get(reverse("student_home"))
    settings.REQUIRE_MFA = ["teachers"]
    with queries() as after:
        student_client.get(reverse("student_home"))
    assert len(after) == len(before)
    assert Client().get(reverse("landing")).status_code == 200


def test_passkeys_are_allowed_on_their_pages_only(client: Client, student: Student) -> None:
    confirm(client)
    allowed = "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    for name in ("mfa_index", "mfa_add_webauthn"):
        assert allowed in client.get(reverse(name)).headers["Permissions-Policy"]
    for name in ("account", "account_login", "join", "teacher_home"):
        policy = client.get(reverse(name), follow=True).headers["Permissions-Policy"]
        assert "publickey-credentials-create=(), publickey-credentials-get=()" in policy


def test_dates_of_passkeys_are_those_of_the_teachers_time_zone(client: Client, baptiste: User) -> None:
    """10 pm on Thursday in New York is Friday in UTC."""
    make_classroom(teacher=baptiste)
    passkey = Authenticator.objects.create(user=baptiste, type=Authenticator.Type.WEBAUTHN, data={"name": "Laptop"})
    Authenticator.objects.filter(pk=passkey.pk).update(created_at=datetime(2026, 10, 23, 2, tzinfo=UTC))
    assert "Laptop, added Thu, Oct 22, 2026" in text_of(client.get(reverse("mfa_index")))


def test_proposed_name_of_a_passkey_is_new(baptiste: User) -> None:
    for name in ("Passkey 2", "Laptop"):
        Authenticator.objects.create(user=baptiste, type=Authenticator.Type.WEBAUTHN, data={"name": name})
    first, second = Authenticator.objects.order_by("pk")
    adapter = get_adapter()
    assert adapter.generate_authenticator_name(baptiste, Authenticator.Type.WEBAUTHN) == "Passkey 3"
    second.delete()
    assert adapter.generate_authenticator_name(baptiste, Authenticator.Type.WEBAUTHN) == "Passkey 3"
    first.delete()
    assert adapter.generate_authenticator_name(baptiste, Authenticator.Type.WEBAUTHN) == "Passkey 1"


@pytest.mark.parametrize(
    "credential", ["{}", "[]", "7", '{"id": "AAAA"}', "not json", "[" * 60_000, "9" * 5_000], ids=range(7)
)
def test_malformed_passkey_is_an_error_of_the_form(credential: str, client: Client, baptiste: User) -> None:
    confirm(client)
    client.get(reverse("mfa_add_webauthn"))
    page = client.post(reverse("mfa_add_webauthn"), {"name": "Laptop", "credential": credential})
    assert page.status_code == 200
    assert not Authenticator.objects.exists()
    add_app(client)
    phone = Client()
    start_sign_in(phone, baptiste)
    assert phone.post(reverse("mfa_authenticate"), {"credential": credential}).status_code == 200
    assert not is_signed_in(phone)


def test_removing_ends_open_sessions_and_repeats_safely(teacher: User) -> None:
    Authenticator.objects.create(user=teacher, type=Authenticator.Type.TOTP, data={})
    assert remove_second_factor(teacher, now=NOW) is True
    assert remove_second_factor(teacher, now=NOW) is False
    assert AuditEvent.objects.count() == 1
