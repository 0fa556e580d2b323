"""Report startup errors in one line, without a traceback."""

import os
import re
import socket
import sys
from collections.abc import Callable
from errno import EACCES, EADDRNOTAVAIL, EDQUOT, EEXIST, EISDIR, ENOSPC, ENOTDIR, EPERM, EROFS

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError

from quizsite.places import COMMAND

# What the operator does about a file that this user may not use, a read-only file system, or a full disk.
ADVICE = {
    **dict.fromkeys((EACCES, EPERM), "Run this as the user of the site, and let that user read and write there."),
    EROFS: "Make the file system writable, and try again.",
    **dict.fromkeys((ENOSPC, EDQUOT), "Free some space, and try again."),
}
# As SQLite and as PostgreSQL say it: the database is empty, or of an earlier version.
NO_TABLE = re.compile(r"no such (table|column): \S+|(relation|column) \S+ does not exist")
# As PostgreSQL says it. Since version 15, only the owner of a database makes tables there.
NO_RIGHT = re.compile(r"permission denied for \w+ \w+")

# A server in another language than English says it otherwise, and gets the general message.
NO_DATABASE = re.compile(r'database "(?P<name>[^"]+)" does not exist')

# As PostgreSQL's client library says it, before it asks the server. The names of options are checked with the settings.
INVALID_VALUE = re.compile(r'invalid \w+ value:? "[^"]*"( for connection option "\w+")?')

# As SQLite says that a file is another user's, or on a read-only file system. With the first, it may also be gone.
CANNOT_OPEN = "unable to open database file"
CANNOT_WRITE = "attempt to write a readonly database"

# EX_CONFIG of sysexits.h. With it, systemd does not start the site again by itself (deploy/footnote.service).
WRONG_SETTING = 78
# Errors that only the operator can fix: a file or folder of another user, a folder outside of ReadWritePaths= of the
# unit, a path that names something else, a HOST of another machine or that no name server knows. Not ENOENT: a disk may
# not be there yet.
LASTING = frozenset({EACCES, EPERM, EROFS, EISDIR, ENOTDIR, EEXIST, EADDRNOTAVAIL, socket.EAI_NONAME})


def exit_with_message(work: Callable[[], object]) -> None:
    """Call the function; an error that the operator can fix ends the process with one line."""
    try:
        work()
    except (ImproperlyConfigured, OSError, DatabaseError, ValueError) as problem:
        message = message_for(problem)
        if message is None:
            raise
        print(message, file=sys.stderr)
        sys.exit(exit_status(problem))
    except KeyboardInterrupt:
        # The exit code that shells give to Ctrl-C.
        sys.exit(130)


def exit_status(problem: BaseException) -> int:
    """WRONG_SETTING if the next start fails too, else 1. A cause in the system can pass, such as a full disk."""
    causes = [problem]
    while cause := causes[-1].__cause__:
        causes.append(cause)
    in_system = [cause.errno for cause in causes if isinstance(cause, OSError)]
    if in_system:
        return WRONG_SETTING if LASTING.intersection(in_system) else 1
    is_wrong = any(isinstance(cause, ImproperlyConfigured) or INVALID_VALUE.search(str(cause)) for cause in causes)
    return WRONG_SETTING if is_wrong else 1


def is_disk_full(problem: Exception) -> bool:
    """Whether this error of a query says so, in the words of SQLite or of PostgreSQL."""
    text = str(problem)
    # Django's error for its table of migrations has the words of the database, and another class.
    return isinstance(problem, DatabaseError) and ("disk is full" in text or "No space left" in text)


def is_database_away(problem: object) -> bool:
    """Whether the PostgreSQL server did not answer, or refused the connection. A refused query has an SQLSTATE."""
    cause = getattr(problem, "__cause__", None)
    return isinstance(problem, OperationalError) and getattr(cause, "sqlstate", "") is None


def missing_database(name: str) -> str:
    """One line about a database that is not on the PostgreSQL server."""
    return (
        f"The server of DATABASE_URL has no database {name}. Correct DATABASE_URL, or make an empty one that its user "
        f"owns: createdb --owner USER --encoding UTF8 --template template0 {name}"
    )


def message_for(problem: Exception) -> str | None:
    """One line about an error that the operator can fix; None for any other."""
    text = " ".join(str(problem).split())
    match problem:
        case ImproperlyConfigured():
            return f"Footnote cannot start: {problem}"
        # Python's logging wraps what a handler raises.
        case ValueError(__cause__=ImproperlyConfigured() as cause):
            return f"Footnote cannot start: {cause}"
        case DatabaseError() if is_disk_full(problem):
            database = "database server" if settings.POSTGRESQL else f"database {settings.SQLITE_PATH}"
            return f"The disk of the {database} is full ({text}). Free some space, and try again."
        case OperationalError() | ProgrammingError() if lacking := NO_TABLE.match(text):
            return (
                f"The database lacks a table or column of this version ({lacking[0]}). If it is this site's, start the "
                f"site or run `{COMMAND} migrate`. If not, correct FOOTNOTE_DATA or DATABASE_URL."
            )
        # SQLite's words. They do not say which file, or why.
        case OperationalError() if text in {CANNOT_OPEN, CANNOT_WRITE}:
            path = settings.SQLITE_PATH
            if not os.path.exists(path):
                return f"The database {path} is gone. Run `{COMMAND} restore BACKUP`."
            if os.statvfs(path).f_flag & os.ST_RDONLY:
                return f"The database {path} is on a file system that is read-only. {ADVICE[EROFS]}"
            return f"The database {path} cannot be opened. Run this as the user of the site."
        case OperationalError() if "unsupported startup parameter" in text:
            return (
                "PgBouncer refuses the settings of a connection. Set ignore_startup_parameters = options in its file, "
                "and run ALTER ROLE user SET for each of statement_timeout = '10s', lock_timeout = '5s', and "
                "synchronous_commit = 'on'."
            )
        case OperationalError() if "disk I/O error" in text:
            return (
                f"The disk of the database {settings.SQLITE_PATH} is full or broken ({text}). Free some space, and try "
                "again. If it is not full, look into the log of the machine."
            )
        # Beside the database, made by a command that root ran, for example.
        case OperationalError(__cause__=OSError(errno=code) as cause) if code in ADVICE:
            return message_for(cause)
        case OperationalError() if settings.POSTGRESQL and (invalid := INVALID_VALUE.search(text)):
            return f"Footnote cannot start: DATABASE_URL has an {invalid[0]}."
        case OperationalError() if settings.POSTGRESQL and (lacking := NO_DATABASE.search(text)):
            return missing_database(lacking["name"])
        case OperationalError() if settings.POSTGRESQL:
            return f"The database server refuses or does not answer. Check DATABASE_URL and the server: {text}"
        case OperationalError():
            return f"The database does not answer: {text}"
        case DatabaseError() if denied := NO_RIGHT.search(text):
            return (
                f"The database refuses the user of DATABASE_URL ({denied[0]}). Make this user its owner: ALTER "
                "DATABASE name OWNER TO user. If another user made its tables, name that one in DATABASE_URL."
            )
        # SQLite's error for a damaged file has the class itself, and all others have one below it.
        case DatabaseError() if type(problem) is DatabaseError:
            return f"The database is damaged ({text}). Stop the site and run `{COMMAND} restore BACKUP`."
        case OSError(errno=code) if code in ADVICE:
            return f"{problem.filename or 'A file'} cannot be used: {problem.strerror}. {ADVICE[code]}"
    return None
