"""A teacher's home page: the to-do items, and a line for each classroom."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Literal

from django.db.models import F

from quizzes.assignments.deadlines import WindowState
from quizzes.assignments.lifecycle import window_state
from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import Key, Overrides, by_student_and_assignment, load_overrides
from quizzes.grading.queue import queued_answers
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.models.rosters import EDITORS
from quizzes.people import student_sign_in
from quizzes.reports.gradebook import average_of, cell_of, mean_of

SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TodoItem:
    """One thing that needs the teacher. count: the number on the page. kind: selects the sentence and the action.

    not_started_count, missing_count: of the students who have not submitted.
    """

    kind: Literal["not_submitted", "attacked", "locked_out", "no_students", "queued_answers"]
    count: int
    classroom: Classroom
    assignment: Assignment | None = None
    title: str = ""
    not_started_count: int = 0
    missing_count: int = 0
    students: tuple[Student, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassroomSummary:
    """One classroom. assignment: the newest open one. mean_share: the class average, as in the gradebook.

    submitted_count, expected_count: of the students on that assignment, without excused ones.
    """

    classroom: Classroom
    student_count: int
    assignment: Assignment | None
    title: str
    submitted_count: int
    expected_count: int
    mean_share: Decimal | None


@dataclass(frozen=True, slots=True)
class TeacherHome:
    """The to-do items, the most urgent first, and a line for each classroom by name."""

    needs: list[TodoItem]
    summaries: list[ClassroomSummary]


@dataclass(frozen=True, slots=True)
class _Classes:
    """A teacher's current classes. students: ids of enrolled students by classroom id.

    assignments: by classroom id, the oldest first. made: attempts of enrolled students.
    """

    classrooms: list[Classroom]
    students: Mapping[int, list[int]]
    assignments: Mapping[int, list[Assignment]]
    made: Mapping[Key, list[Attempt]]
    overrides: Overrides
    now: datetime

    def counts(self, assignment: Assignment) -> Counter[Status]:
        """How many students have each status; they add up to the class."""
        return Counter(
            self.overrides.status(
                assignment, student_id, self.made.get((student_id, assignment.pk), ()), now=self.now
            ).status
            for student_id in self.students.get(assignment.classroom_id, ())
        )


def load_teacher_home(user: User, *, now: datetime) -> TeacherHome:
    """The teacher's home page; at most 9 queries for any number of classes."""
    classes = _load(user, now)
    locked: defaultdict[int, list[Student]] = defaultdict(list)
    trouble = student_sign_in.sign_in_trouble(classes.classrooms, now=now)
    for guessed in trouble.students:
        if guessed.needs_teacher:
            locked[guessed.student.classroom_id].append(guessed.student)
    by_pk = {classroom.pk: classroom for classroom in classes.classrooms}
    needs = [TodoItem("attacked", 1, classroom) for pk, classroom in by_pk.items() if pk in trouble.attacked]
    needs += [
        TodoItem("locked_out", len(students), by_pk[pk], students=tuple(students)) for pk, students in locked.items()
    ]
    needs += _not_submitted(classes, by_pk)
    needs += _queued(classes, by_pk)
    needs += [
        TodoItem("no_students", 0, classroom)
        for classroom in classes.classrooms
        if classroom.pk not in classes.students
    ]
    # A viewer can do nothing about them.
    needs = [need for need in needs if need.classroom.own_role in EDITORS]
    return TeacherHome(needs, [_summary(classes, classroom) for classroom in classes.classrooms])


def _load(user: User, now: datetime) -> _Classes:
    classrooms = list(Classroom.objects.taught_by(user).with_role().current())
    students: defaultdict[int, list[int]] = defaultdict(list)
    enrolled = Student.objects.enrolled().filter(classroom__in=classrooms).order_by()
    for classroom_id, student_id in enrolled.values_list("classroom_id", "pk"):
        students[classroom_id].append(student_id)
    assignments: defaultdict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(classroom__in=classrooms).select_related("edition__question_set")
    for assignment in rows.defer("edition__document").order_by("created_at", "pk"):
        assignments[assignment.classroom_id].append(assignment)
    attempts = Attempt.objects.filter(
        classroom__in=classrooms, student__removed_at=None, student__classroom=F("classroom")
    ).order_by()
    return _Classes(
        classrooms,
        students,
        assignments,
        by_student_and_assignment(attempts),
        load_overrides(assignment__classroom__in=classrooms),
        now,
    )


def _summary(classes: _Classes, classroom: Classroom) -> ClassroomSummary:
    assignments = classes.assignments.get(classroom.pk, ())
    open_states = {WindowState.OPEN, WindowState.PAST_DUE}
    newest = next(
        (entry for entry in reversed(assignments) if window_state(entry, now=classes.now) in open_states), None
    )
    counts = classes.counts(newest) if newest is not None else Counter[Status]()
    missing_is_zero = classroom.counts_missing_as_zero
    averages = []
    for student_id in classes.students.get(classroom.pk, ()):
        cells = []
        for assignment in assignments:
            attempts = classes.made.get((student_id, assignment.pk), ())
            # Without an attempt, work counts only as missing work that is 0.
            if attempts or missing_is_zero:
                found = classes.overrides.status(assignment, student_id, attempts, now=classes.now)
                cells.append(cell_of(found, missing_is_zero=missing_is_zero))
        averages.append(average_of(cells))
    return ClassroomSummary(
        classroom,
        len(classes.students.get(classroom.pk, ())),
        newest,
        newest.title if newest is not None else "",
        counts[Status.SUBMITTED],
        counts.total() - counts[Status.EXCUSED],
        mean_of(average for average in averages if average is not None),
    )


def _not_submitted(classes: _Classes, by_pk: Mapping[int, Classroom]) -> list[TodoItem]:
    """One item for each assignment that is due soon or past due, is not closed, and is not submitted by everyone."""
    soon = [
        (end, assignment)
        for assignments in classes.assignments.values()
        for assignment in assignments
        if (end := _end(assignment, classes.now)) is not None
    ]
    items = []
    for _, assignment in sorted(soon, key=lambda pair: (pair[0], pair[1].pk)):
        counts = classes.counts(assignment)
        count = counts.total() - counts[Status.EXCUSED] - counts[Status.SUBMITTED]
        if count:
            items.append(
                TodoItem(
                    "not_submitted",
                    count,
                    by_pk[assignment.classroom_id],
                    assignment,
                    assignment.title,
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


def _queued(classes: _Classes, by_pk: Mapping[int, Classroom]) -> list[TodoItem]:
    """One item for each assignment that has answers to grade, the oldest first."""
    assignments = sorted(
        chain.from_iterable(classes.assignments.values()),
        key=lambda assignment: (assignment.created_at, assignment.pk),
    )
    queued = queued_answers(assignments)
    return [
        TodoItem(
            "queued_answers",
            sum(len(answer.attempts) for answer in queued[assignment.pk]),
            by_pk[assignment.classroom_id],
            assignment,
            assignment.title,
        )
        for assignment in assignments
        if assignment.pk in queued
    ]
