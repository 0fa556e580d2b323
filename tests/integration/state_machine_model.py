"""What a fair quiz would have stored: a plain ledger, told of each act before the site is, which asks no code of it.

The site's rules stand here a second time, in other words: a fault would have to be made twice to pass.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

MINUTE = timedelta(minutes=1)

# The set of `make_document`, worked by hand: points and right answer of each question, and answers that students give.
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
    """The site must refuse the act. The argument names its exception."""


@dataclass
class Entry:
    """One save as it arrived and what became of it. name: what makes it the same act when it comes again."""

    name: tuple[str, str, str]
    question: str
    value: Any
    revision: int
    outcome: str
    at: datetime


@dataclass
class Ruling:
    """A correction of one question's key on one assignment, in the order made."""

    group: str
    question: str
    policy: str
    key: Any
    undone: bool = False


@dataclass
class Task:
    """An assignment. extensions: (due, closes, extra attempts) by student. editions are numbered from 0."""

    edition: int
    opens: datetime | None
    closes: datetime | None
    limit: timedelta | None
    most: int | None
    policy: str
    release: str
    due: datetime | None = None
    extensions: dict[int, tuple[datetime | None, datetime | None, int]] = field(default_factory=dict)
    excused: set[int] = field(default_factory=set)
    rulings: list[Ruling] = field(default_factory=list)

    def closes_for(self, student: int) -> datetime | None:
        """When it closes for one student."""
        return self.extensions.get(student, (None, None, 0))[1] or self.closes


@dataclass
class Sitting:
    """An attempt: what was acknowledged of it, in order."""

    task: Task
    student: int
    number: int
    started: datetime
    limit: timedelta | None
    ends: datetime | None
    answers: dict[str, tuple[Any, int]] = field(default_factory=dict)
    given_at: dict[str, datetime] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    accepted: set[int] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    marks: dict[str, Decimal] = field(default_factory=dict)
    submitted: tuple[datetime, str] | None = None
    receipts: list[str] = field(default_factory=list)

    def is_over(self, now: datetime) -> bool:
        """Whether what arrives now is too late: a minute of grace is over."""
        return self.ends is not None and now > self.ends + MINUTE


