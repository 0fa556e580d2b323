"""What students do with an attempt and what teachers decide about it, as rules of the state machine."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from quizzes.attempts import answers, lifecycle
from quizzes.attempts.answers import save_answer
from quizzes.content.editions import published
from quizzes.grading import manual_grades, regrades
from quizzes.grading.regrades import StalePreview
from quizzes.models import Edition, Question
from tests.factories import loaded
from tests.integration.state_machine_machine import TermsMachine, anyone, pick
from tests.integration.state_machine_model import GIVEN, MINUTE, NEW_KEYS, POINTS, Refused, Ruling, Sitting, Task, total

questions = st.sampled_from(sorted(POINTS))
place = st.integers(0, 4)
policies = st.sampled_from(["new_key", "either_key", "drop", "full_credit"])


class AttemptsMachine(TermsMachine):
    """Students at work, and teachers who accept, reopen, mark and correct."""

    # --- Students -------------------------------------------------------------------------------------------------

    @rule(at=pick, who=anyone)
    def begin(self, at: int, who: int) -> None:
        """Press Begin, and press it again."""
        row, task = self.assignment(at)
        student = self.school.students[who]
        overdue = [sitting for sitting in self.ledger.of(task, student.pk) if self.is_overdue(sitting)]
        try:
            sitting = self.ledger.begin(task, student.pk, self.now)
        except Refused as refused:
            self.refuses(getattr(lifecycle, str(refused)), lambda: lifecycle.start_attempt(student, row, now=self.now))
            self.note(str(refused))
        else:
            made = lifecycle.start_attempt(student, row, now=self.now)
            assert lifecycle.start_attempt(student, row, now=self.now).pk == made.pk
            self.note("begun anew" if made.pk not in self.rows else "begun already")
            self.rows.setdefault(made.pk, sitting)
            assert self.rows[made.pk] is sitting
        for sitting in overdue:
            self.submitted(sitting)

    @rule(at=pick, question=questions, given=place, behind=st.sampled_from([0, 0, 1]), again=st.booleans())
    def answer(self, at: int, question: str, given: int, behind: int, again: bool) -> None:
        """Save an answer on any attempt, from a page that saw it `behind` revisions ago; perhaps send it twice."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        sitting = chosen[1]
        _, revision = sitting.answers.get(question, (None, 0))
        sent = {
            "question": question,
            "value": GIVEN[question][given % len(GIVEN[question])],
            "operation": f"operation-{len(self.sent)}",
            "seen": max(0, revision - behind),
        }
        self.sent.append({**sent, "sitting": sitting})
        self.note(self.send(sitting, **sent))
        if again:
            self.send(sitting, **sent)

    # Answers are what everything else is about, so they come in three rules.
    @rule(at=pick, question=questions, given=place)
    def answer_open(self, at: int, question: str, given: int) -> None:
        """Save an answer on an attempt that is open."""
        open_ones = [number for number, own in enumerate(self.rows.values()) if own.submitted is None]
        if open_ones:
            self.answer(open_ones[at % len(open_ones)], question, given, 0, False)

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0, 30), is_newer=st.booleans())
    def repeat(self, at: int, is_newer: bool) -> None:
        """Send an old save again, as it was or as a page that has seen what came since."""
        old = dict(self.sent[at % len(self.sent)])
        sitting: Sitting = old.pop("sitting")
        if is_newer:
            old["seen"] = sitting.answers.get(old["question"], (None, 0))[1]
        logged = len(sitting.log)
        self.send(sitting, **old)
        assert len(sitting.log) == logged
        self.note("repeated")

    def send(self, sitting: Sitting, *, question: str, value: Any, operation: str, seen: int) -> str:
        """Send one save; the reply must be what the ledger says."""
        row = self.row_of(sitting)
        self.touched = sitting
        expected = self.ledger.save(sitting, question, value, operation=operation, seen=seen, now=self.now)
        question_id = published(row.assignment.edition_id).question_ids[question]
        sent: dict[str, Any] = {"operation": operation, "seen_revision": seen, "now": self.now}
        reply = save_answer(row, question_id, value, **sent)
        assert (reply.outcome, reply.revision, reply.value) == expected
        return reply.outcome

    @rule(at=pick, question=questions)
    def check(self, at: int, question: str) -> None:
        """Ask for the verdict of one answer."""
        chosen = self.attempt(at, open_only=True)
        if chosen is None:
            return
        row, sitting = chosen

        def ask() -> None:
            question_id = published(row.assignment.edition_id).question_ids[question]
            answers.check_answer(loaded(row), question_id, now=self.now)

        try:
            self.ledger.check(sitting, question, self.now)
        except Refused as refused:
            self.refuses(getattr(answers, str(refused)), ask)
        else:
            ask()

    @rule(at=pick)
    def submit_attempt(self, at: int) -> None:
        """Hand in, and hand in again."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        row, sitting = chosen
        was_open = sitting.submitted is None
        lifecycle.submit_attempt(row, now=self.now)
        if was_open:
            self.submitted(sitting)
        else:
            self.note("handed in again")

    # --- Teachers -------------------------------------------------------------------------------------------------

    @rule(at=pick)
    def accept_late(self, at: int) -> None:
        """Let late answers count, and press it again."""
        chosen = self.attempt(at, done_only=True)
        if chosen is None:
            return
        row, sitting = chosen
        late = [entry for entry in sitting.log if entry.outcome == "late"]
        if any(sitting.given_at.get(entry.question, entry.at) > entry.at for entry in late):
            self.note("late answer older than the saved one")
        count = self.ledger.accept_late(sitting, self.now)
        assert answers.accept_late(row, by=self.teacher, now=self.now) == count
        assert answers.accept_late(self.row_of(sitting), by=self.teacher, now=self.now) == 0
        if count:
            self.note("late accepted")

    @rule(at=pick, minutes=st.sampled_from([0, 0, 5, 90]))
    def reopen(self, at: int, minutes: int) -> None:
        """Let a student go on with what was handed in."""
        chosen = self.attempt(at, done_only=True)
        if chosen is None:
            return
        row, sitting = chosen

        def act() -> None:
            more = timedelta(minutes=minutes) if minutes else None
            lifecycle.reopen(row, more_time=more, reason="The tablet died.", by=self.teacher, now=self.now)

        try:
            self.ledger.reopen(sitting, minutes * MINUTE, self.now)
        except Refused as refused:
            self.note(str(refused))
            self.refuses(getattr(lifecycle, str(refused)), act)
        else:
            self.note("reopened")
            act()

    @rule(at=pick, question=questions, tenths=st.sampled_from([0, 5, 10]))
    def mark(self, at: int, question: str, tenths: int) -> None:
        """Give one answer a mark by hand, and send the form again."""
        chosen = self.attempt(at)
        if chosen is None:
            return
        row, sitting = chosen
        points = Decimal(POINTS[question]) * tenths / 10
        asked = Question.objects.get(edition=row.assignment.edition_id, key=question)
        for _ in range(2):
            manual_grades.grade_answer(row, asked, points=points, comment="Read it.", by=self.teacher, now=self.now)
        sitting.marks[question] = points
        if any(made.question == question and not made.undone for made in sitting.task.rulings):
            self.note("marked after a correction")

    @rule(at=pick, question=questions, policy=policies, key=place, is_sent=st.sampled_from([True, True, False]))
    def correct(self, at: int, question: str, policy: str, key: int, is_sent: bool) -> None:
        """Look at what a correction would do; send it at once, or keep the page open."""
        row, _ = self.assignment(at)
        edition = Edition.objects.get(pk=row.edition_id)
        asked = Question.objects.get(edition=edition, key=question)
        right = NEW_KEYS[question][key % len(NEW_KEYS[question])] if policy in {"new_key", "either_key"} else None
        document = None if right is None else regrades.corrected_document(edition, asked, right)
        reached = regrades.affected_assignments(edition, by=self.teacher)
        shown = regrades.preview(reached, asked, policy=policy, document=document)
        ruling = Ruling(str(uuid.uuid4()), question, policy, right)
        tasks = [self.tasks[assignment.pk] for assignment in reached]
        self.check_preview(shown, tasks, ruling)
        page = {"asked": asked, "document": document, "ruling": ruling, "stamp": shown.stamp, "edition": edition}
        self.previews.append({**page, "state": self.state_of(tasks)})
        if is_sent:
            self.send_correction(len(self.previews) - 1)

    @precondition(lambda self: self.previews)
    @rule(at=pick)
    def send_correction(self, at: int) -> None:
        """Send a correction from its preview, which may be old, or have been sent."""
        page = self.previews[at % len(self.previews)]
        ruling, edition = page["ruling"], page["edition"]
        reached = regrades.affected_assignments(edition, by=self.teacher)
        tasks = [self.tasks[assignment.pk] for assignment in reached]

        def act() -> None:
            regrades.apply(
                reached,
                page["asked"],
                policy=ruling.policy,
                document=page["document"],
                reason="The key was wrong.",
                stamp=page["stamp"],
                group=uuid.UUID(ruling.group),
                by=self.teacher,
                now=self.now,
            )

        if page.get("is_sent"):
            self.note("correction sent again")
            act()
            return
        if self.state_of(tasks) != page["state"]:
            self.note("stale preview")
            self.refuses(StalePreview, act)
            return
        act()
        page["is_sent"] = True
        for task in tasks:
            task.rulings.append(Ruling(ruling.group, ruling.question, ruling.policy, ruling.key))
        self.note_correction(tasks, ruling)

    @precondition(lambda self: any(task.rulings for task in self.tasks.values()))
    @rule(at=pick)
    def undo(self, at: int) -> None:
        """Take a correction back, and press it again."""
        groups = self.groups()
        group = groups[at % len(groups)]
        before = self.scores()
        for task in self.tasks.values():
            for ruling in task.rulings:
                if ruling.group == group:
                    self.note("undone again" if ruling.undone else "undone")
                    ruling.undone = True
        after = self.scores()
        changed = sum(before[number] != after[number] for number in before)
        assert regrades.undo(uuid.UUID(group), by=self.teacher, now=self.now) == changed
        assert regrades.undo(uuid.UUID(group), by=self.teacher, now=self.now) == 0
        if changed:
            self.note("undone with scores changed")

    # --- What rules share -----------------------------------------------------------------------------------------

    def groups(self) -> list[str]:
        """The corrections that were made, in order."""
        return list(dict.fromkeys(ruling.group for task in self.tasks.values() for ruling in task.rulings))

    def scores(self) -> dict[int, tuple[Decimal, int]]:
        """What each handed-in attempt is worth, by attempt id."""
        return {pk: self.ledger.score(own) for pk, own in self.rows.items() if own.submitted is not None}

    def state_of(self, tasks: list[Task]) -> Any:
        """What a preview rests on: the scores of these assignments and the corrections in force."""
        scores = {pk: points for pk, (points, _) in self.scores().items() if self.rows[pk].task in tasks}
        in_force = [[ruling.group for ruling in task.rulings if not ruling.undone] for task in tasks]
        # An assignment that nobody has done yet, given since, changes nothing that was shown.
        return scores, [groups for groups in in_force if groups]

    def check_preview(self, shown: regrades.Preview, tasks: list[Task], ruling: Ruling) -> None:
        """The counts of a preview are those of the ledger."""
        own = [sitting for sitting in self.ledger.sittings if sitting.task in tasks]
        done = [sitting for sitting in own if sitting.submitted is not None]
        changes = [self.worth(sitting, ruling) - self.ledger.score(sitting)[0] for sitting in done]
        assert (shown.attempt_count, shown.open_count) == (len(done), len(own) - len(done))
        assert shown.gain_count == sum(change > 0 for change in changes)
        assert shown.lose_count == sum(change < 0 for change in changes)
        assert shown.grades_kept == sum(ruling.question in sitting.marks for sitting in done)

    def worth(self, sitting: Sitting, ruling: Ruling) -> Decimal:
        """What an attempt would be worth with one more correction."""
        in_force = [made for made in sitting.task.rulings if not made.undone]
        return total(
            self.ledger.editions[sitting.task.edition],
            {question: value for question, (value, _) in sitting.answers.items()},
            [(made.question, made.policy, made.key) for made in [*in_force, ruling]],
            sitting.marks,
        )[0]

    def note_correction(self, tasks: list[Task], ruling: Ruling) -> None:
        """Count what a correction met."""
        self.note(f"corrected: {ruling.policy}")
        for sitting in self.ledger.sittings:
            if sitting.task not in tasks:
                continue
            self.note("corrected with attempts " + ("open" if sitting.submitted is None else "handed in"))
            if sitting.submitted is None and sitting.receipts:
                self.note("corrected while reopened")
            if ruling.question in sitting.marks:
                self.note("corrected after a mark")
