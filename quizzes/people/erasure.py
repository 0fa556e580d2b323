"""Erase a student, a class or a teacher's account for good.

What else deletes rows of the two logs, such as retention, does it in `allow_deleting_logs` of `erased_rows`.

Each act commits once: a line in the ledger, the rows gone, one audit event without names. Then the files are cleared.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from django.contrib.auth import SESSION_KEY
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from quizzes.models import (
    Attempt,
    AuditEvent,
    Classroom,
    LtiLaunch,
    Student,
    Teaching,
    User,
)
from quizzes.models.locks import locked
from quizzes.models.public_ids import new_receipt
from quizzes.people.class_people import keep_an_owner
from quizzes.people.erased_bytes import clear_marked_files, clear_marked_files_when_quiet, mark_files
from quizzes.people.erased_counts import (
    ErasedCounts,
    erased_counts,
    own_classrooms,
    preview_classroom,
    preview_classrooms,
)
from quizzes.people.erased_rows import (
    accounts_not_erased,
    allow_deleting_logs,
    delete_account,
    delete_classrooms,
    delete_students,
    lock_classrooms,
    lock_students,
    names_of,
)
from quizzes.people.erasure_ledger import (
    LedgerLine,
    append_to_ledger,
    blank_in_ledger,
    ledger_end,
    ledger_path,
    open_ledger,
    read_ledger,
)
from quizzes.people.stored_sessions import ReadSessions, end_sessions, read_sessions
from quizzes.people.student_sessions import STUDENT

Action = AuditEvent.Action


class ErasureChanged(Exception):
    """The erasure would delete another number of classes, students, or attempts than the page said."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that happened. receipt: finds its audit event and its line in the ledger."""

    receipt: str
    counts: ErasedCounts


def find_erasure(receipt: str, *, by: User) -> AuditEvent | None:
    """The audit event of an erasure by this teacher; None if there is none.

    An erasure that a restore or a command made has no actor. Anyone who has its receipt may see it, except teachers of
    other classes than the student's.
    """
    actions = [Action.STUDENT_ERASED, Action.CLASSROOM_ERASED]
    near = Q(classroom=None) | Q(classroom__in=Classroom.objects.taught_by(by).order_by().values("pk"))
    allowed = Q(actor=by) | (Q(actor=None) & near)
    events = AuditEvent.objects.filter(allowed, action__in=actions, detail__receipt=receipt)
    return events.select_related("classroom").first()


def erase_student(
    student: Student, *, by: User | None, now: datetime, seen: str | None = None, receipt: str | None = None
) -> Erasure:
    """Erase a student with every attempt, in other classes too, and with what was merged into it.

    by: None for a command. seen: the `stamp` of the page that asked, None for a command; raises ErasureChanged.
    receipt: None for a new one.
    """
    receipt = receipt or new_receipt()
    with _erasing(receipt, now) as read:
        students = Student.objects.with_merged(student.pk)
        attempts = Attempt.objects.filter(student__in=students.order_by())
        lock_students(Classroom.objects.filter(pk__in=students.order_by().values("classroom")), students, attempts)
        counts = erased_counts(students, attempts, 0)
        if not counts.students:
            raise Student.DoesNotExist
        _check_seen(counts, seen)
        counts = replace(counts, students=1)
        keys = dict(students.order_by("pk").values_list("pk", "public_id"))
        for public_id in keys.values():
            append_to_ledger("student", public_id, receipt, now=now)
        end_sessions(STUDENT, set(keys), names=names_of(students), read=read)
        delete_students(students, attempts)
        _record(Action.STUDENT_ERASED, student.classroom, receipt, counts, by=by, now=now)
    return Erasure(receipt, counts)


def erase_classroom(
    classroom: Classroom,
    *,
    by: User | None,
    now: datetime,
    seen: str | None = None,
    among: QuerySet[Classroom] | None = None,
    receipt: str | None = None,
) -> Erasure:
    """Erase a class: its students, quizzes, attempts and log. by: None for a command or the periodic job.

    seen: as for `erase_student`. receipt: None for a new one. Raises Classroom.DoesNotExist if it is erased already, or
    not among these classes any more.
    """
    receipt = receipt or new_receipt()
    with _erasing(receipt, now) as read:
        # A form that comes again.
        if not lock_classrooms([classroom]):
            raise Classroom.DoesNotExist
        if among is not None and not among.filter(pk=classroom.pk).exists():
            raise Classroom.DoesNotExist
        counts = preview_classroom(classroom)
        _check_seen(counts, seen)
        append_to_ledger("class", classroom.public_id, receipt, now=now)
        delete_classrooms([classroom], read)
        _record(Action.CLASSROOM_ERASED, None, receipt, counts, by=by, now=now)
    return Erasure(receipt, counts)


