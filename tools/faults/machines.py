"""Two web machines on one PostgreSQL through PgBouncer, behind HAProxy, each answer checked as a register (R25).

The machines are sets of processes with an address on loopback and a data folder each. Two windows of each student save
and read at random during a rolling restart from an older version, a killed machine, a machine and a PgBouncer that are
paused, a clock that is 5 minutes fast, and a turn-in.
"""

import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import urlopen

import psycopg

from tests.servers import MANAGE, ROOT, START_SECONDS, Site, environment
from tools.bench.before_after import old_checkout
from tools.faults.cluster import Cluster
from tools.faults.ledger import PRINT_CLIENTS, RETRYABLE, Client, Save, at_work, read_clients
from tools.faults.proxies import ROLE_SETTINGS, haproxy, missing_programs, paused, pgbouncer, pgbouncer_url
from tools.faults.register import Key, Operation, anomalies, saved_after

STUDENTS, WINDOWS, QUESTIONS = 6, 2, 2
OPERATIONS, OPERATIONS_IN_FULL = 2_000, 100_000
# How long each fault lasts, and how long the machines are well after it. HAProxy takes a second to notice.
FAULT_SECONDS, WELL_SECONDS = 6, 3
FAST_CLOCK = "+300s"
SITE_ROLE = "footnote"
DISTRICTS = ("one", "two")
# In a checkout, before `PRINT_CLIENTS`.
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
REVISION = re.compile(r'name="revision" value="(\d+)"')
CHOSEN = re.compile(r'type="radio"[^>]*?value="([^"]+)" checked')


@dataclass
class Machine(Site):
    """A web machine: a site with an address of its own."""

    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://{self.host}:{self.port}"


@dataclass
class Window:
    """One open page of a student, which saves and reads as a stranger to the other one."""

    client: Client
    chance: random.Random
    operations: list[Operation] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)

    def work(self, stop: threading.Event) -> None:
        """Save and read at random until stopped."""
        seen = dict.fromkeys(self.client.question_ids, 0)
        while not stop.is_set():
            number = self.chance.choice(list(seen))
            if self.chance.random() < 0.3:
                self.read(number, seen)
            else:
                self.save(number, seen, stop)

    def read(self, number: int, seen: dict[int, int]) -> None:
        """Open the question, and note revision and answer."""
        began = time.monotonic()
        status, body = self.client.request("GET", f"/student/attempts/{self.client.attempt_id}/{number}/")
        page = body.decode()
        revision = REVISION.search(page)
        if status != 200 or revision is None:
            # After the turn-in the page leads to the receipt.
            if status != 302:
                self.errors.append(status)
            return
        seen[number] = int(revision[1])
        letters = {token: letter for (place, letter), token in self.client.tokens.items() if place == number}
        chosen = CHOSEN.search(page)
        self._note(number, began, seen[number], letters[chosen[1]] if chosen else None)

    def save(self, number: int, seen: dict[int, int], stop: threading.Event) -> None:
        """Save an answer over the revision that this window has seen, and send it again until the reply is definite."""
        save = Save(uuid.uuid4().hex, number, self.chance.choice("abcd"), seen[number])
        began = time.monotonic()
        status, body = self.client.repeat(save)
        while status == 0 or status in RETRYABLE:
            self.errors.append(status)
            # Some pages are closed before they have a reply. Their saves may be stored or not.
            if stop.is_set() or self.chance.random() < 0.2:
                return
            time.sleep(0.05)
            status, body = self.client.repeat(save)
        if status == 200:
            seen[number] = json.loads(body)["revision"]
            self._note(number, began, seen[number], save.value, replaced=save.seen_revision)
        elif status == 409:
            seen[number] = json.loads(body)["revision"]
            self._note(number, began, seen[number], None)
        elif status != 410:
            self.errors.append(status)

    def _note(self, number: int, began: float, revision: int, value: str | None, replaced: int | None = None) -> None:
        key = self.client.attempt_id, self.client.question_ids[number]
        self.operations.append(Operation(key, began, time.monotonic(), revision, value, replaced))


def two_machines(site: Site, *, full: bool) -> tuple[str, bool]:
    """(line, whether it is as promised): no anomaly during any fault."""
    cluster_folder = os.environ.get("FOOTNOTE_CLUSTER")
    if cluster_folder is None:
        return "skipped: several web machines need PostgreSQL", True
    if missing := missing_programs():
        return f"skipped: this machine has no {', '.join(missing)}", True
    cluster = Cluster.at(cluster_folder)
    _prepare(cluster)
    with pgbouncer(cluster, DISTRICTS) as (port, bouncer), _older_version() as old:
        wanted = OPERATIONS_IN_FULL if full else OPERATIONS
        return _run(site.data, cluster, port=port, bouncer=bouncer.pid, old=old, wanted=wanted)


