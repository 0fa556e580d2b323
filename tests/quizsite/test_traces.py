"""Spans to an OpenTelemetry collector: a running site sends routes and times, and not one byte of a person."""

import subprocess
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest
from django.conf import settings as site_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pytest_django.fixtures import Settings

from quizsite import __version__
from quizsite.environment import web_address
from quizsite.traces import Spans
from tests.quizsite.test_settings import settings_with
from tests.servers import Site, running

CANARY = "MayaLopez4711"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts a site on SQLite")
@pytest.mark.sockets
def test_collector_gets_routes_and_times_only(site_data: Path) -> None:
    received: Queue[bytes] = Queue()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    # A code, links that sign in, a query with a token, and an answer, each with what a browser sends beside it.
    requests = [
        ("GET", f"/j/{CANARY}/", ""),
        ("GET", f"/enter/{CANARY}/{CANARY}/", ""),
        ("GET", f"/invitation/{CANARY}/", ""),
        ("POST", f"/student/attempts/{CANARY}/3/?token={CANARY}", f"answer={CANARY}&pin=4711"),
        ("GET", f"/nothing/{CANARY}", ""),
        (CANARY, "/", ""),
    ]
    headers = {"User-Agent": CANARY, "Cookie": f"session={CANARY}", "Referer": f"http://127.0.0.1/{CANARY}"}
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        thread = Thread(target=collector.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        endpoint = f"http://127.0.0.1:{collector.server_port}/"
        variables = {"FOOTNOTE_TRACES": endpoint, "DATABASE_URL": "", "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with running(Site(site_data, extra=variables, command=("serve", "--workers", "1"))) as site:
            statuses = []
            for method, path, body in requests:
                connection = HTTPConnection("127.0.0.1", site.port, timeout=30)
                connection.request(method, path, body, headers)
                statuses.append(connection.getresponse().status)
                connection.close()
            sent, spans = b"", list[Span]()
            while sum(span.name != "livez" for span in spans) < len(requests):
                sent += (batch := received.get(timeout=30))
                message = ExportTraceServiceRequest.FromString(batch)
                spans += message.resource_spans[0].scope_spans[0].spans
        collector.shutdown()
        thread.join()

    attributes = [{pair.key: pair.value for pair in span.attributes} for span in spans if span.name != "livez"]
    seen = [
        (
            each["http.request.method"].string_value,
            each["http.route"].string_value,
            each["http.response.status_code"].int_value,
        )
        for each in attributes
    ]
    routes = ["j/<str:code>/", "enter/<str:uid>/<str:token>/", "invitation/<str:token>/"]
    assert [route for _, route, _ in seen[:3]] == routes
    assert seen[3][0] == "POST"
    assert [(route, status) for _, route, status in seen[4:]] == [("", 404), ("", statuses[5])]
    assert [status for _, _, status in seen] == statuses
    assert seen[5][0] == "_OTHER"
    assert {len(each) for each in attributes} == {3}
    assert all(0 < span.end_time_unix_nano - span.start_time_unix_nano < 30e9 for span in spans)
    assert not any(span.events or span.links for span in spans)
    resource = {pair.key: pair.value.string_value for pair in message.resource_spans[0].resource.attributes}
    assert (resource["service.name"], resource["service.version"]) == ("footnote", __version__)
    assert set(resource) - {"service.name", "service.version", "service.instance.id"} == {
        f"telemetry.sdk.{name}" for name in ("language", "name", "version")
    }
    assert b"MayaLopez" not in sent
    assert b"4711" not in sent


def test_traces_are_off_by_default_and_on_by_the_environment(tmp_path: Path) -> None:
    assert "quizsite.traces.Spans" not in site_settings.MIDDLEWARE

    seen = settings_with("MIDDLEWARE", "LOGGING", folder=tmp_path, FOOTNOTE_TRACES="http://127.0.0.1:4318")

    assert seen["MIDDLEWARE"][0] == "quizsite.traces.Spans"
    assert seen["LOGGING"]["loggers"]["opentelemetry"] == {"level": "ERROR"}
    for text in ("127.0.0.1:4318", "http://[collector", "http://collector:port", "ftp://collector"):
        with pytest.raises(ImproperlyConfigured, match=r"FOOTNOTE_TRACES must read like http://127\.0\.0\.1:4318\."):
            web_address({"FOOTNOTE_TRACES": text}, "FOOTNOTE_TRACES")


def test_missing_package_stops_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)

    with pytest.raises(ImproperlyConfigured, match="needs OpenTelemetry's packages"):
        Spans(lambda request: None)  # type: ignore[arg-type,return-value]  # it is not called


def test_missing_package_is_said_before_the_site_is_prepared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start would print an address and the first teacher's link, and then end."""
    settings.TRACES = "http://127.0.0.1:4318"
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    monkeypatch.setenv("HOST", "192.0.2.1")

    with pytest.raises(ImproperlyConfigured, match="needs OpenTelemetry's packages"):
        call_command("serve")


def test_site_without_traces_does_not_load_the_library() -> None:
    code = "import sys, quizsite.wsgi; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=site_settings.BASE_DIR, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
