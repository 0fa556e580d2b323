"""`python -m tools.start_time [GB ...]`: seconds until a site serves, by the size of its SQLite file.

It adds rows of zeros to a new site in a temporary folder. `cpu` and `read` are what all its processes used until they
answered: the median time depends on what else the machine does, and these do not. The check of the whole file runs
while the site serves.
"""

import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from quizsite.sqlite import library
from quizsite.sqlite.copy import quick_check
from tests.servers import Site, family

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
            seconds, cpu, megabytes = (
                sorted(column)[ROUNDS // 2] for column in zip(*(started(site) for _ in range(ROUNDS)), strict=True)
            )
            began = time.monotonic()
            found = quick_check(database)
            print(
                f"size={database.stat().st_size / GB:.2f}GB start_median={seconds:.2f}s cpu={cpu:.2f}s "
                f"read={megabytes:.0f}MB rounds={ROUNDS} "
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


def started(site: Site) -> tuple[float, float, float]:
    """(seconds until the site answers, seconds of processor time, megabytes read); the site is stopped again."""
    began = time.monotonic()
    site.start()
    seconds = time.monotonic() - began
    assert site.process is not None
    folders = [Path("/proc") / str(pid) for pid in family(site.process.pid)]
    cpu = sum(sum(map(int, _after_name(folder).split()[11:15])) for folder in folders) / os.sysconf("SC_CLK_TCK")
    read = sum(int((folder / "io").read_text().split()[1]) for folder in folders)
    site.stop()
    return seconds, cpu, read / 1_000_000


def _after_name(folder: Path) -> str:
    """The counts of a process. Its name may hold spaces."""
    return (folder / "stat").read_text().rpartition(")")[2]


if __name__ == "__main__":
    main()
