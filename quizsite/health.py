"""Health checks for watchdogs: whether the process runs, and whether the site can work. They name no person."""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from quizsite.backups.failures import next_try
from quizsite.data_folder import can_be_written
from quizsite.environment import is_loopback
from quizsite.models import SiteState
from quizsite.places import COMMAND
from quizsite.secret_key import has_its_key
from quizsite.sqlite import library

# A class writes a few MB a day, and a database needs free space to compact itself. A backup on the
# disk of the site leaves as much.
DISK_LEAST_BYTES = 200 * 1024 * 1024
DISK_LEAST_SHARE = 0.05
# A site needs no more than this, however large its disk is.
DISK_ENOUGH_BYTES = 2 * 1024**3

# A site that was off makes a backup after the check of the whole database and the update of scores.
BACKUP_AFTER_START = timedelta(minutes=15)

# The grace time is one minute. Web machines that differ by more than this would decide differently.
# Backups use it too.
CLOCK_TOLERANCE = timedelta(seconds=5)
# Recorded while this machine's clock, or another web machine's, was ahead.
IN_THE_FUTURE = "in the future by this machine's clock"

# The apps of this project, whose migrations only a newer version can have added.
OWN_APPS = frozenset({"quizsite", "quizzes"})

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# Headers that a proxy adds, as WSGI names them.
FORWARDED = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
# The process may be the first of a site that was off for a week.
_STARTED = time.monotonic()

# The settings that make "Saved" true, as each engine reports them.
SQLITE_PRAGMAS: dict[str, object] = {
    "journal_mode": library.JOURNAL_MODE,
    "synchronous": 2,
    "secure_delete": 1,
    "foreign_keys": 1,
}
POSTGRESQL_SETTINGS: dict[str, object] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
}

# What to look at if the database does not answer.
NO_ANSWER = {
    "sqlite": "the database does not answer: check the disk of the data folder",
    "postgresql": "the database does not answer: check that its server runs, and its address and user in DATABASE_URL",
}


class CheckFailed(Exception):
    """A check failed. The message is for the operator and names no person."""


class CheckWarning(Exception):
    """Someone must look at what a check found, but the site works. The message is for the operator, too."""


class CheckResult(NamedTuple):
    """What one check found, in words. verdict: ok, WARN or FAIL. name: of its function."""

    verdict: str
    name: str
    found: str

    def __str__(self) -> str:
        return " ".join(self).rstrip()


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ok, or 503 and fail. For the operator, one line for each check."""
    results = report()
    is_ready = all(result.verdict != "FAIL" for result in results)
    lines = list(map(str, results))
    if not is_operator(request):
        lines = ["ok" if is_ready else "fail"]
    status = 200 if is_ready else 503
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8", status=status)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus. Strangers, and everyone while FOOTNOTE_METRICS is off, see that nothing is here."""
    if settings.METRICS_DIR is None or not is_operator(request):
        raise Http404
    # Loads prometheus_client, which a site without metrics never needs.
    return HttpResponse(import_string("quizsite.metrics.text")(), content_type=METRICS_TYPE)


def is_operator(request: HttpRequest) -> bool:
    """Whether a request may see details: it has the token of FOOTNOTE_HEALTH_TOKEN, or comes from this machine.

    A proxy on this machine also connects from loopback, so a request with a header of a proxy counts as a stranger's.
    """
    token: str = settings.HEALTH_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and constant_time_compare(given, token):
        return True
    is_forwarded = any(name.startswith(FORWARDED) for name in request.META)
    return not is_forwarded and is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def report(checks: Sequence[Callable[[], str]] | None = None) -> list[CheckResult]:
    """The result of each check."""
    results = []
    for check in CHECKS if checks is None else checks:
        try:
            verdict, found = "ok", check()
        except CheckWarning as warning:
            verdict, found = "WARN", str(warning)
        except (CheckFailed, Error, OSError, ImproperlyConfigured) as error:
            # A driver's own message can hold a host, a path or a user name.
            verdict, found = "FAIL", str(error if isinstance(error, CheckFailed) else type(error).__name__)
        results.append(CheckResult(verdict, check.__name__, found))
    return results


