"""Erasing leaves nothing behind, touches nobody else, and is applied again after a restore."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.conf import settings as site_settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizsite.periodic_jobs import run_periodic_jobs
from quizsite.sessions import SessionStore
from quizzes.attempts.heartbeats import record_heartbeat
from quizzes.files.downloads import FileFormat, Layout, export
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    ErasureInProgress,
    Excuse,
    Extension,
    FailedTry,
    KnownDevice,
    ManualGrade,
    Presence,
    QuestionSet,
    Student,
    SupportMark,
    TeacherSession,
    Teaching,
    User,
)
from quizzes.models.public_ids import new_receipt
from quizzes.people.classrooms import hand_over
from quizzes.people.data_inventory import INVENTORY
from quizzes.people.erased_bytes import clear_files, clear_marked_files
from quizzes.people.erased_counts import ErasedCounts, preview_classroom, preview_student, preview_teacher
from quizzes.people.erased_rows import ERASED_NAME
from quizzes.people.erasure import (
    erase_classroom,
    erase_student,
    erase_teacher,
    find_erasure,
    reapply_erasures,
)
from quizzes.people.erasure_ledger import LedgerDamaged, LedgerLine, ledger_path, read_ledger
from quizzes.people.rosters import move_student, rename_student
from quizzes.people.stored_tables.declarations import Deletion
from quizzes.people.teacher_sign_in import remember_user_device
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_draft,
    make_edition,
    make_failed_try,
    make_invitation,
    make_lti_link,
    make_lti_score,
    make_question_set,
    make_regrade,
    make_student,
    make_user,
)

# Parallel runs of these tests have their databases in one folder.
MARK = f"Zyx{os.environ.get('PYTEST_XDIST_WORKER', 'main')}qwv"

pytestmark = pytest.mark.usefixtures("own_data_folder")


def counts_of_rows() -> dict[str, int]:
    """How many rows each model of the app has."""
    return {model.__name__: model._default_manager.count() for model in apps.get_app_config("quizzes").get_models()}


def marker() -> Path:
    """The file that stands while erased bytes are left."""
    return Path(site_settings.DATA_DIR) / "erasure.pending"


def tables_with_rows(names: set[str]) -> set[str]:
    """Those of these tables that have a row."""
    found = set()
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608  a table's name
            if cursor.fetchone()[0]:
                found.add(name)
    return found


def fill(student: Student, by: User, now: datetime, mark: str = MARK) -> Attempt:
    """Give a student a row in every table that can mention one, each with the mark in its text."""
    rename_student(student, name=f"{mark} now", by=by, now=now)
    assignment = make_assignment(edition=make_edition(), classroom=student.classroom, assigned_by=by, created_at=now)
    attempt = make_answered_attempt(assignment=assignment, student=student)
    question = assignment.edition.questions.get(position=1)
    Answer.objects.filter(attempt=attempt, question=question).update(value=f"{mark} answer")
    AnswerEvent.objects.create(
        attempt=attempt, question=question, operation=mark, value=mark, revision=9, outcome="stale", at=now
    )
    ManualGrade.objects.create(
        attempt=attempt, question=question, points=Decimal(1), comment=f"{mark} comment", made_by=by, made_at=now
    )
    Extension.objects.create(assignment=assignment, student=student, reason=mark, given_by=by, given_at=now)
    Excuse.objects.create(assignment=assignment, student=student, reason=mark, given_by=by, given_at=now)
    Accommodation.objects.create(student=student, time_factor=None, changed_at=now)
    make_failed_try(student=student, device=mark)
    SupportMark.objects.create(attempt=attempt, kind="note", place="reading", value=f"{mark} note", changed_at=now)
    record_heartbeat(attempt.pk, question.pk, now=now)
    make_lti_score(link=make_lti_link(assignment=assignment), student=student, subject=f"{mark} subject")
    AuditEvent.objects.record("excused", actor=by, classroom=student.classroom, student=student, at=now, reason=mark)
    return attempt


def with_message(client: Client, text: str) -> None:
    """Store a message that the next page shows."""
    session = client.session
    storage = SessionStorage.__new__(SessionStorage)
    session["_messages"] = storage.serialize_messages([Message(constants.SUCCESS, text)])
    session.save()


def bytes_left(mark: str) -> list[str]:
    """The files of the data folder that contain the mark, or on PostgreSQL the tables."""
    if connection.vendor == "postgresql":
        found = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT COUNT(*) FROM {name} AS t WHERE t::text ILIKE %s", [f"%{mark}%"])  # noqa: S608
                if cursor.fetchone()[0]:
                    found.append(table)
        return found
    folders = {Path(connection.settings_dict["NAME"]).parent, site_settings.DATA_DIR}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if mark.lower().encode() in content_of(path).lower())


def content_of(path: Path) -> bytes:
    """The bytes of a file; none if a parallel run of tests has just deleted it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


