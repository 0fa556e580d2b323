"""Reviews and printed keys keep the order of the page that the student or the teacher saw."""

from typing import Any

import pytest
from django.utils.html import escape

from quizzes.content.question_types.registry import parse_question
from quizzes.content.question_types.shuffle import Shuffle
from tests.drafting import BUILT_IN, EXAMPLES
from tests.question_laws import page, paper

READING = BUILT_IN.parsed.reading
SHUFFLED = ("single", "multiple", "who_says_so", "matching", "answer_and_proof")
QUESTIONS = [question for question in map(parse_question, EXAMPLES) if question.type in SHUFFLED]
SEEDS = [f"seed {number}" for number in range(8)]


def places(texts: list[str], html: str) -> list[int]:
    return [html.index(escape(text)) for text in texts if escape(text) in html]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_review_lists_choices_in_the_order_of_the_page(question: Any) -> None:
    orders = set()
    for seed in SEEDS:
        shuffle = Shuffle(seed, is_shuffled=True)
        reviewed = question.arranged(shuffle).review(question.correct_answer(), READING)
        texts = [row.text for row in reviewed.rows if not row.text.startswith("Sentence")]
        found = places(texts, page(question, shuffle, None, READING))
        assert len(found) > 1
        assert found == sorted(found)
        orders.add(tuple(texts))
    assert len(orders) > 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_correct_answer_in_words_is_in_the_order_of_the_sheet(question: Any) -> None:
    for seed in SEEDS:
        shuffle = Shuffle(seed, is_shuffled=True)
        reviewed, sheet = question.arranged(shuffle).review(None, READING), paper(question, shuffle, READING)
        texts = [row.text for row in reviewed.rows if row.text in reviewed.correct and escape(row.text) in sheet]
        on_sheet = sorted(texts, key=lambda text: sheet.index(escape(text)))
        assert texts
        assert [reviewed.correct.index(text) for text in on_sheet] == sorted(map(reviewed.correct.index, texts))


def test_arranged_question_grades_as_before() -> None:
    for question in QUESTIONS:
        arranged = question.arranged(Shuffle("seed", is_shuffled=True))
        assert arranged.grade(question.correct_answer()) == 1
        assert arranged.key == question.key
