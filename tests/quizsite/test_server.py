"""What the process behind the workers loads, which each of them then has."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.servers import ROOT, Site, environment, family, free_port

# Each of these takes a part of the start and memory of each worker, and few pages need it. The functions that need one
# import it.
ON_DEMAND = (
    "PIL",
    "babel",
    "fido2",
    "jwt",
    "openpyxl",
    "opentelemetry",
    "prometheus_client",
    "pylti1p3",
    "python_calamine",
    "rapidfuzz",
    "requests",
    "segno",
    "urllib.request",
    "xlsxwriter",
)
LOADED = """
import sys
import django
django.setup()
import quizsite.management.commands.serve
from quizsite.server import load_site
from django.urls import get_resolver
load_site()
print(*sorted(sys.modules), "urls" if get_resolver()._populated else "")
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
def test_start_loads_all_views_once_and_no_library_of_a_few_pages(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED],
        env={**environment(tmp_path, 0, {"DATABASE_URL": ""}), "PYTHONPATH": os.pathsep.join([str(ROOT)])},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(done.stdout.split())

    # What every worker would otherwise make for itself at its first page.
    assert {"quizzes.views.student.attempts", "quizzes.templatetags.questions", "urls"} <= loaded
    assert [name for name in ON_DEMAND if name in loaded] == []


@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
def test_death_of_a_worker_is_in_the_log_of_the_site(site_data: Path) -> None:
    site = Site(site_data, extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0", "FOOTNOTE_LOG": "json"})
    site.start()
    assert site.process is not None
    log, until = site_data / "server.log", time.monotonic() + 60

    os.kill(family(site.process.pid)[1], signal.SIGKILL)

    while "Unexpected exit" not in log.read_text():
        assert time.monotonic() < until
    site.stop()
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(entry["level"], entry["logger"]) for entry in entries if "Unexpected" in entry["message"]] == [
        ("ERROR", "_granian")
    ]


# Its worker stops the site, and loads on when its own stop is there.
STOPPED_WHILE_IT_LOADS = """
import os
import signal
import sys
import time
from multiprocessing.util import Finalize
import django
django.setup()
from quizsite import server

def load_stopped(target, *, parent):
    # Printed unless the worker is killed.
    Finalize(None, print, args=["ended by itself"], exitpriority=0)
    os.kill(parent, getattr(signal, sys.argv[2]))
    until = time.monotonic() + 5
    while signal.SIGTERM not in signal.sigpending() and os.getppid() == parent and time.monotonic() < until:
        time.sleep(0.01)
    return load(target, parent=parent)

load, server.load_worker = server.load_worker, load_stopped
server.serve("127.0.0.1", int(sys.argv[1]), workers=1)
"""


@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
@pytest.mark.parametrize(("stopped_by", "code"), [("SIGTERM", 0), ("SIGKILL", -signal.SIGKILL)])
def test_worker_that_still_loads_stops_with_the_site(stopped_by: str, code: int, site_data: Path) -> None:
    variables = environment(site_data, 0, {"DATABASE_URL": ""})

    # It returns once the worker has closed its output, too.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STOPPED_WHILE_IT_LOADS, str(free_port()), stopped_by],
        env={**variables, "PYTHONPATH": os.pathsep.join([str(ROOT)])},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    # Granian's own line does not tell. If another of its threads was the first to wait for the worker, Granian takes a
    # worker that is gone for one that refuses to stop.
    assert (done.returncode, "ended by itself" in done.stdout) == (code, True)


@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
def test_site_stops_whichever_thread_gets_the_signal(site_data: Path) -> None:
    site = Site(site_data, extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"})
    for stopped_by in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        site.start()
        assert site.process is not None
        # After a pause, each thread may be the first to get it.
        for one in (signal.SIGSTOP, stopped_by, signal.SIGCONT):
            os.kill(site.process.pid, one)
        try:
            assert site.process.wait(timeout=30) == 0
        finally:
            site.kill()


def is_running(pid: int) -> bool:
    try:
        # What has ended and was not waited for has no command.
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.sockets
@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
def test_site_starts_again_after_only_its_first_process_was_killed(site_data: Path) -> None:
    site = Site(site_data, extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"})
    site.start()
    assert site.process is not None
    workers = family(site.process.pid)[1:]

    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait()

    until = time.monotonic() + 30
    while left := [pid for pid in workers if is_running(pid)]:
        if time.monotonic() > until:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            pytest.fail("Workers serve on without the process that would stop them.")
        time.sleep(0.1)
    site.start()
    site.stop()
