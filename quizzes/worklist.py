"""A student's own list: what is begun, what is to do, what is coming, what is done. Nothing in it depends on a key
before the answers are shown: an attempt that counts because it is the best one is named only from then on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from quizzes.assignments import Release, answers_shown
from quizzes.attempts import resume_number
from quizzes.deadlines import Standing, Window, is_over, minutes_left
from quizzes.models import Assignment, Attempt, Excuse, Extension, Question, Student
from quizzes.results import counting_attempt
from quizzes.sittings import sitting

State = Literal["begun", "to_do", "coming", "done", "over", "closed", "excused"]


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment of a student.

    state: begun = an attempt runs; over = its time has ended and it waits to be handed in; closed = never handed in.
    attempt: the running one, else the one to show, None before the first. is_shown: whether its answers may be seen.
    is_late: whether it is to do and its due time has passed.
    attempts_left: how many more may be begun now, None for no limit. shown_at: when answers are shown, None if no
    moment decides. question_count, about_minutes: of the whole set.
    """

    assignment: Assignment
    title: str
    state: State
    window: Window
    attempt: Attempt | None
    is_shown: bool
    is_late: bool
    attempts_left: int | None
    shown_at: datetime | None
    question_count: int
    about_minutes: int

    @property
    def may_begin(self) -> bool:
        """Whether a new attempt may be begun now."""
        return self.state in {"to_do", "done", "over"} and self.attempts_left != 0


@dataclass(frozen=True, slots=True)
class Current:
    """The attempt to go on with first. number: the question to go on at."""

    task: Task
    attempt: Attempt
    number: int
    question_count: int
    left_count: int
    minutes_left: int | None


@dataclass(frozen=True, slots=True)
class Worklist:
    """A student's assignments by what to do with them, each most urgent or newest first."""

    current: Current | None
    to_do: tuple[Task, ...]
    coming: tuple[Task, ...]
    done: tuple[Task, ...]
    missed: tuple[Task, ...]


def worklist(student: Student, *, now: datetime) -> Worklist:
    """The student's list, in three statements however long it is (two more for an edition new to the process)."""
    tasks = tasks_of(student, now=now)
    begun = sorted(
        (task for task in tasks if task.state == "begun"), key=lambda task: _started(task.attempt), reverse=True
    )
    to_do = [*begun[1:], *(task for task in tasks if task.state == "to_do")]
    return Worklist(
        current=_current(begun[0], now) if begun else None,
        to_do=tuple(sorted(to_do, key=_urgency)),
        coming=tuple(sorted((task for task in tasks if task.state == "coming"), key=_opening)),
        done=tuple(task for task in tasks if task.state in {"done", "over", "excused"}),
        missed=tuple(task for task in tasks if task.state == "closed"),
    )


def tasks_of(student: Student, *, now: datetime) -> list[Task]:
    """Every assignment of the student's class, newest first; two statements."""
    made: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.made_by(student.pk).order_by("number"):
        made[attempt.assignment_id].append(attempt)
    assignments = _with_facts(student.classroom.assignments.all(), student)
    return [_task(assignment, made[assignment.pk], now) for assignment in assignments.order_by("-created_at", "-pk")]


def task_of(student: Student, public_id: str, *, now: datetime) -> Task | None:
    """One assignment of the student's class, None when it has no such one; two statements."""
    assignment = _with_facts(student.classroom.assignments.filter(public_id=public_id), student).first()
    if assignment is None:
        return None
    return _task(assignment, list(assignment.attempts.made_by(student.pk).order_by("number")), now)


def current_of(task: Task, *, now: datetime) -> Current | None:
    """Where to go on with a task that is begun, else None; one statement."""
    return _current(task, now) if task.state == "begun" else None


def answered_count(attempt: Attempt) -> int:
    """How many questions of the attempt have an answer; one statement."""
    return attempt.answers.filter(value__isnull=False).count()


