"""The journal mode is set here, once, before the site serves; connections only verify it.

It persists in the file. Other projects have traced damage to setting it on each connection while several
processes have the file open.
"""

from pathlib import Path

from quizsite.sqlite import library


def prepare_database(path: Path) -> str:
    """Put the file, made if need be, into the journal mode that this library is safe with; returns the mode."""
    connection = library.sqlite.connect(str(path), timeout=10)
    try:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != library.JOURNAL_MODE:
            [mode] = connection.execute(f"PRAGMA journal_mode={library.JOURNAL_MODE}").fetchone()
    finally:
        connection.close()
    path.chmod(0o600)
    return mode
