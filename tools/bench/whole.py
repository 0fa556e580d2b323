"""Goals 5, 8, 12 (growth), 13 and 14: whole attempts, hours of work, starts, and the other engine.

Imported after `django.setup()`, which `python -m tools.bench` does.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import APIRequestContext, APIResponse, Page, Playwright, sync_playwright

from quizzes.models import Assignment, Student
from quizzes.people import student_sign_in
from tests.browser.chromium import launch_arguments
from tests.factories import make_assignment, make_classroom, make_edition, make_student, make_user
from tests.pages import Form, form_of, read
from tests.servers import ROOT, Site, running
from tools.bench import load as bench
from tools.bench.contenders import Contender, contenders, serve
from tools.bench.relay import relay
from tools.faults.cluster import Cluster, NoPostgres
from tools.faults.ledger import single_choice_document

QUESTIONS = 10
# Whole attempts: the students of a class, measured together, and how many times.
CLASS_SIZE, BATCHES = 30, 3
GROWTH_REQUESTS = 100_000
STARVATION_SECONDS = 60
# Before the figures that a run for the other engine prints.
RATIOS = "ratios over F: "
Row = Callable[[str, list[float]], str]


def starvation(row: Row) -> list[str]:
    """Goal 5: 30 students save for a minute, with two workers more than cores."""
    workers = (os.cpu_count() or 1) + 2
    with contenders(workers=workers, students=30) as (footnote, _, _):
        once = bench.load(footnote.port, footnote.pid, footnote.saves, each=100)
        each = max(100, int(once.rate * STARVATION_SECONDS / len(footnote.saves)))
        with bench.stalls(Path(os.environ["FOOTNOTE_DATA"])) as longest:
            run = bench.load(footnote.port, footnote.pid, footnote.saves, each=each)
    _refuse_errors(run.errors)
    wait = max(run.latencies) * 1000
    return [
        row(f"5 longest wait over p50, {workers} processes that all write", [wait / run.p50]),
        f"|   saves, seconds | {len(run.latencies)}, {run.seconds:.0f} | | |",
        f"|   longest wait, and the longest delay of the disk alone, ms | {wait:.0f}, {longest.value * 1000:.0f} | | |",
    ]


def growth(footnote: Contender) -> list[str]:
    """Goal 12, the second half: memory before and after 100,000 more requests, a fifth of them pages."""
    before = bench.memory_mb(footnote.pid)
    clients = list(zip(footnote.saves, footnote.pages, strict=True))[:30]
    mixed = [lambda turn, save=save, page=page: page(turn) if turn % 5 == 4 else save(turn) for save, page in clients]
    run = bench.load(footnote.port, footnote.pid, mixed, each=GROWTH_REQUESTS // len(mixed))
    _refuse_errors(run.errors)
    after = bench.memory_mb(footnote.pid)
    return [f"| 12 memory before and after {len(run.latencies)} requests, MB | {before:.1f}, {after:.1f} | | |"]


def whole_attempt(row: Row) -> list[str]:
    """Goal 8: from the class code to the receipt: in Chromium with nothing kept before, and what the server spends."""
    lines = []
    # Made before Playwright runs its event loop, because Django runs no query while one runs.
    [[(student, _)], *classes] = [_class_of(size) for size in (1, *(CLASS_SIZE,) * 2 * (BATCHES + 1))]
    site = Site(Path(os.environ["FOOTNOTE_DATA"]), command=("serve", "--workers", "2"))
    with running(site), sync_playwright() as playwright:
        with relay(site.port) as sent:
            browser = playwright.chromium.launch(**launch_arguments())
            address = f"http://127.0.0.1:{sent.port}"
            page = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}).new_page()
            _attempt_in_browser(page, student)
            browser.close()
        for name, attempt in [("", _attempt_as_the_script), (", without script", _attempt_without_script)]:
            lines.append(row(f"8 CPU ms of a whole attempt{name}", _cpu_ms(site, playwright, attempt, classes)))
    return [
        *lines,
        f"|   KB over the wire, requests, cold cache, Chromium | {sent.bytes / 1024:.0f}, {sent.replies} | | |",
    ]


def starts(cycles: int, row: Row) -> list[str]:
    """Goal 13: from the command to the first page, on a migrated site, over F's; and on the one this run filled."""
    filled = Path(os.environ["FOOTNOTE_DATA"])
    ours, theirs, full = [], [], []
    with tempfile.TemporaryDirectory(prefix="footnote-start-") as data:
        # The first round migrates and warms up.
        for _ in range(cycles + 1):
            ours.append(_start_seconds(Path(data)))
            full.append(_start_seconds(filled))
            with serve("bare_django", 2) as baseline:
                theirs.append(baseline.start_seconds)
    del ours[0], theirs[0], full[0]
    size = (filled / "footnote.sqlite3").stat().st_size / 1024**2
    return [
        row("13 start to first page over F's", [one / other for one, other in zip(ours, theirs, strict=True)]),
        f"|   seconds: Footnote, F | {median(ours):.2f}, {median(theirs):.2f} | | |",
        f"|   seconds on the database of this run, {size:.0f} MB, which a start reads whole | {median(full):.2f} | | |",
    ]


