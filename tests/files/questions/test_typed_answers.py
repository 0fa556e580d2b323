"""Questions with an answer and without choices: what the answer makes of them."""

import pytest

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.typed_answers import sample_in
from tests.files.questions.test_programs import outcomes


@pytest.mark.parametrize(
    ("named", "sample"),
    [
        ("Answers will vary", ""),
        ("Answers may vary.", ""),
        ("Student responses will vary!", ""),
        ("Accept any reasonable answer.", ""),
        ("Las respuestas pueden variar", ""),
        ("Las respuestas variarán.", ""),
        ("Respuestas variadas", ""),
        ("La respuesta puede variar", ""),
        ("Answers will vary. Sample answer: It gives people a voice.", "It gives people a voice."),
        ("Answers will vary. It gives people a voice.", "It gives people a voice."),
        ("Answers may vary (possible answer: it is a duty)", "it is a duty"),
        ("Las respuestas pueden variar. Ejemplo: Es un deber.", "Es un deber."),
        ("Answers will vary but name a right.", "Answers will vary but name a right."),
        ("It varies.", "It varies."),
    ],
)
def test_an_answer_that_varies_is_no_sample(named: str, sample: str) -> None:
    assert sample_in(named) == sample


@pytest.mark.parametrize(
    "content",
    [
        "1. Why vote?\nAnswer: Answers will vary.\n",
        "1. ¿Por qué?\nRespuesta: Las respuestas pueden variar\n",
        "1. Why vote?\nSample answer: Answers will vary\n",
        "1. Why vote?\n2. Who?\n\nAnswer key\n1. Answers will vary.\n2. Lee\n",
        "Question,Answer\nWhy vote?,Answers will vary\n",
        "Type,Question,Answer 1\nwritten answer,Why vote?,Answers will vary\n",
    ],
    ids=["a line", "Spanish", "a sample", "a key", "a table", "our template"],
)
def test_a_question_with_answers_that_vary_is_a_written_answer_without_a_sample(content: str) -> None:
    first = read_questions(content.encode()).questions[0].item
    assert first
    assert (first.question_type, first.sample_answer) == ("free_text", "")


CHECK = "Check that each blank has its own answer, in the right order."
LAWS = "1. The ____ makes laws, and the ____ signs them.\n"
BLANKS = "blanks: The {a} makes laws, and the {b} signs them."
WANTED = "- It has 2 blanks. Enter 2 answers, with semicolons between them."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{LAWS}Answer: Congress\n", [WANTED]),
        (
            f"{LAWS}2. It met in ____.\n\nAnswer key\n1. Congress\n2. May\n",
            [WANTED, "short_answer: It met in ____. [*May]"],
        ),
        (f"{LAWS}Answer: Congress, the Senate, the president\n", [WANTED]),
        (f"{LAWS}Answer: Congress; the president\n", [f"{BLANKS} (Congress|) (the president|) ! {CHECK}"]),
        (f"{LAWS}Answer: Congress, president.\n", [f"{BLANKS} (Congress|) (president|) ! {CHECK}"]),
        (f"{LAWS}Answer: Congress and the president\n", [f"{BLANKS} (Congress|) (the president|) ! {CHECK}"]),
        (
            "1. On ____, ____, it met.\nAnswer: July 4, 1776; in Philadelphia\n",
            [f"blanks: On {{a}}, {{b}}, it met. (July 4, 1776|) (in Philadelphia|) ! {CHECK}"],
        ),
        (f"Question,Answer\n{LAWS.strip()[3:].replace(',', '')},Congress\n", [WANTED]),
        (
            "Question Text,Question Type,Option 1,Option 2,Correct Answer\n"
            "In ____ and ____.,Fill-in-the-Blank,May,June,\nIn ____ and ____.,Fill-in-the-Blank,May; June,,\n",
            [WANTED, f"blanks: In {{a}} and {{b}}. (May|) (June|) ! {CHECK}"],
        ),
        (f"{LAWS}Answer: True\n", ["true_false: The ____ makes laws, and the ____ signs them. True /"]),
        (
            "1. Why did it wait?\n__________\n__________\nAnswer: For the report\n",
            ["short_answer: Why did it wait? [*For the report]"],
        ),
    ],
    ids=[
        "1 answer",
        "1 answer in a key",
        "3 answers",
        "semicolons",
        "commas",
        "and",
        "a comma in an answer",
        "a table",
        "Quizizz",
        "a statement",
        "lines to write on",
    ],
)
def test_several_blanks_need_as_many_answers(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected
