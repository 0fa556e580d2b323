"""A student's own list: what is begun, what is to do, what is coming, what is done. Nothing in it depends on a key
before the answers are shown: an attempt that counts because it is the best one is named only from then on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import F, QuerySet

from quizzes.assignments.deadlines import Standing, Window, is_over, minutes_left
from quizzes.assignments.release import answers_shown, last_closes
from quizzes.assignments.student_settings import personal_window
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import resume_number
from quizzes.content.editions import Size, sizes_of
from quizzes.models import Assignment, Attempt, Excuse, Extension, Student
from quizzes.reports.gradebook import counting_attempt

State = Literal["begun", "to_do", "coming", "done", "over", "closed", "excused"]


@dataclass(frozen=True, slots=True)
class Task:
    """One assignment of a student.

    state: begun = an attempt runs; over = its time has ended and it waits to be handed in; closed = never handed in.
    attempt: the running one, else the one to show, None before the first. is_shown: whether its answers may be seen.
    is_late: whether it is to do and its due time has passed.
    attempts_left: how many more may be begun now, None for no limit. shown_at: when answers are shown, None if no
    moment decides. question_count, about_minutes: of the whole set. extension, is_excused: of this student.
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
    extension: Extension | None
    is_excused: bool

    @property
    def can_start(self) -> bool:
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
    """The student's list, in five statements or six however long it is (more for editions new to the process)."""
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
    """Every assignment of the student's class, newest first; four statements, five where one waits for a close."""
    return _tasks(student.classroom.assignments.order_by("-created_at", "-pk"), student, now)


def task_of(student: Student, public_id: str, *, now: datetime) -> Task | None:
    """One assignment of the student's class, None when it has no such one; statements as for all of them."""
    return next(iter(_tasks(student.classroom.assignments.order_by().filter(public_id=public_id), student, now)), None)


def current_of(task: Task, *, now: datetime) -> Current | None:
    """Where to go on with a task that is begun, else None; one statement."""
    return _current(task, now) if task.state == "begun" else None


def answered_count(attempt: Attempt) -> int:
    """How many questions of the attempt have an answer; one statement."""
    return attempt.answers.filter(value__isnull=False).count()


def _tasks(which: QuerySet[Assignment], student: Student, now: datetime) -> list[Task]:
    # Four plain statements take half the time of one that joins them all: most of either is the building of it.
    assignments = list(which.annotate(set_title=F("edition__question_set__title")))
    made: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.made_by(student.pk).filter(assignment__in=assignments).order_by("number"):
        made[attempt.assignment_id].append(attempt)
    extensions = {
        extension.assignment_id: extension for extension in Extension.objects.filter(student=student).order_by()
    }
    excused = set(Excuse.objects.filter(student=student).order_by().values_list("assignment_id", flat=True))
    sizes = sizes_of(assignment.edition_id for assignment in assignments)
    shown = last_closes(assignments)
    return [
        _task(
            assignment,
            assignment.set_title,
            made[assignment.pk],
            extensions.get(assignment.pk),
            sizes[assignment.edition_id],
            is_excused=assignment.pk in excused,
            shown_at=shown[assignment.pk],
            now=now,
        )
        for assignment in assignments
    ]


def _task(
    assignment: Assignment,
    title: str,
    attempts: Sequence[Attempt],
    extension: Extension | None,
    size: Size,
    *,
    is_excused: bool,
    shown_at: datetime | None,
    now: datetime,
) -> Task:
    window = personal_window(assignment, extension)
    running = next((attempt for attempt in attempts if attempt.is_open), None)
    shown = _attempt_to_show(assignment, attempts, shown_at, now)
    state = _state(running, shown, window, is_excused=is_excused, now=now)
    standing = window.standing(at=now)
    extra = extension.extra_attempts if extension is not None else 0
    return Task(
        assignment=assignment,
        title=title,
        state=state,
        window=window,
        attempt=running or shown,
        is_shown=shown is not None and answers_shown(assignment, shown, shown_at=shown_at, now=now),
        is_late=state in {"begun", "to_do"} and standing is Standing.PAST_DUE,
        attempts_left=_attempts_left(assignment.max_attempts, extra, len(attempts), standing),
        shown_at=shown_at,
        question_count=size.question_count,
        about_minutes=size.about_minutes,
        extension=extension,
        is_excused=is_excused,
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


def _attempts_left(limit: int | None, extra: int, made: int, standing: Standing) -> int | None:
    if standing not in {Standing.OPEN, Standing.PAST_DUE}:
        return 0
    return None if limit is None else max(0, limit + extra - made)


def _current(task: Task, now: datetime) -> Current | None:
    attempt = task.attempt
    if attempt is None:
        return None
    attempt.assignment = task.assignment
    content = content_of(attempt)
    answers = list(attempt.answers.all())
    return Current(
        task=task,
        attempt=attempt,
        number=resume_number(content, answers),
        question_count=len(content.questions),
        left_count=len(content.questions) - sum(answer.value is not None for answer in answers),
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