def _with_facts(assignments: QuerySet[Assignment], student: Student) -> QuerySet[Assignment]:
    """With what a student's list needs, in the same statement: set, size, own extension, excuse, last close of all."""
    together = Assignment.objects.filter(group=OuterRef("group")).order_by()
    extended = Extension.objects.filter(assignment__group=OuterRef("group"), closes_at__isnull=False)
    questions = Question.objects.filter(edition=OuterRef("edition")).order_by().values("edition")
    return (
        assignments.select_related("edition__question_set")
        .defer("edition__document")
        .alias(own=FilteredRelation("extensions", condition=Q(extensions__student=student)))
        .annotate(
            own_due_at=Coalesce("own__due_at", "due_at"),
            own_closes_at=Coalesce("own__closes_at", "closes_at"),
            extra_attempts=Coalesce("own__extra_attempts", 0),
            is_excused=Exists(Excuse.objects.filter(assignment=OuterRef("pk"), student=student)),
            last_close_at=Subquery(together.order_by(F("closes_at").desc(nulls_first=True)).values("closes_at")[:1]),
            last_own_close_at=Subquery(extended.order_by("-closes_at").values("closes_at")[:1]),
            question_count=Subquery(questions.annotate(count=Count("pk")).values("count")),
            about_minutes=F("edition__document__about_minutes"),
        )
    )


def _task(assignment: Assignment, attempts: Sequence[Attempt], now: datetime) -> Task:
    facts = cast(Any, assignment)  # what `_with_facts` brought along
    window = Window(assignment.opens_at, facts.own_due_at, facts.own_closes_at)
    shown_at = _shown_at(assignment)
    running = next((attempt for attempt in attempts if attempt.is_open), None)
    shown = _attempt_to_show(assignment, attempts, shown_at, now)
    limit = assignment.max_attempts
    state = _state(running, shown, window, is_excused=facts.is_excused, now=now)
    standing = window.standing(at=now)
    return Task(
        assignment=assignment,
        title=assignment.edition.question_set.title,
        state=state,
        window=window,
        attempt=running or shown,
        is_shown=shown is not None and answers_shown(assignment, shown, shown_at=shown_at, now=now),
        is_late=state in {"begun", "to_do"} and standing is Standing.PAST_DUE,
        attempts_left=_attempts_left(limit, facts.extra_attempts, len(attempts), standing),
        shown_at=shown_at,
        question_count=facts.question_count,
        about_minutes=facts.about_minutes,
    )


def _state(running: Attempt | None, shown: Attempt | None, window: Window, *, is_excused: bool, now: datetime) -> State:
    if running is not None:
        return "over" if is_over(at=now, deadline_at=running.deadline_at) else "begun"
    if shown is not None:
        return "done"
    if is_excused:
        return "excused"
    match window.standing(at=now):
        case Standing.NOT_OPEN:
            return "coming"
        case Standing.CLOSED:
            return "closed"
    return "to_do"


def _attempt_to_show(
    assignment: Assignment, attempts: Sequence[Attempt], shown_at: datetime | None, now: datetime
) -> Attempt | None:
    done = [attempt for attempt in attempts if not attempt.is_open]
    if not done:
        return None
    if answers_shown(assignment, done[-1], shown_at=shown_at, now=now):
        return counting_attempt(done, assignment.attempt_policy)
    return done[-1]


def _shown_at(assignment: Assignment) -> datetime | None:
    """As `assignments.answers_shown_at`, from what the statement brought along."""
    if assignment.release != Release.AFTER_CLOSE:
        return None
    facts = cast(Any, assignment)
    if facts.last_close_at is None:
        return None
    return max(end for end in (facts.last_close_at, facts.last_own_close_at) if end is not None)


def _attempts_left(limit: int | None, extra: int, made: int, standing: Standing) -> int | None:
    if standing not in {Standing.OPEN, Standing.PAST_DUE}:
        return 0
    return None if limit is None else max(0, limit + extra - made)


def _current(task: Task, now: datetime) -> Current | None:
    attempt = task.attempt
    if attempt is None:
        return None
    attempt.assignment = task.assignment
    place = sitting(attempt)
    answers = list(attempt.answers.all())
    return Current(
        task=task,
        attempt=attempt,
        number=resume_number(place, answers),
        question_count=len(place.questions),
        left_count=len(place.questions) - sum(answer.value is not None for answer in answers),
        minutes_left=minutes_left(at=now, deadline_at=attempt.deadline_at),
    )


def _started(attempt: Attempt | None) -> float:
    return attempt.started_at.timestamp() if attempt is not None else 0


def _urgency(task: Task) -> tuple[float, int]:
    end = task.window.due_at or task.window.closes_at
    return (end.timestamp() if end is not None else float("inf"), -task.assignment.pk)


def _opening(task: Task) -> tuple[float, int]:
    opens = task.window.opens_at
    return (opens.timestamp() if opens is not None else 0, task.assignment.pk)
