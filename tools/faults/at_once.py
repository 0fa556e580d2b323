"""Requests that come many times or at the same moment (R7, R8), and a whole class (R9)."""

import random
import re
import time
from functools import partial
from statistics import quantiles

from quizzes.models import Answer, AnswerEvent, Attempt
from tests.servers import Site, running
from tools.faults.ledger import Client, Save, at_once, compare, make_clients
from tools.faults.outcome import Outcome, on_sqlite

CONTROL_CLASSES = 5


def r7_repeated(site: Site, full: bool) -> Outcome:
    """Fifty copies of one save and of one submission at the same moment, and the whole ledger three times over."""
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
    """Eight first saves of one answer at the same moment, 60 rounds (500 in a full run); and Start pressed 20 times."""
    rounds = 500 if full else 60
    clients = make_clients(site.port, -(-rounds // 12))
    errors = 0
    with running(site):
        for place in range(rounds):
            client, number = clients[place // 12], place % 12 + 1
            values = "abcdabcd" if place % 2 else "bbbbbbbb"
            saves = at_once([partial(client.save, number, value, seen_revision=0) for value in values])
            errors += sum(save.status not in {200, 409} for save in saves)
        started = _start_twenty_times(site)
    current = Answer.objects.filter(attempt__public_id__in=[client.attempt_id for client in clients])
    count = compare(clients)
    good = (
        errors == 0
        and current.count() == rounds
        and started == 1
        and not (count.lost or count.duplicate or count.wrong)
    )
    return Outcome(
        f"{count} rounds={rounds} client_errors={errors} current_rows={current.count()} attempts_started={started}",
        good,
    )


def r9_class(site: Site, full: bool) -> Outcome:
    """35 and 200 students save everything and turn in within ten seconds; without IMMEDIATE the control must fail."""
    lines, good = [], True
    with running(site):
        for size in (35, 200):
            clients = make_clients(site.port, size, question_count=4)
            errors, slowest, p95 = _class_turns_in(clients)
            count = compare(clients)
            lines.append(
                f"students={size} {count} errors={errors} p95={p95 * 1000:.0f}ms slowest={slowest * 1000:.0f}ms"
            )
            good &= errors == 0 and count.lost == count.duplicate == count.wrong == 0
            submitted = Attempt.objects.submitted().filter(public_id__in=[client.attempt_id for client in clients])
            good &= submitted.count() == size
    if on_sqlite():
        errors = _deferred_control(site)
        lines.append(f"control_deferred_errors={errors}")
        good &= errors > 0
    return Outcome("; ".join(lines), good)


def _start_twenty_times(site: Site) -> int:
    """How many attempts there are after Start was pressed 20 times at the same moment."""
    [client] = make_clients(site.port, 1)
    attempt = Attempt.objects.get(public_id=client.attempt_id)
    assignment, student = attempt.assignment, attempt.student
    attempt.delete()
    at_once([lambda: client.post_form(f"/student/assignments/{assignment.public_id}/")] * 20)
    return Attempt.objects.filter(assignment=assignment, student=student).count()


def _class_turns_in(clients: list[Client]) -> tuple[int, float, float]:
    """(errors, slowest save, 95th percentile in seconds) of a class that saves everything and turns in inside 10 s."""
    chance = random.Random(9)
    offsets = [chance.uniform(0, 4) for _ in clients]
    seconds: list[float] = []
    errors = [0]

    def take_quiz(client: Client, offset: float) -> None:
        time.sleep(offset)
        for number in client.question_ids:
            save = client.save(number, "b")
            seconds.append(save.seconds)
            errors[0] += save.status != 200
        errors[0] += client.submit_attempt()[0] != 302

    at_once([partial(take_quiz, client, offset) for client, offset in zip(clients, offsets, strict=True)])
    return errors[0], max(seconds), quantiles(seconds, n=20)[-1]


def _deferred_control(site: Site) -> int:
    """The errors of the first class that meets any, of at most CONTROL_CLASSES; 0 if none does."""
    control = Site(
        site.data, extra={"DJANGO_SETTINGS_MODULE": "tools.faults.control_settings", "FOOTNOTE_CONTROL": "deferred"}
    )
    # An error needs two saves at the same moment, which a class on a fast machine may not have.
    classes = [make_clients(control.port, 60, question_count=4) for _ in range(CONTROL_CLASSES)]
    with running(control):
        return next(filter(None, (_class_turns_in(clients)[0] for clients in classes)), 0)
