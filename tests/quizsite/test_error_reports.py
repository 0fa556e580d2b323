"""Reports to a Sentry server: types and places of errors, and not one byte of a person."""

import gzip
import json
import logging
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import brotli
import pytest
from django.conf import settings as site_settings

from quizsite.error_reports import ReportHandler
from quizsite.log import current_request_id
from tests.quizsite.test_settings import manage, settings_with

CANARY = "Maya Lopez answered b"


def fail(answer: str) -> None:
    raise ValueError(f"no such answer: {answer}")


@pytest.mark.sockets
def test_report_has_types_and_places_only() -> None:
    received: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
            received.append(unpack[self.headers["Content-Encoding"]](body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        handler = ReportHandler(f"http://key@127.0.0.1:{server.server_port}/1")
        logger = logging.getLogger("tests.error_reports")
        logger.propagate = False
        logger.addHandler(handler)
        token = current_request_id.set("request-1234")
        try:
            logger.error("An error without an exception, about %s", CANARY)
            try:
                fail(CANARY)
            except ValueError:
                logger.exception("Failed for %s", CANARY, extra={"request": CANARY})
        finally:
            current_request_id.reset(token)
            logger.removeHandler(handler)
        handler.client.close(timeout=10)
        server.shutdown()
        thread.join()

    [sent] = received
    _, _, event_line = sent.decode().splitlines()[:3]
    event = json.loads(event_line)
    [exception] = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("ValueError", "")
    assert exception["stacktrace"]["frames"][-1]["function"] == "fail"
    assert event["tags"] == {"request_id": "request-1234"}
    assert set(event) <= {"event_id", "timestamp", "platform", "level", "release", "exception", "tags"}
    assert set(exception["stacktrace"]["frames"][-1]) == {"module", "function", "filename", "lineno", "in_app"}
    assert b"Maya" not in sent
    assert b"no such answer" not in sent


def test_reports_are_off_by_default_and_on_by_the_environment(tmp_path: Path) -> None:
    assert site_settings.LOGGING["root"]["handlers"] == ["console"]

    seen = settings_with("LOGGING", folder=tmp_path, FOOTNOTE_SENTRY_DSN="https://key@sentry.school.example/1")

    assert seen["LOGGING"]["root"]["handlers"] == ["console", "reports"]
    assert seen["LOGGING"]["handlers"]["reports"]["dsn"] == "https://key@sentry.school.example/1"


def test_missing_package_stops_the_start_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sentry_sdk.py").write_text("raise ImportError")
    dsn = "https://key@sentry.school.example/1"

    result = manage("check", folder=tmp_path, PYTHONPATH=str(tmp_path), FOOTNOTE_SENTRY_DSN=dsn)

    pip = f"{sys.prefix}/bin/pip"
    sentence = (
        "FOOTNOTE_SENTRY_DSN needs the package sentry-sdk. In the folder of the wheel, run "
        f'{pip} install "$(echo ./footnote-*.whl)[sentry]".'
    )
    assert (result.returncode, result.stdout, result.stderr) == (78, "", f"Footnote cannot start: {sentence}\n")


@pytest.mark.parametrize("dsn", ["not an address", "https://sentry.school.example/1", "https://key@sentry.example/"])
def test_malformed_address_stops_the_start_with_one_sentence(tmp_path: Path, dsn: str) -> None:
    result = manage("check", folder=tmp_path, FOOTNOTE_SENTRY_DSN=dsn)

    sentence = "FOOTNOTE_SENTRY_DSN must read like https://key@sentry.school.example/1."
    assert (result.returncode, result.stdout, result.stderr) == (78, "", f"Footnote cannot start: {sentence}\n")


def test_site_without_reports_does_not_load_the_library() -> None:
    code = "import sys, quizsite.error_reports; print('sentry_sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=site_settings.BASE_DIR, capture_output=True, text=True)
    # The module reads Django's settings lazily, so no site is needed.
    assert done.stdout == "False\n", done.stderr
