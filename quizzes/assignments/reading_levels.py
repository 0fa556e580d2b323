"""The level of the reading that a student gets, and who chose it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.assignments.accommodations import record_accommodations
from quizzes.content.editions import published
from quizzes.content.reading import LEVELS, STANDARD
from quizzes.models import Student, User
from quizzes.models.locks import read_locked
from quizzes.models.rosters import StudentQuerySet


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
    def own(self) -> str:
        """The level of this student alone, "" for that of the class."""
        return (self.by_student if self.may_choose else "") or self.by_teacher

    @property
    def variant(self) -> str:
        """The level in force. No other code decides."""
        return self.own or self.of_class


def reading_choice(student: Student) -> ReadingChoice:
    """Who chose which level for this student. student: with the classroom."""
    of_class = student.classroom
    return ReadingChoice(
        of_class.reading_variant, student.reading_variant, student.chosen_variant, of_class.students_choose_variant
    )


def choose_level(student_id: int, choice: ReadingChoice, level: str) -> None:
    """Store the level that a student chose, if the class allows it. At most 1 query. Safe to repeat."""
    if choice.may_choose:
        Student.objects.filter(pk=student_id).update(chosen_variant=level)


def names_without_level(students: StudentQuerySet, edition_id: int) -> dict[str, list[str]]:
    """The names of these students by the level of their readings, for each level that the edition does not have.

    They get the standard reading. One query, none for an edition with all levels.
    """
    reading = published(edition_id).document.reading
    offered = {STANDARD, reading.language.partition("-")[0], *(variant.variant for variant in reading.variants)}
    found: dict[str, list[str]] = {level: [] for level in LEVELS if level not in offered}
    if found:
        for student in students.select_related("classroom"):
            found.get(reading_choice(student).variant, []).append(student.display_name)
    return {level: names for level, names in found.items() if names}


@transaction.atomic
def set_reading_level(student: Student, *, variant: str, by: User, now: datetime) -> None:
    """Set the level of a student's readings, "" for as the class; drops the student's own choice. Safe to repeat."""
    read_locked(student, "reading_variant", "chosen_variant")
    set_reading_levels({student: variant}, by=by, now=now)


def set_reading_levels(variants: Mapping[Student, str], *, by: User, now: datetime) -> None:
    """`set_reading_level` for several students, locked. The same number of queries for any number."""
    changed = {
        student: variant
        for student, variant in variants.items()
        if (student.reading_variant, student.chosen_variant) != (variant, "")
    }
    for student, variant in changed.items():
        student.reading_variant, student.chosen_variant = variant, ""
    Student.objects.bulk_update(changed, ["reading_variant", "chosen_variant"])
    record_accommodations("reading_level", changed, by=by, now=now)
