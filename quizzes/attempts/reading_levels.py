"""The level of the reading that a student gets."""

from dataclasses import dataclass

from quizzes.content.reading import STANDARD
from quizzes.models import Student


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """Who chose which level: one of `LEVELS`, or "" for no choice.

    of_class: for the whole class. by_teacher: for this student. by_student: by the student. It counts while the class
    allows it (may_choose).
    """

    of_class: str = STANDARD
    by_teacher: str = ""
    by_student: str = ""
    may_choose: bool = False

    @property
    def variant(self) -> str:
        """The level in force. No other code decides."""
        return (self.by_student if self.may_choose else "") or self.by_teacher or self.of_class


def choose_level(student_id: int, choice: ReadingChoice, level: str) -> None:
    """Store the level that a student chose, if the class allows it. At most 1 query. Safe to repeat."""
    if choice.may_choose:
        Student.objects.filter(pk=student_id).update(chosen_variant=level)
