"""How many workers a site has, and a processor core of its own for each."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from quizsite import cores as module
from quizsite.cores import CAN_CHOOSE, cores, default_workers, share_out_cores, take_core
from tests.servers import ROOT, Site, family

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite"),
    pytest.mark.skipif(not CAN_CHOOSE, reason="only Linux binds a process to a core"),
]
TWO_CORES = pytest.mark.skipif(len(cores()) == 1, reason="needs two cores")


@pytest.mark.parametrize(
    ("limits", "workers"),
    [
        ({}, 8),
        ({"school.slice/footnote.service": "max 100000"}, 8),
        ({"school.slice/footnote.service": "900000 100000"}, 8),
        ({"school.slice/footnote.service": "150000 100000"}, 2),
        ({"school.slice/footnote.service": "400000 100000", "school.slice": "300000 100000"}, 3),
        ({"": "20000 100000"}, 1),
    ],
)
def test_a_site_starts_no_more_workers_than_its_processor_time_allows(
    limits: dict[str, str], workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups, own = tmp_path / "groups", tmp_path / "own"
    (groups / "school.slice" / "footnote.service").mkdir(parents=True)
    for name, limit in limits.items():
        (groups / name / "cpu.max").write_text(f"{limit}\n")
    own.write_text("1:name=systemd:/\n0::/school.slice/footnote.service\n")
    monkeypatch.setattr(module, "CONTROL_GROUPS", groups)
    monkeypatch.setattr(module, "OWN_GROUP", own)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))

    assert default_workers() == workers

    # A container may name its group with any bytes.
    own.write_bytes(b"0::/\xff\n")
    assert default_workers() == (workers if "" in limits else 8)
    own.unlink()
    assert default_workers() == (workers if "" in limits else 8)


def site_of(data: Path, *, workers: int) -> Site:
    return Site(
        data,
        command=("serve", "--workers", str(workers)),
        extra={"DATABASE_URL": "", "FOOTNOTE_BACKUP_MINUTES": "0"},
    )


def cores_of_workers(site: Site) -> tuple[list[set[int]], int]:
    """(The cores of each worker, how many threads of workers may run on all cores)."""
    assert site.process is not None
    threads = [cores_of_threads(pid) for pid in family(site.process.pid)[1:]]
    everywhere = set(cores())
    own = [set[int]().union(*(found for found in each if found != everywhere)) for each in threads]
    return sorted(own, key=sorted), sum(found == everywhere for each in threads for found in each)


def cores_of_threads(pid: int) -> list[set[int]]:
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # A thread may have ended by now.
        with suppress(ProcessLookupError):
            found.append(os.sched_getaffinity(int(thread.name)))
    return found


def wait_for(condition: Callable[[], bool], site: Site) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, cores_of_workers(site)
        time.sleep(0.05)


@TWO_CORES
def test_each_worker_has_a_core_also_after_one_was_killed(site_data: Path) -> None:
    # Only the long work, such as backups, runs on all of them, in one worker.
    promised = [{core} for core in cores()], 1
    site = site_of(site_data, workers=len(cores()))
    site.start()
    assert site.process is not None
    wait_for(lambda: cores_of_workers(site) == promised, site)

    # The core of the last worker is free again, and not that of the first.
    os.kill(family(site.process.pid)[-1], signal.SIGKILL)
    wait_for(lambda: "Unexpected exit" in (site_data / "server.log").read_text(), site)
    wait_for(lambda: cores_of_workers(site) == promised, site)
    site.stop()


@TWO_CORES
def test_a_single_worker_of_several_cores_runs_on_all(site_data: Path) -> None:
    site = site_of(site_data, workers=1)
    site.start()
    assert cores_of_workers(site)[0] == [set()]
    site.stop()


@TWO_CORES
def test_a_worker_takes_a_free_core_after_the_cores_of_the_site_have_changed() -> None:
    """The first worker started while the site had only the second core, as when a container gets another cpuset."""
    first, second = cores()[:2]
    script = f"""
import os
from quizsite.cores import share_out_cores, take_core
os.sched_setaffinity(0, {{{first}, {second}}})
share_out_cores(2)
os.sched_setaffinity(0, {{{second}}})
take_core()
if os.fork() == 0:
    os.sched_setaffinity(0, {{{first}, {second}}})
    take_core()
    print(os.sched_getaffinity(0))
else:
    os.wait()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == f"{ {first} }\n"


@TWO_CORES
@pytest.mark.parametrize("call", ["memfd_create", "sched_setaffinity"])
def test_a_site_starts_where_a_container_forbids_to_choose(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    for name in ("_claims", "_shared"):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(os, call, refuse)
    before = cores()
    share_out_cores(len(before))
    take_core()
    if module._claims is not None:
        os.close(module._claims)
    assert cores() == before
