"""The progress of each student on an assignment, and what an open attempt's page last showed."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from django.utils.translation import gettext

from quizzes.assignments.status import Status, StudentStatus
from quizzes.assignments.student_statuses import by_student_and_assignment, load_overrides
from quizzes.attempts.breaks import earliest_end, is_on_break
from quizzes.attempts.heartbeats import OFFLINE_AFTER
from quizzes.attempts.late_answers import has_late_to_accept
from quizzes.content.editions import Published, published
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.models import Answer, Assignment, Attempt, Board, Presence, Student

# A reading of some 300 words takes a seventh-grader two minutes, and a question one or two.
STUCK_AFTER = timedelta(minutes=5)


class Activity(Enum):
    """What a student in progress does now."""

    WORKING = "working"
    ALL_ANSWERED = "all_answered"
    STUCK = "stuck"
    OFFLINE = "offline"
    ON_BREAK = "on_break"

    @property
    def label(self) -> str:
        """The word next to the status; "" for a student who works."""
        return {
            Activity.WORKING: "",
            Activity.ALL_ANSWERED: gettext("All answered"),
            Activity.STUCK: gettext("Stuck"),
            Activity.OFFLINE: gettext("Offline"),
            Activity.ON_BREAK: gettext("On a break"),
        }[self]


@dataclass(frozen=True, slots=True)
class StudentProgress:
    """One student on an assignment.

    activity: None unless in progress. answered_count, last_saved_at: of `attempt`. An answer that lacks a part does not
    count, as on the student's own pages.
    at_number: position in the set of the question on the screen, else of the last answered one; None before either and
    without an open attempt. In a teacher-paced quiz, of the question on the class board, unless the student is offline.
    is_reviewing: the review page is on the screen.
    seen_at: the last heartbeat or save of the open attempt, None without one.
    earliest_end: when the open attempt ends if a break stops now; None if it has no end.
    has_late_answers: whether an attempt has late answers that the teacher can accept.
    """

    student: Student
    student_status: StudentStatus[Attempt]
    activity: Activity | None
    answered_count: int
    last_saved_at: datetime | None
    has_late_answers: bool
    at_number: int | None = None
    is_reviewing: bool = False
    seen_at: datetime | None = None
    earliest_end: datetime | None = None

    @property
    def status(self) -> Status:
        """The student's status."""
        return self.student_status.status

    @property
    def attempt(self) -> Attempt | None:
        """The open attempt, which may be an earlier one that was reopened, otherwise the latest; None without one."""
        return self.student_status.open_attempt or self.student_status.latest_attempt


def progress(assignment: Assignment, *, now: datetime) -> list[StudentProgress]:
    """One entry for each enrolled student, by name; 5 queries for any number of students, 6 if it is teacher-paced."""
    rows = list(assignment.attempts.annotate(has_late=has_late_to_accept(now=now)))
    late = {row.student_id for row in rows if row.has_late}
    attempts = by_student_and_assignment(rows)
    overrides = load_overrides(assignment=assignment)
    students = list(assignment.classroom.students.enrolled())
    statuses = overrides.statuses(assignment, [student.pk for student in students], attempts, now=now)
    open_ids = [found.open_attempt.pk for found in statuses.values() if found.open_attempt is not None]
    latest_ids = [found.latest_attempt.pk for found in statuses.values() if found.latest_attempt is not None]
    content = published(assignment.edition_id)
    loaded = _Loaded(
        work=_saved_work({*latest_ids, *open_ids}, content),
        presences={row.attempt_id: row for row in Presence.objects.filter(attempt__in=open_ids)},
        numbers={content.question_ids[entry.key]: place for place, entry in enumerate(content.document.questions, 1)},
        late=late,
        asked=_asked(assignment),
        resumed_at=assignment.resumed_at,
        now=now,
    )
    return [_progress(student, statuses[student.pk], loaded) for student in students]


def status_counts(entries: Iterable[StudentProgress]) -> Counter[Status]:
    """How many students have each status; they add up to the class."""
    return Counter(entry.status for entry in entries)


def anonymous_numbers(students: Sequence[Student], assignment: Assignment) -> dict[int, int]:
    """A number from 1 for each student id. It is not in the order of the names, so that no name can be guessed."""

    def place(student: Student) -> str:
        return hashlib.sha256(f"{assignment.public_id} {student.public_id}".encode()).hexdigest()

    return {student.pk: number for number, student in enumerate(sorted(students, key=place), start=1)}


@dataclass(slots=True)
class _SavedWork:
    """What an attempt has stored.

    answered_count: complete answers. answered_at: the last save of an answer that is still there. saved_at,
    question_id: of the last save, which may have removed the answer.
    """

    answered_count: int = 0
    answered_at: datetime | None = None
    saved_at: datetime | None = None
    question_id: int | None = None


