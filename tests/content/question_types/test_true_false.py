"""True or false: one statement, all or nothing."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def document(**changes: Any) -> dict[str, Any]:
    return make_question(
        "true_false",
        **{
            "stem": "True or false?",
            "statement": "The system records a birthplace.",
            "answer": True,
            "rationale_true": "The reading says so.",
            "rationale_false": "It records an address as well.",
            "leans_on": ["s2"],
            **changes,
        },
    )


QUESTION = parse_question(document())


@pytest.mark.parametrize(
    ("value", "credit"),
    [(True, 1), (False, 0), (None, 0), (1, 0), ("true", 0)],
    ids=["key", "other", "none", "1", "text"],
)
def test_true_false_credit_is_all_or_nothing(value: Any, credit: int) -> None:
    assert QUESTION.grade(value) == Fraction(credit)


@given(st.booleans(), st.sampled_from([None, True, False]), shuffles)
def test_true_false_keeps_the_laws(answer: bool, value: bool | None, shuffle: Shuffle) -> None:
    check_answer(document(answer=answer), value, shuffle, READING)
    if value is not None:
        check_rekeyed(document(answer=answer), value, shuffle, READING)


def test_true_false_public_view_is_an_allowlist() -> None:
    assert public_view(QUESTION, SHUFFLE, False, READING) == {
        "picture": None,
        "type": "true_false",
        "hint": "Choose true or false",
        "partial_credit": "",
        "stem": "True or false?",
        "statement": "The system records a birthplace.",
        "choices": [
            {"token": "true", "text": "True", "chosen": False},
            {"token": "false", "text": "False", "chosen": True},
        ],
    }


@pytest.mark.parametrize("tokens", [["True"], [""], ["true", "false"], ["true", "true"], ["1"]])
def test_true_false_refuses_what_it_did_not_offer(tokens: list[str]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({"choice": tokens}, SHUFFLE, READING)


def test_true_false_review_of_the_wrong_choice_gives_reason_for_both() -> None:
    reviewed = QUESTION.review(False, READING)

    assert reviewed.rows == (
        ReviewRow("True", "missed", RowNote.KEY, "The reading says so."),
        ReviewRow("False", "wrong", RowNote.ANSWER, "It records an address as well."),
    )
    assert (reviewed.given, reviewed.correct) == ("False", "True")


def test_true_false_key_and_options_lean_only_where_wrong() -> None:
    assert [(row.text, row.right, [s.key for s in row.sentences]) for row in QUESTION.answer_key(READING)] == [
        ("True", True, []),
        ("False", False, ["s2"]),
    ]
    assert [(option.id, option.right, option.leans_on) for option in QUESTION.options(READING)] == [
        ("true", True, ()),
        ("false", False, ("s2",)),
    ]
    assert [option.id for option in QUESTION.chosen_options(False, READING)] == ["false"]
    # After a new key, the reasons and the sentences are about the other one.
    rekeyed = parse_question(regraded(document(), False))
    assert [(option.right, option.why, option.leans_on) for option in rekeyed.options(READING)] == [
        (False, "", ()),
        (True, "", ()),
    ]
    assert regraded(document(), True) == document()


def test_true_false_on_paper_has_an_oval_for_each() -> None:
    assert paper(QUESTION, SHUFFLE, READING).count('class="oval"') == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"answer": None}, "“answer” must be true or false"),
        ({"answer": "true"}, "“answer” must be true or false"),
        ({"answer": 1}, "“answer” must be true or false"),
        ({"statement": " "}, "“statement” is missing"),
        ({"leans_on": "s2"}, "“leans_on” must be a list of texts"),
    ],
)
def test_true_false_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"evidence": []}, ["the question has no evidence"]),
        ({"evidence": ["s2"]}, ["the evidence “s2” of the question shares no fact with it"]),
        ({"leans_on": ["s9"]}, ["the choice “False” is suggested by “s9”, which is not in the reading"]),
    ],
)
def test_true_false_problems_name_what_keeps_it_from_being_published(
    changes: dict[str, Any], reasons: list[str]
) -> None:
    assert parse_question(document(**changes)).problems(READING) == reasons
