"""Each worker has a processor core of its own."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection

from quizsite.cores import CAN_CHOOSE, cores
from tests.servers import Site, family

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite"),
    pytest.mark.skipif(not CAN_CHOOSE, reason="only Linux binds a process to a core"),
]


def cores_of_workers(site: Site) -> list[set[int]]:
    """The cores of each worker: those that any of its threads may run on."""
    assert site.process is not None
    return sorted((cores_of(pid) for pid in family(site.process.pid)[1:]), key=sorted)


def cores_of(pid: int) -> set[int]:
    allowed: set[int] = set()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # A thread may have ended by now.
        with suppress(ProcessLookupError):
            allowed |= os.sched_getaffinity(int(thread.name))
    return allowed


def test_each_worker_has_a_core_also_after_one_was_killed(site_data: Path) -> None:
    each = [{core} for core in cores()]
    site = Site(site_data, extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"})
    site.start()
    assert site.process is not None
    assert cores_of_workers(site) == each

    # The core of the last worker is free again, and not that of the first.
    os.kill(family(site.process.pid)[-1], signal.SIGKILL)
    until = time.monotonic() + 60
    while "Unexpected exit" not in (site_data / "server.log").read_text() or cores_of_workers(site) != each:
        assert time.monotonic() < until, cores_of_workers(site)
        time.sleep(0.05)
    site.stop()


def test_a_single_worker_of_several_cores_runs_on_all(site_data: Path) -> None:
    if len(cores()) == 1:
        pytest.skip("one worker per core is one worker here")
    site = Site(
        site_data, command=("serve", "--workers", "1"), extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"}
    )
    site.start()
    assert cores_of_workers(site) == [set(cores())]
    site.stop()
