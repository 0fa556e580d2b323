"""The supports of a student: the class's or the student's own, and which of them each attempt has."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Self

from django.db import transaction
from django.db.models import Q

from quizzes.assignments.accommodations import lock_quizzes_of, record_accommodations, set_time_factors
from quizzes.assignments.extended_times import ExtendedTime, times_with_factors
from quizzes.assignments.reading_levels import reading_choice, set_reading_levels
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.models.attempts import AttemptQuerySet
from quizzes.models.locks import lock_remaining, locked, read_again, read_locked
from quizzes.people.classrooms import store_settings

TEXT_SIZES = (100, 125, 150, 200)
# For each attempt, in minutes.
BREAKS = (0, 5, 10, 15, 20, 30, 45, 60)
COLORS = ("yellow", "blue", "green", "rose", "contrast", "inverse")
_OFFERED: Mapping[str, Sequence[Any]] = {"text_size": TEXT_SIZES, "break_minutes": BREAKS, "color": COLORS}


@dataclass(frozen=True, slots=True)
class Supports:
    """What helps a student to take a quiz. Only `fewer_choices` changes what is asked; nothing changes points.

    read_aloud: the device reads the text with a voice of its own. text_size: in percent, one of `TEXT_SIZES`.
    spacing: wide lines, letters and words. plain_font: letters that are easy to tell apart. color: one of `COLORS`, or
    "". line_focus: a band shows few lines at a time. cross_out: the student can cross out answer choices.
    fewer_choices: questions lack one wrong choice, in attempts that start while it is on.
    notes: the student can highlight sentences of the reading and write private notes on it.
    hide_clock: the time left shows only in its last 5 minutes.
    break_minutes: how long breaks may stop the clock of a timed attempt, one of `BREAKS`.
    """

    read_aloud: bool = False
    text_size: int = 100
    spacing: bool = False
    plain_font: bool = False
    color: str = ""
    line_focus: bool = False
    cross_out: bool = False
    fewer_choices: bool = False
    notes: bool = False
    hide_clock: bool = False
    break_minutes: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The supports of a stored column. Ignores what this version does not know."""
        off: dict[str, Any] = {field.name: field.default for field in fields(cls)}
        known = {name: value for name, value in stored.items() if name in off and type(value) is type(off[name])}
        return cls(**{name: value for name, value in known.items() if name not in _OFFERED or value in _OFFERED[name]})

    def stored(self) -> dict[str, Any]:
        """The value of a column: only what is on."""
        off = type(self)()
        return {name: value for name, value in asdict(self).items() if value != getattr(off, name)}

    @property
    def keeps_marks(self) -> bool:
        """Whether a page of an attempt keeps what the student does with supports."""
        return self.read_aloud or self.line_focus or self.cross_out or self.notes

    @property
    def tag(self) -> str:
        """A text that is the same for the same supports, so that an open page notices a change; "" for none."""
        return " ".join(f"{name}={value}" for name, value in self.stored().items())

    @property
    def is_any(self) -> bool:
        """Whether any support is on."""
        return self != type(self)()


@dataclass(frozen=True, slots=True)
class AttemptSupports(Supports):
    """The supports of one attempt.

    draws_by_key: the key of a question decides which wrong choice it lacks, so copies of it lack the same one. If it is
    off, the edition decides: attempts of older versions of the site keep their choices.
    """

    draws_by_key: bool = False


NO_SUPPORTS = Supports()


def supports_of(student: Student) -> Supports:
    """The student's own supports, else those of the class. No other code decides. student: with the classroom."""
    own = student.supports
    return Supports.of(student.classroom.supports if own is None else own)


def supports_at_start(student: Student, earlier: Sequence[Attempt]) -> AttemptSupports:
    """The supports of an attempt that starts. earlier: those of the student on this assignment.

    It lacks the choices that they lack: two draws would tell two wrong choices.
    """
    supports = AttemptSupports(**asdict(supports_of(student)))
    before = [AttemptSupports.of(attempt.supports) for attempt in earlier]
    by_edition = any(one.fewer_choices and not one.draws_by_key for one in before)
    return replace(supports, draws_by_key=supports.fewer_choices and not by_edition)


