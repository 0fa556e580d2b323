"""Which student a session belongs to. A new PIN or a removal ends the session."""

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from quizzes.models import Student

STUDENT, PIN_VERSION = "student_id", "student_pin_version"


@dataclass(frozen=True, slots=True)
class StudentSession:
    """The student who signed in, and the version of the PIN that they used."""

    student_id: int
    pin_version: int

    def is_valid(self, *, pin_version: int, is_removed: bool) -> bool:
        """Whether the student still has this PIN and is on a roster."""
        return not is_removed and self.pin_version == pin_version


def student_session(session: SessionBase) -> StudentSession | None:
    """The student of a session; None if no student signed in. No query beyond the session's own."""
    if STUDENT not in session:
        return None
    return StudentSession(session[STUDENT], session.get(PIN_VERSION, 0))


def start_student_session(session: SessionBase, student: Student) -> None:
    """Replace the session with one for this student. Anyone signed in before is signed out."""
    session.flush()
    session[STUDENT] = student.pk
    session[PIN_VERSION] = student.pin_version


def end_student_session(session: SessionBase) -> None:
    """Sign the student out and keep the rest of the session."""
    for name in (STUDENT, PIN_VERSION):
        session.pop(name, None)


def signed_in_student(session: SessionBase) -> Student | None:
    """The student of a session, with the classroom; None if none signed in or the session ended. One query."""
    signed_in = student_session(session)
    if signed_in is None:
        return None
    student = Student.objects.select_related("classroom").filter(pk=signed_in.student_id).first()
    if student is None or not signed_in.is_valid(
        pin_version=student.pin_version, is_removed=student.removed_at is not None
    ):
        return None
    return student
