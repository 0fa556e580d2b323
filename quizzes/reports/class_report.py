"""The results of an assignment: what to reteach first, each question, each student by objective.

Counts only attempts that count by the assignment's policy, of enrolled students who are not excused.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from quizzes.assignments.status import Status, StudentStatus
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.content.drafts.retry import RETRY_COUNT
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question
from quizzes.content.reading import Sentence
from quizzes.content.set_document import Objective
from quizzes.grading.points import Adjustments, earned
from quizzes.grading.scores import adjustments
from quizzes.models import Answer, Assignment, Attempt, Student
from quizzes.reports.attempt_review import NOT_YET_SHARE, ObjectiveScore
from quizzes.reports.item_report import ItemReport, QuestionReport, item_report
from quizzes.reports.misread_map import Misread

# Half of the class, as for mastery. In a long set every sentence misleads someone, so a lower share singles out none.
OFTEN_MISREAD_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student by objective. scores: one for each objective, None if no points count; () without a score."""

    student: Student
    found: StudentStatus[Attempt]
    scores: tuple[ObjectiveScore | None, ...] = ()

    @property
    def status(self) -> Status:
        """The student's status."""
        return self.found.status

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that counts, else the latest."""
        return self.found.counting_attempt or self.found.latest_attempt

    @property
    def share(self) -> Fraction:
        """Points earned as a share of the points possible, 0 to 1; 1 if no points count."""
        scores = [score for score in self.scores if score is not None]
        possible = sum(score.points for score in scores)
        return sum((score.earned for score in scores), start=Fraction(0)) / possible if possible else Fraction(1)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question. right_count: attempts with full points. share: None without attempts or if dropped."""

    report: QuestionReport
    objective: str
    right_count: int
    share: Fraction | None

    @property
    def is_weak(self) -> bool:
        """Whether fewer than half of the attempts were right."""
        return self.share is not None and self.share < NOT_YET_SHARE


@dataclass(frozen=True, slots=True)
class Reteach:
    """What to reteach first. question: of this objective, the one with the most common wrong answer, if any.

    retry: its hardest questions, at most 3, in the order of the set; none with a regraded key.
    """

    objective: ObjectiveScore
    question: QuestionReport | None
    retry: tuple[QuestionReport, ...] = ()

    @property
    def proof(self) -> tuple[Sentence, ...]:
        """The evidence of the question; if it has several parts, that of the part with the wrong answer."""
        if self.question is None:
            return ()
        misread = self.question.points_to
        return tuple(sentence for sentence in self.question.evidence if sentence in misread) or self.question.evidence


@dataclass(frozen=True, slots=True)
class MappedSentence:
    """One sentence of the reading, and how often wrong answers point to it; None if never."""

    sentence: Sentence
    misread: Misread | None

    @property
    def is_often_misread(self) -> bool:
        """Whether wrong answers of at least half of the attempts point to it."""
        return self.misread is not None and self.misread.share >= OFTEN_MISREAD_SHARE


@dataclass(frozen=True, slots=True)
class ClassReport:
    """An assignment's results. lines: the lowest share first, then students without a score, by name.

    totals: the class by objective. hardest: the 2 questions with the lowest share. misread: the reading by paragraph;
    None below 5 attempts.
    """

    items: ItemReport
    objectives: tuple[Objective, ...]
    questions: tuple[QuestionLine, ...]
    lines: tuple[StudentLine, ...]
    totals: tuple[ObjectiveScore | None, ...]
    reteach: Reteach | None
    hardest: tuple[QuestionLine, ...]
    misread: tuple[tuple[MappedSentence, ...], ...] | None

    @property
    def attempt_count(self) -> int:
        """The number of attempts behind every figure."""
        return self.items.figures.attempt_count

    @property
    def wrong_by_mark(self) -> Counter[str]:
        """How many wrong choices were given, by the reason in MARKS that their author chose."""
        choices = (choice for line in self.questions for choice in line.report.figures.choices if choice.option.mark)
        counts = Counter[str]()
        for choice in choices:
            counts[choice.option.mark] += choice.count
        return +counts


