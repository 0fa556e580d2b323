"""What one fault came to."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Outcome:
    """What one fault came to. line: counts, for people; good: whether it is as promised."""

    line: str
    good: bool


def on_sqlite() -> bool:
    """Whether the site runs on SQLite."""
    return connection.vendor == "sqlite"
