import gc
import os
import shutil
import sys
from argparse import ArgumentParser
from functools import partial
from multiprocessing import get_context
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string

from quizsite import __version__
from quizsite.addresses import (
    host_names,
    ip_address_of,
    listening_port,
    phone_host,
    problem_with_binding,
    site_address,
)
from quizsite.apps import check_certificates, check_deployment
from quizsite.backups.create import make_scheduled_backup, problem_with_folder
from quizsite.backups.manifest import BackupError
from quizsite.backups.rotation import BEFORE_MIGRATION
from quizsite.backups.swap import KEPT_PREFIX, STAGED
from quizsite.built_in_sets import load_if_changed, would_publish
from quizsite.cores import default_workers
from quizsite.data_folder import mark_as_on_postgresql
from quizsite.environment import host_list, unknown_settings
from quizsite.health import (
    POSTGRESQL_SETTINGS,
    CheckFailed,
    durability,
    pending_migrations,
    unknown_migrations,
)
from quizsite.lost_database import require_database
from quizsite.maintenance import are_scores_of_another_version
from quizsite.models import SiteState
from quizsite.periodic_jobs import open_lock
from quizsite.places import COMMAND
from quizsite.secret_key import keep_new_key, record_secret_key, require_its_key
from quizsite.server import end_with_parent, load_site, serve
from quizsite.site_lock import SiteInUse, hold_as_only_server, hold_site
from quizsite.sqlite import library
from quizsite.sqlite.prepare import prepare_database
from quizsite.startup_errors import exit_status, exit_with_message
from quizsite.static_files import collect_if_changed
from quizzes.models import AnswerEvent
from quizzes.people import accounts


