"""Launches from a learning platform in a browser, over https on loopback with a certificate of the test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from quizzes.lti.scores import exchange_scores
from quizzes.models import (
    Assignment,
    Attempt,
    LtiCourse,
    LtiLink,
    LtiStudent,
    User,
)
from quizzes.models.public_ids import new_receipt
from tests.browser.conftest import PATIENCE, Watch, assert_sound
from tests.conftest import _sign_in
from tests.factories import make_attempt
from tests.lti.conftest import register
from tests.lti.platform import ISSUER, Platform, serving
from tests.slow_cases import slow_after
from tests.tls import loopback_certificate, server_context

MESSAGE = "https://purl.imsglobal.org/spec/lti/claim/message_type"
LINK = "https://purl.imsglobal.org/spec/lti/claim/resource_link"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"


class _SecureThread(LiveServerThread):
    """Django's live server over https."""

    def _create_server(self, connections_override: Any = None) -> ThreadedWSGIServer:
        server = super()._create_server(connections_override)
        # The handshake is the work of the thread of each connection.
        server.socket = server_context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.base_environ["HTTPS"] = "on"
        # Chromium ends its first connection to look at the certificate. Errors of the site are pages.
        server.handle_error = lambda request, address: None
        return server


@pytest.fixture
def site(transactional_db: None, settings: Any) -> Iterator[str]:
    """The address of the site."""
    settings.ALLOWED_HOSTS = ["localhost"]
    thread = _SecureThread("localhost", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"https://localhost:{thread.port}"
    thread.terminate()


@pytest.fixture
def platform(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", loopback_certificate().path)
    with serving(server_context()) as running:
        register(running, login_url=f"{running.origin}/auth")
        yield running


def open_browser(browser: Browser, site: str, watch: Watch, width: int, person: User | None = None) -> BrowserContext:
    context = browser.new_context(
        base_url=site,
        ignore_https_errors=True,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
        # A worker is not loaded over https with a certificate that nobody signed.
        service_workers="block",
    )
    context.set_default_timeout(PATIENCE)
    watch.follow(context)
    if person is not None:
        cookies = _sign_in(person).cookies
        context.add_cookies([{"name": name, "value": morsel.value, "url": site} for name, morsel in cookies.items()])
    return context


def launch(page: Page, platform: Platform, **claims: Any) -> None:
    """Open the site from the platform: its login, the platform's page, its button."""
    platform.next_claims = claims
    page.goto(f"/lti/login/?iss={ISSUER}&login_hint=7")
    page.get_by_role("button", name="Open Footnote").press("Enter")


def turn_in(learner: LtiStudent, assignment: Assignment) -> None:
    """A score of the learner that students may see."""
    Assignment.objects.filter(pk=assignment.pk).update(release=Assignment.Release.AFTER_SUBMIT)
    make_attempt(
        assignment=assignment,
        student=learner.student,
        started_at=timezone.now(),
        submitted_at=timezone.now(),
        submitted_by=Attempt.SubmittedBy.STUDENT,
        score=3,
        max_score=4,
        receipt=new_receipt(),
    )


@pytest.mark.parametrize("width", slow_after(1, [360, 1280]))
def test_course_from_the_first_launch_to_a_score(
    width: int, browser: Browser, site: str, platform: Platform, watch: Watch, teacher: User, assignment: Assignment
) -> None:
    title, classroom = assignment.title, assignment.classroom
    teachers = open_browser(browser, site, watch, width, teacher)
    page = teachers.new_page()
    # The first launch connects the course with a class, then the link with a quiz, all by keyboard.
    launch(page, platform, role="Instructor")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_sound(page)
    page.locator("button[name=act]").first.press("Enter")
    expect(page.get_by_role("heading", name="Choose a quiz")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Use this quiz").press("Enter")
    expect(page.get_by_text("The link in your course opens this quiz.")).to_be_visible()
    assert LtiLink.objects.get().assignment == assignment

    # A student opens the link, and is on the quiz.
    students = open_browser(browser, site, watch, width)
    own = students.new_page()
    launch(own, platform)
    expect(own.get_by_text(title).first).to_be_visible()
    assert reverse("start_attempt", args=[assignment.public_id]) in own.url
    assert_sound(own)
    assert LtiStudent.objects.get().student.display_name == "Ana Ruiz"

    # The teacher compares the rosters, and adds who is missing.
    platform.members = [
        {"user_id": "user-2", "given_name": "Bo", "family_name": "Lee", "roles": ["Learner"], "status": "Active"}
    ]
    page.goto(reverse("lti_members", args=[classroom.public_id, LtiCourse.objects.get().pk]))
    expect(page.get_by_text("Bo Lee").first).to_be_visible()
    assert_sound(page)
    page.locator("main form button").last.press("Enter")
    expect(page.get_by_text("1 student added, 0 connected")).to_be_visible()

    # The progress page says what became of the scores. The platform takes the first and refuses the second.
    progress = reverse("assignment_progress", args=[assignment.public_id])
    for learner, status in zip(LtiStudent.objects.order_by("pk"), (200, 422), strict=True):
        platform.status = status
        turn_in(learner, assignment)
        exchange_scores(now=timezone.now())
    page.goto(progress)
    section = page.get_by_role("region", name="Scores for your learning platform")
    expect(section).to_contain_text("Sent 1, failed 1.")
    expect(section.get_by_role("listitem")).to_have_text(
        ["Bo Lee: The platform refused it. The course may not be published."]
    )
    assert_sound(page)
    section.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_text("Sending 1 score again. This takes up to a minute.")).to_be_visible()
    platform.status = 200
    exchange_scores(now=timezone.now())
    page.reload()
    expect(section).to_contain_text("Sent 2.")
    expect(section.get_by_role("button", name="Try again")).to_have_count(0)
    assert [score["userId"] for score in platform.scores] == ["user-1", "user-2"]
    for context in (teachers, students):
        context.close()


def test_quiz_chosen_in_a_window_goes_back_through_the_frame(
    browser: Browser, site: str, platform: Platform, watch: Watch, teacher: User, assignment: Assignment
) -> None:
    """Canvas and Moodle wait for the link in the window around the frame."""
    context = open_browser(browser, site, watch, 360, teacher)
    context.clock.install()
    page = context.new_page()
    page.route("**/frame", lambda route: route.fulfill(content_type="text/html", body=FRAME.format(site=site)))
    page.goto("/frame")
    link = page.frame_locator("iframe").get_by_role("link", name="Open in a new window")
    expect(link).to_be_visible()
    settings = {
        "deep_link_return_url": f"{platform.origin}/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
    }
    platform.next_claims = {"role": "Instructor", MESSAGE: "LtiDeepLinkingRequest", LINK: None, SETTINGS: settings}
    with context.expect_page() as opened:
        link.press("Enter")
    window = opened.value
    for name in ("Open Footnote", "Connect", "Use this quiz"):
        window.get_by_role("button", name=name).press("Enter")
    expect(window.get_by_role("heading", name=f"You chose “{assignment.title}”")).to_be_visible()
    assert_sound(window)
    # The page that the frame shows.
    window.goto(link.get_attribute("data-choice") or "")
    assert_sound(window)
    window.close()
    # The frame looks for the choice now.
    context.clock.fast_forward(3_000)
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Add the link").press("Enter")
    expect(frame.get_by_role("heading", name="Added to the course")).to_be_visible()
    assert len(platform.content) == 1
    context.close()


FRAME = (
    '<!doctype html><html lang="en"><title>Course</title><iframe title="Quiz" src="{site}/lti/login/?iss='
    f'{ISSUER}&amp;login_hint=7"></iframe>'
)
