"""What all actions of an episode share: rows, model, how a request goes to site and model, how they are compared."""

import random
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

from quizzes.caches import clear_all
from quizzes.content.editions import published
from quizzes.models import Answer, AnswerEvent, Attempt, Edition, Student, User
from tests.factories import NOW, make_classroom, make_edition, make_student, make_user
from tools.simulate.checks import check_attempt, check_stored
from tools.simulate.death import Died, death_before
from tools.simulate.model import Ledger
from tools.simulate.model_rows import FIRST_KEYS, MINUTE, ModelAssignment, ModelAttempt, Refused

STUDENTS = 3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The share of actions in which the process dies. It dies before one of this many queries.
DEATHS, LAST_QUERY = 0.15, 14


class GaveUp(Exception):
    """The process died, and no one sent the request again."""


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


class State:
    """Site and model during the episode of one seed. counts: of actions and of outcomes."""

    def __init__(self, world: World, seed: int, counts: Counter[str]) -> None:
        self.world, self.seed, self.counts = world, seed, counts
        self.random = random.Random(seed)
        self.now = NOW
        self.ledger = Ledger()
        self.ledger.editions.append(dict(FIRST_KEYS))
        self.rows: dict[int, ModelAttempt] = {}
        self.model_assignments: dict[int, ModelAssignment] = {}
        self.sent: list[Sent] = []
        # By attempt id and window: the revision that it shows of each question.
        self.windows: dict[tuple[int, int], Counter[str]] = {}
        # The ids of the attempts to compare after this step, or all.
        self.touched: set[int] = set()
        self.is_all_touched = False

    # --- Send to the site, and to the model -----------------------------------------------------------------------

    def site(
        self, act: Callable[[], Any], refusals: ModuleType | None = None, *, partly: list[ModelAttempt] | None = None
    ) -> tuple[str, Any]:
        """("ok", result) or (name of the refusal, None). The process may die during it.

        Then the request is mostly sent again. Otherwise it raises GaveUp. partly: attempts that a request submits one
        by one, so that only some may be submitted when the process dies.
        """
        if self.random.random() < DEATHS:
            try:
                # Half of the deaths come before one of the first 3 queries.
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
        """("ok", result) or (name of the refusal, None), from the model."""
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
        """Compare one attempt: its row, answers, the outcomes in its log, and its score."""
        # Not `self.row(pk)`: its joins take time at every step, and this needs neither assignment nor student.
        row, model = Attempt.objects.get(pk=pk), self.rows[pk]
        check_attempt(row, model)
        ids = published(self.world.edition.pk).question_ids
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
        """Check that a dead process left nothing half done. partly: each of these is submitted or still open."""
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
        """One of the attempts; None if there is none. mostly_open: in 4 of 5 cases an open one. is_done: submitted."""
        made = [(pk, own) for pk, own in self.rows.items() if own.submitted is not None or not is_done]
        if mostly_open and self.random.random() < 0.8:
            made = [(pk, own) for pk, own in made if own.submitted is None] or made
        if not made:
            return None
        found = self.random.choice(made)
        self.touched.add(found[0])
        return found

    def some_close(self) -> timedelta | None:
        """A random time until the close; None for no close."""
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

    def note_receipt(self, model_attempt: ModelAttempt) -> None:
        """Store the receipt of a new submission in the model, once."""
        pk = next(pk for pk, own in self.rows.items() if own is model_attempt)
        receipt = Attempt.objects.values_list("receipt", flat=True).get(pk=pk)
        if receipt is not None and receipt not in model_attempt.receipts:
            model_attempt.receipts.append(receipt)
        self.touched.add(pk)
