"""Startup errors: one line for what the operator can mend, a traceback for the rest."""

import os
import socket
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL, EIO, EISDIR, ENOENT, ENOSPC, EROFS
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from django.db.migrations.exceptions import MigrationSchemaMissing
from pytest_django.fixtures import Settings

from quizsite.backups.manifest import BackupError
from quizsite.startup_errors import exit_status, exit_with_message, message_for


def caused(error: Exception, *, by: Exception) -> Exception:
    """The error, as `raise error from by` raises it."""
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            caused(ImproperlyConfigured("A file cannot be read."), by=OSError(ENOENT, "No such file", "/data/env")),
            "Footnote cannot start: A file cannot be read.",
        ),
        (
            OperationalError("connection failed: FATAL: unsupported startup parameter in options: statement_timeout"),
            "PgBouncer refuses the settings of a connection. Set ignore_startup_parameters = options in its file, "
            "and run ALTER ROLE user SET for each of statement_timeout = '10s', lock_timeout = '5s', and "
            "synchronous_commit = 'on'.",
        ),
        *(
            (
                error,
                f"The database lacks a table or column of this version ({lacking}). If it is this site's, start the "
                "site or run `manage.py migrate`. If not, correct FOOTNOTE_DATA or DATABASE_URL.",
            )
            for error, lacking in (
                (OperationalError("no such table: quizsite_sitestate"), "no such table: quizsite_sitestate"),
                (ProgrammingError('column a.b does not exist\nLINE 1: SELECT "a"."b"\n'), "column a.b does not exist"),
            )
        ),
        (
            DatabaseError("database disk image is malformed"),
            "The database is damaged (database disk image is malformed). Stop the site and run "
            "`manage.py restore BACKUP`.",
        ),
        *(
            (
                error,
                f"The database refuses the user of DATABASE_URL (permission denied for {what}). Make this user its "
                "owner: ALTER DATABASE name OWNER TO user. If another user made its tables, name that one in "
                "DATABASE_URL.",
            )
            for error, what in (
                (ProgrammingError("permission denied for table quizsite_sitestate"), "table quizsite_sitestate"),
                (
                    MigrationSchemaMissing(
                        "Unable to create the django_migrations table (permission denied for schema public\nLINE 1:)"
                    ),
                    "schema public",
                ),
            )
        ),
        (
            PermissionError(13, "Permission denied", "/data/site.lock"),
            "/data/site.lock cannot be used: Permission denied. Run this as the user of the site, and let "
            "that user read and write there.",
        ),
        (
            caused(
                OperationalError("the queue of writers cannot be opened"),
                by=PermissionError(13, "Permission denied", "/data/site.sqlite3.line"),
            ),
            "/data/site.sqlite3.line cannot be used: Permission denied. Run this as the user of the site, and let "
            "that user read and write there.",
        ),
        (
            OSError(ENOSPC, "No space left on device", "/data/static"),
            "/data/static cannot be used: No space left on device. Free some space, and try again.",
        ),
        (
            caused(
                OperationalError("the queue of writers cannot be opened"),
                by=OSError(EROFS, "Read-only file system", "/data/site.sqlite3.line"),
            ),
            "/data/site.sqlite3.line cannot be used: Read-only file system. Make the file system writable, and try "
            "again.",
        ),
    ],
)
def test_error_that_the_operator_can_mend_is_one_line(
    error: Exception, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        exit_with_message(fail)

    assert (ended.value.code, capsys.readouterr().err) == (exit_status(error), f"{line}\n")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (caused(ImproperlyConfigured(), by=PermissionError(EACCES, "of the settings file")), 78),
        (caused(ImproperlyConfigured(), by=IsADirectoryError(EISDIR, "the settings file")), 78),
        # A disk that is not there yet.
        (caused(ImproperlyConfigured(), by=OSError(ENOENT, "the settings file")), 1),
        (OSError(EACCES, "of site.lock in the data folder"), 78),
        (caused(OperationalError(), by=OSError(EROFS, "of the data folder")), 78),
        (OSError(ENOSPC, "of the data folder"), 1),
        (caused(CommandError(), by=caused(BackupError(), by=OSError(EROFS, "of the backups"))), 78),
        (caused(CommandError(), by=caused(BackupError(), by=OSError(ENOSPC, "of the backups"))), 1),
        (caused(CommandError(), by=BackupError("a damaged database")), 1),
        (OSError(EADDRNOTAVAIL, "of HOST"), 78),
        (OSError(EADDRINUSE, "of PORT"), 1),
        (caused(ImproperlyConfigured(), by=socket.gaierror(socket.EAI_NONAME, "of HOST")), 78),
        # The network is not up yet.
        (caused(ImproperlyConfigured(), by=socket.gaierror(socket.EAI_AGAIN, "of HOST")), 1),
        (OperationalError("connection refused"), 1),
    ],
)
def test_status_tells_what_stays_from_what_can_pass(error: Exception, status: int) -> None:
    assert exit_status(error) == status


