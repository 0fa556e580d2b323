"""How django-allauth signs teachers in with a school account. Loaded with the first such sign-in."""

import logging
import re
import secrets
import time
from typing import Any, NoReturn, cast

import jwt
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_noop
from requests import RequestException

from quizzes.caches import process_dict
from quizzes.formatting import isolated
from quizzes.forms.fields import NameField
from quizzes.limited_http import LimitedSession
from quizzes.models import User
from quizzes.people import accounts, sign_on, sign_on_states
from quizzes.views.cookies import accepted_invitation, forget_invitation

logger = logging.getLogger(__name__)

# What providers sign with. "none" and the shared-secret algorithms are not among them.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
# Between the clocks of a school's server and of a provider.
LEEWAY_SECONDS = 60
# The limits of a whole answer. A key set of Google has 2 KB.
ANSWER_SECONDS, MAX_ANSWER_BYTES = 10, 256 * 1024
# How long a process keeps a provider's description of itself. Addresses in it change rarely, and after a sign-in that
# fails, the next one reads it again.
DESCRIPTION_SECONDS = 3600
BROKEN = (OAuth2Error, RequestException, jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError)
# How allauth says that it got no token. What follows is the whole reply.
NO_TOKEN = "Error retrieving access token"  # noqa: S105  a message
# In a reply with an error. Source: RFC 6749, section 5.2.
ERROR_CODE = re.compile(r'"error":\s*"(\w{1,40})"', re.ASCII)

CANCELED = gettext_noop("You canceled. Nothing has changed.")
OLD = gettext_noop("This sign-in took too long, or started in another browser. Start again.")
# limited_http.py asks a silent server again after half a minute.
NO_REPLY = gettext_noop(
    "The sign-in service of your school didn’t answer. Wait a minute and try again, or use your password."
)
NOT_CHECKED = gettext_noop("We couldn’t check this sign-in. Start again.")
EMAIL_NOT_VERIFIED = gettext_noop("Your school account hasn’t confirmed your email. Ask the person who runs Footnote.")
DOMAIN_NOT_ALLOWED = gettext_noop("Use your school account. This one isn’t from your school.")
LINKED_ELSEWHERE = gettext_noop("Another school account signs in to this account. Ask the person who runs Footnote.")
INVITATION_NEEDED = gettext_noop("You need an invitation to create an account. Ask a teacher who uses Footnote.")
TAKEN = gettext_noop("This account was just created. Start again to sign in.")

# By issuer: the description, and when it was read, in seconds since 1970.
_descriptions = process_dict()


def refusal(request: HttpRequest, reason: str, *, provider: str, status: int = 403, cause: str = "") -> HttpResponse:
    """The page that says why a sign-in with a school account ended. The log has no email and no name.

    cause: what went wrong at the provider. Only the log has it.
    """
    logger.warning("Sign-in with %s refused: %s%s", provider, reason, f" ({cause})" if cause else "")
    if reason in {NO_REPLY, NOT_CHECKED}:
        # The provider may have changed its description.
        _descriptions.clear()
    return render(request, "account/sign_on_refused.html", {"reason": gettext(reason)}, status=status)


def cause_of(error: Exception) -> str:
    """What went wrong at the provider. Of its replies only the code of an error: the rest may name a person."""
    if isinstance(error, RequestException):
        return " ".join(f"{type(error).__name__}: {error}".split())
    text = str(error) if isinstance(error, OAuth2Error) else type(error).__name__
    if text.startswith(NO_TOKEN):
        found = ERROR_CODE.search(text)
        return found[1] if found else "no token"
    return text