def _start_seconds(data: Path) -> float:
    site = Site(data, command=("serve", "--workers", "2"))
    began = time.perf_counter()
    with running(site):
        urlopen(f"{site.url}/join/", timeout=10).close()  # nosec B310 # noqa: S310  an address of this machine
        return time.perf_counter() - began


def other_engine(sqlite_over_f: list[float], row: Row) -> list[str]:
    """Goal 14: saves on PostgreSQL, over F in the same cycle, compared with those on SQLite, over F in theirs."""
    try:
        with _cluster() as cluster:
            done = subprocess.run(
                [sys.executable, "-m", "tools.bench", "--ratios-only", "--cycles", "3"],
                env={**os.environ, "DATABASE_URL": cluster.url},
                cwd=ROOT,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
    except NoPostgres as error:
        return [f"| 14 PostgreSQL over SQLite | not measured: {error} | | |"]
    # Granian may have the last word.
    [said] = [line for line in done.stdout.splitlines() if line.startswith(RATIOS)]
    on_postgres = json.loads(said.removeprefix(RATIOS))
    share = median(sqlite_over_f)
    return [row("14 saves on PostgreSQL over those on SQLite", [value / share for value in on_postgres])]


def _refuse_errors(count: int) -> None:
    if count:
        raise RuntimeError(f"{count} requests were refused")


def _class_of(size: int) -> list[tuple[Student, Assignment]]:
    """The students of a new class, with its one assignment of ten single-choice questions."""
    now = timezone.now()
    classroom = make_classroom(teacher=make_user(email=f"{time.time_ns()}@school.test"), created_at=now)
    edition = make_edition(document=single_choice_document(QUESTIONS))
    assignment = make_assignment(edition=edition, classroom=classroom, created_at=now)
    return [(make_student(classroom=classroom), assignment) for _ in range(size)]


@dataclass(frozen=True, slots=True)
class _Reply:
    """A page as `tests.pages` reads it."""

    content: bytes
    request: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Visitor:
    """A browser's requests without the browser: cookies, kept connections, compressed replies."""

    api: APIRequestContext

    def get(self, path: str) -> _Reply:
        return self._read(self.api.get(path))

    def send(self, page: _Reply, *, having: str, **fields: str) -> _Reply:
        """Fill in and send the form of the page that has this field; returns the reply."""
        form = form_of(page, having=having)
        values: dict[str, str | float | bool] = {name: value for name, [value] in form.data(**fields).items()}
        return self._read(self.api.post(form.action or page.request["PATH_INFO"], form=values))

    def save(self, form: Form, **fields: str) -> None:
        """What the outbox sends of a form."""
        values: dict[str, str | float | bool] = {
            name: value for name, [value] in form.data(**fields, act="save").items()
        }
        self._read(self.api.post(form.action, form=values, headers={"Accept": "application/json"}))

    def _read(self, response: APIResponse) -> _Reply:
        if response.status != 200:
            raise RuntimeError(f"{response.url}: {response.status}")
        return _Reply(response.body(), {"PATH_INFO": urlsplit(response.url).path})


def _cpu_ms(
    site: Site,
    playwright: Playwright,
    attempt: Callable[[_Visitor, Student, Assignment], None],
    classes: list[list[tuple[Student, Assignment]]],
) -> list[float]:
    """The server's processor time for one attempt, as a mean over each class; the first fills the server's caches.

    classes: who begins what; those used up are taken out.
    """
    assert site.process is not None
    found = []
    for _ in range(BATCHES + 1):
        before = bench.cpu_seconds(site.process.pid)
        for student, assignment in (given := classes.pop()):
            api = playwright.request.new_context(base_url=site.url, extra_http_headers={"Accept": "text/html"})
            attempt(_Visitor(api), student, assignment)
            api.dispose()
        found.append((bench.cpu_seconds(site.process.pid) - before) * 1000 / len(given))
    return found[1:]


def _begin(visitor: _Visitor, student: Student, assignment: Assignment) -> _Reply:
    page = visitor.get(reverse("join_with_code", args=[student.classroom.join_code]))
    page = visitor.send(page, having="student", student=student.public_id)
    visitor.send(page, having="pin", pin=student_sign_in.pin_of(student))
    page = visitor.get(reverse("start_attempt", args=[assignment.public_id]))
    return visitor.send(page, having="csrfmiddlewaretoken")


def _attempt_as_the_script(visitor: _Visitor, student: Student, assignment: Assignment) -> None:
    """The requests of Chromium without files, which a proxy or the browser's cache has."""
    page = _begin(visitor, student, assignment)
    attempt = page.request["PATH_INFO"].removesuffix("1/")
    ahead = visitor.get(f"{attempt}questions/")
    visitor.send(page, having="number")
    forms = [form for form in read(ahead).forms if form.offered]
    if len(forms) != QUESTIONS:
        raise RuntimeError(f"{len(forms)} questions came ahead")
    for form in forms:
        visitor.save(form, choice=form.offered[0][1])
    _hand_in(visitor, visitor.get(f"{attempt}review/"))


def _attempt_without_script(visitor: _Visitor, student: Student, assignment: Assignment) -> None:
    """The plain forms, each page shown and each form sent."""
    page = _begin(visitor, student, assignment)
    for _ in range(QUESTIONS):
        token = form_of(page, having="choice").offered[0][1]
        page = visitor.send(page, having="operation", choice=token, act="next")
    _hand_in(visitor, page)


def _hand_in(visitor: _Visitor, page: _Reply) -> None:
    [form] = [form for form in read(page).forms if form.action.endswith("/hand-in/")][:1]
    page = visitor._read(visitor.api.post(form.action, form={name: value for name, [value] in form.data().items()}))
    if "receipt" not in page.request["PATH_INFO"]:
        raise RuntimeError(f"no receipt at {page.request['PATH_INFO']}")


def _attempt_in_browser(page: Page, student: Student) -> None:
    page.goto(f"/j/{student.classroom.join_code}/")
    # The only name of the class, shortened.
    page.locator(".register button").click()
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=re.compile("Start")).click()
    for number in range(1, QUESTIONS + 1):
        page.wait_for_url(f"**/{number}/**")
        if page.locator(".switch").is_visible():
            page.locator(".switch label", has_text="Question").click()
        page.locator(".opt").first.click()
        page.locator("[data-save-state]", has_text="Saved").wait_for()
        page.get_by_role("button", name=re.compile("Next question|Review my answers")).click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name=re.compile("Turn in")).click()
    page.wait_for_url("**/receipt/")


@contextmanager
def _cluster() -> Iterator[Cluster]:
    cluster = Cluster.make()
    try:
        yield cluster
    finally:
        cluster.remove()
