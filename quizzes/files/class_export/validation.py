"""Check the rows of a class export before they are stored. Each check raises InvalidExport."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from quizzes.content.editions import Published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import parse_question
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.document import AnswerPart, AssignmentPart, AttemptPart, EventPart, InvalidExport
from quizzes.grading.scores import computed
from quizzes.models import Attempt

BATCH = 1000


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


def _check_value(value: Value, question: Question, content: Published, where: str) -> None:
    try:
        question.review(value, content.document.reading)
        question.chosen_options(value, content.document.reading)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise InvalidExport(f"{where}: the answer to {question.key} doesn’t fit that question.") from error


def check_closed_through(part: AssignmentPart, content: Published) -> None:
    """Check that only a teacher-paced quiz has closed questions, and no more than its edition has."""
    if part.closed_through > (len(content.document.questions) if part.is_teacher_paced else 0):
        raise InvalidExport(f"Assignment {part.key} can’t have {part.closed_through} closed questions.")


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
