"""Check that the secret key is the one of this database. PINs, sign-in links and sessions follow from the key."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string

from quizsite.backups.manifest import SECRET_KEY_FILE
from quizsite.data_folder import keep_secret_key, secret_key
from quizsite.models import SiteState
from quizsite.places import COMMAND


def secret_key_check(key: str) -> str:
    """A digest that differs for two keys and does not reveal the key."""
    return salted_hmac("quizsite.secret_key", "", secret=key, algorithm="sha256").hexdigest()


def has_its_key(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the key or a fallback is the one of this database; True if the database has none recorded yet."""
    if not _has_table(using):
        return True
    recorded = SiteState.objects.using(using).filter(name=SiteState.SECRET_KEY).first()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return recorded is None or any(constant_time_compare(recorded.value, secret_key_check(key)) for key in keys)


def require_its_key() -> None:
    """Keep a new key. Raises ImproperlyConfigured, with the way out, for the key of another database."""
    if not has_its_key():
        raise ImproperlyConfigured(
            "This database belongs to another secret key. If the site has another data folder, set FOOTNOTE_DATA. If "
            "its key is in a settings file, FOOTNOTE_ENV_FILE names that file. For a new key, put the earlier one into "
            "FOOTNOTE_SECRET_KEY_FALLBACKS. Otherwise put the earlier key into FOOTNOTE_SECRET_KEY, or copy "
            f"it from the folder of a backup to {settings.DATA_DIR / SECRET_KEY_FILE}. Only if it is lost, run "
            f"`{COMMAND} accept_secret_key`: every PIN changes."
        )
    keep_new_key()


def keep_new_key() -> None:
    """Put a new key into the data folder. Raises ImproperlyConfigured if another command was first."""
    if settings.KEY_IS_NEW:
        keep_secret_key(settings.DATA_DIR, settings.SECRET_KEY)
        # Another command can have made one since this one began.
        if secret_key(settings.DATA_DIR) != settings.SECRET_KEY:
            raise ImproperlyConfigured("Another command has made the secret key of this site. Try again.")


def record_secret_key(*, now: datetime) -> bool:
    """Record that this database belongs to the present key; returns whether it was not recorded before.

    After a change of the key, the secrets of 2-step sign-in are encrypted with the present one first.
    """
    if not _has_table(DEFAULT_DB_ALIAS):
        # A database of version 0.2.0; the next start migrates it and records the key.
        return True
    check = secret_key_check(settings.SECRET_KEY)
    recorded = SiteState.objects.find(SiteState.SECRET_KEY)
    if recorded is not None and recorded.value == check:
        return False
    if recorded is not None:
        # Loads cryptography, which no other start needs.
        import_string("quizzes.people.stored_secrets.renew_secrets")()
    SiteState.objects.record(SiteState.SECRET_KEY, check, now=now)
    return True


def _has_table(using: str) -> bool:
    return SiteState._meta.db_table in connections[using].introspection.table_names()
