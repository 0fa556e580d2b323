"""What students do, and the periodic job that turns in for them."""

from collections import Counter
from typing import Any

from quizzes.attempts import answers, lifecycle
from quizzes.models import Assignment, Attempt
from tests.factories import loaded
from tools.simulate.model_rows import GIVEN, POINTS
from tools.simulate.state import Sent, State

WINDOWS = 2


class StudentActions(State):
    """Actions of students. Each runs on the site and on the model."""

    def start(self) -> None:
        """Start or continue an attempt, twice."""
        found = self.any_assignment()
        if found is None:
            return
        pk, model_assignment = found
        student = self.any_student()
        overdue = [own for own in self.ledger.of(model_assignment, student.pk) if own.is_overdue(self.now)]

        def act() -> Attempt:
            return lifecycle.start_attempt(student, Assignment.objects.get(pk=pk), now=self.now)

        outcome, made = self.site(act, lifecycle, partly=overdue)
        expected, model_attempt = self.model(lambda: self.ledger.start(model_assignment, student.pk, self.now))
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
            _, seen = model_attempt.answers.get(question, (None, 0))
            answers.check_answer(loaded(row), self.question_id(row, question), seen_revision=seen, now=self.now)

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
        overdue = [own for own in self.ledger.model_attempts if own.is_overdue(self.now)]
        before = len(overdue)
        _, count = self.site(lambda: lifecycle.submit_overdue(self.now), partly=overdue)
        # A job that died may have done a part of them.
        self.same(count <= before, True)
        for own in overdue:
            self.ledger.submit_attempt(own, self.now)
            self.note_receipt(own)
        self.is_all_touched = bool(overdue)

    def send(self, sent: Sent) -> None:
        """Send one save, and compare the reply."""
        pk = next(pk for pk, own in self.rows.items() if own is sent.model_attempt)
        self.touched.add(pk)

        def act() -> answers.SaveResult:
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
