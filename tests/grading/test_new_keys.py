"""Documents of regrades, one after another."""

from itertools import permutations
from typing import Any

import pytest

from quizzes.content.question_types.registry import parse_question, regraded, type_of
from quizzes.content.tables import InvalidDocument
from quizzes.grading.new_keys import NEW_EXPLANATION, adding, document_after, own_document, replacing
from tests.content.question_types.test_reference import EXAMPLES
from tests.slow_cases import slow_after

KEYED = [one for one in EXAMPLES if type_of(parse_question(one.document)).graded_by == "rule"]


def possible_keys(document: dict[str, Any], values: list[Any]) -> list[Any]:
    """Those of the values that can be the key of the question."""
    found = []
    for value in values:
        try:
            regraded(document, value)
        except InvalidDocument:
            continue
        found.append(value)
    return found


@pytest.mark.parametrize("example", slow_after(4, KEYED), ids=lambda one: one.document["key"])
def test_answer_that_can_be_the_key_can_be_it_after_any_others(example: Any) -> None:
    """An undo or another class changes what an answer is added to, and the answer must still fit."""
    written = example.document
    values = possible_keys(written, [answer for answer, *_ in example.answers])
    assert values
    stored = [adding(written, [value], {}) for value in values] + [replacing(written, value, {}) for value in values]
    for first, second, last in permutations(stored, 3):
        found = document_after(document_after(document_after(written, first), second), last)
        parse_question(found)
        value = values[stored.index(last) % len(values)]
        assert parse_question(found).grade(value) == 1


def test_explanation_is_of_one_regrade_only() -> None:
    written = next(one.document for one in KEYED if one.document["type"] == "short_answer")
    first = replacing(written, "June 1", {NEW_EXPLANATION: "It moved.", "evidence": ["s2"]})

    found = document_after(first, adding(written, ["June 2"], {}))

    assert (found.get(NEW_EXPLANATION), found["evidence"], found["accepted"]) == (None, ["s2"], ["June 1", "June 2"])
    assert own_document(written, adding(first, ["June 2"], {}))["accepted"] == ["June 2"]


def test_row_of_an_older_version_keeps_the_key_that_it_stored() -> None:
    written = next(one.document for one in KEYED if one.document["type"] == "short_answer")
    older = {**written, "accepted": [*written["accepted"], "June 2"]}
    replaced = replacing(written, "June 1", {})

    assert document_after(replaced, older) == own_document(replaced, older) == older
    assert document_after(older, adding(older, ["June 3"], {}))["accepted"] == [*older["accepted"], "June 3"]
