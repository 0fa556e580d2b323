"""Drafts, editions, settings and time as rules of a Hypothesis state machine, which also updates the model."""

import uuid
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from quizzes.assignments import accommodations, excuses, lifecycle, newer_versions
from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings
from quizzes.assignments.newer_versions import HasAttempts
from quizzes.attempts.lifecycle import submit_overdue
from quizzes.caches import clear_all
from quizzes.content.drafts import publishing, saving_questions
from quizzes.content.drafts.saving import DraftChanged
from quizzes.models import Assignment, Attempt, Draft, Edition
from tests.factories import NOW, make_classroom, make_draft, make_student, make_user
from tools.simulate.model import Ledger
from tools.simulate.model_rows import FIRST_KEYS, MINUTE, NEW_KEYS, POINTS, ModelAssignment, ModelAttempt

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

anyone = st.integers(0, 2)
pick = st.integers(0, 7)
limits = st.sampled_from([None, 10 * MINUTE, 30 * MINUTE])
closes_after = st.sampled_from([None, 10 * MINUTE, HOUR, DAY])


class School:
    """The rows at the start of every program: a teacher, a class of three, a draft and its first edition."""

    def __init__(self) -> None:
        self.teacher = make_user()
        self.classroom = make_classroom(teacher=self.teacher)
        self.students = [make_student(classroom=self.classroom) for _ in range(3)]
        self.draft = make_draft(owner=self.teacher)
        edition = publishing.publish(self.draft, seen=1, note="", by=self.teacher, now=NOW)
        assert edition is not None
        self.edition = edition


