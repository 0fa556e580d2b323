"""Check the rows of a class export before they are stored. Each check raises InvalidExport."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from quizzes.assignments.deadlines import grace_ends_at, is_over
from quizzes.content.editions import Published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import parse_question
from quizzes.content.reading import LEVELS
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.parts import (
    AnswerPart,
    AssignmentPart,
    AttemptPart,
    ClassExport,
    EventPart,
    StudentPart,
)
from quizzes.grading.new_keys import Document, document_after
from quizzes.grading.scores import computed
from quizzes.models import Assignment, Attempt
from quizzes.people.names import name_key

BATCH = 1000
# Times of rows that the server itself wrote may contradict each other this much: its clock was wrong and was set right,
# by minutes or by the hours between UTC and its local time.
CLOCK_ERROR = timedelta(days=1)
# The outcome of a save that counts without a teacher's decision, and the medium of an attempt that was not on paper.
_SAVED, _ON_SCREEN = "saved", "screen"


def check_levels(class_export: ClassExport) -> None:
    """Check that the pages know each level of the reading. "" is no choice of a student."""
    students = class_export.students
    chosen = {
        "classroom.reading_variant": {class_export.classroom.reading_variant},
        "student.reading_variant": {student.reading_variant for student in students} - {""},
        "student.chosen_variant": {student.chosen_variant for student in students} - {""},
    }
    for place, levels in chosen.items():
        if levels - LEVELS.keys():
            reason = gettext("There’s no such level.")
            raise InvalidExport(gettext("{place} can’t be stored: {reason}").format(place=place, reason=reason))


def check_times(class_export: ClassExport) -> None:
    """Check that no attempt contradicts itself in time; the message names the attempt and its student."""
    names = {student.key: student.name for student in class_export.students}
    moved = {assignment.key for assignment in class_export.assignments if assignment.window_changed}
    for attempt in class_export.attempts:
        text = _wrong_time(attempt, made_at=class_export.made_at, has_moved=attempt.assignment in moved)
        if text:
            raise InvalidExport(text.format(key=attempt.key, student=names[attempt.student][:60]))


def _wrong_time(attempt: AttemptPart, *, made_at: datetime, has_moved: bool) -> str:
    """How an attempt contradicts itself in time, "" for not at all. has_moved: whether the times of its quiz have."""
    start, end, is_on_screen = attempt.started_at, attempt.handed_in_at, attempt.medium == _ON_SCREEN
    earliest = start - CLOCK_ERROR
    if end is not None and end < earliest:
        return gettext("Attempt {key} of {student} was turned in before it started.")
    if attempt.deadline_at is not None and attempt.deadline_at < earliest:
        return gettext("Attempt {key} of {student} has a deadline before its start.")
    if max(start, end or start, *(event.at for event in attempt.log)) > made_at + CLOCK_ERROR:
        return gettext("Attempt {key} of {student} is later than the file itself.")
    if len({part is None for part in (end, attempt.score, attempt.receipt)}) > 1:
        return gettext("Attempt {key} of {student} needs a turn-in time, a score, and a receipt, or none of them.")
    # Answers from paper may be older than the row that holds them.
    if is_on_screen and any(event.at < earliest for event in attempt.log):
        return gettext("Attempt {key} of {student} has an answer from before its start.")
    saved = [event.at for event in attempt.log if event.outcome == _SAVED]
    if not has_moved and any(is_over(at=at, deadline_at=attempt.deadline_at) for at in saved):
        return gettext("Attempt {key} of {student} has an answer that counts though it came after the deadline.")
    # The clock turns in at the deadline, and answers count until the end of the grace time.
    latest = None if end is None else grace_ends_at(end) + CLOCK_ERROR
    if latest is not None and is_on_screen and not has_moved and any(at > latest for at in saved):
        return gettext("Attempt {key} of {student} has an answer that counts though it came after it was turned in.")
    return ""


def check_distinct(class_export: ClassExport) -> None:
    """Check that no two rows of the file are for the same thing. Errors name the student."""
    _check_names(class_export.students)
    names = {student.key: student.name for student in class_export.students}
    attempts, quizzes = class_export.attempts, class_export.assignments
    # What identifies each row: the student, the quiz, and other values.
    for text, rows in (
        (
            gettext("{student} has 2 attempts with number {number} on one quiz."),
            [(one.student, one.assignment, one.number) for one in attempts],
        ),
        (
            gettext("{student} has 2 open attempts on one quiz."),
            [(one.student, one.assignment, 0) for one in attempts if one.handed_in_at is None],
        ),
        (
            gettext("{student} has 2 extensions on one quiz."),
            [(row.student, quiz.key, 0) for quiz in quizzes for row in quiz.extensions],
        ),
        (
            gettext("{student} has 2 excuses on one quiz."),
            [(row.student, quiz.key, 0) for quiz in quizzes for row in quiz.excuses],
        ),
    ):
        for (student_key, _, number), count in Counter(rows).items():
            if count > 1:
                raise InvalidExport(text.format(student=names[student_key][:60], number=number))


def _check_names(students: Iterable[StudentPart]) -> None:
    by_look: dict[str, str] = {}
    for student in students:
        if student.removed_at is not None or student.is_elsewhere:
            continue
        look = name_key(student.name)
        if look in by_look:
            raise InvalidExport(
                gettext(
                    "2 students have the same name: “{name}” and “{other_name}”. Rename one in the class that the file "
                    "comes from, and export it again."
                ).format(name=by_look[look][:60], other_name=student.name[:60])
            )
        by_look[look] = student.name


def check_values(part: AttemptPart, content: Published) -> None:
    """Check that pages can show every value, current or logged, and that every question exists."""
    seen: set[tuple[str, str]] = set()
    rows: list[AnswerPart | EventPart] = [*part.answers, *part.log]
    for row in rows:
        question_id(content.question_ids, row.question)
        key = row.question, json.dumps(row.value, sort_keys=True)
        question = content.document.question(row.question)
        if question is None or key in seen:
            continue
        seen.add(key)
        _check_value(row.value, question, content, part.key)
    for mark in part.marks:
        question = content.document.question(mark.question)
        if question is not None and not 0 <= mark.points <= question.points:
            raise InvalidExport(
                gettext("Attempt {key} has {points} points for {question}, which is worth {possible}.").format(
                    key=part.key,
                    points=f"{mark.points:f}",
                    question=question.key[:40],
                    possible=question.points,
                )
            )


def _check_value(value: Value, question: Question, content: Published, key: str) -> None:
    try:
        question.review(value, content.document.reading)
        question.chosen_options(value, content.document.reading)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise InvalidExport(
            gettext("Attempt {key}: the answer to {question} doesn’t fit that question.").format(
                key=key, question=question.key
            )
        ) from error


def check_closed_through(part: AssignmentPart, content: Published) -> None:
    """Check that only a teacher-paced quiz has closed questions, and no more than its edition has."""
    if part.closed_through > (len(content.document.questions) if part.is_teacher_paced else 0):
        raise InvalidExport(
            gettext("Quiz {key} can’t have {count} closed questions.").format(key=part.key, count=part.closed_through)
        )


def check_scores(attempts: Sequence[Attempt]) -> None:
    """Check that the scores in the file equal the scores of its answers. attempts: stored, with their answers."""
    submitted = [attempt for attempt in attempts if not attempt.is_open]
    for batch in batched(submitted, BATCH):
        expected = computed(batch)
        for attempt in batch:
            score, max_score, _ = expected[attempt.pk]
            if (attempt.score, attempt.max_score) != (score, max_score):
                raise InvalidExport(
                    gettext(
                        "Attempt {key} has {stored} of {stored_max} points in this file, but its answers add up to "
                        "{score} of {max}."
                    ).format(
                        key=attempt.public_id,
                        stored=attempt.score,
                        stored_max=attempt.max_score,
                        score=score,
                        max=max_score,
                    )
                )


def validated_question(document: dict[str, Any] | None, written: Document) -> dict[str, Any] | None:
    """The document of a regraded question, checked. written: of the question in its edition."""
    if document is not None:
        try:
            parse_question(document)
            parse_question(document_after(written, document))
        except (InvalidDocument, TypeError, ValueError, LookupError, AttributeError) as error:
            raise InvalidExport(
                gettext("A regrade has a question that can’t be used: {reason}.").format(reason=error)
            ) from error
    return document


def question_id(question_ids: Mapping[str, int], key: str) -> int:
    """The row id of a question of an edition; raises InvalidExport if the edition does not have it."""
    if key not in question_ids:
        raise InvalidExport(
            gettext("This file names the question {key}, which its question set doesn’t have.").format(key=key[:40])
        )
    return question_ids[key]


def create_rows[Row: models.Model](
    model: type[Row], rows: Iterable[Row], what: str, *, check: Callable[[Row], None] | None = None
) -> None:
    """Create rows of one model after a check of all their columns. what: what a row is, for an error.

    check: raises InvalidExport for a row whose columns do not fit together.
    """
    new_rows = list(rows)
    for row in new_rows:
        check_columns(row, what)
        if check is not None:
            check(row)
    model._default_manager.bulk_create(new_rows, batch_size=BATCH)


def check_settings(assignment: Assignment) -> None:
    """Check the times and other settings of a quiz against each other."""
    try:
        assignment.validate_constraints(exclude=["public_id", "newer_version_of"])
    except ValidationError as error:
        raise InvalidExport(
            gettext("The quiz “{title}” can’t be imported: {reason}").format(
                title=assignment.title[:60], reason=error.messages[0]
            )
        ) from error


def check_columns(row: models.Model, what: str) -> None:
    """Check that each column can hold its value, such as the length of a text. The parsers check JSON columns."""
    skipped = [
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation
        or isinstance(field, models.JSONField)
        or (field.null and getattr(row, field.attname) is None)
    ]
    try:
        row.clean_fields(exclude=skipped)
    except ValidationError as error:
        name, [first, *_] = next(iter(error.message_dict.items()))
        raise InvalidExport(
            gettext("{place} can’t be stored: {reason}").format(place=f"{what}.{name}", reason=first)
        ) from error