def _saved_work(attempt_ids: Iterable[int], content: Published) -> defaultdict[int, _SavedWork]:
    """What these attempts have stored; 1 query."""
    work: defaultdict[int, _SavedWork] = defaultdict(_SavedWork)
    questions = {content.question_ids[question.key]: question for question in content.document.questions}
    # Which parts are missing does not depend on their order.
    order = Shuffle("", is_shuffled=False)
    rows = Answer.objects.filter(attempt__in=attempt_ids).order_by("saved_at", "pk")
    for attempt_id, question_id, value, saved_at, checked_at in rows.values_list(
        "attempt_id", "question_id", "value", "saved_at", "checked_at"
    ):
        own = work[attempt_id]
        if saved_at is not None:
            own.saved_at, own.question_id = saved_at, question_id
        if value is not None:
            own.answered_at = saved_at
            own.answered_count += checked_at is not None or not questions[question_id].missing_parts(value, order)
    return work


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a teacher-paced class is asked.

    number: of the question, None while none takes answers. since: the last move of the board. shown: the question on
    the board, which takes answers or is closed; None before the first.
    """

    number: int | None
    since: datetime | None
    shown: int | None

    def is_done(self, answered_number: int | None) -> bool:
        """Whether a student whose newest answer is to this question waits for the class."""
        return self.number is None or answered_number == self.number


def _asked(assignment: Assignment) -> _Asked | None:
    """What the class is asked now; None if students set their own pace. One query if it is teacher-paced."""
    if not assignment.is_teacher_paced:
        return None
    board = Board.objects.filter(assignment=assignment).first()
    if board is None:
        return _Asked(None, None, None)
    if board.position <= board.closed_through:
        return _Asked(None, None, board.position)
    return _Asked(board.position, board.changed_at, board.position)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the progress of each student is computed from.

    work, presences: by attempt id. numbers: positions of the questions by row id. late: ids of the students with late
    answers to accept. asked: None if students set their own pace. resumed_at: the end of the last pause that is over.
    """

    work: Mapping[int, _SavedWork]
    presences: Mapping[int, Presence]
    numbers: Mapping[int, int]
    late: Set[int]
    asked: _Asked | None
    resumed_at: datetime | None
    now: datetime


def _progress(student: Student, found: StudentStatus[Attempt], loaded: _Loaded) -> StudentProgress:
    attempt = found.open_attempt
    # An earlier attempt than the latest may be open again.
    shown = attempt or found.latest_attempt
    own = loaded.work[shown.pk] if shown is not None else _SavedWork()
    entry = StudentProgress(
        student,
        found,
        activity=None,
        answered_count=own.answered_count,
        last_saved_at=own.answered_at,
        has_late_answers=student.pk in loaded.late,
    )
    if attempt is None:
        return entry
    presence = loaded.presences.get(attempt.pk)
    is_newer = presence is not None and (own.saved_at is None or presence.seen_at >= own.saved_at)
    question_id = presence.question_id if presence is not None and is_newer else own.question_id
    at_number = loaded.numbers[question_id] if question_id is not None else None
    activity = _activity(attempt, own, presence, loaded) if found.status is Status.IN_PROGRESS else None
    # The pages of a teacher-paced quiz follow the board within seconds, sooner than their heartbeats tell.
    if loaded.asked is not None and presence is not None and activity is not Activity.OFFLINE:
        at_number = loaded.asked.shown
    return replace(
        entry,
        activity=activity,
        at_number=at_number,
        is_reviewing=is_newer and question_id is None,
        seen_at=presence.seen_at if presence is not None and is_newer else own.saved_at,
        earliest_end=earliest_end(attempt, now=loaded.now),
    )


def _activity(attempt: Attempt, own: _SavedWork, presence: Presence | None, loaded: _Loaded) -> Activity:
    """What the student does now: the first of these that fits. own: of the attempt.

    - On a break: a break stops the clock.
    - Offline: the quiz page sent heartbeats, and then neither a heartbeat nor an answer for `OFFLINE_AFTER`. Without
      JavaScript there are no heartbeats, so no student is offline.
    - All answered: each question has a complete answer.
    - Stuck: no answer saved for `STUCK_AFTER`, and the page sends heartbeats or the attempt has a deadline. That time
      stops in a pause. It starts at 0 again after a break or a pause, when a page that was closed or offline is back,
      and when a teacher moves the class on. A student who waits for a teacher-paced class is not stuck.
    - Working: any other.
    """
    now, asked = loaded.now, loaded.asked
    if is_on_break(attempt, now=now):
        return Activity.ON_BREAK
    saved_at = own.saved_at or attempt.started_at
    if presence is not None and now - max(presence.seen_at, saved_at) > OFFLINE_AFTER:
        return Activity.OFFLINE
    if own.answered_count == len(loaded.numbers):
        return Activity.ALL_ANSWERED
    # None if the last save removed the answer.
    answered_id = own.question_id if own.saved_at == own.answered_at else None
    if asked is not None and asked.is_done(None if answered_id is None else loaded.numbers[answered_id]):
        return Activity.WORKING
    can_be_stuck = presence is not None or attempt.deadline_at is not None
    open_since = presence.open_since if presence is not None else None
    asked_since = asked.since if asked is not None else None
    starts = (saved_at, attempt.break_ends_at, loaded.resumed_at, open_since, asked_since)
    working_since = max(moment for moment in starts if moment is not None)
    silence = (attempt.assignment.paused_at or now) - working_since
    return Activity.STUCK if can_be_stuck and silence > STUCK_AFTER else Activity.WORKING
