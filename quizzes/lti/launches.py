"""A launch from a platform: the login that starts it, and the signed message that ends it.

The library checks the message. State, nonce and browser are ours, since each must work once in every process. Anyone
can ask for a login, so a login stores nothing: the signed state says what the launch needs. A launch stores its nonce.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import jwt
import requests
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare
from jwcrypto.common import JWException  # type: ignore[import-untyped]
from pylti1p3.cookie import CookieService
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.roles import StudentRole, TeacherRole
from pylti1p3.session import SessionService

from quizzes.lti.errors import LaunchRefused, WrongRole
from quizzes.lti.platforms import MAX_ID, ToolConfig, fetch_key_set
from quizzes.models import Assignment, LtiLaunch, LtiPlatform
from quizzes.people.accounts import token_digest

# From the login to the page where the launch ends.
LAUNCH_LIFETIME = timedelta(minutes=30)
_STATE = signing.Signer(salt="quizzes.lti.state")
# What the columns of the database have room for. PostgreSQL stores no NUL.
MAX_URL, MAX_TITLE = 1000, 255
NUL_IN_JSON = r"\u0000"
# What the library and the reading of claims raise for a message or key that is not LTI, such as a text for an object.
_MALFORMED = (
    LtiException,
    jwt.InvalidTokenError,
    JWException,
    requests.RequestException,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
)
# Clocks of two machines.
LEEWAY_SECONDS = 60
# Its origin goes into the browser policy of a page, so its host has no sign that would end a directive there.
_HTTPS_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/|$)")
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_ROLES = f"{CLAIM}roles"
DEEP_LINKING = "LtiDeepLinkingRequest"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
SCORES = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
LINE_ITEM_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@dataclass(frozen=True, slots=True)
class Login:
    """Where to send the browser, which must keep the secret in a cookie until the launch ends."""

    url: str
    browser_secret: str


def start_login(data: Mapping[str, str], *, launch_url: str, browser_secret: str, now: datetime) -> Login:
    """Answer a platform's login request. browser_secret: from this browser's cookie, or "". Raises LaunchRefused.

    data: may have the token of the frame that opened the window of this login, as `frame`.
    """
    issuer, client_id = data.get("iss", ""), data.get("client_id", "")
    platforms = LtiPlatform.objects.filter(issuer=issuer, is_active=True)
    if client_id:
        platforms = platforms.filter(client_id=client_id)
    found = list(platforms[:2])
    if len(found) != 1:
        raise LaunchRefused(
            f"{len(found)} platforms of `{settings.COMMAND} lti list` are on and match the issuer {issuer!r:.200} and "
            f"the client {client_id!r:.200} of the login"
        )
    [platform] = found
    if not data.get("login_hint"):
        raise LaunchRefused("the login has no login_hint")
    nonce, browser_secret = secrets.token_urlsafe(32), browser_secret or secrets.token_urlsafe(32)
    state = _STATE.sign_object(
        {
            "platform": platform.pk,
            "browser": token_digest(browser_secret),
            "nonce": token_digest(nonce),
            "until": int((now + LAUNCH_LIFETIME).timestamp()),
            "frame": token_digest(data["frame"]) if data.get("frame") else "",
        }
    )
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": data["login_hint"],
        "state": state,
        "nonce": nonce,
    }
    if data.get("lti_message_hint"):
        query["lti_message_hint"] = data["lti_message_hint"]
    separator = "&" if "?" in platform.login_url else "?"
    return Login(f"{platform.login_url}{separator}{urlencode(query)}", browser_secret)


def receive_launch(data: Mapping[str, str], *, browser_secret: str, now: datetime) -> LtiLaunch:
    """The launch with its claims, once: a second message with the same state is refused. Raises LaunchRefused."""
    launch = _launch_of_state(data.get("state", ""), now)
    if not browser_secret or not constant_time_compare(token_digest(browser_secret), launch.browser_digest):
        raise LaunchRefused("the launch started in another browser, or the browser keeps no cookies")
    launch.claims = {**launch.known_claims, **_checked_claims(data, launch, now)}
    try:
        with transaction.atomic():
            launch.save(force_insert=True)
    except IntegrityError as error:
        raise LaunchRefused("the state was used before") from error
    return launch


def _launch_of_state(state: str, now: datetime) -> LtiLaunch:
    """The launch that this state began, not stored yet. Raises LaunchRefused."""
    try:
        signed = _STATE.unsign_object(state)
    except signing.BadSignature as error:
        raise LaunchRefused("this site did not make the state") from error
    expires_at = datetime.fromtimestamp(signed["until"], UTC)
    if expires_at <= now:
        raise LaunchRefused("the state is too old")
    platform = LtiPlatform.objects.filter(pk=signed["platform"], is_active=True).first()
    if platform is None:
        raise LaunchRefused("the platform is off")
    return LtiLaunch(
        platform=platform,
        browser_digest=signed["browser"],
        nonce_digest=signed["nonce"],
        expires_at=expires_at,
        # A state of an earlier version of the site has none.
        claims={"frame": signed.get("frame", "")},
    )


def keep_choice(launch: LtiLaunch, assignment: Assignment) -> bool:
    """Keep the quiz that a teacher chose in a window for the frame that opened it; returns whether it is kept."""
    key, choice = f"lti-frame-{launch.known_claims['frame']}", (launch.pk, assignment.pk)
    cache.set(key, choice, LAUNCH_LIFETIME.total_seconds())
    # The cache hides an error of the database.
    return bool(cache.get(key) == choice)


def choice_for_frame(token: str, *, now: datetime) -> tuple[LtiLaunch, Assignment] | None:
    """The launch, and the quiz that its teacher chose; None before that."""
    kept = cache.get(f"lti-frame-{token_digest(token)}")
    if kept is None:
        return None
    launch_id, assignment_id = kept
    launch = LtiLaunch.objects.not_expired(now=now).select_related("platform").filter(pk=launch_id).first()
    assignment = Assignment.objects.with_set().filter(pk=assignment_id).first()
    if launch is None or assignment is None or not launch.known_claims.get("deep_linking"):
        return None
    return launch, assignment


class _State(SessionService):
    """Our rows in place of the library's session: `receive_launch` has checked the state, and here is the nonce."""

    def __init__(self, launch: LtiLaunch) -> None:
        self.launch = launch

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        return True

    def set_state_valid(self, state: str, id_token_hash: str) -> None:
        """Nothing to keep: the state was used up."""

    def check_nonce(self, nonce: str) -> bool:
        return isinstance(nonce, str) and token_digest(nonce) == self.launch.nonce_digest

    def save_launch_data(self, key: str, jwt_body: Mapping[str, Any]) -> None:
        """Nothing to keep: `receive_launch` keeps what is needed."""