def _run(folder: Path, cluster: Cluster, *, port: int, bouncer: int, old: Path, wanted: int) -> tuple[str, bool]:
    url = pgbouncer_url(cluster, port, "one")
    key = uuid.uuid4().hex + uuid.uuid4().hex
    a, b = (_machine(folder, host, url, key) for host in ("127.0.0.2", "127.0.0.3"))
    other = _machine(folder, "127.0.0.4", pgbouncer_url(cluster, port, "two"), uuid.uuid4().hex * 2)
    for machine in (a, b):
        machine.program, machine.folder = (sys.executable, str(old / "manage.py")), old
    clients = _make_clients(a, old, STUDENTS)
    a.start()
    b.start()
    with _stopped_at_the_end(a, b, other), haproxy(folder, [(a.host, a.port), (b.host, b.port)]) as front:
        windows = _windows(clients, front)
        parts = []
        with at_work([window.work for window in windows]):
            for name, fault in (
                ("rolling restart", lambda: _rolling_restart(a, b)),
                ("killed", lambda: _killed(a)),
                ("machine paused", lambda: _pause(_pid(b))),
                ("PgBouncer paused", lambda: _pause(bouncer)),
                ("clock 5 min fast", lambda: _fast_clock(b, clients, windows)),
            ):
                before = _errors(windows)
                said = fault()
                time.sleep(WELL_SECONDS)
                errors = dict(sorted((_errors(windows) - before).items()))
                parts.append(f"{name}: errors={errors}{f' {said}' if said else ''}")
            # A second district at the same time, in its own database behind the same PgBouncer.
            district = _windows(_make_clients(other, ROOT, 2), other.port, other.host)
            other.start()
            with at_work([window.work for window in district]):
                time.sleep(FAULT_SECONDS)
                while sum(len(window.operations) for window in windows) < wanted:
                    time.sleep(0.5)
            submitted = {client.attempt_id: _submit(replace(client, port=front)) for client in clients}
            time.sleep(1)
        integrity = _integrity(a) and _integrity(other)
    operations = [one for window in windows for one in window.operations]
    found = anomalies(operations, _log(cluster, "one")) + saved_after(operations, submitted)
    own = [one for window in district for one in window.operations]
    found += anomalies(own, _log(cluster, "two"))
    statuses = sorted(_errors(windows + district))
    line = (
        f"operations={len(operations)} registers={STUDENTS * QUESTIONS} anomalies={len(found)} "
        f"integrity={'ok' if integrity else 'BROKEN'} {'; '.join(parts)}; second district: operations={len(own)} "
        f"statuses={statuses} {' | '.join(found[:3])}"
    )
    return line.rstrip(), not found and integrity and bool(own) and 500 not in statuses


def _errors(windows: list[Window]) -> Counter[int]:
    """How often there was no definite reply, by status; 0 is no reply."""
    return Counter(status for window in windows for status in window.errors)


def _prepare(cluster: Cluster) -> None:
    """One database for each district. The settings of a connection are on the role, since PgBouncer passes none on."""
    with psycopg.connect(host=str(cluster.folder), user=SITE_ROLE, dbname="postgres", autocommit=True) as connection:
        for name in DISTRICTS:
            connection.execute(f"CREATE DATABASE {name}".encode())
        for setting in ROLE_SETTINGS:
            connection.execute(f"ALTER ROLE {SITE_ROLE} SET {setting}".encode())


@contextmanager
def _older_version() -> Iterator[Path]:
    """A checkout of OLD, else of the commit before the newest migration."""
    newest = ["git", "-C", str(ROOT), "log", "-1", "--format=%H~1", "--diff-filter=A", "--", "quizzes/migrations"]
    # S603: the command is this tool's own.
    revision = os.environ.get("OLD") or subprocess.run(newest, check=True, capture_output=True, text=True).stdout
    with old_checkout(revision.strip()) as tree:
        yield tree