class SettingsMachine(RuleBasedStateMachine):
    """What teachers write and set, and time that passes.

    One program runs in a savepoint, which is rolled back at its end. Each rule loads its rows, as views do.
    """

    school: ClassVar[School]
    reached: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        # Row ids are used again after a rollback.
        clear_all()
        self.now = NOW
        self.teacher = self.school.teacher
        self.ledger = Ledger()
        self.ledger.editions.append(dict(FIRST_KEYS))
        self.editions = [self.school.edition.pk]
        self.documents = {self.school.edition.pk: deepcopy(self.school.edition.document)}
        # The draft: its revision, and for each question the revision of its last save and its content.
        self.revision, self.saved, self.written = 1, Counter[str](), {key: ("", FIRST_KEYS[key]) for key in POINTS}
        self.published_as = dict(self.written)
        self.rows: dict[int, ModelAttempt] = {}
        self.model_assignments: dict[int, ModelAssignment] = {}
        self.sent: list[dict[str, Any]] = []
        self.previews: list[dict[str, Any]] = []
        self.touched: ModelAttempt | None = None
        # The number of queries that change rows, the number of checked states, and the last checked state.
        self.writes = self.changes = 0
        self.seen_fair: Any = None
        self.watch = connection.execute_wrapper(self.count_write)
        self.watch.__enter__()

    def count_write(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run a query, and count it unless it only reads."""
        self.writes += not sql.startswith("SELECT")
        return execute(sql, params, many, context)

    def teardown(self) -> None:
        """Roll back all rows of the program."""
        self.watch.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def note(self, what: str) -> None:
        """Count a state that was reached."""
        self.reached[what] += 1
        event(what)

    # --- The draft and its editions -------------------------------------------------------------------------------

    @rule(question=st.sampled_from(["one", "some"]), key=pick, stem=st.integers(0, 2), behind=st.integers(0, 2))
    def edit(self, question: str, key: int, stem: int, behind: int) -> None:
        """Save a question of the draft from a page that may be `behind` revisions old."""
        right = NEW_KEYS[question][key % 2]
        seen, written = max(1, self.revision - behind), (f"Which of them, {stem}?", right)
        draft = Draft.objects.get(pk=self.school.draft.pk)
        choices = deepcopy(next(table for table in draft.document["questions"] if table["key"] == question)["choices"])
        for letter, choice in zip("abcd", choices, strict=False):
            choice.pop("key", None)
            if letter in right:
                choice["key"] = True
            choice.setdefault("rationale", "Half remembered.")
        fields = {"stem": written[0], "choices": choices}
        if self.saved[question] > seen and self.written[question] != written:
            self.note("draft conflict")
            self.refuses(DraftChanged, lambda: self.save_question(draft, question, fields, seen))
            return
        saved = self.save_question(draft, question, fields, seen)
        if self.written[question] != written:
            self.revision += 1
            self.saved[question], self.written[question] = self.revision, written
        assert saved.revision == self.revision

    def save_question(self, draft: Draft, question: str, fields: dict[str, Any], seen: int) -> Draft:
        """Save a question in the editor."""
        return saving_questions.save_question(draft, question, fields, seen=seen, by=self.teacher, now=self.now)

    @rule(behind=st.sampled_from([0, 0, 1]))
    def publish(self, behind: int) -> None:
        """Publish from a page that saw the draft `behind` revisions ago."""
        seen = max(1, self.revision - behind)
        if seen != self.revision:
            self.refuses(DraftChanged, lambda: self.publish_seen(seen))
            return
        edition = self.publish_seen(seen)
        if self.written == self.published_as:
            assert edition is None
            return
        self.note("published again")
        assert edition is not None
        assert edition.number == len(self.editions) + 1
        self.published_as = dict(self.written)
        self.editions.append(edition.pk)
        self.documents[edition.pk] = deepcopy(edition.document)
        self.ledger.editions.append({question: key for question, (_, key) in self.written.items()})

    def publish_seen(self, seen: int) -> Edition | None:
        """Send the form that publishes."""
        return publishing.publish(self.school.draft, seen=seen, note="", by=self.teacher, now=self.now)

    # --- Settings -------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.model_assignments) < 3)
    @rule(
        edition=pick,
        limit=limits,
        closes=closes_after,
        most=st.sampled_from([1, 2, None]),
        policy=st.sampled_from(["first", "best", "latest"]),
        release=st.sampled_from(["at_once", "after_hand_in"]),
        opens=st.sampled_from([0, 0, 5]),
    )
    def assign(
        self,
        edition: int,
        limit: timedelta | None,
        closes: timedelta | None,
        most: int | None,
        policy: str,
        release: str,
        opens: int,
    ) -> None:
        """Give an edition to the class, and send the form again."""
        chosen = edition % len(self.editions)
        opens_at = self.now + opens * MINUTE if opens else None
        closes_at = self.now + closes if closes else None
        group = uuid.uuid4()
        settings = AssignmentSettings(
            time_limit=limit,
            max_attempts=most,
            attempt_policy=policy,
            shuffle_questions=True,
            shuffle_choices=True,
            release=release,
        )
        made = [
            lifecycle.assign(
                Edition.objects.get(pk=self.editions[chosen]),
                {self.school.classroom: Window(opens_at, None, closes_at)},
                settings=settings,
                group=group,
                by=self.teacher,
                now=self.now,
            )
            for _ in range(2)
        ]
        assert [len(rows) for rows in made] == [1, 0]
        model_assignment = ModelAssignment(chosen, opens_at, closes_at, limit, most, policy, release)
        self.model_assignments[made[0][0].pk] = model_assignment
        self.ledger.model_assignments.append(model_assignment)

    @rule(at=pick, closes=st.sampled_from([timedelta(0), 10 * MINUTE, DAY, None]), limit=limits)
    def close(self, at: int, closes: timedelta | None, limit: timedelta | None) -> None:
        """Change the settings: close now, later or never; another time limit."""
        row, model_assignment = self.assignment(at)
        closes_at = None if closes is None else self.now + closes
        if closes_at is not None and model_assignment.opens is not None and closes_at <= model_assignment.opens:
            return
        settings = AssignmentSettings(
            time_limit=limit,
            max_attempts=model_assignment.most,
            attempt_policy=model_assignment.policy,
            shuffle_questions=True,
            shuffle_choices=True,
            release=model_assignment.release,
        )
        if any(
            model_attempt.is_running(self.now)
            for model_attempt in self.ledger.model_attempts
            if model_attempt.model_assignment is model_assignment
        ):
            self.note("closed while running" if closes == timedelta(0) else "settings changed while running")
        window = Window(model_assignment.opens, None, closes_at)
        lifecycle.change_assignment(row, window=window, settings=settings, by=self.teacher, now=self.now)
        self.ledger.change(model_assignment, due=None, closes=closes_at, limit=limit, now=self.now)

    @rule(at=pick, edition=pick)
    def use_edition(self, at: int, edition: int) -> None:
        """Give another edition. Only an assignment without attempts and regrades accepts it."""
        row, model_assignment = self.assignment(at)
        chosen = edition % len(self.editions)

        def use() -> None:
            newer = Edition.objects.get(pk=self.editions[chosen])
            newer_versions.use_edition(row, newer, by=self.teacher, now=self.now)

        if model_assignment.model_regrades or any(
            model_attempt.model_assignment is model_assignment for model_attempt in self.ledger.model_attempts
        ):
            self.refuses(HasAttempts, use)
            return
        use()
        model_assignment.edition = chosen
        self.note("edition changed")

    @rule(at=pick, who=anyone, more=st.sampled_from([None, 10 * MINUTE, DAY]), extra=st.integers(0, 1))
    def extend(self, at: int, who: int, more: timedelta | None, extra: int) -> None:
        """Give a student a later close than the class, or remove it."""
        row, model_assignment = self.assignment(at)
        closes_at = None
        if more is not None and model_assignment.closes is not None:
            closes_at = max(model_assignment.closes, self.now) + more
        student = self.school.students[who]
        if any(model_attempt.is_running(self.now) for model_attempt in self.ledger.of(model_assignment, student.pk)):
            self.note("extended while running" if closes_at else "extension taken back while running")
        given = {"due_at": None, "closes_at": closes_at, "extra_attempts": extra, "reason": "Was away."}
        accommodations.extend(row, student, **given, by=self.teacher, now=self.now)
        self.ledger.extend(model_assignment, student.pk, closes=closes_at, extra=extra, now=self.now)

    @rule(at=pick, minutes=st.sampled_from([1, 10, 90]))
    def add_minutes(self, at: int, minutes: int) -> None:
        """Give a student more minutes in an attempt, twice with one form."""
        chosen = self.attempt(at, open_only=True)
        if chosen is None:
            return
        row, model_attempt = chosen
        given: dict[str, Any] = {"more_time": minutes * MINUTE, "seen": model_attempt.ends or self.now}
        ends = self.ledger.add_minutes(model_attempt, given["more_time"], self.now)
        assert accommodations.add_minutes(row, **given, by=self.teacher, now=self.now) == ends
        assert accommodations.add_minutes(row, **given, by=self.teacher, now=self.now) is None
        if ends is not None:
            self.note("minutes added")

    @rule(who=anyone, factor=st.sampled_from(["1", "1.25", "1.5", "2", None]))
    def accommodate(self, who: int, factor: str | None) -> None:
        """Give a student more time on every assignment."""
        student, times = self.school.students[who], None if factor is None else Decimal(factor)
        if any(
            model_attempt.is_running(self.now) and model_attempt.student == student.pk
            for model_attempt in self.ledger.model_attempts
        ):
            self.note("more time while running")
        accommodations.set_accommodation(student, time_factor=times, by=self.teacher, now=self.now)
        self.ledger.accommodate(student.pk, times, self.now)

    @rule(at=pick, who=anyone, is_excused=st.booleans())
    def excuse(self, at: int, who: int, is_excused: bool) -> None:
        """Excuse a student, or undo that."""
        row, model_assignment = self.assignment(at)
        student = self.school.students[who]
        act = excuses.excuse if is_excused else excuses.undo_excuse
        act(row, student, reason="Ill.", by=self.teacher, now=self.now)
        model_assignment.excused = (
            model_assignment.excused | {student.pk} if is_excused else model_assignment.excused - {student.pk}
        )
        self.note("excused" if is_excused else "excuse taken back")

    # --- Time -----------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 59, 61, 300, 900, 3600, 86_400]))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    @rule(at=pick, past=st.sampled_from([0, 1, 60_000_000, 60_000_001]), is_swept=st.booleans())
    def wait_for_the_end(self, at: int, past: int, is_swept: bool) -> None:
        """Go to the deadline of an open attempt or some microseconds past it, and perhaps submit overdue attempts."""
        ends = [
            model_attempt.ends
            for model_attempt in self.ledger.model_attempts
            if model_attempt.submitted is None and model_attempt.ends
        ]
        if ends:
            self.now = max(self.now, ends[at % len(ends)] + timedelta(microseconds=past))
        if is_swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        """Submit overdue attempts, as the periodic job does."""
        overdue = [model_attempt for model_attempt in self.ledger.model_attempts if model_attempt.is_overdue(self.now)]
        assert submit_overdue(self.now) == len(overdue)
        for model_attempt in overdue:
            self.note("swept")
            self.submitted(model_attempt)

    # --- What rules share -----------------------------------------------------------------------------------------

    def assignment(self, at: int) -> tuple[Assignment, ModelAssignment]:
        """One of the assignments, as stored now."""
        pk, model_assignment = list(self.model_assignments.items())[at % len(self.model_assignments)]
        return Assignment.objects.get(pk=pk), model_assignment

    def attempt(
        self, at: int, *, open_only: bool = False, done_only: bool = False
    ) -> tuple[Attempt, ModelAttempt] | None:
        """One of the attempts, as stored now; None if there is none."""
        candidates = [
            (pk, model_attempt)
            for pk, model_attempt in self.rows.items()
            if not (open_only and model_attempt.submitted) and not (done_only and model_attempt.submitted is None)
        ]
        if not candidates:
            return None
        pk, model_attempt = candidates[at % len(candidates)]
        self.touched = model_attempt
        return Attempt.objects.select_related("assignment", "student").get(pk=pk), model_attempt

    def row_of(self, model_attempt: ModelAttempt) -> Attempt:
        """The attempt as stored now."""
        pk = next(pk for pk, own in self.rows.items() if own is model_attempt)
        return Attempt.objects.select_related("assignment", "student").get(pk=pk)

    def done(self) -> list[ModelAttempt]:
        """The submitted attempts."""
        return [own for own in self.rows.values() if own.submitted]

    def submitted(self, model_attempt: ModelAttempt) -> None:
        """Submit the model's attempt, and store the receipt in it."""
        self.ledger.submit_attempt(model_attempt, self.now)
        pk = next(pk for pk, own in self.rows.items() if own is model_attempt)
        model_attempt.receipts.append(Attempt.objects.values_list("receipt", flat=True).get(pk=pk))
        if len(model_attempt.receipts) > 1:
            self.note("reopened and submitted again")
        if model_attempt.submitted and model_attempt.submitted[1] == "deadline":
            self.note("submitted at the deadline")

    def refuses(self, error: type[Exception], act: Callable[[], Any]) -> None:
        """Check that the action raises this exception."""
        try:
            act()
        except error:
            return
        raise AssertionError(f"{error.__name__} was not raised")
