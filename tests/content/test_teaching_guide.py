"""The teaching guide of a source as a document."""

from typing import Any

import pytest

from quizzes.content.languages import TranslatedText
from quizzes.content.tables import InvalidDocument
from quizzes.content.teaching_guide import Activity, Day, Prompt, Standard, parse_guide


def test_guide_has_the_parts_of_its_document() -> None:
    guide = parse_guide(
        {
            "summary": ["A city ends an agreement."],
            "care": {"lead": "Take care.", "points": ["Ask nobody."]},
            "plan": {"minutes": 45, "days": [{"aim": "Read", "in_class": ["Read aloud."], "quizzes": "Check A"}]},
            "prompts": [{"question": "Who speaks?", "starters": ["I think ..."]}],
            "extension": [{"title": "More", "text": "Find another source."}],
            "standards": [{"code": "X.1", "about": "sources", "questions": ["one"], "also": "day 1"}],
            "checked": {"inside": ["From a sheet."], "outside": ["From the city."]},
            "parents": {"text": "No right opinion."},
        }
    )
    assert guide.missing == []
    assert guide.days == (Day("Read", ("Read aloud.",), "Check A"),)
    assert guide.prompts == (Prompt("Who speaks?", ("I think ...",)),)
    assert guide.extension == (Activity("More", "Find another source."),)
    assert guide.standards == (Standard("X.1", "sources", ("one",), "day 1"),)
    assert (guide.care_lead, guide.care, guide.minutes) == ("Take care.", ("Ask nobody.",), 45)
    assert (guide.checked_inside, guide.checked_outside) == (("From a sheet.",), ("From the city.",))


def test_guide_in_another_language_keeps_what_is_missing_in_its_own() -> None:
    guide = parse_guide(
        {
            "summary": ["A city ends an agreement."],
            "texts": {"es": {"summary": ["Una ciudad termina un acuerdo."]}},
            "plan": {"days": [{"aim": "Read", "in_class": ["Aloud."], "texts": {"es": {"aim": "Leer"}}}]},
        },
        "es",
    )
    assert guide.summary == ("Una ciudad termina un acuerdo.",)
    assert guide.days == (Day("Leer", ("Aloud.",), ""),)
    [missing] = guide.days[0].in_class
    assert isinstance(missing, TranslatedText)
    assert (missing.is_fallback, missing.language) == (True, "en")


def test_empty_guide_names_its_missing_parts() -> None:
    assert parse_guide({}).missing == [
        "summary", "care", "plan", "prompts", "extension", "standards", "checked", "parents"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"care": []}, "“care” must be a table"),
        ({"plan": {"minutes": "45"}}, "“minutes” must be a whole number of at least 0"),
        ({"prompts": [{}]}, "“question” is missing"),
        ({"standards": [{"code": "X.1"}]}, "“about” is missing"),
    ],
)
def test_guide_refuses_a_broken_document(table: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument, match=reason):
        parse_guide(table)
