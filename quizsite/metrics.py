"""Figures for Prometheus: requests, saves, queues and backups, without a name. Off unless FOOTNOTE_METRICS is set.

Each worker counts in files of the data folder, and any worker adds them up. Loads prometheus_client.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from quizsite.models import SiteState
from quizsite.rsgi import REQUESTS_WAITING
from quizzes.lti.scores import waiting
from quizzes.views.request_meta import ARRIVED_AT

SAVE_ROUTE = "take_attempt"
# Seconds. A student notices half a second, and the page says “not saved yet” after 5.
SAVE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# prometheus_client's files of one process, by type.
FILES = ("counter", "histogram", "gauge_livesum")
# The size of each file. It has room for 3,400 routes with a status. The site has 250 routes, most with 3 statuses.
FILE_BYTES = 512 * 1024


def reserve_files() -> None:
    """Make the files of this process, with their space on the disk. Raises OSError.

    prometheus_client writes to them as to memory. If a full disk has no block for that, the kernel kills the process.
    """
    if not (folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR")):
        return
    for name in FILES:
        path = Path(folder) / f"{name}_{os.getpid()}.db"
        if path.exists():
            continue
        # Any request for the metrics reads all files. No one can read an empty one, so each gets its name last.
        new = path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                file.write(bytes(FILE_BYTES))
            new.rename(path)
        except OSError:
            new.unlink(missing_ok=True)
            raise


# The values below open the files of the process that imports this.
reserve_files()
_own = CollectorRegistry()
REQUESTS = Counter("footnote_requests", "Requests by route and status.", ["route", "status"], registry=_own)
SAVES = Counter(
    "footnote_saves",
    "Saves of answers: acknowledged, refused (late, stale, or too fast), or failed.",
    ["result"],
    registry=_own,
)
SAVE_SECONDS = Histogram(
    "footnote_save_seconds",
    "Seconds from the last byte of a save to its reply, acknowledged ones.",
    buckets=SAVE_BUCKETS,
    registry=_own,
)

WAITING = Gauge(
    "footnote_requests_waiting",
    "Requests that waited for a thread when each worker took its last one.",
    multiprocess_mode="livesum",
    registry=_own,
)


def count_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Count each request, and each save with its time. A worker that gets no space for its files counts nothing."""
    reserved_by = 0
    # A thread that fails deletes the files.
    reserving = Lock()

    def middleware(request: HttpRequest) -> HttpResponse:
        nonlocal reserved_by
        if reserved_by != os.getpid():
            try:
                with reserving:
                    reserve_files()
            except OSError:
                return get_response(request)
            reserved_by = os.getpid()
        began = time.time()
        WAITING.set(request.META.get(REQUESTS_WAITING, 0))
        response = get_response(request)
        # A name of the site's own, never the address, so that strangers cannot add rows.
        route = (request.resolver_match.url_name or "") if request.resolver_match is not None else ""
        REQUESTS.labels(route or "none", str(response.status_code)).inc()
        if route == SAVE_ROUTE and request.method == "POST" and (result := result_of(response)):
            SAVES.labels(result).inc()
            if result == "acknowledged":
                SAVE_SECONDS.observe(time.time() - request.META.get(ARRIVED_AT, began))
        return response

    return middleware


def result_of(response: HttpResponse) -> str:
    """The result of a save; "" for a page, because a page can follow a stored save or a refused one."""
    if response.status_code >= 500:
        return "failed"
    if response.status_code >= 400:
        return "refused"
    is_page = response.headers.get("Content-Type", "").startswith("text/html") and response.status_code == 200
    return "" if is_page else "acknowledged"


def text() -> bytes:
    """All figures in Prometheus's text format; 4 queries."""
    folder = str(settings.METRICS_DIR)
    for path in Path(folder).glob("gauge_livesum_*.db"):
        worker = int(path.stem.rpartition("_")[2])
        try:
            os.kill(worker, 0)
        except (ProcessLookupError, PermissionError):
            # Nothing waits for a worker that was killed. A process of another user may have its number by now.
            path.unlink(missing_ok=True)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)
    registry.register(SiteFigures())
    return generate_latest(registry)


class SiteFigures:
    """Figures that the database has, read when someone asks."""

    def collect(self) -> Iterator[Metric]:
        """The gauges. One that has no value yet is left out."""
        now = timezone.now()
        yield _age("footnote_backup_age_seconds", "Age of the last backup.", SiteState.BACKUP, now)
        yield _age("footnote_jobs_age_seconds", "Since the periodic jobs ran.", SiteState.PERIODIC_JOBS, now)
        yield GaugeMetricFamily(
            "footnote_lti_scores_waiting",
            "Scores that learning platforms do not have yet.",
            value=waiting(now=now).count(),
        )


def _age(name: str, documentation: str, state: str, now: datetime) -> Metric:
    found = SiteState.objects.find(state)
    return GaugeMetricFamily(name, documentation, value=(now - found.at).total_seconds() if found else None)
