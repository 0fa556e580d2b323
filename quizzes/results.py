"""The read side: a classroom's gradebook and progress, one attempt reviewed, and what needs a teacher.

Only attempts that were handed in count. Shares run from 0 to 1; no data is None.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import mean, median
from typing import Any, Literal

from django.db.models import Count, F, Max, Q

from quizzes import joining
from quizzes.assignments import personal_window, standing
from quizzes.attempts import Sitting, sitting
from quizzes.deadlines import Standing
from quizzes.grading import NO_ADJUSTMENTS, Adjustments, Correction, corrected, earned
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Classroom, Excuse, Extension, Student, User
from quizzes.question_types import Question, Review, label, review
from quizzes.reading import Sentence, Voice
from quizzes.scores import adjustments
from quizzes.set_document import Objective

# Mastery levels as the design names them: secure from 80 %, not yet under half.
SECURE_SHARE, NOT_YET_SHARE = Fraction(4, 5), Fraction(1, 2)
SOON = timedelta(hours=24)

CellState = Literal["scored", "working", "missing", "excused", "not_due"]
WorkState = Literal["not_started", "working", "handed_in"]
Level = Literal["secure", "nearly", "not_yet"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One student on one assignment. attempt: the one that counts, else the open one, else None.

    score and max_score in points, None unless scored. An excused student's score counts in nothing.
    """

    state: CellState
    attempt: Attempt | None = None
    score: Decimal | None = None
    max_score: int | None = None
    is_late: bool = False

    @property
    def share(self) -> Decimal | None:
        """score over max_score, 0 to 1; None without a score or when every question was dropped."""
        return self.score / self.max_score if self.score is not None and self.max_score else None


@dataclass(frozen=True, slots=True)
class Column:
    """One assignment of a gradebook, with the median and mean of the scores that count, in points."""

    assignment: Assignment
    title: str
    max_points: int
    median: Decimal | None
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One student of a gradebook. average_share: mean share over the assignments that have a score."""

    student: Student
    cells: tuple[Cell, ...]
    average_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Gradebook:
    """A classroom's scores: one row a student by name, one column an assignment, newest first."""

    classroom: Classroom
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    mean_share: Decimal | None
    median_share: Decimal | None


@dataclass(frozen=True, slots=True)
class Progress:
    """One student's standing on a running assignment. attempt: the latest, None before the first.

    counts: the attempt that counts by the policy, None before one is handed in; is_late is about that one.
    """

    student: Student
    state: WorkState
    attempt: Attempt | None
    counts: Attempt | None
    is_late: bool
    answered_count: int
    last_saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """One question of an attempt with its verdict. number: its place in the attempt. earned: points."""

    number: int
    question: Question
    type_label: str
    review: Review
    answer: Answer | None
    evidence: tuple[Sentence, ...]
    voices: tuple[Voice, ...]
    earned: Fraction
    possible: int
    mark: Decimal | None
    corrections: tuple[Correction, ...]

    @property
    def verdict(self) -> Literal["right", "partly", "wrong", "unanswered"]:
        """The verdict in one word, by the points earned after corrections and marks."""
        if self.answer is None or self.answer.value is None:
            return "unanswered"
        if self.earned >= self.possible:
            return "right"
        return "partly" if self.earned else "wrong"


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    """Points earned and possible on one objective, at least 1 possible."""

    objective: Objective
    earned: Fraction
    points: int

    @property
    def share(self) -> Fraction:
        """earned over points, 0 to 1."""
        return self.earned / self.points

    @property
    def level(self) -> Level:
        """Secure from 80 %, not yet under half, nearly between."""
        if self.share >= SECURE_SHARE:
            return "secure"
        return "not_yet" if self.share < NOT_YET_SHARE else "nearly"


