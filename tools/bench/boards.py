"""Goal 15 of docs/performance.md: a board's poll with nothing new, compared with a question page of the same class.

Run after `django.setup()`, against a running site whose students `make_clients` made, with the folder it serves.
"""

from collections.abc import Sequence
from statistics import median

from django.db import connection
from django.test import Client as TestClient
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.models import Attempt
from tools.bench import load
from tools.faults.ledger import CSRF, Client

_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
# A question page's processor time is the measure: the gate is half of it.
POLLING = 30


def board_poll(port: int, pid: int, clients: Sequence[Client], *, cycles: int) -> list[str]:
    """Lines of the table: CPU of a 304 over that of a question page in the same cycle, and what both cost.

    pid: of the server's first process. clients: students at work on one assignment, at least one.
    """
    attempt = Attempt.objects.select_related("assignment").get(public_id=clients[0].attempt_id)
    assignment = attempt.assignment
    path = reverse("live_board", args=[assignment.public_id])
    browser = TestClient(SERVER_NAME="127.0.0.1")
    browser.force_login(assignment.classroom.teachers.get())
    tag, count = _asked(path, browser)
    poll = _get(path, f"sessionid={browser.cookies['sessionid'].value}", tag)
    pages = [
        load.get(f"/student/attempts/{client.attempt_id}/1/", f"sessionid={client.cookie}; csrftoken={CSRF}")
        for client in clients[:POLLING]
    ]
    shares, polls, others = [], [], []
    for cycle in range(cycles + 1):
        asked = load.load(port, pid, [_always(poll)] * POLLING, each=40, good=(b"304",))
        shown = load.load(port, pid, [_always(page) for page in pages], each=40)
        if asked.errors or shown.errors:
            raise RuntimeError(f"{asked.errors} polls and {shown.errors} pages were not answered as they should be")
        # The first one warms up.
        if cycle:
            shares.append(asked.cpu_ms / shown.cpu_ms)
            polls.append(asked.cpu_ms)
            others.append(shown.cpu_ms)
    return [
        load.row("15 a board's poll with nothing new: CPU over a question page's", shares),
        f"|   queries | {count} | | |",
        f"|   CPU ms: poll, question page | {median(polls):.2f}, {median(others):.2f} | | |",
    ]


def _always(request: bytes) -> load.Request:
    """The same request at every turn."""
    return lambda turn: request


def _asked(path: str, browser: TestClient) -> tuple[str, int]:
    """The current ETag of the board, and how many queries a poll with it costs, in this process."""
    tag = browser.get(path).headers["ETag"]
    with CaptureQueriesContext(connection) as seen:
        response = browser.get(path, headers={"If-None-Match": tag})
    if response.status_code != 304:
        raise RuntimeError(f"{path}: {response.status_code}")
    return tag, sum(not query["sql"].startswith(_CONTROL) for query in seen)


def _get(path: str, cookie: str, tag: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nIf-None-Match: {tag}\r\n\r\n".encode()
