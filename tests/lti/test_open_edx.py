"""The site against Open edX's own platform code, which runs as a process on loopback: `tests/lti/open_edx.py`."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK

from quizzes.lti.courses import Member
from quizzes.lti.scores import exchange_scores, send_state
from quizzes.lti.services import members_of
from quizzes.models import (
    Assignment,
    Attempt,
    LtiCourse,
    LtiDeployment,
    LtiKey,
    LtiLink,
    LtiPlatform,
    LtiStudent,
    User,
)
from quizzes.models.public_ids import new_receipt
from quizzes.people.names import PersonName
from tests.factories import make_attempt
from tests.lti.open_edx import BLOCK, COURSE, STUDENT, TEACHER
from tests.lti.platform import make_key
from tests.pages import Form, Page, form_of, text_of
from tests.tls import loopback_certificate

pytestmark = pytest.mark.sockets
# Open edX takes no address without a top-level domain.
HOST = {"host": "footnote.example"}
ROOT = Path(__file__).parents[2]


class OpenEdx:
    """The running platform. act: a call of its control page."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def act(self, name: str, **values: Any) -> Any:
        """What the platform answers."""
        reply = requests.post(
            f"{self.origin}/control/",
            json={"act": name, **values},
            verify=loopback_certificate().path,
            timeout=20,
        )
        assert reply.status_code == 200, reply.text[-500:]
        return reply.json()

    def fetch(self, url: str, data: Mapping[str, Any] | None = None) -> Page:
        """A page of the platform, as the browser loads it."""
        method = "GET" if data is None else "POST"
        reply = requests.request(method, url, data=data, verify=loopback_certificate().path, timeout=20)
        assert reply.status_code == 200, reply.text[-500:]
        return SimpleNamespace(content=reply.content)


@pytest.fixture(scope="module")
def process() -> Iterator[OpenEdx]:
    command = [sys.executable, "-m", "tests.lti.open_edx", *loopback_certificate()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        origin = running.stdout.readline().split()[0]
        yield OpenEdx(origin)
        running.stdin.close()
        assert running.wait(timeout=20) == 0


@pytest.fixture
def client() -> Client:
    """The browser of a student."""
    return Client(headers=HOST)


@pytest.fixture
def register(process: OpenEdx, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], OpenEdx]:
    """Register platform and site with each other. mode: who makes the columns of the gradebook."""
    settings.ALLOWED_HOSTS = ["footnote.example"]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", loopback_certificate().path)

    def run(mode: str) -> OpenEdx:
        pem = make_key("site").export_to_pem(private_key=True, password=None)
        LtiKey.objects.create(kid="site", private_key=pem.decode(), created_at=timezone.now())
        public = JWK.from_pem(pem).export_to_pem().decode()
        columns = process.act("register", tool="https://footnote.example", key=public, mode=mode)
        platform = LtiPlatform.objects.create(name="Open edX", created_at=timezone.now(), **columns)
        LtiDeployment.objects.create(platform=platform, deployment_id="1")
        return process

    return run


def launch(platform: OpenEdx, client: Client, **values: Any) -> HttpResponse:
    """A launch from the first click to what the site answers, each step by the address that the one before gave."""
    start = platform.act("launch", **values)["url"]
    assert start.startswith("https://footnote.example/lti/login/?")
    login = client.get(start.removeprefix("https://footnote.example"), secure=True)
    assert login.status_code == 302, text_of(login)
    page = platform.fetch(login["Location"])
    form: Form = form_of(page, having="id_token")
    assert form.action == "https://footnote.example/lti/launch/"
    response: HttpResponse = client.post("/lti/launch/", form.data(), secure=True)
    return response


def connect(platform: OpenEdx, teacher: User, assignment: Assignment) -> LtiCourse:
    """Connect course and link, as a teacher does at the first launch."""
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    client = Client(headers=HOST)
    client.force_login(teacher)
    address = launch(platform, client, subject=TEACHER)["Location"]
    for name, value, act in (
        ("classroom", assignment.classroom.public_id, "course"),
        ("assignment", assignment.public_id, "link"),
    ):
        form = form_of(client.get(address, secure=True), having=name)
        client.post(address, form.data(**{name: str(value)}, act=act), secure=True)
    course = LtiCourse.objects.get()
    assert course.context_id == COURSE
    return course


