"""`python -m tools.start_time [GB ...]`: seconds until a site serves, by the size of its SQLite file.

It adds rows of zeros to a new site in a temporary folder. The last column is the check of the whole file, which runs
beside the site.
"""

import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from quizsite.sqlite import library
from quizsite.sqlite.copy import quick_check
from tests.servers import Site

GB = 1024**3
ROW_BYTES = 16 * 1024**2
ROUNDS = 3


def main() -> None:
    """Print a line for each size."""
    sizes = [float(word) for word in sys.argv[1:]] or [0, 1, 5]
    with tempfile.TemporaryDirectory(prefix="footnote-start-") as folder:
        site = Site(Path(folder), extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"})
        site.start()
        site.stop()
        database = site.data / "footnote.sqlite3"
        for size in sizes:
            grow(database, size)
            seconds = sorted(started(site) for _ in range(ROUNDS))[ROUNDS // 2]
            began = time.monotonic()
            found = quick_check(database)
            print(
                f"size={database.stat().st_size / GB:.2f}GB start_median={seconds:.2f}s rounds={ROUNDS} "
                f"whole_check={time.monotonic() - began:.1f}s found={found}",
                flush=True,
            )


def grow(database: Path, size: float) -> None:
    """Add rows of zeros until the file has so many GB."""
    with closing(library.sqlite.connect(str(database), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS ballast (id INTEGER PRIMARY KEY, content BLOB)")
        while database.stat().st_size < size * GB:
            connection.execute("INSERT INTO ballast (content) VALUES (zeroblob(?))", [ROW_BYTES])
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def started(site: Site) -> float:
    """Seconds until the site answers; it is stopped again."""
    began = time.monotonic()
    site.start()
    seconds = time.monotonic() - began
    site.stop()
    return seconds


if __name__ == "__main__":
    main()
