"""`python -m tools.bench.paced [--phones 40] [--moves 20]`: how soon phones show the question that a teacher opened.

Each phone asks as static/paced.js does, with a connection of its own, and loads the page of a new question. The time is
from just before the move until the last byte of the page. Drawing it in a browser is not in it. The processor time is
that of all processes of the server, over the whole run.
"""

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DATA = tempfile.TemporaryDirectory(prefix="footnote-paced-")
os.environ |= {"FOOTNOTE_DATA": f"{DATA.name}/site", "FOOTNOTE_ENV_FILE": os.devnull}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

import django  # after the environment is set

django.setup()

from django.utils import timezone

from quizzes.assignments.board import show_on_board
from quizzes.models import Assignment, Board
from tests.factories import make_assignment, make_classroom, make_edition, make_user
from tests.servers import Site, running
from tools.bench.load import cpu_seconds
from tools.faults.ledger import Client, make_clients, single_choice_document

# In seconds, as in static/paced.js.
PERIOD = 1.0
SPREAD = 0.25


@dataclass
class Phone:
    """One phone. seen_at: when it had the page of each question, by number."""

    client: Client
    stop: threading.Event
    seen_at: dict[int, float] = field(default_factory=dict)
    failures: int = 0

    def follow(self) -> None:
        """Ask, and load each new question, until the end."""
        link = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=10)
        folder, tag = f"/student/attempts/{self.client.attempt_id}", ""
        self.stop.wait(random.random() * PERIOD)
        while not self.stop.is_set():
            status, body, headers = self.get(link, f"{folder}/current/", tag)
            if status == 200:
                tag = headers.get("ETag", "")
                number = json.loads(body)["number"]
                status, body, _ = self.get(link, f"{folder}/{number}/", "")
                if status == 200 and b"data-answers" in body:
                    self.seen_at.setdefault(number, time.monotonic())
                continue
            self.failures += status != 304
            self.stop.wait(PERIOD * (1 + random.random() * SPREAD))

    def get(self, link: http.client.HTTPConnection, path: str, tag: str) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Status, body and headers; a status of 0 without a reply."""
        cookie = {"Cookie": f"sessionid={self.client.cookie}", "If-None-Match": tag}
        try:
            link.request("GET", path, headers=cookie)
            response = link.getresponse()
            return response.status, response.read(), response.headers
        except (OSError, http.client.HTTPException):
            link.close()
            return 0, b"", http.client.HTTPMessage()


def main() -> None:
    """Run one class and print one line for docs/performance.md."""
    parser = argparse.ArgumentParser(description="How soon phones follow a teacher-paced quiz.")
    parser.add_argument("--phones", type=int, default=40)
    parser.add_argument("--moves", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6.0, help="between two moves")
    arguments = parser.parse_args()
    folder = Path(os.environ["FOOTNOTE_DATA"])
    folder.mkdir(exist_ok=True)
    with running(Site(folder, command=("serve", "--workers", "2"))) as site:
        assignment = _paced_assignment(arguments.moves)
        stop = threading.Event()
        phones = [Phone(client, stop) for client in make_clients(site.port, arguments.phones, assignment=assignment)]
        threads = [threading.Thread(target=phone.follow) for phone in phones]
        for thread in threads:
            thread.start()
        # The first round of polls loads code and caches.
        time.sleep(2 * PERIOD)
        assert site.process is not None
        began, used = time.monotonic(), cpu_seconds(site.process.pid)
        moved_at = {}
        for number in range(1, arguments.moves + 1):
            moved_at[number] = time.monotonic()
            show_on_board(
                assignment, number=number, phase=Board.Phase.QUESTION, by=assignment.assigned_by, now=timezone.now()
            )
            time.sleep(arguments.seconds)
        share = (cpu_seconds(site.process.pid) - used) / (time.monotonic() - began)
        stop.set()
        for thread in threads:
            thread.join()
    waits = sorted(
        phone.seen_at.get(number, float("inf")) - moved_at[number] for phone in phones for number in moved_at
    )
    sys.stdout.write(
        f"Run on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores: {arguments.phones} phones, "
        f"{arguments.moves} moves {arguments.seconds:g} s apart: median {waits[len(waits) // 2]:.2f} s, "
        f"p95 {waits[int(len(waits) * 0.95)]:.2f} s, longest {waits[-1]:.2f} s, "
        f"{100 * share:.1f} % of a core, {sum(phone.failures for phone in phones)} failed polls\n"
    )


def _paced_assignment(question_count: int) -> Assignment:
    now = timezone.now()
    teacher = make_user(email="paced@school.test")
    return make_assignment(
        edition=make_edition(document=single_choice_document(question_count)),
        classroom=make_classroom(teacher=teacher, created_at=now),
        assigned_by=teacher,
        created_at=now,
        is_teacher_paced=True,
    )


if __name__ == "__main__":
    main()
