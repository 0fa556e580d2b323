"""Whole stories as single rules, so that a program of fifty steps gets far; and what must hold after every step."""

import pickle
import sys
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.integration.state_machine_attempts import AttemptsMachine, place, policies, questions
from tests.integration.state_machine_checks import check_at_rest, check_gradebook, check_notices, check_stored
from tests.integration.state_machine_machine import DAY, anyone, closes_after, limits, pick
from tests.integration.state_machine_model import MINUTE, POINTS

all_four = st.tuples(place, place, place, place)
releases = st.sampled_from(["at_once", "after_hand_in"])


class FairSchool(AttemptsMachine):
    """Everything that happens between a draft and a score."""

    @initialize(limit=limits, closes=closes_after, release=releases, given=all_four)
    def start(self, limit: timedelta | None, closes: timedelta | None, release: str, given: tuple[int, ...]) -> None:
        """One assignment; one student has handed in, one is at work."""
        self.assign(0, limit, closes, 2, "best", release, 0)
        self.sit(0, 0, given, True)
        self.sit(0, 1, given, False)

    @invariant()
    def is_fair(self) -> None:
        """What is stored and shown is what the ledger says; where neither changed, that was seen a step before."""
        state = self.writes, pickle.dumps((self.ledger, self.rows))
        if state == self.seen_fair:
            return
        check_stored(self.ledger, self.rows, self.documents)
        check_gradebook(self.school.classroom, self.ledger, self.tasks, now=self.now)
        if self.touched is not None:
            check_notices(self.ledger, self.row_of(self.touched), self.touched)
        self.changes += 1
        # It looks at what was looked at above in its own way, so not every time.
        if self.changes % 5 == 0:
            check_at_rest(self.documents)
        self.seen_fair = state

    def teardown(self) -> None:
        """Once more, and leave nothing behind."""
        try:
            # What went wrong in a step is not to be hidden by what follows from it.
            if sys.exception() is None:
                check_at_rest(self.documents)
        finally:
            super().teardown()

    # --- Stories ----------------------------------------------------------------------------------------------------

    @rule(at=pick, who=anyone, given=all_four, is_submitted=st.booleans())
    def sit(self, at: int, who: int, given: tuple[int, ...], is_submitted: bool) -> None:
        """Do an assignment: begin or go on, answer every question, and perhaps hand in."""
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
        """Reopen an attempt; its student answers what had come late once more, hands in again, and late ones count."""
        done = self.done()
        if not done:
            return
        sitting = max(done[at % len(done) :], key=lambda own: any(entry.outcome == "late" for entry in own.log))
        self.reopen(done.index(sitting), minutes)
        late = [entry.question for entry in sitting.log if entry.outcome == "late"]
        number = list(self.rows.values()).index(sitting)
        self.answer(number, late[-1] if late else "one", given, 0, False)
        self.submit_attempt(number)
        if is_accepted:
            self.accept_late(self.done().index(sitting))

    @rule(at=pick, given=place, is_taken_back=st.booleans())
    def work_longer(self, at: int, given: int, is_taken_back: bool) -> None:
        """A student at work gets an extension, answers after the class's close, and perhaps it is taken back."""
        ending = [own for own in self.rows.values() if self.is_running(own) and own.task.closes]
        if not ending:
            return
        sitting = ending[at % len(ending)]
        task = next(number for number, own in enumerate(self.tasks.values()) if own is sitting.task)
        who = next(number for number, own in enumerate(self.school.students) if own.pk == sitting.student)
        self.extend(task, who, DAY, 0)
        if sitting.task.closes and sitting.ends and sitting.task.closes < sitting.ends:
            self.now = max(self.now, sitting.task.closes + 2 * MINUTE)
        self.answer(list(self.rows.values()).index(sitting), "some", given, 0, False)
        if is_taken_back:
            self.wait(1)
            self.extend(task, who, None, 0)

    @rule(at=pick, question=questions, policy=policies, key=place, given=place)
    def correct_and_undo(self, at: int, question: str, policy: str, key: int, given: int) -> None:
        """A key is corrected, students go on and hand in, and the correction is taken back."""
        before = len(self.previews)
        self.correct(at, question, policy, key, True)
        self.answer_open(at, question, given)
        self.submit_attempt(at)
        if self.previews[before].get("is_sent"):
            group = self.previews[before]["ruling"].group
            self.undo(self.groups().index(group))
            self.note("undone after later answers")
