"""What a worksheet has beside a statement is no part of it, in any format."""

import pytest

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.statements import plain_statement


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("True or false: the council met.", "The council met."),
        ("True or False? It met.", "It met."),
        ("True or False It met.", "It met."),
        ("(T/F) It met.", "It met."),
        ("t/f: it met.", "It met."),
        ("T  F  It met.", "It met."),
        ("____ It met.", "It met."),
        ("It met.  T  F", "It met."),
        ("It met. (True/False)", "It met."),
        ("It met. True or false?", "It met."),
        ("¿Verdadero o falso? Se reunió.", "Se reunió."),
        ("Se reunió.   V   F", "Se reunió."),
        ("True or false answers are easy.", "True or false answers are easy."),
        ("A claim is either true or false", "A claim is either true or false"),
        ("True or false:", "True or false:"),
        ("The Framers met.", "The Framers met."),
    ],
)
def test_a_statement_does_not_repeat_what_the_question_asks(text: str, statement: str) -> None:
    assert plain_statement(text) == statement


@pytest.mark.parametrize(
    "content",
    [
        "(T/F) It met. {T}\n",
        "1. (T/F) It met.\nAnswer: T\n",
        "(T/F) It met.\nA. True\nB. False\nANSWER: A\n",
        "Type,Question,Answer 1,Correct\ntrue or false,(T/F) It met.,,true\n",
        "TF\t(T/F) It met.\ttrue\n",
    ],
    ids=["GIFT", "a line", "Aiken", "our template", "Blackboard"],
)
def test_the_preview_has_the_statement_alone(content: str) -> None:
    [found] = read_questions(content.encode()).questions
    assert found.item
    assert (found.item.question_type, found.item.stem, found.stem) == ("true_false", "It met.", "It met.")
