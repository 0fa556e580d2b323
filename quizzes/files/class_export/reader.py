"""A take-away file becomes a classroom of this site: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from quizzes.content.editions import published
from quizzes.files.class_export.document import AssignmentPart, AttemptPart, InvalidTakeaway, Takeaway, read_takeaway
from quizzes.files.class_export.editions import take_in_editions
from quizzes.files.class_export.validation import clean, make, prove_scores, prove_values, proved_question, question_id
from quizzes.models import (
    Accommodation,
    Answer,
    AnswerEvent,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Edition,
    Excuse,
    Extension,
    ManualMark,
    Regrade,
    Student,
    User,
)
from quizzes.models.public_ids import new_receipt
from quizzes.people import rosters
from quizzes.people.names import InvalidName, clean_name, name_key


class AlreadyHere(Exception):
    """This site holds the classroom, or a part of it, under the same keys."""


def import_classroom(content: bytes, *, by: User, now: datetime) -> Classroom:
    """The classroom of a file, taught by this teacher; one transaction.

    Raises InvalidTakeaway (one line that says why), AlreadyHere, or rosters.ClassroomNameTaken. Scores are computed
    anew from the answers and must be those that the file states.
    """
    takeaway = read_takeaway(content)
    try:
        with transaction.atomic():
            return _take_in(takeaway, by=by, now=now)
    except BaseException as error:
        # Row ids of editions that were rolled back are given again, and a process keeps an edition by its id.
        published.cache_clear()
        if isinstance(error, DatabaseError):
            raise InvalidTakeaway(f"The parts of the file contradict one another ({_one_line(error)}).") from error
        raise


def _take_in(takeaway: Takeaway, *, by: User, now: datetime) -> Classroom:
    _refuse_known(takeaway)
    editions = take_in_editions(takeaway.editions, by=by, now=now)
    classroom = _classroom(takeaway, by=by, now=now)
    students = _students(takeaway, classroom)
    assignments = _assignments(takeaway, classroom, editions, students, by=by, now=now)
    attempts = _attempts(takeaway, classroom, assignments, students)
    for part, attempt in zip(takeaway.attempts, attempts, strict=True):
        prove_values(part, published(attempt.assignment.edition_id))
    _saves(takeaway, attempts, by=by)
    prove_scores(attempts)
    return classroom


def _refuse_known(takeaway: Takeaway) -> None:
    known = [
        Classroom.objects.filter(public_id=takeaway.classroom.key),
        Student.objects.filter(public_id__in=[part.key for part in takeaway.students]),
        Assignment.objects.filter(public_id__in=[part.key for part in takeaway.assignments]),
        Attempt.objects.filter(public_id__in=[part.key for part in takeaway.attempts]),
    ]
    if any(rows.exists() for rows in known):
        raise AlreadyHere


def _classroom(takeaway: Takeaway, *, by: User, now: datetime) -> Classroom:
    part = takeaway.classroom
    clean(Classroom(name=part.name, time_zone=part.time_zone, created_at=part.created_at), "the classroom")
    classroom = rosters.add_classroom(by=by, name=part.name, time_zone=part.time_zone, now=now)
    classroom.public_id, classroom.created_at, classroom.archived_at = part.key, part.created_at, part.archived_at
    classroom.save(update_fields=["public_id", "created_at", "archived_at"])
    return classroom


def _students(takeaway: Takeaway, classroom: Classroom) -> dict[str, Student]:
    """Students by key. One who had moved elsewhere comes as one who left, since the other class is not here."""
    students = {}
    for part in takeaway.students:
        try:
            name = clean_name(part.name)
        except InvalidName as error:
            raise InvalidTakeaway(f"Student {part.key}: {error}.") from error
        students[str(part.key)] = Student(
            public_id=part.key,
            classroom=classroom,
            display_name=name,
            name_key=name_key(name),
            pin_version=part.pin_version,
            created_at=part.created_at,
            removed_at=part.removed_at or (takeaway.made_at if part.is_elsewhere else None),
        )
    make(Student, students.values(), "a student")
    make(
        Accommodation,
        [
            Accommodation(student=students[part.key], **asdict(part.accommodation))
            for part in takeaway.students
            if part.accommodation is not None
        ],
        "an accommodation",
    )
    return students


def _assignments(
    takeaway: Takeaway,
    classroom: Classroom,
    editions: dict[str, Edition],
    students: dict[str, Student],
    *,
    by: User,
    now: datetime,
) -> dict[str, Assignment]:
    assignments = {}
    for part in takeaway.assignments:
        own = {
            name: getattr(part, name)
            for name in AssignmentPart.__dataclass_fields__
            if name not in {"key", "edition", "window_changed", "extensions", "excuses", "corrections"}
        }
        assignments[str(part.key)] = Assignment(
            public_id=part.key, edition=editions[part.edition], classroom=classroom, assigned_by=by, **own
        )
    make(Assignment, assignments.values(), "an assignment")
    for part in takeaway.assignments:
        assignment = assignments[part.key]
        questions = published(assignment.edition_id).question_ids
        given = {"assignment": assignment, "given_by": by}
        make(
            Extension,
            [Extension(**given, **{**asdict(row), "student": students[row.student]}) for row in part.extensions],
            "an extension",
        )
        make(
            Excuse,
            [Excuse(**given, **{**asdict(row), "student": students[row.student]}) for row in part.excuses],
            "an excuse",
        )
        make(
            Regrade,
            [
                Regrade(
                    group=row.group,
                    assignment=assignment,
                    question_id=question_id(questions, row.question),
                    policy=row.policy,
                    document=proved_question(row.document),
                    reason=row.reason,
                    made_by=by,
                    made_at=row.made_at,
                    undone_by=by if row.undone_at is not None else None,
                    undone_at=row.undone_at,
                )
                for row in part.corrections
            ],
            "a correction",
        )
    AuditEvent.objects.bulk_create(
        AuditEvent(
            act=AuditEvent.Act.ASSIGNMENT_CHANGED,
            actor=by,
            classroom=classroom,
            detail={"assignment": part.key, "imported": True},
            at=now,
        )
        for part in takeaway.assignments
        if part.window_changed
    )
    return assignments


def _attempts(
    takeaway: Takeaway, classroom: Classroom, assignments: dict[str, Assignment], students: dict[str, Student]
) -> list[Attempt]:
    receipts = {part.receipt for part in takeaway.attempts if part.receipt is not None}
    taken = {attempt.receipt for attempt in Attempt.objects.filter(receipt__in=receipts).only("receipt")}
    attempts = [
        Attempt(
            public_id=part.key,
            assignment=assignments[part.assignment],
            student=students[part.student],
            classroom=classroom,
            receipt=_new_receipt(receipts) if part.receipt in taken else part.receipt,
            **{
                name: getattr(part, name)
                for name in AttemptPart.__dataclass_fields__
                if name not in {"key", "assignment", "student", "receipt", "answers", "log", "marks"}
            },
        )
        for part in takeaway.attempts
    ]
    make(Attempt, attempts, "an attempt")
    return attempts


def _saves(takeaway: Takeaway, attempts: Sequence[Attempt], *, by: User) -> None:
    answers, events, marks = [], [], []
    for part, attempt in zip(takeaway.attempts, attempts, strict=True):
        questions = published(attempt.assignment.edition_id).question_ids
        for answer in part.answers:
            answers.append(Answer(attempt=attempt, **_tied(asdict(answer), questions)))
        for event in part.log:
            events.append(AnswerEvent(attempt=attempt, **_tied(asdict(event), questions)))
        for mark in part.marks:
            marks.append(ManualMark(attempt=attempt, made_by=by, **_tied(asdict(mark), questions)))
    make(Answer, answers, "an answer")
    make(AnswerEvent, events, "an entry of the log")
    make(ManualMark, marks, "a mark")


def _tied(row: dict[str, Any], question_ids: Mapping[str, int]) -> dict[str, Any]:
    key = row.pop("question")
    return {**row, "question_id": question_id(question_ids, key)}


def _new_receipt(taken: set[str]) -> str:
    """Another receipt for an attempt whose own another class's attempt has here."""
    while True:
        receipt = new_receipt()
        if receipt not in taken and not Attempt.objects.filter(receipt=receipt).exists():
            taken.add(receipt)
            return receipt


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
