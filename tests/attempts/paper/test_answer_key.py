"""The printed key: its letters and its words are in the same order, that of the handout."""

import re
from string import ascii_uppercase

import pytest

from quizzes.attempts.paper.answer_key import key_lines
from quizzes.attempts.paper.handout import LETTERS, FormLetter, draw_form
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from tests.content.test_built_in_content import WHO


@pytest.mark.parametrize("letter", LETTERS)
def test_letters_and_words_of_a_key_name_the_same_speakers(letter: FormLetter) -> None:
    lines = key_lines(draw_form(WHO, "hash", letter), WHO, {})
    orders = set()
    for line in lines:
        if not isinstance(line.question, WhoSaysSo):
            continue
        offered = [speaker.label for speaker in WHO.reading.speakers if speaker.key in line.question.speakers]
        labels = dict(zip(ascii_uppercase, offered, strict=False))
        by_letter = [labels[mark] for mark in line.marks]
        assert re.findall(r"” ([^;]+)(?:;|$)", line.answer) == by_letter
        orders.add(tuple(by_letter))
    assert len(orders) > 1
