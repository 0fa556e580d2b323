"""Rows past their term are gone after the periodic jobs, and not before."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizsite.periodic_jobs import run_periodic_jobs
from quizzes.assignments.lifecycle import close_now, open_now, starts_in_class
from quizzes.assignments.visibility import visible_since
from quizzes.attempts.integrity import deadline_moves
from quizzes.attempts.late_joiners import earlier_quizzes
from quizzes.attempts.lifecycle import is_ended_by_teacher, reopen, submit_overdue
from quizzes.attempts.merges import merge_plan, merge_students, undo_merge
from quizzes.models import AuditEvent, Classroom, Edition, FailedTry, Invitation, Student, Teaching, User
from quizzes.people.classrooms import archive_classroom, restore_classroom
from quizzes.people.retention import announce_erasures, apply_retention, delete_old_events, erase_announced
from quizzes.people.rosters import move_student, rename_student
from quizzes.reports.search import search
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_invitation,
    make_student,
)
from tests.pages import read, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_folder")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def fresh(student: Student) -> Student:
    return Student.objects.select_related("classroom", "merged_into").get(pk=student.pk)


@pytest.fixture
def archived(classroom: Classroom, student: Student, teacher: User, now: datetime) -> Classroom:
    """A class with work, archived now."""
    make_answered_attempt(assignment=make_assignment(classroom=classroom), student=student)
    return archive_classroom(classroom, by=teacher, now=now)


def test_archived_class_is_announced_for_30_days_then_erased(archived: Classroom, now: datetime) -> None:
    kept = make_classroom(name="Period 9")
    make_student(classroom=kept)
    for days, announced in ((399, None), (400, now + 400 * DAY), (429, now + 400 * DAY)):
        run_periodic_jobs(now=now + days * DAY)
        archived.refresh_from_db()
        assert archived.erasure_announced_at == announced

    run_periodic_jobs(now=now + 430 * DAY)

    assert list(Classroom.objects.all()) == [kept]
    assert Student.objects.count() == 1
    [event] = AuditEvent.objects.filter(action="classroom_erased")
    assert (event.actor, event.detail["students"], event.detail["attempts"]) == (None, 1, 1)


def test_a_class_that_was_never_announced_gets_its_30_days(archived: Classroom, now: datetime) -> None:
    """The first start with this version finds classes that were archived years ago."""
    late = now + 900 * DAY

    apply_retention(now=late)
    apply_retention(now=late + 29 * DAY)
    assert Classroom.objects.filter(pk=archived.pk).exists()

    apply_retention(now=late + 30 * DAY)

    assert not Classroom.objects.filter(pk=archived.pk).exists()


def test_notice_of_a_clock_that_was_ahead_starts_again(archived: Classroom, now: datetime) -> None:
    late = now + 400 * DAY
    apply_retention(now=late + 900 * DAY)

    # The clock is right again.
    apply_retention(now=late)
    apply_retention(now=late + timedelta(seconds=20))

    archived.refresh_from_db()
    assert archived.erasure_announced_at == late + timedelta(seconds=20)


def test_restored_class_starts_again(archived: Classroom, teacher: User, now: datetime) -> None:
    apply_retention(now=now + 400 * DAY)
    archived.refresh_from_db()
    restore_classroom(archived, by=teacher, now=now + 429 * DAY)
    archive_classroom(archived, by=teacher, now=now + 429 * DAY)
    archived.refresh_from_db()
    assert archived.erasure_announced_at is None

    apply_retention(now=now + 828 * DAY)

    archived.refresh_from_db()
    assert archived.erasure_announced_at is None


def test_class_that_is_restored_while_others_are_erased_stays(
    classroom: Classroom, student: Student, teacher: User, now: datetime
) -> None:
    """The first class of a year takes its time. Meanwhile a teacher restores the last one."""
    classrooms = [classroom, *(make_classroom(name=f"Period {number}") for number in (7, 8))]
    for one in classrooms:
        archive_classroom(one, by=teacher, now=now)
    announce_erasures(now=now + 400 * DAY)

    def restore_the_last(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('DELETE FROM "quizzes_classroom"'):
            Classroom.objects.filter(pk=classrooms[-1].pk).update(archived_at=None)
        return execute(sql, *rest)

    with connection.execute_wrapper(restore_the_last):
        assert erase_announced(now=now + 430 * DAY) == 2

    assert list(Classroom.objects.all()) == classrooms[-1:]


def test_class_that_cannot_be_erased_stops_no_other(
    classroom: Classroom, teacher: User, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_classroom(name="Period 8")
    for one in (classroom, other):
        archive_classroom(one, by=teacher, now=now)
    announce_erasures(now=now + 400 * DAY)

    def fail_for_the_first(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith('DELETE FROM "quizzes_classroom"') and classroom.pk in params:
            raise DatabaseError
        return execute(sql, params, *rest)

    with connection.execute_wrapper(fail_for_the_first):
        assert erase_announced(now=now + 430 * DAY) == 1

    assert list(Classroom.objects.all()) == [classroom]
    assert f"Class {classroom.public_id} is past its term and could not be erased." in caplog.text


def test_a_longer_term_ends_a_notice(archived: Classroom, settings: Any, now: datetime) -> None:
    apply_retention(now=now + 400 * DAY)
    settings.KEEP_ARCHIVED_DAYS = 800

    apply_retention(now=now + 430 * DAY)

    archived.refresh_from_db()
    assert archived.erasure_announced_at is None


def test_teachers_home_announces_the_day(
    archived: Classroom, teacher_client: Client, other_teacher: User, signed_in: Callable[[User], Client], clock: Any
) -> None:
    assert "Will be deleted" not in text_of(teacher_client.get("/teacher/"))
    clock.shift(400 * DAY)
    apply_retention(now=archived.archived_at + 400 * DAY)  # type: ignore[operator]

    teacher_client.logout()
    home = signed_in(archived.teachers.get()).get("/teacher/")

    assert "Period 3 will be deleted for good on Mon, Dec 27, with all students and work." in text_of(home)
    assert "It was archived on Fri, Oct 23, 2026." in text_of(home)
    assert "Will be deleted" not in text_of(signed_in(other_teacher).get("/teacher/"))


@pytest.mark.parametrize(("role", "is_offered"), [("owner", True), ("teacher", True), ("viewer", False)])
def test_archive_has_dates_with_the_year_and_restores_for_those_who_may(
    role: str,
    is_offered: bool,
    archived: Classroom,
    other_teacher: User,
    signed_in: Callable[[User], Client],
    now: datetime,
) -> None:
    """A class of the same name in the same month of another year is another class."""
    Teaching.objects.create(classroom=archived, teacher=other_teacher, role=role)
    client = signed_in(other_teacher)
    page = text_of(client.get(reverse("archived_classrooms")))
    assert "Archived Fri, Oct 23, 2026" in page
    assert "will be deleted" not in page
    settings = reverse("change_classroom", args=[archived.public_id])
    kept = "It was archived on Fri, Oct 23, 2026. The roster and scores are kept."
    assert (kept in text_of(client.get(settings))) is is_offered
    roster = text_of(client.get(reverse("roster", args=[archived.public_id])))
    assert "This class is archived, so students can’t sign in." in roster
    assert ("Restore it on the Settings page" in roster) is is_offered
    Classroom.objects.update(erasure_announced_at=now)
    deleted = "It will be deleted for good on Sun, Nov 22, with all students and work."
    assert (f"It was archived on Fri, Oct 23, 2026. {deleted}" in text_of(client.get(settings))) is is_offered
    for address in (reverse("archived_classrooms"), reverse("teacher_home")):
        shown = client.get(address)
        assert "will be deleted for good on Sun, Nov 22" in text_of(shown)
        restore = reverse("set_archived", args=[archived.public_id])
        assert (restore in {form.action for form in read(shown).forms}) is is_offered


def test_teachers_home_has_the_day_of_the_archiving_where_the_class_is(
    archived: Classroom, signed_in: Callable[[User], Client], now: datetime
) -> None:
    # 9 pm in New York, where it is October 24 by UTC.
    Classroom.objects.update(archived_at=datetime(2026, 10, 24, 1, tzinfo=UTC), erasure_announced_at=now)
    home = signed_in(archived.teachers.get()).get("/teacher/")
    assert "It was archived on Fri, Oct 23, 2026." in text_of(home)


@pytest.mark.parametrize("count", [1, 3])
def test_notices_cost_no_query_more(
    count: int,
    teacher: User,
    teacher_client: Client,
    now: datetime,
    queries: Callable[[], AbstractContextManager[Any]],
) -> None:
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Class {number}", archived_at=now, erasure_announced_at=now)

    with queries() as seen:
        assert text_of(teacher_client.get("/teacher/")).count("will be deleted for good") == count

    assert len(seen) == 5


def test_log_rows_and_invitations_end(
    classroom: Classroom, teacher: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (0, 1):
        AuditEvent.objects.record("code_changed", actor=teacher, classroom=classroom, at=now + days * DAY)
    make_invitation(invited_by=teacher, now=now)
    kept, _ = make_invitation(invited_by=teacher, now=now + DAY)

    run_periodic_jobs(now=now + (7 + 30) * DAY + timedelta(seconds=1))
    assert list(Invitation.objects.all()) == [kept]
    assert AuditEvent.objects.count() == 2

    run_periodic_jobs(now=now + 730 * DAY + timedelta(seconds=1))

    assert [event.at for event in AuditEvent.objects.all()] == [now + DAY]

    # The oldest go first, and the next round deletes the rest.
    monkeypatch.setattr("quizzes.people.retention.EVENTS_AT_ONCE", 1)
    AuditEvent.objects.record("code_changed", actor=teacher, classroom=classroom, at=now)
    assert delete_old_events(now=now + 800 * DAY) == 1
    assert [event.at for event in AuditEvent.objects.all()] == [now + DAY]
    assert delete_old_events(now=now + 800 * DAY) == 1


def test_look_for_old_log_rows_reads_an_index(classroom: Classroom, teacher: User, now: datetime) -> None:
    """It comes every 20 seconds. The whole log would be read each time."""
    AuditEvent.objects.record("code_changed", actor=teacher, classroom=classroom, at=now)
    with CaptureQueriesContext(connection) as queries:
        assert delete_old_events(now=now) == 0
    [query] = queries
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A log of one row is read as a whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {query['sql']}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
        assert "audit_event_by_time" in str(cursor.fetchall())


def test_terms_can_be_set(archived: Classroom, teacher: User, settings: Any, now: datetime) -> None:
    settings.KEEP_ARCHIVED_DAYS, settings.KEEP_LOG_DAYS = 10, 30
    AuditEvent.objects.record("draft_deleted", actor=teacher, classroom=None, at=now)

    apply_retention(now=now + 10 * DAY)
    apply_retention(now=now + 40 * DAY)

    assert not Classroom.objects.filter(pk=archived.pk).exists()
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"classroom_erased"}


def test_site_works_without_the_entries_that_are_past_their_term(
    classroom: Classroom, student: Student, edition: Edition, teacher: User, teacher_client: Client, now: datetime
) -> None:
    """What depended on them is as `docs/operate.md` says."""
    quiz = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, created_at=now, waits_for_teacher=True
    )
    open_now(quiz, by=teacher, now=now)
    ended = make_attempt(assignment=quiz, student=student)
    close_now(quiz, by=teacher, now=now + HOUR)
    submit_overdue(now + 2 * HOUR)
    ended.refresh_from_db()
    reopened = make_answered_attempt(assignment=make_assignment(classroom=classroom, created_at=now), student=student)
    receipt = reopened.receipt
    reopen(reopened, more_time=None, reason="The fire alarm.", by=teacher, now=now + DAY)
    # Two merges, and a move into the class after a quiz was over.
    keep, other, first = (make_student(classroom=classroom, name=name) for name in ("Ben", "Ben O.", "Benjamin"))
    make_answered_attempt(assignment=quiz, student=first)
    for stays, leaves in ((other, first), (keep, other)):
        seen = merge_plan(fresh(stays), fresh(leaves), now=now).seen
        merge_students(fresh(stays), fresh(leaves), seen=seen, by=teacher, now=now + DAY)
    came = make_student(classroom=make_classroom(teacher=teacher, name="Period 9"), name="Cy", created_at=now)
    move_student(came, to=classroom, by=teacher, now=now + 2 * DAY)
    rename_student(came, name="Cyrus", by=teacher, now=now + 2 * DAY)

    def knows() -> list[bool]:
        later = now + 800 * DAY
        return [
            is_ended_by_teacher(ended),
            earlier_quizzes(fresh(came), now=later) == [quiz],
            (reopened.student_id, reopened.assignment_id)
            in visible_since([reopened.assignment], now=later, first_sets=None),
            reopened in search(teacher, str(receipt)).attempts,
            not deadline_moves().is_moved(reopened.assignment),
        ]

    assert knows() == [True] * 5
    delete_old_events(now=now + 800 * DAY)
    assert not AuditEvent.objects.exists()
    assert knows() == [False] * 5
    assert starts_in_class(quiz)
    undo_merge(fresh(other), by=teacher, now=now + 800 * DAY)
    assert (fresh(other).merged_into, fresh(first).merged_into) == (None, keep)
    of_quiz = [
        reverse(name, args=[quiz.public_id])
        for name in ("assignment_progress", "assignment_results", "assignment_regrades")
    ]
    of_students = [
        reverse(name, args=[one.public_id]) for one in (student, came) for name in ("student_history", "student_report")
    ]
    of_class = [reverse(name, args=[classroom.public_id]) for name in ("classroom_gradebook", "roster")]
    pages = [reverse("teacher_home"), *of_class, *of_quiz, *of_students]
    assert [teacher_client.get(page).status_code for page in pages] == [200] * len(pages)


# --- The cache ----------------------------------------------------------------------------------------------------


def stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache_entries")
        return [f"{key} {value}" for key, value in cursor.fetchall()]


def test_failed_sign_in_keeps_no_readable_address(client: Client, teacher: User) -> None:
    client.post(
        "/accounts/login/", {"login": teacher.email, "password": "not the password"}, REMOTE_ADDR="203.0.113.77"
    )

    [failure] = FailedTry.objects.all()
    words = "203.0.113.77", "rivera", "login", "allauth"
    assert not any(word in row for row in (*stored(), *map(str, vars(failure).values())) for word in words)


def test_expired_cache_rows_go_with_the_next_job(now: datetime, clock: Any) -> None:
    cache.set("short", 1, timeout=60)
    cache.set("long", 2, timeout=24 * 60 * 60)
    clock.shift(timedelta(minutes=2))

    run_periodic_jobs(now=now + timedelta(minutes=2))

    assert len(stored()) == 1
    assert (cache.get("short"), cache.get("long")) == (None, 2)
