"""Questions and answers with labels such as “Q:” and “A:”."""

import pytest

from tests.files.questions.test_programs import outcomes
from tests.files.questions.test_readers import NO_ANSWER, NO_MARK

WHO, WHERE = "short_answer: Who? [*Ms. Lee]", "short_answer: Where did it meet? [*City Hall]"

PAIRS: dict[str, tuple[str, list[str]]] = {
    "blank lines": ("Q: Who?\nA: Ms. Lee\n\n\nQ: Where did it meet?\n\nA: City Hall\n", [WHO, WHERE]),
    "no blank lines": ("Q: Who?\nA: Ms. Lee\nQ: Where did it meet?\nA: City Hall", [WHO, WHERE]),
    "tabs, as Windows writes them": (
        "Q:\tWho?\r\nA:\tMs. Lee\r\n\r\nQ:\tWhere did it meet?\r\nA:\tCity Hall\r\n",
        [WHO, WHERE],
    ),
    "numbers before labels": ("1. Q: Who?\n   A: Ms. Lee\n\n2) Q: Where did it meet?\n   A: City Hall\n", [WHO, WHERE]),
    "numbers in labels": ("Q1: Who?\nA1: Ms. Lee\n\nQ2. Where did it meet?\nA2. City Hall\n", [WHO, WHERE]),
    "numbers after words": (
        "Question 1: Who?\nAnswer 1: Ms. Lee\nQuestion 2: Where did it meet?\nAnswer 2: City Hall\n",
        [WHO, WHERE],
    ),
    "periods": ("Q. Who?\nA. Ms. Lee\n\nQ. Where did it meet?\nA. City Hall\n", [WHO, WHERE]),
    "Markdown": ("**Q:** Who?\n**A:** Ms. Lee\n\n**Q:** Where did it meet?\n**A:** City Hall\n", [WHO, WHERE]),
    "lower case": ("q: Who?\na: Ms. Lee\n\nq: Where did it meet?\na: City Hall\n", [WHO, WHERE]),
    "1 line each": ("Q: Who? A: Ms. Lee\nQ: Where did it meet? A: City Hall\n", [WHO, WHERE]),
    "1 question": ("Q: Who?\nA: Ms. Lee", [WHO]),
    "numbers and no Q": ("1. Who?\nA: Ms. Lee\n2. Where did it meet?\nAns: City Hall\n", [WHO, WHERE]),
    "Spanish": (
        "P: ¿Quién?\nR: La señora Lee\n\nPregunta 2: ¿Dónde?\nRespuesta: En el “ayuntamiento”\n",
        ["short_answer: ¿Quién? [*La señora Lee]", "short_answer: ¿Dónde? [*En el “ayuntamiento”]"],
    ),
    "statements, points, and several answers": (
        "Q: It met. (2 points)\nA: True\n\nQ: It rained.\nA: F\n\nQ: Who may vote?\nA: Lee or Day\n",
        [
            "true_false: It met. True /",
            "true_false: It rained. False /",
            "- “Lee or Day” may be several answers. Leave 1 on the line, and add the others in the editor.",
        ],
    ),
    "sentences on several lines": (
        "Q: Why did it wait?\nA: It waited for the report\nabout the road, which came in June.\n\n"
        "Q: What is a veto?\nA:\nThe power of the mayor to reject a law that passed.\n",
        ["free_text: Why did it wait? ! Add a rubric.", "free_text: What is a veto? ! Add a rubric."],
    ),
    "a title above and a text between": (
        "Chapter 3\n\nQ: Who?\nA: Ms. Lee\n\nThe second part\n\nQ: Where did it meet?\nA: City Hall\n",
        [
            f"{WHO} ! The text above it was left out: “Chapter 3”.",
            f"{WHERE} ! The text above it was left out: “The second part”.",
        ],
    ),
    "an empty answer": ("Q: Who?\nA: \n\nQ: Where did it meet?\nA: City Hall\n", [f"- {NO_ANSWER}", WHERE]),
    "an empty answer below a number": (
        "1. Who?\nA:\n\n2. Where did it meet?\nA: City Hall\n",
        [f"- {NO_ANSWER}", WHERE],
    ),
    "statements in a question": (
        "Q: Which is true?\n1. It met.\n2. It voted.\nA: Both of them\n",
        ["short_answer: Which is true? / 1. It met. / 2. It voted. [*Both of them]"],
    ),
    "choices beside answers": (
        "Q: Who decides?\nA) Mayor\nB) Council\nAnswer: B\n\nQ: Where did it meet?\nA: City Hall\n",
        ["single: Who decides? [Mayor; *Council]", WHERE],
    ),
    "choices on 1 line beside answers": (
        "Q: Who decides?\nA. Mayor B. Council\n\nQ: Where did it meet?\nA: City Hall\n",
        [f"- {NO_MARK}", WHERE],
    ),
    "labels of choices": (
        "Q: Who?\nA: Mayor\nB: Council\nAnswer: B\n\nSee p. 3.\nQ: Where?\nA: Here\nB: There\nAnswer: A\n",
        ["single: Who? [Mayor; *Council]", "single: See p. 3. / Where? [*Here; There]"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), PAIRS.values(), ids=PAIRS)
def test_questions_and_answers_with_labels(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected
