"""Give a newer version of its set with an assignment: to the class, or to the students who have not started."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from quizzes.assignments.excuses import undo_excuses
from quizzes.assignments.lifecycle import make_assignments, settings_of
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, Attempt, AuditEvent, Board, Edition, Excuse, Extension, Student, User
from quizzes.models.assignments import MAX_TITLE
from quizzes.models.locks import lock_remaining, lock_rows, locked_with_keys, read_row
from quizzes.models.quiz_titles import NEW_VERSION
from quizzes.models.reasons import ReasonKind, ReasonValues
from quizzes.people.newcomers import by_student, own_version


class AllStarted(Exception):
    """Each student of the class has started the assignment or is excused from it."""


class HasAttempts(Exception):
    """The assignment has attempts or regrades."""


@transaction.atomic
def use_edition(assignment: Assignment, edition: Edition, *, by: User, now: datetime) -> None:
    """Give another edition of the set with an assignment that has no attempts and no regrades. Raises HasAttempts."""
    # The lock makes a student who starts an attempt wait until this transaction ends.
    current = read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    # A regrade refers to a question of the old edition.
    if current.attempts.exists() or current.regrades.exists():
        raise HasAttempts
    if current.edition_id == edition.pk:
        # Sent twice. The class board may have started since.
        return
    before = current.edition
    if current.is_title_made and current.own_title.endswith(_suffix(before)):
        current.own_title = _title(current, edition)
    # It names questions of the old edition by their places. No student has seen it in an attempt.
    Board.objects.filter(assignment=current).delete()
    current.edition = edition
    current.save(update_fields=["edition", "own_title"])
    # Students who have this quiz in place of another version.
    moved = Excuse.objects.filter(assignment__in=_versions_with(current), own_version=before.number)
    moved.update(own_version=edition.number)
    editions = {"edition_before": before.pk, "edition": edition.pk}
    current.record_event(AuditEvent.Action.ASSIGNMENT_CHANGED, by=by, now=now, **editions)


@transaction.atomic
def split_by_edition(
    assignment: Assignment, edition: Edition, *, group: uuid.UUID, by: User, now: datetime
) -> Assignment:
    """Give another edition to the students who have not started, as an assignment of its own; returns that one.

    It has the same window, settings and extensions. Each student has one version and is excused from the others. If
    one of the versions has this edition, the students get that one. group: of the form, so that it splits once if
    sent twice. Raises AllStarted.
    """
    # A student comes to the class before or after this.
    lock_rows(classrooms=[assignment.classroom_id])
    of_class = Assignment.objects.filter(classroom=assignment.classroom_id)
    # The older versions come before this one.
    lock_remaining(of_class.with_versions() | of_class.filter(pk=assignment.pk))
    current = read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    known = of_class.filter(group=group).first()
    if known is not None:
        return known
    versions = _versions_with(current)
    before = next((quiz for quiz in versions if quiz.edition_id == edition.pk), None)
    made = before or _make(current, edition, newest=versions[-1], group=group, by=by, now=now)
    students = list(current.classroom.students.enrolled())
    quizzes = {quiz.pk for quiz in (*versions, made)}
    extended = current.extensions.order_by().values_list("student", flat=True)
    lock_rows(assignments=quizzes, students=[*(student.pk for student in students), *extended], with_starts=True)
    _give_version(made, students, current=current, versions=versions, by=by, now=now)
    return made


def _versions_with(assignment: Assignment) -> list[Assignment]:
    """All versions of this quiz, the oldest first. 1 query."""
    of_class = Assignment.objects.filter(classroom=assignment.classroom_id)
    return next((versions for versions in of_class.versions() if assignment in versions), [assignment])


def _give_version(
    made: Assignment,
    students: Sequence[Student],
    *,
    current: Assignment,
    versions: Sequence[Assignment],
    by: User,
    now: datetime,
) -> None:
    """Give `made` to those who have not started `current`, with their extensions. Excuse all from the other versions.

    versions: those before the split. `made` is one of them, or new.
    """
    quizzes = {quiz.pk: quiz for quiz in (*versions, made)}
    excused, started = by_student(Excuse, quizzes), by_student(Attempt, quizzes)
    with_work = set(started)
    own_versions = {
        student: _own_after_split(current, made, versions, excused=excused[student.pk], started=started[student.pk])
        for student in students
    }
    undone = [student for student, own in own_versions.items() if own == made and made.pk in excused[student.pk]]
    undo_excuses(made, undone, by=by, now=now, **_reason(made))
    excuses = [
        Excuse(assignment=quiz, student=student, given_by=by, given_at=now, **_reason(own))
        for student, own in own_versions.items()
        for pk, quiz in quizzes.items()
        if quiz != own and pk not in excused[student.pk] | started[student.pk]
    ]
    Excuse.objects.give(excuses, by=by, now=now)
    with_other = {student.pk for student, own in own_versions.items() if own not in (None, made)}
    # Students who got a version in an earlier split already have their extensions.
    split_before = {student.pk for student in students if made in versions and current.pk in excused[student.pk]}
    _copy_extensions(current, made, without=with_work | with_other | split_before)


def _own_after_split(
    current: Assignment, made: Assignment, versions: Sequence[Assignment], *, excused: set[int], started: set[int]
) -> Assignment | None:
    """The version that a student has after the split, None if they are excused from all. excused, started: ids."""
    own = own_version(versions, excused=excused, started=started)
    is_moved = own is not None and current.pk not in excused and own.pk not in started
    return made if is_moved else own


def _reason(own: Assignment | None) -> ReasonValues:
    """The reason for excuses from other versions. own: the student's version, None if excused from all."""
    if own is None:
        return {"reason_kind": ReasonKind.STAYS_EXCUSED}
    return {"reason_kind": ReasonKind.HAS_VERSION, "own_version": own.edition.number}


def _copy_extensions(source: Assignment, target: Assignment, *, without: set[int]) -> None:
    """Give each extension on the source on the target too, without these students and those who have one there."""
    without = without | set(target.extensions.values_list("student", flat=True))
    extensions = list(source.extensions.exclude(student__in=without))
    for extension in extensions:
        extension.pk, extension.assignment = None, target
    Extension.objects.bulk_create(extensions)


def _make(
    assignment: Assignment, edition: Edition, *, newest: Assignment, group: uuid.UUID, by: User, now: datetime
) -> Assignment:
    """An assignment of the edition for the students who have not started this one. Raises AllStarted.

    newest: the version that it is newer than.
    """
    classroom = assignment.classroom
    if not classroom.students.enrolled().without_work(assignment.pk).exists():
        raise AllStarted
    settings = replace(settings_of(assignment), own_title=_title(assignment, edition), is_title_made=True)
    windows = {classroom: window_of(assignment)}
    [made] = make_assignments(edition, windows, settings=settings, group=group, by=by, now=now, newer_version_of=newest)
    return made


def _title(assignment: Assignment, edition: Edition) -> str:
    """The stored title that ends in the number of this edition, not also in that of the assignment's own."""
    suffix = _suffix(edition)
    return assignment.stored_title.removesuffix(_suffix(assignment.edition))[: MAX_TITLE - len(suffix)] + suffix


def _suffix(edition: Edition) -> str:
    return NEW_VERSION.format(title="", number=edition.number)
