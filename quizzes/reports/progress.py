"""The read side of a running assignment: how each student fares now, and whether anything has changed.

Two rules, said in words on the page. Stuck: at work, with a page that is there or a clock that runs, and no answer
saved for `STUCK_AFTER`. Without contact: the quiz page said that it was there, and then nothing for `LOST_AFTER`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection

from quizzes.content.editions import published
from quizzes.models import Answer, Assignment, Attempt, Presence, Student, User
from quizzes.reports.gradebook import Progress, progress

# A reading of some 300 words takes a seventh-grader two minutes, and a question one or two.
STUCK_AFTER = timedelta(minutes=5)
# A page says every 20 seconds that it is there, in a tab behind others once a minute; one message may be lost.
LOST_AFTER = timedelta(seconds=90)
# What time alone changes is looked at anew this often.
LOOK_AGAIN = timedelta(seconds=15)

Standing = Literal["not_started", "working", "all_answered", "stuck", "lost", "time_up", "submitted"]


@dataclass(frozen=True, slots=True)
class Line:
    """One student of a progress board.

    at_number: place in the set of the question on the screen, or else of the one answered last; None before the first
    sign of either, and after handing in. is_reviewing: the page before handing in is on the screen.
    seen_at: the last thing that came from this student's page, None without any. is_excused: whatever was begun.
    """

    entry: Progress
    standing: Standing
    is_excused: bool
    at_number: int | None = None
    is_reviewing: bool = False
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """How far the database is, and who asks. board: (position, phase) of the question board, None before its first.

    teacher: with what verifies a session; the rest is read when something asks for it.
    """

    teacher: User
    state: tuple[int, ...]
    open_count: int
    board: tuple[int, int] | None

    def tag(self, *what: object) -> str:
        """An ETag of the state and of what else the page depends on; weak, since the page may be compressed."""
        return f'W/"{hashlib.sha256(repr((self.state, self.board, what)).encode()).hexdigest()[:32]}"'


# One statement for permission, session and change, written by hand: built by the ORM it would cost more than it runs.
# Everything that a board shows comes with an attempt, with an answer, whose revision each save moves, or with an act of
# a teacher, which the audit log has; who moves to another class is in that one's log, so students are counted. A count
# stands beside the maximum, since commits need not come in the order of their numbers.
_VERSION = """
SELECT u.password, u.is_active,
    (SELECT COUNT(*) FROM quizzes_auditevent e WHERE e.classroom_id = a.classroom_id),
    (SELECT COALESCE(MAX(e.id), 0) FROM quizzes_auditevent e WHERE e.classroom_id = a.classroom_id),
    (SELECT COUNT(*) FROM quizzes_attempt t WHERE t.assignment_id = a.id),
    (SELECT COUNT(t.submitted_at) FROM quizzes_attempt t WHERE t.assignment_id = a.id),
    (SELECT COALESCE(SUM(n.revision), 0) FROM quizzes_attempt t JOIN quizzes_answer n ON n.attempt_id = t.id
        WHERE t.assignment_id = a.id),
    (SELECT COUNT(*) FROM quizzes_student s WHERE s.classroom_id = a.classroom_id AND s.removed_at IS NULL),
    b.position, b.phase
FROM quizzes_assignment a
JOIN quizzes_teaching g ON g.classroom_id = a.classroom_id
JOIN quizzes_user u ON u.id = g.teacher_id
LEFT JOIN quizzes_board b ON b.assignment_id = a.id
WHERE a.public_id = %s AND g.teacher_id = %s
"""


def version(public_id: str, teacher_id: int) -> Version | None:
    """How far an assignment of this teacher's is, in one statement; None where it is not theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, [public_id, teacher_id])
        row = cursor.fetchone()
    if row is None:
        return None
    password, is_active, *state, position, phase = row
    return Version(
        User.from_db(None, ["id", "password", "is_active"], [teacher_id, password, bool(is_active)]),
        tuple(map(int, state)),
        state[2] - state[3],
        (position, phase) if position is not None else None,
    )


def moment(found: Version, now: datetime) -> int | None:
    """The moment as far as it matters to a progress board: `LOOK_AGAIN` is its step; None when nobody is at work."""
    return int(now.timestamp() // LOOK_AGAIN.total_seconds()) if found.open_count else None


def lines(assignment: Assignment, *, now: datetime) -> list[Line]:
    """One line a student by name, in seven statements however many there are."""
    entries = progress(assignment)
    excused = set(assignment.excuses.values_list("student_id", flat=True))
    at_work = [entry.attempt.pk for entry in entries if entry.attempt is not None and entry.state == "working"]
    seen = {row.attempt_id: row for row in Presence.objects.filter(attempt__in=at_work)}
    last: dict[int, tuple[datetime, int]] = {}
    given = Answer.objects.filter(attempt__in=at_work).order_by("saved_at", "pk")
    for attempt_id, question_id, saved_at in given.values_list("attempt_id", "question_id", "saved_at"):
        if saved_at is not None:
            last[attempt_id] = (saved_at, question_id)
    content = published(assignment.edition_id)
    numbers = {content.question_ids[entry.key]: place for place, entry in enumerate(content.document.questions, 1)}
    return [
        _line(
            entry,
            seen.get(entry.attempt.pk) if entry.attempt else None,
            last.get(entry.attempt.pk) if entry.attempt else None,
            numbers,
            is_excused=entry.student.pk in excused,
            now=now,
        )
        for entry in entries
    ]


def nameless(students: Sequence[Student], assignment: Assignment) -> dict[int, int]:
    """A number from 1 for each student id, by which no name can be guessed: not in the order of the names."""

    def place(student: Student) -> str:
        return hashlib.sha256(f"{assignment.public_id} {student.public_id}".encode()).hexdigest()

    return {student.pk: number for number, student in enumerate(sorted(students, key=place), start=1)}


def _line(
    entry: Progress,
    presence: Presence | None,
    last: tuple[datetime, int] | None,
    numbers: dict[int, int],
    *,
    is_excused: bool,
    now: datetime,
) -> Line:
    attempt = entry.attempt
    if attempt is None or not attempt.is_open:
        return Line(entry, entry.state, is_excused)
    saved_at, answered_id = last if last is not None else (None, None)
    is_newer = presence is not None and (saved_at is None or presence.seen_at >= saved_at)
    seen_at = presence.seen_at if presence is not None and is_newer else saved_at
    question_id = presence.question_id if presence is not None and is_newer else answered_id
    return Line(
        entry,
        _standing(attempt, presence, saved_at or attempt.started_at, entry.answered_count == len(numbers), now=now),
        is_excused,
        at_number=numbers[question_id] if question_id is not None else None,
        is_reviewing=is_newer and question_id is None,
        seen_at=seen_at,
    )


def _standing(
    attempt: Attempt, presence: Presence | None, saved_at: datetime, has_answered_all: bool, *, now: datetime
) -> Standing:
    """saved_at: of the newest answer, or the beginning."""
    if attempt.deadline_at is not None and attempt.deadline_at <= now:
        return "time_up"
    # Of a browser that never said that it is there, silence says nothing.
    if presence is not None and now - max(presence.seen_at, saved_at) > LOST_AFTER:
        return "lost"
    if has_answered_all:
        return "all_answered"
    is_watched = presence is not None or attempt.deadline_at is not None
    return "stuck" if is_watched and now - saved_at > STUCK_AFTER else "working"
