"""Every fault by its name: one function each, which returns what its line says, and whether that is as promised."""

from collections.abc import Callable
from functools import partial

from quizzes.models import AnswerEvent
from tests.servers import Site, running
from tools.faults.around_deadline import r10_deadline
from tools.faults.at_once import r7_repeated, r8_first_saves, r9_class
from tools.faults.backups import restored_from_a_backup_under_load
from tools.faults.disk import r2_synced, r3_disk_full
from tools.faults.error_path import errors_in_every_view
from tools.faults.io_errors import each_io_error
from tools.faults.ledger import make_clients
from tools.faults.machines import two_machines
from tools.faults.neighbors import saved_beside_heavy_work
from tools.faults.offline import answer_offline
from tools.faults.outcome import Outcome
from tools.faults.regrading import regraded_and_killed
from tools.faults.restarts import r1_killed, r4_postgres_crashed, r12_restarted
from tools.faults.slow_clients import (
    dripping_bodies,
    half_headers,
    largest_file,
    saved_beside,
    silent_bodies,
    slow_readers,
)

Scenario = Callable[[Site, bool], Outcome]


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


def r22_slow_readers(site: Site, full: bool) -> Outcome:
    """Clients that ask for the largest file and hardly read, while a class saves."""
    # The first start collects the files.
    with running(site):
        path = largest_file(site)
    return Outcome(*saved_beside(site, partial(slow_readers, path=path), full=full))


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
    "R24": lambda site, full: Outcome(*each_io_error(site, full=full)),
    "R25": lambda site, full: Outcome(*two_machines(site, full=full)),
}
