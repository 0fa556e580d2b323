"""`python -m tools.growth [--classes 4000] [--seed 1]`: how often the interval of growth holds, as a table.

Each simulated class has students of different ability who grow by different amounts, 4 objectives of 2 questions in
each form, and a form B that is harder than form A. Answers follow the three-parameter logistic model (guessing 0.25).
The true growth is the mean over 200,000 students. Needs no database.
"""

import argparse
import math
import random
import sys
from collections.abc import Sequence
from statistics import fmean

from quizzes.reports.growth_figures import growth_figure

SIZES = (12, 16, 20, 24, 30, 36)
# Difficulties of the 2 questions of each objective, in logits. Form B is harder by HARDER.
OBJECTIVES = ((-1.0, 0.0), (-0.5, 0.5), (0.0, 1.0), (-1.5, 1.5))
HARDER, GUESSING, GROWTH_SPREAD = 0.4, 0.25, 0.3
TRUTH_SIZE = 200_000


def share(ability: float, difficulties: Sequence[float], chance: random.Random) -> float:
    """The share of these questions that a student gets right."""
    right = sum(
        chance.random() < GUESSING + (1 - GUESSING) / (1 + math.exp(difficulty - ability))
        for difficulty in difficulties
    )
    return right / len(difficulties)


def differences(growth: float, is_a_first: bool, chance: random.Random) -> list[float]:
    """After minus before of one student: of each objective, and of all questions together."""
    ability = chance.gauss(0, 1)
    later = ability + chance.gauss(growth, GROWTH_SPREAD if growth else 0)
    changes = []
    for difficulties in OBJECTIVES:
        harder = [difficulty + HARDER for difficulty in difficulties]
        before, after = (difficulties, harder) if is_a_first else (harder, difficulties)
        changes.append(share(later, after, chance) - share(ability, before, chance))
    return [*changes, fmean(changes)]


def simulate(growth: float, size: int, classes: int, truth: Sequence[float], chance: random.Random) -> list[float]:
    """Coverage by objective, coverage of the total, and how often the page says that the total has grown."""
    covered, found, counted = [0] * (len(OBJECTIVES) + 1), 0, [0] * (len(OBJECTIVES) + 1)
    for _ in range(classes):
        halves = [[differences(growth, is_a, chance) for _ in range(size // 2)] for is_a in (True, False)]
        for place, true_growth in enumerate(truth):
            figure = growth_figure(*([one[place] for one in half] for half in halves))
            if figure is None:
                continue
            counted[place] += 1
            covered[place] += figure.low <= true_growth <= figure.high
            found += place == len(OBJECTIVES) and figure.low > 0
    return [hits / count for hits, count in zip(covered, counted, strict=True)] + [found / classes]


def main() -> int:
    """Print the table; 1 if a coverage is outside 93 to 97 %."""
    parser = argparse.ArgumentParser(description="How often the interval of growth holds.")
    parser.add_argument("--classes", type=int, default=4_000, help="simulated classes for each row")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance, is_good = random.Random(arguments.seed), True
    sys.stdout.write(
        "| growth in logits | students | by objective, least and most | all questions | page says “more” |\n"
    )
    sys.stdout.write("| --- | --- | --- | --- | --- |\n")
    for growth in (0.0, 0.5, 1.0):
        halves = [[differences(growth, is_a, chance) for _ in range(TRUTH_SIZE // 2)] for is_a in (True, False)]
        truth = [fmean(fmean(one[place] for one in half) for half in halves) for place in range(len(OBJECTIVES) + 1)]
        for size in SIZES:
            *by_objective, total, found = simulate(growth, size, arguments.classes, truth, chance)
            is_good &= all(0.93 <= coverage <= 0.97 for coverage in (*by_objective, total))
            least, most = min(by_objective), max(by_objective)
            sys.stdout.write(f"| {growth} | {size} | {least:.1%} to {most:.1%} | {total:.1%} | {found:.1%} |\n")
            sys.stdout.flush()
    sys.stdout.write(f"{arguments.classes:,} classes a row, seed {arguments.seed}: ")
    sys.stdout.write("every coverage is 93 to 97 %\n" if is_good else "a coverage is outside 93 to 97 %\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
