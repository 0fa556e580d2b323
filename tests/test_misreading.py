"""The misread map: which sentences wrong answers point to."""

import pytest

from quizzes.misreading import Misread, misread_map

ORDER = ("s1", "s2", "s3")


def test_sentences_are_ranked_by_attempts_then_answers_then_place() -> None:
    found = misread_map(
        [
            [("s2",), ("s2", "s3")],
            [("s3",)],
            [("s3",), ("s1",)],
            [()],
            [("s2",), ("s2",)],
        ],
        reading_order=ORDER,
    )

    assert found is not None
    assert found.attempt_count == 5
    assert found.sentences == (
        Misread("s3", 3, 3, 0.6),
        Misread("s2", 2, 4, 0.4),
        Misread("s1", 1, 1, 0.2),
    )


def test_ties_stand_in_reading_order() -> None:
    found = misread_map([[("s3", "s1")], [("s2",)], [], [], []], reading_order=ORDER)

    assert found is not None
    assert [sentence.sentence for sentence in found.sentences] == ["s1", "s2", "s3"]


def test_a_sentence_named_twice_by_one_answer_counts_once() -> None:
    found = misread_map([[("s1", "s1")], [], [], [], []], reading_order=ORDER)

    assert found is not None
    assert found.sentences == (Misread("s1", 1, 1, 0.2),)


@pytest.mark.parametrize(("count", "shown"), [(0, False), (4, False), (5, True)])
def test_the_map_is_hidden_below_five_attempts(count: int, shown: bool) -> None:
    assert (misread_map([[("s1",)]] * count, reading_order=ORDER) is not None) == shown
