"""A platform on loopback, registered with the site, and browsers that launch from it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from quizzes.models import LtiDeployment, LtiKey, LtiPlatform
from tests.lti.platform import CLIENT, DEPLOYMENT, ISSUER, Platform, make_key, serving

Launch = Callable[..., HttpResponse]


@pytest.fixture
def platform(db: None) -> Iterator[Platform]:
    with serving() as running:
        register(running, login_url="https://school.example/auth?v=1")
        yield running


def register(platform: Platform, *, login_url: str) -> LtiDeployment:
    """Register the platform with the site, which gets a key; returns the deployment that may launch."""
    pem = make_key("site").export_to_pem(private_key=True, password=None).decode()
    LtiKey.objects.create(kid="site", private_key=pem, created_at=timezone.now())
    row = LtiPlatform.objects.create(
        name="Moodle",
        issuer=ISSUER,
        client_id=CLIENT,
        login_url=login_url,
        token_url=f"{platform.origin}/token",
        key_set_url=f"{platform.origin}/keys",
        created_at=timezone.now(),
    )
    return LtiDeployment.objects.create(platform=row, deployment_id=DEPLOYMENT)


def begin(client: Client, **data: str) -> dict[str, str]:
    """The parameters with which the site sends the client back to the platform."""
    response = client.get("/lti/login/", {"iss": ISSUER, "login_hint": "7", **data}, secure=True)
    assert response.status_code == 302, response.status_code
    assert response["Location"].startswith("https://school.example/auth?v=1&")
    return {name: value for name, [value] in parse_qs(urlsplit(response["Location"]).query).items()}


def signed_launch(platform: Platform, client: Client, **changes: Any) -> dict[str, str]:
    """What the browser posts at the end of a launch that it has begun."""
    asked = begin(client)
    claims = platform.claims(asked["nonce"], now=timezone.now().timestamp(), **changes)
    return {"state": asked["state"], "id_token": platform.signed(claims)}


@pytest.fixture
def launch(platform: Platform, client: Client) -> Launch:
    """Launch from the platform: login, signed message, and what the site answers."""

    def run(*, other: Client | None = None, **changes: Any) -> HttpResponse:
        visitor = other or client
        data = signed_launch(platform, visitor, **changes)
        response: HttpResponse = visitor.post("/lti/launch/", data, secure=True)
        return response

    return run
