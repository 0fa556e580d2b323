"""Refuse to start an empty site in place of one that had a database. Only the operator knows whether that is lost."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from quizsite.backups.rotation import has_backups
from quizsite.data_folder import ON_POSTGRESQL
from quizsite.models import SiteState
from quizsite.places import COMMAND
from quizsite.sqlite.prepare import has_database, marker_of
from quizzes.models import User


def require_database() -> None:
    """Raises ImproperlyConfigured, with the way out, if the database is missing or empty and the site had one.

    Otherwise the start would make an empty site, and the backups of that would take the places of good ones.
    """
    if connection.vendor == "sqlite":
        _require_file()
    else:
        _require_moved()
        _require_tables()


def _require_file() -> None:
    path = settings.SQLITE_PATH
    if has_database(path) or not (marker_of(path).exists() or has_backups(settings.BACKUP_DIR)):
        return
    raise ImproperlyConfigured(
        f"The database {path} is gone, and this site had one.{_place_of_backups()} Run `{COMMAND} restore BACKUP`. "
        "To start without it, add --init."
    )


def _require_moved() -> None:
    """Raises ImproperlyConfigured if the site is still in SQLite, and the database of DATABASE_URL has no site."""
    if not settings.SQLITE_PATH.exists() or (settings.DATA_DIR / ON_POSTGRESQL).exists():
        return
    # A start with --init has recorded its address. A move that failed leaves tables without rows.
    if _has_tables() and (User.objects.exists() or SiteState.objects.find(SiteState.ADDRESS)):
        return
    raise ImproperlyConfigured(
        f"The site is still in {settings.SQLITE_PATH}, and the database of DATABASE_URL is empty. Run `{COMMAND} "
        "move_to_postgresql`. To start an empty site, add --init."
    )


def _require_tables() -> None:
    had_one = (settings.DATA_DIR / ON_POSTGRESQL).exists() or has_backups(settings.BACKUP_DIR)
    if not had_one or _has_tables():
        return
    raise ImproperlyConfigured(
        f"The database of DATABASE_URL has no tables of Footnote, and this site had some.{_place_of_backups()} Correct "
        f"DATABASE_URL, or run `{COMMAND} restore BACKUP`. To start an empty site, add --init."
    )


def _has_tables() -> bool:
    return User._meta.db_table in connection.introspection.table_names()


def _place_of_backups() -> str:
    return f" Its backups are in {settings.BACKUP_DIR}." if has_backups(settings.BACKUP_DIR) else ""
