"""Sign-on with a school account: the OpenID Connect providers that the environment names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from quizsite.environment import is_loopback, parts_of_address, words

GOOGLE_ISSUER = "https://accounts.google.com"
# The tenants that Microsoft shares between organizations. Any of them lets every organization in.
SHARED_TENANTS = {"common", "organizations", "consumers"}


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that signs teachers in. id: in addresses and rows. name: on buttons. issuer: of its ID tokens."""

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str

    @property
    def origin(self) -> str:
        """Scheme, host and port of its pages, as a content security policy names them."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def providers(variables: Mapping[str, str]) -> list[Provider]:
    """The providers of which a setting is there, in the order of their buttons."""
    found = []
    if pair := _client(variables, "FOOTNOTE_GOOGLE"):
        found.append(Provider("google", "Google", GOOGLE_ISSUER, *pair))
    if pair := _client(variables, "FOOTNOTE_MICROSOFT", "FOOTNOTE_MICROSOFT_TENANT"):
        tenant = _needed(variables, "FOOTNOTE_MICROSOFT_TENANT").lower()
        if tenant in SHARED_TENANTS or not re.fullmatch(r"[0-9a-f-]{36}", tenant):
            raise ImproperlyConfigured("FOOTNOTE_MICROSOFT_TENANT must be the id of your tenant, 36 digits and dashes.")
        found.append(Provider("microsoft", "Microsoft", f"https://login.microsoftonline.com/{tenant}/v2.0", *pair))
    if pair := _client(variables, "FOOTNOTE_OIDC", "FOOTNOTE_OIDC_ISSUER"):
        issuer = _issuer(variables, "FOOTNOTE_OIDC_ISSUER")
        name = variables.get("FOOTNOTE_OIDC_NAME", "").strip() or "your school account"
        found.append(Provider("school", name, issuer, *pair))
    if found and not words(variables, "FOOTNOTE_SIGN_ON_DOMAINS"):
        raise ImproperlyConfigured(
            "FOOTNOTE_SIGN_ON_DOMAINS must name the email domains of your teachers, such as school.example."
        )
    return found


def allauth_settings(found: list[Provider]) -> dict[str, Any]:
    """The same for django-allauth, which knows them all as OpenID Connect."""
    apps = [
        {
            "provider_id": provider.id,
            "name": provider.name,
            "client_id": provider.client_id,
            "secret": provider.secret,
            "settings": {"server_url": provider.issuer, "oauth_pkce_enabled": True},
        }
        for provider in found
    ]
    return {"openid_connect": {"APPS": apps}} if apps else {}


def _client(variables: Mapping[str, str], prefix: str, *others: str) -> tuple[str, str] | None:
    """The id and the secret; None if neither of them nor one of the other names is set."""
    names = f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET"
    if not any(variables.get(name, "").strip() for name in (*names, *others)):
        return None
    return _needed(variables, names[0]), _needed(variables, names[1])


def _needed(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is missing.")
    return value


def _issuer(variables: Mapping[str, str], name: str) -> str:
    issuer = _needed(variables, name).rstrip("/")
    parts = parts_of_address(issuer)
    # Without TLS anyone on the way could name the keys that sign.
    if parts is None or parts.query or not (parts.scheme == "https" or is_loopback(parts.hostname or "")):
        raise ImproperlyConfigured(f"{name} must read like https://login.school.example.")
    # The address of the provider's description, which begins with the issuer. Each sign-in would be refused.
    if "/.well-known" in parts.path:
        raise ImproperlyConfigured(f"{name} is the part before /.well-known/openid-configuration.")
    return issuer
