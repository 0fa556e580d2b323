"""What the rows of a take-away file must prove before they stand on this site; each raises InvalidExport."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from quizzes.content.editions import Published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import parse_question
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.document import AnswerPart, AttemptPart, EventPart, InvalidExport
from quizzes.grading.scores import computed
from quizzes.models import Attempt

BATCH = 1000


def check_values(part: AttemptPart, content: Published) -> None:
    """Every value, current or logged, must be one that pages can show; questions are looked up as well."""
    seen: set[tuple[str, str]] = set()
    rows: list[AnswerPart | EventPart] = [*part.answers, *part.log]
    for row in rows:
        question_id(content.question_ids, row.question)
        what = row.question, json.dumps(row.value, sort_keys=True)
        question = content.document.question(row.question)
        if question is None or what in seen:
            continue
        seen.add(what)
        _prove_value(row.value, question, content, f"attempt {part.key}")


def _prove_value(value: Value, question: Question, content: Published, where: str) -> None:
    try:
        question.review(value, content.document.reading)
        question.chosen_options(value, content.document.reading)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise InvalidExport(f"An answer of {where} to {question.key} is none that its question can have.") from error


def check_scores(attempts: Sequence[Attempt]) -> None:
    """The scores that the file states must be those that its answers come to. attempts: stored, with what they hold."""
    done = [attempt for attempt in attempts if not attempt.is_open]
    for start in range(0, len(done), BATCH):
        batch = done[start : start + BATCH]
        expected = computed(batch)
        for attempt in batch:
            if (attempt.score, attempt.max_score) != expected[attempt.pk]:
                score, max_score = expected[attempt.pk]
                raise InvalidExport(
                    f"Attempt {attempt.public_id} has {attempt.score} of {attempt.max_score} points in the file, "
                    f"and its answers come to {score} of {max_score}."
                )


def proved_question(document: dict[str, Any] | None) -> dict[str, Any] | None:
    """The document of a corrected question, which must be one."""
    if document is not None:
        try:
            parse_question(document)
        except InvalidDocument as error:
            raise InvalidExport(f"A correction holds no question that can be used: {error}.") from error
    return document


def question_id(question_ids: Mapping[str, int], key: str) -> int:
    """The row id of a question of an edition."""
    if key not in question_ids:
        raise InvalidExport(f"The file names the question {key:.40}, which its set does not have.")
    return question_ids[key]


def make[Row: models.Model](model: type[Row], rows: Iterable[Row], what: str) -> None:
    """Store rows of one kind, once every column of each can hold its value."""
    made = list(rows)
    for row in made:
        clean(row, what)
    model._default_manager.bulk_create(made, batch_size=BATCH)


def clean(row: models.Model, what: str) -> None:
    """Refuse what a column cannot hold: a text too long, a choice that is none. JSON is proved by what reads it."""
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
        raise InvalidExport(f"The {name} of {what} cannot be stored: {first}") from error
