"""The content of an attempt: an edition's questions and choices in the attempt's order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext

from quizzes.assignments.supports import AttemptSupports
from quizzes.caches import process_cache
from quizzes.content.editions import Published, published, shown_edition
from quizzes.content.question_types.registry import Question, Shuffle, Value, reading_at
from quizzes.content.reading import STANDARD, Reading
from quizzes.models import Answer, Attempt


@dataclass(frozen=True, slots=True)
class AttemptContent:
    """An edition in one attempt's order. shuffle: gives the order of the choices.

    variant: the level of the reading that the student gets, one of `LEVELS`. The texts of `published` and `questions`
    are in the student's language if the edition has them.
    """

    published: Published
    shuffle: Shuffle
    questions: tuple[Question, ...]
    variant: str

    def reading_of(self, question: Question) -> Reading:
        """The reading for this question at the student's level; the standard one if that level lacks a sentence."""
        return reading_at(self.published.document.reading, self.variant, question)

    @property
    def whole_reading(self) -> Reading:
        """The reading at the student's level; as written if any question shows the standard one."""
        return self.whole_reading_at(self.variant)

    def whole_reading_at(self, variant: str) -> Reading:
        """The reading at another level; as written if any question shows the standard one there."""
        reading = self.published.document.reading
        is_whole = all(reading_at(reading, variant, question) is not reading for question in self.questions)
        return reading.in_variant(variant) if is_whole else reading

    def number(self, question_key: str) -> int:
        """The number of the question with this key, in the attempt's order, from 1."""
        return [question.key for question in self.questions].index(question_key) + 1

    def question_id(self, question: Question) -> int:
        """The row id of a question of this attempt."""
        return self.published.question_ids[question.key]

    def missing_parts(self, question: Question, value: Value) -> tuple[str, ...]:
        """The parts of a question without an answer in students' words; () for a complete answer and for none."""
        return () if value is None else question.missing_parts(value, self.shuffle)

    def is_complete(self, question: Question, answer: Answer | None) -> bool:
        """Whether every part of the question has an answer. A checked answer counts, because it cannot change."""
        if answer is None or answer.value is None:
            return False
        return answer.checked_at is not None or not self.missing_parts(question, answer.value)

    def resume_number(self, answers: Iterable[Answer]) -> int:
        """The number (from 1) of the question to continue with: the first unfinished one after the last save."""
        answered = {answer.question_id: answer for answer in answers if answer.value is not None}
        ids = [self.question_id(question) for question in self.questions]
        last = max(answered.values(), key=lambda answer: (answer.saved_at, answer.pk), default=None)
        start = ids.index(last.question_id) + 1 if last is not None else 0
        for index in [*range(start, len(ids)), *range(start)]:
            if not self.is_complete(self.questions[index], answered.get(ids[index])):
                return index + 1
        return len(ids)

    def unfinished(self, question: Question, value: Value) -> str:
        """What to tell before an answer becomes final: missing parts, or another amount than asked; "" for nothing."""
        if value is None:
            return ""
        if missing := self.missing_parts(question, value):
            return gettext("Not answered: {parts}.").format(parts=", ".join(missing))
        amount = question.other_amount(value)
        return f"{amount}." if amount else ""


@dataclass(frozen=True, slots=True)
class CurrentAnswer:
    """The current answer to one question. It takes less time to build than a model row."""

    question_id: int
    value: Value
    revision: int
    flagged: bool
    saved_at: datetime | None
    checked_at: datetime | None


def arrange_content(
    edition_id: int,
    *,
    seed: str,
    shuffle_questions: bool,
    shuffle_choices: bool,
    variant: str,
    language: str | None,
    fewer_choices: bool,
    draws_by_key: bool,
) -> AttemptContent:
    """The edition in the order of this seed. No query if the process has the edition cached.

    language: of its texts, None for the language that they were written in. fewer_choices: without one wrong choice of
    each question that has enough. draws_by_key: as `AttemptSupports` has it.
    """
    content = published(edition_id).in_language(language)
    shuffle = Shuffle(seed, shuffle_questions)
    questions = shuffle.order("questions", [(question.key, question) for question in content.document.questions])
    if fewer_choices:
        # Not by the seed: a second attempt would lack another wrong choice, and both together tell more than one.
        # Retries, copies, and newer versions of a set keep the keys of its questions. No key is sent to a student.
        draw = Shuffle("" if draws_by_key else content.content_hash, is_shuffled=True)
        questions = [question.with_fewer_choices(draw) for question in questions]
    return AttemptContent(content, Shuffle(seed, shuffle_choices), tuple(questions), variant)


# The order of an attempt never changes, so it can be cached.
attempt_content = process_cache(maxsize=10_000)(arrange_content)


def content_of(attempt: Attempt, *, language: str | None = None) -> AttemptContent:
    """The content of an attempt, with the standard reading. attempt: with its assignment.

    language: of the texts, None for the language that they were written in.
    """
    supports = AttemptSupports.of(attempt.supports)
    return attempt_content(
        attempt.assignment.edition_id,
        seed=attempt.seed,
        shuffle_questions=attempt.shuffle_questions,
        shuffle_choices=attempt.shuffle_choices,
        variant=STANDARD,
        language=language,
        fewer_choices=supports.fewer_choices,
        draws_by_key=supports.draws_by_key,
    )


def shown_content(attempt: Attempt) -> AttemptContent:
    """The content of an attempt as `shown_edition` has it, for pages of teachers. attempt: with its assignment."""
    edition = shown_edition(attempt.assignment.edition_id)
    content = content_of(attempt, language=edition.document.language)
    return replace(content, published=edition, variant=edition.document.reading.variant)


def current_answers(attempt_id: int) -> dict[int, CurrentAnswer]:
    """The current answers of an attempt by question row id. One query."""
    fields = "question_id", "value", "revision", "flagged", "saved_at", "checked_at"
    rows = Answer.objects.filter(attempt=attempt_id).order_by().values_list(*fields)
    return {row[0]: CurrentAnswer(*row) for row in rows}
