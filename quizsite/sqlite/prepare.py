"""The journal mode is set here, once, before the site serves; connections only verify it.

It persists in the file. Setting it on each connection has been the cause of damage in other projects when
several processes open the file at once.
"""

from pathlib import Path

from quizsite.sqlite import library


def prepare_database(path: Path) -> str:
    """Put the database file, made if need be, into the journal mode that this library is safe with; returns it."""
    connection = library.library.connect(str(path), timeout=10)
    try:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != library.JOURNAL_MODE:
            [mode] = connection.execute(f"PRAGMA journal_mode={library.JOURNAL_MODE}").fetchone()
    finally:
        connection.close()
    path.chmod(0o600)
    return mode