def _machine(folder: Path, host: str, url: str, key: str) -> Machine:
    data = folder / host
    data.mkdir(mode=0o700)
    settings = {
        "DATABASE_URL": url,
        "FOOTNOTE_SECRET_KEY": key,
        "FOOTNOTE_HOSTS": "127.0.0.1",
        "FOOTNOTE_TRUSTED_PROXIES": "1",
        "FOOTNOTE_BACKUP_MINUTES": "0",
        "HOST": host,
    }
    return Machine(data, extra=settings, command=("serve", "--workers", "1"), host=host)


def _make_clients(machine: Machine, tree: Path, count: int) -> list[Client]:
    made = subprocess.run(
        [sys.executable, "-c", MIGRATE + PRINT_CLIENTS.format(students=count, questions=QUESTIONS)],
        cwd=tree,
        env=environment(machine.data, machine.port, machine.extra),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return read_clients(made.stdout, port=0)


def _windows(clients: list[Client], port: int, host: str = "127.0.0.1") -> list[Window]:
    return [
        Window(replace(client, port=port, host=host), random.Random(WINDOWS * place + number))
        for place, client in enumerate(clients)
        for number in range(WINDOWS)
    ]


@contextmanager
def _stopped_at_the_end(*machines: Machine) -> Iterator[None]:
    try:
        yield
    finally:
        for machine in machines:
            if machine.process is not None and machine.process.poll() is None:
                machine.kill()


def _rolling_restart(a: Machine, b: Machine) -> str:
    """The first machine with the newer version migrates the database, while the other still serves the older one."""
    for machine in (a, b):
        machine.stop()
        machine.program, machine.folder = tuple(MANAGE), None
        machine.start()
        _wait_until_ready(machine)
    return ""


def _wait_until_ready(machine: Machine) -> None:
    """Return when HAProxy sends it requests again, as it does soon after the reply to `/readyz` is 200."""
    ends = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            urlopen(f"{machine.url}/readyz", timeout=5).close()  # nosec B310 # noqa: S310  an address of this machine
            break
        if time.monotonic() > ends:
            raise TimeoutError(machine.url)
        time.sleep(0.1)
    time.sleep(WELL_SECONDS)


def _killed(machine: Machine) -> str:
    machine.kill()
    time.sleep(FAULT_SECONDS)
    machine.start()
    return ""


def _pause(pid: int) -> str:
    with paused(pid):
        time.sleep(FAULT_SECONDS)
    return ""


def _fast_clock(machine: Machine, clients: list[Client], windows: list[Window]) -> str:
    """HAProxy sends such a machine nothing. Some windows reach it past HAProxy."""
    machine.stop()
    right = machine.program
    machine.program = ("/usr/bin/faketime", "--exclude-monotonic", "-f", FAST_CLOCK, *right)
    machine.start()
    status, _ = replace(clients[0], port=machine.port, host=machine.host).request("GET", "/readyz")
    direct = _windows(clients[:2], machine.port, machine.host)
    with at_work([window.work for window in direct]):
        time.sleep(FAULT_SECONDS)
    # faketime waits for the site as its child and passes no signal on.
    machine.kill()
    machine.program = right
    machine.start()
    windows += direct
    return f"readyz={status} saved_there={sum(len(window.operations) for window in direct)}"


def _pid(machine: Machine) -> int:
    assert machine.process is not None
    return machine.process.pid


def _submit(client: Client) -> float:
    """Turn in; the moment of the reply."""
    ends = time.monotonic() + 20
    while client.submit_attempt()[0] != 302:
        if time.monotonic() > ends:
            raise TimeoutError("the turn-in has no reply")
        time.sleep(0.05)
    return time.monotonic()


def _integrity(machine: Machine) -> bool:
    """Whether `check_integrity` finds nothing in the machine's database."""
    try:
        machine.run("check_integrity")
    except subprocess.CalledProcessError:
        return False
    return True


def _log(cluster: Cluster, database: str) -> dict[Key, list[tuple[int, str]]]:
    """(revision, value) of each accepted save. The current answer is checked as the last one by `check_integrity`."""
    log: dict[Key, list[tuple[int, str]]] = {}
    with psycopg.connect(host=str(cluster.folder), user=SITE_ROLE, dbname=database) as connection:
        rows = connection.execute(
            "SELECT a.public_id, e.question_id, e.revision, e.value #>> '{}' FROM quizzes_answerevent e "
            "JOIN quizzes_attempt a ON a.id = e.attempt_id WHERE e.outcome = 'saved'"
        )
        for attempt, question, revision, value in rows:
            log.setdefault((attempt, question), []).append((revision, value))
    return log
