"""A teacher's home page: the to-do items, and a line for each classroom."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Literal

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import is_current, window_state
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import Key, Overrides, by_student_and_assignment, load_overrides
from quizzes.attempts.late_answers import has_late_to_accept
from quizzes.grading.queue import queued_counts
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.models.rosters import EDITORS
from quizzes.people.sign_in_trouble import sign_in_trouble
from quizzes.people.todos import hidden_counts
from quizzes.reports.classroom_quizzes import QuizLine
from quizzes.reports.gradebook import average_of, average_of_cells, cell_of
from quizzes.reports.next_step import step_of

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing that needs the teacher. count: the number on the page. kind: selects the sentence and the action.

    “students”, “quiz”, “start” and “cards” are the next steps of a new class.
    not_started_count, missing_count: of the students who have not submitted. late: (student’s name, attempt) of each
    attempt with late answers to accept.
    """

    kind: Literal[
        "not_submitted",
        "attacked",
        "locked_out",
        "students",
        "queued_answers",
        "late_answers",
        "quiz",
        "start",
        "cards",
    ]
    count: int
    classroom: Classroom
    assignment: Assignment | None = None
    not_started_count: int = 0
    missing_count: int = 0
    students: tuple[Student, ...] = ()
    late: tuple[tuple[str, Attempt], ...] = ()

    @property
    def title(self) -> str:
        """The title of the quiz, "" without one."""
        return self.assignment.title if self.assignment is not None else ""

    @property
    def key(self) -> str:
        """What it is about. It stays the same while the count changes."""
        return f"{self.kind}:{(self.assignment or self.classroom).public_id}"


@dataclass(frozen=True, slots=True)
class ClassroomSummary:
    """One classroom. open_quizzes: the quizzes that are open or wait for their teacher, the newest first.

    average_share: the class average, as in the gradebook. averaged_count: how many students have an average.
    """

    classroom: Classroom
    student_count: int
    average_share: Decimal | None
    averaged_count: int
    open_quizzes: tuple[QuizLine, ...]

    @property
    def newest(self) -> QuizLine | None:
        """The newest open quiz; None without one."""
        return next((quiz for quiz in self.open_quizzes if not quiz.assignment.waits_for_teacher), None)


@dataclass(frozen=True, slots=True)
class TeacherHome:
    """The to-do items, the most urgent first, and a line for each classroom by name.

    steps: the next step of each class where no one has answered. Hidden items are in neither list.
    """

    needs: list[TodoItem]
    steps: list[TodoItem]
    summaries: list[ClassroomSummary]


@dataclass(frozen=True, slots=True)
class _Classes:
    """A teacher's current classes, by id. students: ids of enrolled students by classroom id. names: by student id.

    assignments: by classroom id, the oldest first. made: attempts of enrolled students. late: those with late answers
    to accept.
    """

    classrooms: Mapping[int, Classroom]
    students: Mapping[int, list[int]]
    names: Mapping[int, str]
    assignments: Mapping[int, list[Assignment]]
    made: Mapping[Key, list[Attempt]]
    late: list[Attempt]
    overrides: Overrides
    now: datetime

    def counts(self, assignment: Assignment) -> Counter[Status]:
        """How many students have each status; they add up to the class."""
        students = self.students.get(assignment.classroom_id, ())
        return self.overrides.status_counts(assignment, students, self.made, now=self.now)


def load_teacher_home(user: User, *, now: datetime) -> TeacherHome:
    """The teacher's home page; at most 10 queries for any number of classes."""
    classes = _load(user, now)
    locked: defaultdict[int, list[Student]] = defaultdict(list)
    trouble = sign_in_trouble([*classes.classrooms.values()], now=now)
    for guessed in trouble.students:
        if guessed.needs_teacher:
            locked[guessed.student.classroom_id].append(guessed.student)
    classrooms = classes.classrooms
    needs = [TodoItem("attacked", 1, classroom) for pk, classroom in classrooms.items() if pk in trouble.attacked]
    needs += [
        TodoItem("locked_out", len(students), classrooms[pk], students=tuple(students))
        for pk, students in locked.items()
    ]
    needs += _not_submitted(classes)
    needs += _queued(classes)
    needs += _late(classes)
    needs += [TodoItem("students", 0, classroom) for pk, classroom in classrooms.items() if pk not in classes.students]
    hidden = hidden_counts(user)

    def shown(items: list[TodoItem]) -> list[TodoItem]:
        # A viewer of a class can do nothing about its items, and a sample class needs nothing.
        return [
            item
            for item in items
            if item.count > hidden.get(item.key, -1)
            and item.classroom.own_role in EDITORS
            and not item.classroom.is_sample
        ]

    return TeacherHome(
        shown(needs), shown(_steps(classes)), [_summary(classes, classroom) for classroom in classrooms.values()]
    )


def _steps(classes: _Classes) -> list[TodoItem]:
    """The next step of each class that has students and no answers."""
    answered = {assignment_id for _, assignment_id in classes.made}
    items = []
    for pk, classroom in classes.classrooms.items():
        assignments = classes.assignments.get(pk, [])
        students = classes.students.get(pk, [])
        if students and not any(assignment.pk in answered for assignment in assignments):
            step = step_of(assignments, now=classes.now)
            items.append(TodoItem(step.name, len(students), classroom, step.assignment))
    return items


