"""Worksheets, tests, and test banks as teachers paste them, each with what becomes of its questions.

tests/data/worksheets.txt has them: a title after “## ”, the text, a line “-->”, and the outcomes. “refused” stands for
a text without questions that we know.
"""

from pathlib import Path

import pytest

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.item import UnreadableFile
from tests.files.questions.test_programs import outcomes

WORKSHEETS = Path(__file__).parents[2] / "data" / "worksheets.txt"


def worksheets() -> dict[str, tuple[str, list[str]]]:
    """(text, outcomes) of each worksheet by its title."""
    found = {}
    for part in WORKSHEETS.read_text().split("\n## ")[1:]:
        title, rest = part.split("\n", 1)
        text, expected = rest.split("\n-->\n")
        found[title] = (text, expected.strip().split("\n"))
    return found


def outcomes_or_refusal(text: str) -> list[str]:
    try:
        return outcomes(text)
    except UnreadableFile:
        return ["refused"]


@pytest.mark.parametrize(("text", "expected"), worksheets().values(), ids=worksheets())
def test_worksheets(text: str, expected: list[str]) -> None:
    assert outcomes_or_refusal(text) == expected


def test_points_of_a_test_bank_are_those_of_the_question() -> None:
    text = "1. Who?\nA. Mayor\nB. Council\nAnswer: B\nPoints: 3\nDifficulty: Easy\n\n2. Where?\nAnswer: Here\n"
    assert [one.item and one.item.points for one in read_questions(text.encode()).questions] == [3, 1]


def test_blank_lines_below_a_heading_count_in_the_line_of_a_question() -> None:
    text = "Quiz\n\n\n1. Who?\nA. x\nB. y\n\nPart II\n\n2. Where?\nA. x\nB. y\n\nKey: 1. A 2. B\n"
    assert [one.where for one in read_questions(text.encode()).questions] == ["Line 4", "Line 10"]


def test_only_the_start_of_a_line_has_an_answer_before_its_number() -> None:
    text = "1. Is it vitamin F 2. or K? (Correct answer: B)\nA. The first\nB. The second\n\n2. Who?\nA. x\nB. y\n\n2. B"
    first, *_ = read_questions(text.encode()).questions
    assert first.item is not None
    assert first.item.stem == "Is it vitamin F 2. or K?"
