"""Sign-in with a school account, against a provider on this machine."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from joserfc.jwk import RSAKey
from pytest_django.fixtures import Settings

from quizsite.sign_on import Provider, allauth_settings
from quizzes.caches import clear_all
from quizzes.models import AuditEvent, Invitation, LtiPlatform, LtiTeacher, User
from quizzes.people import accounts
from quizzes.people.sign_on import DomainNotAllowed, EmailNotVerified, identify
from quizzes.people.sign_on_states import States, add_state, read_cookie, write_cookie
from quizzes.views.sign_on import STATE_COOKIE
from quizzes.views.sign_on_adapter import DESCRIPTION_SECONDS
from tests.factories import NOW, make_user
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, serving
from tests.management.test_commands import run
from tests.pages import text_of
from tests.views.test_accounts import is_signed_in
from tests.views.test_second_factor import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.sockets]
PASSWORD = "seven green bicycles"
EMAIL = "rosa@school.example"
PERSON = {"sub": "1234", "email": EMAIL, "email_verified": True, "name": "Rosa Rivera"}
START = reverse("openid_connect_login", kwargs={"provider_id": "school"})


@pytest.fixture
def provider(settings: Settings) -> Iterator[IdentityProvider]:
    """A provider that the site knows as “school”, at which Rosa is signed in."""
    with serving(IdentityProvider(person=dict(PERSON))) as provider:
        found = [Provider("school", "Example School", provider.issuer, CLIENT_ID, CLIENT_SECRET)]
        settings.SIGN_ON = found
        settings.SIGN_ON_ORIGINS = [found[0].origin]
        settings.SIGN_ON_DOMAINS = ["school.example"]
        settings.SOCIALACCOUNT_PROVIDERS = allauth_settings(found)
        yield provider


@pytest.fixture
def rosa(db: None) -> User:
    return make_user(email=EMAIL, password=PASSWORD, name="Ms. Rivera")


def at_provider(address: str) -> str:
    """Where the provider leads a browser that is signed in there."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    location = response.headers["Location"]
    connection.close()
    assert response.status == 302, response.read()
    return location


def back(client: Client, start: str = START) -> str:
    """The address to which the provider leads back from the site's button."""
    sent = client.post(start)
    assert sent.status_code == 302
    return at_provider(sent.headers["Location"])


def sign_on(client: Client, start: str = START) -> HttpResponse:
    """Sign in through the provider."""
    return client.get(back(client, start))


def refusal_of(response: HttpResponse, status: int = 403) -> str:
    assert response.status_code == status
    return text_of(response).partition("You’re not signed in")[2]


def test_button_leads_to_the_provider_with_a_state_a_nonce_and_a_challenge(
    provider: IdentityProvider, client: Client
) -> None:
    page = client.get(reverse("account_login"))
    address = urlsplit(client.post(START + "?scope=admin&auth_params=nonce%3Dmine").headers["Location"])

    assert "Sign in with Example School" in text_of(page)
    said = {name: value for name, [value] in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.issuer}/authorize"
    assert (said["response_type"], said["client_id"], said["code_challenge_method"]) == ("code", CLIENT_ID, "S256")
    assert set(said["scope"].split()) == {"openid", "profile", "email"}
    assert min(len(said[name]) for name in ("state", "nonce", "code_challenge")) >= 16
    assert client.get(START).status_code == 405
    assert client.post(START.replace("school", "other")).status_code == 404


def test_provider_in_a_row_of_the_database_is_not_one(provider: IdentityProvider, client: Client) -> None:
    for name in ("school", "other"):
        SocialApp.objects.create(
            provider="openid_connect",
            provider_id=name,
            name="Other School",
            client_id="other",
            settings={"server_url": provider.issuer},
        )

    address = client.post(START).headers["Location"]

    assert parse_qs(urlsplit(address).query)["client_id"] == [CLIENT_ID]
    assert client.post(START.replace("school", "other")).status_code == 404


