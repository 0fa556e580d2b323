from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connections

from quizsite.sqlite.prepare import prepare_database


class Command(migrate.Command):
    """Django's migrate, which also sets SQLite's journal mode and makes the cache table."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]  # its own
            prepare_database(Path(connection.settings_dict["NAME"]))
        super().handle(*args, **options)
        call_command("createcachetable", database=options["database"], verbosity=0)
