"""Each student on one quiz: the status, and points by objective of the attempt that counts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from quizzes.assignments.status import Status, StudentStatus
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.attempts.late_answers import has_late_to_accept
from quizzes.content.editions import shown_edition
from quizzes.content.set_document import Objective
from quizzes.grading.points import earned_on_objective
from quizzes.grading.scores import adjustments, values_of
from quizzes.models import Assignment, Attempt, Student
from quizzes.reports.breakdown import AnsweredQuestion, answered_questions
from quizzes.reports.misconceptions import GivenAnswers
from quizzes.reports.objective_scores import NOT_YET_SHARE, ObjectiveScore


@dataclass(frozen=True, slots=True)
class StudentLine:
    """One student by objective. scores: one for each objective, None if no points count; () without a score.

    earned, possible: points of the attempt that counts, without answers that need grading.
    has_late_answers: whether an attempt has late answers that the teacher can accept.
    """

    student: Student
    student_status: StudentStatus[Attempt]
    has_late_answers: bool
    scores: tuple[ObjectiveScore | None, ...] = ()
    earned: Fraction = Fraction(0)
    possible: int = 0

    @property
    def status(self) -> Status:
        """The student's status."""
        return self.student_status.status

    @property
    def attempt(self) -> Attempt | None:
        """The attempt that counts, else the latest."""
        return self.student_status.counting_attempt or self.student_status.latest_attempt

    @property
    def is_ungraded(self) -> bool:
        """Whether the attempt that counts has answers that need grading."""
        counting = self.student_status.counting_attempt
        return counting is not None and counting.ungraded_count > 0

    @property
    def has_score(self) -> bool:
        """Whether an attempt counts and all its answers are graded."""
        return self.student_status.counting_attempt is not None and not self.is_ungraded

    @property
    def share(self) -> Fraction:
        """Points earned as a share of the points possible, 0 to 1; 1 if no points count."""
        return self.earned / self.possible if self.possible else Fraction(1)

    @property
    def has_unproven(self) -> bool:
        """Whether a correct answer earned points, but none on its objective, because its evidence is not right."""
        return self.earned != sum(score.earned for score in self.scores if score is not None)

    @property
    def needs_help(self) -> bool:
        """Whether the score is less than half of the points."""
        return self.has_score and self.share < NOT_YET_SHARE


@dataclass(frozen=True, slots=True)
class Work:
    """The attempt of a student that counts. answered: without answers that need grading."""

    given: GivenAnswers
    answered: tuple[AnsweredQuestion, ...]


def student_lines(
    assignment: Assignment, objectives: Sequence[Objective], *, now: datetime
) -> tuple[tuple[StudentLine, ...], list[Work]]:
    """One line for each enrolled student, and the work of those with an attempt that counts; 6 queries.

    The lowest share first, then work that needs grading, then the others by name.
    """
    rows = list(assignment.attempts.annotate(has_late=has_late_to_accept(now=now)))
    late = {row.student_id for row in rows if row.has_late}
    made = by_student_and_assignment(rows)
    overrides = load_overrides(assignment=assignment)
    students = list(assignment.classroom.students.enrolled())
    statuses = overrides.statuses(assignment, [student.pk for student in students], made, now=now)
    works = _works(assignment, students, statuses)
    lines = [
        _line(student, statuses[student.pk], works.get(student.pk), objectives, has_late_answers=student.pk in late)
        for student in students
    ]
    lines.sort(key=lambda line: (line.student_status.counting_attempt is None, line.is_ungraded, line.share))
    return tuple(lines), list(works.values())


def _line(
    student: Student,
    found: StudentStatus[Attempt],
    work: Work | None,
    objectives: Sequence[Objective],
    *,
    has_late_answers: bool,
) -> StudentLine:
    if work is None:
        return StudentLine(student, found, has_late_answers=has_late_answers)
    return StudentLine(
        student,
        found,
        scores=_scores(work, objectives),
        earned=sum((entry.earned for entry in work.answered), start=Fraction(0)),
        possible=sum(entry.possible for entry in work.answered),
        has_late_answers=has_late_answers,
    )


def _works(
    assignment: Assignment, students: Sequence[Student], statuses: Mapping[int, StudentStatus[Attempt]]
) -> dict[int, Work]:
    """The work of each student with an attempt that counts, by student id; 3 queries."""
    content = shown_edition(assignment.edition_id)
    counting = {pk: attempt for pk, found in statuses.items() if (attempt := found.counting_attempt) is not None}
    adjusted = adjustments(list(counting.values()))
    values = values_of(list(counting.values()))
    works = {}
    for student in students:
        if student.pk not in counting:
            continue
        attempt = counting[student.pk]
        given, after = values[attempt.pk], adjusted[attempt.pk]
        answered = tuple(answered_questions(assignment.pk, content.document, given, after))
        works[student.pk] = Work(GivenAnswers(student, given, after), answered)
    return works


def _scores(work: Work, objectives: Sequence[Objective]) -> tuple[ObjectiveScore | None, ...]:
    earned: defaultdict[str, Fraction] = defaultdict(Fraction)
    possible: Counter[str] = Counter()
    for question in (entry.question for entry in work.answered):
        points = earned_on_objective(question, work.given.values.get(question.key), work.given.after)
        earned[question.objective] += points.points
        possible[question.objective] += points.possible
    return tuple(
        ObjectiveScore(objective, earned[objective.key], possible[objective.key]) if possible[objective.key] else None
        for objective in objectives
    )
