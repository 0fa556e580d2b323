"""The item report of one assignment, or of several assignments of one edition.

Counts one submitted attempt for each enrolled student who is not excused. At most 6 queries for any number of attempts.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, starmap
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext

from quizzes.assignments.status import counting_attempt
from quizzes.content.editions import Published, shown_edition
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import type_of
from quizzes.content.question_types.results import Option
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading, Sentence
from quizzes.content.set_document import SetDocument
from quizzes.grading.points import NO_ADJUSTMENTS, Adjustments, accepted_versions, earned, evidence_of, needs_grading
from quizzes.grading.scores import applied_regrades
from quizzes.models import Answer, Assignment, Attempt, ManualGrade
from quizzes.models.attempts import MIXED_LANGUAGES
from quizzes.reports.answer_grid import AnswerGrid, answer_grid
from quizzes.reports.answer_options import distinct_options, options_of
from quizzes.reports.item_analysis.analysis import analyze_columns
from quizzes.reports.item_analysis.figures import ChoiceFigures, Column, DistinctAnswer, Figures, Item, ItemFigures
from quizzes.reports.item_analysis.languages import language_flags
from quizzes.reports.misread_map import Misread, MisreadColumn, misread_map

FIRST, BEST = Assignment.AttemptPolicy.FIRST, Assignment.AttemptPolicy.BEST


class DifferentEditions(ValueError):
    """The assignments do not all have the same edition, so that their figures cannot be combined."""


@dataclass(frozen=True, slots=True)
class QuestionReport:
    """One question with its figures. number: its position in the set. evidence: the sentences of its key.

    ungraded_count: answers that a teacher must still grade; until then they count in no figure but this one.
    language: of the texts. A text without a translation says its own.
    is_regraded: whether a regrade of the question is in force in one of the assignments. gives_full_credit: whether one
    gives everyone full credit.
    """

    number: int
    question: Question
    type_label: str
    evidence: tuple[Sentence, ...]
    figures: ItemFigures
    ungraded_count: int
    reading: Reading
    language: str
    is_regraded: bool
    gives_full_credit: bool

    @property
    def commonest_wrong(self) -> ChoiceFigures | None:
        """The most common wrong answer, the first of equal ones; None without wrong answers."""
        wrong = [choice for choice in self.figures.choices if choice.count and not choice.option.right]
        return max(wrong, key=lambda choice: choice.count, default=None)

    @property
    def answer_grid(self) -> AnswerGrid | None:
        """The counts as one table with the key; None for a question whose options have no rows and columns."""
        return answer_grid([(choice.option, choice.count) for choice in self.figures.choices])


@dataclass(frozen=True, slots=True)
class ItemReport:
    """The figures of a set, its questions in the order of the set, and the misread map (None below 5 attempts).

    figures: the totals leave out a question with answers that need grading.
    paper_count: how many of the attempts were entered from paper.
    """

    published: Published
    policy: str | None
    figures: Figures
    paper_count: int
    questions: tuple[QuestionReport, ...]
    misread: Mapping[str, Misread] | None


class _SubmittedAttempt(NamedTuple):
    """The fields of a submitted attempt that a report needs. No model row, because there may be 10,000 of them."""

    assignment_id: int
    student_id: int
    number: int
    pk: int
    seed: str
    shuffle_questions: bool
    medium: str
    language: str
    # Loaded only if the best attempt counts.
    score: Decimal | None = None
    max_score: int | None = None

    @property
    def is_open(self) -> bool:
        """False: the query loads submitted attempts only."""
        return False


@dataclass(frozen=True, slots=True)
class _DistinctAnswer:
    """One distinct answer to one question.

    credit: 0 to 1. misread: the sentences that its wrong options point to.
    is_ungraded: a teacher must still grade it; until then no one knows whether its options are wrong.
    """

    credit: Fraction
    is_answered: bool
    options: tuple[Option, ...]
    misread: tuple[str, ...]
    is_ungraded: bool


@dataclass(frozen=True, slots=True)
class _QuestionAnswers:
    """One question over all attempts. codes: for each attempt, the index of its answer in `answers`."""

    answers: list[_DistinctAnswer]
    codes: list[int]

    def add(self, answer: _DistinctAnswer) -> int:
        """Add a distinct answer. Returns its code."""
        self.answers.append(answer)
        return len(self.answers) - 1

    def column(self) -> Column:
        """The column for item analysis."""
        answers = [
            DistinctAnswer(
                answer.credit,
                () if answer.is_ungraded else tuple(option.id for option in answer.options),
                answer.is_answered,
            )
            for answer in self.answers
        ]
        return Column(answers, self.codes)

    def misread(self) -> MisreadColumn:
        """The column for the misread map."""
        return MisreadColumn([() if answer.is_ungraded else answer.misread for answer in self.answers], self.codes)

    def ungraded_count(self) -> int:
        """The number of answers that a teacher must still grade."""
        counts = Counter(self.codes)
        return sum(counts[code] for code, answer in enumerate(self.answers) if answer.is_ungraded)

    def graded_share(self) -> float | None:
        """The mean credit without the answers that a teacher must still grade; None if no other is left."""
        graded = [answer for code in self.codes if not (answer := self.answers[code]).is_ungraded]
        return float(sum(answer.credit for answer in graded) / len(graded)) if graded else None


def item_report(assignments: Sequence[Assignment], *, policy: str | None = FIRST) -> ItemReport:
    """The report of these assignments, at least one; raises DifferentEditions.

    policy: which attempt of a student counts (first, best, latest); None for the policy of each assignment.
    A question that was dropped in one of the assignments counts in no total. 10,000 attempts at 20 questions take
    about 0.25 s, more than half of it to read 200,000 answers.
    """
    if len({assignment.edition_id for assignment in assignments}) != 1:
        raise DifferentEditions
    content = shown_edition(assignments[0].edition_id)
    questions, reading = content.document.questions, content.document.reading
    attempts = _counting(assignments, policy)
    regrades = _regrades(attempts)
    answers = _answers(content, attempts, regrades)
    shown = [(question.key, place) for place, question in enumerate(questions)]
    items = [
        _item(question, regrades.values(), [one for answer in row.answers for one in answer.options], content.document)
        for question, row in zip(questions, answers, strict=True)
    ]
    columns = [row.column() for row in answers]
    ungraded_counts = [row.ungraded_count() for row in answers]
    in_totals = [replace(item, points=0) if count else item for item, count in zip(items, ungraded_counts, strict=True)]
    figures = analyze_columns(in_totals, columns, order_of=lambda number: _order(attempts[number], shown))
    figures = _with_languages(figures, columns, attempts, content)
    return ItemReport(
        published=content,
        policy=policy,
        figures=figures,
        paper_count=sum(attempt.medium == Attempt.Medium.PAPER for attempt in attempts),
        questions=tuple(
            QuestionReport(
                number=place + 1,
                question=question,
                type_label=gettext(type_of(question).label),
                evidence=reading.sentences(evidence_of(question, regrades.values())),
                figures=_without_ungraded(figures.items[place], items[place], answers[place])
                if ungraded_counts[place]
                else figures.items[place],
                ungraded_count=ungraded_counts[place],
                reading=reading,
                language=content.document.language,
                is_regraded=any(after.regrades.get(question.key) for after in regrades.values()),
                gives_full_credit=any(earned(question, None, after).points for after in regrades.values()),
            )
            for place, question in enumerate(questions)
        ),
        misread=misread_map([row.misread() for row in answers], reading_order=[sentence.key for sentence in reading]),
    )


def _without_ungraded(figures: ItemFigures, item: Item, answers: _QuestionAnswers) -> ItemFigures:
    """The figures of a question with answers that need grading: of the others, and compared with nothing yet."""
    return replace(
        figures,
        item=item,
        facility=answers.graded_share(),
        discrimination=None,
        upper_share=None,
        lower_share=None,
        flags=(),
    )


def _with_languages(
    figures: Figures, columns: Sequence[Column], attempts: Sequence[_SubmittedAttempt], content: Published
) -> Figures:
    """The figures with flags of questions that differ between the languages that students read."""
    offered = content.document.languages
    if len(offered) < 2:
        return figures
    # A student whose language the set lacks read its first one.
    known = {"": "", MIXED_LANGUAGES: "", **{language: language for language in offered}}
    languages = [known.get(attempt.language, offered[0]) for attempt in attempts]
    flags = language_flags([one.item for one in figures.items], columns, languages)
    items = zip(figures.items, flags, strict=True)
    return replace(figures, items=tuple(replace(one, flags=(*one.flags, *own)) for one, own in items))


def _counting(assignments: Sequence[Assignment], policy: str | None) -> list[_SubmittedAttempt]:
    submitted = Attempt.objects.submitted().filter(assignment__in=assignments).in_reports()
    policies = {assignment.pk: policy or assignment.attempt_policy for assignment in assignments}
    columns = _SubmittedAttempt._fields if BEST in policies.values() else _SubmittedAttempt._fields[:-2]
    ordered = submitted.order_by("assignment", "student", "number").values_list(*columns)
    groups = groupby(starmap(_SubmittedAttempt, ordered), key=lambda attempt: attempt[:2])
    counting = (counting_attempt(list(group), policies[assignment_id]) for (assignment_id, _), group in groups)
    return [attempt for attempt in counting if attempt is not None]


def _regrades(attempts: Iterable[_SubmittedAttempt]) -> dict[int, Adjustments]:
    """The regrades in force by assignment id, of assignments with attempts."""
    assignment_ids = {attempt.assignment_id for attempt in attempts}
    regrades = applied_regrades(assignment_ids)
    return {assignment_id: Adjustments(regrades[assignment_id]) for assignment_id in sorted(assignment_ids)}


def _answers(
    content: Published, attempts: Sequence[_SubmittedAttempt], regrades: Mapping[int, Adjustments]
) -> list[_QuestionAnswers]:
    """The answers by question. A question without an answer row counts as unanswered."""
    questions, document = content.document.questions, content.document
    answers = [_QuestionAnswers([], []) for _ in questions]
    # By assignment, because each has its own regrades, and by question: the code of each value. None: unanswered.
    codes: dict[int, list[dict[str | None, int]]] = {pk: [{} for _ in questions] for pk in regrades}
    for place, (question, row) in enumerate(zip(questions, answers, strict=True)):
        for assignment_id, after in regrades.items():
            codes[assignment_id][place][None] = row.add(_distinct_answer(question, None, after, document))
        row.codes.extend([codes[attempt.assignment_id][place][None] for attempt in attempts])
    by_attempt = {attempt.pk: (number, attempt.assignment_id) for number, attempt in enumerate(attempts)}
    place_of = {content.question_ids[question.key]: place for place, question in enumerate(questions)}
    for attempt_id, question_id, text in _values(regrades):
        # The query also returns answers of attempts that do not count.
        if attempt_id in by_attempt:
            number, assignment_id = by_attempt[attempt_id]
            place = place_of[question_id]
            row, code_of = answers[place], codes[assignment_id][place]
            if text not in code_of:
                value, after = json.loads(text), regrades[assignment_id]
                code_of[text] = row.add(_distinct_answer(questions[place], value, after, document))
            row.codes[number] = code_of[text]
    number_of = {attempt_id: number for attempt_id, (number, _) in by_attempt.items()}
    _apply_manual_grades(answers, questions, number_of, regrades)
    return answers


def _distinct_answer(question: Question, value: Value, after: Adjustments, document: SetDocument) -> _DistinctAnswer:
    """What this value is worth on an assignment, and its options. after: the regrades of the assignment."""
    keys = _keys(question, after, document.language)
    points = earned(question, value, after)
    # A dropped question earns no points, but its answers still show who knew the right one.
    credit = points.points / points.possible if points.possible else max(key.grade(value) for key in keys)
    # An answer that a teacher grades is free text without options to count.
    is_free = type_of(question).graded_by == "teacher"
    options = () if is_free else options_of(keys, value, document.reading)
    return _DistinctAnswer(
        credit=credit,
        is_answered=value is not None,
        options=options,
        misread=tuple(key for option in options if not option.right for key in option.leans_on),
        is_ungraded=needs_grading(question, value, after),
    )


def _apply_manual_grades(
    answers: Sequence[_QuestionAnswers],
    questions: Sequence[Question],
    number_of: Mapping[int, int],
    assignment_ids: Iterable[int],
) -> None:
    """Replace the credit of manually graded answers; the newest grade of an answer counts."""
    place_of = {question.key: place for place, question in enumerate(questions)}
    grades = ManualGrade.objects.in_force().filter(attempt__assignment__in=list(assignment_ids))
    rows = grades.values_list("attempt_id", "question__key", "points")
    newest = {(attempt_id, key): points for attempt_id, key, points in rows}
    for (attempt_id, key), points in newest.items():
        if attempt_id in number_of:
            place = place_of[key]
            row, number = answers[place], number_of[attempt_id]
            credit = Fraction(points) / questions[place].points
            graded = replace(row.answers[row.codes[number]], credit=credit, is_ungraded=False)
            if credit == 1 and type_of(questions[place]).is_typed:
                # No key has these words, and they are right.
                graded = replace(graded, options=tuple(replace(one, right=True) for one in graded.options), misread=())
            row.codes[number] = row.add(graded)


def _values(assignment_ids: Iterable[int]) -> Iterable[tuple[int, int, str]]:
    """(attempt, question, current value as JSON text) of each answer. As text, equal values are parsed once."""
    answers = Answer.objects.filter(attempt__assignment__in=list(assignment_ids), value__isnull=False)
    text = Cast("value", TextField())
    return answers.order_by().values_list("attempt_id", "question_id", text).iterator(chunk_size=5000)


def _keys(question: Question, after: Adjustments, language: str) -> list[Question]:
    return [key.in_language(language) for key in accepted_versions(question, after)]


def _item(question: Question, regrades: Iterable[Adjustments], seen: Iterable[Option], document: SetDocument) -> Item:
    adjustments = list(regrades) or [NO_ADJUSTMENTS]
    keys: list[Question] = []
    for after in adjustments:
        # Not a set: a question that holds a dict cannot be hashed.
        keys += [key for key in _keys(question, after, document.language) if key not in keys]
    is_dropped = any(not earned(question, None, after).possible for after in adjustments)
    offered = [option for key in keys for option in key.options(document.reading)]
    share = question.guess_share()
    return Item(
        key=question.key,
        points=0 if is_dropped else question.points,
        options=distinct_options([*offered, *seen]),
        chance_share=None if share is None else float(share),
    )


def _order(attempt: _SubmittedAttempt, shown: Sequence[tuple[str, int]]) -> Sequence[int]:
    """The positions of the questions in the order of the attempt. shown: key and position of each question."""
    if not attempt.shuffle_questions:
        return range(len(shown))
    return Shuffle(attempt.seed, attempt.shuffle_questions).order("questions", shown)
