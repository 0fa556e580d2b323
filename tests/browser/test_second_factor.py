"""The second step of sign-in in a browser: an app and a virtual authenticator's passkey."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from playwright.sync_api import Page, expect

from quizzes.models import User
from tests.browser.conftest import NewContext, assert_sound_at, overflow, press_at
from tests.browser.test_every_page import LARGE_TEXT
from tests.factories import make_user

PASSWORD = "seven green bicycles"


@pytest.fixture
def baptiste(transactional_db: None) -> User:
    return make_user(email="baptiste@school.test", name="Mr. Baptiste", password=PASSWORD)


def plug_in(page: Page) -> Any:
    """A device with a passkey store that always confirms its user."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device, added["authenticatorId"]


def sign_in(page: Page) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill("baptiste@school.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_passkey_is_added_and_signs_in(baptiste: User, open_context: NewContext) -> None:
    page = open_context().new_page()
    device, key = plug_in(page)
    sign_in(page)
    page.goto(reverse("mfa_index"))
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("link", name="Add a passkey"), 1280, 360)
    assert_sound_at(page, 1280, 360)
    page.get_by_label("Your password").fill(PASSWORD)
    press_at(page.get_by_role("button", name="Continue"), 1280, 360)
    assert_sound_at(page, 1280, 360)
    page.get_by_label("Name").fill("My laptop")
    press_at(page.get_by_role("button", name="Add passkey"), 1280, 360)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("link", name="I saved them"), 1280, 360)
    expect(page.get_by_text("My laptop, added")).to_be_visible()
    assert_sound_at(page, 1280, 360)
    assert len(device.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1
    # The same device again.
    press_at(page.get_by_role("link", name="Add a passkey"), 1280, 360)
    press_at(page.get_by_role("button", name="Add passkey"), 1280, 360)
    expect(page.get_by_text("This device already has a passkey for your account.")).to_be_visible()

    page.goto(reverse("account"))
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("button", name="Sign out", exact=True), 1280, 360)
    sign_in(page)
    expect(page.get_by_role("heading", name="2-step sign-in")).to_be_visible()
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("button", name="Use a passkey"), 1280, 360)
    page.wait_for_url("**/teacher/")
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None

    page.goto(reverse("mfa_index"))
    press_at(page.get_by_role("link", name="Remove My laptop"), 1280, 360)
    press_at(page.get_by_role("link", name="Use a passkey"), 1280, 360)
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("button", name="Use a passkey"), 1280, 360)
    expect(page.get_by_role("heading", name="Remove this passkey?")).to_be_visible()
    assert_sound_at(page, 1280, 360)
    press_at(page.get_by_role("button", name="Remove passkey"), 1280, 360)
    expect(page.get_by_text("Passkey removed.")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_device_that_does_not_confirm_leaves_the_code(baptiste: User, open_context: NewContext) -> None:
    page = open_context().new_page()
    device, key = plug_in(page)
    sign_in(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    page.goto(reverse("account"))
    page.get_by_role("button", name="Sign out", exact=True).click()
    sign_in(page)
    device.send("WebAuthn.clearCredentials", {"authenticatorId": key})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The device didn’t confirm. Try again, or use another way.")).to_be_visible()
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/teacher/")


def test_app_works_without_javascript(baptiste: User, open_context: NewContext) -> None:
    page = open_context(javascript=False).new_page()
    sign_in(page)
    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Your password").fill(PASSWORD)
    press_at(page.get_by_role("button", name="Continue"), 1280, 360)
    expect(page.get_by_text("This browser can’t use passkeys here")).to_be_visible()
    expect(page.get_by_role("button", name="Add passkey")).to_be_hidden()
    page.goto(reverse("mfa_activate_totp"))
    secret = page.get_by_label("Can’t scan it?").input_value()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator(".app-qr svg").bounding_box()["width"] >= 150  # type: ignore[index]  # it is visible
    page.evaluate(LARGE_TEXT)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, overflow(page)) == (width, 0)
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    press_at(page.get_by_role("button", name="Add app"), 1280, 360)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
