"""The journal mode is set here, once, before the site serves; connections only verify it.

It persists in the file. Other projects have traced damage to setting it on each connection while several
processes have the file open.
"""

from pathlib import Path

from quizsite.sqlite import library


def prepare_database(path: Path, *, journal_mode: str = library.JOURNAL_MODE) -> None:
    """Put the file, made if need be, into the journal mode that this library is safe with."""
    connection = library.sqlite.connect(str(path), timeout=10)
    try:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
        if mode != journal_mode:
            connection.execute(f"PRAGMA journal_mode={journal_mode}")
    finally:
        connection.close()
    path.chmod(0o600)
