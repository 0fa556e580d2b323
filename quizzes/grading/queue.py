"""The grading queue: typed answers that a teacher should read before they count as wrong."""

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
from quizzes.content.reading import Reading
from quizzes.grading.points import Adjustments, earned, keys_in_force
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, Assignment, Attempt

# Only typed answers can need grading.
TYPED = tuple(name for name, question_type in TYPES.items() if question_type.is_typed)


@dataclass(frozen=True, slots=True)
class QueuedAnswer:
    """Equal answers to one question that nobody has read. name: identifies the entry in a form.

    position: of the question in the edition. value: as it was given most often, and given: the ways in which it was
    written, in words. earned: points of each. is_by_hand: the question has no key, a teacher marks each answer.
    """

    name: str
    question: Question
    position: int
    value: Value
    given: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    earned: Fraction
    is_by_hand: bool

    @property
    def may_accept(self) -> bool:
        """Whether it can be accepted whole; not with several parts, since one may be plainly wrong."""
        return isinstance(self.value, str) and not self.is_by_hand


def queued_answers(assignments: Sequence[Assignment]) -> dict[int, list[QueuedAnswer]]:
    """The unread answers of handed-in attempts by assignment id, by question, the commonest first; three statements.

    An answer that has a mark, or earns everything by now, has been settled.
    """
    rows = Answer.objects.filter(
        attempt__assignment__in=assignments,
        attempt__submitted_at__isnull=False,
        question__type__in=TYPED,
        value__isnull=False,
    )
    found = list(rows.select_related("attempt__student", "question").order_by("attempt__student__display_name", "pk"))
    editions = {assignment.pk: assignment.edition_id for assignment in assignments}
    adjusted = adjustments([answer.attempt for answer in found])
    grouped: defaultdict[tuple[int, str, str], list[Answer]] = defaultdict(list)
    for answer in found:
        content = published(editions[answer.attempt.assignment_id]).document
        question = content.questions[answer.question.position - 1]
        if _is_unread(question, answer.value, adjusted[answer.attempt_id]):
            grouped[answer.attempt.assignment_id, question.key, _folded(answer.value)].append(answer)
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


def _is_unread(question: Question, value: Value, own: Adjustments) -> bool:
    if question.key in own.marks:
        return False
    points = earned(question, value, own)
    return points.points < points.possible and all(key.needs_grading(value) for key in keys_in_force(question, own))


def _queued_answer(
    question: Question, key: str, answers: Sequence[Answer], reading: Reading, adjusted: Mapping[int, Adjustments]
) -> QueuedAnswer:
    values = Counter(json.dumps(answer.value, sort_keys=True) for answer in answers)
    ordered = [json.loads(text) for text, _ in values.most_common()]
    first = answers[0]
    return QueuedAnswer(
        name=hashlib.sha256(key.encode()).hexdigest()[:32],
        question=question,
        position=first.question.position,
        value=ordered[0],
        given=tuple(dict.fromkeys(question.review(value, reading).given for value in ordered)),
        attempts=tuple(answer.attempt for answer in answers),
        earned=earned(question, first.value, adjusted[first.attempt_id]).points,
        is_by_hand=type_of(question).graded_by == "teacher",
    )


def _folded(value: Value) -> str:
    """One form for all answers that are the same but for how they are written."""
    if isinstance(value, str):
        return normalize(value)
    if isinstance(value, dict):
        return json.dumps({name: _folded(part) for name, part in value.items()}, sort_keys=True)
    return json.dumps(value, sort_keys=True)
