"""Stars before choices and before the line that names the answer, in English and Spanish."""

import pytest

from quizzes.files.questions.aiken import write_aiken
from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.item import Item, Line
from tests.files.questions.test_programs import outcomes
from tests.files.questions.test_readers import NO_MARK

CHOICES = "1. ¿Quién?\na) El alcalde\nb) El concejo\nc) Nadie\n"
SECOND = ["single: ¿Quién? [El alcalde; *El concejo; Nadie]"]
BOTH = ["multiple: ¿Quién? [*El alcalde; *El concejo; Nadie]"]

ANSWERS = {
    "a star at the label": ("*Respuesta: b", SECOND),
    "a star at the label, in English": ("*Answer: B", SECOND),
    "a star and a space": ("* Respuesta correcta: b", SECOND),
    "the whole choice": ("*Respuesta: b) El concejo", SECOND),
    "a dash": ("* Respuesta - b", SECOND),
    "no colon": ("*Respuesta b", SECOND),
    "a star at the letter": ("Respuesta: *b", SECOND),
    "italics": ("*Respuesta: b*", SECOND),
    "bold": ("**Respuesta:** b", SECOND),
    "a short label": ("Rta: b", SECOND),
    "a letter as label": ("R: b", SECOND),
    "a letter and a period": ("R. b)", SECOND),
    "a sentence": ("La respuesta correcta es la b.", SECOND),
    "several": ("*Respuestas correctas: a y b", BOTH),
}


@pytest.mark.parametrize(("line", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_a_line_that_names_the_answer(line: str, expected: list[str]) -> None:
    assert outcomes(f"{CHOICES}{line}\n") == expected


@pytest.mark.parametrize(
    ("choices", "line", "expected"),
    [
        ("a) x\n*b) y\n", "Respuesta: b", ["single: ¿Quién? [x; *y]"]),
        ("a) x\n*b) Lee\n", "Respuesta: Lee", ["single: ¿Quién? [x; *Lee]"]),
        ("*a) x\n*b) y\nc) z\n", "Respuesta: a y b", ["multiple: ¿Quién? [*x; *y; z]"]),
        ("a) x\nb) y *\n", "Respuesta: b", ["single: ¿Quién? [x; *y]"]),
        ("* a) x\n* b) y\n", "* Respuesta: b", ["single: ¿Quién? [x; *y]"]),
        ("*a) x\nb) y\n", "Respuesta: b", ["- It has 2 different answers: “A” and “b”. Remove one of them."]),
        ("*a) x\nb) y\n", "Ans: B", ["- It has 2 different answers: “A” and “B”. Remove one of them."]),
        (
            "*a) x\n*b) y\nc) z\n",
            "ANSWER: A",
            ["- It has 2 different answers: “A B” and “A”. Remove one of them."],
        ),
    ],
    ids=["letter", "text", "several", "a star at the end", "bullets", "another letter", "a label", "fewer"],
)
def test_a_star_beside_a_line_that_names_the_answer(choices: str, line: str, expected: list[str]) -> None:
    assert outcomes(f"1. ¿Quién?\n{choices}{line}\n") == expected


def test_numbers_with_a_dash_start_questions() -> None:
    text = "1.- ¿Quién?\na) x\nb) y\n*Respuesta: b\n2.- ¿Dónde?\na) x\nb) y\n*Respuesta: a\n"
    assert outcomes(text) == ["single: ¿Quién? [x; *y]", "single: ¿Dónde? [*x; y]"]


def test_answers_below_stars_without_choices() -> None:
    text = "1. ¿Quién?\n*Respuesta: El concejo\n\n2. ¿Dónde?\n*R: Aquí\n\n3. ¿Y?\na) x\n"
    assert outcomes(text) == [
        "short_answer: ¿Quién? [*El concejo]",
        "short_answer: ¿Dónde? [*Aquí]",
        f"- {NO_MARK}",
    ]


@pytest.mark.parametrize(
    ("choices", "line", "expected"),
    [
        ("A. C\nB. C*\n", "ANSWER: B", "[C; *C*]"),
        ("A. Lee*\nB. Day*\n", "Answer: B", "[Lee*; *Day*]"),
        ("A. Lee\nB. Day*\n", "Answer: B", "[Lee; *Day]"),
    ],
    ids=["the format", "footnotes", "a mark"],
)
def test_a_star_after_the_correct_answer(choices: str, line: str, expected: str) -> None:
    assert outcomes(f"Who?\n{choices}{line}\n") == [f"single: Who? {expected}"]


def test_a_question_with_a_star_in_its_answer_is_the_same_after_aiken() -> None:
    item = Item("single", "Who?", lines=(Line("Lee"), Line("Day*", is_correct=True)))
    [back] = read_questions(write_aiken("", [item])).questions
    assert back.item
    assert back.item.lines == item.lines
