"""`python -m tools.scaling.measure`: what each request of a lesson costs, written into costs.toml.

Invented students send the requests of a lesson to the site's WSGI function, in this process and on SQLite in
a temporary folder. The figures are medians of processor time, queries, commits and bytes. Measure on a quiet machine:
other work makes each request slower. The server around the function is not in the figures (`server_cpu_ms`). It also
reads the lines of docs/performance.md that the model predicts.
"""

import os
import tempfile

DATA = tempfile.TemporaryDirectory(prefix="footnote-scaling-")
os.environ |= {"FOOTNOTE_DATA": DATA.name, "FOOTNOTE_ENV_FILE": os.devnull, "DATABASE_URL": ""}
os.environ["DJANGO_SETTINGS_MODULE"] = "quizsite.settings"

import django  # after the environment is set

django.setup()

import gzip
import re
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from statistics import fmean, median
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.utils import timezone

from quizsite.call_stack import with_large_stack
from quizsite.static_files import collect_if_changed
from quizzes.attempts.attempt_content import content_of
from quizzes.models import Assignment, Attempt, Student
from quizzes.people.student_sign_in import pin_of
from tests.factories import make_assignment, make_classroom, make_edition, make_student, make_user
from tests.servers import ROOT
from tools.faults.ledger import CSRF, single_choice_document, tokens_of
from tools.scaling.costs import PATH, Cost

STUDENTS, QUESTIONS = 30, 10
FILES = re.compile(r'(?:src|href)="(/static/[^"]+)"')


@dataclass
class Counter:
    """Counts queries as they run; what comes and goes with a transaction is no query."""

    reads: int = 0
    writes: int = 0
    commits: int = 0
    has_written: bool = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        verb = sql.lstrip().split(maxsplit=1)[0].upper()
        if verb == "BEGIN":
            self.has_written = False
        elif verb in {"INSERT", "UPDATE", "DELETE"}:
            self.writes += 1
            self.commits += not (connection.in_atomic_block and self.has_written)
            self.has_written = connection.in_atomic_block
        elif verb == "SELECT":
            self.reads += 1
        return execute(sql, params, many, context)


@dataclass
class Browser:
    """Sends requests to the site's WSGI function and keeps its cookies."""

    site: Any
    costs: dict[str, list[Cost]]
    cookies: dict[str, str] = field(default_factory=lambda: {"csrftoken": CSRF})

    def send(
        self, name: str, path: str, fields: dict[str, Any] | None = None, *, good: int = 200, tag: str = ""
    ) -> tuple[dict[str, str], bytes]:
        """(headers, body). name: of the request in costs.toml. Raises RuntimeError at another status than `good`."""
        body = urlencode(fields or {}).encode()
        environ = {
            "REQUEST_METHOD": "GET" if fields is None else "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
            "HTTP_ACCEPT": "application/json" if name == "save" else "text/html",
            "HTTP_ACCEPT_ENCODING": "gzip, br",
            # Signing in draws a new one.
            "HTTP_X_CSRFTOKEN": self.cookies["csrftoken"],
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
        } | ({"HTTP_IF_NONE_MATCH": tag} if tag else {})
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        counter = Counter()
        with connection.execute_wrapper(counter):
            began = time.thread_time()
            reply = self.site(environ, lambda status, headers, *rest: heads.append((status, headers)))
            content = b"".join(reply)
            reply.close()
            spent = time.thread_time() - began
        [(status, headers)] = heads
        if not status.startswith(str(good)):
            raise RuntimeError(f"{name}: {status}")
        for key, value in headers:
            if key == "Set-Cookie":
                cookie, _, given = value.partition(";")[0].partition("=")
                self.cookies[cookie] = given
        # Headers as they go over the wire, give or take the status line.
        size = len(content) + sum(len(key) + len(value) + 4 for key, value in headers)
        self.costs.setdefault(name, []).append(Cost(spent * 1000, counter.reads, counter.writes, counter.commits, size))
        return dict(headers), content


def lesson(site: Any) -> dict[str, list[Cost]]:
    """The costs of every request of a class that joins, answers and turns in while its teacher watches."""
    now = timezone.now()
    teacher = make_user()
    assignment = make_assignment(
        edition=make_edition(document=single_choice_document(QUESTIONS)),
        classroom=make_classroom(teacher=teacher, created_at=now),
        created_at=now,
        time_limit=timedelta(minutes=40),
    )
    costs: dict[str, list[Cost]] = {}
    board = Browser(site, costs, watching(teacher))
    for student in [make_student(classroom=assignment.classroom) for _ in range(STUDENTS)]:
        one_student(Browser(site, costs), student, assignment)
        path = f"/teacher/assignments/{assignment.public_id}/live/"
        for _ in range(2):
            board.send("board_same", path, tag=board.send("board_changed", path)[0]["ETag"], good=304)
    return costs


