"""Registered platforms as the library reads them, the site's own keys, and HTTP to platforms."""

import os
import shlex
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from pylti1p3.deployment import Deployment
from pylti1p3.registration import Registration
from pylti1p3.tool_config import ToolConfAbstract

from quizzes.caches import process_cache
from quizzes.limited_http import LimitedSession
from quizzes.lti.errors import LaunchRefused
from quizzes.models import LtiDeployment, LtiKey, LtiPlatform

# A platform that does not answer must not hold a thread.
TIMEOUT_SECONDS = 5
# The limits of a whole answer. A list of members is the longest.
ANSWER_SECONDS, MAX_ANSWER_BYTES = 10, 4 * 1024 * 1024
# What the columns of the database have room for.
MAX_ID = 255
# A platform may sign with a new key at any moment, but an unknown key id must not make us ask at every request.
KEY_SET_MIN_AGE = timedelta(seconds=60)
KEY_SET_MAX_AGE = timedelta(hours=24)
# A platform keeps our key set for a day at most.
KEY_RETIRED_AFTER = timedelta(days=2)


class PlatformSession(LimitedSession):
    """HTTP to platforms, without proxies or passwords from the environment."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, answer_seconds=ANSWER_SECONDS, answer_bytes=MAX_ANSWER_BYTES)
        self.trust_env = False
        # The environment sets only the certificates of a school's own authority.
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True


class ToolConfig(ToolConfAbstract[Any]):
    """One platform for the library."""

    def __init__(self, platform: LtiPlatform, key_set: Any) -> None:
        self.platform = platform
        self.key_set = key_set

    def check_iss_has_one_client(self, iss: str) -> bool:
        """A client id always belongs to the issuer."""
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        """A client id always belongs to the issuer."""
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> Registration:
        """Never called: a client id always belongs to the issuer."""
        raise NotImplementedError

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        """Never called: a client id always belongs to the issuer."""
        raise NotImplementedError

    def find_registration_by_params(self, iss: str, client_id: str, *args: Any, **kwargs: Any) -> Registration:
        """The registration, for this platform's own issuer and client only. Raises LaunchRefused."""
        if (iss, client_id) != (self.platform.issuer, self.platform.client_id):
            raise LaunchRefused(
                f"the signed message says that it is from {iss!r:.200} for {client_id!r:.200}, but {self.platform.name}"
                f" is {self.platform.issuer!r} and knows this site as {self.platform.client_id!r}"
            )
        return registration_of(self.platform, self.key_set)

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> Deployment:
        """The deployment, if the site's operator allowed it. Raises LaunchRefused."""
        named = str(deployment_id)
        if len(named) > MAX_ID or not named.isprintable():
            raise LaunchRefused(
                f"the signed message has a deployment with control characters or of more than {MAX_ID} characters"
            )
        if not LtiDeployment.objects.filter(platform=self.platform, deployment_id=named).exists():
            raise LaunchRefused(
                f"{self.platform.name} names a deployment that is not allowed; "
                f"`{settings.COMMAND} lti allow {self.platform.pk} {shlex.quote(named)}` allows it"
            )
        return Deployment().set_deployment_id(deployment_id)


def registration_of(platform: LtiPlatform, key_set: Any = None) -> Registration:
    """The platform for the library, with the key that signs our messages."""
    key = signing_key()
    registration = (
        Registration()
        .set_issuer(platform.issuer)
        .set_client_id(platform.client_id)
        .set_auth_login_url(platform.login_url)
        .set_auth_token_url(platform.token_url)
        .set_key_set_url(platform.key_set_url)
        .set_key_set(key_set)
        .set_tool_private_key(key.private_key)
        .set_tool_public_key(_public_pem(key.private_key))
    )
    return registration.set_auth_audience(platform.auth_audience) if platform.auth_audience else registration


def fetch_key_set(platform: LtiPlatform, kid: str, *, now: datetime, is_wrong: bool) -> Any:
    """The platform's public keys, fetched again if they are old, or lack this key id or have a wrong key for it.

    Raises requests.RequestException or ValueError.
    """
    age = now - platform.key_set_at if platform.key_set_at is not None else None
    has_key = not is_wrong and any(key.get("kid") == kid for key in (platform.key_set or {}).get("keys", []))
    # Fetched in the future, while a clock was ahead, it is as good as old.
    if age is None or abs(age) > KEY_SET_MAX_AGE or (not has_key and abs(age) > KEY_SET_MIN_AGE):
        with PlatformSession() as session:
            response = session.get(platform.key_set_url)
            response.raise_for_status()
            key_set = response.json()
        keys = key_set.get("keys") if isinstance(key_set, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise ValueError("The key set is not a JSON object with keys.")
        platform.key_set, platform.key_set_at = key_set, now
        platform.save(update_fields=["key_set", "key_set_at"])
    return platform.key_set


def signing_key() -> LtiKey:
    """The newest key. Raises LtiKey.DoesNotExist before the first registration."""
    return LtiKey.objects.filter(retired_at=None).latest("created_at", "pk")


def rotate_key(*, now: datetime) -> LtiKey:
    """Sign with a new key from now on. The old ones stay in the public key set for KEY_RETIRED_AFTER."""
    jwk = JWK.generate(kty="RSA", size=2048)
    key = LtiKey.objects.create(
        kid=jwk.thumbprint(), private_key=jwk.export_to_pem(private_key=True, password=None).decode(), created_at=now
    )
    LtiKey.objects.filter(retired_at=None).exclude(pk=key.pk).update(retired_at=now + KEY_RETIRED_AFTER)
    LtiKey.objects.filter(retired_at__lt=now).delete()
    return key


def public_key_set(*, now: datetime) -> dict[str, Any]:
    """The public keys that platforms may still meet, as a JSON Web Key Set."""
    keys = [key for key in LtiKey.objects.order_by("pk") if key.retired_at is None or key.retired_at > now]
    return {"keys": [Registration.get_jwk(_public_pem(key.private_key)) for key in keys]}


# Each score is a message of its own, and reading an RSA key takes 38 ms of processor time (2026-11-26).
@process_cache(maxsize=4)
def _public_pem(private_key: str) -> str:
    pem: bytes = JWK.from_pem(private_key.encode()).export_to_pem()
    return pem.decode()
