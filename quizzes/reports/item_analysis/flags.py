"""The flags of a question: problems that a teacher should check, each with its reason. No figure alone is a flag.

A set has many questions, and with 10 attempts each figure varies by chance. So each test gets stricter with the number
of questions: of sound sets, at most 5 % get any false flag. `python -m tools.false_flags` counts them.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import atanh, ceil, exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

from quizzes.content.question_types.results import Option
from quizzes.phrases import gettext, quoted
from quizzes.reports.item_analysis.figures import ChoiceFigures, Flag, ItemFigures

# Swineford, F. (1974), "The test analysis manual", ETS SR-74-06: a test is speeded unless 80 % reach its last question.
NOT_REACHED_SHARE = Fraction(1, 5)

# The level of each test, divided by the number of such tests in the set (Bonferroni). A sound question is far from the
# boundary that the tests for key and chance assume, so these levels are above 5 %. The simulation chose them: with them
# at most 3 % of sound sets get a false flag, and most wrong keys are found.
KEY_LEVEL, DISCRIMINATION_LEVEL, CHANCE_LEVEL, UNUSED_LEVEL = 2.0, 0.04, 0.5, 0.01
# A sound question is answered at least this much better than by guessing.
BETTER_THAN_CHANCE = 0.1
# A wrong choice that tempts anyone is at least this share of the wrong answers.
TEMPTING_SHARE = 0.1


def find_flags(figures: ItemFigures, *, question_count: int) -> Iterator[Flag]:
    """The flags of a question that has all its figures, the most serious first. question_count: of the set."""
    yield from _key_flags(figures.choices, question_count)
    if figures.discrimination is not None and _is_negative(
        figures.discrimination, figures.attempt_count, DISCRIMINATION_LEVEL / question_count
    ):
        yield Flag(
            "discrimination",
            gettext("strong students did worse on this: check the answer and wording"),
        )
    chance = figures.item.chance_share
    if chance is not None and figures.facility is not None:
        right = ceil(figures.facility * figures.attempt_count - 1e-9)
        least = min(1.0, chance + BETTER_THAN_CHANCE)
        if at_most(right, figures.attempt_count, least) <= CHANCE_LEVEL / question_count:
            yield Flag("chance", gettext("no better than guessing: check the answer, or reteach"))
    wrong = [choice for choice in figures.choices if not choice.option.right and choice.option.listed]
    for group in dict.fromkeys(choice.option.group for choice in wrong):
        in_group = [choice for choice in wrong if choice.option.group == group]
        count = sum(choice.count for choice in in_group)
        for choice in in_group:
            if not choice.count and (1 - TEMPTING_SHARE) ** count <= UNUSED_LEVEL / (question_count * len(wrong)):
                yield Flag(
                    "unused",
                    gettext("no one chose {option}: try a likelier wrong answer").format(option=_named(choice.option)),
                )
    if figures.not_reached_count > NOT_REACHED_SHARE * figures.attempt_count:
        yield Flag(
            "not_reached",
            gettext("{not_reached_count} of {attempt_count} didn’t get this far: allow more time").format(
                not_reached_count=figures.not_reached_count, attempt_count=figures.attempt_count
            ),
        )


def _key_flags(choices: Sequence[ChoiceFigures], question_count: int) -> Iterator[Flag]:
    """A flag for each wrong option that most of the upper group gave, and the class far more often than the key."""
    wrong_count = sum(not choice.option.right for choice in choices)
    for choice in choices:
        right = [other for other in choices if other.option.right and other.option.group == choice.option.group]
        if choice.option.right or choice.upper_share is None or not right:
            continue
        least_chosen = min(right, key=lambda other: (other.upper_share or 0.0, other.count))
        is_upper = choice.upper_share > max(0.5, least_chosen.upper_share or 0.0)
        if not is_upper:
            continue
        # The sign test: of those who gave one of the two, each as likely as the other.
        by_chance = at_most(least_chosen.count, least_chosen.count + choice.count, 0.5)
        if by_chance <= KEY_LEVEL / (question_count * wrong_count):
            named = _named(choice.option)
            reason = gettext("strong students chose {option}: check the answer").format(option=named)
            yield Flag("key", reason, (named,))


def _is_negative(correlation: float, attempt_count: int, level: float) -> bool:
    """Whether the correlation is below 0 by more than chance.

    Source: Fisher's z, Snedecor and Cochran, Statistical Methods (1989), 10.7: atanh(r) has the error 1 / sqrt(n - 3).
    """
    within = max(-0.999999, min(0.999999, correlation))
    return atanh(within) * sqrt(attempt_count - 3) < NormalDist().inv_cdf(level)


def at_most(successes: int, trials: int, share: float) -> float:
    """The binomial probability of at most so many successes. By logarithms: 1,030 trials have more ways than a float.

    share: of successes, above 0 and at most 1.
    """
    if share >= 1:
        return float(successes >= trials)

    log_share, log_rest, log_all = log(share), log1p(-share), lgamma(trials + 1)

    def log_probability(count: int) -> float:
        ways = log_all - lgamma(count + 1) - lgamma(trials - count + 1)
        return ways + count * log_share + (trials - count) * log_rest

    return sum(exp(log_probability(count)) for count in range(successes + 1))


def _named(option: Option) -> str:
    return option.text if option.group else quoted(option.text)