class _NoCookies(CookieService):
    """The library needs none, because `receive_launch` has compared the browser."""

    def get_cookie(self, name: str) -> str | None:
        return None

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        """Sets none."""


class _Message(MessageLaunch[Any, ToolConfig, _State, _NoCookies]):
    """The library's checks, with a stricter one of the signature."""

    def _get_request_param(self, key: str) -> str:
        value: str = self._request.get(key, "")
        return value

    def validate_jwt_signature(self) -> "_Message":
        """Check the signature, issuer, audience and times. The library checks the audience of no token."""
        public_key, _ = self.get_public_key()
        try:
            claims = jwt.decode(
                self._get_id_token(),
                public_key,
                algorithms=["RS256"],
                audience=self.get_client_id(),
                issuer=self.get_iss(),
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "nonce", "sub"]},
            )
        except jwt.InvalidSignatureError:
            # `_checked_claims` fetches the key again.
            raise
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise LaunchRefused(
                f"the signed message is not valid: {error}; compare the clocks of this machine and of the platform"
            ) from error
        except jwt.InvalidTokenError as error:
            raise LaunchRefused(f"the signed message is not valid: {error}") from error
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audience) > 1 and claims.get("azp") != self.get_client_id():
            raise LaunchRefused("the signed message has several audiences and does not name this site as azp")
        return self


def _checked_claims(data: Mapping[str, str], launch: LtiLaunch, now: datetime) -> dict[str, Any]:
    """The claims of the signed message that are kept. Raises LaunchRefused."""
    platform = launch.platform
    try:
        header = jwt.get_unverified_header(data.get("id_token", ""))
        if header.get("alg") != "RS256":
            raise LaunchRefused(f"the signed message uses the algorithm {header.get('alg')!r}, not RS256")
        try:
            body = _launch_data(data, launch, str(header.get("kid")), now)
        except jwt.InvalidSignatureError:
            # The platform may have changed its key and kept the id.
            body = _launch_data(data, launch, str(header.get("kid")), now, is_wrong_key=True)
        return _claims(body)
    except _MALFORMED as error:
        raise LaunchRefused(f"{platform.name}: {error}") from error


