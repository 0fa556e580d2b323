"""Sign-in with a school account in a browser, whose policy must let the form lead to the provider and back."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from quizsite.sign_on import Provider, allauth_settings
from quizzes.people.accounts import invite
from tests.browser.conftest import NewContext, overflow, violations
from tests.factories import make_user
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, serving
from tests.slow_cases import slow_after

PERSON = {"sub": "1", "email": "rosa@school.example", "email_verified": True, "name": "Rosa Rivera"}


@pytest.mark.parametrize(("width", "dark"), slow_after(1, [(360, True), (1280, False)]))
def test_school_account_signs_in(width: int, dark: bool, open_context: NewContext, settings: Settings) -> None:
    make_user(email="rosa@school.example", name="Ms. Rivera")
    page = open_context(width=width, dark=dark).new_page()
    with serving(IdentityProvider(person=dict(PERSON))) as provider:
        settings.SIGN_ON = [Provider("school", "Example School", provider.issuer, CLIENT_ID, CLIENT_SECRET)]
        settings.SIGN_ON_ORIGINS, settings.SIGN_ON_DOMAINS = [provider.issuer], ["school.example"]
        settings.SOCIALACCOUNT_PROVIDERS = allauth_settings(settings.SIGN_ON)
        page.goto(reverse("accept_invitation", args=[invite(by=None, now=timezone.now())]))
        expect(page.get_by_text("or your school account")).to_be_visible()
        page.get_by_role("button", name="Create your account").click()
        expect(page.get_by_role("button", name="Create your account with Example School")).to_be_visible()
        assert (violations(page), overflow(page)) == ([], 0)
        page.goto(reverse("account_login"))
        assert (violations(page), overflow(page)) == ([], 0)
        page.get_by_role("button", name="Sign in with Example School").click()
        expect(page).to_have_url(re.compile(r"localhost:\d+/teacher/$"))
        expect(page.get_by_text("Your school account signs you in now.")).to_be_visible()
        page.goto(reverse("account"))
        expect(page.get_by_text("You can sign in with Example School.")).to_be_visible()
        assert (violations(page), overflow(page)) == ([], 0)
