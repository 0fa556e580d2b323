"""The grading queue: typed answers that a teacher must grade."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quizzes.content.answer_matching import normalize
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import TYPES, type_of
from quizzes.content.question_types.results import KeyRow
from quizzes.content.reading import Reading, Sentence
from quizzes.grading.points import Adjustments, accepted_versions, earned, needs_grading, regraded_question
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, Assignment, Attempt

# Only typed answers can need grading.
TYPED = tuple(name for name, question_type in TYPES.items() if question_type.is_typed)


@dataclass(frozen=True, slots=True)
class QueuedAnswer:
    """Equal answers to one question that a teacher must grade. name: identifies the entry in a form.

    position: of the question in the edition. value: the most frequent spelling. given: all spellings, in words.
    words: what each of the attempts says. earned: points of each answer. correct: the key or the rubric, and its
    evidence. is_by_hand: the question has no key, so that a teacher grades each answer.
    """

    name: str
    question: Question
    position: int
    value: Value
    given: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    words: tuple[str, ...]
    earned: Fraction
    correct: tuple[KeyRow, ...]
    evidence: tuple[Sentence, ...]
    is_by_hand: bool

    @property
    def may_accept(self) -> bool:
        """Whether all of it can be accepted. An answer with several parts cannot, since one part may be wrong."""
        return isinstance(self.value, str) and not self.is_by_hand


def queued_answers(assignments: Sequence[Assignment]) -> dict[int, list[QueuedAnswer]]:
    """The answers of submitted attempts that need grading, by assignment id. Three queries.

    Sorted by question, the most frequent answer first. Answers with a grade or with full points are left out.
    """
    rows = Answer.objects.filter(
        attempt__assignment__in=assignments,
        attempt__submitted_at__isnull=False,
        question__type__in=TYPED,
        value__isnull=False,
    )
    candidates = list(rows.select_related("attempt__student", "question").order_by("attempt__student__sort_key", "pk"))
    editions = {assignment.pk: assignment.edition_id for assignment in assignments}
    adjusted = adjustments([answer.attempt for answer in candidates])
    grouped: defaultdict[tuple[int, str, str], list[Answer]] = defaultdict(list)
    for answer in candidates:
        content = published(editions[answer.attempt.assignment_id]).document
        question = content.questions[answer.question.position - 1]
        if needs_grading(question, answer.value, adjusted[answer.attempt_id]):
            grouped[answer.attempt.assignment_id, question.key, _normalized(answer.value)].append(answer)
    by_assignment: defaultdict[int, list[QueuedAnswer]] = defaultdict(list)
    for (assignment_id, key, normalized), answers in grouped.items():
        content = published(editions[assignment_id]).document
        question = content.questions[answers[0].question.position - 1]
        by_assignment[assignment_id].append(
            _queued_answer(question, f"{key}:{normalized}", answers, content.reading, adjusted)
        )
    return {
        pk: sorted(entries, key=lambda entry: (entry.position, -len(entry.attempts), entry.given))
        for pk, entries in by_assignment.items()
    }


def _queued_answer(
    question: Question, name: str, answers: Sequence[Answer], reading: Reading, adjusted: Mapping[int, Adjustments]
) -> QueuedAnswer:
    counts = Counter(json.dumps(answer.value, sort_keys=True) for answer in answers)
    values = [json.loads(text) for text, _ in counts.most_common()]
    first = answers[0]
    own = adjusted[first.attempt_id]
    rows = [row for key in accepted_versions(question, own) for row in key.answer_key(reading) if row.right]
    return QueuedAnswer(
        name=hashlib.sha256(name.encode()).hexdigest()[:32],
        question=question,
        position=first.question.position,
        value=values[0],
        given=tuple(dict.fromkeys(question.review(value, reading).given for value in values)),
        attempts=tuple(answer.attempt for answer in answers),
        words=tuple(question.review(answer.value, reading).given for answer in answers),
        earned=earned(question, first.value, own).points,
        correct=tuple({row.text: row for row in rows}.values()),
        evidence=reading.sentences(regraded_question(question, own).evidence),
        is_by_hand=type_of(question).graded_by == "teacher",
    )


def _normalized(value: Value) -> str:
    """A text that is the same for all answers that differ only in spelling details."""
    if isinstance(value, str):
        return normalize(value)
    if isinstance(value, dict):
        return json.dumps({name: _normalized(part) for name, part in value.items()}, sort_keys=True)
    return json.dumps(value, sort_keys=True)
