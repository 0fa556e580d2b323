"""Delete an assignment without attempts, and bring it back.

Of two versions of a quiz, each student is excused from one. They have that one again when the other is deleted.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from quizzes.assignments.excuses import excuse_students, undo_excuses
from quizzes.assignments.newer_versions import HasAttempts
from quizzes.assignments.own_versions import excuses_for
from quizzes.models import Assignment, Attempt, AuditEvent, Board, Classroom, Excuse, Extension, Student, User
from quizzes.models.locks import lock_remaining, lock_rows, locked_with_keys, read_row
from quizzes.models.reasons import ReasonKind, ReasonValues
from quizzes.people.newcomers import give_one_version


class CannotRestore(Exception):
    """The deleted assignment needs rows that are gone."""


@transaction.atomic
def delete_assignment(assignment: Assignment, *, by: User, now: datetime) -> str:
    """Delete an assignment without attempts; returns its rows as text, for `restore_assignment`.

    Raises HasAttempts, and RowDeleted if it is deleted already.
    """
    # With the older version locked, no one else gives this one to more students.
    lock_rows(assignments=filter(None, (assignment.pk, assignment.newer_version_of_id)))
    # A student who starts, or another change of the quiz, comes before or after.
    read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    newer = list(assignment.newer_versions.order_by("pk"))
    lock_rows(assignments=[one.pk for one in newer])
    left = excuses_for(assignment)
    lock_rows(students=[given.student_id for given in left], with_starts=True)
    if assignment.attempts.exists():
        raise HasAttempts
    # A question is regraded in all classes of a teacher, also where no one has started.
    details = [assignment.extensions.all(), assignment.excuses.all(), assignment.lti_links.all()]
    details.append(assignment.regrades.all())
    board = Board.objects.filter(assignment=assignment)
    rows = serializers.serialize("json", [assignment, *chain(*details, board), *left, *newer])
    assignment.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, withdrawn=True)
    assignment.regrades.all().delete()
    deleted: ReasonValues = {"reason_kind": ReasonKind.VERSION_DELETED, "own_version": assignment.edition.number}
    assignment.newer_versions.update(newer_version_of=assignment.newer_version_of_id)
    assignment.delete()
    students = defaultdict[Assignment, list[Student]](list)
    for given in left:
        students[given.assignment].append(given.student)
    for version, excused in students.items():
        undo_excuses(version, excused, by=by, now=now, **deleted)
    return rows


def was_deleted(public_id: str, *, classrooms: QuerySet[Classroom]) -> bool:
    """Whether the log of one of these classes has a deletion of this assignment. One query."""
    return AuditEvent.objects.filter(
        action=AuditEvent.Action.ASSIGNMENT_CHANGED,
        classroom__in=classrooms,
        detail__assignment=public_id,
        detail__withdrawn=True,
    ).exists()


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
    objects = [row.object for row in saved[1:]]
    left = [one for one in objects if isinstance(one, Excuse) and one.assignment_id != assignment.pk]
    newer = [one for one in objects if isinstance(one, Assignment)]
    # Before the new rows, which lock the keys of the students.
    others = {assignment.newer_version_of_id or 0, *(one.assignment_id for one in left), *(one.pk for one in newer)}
    named = {one.student_id for one in objects if isinstance(one, Excuse | Extension)}
    lock_remaining(classroom.assignments.with_versions() | Assignment.objects.filter(pk__in=others))
    # Students who came since are excused too.
    students = Student.objects.filter(Q(pk__in=named) | Q(classroom=classroom, removed_at=None))
    lock_rows(students=students.order_by().values_list("pk", flat=True), with_starts=True)
    try:
        with transaction.atomic():
            for row in saved:
                if row.object not in (*left, *newer):
                    row.save(force_insert=True)
            # SQLite checks foreign keys at the commit, too late for a refusal.
            connection.check_constraints(table_names={row.object._meta.db_table for row in saved})
    except IntegrityError as error:
        raise CannotRestore from error
    _join_versions(assignment, left, newer, by=by, now=now)
    # Students who came since have one version too.
    versions = [versions for versions in classroom.assignments.all().versions() if assignment in versions]
    give_one_version(versions, list(classroom.students.enrolled()), by=by, now=now)
    assignment.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, withdrawn=False)
    return assignment


def _join_versions(
    assignment: Assignment, left: Sequence[Excuse], newer: Sequence[Assignment], *, by: User, now: datetime
) -> None:
    """Make the restored quiz a version of the others again, and excuse its students from those. All are locked.

    Students who have started the other version since are excused from the restored one.
    """
    quizzes = Assignment.objects.select_related("classroom", "edition").in_bulk({one.assignment_id for one in left})
    students = Student.objects.select_related("classroom").in_bulk({one.student_id for one in left})
    Assignment.objects.filter(pk__in=[one.pk for one in newer]).update(newer_version_of=assignment)
    started = set(Attempt.objects.filter(assignment__in=quizzes).values_list("student", "assignment"))
    # By the quiz that they do not have and the one that they have.
    excused = defaultdict[tuple[Assignment, Assignment], list[Student]](list)
    for given in left:
        version, student = quizzes.get(given.assignment_id), students.get(given.student_id)
        if version is None or student is None:
            continue
        has_started = (student.pk, version.pk) in started
        excused[(assignment, version) if has_started else (version, assignment)].append(student)
    for (quiz, own), chosen in excused.items():
        reason: ReasonValues = {"reason_kind": ReasonKind.HAS_VERSION, "own_version": own.edition.number}
        excuse_students(quiz, chosen, by=by, now=now, **reason)