def one_student(browser: Browser, student: Student, assignment: Assignment) -> None:
    """From the class code to the receipt."""
    browser.send("join_page", "/join/")
    browser.send("join_code", "/join/", {"code": assignment.classroom.join_code}, good=302)
    browser.send("names_page", "/join/name/")
    browser.send("join_name", "/join/name/", {"student": student.public_id}, good=302)
    browser.send("pin_page", "/join/pin/")
    browser.send("join_pin", "/join/pin/", {"pin": pin_of(student)}, good=302)
    browser.send("home_page", "/student/")
    browser.send("start_page", f"/student/assignments/{assignment.public_id}/")
    browser.send("begin", f"/student/assignments/{assignment.public_id}/", {}, good=302)
    attempt = Attempt.objects.select_related("assignment").get(student=student)
    tokens, path = tokens_of(content_of(attempt)), f"/student/attempts/{attempt.public_id}"
    for number in range(1, QUESTIONS + 1):
        headers, page = browser.send("question_page", f"{path}/{number}/")
        if number == 1:
            text = gzip.decompress(page) if headers.get("Content-Encoding") == "gzip" else page
            for file in sorted(set(FILES.findall(text.decode()))):
                browser.send("static_file", file)
            browser.send("questions_ahead", f"{path}/questions/")
        fields = {"operation": uuid.uuid4().hex, "revision": 0, "choice": tokens[number, "a"], "act": "save"}
        browser.send("save", f"{path}/{number}/", fields)
        browser.send("time_poll", f"{path}/time/")
        browser.send("presence", f"{path}/here/", {"number": number})
    browser.send("review_page", f"{path}/review/")
    browser.send("submit_attempt", f"{path}/hand-in/", {}, good=302)
    browser.send("receipt_page", f"{path}/receipt/")


def watching(teacher: Any) -> dict[str, str]:
    """The cookies of a browser with this teacher signed in."""
    client = Client()
    client.force_login(teacher)
    return {"csrftoken": CSRF, "sessionid": client.cookies["sessionid"].value}


def lines_of(costs: dict[str, list[Cost]]) -> dict[str, str]:
    """The line of costs.toml for each request."""
    lines = {}
    for name, own in costs.items():
        # The first of each kind fills caches of the process.
        cpu = median(cost.cpu_ms for cost in own[1:])
        # A browser fetches all files once. Their sum counts, so this is the mean.
        size = fmean(cost.bytes for cost in own) if name == "static_file" else median(cost.bytes for cost in own)
        rest = {part: median(getattr(cost, part) for cost in own) for part in ("reads", "writes", "commits")}
        parts = [f"cpu_ms = {cpu:.2f}", *(f"{key} = {value:.0f}" for key, value in (rest | {"bytes": size}).items())]
        lines[name] = f"{name} = {{ {', '.join(parts)} }}"
    return lines


def bench_lines() -> dict[str, str]:
    """The lines of costs.toml for what `make bench` wrote last; none where docs/performance.md has another form."""
    rows = {"footnote": "Footnote", "bare_django": "F"}
    text = (ROOT / "docs" / "performance.md").read_text()
    lines = {}
    for name, title in rows.items():
        number = r"([\d.]+)"
        found = re.search(rf"\|\s+{title}: saves a second, CPU ms, p99 ms \| {number}, {number}, {number} \|", text)
        if found:
            lines[name] = f"{name} = {{ rate = {found[1]}, cpu_ms = {found[2]}, p99_ms = {found[3]} }}"
    for name, title in {
        "p99_over_p50": "4 save, 200 students at once: p99 over p50",
        "memory_mb": "  MB: Footnote, F",
    }.items():
        if found := re.search(rf"\| {title} \| ([\d.]+)", text):
            lines[name] = f"{name} = {found[1]}"
    return lines


def put(text: str, lines: dict[str, str]) -> str:
    """The file with these lines in the place of the old ones; RuntimeError where one has no place."""
    for name, line in lines.items():
        text, count = re.subn(rf"^{name} = .*$", line, text, flags=re.MULTILINE)
        if count != 1:
            raise RuntimeError(f"costs.toml has {count} lines for {name}")
    return text


def main() -> None:
    """Measure, print, and put the figures into costs.toml."""
    call_command("migrate", verbosity=0)
    collect_if_changed()
    with connection.cursor() as cursor:

        def stored_bytes() -> int:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            return int(cursor.fetchone()[0])

        before = stored_bytes()
        # As in the threads of `make run`.
        costs = with_large_stack(lesson, get_wsgi_application())
        grown = (stored_bytes() - before) / STUDENTS / 1024
    lines = lines_of(costs) | bench_lines()
    lines |= {
        "attempt_kb": f"attempt_kb = {grown:.0f}",
        "measured_on": f'measured_on = "{timezone.now():%Y-%m-%d}"',
    }
    sys.stdout.write("\n".join(lines.values()) + "\n")
    PATH.write_text(put(PATH.read_text(), lines))


if __name__ == "__main__":
    main()
    DATA.cleanup()
