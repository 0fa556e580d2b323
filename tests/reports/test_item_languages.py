"""Item analysis across languages: a question that is harder in one of them than students' other answers suggest."""

from fractions import Fraction
from random import Random

import pytest

from quizzes.reports.item_analysis.figures import Column, DistinctAnswer, Item
from quizzes.reports.item_analysis.languages import language_flags

ANSWERS = [DistinctAnswer(Fraction(0), (), True), DistinctAnswer(Fraction(1), (), True)]
ITEMS = [Item(f"q{place}", 1) for place in range(8)]


def columns(chance: Random, languages: list[str], *, harder: int | None = None, by: float = 0.7) -> list[Column]:
    """Answers of students, each with a strength of its own. harder: a question that is harder in Spanish."""
    strengths = [chance.uniform(0.3, 0.9) - (0.15 if language == "es" else 0) for language in languages]
    return [
        Column(
            ANSWERS,
            [
                int(chance.random() < strength - (by if place == harder and language == "es" else 0))
                for strength, language in zip(strengths, languages, strict=True)
            ],
        )
        for place in range(len(ITEMS))
    ]


def test_a_question_with_a_bad_translation_is_found() -> None:
    languages = ["en"] * 40 + ["es"] * 40
    found = 0
    for seed in range(50):
        flags = language_flags(ITEMS, columns(Random(seed), languages, harder=3), languages)
        found += bool(flags[3])
        for flag in flags[3]:
            assert flag.kind == "language"
            assert flag.reason.startswith("harder in “es” than in “en”")
    assert found >= 45


def test_weaker_students_in_one_language_are_no_reason() -> None:
    languages = ["en"] * 40 + ["es"] * 20
    wrong = sum(any(language_flags(ITEMS, columns(Random(seed), languages), languages)) for seed in range(200))
    assert wrong <= 20


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_attempts_in_a_language_tell_nothing(count: int) -> None:
    languages = ["en"] * 40 + ["es"] * count + [""] * 20
    made = columns(Random(1), languages, harder=0, by=1)
    assert language_flags(ITEMS, made, languages) == [()] * len(ITEMS)


def test_a_dropped_question_and_a_single_question_are_not_compared() -> None:
    languages = ["en"] * 20 + ["es"] * 20
    made = columns(Random(1), languages, harder=0, by=1)
    dropped = [Item("q0", 0), *ITEMS[1:]]
    assert language_flags(dropped, made, languages)[0] == ()
    assert language_flags(ITEMS[:1], made[:1], languages) == [()]
