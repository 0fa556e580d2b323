"""The options of an answer by question type, which reports count."""

from typing import Any

import pytest

from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import parse_question
from quizzes.content.reading import Reading
from quizzes.content.set_document import parse_set
from tests.factories import make_document

DOCUMENT = make_document()
READING: Reading = parse_set(DOCUMENT).reading
SINGLE, MULTIPLE, WHO, EVIDENCE = (parse_question(table) for table in DOCUMENT["questions"])


@pytest.mark.parametrize(
    ("question", "value", "ids"),
    [
        (SINGLE, "a", ["a"]),
        (MULTIPLE, ["a", "b"], ["a", "b"]),
        (WHO, {"a": "mayor", "c": "reporter"}, ["a:mayor", "c:reporter"]),
        (EVIDENCE, ["s1", "s5"], ["s1", "s5"]),
    ],
)
def test_picked_names_what_was_given(question: Question, value: Any, ids: list[str]) -> None:
    given = question.chosen_options(value, READING)

    assert [option.id for option in given] == ids
    assert set(given) <= set(question.options(READING))


@pytest.mark.parametrize("question", [SINGLE, MULTIPLE, WHO, EVIDENCE])
def test_picked_of_no_answer_is_nothing(question: Question) -> None:
    assert question.chosen_options(None, READING) == ()


def test_options_of_choices_lean_only_where_wrong() -> None:
    assert [(option.right, option.leans_on) for option in SINGLE.options(READING)] == [
        (False, ("s2",)),
        (True, ()),
        (False, ()),
    ]


def test_options_of_who_says_so_are_grouped_and_lean_on_the_misread_sentence() -> None:
    offered = WHO.options(READING)

    assert len(offered) == 3 * 4
    assert [option.id for option in offered if option.right] == ["a:mayor", "b:protesters", "c:not_stated"]
    assert {option.leans_on for option in offered if option.group == "a" and not option.right} == {("s3",)}
    assert {option.leans_on for option in offered if option.group == "c"} == {()}


def test_options_of_evidence_list_the_key_and_the_tempting_sentences() -> None:
    offered = EVIDENCE.options(READING)

    assert [option.id for option in offered] == ["s1", "s2", "s3", "s4", "s5", "s6"]
    assert [option.id for option in offered if option.listed] == ["s3", "s4", "s5", "s6"]
    assert [option.leans_on for option in offered] == [("s1",), ("s2",), ("s3",), ("s4",), (), ()]