def test_only_pages_with_the_button_let_forms_lead_to_the_provider(
    provider: IdentityProvider, client: Client, settings: Settings
) -> None:
    def form_action(name: str) -> str:
        policy = client.get(reverse(name)).headers["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("form-action"))

    assert form_action("account_login") == f"form-action 'self' {provider.issuer}"
    assert form_action("account_signup") == f"form-action 'self' {provider.issuer}"
    assert form_action("landing") == form_action("join") == "form-action 'self'"
    settings.SIGN_ON = []
    page = client.get(reverse("account_login"))
    assert page.headers["Content-Security-Policy"].partition("form-action ")[2].startswith("'self';")
    assert "Example School" not in text_of(page)


def test_first_sign_on_links_the_account_with_the_verified_email(
    provider: IdentityProvider, rosa: User, client: Client
) -> None:
    provider.person["email"] = "Rosa@School.Example"
    # Whoever made the account may not be the owner of its email.
    other = Client()
    other.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert is_signed_in(other)
    platform = LtiPlatform.objects.create(name="Moodle", issuer="i", client_id="c", created_at=NOW)
    LtiTeacher.objects.create(platform=platform, subject="t-1", user=rosa)

    assert sign_on(client).headers["Location"] == reverse("teacher_home")

    assert "An earlier password doesn’t work anymore." in text_of(client.get(reverse("teacher_home")))
    assert not is_signed_in(other)
    assert not LtiTeacher.objects.exists()
    assert rosa.teacher_sessions.count() == 1
    rosa.refresh_from_db()
    assert not rosa.has_usable_password()
    [linked] = SocialAccount.objects.all()
    assert (linked.user, linked.provider, linked.extra_data) == (rosa, "school", {})
    assert "1234" not in linked.uid
    assert not SocialToken.objects.exists()
    [logged] = AuditEvent.objects.all()
    assert (logged.action, logged.actor, logged.detail) == (
        "sign_on_linked",
        rosa,
        {"account": rosa.pk, "provider": "school"},
    )
    # The link is to the person. A change of name or email there changes nothing here.
    provider.person |= {"email": "rosa.rivera@school.example", "name": "Rosa R."}
    again = Client()
    sign_on(again)
    assert is_signed_in(again)
    assert [row.extra_data for row in SocialAccount.objects.all()] == [{}]


def test_email_can_come_from_the_user_info(provider: IdentityProvider, rosa: User, client: Client) -> None:
    provider.in_token = False
    provider.changed_info = {"sub": "another person"}
    assert "We couldn’t check this sign-in." in refusal_of(sign_on(client))
    provider.changed_info = {}

    sign_on(client)

    assert is_signed_in(client)


def test_sign_on_asks_for_the_second_step(provider: IdentityProvider, rosa: User, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    # An old tab has the page to sign in. This sign-on ends the session of the password.
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    Authenticator.objects.create(user=rosa, type=Authenticator.Type.TOTP, data={"secret": "stored"})

    assert sign_on(client).headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(reverse("mfa_authenticate")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_account_without_a_password_adds_an_app_and_sees_the_recovery_codes(
    provider: IdentityProvider, rosa: User, client: Client
) -> None:
    """The code that adds the app works once, so that a page that asks for it again would hold the teacher up."""
    sign_on(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    shown = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)

    assert shown.redirect_chain == [(reverse("mfa_view_recovery_codes"), 302)]
    assert len(shown.context["unused_codes"]) == 10
    assert "your password" not in text_of(client.get(reverse("mfa_index")))


def test_next_page_survives_the_trip(provider: IdentityProvider, rosa: User, client: Client) -> None:
    assert sign_on(client, f"{START}?next=/help/").headers["Location"] == "/help/"
    assert sign_on(Client(), f"{START}?next=//evil.example/").headers["Location"] == reverse("teacher_home")


def test_invitation_survives_the_trip(provider: IdentityProvider, client: Client) -> None:
    assert "You need an invitation" in refusal_of(sign_on(client))
    token = accounts.invite(by=None, now=timezone.now())
    client.post(reverse("accept_invitation", args=[token]))
    assert "Create your account with Example School" in text_of(client.get(reverse("account_signup")))

    response = sign_on(client)

    assert response.headers["Location"] == reverse("add_classroom")
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == (EMAIL, "Rosa Rivera", False)
    assert Invitation.objects.get().used_by == user
    assert "Students see you as “Rosa Rivera”." in text_of(client.get(reverse("add_classroom")))
    # The invitation works once, also for another person of the school.
    provider.person |= {"sub": "5678", "email": "okafor@school.example"}
    assert "You need an invitation" in refusal_of(sign_on(Client()))


def test_invitation_that_was_used_meanwhile_makes_no_account(provider: IdentityProvider, client: Client) -> None:
    token = accounts.invite(by=None, now=timezone.now())
    client.post(reverse("accept_invitation", args=[token]))
    Invitation.objects.update(used_at=timezone.now())

    assert "You need an invitation" in refusal_of(sign_on(client))
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email_verified": False}, "hasn’t confirmed your email"),
        ({"email_verified": None}, "hasn’t confirmed your email|(email_verified is not true)"),
        ({"email": ""}, "hasn’t confirmed your email|(no email)"),
        ({"email": "rosa@elsewhere.example"}, "isn’t from your school.|(FOOTNOTE_SIGN_ON_DOMAINS lacks the domain)"),
        ({"email": "rosa@school.example.evil.example"}, "This one isn’t from your school."),
        ({"iss": "https://elsewhere.example"}, "We couldn’t check this sign-in."),
        ({"aud": "another site"}, "We couldn’t check this sign-in."),
        ({"aud": [CLIENT_ID, "another site"], "azp": "another site"}, "We couldn’t check this sign-in."),
        ({"nonce": "of another trip"}, "We couldn’t check this sign-in."),
        ({"nonce": None}, "We couldn’t check this sign-in."),
        ({"exp": 1_700_000_000}, "We couldn’t check this sign-in."),
        ({"sub": None}, "We couldn’t check this sign-in."),
    ],
)
def test_token_with_a_wrong_claim_is_refused(
    provider: IdentityProvider,
    rosa: User,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    reason: str,
) -> None:
    """reason: on the page, then in the log after a bar."""
    provider.changed_claims = changes
    page, _, cause = reason.partition("|")

    assert page in refusal_of(sign_on(client))
    assert cause in caplog.text
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    rosa.refresh_from_db()
    assert rosa.check_password(PASSWORD)


def test_token_that_the_provider_did_not_sign_is_refused(
    provider: IdentityProvider, rosa: User, client: Client
) -> None:
    provider.algorithm = "none"
    assert "We couldn’t check this sign-in." in refusal_of(sign_on(client))
    provider.algorithm, provider.signing_key = "RS256", RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert "We couldn’t check this sign-in." in refusal_of(sign_on(client))
    provider.signing_key = None
    clear_all()
    provider.changed_description = {"issuer": "https://elsewhere.example"}
    assert "We couldn’t check this sign-in." in refusal_of(client.post(START))
    assert not is_signed_in(client)


def test_reply_for_another_browser_or_twice_is_refused(provider: IdentityProvider, rosa: User, client: Client) -> None:
    address = back(client)

    assert "started in another browser" in refusal_of(Client().get(address))
    client.get(address)
    assert is_signed_in(client)
    assert "started in another browser" in refusal_of(client.get(address))
    assert "started in another browser" in refusal_of(Client().get(reverse_callback(state="made-up", code="x")))


def test_used_state_is_refused_even_if_the_provider_takes_its_code_again(
    provider: IdentityProvider, rosa: User, client: Client
) -> None:
    provider.takes_codes_again = True
    address = back(client)
    copied = Client()
    copied.cookies[STATE_COOKIE] = client.cookies[STATE_COOKIE].value

    client.get(address)

    assert is_signed_in(client)
    assert client.cookies[STATE_COOKIE].value == ""
    assert "started in another browser" in refusal_of(copied.get(address))
    assert not is_signed_in(copied)


def test_flood_of_sign_ins_writes_nothing(provider: IdentityProvider, queries: Callable[[], Any]) -> None:
    """Each could come back, and none has a row; nor have replies that the provider never sent."""
    with queries() as seen:
        for _ in range(50):
            visitor = Client()
            assert visitor.post(START).status_code == 302
            assert STATE_COOKIE in visitor.cookies
            assert visitor.get(reverse_callback(state="made-up", code="x")).status_code == 403

    assert seen.writes == []
    assert not Session.objects.exists()


def test_two_sign_ins_of_one_browser_both_come_back(provider: IdentityProvider, rosa: User, client: Client) -> None:
    first, second = back(client, f"{START}?next=/help/"), back(client)

    assert client.get(first).headers["Location"] == "/help/"
    assert client.get(second).headers["Location"] == reverse("teacher_home")


def test_state_ends_after_ten_minutes(
    provider: IdentityProvider, rosa: User, client: Client, clock: time_machine.Traveller
) -> None:
    """The provider's own clock is that of the test."""
    address = back(client)
    clock.shift(timedelta(minutes=10))

    assert "This sign-in took too long" in refusal_of(client.get(address))
    address = back(client)
    clock.shift(timedelta(minutes=10, seconds=-1))
    client.get(address)
    assert is_signed_in(client)


@pytest.mark.parametrize("value", ["", "x", "e30:1abcde:forged", "é" * 20])
def test_forged_state_is_refused(value: str, provider: IdentityProvider, rosa: User, client: Client) -> None:
    address = back(client)
    client.cookies[STATE_COOKIE] = value

    assert "started in another browser" in refusal_of(client.get(address))


def test_cookie_holds_the_newest_states_that_a_browser_takes() -> None:
    states: States = {}
    for number in range(40):
        add_state(states, f"state {number}", {"data": {"nonce": "n" * 32}}, next_url=f"/{'é' * 200}", now=NOW)

    kept = read_cookie(write_cookie(states), now=NOW)

    assert 1 <= len(kept) < 40
    assert list(kept) == list(states)[-len(kept) :]
    assert len(write_cookie(states)) <= 3_000
    add_state(states, "long", {}, next_url=f"/{'a' * 500}", now=NOW)
    assert "next" not in states["long"]
    assert write_cookie({}) == ""


def reverse_callback(**query: str) -> str:
    address = reverse("openid_connect_callback", kwargs={"provider_id": "school"})
    return f"{address}?{'&'.join(f'{name}={value}' for name, value in query.items())}"


def test_canceling_and_a_provider_that_is_down_say_so(provider: IdentityProvider, rosa: User, client: Client) -> None:
    state = parse_qs(urlsplit(client.post(START).headers["Location"]).query)["state"][0]
    assert "You canceled." in refusal_of(client.get(reverse_callback(state=state, error="access_denied")))
    address = back(client)
    provider.is_down = True

    assert "didn’t answer. Wait a minute and try again" in refusal_of(client.get(address), status=503)
    # The failure above ended the description that the process had.
    assert "didn’t answer" in refusal_of(client.post(START), status=503)


def test_description_is_read_once_an_hour_and_again_after_a_change(
    provider: IdentityProvider, rosa: User, client: Client, clock: time_machine.Traveller
) -> None:
    def descriptions() -> int:
        return provider.read.count("/.well-known/openid-configuration")

    for _ in range(3):
        sign_on(client)
    assert descriptions() == 1
    # Its keys are elsewhere: the sign-in of the moment already reads the new address.
    provider.has_moved_keys = True
    newcomer = Client()
    sign_on(newcomer)
    assert is_signed_in(newcomer)
    assert descriptions() == 2
    # After a sign-in that could not be checked, the next one starts with a new description.
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    assert "We couldn’t check this sign-in." in refusal_of(sign_on(Client()))
    assert descriptions() == 2
    client.post(START)
    assert descriptions() == 3
    clock.shift(timedelta(seconds=DESCRIPTION_SECONDS - 1))
    client.post(START)
    assert descriptions() == 3
    clock.shift(timedelta(seconds=1))
    client.post(START)
    assert descriptions() == 4


def test_closed_account_stays_closed(provider: IdentityProvider, rosa: User, client: Client) -> None:
    accounts.close_account(rosa, now=timezone.now())

    assert sign_on(client).headers["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_email_of_a_second_person_or_provider_links_nothing(
    provider: IdentityProvider, rosa: User, client: Client, settings: Settings
) -> None:
    sign_on(client)
    # The school gave the email to another person.
    provider.person["sub"] = "5678"
    assert "Another school account signs in to this account." in refusal_of(sign_on(Client()))
    # Another provider knows the same email.
    provider.person["sub"] = "1234"
    second = [Provider("google", "Google", provider.issuer, CLIENT_ID, CLIENT_SECRET)]
    settings.SIGN_ON, settings.SOCIALACCOUNT_PROVIDERS = second, allauth_settings(second)
    provider.person["hd"] = "school.example"
    start = reverse("openid_connect_login", kwargs={"provider_id": "google"})
    assert "Another school account signs in to this account." in refusal_of(sign_on(Client(), start))
    assert SocialAccount.objects.count() == 1


def test_email_counts_only_if_its_provider_vouches_for_it() -> None:
    google = PERSON | {"iss": "https://accounts.google.com", "hd": "school.example"}
    microsoft = {"iss": "m", "sub": "1", "email": EMAIL, "xms_edov": "1"}
    domains = ["school.example"]

    assert identify(google, provider="google", domains=domains).email == EMAIL
    assert identify(microsoft, provider="microsoft", domains=domains).email == EMAIL
    for wrong in ({"hd": ""}, {"hd": "elsewhere.example"}):
        with pytest.raises(DomainNotAllowed):
            identify(google | wrong, provider="google", domains=domains)
    for edov in (False, "0", None):
        with pytest.raises(EmailNotVerified, match="xms_edov"):
            identify(microsoft | {"xms_edov": edov, "email_verified": True}, provider="microsoft", domains=domains)
    # The same id of two issuers is two people.
    keys = {identify(google | {"iss": iss}, provider="google", domains=domains).key for iss in "ab"}
    assert len(keys) == 2


def test_account_page_removes_the_school_account_once_there_is_a_password(
    provider: IdentityProvider, rosa: User, client: Client
) -> None:
    sign_on(client)
    assert "You can sign in with Example School." in text_of(client.get(reverse("account")))
    for name in ("change_email", "delete_account"):
        assert "Choose a password first" in text_of(client.get(reverse(name)))
    client.post(reverse("remove_school_account"))
    assert SocialAccount.objects.count() == 1
    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    assert client.get(reverse("change_email")).status_code == 200

    for _ in range(2):
        client.post(reverse("remove_school_account"))

    assert not SocialAccount.objects.exists()
    assert "School account removed." in text_of(client.get(reverse("account")))
    assert AuditEvent.objects.filter(action="sign_on_unlinked").count() == 1


def test_command_removes_the_school_account(rosa: User) -> None:
    SocialAccount.objects.create(user=rosa, provider="school", uid="digest")

    assert run("remove_school_account", "ROSA@school.example").startswith(f"{EMAIL} has no school account now.")
    assert run("remove_school_account", EMAIL) == f"{EMAIL} has no school account.\n"
    with pytest.raises(CommandError, match="No account"):
        call_command("remove_school_account", "nobody@school.example")


def test_log_of_a_refusal_names_no_person(
    provider: IdentityProvider, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    sign_on(client)

    [line] = [record.getMessage() for record in caplog.records if record.name == "quizzes.views.sign_on_adapter"]
    assert line.startswith("Sign-in with school refused: You need an invitation")
    assert "rosa" not in caplog.text.lower()


def cause_in(caplog: pytest.LogCaptureFixture) -> str:
    """What the log says of the last refusal, beside the text of the page."""
    [*_, line] = [record.getMessage() for record in caplog.records if record.name == "quizzes.views.sign_on_adapter"]
    return line.partition("(")[2].removesuffix(")")


def test_log_says_why_a_provider_cannot_be_asked(
    provider: IdentityProvider, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    provider.is_down = True
    client.post(START)

    assert cause_in(caplog).startswith("HTTPError: 503 Server Error")
    provider.is_down = False
    provider.changed_description = {"issuer": "https://elsewhere.example"}
    client.post(START)
    assert cause_in(caplog) == "issuer of the description"


def test_log_says_why_a_token_is_refused(
    provider: IdentityProvider, rosa: User, client: Client, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    provider.changed_claims = {"aud": "another site"}
    sign_on(client)

    assert cause_in(caplog) == "InvalidAudienceError"
    wrong = Provider("school", "Example School", provider.issuer, CLIENT_ID, "another secret")
    settings.SOCIALACCOUNT_PROVIDERS = allauth_settings([wrong])
    sign_on(client)
    assert cause_in(caplog) == "invalid_client"
    assert "rosa" not in caplog.text.lower()


@pytest.mark.parametrize(("error", "cause"), [("invalid_scope", "invalid_scope"), ("<b>x</b>", "no code")])
def test_log_has_the_error_that_a_provider_leads_back_with(
    error: str, cause: str, provider: IdentityProvider, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    state = parse_qs(urlsplit(client.post(START).headers["Location"]).query)["state"][0]
    client.get(reverse_callback(state=state, error=error))

    assert cause_in(caplog) == cause
