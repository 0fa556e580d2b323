from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser, call_command
from django.core.management.commands import migrate
from django.db import connections

from quizsite.health import setting_value
from quizsite.lost_database import require_database
from quizsite.secret_key import keep_new_key, require_its_key
from quizsite.sqlite.prepare import prepare_database
from quizzes.models.long_queries import without_time_limit


class Command(migrate.Command):
    """Django's migrate, which also sets SQLite's journal mode and makes the cache table."""

    help = "Make or update the tables, without a backup. `manage.py serve` makes a backup before it does this."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--init",
            action="store_true",
            help="make an empty site, although the site had a database that is missing, empty, or not moved yet",
        )
        parser.add_argument(
            "--accept-loss", action="store_true", help="undo migrations, with all data that is only in their columns"
        )

    def handle(self, *args: Any, init: bool = False, accept_loss: bool = False, **options: Any) -> None:
        self.accepts_loss = accept_loss
        connection = connections[options["database"]]
        is_sqlite = connection.vendor == "sqlite"
        is_in_memory = is_sqlite and connection.is_in_memory_db()  # type: ignore[attr-defined]  # its own
        if not (init or is_in_memory):
            require_database()
        if is_sqlite and not is_in_memory:
            # A database without its key is refused, so the key comes first.
            prepare_database(Path(connection.settings_dict["NAME"]), before_creation=keep_new_key)
        elif not is_sqlite and (encoding := setting_value("SHOW server_encoding")) != "UTF8":
            raise CommandError(
                f"This database has the encoding {encoding}, which cannot hold every name. Make an empty one "
                "with UTF8: createdb --encoding UTF8 --template template0 NAME"
            )
        if settings.KEY_IS_NEW:
            require_its_key()
        with without_time_limit(connection):
            super().handle(*args, **options)
            call_command("createcachetable", database=options["database"], verbosity=0)

    def migration_progress_callback(self, action: str, *args: Any, **options: Any) -> None:
        """Print what is done, as Django does. Raises CommandError before the first migration that would be undone."""
        if action == "unapply_start" and not self.accepts_loss:
            raise CommandError(
                "This would undo migrations and delete data. Nothing was undone. To go back to an earlier version, "
                "stop the site and restore a backup. To undo them anyway, add --accept-loss."
            )
        super().migration_progress_callback(action, *args, **options)
