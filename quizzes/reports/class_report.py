"""The results of an assignment: scores, misconceptions, each question, each student by objective.

Counts only attempts that count by the assignment's policy, of enrolled students who are not excused. An answer that a
teacher must still grade counts in no figure, and its student has no score yet.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from quizzes.assignments.status import Status
from quizzes.content.drafts.retry import RETRY_COUNT
from quizzes.content.editions import shown_edition
from quizzes.content.set_document import Objective
from quizzes.content.teaching_guide import Standard
from quizzes.models import Assignment
from quizzes.reports.breakdown import Breakdown, breakdown
from quizzes.reports.gradebook import average_of, cell_of
from quizzes.reports.item_report import ItemReport, QuestionReport, item_report
from quizzes.reports.misconceptions import Misconception, most_common
from quizzes.reports.misread_map import MappedSentence, mapped_reading
from quizzes.reports.objective_scores import GOT_IT_SHARE, NOT_YET_SHARE, ObjectiveScore
from quizzes.reports.score_histogram import ScoreRange, score_histogram
from quizzes.reports.student_lines import StudentLine, student_lines

# A teacher can talk to this many students in one lesson.
LOWEST_COUNT = 3


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question. right_count: attempts with full credit, of graded_count.

    points_share: points earned, the average share of points; None without graded attempts or if the question was
    dropped. graded_count: attempts without those in which its answer needs grading. has_misconception: whether the page
    names one of it.
    """

    report: QuestionReport
    objective: str
    right_count: int
    graded_count: int
    points_share: float | None
    has_misconception: bool

    @property
    def is_dropped(self) -> bool:
        """Whether the question counts for no student."""
        return not self.report.figures.item.points

    @property
    def full_share(self) -> Fraction | None:
        """The share of graded attempts with full credit; None where `points_share` is None."""
        return None if self.points_share is None else Fraction(self.right_count, self.graded_count)

    @property
    def is_weak(self) -> bool:
        """Whether fewer than half of the points were earned, with all answers graded.

        Part of the points of a long question is no failure.
        """
        return self.points_share is not None and self.points_share < NOT_YET_SHARE and not self.report.ungraded_count

    @property
    def is_to_reteach(self) -> bool:
        """Whether the question is weak or has one of the most common misconceptions."""
        return self.is_weak or self.has_misconception


@dataclass(frozen=True, slots=True)
class Retry:
    """The questions of a retry, at most 3. shared: with one of the most common misconceptions, the commonest first.

    weakest: added while there are fewer than 3, the fewest points first. None has a regraded key.
    """

    shared: tuple[QuestionLine, ...]
    weakest: tuple[QuestionLine, ...]

    @property
    def questions(self) -> tuple[QuestionReport, ...]:
        """All of them in the order of the set."""
        reports = [line.report for line in (*self.shared, *self.weakest)]
        return tuple(sorted(reports, key=lambda report: report.number))


@dataclass(frozen=True, slots=True)
class ClassReport:
    """An assignment's results. lines: as `student_lines` orders them.

    totals: the class by objective. misconceptions: at most 3. misread: the reading by paragraph; None below 5 attempts.
    histogram: of the students with a score, () if no points count. max_points: without dropped questions.
    average: in points, as in the gradebook; None without work that counts.
    split: points by speaker, skill, and standard.
    """

    items: ItemReport
    objectives: tuple[Objective, ...]
    questions: tuple[QuestionLine, ...]
    lines: tuple[StudentLine, ...]
    totals: tuple[ObjectiveScore | None, ...]
    misconceptions: tuple[Misconception, ...]
    retry: Retry
    histogram: tuple[ScoreRange, ...]
    max_points: int
    average: Decimal | None
    split: Breakdown
    misread: tuple[tuple[MappedSentence, ...], ...] | None

    @property
    def attempt_count(self) -> int:
        """The number of attempts of each figure."""
        return self.items.figures.attempt_count

    @property
    def has_unproven(self) -> bool:
        """Whether a correct answer earned points, but none on its objective, because its evidence is not right."""
        return any(line.has_unproven for line in self.lines)

    @property
    def ungraded_count(self) -> int:
        """The number of students without a score because answers need grading."""
        return sum(line.is_ungraded for line in self.lines)

    @property
    def scored_count(self) -> int:
        """The number of students with a score."""
        return sum(line.has_score for line in self.lines)

    @property
    def has_part_points(self) -> bool:
        """Whether a score of the histogram is not a whole number of points."""
        return any(line.has_score and line.earned.denominator > 1 for line in self.lines)

    @property
    def needing_help(self) -> tuple[StudentLine, ...]:
        """The students who need help, the lowest share first."""
        return tuple(line for line in self.lines if line.needs_help)

    @property
    def average_share(self) -> Fraction | None:
        """The average as a share of the points possible, 0 to 1; None without one."""
        return Fraction(self.average) / self.max_points if self.max_points and self.average is not None else None

    @property
    def lowest(self) -> tuple[StudentLine, ...]:
        """The 3 lowest scores under 80 %, for a class in which no one needs help."""
        scored = (line for line in self.lines if line.has_score)
        return tuple(line for line in scored if line.share < GOT_IT_SHARE)[:LOWEST_COUNT]

    @property
    def has_missing(self) -> bool:
        """Whether the average depends on how missing work counts."""
        return any(line.status is Status.MISSING for line in self.lines)

    @property
    def weak(self) -> tuple[QuestionLine, ...]:
        """The weak questions, in the order of the set."""
        return tuple(line for line in self.questions if line.is_weak)

    @property
    def wrong_by_mark(self) -> Counter[str]:
        """How many wrong choices were given, by the reason in MARKS that their author chose."""
        choices = (choice for line in self.questions for choice in line.report.figures.choices if choice.option.mark)
        counts = Counter[str]()
        for choice in choices:
            counts[choice.option.mark] += choice.count
        # Without the reasons of choices that no one gave.
        return +counts

    @property
    def marked_count(self) -> int:
        """How many wrong choices `wrong_by_mark` has."""
        return self.wrong_by_mark.total()


