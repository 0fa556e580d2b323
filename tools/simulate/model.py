"""A model of the site in plain Python. `make simulate` and the state machine compare it with the stored rows.

It implements the rules a second time and uses no code of the site: only an error in both would stay undetected.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tools.simulate.model_points import total
from tools.simulate.model_rows import (
    FIRST_KEYS,
    Entry,
    ModelAssignment,
    ModelAttempt,
    Refused,
    later_of,
)


class Ledger:
    """All assignments and attempts, changed by the rules that teachers and students know."""

    def __init__(self) -> None:
        self.keys = dict(FIRST_KEYS)
        self.editions: list[dict[str, Any]] = []
        self.model_assignments: list[ModelAssignment] = []
        self.model_attempts: list[ModelAttempt] = []
        self.factors: dict[int, Decimal | None] = {}

    # --- Settings ----------------------------------------------------------------------------------------------------

    def limit_for(self, model_assignment: ModelAssignment, student: int) -> timedelta | None:
        """The time limit of a student; None for no timer."""
        factor = self.factors.get(student, Decimal(1))
        if model_assignment.limit is None or factor is None:
            return None
        return timedelta(microseconds=model_assignment.limit // timedelta(microseconds=1) * int(factor * 100) // 100)

    def move(self, model_attempts: Iterable[ModelAttempt], now: datetime) -> None:
        """Recompute the deadlines of open attempts. No time limit gets shorter, and no deadline moves into the past."""
        for model_attempt in model_attempts:
            if model_attempt.submitted is None:
                earliest = min(now, model_attempt.ends or now)
                self.move_one(model_attempt)
                if model_attempt.ends is not None:
                    model_attempt.ends = max(model_attempt.ends, earliest)

    def move_one(self, model_attempt: ModelAttempt) -> None:
        """Recompute the time limit and the deadline of one attempt."""
        granted = self.limit_for(model_attempt.model_assignment, model_attempt.student)
        if granted is None or model_attempt.limit is None:
            model_attempt.limit = None
        else:
            model_attempt.limit = max(granted, model_attempt.limit)
        self.set_end(model_attempt)

    def set_end(self, model_attempt: ModelAttempt) -> None:
        """Recompute the deadline. In a pause there is none, unless the time was over before it."""
        model_assignment = model_attempt.model_assignment
        model_attempt.ends = end_of(
            model_attempt.started + model_attempt.stopped,
            model_attempt.limit,
            model_assignment.closes_for(model_attempt.student),
        )
        if model_assignment.paused is not None and not model_attempt.is_over(model_assignment.paused):
            model_attempt.ends = None

    def start_quiz(self, model_assignment: ModelAssignment, now: datetime) -> None:
        """Open an assignment that is not open yet."""
        is_early = model_assignment.opens is not None and now < model_assignment.opens
        is_too_late = model_assignment.closes is not None and now >= model_assignment.closes
        if is_early or (model_assignment.waits and not is_too_late):
            model_assignment.opens, model_assignment.waits = now, False

    def pause(self, model_assignment: ModelAssignment, now: datetime) -> None:
        """Stop the clock of an open assignment."""
        is_early = model_assignment.waits or (model_assignment.opens is not None and now < model_assignment.opens)
        is_closed = model_assignment.closes is not None and now > model_assignment.closes
        if model_assignment.paused is None and not is_early and not is_closed:
            model_assignment.paused = now
            self.move((own for own in self.model_attempts if own.model_assignment is model_assignment), now)

    def resume(self, model_assignment: ModelAssignment, now: datetime) -> None:
        """End the pause. Times that were in the future at its start move by its length."""
        paused = model_assignment.paused
        if paused is None:
            return
        model_assignment.paused = None

        def later(moment: datetime | None) -> datetime | None:
            return moment if moment is None or moment < paused else moment + (now - paused)

        model_assignment.due, model_assignment.closes = later(model_assignment.due), later(model_assignment.closes)
        for student, (due, closes, extra) in model_assignment.extensions.items():
            model_assignment.extensions[student] = later(due), later(closes), extra
        for own in self.model_attempts:
            if own.model_assignment is not model_assignment:
                continue
            until, is_stopped = (now, True) if own.submitted is None else (own.submitted[0], own.ends is None)
            if not is_stopped or until < paused:
                continue
            if not own.is_over(paused):
                own.stopped += until - max(paused, own.started)
            self.move_one(own)

    def change(
        self,
        model_assignment: ModelAssignment,
        *,
        due: datetime | None,
        closes: datetime | None,
        limit: timedelta | None,
        now: datetime,
    ) -> None:
        """Change the settings of the class. Extensions stay."""
        model_assignment.due, model_assignment.closes, model_assignment.limit = due, closes, limit
        self.move((own for own in self.model_attempts if own.model_assignment is model_assignment), now)

    def extend(
        self, model_assignment: ModelAssignment, student: int, *, closes: datetime | None, extra: int, now: datetime
    ) -> None:
        """Give one student another close or more attempts instead of an earlier extension.

        The same one again changes nothing. All reasons are the same text, so that a reason makes no difference.
        """
        if model_assignment.extensions.get(student) == (None, closes, extra):
            return
        model_assignment.extensions[student] = (None, closes, extra)
        self.move(self.of(model_assignment, student), now)

    def add_minutes(self, model_attempt: ModelAttempt, more: timedelta, now: datetime) -> datetime | None:
        """Move the end of an open attempt, and due time and close where they come before it; returns the new end."""
        seen = model_attempt.ends
        if model_attempt.submitted is not None or seen is None or model_attempt.model_assignment.paused is not None:
            return None
        ends = max(seen, now) + more
        if model_attempt.limit is not None:
            model_attempt.limit = max(model_attempt.limit, ends - model_attempt.started - model_attempt.stopped)
        model_assignment, student = model_attempt.model_assignment, model_attempt.student
        own_due, own_closes, extra = model_assignment.extensions.get(student, (None, None, 0))
        due, closes = later_of(own_due, model_assignment.due), later_of(own_closes, model_assignment.closes)
        is_due_later = due is not None and seen <= due < ends
        closes_later = closes is not None and closes < ends
        if is_due_later or closes_later:
            own_due, own_closes = ends if is_due_later else own_due, ends if closes_later else own_closes
            model_assignment.extensions[student] = own_due, own_closes, extra
        self.move([model_attempt], now)
        return ends

    def accommodate(self, student: int, factor: Decimal | None, now: datetime) -> None:
        """Give a student more time on every assignment, open attempts included."""
        if self.factors.get(student, Decimal(1)) == factor:
            return
        self.factors[student] = factor
        self.move((own for own in self.model_attempts if own.student == student), now)

    def of(self, model_assignment: ModelAssignment, student: int) -> list[ModelAttempt]:
        """A student's attempts on an assignment, by number."""
        own = [
            model_attempt
            for model_attempt in self.model_attempts
            if model_attempt.model_assignment is model_assignment and model_attempt.student == student
        ]
        return sorted(own, key=lambda model_attempt: model_attempt.number)

    def merge(self, keep: int, other: int, now: datetime) -> tuple[list[ModelAttempt], list[ModelAttempt]]:
        """Give all attempts of one student to another one: (those that moved, those that were turned in for it)."""
        submitted = []
        if self.factors.get(keep, Decimal(1)) == 1:
            self.factors[keep] = self.factors.get(other, Decimal(1))
        for one in self.model_assignments:
            self.take_settings(one, keep, other)
            running = [own for who in (keep, other) for own in self.of(one, who) if own.submitted is None]
            if len(running) > 1:
                own = next((own for own in running if own.is_over(now)), running[1])
                own.submitted = min(now, own.ends or now), "deadline"
                self.drop_outdated_grades(own)
                submitted.append(own)
        moved = [own for own in self.model_attempts if own.student == other]
        self.give(moved, keep)
        self.move((own for own in self.model_attempts if own.student == keep), now)
        return moved, submitted

    def take_settings(self, one: ModelAssignment, keep: int, other: int) -> None:
        """Of two extensions the later times and more attempts hold. An excuse holds unless work counts."""
        if other in one.extensions:
            own, added = one.extensions.get(keep, (None, None, 0)), one.extensions[other]
            due, closes = (max(filter(None, times), default=None) for times in zip(own[:2], added[:2], strict=True))
            one.extensions[keep] = due, closes, max(own[2], added[2])
        counting = any(self.of(one, who) and who not in one.excused for who in (keep, other))
        is_excused = bool({keep, other} & one.excused) and not counting
        one.excused = one.excused | {keep} if is_excused else one.excused - {keep}

    def give(self, moved: list[ModelAttempt], to: int) -> None:
        """Give attempts to a student. Those of both are numbered by their starts."""
        students = {own.student for own in moved} | {to}
        quizzes = {id(own.model_assignment): own.model_assignment for own in moved}
        for own in moved:
            own.student = to
        for one in quizzes.values():
            for student in students:
                # Of two that started at the same moment, the one with the lower row id is the first.
                here = (own for own in self.model_attempts if own.model_assignment is one and own.student == student)
                for number, own in enumerate(sorted(here, key=lambda own: own.started), start=1):
                    own.number = number

    # --- Attempts -------------------------------------------------------------------------------------------------

    def start(self, model_assignment: ModelAssignment, student: int, now: datetime) -> ModelAttempt:
        """The open attempt, or a new one."""
        made = self.of(model_assignment, student)
        for model_attempt in made:
            if model_attempt.submitted is None:
                if not model_attempt.is_over(now):
                    return model_attempt
                self.submit_attempt(model_attempt, now)
        if student in model_assignment.excused:
            raise Refused("IsExcused")
        closes, at = model_assignment.closes_for(student), model_assignment.paused or now
        if model_assignment.opens is not None and at < model_assignment.opens:
            raise Refused("NotOpenYet")
        if closes is not None and at > closes:
            raise Refused("AssignmentClosed")
        if model_assignment.waits:
            raise Refused("NotOpenYet")
        if (
            model_assignment.most is not None
            and len(made) >= model_assignment.most + model_assignment.extensions.get(student, (None, None, 0))[2]
        ):
            raise Refused("NoAttemptsLeft")
        limit = self.limit_for(model_assignment, student)
        model_attempt = ModelAttempt(model_assignment, student, len(made) + 1, now, limit, None)
        self.set_end(model_attempt)
        self.model_attempts.append(model_attempt)
        return model_attempt

    def save(
        self, model_attempt: ModelAttempt, question: str, value: Any, *, operation: str, seen: int, now: datetime
    ) -> tuple[str, int, Any]:
        """(outcome, revision, value) of the expected reply."""
        name = operation, question, repr(value)
        shown, revision = model_attempt.answers.get(question, (None, 0))
        is_ended = model_attempt.submitted is not None or model_attempt.is_over(now)
        for entry in model_attempt.log:
            if entry.name == name:
                reply = (entry.revision, entry.value) if entry.outcome == "saved" else (revision, shown)
                # An answer that was late and comes again into an open attempt.
                return ("stale" if entry.outcome == "late" and not is_ended else entry.outcome), *reply
        if question in model_attempt.checked:
            outcome = "settled"
        elif is_ended:
            outcome = "late"
        elif question in model_attempt.answers and seen != revision:
            outcome = "stale"
        else:
            outcome, shown, revision = "saved", value, revision + 1
            model_attempt.answers[question] = value, revision
            model_attempt.given_at[question] = now
        # A late save that removes nothing is not logged.
        if outcome != "late" or value is not None or 0 < seen == revision:
            model_attempt.log.append(Entry(name, question, value, revision, outcome, now))
        return outcome, revision, shown

    def check(self, model_attempt: ModelAttempt, question: str, now: datetime) -> None:
        """Make an answer final, so that its verdict may be shown."""
        if model_attempt.model_assignment.release != "at_once":
            raise Refused("NotCheckable")
        if model_attempt.submitted is not None or model_attempt.is_over(now):
            raise Refused("AttemptOver")
        if model_attempt.answers.get(question, (None, 0))[0] is None:
            raise Refused("NotCheckable")
        model_attempt.checked.add(question)

    def submit_attempt(self, model_attempt: ModelAttempt, now: datetime) -> None:
        """Submit once: now, or at the deadline if the time is over."""
        if model_attempt.submitted is None:
            over = model_attempt.is_over(now) and model_attempt.ends is not None
            model_attempt.submitted = (model_attempt.ends, "deadline") if over else (now, "student")  # type: ignore[assignment]
            self.drop_outdated_grades(model_attempt)

    def drop_outdated_grades(self, model_attempt: ModelAttempt) -> None:
        """Grades of answers that changed after them do not count."""
        for question, at in model_attempt.graded_at.items():
            if model_attempt.given_at.get(question, at) > at:
                read = [entry for entry in self.writes(model_attempt, question) if entry.at <= at]
                if not read or read[-1].value != model_attempt.answers[question][0]:
                    model_attempt.grades.pop(question, None)

    def accept_late(self, model_attempt: ModelAttempt, now: datetime) -> int:
        """Count the newest late answer to each question, unless a newer one was saved; returns how many changed."""
        count = 0
        for question in dict.fromkeys(entry.question for entry in model_attempt.log if entry.outcome == "late"):
            late = [
                place
                for place, entry in enumerate(model_attempt.log)
                if entry.question == question and entry.outcome == "late"
            ]
            place = max(late, key=lambda place: (model_attempt.log[place].at, place))
            entry = model_attempt.log[place]
            if place in model_attempt.accepted or model_attempt.given_at.get(question, entry.at) > entry.at:
                continue
            model_attempt.accepted.add(place)
            if self.last_write(model_attempt, question) not in {"accepted", "undone"}:
                model_attempt.set_aside.pop(question, None)
            revision = model_attempt.answers.get(question, (None, 0))[1] + 1
            model_attempt.move_grades(question, entry.value)
            model_attempt.answers[question], model_attempt.given_at[question] = (entry.value, revision), entry.at
            model_attempt.log.append(
                Entry(("", question, str(place)), question, entry.value, revision, "accepted", now)
            )
            count += 1
        return count

    def undo_late(self, model_attempt: ModelAttempt, now: datetime) -> int:
        """Count the answers in time where accepted ones count, with the grades of before; returns how many changed."""
        count = 0
        for question in list(model_attempt.answers):
            if self.last_write(model_attempt, question) != "accepted":
                continue
            saved = [entry for entry in model_attempt.log if (entry.question, entry.outcome) == (question, "saved")]
            last = max(saved, key=lambda entry: entry.revision, default=None)
            value, revision = (last.value if last else None), model_attempt.answers[question][1] + 1
            model_attempt.move_grades(question, value)
            model_attempt.answers[question] = value, revision
            model_attempt.given_at.pop(question, None)
            if last is not None:
                model_attempt.given_at[question] = last.at
            model_attempt.accepted -= {
                place for place in model_attempt.accepted if model_attempt.log[place].question == question
            }
            model_attempt.log.append(
                Entry(("", question, f"undo {revision}"), question, value, revision, "undone", now)
            )
            count += 1
        return count

    def last_write(self, model_attempt: ModelAttempt, question: str) -> str:
        """The outcome of the log entry that wrote the answer, "" without one."""
        own = self.writes(model_attempt, question)
        return own[-1].outcome if own else ""

    def writes(self, model_attempt: ModelAttempt, question: str) -> list[Entry]:
        """The log entries that wrote the answer, by revision."""
        outcomes = {"saved", "accepted", "undone"}
        own = [entry for entry in model_attempt.log if entry.question == question and entry.outcome in outcomes]
        return sorted(own, key=lambda entry: entry.revision)

    def reopen(self, model_attempt: ModelAttempt, more: timedelta, now: datetime) -> None:
        """Reopen an attempt with the time that was left and the added time. In a pause, its clock is stopped."""
        assert model_attempt.submitted is not None
        paused = model_attempt.model_assignment.paused
        now = paused or now
        model_assignment, student = model_attempt.model_assignment, model_attempt.student
        closes = model_assignment.closes_for(student)
        ends = None
        if model_attempt.ends is not None and model_attempt.limit is not None:
            ends = now + max(timedelta(0), model_attempt.ends - model_attempt.submitted[0]) + more
        elif model_attempt.limit is None and closes is not None:
            ends = max(closes, now) + more
        if ends is not None and ends <= now:
            raise Refused("NoTimeLeft")
        if any(other.submitted is None for other in self.of(model_assignment, student)):
            raise Refused("StillOpen")
        model_attempt.submitted, model_attempt.ends = None, None if paused else ends
        if ends is None and model_attempt.limit is not None:
            model_attempt.limit += more
        if ends is not None:
            model_attempt.limit = model_attempt.limit and ends - model_attempt.started - model_attempt.stopped
            if closes is not None and ends > closes:
                due, _, extra = model_assignment.extensions.get(student, (None, None, 0))
                is_due_at_close = later_of(due, model_assignment.due) == closes
                model_assignment.extensions[student] = ends if is_due_at_close else due, ends, extra
                self.move([model_attempt], now)

    # --- Scores ---------------------------------------------------------------------------------------------------

    def score(self, model_attempt: ModelAttempt) -> tuple[Decimal, int]:
        """The expected (points, points possible) of an attempt."""
        return total(
            self.editions[model_attempt.model_assignment.edition],
            {question: value for question, (value, _) in model_attempt.answers.items()},
            [
                (made.question, made.policy, made.key)
                for made in model_attempt.model_assignment.model_regrades
                if not made.undone
            ],
            model_attempt.grades,
        )


def end_of(started: datetime, limit: timedelta | None, closes: datetime | None) -> datetime | None:
    """The deadline of an attempt; None for no deadline."""
    by_limit = None if limit is None else started + limit
    return min(by_limit, closes) if by_limit and closes else by_limit or closes
