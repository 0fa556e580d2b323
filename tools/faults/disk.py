"""Faults of the disk: what is synced before a reply (R2), and a disk that is full (R3)."""

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from django.db import connection

from tests.servers import Site, family, running
from tools.faults.ledger import Client, Save, compare, make_clients
from tools.faults.outcome import Outcome


def r2_synced(site: Site, full: bool) -> Outcome:
    """Each reply leaves the server after the write-ahead log was synced (strace); a control must not pass."""
    synced, saves = _synced_before_reply(site)
    control = Site(
        site.data, extra={"DJANGO_SETTINGS_MODULE": "tools.faults.control_settings", "FOOTNOTE_CONTROL": "normal"}
    )
    control_synced, control_saves = _synced_before_reply(control)
    good = synced == saves == 100 and control_synced < control_saves
    return Outcome(f"synced_before_reply={synced} of {saves} control_normal={control_synced} of {control_saves}", good)


def r3_disk_full(site: Site, full: bool) -> Outcome:
    """The data folder, a small tmpfs, fills up: saves are refused, what was acknowledged stays, and it recovers."""
    if not os.environ.get("FOOTNOTE_TMPFS"):
        return Outcome("skipped: this machine lets no tmpfs be mounted", True)
    clients = make_clients(site.port, 4)
    with running(site):
        for client in clients:
            client.save_until_settled(1, "a")
        ballast = site.data / "ballast"
        _fill(ballast)
        refused = [save for _ in range(40) for client in clients for save in _save_each(client)]
        statuses = sorted({save.status for save in refused if not save.acknowledged})
        ballast.unlink()
        for client in clients:
            for number in client.question_ids:
                client.save_until_settled(number, "d", patience=20)
    count = compare(clients)
    [check] = connection.cursor().execute("PRAGMA integrity_check").fetchone()
    kept = count.lost == count.duplicate == count.wrong == 0 and check == "ok"
    return Outcome(
        f"{count} refused={sum(not save.acknowledged for save in refused)} statuses={statuses} integrity={check}",
        kept and bool(statuses) and set(statuses) <= {503, 507},
    )


def _synced_before_reply(site: Site) -> tuple[int, int]:
    """(replies after a sync of the log, replies) of 100 saves in turn, by the order of system calls."""
    [client] = make_clients(site.port, 1)
    trace = site.data / "trace"
    with running(site):
        assert site.process is not None
        pids = [argument for pid in family(site.process.pid) for argument in ("-p", str(pid))]
        calls = "fdatasync,fsync,recvfrom,read,sendto,write,writev"
        command = ["strace", "-f", "-y", "-qq", "-s", "64", "-e", f"trace={calls}", "-o", str(trace), *pids]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(1)
        for place in range(100):
            client.save(place % 12 + 1, "abcd"[place % 4])
        tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=20)
    synced = replies = 0
    waiting = False
    for line in trace.read_text(errors="replace").splitlines():
        if "POST /student/attempts/" in line:
            waiting = True
        elif waiting and re.search(
            r"(?:fdatasync|fsync)\(\d+<[^>]*-wal>\)\s+= 0|(?:fdatasync|fsync) resumed>\)\s+= 0", line
        ):
            synced, waiting = synced + 1, False
        elif "HTTP/1.1 200" in line:
            replies, waiting = replies + 1, False
    return synced, replies


def _save_each(client: Client) -> list[Save]:
    return [client.save(number, "c") for number in client.question_ids]


def _fill(path: Path) -> None:
    with path.open("wb") as ballast, suppress(OSError):
        while True:
            ballast.write(b"\0" * 4096)
            ballast.flush()
    os.sync()
