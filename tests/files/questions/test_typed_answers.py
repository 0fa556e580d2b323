"""Questions with an answer and without choices: what the answer makes of them."""

import pytest

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.typed_answers import sample_in


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