def read() -> str:
    """The database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except OperationalError as error:
        raise CheckFailed(NO_ANSWER[connection.vendor]) from error
    return ""


def write() -> str:
    """A row can be written; it is rolled back."""
    with transaction.atomic():
        Session.objects.create(session_key="readyz", session_data="", expire_date=timezone.now())
        transaction.set_rollback(True)
    return ""


def migrations() -> str:
    """All migrations are applied."""
    if pending := pending_migrations(MigrationExecutor(connection)):
        raise CheckFailed(f"{pending} pending: start the site again, or run `{COMMAND} migrate`")
    return ""


def pending_migrations(executor: MigrationExecutor) -> int:
    """How many migrations are not applied."""
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def unknown_migrations(executor: MigrationExecutor) -> list[str]:
    """The applied migrations of this project that this version does not have, as "app.name".

    `/readyz` does not look: with several web machines, an older version serves on after a newer one has migrated.
    """
    unknown = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    return sorted(f"{app}.{name}" for app, name in unknown if app in OWN_APPS)


def durability() -> str:
    """The engine's settings keep an acknowledged answer through a power cut."""
    if connection.vendor == "sqlite":
        # A database in memory, as in tests, also has its journal in memory.
        in_memory = connection.is_in_memory_db()  # type: ignore[attr-defined]  # SQLite's own
        wanted = SQLITE_PRAGMAS | ({"journal_mode": "memory"} if in_memory else {})
        seen = {name: setting_value(f"PRAGMA {name}") for name in wanted}
    else:
        wanted = POSTGRESQL_SETTINGS
        seen = {name: setting_value(f"SHOW {name}") for name in wanted}
    if seen != wanted:
        raise CheckFailed(" ".join(f"{name}={value}" for name, value in seen.items() if value != wanted[name]))
    version = ".".join(map(str, connection.get_database_version()))
    note = "" if connection.vendor != "sqlite" or library.WAL_IS_SAFE else " (its write-ahead log is not safe)"
    return f"{connection.vendor} {version} " + " ".join(f"{name}={value}" for name, value in seen.items()) + note


def setting_value(query: str) -> object:
    """The value that a query for one setting returns."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def files() -> str:
    """The data folder and SQLite's file are in their place and writable.

    A process that holds the file open reads and writes on after it was deleted or replaced, and all of that is lost at
    its end.
    """
    needed = {"the data folder": settings.DATA_DIR}
    database = None
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        needed["the database's file"] = database = Path(connection.settings_dict["NAME"])
    for name, path in needed.items():
        if not path.exists():
            raise CheckFailed(f"{name} is missing: stop the site, and put it back or restore a backup")
        if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
            raise CheckFailed(f"{name} cannot be written")
    if database is not None:
        connection.ensure_connection()
        if database.stat().st_ino != connection.opened_inode:  # type: ignore[attr-defined]  # our backend's
            raise CheckFailed("the database's file was replaced: start the site again")
    return ""


def clock() -> str:
    """This machine and its database server agree on the time; SQLite has no clock of its own."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return clock_verdict(timezone.now() - theirs)


def clock_verdict(difference: timedelta) -> str:
    """The difference of the clocks in words; raises CheckFailed above CLOCK_TOLERANCE."""
    words = f"{difference.total_seconds():+.1f} s from the database's clock"
    if abs(difference) > CLOCK_TOLERANCE:
        raise CheckFailed(words)
    return words


def jobs() -> str:
    """The periodic jobs ran within PERIODIC_JOBS_TOLERANCE, or this process is younger than that."""
    ran = SiteState.objects.find(SiteState.PERIODIC_JOBS)
    uptime = timedelta(seconds=time.monotonic() - _STARTED)
    return jobs_verdict(timezone.now() - ran.at if ran else None, uptime=uptime)


