"""Registration with a platform: what the site says of itself, and what it keeps of the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from django.db import DatabaseError, transaction
from pylti1p3.dynamic_registration import DynamicRegistration

from quizzes.lti.errors import LaunchRefused
from quizzes.lti.launches import DEEP_LINKING, LINE_ITEM_SCOPE
from quizzes.lti.platforms import MAX_ID, PlatformSession, rotate_key
from quizzes.lti.services import FAILURES, MEMBERS_SCOPE, SCORE_SCOPE, without_query
from quizzes.models import LtiDeployment, LtiKey, LtiPlatform, LtiRegistrationLink
from quizzes.people.accounts import token_digest

# What the columns of the database have room for.
MAX_ADDRESS = 500


class _Registration(DynamicRegistration):
    """What the site sends to a platform that registers it, by the specification of dynamic registration."""

    client_name = "Footnote"
    description = "Short readings and questions. Every answer cites its source."

    def __init__(self, urls: Mapping[str, str], configuration_url: str, token: str | None, *, now: datetime) -> None:
        self.urls, self.configuration_url, self.token, self.now = urls, configuration_url, token, now

    def get_request_session(self) -> PlatformSession:
        return PlatformSession()

    def get_initiate_login_uri(self) -> str:
        return self.urls["login"]

    def get_jwks_uri(self) -> str:
        return self.urls["keys"]

    def get_redirect_uris(self) -> list[str]:
        return [self.urls["launch"]]

    def get_target_link_uri(self) -> str:
        return self.urls["launch"]

    def get_domain(self) -> str:
        return urlsplit(self.urls["launch"]).netloc

    def get_logo_uri(self) -> str:
        return self.urls["logo"]

    def get_scopes(self) -> list[str]:
        return [SCORE_SCOPE, LINE_ITEM_SCOPE, MEMBERS_SCOPE]

    def get_claims(self) -> list[str]:
        return ["iss", "sub", "name", "given_name", "family_name"]

    def get_messages(self) -> list[dict[str, Any]]:
        link = {"target_link_uri": self.urls["launch"], "label": "Footnote"}
        # Without them, Canvas offers the tool for modules only, and not for an assignment with a score.
        places = ["ContentArea", "https://canvas.instructure.com/lti/assignment_selection"]
        return [{"type": DEEP_LINKING, "placements": places, **link}, {"type": "LtiResourceLinkRequest", **link}]

    def get_openid_configuration_endpoint(self) -> str:
        return self.configuration_url

    def get_registration_token(self) -> str:
        # The library tests for None, in spite of its annotation.
        return cast(str, self.token)

    @transaction.atomic
    def complete_registration(
        self, openid_configuration: dict[str, Any], openid_registration: dict[str, Any]
    ) -> LtiPlatform:
        platform_claim = openid_configuration.get("https://purl.imsglobal.org/spec/lti-platform-configuration", {})
        tool_claim = openid_registration.get("https://purl.imsglobal.org/spec/lti-tool-configuration", {})
        addresses = {
            "login_url": openid_configuration["authorization_endpoint"],
            "token_url": openid_configuration["token_endpoint"],
            "key_set_url": openid_configuration["jwks_uri"],
        }
        if any(urlsplit(str(address)).scheme != "https" for address in addresses.values()):
            raise ValueError("an address of the platform is not https")
        name = str(platform_claim.get("product_family_code") or "platform")[:80]
        ids = {"issuer": openid_configuration["issuer"], "client_id": _as_text(openid_registration["client_id"])}
        deployment_id = _as_text(tool_claim.get("deployment_id") or "")
        if not all(isinstance(value, str) for value in (*ids.values(), deployment_id)) or not all(ids.values()):
            raise ValueError("an id is missing or is not text")
        if not (_has_room(MAX_ID, name, deployment_id, *ids.values()) and _has_room(MAX_ADDRESS, *addresses.values())):
            raise ValueError("a name, an id, or an address is too long or has control characters")
        platform, is_new = LtiPlatform.objects.get_or_create(
            **ids, defaults={"name": name, "created_at": self.now, **addresses}
        )
        # A person with a link can name any issuer. Another key for a known platform would sign in its teachers.
        if not is_new:
            raise ValueError("this platform is registered already")
        if deployment_id:
            LtiDeployment.objects.create(platform=platform, deployment_id=deployment_id)
        return platform


def _as_text(value: Any) -> Any:
    """The id as text if it is a number, because a launch takes both. True is no number."""
    return str(value) if type(value) is int else value


def _has_room(limit: int, *values: object) -> bool:
    """Whether PostgreSQL takes these values for columns of so many characters."""
    return all(len(str(value)) <= limit and str(value).isprintable() for value in values)


def register(
    *, registration_token: str, configuration_url: str, token: str | None, urls: Mapping[str, str], now: datetime
) -> LtiPlatform:
    """Register with a platform, once for each registration link. urls: of login, launch, keys and logo.

    registration_token: from the link that the operator made. token: the platform's own. Raises LaunchRefused.
    """
    try:
        scheme = urlsplit(configuration_url).scheme
    except ValueError:
        # “https://[”, for example, cannot be split.
        scheme = ""
    if scheme != "https":
        raise LaunchRefused("the platform's configuration has no https address")
    link = LtiRegistrationLink.objects.filter(token_digest=token_digest(registration_token), expires_at__gt=now).first()
    # Deleted before the calls, so that of two requests at the same moment only one continues.
    if link is None or not LtiRegistrationLink.objects.filter(pk=link.pk).delete()[0]:
        raise LaunchRefused("the registration link is unknown, used, or too old")
    if not LtiKey.objects.filter(retired_at=None).exists():
        rotate_key(now=now)
    try:
        platform = _Registration(urls, configuration_url, token, now=now).register()
    except (*FAILURES, AssertionError, DatabaseError) as error:
        LtiRegistrationLink.objects.create(token_digest=link.token_digest, expires_at=link.expires_at)
        raise LaunchRefused(f"the registration failed: {without_query(error)}") from error
    return cast(LtiPlatform, platform)
