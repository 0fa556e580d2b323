"""Teachers' accounts: the invitation, the ways in and out, the password, and the pages that say what went wrong."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from io import StringIO
from smtplib import SMTPRecipientsRefused
from threading import Event

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from quizsite.urls import account_urls
from quizzes.forms.accounts import SignUpForm
from quizzes.models import AuditEvent, Classroom, FailedTry, Invitation, Student, User
from quizzes.people import accounts
from quizzes.people.known_devices import hash_target
from quizzes.people.teacher_sign_in import ACCOUNT_TRIES, ADDRESS_TRIES, DEVICE_TRIES, PasswordLocked, count_try
from quizzes.views.cookies import INVITATION_COOKIE, keep_invitation
from tests.factories import NOW, make_invitation, make_user
from tests.pages import form_of, read, text_of

PASSWORD = "seven green bicycles"
NEW_PASSWORD = "eleven quiet kettles"
SIGN_UP = {"name": "Mr. Baptiste", "email": "Baptiste@School.test", "password1": PASSWORD}


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)


def accepted(client: Client, token: str) -> Client:
    """The client, with the invitation accepted."""
    client.post(url("accept_invitation", token), {})
    # With a row for each acceptance, anyone with a link could fill the disk.
    assert client.cookies[INVITATION_COOKIE].value
    assert not Session.objects.exists()
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("teacher_home")).status_code == 200


def link_of(user: User) -> str:
    return accounts.sign_in_link(user, "")


def test_only_pages_that_a_teacher_needs_are_there() -> None:
    names = {pattern.name for pattern in account_urls if isinstance(pattern, URLPattern)}

    assert names == {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_signup",
        "account_change_password",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_reauthenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    }


# --- Invitation and sign-up -----------------------------------------------------------------------------------------


def test_invitation_makes_an_account_once(teacher: User, clock: time_machine.Traveller) -> None:
    invitation, token = make_invitation(invited_by=teacher)
    client = Client()
    page = client.get(url("accept_invitation", token))
    assert "Ms. Rivera invites you" in page.content.decode()
    # A GET changes nothing: a mail program that follows links does not use it up.
    assert client.get(reverse("account_signup")).content.decode().count("An account needs an invitation") == 1
    assert INVITATION_COOKIE not in client.cookies
    address = url("accept_invitation", token)
    refused = client.post(address, form_of(page, having="password1").data(**SIGN_UP | {"password1": "short"}))
    form = form_of(refused, having="password1")
    assert (form.action, User.objects.count()) == (reverse("account_signup"), 1)
    assert not Session.objects.exists()

    home = client.post(address, form_of(page, having="password1").data(**SIGN_UP), follow=True)

    assert home.request["PATH_INFO"] == reverse("add_classroom")
    user = User.objects.get(email="baptiste@school.test")
    assert user.name == "Mr. Baptiste"
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    invitation.refresh_from_db()
    assert (invitation.used_by, invitation.used_at) == (user, NOW)
    assert not client.cookies[INVITATION_COOKIE].value
    assert Client().get(url("accept_invitation", token)).status_code == 404


def test_invitation_works_after_30_sign_ups_by_others_at_the_same_address(
    teacher: User, clock: time_machine.Traveller
) -> None:
    for _ in range(30):
        Client().post(reverse("account_signup"), SIGN_UP)
        Client().post(reverse("account_reset_password_from_key", args=["1", "no-key"]), {"password1": PASSWORD})
    _, token = make_invitation(invited_by=teacher)

    response = accepted(Client(), token).post(reverse("account_signup"), SIGN_UP)

    assert response.headers["Location"] == reverse("add_classroom")
    page = Client().post(reverse("account_reset_password_from_key", args=["1", "no-key"]), {"password1": PASSWORD})
    assert page.status_code == 200


def test_first_teacher_is_welcomed(db: None) -> None:
    _, token = make_invitation(invited_by=None, now=NOW + timedelta(days=365))

    assert "You’re the first teacher here." in Client().get(url("accept_invitation", token)).content.decode()


@pytest.mark.parametrize("state", ["unknown", "used", "expired"])
def test_void_invitation_says_so(state: str, teacher: User, clock: time_machine.Traveller) -> None:
    fields = {"used": {"used_at": NOW}, "expired": {"expires_at": NOW}}.get(state, {})
    _, token = make_invitation(invited_by=teacher, **fields)
    address = url("accept_invitation", "x" * 43 if state == "unknown" else token)
    client = Client()

    for answer in (client.get(address), client.post(address, {})):
        assert answer.status_code == 404
        assert "This invitation doesn’t work" in answer.content.decode()
    assert "An account needs an invitation" in client.get(reverse("account_signup")).content.decode()


def test_invitation_is_not_for_who_is_signed_in(
    teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    _, token = make_invitation(invited_by=teacher)

    for answer in (
        teacher_client.get(url("accept_invitation", token)),
        teacher_client.post(url("accept_invitation", token), {}),
    ):
        assert answer.status_code == 200
        assert "this link is for someone else" in answer.content.decode()
    assert INVITATION_COOKIE not in teacher_client.cookies


def test_who_was_slower_gets_no_account(teacher: User, clock: time_machine.Traveller) -> None:
    _, token = make_invitation(invited_by=teacher)
    fast, slow = accepted(Client(), token), accepted(Client(), token)
    fast.post(reverse("account_signup"), SIGN_UP)

    answer = slow.post(reverse("account_signup"), {**SIGN_UP, "email": "late@school.test"})

    assert answer.status_code == 404
    text = answer.content.decode()
    assert "This invitation doesn’t work" in text
    assert "is over 7 days old" in text
    assert not User.objects.filter(email="late@school.test").exists()
    assert not is_signed_in(slow)
    assert "An account needs an invitation" in slow.get(reverse("account_signup")).content.decode()


def test_form_sent_twice_at_once_makes_one_account(teacher: User, clock: time_machine.Traveller) -> None:
    invitation, _ = make_invitation(invited_by=teacher)
    request = RequestFactory().post(reverse("account_signup"), SIGN_UP)
    SessionMiddleware(lambda request: HttpResponse()).process_request(request)
    MessageMiddleware(lambda request: HttpResponse()).process_request(request)
    keep_invitation(request, invitation.pk)
    with context.request_context(request):
        form = SignUpForm(SIGN_UP)
        assert form.is_valid()
        # Between check and save the other request came through.
        make_user(email="baptiste@school.test")
        with pytest.raises(ImmediateHttpResponse) as caught:
            get_adapter().save_user(request, User(), form)

    assert caught.value.response.headers["Location"] == reverse("account_login")
    assert User.objects.filter(email="baptiste@school.test").count() == 1
    invitation.refresh_from_db()
    assert invitation.used_at is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter the name that students call you."),
        ("name", "\u202eBaptiste", "The name has a hidden character, so retype it."),
        ("name", "x" * 1_000_000, "Use up to 60 characters."),
        ("email", "", "Enter an email, such as name@school.org."),
        ("email", "baptiste", "Enter an email, such as name@school.org."),
        ("email", "RIVERA@school.test", "This email already has an account."),
        ("password1", "", "Enter a new password."),
        ("password1", "short", "Use at least 12 characters."),
        ("password1", "password1234", "Choose a password that is harder to guess."),
        ("password1", "baptiste@school.test", "Choose a password that isn’t like your name or email."),
    ],
)
def test_sign_up_says_what_is_wrong_and_keeps_what_was_typed(
    field: str, value: str, said: str, teacher: User, clock: time_machine.Traveller
) -> None:
    invitation, token = make_invitation(invited_by=teacher)
    client = accepted(Client(), token)

    page = client.post(reverse("account_signup"), {**SIGN_UP, field: value})

    assert page.status_code == 200
    assert said in page.content.decode()
    sent = dict(form_of(page, having="password1").fields)
    assert (sent["name"], sent["email"]) == tuple({**SIGN_UP, field: value}[name] for name in ("name", "email"))
    assert sent["password1"] == ""
    assert User.objects.count() == 1
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_password_must_not_resemble_the_name(teacher: User, clock: time_machine.Traveller) -> None:
    _, token = make_invitation(invited_by=teacher)
    client = accepted(Client(), token)

    page = client.post(reverse("account_signup"), {**SIGN_UP, "email": "mb@school.test", "password1": "mr baptiste!"})

    assert "Choose a password that isn’t like your name or email." in page.content.decode()
    assert not User.objects.filter(email="mb@school.test").exists()


# --- In and out -----------------------------------------------------------------------------------------------------


def test_sign_in_leads_home_for_seven_days(db: None) -> None:
    make_user(email="rivera@school.test", password=PASSWORD)
    client = Client()
    form = form_of(client.get(reverse("account_login")), having="login")

    answer = client.post(form.action, form.data(login="Rivera@School.test", password=PASSWORD))

    assert answer.headers["Location"] == reverse("teacher_home")
    assert is_signed_in(client)
    assert 6 < client.session.get_expiry_age() / (24 * 60 * 60) <= 7


def test_sign_in_goes_on_to_where_one_wanted_to_go(classroom: Classroom, teacher: User) -> None:
    teacher.set_password(PASSWORD)
    teacher.save()
    client = Client()
    roster = url("roster", classroom.public_id)
    page = client.get(roster, follow=True)

    form = form_of(page, having="login")
    answer = client.post(form.action, form.data(login=teacher.email, password=PASSWORD))

    assert answer.headers["Location"] == roster


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_leads_to_no_other_site(elsewhere: str, teacher: User) -> None:
    teacher.set_password(PASSWORD)
    teacher.save()

    answer = Client().post(reverse("account_login"), {"login": teacher.email, "password": PASSWORD, "next": elsewhere})

    assert answer.headers["Location"] == reverse("teacher_home")


def test_wrong_password_and_unknown_address_look_the_same(teacher: User) -> None:
    teacher.set_password(PASSWORD)
    teacher.save()

    known = Client().post(reverse("account_login"), {"login": "rivera@school.test", "password": "wrong"})
    unknown = Client().post(reverse("account_login"), {"login": "nobody@school.test", "password": "wrong"})

    texts = [page.content.decode().replace(str(page.context["csrf_token"]), "") for page in (known, unknown)]
    assert "That email and password don’t match." in texts[0]
    assert dict(form_of(known, having="login").fields)["login"] == "rivera@school.test"
    assert texts[0].replace("rivera@school.test", "") == texts[1].replace("nobody@school.test", "")


def try_password(client: Client, email: str, password: str, *, address: str = "192.0.2.1") -> str:
    """Where a sign-in leads, or what its page says."""
    page = client.post(reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=address)
    return page.headers["Location"] if page.status_code == 302 else text_of(page)


def fail(email: str, count: int, *, address: str = "192.0.2.1") -> None:
    """Wrong passwords from new devices, without the slow hash of each."""
    for number in range(count):
        with suppress(PasswordLocked):
            count_try(email, address=address, device=f"{email} {number}", now=timezone.now(), step="")


@pytest.fixture
def with_password(teacher: User) -> User:
    teacher.set_password(PASSWORD)
    teacher.save()
    return teacher


@pytest.mark.parametrize("email", ["rivera@school.test", "nobody@school.test"])
def test_right_password_gets_in_after_20_wrong_ones_by_others_at_the_same_address(
    email: str, with_password: User, clock: time_machine.Traveller
) -> None:
    for _ in range(20):
        assert "don’t match" in try_password(Client(), email, "wrong")

    assert try_password(Client(), "Rivera@school.test", PASSWORD) == reverse("teacher_home")


def test_wrong_passwords_for_an_account_make_new_devices_wait_ever_longer(
    with_password: User, clock: time_machine.Traveller
) -> None:
    fail("rivera@school.test", ACCOUNT_TRIES - 1, address="198.51.100.1")
    assert "don’t match" in try_password(Client(), "rivera@school.test", "wrong")
    assert "for this email. Try again in 1 minute." in try_password(Client(), "rivera@school.test", PASSWORD)
    waited = []
    for _ in range(8):
        seconds = 0
        count = FailedTry.objects.count()
        while fail("rivera@school.test", 1) or FailedTry.objects.count() == count:
            clock.shift(timedelta(seconds=30))
            seconds += 30
        waited.append(seconds)

    assert waited == [30, 60, 120, 240, 480, 900, 900, 900]
    clock.shift(timedelta(minutes=15))
    assert try_password(Client(), "rivera@school.test", PASSWORD) == reverse("teacher_home")


def test_device_of_the_teacher_gets_in_whatever_others_type(with_password: User, clock: time_machine.Traveller) -> None:
    own = Client()
    assert try_password(own, "rivera@school.test", PASSWORD) == reverse("teacher_home")
    own.post(reverse("account_logout"))
    fail("rivera@school.test", 100)
    assert "for this email" in try_password(Client(), "rivera@school.test", PASSWORD)

    assert try_password(own, "rivera@school.test", PASSWORD) == reverse("teacher_home")
    own.post(reverse("account_logout"))
    for _ in range(DEVICE_TRIES):
        assert "don’t match" in try_password(own, "rivera@school.test", "wrong")
    assert "on this device. Try again in 1 minute." in try_password(own, "rivera@school.test", PASSWORD)


def test_address_of_a_school_is_not_locked_for_who_signed_in_there(
    with_password: User, other_teacher: User, clock: time_machine.Traveller
) -> None:
    other_teacher.set_password(PASSWORD)
    other_teacher.save()
    try_password(Client(), "rivera@school.test", PASSWORD)
    for number in range(ADDRESS_TRIES):
        fail(f"nobody{number}@school.test", 1)

    assert "from this network. Try again in 1 minute." in try_password(Client(), "okafor@school.test", PASSWORD)
    assert try_password(Client(), "okafor@school.test", PASSWORD, address="203.0.113.5") == reverse("teacher_home")
    # A new device of a teacher who signed in at this address before.
    assert try_password(Client(), "rivera@school.test", PASSWORD) == reverse("teacher_home")
    clock.shift(timedelta(seconds=30))
    assert try_password(Client(), "okafor@school.test", PASSWORD) == reverse("teacher_home")


def test_wrong_passwords_are_kept_as_digests(with_password: User) -> None:
    try_password(Client(), "rivera@school.test", "wrong")

    row = FailedTry.objects.get()
    assert (row.kind, row.student, row.target) == ("password", None, hash_target("rivera@school.test"))
    assert "rivera" not in row.target
    try_password(Client(), "rivera@school.test", PASSWORD)
    assert FailedTry.objects.count() == 1


def test_closed_account_reads_that_it_is_closed(db: None) -> None:
    make_user(email="rivera@school.test", password=PASSWORD, is_active=False)
    client = Client()

    page = client.post(reverse("account_login"), {"login": "rivera@school.test", "password": PASSWORD}, follow=True)

    assert "This account is closed" in page.content.decode()
    assert not is_signed_in(client)


def test_sign_out_is_a_form(teacher_client: Client) -> None:
    assert "Sign out" in teacher_client.get(reverse("account_logout")).content.decode()
    assert is_signed_in(teacher_client)
    actions = [form.action for form in read(teacher_client.get(reverse("account"))).forms]
    assert reverse("account_logout") in actions

    answer = teacher_client.post(reverse("account_logout"))

    assert answer.headers["Location"] == reverse("landing")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(teacher_client)


def test_sign_in_link_works_once_and_by_its_button_only(teacher: User) -> None:
    link = link_of(teacher)
    client = Client()

    page = client.get(link)
    assert "Sign in as Ms. Rivera" in page.content.decode()
    assert not is_signed_in(client)

    answer = client.post(link, {}, follow=True)
    assert answer.request["PATH_INFO"] == reverse("teacher_home")
    assert "This link won’t work again" in answer.content.decode()
    assert 6 < client.session.get_expiry_age() / (24 * 60 * 60) <= 7
    other = Client()
    for again in (other.get(link), other.post(link, {})):
        assert again.status_code == 404
        assert "This sign-in link doesn’t work" in again.content.decode()
    assert not is_signed_in(other)


def test_sign_in_link_opens_a_session_under_a_new_key(student: Student, teacher: User, student_client: Client) -> None:
    before = student_client.session.session_key

    student_client.post(link_of(teacher), {})

    assert is_signed_in(student_client)
    assert student_client.session.session_key != before
    stale = Client()
    stale.cookies["sessionid"] = before or ""
    assert not is_signed_in(stale)


def test_sign_in_link_takes_over_from_another_teacher(
    teacher: User, other_teacher: User, classroom: Classroom, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(other_teacher)
    assert client.get(url("roster", classroom.public_id)).status_code == 404

    client.post(link_of(teacher), {})

    assert client.get(url("roster", classroom.public_id)).status_code == 200


@pytest.mark.parametrize("state", ["an hour old", "of a closed account", "of another account", "broken"])
def test_void_sign_in_link_signs_no_one_in(
    state: str, teacher: User, other_teacher: User, clock: time_machine.Traveller
) -> None:
    link = link_of(teacher)
    match state:
        case "an hour old":
            clock.shift(timedelta(hours=1, seconds=1))
        case "of a closed account":
            teacher.is_active = False
            teacher.save()
        case "of another account":
            link = url("use_sign_in_link", link_of(other_teacher).split("/")[2], link.split("/")[3])
        case "broken":
            link = url("use_sign_in_link", "!!", "x-y")
    client = Client()

    assert client.get(link).status_code == 404
    assert client.post(link, {}).status_code == 404
    assert not is_signed_in(client)


# --- The account page -----------------------------------------------------------------------------------------------


def test_account_changes_the_name(teacher: User, teacher_client: Client) -> None:
    form = form_of(teacher_client.get(reverse("account")), having="name")
    assert dict(form.fields)["name"] == "Ms. Rivera"

    answer = teacher_client.post(reverse("account"), form.data(name=" Mrs.  Rivera "), follow=True)

    teacher.refresh_from_db()
    assert teacher.name == "Mrs. Rivera"
    assert "Saved." in answer.content.decode()
    assert "rivera@school.test" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" ", "Enter the name that students call you."),
        ("\u202eRivera", "The name has a hidden character, so retype it."),
        ("x" * 61, "Use up to 60 characters."),
    ],
)
def test_account_keeps_the_name_when_the_new_one_is_none(
    name: str, said: str, teacher: User, teacher_client: Client
) -> None:
    page = teacher_client.post(reverse("account"), {"name": name})

    assert page.status_code == 200
    assert said in page.content.decode()
    assert "<h1>Ms. Rivera</h1>" in page.content.decode()
    teacher.refresh_from_db()
    assert teacher.name == "Ms. Rivera"


def test_invite_shows_a_link_once_that_works(teacher: User, teacher_client: Client) -> None:
    answer = teacher_client.post(reverse("invite"))

    invitation = Invitation.objects.get()
    assert invitation.invited_by == teacher
    page = teacher_client.get(answer.headers["Location"]).content.decode()
    link = page.split('value="http://testserver/invitation/')[1].split('"')[0]
    assert "works once, for 7 days" in page
    assert "Ms. Rivera invites you" in Client().get(f"/invitation/{link}").content.decode()
    assert link not in teacher_client.get(answer.headers["Location"]).content.decode()


def test_account_lists_open_invitations_with_a_way_to_cancel_each(
    teacher: User, other_teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_invitation(invited_by=other_teacher)
    invitation, token = make_invitation(invited_by=teacher)
    cancel = reverse("cancel_invitation", args=[invitation.pk])
    page = teacher_client.get(reverse("account"))
    assert [form.action for form in read(page).forms if "/invitations/" in form.action] == [cancel]

    after = teacher_client.post(cancel, {}, follow=True)

    assert "Invitation canceled. Its link doesn’t work anymore." in after.content.decode()
    assert cancel not in [form.action for form in read(after).forms]
    assert Client().get(url("accept_invitation", token)).status_code == 404
    # Someone used one while its page was open.
    used, _ = make_invitation(invited_by=teacher, used_at=NOW, used_by=other_teacher)
    said = text_of(teacher_client.post(reverse("cancel_invitation", args=[used.pk]), follow=True))
    assert "Mr. Okafor used this invitation before you canceled it." in said
    assert "Its link doesn’t work anymore." not in said


def test_eleventh_open_invitation_is_refused(
    teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(accounts.OPEN_INVITATIONS):
        make_invitation(invited_by=teacher)

    page = teacher_client.post(reverse("invite"), follow=True).content.decode()

    assert "You have 10 open invitations. Cancel one, or wait until one is used." in page
    assert Invitation.objects.count() == 10


# --- Passwords ------------------------------------------------------------------------------------------------------


def test_change_password_asks_for_the_old_one_and_signs_other_devices_out(
    teacher: User, signed_in: Callable[[User], Client]
) -> None:
    teacher.set_password(PASSWORD)
    teacher.save()
    here, elsewhere = signed_in(teacher), signed_in(teacher)
    form = form_of(here.get(reverse("account_change_password")), having="oldpassword")
    new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    refused = here.post(form.action, form.data(oldpassword="wrong", **new))
    assert refused.status_code == 200
    assert "That’s not your current password." in refused.content.decode()
    changed = here.post(form.action, form.data(oldpassword=PASSWORD, **new), follow=True)

    assert changed.request["PATH_INFO"] == reverse("account")
    assert "Password saved." in changed.content.decode()
    teacher.refresh_from_db()
    assert teacher.check_password(NEW_PASSWORD)
    assert not is_signed_in(elsewhere)


def test_change_password_wants_the_new_one_twice_and_good(teacher: User, signed_in: Callable[[User], Client]) -> None:
    teacher.set_password(PASSWORD)
    teacher.save()
    client = signed_in(teacher)

    page = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "short", "password2": "other"}
    )
    assert "Use at least 12 characters." in page.content.decode()
    page = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": PASSWORD},
    )
    assert "You must type the same password each time." in page.content.decode()


def test_password_saved_late_undoes_no_other_change_of_the_account(teacher: User, now: datetime) -> None:
    request = RequestFactory().post(reverse("account_change_password"))
    SessionMiddleware(lambda request: HttpResponse()).process_request(request)
    # Both requests read the account before another one changed it.
    first, second, gone = User.objects.get(), User.objects.get(), make_user(email="gone@school.test")
    with context.request_context(request):
        accounts.change_email(teacher, email="rosa@school.test", now=now)
        get_adapter().set_password(first, PASSWORD)
        accounts.close_account(teacher, now=now)
        get_adapter().set_password(second, NEW_PASSWORD)
        User.objects.filter(pk=gone.pk).delete()
        get_adapter().set_password(gone, NEW_PASSWORD)

    closed = User.objects.get()
    assert closed.check_password(PASSWORD)
    assert (closed.email, closed.is_active, closed.session_version) == ("rosa@school.test", False, 1)


def test_who_came_by_a_link_needs_no_old_password_for_an_hour(teacher: User, clock: time_machine.Traveller) -> None:
    teacher.set_password("forgotten long ago")
    teacher.save()
    client = Client()
    client.post(link_of(teacher), {})
    address = reverse("account_change_password")

    page = client.get(address)
    assert "you don’t need the old one" in page.content.decode()
    clock.shift(timedelta(hours=1, seconds=1))
    assert 'name="oldpassword"' in client.get(address).content.decode()
    clock.shift(timedelta(hours=-1))
    client.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    teacher.refresh_from_db()
    assert teacher.check_password(NEW_PASSWORD)


def test_account_without_a_password_gets_one(teacher: User, teacher_client: Client) -> None:
    assert reverse("account_set_password") in read(teacher_client.get(reverse("account"))).links
    form = form_of(teacher_client.get(reverse("account_set_password")), having="password1")

    answer = teacher_client.post(form.action, form.data(password1=NEW_PASSWORD, password2=NEW_PASSWORD), follow=True)

    assert answer.request["PATH_INFO"] == reverse("account")
    assert reverse("account_change_password") in read(answer).links
    teacher.refresh_from_db()
    assert teacher.check_password(NEW_PASSWORD)


def test_site_without_mail_says_how_to_get_in(teacher: User) -> None:
    for answer in (
        Client().get(reverse("account_reset_password")),
        Client().post(reverse("account_reset_password"), {"email": teacher.email}),
    ):
        assert answer.status_code == 200
        assert "This site doesn’t send email." in answer.content.decode()
        assert "sign_in_link" in answer.content.decode()
        assert reverse("choose_language") in [form.action for form in read(answer).forms]
    assert mail.outbox == []


def test_teacher_gets_a_mail_about_a_sign_in_with_a_new_device(
    teacher: User, settings: Settings, mailoutbox: list[mail.EmailMessage], clock: time_machine.Traveller
) -> None:
    teacher.set_password(PASSWORD)
    teacher.language = "es"
    teacher.save()
    sign_in = {"login": teacher.email, "password": PASSWORD}
    mine = Client()
    # The first sign-in is the teacher's own. Without a mail server, no one gets mail.
    for client, mailer in ((mine, {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}), (Client(), None)):
        settings.MAILER = mailer
        client.post(reverse("account_login"), sign_in)
    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    mine.post(reverse("account_logout"))
    mine.post(reverse("account_login"), sign_in)
    assert mailoutbox == []

    firefox = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
    firefox.post(reverse("account_login"), sign_in)

    assert [(message.to, message.subject) for message in mailoutbox] == [
        ([teacher.email], "[Footnote] Nuevo inicio de sesión en Footnote")
    ]
    body = str(mailoutbox[0].body)
    assert "testserver con un dispositivo nuevo: Firefox en Windows." in body
    assert f"http://testserver{reverse('account_reset_password')}" in body.splitlines()

    # Nobody can fill an inbox.
    for _ in range(6):
        Client().post(reverse("account_login"), sign_in)
    assert len(mailoutbox) == 5
    clock.shift(timedelta(hours=1, seconds=1))
    Client().post(reverse("account_login"), sign_in)
    assert len(mailoutbox) == 6


def test_site_with_mail_sends_a_link_for_a_new_password(
    teacher: User, settings: Settings, mailoutbox: list[mail.EmailMessage], clock: time_machine.Traveller
) -> None:
    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    client, form_address = Client(), reverse("account_reset_password")
    form = form_of(client.get(form_address), having="email")

    for address in ("RIVERA@school.test", "nobody@school.test"):
        sent = client.post(form.action, form.data(email=address), follow=True)
        assert "Check your email" in sent.content.decode()

    # An email without an account gets no message, and the page does not say so.
    assert [message.to for message in mailoutbox] == [["rivera@school.test"]]
    assert mailoutbox[0].subject == "[Footnote] Reset your Footnote password"
    body = str(mailoutbox[0].body)
    link = next(line for line in body.splitlines() if line.startswith("http://testserver/"))
    page = client.get(link.removeprefix("http://testserver"), follow=True)
    form = form_of(page, having="password1")
    done = client.post(form.action, form.data(password1=NEW_PASSWORD, password2=NEW_PASSWORD), follow=True)
    assert "Sign in with your new password" in done.content.decode()
    assert reverse("choose_language") in [form.action for form in read(done).forms]
    teacher.refresh_from_db()
    assert teacher.check_password(NEW_PASSWORD)
    again = Client().get(link.removeprefix("http://testserver"), follow=True)
    assert "This link doesn’t work" in again.content.decode()

    # Nobody can fill an inbox: 5 mails an hour, and no other reply for an email without an account.
    for address in (teacher.email, "nobody@school.test"):
        replies = []
        for _ in range(5):
            replies.append(client.post(form_address, {"email": address}))
            clock.shift(timedelta(minutes=2))
        assert [reply.status_code for reply in replies] == [302] * 4 + [429]
        assert "use the newest one. Otherwise try again in a few minutes. After 5 emails" in text_of(replies[-1])
    assert len(mailoutbox) == 5
    clock.shift(timedelta(hours=1))
    assert client.post(form_address, {"email": teacher.email}).status_code == 302


@pytest.mark.parametrize(
    "error",
    [ConnectionRefusedError(111, "Connection refused"), SMTPRecipientsRefused({"rivera@school.test": (550, b"no")})],
)
def test_mail_server_that_fails_does_not_tell_who_has_an_account(
    teacher: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: OSError,
) -> None:
    def fail(*args: object) -> None:
        raise error

    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    client = Client()
    form = form_of(client.get(reverse("account_reset_password")), having="email")

    known, unknown = (
        client.post(form.action, form.data(email=address), follow=True)
        for address in (teacher.email, "nobody@school.test")
    )

    assert (known.status_code, known.redirect_chain) == (unknown.status_code, unknown.redirect_chain)
    assert "Check your email" in text_of(known) == text_of(unknown)
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    reason = f"The mail server did not take a mail: {type(error).__name__}."
    assert record.getMessage() == f"{reason} Check EMAIL_URL and FOOTNOTE_MAIL_FROM."
    assert record.exc_info is None


def test_mail_server_that_hangs_does_not_hold_up_the_page(
    teacher: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, sent = Event(), []

    def hang(backend: object, messages: list[mail.EmailMessage]) -> int:
        answers.wait(10)
        sent.extend(messages)
        return len(messages)

    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    settings.MAIL_IN_BACKGROUND = True
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", hang)
    client = Client()
    form = form_of(client.get(reverse("account_reset_password")), having="email")

    page = client.post(form.action, form.data(email=teacher.email), follow=True)

    assert ("Check your email" in text_of(page), sent) == (True, [])
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()
    assert [message.to for message in sent] == [[teacher.email]]


# --- The command ----------------------------------------------------------------------------------------------------


def test_sign_in_link_command_prints_a_link_that_works(teacher: User) -> None:
    out = StringIO()

    call_command("sign_in_link", " RIVERA@school.test", base_url="http://footnote.test:8000/", stdout=out)

    link = out.getvalue().strip()
    assert link.startswith("http://footnote.test:8000/enter/")
    client = Client()
    client.post(link.removeprefix("http://footnote.test:8000"), {})
    assert is_signed_in(client)
    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor, event.detail) == ("sign_in_link_made", None, {"account": teacher.pk})


def test_sign_in_link_command_names_what_is_wrong(teacher: User) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("sign_in_link", "nobody@school.test")
    assert str(refused.value) == (
        "No account has the email nobody@school.test. The page /site/ lists all accounts. For a new account, a teacher "
        "chooses “Invite a teacher”."
    )
    teacher.is_active = False
    teacher.save()
    with pytest.raises(CommandError, match=r"^The account rivera@school\.test is closed\."):
        call_command("sign_in_link", "rivera@school.test")


# --- What went wrong ------------------------------------------------------------------------------------------------


def test_missing_page_leads_everyone_home(teacher_client: Client, student_client: Client) -> None:
    for client, way_back in (
        (Client(), "landing"),
        (teacher_client, "teacher_home"),
        (student_client, "student_home"),
    ):
        page = client.get("/nothing/here/")
        assert page.status_code == 404
        assert "We can’t find that page" in page.content.decode()
        assert read(page).links[-4] == reverse(way_back)


def test_form_without_its_token_is_not_sent(teacher: User) -> None:
    client = Client(enforce_csrf_checks=True)

    page = client.post(reverse("account_login"), {"login": teacher.email, "password": PASSWORD})

    assert page.status_code == 403
    assert "This form wasn’t sent" in page.content.decode()
    assert "If it fails again, allow cookies for this site" in page.content.decode()


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("400.html", "We couldn’t read that request"),
        ("403.html", "You don’t have access to this page"),
        ("413.html", "That’s too much text to send"),
        ("429.html", "Too many tries"),
        ("500.html", "Something went wrong on our side"),
    ],
)
def test_page_of_an_error_needs_nothing_from_a_view(template: str, said: str) -> None:
    assert f"<h1>{said}</h1>" in render_to_string(template)


def test_teacher_who_signs_in_signs_out_the_student_before(student: Student, signed_in: Callable[..., Client]) -> None:
    make_user(email="okafor@school.test", password="seven green bicycles")
    browser = signed_in(student)
    data = {"login": "okafor@school.test", "password": "seven green bicycles"}
    assert browser.post(reverse("account_login"), data).headers["Location"] == reverse("teacher_home")
    assert browser.get(reverse("student_home")).headers["Location"] == reverse("join")


@pytest.mark.django_db
def test_what_is_wrong_with_a_whole_form_has_the_focus() -> None:
    page = Client().post("/accounts/login/", {"login": "nobody@school.test", "password": "seven green bicycles"})
    [notice] = re.findall(r'<div class="notice bad-n"[^>]*>', page.content.decode())
    assert notice == '<div class="notice bad-n" role="alert" tabindex="-1" autofocus>'


def test_sign_in_page_and_landing_page_say_how_to_get_an_account(db: None) -> None:
    first = "It prints the first link when it starts."
    restart = "Setting up Footnote? Restart it for a new link."
    invite = "Ask a teacher who uses Footnote to invite you."
    void = url("accept_invitation", "void")
    pages = [reverse("landing"), reverse("account_login"), reverse("account_signup"), void]

    def count(text: str) -> list[int]:
        return [text_of(Client().get(page)).count(text) for page in pages]

    assert (count(first), count(invite), count(restart)) == ([1, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1])
    # Also reached from pages in another language.
    assert "Español" in text_of(Client().get(reverse("account_login")))
    make_user()
    assert (count(first), count(invite), count(restart)) == ([0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0])


def test_a_new_invitation_link_has_a_copy_button(teacher_client: Client) -> None:
    assert "data-copy" not in teacher_client.get(reverse("account")).content.decode()
    page = teacher_client.post(reverse("invite"), follow=True).content.decode()
    assert '<button class="btn alt" type="button" data-copy="link" hidden>Copy link</button>' in page


def test_sign_up_says_what_the_name_is_for() -> None:
    assert str(SignUpForm().fields["name"].help_text) == "What students call you, such as Ms. Rivera."