@pytest.mark.parametrize(
    "error", [ImproperlyConfigured("PORT."), caused(ValueError(), by=ImproperlyConfigured("PORT."))]
)
def test_wrong_setting_ends_with_the_status_after_which_systemd_waits(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        exit_with_message(fail)

    assert (ended.value.code, capsys.readouterr().err) == (78, "Footnote cannot start: PORT.\n")
    unit = Path(__file__).parents[2] / "deploy" / "footnote.service"
    assert "\nRestartPreventExitStatus=78\n" in unit.read_text()


@pytest.mark.parametrize(
    ("server", "line"),
    [
        (None, "The database does not answer: connection refused"),
        (
            {"NAME": "footnote"},
            "The database server refuses or does not answer. Check DATABASE_URL and the server: connection refused",
        ),
    ],
)
def test_database_that_does_not_answer_is_one_line(
    server: dict[str, str] | None, line: str, settings: Settings
) -> None:
    settings.POSTGRESQL = server

    assert message_for(OperationalError("connection\n  refused")) == line


def test_database_that_is_not_on_the_server_is_named_with_the_way_to_make_it(settings: Settings) -> None:
    settings.POSTGRESQL = {"NAME": "footnote"}
    text = (
        'connection failed: connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "q" does not exist'
    )

    assert message_for(OperationalError(text)) == (
        "The server of DATABASE_URL has no database q. Correct DATABASE_URL, or make an empty one that its user owns: "
        "createdb --owner USER --encoding UTF8 --template template0 q"
    )
    assert exit_status(OperationalError(text)) == 1


@pytest.mark.parametrize(
    ("text", "invalid"),
    [
        ('connection is bad: invalid sslmode value: "bogus"', 'invalid sslmode value: "bogus"'),
        (
            'connection failed: connection to server at "db", port 5432 failed: invalid integer value "abc" for '
            'connection option "keepalives_idle"',
            'invalid integer value "abc" for connection option "keepalives_idle"',
        ),
    ],
)
def test_invalid_value_of_an_option_names_the_setting(text: str, invalid: str, settings: Settings) -> None:
    settings.POSTGRESQL = {"NAME": "footnote"}

    assert message_for(OperationalError(text)) == f"Footnote cannot start: DATABASE_URL has an {invalid}."
    assert exit_status(OperationalError(text)) == 78


def test_full_disk_of_the_database_is_named(settings: Settings) -> None:
    settings.POSTGRESQL = None
    assert message_for(OperationalError("database or disk is full")) == (
        f"The disk of the database {settings.SQLITE_PATH} is full (database or disk is full). Free some space, and try "
        "again."
    )
    first_table = MigrationSchemaMissing("Unable to create the django_migrations table (database or disk is full)")
    assert (message_for(first_table) or "").startswith(
        f"The disk of the database {settings.SQLITE_PATH} is full (Unable"
    )

    settings.POSTGRESQL = {"NAME": "footnote"}
    error = OperationalError("could not extend file: No space left on device\nHINT: Check free disk space.")
    assert message_for(error) == (
        "The disk of the database server is full (could not extend file: No space left on device HINT: Check free disk "
        "space.). Free some space, and try again."
    )


def test_io_error_of_the_database_names_its_disk(settings: Settings) -> None:
    """SQLite says this of a full disk too, if there is no room for the index of its write-ahead log."""
    assert message_for(OperationalError("disk I/O error")) == (
        f"The disk of the database {settings.SQLITE_PATH} is full or broken (disk I/O error). Free some space, and try "
        "again. If it is not full, look into the log of the machine."
    )


@pytest.mark.parametrize("text", ["attempt to write a readonly database", "unable to open database file"])
@pytest.mark.parametrize(
    ("flags", "rest"),
    [
        (0, "cannot be opened. Run this as the user of the site."),
        (
            os.ST_RDONLY | os.ST_NOSUID,
            "is on a file system that is read-only. Make the file system writable, and try again.",
        ),
    ],
)
def test_database_that_cannot_be_written_is_named_with_the_reason(
    flags: int, rest: str, text: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SQLITE_PATH = tmp_path / "footnote.sqlite3"
    settings.SQLITE_PATH.touch()
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_flag=flags))

    assert message_for(OperationalError(text)) == f"The database {settings.SQLITE_PATH} {rest}"


@pytest.mark.parametrize(
    "error",
    [ValueError("bug"), IntegrityError("bug"), ProgrammingError("bug"), OSError(EIO, "Input/output error"), KeyError()],
)
def test_any_other_error_keeps_its_traceback(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        exit_with_message(fail)


def test_command_that_is_stopped_with_ctrl_c_prints_no_traceback() -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        exit_with_message(fail)

    assert ended.value.code == 130