class Ledger:
    """Everything that was done, by the rules of the site as people were told them."""

    def __init__(self) -> None:
        self.keys = dict(FIRST_KEYS)
        self.editions: list[dict[str, Any]] = []
        self.tasks: list[Task] = []
        self.sittings: list[Sitting] = []
        self.factors: dict[int, Decimal | None] = {}

    # --- Terms ----------------------------------------------------------------------------------------------------

    def limit_for(self, task: Task, student: int) -> timedelta | None:
        """The time that a student is granted; None for no timer."""
        factor = self.factors.get(student, Decimal(1))
        if task.limit is None or factor is None:
            return None
        return timedelta(microseconds=task.limit // timedelta(microseconds=1) * int(factor * 100) // 100)

    def move(self, sittings: Iterable[Sitting]) -> None:
        """Give open attempts the end that follows from today's terms; a limit never shrinks."""
        for sitting in sittings:
            if sitting.submitted is not None:
                continue
            granted = self.limit_for(sitting.task, sitting.student)
            if granted is None or sitting.limit is None:
                sitting.limit = None
            else:
                sitting.limit = max(granted, sitting.limit)
            sitting.ends = end_of(sitting.started, sitting.limit, sitting.task.closes_for(sitting.student))

    def change(self, task: Task, *, due: datetime | None, closes: datetime | None, limit: timedelta | None) -> None:
        """Change the class's terms; an extension that now gives no more than they do is of no use."""
        task.due, task.closes, task.limit = due, closes, limit

        def outgrown(own: datetime | None, of_class: datetime | None) -> datetime | None:
            return own if own is not None and of_class is not None and own > of_class else None

        for student, (own_due, own_closes, extra) in task.extensions.items():
            task.extensions[student] = outgrown(own_due, due), outgrown(own_closes, closes), extra
        self.move(sitting for sitting in self.sittings if sitting.task is task)

    def extend(self, task: Task, student: int, *, closes: datetime | None, extra: int) -> None:
        """Give one student another end or more attempts instead of what was given before."""
        task.extensions[student] = (None, closes, extra)
        self.move(self.of(task, student))

    def accommodate(self, student: int, factor: Decimal | None) -> None:
        """Give a student more time in everything, what is running included."""
        if self.factors.get(student, Decimal(1)) == factor:
            return
        self.factors[student] = factor
        self.move(sitting for sitting in self.sittings if sitting.student == student)

    def of(self, task: Task, student: int) -> list[Sitting]:
        """A student's attempts at a task, in order."""
        return [sitting for sitting in self.sittings if sitting.task is task and sitting.student == student]

    # --- Attempts -------------------------------------------------------------------------------------------------

    def begin(self, task: Task, student: int, now: datetime) -> Sitting:
        """The open attempt, or a new one."""
        made = self.of(task, student)
        for sitting in made:
            if sitting.submitted is None:
                if not sitting.is_over(now):
                    return sitting
                self.submit_attempt(sitting, now)
        if student in task.excused:
            raise Refused("IsExcused")
        closes = task.closes_for(student)
        if task.opens is not None and now < task.opens:
            raise Refused("NotOpenYet")
        if closes is not None and now > closes:
            raise Refused("AssignmentClosed")
        if task.most is not None and len(made) >= task.most + task.extensions.get(student, (None, None, 0))[2]:
            raise Refused("NoAttemptsLeft")
        limit = self.limit_for(task, student)
        sitting = Sitting(task, student, len(made) + 1, now, limit, end_of(now, limit, closes))
        self.sittings.append(sitting)
        return sitting

    def save(
        self, sitting: Sitting, question: str, value: Any, *, operation: str, seen: int, now: datetime
    ) -> tuple[str, int, Any]:
        """(outcome, revision, value) as the student must be told."""
        name = operation, question, repr(value)
        shown, revision = sitting.answers.get(question, (None, 0))
        for entry in sitting.log:
            if entry.name == name:
                told = (entry.revision, entry.value) if entry.outcome == "saved" else (revision, shown)
                return entry.outcome, *told
        if sitting.submitted is not None or sitting.is_over(now):
            outcome = "late"
        elif question in sitting.checked:
            outcome = "settled"
        elif question in sitting.answers and seen != revision:
            outcome = "stale"
        else:
            outcome, shown, revision = "saved", value, revision + 1
            sitting.answers[question] = value, revision
            sitting.given_at[question] = now
        sitting.log.append(Entry(name, question, value, revision, outcome, now))
        return outcome, revision, shown

    def check(self, sitting: Sitting, question: str, now: datetime) -> None:
        """Settle an answer, so that its verdict may be shown."""
        if sitting.task.release != "at_once":
            raise Refused("NotCheckable")
        if sitting.submitted is not None or sitting.is_over(now):
            raise Refused("AttemptOver")
        if sitting.answers.get(question, (None, 0))[0] is None:
            raise Refused("NotCheckable")
        sitting.checked.add(question)

    def submit_attempt(self, sitting: Sitting, now: datetime) -> None:
        """Hand in once: now, or at the end of the time when that is over."""
        if sitting.submitted is None:
            over = sitting.is_over(now) and sitting.ends is not None
            sitting.submitted = (sitting.ends, "deadline") if over else (now, "student")  # type: ignore[assignment]

    def accept_late(self, sitting: Sitting, now: datetime) -> int:
        """Let the newest late answer to each question count, unless a later one was saved; how many changed."""
        count = 0
        for question in dict.fromkeys(entry.question for entry in sitting.log if entry.outcome == "late"):
            late = [
                place
                for place, entry in enumerate(sitting.log)
                if entry.question == question and entry.outcome == "late"
            ]
            place = max(late, key=lambda place: (sitting.log[place].at, place))
            entry = sitting.log[place]
            if place in sitting.accepted or sitting.given_at.get(question, entry.at) > entry.at:
                continue
            sitting.accepted.add(place)
            revision = sitting.answers.get(question, (None, 0))[1] + 1
            sitting.answers[question], sitting.given_at[question] = (entry.value, revision), entry.at
            sitting.log.append(Entry(("", question, str(place)), question, entry.value, revision, "accepted", now))
            count += 1
        return count

    def reopen(self, sitting: Sitting, more: timedelta, now: datetime) -> None:
        """Let a student go on, with the time that was left and what is given on top."""
        assert sitting.submitted is not None
        task, student = sitting.task, sitting.student
        closes = task.closes_for(student)
        ends = None
        if sitting.ends is not None and sitting.limit is not None:
            ends = now + max(timedelta(0), sitting.ends - sitting.submitted[0]) + more
        elif sitting.ends is not None and closes is not None:
            ends = max(closes, now + more)
        if ends is not None and ends <= now:
            raise Refused("NoTimeLeft")
        if any(other.submitted is None for other in self.of(task, student)):
            raise Refused("StillOpen")
        sitting.submitted, sitting.ends = None, ends
        if ends is not None:
            sitting.limit = sitting.limit and ends - sitting.started
            if closes is not None and ends > closes:
                due, _, extra = task.extensions.get(student, (None, None, 0))
                task.extensions[student] = due, ends, extra
                self.move([sitting])

    # --- Scores ---------------------------------------------------------------------------------------------------

    def score(self, sitting: Sitting) -> tuple[Decimal, int]:
        """(points, points possible) of an attempt as they must stand now."""
        return total(
            self.editions[sitting.task.edition],
            {question: value for question, (value, _) in sitting.answers.items()},
            [(made.question, made.policy, made.key) for made in sitting.task.rulings if not made.undone],
            sitting.marks,
        )


def end_of(started: datetime, limit: timedelta | None, closes: datetime | None) -> datetime | None:
    """When an attempt ends; None for never."""
    by_limit = None if limit is None else started + limit
    return min(by_limit, closes) if by_limit and closes else by_limit or closes


def total(
    keys: dict[str, Any], values: dict[str, Any], rulings: list[tuple[str, str, Any]], marks: dict[str, Decimal]
) -> tuple[Decimal, int]:
    """(points, points possible). rulings: (question, policy, new key or None) in force, in the order made."""
    got, possible = Fraction(0), 0
    for question, points in POINTS.items():
        own = [(policy, key) for asked, policy, key in rulings if asked == question]
        if question in marks:
            got, possible = got + Fraction(marks[question]), possible + points
            continue
        if any(policy == "drop" for policy, _ in own):
            continue
        right, is_given = [keys[question]], False
        for policy, key in own:
            if policy == "new_key":
                right, is_given = [key], False
            elif policy == "either_key":
                right.append(key)
            else:
                is_given = True
        share = Fraction(1) if is_given else max(credit(key, values.get(question)) for key in right)
        got, possible = got + points * share, possible + points
    return Decimal(math.floor(got * 10_000 + Fraction(1, 2))) / 10_000, possible


def credit(key: Any, value: Any) -> Fraction:
    """The share of a question's points that an answer earns."""
    match key:
        case str():
            return Fraction(value == key)
        case dict():
            return Fraction(sum((value or {}).get(line) == right for line, right in key.items()), len(key))
    picked = set(value or [])
    return max(Fraction(0), Fraction(len(picked & set(key)) - len(picked - set(key)), len(key)))
