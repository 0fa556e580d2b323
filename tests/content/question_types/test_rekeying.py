"""Regraded keys and other hooks of the question types with choices."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.registry import parse_question, regraded, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import make_question_document, parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, shuffles

READING = parsed_reading()
TYPES = ("single", "multiple", "who_says_so", "evidence")
SPEAKERS = ("reporter", "mayor", "protesters", "not_stated")

KEYS: dict[str, Any] = {
    "single": "b",
    "multiple": ["a", "c"],
    "who_says_so": {"a": "mayor", "b": "protesters", "c": "not_stated"},
    "evidence": ["s5", "s6"],
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "single": st.sampled_from("abc"),
    "multiple": st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True).map(sorted),
    "who_says_so": st.fixed_dictionaries({key: st.sampled_from(SPEAKERS) for key in "abc"}),
    "evidence": st.lists(st.sampled_from([f"s{n}" for n in range(1, 7)]), min_size=1, unique=True).map(sorted),
}


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
def test_rekeyed_question_gives_its_new_key_everything(name: str, data: st.DataObject) -> None:
    document = make_question_document(name)
    before = make_question_document(name)
    value = data.draw(VALUES[name])

    rekeyed = regraded(document, value)

    assert parse_question(rekeyed).grade(value) == 1
    assert document == before
    assert regraded(rekeyed, value) == rekeyed


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
def test_rekeyed_question_takes_the_old_key_back(name: str, data: st.DataObject) -> None:
    back = parse_question(regraded(regraded(make_question_document(name), data.draw(VALUES[name])), KEYS[name]))

    assert parse_question(make_question_document(name)).grade(KEYS[name]) == 1
    assert back.grade(KEYS[name]) == 1


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("single", None, "choose an answer"),
        ("single", "z", "there is no choice “z”"),
        ("single", "d", "there is no choice “d”"),
        ("multiple", ["a", "e"], "there is no choice “e”"),
        ("multiple", ["a", "b", "c", "d"], "all choices are correct, and at least 1 needs to be wrong"),
        ("who_says_so", {"a": "mayor"}, "each statement needs one of the speakers that the question offers"),
        (
            "who_says_so",
            {"a": "mayor", "b": "mayor", "c": "unnamed"},
            "each statement needs one of the speakers that the question offers",
        ),
    ],
)
def test_answer_that_cannot_be_the_key_is_refused(name: str, value: Any, reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(make_question_document(name), value)

    assert str(refused.value) == reason


def test_rekeyed_single_keeps_everything_but_the_key_and_its_reasons() -> None:
    document = make_question_document("single")
    document["choices"][2]["leans_on"] = ["s2"]

    rekeyed = regraded(document, "c")

    # The reasons at both keys were written for the other key. A report would name them.
    assert rekeyed["choices"] == [document["choices"][0], {"text": "Birthplace"}, {"text": "Fingerprints", "key": True}]
    assert {name: rekeyed[name] for name in rekeyed if name != "choices"} == {
        name: document[name] for name in document if name != "choices"
    }


def test_rekeyed_statement_that_no_one_says_loses_its_evidence() -> None:
    document = make_question_document("who_says_so")

    rekeyed = regraded(document, {"a": "mayor", "b": "not_stated", "c": "not_stated"})

    assert parse_question(rekeyed).problems(READING) == []
    assert (rekeyed["facts"], rekeyed["evidence"]) == (
        document["statements"][0]["facts"],
        document["statements"][0]["evidence"],
    )


def test_part_with_another_key_loses_its_rationale() -> None:
    rows = [{"text": text, "option": text, "place": place, "rationale": "Why."} for place, text in enumerate("ABC", 1)]

    rekeyed = (
        regraded(make_question("matching", options=["A", "B", "C"], prompts=rows), {"a": "1", "b": "3", "c": "3"}),
        regraded(make_question("ordering", items=rows), ["c", "b", "a"]),
        regraded(make_question_document("who_says_so"), {"a": "mayor", "b": "mayor", "c": "not_stated"}),
    )

    parts = rekeyed[0]["prompts"], rekeyed[1]["items"], rekeyed[2]["statements"]
    assert [["rationale" in part for part in table] for table in parts] == [
        [True, False, True],
        [False, True, False],
        [True, False, True],
    ]


def test_rekeyed_evidence_is_no_longer_tempting() -> None:
    rekeyed = regraded(make_question_document("evidence"), ["s3", "s5"])

    assert rekeyed["key_sentences"] == rekeyed["evidence"] == ["s3", "s5"]
    assert [choice["sentence"] for choice in rekeyed["choices"]] == ["s4"]


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data(), shuffle=shuffles)
def test_old_types_keep_the_laws_that_new_ones_keep(name: str, data: st.DataObject, shuffle: Shuffle) -> None:
    document, value = make_question_document(name), data.draw(st.none() | VALUES[name])

    check_answer(document, value, shuffle, READING)
    if value is not None:
        check_rekeyed(document, value, shuffle, READING)


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
def test_picked_answers_are_settled_by_rule(name: str, data: st.DataObject) -> None:
    question = parse_question(make_question_document(name))
    value = data.draw(st.none() | VALUES[name])

    assert type_of(question).graded_by == "rule"
    assert question.needs_grading(value) is False
    assert question.has_right_evidence(value) is True
