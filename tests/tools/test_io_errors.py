"""How `make faults` reads a trace of system calls."""

import pytest

from tools.faults.io_errors import is_synced

WRITE = 'pwrite64(5</data/site.sqlite3-wal>, "..."..., 4096, 32) = 4096'
SYNC = "fsync(5</data/site.sqlite3-wal>) = 0"
FAILED_SYNC = "fsync(5</data/site.sqlite3-wal>) = -1 EIO (Input/output error) (INJECTED)"


@pytest.mark.parametrize(
    ("lines", "synced"),
    [
        ([], True),
        ([WRITE], False),
        ([WRITE, SYNC], True),
        ([SYNC, WRITE], False),
        ([WRITE, FAILED_SYNC], False),
        ([WRITE, FAILED_SYNC, WRITE, SYNC], True),
        (["pwrite64(5</data/site.sqlite3-wal>, ...) = -1 EIO (Input/output error) (INJECTED)"], True),
        (["pwrite64(4</data/site.sqlite3>, ...) = 4096"], True),
        ([WRITE, "fsync(4</data/site.sqlite3>) = 0"], False),
        (["pwrite64(7</pg/pg_wal/000000010000000000000001>, ...) = 8192"], False),
    ],
)
def test_is_synced_wants_a_sync_after_the_last_write_to_the_log(lines: list[str], synced: bool) -> None:
    assert is_synced(lines) == synced


def test_is_synced_joins_the_two_parts_of_a_call() -> None:
    lines = [
        "11 pwrite64(7</pg/pg_wal/000000010000000000000001>, ...) = 8192",
        "11 fdatasync(7</pg/pg_wal/000000010000000000000001> <unfinished ...>",
        "12 openat(AT_FDCWD</pg>, ...) = 3",
        "11 <... fdatasync resumed>)             = 0",
    ]

    assert is_synced(lines)
    assert not is_synced(lines[:-1])
