"""One attempt with its verdicts: the answers, their points, and the evidence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from django.db.models import Q

from quizzes.attempts.attempt_content import AttemptContent, CurrentAnswer, content_of
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.registry import Question, Value, type_of
from quizzes.content.question_types.results import Review, ReviewRow, RowNote
from quizzes.content.reading import Sentence
from quizzes.content.set_document import Objective
from quizzes.formatting import either
from quizzes.grading.points import (
    Adjustments,
    AppliedRegrade,
    Earned,
    Verdict,
    accepted_versions,
    earned,
    earned_on_objective,
    explanation_in_force,
    needs_grading,
    regraded_question,
    since_new_key,
    verdict,
)
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, AnswerEvent, Attempt, ManualGrade
from quizzes.models.attempts import AttemptQuerySet
from quizzes.phrases import gettext
from quizzes.reports.objective_scores import ObjectiveScore

# A student rereads a few sentences. A list of 12 of 21 sends them back to the whole reading, which says nothing.
MAX_REREAD = 5

RowMark = Literal["right", "wrong", "no", "given", "ungraded"]
# A sentence, and the numbers of the missed questions that it answers.
SentenceToReread = tuple[Sentence, list[int]]


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """One question of an attempt with its verdict. number: its position in the attempt. earned: in points.

    language: of its texts. reading_language: of the sentences that prove its answer.
    """

    number: int
    language: str
    reading_language: str
    question: Question
    type_label: str
    review: Review
    answer: Answer | CurrentAnswer | None
    evidence: tuple[Sentence, ...]
    earned: Fraction
    possible: int
    needs_grading: bool
    grade: Decimal | None
    regrades: tuple[AppliedRegrade, ...]

    @property
    def question_type(self) -> QuestionType:
        """The type of the question."""
        return type_of(self.question)

    @property
    def verdict(self) -> Verdict:
        """The verdict in one word, after regrades and manual grades."""
        return verdict(
            Earned(self.earned, self.possible),
            is_answered=self.answer is not None and self.answer.value is not None,
            needs_grading=self.needs_grading,
        )

    @property
    def marked_rows(self) -> list[tuple[ReviewRow, RowMark]]:
        """The lines of the question, each with how the page marks it."""
        return [(row, self._mark(row)) for row in self.review.rows]

    def _mark(self, row: ReviewRow) -> RowMark:
        if row.state == "close":
            return "ungraded" if self.verdict == "ungraded" else "wrong"
        if row.state == "missed":
            # Between choices this line is the right answer. Where each line has an answer of its own, it was not found.
            return "wrong" if self.question_type.review_shows_rows else "right"
        return row.state

    @property
    def replaced_key(self) -> AppliedRegrade | None:
        """The newest regrade that replaced the key; None without one."""
        return next((regrade for regrade in reversed(self.regrades) if regrade.policy == "new_key"), None)

    @property
    def added_keys(self) -> tuple[AppliedRegrade, ...]:
        """The regrades after `replaced_key` that also accept another answer."""
        return tuple(regrade for regrade in since_new_key(self.regrades) if regrade.policy == "either_key")

    @property
    def full_credit(self) -> AppliedRegrade | None:
        """The newest regrade that gives everyone full credit; None without one, and where a grade or drop counts."""
        if self.grade is not None or self.verdict == "dropped":
            return None
        made = since_new_key(self.regrades)
        return next((regrade for regrade in reversed(made) if regrade.policy == "full_credit"), None)

    @property
    def is_key_shown(self) -> bool:
        """Whether the correct answer is shown below the given one, also below a wrong one with full credit."""
        return self.verdict != "right" or (self.full_credit is not None and self.review.credit < 1)

    @property
    def explanation(self) -> str:
        """Why the key is right; "" if the explanation belongs to a replaced key."""
        return explanation_in_force(self.question, self.regrades)


@dataclass(frozen=True, slots=True)
class ReviewedAttempt:
    """A whole attempt with verdicts.

    missed: the questions without full points, except those that a teacher must still grade.
    """

    content: AttemptContent
    questions: tuple[ReviewedQuestion, ...]
    objectives: tuple[ObjectiveScore, ...]
    missed: tuple[ReviewedQuestion, ...]

    @property
    def strip_columns(self) -> tuple[int, int]:
        """The columns of the strip of numbers on a narrow and on a wide page, so that its rows are even."""
        return even_columns(len(self.questions), at_most=5), even_columns(len(self.questions), at_most=8)

    @property
    def known(self) -> tuple[Objective, ...]:
        """The objectives that the student got, by their level."""
        return tuple(score.objective for score in self.objectives if score.level == "got_it")

    @property
    def has_unproven(self) -> bool:
        """Whether a correct answer earned points, but none on its objective, because its evidence is not right."""
        graded = sum((item.earned for item in self.questions if item.verdict != "ungraded"), start=Fraction(0))
        return graded != sum((score.earned for score in self.objectives), start=Fraction(0))

    @property
    def reread(self) -> tuple[tuple[Objective, tuple[SentenceToReread, ...]], ...]:
        """Each objective that is not in `known`, and the sentences to reread for it first, in reading order.

        Each objective has the sentence that cost most points. Others follow by the points that they cost, up to
        MAX_REREAD in all.
        """
        known = self.known
        costs = [
            (objective, ranked)
            for objective in self.content.published.document.objectives
            if objective not in known and (ranked := self._by_cost(objective.key))
        ]
        chosen = {ranked[0][1] for _, ranked in costs}
        others = sorted((pair for _, ranked in costs for pair in ranked), key=_most_lost_first)
        for _, sentence in others:
            if len(chosen) < MAX_REREAD:
                chosen.add(sentence)
        found = []
        for objective, ranked in costs:
            sentences = sorted({one for _, one in ranked} & chosen, key=lambda sentence: sentence.number)
            found.append((objective, tuple((one, _numbers(self.missed, one, objective.key)) for one in sentences)))
        return tuple(found)

    @property
    def first_to_reread(self) -> tuple[SentenceToReread, ...]:
        """The sentence to start with, at most one: the first of `reread`, else the evidence of most missed answers."""
        listed = [sentence for _, sentences in self.reread for sentence, _ in sentences]
        counted = Counter(sentence for item in self.missed for sentence in item.evidence)
        if not counted:
            return ()
        most_common = max(counted, key=lambda sentence: (counted[sentence], -sentence.number))
        start = listed[0] if listed else most_common
        return ((start, _numbers(self.missed, start)),)

    def _by_cost(self, objective: str) -> list[tuple[Fraction, Sentence]]:
        """(points lost, sentence) of each sentence that proves a missed answer, the most points first.

        The points that a question lost are shared by the sentences that prove its answer.
        """
        lost: dict[Sentence, Fraction] = {}
        for item in self.missed:
            if item.question.objective == objective:
                for sentence in item.evidence:
                    share = (item.possible - item.earned) / len(item.evidence)
                    lost[sentence] = lost.get(sentence, Fraction(0)) + share
        return sorted(((cost, sentence) for sentence, cost in lost.items()), key=_most_lost_first)

    @property
    def missed_keys(self) -> frozenset[str]:
        """The keys of the sentences that prove missed answers, to mark in the reading."""
        return frozenset(sentence.key for item in self.missed for sentence in item.evidence)

    @property
    def missed_sentences(self) -> tuple[SentenceToReread, ...]:
        """The sentences of `missed_keys` in reading order, each with the numbers of the questions that it is about."""
        found = {sentence for item in self.missed for sentence in item.evidence}
        return tuple((one, _numbers(self.missed, one)) for one in sorted(found, key=lambda sentence: sentence.number))

    @property
    def unanswered(self) -> tuple[ReviewedQuestion, ...]:
        """The missed questions without an answer."""
        return tuple(item for item in self.missed if item.verdict == "unanswered")

    @property
    def ungraded(self) -> tuple[ReviewedQuestion, ...]:
        """The answers that a teacher must still grade."""
        return tuple(item for item in self.questions if item.verdict == "ungraded")

    @property
    def ungraded_points(self) -> Fraction:
        """The points that wait for a teacher: those that these answers have not earned."""
        return sum((item.possible - item.earned for item in self.ungraded), start=Fraction(0))


def _most_lost_first(pair: tuple[Fraction, Sentence]) -> tuple[Fraction, int]:
    cost, sentence = pair
    return -cost, sentence.number


def even_columns(count: int, *, at_most: int) -> int:
    """The columns of a grid with as few rows as possible and rows as even as possible, at least 1."""
    rows = max(1, -(-count // at_most))
    return max(1, -(-count // rows))


def review_question(
    content: AttemptContent,
    question: Question,
    answer: Answer | CurrentAnswer | None,
    adjustments: Adjustments,
) -> ReviewedQuestion:
    """One question of an attempt with its verdict. The caller checks that the reader may see it."""
    reading = content.reading_of(question)
    value = answer.value if answer else None
    points = earned(question, value, adjustments)
    evidence = reading.sentences(regraded_question(question, adjustments).evidence)
    review = _review(question, value, content, adjustments)
    if points.points >= points.possible and question.key in adjustments.grades:
        review = replace(review, rows=tuple(map(_accepted, review.rows)))
    return ReviewedQuestion(
        number=content.number(question.key),
        language=content.published.document.language,
        reading_language=reading.language,
        question=question,
        type_label=gettext(type_of(question).label),
        review=review,
        answer=answer,
        evidence=evidence,
        earned=points.points,
        possible=points.possible,
        needs_grading=needs_grading(question, value, adjustments),
        grade=adjustments.grades.get(question.key),
        regrades=tuple(adjustments.regrades.get(question.key, ())),
    )


def review_attempt(attempt: Attempt, content: AttemptContent | None = None) -> ReviewedAttempt:
    """The whole attempt with verdicts; 3 queries. attempt: with its assignment. The caller checks who may see it.

    content: of the attempt, None for its texts as written.
    """
    answers = {answer.question_id: answer for answer in attempt.answers.all()}
    return review_content(content or content_of(attempt), answers, adjustments([attempt])[attempt.pk])


def review_content(content: AttemptContent, answers: Mapping[int, Answer], adjusted: Adjustments) -> ReviewedAttempt:
    """A whole attempt with verdicts; no query. answers: by question row id."""
    questions = tuple(
        review_question(content, question, answers.get(content.question_id(question)), adjusted)
        for question in content.questions
    )
    missed = tuple(item for item in questions if item.earned < item.possible and item.verdict != "ungraded")
    return ReviewedAttempt(
        content=content,
        questions=questions,
        objectives=_by_objective(questions, content.published.document.objectives, adjusted),
        missed=missed,
    )


def _review(question: Question, value: Value, content: AttemptContent, adjustments: Adjustments) -> Review:
    """The review by the key that gives the answer most credit, the newest of equal ones. `correct` lists every key.

    The choices are in the order that the student saw.
    The reason next to a row is shown only if a regrade did not change that row.
    """
    reading, shuffle = content.reading_of(question), content.shuffle
    language = content.published.document.language
    in_force = reversed(accepted_versions(question, adjustments))
    keys = [key.in_language(language).arranged(shuffle) for key in in_force]
    versions = [key.review(value, reading) for key in keys]
    best = max(versions, key=lambda version: version.credit)
    written = set(question.arranged(shuffle).review(value, reading).rows)
    rows = tuple(row if row in written else replace(row, why="", fault="") for row in best.rows)
    correct = either(list(dict.fromkeys(version.correct for version in versions)))
    return replace(best, rows=rows, correct=correct)


def _accepted(row: ReviewRow) -> ReviewRow:
    """The line of an answer to which a teacher gave all points, without what speaks against it."""
    if row.state not in {"close", "wrong"} or row.note == RowNote.NOT_ANSWERED:
        return row
    note = RowNote.ANSWER if row.note == RowNote.CLOSE_ANSWER else row.note
    return replace(row, state="right", note=note, why="", fault="")


def unused_events(attempt: Attempt) -> list[AnswerEvent]:
    """The events that did not count (late, stale or settled), in the order of arrival, without values; 1 query.

    Includes late answers that the teacher accepted, and their ACCEPTED and UNDONE events. The values of thousands of
    saves of a script would fill the memory.
    """
    return list(attempt.events.exclude(outcome=AnswerEvent.Outcome.SAVED).defer("value").order_by("at", "pk"))


def next_attempt(attempt: Attempt) -> Attempt | None:
    """The newest submitted attempt of the next student on the roster, with its student; None after the last; 1 query.

    attempt: with its student and classroom.
    """
    student = attempt.student
    later = Q(student__sort_key__gt=student.sort_key) | Q(student__sort_key=student.sort_key, student__gt=student.pk)
    return _of_classmates(attempt, later).order_by("student__sort_key", "student_id", "-number").first()


def previous_attempt(attempt: Attempt) -> Attempt | None:
    """The newest submitted attempt of the student before this one; otherwise as `next_attempt`."""
    student = attempt.student
    earlier = Q(student__sort_key__lt=student.sort_key) | Q(student__sort_key=student.sort_key, student__lt=student.pk)
    return _of_classmates(attempt, earlier).order_by("-student__sort_key", "-student_id", "-number").first()


def _of_classmates(attempt: Attempt, where: Q) -> AttemptQuerySet:
    submitted = Attempt.objects.submitted().filter(where, assignment=attempt.assignment_id)
    return submitted.filter(student__in=attempt.classroom.students.enrolled().order_by()).select_related("student")


def newest_grades(attempt: Attempt) -> dict[str, ManualGrade]:
    """The newest manual grade of each answer, by question key, with its teacher; 1 query."""
    grades = ManualGrade.objects.in_force().filter(attempt=attempt).select_related("question", "made_by")
    return {grade.question.key: grade for grade in grades}


def _by_objective(
    questions: Sequence[ReviewedQuestion], objectives: Sequence[Objective], adjusted: Adjustments
) -> tuple[ObjectiveScore, ...]:
    scores = []
    for objective in objectives:
        points = [
            earned_on_objective(item.question, item.answer.value if item.answer else None, adjusted)
            for item in questions
            if item.question.objective == objective.key
        ]
        if possible := sum(one.possible for one in points):
            scores.append(ObjectiveScore(objective, sum((one.points for one in points), start=Fraction(0)), possible))
    return tuple(scores)


def _numbers(missed: Sequence[ReviewedQuestion], sentence: Sentence, objective: str | None = None) -> list[int]:
    """The numbers of the questions whose answers the sentence proves. objective: only those of this objective."""
    return [
        item.number for item in missed if sentence in item.evidence and objective in {None, item.question.objective}
    ]