def class_report(assignment: Assignment, *, now: datetime, standards: Sequence[Standard] = ()) -> ClassReport:
    """The results of an assignment; at most 13 queries for a class of any size. standards: to group points by."""
    items = item_report([assignment], policy=None)
    document = shown_edition(assignment.edition_id).document
    used = {question.objective for question in document.questions}
    objectives = tuple(objective for objective in document.objectives if objective.key in used)
    lines, works = student_lines(assignment, objectives, now=now)
    answered = [entry for work in works for entry in work.answered]
    right = Counter(entry.question.key for entry in answered if entry.is_right)
    titles = {objective.key: objective.title for objective in objectives}
    misconceptions = tuple(shared.given_by(work.given for work in works) for shared in most_common(items))
    named = {misconception.question.number for misconception in misconceptions}
    questions = tuple(
        QuestionLine(
            report=question,
            objective=titles.get(question.question.objective, ""),
            right_count=right[question.question.key],
            graded_count=items.figures.attempt_count - question.ungraded_count,
            points_share=question.figures.facility if question.figures.item.points else None,
            has_misconception=question.number in named,
        )
        for question in items.questions
    )
    max_points = sum(line.report.figures.item.points for line in questions)
    paragraphs = items.published.document.reading.paragraphs
    return ClassReport(
        items=items,
        objectives=objectives,
        questions=questions,
        lines=lines,
        totals=tuple(_total(lines, place) for place in range(len(objectives))),
        misconceptions=misconceptions,
        retry=_retry(questions, misconceptions),
        histogram=_histogram(lines),
        max_points=max_points,
        average=_average(lines, max_points, missing_is_zero=assignment.classroom.counts_missing_as_zero),
        split=breakdown(answered, standards),
        misread=None if items.misread is None else mapped_reading(items.misread, paragraphs),
    )


def _difficulty(line: QuestionLine) -> tuple[Fraction, Fraction]:
    return Fraction(line.points_share or 0), Fraction(line.full_share or 0)


def _total(lines: Sequence[StudentLine], place: int) -> ObjectiveScore | None:
    scores = [score for line in lines if line.scores and (score := line.scores[place]) is not None]
    if not scores:
        return None
    whole = sum((score.earned for score in scores), start=Fraction(0))
    return ObjectiveScore(scores[0].objective, whole, sum(score.points for score in scores))


def _retry(questions: Sequence[QuestionLine], misconceptions: Sequence[Misconception]) -> Retry:
    """The questions with a misconception, then the weakest that the class has not got yet; no regraded key."""
    numbers = dict.fromkeys(misconception.question.number for misconception in misconceptions)
    by_number = {line.report.number: line for line in questions}
    shared = [line for number in numbers if not (line := by_number[number]).report.is_regraded]
    rest = [
        line
        for line in sorted(questions, key=_difficulty)
        if line.points_share is not None
        and line.points_share < GOT_IT_SHARE
        and not line.report.ungraded_count
        and line.report.number not in numbers
        and not line.report.is_regraded
    ]
    return Retry(tuple(shared), tuple(rest[: RETRY_COUNT - len(shared)]))


def _average(lines: Sequence[StudentLine], max_points: int, *, missing_is_zero: bool) -> Decimal | None:
    cells = [cell_of(line.student_status, max_points, missing_is_zero=missing_is_zero) for line in lines]
    return average_of(score for cell in cells if (score := cell.counted_score) is not None)


def _histogram(lines: Sequence[StudentLine]) -> tuple[ScoreRange, ...]:
    scored = [line for line in lines if line.has_score]
    max_points = max((line.possible for line in scored), default=0)
    if not max_points:
        return ()
    return score_histogram(
        [line.earned for line in scored], max_points=max_points, help_below=max_points * NOT_YET_SHARE
    )
