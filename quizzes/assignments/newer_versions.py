"""Give a newer version of its set with an assignment: to the class, or to the students who have not started."""

import uuid
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from quizzes.assignments.accommodations import excuse
from quizzes.assignments.lifecycle import make_assignments, settings_of
from quizzes.assignments.student_settings import window_of
from quizzes.models import Assignment, AuditEvent, Edition, Excuse, User
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
    since get the one that was made before. group: of the form, so that it splits once if sent twice. Raises AllStarted.
    """
    current = read_row(locked_with_keys(Assignment.objects.all()), assignment.pk)
    known = Assignment.objects.filter(group=group, classroom=current.classroom_id).first()
    if known is not None:
        return known
    started = set(current.attempts.values_list("student", flat=True))
    excused, moved = set(current.excuses.values_list("student", flat=True)), set[int]()
    made = current.newer_versions.filter(edition=edition).order_by("pk").first()
    if made is None:
        made = _make(current, edition, group=group, by=by, now=now)
    else:
        moved = excused - set(made.excuses.values_list("student", flat=True))
    students = list(current.classroom.students.enrolled().exclude(pk__in=moved))
    lock_rows(assignments=[made.pk], students=[student.pk for student in students], with_starts=True)
    for student in students:
        if student.pk in excused:
            excuse(made, student, reason=STAYS_EXCUSED, by=by, now=now)
        elif student.pk in started:
            excuse(made, student, reason=HAS_VERSION.format(number=current.edition.number), by=by, now=now)
        else:
            excuse(current, student, reason=HAS_VERSION.format(number=edition.number), by=by, now=now)
    extended = set(made.extensions.values_list("student", flat=True))
    for extension in current.extensions.exclude(student__in=started | moved | extended):
        extension.pk, extension.assignment = None, made
        extension.save()
    return made


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
