"""The faults, one function each: it returns what its line says, and whether that is as promised."""

import os
import random
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles

from django.db import connection, transaction
from django.utils import timezone

from quizzes.assignments.deadlines import GRACE
from quizzes.models import Answer, AnswerEvent, Attempt
from tests.servers import Site, family, running
from tools.faults.backups import restored_from_a_backup_under_load
from tools.faults.cluster import Cluster
from tools.faults.error_path import errors_in_every_view
from tools.faults.io_errors import each_io_error
from tools.faults.ledger import Client, Save, at_once, busy, compare, finish, make_clients
from tools.faults.machines import two_machines
from tools.faults.neighbors import saved_beside_heavy_work
from tools.faults.offline import answer_offline
from tools.faults.regrading import regraded_and_killed
from tools.faults.slow_clients import (
    dripping_bodies,
    half_headers,
    largest_file,
    saved_beside,
    silent_bodies,
    slow_readers,
)


@dataclass(frozen=True)
class Outcome:
    """What one fault came to. line: counts, for people; good: whether it is as promised."""

    line: str
    good: bool


# From the moment at which a client notes that it sends a save until the server has read it, on a busy machine.
TRAVEL = timedelta(seconds=0.25)

Scenario = Callable[[Site, bool], Outcome]


def r1_killed(site: Site, full: bool) -> Outcome:
    """SIGKILL to the whole server at a random moment, again and again, under clients at full speed."""
    kills, wanted = (50, 100_000) if full else (10, 2_000)
    chance = random.Random(1)
    clients = make_clients(site.port, 8)
    site.start()
    done = 0
    with busy(clients):
        while done < kills or sum(len(client.ledger) for client in clients) < wanted:
            time.sleep(chance.uniform(0.1, 2.0))
            site.kill()
            done += 1
            site.start()
            if full:
                # So many acknowledged answers need more time between two kills than the promise asks for.
                time.sleep(8)
    finish(clients)
    count = compare(clients)
    site.stop()
    [check] = connection.cursor().execute("PRAGMA integrity_check").fetchone() if _on_sqlite() else ["ok"]
    good = count.lost == count.duplicate == count.wrong == 0 and check == "ok"
    return Outcome(f"{count} kills={done} integrity={check}", good)


def r2_synced(site: Site, full: bool) -> Outcome:
    """Each reply leaves the server after the write-ahead log was synced (strace); a control must not pass."""
    synced, saves = _synced_before_reply(site)
    control = Site(
        site.data, extra={"DJANGO_SETTINGS_MODULE": "tools.faults.control_settings", "FOOTNOTE_CONTROL": "normal"}
    )
    control_synced, control_saves = _synced_before_reply(control)
    good = synced == saves == 100 and control_synced < control_saves
    return Outcome(f"synced_before_reply={synced} of {saves} control_normal={control_synced} of {control_saves}", good)


def r4_postgres_crashed(site: Site, full: bool) -> Outcome:
    """PostgreSQL crashes and comes back after three seconds, again and again, under clients at full speed."""
    crashes = 20 if full else 4
    cluster = Cluster.at(os.environ["FOOTNOTE_CLUSTER"])
    clients = make_clients(site.port, 8)
    [probe] = make_clients(site.port, 1)
    longest = 0.0
    with running(site), busy(clients):
        for _ in range(crashes):
            time.sleep(1.5)
            cluster.crash()
            time.sleep(3)
            cluster.start()
            began = time.monotonic()
            probe.save_until_settled(1, "a")
            longest = max(longest, time.monotonic() - began)
        statuses = {save.status for client in clients for save in client.refused}
    connection.close()
    count = compare([*clients, probe])
    good = count.lost == count.duplicate == count.wrong == 0 and longest <= 5 and 500 not in statuses
    return Outcome(f"{count} crashes={crashes} first_save_after={longest:.1f}s refused_with={sorted(statuses)}", good)


