"""The site makes the column of the gradebook where a platform sent none: one for each assignment, however often."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.lti.courses import connect_course, connect_link
from quizzes.lti.scores import column_failed, exchange_scores, keep_column, without_column
from quizzes.lti.services import make_line_items
from quizzes.models import Assignment, Attempt, LtiCourse, LtiLaunch, LtiLink, LtiPlatform, LtiStudent, Student
from quizzes.models.public_ids import new_receipt
from tests.factories import NOW, make_assignment, make_attempt
from tests.lti.platform import DEPLOYMENT, Platform
from tests.pages import text_of

pytestmark = pytest.mark.sockets
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def course(platform: Platform, assignment: Assignment) -> LtiCourse:
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    assignment.refresh_from_db()
    claims = {"deployment": DEPLOYMENT, "context": "course-1"}
    launch = LtiLaunch(platform=LtiPlatform.objects.get(), claims=claims)
    return connect_course(launch, assignment.classroom, by=assignment.assigned_by, now=NOW)


@pytest.fixture
def connect(platform: Platform, course: LtiCourse, assignment: Assignment) -> Callable[..., LtiLink]:
    """Connect a link as its first launch does."""

    def run(link: str = "link-1", to: Assignment = assignment, **claims: str) -> LtiLink:
        launch = LtiLaunch(
            platform=LtiPlatform.objects.get(),
            claims={"link": link, "line_items": f"{platform.origin}/items", **claims},
        )
        return connect_link(launch, course, to)

    return run


def turn_in(assignment: Assignment, course: LtiCourse, student: Student) -> None:
    LtiStudent.objects.create(course=course, subject="user-1", student=student)
    make_attempt(
        assignment=assignment,
        student=student,
        submitted_at=NOW,
        submitted_by=Attempt.SubmittedBy.STUDENT,
        score=3,
        max_score=4,
        receipt=new_receipt(),
    )


def test_site_makes_one_column_for_an_assignment(
    platform: Platform, course: LtiCourse, connect: Callable[..., LtiLink], assignment: Assignment, student: Student
) -> None:
    platform.line_items.append({"id": f"{platform.origin}/items/9", "label": "Essay", "resourceId": "essay"})
    connect()
    connect("link-2")
    turn_in(assignment, course, student)

    for minute in range(3):
        exchange_scores(now=LATER + timedelta(minutes=minute))

    [_, item] = platform.line_items
    points = sum(question.points for question in assignment.edition.questions.all())
    assert (item["label"], item["scoreMaximum"]) == (assignment.title, points)
    assert (item["resourceId"], item["resourceLinkId"]) == (f"footnote-{assignment.public_id}", "link-1")
    # The second link to the same assignment has no column of its own, so that the score comes once.
    assert list(LtiLink.objects.order_by("pk").values_list("line_item_url", flat=True)) == [item["id"], ""]
    assert [(sent["item"], sent["scoreGiven"]) for sent in platform.scores] == [("3", 3.0)]


def test_two_machines_make_one_column(platform: Platform, connect: Callable[..., LtiLink]) -> None:
    """The second one read its list before the first one had made the column."""
    connect()
    first, second = list(without_column(now=LATER)), list(without_column(now=LATER))

    make_line_items(first, now=LATER)
    platform.line_items.clear()
    make_line_items(second, now=LATER)

    assert platform.line_items == []


def test_column_of_an_earlier_try_is_found(platform: Platform, connect: Callable[..., LtiLink]) -> None:
    connect()
    exchange_scores(now=LATER)
    # As after a reply that was lost, with other columns before it.
    LtiLink.objects.update(line_item_url="")
    platform.line_items.insert(0, {"id": f"{platform.origin}/items/9", "label": "Essay", "resourceId": "essay"})

    exchange_scores(now=LATER + timedelta(minutes=1))

    assert len(platform.line_items) == 2
    assert LtiLink.objects.get().line_item_url == platform.line_items[1]["id"]


def test_each_assignment_has_its_own_column(
    platform: Platform, connect: Callable[..., LtiLink], assignment: Assignment
) -> None:
    other = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    connect()
    connect("link-2", other)

    exchange_scores(now=LATER)

    assert {item["resourceId"] for item in platform.line_items} == {
        f"footnote-{assignment.public_id}",
        f"footnote-{other.public_id}",
    }


def test_column_of_the_platform_is_used(platform: Platform, connect: Callable[..., LtiLink]) -> None:
    connect(line_item=f"{platform.origin}/items/1")

    exchange_scores(now=LATER)

    assert platform.line_items == []
    assert LtiLink.objects.get().line_item_url == f"{platform.origin}/items/1"


def test_column_that_the_site_made_stays_at_the_next_launch(
    platform: Platform, connect: Callable[..., LtiLink], assignment: Assignment
) -> None:
    connect()
    exchange_scores(now=LATER)
    made = LtiLink.objects.get().line_item_url

    assert connect().line_item_url == made
    # Another quiz behind the same link gets another column, also if replies of calls for the first quiz come late.
    other = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    LtiLink.objects.update(line_item_url="")
    [called] = without_column(now=LATER)
    column_failed(called, "A reason.", now=LATER)
    connect(to=other)
    keep_column(called, made)
    column_failed(called, "A reason.", now=LATER)
    link = LtiLink.objects.get()
    assert (link.line_item_url, link.item_tries, link.item_try_at, link.item_error) == ("", 0, None, "")
    exchange_scores(now=LATER)
    assert LtiLink.objects.get().line_item_url == platform.line_items[1]["id"] != made


def test_teacher_sees_why_there_is_no_column(
    platform: Platform, connect: Callable[..., LtiLink], assignment: Assignment, teacher_client: Client
) -> None:
    connect()
    platform.status = 403
    for minute in (0, 0, 1, 2, 7):
        exchange_scores(now=LATER + timedelta(minutes=minute))
    page = reverse("assignment_progress", args=[assignment.public_id])

    said = text_of(teacher_client.get(page))
    assert "The gradebook has no column for this quiz yet: The platform does not allow it." in said
    assert LtiLink.objects.get().item_tries == 3

    platform.status = 200
    teacher_client.post(reverse("lti_retry", args=[assignment.public_id]))
    exchange_scores(now=LtiLink.objects.get().item_try_at or NOW)
    assert len(platform.line_items) == 1
    assert "no column" not in text_of(teacher_client.get(page))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"line_items_url": "http://127.0.0.1:9/items"}, "The platform does not answer."),
        ({"line_items_url": "{origin}/config"}, "The platform gave an answer that is not LTI."),
    ],
)
def test_failed_column_names_the_reason(
    platform: Platform,
    connect: Callable[..., LtiLink],
    assignment: Assignment,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    reason: str,
) -> None:
    link = connect()
    connect("link-2", make_assignment(edition=assignment.edition, classroom=assignment.classroom))
    LtiLink.objects.update(**{name: value.format(origin=platform.origin) for name, value in changes.items()})

    exchange_scores(now=LATER)

    link.refresh_from_db()
    assert link.item_error == reason
    # Once for a platform.
    assert len([line for line in caplog.messages if line.startswith("A call to Moodle failed")]) == 1
