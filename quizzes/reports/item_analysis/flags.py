"""The flags of a question: problems that a teacher should check, each with its reason. No figure alone is a flag."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import sqrt

from quizzes.content.question_types.question import Option
from quizzes.reports.item_analysis.figures import ChoiceFigures, Flag, ItemFigures

# Swineford, F. (1974), "The test analysis manual", ETS SR-74-06: a test is speeded unless 80 % reach its last question.
NOT_REACHED_SHARE = Fraction(1, 5)

# A wrong choice is flagged as unused only with this many wrong answers. With fewer, no answer for it may be chance.
MIN_WRONG_ANSWERS = 10


def find_flags(figures: ItemFigures) -> Iterator[Flag]:
    """The flags of a question that has all its figures, the most serious first."""
    yield from _key_flags(figures.choices)
    # One standard error of a correlation whose true value is 0. A smaller value is noise.
    noise = 1 / sqrt(figures.attempt_count - 1)
    if figures.discrimination is not None and figures.discrimination < -noise:
        yield Flag(
            "discrimination",
            "strong students did worse on this: check the answer and wording",
        )
    chance = figures.item.chance_share
    if chance is not None and figures.facility is not None and figures.facility <= chance:
        yield Flag("chance", "no better than guessing: check the answer, or reteach")
    wrong = [choice for choice in figures.choices if not choice.option.right and choice.option.listed]
    for group in dict.fromkeys(choice.option.group for choice in wrong):
        in_group = [choice for choice in wrong if choice.option.group == group]
        count = sum(choice.count for choice in in_group)
        for choice in in_group:
            if not choice.count and count >= MIN_WRONG_ANSWERS:
                yield Flag("unused", f"no one chose {_named(choice.option)}: try a likelier wrong answer")
    if figures.not_reached_count > NOT_REACHED_SHARE * figures.attempt_count:
        yield Flag(
            "not_reached",
            f"{figures.not_reached_count} of {figures.attempt_count} did not get this far: allow more time",
        )


def _key_flags(choices: Sequence[ChoiceFigures]) -> Iterator[Flag]:
    """A flag for each wrong option that most of the upper group gave, and more of it than the right option."""
    for choice in choices:
        right = [other for other in choices if other.option.right and other.option.group == choice.option.group]
        if choice.option.right or choice.upper_share is None or not right:
            continue
        least_chosen = min(right, key=lambda other: other.upper_share or 0.0)
        if choice.upper_share > max(0.5, least_chosen.upper_share or 0.0):
            yield Flag("key", f"strong students chose {_named(choice.option)}: check the answer")


def _named(option: Option) -> str:
    return option.text if option.group else f"“{option.text}”"
