"""How time passes."""

from datetime import timedelta

from tests.factories import NOW
from tools.simulate.state import State


class Clock(State):
    """Actions that change the moment of the next ones."""

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
        stored += [own.paused for own in self.ledger.model_assignments if own.paused]
        stored += [own.submitted[0] for own in self.ledger.model_attempts if own.submitted]
        earlier = self.now - timedelta(seconds=self.random.choice([1, 30, 300]))
        self.now = max([earlier, NOW, *stored])
