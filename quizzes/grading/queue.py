"""The grading queue: typed answers that a teacher must grade, and what settles them."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from uuid import UUID

from quizzes.content.editions import published, shown_edition
from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import TYPES, type_of
from quizzes.content.question_types.results import KeyRow
from quizzes.content.reading import Reading, Sentence
from quizzes.content.set_document import SetDocument
from quizzes.content.tables import InvalidDocument
from quizzes.grading import manual_grades, regrades
from quizzes.grading.new_keys import adding
from quizzes.grading.points import Adjustments, accepted_versions, earned, needs_grading, regraded_question
from quizzes.grading.scores import adjustments, applied_regrades, document_in_force
from quizzes.grading.similar_answers import Context, content_of, context_of
from quizzes.models import Answer, Assignment, Attempt, Edition, Regrade, User
from quizzes.models import Question as QuestionRow
from quizzes.models.reasons import ReasonKind

# Only typed answers can need grading.
TYPED = tuple(name for name, question_type in TYPES.items() if question_type.is_typed)
# The longest list of accepted answers, in characters. A reason has up to 300, with the words around the list.
MAX_ANSWERS_LENGTH = 270


@dataclass(frozen=True, slots=True)
class Wording:
    """Answers that an accepted answer matches all or none of, as `normalize` makes them equal.

    value: the most frequent spelling. spellings: each in words, with how many answers have it. attempts: by student.
    """

    value: Value
    spellings: tuple[tuple[str, int], ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class QueuedAnswer:
    """Similar answers to one question that a teacher must grade. name: identifies the entry in a form.

    position: of the question in the edition. wordings: the most frequent first. earned: points of each answer.
    correct: the key or the rubric, and its evidence, in the language of the page.
    is_by_hand: the question has no key, so that a teacher grades each answer.
    """

    name: str
    question: Question
    position: int
    wordings: tuple[Wording, ...]
    earned: Fraction
    correct: tuple[KeyRow, ...]
    evidence: tuple[Sentence, ...]
    is_by_hand: bool

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The attempts of all wordings."""
        return tuple(attempt for wording in self.wordings for attempt in wording.attempts)

    @property
    def other_amount(self) -> str:
        """How long the shown answer is if it is shorter than the question asks for; "" otherwise."""
        return self.question.other_amount(self.wordings[0].value)

    @property
    def may_accept(self) -> bool:
        """Whether all of it can be accepted. An answer with several parts cannot, since one part may be wrong."""
        return isinstance(self.wordings[0].value, str) and not self.is_by_hand

    @property
    def points_to_keep(self) -> Decimal:
        """The grade that keeps the earned points. Rounded up, so that one third of a point does not get less."""
        return (Decimal(self.earned.numerator) / self.earned.denominator).quantize(Decimal("0.01"), ROUND_UP)


@dataclass(frozen=True, slots=True)
class _Ungraded:
    """One answer that a teacher must grade. adjusted: of its attempt."""

    answer: Answer
    question: Question
    adjusted: Adjustments


def queued_counts(assignments: Sequence[Assignment]) -> Counter[int]:
    """How many answers of submitted attempts need grading, by assignment id. Three queries."""
    return Counter(found.answer.attempt.assignment_id for found in _ungraded(assignments))


def next_class(assignment: Assignment, *, by: User) -> tuple[Assignment, int] | None:
    """Another class of this teacher with answers of the same set to grade, and how many. Four queries, or one.

    None if there is no such class.
    """
    same = Assignment.objects.editable_by(by).of_set(assignment.edition.question_set)
    given = same.filter(classroom__archived_at=None, classroom__is_sample=False).exclude(pk=assignment.pk)
    rows = list(given.select_related("classroom").order_by("classroom__name", "pk"))
    counts = queued_counts(rows) if rows else {}
    return next(((row, counts[row.pk]) for row in rows if row.pk in counts), None)


def queued_answers(assignment: Assignment) -> list[QueuedAnswer]:
    """The answers of submitted attempts that need grading, similar ones together. Three queries.

    Sorted by question, the most frequent answer first. Answers with a grade or with full points are left out.
    """
    reading = published(assignment.edition_id).document.reading
    contexts: dict[str, Context] = {}
    alike: defaultdict[str, list[_Ungraded]] = defaultdict(list)
    for found in _ungraded([assignment]):
        question = found.question
        if question.key not in contexts:
            contexts[question.key] = _context(question, reading)
        # Answers without points are not graded like answers with points, even if the text is the same.
        points = earned(question, found.answer.value, found.adjusted).points
        content = _content(found.answer.value, contexts[question.key])
        alike[json.dumps([question.key, str(points), content])].append(found)
    shown = shown_edition(assignment.edition_id).document
    entries = [_queued_answer(name, answers, reading, shown) for name, answers in alike.items()]
    return sorted(entries, key=lambda entry: (entry.position, -len(entry.attempts), entry.wordings[0].spellings))


def grade_entry(
    assignment: Assignment,
    entry: QueuedAnswer,
    attempts: Sequence[Attempt],
    *,
    points: Decimal,
    comment: str = "",
    group: UUID,
    by: User,
    now: datetime,
) -> None:
    """Give the answers of these attempts, which are of the entry, the same grade. group: as for `grade_answers`."""
    row = QuestionRow.objects.get(edition=assignment.edition_id, key=entry.question.key)
    manual_grades.grade_answers(attempts, row, points=points, comment=comment, group=group, by=by, now=now)


