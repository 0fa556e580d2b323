"""Answers that the types make up themselves: one that earns everything, wrong ones, and those of a sample student."""

import random
from typing import Any

import pytest

from quizzes.content.question_types.registry import (
    TYPES,
    Presentation,
    grade,
    marked_by,
    read_answer,
    right_value,
    wrong_value,
)
from quizzes.content.question_types.registry import parse_question as parse
from quizzes.management.sample_school import believable_value
from tests.drafting import BUILT_IN, EXAMPLES
from tests.question_laws import page, sent

QUESTIONS = [parse(table) for table in EXAMPLES]
READING = BUILT_IN.parsed.reading
SITTING = Presentation("seed", shuffle=True)


def test_the_examples_are_of_every_type() -> None:
    assert {question.type for question in QUESTIONS} == set(TYPES)


def comes_back(question: Any, value: Any) -> bool:
    """Whether a student's page takes the value as an answer, and gives the same one back."""
    return read_answer(question, sent(page(question, SITTING, value, READING)), SITTING, READING) == value


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_right_answer_earns_everything_and_a_wrong_one_nothing(question: Any) -> None:
    by_hand = marked_by(question) == "teacher"
    assert grade(question, right_value(question)) == (0 if by_hand else 1)
    assert comes_back(question, right_value(question))
    for choose in (lambda offered: offered[0], lambda offered: offered[-1]):
        value = wrong_value(question, choose)
        assert grade(question, value) == 0
        assert value is None or comes_back(question, value)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_sample_student_gives_what_the_page_can_send(question: Any) -> None:
    chance = random.Random(7)  # noqa: S311  the same each time
    given = [believable_value(question, 0.5, chance) for _ in range(60)]
    for value in given:
        assert value is None or comes_back(question, value)
    assert right_value(question) in given
    assert any(value not in (None, right_value(question)) for value in given)
