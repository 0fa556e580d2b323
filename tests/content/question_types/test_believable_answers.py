"""Generated answers of each type: a correct one, wrong ones, and those of a sample student."""

import random
from typing import Any

import pytest

from quizzes.attempts.sample_class import believable_value
from quizzes.content.question_types.registry import TYPES, type_of
from quizzes.content.question_types.registry import parse_question as parse
from quizzes.content.question_types.shuffle import Shuffle
from tests.drafting import BUILT_IN, EXAMPLES
from tests.question_laws import page, sent

QUESTIONS = [parse(table) for table in EXAMPLES]
READING = BUILT_IN.parsed.reading
SHUFFLE = Shuffle("seed", is_shuffled=True)


def test_the_examples_are_of_every_type() -> None:
    assert {question.type for question in QUESTIONS} == set(TYPES)


def comes_back(question: Any, value: Any) -> bool:
    """Whether a student's page takes the value as an answer, and gives the same one back."""
    return question.read_answer(sent(page(question, SHUFFLE, value, READING)), SHUFFLE, READING) == value


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_right_answer_earns_everything_and_a_wrong_one_nothing(question: Any) -> None:
    by_hand = type_of(question).graded_by == "teacher"
    assert question.grade(question.correct_answer()) == (0 if by_hand else 1)
    assert comes_back(question, question.correct_answer())
    for choose in (lambda offered: offered[0], lambda offered: offered[-1]):
        value = question.wrong_answer(choose)
        assert question.grade(value) == 0
        assert value is None or comes_back(question, value)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_sample_student_gives_what_the_page_can_send(question: Any) -> None:
    chance = random.Random(7)
    given = [believable_value(question, 0.5, chance) for _ in range(60)]
    for value in given:
        assert value is None or comes_back(question, value)
    assert question.correct_answer() in given
    assert any(value not in (None, question.correct_answer()) for value in given)
