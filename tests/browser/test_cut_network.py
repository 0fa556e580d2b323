"""A phone that loses its network between the headers and the body of a save, against the real server."""

import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_live_processes import join
from tests.servers import Site, running

# Prints class code, name and PIN of a student who has not started an open assignment, and that assignment.
_STUDENT = """
from django.utils import timezone
from quizzes.models import Assignment
from quizzes.people.student_sign_in import pin_of
open_now = Assignment.objects.exclude(closes_at__lt=timezone.now())
quiz = max(open_now, key=lambda quiz: [one["type"] for one in quiz.edition.document["questions"]].count("single"))
here = quiz.classroom.students.filter(removed_at=None)
student = here.exclude(attempts__assignment=quiz).exclude(excuses__assignment=quiz).first()
print(quiz.classroom.join_code, student.display_name, pin_of(student), quiz.public_id, sep="|")
"""
_SAVES = """
SELECT e.revision, e.outcome FROM quizzes_answerevent e JOIN quizzes_attempt t ON t.id = e.attempt_id
WHERE t.public_id = ? ORDER BY e.id
"""


class Network:
    """Carries bytes between a browser and a site, until it is cut: then the next save ends after its headers."""

    def __init__(self, port: int) -> None:
        self.site_port = port
        self.is_cut = False
        # Connections to the site that a cut has left open, as a phone does that is out of reach.
        self.left_open: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.links: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.site_port))
                self.links += [near, far]
                threading.Thread(target=self._up, args=[near, far], daemon=True).start()
                threading.Thread(target=self._down, args=[far, near], daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if self.is_cut:
                    head, _, _ = data.partition(b"\r\n\r\n")
                    if re.match(rb"POST /student/attempts/[^/]+/\d+/ ", head):
                        far.sendall(head + b"\r\n\r\n")
                        self.left_open.append(far)
                    near.shutdown(socket.SHUT_RDWR)
                    return
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_WR)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End all connections."""
        self.listener.close()
        for link in self.links:
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()


@pytest.fixture
def site(site_data: Path) -> Iterator[Site]:
    """One worker, which has one thread, on a data folder with the sample school."""
    site = Site(site_data, extra={"FOOTNOTE_DEMO": "1", "DATABASE_URL": ""}, command=("serve", "--workers", "1"))
    site.run("load_demo", "--base-url", site.url)
    with running(site):
        yield site


@pytest.fixture
def network(site: Site) -> Iterator[Network]:
    network = Network(site.port)
    yield network
    network.close()


def saves(site: Site, attempt: str) -> list[tuple[int, str]]:
    """(revision, outcome) of each save that the site has logged."""
    with closing(sqlite3.connect(site.data / "footnote.sqlite3")) as database:
        return database.execute(_SAVES, [attempt]).fetchall()


@pytest.mark.slow
def test_save_that_is_cut_after_its_headers_is_sent_again_and_stored_once(
    browser: Browser, site: Site, network: Network
) -> None:
    code, name, pin, assignment = site.run("shell", "--no-imports", "-c", _STUDENT).strip().split("|")
    with browser.new_context(base_url=f"http://127.0.0.1:{network.port}", service_workers="block") as context:
        page: Page = context.new_page()
        join(page, code, name, pin)
        page.goto(f"/student/assignments/{assignment}/")
        page.locator("main form button").first.click()
        page.wait_for_url("**/student/attempts/**")
        attempt = page.url.split("/")[-3]
        # The order of questions is the student's own, and some are answered in the reading.
        numbers = iter(range(2, 17))
        while not page.locator("label.opt").count():
            page.goto(f"/student/attempts/{attempt}/{next(numbers)}/")

        network.is_cut = True
        page.locator("label.opt").nth(1).click()
        expect(page.locator("[data-save-state]")).to_have_text(re.compile("Not s"))
        assert len(network.left_open) >= 1
        assert saves(site, attempt) == []
        network.is_cut = False
        # The site still waits for the rest of the first one, and accepts this one.
        page.evaluate("window.dispatchEvent(new Event('online'))")

        expect(page.locator("[data-save-state]")).to_have_text("Saved")
        assert saves(site, attempt) == [(1, "saved")]
        assert page.evaluate("Object.keys(localStorage).length") == 0
