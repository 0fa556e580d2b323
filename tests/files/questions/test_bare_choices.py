"""Choices without letters, as Google Forms copies them."""

import pytest

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.item import UnknownFormat
from tests.files.questions.test_programs import NOT_SET, outcomes
from tests.files.questions.test_readers import NO_ANSWER

WHO, WHERE = f"single: Who? [Ms. Lee; Mr. Day] ! {NOT_SET}", f"single: Where? [City Hall; School] ! {NOT_SET}"

FORMS: dict[str, tuple[str, list[str]]] = {
    "a form": (
        "Civics quiz\n* Indicates required question\n\nWho?\n*\n1 point\nMs. Lee\nMr. Day\nClear selection\n\nWhere?\n"
        "2 points\nCity Hall\nSchool\n\nSubmit\nNever submit passwords through Google Forms.\n",
        [
            f"single: Who? [Ms. Lee; Mr. Day] ! The text above it was left out: “Civics quiz”. ! {NOT_SET}",
            WHERE,
        ],
    ),
    "a printed form": (
        "1.\nWho? *\nMark only one oval.\nMs. Lee\nMr. Day\n2.\nWhich are offices *\nCheck all that apply.\n1 point\n"
        "Mayor\nCouncil\nOther:\n3.\nWhy?\n",
        [
            WHO,
            f"multiple: Which are offices Check all that apply. [Mayor; Council; Other:] ! {NOT_SET}",
            f"- {NO_ANSWER}",
        ],
    ),
    "no blank lines": ("Who?\nMs. Lee\nMr. Day\nWhere?\nCity Hall\nSchool", [WHO, WHERE]),
    "blank lines between choices": ("Who?\n\nMs. Lee\n\nMr. Day\n\nWhere?\n\nCity Hall\n\nSchool\n", [WHO, WHERE]),
    "tabs, quotes, and numbers, as Windows writes them": (
        "1.\tWho said “no”?\t*\r\n\tMs. Lee\r\n\tJ. Madison\r\n\r\n"
        "2)\tThe council met in\r\n\tCity Hall\r\n\tSchool\r\n",
        [
            f"single: Who said “no”? [Ms. Lee; J. Madison] ! {NOT_SET}",
            f"single: The council met in [City Hall; School] ! {NOT_SET}",
        ],
    ),
    "a text between questions": (
        "Who?\nMs. Lee\nMr. Day\n\nPart 2\n\nWhere?\nCity Hall\nSchool\n",
        [WHO, f"single: Where? [City Hall; School] ! The text above it was left out: “Part 2”. ! {NOT_SET}"],
    ),
    "words in parentheses behind the question": (
        "Who?\nMs. Lee\nMr. Day\n\nWhich are offices? (Select all that apply.)\nMayor\nCouncil\n",
        [WHO, f"multiple: Which are offices? (Select all that apply.) [Mayor; Council] ! {NOT_SET}"],
    ),
    "statements": (
        "It met.\n1 point\nTrue\nFalse\n\nWho?\n1 point\nMs. Lee\nMr. Day\n",
        [f"true_false: It met. None / ! {NOT_SET}", WHO],
    ),
    "marks": (
        "1. Who?\n*Ms. Lee\nMr. Day\n2. Where?\nCity Hall\nSchool ✓\n3. When?\nJune (correct)\nJuly\n"
        "4. How?\nWell *\nBadly\n",
        [
            "single: Who? [*Ms. Lee; Mr. Day]",
            "single: Where? [City Hall; *School]",
            "single: When? [*June; July]",
            "single: How? [*Well; Badly]",
        ],
    ),
    "bullets of Markdown": ("Who?\n* Ms. Lee\n* Mr. Day\n\nWhere?\n* City Hall\n* School\n", [WHO, WHERE]),
    "answers and a key": (
        "1. Who?\nMs. Lee\nMr. Day\n2. Where?\nCity Hall\nSchool\n\nAnswer key\n1. Mr. Day\n2. A\n",
        ["single: Who? [Ms. Lee; *Mr. Day]", "single: Where? [*City Hall; School]"],
    ),
    "answers below": (
        "Who?\nMs. Lee\nMr. Day\nAnswer: mr. day\n\nWhere?\nCity Hall\nSchool\n\nCorrect answer\nCity Hall\n",
        ["single: Who? [Ms. Lee; *Mr. Day]", "single: Where? [*City Hall; School]"],
    ),
    "a question whose answer is no line of it, and a text to read": (
        "1. Read this:\nIt met.\nIt voted.\nAnswer: Twice\n\n"
        "2. Read this:\nIt met.\nIt voted.\n\nWhich day?\nAnswer: May 5\n",
        [
            "short_answer: Read this: / It met. / It voted. [*Twice]",
            "short_answer: Read this: / It met. / It voted. / Which day? [*May 5]",
        ],
    ),
    "letters": (
        "1. Read this:\nIt met.\nIt voted.\nWhat is true?\n*A. All\nB. None\n",
        ["single: Read this: / It met. / It voted. / What is true? [*All; None]"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), FORMS.values(), ids=FORMS)
def test_choices_without_letters(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The council met.\nIt voted.\n\nWho was glad?\nNobody said so.\n",
        f"What is it?\n{'A sentence of a text. ' * 6}\n{'Another one. ' * 11}\n",
        "Who?\n1) Lee\n2) Day\n",
    ],
    ids=["one line below a question", "sentences", "numbers"],
)
def test_a_text_without_choices_is_refused(text: str) -> None:
    with pytest.raises(UnknownFormat):
        read_questions(text.encode())