def turn_in(assignment: Assignment) -> Attempt:
    return make_attempt(
        assignment=assignment,
        student=LtiStudent.objects.get(subject=STUDENT).student,
        submitted_at=timezone.now(),
        submitted_by=Attempt.SubmittedBy.STUDENT,
        score=3,
        max_score=4,
        receipt=new_receipt(),
    )


def shares(platform: OpenEdx) -> list[float]:
    """What the gradebook of the platform was told, in order."""
    return [grade["share"] for grade in platform.act("read")["grades"]]


@pytest.mark.slow
def test_launch_members_and_scores(
    register: Callable[[str], OpenEdx], teacher: User, assignment: Assignment, client: Client
) -> None:
    platform = register("declarative")
    course = connect(platform, teacher, assignment)

    response = launch(platform, client, subject=STUDENT)
    assert response["Location"] == f"/student/assignments/{assignment.public_id}/"
    assert LtiStudent.objects.get(subject=STUDENT).student.display_name == "Ana Ruiz"
    # Names and roles: learners, without the teacher.
    assert members_of(course) == [
        Member("student-7", PersonName("Ana Ruiz", "Ruiz")),
        Member("student-8", PersonName("Bo Lee", "Lee")),
    ]
    attempt, now = turn_in(assignment), timezone.now()
    exchange_scores(now=now)
    exchange_scores(now=now + timedelta(seconds=20))
    assert shares(platform) == [0.75]
    Attempt.objects.filter(pk=attempt.pk).update(score=4)
    platform.act("outage", is_on=True)
    exchange_scores(now=now + timedelta(minutes=1))
    sent = send_state(assignment)
    assert sent is not None
    assert [error for _, error in sent.errors] == ["The platform does not answer."]
    platform.act("outage", is_on=False)
    exchange_scores(now=now + timedelta(minutes=3))

    assert shares(platform) == [0.75, 1.0]
    [score] = platform.act("read")["scores"]
    assert (score["user_id"], score["score_given"], score["score_maximum"]) == (STUDENT, 4.0, 4.0)
    assert (score["grading_progress"], score["activity_progress"]) == ("FullyGraded", "Submitted")


@pytest.mark.slow
def test_deep_linking(
    register: Callable[[str], OpenEdx], teacher: User, assignment: Assignment, client: Client
) -> None:
    platform = register("declarative")
    connect(platform, teacher, assignment)
    LtiLink.objects.all().delete()
    browser = Client(headers=HOST)
    browser.force_login(teacher)

    address = launch(platform, browser, subject=TEACHER, message="LtiDeepLinkingRequest")["Location"]
    form = form_of(browser.get(address, secure=True), having="assignment")
    page = browser.post(address, form.data(assignment=assignment.public_id, act="link"), secure=True)
    back = form_of(page, having="JWT")
    assert back.action.startswith(f"{platform.origin}/api/lti_consumer/v1/lti/")
    platform.fetch(back.action, back.data())

    [content] = platform.act("read")["content"]
    assert content["url"] == "https://footnote.example/lti/launch/"
    assert content["custom"] == {"assignment": assignment.public_id}
    assert content["lineItem"]["label"] == assignment.title
    # The platform keeps the choice, and a student who opens it is on the quiz.
    response = launch(platform, client, subject=STUDENT, item=content["pk"])
    assert response["Location"] == f"/student/assignments/{assignment.public_id}/"


@pytest.mark.slow
def test_site_makes_the_column(
    register: Callable[[str], OpenEdx], teacher: User, assignment: Assignment, client: Client
) -> None:
    platform = register("programmatic")
    connect(platform, teacher, assignment)
    launch(platform, client, subject=STUDENT)
    assert platform.act("read")["items"] == []
    turn_in(assignment)
    now = timezone.now()

    for second in range(3):
        exchange_scores(now=now + timedelta(seconds=20 * second))
    LtiLink.objects.update(line_item_url="")
    exchange_scores(now=now + timedelta(minutes=2))

    [item] = platform.act("read")["items"]
    assert (item["label"], item["resource_id"]) == (assignment.title, f"footnote-{assignment.public_id}")
    assert LtiLink.objects.get().line_item_url.endswith(f"/lti-ags/{item['pk']}")
    assert LtiLink.objects.get().resource_link_id == BLOCK
    assert shares(platform) == [0.75]
