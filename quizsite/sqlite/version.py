"""Which SQLite library may use a write-ahead log."""

# Versions 3.7.0 to 3.51.2 have the WAL-reset fault: two connections that write and checkpoint at the wrong
# instant can lose transactions or malform the file. Source: sqlite.org, release notes of 3.51.3.
FIRST_SAFE = (3, 51, 3)
# The releases of older branches that have the fix, by their first two numbers.
REPAIRED_BRANCHES = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this library version is safe in WAL mode."""
    repaired = REPAIRED_BRANCHES.get(version[:2])
    if repaired is not None:
        return version >= repaired
    return version >= FIRST_SAFE
