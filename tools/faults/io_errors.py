"""Every write, sync and open of one save and one turn-in fails once each, by strace (R24)."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from quizsite.sqlite import library
from quizzes.models import Answer, Assignment, Attempt
from tests.servers import Site, family, running
from tools.faults.cluster import Cluster
from tools.faults.ledger import RETRYABLE, Client, at_once, compare, make_clients
from tools.faults.outcome import on_sqlite

# What SQLite and PostgreSQL write and sync their files with. Sockets and the log use other calls.
CALLS = ("pwrite64", "pwritev", "fdatasync", "fsync", "ftruncate", "fallocate")
OPEN = "openat"
# A checkpoint adds hundreds of writes that are alike: after these, each next one is half as far again.
EACH_WRITE = 40
# SQLite copies its log into the file at the first commit with this many pages in the log.
CHECKPOINT_PAGES = 1_000
# More than a worker has threads.
WARM_UP_SAVES = 8
TRACER_SECONDS = 20
# The site's sessions in PostgreSQL.
_SESSIONS = "FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
# The write-ahead log of SQLite, or of PostgreSQL.
_LOG = re.compile(r"-wal>|/pg_wal/")


@dataclass
class Tally:
    """What the faults came to. hit: calls that failed. false_saved: acknowledged, and not stored or not synced."""

    hit: int = 0
    refused: int = 0
    passed: int = 0
    false_saved: int = 0
    unsettled: int = 0
    statuses: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        return (
            f"failed_calls={self.hit} refused={self.refused} acknowledged_anyway={self.passed} "
            f"false_saved={self.false_saved} unsettled={self.unsettled} statuses={sorted(self.statuses)}"
        )


@dataclass(frozen=True)
class Act:
    """What is done under a fault. send: returns the status. is_stored: whether the database has it."""

    name: str
    send: Callable[[Client], int]
    is_stored: Callable[[Client], bool]
    prepare: Callable[[], None] = lambda: None


def each_io_error(site: Site, *, full: bool) -> tuple[str, bool]:
    """(line, whether it is as promised): nothing acknowledged is lost, and “Saved” is never false."""
    if shutil.which("strace") is None:
        return "skipped: this machine has no strace", True
    site.command = ("serve", "--workers", "1")
    acts = [Act("save", _save, _is_saved), Act("turn-in", _turn_in, _is_turned_in)]
    if on_sqlite():
        acts.append(Act("save with a checkpoint", _save, _is_saved, prepare=_fill_log))
    errors = ("EIO", "ENOSPC") if full else ("EIO",)
    tally, parts = Tally(), []
    clients = make_clients(site.port, 1, question_count=2)
    with running(site):
        for act in acts:
            before = tally.hit
            for error in errors:
                for call in CALLS:
                    clients += _fail_each(site, act, call, error, tally)
            parts.append(f"{act.name}={tally.hit - before}")
        before = tally.hit
        for act in acts[:2]:
            clients += _fail_each_open(site, act, tally)
        parts.append(f"open={tally.hit - before}")
        site.kill()
    if cluster := os.environ.get("FOOTNOTE_CLUSTER"):
        # What PostgreSQL has only in its memory is gone after this.
        server = Cluster.at(cluster)
        server.crash()
        server.start()
    connection.close()
    ledger = compare(clients)
    check = _checked()
    good = (
        ledger.lost == ledger.duplicate == ledger.wrong == tally.false_saved == tally.unsettled == 0
        and tally.statuses <= {200, 302, *RETRYABLE} - {500}
        and tally.hit > 0
        and check == "ok"
    )
    line = f"{ledger} {tally} {' '.join(parts)} integrity={check}"
    if on_sqlite():
        noticed = _control_normal(site)
        good &= noticed
        line += f" control_normal_noticed={noticed}"
    return line, good


def _fail_each(site: Site, act: Act, call: str, error: str, tally: Tally) -> list[Client]:
    """Do the act again and again, with the next one of these calls failing each time, until it makes no more."""
    clients = []
    thread = _flags([_request_thread(site)]) if on_sqlite() else []
    for nth in _numbers():
        client = _new_client(site)
        clients.append(client)
        # The worker reads session and attempt now, and on PostgreSQL each of its threads connects.
        at_once([partial(client.save_until_settled, 2, "a")] * WARM_UP_SAVES)
        act.prepare()
        with _tracing(site, call, f"error={error}:when={nth}", thread or _flags(_backends())) as trace:
            status = act.send(client)
        if not _judge(act, client, status, trace, tally):
            return clients
    return clients


def _fail_each_open(site: Site, act: Act, tally: Tally) -> list[Client]:
    """The same for the calls that open the database's files, at the first request of a new server."""
    clients = []
    for nth in _numbers():
        client = _new_client(site)
        clients.append(client)
        with _about_to_open(site) as pids:
            with _tracing(site, OPEN, f"error=EIO:when={nth}", ["-f", *_flags(pids)]) as trace:
                status = act.send(client)
            if not _judge(act, client, status, trace, tally):
                return clients
    return clients


