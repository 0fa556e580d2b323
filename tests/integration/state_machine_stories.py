"""Sequences of steps as single rules, so that a program of 50 steps reaches more states, and the invariants."""

import pickle
import sys
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.integration.state_machine_attempts import AttemptsMachine, place, policies, questions
from tests.integration.state_machine_machine import DAY, anyone, closes_after, limits, pick
from tools.simulate.checks import check_at_rest, check_gradebook, check_notices, check_stored
from tools.simulate.model_rows import MINUTE, POINTS

all_four = st.tuples(place, place, place, place)
releases = st.sampled_from(["at_once", "after_hand_in"])


class FairSchool(AttemptsMachine):
    """All rules, from a draft to a score."""

    @initialize(limit=limits, closes=closes_after, release=releases, given=all_four)
    def start(self, limit: timedelta | None, closes: timedelta | None, release: str, given: tuple[int, ...]) -> None:
        """One assignment with one submitted and one open attempt."""
        self.assign(0, limit, closes, 2, "best", release, 0)
        self.sit(0, 0, given, True)
        self.sit(0, 1, given, False)

    @invariant()
    def is_fair(self) -> None:
        """Compare the site with the model, unless neither changed since the last check."""
        state = self.writes, pickle.dumps((self.ledger, self.rows))
        if state == self.seen_fair:
            return
        check_stored(self.ledger, self.rows, self.documents)
        check_gradebook(self.school.classroom, self.ledger, self.model_assignments, now=self.now)
        if self.touched is not None:
            check_notices(self.ledger, self.row_of(self.touched), self.touched)
        self.changes += 1
        # Not after every change, since the checks above cover most of it.
        if self.changes % 5 == 0:
            check_at_rest(self.documents)
        self.seen_fair = state

    def teardown(self) -> None:
        """Check once more, and roll back all rows."""
        try:
            # A failed check here would hide the error of a step.
            if sys.exception() is None:
                check_at_rest(self.documents)
        finally:
            super().teardown()

    # --- Sequences --------------------------------------------------------------------------------------------------

    @rule(at=pick, who=anyone, given=all_four, is_submitted=st.booleans())
    def sit(self, at: int, who: int, given: tuple[int, ...], is_submitted: bool) -> None:
        """Start or continue an attempt, answer every question, and perhaps submit."""
        self.begin(at, who)
        own = self.ledger.of(self.assignment(at)[1], self.school.students[who].pk)
        number = next((number for number, made in enumerate(self.rows.values()) if own and made is own[-1]), None)
        if number is None or own[-1].submitted is not None:
            return
        for question, chosen in zip(POINTS, given, strict=True):
            self.answer(number, question, chosen, 0, False)
        if is_submitted:
            self.submit_attempt(number)

    @rule(at=pick, minutes=st.sampled_from([0, 5, 90]), given=place, is_accepted=st.booleans())
    def go_on(self, at: int, minutes: int, given: int, is_accepted: bool) -> None:
        """Reopen an attempt, answer a question with a late answer again, submit, and perhaps accept late answers."""
        done = self.done()
        if not done:
            return
        model_attempt = max(done[at % len(done) :], key=lambda own: any(entry.outcome == "late" for entry in own.log))
        self.reopen(done.index(model_attempt), minutes)
        late = [entry.question for entry in model_attempt.log if entry.outcome == "late"]
        number = list(self.rows.values()).index(model_attempt)
        self.answer(number, late[-1] if late else "one", given, 0, False)
        self.submit_attempt(number)
        if is_accepted:
            self.accept_late(self.done().index(model_attempt))

    @rule(at=pick, given=place, is_taken_back=st.booleans())
    def work_longer(self, at: int, given: int, is_taken_back: bool) -> None:
        """Extend an open attempt, answer after the close of the class, and perhaps remove the extension."""
        ending = [own for own in self.rows.values() if own.is_running(self.now) and own.model_assignment.closes]
        if not ending:
            return
        model_attempt = ending[at % len(ending)]
        model_assignment = next(
            number
            for number, own in enumerate(self.model_assignments.values())
            if own is model_attempt.model_assignment
        )
        who = next(number for number, own in enumerate(self.school.students) if own.pk == model_attempt.student)
        self.extend(model_assignment, who, DAY, 0)
        if (
            model_attempt.model_assignment.closes
            and model_attempt.ends
            and model_attempt.model_assignment.closes < model_attempt.ends
        ):
            self.now = max(self.now, model_attempt.model_assignment.closes + 2 * MINUTE)
        self.answer(list(self.rows.values()).index(model_attempt), "some", given, 0, False)
        if is_taken_back:
            self.wait(1)
            self.extend(model_assignment, who, None, 0)

    @rule(at=pick, question=questions, policy=policies, key=place, given=place)
    def correct_and_undo(self, at: int, question: str, policy: str, key: int, given: int) -> None:
        """Regrade a question, answer and submit, and undo the regrade."""
        before = len(self.previews)
        self.correct(at, question, policy, key, True)
        self.answer_open(at, question, given)
        self.submit_attempt(at)
        if self.previews[before].get("is_sent"):
            group = self.previews[before]["model_regrade"].group
            self.undo(self.groups().index(group))
            self.note("undone after later answers")