@transaction.atomic
def set_class_supports(classroom: Classroom, supports: Supports, *, by: User, now: datetime) -> None:
    """Set the supports of a class, open attempts included. A student's own ones stay. Safe to repeat.

    Raises RowDeleted.
    """
    read_locked(classroom, "supports")
    if classroom.supports == supports.stored():
        return
    as_the_class = Attempt.objects.open().filter(student__classroom=classroom, student__supports__isnull=True)
    # A start at the same moment comes before or after, as in `lock_quizzes_of`.
    quizzes = Assignment.objects.filter(Q(classroom=classroom) | Q(pk__in=as_the_class.order_by().values("assignment")))
    lock_remaining(quizzes)
    set_open_attempts(as_the_class, supports)
    store_settings(classroom, by=by, now=now, supports=supports.stored())


@transaction.atomic
def set_supports(student: Student, supports: Supports | None, *, by: User, now: datetime) -> None:
    """Set a student's own supports, open attempts included. Safe to repeat.

    supports: None for those of the class. student: with the classroom.
    """
    lock_quizzes_of([student])
    read_locked(student, "supports")
    if student.supports is not None and supports is None:
        # Another teacher may have changed those of the class since the student was read.
        read_again(student.classroom, "supports")
    _set_supports({student: supports}, by=by, now=now)


def _set_supports(chosen: Mapping[Student, Supports | None], *, by: User, now: datetime) -> None:
    """`set_supports` for several students, after `lock_quizzes_of`. The same number of queries for any number."""
    stored = {student: None if supports is None else supports.stored() for student, supports in chosen.items()}
    changed = {student: after for student, after in stored.items() if student.supports != after}
    for student, after in changed.items():
        student.supports = after
    Student.objects.bulk_update(changed, ["supports"])
    new = {student.pk: supports_of(student) for student in changed}
    attempts = locked(Attempt.objects.open().filter(student__in=new)).order_by("pk")
    _store({attempt: new[attempt.student_id] for attempt in attempts})
    record_accommodations("supports", changed, by=by, now=now)


def set_open_attempts(attempts: AttemptQuerySet, supports: Supports) -> None:
    """Set the supports of these attempts."""
    # In the order of all changes to deadlines of a class.
    _store(dict.fromkeys(locked(attempts).order_by("pk"), supports))


def _store(supports: Mapping[Attempt, Supports]) -> None:
    """Store supports of open attempts. Their choices stay, since a chosen one may be among those left out."""
    for attempt, new in supports.items():
        before = AttemptSupports.of(attempt.supports)
        changed = AttemptSupports(**asdict(new))
        kept = replace(changed, fewer_choices=before.fewer_choices, draws_by_key=before.draws_by_key)
        attempt.supports = kept.stored()
    Attempt.objects.bulk_update(supports, ["supports"])


@transaction.atomic
def change_accommodations(
    changes: Sequence[tuple[Student, Mapping[str, Any]]], *, by: User, now: datetime
) -> list[tuple[Assignment, ExtendedTime]]:
    """Change accommodations of several students; returns the extra times that do not fit before a quiz closes.

    The same number of queries for any number of students.
    changes: new values by name; “time” is the time factor, “level” that of readings. The students: with classrooms.
    """
    lock_quizzes_of([student for student, _ in changes])
    # Read the rows again, so that what another teacher changed since the page was opened stays.
    students = Student.objects.select_related("classroom").in_bulk([student.pk for student, _ in changes])
    merged: dict[Student, dict[str, Any]] = {}
    for seen, values in changes:
        # A file may have a student on two lines.
        merged.setdefault(students[seen.pk], {}).update(values)
    factors, levels, supports = dict[Student, Any](), dict[Student, str](), dict[Student, Supports]()
    for student, rest in merged.items():
        if "time" in rest:
            factors[student] = rest.pop("time")
        own_level = reading_choice(student).own
        if (level := rest.pop("level", own_level)) != own_level:
            levels[student] = level
        before = supports_of(student)
        # Without a change, a student keeps those of the class.
        if (after := replace(before, **rest)) != before:
            supports[student] = after
    times = times_with_factors(factors, now=now)
    set_time_factors(factors, by=by, now=now)
    set_reading_levels(levels, by=by, now=now)
    _set_supports(supports, by=by, now=now)
    return [(assignment, time) for assignment, time in times if time.needed_close_at is not None]
