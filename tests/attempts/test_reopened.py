"""Reopened attempts and moved deadlines: answers saved in time stay, and `check_integrity` accepts them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from quizzes.assignments import accommodations
from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings, change_assignment
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.late_answers import accept_late, has_late_to_accept, undo_accept_late, waiting_late_questions
from quizzes.attempts.lifecycle import reopen, start_attempt, submit_attempt, submit_overdue
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Classroom, Student, User
from quizzes.people.retention import delete_old_events
from tests.factories import NOW, make_assignment, make_attempt, save
from tests.pages import form_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BUTTON = "Accept late answers"


@pytest.fixture
def reopened(classroom: Classroom, student: Student, teacher: User) -> Attempt:
    """A reopened attempt with one late answer from before."""
    attempt = make_attempt(assignment=make_assignment(classroom=classroom, time_limit=10 * MINUTE), student=student)
    submit_attempt(attempt, now=NOW + MINUTE)
    save(attempt, "one", "a", now=NOW + 2 * MINUTE)
    return reopen(attempt, more_time=None, reason="Ill.", by=teacher, now=NOW + 3 * MINUTE)


def test_late_answer_never_replaces_what_was_saved_after_it(
    reopened: Attempt, teacher: User, teacher_client: Client
) -> None:
    save(reopened, "one", "b", now=NOW + 4 * MINUTE)
    submit_attempt(reopened, now=NOW + 5 * MINUTE)

    page = teacher_client.get(reverse("attempt_review", args=[reopened.public_id])).content.decode()
    accepted = accept_late(reopened, by=teacher, now=NOW + 6 * MINUTE)

    assert accepted == 0
    assert Answer.objects.get(attempt=reopened).value == "b"
    assert BUTTON not in page


def test_late_answer_that_comes_again_into_a_reopened_attempt_leaves_it_open(
    classroom: Classroom, student: Student, teacher: User, student_client: Client, clock: Any
) -> None:
    """The reply to the late answer was lost, so that the page sends it again after the teacher opened the attempt."""
    attempt = make_attempt(assignment=make_assignment(classroom=classroom, time_limit=10 * MINUTE), student=student)
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    clock.move_to(NOW)
    form = form_of(student_client.get(address), having="operation")
    data = form.data(choice=next(value for name, value in form.offered if name == "choice"), act="save")
    clock.move_to(NOW + 12 * MINUTE)
    late = student_client.post(address, data, headers={"Accept": "application/json"})
    attempt.refresh_from_db()
    reopen(attempt, more_time=20 * MINUTE, reason="", by=teacher, now=NOW + 13 * MINUTE)

    again = student_client.post(address, data, headers={"Accept": "application/json"})

    assert (late.status_code, again.status_code, again.json()["outcome"]) == (410, 409, "stale")
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.events.count(), attempt.answers.count()) == (None, 1, 0)


def test_late_answer_counts_if_nothing_was_saved_after_it(
    reopened: Attempt, teacher: User, teacher_client: Client
) -> None:
    submit_attempt(reopened, now=NOW + 5 * MINUTE)

    page = teacher_client.get(reverse("attempt_review", args=[reopened.public_id])).content.decode()
    accepted = accept_late(reopened, by=teacher, now=NOW + 6 * MINUTE)

    assert accepted == 1
    assert Answer.objects.get(attempt=reopened).value == "a"
    assert BUTTON in page


@pytest.mark.parametrize("act", [accept_late, undo_accept_late])
def test_late_answers_of_an_attempt_that_was_reopened_meanwhile_stay_as_they_are(
    act: Callable[..., int], reopened: Attempt, teacher: User
) -> None:
    submit_attempt(reopened, now=NOW + 5 * MINUTE)
    if act is undo_accept_late:
        accept_late(reopened, by=teacher, now=NOW + 6 * MINUTE)
    seen, before = Attempt.objects.get(pk=reopened.pk), list(Answer.objects.values())
    reopen(reopened, more_time=None, reason="", by=teacher, now=NOW + 7 * MINUTE)

    assert act(seen, by=teacher, now=NOW + 8 * MINUTE) == 0
    assert list(Answer.objects.values()) == before


def test_late_answer_after_an_accepted_one_waits_for_the_teacher_again(
    reopened: Attempt, teacher: User, student_client: Client
) -> None:
    submit_attempt(reopened, now=NOW + 5 * MINUTE)
    receipt = reverse("receipt", args=[reopened.public_id])
    assert student_client.get(receipt).context["late_count"] == 1
    accept_late(reopened, by=teacher, now=NOW + 6 * MINUTE)
    assert student_client.get(receipt).context["late_count"] == 0
    reopen(reopened, more_time=None, reason="", by=teacher, now=NOW + 7 * MINUTE)
    save(reopened, "one", "b", seen_revision=1, now=NOW + 60 * MINUTE)
    submit_attempt(reopened, now=NOW + 61 * MINUTE)

    assert student_client.get(receipt).context["late_count"] == 1
    assert accept_late(reopened, by=teacher, now=NOW + 62 * MINUTE) == 1
    assert student_client.get(receipt).context["late_count"] == 0


def test_reopened_attempt_has_no_deadline_if_the_class_has_none(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(classroom=classroom, closes_at=NOW + MINUTE)
    attempt = make_attempt(assignment=assignment, student=student)
    submit_overdue(NOW + 5 * MINUTE)
    settings = AssignmentSettings(
        **{name: getattr(assignment, name) for name in AssignmentSettings.__dataclass_fields__},
    )
    change_assignment(assignment, window=Window(), settings=settings, by=teacher, now=NOW + 6 * MINUTE)

    found = Attempt.objects.select_related("assignment").get(pk=attempt.pk)
    reopen(found, more_time=None, reason="Ill.", by=teacher, now=NOW + 30 * MINUTE)

    assert found.deadline_at is None
    assert found.is_open


def test_integrity_accepts_an_answer_in_time_before_an_extension_was_removed(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(classroom=classroom, closes_at=NOW + MINUTE)
    given = {"due_at": None, "extra_attempts": 0, "reason": "Ill.", "by": teacher}
    accommodations.extend(assignment, student, closes_at=NOW + 60 * MINUTE, **given, now=NOW)
    attempt = start_attempt(student, assignment, now=NOW)
    save(attempt, "one", "a", now=NOW + 30 * MINUTE)

    accommodations.extend(assignment, student, closes_at=None, **given, now=NOW + 31 * MINUTE)

    assert [finding for finding in check_integrity() if finding.broken] == []


def test_integrity_finds_a_late_answer_after_a_deadline_was_moved(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(classroom=classroom, closes_at=NOW + MINUTE)
    given = {"due_at": None, "extra_attempts": 0, "reason": "Ill.", "by": teacher}
    accommodations.extend(assignment, student, closes_at=NOW + 60 * MINUTE, **given, now=NOW)
    attempt = start_attempt(student, assignment, now=NOW)
    save(attempt, "one", "a", now=NOW + 30 * MINUTE)

    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=NOW + 20 * MINUTE)

    [found] = [finding for finding in check_integrity() if finding.broken]
    assert found.name == "I4 nothing late counts"


def test_integrity_accepts_an_answer_in_time_after_the_log_of_the_extension_is_gone(
    classroom: Classroom, student: Student, teacher: User
) -> None:
    assignment = make_assignment(classroom=classroom, closes_at=NOW + MINUTE)
    given = {"due_at": None, "extra_attempts": 0, "reason": "Ill.", "by": teacher}
    accommodations.extend(assignment, student, closes_at=NOW + 60 * MINUTE, **given, now=NOW)
    attempt = start_attempt(student, assignment, now=NOW)
    save(attempt, "one", "a", now=NOW + 30 * MINUTE)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=NOW + 20 * MINUTE)
    assert [len(finding.broken) for finding in check_integrity()] == [0, 0, 1, 0]

    delete_old_events(now=NOW + timedelta(days=settings.KEEP_LOG_DAYS) + MINUTE)

    assert not AuditEvent.objects.exists()
    assert [len(finding.broken) for finding in check_integrity()] == [0, 0, 0, 0]
    # Since a later event, the log is whole again.
    AuditEvent.objects.record(AuditEvent.Action.CODE_CHANGED, actor=teacher, classroom=classroom, at=NOW + 29 * MINUTE)
    assert [len(finding.broken) for finding in check_integrity()] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("factor", "closes_after", "left"),
    [
        (Decimal(2), None, 19),
        # The close ended the attempt, or ends it before the extra time does.
        (Decimal(2), 5, 4),
        (Decimal(2), 15, 14),
        # No time limit.
        (None, None, None),
        (None, 15, 12),
        (Decimal(1), None, 9),
    ],
)
def test_extra_time_that_was_given_after_the_turn_in_counts_at_once(
    factor: Decimal | None,
    closes_after: int | None,
    left: int | None,
    classroom: Classroom,
    student: Student,
    teacher: User,
) -> None:
    """The next change of any setting added it, while the student worked."""
    closes_at = None if closes_after is None else NOW + closes_after * MINUTE
    quiz = make_assignment(classroom=classroom, time_limit=10 * MINUTE, closes_at=closes_at)
    attempt = start_attempt(student, quiz, now=NOW)
    submit_attempt(attempt, now=NOW + MINUTE)
    accommodations.set_accommodation(student, time_factor=factor, by=teacher, now=NOW + 2 * MINUTE)

    reopen(attempt, more_time=None, reason="Ill.", by=teacher, now=NOW + 3 * MINUTE)
    found = Attempt.objects.select_related("assignment").get()
    assert found.deadline_at == (None if left is None else NOW + (3 + left) * MINUTE)
    accommodations.move_deadlines([found], now=NOW + 4 * MINUTE)

    assert Attempt.objects.get().deadline_at == found.deadline_at


@pytest.mark.parametrize(("more_time", "minutes"), [(None, 10), (60 * MINUTE, 70)])
def test_attempt_that_had_no_deadline_ends_at_the_close_when_it_is_reopened(
    more_time: timedelta | None, minutes: int, classroom: Classroom, student: Student, teacher: User
) -> None:
    quiz = make_assignment(classroom=classroom)
    attempt = make_attempt(assignment=quiz, student=student)
    submit_attempt(attempt, now=NOW)
    Assignment.objects.update(closes_at=NOW + 10 * MINUTE)
    attempt = Attempt.objects.select_related("assignment").get()

    reopen(attempt, more_time=more_time, reason="Ill.", by=teacher, now=NOW + 2 * MINUTE)
    assert Attempt.objects.get().deadline_at == NOW + minutes * MINUTE
    accommodations.set_accommodation(student, time_factor=None, by=teacher, now=NOW + 3 * MINUTE)

    assert Attempt.objects.get().deadline_at == NOW + minutes * MINUTE
    assert start_attempt(student, quiz, now=NOW + 9 * MINUTE) == attempt


@pytest.mark.parametrize(
    ("story", "waits"),
    [
        (["late"], True),
        (["late", "late", "accept"], False),
        (["late", "accept", "reopen", "late"], True),
        (["late", "accept", "undo"], True),
        (["late", "accept", "undo", "accept"], False),
        (["late", "accept", "undo", "accept", "undo"], True),
        (["late", "accept", "late", "accept", "undo"], True),
        (["late", "accept", "late", "accept", "undo last"], True),
        (["late", "accept", "late", "accept", "undo last", "accept"], False),
        (["late", "accept", "late", "accept", "late", "accept", "undo last", "accept", "undo last", "undo last"], True),
        (["late", "accept", "late", "accept", "undo last", "reopen", "save"], False),
        (["late", "accept", "undo", "reopen", "save"], False),
        (["late", "reopen", "save"], False),
        (["late", "accept", "reopen", "save"], False),
        (["late", "accept", "late from before"], True),
        (["late", "accept", "late from before", "accept"], False),
        (["late", "accept", "late from before", "accept", "undo last"], True),
        ([], False),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_home_and_review_agree_on_which_late_answers_wait(
    story: list[str], waits: bool, classroom: Classroom, student: Student, teacher: User
) -> None:
    attempt = make_attempt(assignment=make_assignment(classroom=classroom, time_limit=10 * MINUTE), student=student)
    submit_attempt(attempt, now=NOW + MINUTE)
    # The acceptances that hold: when, and which answer.
    accepted: list[tuple[datetime, Any]] = []
    for place, act in enumerate(story, start=2):
        now = NOW + place * MINUTE
        attempt.refresh_from_db()
        match act:
            case "late" | "late from before":
                submit_attempt(attempt, now=now)
                # It arrived before the act before it, but was written after that.
                arrived = now - 1.01 * MINUTE if act == "late from before" else now
                revision = attempt.answers.values_list("revision", flat=True).first() or 0
                assert save(attempt, "one", "abc"[place % 3], now=arrived, seen_revision=revision).outcome == "late"
            case "accept":
                assert accept_late(attempt, by=teacher, now=now) == 1
                accepted.append((now, attempt.answers.get().value))
            case "undo last":
                at, _ = accepted.pop()
                assert undo_accept_late(attempt, accepted_at=at, by=teacher, now=now) == 1
                assert undo_accept_late(attempt, accepted_at=at, by=teacher, now=now) == 0
                assert attempt.answers.get().value == (accepted[-1][1] if accepted else None)
            case "undo":
                assert undo_accept_late(attempt, by=teacher, now=now) == 1
                assert undo_accept_late(attempt, by=teacher, now=now) == 0
            case "reopen":
                reopen(attempt, more_time=60 * MINUTE, reason="", by=teacher, now=now)
            case "save":
                revision = attempt.answers.values_list("revision", flat=True).first() or 0
                assert save(attempt, "one", "b", now=now, seen_revision=revision).outcome == "saved"
    submit_attempt(attempt, now=NOW + 20 * MINUTE)

    on_home = Attempt.objects.annotate(has_late=has_late_to_accept(now=NOW + 30 * MINUTE)).get().has_late

    assert (on_home, bool(waiting_late_questions(attempt.pk))) == (waits, waits)
    assert all(finding.broken == () for finding in check_integrity())
