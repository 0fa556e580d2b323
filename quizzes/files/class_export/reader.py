"""Import a class export as a classroom of this site, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext

from quizzes.attempts.receipts import free_receipts
from quizzes.caches import clear_all
from quizzes.content.editions import published, written_questions
from quizzes.files.class_export.document import InvalidExport, read_class_export
from quizzes.files.class_export.editions import import_editions
from quizzes.files.class_export.parts import (
    AssignmentPart,
    AttemptPart,
    ClassExport,
    CorrectionPart,
    ExcusePart,
    ExtensionPart,
)
from quizzes.files.class_export.validation import (
    check_closed_through,
    check_columns,
    check_distinct,
    check_levels,
    check_scores,
    check_settings,
    check_times,
    check_values,
    create_rows,
    question_id,
    validated_question,
)
from quizzes.grading.scores import rescore
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
    Student,
    User,
)
from quizzes.models.public_ids import new_public_id
from quizzes.models.quiz_titles import was_made
from quizzes.models.reasons import old_excuse_reason, old_extension_reason, old_regrade_reason
from quizzes.people import classrooms
from quizzes.people.erasure import erase_students_again
from quizzes.people.erasure_ledger import LedgerDamaged, is_erased_class
from quizzes.people.names import InvalidName, clean_name, split_name
from quizzes.people.rosters import name_columns


class AlreadyHere(Exception):
    """This site has a classroom, assignment or attempt with a key of the file."""


def import_classroom(content: bytes, *, by: User, now: datetime) -> Classroom:
    """Create the classroom of a file, taught by this teacher, in one transaction.

    Raises InvalidExport with a one-line reason, AlreadyHere, or classrooms.ClassroomNameTaken. Scores are computed from
    the answers and must equal the scores in the file.
    """
    class_export = read_class_export(content)
    try:
        with transaction.atomic():
            return _import(class_export, by=by, now=now)
    except BaseException as error:
        # Caches keep editions by row id, and the database reuses ids that were rolled back.
        clear_all()
        if isinstance(error, LedgerDamaged):
            text = gettext("The list of what was deleted on this site is damaged. Ask the person who runs Footnote.")
            raise InvalidExport(text) from error
        if isinstance(error, DatabaseError):
            raise InvalidExport(gettext("The parts of this file don’t agree. Export the class again.")) from error
        raise


def _import(class_export: ClassExport, *, by: User, now: datetime) -> Classroom:
    _refuse_known(class_export)
    check_distinct(class_export)
    check_levels(class_export)
    check_times(class_export)
    editions = import_editions(class_export.editions, by=by, now=now)
    classroom = _classroom(class_export, by=by, now=now)
    students = _students(class_export, classroom)
    assignments = _assignments(class_export, classroom, editions, students, by=by, now=now)
    attempts = _attempts(class_export, classroom, assignments, students)
    for part, attempt in zip(class_export.attempts, attempts, strict=True):
        check_values(part, published(attempt.assignment.edition_id))
    _saves(class_export, attempts, by=by)
    check_scores(attempts)
    rescore(attempts)
    # The file may be older than the deletion of a student for good.
    erase_students_again({str(part.key) for part in class_export.students}, now=now)
    return classroom


def left_out_count(classroom: Classroom) -> int:
    """How many students of the file are not in the class that was just imported: they were deleted here. One query."""
    return classroom.audit_events.filter(action=AuditEvent.Action.STUDENT_ERASED).count()


def _refuse_known(class_export: ClassExport) -> None:
    known = [
        Classroom.objects.filter(public_id=class_export.classroom.key),
        Assignment.objects.filter(public_id__in=[part.key for part in class_export.assignments]),
        Attempt.objects.filter(public_id__in=[part.key for part in class_export.attempts]),
    ]
    if any(rows.exists() for rows in known):
        raise AlreadyHere


def _classroom(class_export: ClassExport, *, by: User, now: datetime) -> Classroom:
    part = class_export.classroom
    check_columns(
        Classroom(
            name=part.name,
            time_zone=part.time_zone,
            created_at=part.created_at,
            reading_variant=part.reading_variant,
            pin_kind=part.pin_kind,
        ),
        "classroom",
    )
    classroom = classrooms.add_classroom(
        by=by, name=part.name, time_zone=part.time_zone, archived_at=part.archived_at, now=now
    )
    columns = {name: getattr(part, name) for name in ("created_at", *classrooms.COPIED_SETTINGS)}
    if not is_erased_class(str(part.key)):
        columns["public_id"] = part.key
    for name, value in columns.items():
        setattr(classroom, name, value)
    classroom.save(update_fields=columns)
    return classroom


def _students(class_export: ClassExport, classroom: Classroom) -> dict[str, Student]:
    """Students by key. A student who moved to another class is removed, because the file does not have that class.

    Such a student is in the files of both classes. From the second file, the student gets a new key.
    """
    keys = [part.key for part in class_export.students]
    taken = set(Student.objects.filter(public_id__in=keys).values_list("public_id", flat=True))
    students = {}
    for part in class_export.students:
        try:
            name = split_name(clean_name(part.name))
            if part.family_name is not None:
                name = name._replace(family=clean_name(part.family_name) if part.family_name else "")
        except InvalidName as error:
            raise InvalidExport(
                gettext("Student “{name}” ({key}): {reason}.").format(name=part.name[:60], key=part.key, reason=error)
            ) from error
        students[str(part.key)] = Student(
            public_id=new_public_id() if part.key in taken else part.key,
            classroom=classroom,
            **name_columns(name, by_first=classroom.sorts_by_first_name),
            external_id=part.external_id,
            language=part.language,
            reading_variant=part.reading_variant,
            chosen_variant=part.chosen_variant,
            supports=part.supports,
            pin_version=part.pin_version,
            created_at=part.created_at,
            removed_at=part.removed_at or (class_export.made_at if part.is_elsewhere else None),
        )
    create_rows(Student, students.values(), "student")
    create_rows(
        Accommodation,
        [
            Accommodation(student=students[part.key], **asdict(part.accommodation))
            for part in class_export.students
            if part.accommodation is not None
        ],
        "accommodation",
    )
    return students


# Fields of `AssignmentPart` that are not columns of the same name.
NOT_ASSIGNMENT_COLUMNS = {
    *("key", "edition", "closed_through", "newer_version_of", "window_changed", "extensions", "excuses", "corrections")
}


def _assignments(
    class_export: ClassExport,
    classroom: Classroom,
    editions: dict[str, Edition],
    students: dict[str, Student],
    *,
    by: User,
    now: datetime,
) -> dict[str, Assignment]:
    assignments = {}
    for part in class_export.assignments:
        columns = {
            name: getattr(part, name)
            for name in AssignmentPart.__dataclass_fields__
            if name not in NOT_ASSIGNMENT_COLUMNS
        }
        if part.is_title_made is None:
            edition = editions[part.edition]
            columns["is_title_made"] = was_made(
                part.own_title,
                stored=edition.question_set.title,
                number=edition.number,
                is_newer_version=part.newer_version_of is not None,
            )
        assignments[str(part.key)] = Assignment(
            public_id=part.key, edition=editions[part.edition], classroom=classroom, assigned_by=by, **columns
        )
    create_rows(Assignment, assignments.values(), "assignment", check=check_settings)
    newer = {part.key: part.newer_version_of for part in class_export.assignments if part.newer_version_of is not None}
    for key, older in newer.items():
        assignments[key].newer_version_of = assignments[older]
    Assignment.objects.bulk_update([assignments[key] for key in newer], ["newer_version_of"])
    _add_boards(class_export, assignments, by=by, now=now)
    for part in class_export.assignments:
        _add_student_settings(part, assignments[part.key], students, by=by)
        _add_regrades(part, assignments[part.key], by=by)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action=AuditEvent.Action.ASSIGNMENT_CHANGED,
            actor=by,
            classroom=classroom,
            detail={"assignment": part.key, "imported": True},
            at=now,
        )
        for part in class_export.assignments
        if part.window_changed
    )
    return assignments


def _add_boards(class_export: ClassExport, assignments: dict[str, Assignment], *, by: User, now: datetime) -> None:
    """The board of each teacher-paced quiz, with the questions that the teacher closed."""
    for part in class_export.assignments:
        check_closed_through(part, published(assignments[part.key].edition_id))
    create_rows(
        Board,
        [
            Board(
                assignment=assignments[part.key],
                position=part.closed_through,
                phase=Board.Phase.ANSWERS,
                closed_through=part.closed_through,
                changed_at=now,
                changed_by=by,
            )
            for part in class_export.assignments
            if part.closed_through
        ],
        "board",
    )


def _add_student_settings(
    part: AssignmentPart, assignment: Assignment, students: dict[str, Student], *, by: User
) -> None:
    common = {"assignment": assignment, "given_by": by}
    create_rows(
        Extension,
        [Extension(**common, **_values(row, students, old_reason=old_extension_reason)) for row in part.extensions],
        "extension",
    )
    create_rows(
        Excuse,
        [Excuse(**common, **_values(row, students, old_reason=old_excuse_reason)) for row in part.excuses],
        "excuse",
    )


def _values(
    row: ExtensionPart | ExcusePart, students: dict[str, Student], *, old_reason: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    """The columns of an extension or an excuse. old_reason: those of a reason without a kind."""
    values = {**asdict(row), "student": students[row.student]}
    return values if row.reason_kind else {**values, **old_reason(row.reason)}


def _reason(row: CorrectionPart) -> dict[str, Any]:
    given = {"reason_kind": row.reason_kind, "reason": row.reason}
    return given if row.reason_kind else old_regrade_reason(row.reason)


def _add_regrades(part: AssignmentPart, assignment: Assignment, *, by: User) -> None:
    questions = published(assignment.edition_id).question_ids
    written = written_questions(assignment.edition_id)
    create_rows(
        Regrade,
        [
            Regrade(
                group=row.group,
                assignment=assignment,
                question_id=question_id(questions, row.question),
                policy=row.policy,
                document=validated_question(row.document, written[row.question]),
                **_reason(row),
                made_by=by,
                made_at=row.made_at,
                undone_by=by if row.undone_at is not None else None,
                undone_at=row.undone_at,
            )
            for row in part.corrections
        ],
        "correction",
    )


# Fields of `AttemptPart` that are not columns of the same name.
NOT_COLUMNS = {
    *("key", "assignment", "student", "receipt", "handed_in_at", "handed_in_by", "paused_for", "break_time"),
    *("answers", "log", "marks"),
}


def _attempts(
    class_export: ClassExport, classroom: Classroom, assignments: dict[str, Assignment], students: dict[str, Student]
) -> list[Attempt]:
    receipts = {part.receipt for part in class_export.attempts if part.receipt is not None}
    taken = {attempt.receipt for attempt in Attempt.objects.filter(receipt__in=receipts).only("receipt")}
    fresh = iter(free_receipts(sum(part.receipt in taken for part in class_export.attempts), besides=receipts))
    attempts = [
        Attempt(
            public_id=part.key,
            assignment=assignments[part.assignment],
            student=students[part.student],
            classroom=classroom,
            receipt=next(fresh) if part.receipt in taken else part.receipt,
            submitted_at=part.handed_in_at,
            submitted_by=part.handed_in_by,
            paused_for=part.paused_for or timedelta(0),
            break_time=part.break_time or timedelta(0),
            **{name: getattr(part, name) for name in AttemptPart.__dataclass_fields__ if name not in NOT_COLUMNS},
        )
        for part in class_export.attempts
    ]
    create_rows(Attempt, attempts, "attempt")
    return attempts


def _saves(class_export: ClassExport, attempts: Sequence[Attempt], *, by: User) -> None:
    answers, events, grades = [], [], []
    for part, attempt in zip(class_export.attempts, attempts, strict=True):
        questions = published(attempt.assignment.edition_id).question_ids
        answers += [Answer(attempt=attempt, **_with_question_id(asdict(row), questions)) for row in part.answers]
        events += [AnswerEvent(attempt=attempt, **_with_question_id(asdict(row), questions)) for row in part.log]
        grades += [
            ManualGrade(attempt=attempt, made_by=by, **_with_question_id(asdict(row), questions)) for row in part.marks
        ]
    create_rows(Answer, answers, "answer")
    create_rows(AnswerEvent, events, "log")
    create_rows(ManualGrade, grades, "mark")


def _with_question_id(row: dict[str, Any], question_ids: Mapping[str, int]) -> dict[str, Any]:
    key = row.pop("question")
    return {**row, "question_id": question_id(question_ids, key)}
