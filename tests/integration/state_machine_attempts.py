"""Attempts of students and decisions of teachers as rules of the state machine."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from quizzes.attempts import answers, late_answers, lifecycle
from quizzes.attempts.answers import save_answer
from quizzes.content.editions import published
from quizzes.grading import manual_grades, regrades
from quizzes.grading.regrades import StalePreview
from quizzes.models import Edition, Question
from tests.factories import loaded, regrade_document
from tests.integration.state_machine_machine import SettingsMachine, anyone, pick
from tools.simulate.model_points import total
from tools.simulate.model_rows import (
    GIVEN,
    MINUTE,
    NEW_KEYS,
    POINTS,
    ModelAssignment,
    ModelAttempt,
    ModelRegrade,
    Refused,
)

questions = st.sampled_from(sorted(POINTS))
place = st.integers(0, 4)
policies = st.sampled_from(["new_key", "either_key", "drop", "full_credit"])


class AttemptsMachine(SettingsMachine):
    """Students start, answer and submit. Teachers accept late answers, reopen, grade and regrade."""

    # --- Students -------------------------------------------------------------------------------------------------

    @rule(at=pick, who=anyone)
    def begin(self, at: int, who: int) -> None:
        """Start an attempt twice."""
        row, model_assignment = self.assignment(at)
        student = self.school.students[who]
        overdue = [
            model_attempt
            for model_attempt in self.ledger.of(model_assignment, student.pk)
            if model_attempt.is_overdue(self.now)
        ]
        try:
            model_attempt = self.ledger.start(model_assignment, student.pk, self.now)
        except Refused as refused:
            self.refuses(getattr(lifecycle, str(refused)), lambda: lifecycle.start_attempt(student, row, now=self.now))
            self.note(str(refused))
        else:
            made = lifecycle.start_attempt(student, row, now=self.now)
            assert lifecycle.start_attempt(student, row, now=self.now).pk == made.pk
            self.note("started" if made.pk not in self.rows else "started already")
            self.rows.setdefault(made.pk, model_attempt)
            assert self.rows[made.pk] is model_attempt
        for model_attempt in overdue:
            self.submitted(model_attempt)

    @rule(at=pick, question=questions, given=place, behind=st.sampled_from([0, 0, 1]), again=st.booleans())
    def answer(self, at: int, question: str, given: int, behind: int, again: bool) -> None:
        """Save an answer on any attempt, from a page that saw it `behind` revisions ago; perhaps send it twice."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        model_attempt = chosen[1]
        _, revision = model_attempt.answers.get(question, (None, 0))
        sent = {
            "question": question,
            "value": GIVEN[question][given % len(GIVEN[question])],
            "operation": f"operation-{len(self.sent)}",
            "seen": max(0, revision - behind),
        }
        self.sent.append({**sent, "model_attempt": model_attempt})
        self.note(self.send(model_attempt, **sent))
        if again:
            self.send(model_attempt, **sent)

    # Three rules save answers, so that Hypothesis draws them often: the other rules need answers.
    @rule(at=pick, question=questions, given=place)
    def answer_open(self, at: int, question: str, given: int) -> None:
        """Save an answer on an attempt that is open."""
        open_ones = [number for number, own in enumerate(self.rows.values()) if own.submitted is None]
        if open_ones:
            self.answer(open_ones[at % len(open_ones)], question, given, 0, False)

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0, 30), is_newer=st.booleans())
    def repeat(self, at: int, is_newer: bool) -> None:
        """Send an old save again, with its old revision or the current one."""
        old = dict(self.sent[at % len(self.sent)])
        model_attempt: ModelAttempt = old.pop("model_attempt")
        if is_newer:
            old["seen"] = model_attempt.answers.get(old["question"], (None, 0))[1]
        logged = len(model_attempt.log)
        self.send(model_attempt, **old)
        assert len(model_attempt.log) == logged
        self.note("repeated")

    def send(self, model_attempt: ModelAttempt, *, question: str, value: Any, operation: str, seen: int) -> str:
        """Send one save, and compare the reply with the model."""
        row = self.row_of(model_attempt)
        self.touched = model_attempt
        expected = self.ledger.save(model_attempt, question, value, operation=operation, seen=seen, now=self.now)
        question_id = published(row.assignment.edition_id).question_ids[question]
        sent: dict[str, Any] = {"operation": operation, "seen_revision": seen, "now": self.now}
        reply = save_answer(row, question_id, value, **sent)
        assert (reply.outcome, reply.revision, reply.value) == expected
        return reply.outcome

    @rule(at=pick, question=questions)
    def check(self, at: int, question: str) -> None:
        """Check one answer."""
        chosen = self.attempt(at, open_only=True)
        if chosen is None:
            return
        row, model_attempt = chosen

        def ask() -> None:
            question_id = published(row.assignment.edition_id).question_ids[question]
            seen = model_attempt.answers.get(question, (None, 0))[1]
            answers.check_answer(loaded(row), question_id, seen_revision=seen, now=self.now)

        try:
            self.ledger.check(model_attempt, question, self.now)
        except Refused as refused:
            self.refuses(getattr(answers, str(refused)), ask)
        else:
            ask()

    @rule(at=pick)
    def submit_attempt(self, at: int) -> None:
        """Submit an attempt, also one that is submitted already."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        row, model_attempt = chosen
        was_open = model_attempt.submitted is None
        lifecycle.submit_attempt(row, now=self.now)
        if was_open:
            self.submitted(model_attempt)
        else:
            self.note("submitted again")

    # --- Teachers -------------------------------------------------------------------------------------------------

    @rule(at=pick)
    def accept_late(self, at: int) -> None:
        """Accept late answers twice."""
        # An undo finds the grades of before by the moment of the acceptance.
        self.now += timedelta(seconds=1)
        chosen = self.attempt(at, done_only=True)
        if chosen is None:
            return
        row, model_attempt = chosen
        late = [entry for entry in model_attempt.log if entry.outcome == "late"]
        if any(model_attempt.given_at.get(entry.question, entry.at) > entry.at for entry in late):
            self.note("late answer older than the saved one")
        count = self.ledger.accept_late(model_attempt, self.now)
        assert late_answers.accept_late(row, by=self.teacher, now=self.now) == count
        assert late_answers.accept_late(self.row_of(model_attempt), by=self.teacher, now=self.now) == 0
        if count:
            self.note("late accepted")

    @rule(at=pick)
    def undo_late(self, at: int) -> None:
        """Count answers in time again, twice."""
        self.now += timedelta(seconds=1)
        chosen = self.attempt(at, done_only=True)
        if chosen is None:
            return
        row, model_attempt = chosen
        count = self.ledger.undo_late(model_attempt, self.now)
        assert late_answers.undo_accept_late(row, by=self.teacher, now=self.now) == count
        assert late_answers.undo_accept_late(self.row_of(model_attempt), by=self.teacher, now=self.now) == 0
        if count:
            self.note("late undone")

    @rule(at=pick, minutes=st.sampled_from([0, 0, 5, 90]))
    def reopen(self, at: int, minutes: int) -> None:
        """Reopen a submitted attempt."""
        chosen = self.attempt(at, done_only=True)
        if chosen is None:
            return
        row, model_attempt = chosen

        def act() -> None:
            more = timedelta(minutes=minutes) if minutes else None
            lifecycle.reopen(row, more_time=more, reason="Was away.", by=self.teacher, now=self.now)

        try:
            self.ledger.reopen(model_attempt, minutes * MINUTE, self.now)
        except Refused as refused:
            self.note(str(refused))
            self.refuses(getattr(lifecycle, str(refused)), act)
        else:
            self.note("reopened")
            act()

    @rule(at=pick, question=questions, tenths=st.sampled_from([0, 5, 10]))
    def mark(self, at: int, question: str, tenths: int) -> None:
        """Grade one answer twice."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        row, model_attempt = chosen
        points = Decimal(POINTS[question]) * tenths / 10
        asked = Question.objects.get(edition=row.assignment.edition_id, key=question)
        for _ in range(2):
            manual_grades.grade_answer(row, asked, points=points, comment="Read it.", by=self.teacher, now=self.now)
        model_attempt.grade(question, points, self.now)
        if any(made.question == question and not made.undone for made in model_attempt.model_assignment.model_regrades):
            self.note("graded after a correction")

    @rule(at=pick, question=questions, policy=policies, key=place, is_sent=st.sampled_from([True, True, False]))
    def correct(self, at: int, question: str, policy: str, key: int, is_sent: bool) -> None:
        """Preview a regrade, and perhaps apply it."""
        row, _ = self.assignment(at)
        edition = Edition.objects.get(pk=row.edition_id)
        asked = Question.objects.get(edition=edition, key=question)
        right = NEW_KEYS[question][key % len(NEW_KEYS[question])] if policy in {"new_key", "either_key"} else None
        document = None if right is None else regrade_document(edition.pk, question, policy, right)
        reached = regrades.affected_assignments(edition, here=row.classroom, by=self.teacher)
        shown = regrades.preview(reached, asked, policy=policy, document=document)
        model_regrade = ModelRegrade(str(uuid.uuid4()), question, policy, right)
        model_assignments = [self.model_assignments[assignment.pk] for assignment in reached]
        self.check_preview(shown, model_assignments, model_regrade)
        page = {
            "asked": asked,
            "document": document,
            "model_regrade": model_regrade,
            "stamp": shown.stamp,
            "edition": edition,
            "here": row.classroom,
        }
        self.previews.append({**page, "state": self.state_of(model_assignments)})
        if is_sent:
            self.send_regrade(len(self.previews) - 1)

    @precondition(lambda self: self.previews)
    @rule(at=pick)
    def send_regrade(self, at: int) -> None:
        """Apply a regrade from a preview, which may be out of date or already applied."""
        page = self.previews[at % len(self.previews)]
        model_regrade, edition = page["model_regrade"], page["edition"]
        reached = regrades.affected_assignments(edition, here=page["here"], by=self.teacher)
        model_assignments = [self.model_assignments[assignment.pk] for assignment in reached]

        def act() -> None:
            regrades.apply(
                reached,
                page["asked"],
                policy=model_regrade.policy,
                document=page["document"],
                reason="The key was wrong.",
                stamp=page["stamp"],
                group=uuid.UUID(model_regrade.group),
                by=self.teacher,
                now=self.now,
            )

        if page.get("is_sent"):
            self.note("correction sent again")
            act()
            return
        if self.state_of(model_assignments) != page["state"]:
            self.note("stale preview")
            self.refuses(StalePreview, act)
            return
        act()
        page["is_sent"] = True
        for model_assignment in model_assignments:
            model_assignment.model_regrades.append(
                ModelRegrade(model_regrade.group, model_regrade.question, model_regrade.policy, model_regrade.key)
            )
        self.note_regrade(model_assignments, model_regrade)

    @precondition(
        lambda self: any(model_assignment.model_regrades for model_assignment in self.model_assignments.values())
    )
    @rule(at=pick)
    def undo(self, at: int) -> None:
        """Undo a regrade twice."""
        groups = self.groups()
        group = groups[at % len(groups)]
        before = self.scores()
        for model_assignment in self.model_assignments.values():
            for model_regrade in model_assignment.model_regrades:
                if model_regrade.group == group:
                    self.note("undone again" if model_regrade.undone else "undone")
                    model_regrade.undone = True
        after = self.scores()
        # As in `check_preview`, without excused students.
        rows = [self.rows[pk] for pk in before if before[pk] != after[pk]]
        changed = sum(row.student not in row.model_assignment.excused for row in rows)
        assert regrades.undo(uuid.UUID(group), here=self.school.classroom, by=self.teacher, now=self.now) == changed
        assert regrades.undo(uuid.UUID(group), here=self.school.classroom, by=self.teacher, now=self.now) == 0
        if changed:
            self.note("undone with scores changed")

    # --- What rules share -----------------------------------------------------------------------------------------

    def groups(self) -> list[str]:
        """The group ids of the regrades, in order."""
        return list(
            dict.fromkeys(
                model_regrade.group
                for model_assignment in self.model_assignments.values()
                for model_regrade in model_assignment.model_regrades
            )
        )

    def scores(self) -> dict[int, tuple[Decimal, int]]:
        """The expected score of each submitted attempt, by attempt id."""
        return {pk: self.ledger.score(own) for pk, own in self.rows.items() if own.submitted is not None}

    def state_of(self, model_assignments: list[ModelAssignment]) -> Any:
        """The rows behind a preview: the scores of these assignments and the regrades in force."""
        scores = {
            pk: points
            for pk, (points, _) in self.scores().items()
            if self.rows[pk].model_assignment in model_assignments
        }
        in_force = [
            [model_regrade.group for model_regrade in model_assignment.model_regrades if not model_regrade.undone]
            for model_assignment in model_assignments
        ]
        # A new assignment without submitted attempts does not change a preview.
        return scores, [groups for groups in in_force if groups]

    def check_preview(
        self, shown: regrades.Preview, model_assignments: list[ModelAssignment], model_regrade: ModelRegrade
    ) -> None:
        """Compare the counts of a preview with the model. It leaves out excused students."""
        own = [
            model_attempt
            for model_attempt in self.ledger.model_attempts
            if model_attempt.model_assignment in model_assignments
            and model_attempt.student not in model_attempt.model_assignment.excused
        ]
        done = [model_attempt for model_attempt in own if model_attempt.submitted is not None]
        scores = [(self.ledger.score(one), self.worth(one, model_regrade)) for one in done]
        changes = [new / all_new - old / all_old for (old, all_old), (new, all_new) in scores if all_old and all_new]
        assert (shown.attempt_count, shown.open_count) == (len(done), len(own) - len(done))
        assert shown.gain_count == sum(change > 0 for change in changes)
        assert shown.lose_count == sum(change < 0 for change in changes)
        assert len(shown.grades_kept) == sum(
            model_regrade.question in model_attempt.grades
            and not any(
                made.policy == "drop" and made.question == model_regrade.question and not made.undone
                for made in [*model_attempt.model_assignment.model_regrades, model_regrade]
            )
            for model_attempt in done
        )

    def worth(self, model_attempt: ModelAttempt, model_regrade: ModelRegrade) -> tuple[Decimal, int]:
        """The score of an attempt with one more regrade."""
        in_force = [made for made in model_attempt.model_assignment.model_regrades if not made.undone]
        return total(
            self.ledger.editions[model_attempt.model_assignment.edition],
            {question: value for question, (value, _) in model_attempt.answers.items()},
            [(made.question, made.policy, made.key) for made in [*in_force, model_regrade]],
            model_attempt.grades,
        )

    def note_regrade(self, model_assignments: list[ModelAssignment], model_regrade: ModelRegrade) -> None:
        """Count the states of attempts at a regrade."""
        self.note(f"corrected: {model_regrade.policy}")
        for model_attempt in self.ledger.model_attempts:
            if model_attempt.model_assignment not in model_assignments:
                continue
            self.note(f"corrected with {'open' if model_attempt.submitted is None else 'submitted'} attempts")
            if model_attempt.submitted is None and model_attempt.receipts:
                self.note("corrected while reopened")
            if model_regrade.question in model_attempt.grades:
                self.note("corrected after a grade")
