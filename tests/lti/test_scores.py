"""Scores reach the platform after turning in, a regrade, and an outage, and never before students see them."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from quizzes.assignments.newer_versions import split_by_edition
from quizzes.assignments.own_versions import own_versions
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.lti import scores
from quizzes.lti.courses import connect_link
from quizzes.lti.scores import exchange_scores, queue_scores, send_state
from quizzes.lti.services import send_scores
from quizzes.models import (
    Assignment,
    Attempt,
    AuditEvent,
    Excuse,
    LtiCourse,
    LtiDeployment,
    LtiLaunch,
    LtiLink,
    LtiPlatform,
    LtiScore,
    LtiStudent,
    Presence,
    Student,
    User,
)
from quizzes.models.public_ids import new_receipt
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
)
from tests.lti.platform import DEPLOYMENT, Platform
from tests.pages import text_of

pytestmark = pytest.mark.sockets

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def link(platform: Platform, assignment: Assignment) -> LtiLink:
    Assignment.objects.update(release=Assignment.Release.AFTER_SUBMIT)
    assignment.refresh_from_db()
    deployment = LtiDeployment.objects.get(deployment_id=DEPLOYMENT)
    course = LtiCourse.objects.create(
        deployment=deployment,
        context_id="course-1",
        classroom=assignment.classroom,
        members_url=f"{platform.origin}/members",
    )
    return LtiLink.objects.create(
        course=course,
        resource_link_id="link-1",
        assignment=assignment,
        line_item_url=f"{platform.origin}/items/1?type=quiz",
    )


@pytest.fixture
def learner(link: LtiLink, student: Student) -> LtiStudent:
    return LtiStudent.objects.create(course=link.course, subject="user-1", student=student)


def turn_in(link: LtiLink, learner: LtiStudent, score: str | None = "3", **columns: Any) -> Attempt:
    return make_attempt(
        assignment=link.assignment,
        student=learner.student,
        submitted_at=NOW,
        submitted_by=Attempt.SubmittedBy.STUDENT,
        score=Decimal(score) if score is not None else None,
        max_score=4,
        receipt=new_receipt(),
        **columns,
    )


def test_score_is_sent_once(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    turn_in(link, learner)

    for minute in range(3):
        exchange_scores(now=LATER + timedelta(minutes=minute))

    [sent] = platform.scores
    assert (sent["userId"], sent["scoreGiven"], sent["scoreMaximum"]) == ("user-1", 3.0, 4)
    assert (sent["activityProgress"], sent["gradingProgress"]) == ("Submitted", "FullyGraded")
    assert send_state(link.assignment).sent_count == 1  # type: ignore[union-attr]
    assert "client_assertion" in platform.token_requests[0]


def test_score_of_a_merged_student_is_that_of_the_one_who_stays(
    platform: Platform, link: LtiLink, learner: LtiStudent, teacher: User
) -> None:
    turn_in(link, learner, "1")
    exchange_scores(now=LATER)
    keep = make_student(classroom=link.assignment.classroom)
    turn_in(link, LtiStudent(student=keep), "3")
    plan = merge_plan(keep, learner.student, now=LATER)
    merge_students(keep, learner.student, seen=plan.seen, by=teacher, now=LATER)

    exchange_scores(now=LATER + timedelta(minutes=5))

    assert [(sent["userId"], sent.get("scoreGiven")) for sent in platform.scores] == [("user-1", 1.0), ("user-1", 3.0)]


def test_two_machines_send_a_score_once(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    """Moodle answers 409 to the second one, and the teacher would read that the score failed."""
    turn_in(link, learner)
    queue_scores(now=LATER)
    first, second = list(scores.waiting(now=LATER)), list(scores.waiting(now=LATER))

    send_scores(first, now=LATER)
    platform.status = 409
    send_scores(second, now=LATER)

    assert len(platform.scores) == 1
    assert send_state(link.assignment) == scores.SendState(1, 0, (), "")


def test_score_waits_for_the_release(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    Assignment.objects.update(release=Assignment.Release.AFTER_CLOSE, closes_at=NOW + timedelta(days=1))
    turn_in(link, learner)

    queue_scores(now=LATER)
    assert send_state(link.assignment) == scores.SendState(0, 0, (), "")
    exchange_scores(now=LATER)
    assert [(sent.get("scoreGiven"), sent["gradingProgress"]) for sent in platform.scores] == [(None, "Pending")]
    assert send_state(link.assignment) == scores.SendState(0, 0, (), "")
    # The teacher shows scores before the answers, and hides them again.
    for shows_scores in (True, False):
        Assignment.objects.update(shows_scores=shows_scores)
        exchange_scores(now=LATER)
    exchange_scores(now=NOW + timedelta(days=2))
    assert [sent.get("scoreGiven") for sent in platform.scores] == [None, 3.0, None, 3.0]
    assert send_state(link.assignment) == scores.SendState(1, 0, (), "")


def test_ungraded_answers_are_said(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    attempt = turn_in(link, learner, ungraded_count=1)
    exchange_scores(now=LATER)
    Attempt.objects.filter(pk=attempt.pk).update(ungraded_count=0, score=4)
    exchange_scores(now=LATER + timedelta(minutes=1))

    assert [(sent.get("scoreGiven"), sent["gradingProgress"]) for sent in platform.scores] == [
        (None, "PendingManual"),
        (4.0, "FullyGraded"),
    ]


def test_regraded_score_is_sent_again(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    attempt = turn_in(link, learner)
    exchange_scores(now=LATER)
    Attempt.objects.filter(pk=attempt.pk).update(score=Decimal("3.5"))
    exchange_scores(now=LATER + timedelta(minutes=1))

    assert [sent["scoreGiven"] for sent in platform.scores] == [3.0, 3.5]
    # Platforms ignore a score that is not newer than the one they have.
    first, second = (sent["timestamp"] for sent in platform.scores)
    assert first < second


def test_score_of_an_excused_student_is_taken_back(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    turn_in(link, learner)
    exchange_scores(now=LATER)
    Excuse.objects.create(
        assignment=link.assignment, student=learner.student, given_by=link.assignment.assigned_by, given_at=NOW
    )
    exchange_scores(now=LATER + timedelta(minutes=1))

    assert [(sent.get("scoreGiven"), sent["gradingProgress"]) for sent in platform.scores][1:] == [(None, "NotReady")]


@pytest.mark.parametrize("has_link", [False, True])
def test_score_of_a_newer_version_goes_to_the_link_of_the_old_one(
    has_link: bool, link: LtiLink, learner: LtiStudent, teacher: User
) -> None:
    old = link.assignment
    for number in (2, 3):
        newer = make_edition(question_set=old.edition.question_set, document=make_document(title=f"Version {number}"))
        previous = Assignment.objects.latest("pk")
        made = split_by_edition(previous, newer, group=uuid.uuid4(), by=teacher, now=NOW)
    assert own_versions([old]) == {
        (learner.student_id, quiz.pk): made for quiz in Assignment.objects.exclude(pk=made.pk)
    }
    if has_link:
        LtiLink.objects.create(
            course=link.course, resource_link_id="link-2", assignment=made, line_item_url="https://x"
        )
    turn_in(LtiLink(assignment=made), learner, "2")
    queue_scores(now=LATER)
    [score] = LtiScore.objects.all()
    assert (score.points, score.link.resource_link_id) == (2, "link-2" if has_link else "link-1")


def test_score_of_a_quiz_without_points_is_taken_back(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    """Every question was dropped, so that the quiz counts for no student."""
    attempt = turn_in(link, learner)
    exchange_scores(now=LATER)
    Attempt.objects.filter(pk=attempt.pk).update(score=0, max_score=0)
    exchange_scores(now=LATER + timedelta(minutes=1))

    assert [(sent.get("scoreMaximum"), sent["gradingProgress"]) for sent in platform.scores] == [
        (4, "FullyGraded"),
        (None, "NotReady"),
    ]


def test_score_arrives_after_an_outage(
    platform: Platform, link: LtiLink, learner: LtiStudent, caplog: pytest.LogCaptureFixture
) -> None:
    turn_in(link, learner)
    platform.status = 503
    for minute in (0, 0, 1, 2, 6, 21, 22, 59):
        exchange_scores(now=LATER + timedelta(minutes=minute))
    score = LtiScore.objects.get()
    assert score.error == "The platform answered with the error 503."
    with translation.override("es"):
        state = send_state(link.assignment)
    assert state is not None
    assert [error for _, error in state.errors] == ["La plataforma respondió con el error 503."]
    assert score.tries == 4
    lines = [line for line in caplog.messages if line.startswith("A call to Moodle failed: LtiServiceException: ")]
    assert len(lines) == 4
    assert lines[0].endswith(f"[{platform.origin}/items/1/scores?...]: 503")

    platform.status = 200
    exchange_scores(now=LATER + timedelta(hours=2))

    assert [sent["scoreGiven"] for sent in platform.scores] == [3.0]
    assert LtiScore.objects.get().error == ""


def test_later_try_has_a_later_time(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    """If only the reply was lost, Moodle would refuse the same time for good."""
    turn_in(link, learner)
    platform.status = 503
    exchange_scores(now=LATER)
    platform.status = 200
    exchange_scores(now=LATER + timedelta(minutes=2))

    Attempt.objects.update(score=Decimal(2))
    exchange_scores(now=LATER + timedelta(minutes=3))

    times = [datetime.fromisoformat(sent["timestamp"]) for sent in platform.scores]
    assert times == [LATER + timedelta(minutes=2), LATER + timedelta(minutes=3)]


def test_silent_platform_is_asked_once_a_round(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    other = LtiStudent.objects.create(
        course=link.course, subject="user-2", student=make_student(classroom=link.assignment.classroom, name="Bo T.")
    )
    turn_in(link, learner)
    turn_in(link, other)
    LtiLink.objects.update(line_item_url="http://127.0.0.1:9/items/1")

    exchange_scores(now=LATER)

    assert {score.error for score in LtiScore.objects.all()} == {"The platform does not answer."}


@pytest.mark.parametrize("status", [429, 503])
def test_platform_that_has_no_time_is_asked_once_a_round(
    platform: Platform, link: LtiLink, learner: LtiStudent, status: int
) -> None:
    other = LtiStudent.objects.create(
        course=link.course, subject="user-2", student=make_student(classroom=link.assignment.classroom, name="Bo T.")
    )
    turn_in(link, learner)
    turn_in(link, other)
    platform.status = status

    exchange_scores(now=LATER)

    assert platform.score_requests == 1
    assert {score.error for score in LtiScore.objects.all()} == {f"The platform answered with the error {status}."}


def test_answer_for_a_token_that_is_not_lti_is_a_failure(
    platform: Platform, link: LtiLink, learner: LtiStudent
) -> None:
    turn_in(link, learner)
    platform.lifetime = None

    exchange_scores(now=LATER)

    assert LtiScore.objects.get().error == "The platform gave an answer that is not LTI."


def test_token_that_the_platform_ended_is_replaced_at_once(
    platform: Platform, link: LtiLink, learner: LtiStudent
) -> None:
    turn_in(link, learner)
    exchange_scores(now=LATER)
    platform.token = "token-2"
    Attempt.objects.update(score=Decimal(2))

    exchange_scores(now=LATER + timedelta(minutes=1))

    assert [sent["scoreGiven"] for sent in platform.scores] == [3.0, 2.0]
    assert LtiScore.objects.get().error == ""


def test_platform_that_is_off_gets_no_score_that_waits(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    turn_in(link, learner)
    queue_scores(now=LATER)
    LtiPlatform.objects.update(is_active=False)

    exchange_scores(now=LATER)
    assert platform.scores == []

    LtiPlatform.objects.update(is_active=True)
    exchange_scores(now=LATER)
    assert [sent["scoreGiven"] for sent in platform.scores] == [3.0]


def test_teacher_sees_failures_and_retries(
    platform: Platform, link: LtiLink, learner: LtiStudent, teacher_client: Client
) -> None:
    turn_in(link, learner)
    platform.status = 422
    exchange_scores(now=LATER)
    page = reverse("assignment_progress", args=[link.assignment.public_id])

    said = text_of(teacher_client.get(page))
    assert "Sent 0, failed 1." in said
    # A name is in an element of its own.
    assert f"{learner.student.display_name} : The platform refused it. The course may not be published." in said

    platform.status = 200
    teacher_client.post(reverse("lti_retry", args=[link.assignment.public_id]))
    exchange_scores(now=LtiScore.objects.get().try_at or NOW)
    assert "Sent 1." in text_of(teacher_client.get(page))


def test_page_without_a_platform_says_nothing(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))

    assert "learning platform" not in text_of(page)


def test_queue_costs_the_same_for_one_student_and_ten(
    platform: Platform, link: LtiLink, learner: LtiStudent, queries: Callable[[], Any]
) -> None:
    turn_in(link, learner)
    queue_scores(now=LATER)
    with queries() as one:
        queue_scores(now=LATER)
    for number in range(9):
        student = make_student(classroom=link.assignment.classroom, name=f"Student {number}")
        turn_in(link, LtiStudent.objects.create(course=link.course, subject=f"s{number}", student=student))
    queue_scores(now=LATER)
    with queries() as ten:
        queue_scores(now=LATER)

    assert len(ten) == len(one) == 9


def test_new_scores_of_a_batch_are_one_write(link: LtiLink, learner: LtiStudent, queries: Callable[[], Any]) -> None:
    turn_in(link, learner)
    for number in range(3):
        student = make_student(classroom=link.assignment.classroom, name=f"Student {number}")
        turn_in(link, LtiStudent.objects.create(course=link.course, student=student, subject=f"new-{number}"))
    with queries() as seen:
        queue_scores(now=LATER)

    assert len(seen.writes) == 1
    assert LtiScore.objects.count() == 4


def test_query_has_no_more_values_than_postgresql_takes(
    link: LtiLink, learner: LtiStudent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A district has more links than a query may have values."""
    turn_in(link, learner)
    for number in range(2, 6):
        another = make_assignment(classroom=link.assignment.classroom, release=Assignment.Release.AFTER_SUBMIT)
        link.pk, link.resource_link_id, link.assignment = None, f"link-{number}", another
        link.save(force_insert=True)
        turn_in(link, learner)
    most = []

    def count_values(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        most.append(sql.count(" IN (") and sql.partition(" IN (")[2].partition(")")[0].count("%s"))
        return execute(sql, params, many, context)

    monkeypatch.setattr(scores, "LINKS_AT_ONCE", 2)
    with connection.execute_wrapper(count_values):
        queue_scores(now=LATER)

    assert max(most) == 2
    assert LtiScore.objects.filter(progress="FullyGraded").count() == 5


@pytest.mark.parametrize("event", ["none", "work", "act", "close"])
def test_of_many_links_a_round_compares_some_and_those_where_something_happened(
    event: str, link: LtiLink, learner: LtiStudent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that compares all would hold up the other periodic jobs."""
    monkeypatch.setattr(scores, "LINKS_A_MINUTE", 1)
    for number in range(2, 5):
        classroom = make_classroom(teacher=link.assignment.assigned_by, name=f"Period {number}")
        another = make_assignment(classroom=classroom, release=Assignment.Release.AFTER_SUBMIT)
        link.pk, link.resource_link_id, link.assignment = None, f"link-{number}", another
        link.save(force_insert=True)
        attempt = turn_in(link, learner)
    links = set(LtiLink.objects.exclude(resource_link_id="link-1").values_list("pk", flat=True))
    part = int(NOW.timestamp()) // 60 % 4
    AuditEvent.objects.create(action="regraded", classroom=link.assignment.classroom, at=NOW - scores.LATELY)
    match event:
        case "work":
            Presence.objects.create(attempt=attempt, seen_at=NOW)
        case "act":
            AuditEvent.objects.create(action="regraded", classroom=link.assignment.classroom, at=NOW)
        case "close":
            Assignment.objects.filter(pk=link.assignment_id).update(closes_at=NOW)

    queue_scores(now=NOW)

    happened = set() if event == "none" else {link.pk}
    assert compared() == {pk for pk in links if pk % 4 == part} | happened
    for minute in range(1, 4):
        queue_scores(now=NOW + timedelta(minutes=minute))
    assert compared() == links


def compared() -> set[int]:
    return set(LtiScore.objects.values_list("link", flat=True))


def test_site_without_links_costs_three_queries(db: None, queries: Callable[[], Any]) -> None:
    with queries() as seen:
        exchange_scores(now=NOW)

    assert len(seen) == 3


def test_link_without_a_column_sends_nothing(platform: Platform, link: LtiLink, learner: LtiStudent) -> None:
    LtiLink.objects.update(line_item_url="")
    turn_in(link, learner)

    exchange_scores(now=LATER)

    assert not LtiScore.objects.exists()


def test_other_assignment_forgets_the_scores(link: LtiLink, learner: LtiStudent) -> None:
    turn_in(link, learner)
    queue_scores(now=LATER)
    other = make_assignment(edition=link.assignment.edition, classroom=link.assignment.classroom)

    launch = LtiLaunch(claims={"link": "link-1", "line_item": "https://school.example/items/2"})
    connect_link(launch, link.course, other)

    assert not LtiScore.objects.exists()
    assert json.dumps(LtiLink.objects.values_list("line_item_url", flat=True)[0]) == '"https://school.example/items/2"'
