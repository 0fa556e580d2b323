"""What teachers do."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from quizzes.assignments import accommodations, excuses
from quizzes.assignments import lifecycle as assignments
from quizzes.assignments.deadlines import Window
from quizzes.assignments.lifecycle import AssignmentSettings
from quizzes.attempts import late_answers, lifecycle, merges
from quizzes.content.editions import published
from quizzes.grading import manual_grades, regrades
from quizzes.models import Assignment, Question, Student
from quizzes.models.reasons import ReasonKind
from tests.factories import regrade_document
from tools.simulate.model_rows import MINUTE, NEW_KEYS, POINTS, ModelAssignment, ModelAttempt, ModelRegrade
from tools.simulate.state import DAY, State

ASSIGNMENTS = 3


class TeacherActions(State):
    """Actions of teachers. Each runs on the site and on the model."""

    def assign(self) -> None:
        """Give the edition to the class."""
        if len(self.model_assignments) >= ASSIGNMENTS:
            return
        limit, closes = self.random.choice([None, 10 * MINUTE, 30 * MINUTE]), self.some_close()
        most, policy = self.random.choice([1, 2, None]), self.random.choice(["first", "best", "latest"])
        release = self.random.choice(["at_once", "after_hand_in"])
        opens_at = self.now + 5 * MINUTE if self.random.random() < 0.2 else None
        group, closes_at = uuid.UUID(int=self.random.getrandbits(128)), self.now + closes if closes else None
        waits = opens_at is None and self.random.random() < 0.1
        window = {self.world.classroom: Window(opens_at, None, closes_at, waits)}

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
        model_assignment = ModelAssignment(0, opens_at, closes_at, limit, most, policy, release, waits=waits)
        self.model_assignments[made[0].pk] = model_assignment
        self.ledger.model_assignments.append(model_assignment)
        self.same(len(self.site(act)[1]), 0)

    def accept_late(self) -> None:
        """Accept late answers of a turned-in attempt, twice."""
        self.decide_on_late("late answers accepted", late_answers.accept_late, self.ledger.accept_late)

    def undo_late(self) -> None:
        """Count the answers in time of a turned-in attempt again, twice."""
        self.decide_on_late("late answers undone", late_answers.undo_accept_late, self.ledger.undo_late)

    def decide_on_late(
        self, counted: str, decide: Callable[..., int], decide_in_model: Callable[[ModelAttempt, datetime], int]
    ) -> None:
        """Do this to the late answers of a turned-in attempt, twice, and compare how many change."""
        # An undo finds the grades of before by the moment of the acceptance.
        self.now += timedelta(seconds=1)
        found = self.any_attempt(is_done=True)
        if found is None:
            return
        pk, model_attempt = found

        def act() -> int:
            return decide(self.row(pk), by=self.world.teacher, now=self.now)

        _, count = self.site(act)
        self.same(count, decide_in_model(model_attempt, self.now))
        self.counts[counted] += count
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
        model_attempt.grade(question, points, self.now)

    def regrade(self) -> None:
        """Change the key of a question for all assignments, and send the form again."""
        question = self.random.choice(list(POINTS))
        policy = self.random.choice(["new_key", "either_key", "drop", "full_credit"])
        right = self.random.choice(NEW_KEYS[question]) if policy in {"new_key", "either_key"} else None
        edition, group = self.world.edition, uuid.UUID(int=self.random.getrandbits(128))
        asked = Question.objects.get(pk=published(edition.pk).question_ids[question])
        document = None if right is None else regrade_document(edition.pk, question, policy, right)
        reached = regrades.affected_assignments(edition, here=self.world.classroom, by=self.world.teacher)
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
        here, by = self.world.classroom, self.world.teacher
        self.site(lambda: regrades.undo(uuid.UUID(group), here=here, by=by, now=self.now))
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
        closes_at = None if closes is None else self.now + closes
        time_limit = None if limit is None else limit * MINUTE
        if closes_at is not None and model.opens is not None and closes_at <= model.opens:
            return
        settings = settings_of(time_limit, model.most, model.policy, model.release)
        window = Window(model.opens, None, closes_at, model.waits)

        def act() -> None:
            assignments.change_assignment(
                Assignment.objects.get(pk=pk),
                window=window,
                settings=settings,
                by=self.world.teacher,
                now=self.now,
            )

        self.site(act)
        self.ledger.change(model, due=None, closes=closes_at, limit=time_limit, now=self.now)
        self.is_all_touched = True

    def start_quiz(self) -> None:
        """Press Start, twice."""
        self.press(assignments.open_now, self.ledger.start_quiz)

    def pause(self) -> None:
        """Press Pause, twice."""
        self.press(assignments.pause, self.ledger.pause)

    def resume(self) -> None:
        """Press Resume, twice."""
        self.press(assignments.resume, self.ledger.resume)

    def press(self, button: Callable[..., Assignment], rule: Callable[[ModelAssignment, datetime], None]) -> None:
        """Press a button of an assignment twice. rule: what it does in the model."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model = found

        def act() -> None:
            button(Assignment.objects.get(pk=pk), by=self.world.teacher, now=self.now)

        self.site(act)
        rule(model, self.now)
        self.outcome(act, None)
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
        given: dict[str, Any] = {"due_at": None, "closes_at": closes_at, "extra_attempts": extra}
        given |= {"reason_kind": ReasonKind.TYPED, "reason": "Was away."}

        def act() -> None:
            accommodations.extend(Assignment.objects.get(pk=pk), student, **given, by=self.world.teacher, now=self.now)

        self.site(act)
        self.ledger.extend(model, student.pk, closes=closes_at, extra=extra, now=self.now)
        self.touch(student)

    def add_minutes(self) -> None:
        """Give a student more minutes in a quiz in progress, twice with one form."""
        found = self.any_attempt(mostly_open=True)
        if found is None:
            return
        pk, model_attempt = found
        # Without an end, a page offers no form. Then the site must refuse any.
        more, seen = self.random.choice([1, 10, 90]) * MINUTE, model_attempt.ends or self.now

        def act() -> datetime | None:
            return accommodations.add_minutes(
                self.row(pk), more_time=more, seen=seen, by=self.world.teacher, now=self.now
            )

        _, ends = self.site(act)
        self.same(ends, self.ledger.add_minutes(model_attempt, more, self.now))
        self.same(self.site(act)[1], None)

    def accommodate(self) -> None:
        """Give a student more time everywhere, or no time limit."""
        student, factor = self.any_student(), self.random.choice([Decimal(1), Decimal("1.5"), Decimal(2), None])

        def act() -> None:
            accommodations.set_accommodation(student, time_factor=factor, by=self.world.teacher, now=self.now)

        self.site(act)
        self.ledger.accommodate(student.pk, factor, self.now)
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
            change = excuses.excuse if is_excused else excuses.undo_excuse
            change(row, student, reason="Ill.", by=self.world.teacher, now=self.now)

        self.site(act)
        model.excused = model.excused | {student.pk} if is_excused else model.excused - {student.pk}

    def merge(self) -> None:
        """Merge two students, and undo it. Settings and what was turned in for it stay."""
        keep, other = self.random.sample(self.world.students, 2)

        def rows() -> list[Student]:
            entries = Student.objects.select_related("classroom")
            return [entries.get(pk=one.pk) for one in (keep, other)]

        def act() -> None:
            mine, theirs = rows()
            seen = merges.merge_plan(mine, theirs, now=self.now).seen
            for _ in range(2):
                merges.merge_students(mine, theirs, seen=seen, by=self.world.teacher, now=self.now)

        def undo() -> None:
            for _ in range(2):
                merges.undo_merge(rows()[1], by=self.world.teacher, now=self.now)

        self.site(act)
        moved, submitted = self.ledger.merge(keep.pk, other.pk, self.now)
        for own in submitted:
            self.note_receipt(own)
        self.counts["attempts moved by a merge"] += len(moved)
        self.counts["attempts turned in by a merge"] += len(submitted)
        self.check_all()
        # Without a death that no one repeats: the other actions know no merged student.
        self.outcome(undo, None)
        self.ledger.give(moved, other.pk)
        self.check_all()


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