def class_report(assignment: Assignment, *, now: datetime) -> ClassReport:
    """The results of an assignment; at most 14 queries for a class of any size."""
    items = item_report([assignment], policy=None)
    document = published(assignment.edition_id).document
    used = {question.objective for question in document.questions}
    objectives = tuple(objective for objective in document.objectives if objective.key in used)
    lines, right = _lines(assignment, objectives, now)
    titles = {objective.key: objective.title for objective in objectives}
    count = items.figures.attempt_count
    questions = tuple(
        QuestionLine(
            question,
            titles.get(question.question.objective, ""),
            right[question.question.key],
            Fraction(right[question.question.key], count) if count and question.figures.item.points else None,
        )
        for question in items.questions
    )
    totals = tuple(_total(lines, place) for place in range(len(objectives)))
    counted = [line for line in questions if line.share is not None]
    return ClassReport(
        items=items,
        objectives=objectives,
        questions=questions,
        lines=lines,
        totals=totals,
        reteach=_reteach(totals, items, questions),
        hardest=tuple(sorted(counted, key=lambda line: (line.share, line.report.figures.facility))[:2]),
        misread=_misread_paragraphs(items),
    )


def _lines(
    assignment: Assignment, objectives: Sequence[Objective], now: datetime
) -> tuple[tuple[StudentLine, ...], Counter[str]]:
    """One line for each student, and the number of right attempts by question key."""
    content = published(assignment.edition_id)
    made = by_student_and_assignment(assignment.attempts.all())
    overrides = load_overrides(assignment=assignment)
    students = list(assignment.classroom.students.enrolled().order_by("sort_key", "pk"))
    statuses = [
        overrides.status(assignment, student.pk, made.get((student.pk, assignment.pk), ()), now=now)
        for student in students
    ]
    attempts = [found.counting_attempt for found in statuses if found.counting_attempt is not None]
    adjusted = adjustments(attempts)
    values: defaultdict[int, dict[int, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(attempt__assignment=assignment, attempt__submitted_at__isnull=False):
        values[answer.attempt_id][answer.question_id] = answer
    lines, right = [], Counter[str]()
    for student, found in zip(students, statuses, strict=True):
        attempt = found.counting_attempt
        scores: tuple[ObjectiveScore | None, ...] = ()
        if attempt is not None:
            answers = {
                question.key: values[attempt.pk].get(content.question_ids[question.key])
                for question in content.document.questions
            }
            scores = _scores(content.document.questions, answers, adjusted[attempt.pk], objectives, right)
        lines.append(StudentLine(student, found, scores))
    lines.sort(key=lambda line: (line.found.counting_attempt is None, line.share))
    return tuple(lines), right


def _scores(
    questions: Sequence[Question],
    answers: Mapping[str, Answer | None],
    after: Adjustments,
    objectives: Sequence[Objective],
    right: Counter[str],
) -> tuple[ObjectiveScore | None, ...]:
    gained: defaultdict[str, Fraction] = defaultdict(Fraction)
    possible: Counter[str] = Counter()
    for question in questions:
        answer = answers[question.key]
        points = earned(question, answer.value if answer is not None else None, after)
        gained[question.objective] += points.points
        possible[question.objective] += points.possible
        right[question.key] += bool(points.possible) and points.points >= points.possible
    return tuple(
        ObjectiveScore(objective, gained[objective.key], possible[objective.key]) if possible[objective.key] else None
        for objective in objectives
    )


def _total(lines: Sequence[StudentLine], place: int) -> ObjectiveScore | None:
    scores = [score for line in lines if line.scores and (score := line.scores[place]) is not None]
    if not scores:
        return None
    whole = sum((score.earned for score in scores), start=Fraction(0))
    return ObjectiveScore(scores[0].objective, whole, sum(score.points for score in scores))


def _reteach(
    totals: Sequence[ObjectiveScore | None], items: ItemReport, lines: Sequence[QuestionLine]
) -> Reteach | None:
    """The weakest objective, the first of equal ones; None if every objective is secure."""
    weak = [total for total in totals if total is not None and total.level != "secure"]
    if not weak:
        return None
    weakest = min(weak, key=lambda total: total.share)
    missed = [
        question
        for question in items.questions
        if question.question.objective == weakest.objective.key and question.figures.item.points
    ]
    best = max(missed, key=lambda question: question.commonest_wrong.count if question.commonest_wrong else 0)
    numbers = {question.number for question in missed if not question.is_regraded}
    candidates = [line for line in lines if line.report.number in numbers and line.share is not None]
    hardest = sorted(candidates, key=lambda line: (line.share, line.report.figures.facility))[:RETRY_COUNT]
    retry = sorted((line.report for line in hardest), key=lambda report: report.number)
    return Reteach(weakest, best if best.commonest_wrong is not None else None, tuple(retry))


def _misread_paragraphs(items: ItemReport) -> tuple[tuple[MappedSentence, ...], ...] | None:
    if items.misread is None:
        return None
    by_key = {misread.sentence: misread for misread in items.misread.sentences}
    return tuple(
        tuple(MappedSentence(sentence, by_key.get(sentence.key)) for sentence in paragraph)
        for paragraph in items.published.document.reading.paragraphs
    )
