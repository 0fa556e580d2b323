"""Which backups to keep: the newest of each hour for a day, of each day for two weeks, and a few special ones."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

BEFORE_MIGRATION = "-before-migration"
BY_HAND = "-by-hand"
# The newest of the hour and of the day may be of after the migration, or of after what a person was about to try.
SPECIAL_KEPT = 3

_NAME = re.compile(rf"footnote-(\d{{8}}T\d{{6}})Z(-\d+)?({BEFORE_MIGRATION}|{BY_HAND})?")


def backup_name(now: datetime) -> str:
    """The name of the folder of a backup made at this moment."""
    return f"footnote-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def made_at(name: str) -> datetime | None:
    """When the backup with this name was made; None if it is not the name of a backup."""
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None


def has_backups(folder: Path) -> bool:
    """Whether the folder, which may be missing, has a backup."""
    return any(made_at(path.name) for path in folder.glob("*"))


def from_the_future(names: Iterable[str], *, now: datetime) -> set[str]:
    """The backups that were made after this moment, by a clock that was ahead."""
    return {name for name in names if (at := made_at(name)) and at > now}


def superseded(names: Iterable[str], *, hourly: int, daily: int) -> set[str]:
    """The backups that are no longer needed.

    Kept: the newest of each of the last `hourly` hours and `daily` days that have one, and of these days the last 3
    before a migration and the last 3 made by hand. Days without a backup do not count, so that a site that was off
    keeps its last ones.
    """
    moments = {name: at for name in names if (at := made_at(name))}
    newest_first = sorted(moments, key=lambda name: (moments[name], name), reverse=True)
    days: dict[date, str] = {}
    for name in newest_first:
        days.setdefault(moments[name].date(), name)
    # No backup outlives these days, so that what was erased is in none after them.
    recent_days = list(days)[: max(daily, hourly // 24 + 1)]
    recent = [name for name in newest_first if moments[name].date() in recent_days]
    hours: dict[str, str] = {}
    for name in recent:
        hours.setdefault(f"{moments[name]:%Y%m%d%H}", name)
    before_migration = [name for name in recent if name.endswith(BEFORE_MIGRATION)][:SPECIAL_KEPT]
    by_hand = [name for name in recent if name.endswith(BY_HAND)][:SPECIAL_KEPT]
    # The newest always stays.
    kept = {*newest_first[:1], *list(hours.values())[:hourly], *list(days.values())[:daily]}
    return set(newest_first) - kept - {*before_migration, *by_hand}