def jobs_verdict(age: timedelta | None, *, uptime: timedelta) -> str:
    """How long ago the jobs ran, in words; raises CheckFailed above the tolerance. age: None if they never ran."""
    if age is None:
        words = "never ran"
    elif age < -CLOCK_TOLERANCE:
        # Not red: a web machine with a fast clock may have run them.
        words = f"ran {IN_THE_FUTURE}"
    else:
        words = f"ran {max(age, timedelta(0)).total_seconds():.0f} s ago"
    tolerance = settings.PERIODIC_JOBS_TOLERANCE
    if (age is None or age > tolerance) and uptime > tolerance:
        raise CheckFailed(f"{words}: see the log. With another web server, cron runs `{COMMAND} run_periodic_jobs`")
    return words


def key() -> str:
    """The secret key is the one of this database."""
    if not has_its_key():
        raise CheckFailed("the database belongs to another secret key")
    return ""


def integrity() -> str:
    """The last check of SQLite's whole file found nothing. It runs in the background after each start."""
    if connection.vendor != "sqlite":
        return ""
    checked = SiteState.objects.find(SiteState.DATABASE_CHECK)
    if checked is None:
        return "not checked yet"
    if checked.value != "ok":
        raise CheckFailed(f"the database is damaged: stop the site and run `{COMMAND} restore BACKUP`")
    return f"checked {_ago(timezone.now() - checked.at)}"


def backup() -> str:
    """How old the last backup is. Never red: a full backup disk must not stop a class."""
    made, now = SiteState.objects.find(SiteState.BACKUP), timezone.now()
    uptime = timedelta(seconds=time.monotonic() - _STARTED)
    again = next_try(now=now)
    words = backup_verdict(now - made.at if made else None, uptime=uptime, wait=again - now if again else None)
    if settings.BACKUP_MINUTES and not can_be_written(settings.BACKUP_DIR):
        raise CheckWarning(f"{words}, and the folder of the backups cannot be written: correct FOOTNOTE_BACKUPS")
    return words


def backup_verdict(age: timedelta | None, *, uptime: timedelta, wait: timedelta | None) -> str:
    """The age in words; raises CheckWarning if two backups are missing. age: None without a backup.

    wait: until the next try, if the last one failed.
    """
    words = "none yet" if age is None else f"made {_ago(age)}"
    if not settings.BACKUP_MINUTES:
        # Another web machine may make them.
        return f"{words}. This machine makes no automatic backups: FOOTNOTE_BACKUP_MINUTES is 0"
    due = 2 * timedelta(minutes=settings.BACKUP_MINUTES)
    is_late = uptime > BACKUP_AFTER_START and (age is None or age > due)
    if wait is not None:
        words += f". The last try failed, and the next is in {wait / timedelta(minutes=1):.0f} min: see the log"
    elif is_late:
        words += ", and the next is late: see the log"
    if is_late:
        raise CheckWarning(words)
    return words


def _ago(age: timedelta) -> str:
    if age < -CLOCK_TOLERANCE:
        return IN_THE_FUTURE
    return f"{max(age, timedelta(0)) / timedelta(minutes=1):.0f} min ago"


def disk() -> str:
    """There is enough free space."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return disk_verdict(free=usage.free, total=usage.total)


def disk_verdict(*, free: int, total: int) -> str:
    """The free space in words; raises CheckFailed below 200 MB, CheckWarning below the smaller of 5 % and 2 GB.

    A proxy sends nothing to a site that is red. Until 200 MB are left, that would stop a class, and it can still save.
    """
    words = f"{free // 1024**2} MB free"
    if free < DISK_LEAST_BYTES:
        raise CheckFailed(f"{words}, at least {DISK_LEAST_BYTES // 1024**2} MB are needed")
    wanted = min(DISK_LEAST_SHARE * total, DISK_ENOUGH_BYTES)
    if free < wanted:
        raise CheckWarning(f"{words}, {wanted / 1024**2:.0f} MB should be")
    return words


CHECKS = (files, read, write, migrations, durability, disk, clock, jobs, key, integrity, backup)
# Without the one that writes a row and takes it back, for a page that only reads.
READING_CHECKS = tuple(check for check in CHECKS if check is not write)