class SignOnClient(OpenIDConnectOAuth2Adapter):
    """Reads the tokens of a provider. allauth would skip the signature of a token that came over TLS."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description, at most DESCRIPTION_SECONDS old; refuses one of another issuer."""
        issuer, now = self._issuer(), time.time()
        cached, read_at = _descriptions.get(issuer, ({}, 0))
        # Not if the clock was set back in the meantime.
        if read_at <= now < read_at + DESCRIPTION_SECONDS:
            return cast(dict[str, Any], cached)
        # allauth keeps the first one in this object.
        self.__dict__.pop("_openid_config", None)
        config: dict[str, Any] = super().openid_config
        if config["issuer"].rstrip("/") != issuer:
            raise OAuth2Error("issuer of the description")
        _descriptions[issuer] = config, now
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The person of the ID token. What it does not say of the email comes from the provider's user info."""
        try:
            claims = self._claims(app.client_id, kwargs["response"]["id_token"])
            if "email" not in claims:
                info = self._fetch_user_info(token.token)
                if info["sub"] != claims["sub"]:
                    raise OAuth2Error("user info of another person")
                claims = {**info, **claims}
            login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        except RequestException:
            raise
        except BROKEN as error:
            raise OAuth2Error(type(error).__name__) from error
        login.claims = claims
        return login

    def _issuer(self) -> str:
        return str(self.get_provider().app.settings["server_url"])

    def _claims(self, client_id: str, id_token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(id_token)
        if header["alg"] not in ALGORITHMS:
            raise OAuth2Error("algorithm")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            self._key(header.get("kid")) or self._key_of_new_description(header.get("kid")),
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=self.openid_config["issuer"],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub", "aud", "iss", "nonce"]},
        )
        if claims.get("azp", client_id) != client_id:
            raise OAuth2Error("authorized party")
        return claims

    def _key(self, key_id: str | None) -> jwt.PyJWK | None:
        """The provider's key with this name; None if it has none."""
        with provider_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(response.json()).keys
        # A provider with one key may leave out its name.
        return next((key for key in keys if key.key_id == key_id or len(keys) == 1), None)

    def _key_of_new_description(self, key_id: str | None) -> jwt.PyJWK:
        """The key, after the description was fetched again: it may name other keys now."""
        _descriptions.clear()
        if (key := self._key(key_id)) is None:
            raise OAuth2Error("key")
        return key


class SignOnRequest(HttpRequest):
    """A request with the states of its browser, which the view writes back."""

    states: sign_on_states.States


class SignOnCallback(OAuth2CallbackView):
    """The way back, with the state of the cookie."""

    def _get_state(self, request: SignOnRequest, provider: Any) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state = request.states.pop(request.GET.get("state", ""), None)
        if state is None or state["provider"] != provider.sub_id:
            return None, refusal(request, OLD, provider=provider.sub_id)
        return state, None


class SignOnProvider(OpenIDConnectProvider):
    """OpenID Connect with a nonce. Stores a digest of the person's id, and nothing else of the token."""

    oauth2_adapter_class = SignOnClient

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, **kwargs: Any) -> HttpResponse:
        """Lead to the provider. The nonce binds its reply to this browser's cookie."""
        nonce = secrets.token_urlsafe(24)
        # Never what the address of the request says.
        kwargs |= {"auth_params": {"nonce": nonce}, "scope": self.get_default_scope(), "data": {"nonce": nonce}}
        response: HttpResponse = super().redirect(request, process, next_url, **kwargs)
        return response

    def stash_redirect_state(
        self,
        request: SignOnRequest,
        process: str,
        next_url: str | None = None,
        data: dict[str, Any] | None = None,
        state_id: str | None = None,
        **kwargs: Any,
    ) -> str:
        """Add a state, whose id is returned. allauth would store it in a session, a row for each visitor."""
        state_id = secrets.token_urlsafe(24)
        content = {"provider": self.sub_id, "process": process, "data": data, **kwargs}
        sign_on_states.add_state(request.states, state_id, content, next_url=next_url, now=timezone.now())
        return state_id

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The digest of the person."""
        claims = data["id_token"]
        return sign_on.identity_key(issuer=claims["iss"], subject=claims["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing of the token is stored."""
        return {}


