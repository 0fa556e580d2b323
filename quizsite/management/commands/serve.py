import logging
import os
import signal
import subprocess
import sys
import threading
from argparse import ArgumentParser
from datetime import datetime
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections, connection
from django.utils import timezone

from quizsite.addresses import host_names, problem_with_binding, url
from quizsite.environment import whole_number, words
from quizsite.health import pending_migrations
from quizsite.sqlite import library
from quizsite.sqlite.prepare import prepare_database
from quizsite.static_files import collect_if_changed
from quizzes import accounts, attempts, joining

logger = logging.getLogger(__name__)

# An attempt whose time is up is handed in at most this much later; what counts is its deadline, not this.
HAND_IN_SECONDS = 20

# SQLite has one writer, and more threads would only wait for each other; PostgreSQL answers four at a time.
THREADS = {"sqlite": 1, "postgresql": 4}

# Connections that the kernel holds while all workers are busy: a school that reloads at the bell.
BACKLOG = 1024
# Connections that one worker holds open. A browser keeps up to six for itself, so 200 students in two workers
# need 600 at worst; past that the kernel's backlog holds them. Each costs one file descriptor of the usual 1,024.
CONNECTIONS_PER_WORKER = 640
# Long enough for the requests in hand, short enough for a restart between two answers.
STOP_SECONDS = 15


class Command(BaseCommand):
    help = "Bring the site up to date and serve it; HOST, PORT and FOOTNOTE_DATA in the environment say where."
    requires_system_checks = ()  # they take longer than the start itself, and `make test` runs them

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes; one per core")

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        host = os.environ.get("HOST") or "127.0.0.1"
        port = whole_number(os.environ, "PORT", default=8000, least=1)
        if problem := problem_with_binding(host, port):
            raise CommandError(f"Cannot serve on {host}:{port}: {problem}. Choose another with `make run PORT=8001`.")
        self.bring_up_to_date()
        names = host_names(host)
        self.say_where(host, port, names)
        sys.exit(self.serve(host, port, names, workers=workers))

    def bring_up_to_date(self) -> None:
        """Database, question sets and static files, each only where something changed."""
        if connection.vendor == "sqlite":
            prepare_database(settings.SQLITE_PATH)
            if not library.WAL_IS_SAFE:
                self.stderr.write(
                    f"SQLite {library.sqlite.sqlite_version} can damage a database with a write-ahead log, so this "
                    "site does without one and is slower. Install pysqlite3 to change that."
                )
        if pending_migrations():
            self.stdout.write("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("load_question_sets", verbosity=0)
        if collect_if_changed():
            self.stdout.write("Collected the static files.")

    def say_where(self, host: str, port: int, names: list[str]) -> None:
        """Print the address, and on a site without an account the link that makes the first."""
        if settings.HTTPS:
            # Behind a proxy, which has a name and the usual port.
            address = url([*words(os.environ, "FOOTNOTE_HOSTS"), *names, host][0], 443, https=True)
        else:
            address = url([*names, host][0], port)
        self.stdout.write(f"Footnote is at {address} (stop it with Ctrl-C)")
        if link := accounts.first_teacher_link(address, timezone.now()):
            self.stdout.write(f"No teacher has an account yet. This link makes the first one, once:\n  {link}")
        self.stdout.flush()

    def serve(self, host: str, port: int, names: list[str], *, workers: int) -> int:
        """Run the server until it ends, keeping house meanwhile; returns its exit code."""
        hosts = ",".join([*filter(None, [os.environ.get("FOOTNOTE_HOSTS")]), *names])
        child = subprocess.Popen(  # noqa: S603  # a fixed program with checked arguments
            server_command(host, port, workers=workers),
            cwd=settings.BASE_DIR,
            env={**os.environ, "FOOTNOTE_HOSTS": hosts},
            # Out of reach of a terminal's Ctrl-C: a worker of Granian's that meets the signal twice, from the
            # terminal and from its parent, hangs until it is killed.
            process_group=0,
        )

        def pass_on(number: int, frame: FrameType | None) -> None:
            child.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        signal.signal(signal.SIGINT, pass_on)
        ended = threading.Event()
        threading.Thread(target=announce_end, args=(child, ended), daemon=True).start()
        while not ended.wait(HAND_IN_SECONDS):
            keep_house()
        # A process that a signal ended has the negative of its number; a shell says 128 and more.
        return child.returncode if child.returncode >= 0 else 128 - child.returncode


def announce_end(child: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    """Wait for the server; a wait with a time limit of its own would look twenty times a second."""
    child.wait()
    ended.set()


def server_command(host: str, port: int, *, workers: int) -> list[str]:
    """Granian, which serves WSGI two to five times as fast as ASGI for views like these."""
    return [
        *(sys.executable, "-m", "granian", "quizsite.wsgi:application", "--interface", "wsgi"),
        *("--host", host, "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(THREADS[connection.vendor])),
        *("--backlog", str(BACKLOG), "--backpressure", str(CONNECTIONS_PER_WORKER)),
        *("--http", "1", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", str(STOP_SECONDS)),
        # No access log: addresses of pages and of children's devices are nobody's to keep.
        *("--log-level", "warning", "--no-access-log"),
    ]


def keep_house() -> None:
    """One round of `chores`; a fault is logged and tried again, since the site must go on."""
    close_old_connections()
    try:
        chores(now=timezone.now())
    except Exception:
        logger.exception("The round of housekeeping failed; trying again in %s seconds.", HAND_IN_SECONDS)
        close_old_connections()


def chores(*, now: datetime) -> None:
    """Hand in attempts whose time has ended, forget failed tries and sessions whose time has passed."""
    attempts.hand_in_overdue(now=now)
    joining.forget_failures(now=now)
    SessionStore.clear_expired()
