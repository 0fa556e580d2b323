"""`python -m tools.false_flags [--sets 2000] [--seed 1]`: how often item analysis flags a question of a sound set.

Each simulated set has 5, 8, or 16 single choices with 4 answers after the three-parameter logistic model: guessing
0.25, discrimination 0.8 to 2, a share of right answers of 35 to 95 %, and wrong answers that tempt 1, 2, and 3 of 6
students who do not know. Everyone reaches the end. A second column gives the first question of each set a wrong key,
the most tempting wrong answer, and counts how often that question gets a flag. Needs no database.
"""

import argparse
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quizzes.content.question_types.results import Option
from quizzes.reports.item_analysis.analysis import Order, analyze_columns
from quizzes.reports.item_analysis.figures import Column, DistinctAnswer, Figures, Item

ATTEMPTS, QUESTIONS = (10, 12, 15, 20, 25, 30), (5, 8, 16)
LIMIT = 0.05
CHOICES = "abcd"
GUESSING, TEMPTING = 0.25, (1, 2, 3)
NODES = [node / 10 for node in range(-40, 41)]


@dataclass(frozen=True, slots=True)
class SoundQuestion:
    """A question whose right answer is “a”. order: the wrong answers, the least tempting first."""

    slope: float
    difficulty: float
    order: tuple[str, ...]

    def right_share(self, ability: float) -> float:
        """The probability of the right answer."""
        return GUESSING + (1 - GUESSING) / (1 + math.exp(-self.slope * (ability - self.difficulty)))

    def facility(self) -> float:
        """The probability over students of standard normal ability."""
        weights = [math.exp(-node * node / 2) for node in NODES]
        shares = [self.right_share(node) for node in NODES]
        return sum(weight * share for weight, share in zip(weights, shares, strict=True)) / sum(weights)

    def answer(self, ability: float, chance: random.Random) -> str:
        """The answer of one student."""
        if chance.random() < self.right_share(ability):
            return "a"
        return chance.choices(self.order, TEMPTING)[0]


def sound_question(chance: random.Random) -> SoundQuestion:
    """A question with a share of right answers of 35 to 95 %."""
    while True:
        order = tuple(chance.sample(CHOICES[1:], 3))
        question = SoundQuestion(chance.uniform(0.8, 2), chance.gauss(-0.5, 1), order)
        if 0.35 <= question.facility() <= 0.95:
            return question


def answers(questions: list[SoundQuestion], attempts: int, chance: random.Random) -> list[list[str]]:
    """The answers of a class, one row for each student."""
    abilities = [chance.gauss(0, 1) for _ in range(attempts)]
    return [[question.answer(ability, chance) for question in questions] for ability in abilities]


def analyze(
    items: Sequence[Item],
    credits: Sequence[Sequence[Fraction | None]],
    *,
    picks: Sequence[Sequence[tuple[str, ...]]] | None = None,
    orders: Sequence[Order] | None = None,
) -> Figures:
    """All figures of a test, from one row for each attempt.

    credits: for each attempt, one credit (0 to 1) for each question in the order of `items`, None if unanswered.
    picks: in the same shape, the ids of the options given. orders: for each attempt, the positions of the questions in
    the order that it showed; None if all attempts showed the order of `items`.
    """
    columns = []
    for place in range(len(items)):
        known: dict[DistinctAnswer, int] = {}
        answers = [
            DistinctAnswer(row[place] or Fraction(0), picks[number][place] if picks else (), row[place] is not None)
            for number, row in enumerate(credits)
        ]
        codes = [known.setdefault(answer, len(known)) for answer in answers]
        columns.append(Column(list(known), codes))
    return analyze_columns(items, columns, order_of=lambda number: orders[number] if orders else range(len(items)))


def analyzed(rows: list[list[str]], *, wrong_key: str = "a") -> Figures:
    """The item analysis of these answers. wrong_key: what the first question is graded by."""
    keys = [wrong_key, *"a" * (len(rows[0]) - 1)]
    items = [
        Item(f"q{place}", 1, tuple(Option(letter, letter, letter == key, "") for letter in CHOICES), 0.25)
        for place, key in enumerate(keys)
    ]
    credits = [[Fraction(pick == key) for pick, key in zip(row, keys, strict=True)] for row in rows]
    return analyze(items, credits, picks=[[(pick,) for pick in row] for row in rows])


def count_flags(question_count: int, attempts: int, sets: int, chance: random.Random) -> tuple[float, float]:
    """The share of sound sets with a flag, and of sets with a wrong key whose question is flagged."""
    false, found = 0, 0
    for _ in range(sets):
        questions = [sound_question(chance) for _ in range(question_count)]
        rows = answers(questions, attempts, chance)
        false += any(item.flags for item in analyzed(rows).items)
        found += bool(analyzed(rows, wrong_key=questions[0].order[2]).items[0].flags)
    return false / sets, found / sets


def main() -> int:
    """Print the table; 1 if more than 5 % of the sound sets get a flag in a row."""
    parser = argparse.ArgumentParser(description="How often item analysis flags a sound set.")
    parser.add_argument("--sets", type=int, default=2_000, help="simulated sets for each row")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance, worst = random.Random(arguments.seed), 0.0
    sys.stdout.write(
        "| questions | attempts | sound sets with a flag | wrong keys flagged |\n| --- | --- | --- | --- |\n"
    )
    for question_count in QUESTIONS:
        for attempts in ATTEMPTS:
            false, found = count_flags(question_count, attempts, arguments.sets, chance)
            worst = max(worst, false)
            sys.stdout.write(f"| {question_count} | {attempts} | {false:.1%} | {found:.0%} |\n")
            sys.stdout.flush()
    sys.stdout.write(f"{arguments.sets:,} sets a row, seed {arguments.seed}: at most {worst:.1%} get a flag\n")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
