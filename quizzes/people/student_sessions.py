"""Which student a session belongs to. A new PIN, a removal, an archived class or time ends the session."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from quizzes.models import Attempt, Student
from quizzes.people.session_limits import (
    RENEW_STUDENT,
    SEEN_AT,
    STARTED_AT,
    STUDENT_IDLE,
    STUDENT_LIFETIME,
    is_past,
)

STUDENT, PIN_VERSION = "student_id", "student_pin_version"


@dataclass(frozen=True, slots=True)
class StudentSession:
    """The student who signed in, and the version of the PIN that they used. is_idle: unused for STUDENT_IDLE."""

    student_id: int
    pin_version: int
    is_idle: bool

    def is_valid(self, *, pin_version: int, can_sign_in: bool) -> bool:
        """Whether the student still has this PIN and can sign in with it."""
        return can_sign_in and self.pin_version == pin_version


def student_session(session: SessionBase, *, now: datetime) -> StudentSession | None:
    """The student of a session; None if no student signed in, or longer ago than STUDENT_LIFETIME. No query.

    An idle session ends too, unless the student has an open attempt: see `has_open_attempt`.
    """
    if STUDENT not in session or is_past(session, STARTED_AT, STUDENT_LIFETIME, now):
        return None
    return StudentSession(session[STUDENT], session.get(PIN_VERSION, 0), is_past(session, SEEN_AT, STUDENT_IDLE, now))


def can_sign_in(*, removed_at: datetime | None, archived_at: datetime | None) -> bool:
    """Whether a student is on the roster of a class that is not archived. archived_at: of the student's class today."""
    return removed_at is None and archived_at is None


def start_student_session(session: SessionBase, student: Student, *, is_shared: bool, now: datetime) -> None:
    """Replace the session with one for this student. Anyone signed in before is signed out.

    is_shared: the browser forgets the session when it closes.
    """
    session.flush()
    session[STUDENT] = student.pk
    session[PIN_VERSION] = student.pin_version
    session[STARTED_AT] = session[SEEN_AT] = now.timestamp()
    session.set_expiry(0 if is_shared else now + STUDENT_LIFETIME)


def renew_student_session(session: SessionBase, *, now: datetime) -> None:
    """Record that the student used this session; one write, at most every RENEW_STUDENT."""
    if is_past(session, SEEN_AT, RENEW_STUDENT, now):
        session[SEEN_AT] = now.timestamp()


def end_student_session(session: SessionBase) -> None:
    """Sign the student out and keep the rest of the session."""
    for name in (STUDENT, PIN_VERSION, STARTED_AT, SEEN_AT):
        session.pop(name, None)


def has_open_attempt(student_id: int) -> bool:
    """Whether the student has an attempt that is not submitted, which keeps an idle session. One query."""
    return Attempt.objects.open().made_by(student_id).exists()


def student_of_ended_session(session: SessionBase) -> Student | None:
    """The student of a session that has ended, with the classroom, so that a page says why. A query if it has one."""
    if STUDENT not in session:
        return None
    return Student.objects.select_related("classroom").filter(pk=session[STUDENT]).first()


def signed_in_student(session: SessionBase, *, now: datetime) -> Student | None:
    """The student of a session, with the classroom; None if none signed in or the session ended. One query.

    Two if the session is idle.
    """
    signed_in = student_session(session, now=now)
    if signed_in is None or (signed_in.is_idle and not has_open_attempt(signed_in.student_id)):
        return None
    student = Student.objects.select_related("classroom").filter(pk=signed_in.student_id).first()
    if student is None:
        return None
    is_able = can_sign_in(removed_at=student.removed_at, archived_at=student.classroom.archived_at)
    if not signed_in.is_valid(pin_version=student.pin_version, can_sign_in=is_able):
        return None
    return student
