"""Saves during heavy work: checks, exports and copies of a large log while a class works (R15)."""

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from statistics import quantiles

from django.db import connection, transaction

from tests.servers import Site, running
from tools.faults.ledger import Client, at_once, compare, make_clients
from tools.faults.regrading import make_class

CLASS_SIZE = 35
# A class that answers as fast as one can click, and a machine that is not full of saves alone.
PAUSE_SECONDS = 0.5
# How long a page may take until it says "Saved", also on a busy machine: the goal of autosave.
SLOWEST_P95_SECONDS = 0.5
# Of each of the 4,200 rows that `make_class` logs: with them 105,000 rows, and a million in full.
COPIES, COPIES_IN_FULL = 24, 238

_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)
INSERT INTO quizzes_answerevent (attempt_id, question_id, operation, value, revision, outcome, at)
SELECT e.attempt_id, e.question_id, e.operation || '-' || n.i, e.value, e.revision, 'stale', e.at
FROM quizzes_answerevent e CROSS JOIN n
"""


def saved_beside_heavy_work(site: Site, *, full: bool) -> tuple[str, bool]:
    """(line, whether it is as promised): no error, nothing lost, and saves that stay quick enough."""
    classroom = make_class().assignment.classroom
    rows = _copy_log(COPIES_IN_FULL if full else COPIES)
    works: list[Callable[[], object]] = [
        partial(site.run, "check_integrity"),
        partial(site.run, "export_classroom", classroom.public_id, str(site.data / "class.json")),
        partial(site.run, "backup", str(site.data / "copies")),
    ]
    clients = make_clients(site.port, CLASS_SIZE)
    with running(site):
        alone = _saves_until(clients, partial(time.sleep, 20 if full else 6))
        beside = _saves_until(clients, lambda: [work() for work in works])
    count = compare(clients)
    errors = sum(len(client.refused) for client in clients)
    before, after = (quantiles(seconds, n=20)[-1] for seconds in (alone, beside))
    line = (
        f"{count} errors={errors} log_rows={rows} works={len(works)} saves_beside={len(beside)} "
        f"p95_alone={before * 1000:.0f}ms p95_beside={after * 1000:.0f}ms slowest={max(beside) * 1000:.0f}ms"
    )
    return line, errors == count.lost == count.duplicate == count.wrong == 0 and after <= SLOWEST_P95_SECONDS


def fill_log(copies: int) -> int:
    """Make a class with attempts and a long log; returns how many rows were added to the log."""
    make_class()
    return _copy_log(copies)


def _copy_log(copies: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A million rows take longer than the site gives a statement.
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_FILL, [copies])
        return int(cursor.rowcount)


def _saves_until(clients: list[Client], work: Callable[[], object]) -> list[float]:
    """Seconds of each save that the class made while the work was done; raises what the work raises."""
    stop, seconds = threading.Event(), list[float]()
    problems: list[Exception] = []

    def save_answers(client: Client, seed: int) -> None:
        chance = random.Random(seed)
        while not stop.wait(chance.uniform(0, 2 * PAUSE_SECONDS)):
            save = client.save_until_settled(chance.choice(sorted(client.question_ids)), chance.choice("abcd"))
            seconds.append(save.seconds)

    def end() -> None:
        try:
            work()
        except Exception as problem:
            problems.append(problem)
        finally:
            stop.set()

    at_once([end, *(partial(save_answers, client, place) for place, client in enumerate(clients))])
    for problem in problems:
        raise problem
    return seconds