def erase_teacher(
    user: User,
    *,
    now: datetime,
    seen: str | None = None,
    receipt: str | None = None,
    only: Collection[str] | None = None,
) -> Erasure:
    """Erase an account: its own classes with their students, its unused question sets, its sessions.

    A class with a second owner or teacher stays and keeps an owner, and so does a question set that such a class uses.
    If rows that stay refer to the account, its row stays without name, address and password. Raises User.DoesNotExist
    if it is erased already. seen: as for `erase_student`. receipt: None for a new one. only: the public ids of the own
    classes that may go, None for all; another one stays with the account, which then keeps its row.
    """
    receipt = receipt or new_receipt()
    with _erasing(receipt, now) as read:
        # All its classes come before the account: a new name locks a class, then its owners.
        taught = Teaching.objects.filter(teacher=user).values("classroom")
        merged = Student.objects.filter(merged_into__classroom__in=taught).values("classroom")
        places = Classroom.objects.filter(Q(pk__in=taught) | Q(pk__in=merged))
        list(locked(places).order_by("pk").values_list("pk"))
        own = own_classrooms(user)
        classrooms = list(own if only is None else own.filter(public_id__in=only))
        lock_classrooms(classrooms)
        # A form that comes again.
        locked(accounts_not_erased()).get(pk=user.pk)
        counts = preview_classrooms(classrooms)
        _check_seen(counts, seen)
        append_to_ledger("teacher", account_key(user), receipt, now=now)
        for classroom in classrooms:
            append_to_ledger("class", classroom.public_id, receipt, now=now)
        delete_classrooms(classrooms, read)
        for classroom in Classroom.objects.taught_by(user):
            keep_an_owner(classroom, leaving=user, now=now)
        end_sessions(SESSION_KEY, {str(user.pk)}, names={user.name, user.email}, read=read)
        delete_account(user)
        _record(Action.ACCOUNT_ERASED, None, receipt, counts, by=None, now=now)
    return Erasure(receipt, counts)


def reapply_erasures(path: Path, *, now: datetime) -> int:
    """Erase again what a restored backup brought back; returns how many records. Safe to repeat.

    Each keeps its receipt. path: the newest ledger, not the one inside the backup. Raises LedgerDamaged before it
    erases anything.
    """
    lines = read_ledger(path)
    erased = sum(_reapply(line, lines, now) for line in lines)
    clear_marked_files()
    return erased


def erase_students_again(public_ids: Collection[str], *, now: datetime) -> None:
    """Erase those of these students whom the ledger has, after an import brought them back.

    Raises LedgerDamaged.
    """
    lines = read_ledger(ledger_path())
    for line in lines:
        if line.kind == "student" and line.key in public_ids:
            _reapply(line, lines, now)


def account_key(user: User) -> str:
    """What the ledger has for an account. Databases never use a row id again, but a restored one may."""
    return f"{user.pk} {user.date_joined.isoformat()}"


def _reapply(line: LedgerLine, lines: Sequence[LedgerLine], now: datetime) -> bool:
    """Erase what this line of the ledger names; returns whether it was there. lines: all of the ledger."""
    match line.kind:
        case "student":
            student = Student.objects.filter(public_id=line.key).select_related("classroom").first()
            if student is not None:
                erase_student(student, by=None, now=now, receipt=line.receipt)
            return student is not None
        case "class":
            classroom = Classroom.objects.filter(public_id=line.key).first()
            if classroom is not None:
                erase_classroom(classroom, by=None, now=now, receipt=line.receipt)
            return classroom is not None
        case "teacher":
            user = accounts_not_erased().filter(pk=line.key.partition(" ")[0]).first()
            if user is None or account_key(user) != line.key:
                return False
            # Another class that it has now was handed over after the backup, and was not erased.
            only = {other.key for other in lines if other.kind == "class" and other.receipt == line.receipt}
            erase_teacher(user, now=now, receipt=line.receipt, only=only)
            return True


@contextmanager
def _erasing(receipt: str, now: datetime) -> Iterator[ReadSessions]:
    """A transaction that may delete, and that clears the files after its commit. Yields the sessions before its locks.

    After an error in the block, or on SQLite of a commit without room, the ledger has none of its lines. After another
    error of the commit it has them: the rows may be gone.
    """
    with open_ledger():
        read, own_lines = read_sessions(), ledger_end()
        is_at_commit = False
        try:
            with allow_deleting_logs():
                mark_files()
                # A launch has the name of the person who launched, for 30 minutes. Without its row, it could arrive
                # again.
                LtiLaunch.objects.update(claims=None)
                # Robust, so that a full disk after the commit is not taken for one of the commit.
                transaction.on_commit(clear_marked_files_when_quiet, robust=True)
                yield read
                is_at_commit = True
        except BaseException as error:
            if not is_at_commit or _had_no_room(error):
                blank_in_ledger(receipt, after=own_lines, now=now)
            raise


def _had_no_room(error: BaseException) -> bool:
    """Whether SQLite could not write all of a commit. After an error of a sync, a crash may bring the commit back."""
    return connection.vendor == "sqlite" and "disk is full" in str(error)


def _check_seen(counts: ErasedCounts, seen: str | None) -> None:
    if seen not in (None, counts.stamp):
        raise ErasureChanged


def _record(
    action: str, classroom: Classroom | None, receipt: str, counts: ErasedCounts, *, by: User | None, now: datetime
) -> None:
    AuditEvent.objects.record(action, actor=by, classroom=classroom, at=now, receipt=receipt, **asdict(counts))