def _launch_data(
    data: Mapping[str, str], launch: LtiLaunch, kid: str, now: datetime, *, is_wrong_key: bool = False
) -> Mapping[str, Any]:
    """The checked claims. is_wrong_key: the key with this id that the site has did not sign them."""
    key_set = fetch_key_set(launch.platform, kid, now=now, is_wrong=is_wrong_key)
    config = ToolConfig(launch.platform, key_set)
    message = _Message(data, config, session_service=_State(launch), cookie_service=_NoCookies())
    return message.validate().get_launch_data()


def _claims(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the pages after the launch need, and nothing else. An email address is not kept."""
    context = body.get(f"{CLAIM}context") or {}
    link = body.get(f"{CLAIM}resource_link") or {}
    scores = body.get(SCORES) or {}
    deep_linking = body.get(SETTINGS) or {}
    # Without this check, all launches of a platform outside of courses would be one course.
    if not context.get("id"):
        raise LaunchRefused("the signed message names no course")
    # To Canvas, each person is a “User” of the system, also an administrator who is not in the course.
    in_course = {_ROLES: [role for role in body.get(_ROLES) or () if "/person#" not in role]}
    is_teacher = TeacherRole(in_course).check()
    if not is_teacher and not StudentRole(in_course).check():
        raise WrongRole(f"the person is neither a learner nor an instructor of the course: {body.get(_ROLES)!r:.400}")
    is_deep_linking = body.get(f"{CLAIM}message_type") == DEEP_LINKING
    if is_deep_linking and not is_teacher:
        raise LaunchRefused("a learner cannot add a link to the course")
    if is_deep_linking and not _HTTPS_ADDRESS.match(str(deep_linking.get("deep_link_return_url"))):
        raise LaunchRefused("the address for the link is not https")
    claims = {
        "deployment": str(body.get(f"{CLAIM}deployment_id")),
        "subject": str(body["sub"]),
        "name": str(body.get("name") or ""),
        "given_name": str(body.get("given_name") or ""),
        "family_name": str(body.get("family_name") or ""),
        "is_teacher": is_teacher,
        "context": str(context["id"]),
        "course_title": str(context.get("title") or context.get("label") or "")[:MAX_TITLE],
        "link": str(link.get("id") or ""),
        "link_title": str(link.get("title") or ""),
        "assignment": str((body.get(f"{CLAIM}custom") or {}).get("assignment") or ""),
        "line_item": str(scores.get("lineitem") or ""),
        # The URL at which the site may create a column, if the platform allows it.
        "line_items": str(scores.get("lineitems") or "") if LINE_ITEM_SCOPE in (scores.get("scope") or ()) else "",
        "members": str((body.get(MEMBERS) or {}).get("context_memberships_url") or ""),
        "return_url": _course_url(body.get(f"{CLAIM}launch_presentation") or {}),
        "deep_linking": deep_linking if is_deep_linking else None,
    }
    _check_sizes(claims)
    return claims


def _course_url(presentation: Mapping[str, Any]) -> str:
    """Where the course is; "" if the platform gave no https address that a cookie has room for."""
    url = str(presentation.get("return_url") or "")
    return url if _HTTPS_ADDRESS.match(url) and len(url) <= MAX_URL else ""


def _check_sizes(claims: Mapping[str, Any]) -> None:
    """Refuse what the columns of the database have no room for. Raises LaunchRefused."""
    limits = dict.fromkeys(("subject", "context", "link"), MAX_ID)
    limits |= dict.fromkeys(("line_item", "line_items", "members"), MAX_URL)
    for name, limit in limits.items():
        if len(claims[name]) > limit:
            raise LaunchRefused(f"the signed message has a {name} of more than {limit} characters")
    written = json.dumps(claims, ensure_ascii=False)
    if NUL_IN_JSON in written:
        raise LaunchRefused("the signed message has a NUL character")
    # No database stores half of a pair of surrogates. This is a ValueError.
    written.encode()
