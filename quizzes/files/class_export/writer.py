"""Export a classroom as one file."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from quizzes.attempts.integrity import deadline_moves, snapshot
from quizzes.content.pictures import picture_tables
from quizzes.files.class_export.document import write_class_export
from quizzes.files.class_export.parts import (
    AccommodationPart,
    AnswerPart,
    AssignmentPart,
    AttemptPart,
    ClassExport,
    ClassroomPart,
    CorrectionPart,
    EditionPart,
    EventPart,
    ExcusePart,
    ExtensionPart,
    MarkPart,
    PicturePart,
    StudentPart,
)
from quizzes.files.class_export.typed_json import Key
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    Edition,
    Excuse,
    Extension,
    ManualGrade,
    Regrade,
    StoredPicture,
    Student,
    User,
)


def record_export(classroom: Classroom, *, by: User | None, now: datetime) -> None:
    """Record in the audit log that a classroom is exported. by: None for the operator, by a command."""
    AuditEvent.objects.record(
        AuditEvent.Action.SCORES_EXPORTED, actor=by, classroom=classroom, at=now, layout="class_export"
    )


def export_classroom(classroom: Classroom, *, now: datetime) -> bytes:
    """The class export of a classroom; 14 queries of one moment. The file has names, answers and keys in plain text."""
    with snapshot():
        class_export = _class_export(classroom, now=now)
    return write_class_export(class_export)


def _class_export(classroom: Classroom, *, now: datetime) -> ClassExport:
    assignments = list(classroom.assignments.order_by("created_at", "pk"))
    editions = Edition.objects.filter(pk__in={assignment.edition_id for assignment in assignments})
    attempts = classroom.attempts.select_related("assignment", "student").order_by("pk")
    return ClassExport(
        made_at=now,
        classroom=ClassroomPart(
            key=Key(classroom.public_id),
            name=classroom.name,
            time_zone=classroom.time_zone,
            created_at=classroom.created_at,
            archived_at=classroom.archived_at,
            sorts_by_first_name=classroom.sorts_by_first_name,
            counts_missing_as_zero=classroom.counts_missing_as_zero,
            reading_variant=classroom.reading_variant,
            students_choose_variant=classroom.students_choose_variant,
            supports=classroom.supports,
            pin_kind=classroom.pin_kind,
        ),
        editions=tuple(
            _edition(edition) for edition in editions.select_related("question_set").order_by("question_set", "number")
        ),
        students=_students(classroom),
        assignments=_assignments(classroom, assignments),
        attempts=_attempts(classroom, list(attempts)),
    )


def _edition_key(edition_id: int) -> str:
    return f"edition-{edition_id}"


def _edition(edition: Edition) -> EditionPart:
    return EditionPart(
        key=_edition_key(edition.pk),
        question_set=edition.question_set.public_id,
        number=edition.number,
        published_at=edition.published_at,
        note=edition.note,
        document=edition.document,
        pictures=tuple(
            PicturePart(digest=row.digest, media_type=row.media_type, content=b64encode(row.content).decode())
            for row in _pictures(edition)
        ),
    )


def _pictures(edition: Edition) -> Iterable[StoredPicture]:
    """The pictures that the edition names; no query if it names none."""
    digests = {table["digest"] for table in picture_tables(edition.document)}
    return edition.question_set.pictures.filter(digest__in=digests).order_by("digest") if digests else ()


def _students_of(classroom: Classroom) -> QuerySet[Student]:
    """The students of the roster, with removed ones, and students who made an attempt here and moved away."""
    return Student.objects.filter(Q(classroom=classroom) | Q(attempts__classroom=classroom)).distinct().order_by("pk")


def _students(classroom: Classroom) -> tuple[StudentPart, ...]:
    students = list(_students_of(classroom))
    accommodations = {
        row.student_id: AccommodationPart(time_factor=row.time_factor, changed_at=row.changed_at)
        for row in Accommodation.objects.filter(student__classroom=classroom)
    }
    return tuple(
        _student(student, classroom=classroom, accommodation=accommodations.get(student.pk)) for student in students
    )


def _student(student: Student, *, classroom: Classroom, accommodation: AccommodationPart | None) -> StudentPart:
    """A student. Of one who moved away only the name: what is set since is of another class, and of its teachers."""
    part = StudentPart(
        key=Key(student.public_id),
        name=student.display_name,
        family_name=student.family_name,
        external_id=student.external_id,
        language=student.language,
        reading_variant=student.reading_variant,
        chosen_variant=student.chosen_variant,
        supports=student.supports,
        pin_version=student.pin_version,
        created_at=student.created_at,
        removed_at=student.removed_at,
        is_elsewhere=student.classroom_id != classroom.pk,
        accommodation=accommodation,
    )
    if not part.is_elsewhere:
        return part
    return replace(
        part, external_id="", language="", reading_variant="", chosen_variant="", supports=None, removed_at=None
    )


def _assignments(classroom: Classroom, assignments: list[Assignment]) -> tuple[AssignmentPart, ...]:
    here = {"assignment__classroom": classroom}
    # One who moved away before the first attempt may have left an extension or an excuse.
    of_students = {**here, "student__in": _students_of(classroom).order_by()}
    extensions = _grouped(
        Extension.objects.filter(**of_students).select_related("student").order_by("pk"), "assignment_id"
    )
    excuses = _grouped(Excuse.objects.filter(**of_students).select_related("student").order_by("pk"), "assignment_id")
    corrections = _grouped(
        Regrade.objects.filter(**here).select_related("question").order_by("made_at", "pk"), "assignment_id"
    )
    closed_through = dict(Board.objects.filter(**here).values_list("assignment", "closed_through"))
    moves = deadline_moves(classroom=classroom)
    keys = {assignment.pk: Key(assignment.public_id) for assignment in assignments}
    return tuple(
        AssignmentPart(
            key=keys[assignment.pk],
            edition=_edition_key(assignment.edition_id),
            own_title=assignment.own_title,
            is_title_made=assignment.is_title_made,
            group=assignment.group,
            created_at=assignment.created_at,
            opens_at=assignment.opens_at,
            due_at=assignment.due_at,
            closes_at=assignment.closes_at,
            waits_for_teacher=assignment.waits_for_teacher,
            paused_at=assignment.paused_at,
            time_limit=assignment.time_limit,
            max_attempts=assignment.max_attempts,
            attempt_policy=assignment.attempt_policy,
            shuffle_questions=assignment.shuffle_questions,
            shuffle_choices=assignment.shuffle_choices,
            release=assignment.release,
            shows_scores=assignment.shows_scores,
            is_teacher_paced=assignment.is_teacher_paced,
            newer_version_of=keys.get(assignment.newer_version_of_id or 0),
            closed_through=closed_through.get(assignment.pk, 0) if assignment.is_teacher_paced else 0,
            window_changed=moves.is_moved(assignment),
            extensions=tuple(_extension(row) for row in extensions[assignment.pk]),
            excuses=tuple(_excuse(row) for row in excuses[assignment.pk]),
            corrections=tuple(_correction(row) for row in corrections[assignment.pk]),
        )
        for assignment in assignments
    )


def _extension(row: Extension) -> ExtensionPart:
    return ExtensionPart(
        student=Key(row.student.public_id),
        due_at=row.due_at,
        closes_at=row.closes_at,
        extra_attempts=row.extra_attempts,
        reason_kind=row.reason_kind,
        reason=row.reason,
        given_at=row.given_at,
    )


def _excuse(row: Excuse) -> ExcusePart:
    return ExcusePart(
        student=Key(row.student.public_id),
        reason_kind=row.reason_kind,
        reason=row.reason,
        own_version=row.own_version,
        given_at=row.given_at,
    )


def _correction(row: Regrade) -> CorrectionPart:
    return CorrectionPart(
        group=row.group,
        question=row.question.key,
        policy=row.policy,
        document=row.document,
        reason_kind=row.reason_kind,
        reason=row.reason,
        made_at=row.made_at,
        undone_at=row.undone_at,
    )


def _attempts(classroom: Classroom, attempts: list[Attempt]) -> tuple[AttemptPart, ...]:
    here = {"attempt__classroom": classroom}
    answers = _grouped(Answer.objects.filter(**here).select_related("question").order_by("pk"), "attempt_id")
    events = _grouped(AnswerEvent.objects.filter(**here).select_related("question").order_by("pk"), "attempt_id")
    grades = _grouped(ManualGrade.objects.in_force().filter(**here).select_related("question"), "attempt_id")
    return tuple(
        AttemptPart(
            key=Key(attempt.public_id),
            assignment=Key(attempt.assignment.public_id),
            student=Key(attempt.student.public_id),
            number=attempt.number,
            medium=attempt.medium,
            seed=attempt.seed,
            shuffle_questions=attempt.shuffle_questions,
            shuffle_choices=attempt.shuffle_choices,
            time_limit=attempt.time_limit,
            started_at=attempt.started_at,
            paused_for=attempt.paused_for or None,
            break_time=attempt.break_time or None,
            break_ends_at=attempt.break_ends_at,
            deadline_at=attempt.deadline_at,
            handed_in_at=attempt.submitted_at,
            handed_in_by=attempt.submitted_by,
            receipt=attempt.receipt,
            score=attempt.score,
            max_score=attempt.max_score,
            supports=attempt.supports,
            comment=attempt.comment,
            language=attempt.language,
            answers=tuple(_answer(row) for row in answers[attempt.pk]),
            log=tuple(_event(row) for row in events[attempt.pk]),
            marks=tuple(
                MarkPart(question=row.question.key, points=row.points, comment=row.comment, made_at=row.made_at)
                for row in grades[attempt.pk]
            ),
        )
        for attempt in attempts
    )


def _answer(row: Answer) -> AnswerPart:
    return AnswerPart(
        question=row.question.key,
        value=row.value,
        revision=row.revision,
        flagged=row.flagged,
        saved_at=row.saved_at,
        checked_at=row.checked_at,
    )


def _event(row: AnswerEvent) -> EventPart:
    return EventPart(
        question=row.question.key,
        operation=row.operation,
        value=row.value,
        revision=row.revision,
        outcome=row.outcome,
        at=row.at,
    )


def _grouped(rows: Iterable[Any], name: str) -> defaultdict[int, list[Any]]:
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups
