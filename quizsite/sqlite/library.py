"""The SQLite library of this process: pysqlite3's if it is installed, else the interpreter's.

Django's backend imports `sqlite3` by name in five modules, in one of them at each call. So the first import of this
module puts pysqlite3 in the place of that name.
"""

import sqlite3
import sys
from types import ModuleType
from typing import Any

from quizsite.sqlite.version import wal_is_safe

try:
    import pysqlite3
except ImportError:  # there is no wheel for every platform
    pysqlite3 = None

# Limits that Django reads from a connection and pysqlite3 does not offer: SQLite's defaults.
# Source: sqlite.org, "Implementation Limits For SQLite".
LIMITS = {sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 32_766, sqlite3.SQLITE_LIMIT_COLUMN: 2_000}


def choose(candidate: ModuleType | None, standard: ModuleType) -> ModuleType:
    """`candidate` if it exists and is safe; else `standard`, safe or not."""
    if candidate is not None and wal_is_safe(candidate.sqlite_version_info):
        return candidate
    return standard


def use_pysqlite3(library: Any) -> Any:
    """Register pysqlite3 under the name `sqlite3`; returns its connection class with the missing method."""

    class Connection(library.Connection):
        """pysqlite3's connection with the one method that it lacks and Django calls."""

        def getlimit(self, category: int) -> int:
            """The limit of this category, as compiled in."""
            return LIMITS[category]

    library.SQLITE_LIMIT_VARIABLE_NUMBER = sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER
    library.SQLITE_LIMIT_COLUMN = sqlite3.SQLITE_LIMIT_COLUMN
    sys.modules.update({"sqlite3": library, "sqlite3.dbapi2": library.dbapi2})
    return Connection


sqlite: Any = choose(pysqlite3, sqlite3)
Connection: Any = sqlite.Connection if sqlite is sqlite3 else use_pysqlite3(sqlite)

WAL_IS_SAFE = wal_is_safe(sqlite.sqlite_version_info)
# A rollback journal is slower, and readers wait for writers, but no version is known to lose data with it.
JOURNAL_MODE = "wal" if WAL_IS_SAFE else "delete"
