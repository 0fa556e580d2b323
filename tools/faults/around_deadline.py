"""Saves around the deadline and the end of the grace time (R10)."""

import random
import threading
import time
import uuid
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from quizzes.assignments.deadlines import GRACE
from quizzes.models import AnswerEvent, Attempt
from tests.servers import Site, running
from tools.faults.ledger import Client, at_once, compare, make_clients
from tools.faults.outcome import Outcome

# How long a save takes from the client's note to the server, on a busy machine.
TRAVEL = timedelta(seconds=0.25)


def r10_deadline(site: Site, full: bool) -> Outcome:
    """Saves within two seconds of the deadline, then of the end of the grace, while another writer holds the lock.

    The time at which the server has read a request decides. Nothing that was sent before the end of the grace time,
    less the time to travel, may be late because it waited for the lock.
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
                    partial(
                        _save_around, client, middle, count=total // 40, seed=place, ends=middle - offset, sent=sent
                    )
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


def _hold_lock(since: datetime, seconds: float) -> None:
    """Hold the write lock for a while: on SQLite the whole database's, elsewhere the attempts' rows."""
    time.sleep(max(0.0, (since - timezone.now()).total_seconds()))
    with transaction.atomic():
        list(Attempt.objects.select_for_update().values_list("pk", flat=True))
        time.sleep(seconds)
    connection.close()


def _save_around(
    client: Client,
    middle: datetime,
    *,
    count: int,
    seed: int,
    ends: datetime,
    sent: dict[str, tuple[datetime, datetime]],
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
