"""The values of translated sentences."""

import pytest
from django.template import engines
from django.utils.translation import override

from quizzes.formatting import isolated

SENTENCE = "{% load translation %}{% blocktranslate %}To {{ name }}, by {{ user }}{% endblocktranslate %}"
PLURAL = (
    "{% load translation %}{% blocktranslate count n=counts.answers with to=name %}{{ n }} answer, {{ to }}{% plural %}"
    "{{ n }} answers, {{ to }}{% endblocktranslate %}"
)


def rendered(template: str, **values: object) -> str:
    return engines["django"].from_string(template).render(values)


def test_name_in_the_other_direction_is_isolated() -> None:
    assert rendered(SENTENCE, name="שרה כ.", user="Ana R.") == "To \u2068שרה כ.\u2069, by Ana R."
    assert rendered("{% load translation %}{{ name|isolated }}", name="<ש>") == "\u2068&lt;ש&gt;\u2069"
    with override("ar"):
        assert [isolated(name) for name in ("Ana R.", "שרה כ.")] == ["\u2068Ana R.\u2069", "שרה כ."]


@pytest.mark.parametrize(("count", "expected"), [(1, "1 answer"), (999, "999 answers"), (1171, "1,171 answers")])
def test_large_count_has_a_comma(count: int, expected: str) -> None:
    assert rendered(PLURAL, counts={"answers": count}, name="<ש>") == f"{expected}, \u2068&lt;ש&gt;\u2069"
    same_name = PLURAL.replace("counts.answers", "n")
    assert rendered(same_name, n=count, name="<ש>") == f"{expected}, \u2068&lt;ש&gt;\u2069"
