"""The score on one objective and its level: got it, almost, or not yet."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from quizzes.content.set_document import Objective

# Levels of an objective: got it from 80 %, not yet below 50 %.
GOT_IT_SHARE, NOT_YET_SHARE = Fraction(4, 5), Fraction(1, 2)

Level = Literal["got_it", "almost", "not_yet"]


@dataclass(frozen=True, slots=True)
class ObjectiveScore:
    """Points earned and possible on one objective, at least 1 possible."""

    objective: Objective
    earned: Fraction
    points: int

    @property
    def share(self) -> Fraction:
        """Points earned as a share of the points possible, 0 to 1."""
        return self.earned / self.points

    @property
    def level(self) -> Level:
        """Got it from 80 %, not yet below 50 %, almost between."""
        if self.share >= GOT_IT_SHARE:
            return "got_it"
        return "not_yet" if self.share < NOT_YET_SHARE else "almost"