# --- Nothing is left ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_erased_student_leaves_no_byte(
    teacher: User, classroom: Classroom, signed_in: Callable[[Student | User], Client], now: datetime
) -> None:
    student = make_student(classroom=classroom, name=f"{MARK} before")
    # Many rows, so that pages split and their cells move.
    for number in range(120):
        make_student(classroom=classroom, name=f"Student {number} with a longer name")
    fill(student, teacher, now)
    signed_in(student)
    onlooker = signed_in(teacher)
    with_message(onlooker, f"Renamed: {MARK} now.")
    assert bytes_left(MARK)
    sessions = Session.objects.count()

    erase_student(student, by=teacher, now=now)

    assert bytes_left(MARK) == []
    assert Session.objects.count() == sessions - 1
    assert "_messages" not in onlooker.session
    assert onlooker.session["_auth_user_id"] == str(teacher.pk)


@pytest.mark.django_db(transaction=True)
def test_erased_class_leaves_no_byte(teacher: User, now: datetime) -> None:
    classroom = make_classroom(teacher=teacher, name=f"{MARK} class")
    for name in ("Ada", "Ben"):
        fill(make_student(classroom=classroom, name=f"{MARK} {name}"), teacher, now, mark=f"{MARK} {name}")
    assignment = classroom.assignments.first()
    assert assignment is not None
    make_regrade(assignment=assignment, made_by=teacher, reason=f"{MARK} reason")
    Board.objects.create(assignment=assignment, position=1, phase=1, changed_at=now, changed_by=teacher)
    assert bytes_left(MARK)
    of_class = {table.name for table in INVENTORY if table.deletion in {Deletion.STUDENT, Deletion.CLASS}}
    assert of_class == tables_with_rows(of_class)

    erase_classroom(classroom, by=teacher, now=now)

    assert bytes_left(MARK) == []
    assert tables_with_rows(of_class) == set()


