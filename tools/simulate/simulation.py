"""One episode: a class with up to 3 quizzes, and steps drawn from a seed. Its rows are rolled back."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

from django.db import transaction

from quizzes.assignments import accommodations
from quizzes.assignments import lifecycle as assignments
from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings
from quizzes.attempts import answers, lifecycle
from quizzes.caches import clear_all
from quizzes.content.editions import published
from quizzes.grading import manual_grades, regrades
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Edition, Question, Student, User
from tests.factories import NOW, loaded, make_classroom, make_edition, make_student, make_user
from tools.simulate.checks import check_at_rest, check_attempt, check_gradebook, check_stored
from tools.simulate.death import Died, death_before
from tools.simulate.model import (
    FIRST_KEYS,
    GIVEN,
    MINUTE,
    NEW_KEYS,
    POINTS,
    Ledger,
    ModelAssignment,
    ModelAttempt,
    ModelRegrade,
    Refused,
)

EPISODE_STEPS = 200
# Comparing everything takes 10 times as long as a step. Each step compares what it touched.
STEPS_BETWEEN_CHECKS = 20
STUDENTS, ASSIGNMENTS, WINDOWS = 3, 3, 2
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The share of actions in which the process dies, and the highest query before which it does.
DEATHS, LAST_QUERY = 0.15, 14
# Actions and how often each is drawn. The others need attempts and answers.
WEIGHTS = {
    "assign": 4,
    "start": 10,
    "save": 40,
    "save_again": 8,
    "check": 4,
    "turn_in": 8,
    "sweep": 2,
    "accept_late": 6,
    "reopen": 6,
    "grade": 3,
    "regrade": 3,
    "undo_regrade": 2,
    "change": 2,
    "extend": 4,
    "accommodate": 2,
    "excuse": 2,
    "wait": 8,
    "wait_for_a_deadline": 4,
    "set_clock_back": 2,
}


class GaveUp(Exception):
    """The process died, and nobody sent the request again."""


class Failure(AssertionError):
    """Site and model differ. The message has the seed, the step and the action."""

    def __init__(self, seed: int, message: str) -> None:
        super().__init__(f"SEED={seed}: {message}")
        self.seed = seed


@dataclass(frozen=True, slots=True)
class Sent:
    """A save as a window sent it."""

    model_attempt: ModelAttempt
    window: int
    question: str
    value: Any
    operation: str
    seen: int


class World:
    """The rows that all episodes share: a teacher, a class and an edition."""

    def __init__(self) -> None:
        self.teacher: User = make_user()
        self.classroom = make_classroom(teacher=self.teacher)
        self.students: list[Student] = [make_student(classroom=self.classroom) for _ in range(STUDENTS)]
        self.edition: Edition = make_edition()
        self.documents = {self.edition.pk: deepcopy(self.edition.document)}


class Episode:
    """The steps of one seed. counts: how often each action ran and each outcome came."""

    def __init__(self, world: World, seed: int, counts: Counter[str]) -> None:
        self.world, self.seed, self.counts = world, seed, counts
        self.random = random.Random(seed)
        self.now = NOW
        self.ledger = Ledger()
        self.ledger.editions.append(dict(FIRST_KEYS))
        self.rows: dict[int, ModelAttempt] = {}
        self.model_assignments: dict[int, ModelAssignment] = {}
        self.sent: list[Sent] = []
        # What each window of an attempt shows: the revision by question.
        self.windows: dict[tuple[int, int], Counter[str]] = {}
        self.touched: set[int] = set()
        self.is_all_touched = False

    def run(self, steps: int) -> None:
        """Run the steps, and roll back. Raises Failure."""
        clear_all()
        with transaction.atomic():
            action = "start"
            step = 0
            try:
                for step in range(1, steps + 1):
                    action = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
                    self.step(action, is_full=step % STEPS_BETWEEN_CHECKS == 0 or step == steps)
                self.check_all()
                check_at_rest(self.world.documents)
                check_gradebook(self.world.classroom, self.ledger, self.model_assignments, now=self.now)
            except Exception as error:
                raise Failure(self.seed, f"step {step}, {action}: {type(error).__name__} {error}") from error
            finally:
                transaction.set_rollback(True)

    def step(self, action: str, *, is_full: bool) -> None:
        """Run one action and compare what it touched."""
        self.touched, self.is_all_touched = set(), is_full
        try:
            getattr(self, action)()
            self.counts[action] += 1
        except GaveUp:
            self.counts["not sent again"] += 1
        if self.is_all_touched:
            self.check_all()
        else:
            for pk in self.touched:
                self.check_one(pk)

    # --- Students -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start or continue an attempt, twice."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model_assignment = found
        student = self.any_student()
        overdue = [own for own in self.ledger.of(model_assignment, student.pk) if self.is_overdue(own)]

        def act() -> Attempt:
            return lifecycle.start_attempt(student, Assignment.objects.get(pk=pk), now=self.now)

        outcome, made = self.site(act, lifecycle, partly=overdue)
        expected, model_attempt = self.model(lambda: self.ledger.begin(model_assignment, student.pk, self.now))
        for own in overdue:
            self.note_receipt(own)
        self.same(outcome, expected)
        if made is not None and model_attempt is not None:
            self.rows.setdefault(made.pk, model_attempt)
            self.same(self.rows[made.pk] is model_attempt, True)
            self.touched.add(made.pk)
            self.same(self.site(act, lifecycle)[1].pk, made.pk)

    def save(self) -> None:
        """Save an answer from one of two windows, which may not have seen the other's."""
        found = self.any_attempt(mostly_open=True)
        if found is None:
            return
        pk, model_attempt = found
        window, question = self.random.randrange(WINDOWS), self.random.choice(list(POINTS))
        value = self.random.choice(GIVEN[question])
        seen = self.windows.setdefault((pk, window), Counter())[question]
        sent = Sent(model_attempt, window, question, value, f"operation-{len(self.sent)}", seen)
        self.sent.append(sent)
        self.send(sent)

    def save_again(self) -> None:
        """Send an old save again: a lost reply, or an outbox that wakes up."""
        if self.sent:
            self.send(self.random.choice(self.sent[-30:]))

    def check(self) -> None:
        """Check one answer, which makes it final."""
        found = self.any_attempt(mostly_open=True)
        if found is None or found[1].submitted is not None:
            return
        pk, model_attempt = found
        question = self.random.choice(list(POINTS))

        def act() -> None:
            row = self.row(pk)
            answers.check_answer(loaded(row), self.question_id(row, question), now=self.now)

        outcome, _ = self.site(act, answers)
        self.same(outcome, self.model(lambda: self.ledger.check(model_attempt, question, self.now))[0])

    def turn_in(self) -> None:
        """Turn in an attempt, also one that is turned in already."""
        found = self.any_attempt(mostly_open=True)
        if found is None:
            return
        pk, model_attempt = found
        self.site(lambda: lifecycle.submit_attempt(self.row(pk), now=self.now))
        if model_attempt.submitted is None:
            self.ledger.submit_attempt(model_attempt, self.now)
            self.note_receipt(model_attempt)

    def sweep(self) -> None:
        """Turn in overdue attempts, as the periodic job does."""
        overdue = [own for own in self.ledger.model_attempts if self.is_overdue(own)]
        before = len(overdue)
        _, count = self.site(lambda: lifecycle.submit_overdue(self.now), partly=overdue)
        # A job that died may have done a part of them.
        self.same(count <= before, True)
        for own in overdue:
            self.ledger.submit_attempt(own, self.now)
            self.note_receipt(own)
        self.is_all_touched = bool(overdue)

    # --- Teachers -------------------------------------------------------------------------------------------------

    def assign(self) -> None:
        """Give the edition to the class."""
        if len(self.model_assignments) >= ASSIGNMENTS:
            return
        limit, closes = self.random.choice([None, 10 * MINUTE, 30 * MINUTE]), self.some_close()
        most, policy = self.random.choice([1, 2, None]), self.random.choice(["first", "best", "latest"])
        release = self.random.choice(["at_once", "after_hand_in"])
        opens_at = self.now + 5 * MINUTE if self.random.random() < 0.2 else None
        group, closes_at = uuid.UUID(int=self.random.getrandbits(128)), self.now + closes if closes else None
        window = {self.world.classroom: Window(opens_at, None, closes_at)}

        def act() -> list[Assignment]:
            return assignments.assign(
                self.world.edition,
                window,
                settings=settings_of(limit, most, policy, release),
                group=group,
                by=self.world.teacher,
                now=self.now,
            )

        _, made = self.site(act)
        model_assignment = ModelAssignment(0, opens_at, closes_at, limit, most, policy, release)
        self.model_assignments[made[0].pk] = model_assignment
        self.ledger.model_assignments.append(model_assignment)
        self.same(len(self.site(act)[1]), 0)

    def accept_late(self) -> None:
        """Accept late answers of a turned-in attempt, twice."""
        found = self.any_attempt(is_done=True)
        if found is None:
            return
        pk, model_attempt = found

        def act() -> int:
            return answers.accept_late(self.row(pk), by=self.world.teacher, now=self.now)

        _, count = self.site(act)
        self.same(count, self.ledger.accept_late(model_attempt, self.now))
        self.counts["late answers accepted"] += count
        self.same(self.site(act)[1], 0)

    def reopen(self) -> None:
        """Reopen a turned-in attempt."""
        found = self.any_attempt(is_done=True)
        if found is None:
            return
        pk, model_attempt = found
        more = self.random.choice([0, 5, 90]) * MINUTE

        def act() -> None:
            lifecycle.reopen(
                self.row(pk), more_time=more or None, reason="Was away.", by=self.world.teacher, now=self.now
            )

        outcome, _ = self.site(act, lifecycle)
        self.same(outcome, self.model(lambda: self.ledger.reopen(model_attempt, more, self.now))[0])

    def grade(self) -> None:
        """Grade one answer."""
        found = self.any_attempt()
        if found is None:
            return
        pk, model_attempt = found
        question = self.random.choice(list(POINTS))
        points = Decimal(POINTS[question]) * self.random.choice([0, 5, 10]) / 10

        def act() -> None:
            row = self.row(pk)
            asked = Question.objects.get(pk=self.question_id(row, question))
            manual_grades.grade_answer(row, asked, points=points, comment="", by=self.world.teacher, now=self.now)

        self.site(act)
        model_attempt.grades[question] = points

    def regrade(self) -> None:
        """Change the key of a question for all assignments, and send the form again."""
        question = self.random.choice(list(POINTS))
        policy = self.random.choice(["new_key", "either_key", "drop", "full_credit"])
        right = self.random.choice(NEW_KEYS[question]) if policy in {"new_key", "either_key"} else None
        edition, group = self.world.edition, uuid.UUID(int=self.random.getrandbits(128))
        asked = Question.objects.get(pk=published(edition.pk).question_ids[question])
        document = None if right is None else regrades.corrected_document(edition, asked, right)
        reached = regrades.affected_assignments(edition, by=self.world.teacher)
        if not reached:
            return
        stamp = regrades.preview(reached, asked, policy=policy, document=document).stamp

        def act() -> None:
            regrades.apply(
                reached,
                asked,
                policy=policy,
                document=document,
                reason="The key was wrong.",
                stamp=stamp,
                group=group,
                by=self.world.teacher,
                now=self.now,
            )

        self.site(act)
        for model_assignment in self.ledger.model_assignments:
            model_assignment.model_regrades.append(ModelRegrade(str(group), question, policy, right))
        self.site(act)
        self.is_all_touched = True

    def undo_regrade(self) -> None:
        """Undo a regrade, perhaps one that is undone already."""
        groups = sorted({made.group for own in self.ledger.model_assignments for made in own.model_regrades})
        if not groups:
            return
        group = self.random.choice(groups)
        self.site(lambda: regrades.undo(uuid.UUID(group), by=self.world.teacher, now=self.now))
        for model_assignment in self.ledger.model_assignments:
            for made in model_assignment.model_regrades:
                made.undone = made.undone or made.group == group
        self.is_all_touched = True

    def change(self) -> None:
        """Change time limit and close of an assignment: now, later or never."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model = found
        closes, limit = self.random.choice([timedelta(0), 10 * MINUTE, DAY, None]), self.random.choice([None, 10, 30])
        closes_at, time_limit = None if closes is None else self.now + closes, limit and limit * MINUTE
        if closes_at is not None and model.opens is not None and closes_at <= model.opens:
            return
        settings = settings_of(time_limit, model.most, model.policy, model.release)

        def act() -> None:
            assignments.change_assignment(
                Assignment.objects.get(pk=pk),
                window=Window(model.opens, None, closes_at),
                settings=settings,
                by=self.world.teacher,
                now=self.now,
            )

        self.site(act)
        self.ledger.change(model, due=None, closes=closes_at, limit=time_limit)
        self.is_all_touched = True

    def extend(self) -> None:
        """Give a student a later close or one more attempt, or take both back."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model = found
        student, extra = self.any_student(), self.random.choice([0, 0, 1])
        more = self.random.choice([None, 10 * MINUTE, DAY])
        closes_at = None
        if more is not None and model.closes is not None:
            closes_at = max(model.closes, self.now) + more
        given = {"due_at": None, "closes_at": closes_at, "extra_attempts": extra, "reason": "Was away."}

        def act() -> None:
            accommodations.extend(Assignment.objects.get(pk=pk), student, **given, by=self.world.teacher, now=self.now)

        self.site(act)
        self.ledger.extend(model, student.pk, closes=closes_at, extra=extra)
        self.touch(student)

    def accommodate(self) -> None:
        """Give a student more time everywhere, or no time limit."""
        student, factor = self.any_student(), self.random.choice([Decimal(1), Decimal("1.5"), Decimal(2), None])

        def act() -> None:
            accommodations.set_accommodation(student, time_factor=factor, by=self.world.teacher, now=self.now)

        self.site(act)
        self.ledger.accommodate(student.pk, factor)
        self.touch(student)

    def excuse(self) -> None:
        """Excuse a student, or undo that."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model = found
        student, is_excused = self.any_student(), self.random.random() < 0.5

        def act() -> None:
            row = Assignment.objects.get(pk=pk)
            given = {"is_excused": is_excused, "reason": "Ill."}
            accommodations.set_excused(row, student, **given, by=self.world.teacher, now=self.now)

        self.site(act)
        model.excused = model.excused | {student.pk} if is_excused else model.excused - {student.pk}

    # --- Time -----------------------------------------------------------------------------------------------------

    def wait(self) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=self.random.choice([1, 59, 61, 300, 900, 3_600, 86_400]))

    def wait_for_a_deadline(self) -> None:
        """Go to a deadline, the end of its grace time, or a microsecond past one of them."""
        ends = [own.ends for own in self.ledger.model_attempts if own.submitted is None and own.ends]
        if ends:
            past = timedelta(microseconds=self.random.choice([0, 1, 60_000_000, 60_000_001]))
            self.now = max(self.now, self.random.choice(ends) + past)

    def set_clock_back(self) -> None:
        """Correct a clock that was ahead, as a time server does. Nothing that is stored may lie in the future after it.

        A save or a submission has a time, and the rules compare times. So this goes back to the newest one at most.
        """
        stored = [entry.at for own in self.ledger.model_attempts for entry in own.log]
        stored += [own.started for own in self.ledger.model_attempts]
        stored += [own.submitted[0] for own in self.ledger.model_attempts if own.submitted]
        earlier = self.now - timedelta(seconds=self.random.choice([1, 30, 300]))
        self.now = max([earlier, NOW, *stored])

    # --- Send to the site, and to the model -----------------------------------------------------------------------

    def send(self, sent: Sent) -> None:
        """Send one save, and compare the reply."""
        pk = next(pk for pk, own in self.rows.items() if own is sent.model_attempt)
        self.touched.add(pk)

        def act() -> answers.Saved:
            row = self.row(pk)
            sending: dict[str, Any] = {"operation": sent.operation, "seen_revision": sent.seen, "now": self.now}
            return answers.save_answer(row, self.question_id(row, sent.question), sent.value, **sending)

        _, reply = self.site(act)
        expected = self.ledger.save(
            sent.model_attempt, sent.question, sent.value, operation=sent.operation, seen=sent.seen, now=self.now
        )
        self.same((reply.outcome, reply.revision, reply.value), expected)
        self.counts[f"save: {reply.outcome}"] += 1
        self.windows.setdefault((pk, sent.window), Counter())[sent.question] = reply.revision

    def site(
        self, act: Callable[[], Any], refusals: ModuleType | None = None, *, partly: list[ModelAttempt] | None = None
    ) -> tuple[str, Any]:
        """("ok", result) or (name of the refusal, None). The process may die meanwhile; the request is sent again.

        partly: attempts that a request submits one by one, so that a part of them may be submitted after a death.
        """
        if self.random.random() < DEATHS:
            try:
                with death_before(self.random.randint(1, self.random.choice([3, LAST_QUERY]))):
                    return self.outcome(act, refusals)
            except Died:
                self.counts["died"] += 1
            clear_all()
            self.check_after_death(partly or [])
            if not partly and self.random.random() < 0.3:
                raise GaveUp
        return self.outcome(act, refusals)

    def outcome(self, act: Callable[[], Any], refusals: ModuleType | None) -> tuple[str, Any]:
        """("ok", result), or the name of an exception that the module `refusals` has."""
        try:
            return "ok", act()
        except Exception as error:
            name = type(error).__name__
            if refusals is None or getattr(refusals, name, None) is not type(error):
                raise
            self.counts[name] += 1
            return name, None

    def model(self, act: Callable[[], Any]) -> tuple[str, Any]:
        """The same, of the model."""
        try:
            return "ok", act()
        except Refused as refused:
            return str(refused), None

    # --- Compare --------------------------------------------------------------------------------------------------

    def same(self, seen: object, expected: object) -> None:
        """Raise AssertionError if site and model differ."""
        if seen != expected:
            raise AssertionError(f"the site says {seen!r}, the model {expected!r}")

    def check_all(self) -> None:
        """Compare all rows."""
        check_stored(self.ledger, self.rows, self.world.documents)

    def check_one(self, pk: int) -> None:
        """Compare one attempt: its row, answers, the end of its log, and its score."""
        row, model = self.row(pk), self.rows[pk]
        check_attempt(row, model)
        ids = published(row.assignment.edition_id).question_ids
        stored = {
            question_id: (value, revision)
            for question_id, value, revision in Answer.objects.filter(attempt=pk).values_list(
                "question_id", "value", "revision"
            )
        }
        self.same(stored, {ids[question]: answer for question, answer in model.answers.items()})
        outcomes = list(AnswerEvent.objects.filter(attempt=pk).order_by("pk").values_list("outcome", flat=True))
        self.same(outcomes, [entry.outcome for entry in model.log])
        score = (None, None) if model.submitted is None else self.ledger.score(model)
        self.same((row.score, row.max_score), score)

    def check_after_death(self, partly: list[ModelAttempt]) -> None:
        """Check that a dead process left nothing half done. partly: these may be submitted, each as a whole."""
        for own in partly:
            pk = next(pk for pk, model in self.rows.items() if model is own)
            if not self.row(pk).is_open:
                self.ledger.submit_attempt(own, self.now)
                self.note_receipt(own)
        for pk in self.rows:
            if pk in self.touched or partly:
                self.check_one(pk)
        if self.is_all_touched:
            self.check_all()

    # --- What actions share ---------------------------------------------------------------------------------------

    def any_student(self) -> Student:
        """One of the students."""
        return self.random.choice(self.world.students)

    def any_assignment(self) -> tuple[int, ModelAssignment] | None:
        """One of the assignments; None without one."""
        return self.random.choice(list(self.model_assignments.items())) if self.model_assignments else None

    def any_attempt(self, *, mostly_open: bool = False, is_done: bool = False) -> tuple[int, ModelAttempt] | None:
        """One of the attempts; None if there is none."""
        made = [(pk, own) for pk, own in self.rows.items() if own.submitted is not None or not is_done]
        if mostly_open and self.random.random() < 0.8:
            made = [(pk, own) for pk, own in made if own.submitted is None] or made
        if not made:
            return None
        found = self.random.choice(made)
        self.touched.add(found[0])
        return found

    def some_close(self) -> timedelta | None:
        """How long an assignment is open."""
        return self.random.choice([None, 10 * MINUTE, HOUR, DAY])

    def touch(self, student: Student) -> None:
        """Compare this student's attempts after the step."""
        self.touched |= {pk for pk, own in self.rows.items() if own.student == student.pk}

    def row(self, pk: int) -> Attempt:
        """The attempt as stored now."""
        return Attempt.objects.select_related("assignment", "student").get(pk=pk)

    def question_id(self, row: Attempt, question: str) -> int:
        """The row id of a question of the attempt's edition."""
        return published(row.assignment.edition_id).question_ids[question]

    def is_overdue(self, model_attempt: ModelAttempt) -> bool:
        """Whether its time is over and it is not submitted."""
        return model_attempt.submitted is None and model_attempt.is_over(self.now)

    def note_receipt(self, model_attempt: ModelAttempt) -> None:
        """Store the receipt of a new submission in the model, once."""
        pk = next(pk for pk, own in self.rows.items() if own is model_attempt)
        receipt = self.row(pk).receipt
        if receipt is not None and receipt not in model_attempt.receipts:
            model_attempt.receipts.append(receipt)
        self.touched.add(pk)


def settings_of(limit: timedelta | None, most: int | None, policy: str, release: str) -> AssignmentSettings:
    """The settings of an assignment."""
    return AssignmentSettings(
        time_limit=limit,
        max_attempts=most,
        attempt_policy=policy,
        shuffle_questions=True,
        shuffle_choices=True,
        release=release,
    )


def simulate(steps: int, seed: int) -> Counter[str]:
    """Run episodes of EPISODE_STEPS with the seeds from `seed` up; what happened. Raises Failure at the first fault."""
    world, counts = World(), Counter[str]()
    for number, done in enumerate(range(0, steps, EPISODE_STEPS)):
        Episode(world, seed + number, counts).run(min(EPISODE_STEPS, steps - done))
    return counts
