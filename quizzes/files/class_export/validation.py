"""Check the rows of a class export before they are stored. Each check raises InvalidExport."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from quizzes.assignments.deadlines import grace_ends_at, is_over
from quizzes.content.editions import Published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import parse_question
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.parts import AnswerPart, AssignmentPart, AttemptPart, ClassExport, EventPart
from quizzes.grading.scores import computed
from quizzes.models import Attempt
from quizzes.people.names import name_key

BATCH = 1000
# The outcome of a save that counts without a teacher's decision, and the medium of an attempt that was not on paper.
_SAVED, _ON_SCREEN = "saved", "screen"


def check_times(class_export: ClassExport) -> None:
    """Check that no attempt contradicts itself in time; the message names the attempt and its student."""
    names = {student.key: student.name for student in class_export.students}
    moved = {assignment.key for assignment in class_export.assignments if assignment.window_changed}
    for attempt in class_export.attempts:
        where = f"Attempt {attempt.key} of {names[attempt.student]:.60}"
        start, end = attempt.started_at, attempt.handed_in_at
        if end is not None and end < start:
            raise InvalidExport(f"{where} was turned in before it started.")
        if attempt.deadline_at is not None and attempt.deadline_at < start:
            raise InvalidExport(f"{where} has a deadline before its start.")
        if max(start, end or start, *(event.at for event in attempt.log)) > class_export.made_at:
            raise InvalidExport(f"{where} is later than the file itself.")
        # Answers from paper may be older than the row that holds them.
        if attempt.medium == _ON_SCREEN and any(event.at < start for event in attempt.log):
            raise InvalidExport(f"{where} has an answer from before its start.")
        saved = [event.at for event in attempt.log if event.outcome == _SAVED]
        if attempt.assignment not in moved and any(is_over(at=at, deadline_at=attempt.deadline_at) for at in saved):
            raise InvalidExport(f"{where} has an answer that counts though it came after the deadline.")
        # The clock turns in at the deadline, and answers count until the end of the grace time.
        is_moved = attempt.medium != _ON_SCREEN or attempt.assignment in moved
        if end is not None and not is_moved and any(at > grace_ends_at(end) for at in saved):
            raise InvalidExport(f"{where} has an answer that counts though it came after it was turned in.")


def check_distinct(class_export: ClassExport) -> None:
    """Check that no two rows of the file stand for the same thing, in words that name the student."""
    names = {student.key: student.name for student in class_export.students}
    by_look: dict[str, str] = {}
    for student in class_export.students:
        if student.removed_at is not None or student.is_elsewhere:
            continue
        look = name_key(student.name)
        if look in by_look:
            raise InvalidExport(
                f"2 students have the same name: “{by_look[look]:.60}” and “{student.name:.60}”. "
                "Rename one in the class that the file comes from, and export it again."
            )
        by_look[look] = student.name
    attempts = Counter((part.student, part.assignment, part.number) for part in class_export.attempts)
    for (student_key, _, number), count in attempts.items():
        if count > 1:
            raise InvalidExport(f"{names[student_key]:.60} has 2 attempts with number {number} on one quiz.")
    still_open = Counter((part.student, part.assignment) for part in class_export.attempts if part.handed_in_at is None)
    for (student_key, _), count in still_open.items():
        if count > 1:
            raise InvalidExport(f"{names[student_key]:.60} has 2 open attempts on one quiz.")
    for assignment in class_export.assignments:
        for what, rows in (("extensions", assignment.extensions), ("excuses", assignment.excuses)):
            for student_key, count in Counter(row.student for row in rows).items():
                if count > 1:
                    raise InvalidExport(f"{names[student_key]:.60} has 2 {what} on one quiz.")


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
        _check_value(row.value, question, content, f"attempt {part.key}")
    for mark in part.marks:
        question = content.document.question(mark.question)
        if question is not None and not 0 <= mark.points <= question.points:
            raise InvalidExport(
                f"Attempt {part.key} has {mark.points:f} points for {question.key:.40}, which is worth "
                f"{question.points}."
            )


def _check_value(value: Value, question: Question, content: Published, where: str) -> None:
    try:
        question.review(value, content.document.reading)
        question.chosen_options(value, content.document.reading)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise InvalidExport(f"{where}: the answer to {question.key} doesn’t fit that question.") from error


def check_closed_through(part: AssignmentPart, content: Published) -> None:
    """Check that only a teacher-paced quiz has closed questions, and no more than its edition has."""
    if part.closed_through > (len(content.document.questions) if part.is_teacher_paced else 0):
        raise InvalidExport(f"Quiz {part.key} can’t have {part.closed_through} closed questions.")


def check_scores(attempts: Sequence[Attempt]) -> None:
    """Check that the scores in the file equal the scores of its answers. attempts: stored, with their answers."""
    submitted = [attempt for attempt in attempts if not attempt.is_open]
    for start in range(0, len(submitted), BATCH):
        batch = submitted[start : start + BATCH]
        expected = computed(batch)
        for attempt in batch:
            score, max_score, _ = expected[attempt.pk]
            if (attempt.score, attempt.max_score) != (score, max_score):
                raise InvalidExport(
                    f"Attempt {attempt.public_id} has {attempt.score} of {attempt.max_score} points in this file, "
                    f"but its answers add up to {score} of {max_score}."
                )


def validated_question(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """The document of a regraded question, checked."""
    if document is not None:
        try:
            parse_question(document)
        except InvalidDocument as error:
            raise InvalidExport(f"A regrade has a question that can’t be used: {error}.") from error
    return document


def question_id(question_ids: Mapping[str, int], key: str) -> int:
    """The row id of a question of an edition; raises InvalidExport if the edition does not have it."""
    if key not in question_ids:
        raise InvalidExport(f"This file names the question {key:.40}, which its question set doesn’t have.")
    return question_ids[key]


def create_rows[Row: models.Model](model: type[Row], rows: Iterable[Row], what: str) -> None:
    """Create rows of one model after a check of all their columns."""
    new_rows = list(rows)
    for row in new_rows:
        check_columns(row, what)
    model._default_manager.bulk_create(new_rows, batch_size=BATCH)


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
        raise InvalidExport(f"The {name} of {what} can’t be stored: {first}") from error
