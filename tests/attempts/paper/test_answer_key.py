"""The printed key: its letters and words are in the order of the handout, and it has every answer that counts."""

import re
from string import ascii_uppercase

import pytest

from quizzes.attempts.paper.answer_key import key_lines
from quizzes.attempts.paper.handout import LETTERS, FormLetter, draw_form
from quizzes.content.question_types.registry import public_view, type_of
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.content.set_document import parse_set
from tests.content.question_types.test_walk import DOCUMENT
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


@pytest.mark.parametrize("letter", LETTERS)
def test_words_of_an_order_are_in_the_order_of_its_numbers(letter: FormLetter) -> None:
    document = parse_set(DOCUMENT)
    form = draw_form(document, "hash", letter)
    [line] = [line for line in key_lines(form, document, {}) if type_of(line.question).name == "ordering"]
    printed = [one["text"] for one in public_view(line.question, form.shuffle, None, document.reading)["lines"]]
    assert line.answer == "; ".join(f"{mark}. {text}" for mark, text in zip(line.marks, printed, strict=True))
    by_number = sorted(zip(line.marks, printed, strict=True))
    assert [text for _, text in by_number] == [item.text for item in line.question.in_order]


def test_the_key_of_a_typed_question_has_all_that_counts() -> None:
    document = parse_set(DOCUMENT)
    lines = key_lines(draw_form(document, "hash", "A"), document, {})

    for line in lines:
        if not type_of(line.question).is_typed:
            assert line.more == ()
            continue
        said = [line.answer, *(answer for _, answer in line.more)]
        assert said == [row.text for row in line.question.answer_key(document.reading) if row.right]
    assert {type_of(line.question).name for line in lines if line.more} == {"short_answer", "blanks", "free_text"}
