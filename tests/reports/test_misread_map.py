"""The misread map: which sentences wrong answers point to."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.reports.misread_map import Misread, MisreadColumn, misread_map

ORDER = ("s1", "s2", "s3")


def map_of(attempts: Sequence[Sequence[Sequence[str]]]) -> dict[str, Misread] | None:
    """The map of attempts given as a row each: the sentences that each of its wrong answers points to."""
    width = max((len(row) for row in attempts), default=0) or 1
    columns = []
    for place in range(width):
        own = [row[place] if place < len(row) else () for row in attempts]
        columns.append(MisreadColumn(own, range(len(own))))
    return misread_map(columns, reading_order=ORDER)


def test_sentences_have_the_attempts_with_a_wrong_answer_that_points_to_them() -> None:
    found = map_of([[("s2",), ("s2", "s3")], [("s3", "s3")], [("s3",), ("s1",)], [()], [("s2",), ("s2",)]])

    assert found == {"s1": Misread(1, 0.2), "s2": Misread(2, 0.4), "s3": Misread(3, 0.6)}


@pytest.mark.parametrize(("count", "shown"), [(0, False), (4, False), (5, True)])
def test_the_map_is_hidden_below_five_attempts(count: int, shown: bool) -> None:
    assert (map_of([[("s1",)]] * count) is not None) == shown


@given(st.lists(st.lists(st.lists(st.sampled_from(ORDER), max_size=3), max_size=3), min_size=5, max_size=9))
def test_the_map_counts_what_a_count_one_by_one_gives(attempts: list[list[list[str]]]) -> None:
    counts = Counter(sentence for row in attempts for sentence in {key for answer in row for key in answer})

    found = map_of(attempts)

    assert found is not None
    assert {sentence: one.attempt_count for sentence, one in found.items()} == counts