@dataclass(frozen=True, slots=True)
class ReviewedAttempt:
    """A whole attempt with verdicts. read_again: the sentences that answer most of what went wrong, at most one."""

    sitting: Sitting
    questions: tuple[ReviewedQuestion, ...]
    objectives: tuple[ObjectiveScore, ...]
    read_again: tuple[Sentence, ...]
    missed: tuple[ReviewedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs the teacher. count: the numeral shown; kind names the sentence and the action."""

    kind: Literal["not_handed_in", "locked_out", "no_students"]
    count: int
    classroom: Classroom
    assignment: Assignment | None = None
    title: str = ""
    not_started_count: int = 0
    students: tuple[Student, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassroomSummary:
    """A line of the teacher's home. assignment: the newest open one; mean_share over all its scores that count."""

    classroom: Classroom
    student_count: int
    assignment: Assignment | None
    title: str
    handed_in_count: int
    mean_share: Decimal | None


def counting_attempt(attempts: Sequence[Attempt], policy: str) -> Attempt | None:
    """The handed-in attempt that counts by the policy (first, best, latest); the earlier of two equally good ones."""
    done = sorted((attempt for attempt in attempts if not attempt.is_open), key=lambda attempt: attempt.number)
    if not done:
        return None
    match policy:
        case Assignment.AttemptPolicy.FIRST:
            return done[0]
        case Assignment.AttemptPolicy.LATEST:
            return done[-1]
    return max(done, key=lambda attempt: (share_of(attempt) or Decimal(0), -attempt.number))


def share_of(attempt: Attempt) -> Decimal | None:
    """The attempt's score as a share of its maximum, 0 to 1; None before it is handed in, or when nothing counts."""
    return attempt.score / attempt.max_score if attempt.score is not None and attempt.max_score else None


def is_late(attempt: Attempt, due_at: datetime | None) -> bool:
    """Whether the attempt was handed in after the due time, which may be the student's own."""
    return due_at is not None and attempt.handed_in_at is not None and attempt.handed_in_at > due_at


def gradebook(classroom: Classroom, *, now: datetime) -> Gradebook:
    """The classroom's gradebook, in five statements however large it is."""
    students = list(classroom.students.enrolled().order_by("display_name", "pk"))
    assignments = list(
        classroom.assignments.select_related("edition__question_set")
        .defer("edition__document")
        .order_by("-created_at", "-pk")
    )
    made: defaultdict[tuple[int, int], list[Attempt]] = defaultdict(list)
    for attempt in classroom.attempts.all():
        made[attempt.student_id, attempt.assignment_id].append(attempt)
    extended = {
        (extension.student_id, extension.assignment_id): extension
        for extension in Extension.objects.filter(assignment__classroom=classroom)
    }
    excused = set(Excuse.objects.filter(assignment__classroom=classroom).values_list("student_id", "assignment_id"))
    rows = []
    for student in students:
        cells = tuple(
            Cell("excused")
            if (student.pk, assignment.pk) in excused
            else _cell(made[student.pk, assignment.pk], assignment, extended.get((student.pk, assignment.pk)), now)
            for assignment in assignments
        )
        shares = [cell.share for cell in cells if cell.share is not None]
        rows.append(Row(student, cells, _mean(shares)))
    columns = []
    for place, assignment in enumerate(assignments):
        scores = [row.cells[place].score for row in rows]
        given = [points for points in scores if points is not None]
        columns.append(
            Column(
                assignment,
                assignment.edition.question_set.title,
                assignment.edition.max_points,
                median(given) if given else None,
                _mean(given),
            )
        )
    averages = [row.average_share for row in rows if row.average_share is not None]
    return Gradebook(classroom, tuple(columns), tuple(rows), _mean(averages), median(averages) if averages else None)


def progress(assignment: Assignment) -> list[Progress]:
    """One entry a student by name, in four statements however many there are."""
    made: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in assignment.attempts.order_by("number"):
        made[attempt.student_id].append(attempt)
    latest = [attempts[-1].pk for attempts in made.values()]
    given = Answer.objects.filter(attempt__in=latest, value__isnull=False)
    counted = {
        row["attempt"]: row
        for row in given.order_by().values("attempt").annotate(count=Count("pk"), last=Max("saved_at"))
    }
    extended = {extension.student_id: extension for extension in assignment.extensions.all()}
    entries = []
    for student in assignment.classroom.students.enrolled().order_by("display_name", "pk"):
        attempts = made[student.pk]
        own = attempts[-1] if attempts else None
        counts = counting_attempt(attempts, assignment.attempt_policy)
        due_at = personal_window(assignment, extended.get(student.pk)).due_at
        late = counts is not None and is_late(counts, due_at)
        saved: Mapping[str, Any] = counted.get(own.pk, {}) if own else {}
        state: WorkState = "not_started" if own is None else "working" if own.is_open else "handed_in"
        entries.append(Progress(student, state, own, counts, late, saved.get("count", 0), saved.get("last")))
    return entries


def due_at(attempt: Attempt) -> datetime | None:
    """When the attempt was due for its own student; one statement. attempt: with its assignment."""
    extension = attempt.assignment.extensions.filter(student=attempt.student_id).first()
    return personal_window(attempt.assignment, extension).due_at


def review_question(
    current: Sitting, question: Question, answer: Answer | None, adjustments: Adjustments = NO_ADJUSTMENTS
) -> ReviewedQuestion:
    """One question of an attempt with its verdict; only for those who may see it."""
    reading = current.published.document.reading
    value = answer.value if answer else None
    points = earned(question, value, adjustments)
    reviewed = review(corrected(question, adjustments), value, reading)
    evidence = reading.sentences(question.evidence)
    return ReviewedQuestion(
        number=current.questions.index(question) + 1,
        question=question,
        type_label=label(question),
        review=reviewed,
        answer=answer,
        evidence=evidence,
        voices=tuple(dict.fromkeys(sentence.voice for sentence in evidence)),
        earned=points.points,
        possible=points.possible,
        mark=adjustments.marks.get(question.key),
        corrections=tuple(adjustments.corrections.get(question.key, ())),
    )


def review_attempt(attempt: Attempt) -> ReviewedAttempt:
    """The whole attempt with verdicts, in three statements; for those who may see it. attempt: with its assignment."""
    answers = {answer.question_id: answer for answer in attempt.answers.all()}
    return review_sitting(sitting(attempt), answers, adjustments([attempt])[attempt.pk])


def review_sitting(
    current: Sitting, answers: Mapping[int, Answer], adjusted: Adjustments = NO_ADJUSTMENTS
) -> ReviewedAttempt:
    """A whole sitting with verdicts, without a statement. answers: by question row id."""
    questions = tuple(
        review_question(current, question, answers.get(current.question_id(question)), adjusted)
        for question in current.questions
    )
    missed = tuple(item for item in questions if item.verdict != "right")
    return ReviewedAttempt(
        sitting=current,
        questions=questions,
        objectives=_by_objective(questions, current.published.document.objectives),
        read_again=_commonest_evidence(missed),
        missed=missed,
    )


def unused_events(attempt: Attempt) -> list[AnswerEvent]:
    """Answers that arrived and did not count (late, stale or settled), in the order of arrival; one statement."""
    return list(attempt.events.exclude(outcome=AnswerEvent.Outcome.SAVED).order_by("at", "pk"))


def needs(user: User, *, now: datetime) -> list[Need]:
    """What needs this teacher, most urgent first; the number of statements is fixed."""
    classrooms = list(Classroom.objects.taught_by(user).current())
    locked: defaultdict[int, list[Student]] = defaultdict(list)
    for student in joining.locked_students(classrooms, now=now):
        locked[student.classroom_id].append(student)
    by_pk = {classroom.pk: classroom for classroom in classrooms}
    found = [Need("locked_out", len(students), by_pk[pk], students=tuple(students)) for pk, students in locked.items()]
    sizes = _sizes(classrooms)
    found += _not_handed_in(by_pk, sizes, now)
    found += [Need("no_students", 0, classroom) for classroom in classrooms if not sizes.get(classroom.pk)]
    return found


def classroom_summaries(user: User, *, now: datetime) -> list[ClassroomSummary]:
    """A line a classroom, by name; the number of statements is fixed."""
    classrooms = list(Classroom.objects.taught_by(user).current())
    sizes = _sizes(classrooms)
    newest: dict[int, Assignment] = {}
    assignments = (
        Assignment.objects.filter(classroom__in=classrooms)
        .select_related("edition__question_set")
        .defer("edition__document")
        .order_by("created_at", "pk")
    )
    by_pk: dict[int, Assignment] = {}
    for assignment in assignments:
        by_pk[assignment.pk] = assignment
        if standing(assignment, now=now) in {Standing.OPEN, Standing.PAST_DUE}:
            newest[assignment.classroom_id] = assignment
    made: defaultdict[tuple[int, int], list[Attempt]] = defaultdict(list)
    here = Attempt.objects.filter(student__removed_at=None, student__classroom=F("classroom"))
    for attempt in here.filter(classroom__in=classrooms).handed_in():
        made[attempt.assignment_id, attempt.student_id].append(attempt)
    shares: defaultdict[int, list[Decimal]] = defaultdict(list)
    done: Counter[int] = Counter()
    for (assignment_id, _), attempts in made.items():
        assignment = by_pk[assignment_id]
        counts = counting_attempt(attempts, assignment.attempt_policy)
        if counts is not None:
            done[assignment_id] += 1
            share = share_of(counts)
            if share is not None:
                shares[assignment.classroom_id].append(share)
    return [
        ClassroomSummary(
            classroom,
            sizes.get(classroom.pk, 0),
            newest.get(classroom.pk),
            newest[classroom.pk].edition.question_set.title if classroom.pk in newest else "",
            done[newest[classroom.pk].pk] if classroom.pk in newest else 0,
            _mean(shares[classroom.pk]),
        )
        for classroom in classrooms
    ]


def _cell(attempts: Sequence[Attempt], assignment: Assignment, extension: Extension | None, now: datetime) -> Cell:
    window = personal_window(assignment, extension)
    counts = counting_attempt(attempts, assignment.attempt_policy)
    if counts is not None:
        return Cell("scored", counts, counts.score, counts.max_score, is_late(counts, window.due_at))
    if attempts:
        return Cell("working", attempts[-1])
    if window.standing(at=now) in {Standing.PAST_DUE, Standing.CLOSED}:
        return Cell("missing")
    return Cell("not_due")


def _mean(numbers: Iterable[Decimal]) -> Decimal | None:
    given = list(numbers)
    return mean(given) if given else None


def _by_objective(questions: Sequence[ReviewedQuestion], objectives: Sequence[Objective]) -> tuple[ObjectiveScore, ...]:
    scores = []
    for objective in objectives:
        own = [item for item in questions if item.question.objective == objective.key]
        if own:
            total = sum((item.earned for item in own), start=Fraction(0))
            possible = sum(item.possible for item in own)
            if possible:
                scores.append(ObjectiveScore(objective, total, possible))
    return tuple(scores)


def _commonest_evidence(missed: Sequence[ReviewedQuestion]) -> tuple[Sentence, ...]:
    counted = Counter(sentence for item in missed for sentence in item.evidence)
    return (max(counted, key=lambda sentence: (counted[sentence], -sentence.number)),) if counted else ()


def _sizes(classrooms: Sequence[Classroom]) -> dict[int, int]:
    counted = Student.objects.enrolled().filter(classroom__in=classrooms).order_by().values("classroom")
    return {row["classroom"]: row["count"] for row in counted.annotate(count=Count("pk"))}


def _not_handed_in(by_pk: Mapping[int, Classroom], sizes: Mapping[int, int], now: datetime) -> list[Need]:
    due = Q(due_at__lte=now + SOON) | Q(due_at=None, closes_at__lte=now + SOON)
    still_open = Q(closes_at=None) | Q(closes_at__gte=now)
    # Whoever was removed or moved away is no longer counted in the size of the class.
    is_here = Q(attempts__student__removed_at=None, attempts__student__classroom=F("classroom"))
    assignments = (
        Assignment.objects.filter(due & still_open, classroom__in=by_pk)
        .select_related("edition__question_set")
        .defer("edition__document")
        .annotate(
            begun=Count("attempts__student", distinct=True, filter=is_here),
            done=Count("attempts__student", distinct=True, filter=is_here & Q(attempts__handed_in_at__isnull=False)),
        )
        .order_by("due_at", "closes_at", "pk")
    )
    found = []
    for assignment in assignments:
        size = sizes.get(assignment.classroom_id, 0)
        if size > assignment.done:
            found.append(
                Need(
                    "not_handed_in",
                    size - assignment.done,
                    by_pk[assignment.classroom_id],
                    assignment,
                    assignment.edition.question_set.title,
                    max(0, size - assignment.begun),
                )
            )
    return found
