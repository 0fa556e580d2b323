"""From which quizzes a student is excused after a merge, by what the two entries did and were excused from."""

import pytest

from quizzes.attempts.merged_excuses import EntryQuizzes, merged_excuses

NOTHING = EntryQuizzes(set(), set())


@pytest.mark.parametrize(
    ("keep", "other", "expected"),
    [
        (EntryQuizzes(set(), {1}), NOTHING, {1}),
        (NOTHING, EntryQuizzes(set(), {1}), {1}),
        # Work that counts ends an excuse of the other entry. Excused work does not.
        (EntryQuizzes({1}, set()), EntryQuizzes(set(), {1}), set()),
        (EntryQuizzes(set(), {1}), EntryQuizzes({1}, set()), set()),
        (EntryQuizzes({1}, {1}), NOTHING, {1}),
        (NOTHING, EntryQuizzes({1}, {1}), {1}),
        # 2 and 3 are versions of one quiz. Work decides, first that of `keep`.
        (EntryQuizzes({2}, {3}), EntryQuizzes({3}, {2}), {3}),
        (EntryQuizzes(set(), {3}), EntryQuizzes({3}, {2}), {2}),
        (EntryQuizzes(set(), {2, 3}), EntryQuizzes({3}, {2}), {2}),
        (EntryQuizzes({2}, set()), EntryQuizzes(set(), {2, 3}), {3}),
        # Without work, the version of `keep` counts.
        (EntryQuizzes(set(), {3}), EntryQuizzes(set(), {2}), {3}),
        (EntryQuizzes(set(), {2}), NOTHING, {2}),
        # An entry that is excused from both versions stays excused.
        (EntryQuizzes(set(), {2, 3}), EntryQuizzes(set(), {2}), {2, 3}),
        (EntryQuizzes({3}, {2, 3}), EntryQuizzes(set(), {2}), {2, 3}),
        (EntryQuizzes(set(), {3}), EntryQuizzes(set(), {2, 3}), {2, 3}),
    ],
)
def test_merged_excuses_follow_the_work_of_both(keep: EntryQuizzes, other: EntryQuizzes, expected: set[int]) -> None:
    assert merged_excuses(keep, other, [{2, 3}]) == expected
