"""The rows of the model: assignments, attempts, saves, regrades, and the set that students answer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

MINUTE = timedelta(minutes=1)

# The set of `make_document`: points and correct answer of each question, and answers that students give.
POINTS = {"one": 1, "some": 2, "who": 3, "proof": 2}
FIRST_KEYS: dict[str, Any] = {
    "one": "b",
    "some": ["a", "c"],
    "who": {"a": "mayor", "b": "protesters", "c": "not_stated"},
    "proof": ["s5", "s6"],
}
GIVEN: dict[str, list[Any]] = {
    "one": ["b", "a", "c", None],
    "some": [["a", "c"], ["a"], ["a", "b", "c"], ["b", "d"], None],
    "who": [FIRST_KEYS["who"], {"a": "mayor", "b": "reporter", "c": "reporter"}, {"a": "reporter"}, None],
    "proof": [["s5", "s6"], ["s5"], ["s3", "s5"], ["s1", "s2"], None],
}
NEW_KEYS: dict[str, list[Any]] = {
    "one": ["a", "c", "b"],
    "some": [["b", "d"], ["a"], ["a", "c"]],
    "who": [{"a": "mayor", "b": "reporter", "c": "reporter"}, FIRST_KEYS["who"]],
    "proof": [["s1", "s2"], ["s5"], ["s5", "s6"]],
}


class Refused(Exception):
    """The site must raise an exception. The argument is its name."""


@dataclass
class Entry:
    """One save as it arrived, with its outcome. name: equal for a repeated save."""

    name: tuple[str, str, str]
    question: str
    value: Any
    revision: int
    outcome: str
    at: datetime


@dataclass
class ModelRegrade:
    """A regrade of one question on one assignment."""

    group: str
    question: str
    policy: str
    key: Any
    undone: bool = False


@dataclass
class ModelAssignment:
    """An assignment. extensions: (due, closes, extra attempts) by student. editions are numbered from 0."""

    edition: int
    opens: datetime | None
    closes: datetime | None
    limit: timedelta | None
    most: int | None
    policy: str
    release: str
    due: datetime | None = None
    waits: bool = False
    paused: datetime | None = None
    extensions: dict[int, tuple[datetime | None, datetime | None, int]] = field(default_factory=dict)
    excused: set[int] = field(default_factory=set)
    model_regrades: list[ModelRegrade] = field(default_factory=list)

    def closes_for(self, student: int) -> datetime | None:
        """When it closes for one student."""
        return later_of(self.extensions.get(student, (None, None, 0))[1], self.closes)


@dataclass
class ModelAttempt:
    """An attempt with its acknowledged answers and its log. set_aside: (value, grade) of answers that were replaced."""

    model_assignment: ModelAssignment
    student: int
    number: int
    started: datetime
    limit: timedelta | None
    ends: datetime | None
    stopped: timedelta = timedelta(0)
    answers: dict[str, tuple[Any, int]] = field(default_factory=dict)
    given_at: dict[str, datetime] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    accepted: set[int] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    grades: dict[str, Decimal] = field(default_factory=dict)
    set_aside: dict[str, list[tuple[Any, tuple[Decimal, datetime]]]] = field(default_factory=dict)
    graded_at: dict[str, datetime] = field(default_factory=dict)
    submitted: tuple[datetime, str] | None = None
    receipts: list[str] = field(default_factory=list)

    def grade(self, question: str, points: Decimal, now: datetime) -> None:
        """Give an answer a grade. The same one again is no new grade."""
        if self.grades.get(question) != points:
            at = max(now, self.graded_at[question]) if question in self.grades else now
            self.grades[question], self.graded_at[question] = points, at

    def move_grades(self, question: str, value: Any) -> None:
        """Set aside the grade of the answer, and take that of this value."""
        current, aside = self.answers.get(question, (None, 0))[0], self.set_aside.setdefault(question, [])
        if current == value:
            return
        own = next((one for one in aside if one[0] == value), None)
        if own is not None:
            aside.remove(own)
        grade = self.grades.pop(question, None)
        if grade is not None:
            aside.append((current, (grade, self.graded_at[question])))
        if own is not None:
            self.grades[question], self.graded_at[question] = own[1]

    def is_over(self, now: datetime) -> bool:
        """Whether an answer that arrives now is late: the grace time of a minute is over."""
        return self.ends is not None and now > self.ends + MINUTE

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is over and it is not submitted."""
        return self.submitted is None and self.is_over(now)

    def is_running(self, now: datetime) -> bool:
        """Whether it is open and its time is not over."""
        return self.submitted is None and not self.is_over(now)


def later_of(own: datetime | None, of_class: datetime | None) -> datetime | None:
    """The later time of an extension and the class. own None: no extension. of_class None: no such time."""
    return of_class if own is None or of_class is None else max(own, of_class)
