"""Export a classroom as one file."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from quizzes.attempts.integrity import deadline_moves, snapshot
from quizzes.content.pictures import picture_digests
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
        classroom=_part(ClassroomPart, classroom, key=Key(classroom.public_id)),
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
    return _part(
        EditionPart,
        edition,
        key=_edition_key(edition.pk),
        question_set=edition.question_set.public_id,
        pictures=tuple(_part(PicturePart, row, content=b64encode(row.content).decode()) for row in _pictures(edition)),
    )


def _pictures(edition: Edition) -> Iterable[StoredPicture]:
    """The pictures that the edition names; no query if it names none."""
    digests = picture_digests(edition.document)
    return edition.question_set.pictures.filter(digest__in=digests).order_by("digest") if digests else ()


def _students_of(classroom: Classroom) -> QuerySet[Student]:
    """The students of the roster, with removed ones, and students who made an attempt here and moved away."""
    return Student.objects.filter(Q(classroom=classroom) | Q(attempts__classroom=classroom)).distinct().order_by("pk")


def _students(classroom: Classroom) -> tuple[StudentPart, ...]:
    students = list(_students_of(classroom))
    accommodations = {
        row.student_id: _part(AccommodationPart, row)
        for row in Accommodation.objects.filter(student__classroom=classroom)
    }
    return tuple(
        _student(student, classroom=classroom, accommodation=accommodations.get(student.pk)) for student in students
    )


def _student(student: Student, *, classroom: Classroom, accommodation: AccommodationPart | None) -> StudentPart:
    """A student. Of one who moved away only the name: what is set since is of another class, and of its teachers."""
    part = _part(
        StudentPart,
        student,
        key=Key(student.public_id),
        name=student.display_name,
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
        _part(
            AssignmentPart,
            assignment,
            key=keys[assignment.pk],
            edition=_edition_key(assignment.edition_id),
            newer_version_of=keys.get(assignment.newer_version_of_id or 0),
            closed_through=closed_through.get(assignment.pk, 0) if assignment.is_teacher_paced else 0,
            window_changed=moves.is_moved(assignment),
            extensions=tuple(_of_student(ExtensionPart, row) for row in extensions[assignment.pk]),
            excuses=tuple(_of_student(ExcusePart, row) for row in excuses[assignment.pk]),
            corrections=tuple(_of_question(CorrectionPart, row) for row in corrections[assignment.pk]),
        )
        for assignment in assignments
    )


def _attempts(classroom: Classroom, attempts: list[Attempt]) -> tuple[AttemptPart, ...]:
    here = {"attempt__classroom": classroom}
    answers = _grouped(Answer.objects.filter(**here).select_related("question").order_by("pk"), "attempt_id")
    events = _grouped(AnswerEvent.objects.filter(**here).select_related("question").order_by("pk"), "attempt_id")
    grades = _grouped(ManualGrade.objects.in_force().filter(**here).select_related("question"), "attempt_id")
    return tuple(
        _part(
            AttemptPart,
            attempt,
            key=Key(attempt.public_id),
            assignment=Key(attempt.assignment.public_id),
            student=Key(attempt.student.public_id),
            paused_for=attempt.paused_for or None,
            break_time=attempt.break_time or None,
            handed_in_at=attempt.submitted_at,
            handed_in_by=attempt.submitted_by,
            answers=tuple(_of_question(AnswerPart, row) for row in answers[attempt.pk]),
            log=tuple(_of_question(EventPart, row) for row in events[attempt.pk]),
            marks=tuple(_of_question(MarkPart, row) for row in grades[attempt.pk]),
        )
        for attempt in attempts
    )


def _of_student[Part](part: type[Part], row: Extension | Excuse) -> Part:
    return _part(part, row, student=Key(row.student.public_id))


def _of_question[Part](part: type[Part], row: Regrade | Answer | AnswerEvent | ManualGrade) -> Part:
    return _part(part, row, question=row.question.key)


def _part[Part](part: type[Part], row: Model, **others: Any) -> Part:
    """The part with the columns of a row that have the names of its fields. others: the fields that are no column."""
    names = part.__annotations__.keys() - others.keys()
    return part(**{name: getattr(row, name) for name in names}, **others)


def _grouped(rows: Iterable[Any], name: str) -> defaultdict[int, list[Any]]:
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return groups
