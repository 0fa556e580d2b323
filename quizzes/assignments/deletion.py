"""Delete an assignment without attempts, and bring it back.

Students who have a newer version are excused from the older one. Without the newer one, they have the older one again.
Without the one in between, the newest is a newer version of the oldest.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from django.core import serializers
from django.db import IntegrityError, connection, transaction

from quizzes.assignments.accommodations import excuse, undo_excuse
from quizzes.assignments.newer_versions import HasAttempts
from quizzes.assignments.own_versions import excuses_for
from quizzes.models import Assignment, Attempt, AuditEvent, Board, Classroom, Excuse, Student, User
from quizzes.models.locks import lock_rows, locked_with_keys, read_row
from quizzes.models.reasons import HAS_VERSION, VERSION_DELETED


class CannotRestore(Exception):
    """The deleted assignment needs rows that are gone."""


@transaction.atomic
def delete_assignment(assignment: Assignment, *, by: User, now: datetime) -> str:
    """Delete an assignment without attempts; returns its rows as text, for `restore_assignment`.

    Raises HasAttempts, and RowDeleted if it is deleted already.
    """
    left = excuses_for(assignment)
    others = {given.assignment_id for given in left}.union(assignment.newer_versions.values_list("pk", flat=True))
    lock_rows(assignments={assignment.pk, *others}, students=[given.student_id for given in left], with_starts=True)
    # A student who starts, or another change of the quiz, comes before or after.
    read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    if assignment.attempts.exists():
        raise HasAttempts
    # A question is regraded in all classes of a teacher, also where nobody has started.
    details = [assignment.extensions.all(), assignment.excuses.all(), assignment.lti_links.all()]
    details.append(assignment.regrades.all())
    board = Board.objects.filter(assignment=assignment)
    newer = assignment.newer_versions.order_by("pk")
    rows = serializers.serialize("json", [assignment, *chain(*details, board), *left, *newer])
    _record(assignment, by=by, now=now, withdrawn=True)
    assignment.regrades.all().delete()
    newer.update(newer_version_of=assignment.newer_version_of_id)
    reason = VERSION_DELETED.format(number=assignment.edition.number)
    assignment.delete()
    for given in left:
        undo_excuse(given.assignment, given.student, reason=reason, by=by, now=now)
    return rows


@transaction.atomic
def restore_assignment(rows: str, classroom: Classroom, *, by: User, now: datetime) -> Assignment:
    """Bring a deleted assignment of this classroom back with its extensions and excuses. Safe to repeat.

    rows: of `delete_assignment`. Raises CannotRestore if a student, a version or the class of it is gone.
    """
    saved = list(serializers.deserialize("json", rows))
    assignment = saved[0].object
    if not isinstance(assignment, Assignment) or assignment.classroom_id != classroom.pk:
        raise CannotRestore
    # If the form is sent twice at once, the second request finds the quiz that the first restored.
    lock_rows(classrooms=[classroom.pk])
    current = Assignment.objects.filter(pk=assignment.pk).first()
    if current is not None:
        return current
    try:
        with transaction.atomic():
            left = [
                row.object
                for row in saved
                if isinstance(row.object, Excuse) and row.object.assignment_id != assignment.pk
            ]
            newer = [row.object for row in saved[1:] if isinstance(row.object, Assignment)]
            for row in saved:
                if row.object not in left and row.object not in newer:
                    row.save(force_insert=True)
            # SQLite checks foreign keys at the commit, too late for a refusal.
            connection.check_constraints(table_names={row.object._meta.db_table for row in saved})
    except IntegrityError as error:
        raise CannotRestore from error
    Assignment.objects.filter(pk__in=[quiz.pk for quiz in newer]).update(newer_version_of=assignment)
    _excuse_again(assignment, left, by=by, now=now)
    _record(assignment, by=by, now=now, withdrawn=False)
    return assignment


def _excuse_again(assignment: Assignment, left: Sequence[Excuse], *, by: User, now: datetime) -> None:
    """Excuse students from the older version again. Who has started that one since is excused from the restored one."""
    quizzes = Assignment.objects.select_related("classroom", "edition").in_bulk({one.assignment_id for one in left})
    students = Student.objects.select_related("classroom").in_bulk({one.student_id for one in left})
    lock_rows(assignments={assignment.pk, *quizzes}, students=students, with_starts=True)
    started = set(Attempt.objects.filter(assignment__in=quizzes).values_list("student", "assignment"))
    for given in left:
        older, student = quizzes.get(given.assignment_id), students.get(given.student_id)
        if older is None or student is None:
            continue
        quiz, other = (assignment, older) if (student.pk, older.pk) in started else (older, assignment)
        reason = HAS_VERSION.format(number=other.edition.number)
        excuse(quiz, student, reason=reason, by=by, now=now)


def _record(assignment: Assignment, *, by: User, now: datetime, withdrawn: bool) -> None:
    AuditEvent.objects.record(
        AuditEvent.Action.ASSIGNMENT_CHANGED,
        actor=by,
        classroom=assignment.classroom,
        at=now,
        assignment=assignment.public_id,
        withdrawn=withdrawn,
    )