def accept_entry(
    assignment: Assignment,
    edition: Edition,
    affected: Sequence[Assignment],
    entry: QueuedAnswer,
    attempts: Sequence[Attempt],
    *,
    group: UUID,
    by: User,
    now: datetime,
) -> None:
    """Accept the wordings of these attempts as correct answers in all affected assignments, by a regrade.

    affected: of the edition, locked. group: an id from the form, so that a form sent twice accepts once.
    """
    wordings = [wording for wording in entry.wordings if set(attempts) & set(wording.attempts)]
    row = QuestionRow.objects.get(edition=edition, key=entry.question.key)
    try:
        current = document_in_force(
            edition.pk, row.key, applied_regrades([assignment.pk])[assignment.pk].get(row.key, ())
        )
        document = adding(current, [wording.value for wording in wordings], {})
    except InvalidDocument:
        # The key cannot contain this answer, for example a number in words. So these answers get a manual grade.
        points = Decimal(entry.question.points)
        grade_entry(assignment, entry, attempts, points=points, group=group, by=by, now=now)
        return
    regrades.apply(
        affected,
        row,
        policy=Regrade.Policy.EITHER_KEY,
        document=document,
        reason_kind=ReasonKind.ACCEPTED if len(wordings) == 1 else ReasonKind.ALL_ACCEPTED,
        reason=", ".join(f"“{wording.spellings[0][0]}”" for wording in wordings)[:MAX_ANSWERS_LENGTH],
        stamp=regrades.current_stamp(affected),
        group=group,
        by=by,
        now=now,
    )


def _ungraded(assignments: Sequence[Assignment]) -> Iterator[_Ungraded]:
    # Work that counts in another class is graded there.
    attempts = Attempt.objects.filter(assignment__in=assignments).submitted().in_reports().order_by()
    rows = Answer.objects.filter(attempt__in=attempts, question__type__in=TYPED, value__isnull=False)
    candidates = list(rows.select_related("attempt__student", "question").order_by("attempt__student__sort_key", "pk"))
    editions = {assignment.pk: assignment.edition_id for assignment in assignments}
    given = Attempt.objects.filter(assignment__in=assignments)
    adjusted = adjustments([answer.attempt for answer in candidates], among=given)
    for answer in candidates:
        content = published(editions[answer.attempt.assignment_id]).document
        question = content.questions[answer.question.position - 1]
        if needs_grading(question, answer.value, adjusted[answer.attempt_id]):
            yield _Ungraded(answer, question, adjusted[answer.attempt_id])


def _queued_answer(name: str, answers: Sequence[_Ungraded], reading: Reading, shown: SetDocument) -> QueuedAnswer:
    question, first = answers[0].question, answers[0].answer
    own = answers[0].adjusted
    by_wording: defaultdict[str, list[Answer]] = defaultdict(list)
    for found in answers:
        by_wording[_normalized(found.answer.value)].append(found.answer)
    wordings = [_wording(question, equal, reading) for equal in by_wording.values()]
    keys = [key.in_language(shown.language) for key in accepted_versions(question, own)]
    rows = [row for key in keys for row in key.answer_key(shown.reading) if row.right]
    return QueuedAnswer(
        name=hashlib.sha256(name.encode()).hexdigest()[:32],
        question=question,
        position=first.question.position,
        wordings=tuple(sorted(wordings, key=lambda wording: (-len(wording.attempts), wording.spellings))),
        earned=earned(question, first.value, own).points,
        correct=tuple({row.text: row for row in rows}.values()),
        evidence=shown.reading.sentences(regraded_question(question, own).evidence),
        is_by_hand=type_of(question).graded_by == "teacher",
    )


def _wording(question: Question, answers: Sequence[Answer], reading: Reading) -> Wording:
    counts = Counter(json.dumps(answer.value, sort_keys=True) for answer in answers)
    spelled = [(json.loads(text), count) for text, count in counts.most_common()]
    return Wording(
        value=spelled[0][0],
        spellings=tuple((question.review(value, reading).given, count) for value, count in spelled),
        attempts=tuple(answer.attempt for answer in answers),
    )


def _context(question: Question, reading: Reading) -> Context:
    key = (row.text for row in question.answer_key(reading))
    sentences = (sentence.text for level in (reading, *reading.variants) for sentence in level)
    return context_of((question.stem, *key, *sentences), language=reading.language)


def _content(value: Value, context: Context) -> Value:
    """The value with each text in it as `content_of` has it."""
    if isinstance(value, str):
        return content_of(value, context)
    if isinstance(value, dict):
        return {name: _content(part, context) for name, part in sorted(value.items())}
    return value


def _normalized(value: Value) -> str:
    """A text that is the same for all answers that differ only in spelling details."""
    if isinstance(value, str):
        return normalize(value)
    if isinstance(value, dict):
        return json.dumps({name: _normalized(part) for name, part in value.items()}, sort_keys=True)
    return json.dumps(value, sort_keys=True)
