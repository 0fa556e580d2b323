"""The SQLite library of this process: pysqlite3's if it is installed, else the interpreter's.

Django's backend imports `sqlite3` by name in five modules, in one of them at each call. So the first import of this
module puts pysqlite3 in the place of that name.
"""

import sqlite3
import sys
from types import ModuleType
from typing import Any

try:
    import pysqlite3
except ImportError:  # there is no wheel for every platform
    pysqlite3 = None

# Limits that Django reads from a connection and pysqlite3 does not offer: SQLite's defaults.
# Source: sqlite.org, "Implementation Limits For SQLite".
LIMITS = {sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 32_766, sqlite3.SQLITE_LIMIT_COLUMN: 2_000}

# Versions 3.7.0 to 3.51.2 have the WAL-reset fault: two connections that write and checkpoint at the wrong
# instant can lose transactions or corrupt the file. Source: sqlite.org, release notes of 3.51.3.
FIRST_SAFE = (3, 51, 3)
# The releases of older branches that have the fix, by their first two numbers.
REPAIRED_BRANCHES = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this library version is safe in WAL mode."""
    repaired = REPAIRED_BRANCHES.get(version[:2])
    if repaired is not None:
        return version >= repaired
    return version >= FIRST_SAFE


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
