"""Problems of a set: each error names its question, and each lack of questions its objective."""

from collections.abc import Callable
from typing import Any

import pytest

from quizzes.content.set_document import parse_set
from quizzes.content.set_problems import coverage, find_errors, find_gaps, find_problems
from tests.factories import make_document


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: None, []),
        (
            lambda d: d["questions"][0].update(objective="weather"),
            [
                ("one", "the objective “weather” is not one of the source"),
                ("", "“What the system records” has 1 questions and needs 2"),
            ],
        ),
        (lambda d: d["minimum"].update(ended=3), [("", "“Why it was ended” has 2 questions and needs 3")]),
        (lambda d: d["questions"][0]["facts"].append("F99"), [("one", "the fact “F99” is not one of the source")]),
        # The addresses of the editor could not name it, so that its pages would be errors of the site.
        (
            lambda d: d["questions"][0].update(key="../é"),
            [("../é", "“key” must have only letters, digits, - and _")],
        ),
        (
            lambda d: d["questions"][3].update(evidence=["s5"]),
            [("proof", "the evidence of the question is not its key sentences")],
        ),
        (
            lambda d: d["reading"]["paragraphs"][0]["sentences"][0].update(facts=[]),
            [
                ("", "sentence “s1” names no fact"),
                ("one", "the evidence “s1” of the question shares no fact with it"),
                ("some", "the evidence “s1” of the question shares no fact with it"),
            ],
        ),
        (
            lambda d: d["reading"]["paragraphs"][0]["sentences"][0]["facts"].append("F99"),
            [("", "sentence “s1” names the fact “F99”, which the source does not list")],
        ),
        (
            lambda d: d["facts"][2].update(voice="protesters"),
            [("", "sentence “s3” has the speaker “mayor” and its fact “F3” the speaker “protesters”")],
        ),
        (
            lambda d: d["facts"].append({"id": "F9", "objective": "ended", "voice": "not_stated", "text": "Nobody."}),
            [("", "the fact “F9” has the speaker “not_stated”, but a fact needs a speaker of the reading")],
        ),
        (
            lambda d: d["facts"].append({"id": "F9", "objective": "ended", "voice": "senator", "text": "Nobody."}),
            [("", "the fact “F9” has the speaker “senator”, but a fact needs a speaker of the reading")],
        ),
        (
            lambda d: d["facts"][5].update(objective="weather"),
            [("", "the fact “F6” has the objective “weather”, which is not one of the source")],
        ),
    ],
)
def test_find_problems_names_question_and_reason(
    change: Callable[[dict[str, Any]], Any], expected: list[tuple[str, str]]
) -> None:
    document = make_document()
    change(document)

    assert find_problems(document, parse_set(document)) == expected


def test_coverage_counts_by_objective_and_skill() -> None:
    document = make_document()
    document["minimum"]["ended"] = 3

    rows = coverage(parse_set(document))

    assert [(row.objective.key, row.question_count, dict(row.by_skill), row.is_met) for row in rows] == [
        ("records", 2, {"recall": 2}, True),
        ("ended", 2, {"attribution": 1, "inference": 1}, False),
    ]


def test_find_problems_is_errors_and_gaps() -> None:
    document = make_document()
    document["minimum"]["records"] = 3
    document["questions"][0]["evidence"] = []
    parsed = parse_set(document)

    assert find_errors(document, parsed) == [("one", "the question has no evidence")]
    assert [(row.objective.key, row.question_count) for row in find_gaps(parsed)] == [("records", 2)]
    assert find_problems(document, parsed) == [
        ("one", "the question has no evidence"),
        ("", "“What the system records” has 2 questions and needs 3"),
    ]