@contextmanager
def _about_to_open(site: Site) -> Iterator[list[str]]:
    """A site that has no file of the database open. The processes that will open them."""
    if not on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {_SESSIONS}")
        yield [Path(os.environ["FOOTNOTE_CLUSTER"], "data", "postmaster.pid").read_text().split()[0]]
        return
    site.kill()
    site.start()
    yield _family(site)


def _judge(act: Act, client: Client, status: int, trace: Path, tally: Tally) -> bool:
    """Count what came of one act; whether a call failed in it."""
    lines = trace.read_text(errors="replace").splitlines()
    was_hit = any("(INJECTED)" in line for line in lines)
    is_acknowledged = status in {200, 302}
    connection.close()
    if is_acknowledged and not (act.is_stored(client) and is_synced(lines)):
        tally.false_saved += 1
    if was_hit:
        tally.hit += 1
        tally.passed += is_acknowledged
        tally.refused += not is_acknowledged
        tally.statuses.add(status)
    ends = time.monotonic() + TRACER_SECONDS
    while status not in {200, 302} and time.monotonic() < ends:
        time.sleep(0.1)
        status = act.send(client)
    tally.unsettled += not (status in {200, 302} and act.is_stored(client))
    return was_hit


def is_synced(lines: list[str]) -> bool:
    """Whether each write to the database's log was followed by a sync that succeeded."""
    is_pending = False
    for line in _whole(lines):
        if not _LOG.search(line):
            continue
        if re.search(r"pwritev?(64)?\(", line) and "= -1" not in line:
            is_pending = True
        elif re.search(r"f(data)?sync\(.*= 0", line):
            is_pending = False
    return not is_pending


def _whole(lines: list[str]) -> Iterator[str]:
    """The lines of a trace; strace writes a call in two parts if another process is in between."""
    begun: dict[str, str] = {}
    for line in lines:
        pid = line.partition(" ")[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix("<unfinished ...>")
        elif "resumed>" in line:
            yield begun.pop(pid, "") + line.partition("resumed>")[2]
        else:
            yield line


@contextmanager
def _tracing(site: Site, call: str, fault: str, flags: list[str]) -> Iterator[Path]:
    """Attach strace: this call fails at this time. The file with all calls is whole after the context."""
    trace = site.data / "trace"
    trace.unlink(missing_ok=True)
    calls = ",".join((*CALLS, OPEN))
    command = ["strace", "-y", "-o", str(trace), "-e", f"trace={calls}", "-e", f"inject={call}:{fault}", *flags]
    if on_sqlite():
        for name in ("", "-wal", "-shm", "-journal", ".line", ".turn"):
            command += ["-P", f"{settings.SQLITE_PATH}{name}"]
    tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_traced(tracer.pid, [flags[place + 1] for place, flag in enumerate(flags) if flag == "-p"])
        yield trace
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=TRACER_SECONDS)