class Command(BaseCommand):
    help = "Update the database and serve the site. Reads HOST, PORT, and FOOTNOTE_DATA."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--workers", type=int, default=default_workers(), help="processes; by default one for each core"
        )
        parser.add_argument(
            "--init",
            action="store_true",
            help="start an empty site, although the site had a database that is missing, empty, or not moved yet",
        )

    def handle(self, *args: Any, workers: int, init: bool, **options: Any) -> None:
        if workers < 1:
            raise CommandError("--workers must be 1 or more.")
        for line in unknown_settings(os.environ):
            self.stderr.write(line)
        if settings.TRACES:
            # The middleware asks for them too, but only after the address is printed.
            import_string("quizsite.traces.require_packages")()
        host = os.environ.get("HOST") or "127.0.0.1"
        address, number = ip_address_of(host), listening_port()
        try:
            hold_site(settings.DATA_DIR)
        except SiteInUse as error:
            raise CommandError(
                "A restore or a move to PostgreSQL is running. Start the site when it has ended."
            ) from error
        try:
            hold_as_only_server(settings.DATA_DIR)
        except SiteInUse as error:
            raise CommandError(
                f"Another `{COMMAND} serve` runs on {settings.DATA_DIR}. Stop it first, or set FOOTNOTE_DATA to "
                "another."
            ) from error
        # A killed restore leaves a copy of the site and its key. While this process holds the lock, no restore runs.
        shutil.rmtree(settings.DATA_DIR / STAGED, ignore_errors=True)
        # After the locks: a second start of the same site must not be told to take another port.
        if problem := problem_with_binding(address, number):
            raise CommandError(
                f"Can’t use {host}:{number}: {problem.strerror}. Set HOST or PORT to another value.",
                returncode=exit_status(problem),
            ) from problem
        # A worker that cannot open it would serve on, without periodic jobs and backups.
        open_lock().close()
        # A separate process: a first start takes half as much memory again as serving, and Python returns little of
        # it, so every worker would keep it. This process loads what the workers share in the meantime.
        preparation = get_context("fork").Process(target=self.prepare, kwargs={"init": init, "parent": os.getpid()})
        preparation.start()
        load_site()
        preparation.join()
        if code := preparation.exitcode:
            # A process that failed has printed why; one that was killed has not.
            sys.exit(code if code > 0 else f"Startup was stopped by signal {-code}.")
        names = host_names(host)
        self.print_address()
        # Before the machine's own names are added: a browser uses the name of the proxy.
        self.warn_about_settings()
        self.allow_hosts(names)
        self.warn_about_earlier_sites()
        serve(address, number, workers=workers)
        self.stdout.write("Footnote has stopped.")

    def prepare(self, *, init: bool, parent: int) -> None:
        """Run `prepare_site` in its own process; a failure prints one line, as `manage.py` does."""
        # Without its parent it would migrate on, and keep the lock from the next start.
        Thread(target=end_with_parent, args=[parent], name="parent", daemon=True).start()
        # A migration of a large database makes garbage, unlike loading the site.
        gc.enable()
        try:
            exit_with_message(partial(self.prepare_site, init=init))
        except CommandError as problem:
            print(f"CommandError: {problem}", file=sys.stderr)
            sys.exit(exit_status(problem))

    def prepare_site(self, *, init: bool) -> None:
        """Prepare database, question sets and static files, each only if it changed."""
        if not init:
            require_database()
        if connection.vendor == "sqlite":
            prepare_database(settings.SQLITE_PATH, before_creation=keep_new_key)
            if not library.WAL_IS_SAFE:
                self.stderr.write(
                    f"SQLite {library.sqlite.sqlite_version} can damage a database with a write-ahead log, so this "
                    "site does without one and is slower. Install pysqlite3 to change that."
                )
        else:
            # Each SQLite connection checks the same.
            try:
                durability()
            except CheckFailed as problem:
                needed = " ".join(f"{name}={value}" for name, value in POSTGRESQL_SETTINGS.items())
                raise CommandError(
                    f"This database server has {problem}. Footnote needs {needed}. Set fsync in postgresql.conf. "
                    "Behind PgBouncer, give the others to the role, such as by ALTER ROLE user SET lock_timeout = '5s'."
                ) from problem
        require_its_key()
        # It reads all files of migrations, which takes a part of the start.
        executor = MigrationExecutor(connection)
        if unknown := unknown_migrations(executor):
            raise CommandError(
                f"A newer version has migrated this database: it has {unknown[-1]}, which Footnote {__version__} does "
                "not know. Install the version that ran last, or restore the backup from before the upgrade."
            )
        if pending_migrations(executor):
            self.print_at_once("Preparing the database ...")
            self.back_up_before_upgrade()
            call_command("migrate", interactive=False, verbosity=0, init=init)
        elif changes_content_or_scores():
            self.back_up_before_upgrade()
        # `migrate` makes it last. A start that was stopped after the last migration has not made it.
        call_command("createcachetable", verbosity=0)
        if connection.vendor == "postgresql":
            mark_as_on_postgresql(settings.DATA_DIR)
        self.check_backup_folder()
        record_secret_key(now=timezone.now())
        load_if_changed(now=timezone.now())
        if collect_if_changed():
            self.stdout.write("Collected the static files.")

    def back_up_before_upgrade(self) -> None:
        """Make a backup of a site that has rows; FOOTNOTE_BACKUP_MINUTES=0 turns this off too."""
        if not settings.BACKUP_MINUTES or "django_migrations" not in connection.introspection.table_names():
            return
        try:
            made = make_scheduled_backup(now=timezone.now(), suffix=BEFORE_MIGRATION)
        except BackupError as problem:
            raise CommandError(f"The site is not upgraded without a backup: {problem}") from problem
        self.print_at_once(f"Backup made before the upgrade: {made}")

    def print_at_once(self, line: str) -> None:
        """Print a line that a log must have before a long or failed migration. Only a terminal gets lines at once."""
        self.stdout.write(line)
        self.stdout.flush()

    def check_backup_folder(self) -> None:
        """Print a line if no backup can be made. The site starts anyway: a class must not wait for a backup disk."""
        if settings.BACKUP_MINUTES and (problem := problem_with_folder(settings.BACKUP_DIR)):
            self.stderr.write(f"{problem} The site starts, and makes no backups until you correct FOOTNOTE_BACKUPS.")

    def print_address(self) -> None:
        """Print the address and record it, and on a site without an account print the link that makes the first."""
        address = site_address()
        SiteState.objects.record(SiteState.ADDRESS, address, now=timezone.now())
        self.stdout.write(f"Footnote is at {address} (stop it with Ctrl-C)")
        if link := accounts.first_teacher_link(address, timezone.now()):
            self.stdout.write(f"Open this link to create the first teacher account (works once):\n  {link}")
            if not settings.HTTPS and phone_host() is None:
                self.stdout.write("Only a browser on this machine opens it. For others, start with HOST=0.0.0.0.")
        self.stdout.flush()

    def warn_about_settings(self) -> None:
        """Print a line for each setting that shows too much, or that a site behind a proxy lacks."""
        if settings.DEBUG:
            self.stderr.write(
                "FOOTNOTE_DEBUG is on: an error shows everyone the code and the data of the request. Turn it off where "
                "students are."
            )
        for warning in (*check_certificates(), *(check_deployment() if settings.HTTPS else ())):
            self.stderr.write(f"{warning.msg} {warning.hint}")

    def warn_about_earlier_sites(self) -> None:
        """Print a line if a restore has left what it replaced. Nothing deletes it, and it has what was erased since."""
        kept = sorted(path.name for path in settings.DATA_DIR.glob(f"{KEPT_PREFIX}*"))
        if connection.vendor == "postgresql":
            # It loads psycopg, which a site on SQLite does not need.
            kept += import_string("quizsite.backups.postgresql.kept_databases")(connection)
        if kept:
            self.stderr.write(
                f"`{COMMAND} restore` has kept what it replaced, which can hold personal data: {', '.join(kept)}. "
                "Delete it when you no longer need it."
            )

    def allow_hosts(self, names: list[str]) -> None:
        """Add the machine's own names. Workers are forked later, so they have them too."""
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *host_list({"HOST": ",".join(names)}, "HOST")]


def changes_content_or_scores() -> bool:
    """Whether this start replaces built-in sets or scores of another version, on a site with answers."""
    return AnswerEvent.objects.exists() and (are_scores_of_another_version() or would_publish())
