"""/metrics: what it counts, who may read it, and that it names no one."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from pytest_django.fixtures import Settings

from tests.servers import Site, running

TOKEN = "a token of at least 22 characters"


def figures(text: str) -> dict[str, float]:
    """The value of each figure, by name and labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def read(url: str, **headers: str) -> str:
    with urlopen(Request(url, headers=headers)) as response:  # noqa: S310  an address of this machine
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return response.read().decode()


def refused_with(url: str, **headers: str) -> int:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(url, headers=headers))  # noqa: S310  an address of this machine
    with refused.value:
        return refused.value.code


@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
@pytest.mark.sockets
def test_metrics_add_up_the_requests_of_all_workers(site_data: Path) -> None:
    variables = {"FOOTNOTE_METRICS": "1", "FOOTNOTE_HEALTH_TOKEN": TOKEN.replace(" ", "-"), "DATABASE_URL": ""}
    site = Site(site_data, extra=variables, command=("serve", "--workers", "2"))
    for _ in range(2):
        # A start begins at 0.
        with running(site):
            for _ in range(20):
                urlopen(f"{site.url}/").close()  # noqa: S310  an address of this machine
            assert refused_with(f"{site.url}/nothing-here/rosa@school.example") == 404
            # As a proxy on this machine would send a stranger's request, without and with the token.
            assert refused_with(f"{site.url}/metrics", **{"X-Forwarded-For": "203.0.113.7"}) == 404
            asked = {"X-Forwarded-For": "203.0.113.7", "Authorization": f"Bearer {TOKEN.replace(' ', '-')}"}
            counts = list((site_data / "metrics").glob("gauge_*.db"))
            # No process has such a number.
            killed = counts[0].with_name("gauge_livesum_999999999.db")
            killed.write_bytes(counts[0].read_bytes())
            text = read(f"{site.url}/metrics", **asked)
            assert not killed.exists()
            # A full disk has no block for the rest of a file with holes.
            assert all(path.stat().st_blocks * 512 >= 512 * 1024 for path in counts)

        seen = figures(text)
        assert seen['footnote_requests_total{route="landing",status="200"}'] == 20
        assert seen['footnote_requests_total{route="none",status="404"}'] == 1
        assert seen['footnote_requests_total{route="metrics",status="404"}'] == 1
        assert seen["footnote_lti_scores_waiting"] == 0
        assert seen["footnote_requests_waiting"] >= 0
        assert re.search("rosa|203[.]0|nothing-here", text) is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="runs a command on SQLite")
def test_command_of_cron_leaves_no_file_of_counts(site_data: Path) -> None:
    """It runs each minute, and each request for the metrics reads all files."""
    site = Site(site_data, extra={"FOOTNOTE_METRICS": "1", "DATABASE_URL": ""})

    site.run("run_periodic_jobs")

    assert list((site_data / "metrics").iterdir()) == []


def test_metrics_are_off_by_default(client: Client, settings: Settings, tmp_path: Path) -> None:
    assert site_settings.METRICS_DIR is None
    assert "quizsite.metrics.count_requests" not in site_settings.MIDDLEWARE
    assert client.get("/metrics").status_code == 404


@pytest.mark.django_db
def test_figures_of_the_site_come_from_the_database(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from quizsite.models import SiteState

    settings.METRICS_DIR = tmp_path
    now = timezone.now()
    SiteState.objects.record(SiteState.BACKUP, "backup", now=now - timedelta(hours=1))

    seen = figures(client.get("/metrics").content.decode())

    assert 3600 <= seen["footnote_backup_age_seconds"] < 3660
    assert "footnote_jobs_age_seconds" not in seen
    assert client.post("/metrics").status_code == 405


def test_request_is_served_and_not_counted_where_the_disk_is_full(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from quizsite.metrics import REQUESTS, count_requests

    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    (tmp_path / f"histogram_{os.getpid()}.new").symlink_to("/dev/full")
    request, reply = rf.get("/"), HttpResponse("a page", status=418)
    request.resolver_match = None
    serve = count_requests(lambda _: reply)

    assert serve(request) is reply
    assert "'status': '418'" not in str(REQUESTS.collect())
    # As soon as there is room.
    assert serve(request) is reply
    assert "'status': '418'" in str(REQUESTS.collect())


def test_metrics_can_be_read_while_a_worker_makes_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    from quizsite.metrics import FILE_BYTES, FILES, reserve_files

    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    collector, opened, reads = MultiProcessCollector(CollectorRegistry(), path=str(tmp_path)), Path.open, list[object]()

    def opened_and_read(path: Path, *args: Any, **options: Any) -> Any:
        file = opened(path, *args, **options)
        reads.append(collector.collect())
        return file

    monkeypatch.setattr(Path, "open", opened_and_read)
    reserve_files()
    reserve_files()

    assert len(reads) == len(FILES)
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert sizes == {f"{name}_{os.getpid()}.db": FILE_BYTES for name in FILES}


@pytest.mark.parametrize(
    ("response", "result"),
    [
        (JsonResponse({}), "acknowledged"),
        (redirect("/"), "acknowledged"),
        (HttpResponse("a page"), ""),
        (JsonResponse({}, status=409), "refused"),
        (JsonResponse({}, status=410), "refused"),
        (HttpResponse(status=503), "failed"),
    ],
)
def test_reply_says_what_became_of_a_save(response: HttpResponse, result: str, rf: RequestFactory) -> None:
    from quizsite.metrics import SAVES, count_requests

    def counts() -> dict[str, float]:
        return {
            sample.labels["result"]: sample.value
            for metric in SAVES.collect()
            for sample in metric.samples
            if sample.name == "footnote_saves_total"
        }

    request = rf.post("/")
    request.resolver_match = resolve(reverse("take_attempt", args=["AAAAAAAAAAAA", 1]))
    before = counts()

    count_requests(lambda _: response)(request)

    after = counts()
    added = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert added == ({result: 1} if result else {})