def r6_offline(site: Site, full: bool) -> Outcome:
    """Chromium loses the network five times, with a reload and a crashed tab in one outage: 30 of 30 in order."""
    seconds = 60 if full else 4
    [client] = make_clients(site.port, 1, question_count=30)
    with running(site):
        stored, noticed = answer_offline(site.url, client, outage_seconds=seconds)
    events = list(
        AnswerEvent.objects.filter(attempt__public_id=client.attempt_id, outcome="saved")
        .order_by("pk")
        .values_list("question_id", flat=True)
    )
    wanted = [client.question_ids[number] for number in range(1, 31)]
    good = events == wanted and noticed <= 2 and stored <= 10
    return Outcome(
        f"answers=30 stored={len(events)} in_order={events == wanted} outages=5 of {seconds}s reloads=1 crashes=1 "
        f"slowest_notice={noticed:.1f}s slowest_drain={stored:.1f}s",
        good,
    )


def r7_repeated(site: Site, full: bool) -> Outcome:
    """Fifty copies of one save and of one hand-in at the same moment, and the whole ledger three times over."""
    [client] = make_clients(site.port, 1)
    with running(site):
        copies = [Save("the-one-save", 1, "b", 0) for _ in range(50)]
        at_once([partial(client.send, save) for save in copies])
        bodies = {re.sub(rb'"seconds_left": \S+', b"", save.body) for save in copies}
        for number in range(2, 13):
            client.save_until_settled(number, "c")
        before = AnswerEvent.objects.count(), list(Answer.objects.order_by("pk").values_list("value", "revision"))
        for _ in range(3):
            for save in client.ledger:
                client.repeat(save)
        after = AnswerEvent.objects.count(), list(Answer.objects.order_by("pk").values_list("value", "revision"))
        replies = at_once([client.submit_attempt] * 50)
    rows = AnswerEvent.objects.filter(operation__startswith="the-one-save").count()
    attempt = Attempt.objects.get(public_id=client.attempt_id)
    good = (
        all(save.status == 200 for save in copies)
        and len(bodies) == rows == 1
        and before == after
        and len(set(replies)) == 1
        and attempt.receipt is not None
    )
    return Outcome(
        f"copies=50 rows={rows} distinct_replies={len(bodies)} replayed={3 * len(client.ledger)} "
        f"changed_rows={after[0] - before[0]} hand_ins=50 distinct_redirects={len(set(replies))}",
        good,
    )


