"""What the site knows about itself, such as when its periodic jobs ran. No row is about a person."""

from datetime import datetime
from typing import Any

from django.db import models


class SiteStateManager(models.Manager["SiteState"]):
    """Read and write the rows by name."""

    def record(self, name: str, value: Any, *, now: datetime) -> None:
        """Store this value under the name, in one query."""
        self.bulk_create(
            [SiteState(name=name, value=value, at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["value", "at"],
        )

    def find(self, name: str) -> "SiteState | None":
        """The row with this name; None if nothing was recorded."""
        return self.filter(name=name).first()

    def value(self, name: str) -> Any:
        """The fact recorded under this name; None if there is none."""
        found = self.find(name)
        return found.value if found else None


class SiteState(models.Model):
    """One fact of the site: its name, its value, and when it was recorded. All machines of a site share it."""

    # When the periodic jobs last ran.
    PERIODIC_JOBS = "periodic_jobs"
    # The last check of SQLite's whole file: "ok", or what it found.
    DATABASE_CHECK = "database_check"
    # The last scheduled backup: its folder.
    BACKUP = "backup"
    # A digest of the secret key, see `secret_key_check`.
    SECRET_KEY = "secret_key"  # noqa: S105  a name, not a key
    # A digest of the files of the built-in question sets, see `load_if_changed`.
    QUESTION_SETS = "question_sets"
    # A digest of the code that computes scores, see `update_scores`.
    GRADING = "grading"
    # Where `serve` said that the site is.
    ADDRESS = "address"
    # What is true of one database alone. In a copy, these rows would speak of the database that it comes from.
    NOT_OF_A_COPY = (PERIODIC_JOBS, DATABASE_CHECK, BACKUP)

    name = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()
    at = models.DateTimeField()

    objects = SiteStateManager()

    def __str__(self) -> str:
        return self.name
