"""Attempts from a student's old class that a teacher counts in the student's new class.

The attempts stay in the old class. The new class gets copies of them, with answers, log and grades, so that every page
and file counts them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Model, Q

from quizzes.assignments.accommodations import extend, extended
from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.assignments.lifecycle import stood_still
from quizzes.assignments.own_versions import own_versions
from quizzes.assignments.status import is_late
from quizzes.assignments.student_statuses import Overrides, load_overrides
from quizzes.attempts.receipts import free_receipts
from quizzes.grading.scores import rescore
from quizzes.models import (
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Excuse,
    Extension,
    ManualGrade,
    Student,
    User,
)
from quizzes.models.locks import lock_remaining, lock_rows
from quizzes.models.public_ids import new_public_id
from quizzes.models.reasons import ReasonKind, ReasonValues
from quizzes.people.rosters import move_student

# Columns of an attempt that get a new value in the copy. `made_as` is one: if a merge is undone, the other entry must
# not get a copy that it never had.
_NOT_COPIED = {"id", "public_id", "receipt", "assignment", "classroom", "number", "carried_from", "made_as"}


def transferable_attempts(student: Student) -> dict[Assignment, list[Attempt]]:
    """The finished attempts in other classes, by the quiz of the student's class for which they can count.

    The quiz has the same version of the question set. Neither it nor another version of it has an attempt of this
    student. At most 4 queries.
    """
    made = Attempt.objects.made_by(student.pk).select_related("assignment").order_by("started_at", "pk")
    elsewhere: dict[int, list[Attempt]] = {}
    taken = set()
    for attempt in made:
        if attempt.classroom_id == student.classroom_id:
            taken.add(attempt.assignment_id)
        elif attempt.submitted_at is not None and attempt.carried_from_id is None:
            elsewhere.setdefault(attempt.assignment.edition_id, []).append(attempt)
    quizzes = Assignment.objects.filter(classroom=student.classroom_id, edition__in=elsewhere)
    found: dict[Assignment, list[Attempt]] = {}
    for quiz in quizzes.exclude(pk__in=taken):
        # If two quizzes have the same version, the older one gets the attempts.
        if attempts := elsewhere.pop(quiz.edition_id, []):
            found[quiz] = attempts
    own = own_versions(list(found)) if found else {}
    return {
        quiz: attempts
        for quiz, attempts in found.items()
        if (version := own.get((student.pk, quiz.pk))) is None or version.pk not in taken
    }


def settings_left(student: Student, *, to: Classroom) -> list[Assignment]:
    """The quizzes whose extension or excuse stays behind, although this class has the same version. At most 3 queries.

    The times of an extension belong to the days of one class. An extension of a finished quiz is used. In the new
    class, the student gets one version of a quiz too.
    """
    own = Attempt.objects.submitted().made_by(student.pk)
    extended = Extension.objects.filter(student=student).exclude(assignment__in=own.order_by().values("assignment"))
    excused = Excuse.objects.filter(student=student).exclude(
        reason_kind__in=[ReasonKind.OTHER_FORM, ReasonKind.JOINED_LATER]
    )
    left = Assignment.objects.filter(
        Q(pk__in=extended.values("assignment")) | Q(pk__in=excused.values("assignment")),
        classroom=student.classroom_id,
        edition__in=Assignment.objects.filter(classroom=to).order_by().values("edition"),
    )
    quizzes = list(left.with_set())
    versions = own_versions(quizzes) if quizzes else {}
    return [quiz for quiz in quizzes if (student.pk, quiz.pk) not in versions]


@transaction.atomic
def move_with_work(student: Student, *, to: Classroom, by: User, now: datetime) -> int:
    """Move a student to the roster of another class, and transfer the attempts. Returns for how many quizzes.

    Raises what `move_student` raises.
    """
    # Before the student, in the order of all changes to students.
    lock_rows(classrooms=[to.pk])
    lock_remaining(Assignment.objects.filter(classroom=to))
    move_student(student, to=to, by=by, now=now)
    return transfer_attempts(student, by=by, now=now)


@transaction.atomic
def transfer_attempts(student: Student, *, by: User, now: datetime) -> int:
    """Copy finished attempts of other classes to the student's class. Returns for how many quizzes. Safe to repeat."""
    # A start of one of these quizzes runs before or after this, and the later one finds the attempts of the earlier.
    found = transferable_attempts(student)
    quizzes = {*found, *(own for (one, _), own in own_versions(list(found)).items() if one == student.pk)}
    lock_rows(assignments=[quiz.pk for quiz in quizzes], students=[student.pk])
    found = transferable_attempts(student)
    own = own_versions(list(found))
    # First, because an extension waits for starts, and a start waits for the number of a copy.
    overrides = load_overrides(student=student)
    for quiz, attempts in found.items():
        _keep_on_time(quiz, attempts, student, overrides, by=by, now=now)
        if (other := own.get((student.pk, quiz.pk))) is not None:
            reason: ReasonValues = {"reason_kind": ReasonKind.HAS_VERSION, "own_version": quiz.edition.number}
            undo_excuse(quiz, student, by=by, now=now, **reason)
            excuse(other, student, by=by, now=now, **reason)
        elif quiz.excuses.filter(student=student).exclude(reason_kind=ReasonKind.OTHER_FORM).exists():
            # The teacher says that the work counts, as in a merge.
            undo_excuse(quiz, student, by=by, now=now)
    for quiz, attempts in found.items():
        rescore([_copy(attempt, quiz, student, number, now=now) for number, attempt in enumerate(attempts, start=1)])
        AuditEvent.objects.record(
            AuditEvent.Action.WORK_CARRIED,
            actor=by,
            classroom=student.classroom,
            student=student,
            at=now,
            assignment=quiz.public_id,
        )
    return len(found)


