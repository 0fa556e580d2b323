"""One episode: a class with up to 3 quizzes, and steps drawn from a seed. Its rows are rolled back."""

from collections import Counter

from django.db import transaction

from quizzes.caches import clear_all
from tools.simulate.checks import check_at_rest, check_gradebook
from tools.simulate.clock import Clock
from tools.simulate.state import GaveUp, World
from tools.simulate.student_actions import StudentActions
from tools.simulate.teacher_actions import TeacherActions

EPISODE_STEPS = 200
# Comparing everything takes 10 times as long as a step. Each step compares what it touched.
STEPS_BETWEEN_CHECKS = 20
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
    "undo_late": 3,
    "reopen": 6,
    "grade": 3,
    "regrade": 3,
    "undo_regrade": 2,
    "change": 2,
    "start_quiz": 2,
    "pause": 3,
    "resume": 4,
    "extend": 4,
    "add_minutes": 3,
    "accommodate": 2,
    "excuse": 2,
    "merge": 2,
    "wait": 8,
    "wait_for_a_deadline": 4,
    "set_clock_back": 2,
}


class Failure(AssertionError):
    """Site and model differ. The message has the seed, the step and the action."""

    def __init__(self, seed: int, message: str) -> None:
        super().__init__(f"SEED={seed}: {message}")
        self.seed = seed


class Episode(StudentActions, TeacherActions, Clock):
    """The steps of one seed."""

    def run(self, steps: int) -> None:
        """Run the steps, and roll back. Raises Failure."""
        clear_all()
        with transaction.atomic():
            action = "start"
            step = 0
            try:
                for step in range(1, steps + 1):
                    action = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
                    self.step(action, is_full=step % STEPS_BETWEEN_CHECKS == 0)
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


def simulate(steps: int, seed: int) -> Counter[str]:
    """Run episodes of EPISODE_STEPS with the seeds from `seed` up; what happened. Raises Failure at the first fault."""
    world, counts = World(), Counter[str]()
    for number, done in enumerate(range(0, steps, EPISODE_STEPS)):
        Episode(world, seed + number, counts).run(min(EPISODE_STEPS, steps - done))
    return counts