def r8_first_saves(site: Site, full: bool) -> Outcome:
    """Eight first saves of one answer at the same moment, 60 rounds (500 in a full run); and Begin clicked 20 times."""
    rounds = 500 if full else 60
    clients = make_clients(site.port, -(-rounds // 12))
    errors = 0
    with running(site):
        for place in range(rounds):
            client, number = clients[place // 12], place % 12 + 1
            values = "abcdabcd" if place % 2 else "bbbbbbbb"
            saves = at_once([partial(client.save, number, value, seen_revision=0) for value in values])
            errors += sum(save.status not in {200, 409} for save in saves)
        begun = _begin_twenty_times(site)
    current = Answer.objects.filter(attempt__public_id__in=[client.attempt_id for client in clients])
    count = compare(clients)
    good = (
        errors == 0 and current.count() == rounds and begun == 1 and not (count.lost or count.duplicate or count.wrong)
    )
    return Outcome(
        f"{count} rounds={rounds} client_errors={errors} current_rows={current.count()} attempts_started={begun}", good
    )


def r9_class(site: Site, full: bool) -> Outcome:
    """35 and 200 students save everything and hand in within ten seconds; without IMMEDIATE the control must fail."""
    lines, good = [], True
    with running(site):
        for size in (35, 200):
            clients = make_clients(site.port, size, question_count=4)
            errors, slowest, p95 = _class_hands_in(clients)
            count = compare(clients)
            lines.append(
                f"students={size} {count} errors={errors} p95={p95 * 1000:.0f}ms slowest={slowest * 1000:.0f}ms"
            )
            good &= errors == 0 and count.lost == count.duplicate == count.wrong == 0
            submitted = Attempt.objects.submitted().filter(public_id__in=[client.attempt_id for client in clients])
            good &= submitted.count() == size
    if _on_sqlite():
        errors = _deferred_control(site)
        lines.append(f"control_deferred_errors={errors}")
        good &= errors > 0
    return Outcome("; ".join(lines), good)


def r10_deadline(site: Site, full: bool) -> Outcome:
    """Saves within two seconds of the deadline, then of the end of the grace, while another writer holds the lock.

    The server's word is the moment at which it has read a request. Nothing that was sent before the end of the grace,
    less the time to travel, may be late because it waited behind the lock.
    """
    total = 10_000 if full else 2_000
    clients = make_clients(site.port, 20)
    attempts = Attempt.objects.filter(public_id__in=[client.attempt_id for client in clients])
    sent: dict[str, tuple[datetime, datetime]] = {}
    with running(site):
        for offset in (timedelta(0), GRACE):
            middle = timezone.now() + timedelta(seconds=4)
            attempts.update(
                deadline_at=middle - offset,
                submitted_at=None,
                submitted_by="",
                receipt=None,
                score=None,
                max_score=None,
            )
            holder = threading.Thread(target=_hold_lock, args=[middle - timedelta(seconds=1.5), 3.0])
            holder.start()
            at_once(
                [
                    partial(_save_around, client, middle, total // 40, place, middle - offset, sent)
                    for place, client in enumerate(clients)
                ]
            )
            holder.join()
    events = AnswerEvent.objects.filter(attempt__in=attempts)
    counted_late = late = sent_in_time_refused = waited_past_grace = 0
    for event in events:
        sent_at, ends = sent[event.operation.partition(".")[0]]
        is_late = event.at > ends + GRACE
        late += is_late
        counted_late += event.outcome == AnswerEvent.Outcome.SAVED and (is_late or sent_at > ends + GRACE)
        if event.outcome == AnswerEvent.Outcome.LATE:
            sent_in_time_refused += sent_at <= ends
            waited_past_grace += ends < sent_at <= ends + GRACE - TRAVEL
    refused_in_time = sum(event.outcome == AnswerEvent.Outcome.LATE for event in events) - late
    count = compare(clients)
    refused = refused_in_time, sent_in_time_refused, waited_past_grace
    wrong = counted_late, *refused, count.lost, count.duplicate, count.wrong
    return Outcome(
        f"{count} saves={len(events)} late={late} late_counted={counted_late} refused_in_time={refused_in_time} "
        f"sent_before_the_deadline_refused={sent_in_time_refused} waited_past_the_grace={waited_past_grace}",
        not any(wrong) and late > 0,
    )


def r12_restarted(site: Site, full: bool) -> Outcome:
    """SIGTERM and start again under load, as an update does: nothing lost, and no save unsaved for long."""
    restarts = 20 if full else 4
    clients = make_clients(site.port, 8)
    site.start()
    codes, longest = [], 0.0
    with busy(clients):
        for _ in range(restarts):
            time.sleep(1.5)
            began = time.monotonic()
            codes.append(site.stop())
            site.start()
            longest = max(longest, time.monotonic() - began)
    finish(clients)
    count = compare(clients)
    site.stop()
    good = count.lost == count.duplicate == count.wrong == 0 and set(codes) == {0} and longest <= 15
    return Outcome(f"{count} restarts={restarts} exit_codes={sorted(set(codes))} longest_away={longest:.1f}s", good)


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


def r22_slow_readers(site: Site, full: bool) -> Outcome:
    """Clients that ask for the largest file and hardly read, while a class saves."""
    # The first start collects the files.
    with running(site):
        path = largest_file(site)
    return Outcome(*saved_beside(site, partial(slow_readers, path=path), full=full))


def _on_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _synced_before_reply(site: Site) -> tuple[int, int]:
    """(replies after a sync of the log, replies) of 100 saves in turn, by the order of system calls."""
    [client] = make_clients(site.port, 1)
    trace = site.data / "trace"
    with running(site):
        assert site.process is not None  # noqa: S101
        pids = [argument for pid in family(site.process.pid) for argument in ("-p", str(pid))]
        calls = "fdatasync,fsync,recvfrom,read,sendto,write,writev"
        command = ["strace", "-f", "-y", "-qq", "-s", "64", "-e", f"trace={calls}", "-o", str(trace), *pids]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603  a fixed program
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


def _begin_twenty_times(site: Site) -> int:
    """How many attempts there are after Begin was clicked 20 times at the same moment."""
    [client] = make_clients(site.port, 1)
    attempt = Attempt.objects.get(public_id=client.attempt_id)
    assignment, student = attempt.assignment, attempt.student
    attempt.delete()
    at_once([lambda: client.post_form(f"/student/assignments/{assignment.public_id}/")] * 20)
    return Attempt.objects.filter(assignment=assignment, student=student).count()


def _class_hands_in(clients: list[Client]) -> tuple[int, float, float]:
    """(errors, slowest save, 95th percentile in seconds) of a class that saves everything and hands in inside 10 s."""
    chance = random.Random(9)
    offsets = [chance.uniform(0, 4) for _ in clients]
    seconds: list[float] = []
    errors = [0]

    def sit(client: Client, offset: float) -> None:
        time.sleep(offset)
        for number in client.question_ids:
            save = client.save(number, "b")
            seconds.append(save.seconds)
            errors[0] += save.status != 200
        errors[0] += client.submit_attempt()[0] != 302

    at_once([partial(sit, client, offset) for client, offset in zip(clients, offsets, strict=True)])
    return errors[0], max(seconds), quantiles(seconds, n=20)[-1]


def _deferred_control(site: Site) -> int:
    control = Site(
        site.data, extra={"DJANGO_SETTINGS_MODULE": "tools.faults.control_settings", "FOOTNOTE_CONTROL": "deferred"}
    )
    clients = make_clients(control.port, 60, question_count=4)
    with running(control):
        return _class_hands_in(clients)[0]


def _hold_lock(since: datetime, seconds: float) -> None:
    """Hold the write lock for a while: on SQLite the whole database's, elsewhere the attempts' rows."""
    time.sleep(max(0.0, (since - timezone.now()).total_seconds()))
    with transaction.atomic():
        list(Attempt.objects.select_for_update().values_list("pk", flat=True))
        time.sleep(seconds)
    connection.close()


def _save_around(
    client: Client, middle: datetime, count: int, seed: int, ends: datetime, sent: dict[str, tuple[datetime, datetime]]
) -> None:
    """Save `count` times at random moments within two seconds of `middle`, as soon as each is due.

    ends: the deadline at that time. sent: is given the moment of each with it, by operation.
    """
    chance = random.Random(seed)
    for offset in sorted(chance.uniform(-2, 2) for _ in range(count)):
        time.sleep(max(0.0, (middle - timezone.now()).total_seconds() + offset))
        operation = uuid.uuid4().hex
        sent[operation] = timezone.now(), ends
        client.save(chance.choice(sorted(client.question_ids)), chance.choice("abcd"), operation=operation)


def _save_each(client: Client) -> list[Save]:
    return [client.save(number, "c") for number in client.question_ids]


def _fill(path: Path) -> None:
    with path.open("wb") as ballast, suppress(OSError):
        while True:
            ballast.write(b"\0" * 4096)
            ballast.flush()
    os.sync()


SCENARIOS: dict[str, Scenario] = {
    "R1": r1_killed,
    "R2": r2_synced,
    "R3": r3_disk_full,
    "R4": r4_postgres_crashed,
    "R6": r6_offline,
    "R7": r7_repeated,
    "R8": r8_first_saves,
    "R9": r9_class,
    "R10": r10_deadline,
    "R12": r12_restarted,
    "R14": lambda _site, full: Outcome(*regraded_and_killed(50 if full else 10)),
    "R15": lambda site, full: Outcome(*saved_beside_heavy_work(site, full=full)),
    "R18": lambda _site, _full: Outcome(*errors_in_every_view()),
    "R19": lambda site, full: Outcome(*saved_beside(site, silent_bodies, full=full)),
    "R20": lambda site, full: Outcome(*saved_beside(site, dripping_bodies, full=full)),
    "R21": lambda site, full: Outcome(*saved_beside(site, half_headers, full=full)),
    "R22": r22_slow_readers,
    "R23": lambda site, full: Outcome(*restored_from_a_backup_under_load(site, full=full)),
    "R25": lambda site, full: Outcome(*two_machines(site, full=full)),
    "R24": lambda site, full: Outcome(*each_io_error(site, full=full)),
}