def differing_quizzes(student: Student) -> list[Assignment]:
    """The quizzes of the student's class whose copies have another score than the originals. 1 query.

    The classes have different regrades, or an original was graded since.
    """
    copies = Attempt.objects.made_by(student.pk).filter(classroom=student.classroom_id, carried_from__isnull=False)
    differing = copies.exclude(score=F("carried_from__score"), max_score=F("carried_from__max_score"))
    return list(Assignment.objects.filter(pk__in=differing.order_by().values("assignment")).with_set())


def _keep_on_time(
    quiz: Assignment, attempts: Sequence[Attempt], student: Student, overrides: Overrides, *, by: User, now: datetime
) -> None:
    """Move the student's due time in the new class if work that was on time in the old class would be late.

    overrides: of the student.
    """
    due_at = overrides.window(quiz, student.pk).due_at
    before = [(attempt, overrides.window(attempt.assignment, student.pk).due_at) for attempt in attempts]
    on_time = [
        due_there or attempt.submitted_at
        for attempt, due_there in before
        if is_late(attempt, due_at) and not is_late(attempt, due_there)
    ]
    if on_time:
        extension = quiz.extensions.filter(student=student).first()
        latest = max(moment for moment in on_time if moment is not None)
        values = extended(extension, due_at=latest, closes_at=None, reason_kind=ReasonKind.ON_TIME)
        extend(quiz, student, by=by, now=now, **values)


def _copy(attempt: Attempt, quiz: Assignment, student: Student, number: int, *, now: datetime) -> Attempt:
    columns = {field.name: getattr(attempt, field.name) for field in Attempt._meta.concrete_fields}
    made = Attempt(
        **{name: value for name, value in columns.items() if name not in _NOT_COPIED},
        public_id=new_public_id(),
        receipt=free_receipts(1)[0],
        assignment=quiz,
        classroom_id=student.classroom_id,
        number=number,
        carried_from=attempt,
    )
    paused_at = attempt.assignment.paused_at
    if paused_at is not None and attempt.deadline_at is None:
        # The resume of the old class gives the original its part of the pause, but not this copy.
        made.paused_for += stood_still(attempt, paused_at=paused_at, ended_at=now)
    made.save(force_insert=True)
    for model in (Answer, AnswerEvent, ManualGrade):
        _copy_rows(model, attempt, made)
    return made


def _copy_rows(model: type[Model], old: Attempt, new: Attempt) -> None:
    rows = list(model._default_manager.filter(attempt=old).order_by("pk"))
    for row in rows:
        row.pk, row.attempt = None, new  # type: ignore[attr-defined]  # each of the three has it
        if isinstance(row, Answer):
            # Its save comes with the log.
            row.operation = ""
    model._default_manager.bulk_create(rows)
