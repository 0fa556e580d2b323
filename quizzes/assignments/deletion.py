"""Delete an assignment without attempts, and bring it back."""

from datetime import datetime
from itertools import chain

from django.core import serializers
from django.db import IntegrityError, connection, transaction

from quizzes.assignments.newer_versions import HasAttempts
from quizzes.models import Assignment, AuditEvent, Board, Classroom, User
from quizzes.models.locks import lock_rows, locked_with_keys, read_row


class CannotRestore(Exception):
    """The deleted assignment needs rows that are gone."""


@transaction.atomic
def delete_assignment(assignment: Assignment, *, by: User, now: datetime) -> str:
    """Delete an assignment without attempts; returns its rows as text, for `restore_assignment`.

    Raises HasAttempts, and RowDeleted if it is deleted already.
    """
    # A student who starts, or another change of the quiz, comes before or after.
    read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    if assignment.attempts.exists():
        raise HasAttempts
    # A question is regraded in all classes of a teacher, also where nobody has started.
    details = [assignment.extensions.all(), assignment.excuses.all(), assignment.lti_links.all()]
    details.append(assignment.regrades.all())
    board = Board.objects.filter(assignment=assignment)
    rows = serializers.serialize("json", [assignment, *chain(*details, board)])
    _record(assignment, by=by, now=now, withdrawn=True)
    assignment.regrades.all().delete()
    assignment.delete()
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
            for row in saved:
                row.save(force_insert=True)
            # SQLite checks foreign keys at the commit, too late for a refusal.
            connection.check_constraints(table_names={row.object._meta.db_table for row in saved})
    except IntegrityError as error:
        raise CannotRestore from error
    _record(assignment, by=by, now=now, withdrawn=False)
    return assignment


def _record(assignment: Assignment, *, by: User, now: datetime, withdrawn: bool) -> None:
    AuditEvent.objects.record(
        AuditEvent.Action.ASSIGNMENT_CHANGED,
        actor=by,
        classroom=assignment.classroom,
        at=now,
        assignment=assignment.public_id,
        withdrawn=withdrawn,
    )
