"""Copy a whole site from its SQLite file into an empty PostgreSQL database, in one transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, JSONField, Model
from django.utils import timezone
from psycopg import sql

from quizsite.backups.manifest import SECRET_KEY_FILE
from quizsite.data_folder import mark_as_on_postgresql
from quizsite.maintenance import update_scores_of_another_version
from quizsite.models import SiteState
from quizsite.secret_key import has_its_key
from quizsite.site_lock import SiteInUse, exclusive
from quizsite.sqlite.copy import quick_check
from quizzes.attempts.integrity import check_integrity
from quizzes.models import Classroom, User

# The alias of the SQLite file while it is copied.
SOURCE = "sqlite_file"
BATCH = 2000


class MoveError(Exception):
    """The site cannot be moved. The message is one sentence for the operator, and PostgreSQL has no row of the site."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied: tables that have rows, and rows."""

    tables: int
    rows: int


def move(*, accept_findings: bool = False, report: Callable[[str], None]) -> Moved:
    """Copy every table and check the copy. Raises MoveError.

    accept_findings: also if `check_integrity` finds something. report: gets a line for each table with rows.
    """
    if connection.vendor != "postgresql":
        raise MoveError("Set DATABASE_URL to the new, empty PostgreSQL database first.")
    path = Path(settings.SQLITE_PATH)
    if not path.exists():
        raise MoveError(f"There is no SQLite file at {path}.")
    try:
        with exclusive(settings.DATA_DIR):
            if (found := quick_check(path)) != "ok":
                raise MoveError(f"The database {path} is damaged ({found}). Restore a backup first.")
            connections.settings[SOURCE] = {**connections.settings["default"], **settings.SQLITE}
            try:
                moved = _copy(accept_findings, report)
                mark_as_on_postgresql(settings.DATA_DIR)
                return moved
            finally:
                connections[SOURCE].close()
                del connections[SOURCE], connections.settings[SOURCE]
    except SiteInUse as error:
        raise MoveError("The site or a command is running. Stop it first.") from error
    except (DatabaseError, psycopg.Error) as error:
        # COPY raises the errors of psycopg itself.
        raise MoveError(f"A database refused: {' '.join(str(error).split())}.") from error


def _require_own_site() -> None:
    """Raise MoveError for a SQLite file of another version of Footnote, or of another secret key."""
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    if set(MigrationRecorder(connections[SOURCE]).applied_migrations()) != known:
        raise MoveError("The SQLite file is of another version. Start the site once without DATABASE_URL, and stop it.")
    if settings.KEY_IS_NEW or not has_its_key(SOURCE):
        raise MoveError(
            "The secret key is not the one of the SQLite file. Set FOOTNOTE_SECRET_KEY, or copy the key from the "
            f"folder of a backup to {settings.DATA_DIR / SECRET_KEY_FILE}."
        )


def _copy(accept_findings: bool, report: Callable[[str], None]) -> Moved:
    _require_own_site()
    call_command("migrate", interactive=False, verbosity=0, init=True)
    if User.objects.exists() or Classroom.objects.exists():
        raise MoveError("The PostgreSQL database has accounts or classes. Name an empty one.")
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    # SQLite gives all reads of one transaction the same moment.
    with transaction.atomic(using=SOURCE), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        tables = sql.SQL(", ").join(sql.Identifier(model._meta.db_table) for model in models)
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
        # The log is copied like each other table.
        triggers = sql.SQL("ALTER TABLE quizzes_answer {} TRIGGER USER")
        cursor.execute(triggers.format(sql.SQL("DISABLE")))
        counts = []
        for model in models:
            counts.append(_copy_table(cursor, model))
            if counts[-1]:
                report(f"{model._meta.db_table}: {counts[-1]:,}")
        # PostgreSQL alters no table with foreign keys to check.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(triggers.format(sql.SQL("ENABLE")))
        for query in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(query)
        _check_copy(cursor, models, accept_findings)
        # Without the last backup, the next start makes one.
        SiteState.objects.filter(name__in=SiteState.NOT_OF_A_COPY).delete()
    return Moved(tables=sum(count > 0 for count in counts), rows=sum(counts))


def _copy_table(cursor: Any, model: type[Model]) -> int:
    """Copy all rows of a table; returns how many. Foreign keys are checked at the end of the transaction."""
    fields = model._meta.local_concrete_fields
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    count = 0
    with cursor.copy(command) as copy:
        for row in _rows(model, SOURCE):
            copy.write_row(
                [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
            )
            count += 1
    return count


def _rows(model: type[Model], alias: str) -> Iterator[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.local_concrete_fields]
    return model._base_manager.using(alias).order_by().values_list(*names).iterator(BATCH)


def _digest(model: type[Model], alias: str) -> tuple[int, int]:
    """How many rows a table has, and a sum over their contents that is the same in any order."""
    fields, count, total = model._meta.local_concrete_fields, 0, 0
    for row in _rows(model, alias):
        content = repr([_plain(field, value) for field, value in zip(fields, row, strict=True)]).encode()
        total += int.from_bytes(blake2b(content, digest_size=8).digest())
        count += 1
    return count, total % 2**64


def _plain(field: "Field[Any, Any]", value: Any) -> object:
    """A value in a form that does not depend on the engine."""
    if isinstance(field, JSONField):
        # PostgreSQL sorts the keys of an object.
        return json.dumps(value, sort_keys=True)
    return bytes(value) if isinstance(value, memoryview) else None if value is None else str(value)


def _check_copy(cursor: Any, models: Sequence[type[Model]], accept_findings: bool) -> None:
    """Raise MoveError if a row or a trigger differs, or if `check_integrity` finds something."""
    for model in models:
        if _digest(model, "default") != _digest(model, SOURCE):
            raise MoveError(f"The table {model._meta.db_table} has other rows after the copy.")
    _check_triggers(cursor)
    # Scores of a version that graded differently are no damage.
    update_scores_of_another_version(now=timezone.now())
    broken = sum(len(finding.broken) for finding in check_integrity())
    if broken and not accept_findings:
        raise MoveError(
            f"`check_integrity` finds {broken} broken, as it would on the SQLite file. Run it there, without "
            "DATABASE_URL, or add --accept-findings."
        )


def _check_triggers(cursor: Any) -> None:
    """Raises MoveError if a trigger of the SQLite file is missing. Triggers keep the logs and published versions."""
    with connections[SOURCE].cursor() as source:
        source.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        wanted = {name for (name,) in source.fetchall()}
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
    if missing := sorted(wanted - {name for (name,) in cursor.fetchall()}):
        raise MoveError(f"The PostgreSQL database lacks a trigger: {', '.join(missing)}.")