registry.register(SignOnProvider)


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Which account a school account signs in to. people/sign_on.py has the rule."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The providers of the settings, which have no row. Rows of the database add none."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def get_requests_session(self) -> LimitedSession:
        """A session that waits and reads a limited time and amount."""
        return provider_session()

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Show why the sign-in ended."""
        if error == AuthError.CANCELLED:
            page = refusal(request, CANCELED, provider=provider.app.provider_id)
        elif isinstance(exception, RequestException):
            page = refusal(request, NO_REPLY, provider=provider.app.provider_id, status=503, cause=cause_of(exception))
        elif exception is not None:
            page = refusal(request, NOT_CHECKED, provider=provider.app.provider_id, cause=cause_of(exception))
        else:
            code = request.GET.get("error", "")
            cause = code if re.fullmatch(r"\w{1,40}", code, re.ASCII) else "no code"
            page = refusal(request, NOT_CHECKED, provider=provider.app.provider_id, cause=cause)
        raise ImmediateHttpResponse(page)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """Sign in, or say why not. Never uses allauth's own rules."""
        provider = sociallogin.account.provider
        try:
            user, is_new, next_url = self._user(request, sociallogin, provider)
        except _Refused as refused:
            page = refusal(request, refused.reason, provider=provider, cause=refused.cause)
            raise ImmediateHttpResponse(page) from refused
        raise ImmediateHttpResponse(perform_login(request, user, redirect_url=next_url, signup=is_new))

    def _user(self, request: HttpRequest, sociallogin: SocialLogin, provider: str) -> tuple[User, bool, str | None]:
        sent = (sociallogin.state.get("data") or {}).get("nonce", "")
        if not sent or not constant_time_compare(str(sociallogin.claims["nonce"]), sent):
            raise _Refused(NOT_CHECKED)
        now = timezone.now()
        try:
            identity = sign_on.identify(sociallogin.claims, provider=provider, domains=settings.SIGN_ON_DOMAINS)
            # After the check of the domain: everybody can have an account at a large provider.
            if not sign_on_states.use_up(sent):
                raise _Refused(OLD)
            user, is_linked_now = sign_on.account_of(identity, now=now)
        except sign_on.EmailNotVerified as error:
            raise _Refused(EMAIL_NOT_VERIFIED, str(error)) from error
        except sign_on.DomainNotAllowed as error:
            raise _Refused(DOMAIN_NOT_ALLOWED, "FOOTNOTE_SIGN_ON_DOMAINS lacks the domain") from error
        except sign_on.LinkedElsewhere as error:
            raise _Refused(LINKED_ELSEWHERE) from error
        if user is None:
            return self._new_user(request, identity), True, None
        if is_linked_now:
            messages.info(
                request, gettext("Your school account signs you in now. An earlier password doesn’t work anymore.")
            )
        return user, False, sociallogin.get_redirect_url(request)

    def _new_user(self, request: HttpRequest, identity: sign_on.Identity) -> User:
        invitation_id = accepted_invitation(request)
        if invitation_id is None:
            raise _Refused(INVITATION_NEEDED)
        try:
            name = NameField().clean(identity.name)
        except ValidationError:
            name = identity.email.partition("@")[0][:60]
        try:
            user = sign_on.create_account(identity, invitation_id, name=name, now=timezone.now())
        except accounts.InvitationVoid as error:
            raise _Refused(INVITATION_NEEDED) from error
        except IntegrityError as error:
            raise _Refused(TAKEN) from error
        finally:
            forget_invitation(request)
        messages.info(
            request,
            gettext("Students see you as “{name}”. You can change it under your name.").format(name=isolated(name)),
        )
        return user


class _Refused(Exception):
    """A sign-in that ends with a page. reason: what the page says. cause: what only the log has."""

    def __init__(self, reason: str, cause: str = "") -> None:
        super().__init__(reason)
        self.reason, self.cause = reason, cause


def provider_session() -> LimitedSession:
    """A session for requests to a provider."""
    return LimitedSession(
        timeout=settings.SOCIALACCOUNT_REQUESTS_TIMEOUT, answer_seconds=ANSWER_SECONDS, answer_bytes=MAX_ANSWER_BYTES
    )
