"""Give a newer version of its set with an assignment: to the class, or to the students who have not started."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from quizzes.assignments.accommodations import excuse
from quizzes.assignments.lifecycle import make_assignments, settings_of
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, Attempt, AuditEvent, Edition, Excuse, User
from quizzes.models.assignments import MAX_TITLE, NEW_VERSION
from quizzes.models.locks import lock_rows, locked_with_keys, read_row
from quizzes.models.reasons import HAS_VERSION, STAYS_EXCUSED


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
    before = current.edition
    if current.own_title.endswith(_suffix(before)):
        current.own_title = _title(current, edition)
    current.edition = edition
    current.save(update_fields=["edition", "own_title"])
    # Students who have this quiz in place of an older one.
    moved = Excuse.objects.filter(
        assignment=current.newer_version_of_id, reason=HAS_VERSION.format(number=before.number)
    )
    moved.update(reason=HAS_VERSION.format(number=edition.number))
    AuditEvent.objects.record(
        AuditEvent.Action.ASSIGNMENT_CHANGED,
        actor=by,
        classroom=current.classroom,
        at=now,
        assignment=current.public_id,
        edition_before=before.pk,
        edition=edition.pk,
    )


@transaction.atomic
def split_by_edition(
    assignment: Assignment, edition: Edition, *, group: uuid.UUID, by: User, now: datetime
) -> Assignment:
    """Give another edition to the students who have not started, as an assignment of its own; returns that one.

    It has the same window, settings and extensions. Each student is excused from one of the two. Students who came
    since get the one that was made before, and no version between the two. group: of the form, so that it splits once
    if sent twice. Raises AllStarted.
    """
    current = read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    known = Assignment.objects.filter(group=group, classroom=current.classroom_id).first()
    if known is not None:
        return known
    excused, moved = set(current.excuses.values_list("student", flat=True)), set[int]()
    given = _given_before(current, edition)
    if given:
        moved = excused - set(given[0].excuses.values_list("student", flat=True))
    else:
        given = [_make(current, edition, group=group, by=by, now=now)]
    made, *between = given
    older = [current, *between]
    students = list(current.classroom.students.enrolled().exclude(pk__in=moved))
    quizzes = [quiz.pk for quiz in (made, *older)]
    lock_rows(assignments=quizzes, students=[student.pk for student in students], with_starts=True)
    starts = set(Attempt.objects.filter(assignment__in=older).order_by().values_list("student", "assignment"))
    for student in students:
        if student.pk in excused:
            excuse(made, student, reason=STAYS_EXCUSED, by=by, now=now)
            continue
        own = next((quiz for quiz in older if (student.pk, quiz.pk) in starts), made)
        for quiz in (made, *older):
            if quiz != own and (student.pk, quiz.pk) not in starts:
                excuse(quiz, student, reason=HAS_VERSION.format(number=own.edition.number), by=by, now=now)
    started = {student for student, _ in starts}
    extended = set(made.extensions.values_list("student", flat=True))
    for extension in current.extensions.exclude(student__in=started | moved | extended):
        extension.pk, extension.assignment = None, made
        extension.save()
    return made


def _given_before(current: Assignment, edition: Edition) -> list[Assignment]:
    """The newer version with this edition that was made before, then those between the two; [] without one."""
    paths = dict[int | None, list[Assignment]]({current.pk: []})
    # An older version has the smaller id.
    for quiz in current.classroom.assignments.filter(newer_version_of__isnull=False).with_set().order_by("pk"):
        if quiz.newer_version_of_id in paths:
            paths[quiz.pk] = [quiz, *paths[quiz.newer_version_of_id]]
            if quiz.edition_id == edition.pk:
                return paths[quiz.pk]
    return []


def _make(assignment: Assignment, edition: Edition, *, group: uuid.UUID, by: User, now: datetime) -> Assignment:
    """An assignment of the edition for the students who have not started this one. Raises AllStarted."""
    classroom = assignment.classroom
    if not classroom.students.enrolled().without_work(assignment.pk).exists():
        raise AllStarted
    settings = replace(settings_of(assignment), own_title=_title(assignment, edition))
    windows = {classroom: window_of(assignment)}
    [made] = make_assignments(
        edition, windows, settings=settings, group=group, by=by, now=now, newer_version_of=assignment
    )
    return made


def _title(assignment: Assignment, edition: Edition) -> str:
    """The stored title that ends in the number of this edition, not also in that of the assignment's own."""
    suffix = _suffix(edition)
    return assignment.stored_title.removesuffix(_suffix(assignment.edition))[: MAX_TITLE - len(suffix)] + suffix


def _suffix(edition: Edition) -> str:
    return NEW_VERSION.format(title="", number=edition.number)
