"""A whole class's scores reach the learning platform: after turning in, after a regrade, after an outage of an hour."""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from quizzes.attempts.lifecycle import start_attempt, submit_attempt
from quizzes.grading import regrades
from quizzes.lti.scores import exchange_scores, send_state
from quizzes.management.sample_school import make_sample_school
from quizzes.models import (
    Assignment,
    Attempt,
    Classroom,
    LtiCourse,
    LtiLink,
    LtiStudent,
    Regrade,
)
from tests.factories import NOW, make_assignment, publish_built_in_sets
from tests.lti.conftest import register
from tests.lti.platform import Platform, serving

pytestmark = pytest.mark.sockets
# The periodic job runs more often; a round a minute shows the same.
ROUND = timedelta(minutes=1)


@pytest.fixture
def platform(db: None) -> Iterator[Platform]:
    with serving() as running:
        yield running


def connect(platform: Platform, assignment: Assignment) -> None:
    """Each student of the class as a learner of one course, and a link to the assignment."""
    deployment = register(platform, login_url="https://school.example/auth")
    course = LtiCourse.objects.create(deployment=deployment, context_id="course-1", classroom=assignment.classroom)
    LtiLink.objects.create(
        course=course,
        resource_link_id="link-1",
        assignment=assignment,
        line_item_url=f"{platform.origin}/items/1",
    )
    for student in assignment.classroom.students.enrolled():
        LtiStudent.objects.create(course=course, subject=f"learner-{student.pk}", student=student)


def received(platform: Platform) -> dict[str, float]:
    """The newest score of each learner, as the platform has it."""
    return {sent["userId"]: sent["scoreGiven"] for sent in platform.scores}


def stored(assignment: Assignment) -> dict[str, float]:
    """The score of each learner here."""
    return {
        f"learner-{attempt.student_id}": float(attempt.score)
        for attempt in Attempt.objects.filter(assignment=assignment)
        if attempt.score is not None
    }


@pytest.mark.slow
def test_scores_of_a_class_reach_the_platform(platform: Platform) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        publish_built_in_sets()
        teacher = make_sample_school(now=NOW)
        classroom = Classroom.objects.taught_by(teacher).order_by("pk")[0]
        edition = classroom.assignments.order_by("pk")[0].edition
        assignment = make_assignment(
            edition=edition,
            classroom=classroom,
            assigned_by=teacher,
            own_title="On the platform",
            release=Assignment.Release.AFTER_SUBMIT,
        )
        connect(platform, assignment)
        students = list(classroom.students.enrolled())

        def rounds(until: timedelta) -> None:
            end = timezone.now() + until
            while timezone.now() < end:
                exchange_scores(now=timezone.now())
                clock.shift(ROUND)

        # Turned in, all within a minute.
        for student in students:
            submit_attempt(start_attempt(student, assignment, now=timezone.now()), now=timezone.now())
        rounds(timedelta(minutes=2))
        assert len(students) == 30
        assert received(platform) == stored(assignment)
        assert Counter(sent["userId"] for sent in platform.scores) == Counter(received(platform).keys())

        # A regrade changes each score. In the hour before it is sent, the platform is down.
        platform.status = 503
        question = edition.questions.order_by("position")[0]
        change = regrades.preview([assignment], question, policy=Regrade.Policy.FULL_CREDIT, document=None)
        regrades.apply(
            [assignment],
            question,
            policy=Regrade.Policy.FULL_CREDIT,
            document=None,
            reason="Two answers are right",
            stamp=change.stamp,
            group=uuid.uuid4(),
            by=teacher,
            now=timezone.now(),
        )
        before = received(platform)
        rounds(timedelta(hours=1))
        assert received(platform) == before != stored(assignment)
        down = send_state(assignment)
        assert down is not None
        assert len(down.errors) == 30

        # The pause after the last failed try is an hour at most.
        platform.status = 200
        rounds(timedelta(hours=1, minutes=2))
        assert received(platform) == stored(assignment)
        assert set(Counter(sent["userId"] for sent in platform.scores).values()) == {2}
        rounds(timedelta(minutes=2))
        assert len(platform.scores) == 60
        assert send_state(assignment) is not None
        assert (send_state(assignment).sent_count, send_state(assignment).errors) == (30, ())  # type: ignore[union-attr]