def _load(user: User, now: datetime) -> _Classes:
    classrooms = list(Classroom.objects.taught_by(user).with_role().current().with_list_names(user))
    students: defaultdict[int, list[int]] = defaultdict(list)
    names = {}
    enrolled = Student.objects.enrolled().filter(classroom__in=classrooms).order_by()
    for classroom_id, student_id, name in enrolled.values_list("classroom_id", "pk", "display_name"):
        students[classroom_id].append(student_id)
        names[student_id] = name
    assignments: defaultdict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(classroom__in=classrooms).with_max_points().select_related("edition__question_set")
    for assignment in rows.defer("edition__document"):
        assignments[assignment.classroom_id].append(assignment)
    made = Attempt.objects.filter(classroom__in=classrooms).in_class().order_by()
    with_late = made.annotate(has_late=has_late_to_accept(now=now))
    # A student may be restored between the two queries.
    attempts = [attempt for attempt in with_late if attempt.student_id in names]
    return _Classes(
        {classroom.pk: classroom for classroom in classrooms},
        students,
        names,
        assignments,
        by_student_and_assignment(attempts),
        [attempt for attempt in attempts if attempt.has_late],
        load_overrides(assignment__classroom__in=classrooms),
        now,
    )


def _summary(classes: _Classes, classroom: Classroom) -> ClassroomSummary:
    assignments = classes.assignments.get(classroom.pk, ())
    open_quizzes = tuple(
        QuizLine(entry, window_state(entry, now=classes.now), classes.counts(entry))
        for entry in reversed(assignments)
        if is_current(entry, now=classes.now)
    )
    missing_is_zero = classroom.counts_missing_as_zero
    averages = []
    for student_id in classes.students.get(classroom.pk, ()):
        cells = []
        for assignment in assignments:
            attempts = classes.made.get((student_id, assignment.pk), ())
            # Without an attempt, work counts only as missing work that is 0.
            if attempts or missing_is_zero:
                found = classes.overrides.status(assignment, student_id, attempts, now=classes.now)
                cells.append(cell_of(found, assignment.max_points, missing_is_zero=missing_is_zero))
        if (average := average_of_cells(cells)) is not None:
            averages.append(average)
    return ClassroomSummary(
        classroom,
        len(classes.students.get(classroom.pk, ())),
        average_of(averages),
        len(averages),
        open_quizzes,
    )


def _not_submitted(classes: _Classes) -> list[TodoItem]:
    """One item for each assignment that is due soon or past due, is not closed, and is not submitted by everyone.

    What is due next comes first, then what was due last: quizzes that never close stay here for the whole year.
    """
    soon = [
        (end, assignment)
        for assignments in classes.assignments.values()
        for assignment in assignments
        if (end := _end(assignment, classes.now)) is not None
    ]
    items = []
    for _, assignment in sorted(soon, key=lambda pair: (pair[0] < classes.now, abs(pair[0] - classes.now), pair[1].pk)):
        counts = classes.counts(assignment)
        count = counts.total() - counts[Status.EXCUSED] - counts[Status.SUBMITTED]
        if count:
            items.append(
                TodoItem(
                    "not_submitted",
                    count,
                    classes.classrooms[assignment.classroom_id],
                    assignment,
                    not_started_count=counts[Status.NOT_STARTED],
                    missing_count=counts[Status.MISSING],
                )
            )
    return items


def _end(assignment: Assignment, now: datetime) -> datetime | None:
    """When the assignment is due, else when it closes; None if that is not soon or if it is closed."""
    end = assignment.due_at or assignment.closes_at
    is_closed = window_state(assignment, now=now) is WindowState.CLOSED
    return end if end is not None and end <= now + SOON and not is_closed else None


def _by_age(classes: _Classes) -> list[Assignment]:
    """The assignments of all classes, the oldest first."""
    return sorted(
        chain.from_iterable(classes.assignments.values()),
        key=lambda assignment: (assignment.created_at, assignment.pk),
    )


def _late(classes: _Classes) -> list[TodoItem]:
    """One item for each assignment that has late answers to accept, the oldest first; its attempts by name."""
    late: defaultdict[int, list[tuple[str, Attempt]]] = defaultdict(list)
    for attempt in sorted(classes.late, key=lambda attempt: (classes.names[attempt.student_id], attempt.pk)):
        late[attempt.assignment_id].append((classes.names[attempt.student_id], attempt))
    return [
        TodoItem(
            "late_answers",
            len(late[assignment.pk]),
            classes.classrooms[assignment.classroom_id],
            assignment,
            late=tuple(late[assignment.pk]),
        )
        for assignment in _by_age(classes)
        if assignment.pk in late
    ]


def _queued(classes: _Classes) -> list[TodoItem]:
    """One item for each assignment that has answers to grade, the oldest first."""
    assignments = _by_age(classes)
    queued = queued_counts(assignments)
    return [
        TodoItem("queued_answers", queued[assignment.pk], classes.classrooms[assignment.classroom_id], assignment)
        for assignment in assignments
        if assignment.pk in queued
    ]