@pytest.mark.django_db(transaction=True)
def test_erased_teacher_leaves_no_byte(
    other_teacher: User, signed_in: Callable[[Student | User], Client], now: datetime
) -> None:
    teacher = make_user(email=f"{MARK}@school.test", name=f"Ms. {MARK}", password=f"{MARK} password")
    own = make_classroom(teacher=teacher, name=f"{MARK} class")
    fill(make_student(classroom=own, name=f"{MARK} Ada"), teacher, now)
    shared = make_classroom(teacher=teacher, name="Shared")
    Teaching.objects.create(classroom=shared, teacher=other_teacher)
    make_assignment(classroom=shared, assigned_by=teacher)
    make_draft(owner=teacher)
    make_invitation(invited_by=teacher)
    signed_in(teacher)
    assert bytes_left(MARK)

    erase_teacher(teacher, now=now)

    assert bytes_left(MARK) == []
    teacher.refresh_from_db()
    assert (teacher.name, teacher.is_active, teacher.has_usable_password()) == (ERASED_NAME, False, False)
    assert list(Classroom.objects.all()) == [shared]
    assert list(shared.teachers.all()) == [other_teacher]
    assert QuestionSet.objects.owned_by(teacher).count() == 0
    assert Session.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_sessions_are_read_before_the_locks_and_those_made_or_changed_since_are_not_missed(
    teacher: User,
    classroom: Classroom,
    signed_in: Callable[[Student | User], Client],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their texts take a second to read on a large site, and an erasure holds up the whole site on SQLite."""
    student, other = (make_student(classroom=classroom, name=name) for name in (f"{MARK} Ada", "Ben"))
    signed_in(student)
    onlooker, others = signed_in(teacher), signed_in(other)
    decode, decoded = SessionStore.decode, Counter[bool]()
    started: list[str] = []

    def count(store: SessionStore, text: str) -> dict[str, Any]:
        decoded[bool(started)] += 1
        return decode(store, text)

    def sign_in_and_rename(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "quizzes_erasureinprogress"') and not started:
            with monkeypatch.context() as patch:
                patch.setattr(SessionStore, "decode", decode)
                signed_in(student)
                with_message(onlooker, f"Renamed: {student.display_name} now.")
            started.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(sign_in_and_rename):
        monkeypatch.setattr(SessionStore, "decode", count)
        erase_student(student, by=teacher, now=now)
    monkeypatch.undo()

    assert Session.objects.count() == 2
    assert "_messages" not in onlooker.session
    assert others.session["student_id"] == other.pk
    # The session with the message, and that of the second sign-in, unless it has the text of the first.
    assert (decoded[False], decoded[True] in {1, 2}) == (3, True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such files")
@pytest.mark.django_db(transaction=True)
def test_files_are_cleared_of_rows_that_were_deleted_without_care(classroom: Classroom) -> None:
    for number in range(200):
        make_student(classroom=classroom, name=f"{MARK} {number}")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        Student.objects.all().delete()
        cursor.execute("PRAGMA secure_delete=ON")
    assert bytes_left(MARK)

    clear_files()

    assert bytes_left(MARK) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no time limit for a query")
@pytest.mark.django_db(transaction=True)
def test_clearing_leaves_the_sites_connection_and_its_time_limit_alone() -> None:
    def vacuum_count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'quizzes_student'")
            [count] = cursor.fetchone()
        return count

    before = vacuum_count()
    with CaptureQueriesContext(connection) as seen:
        clear_files()

    assert seen.captured_queries == []
    assert vacuum_count() == before + 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a reader on PostgreSQL stops no VACUUM")
@pytest.mark.django_db(transaction=True)
def test_a_busy_database_is_cleared_by_a_later_try(student: Student, teacher: User, now: datetime) -> None:
    reader = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT COUNT(*) FROM quizzes_student").fetchone()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=0")

    erase_student(student, by=teacher, now=now)

    assert marker().exists()
    reader.close()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=10000")
    assert clear_marked_files()
    assert not marker().exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="VACUUM on PostgreSQL stops no writer")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seen_minutes", "marked_hours", "is_cleared"), [(4, 19, False), (6, 19, True), (4, 21, True), (None, 0, True)]
)
def test_a_large_database_waits_until_students_are_done(
    seen_minutes: int | None,
    marked_hours: int,
    is_cleared: bool,
    student: Student,
    teacher: User,
    attempt: Attempt,
    clock: time_machine.Traveller,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("quizzes.people.erased_bytes.SMALL_BYTES", 0)
    leaving = make_student(classroom=student.classroom, name=f"{MARK} leaves")
    record_heartbeat(attempt.pk, None, now=now)
    erase_student(leaving, by=teacher, now=now)
    assert marker().exists()
    # Not in the log either, while the file waits.
    assert bytes_left(MARK) == []
    os.utime(marker(), (now.timestamp(), now.timestamp()))
    clock.shift(timedelta(hours=marked_hours))
    Presence.objects.all().delete()
    if seen_minutes is not None:
        record_heartbeat(attempt.pk, None, now=now + timedelta(hours=marked_hours, minutes=-seen_minutes))

    run_periodic_jobs(now=now + timedelta(hours=marked_hours))

    assert marker().exists() != is_cleared


@pytest.mark.django_db
def test_a_transaction_leaves_the_files_to_a_later_try(student: Student, teacher: User, now: datetime) -> None:
    erase_student(student, by=teacher, now=now)

    assert not clear_marked_files()
    assert marker().exists()


# --- Everything else stays ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_erasing_a_student_leaves_the_rows_of_the_others(
    student: Student, classmate: Student, outsider: Student, teacher: User, now: datetime
) -> None:
    fill(classmate, teacher, now, mark="Noah")
    fill(outsider, make_user(), now, mark="Omar")
    before = counts_of_rows()
    fill(student, teacher, now)
    # The set, its edition and the assignment are the class's.
    kept = {name: count for name, count in counts_of_rows().items() if name in {"Source", "Reading", "QuestionSet"}}
    kept |= {name: counts_of_rows()[name] for name in ("Edition", "Question", "Assignment", "LtiCourse", "LtiLink")}

    erase_student(student, by=teacher, now=now)

    after = counts_of_rows()
    assert after == {**before, **kept, "Student": before["Student"] - 1, "AuditEvent": before["AuditEvent"] + 1}


@pytest.mark.django_db
def test_erasing_a_student_includes_attempts_in_an_earlier_class(
    student: Student, teacher: User, now: datetime
) -> None:
    attempt = fill(student, teacher, now)
    move_student(student, to=make_classroom(teacher=teacher, name="Period 6"), by=teacher, now=now)

    erasure = erase_student(student, by=teacher, now=now)

    assert erasure.counts.attempts == 1
    assert not Attempt.objects.filter(pk=attempt.pk).exists()


@pytest.mark.django_db
def test_erasing_a_class_includes_attempts_of_its_students_elsewhere(
    student: Student, classmate: Student, teacher: User, now: datetime
) -> None:
    fill(student, teacher, now)
    fill(classmate, teacher, now, mark="Noah")
    # What was merged into a student stays in the class of the merge.
    make_student(classroom=student.classroom, merged_into=student, removed_at=now)
    target = make_classroom(teacher=teacher, name="Period 6")
    move_student(student, to=target, by=teacher, now=now)
    assert preview_classroom(target).students == 2

    erase_classroom(target, by=teacher, now=now)

    assert list(Student.objects.all()) == [classmate]
    assert list(Attempt.objects.values_list("student", flat=True)) == [classmate.pk]
    assert list(Classroom.objects.all()) == [classmate.classroom]


@pytest.mark.django_db
def test_erasing_a_class_of_moved_students_keeps_the_students(student: Student, teacher: User, now: datetime) -> None:
    fill(student, teacher, now)
    old, target = student.classroom, make_classroom(teacher=teacher, name="Period 6")
    move_student(student, to=target, by=teacher, now=now)

    erase_classroom(old, by=teacher, now=now)

    assert list(Student.objects.all()) == [student]
    assert list(Attempt.objects.all()) == []
    assert list(Assignment.objects.all()) == []


@pytest.mark.django_db
def test_a_set_that_a_class_of_a_colleague_uses_stays(teacher: User, other_classroom: Classroom, now: datetime) -> None:
    used = make_edition(question_set=make_question_set(owner=teacher))
    unused = make_edition(question_set=make_question_set(owner=teacher))
    make_assignment(edition=used, classroom=other_classroom, assigned_by=teacher)
    Authenticator.objects.create(user=teacher, type=Authenticator.Type.TOTP, data={})
    SocialAccount.objects.create(user=teacher, provider="google", uid="digest")
    remember_user_device(teacher, device="device", address="address", now=now)
    TeacherSession.objects.create(user=teacher, key="key", browser="Firefox", started_at=now, seen_at=now)

    erase_teacher(teacher, now=now)

    for model in (Authenticator, KnownDevice, SocialAccount, TeacherSession):
        assert not model.objects.exists()
    assert list(QuestionSet.objects.filter(pk__in=[used.question_set_id, unused.question_set_id])) == [
        used.question_set
    ]
    assert QuestionSet.objects.get(pk=used.question_set_id).owner.name == ERASED_NAME


@pytest.mark.django_db
def test_an_account_without_traces_is_deleted_whole(now: datetime) -> None:
    teacher = make_user()
    make_draft(owner=teacher)

    erase_teacher(teacher, now=now)

    assert list(User.objects.all()) == []


# --- The logs still refuse everything else ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AnswerEvent, AuditEvent])
def test_the_logs_refuse_deletion_after_an_erasure(
    model: type[Model], student: Student, classmate: Student, teacher: User, now: datetime
) -> None:
    fill(classmate, teacher, now, mark="Noah")
    erase_student(student, by=teacher, now=now)
    before = model._default_manager.count()
    assert before

    with pytest.raises(IntegrityError, match="this log only grows"), transaction.atomic():
        model._default_manager.all().delete()

    assert model._default_manager.count() == before
    assert ErasureInProgress.objects.count() == 0


@pytest.mark.django_db
def test_the_logs_refuse_changes_during_an_erasure(student: Student, teacher: User, now: datetime) -> None:
    fill(student, teacher, now)

    ErasureInProgress.objects.create(pk=1)

    with pytest.raises(IntegrityError, match="this log only grows"), transaction.atomic():
        AuditEvent.objects.update(detail={})


# --- Preview, receipt, record -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_preview_counts_what_goes(student: Student, classmate: Student, teacher: User, now: datetime) -> None:
    export(student.classroom, Layout.SCORES, FileFormat.CSV, by=teacher, now=now - timedelta(days=1))
    fill(student, teacher, now)
    fill(classmate, teacher, now, mark="Noah")
    export(student.classroom, Layout.SCORES, FileFormat.CSV, by=teacher, now=now)
    AuditEvent.objects.record("scores_exported", actor=teacher, classroom=student.classroom, student=student, at=now)
    AuditEvent.objects.record("scores_exported", actor=teacher, classroom=student.classroom, student=classmate, at=now)

    assert preview_student(student) == ErasedCounts(0, students=1, attempts=1, answers=4, downloads=2)
    assert preview_classroom(student.classroom) == ErasedCounts(1, students=2, attempts=2, answers=8, downloads=3)
    assert preview_teacher(teacher) == ErasedCounts(1, students=2, attempts=2, answers=8, downloads=3)


@pytest.mark.django_db
def test_an_erasure_is_recorded_without_names(
    student: Student, teacher: User, other_teacher: User, now: datetime
) -> None:
    fill(student, teacher, now)

    erasure = erase_student(student, by=teacher, now=now)

    [event] = AuditEvent.objects.all()
    assert (event.action, event.actor, event.classroom, event.student) == (
        "student_erased",
        teacher,
        student.classroom,
        None,
    )
    assert event.detail == {
        "receipt": erasure.receipt,
        "classrooms": 0,
        "students": 1,
        "attempts": 1,
        "answers": 4,
        "downloads": 0,
    }
    assert find_erasure(erasure.receipt, by=teacher) == event
    assert find_erasure(erasure.receipt, by=other_teacher) is None


@pytest.mark.django_db
def test_erasing_twice_is_refused(student: Student, teacher: User, now: datetime) -> None:
    classroom = student.classroom
    erase_student(Student.objects.get(pk=student.pk), by=teacher, now=now)
    with pytest.raises(Student.DoesNotExist):
        erase_student(student, by=teacher, now=now)
    erase_classroom(Classroom.objects.get(pk=classroom.pk), by=teacher, now=now)
    with pytest.raises(Classroom.DoesNotExist):
        erase_classroom(classroom, by=teacher, now=now)

    assert AuditEvent.objects.filter(action="classroom_erased").count() == 1


# --- The ledger ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_ledger_has_no_names(student: Student, teacher: User, now: datetime) -> None:
    student_id, classroom_id = student.public_id, student.classroom.public_id
    of_student = erase_student(student, by=teacher, now=now)
    account = f"{teacher.pk} {teacher.date_joined.isoformat()}"
    of_teacher = erase_teacher(teacher, now=now)

    assert read_ledger(ledger_path()) == [
        LedgerLine("student", student_id, of_student.receipt, now.isoformat()),
        LedgerLine("teacher", account, of_teacher.receipt, now.isoformat()),
        LedgerLine("class", classroom_id, of_teacher.receipt, now.isoformat()),
    ]
    assert ledger_path().stat().st_mode & 0o777 == 0o600


class Restored(Exception):
    """Undoes the rows of a block, as the restore of an older backup does."""


def restored(act: Callable[[], Any]) -> None:
    try:
        with transaction.atomic():
            act()
            raise Restored
    except Restored:
        pass


@pytest.mark.django_db
def test_erasures_are_applied_again_after_a_restore(
    student: Student, classmate: Student, outsider: Student, other_teacher: User, teacher: User, now: datetime
) -> None:
    fill(student, teacher, now)
    fill(classmate, teacher, now, mark="Noah")
    kept = make_classroom(teacher=teacher, name="Period 8")
    restored(lambda: erase_student(Student.objects.get(pk=student.pk), by=teacher, now=now))
    restored(lambda: erase_classroom(Classroom.objects.get(pk=outsider.classroom_id), by=other_teacher, now=now))
    handed_over = make_classroom(teacher=other_teacher, name="Period 9")

    def hand_over_and_erase() -> None:
        giver = User.objects.get(pk=other_teacher.pk)
        hand_over(handed_over, giver=giver, to=teacher, by=giver, now=now)
        erase_teacher(giver, now=now)

    restored(hand_over_and_erase)
    assert set(Student.objects.all()) == {student, classmate, outsider}

    receipts = list(dict.fromkeys(line.receipt for line in read_ledger(ledger_path())))

    assert reapply_erasures(ledger_path(), now=now) == 3

    erasures = ["student_erased", "classroom_erased", "account_erased"]
    events = AuditEvent.objects.filter(action__in=erasures).order_by("pk")
    assert [event.detail["receipt"] for event in events] == receipts
    assert {line.receipt for line in read_ledger(ledger_path())} == set(receipts)
    assert list(Student.objects.all()) == [classmate]
    assert list(Attempt.objects.values_list("student", flat=True)) == [classmate.pk]
    # The class that was handed over after the backup is back with the erased account, without its name.
    assert set(Classroom.objects.all()) == {classmate.classroom, kept, handed_over}
    other_teacher.refresh_from_db()
    assert other_teacher.name == ERASED_NAME
    assert reapply_erasures(ledger_path(), now=now) == 0
    hand_over(handed_over, giver=other_teacher, to=teacher, by=None, now=now)
    assert list(handed_over.teachers.all()) == [teacher]


@pytest.mark.django_db
def test_receipt_stays_valid_after_a_restore(
    student: Student, outsider: Student, other_teacher: User, teacher: User, now: datetime
) -> None:
    restored(lambda: erase_student(Student.objects.get(pk=student.pk), by=teacher, now=now))
    restored(lambda: erase_classroom(Classroom.objects.get(pk=outsider.classroom_id), by=other_teacher, now=now))
    of_student, of_class = [line.receipt for line in read_ledger(ledger_path())]

    reapply_erasures(ledger_path(), now=now)

    found = find_erasure(of_student, by=teacher)
    assert found is not None
    assert found.classroom == student.classroom
    # The page names the class, which others do not teach.
    assert find_erasure(of_student, by=other_teacher) is None
    assert find_erasure(of_class, by=other_teacher) is not None
    assert find_erasure(new_receipt(), by=other_teacher) is None


@pytest.mark.django_db
def test_an_account_that_got_the_id_of_an_erased_one_stays(teacher: User, now: datetime) -> None:
    restored(lambda: erase_teacher(User.objects.get(pk=teacher.pk), now=now))
    User.objects.filter(pk=teacher.pk).update(date_joined=now + timedelta(days=1))

    assert reapply_erasures(ledger_path(), now=now) == 0

    assert User.objects.get(pk=teacher.pk).name == teacher.name


@pytest.mark.django_db
def test_a_torn_line_of_a_ledger_is_dropped(student: Student, classmate: Student, teacher: User, now: datetime) -> None:
    keys = [student.public_id, classmate.public_id]
    erase_student(student, by=teacher, now=now)
    whole = ledger_path().read_text()
    ledger_path().write_text(whole + whole[: len(whole) // 2])
    assert [line.key for line in read_ledger(ledger_path())] == keys[:1]

    erase_student(classmate, by=teacher, now=now)

    assert [line.key for line in read_ledger(ledger_path())] == keys


@pytest.mark.django_db
def test_an_erasure_that_is_rolled_back_leaves_no_line(
    student: Student, classmate: Student, outsider: Student, teacher: User, now: datetime
) -> None:
    restored(lambda: erase_student(Student.objects.get(pk=classmate.pk), by=teacher, now=now))
    later = now + timedelta(days=1)

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "quizzes_auditevent"'):
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        for act in (
            lambda: erase_student(student, by=teacher, now=now),
            lambda: erase_classroom(outsider.classroom, by=teacher, now=now),
            # Its earlier line stays.
            lambda: reapply_erasures(ledger_path(), now=later),
        ):
            with pytest.raises(OperationalError):
                act()

    assert set(Student.objects.all()) == {student, classmate, outsider}
    assert [line.key for line in read_ledger(ledger_path())] == [classmate.public_id]
    assert reapply_erasures(ledger_path(), now=later) == 1
    assert set(Student.objects.all()) == {student, outsider}


@pytest.mark.django_db
def test_a_failed_erasure_keeps_the_line_of_one_with_its_receipt_that_happened(
    student: Student, classmate: Student, tmp_path: Path, now: datetime
) -> None:
    """Two entries of one student were merged, erased on another machine, and are two again after a restore."""

    def merge_and_erase() -> None:
        Student.objects.filter(pk=classmate.pk).update(merged_into=student)
        erase_student(Student.objects.get(pk=student.pk), by=None, now=now)

    restored(merge_and_erase)
    theirs = ledger_path().rename(tmp_path / "theirs.jsonl")
    events = iter([1])

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "quizzes_auditevent"') and not next(events, 0):
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        reapply_erasures(theirs, now=now + timedelta(days=1))

    assert [line.key for line in read_ledger(ledger_path())] == [student.public_id]
    assert list(Student.objects.all()) == [classmate]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="after an error of PostgreSQL's commit, the rows may be gone")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("problem", "lines"), [("database or disk is full", 0), ("disk I/O error", 1)])
def test_a_commit_on_a_full_disk_leaves_no_line(
    problem: str, lines: int, student: Student, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def fail(_: object) -> None:
            raise OperationalError(problem)

        patch.setattr(BaseDatabaseWrapper, "_commit", fail)
        with pytest.raises(OperationalError, match=problem):
            erase_student(Student.objects.get(pk=student.pk), by=None, now=now)

    assert list(Student.objects.all()) == [student]
    assert len(read_ledger(ledger_path())) == lines


@pytest.mark.skipif(connection.vendor != "sqlite", reason="VACUUM on PostgreSQL waits for no student")
@pytest.mark.django_db(transaction=True)
def test_a_disk_that_is_full_after_the_commit_keeps_the_line(
    student: Student, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files are cleared later."""
    monkeypatch.setattr("quizzes.people.erased_bytes.SMALL_BYTES", 0)

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and "quizzes_presence" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        erase_student(Student.objects.get(pk=student.pk), by=None, now=now)

    assert list(Student.objects.all()) == []
    assert [line.key for line in read_ledger(ledger_path())] == [student.public_id]
    assert marker().exists()


@pytest.mark.django_db
def test_a_ledger_on_a_full_disk_is_named(student: Student, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: object) -> None:
        # As a write on a full disk: without a name.
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left on device") as error:
        erase_student(Student.objects.get(pk=student.pk), by=None, now=now)

    assert error.value.filename == str(ledger_path())
    assert list(Student.objects.all()) == [student]


@pytest.mark.django_db
@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b'{"kind": "class"}', b"null", b"\xff"])
def test_a_damaged_ledger_erases_nothing(line: bytes, student: Student, teacher: User, now: datetime) -> None:
    restored(lambda: erase_student(Student.objects.get(pk=student.pk), by=teacher, now=now))
    ledger_path().write_bytes(ledger_path().read_bytes() + line + b"\n")

    with pytest.raises(LedgerDamaged) as damaged:
        reapply_erasures(ledger_path(), now=now)

    assert damaged.value.line == 2
    assert list(Student.objects.all()) == [student]


def test_no_ledger_has_no_erasures(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "erasures.jsonl") == []


@pytest.mark.django_db
def test_failed_tries_of_others_stay(student: Student, classmate: Student, teacher: User, now: datetime) -> None:
    make_failed_try(student=student)
    make_failed_try(student=classmate)

    erase_student(student, by=teacher, now=now)

    assert list(FailedTry.objects.values_list("student", flat=True)) == [classmate.pk]