def _wait_until_traced(tracer: int, pids: list[str]) -> None:
    ends = time.monotonic() + TRACER_SECONDS
    for pid in pids:
        while f"TracerPid:\t{tracer}\n" not in Path(f"/proc/{pid}/status").read_text():
            if time.monotonic() > ends:
                raise TimeoutError("strace does not attach")
            time.sleep(0.01)


def _new_client(site: Site) -> Client:
    """One more student at the same quiz."""
    assignment = Assignment.objects.order_by("pk").last()
    [client] = make_clients(site.port, 1, question_count=2, assignment=assignment)
    return client


def _backends() -> list[str]:
    """The process ids of the site's sessions in PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pid {_SESSIONS}")
        return [str(pid) for [pid] in cursor.fetchall()]


def _request_thread(site: Site) -> str:
    """The id of the one thread that answers requests: the one that writes when a save comes."""
    client = _new_client(site)
    with _tracing(site, OPEN, "delay_enter=0", ["-f", *_flags(_family(site))]) as trace:
        client.save_until_settled(1, "a")
    writers = [line.split()[0] for line in trace.read_text().splitlines() if "pwrite64(" in line and "-wal>" in line]
    return max(set(writers), key=writers.count)


def _family(site: Site) -> list[str]:
    assert site.process is not None
    return [str(pid) for pid in family(site.process.pid)]


def _flags(pids: list[str]) -> list[str]:
    return [argument for pid in pids for argument in ("-p", pid)]


def _numbers() -> Iterator[int]:
    """1, 2, 3 and so on, then numbers that grow."""
    yield from range(1, EACH_WRITE + 1)
    number = EACH_WRITE
    while True:
        number += number // 2
        yield number


def _save(client: Client) -> int:
    return client.save(1, "b", operation=f"save-of-{client.attempt_id}").status


def _is_saved(client: Client) -> bool:
    answers = Answer.objects.filter(attempt__public_id=client.attempt_id, question=client.question_ids[1])
    return answers.values_list("value", flat=True).first() == "b"


def _turn_in(client: Client) -> int:
    return client.submit_attempt()[0]


def _is_turned_in(client: Client) -> bool:
    attempt = Attempt.objects.get(public_id=client.attempt_id)
    return attempt.submitted_at is not None and attempt.receipt is not None and attempt.score is not None


def _fill_log() -> None:
    """Leave so many pages in SQLite's log that the next commit copies them into the file."""
    with closing(library.sqlite.connect(str(settings.SQLITE_PATH), isolation_level=None)) as ballast:
        ballast.execute("PRAGMA wal_autocheckpoint=0")
        ballast.execute("PRAGMA synchronous=OFF")
        ballast.execute("CREATE TABLE IF NOT EXISTS ballast (number INTEGER)")
        for number in range(CHECKPOINT_PAGES):
            ballast.execute("INSERT OR REPLACE INTO ballast (rowid, number) VALUES (1, ?)", [number])


def _control_normal(site: Site) -> bool:
    """Whether a save that syncs nothing is noticed."""
    control = Site(
        site.data,
        extra={"DJANGO_SETTINGS_MODULE": "tools.faults.control_settings", "FOOTNOTE_CONTROL": "normal"},
        command=site.command,
    )
    client = _new_client(control)
    with running(control):
        client.save_until_settled(2, "a")
        with _tracing(control, OPEN, "delay_enter=0", _flags([_request_thread(control)])) as trace:
            client.save_until_settled(1, "b")
    return not is_synced(trace.read_text(errors="replace").splitlines())


def _checked() -> str:
    connections.close_all()
    if not on_sqlite():
        return "ok"
    [check] = connection.cursor().execute("PRAGMA integrity_check").fetchone()
    return str(check)
