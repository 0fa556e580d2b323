"""Item analysis: figures equal published data sets and hand-worked tables, and hold for any attempts."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.results import Option
from quizzes.reports.item_analysis.figures import ChoiceFigures, Figures, Item, ItemFigures
from quizzes.reports.item_analysis.flags import at_most, find_flags
from quizzes.reports.item_analysis.formulas import (
    correlation,
    cronbachs_alpha,
    extreme_groups,
    facility_index,
    spread,
    standard_error,
)
from tools.false_flags import analyze

TOLERANCE = 1e-9
DOCS = Path(__file__).parents[2] / "docs" / "item-analysis.md"

# Law School Admission Test, section 6: how many of 1,000 gave each pattern 00000, 00001, ..., 11111 of right answers.
# Source: Bock, R. D. and Lieberman, M. (1970), Psychometrika 35, 179-197; data set LSAT of the R package ltm.
LSAT = tuple(
    int(count)
    for count in ("3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298").split()
)

# Twelve students at eleven questions, the Kuder-Richardson example of real-statistics.com/reliability.
# Source of the table: data set cronbach_wide_missing of Pingouin, its four empty cells filled in with the medians.
KR20 = """
11111111111 11111111010 10111111100 11101101100 11111000100 01101111000
11110010000 11111000000 01011000010 10010100000 11100000000 10010000000
"""

# NIST Statistical Reference Datasets, linear regression, Norris: (y, x) in tenths.
NORRIS_Y = "1 3388 1181 8880 92 2281 6685 9985 4491 7789 5592 3 1 7781 6688 3393 4489 108"
NORRIS_Y += " 5577 2283 9980 8888 1196 3 6 5576 3393 8880 9985 7789 102 1176 2289 6684 4492 2"
NORRIS_X = "2 3374 1182 8846 101 2265 6663 9963 4486 7770 5582 4 6 7755 6669 3380 4475 116"
NORRIS_X += " 5560 2281 9958 8876 1202 3 3 5568 3391 8872 9990 7790 111 1183 2292 6691 4489 5"

# NIST Statistical Reference Datasets, univariate, Michelson: speed of light, km/s above 299,000.
MICHELSON = """
850 740 900 1070 930 850 950 980 980 880 1000 980 930 650 760 810 1000 1000 960 960
960 940 960 940 880 800 850 880 900 840 830 790 810 880 880 830 800 790 760 800
880 880 880 860 720 720 620 860 970 950 880 910 850 870 840 840 850 840 840 840
890 810 810 820 800 770 760 740 750 760 910 920 890 860 880 720 840 850 850 780
890 840 780 810 760 810 790 810 820 850 870 870 810 740 810 940 950 800 810 870
"""


def whole(text: str) -> list[int]:
    return [int(word) for word in text.split()]


def right_or_wrong(rows: Sequence[str]) -> list[list[Fraction | None]]:
    """One row an attempt; 1 right, 0 wrong, - or – unanswered."""
    return [[None if mark in "-–" else Fraction(int(mark)) for mark in row] for row in rows]


def items(count: int, **fields: object) -> list[Item]:
    return [Item(f"q{number}", 1, **fields) for number in range(1, count + 1)]  # type: ignore[arg-type]


def lsat() -> Figures:
    rows = [f"{pattern:05b}" for pattern, count in enumerate(LSAT) for _ in range(count)]
    return analyze(items(5), right_or_wrong(rows))


# --- Published data sets ------------------------------------------------------------------------------------------


def test_lsat_facilities_are_the_printed_proportions() -> None:
    figures = lsat()

    assert figures.attempt_count == 1000
    assert [item.facility for item in figures.items] == [0.924, 0.709, 0.553, 0.763, 0.87]
    assert figures.mean == 3.819


def test_lsat_alpha_is_the_printed_one_and_the_exact_fraction() -> None:
    # 1,000 Σx² - (Σx)² of a question with r right is r (1,000 - r): 70,224 + 206,319 + 247,191 + 180,831 + 113,100
    # = 817,665. Of the scores: 20 ones, 85 twos, 237 threes, 357 fours, 298 fives, 3,819 points in all.
    squares = 20 * 1 + 85 * 4 + 237 * 9 + 357 * 16 + 298 * 25
    scores = 1000 * squares - 3819**2
    by_hand = Fraction(5, 4) * (1 - Fraction(817_665, scores))

    alpha = lsat().alpha

    assert alpha is not None
    assert round(alpha, 3) == 0.295  # as cronbach.alpha(LSAT) of ltm prints it
    assert by_hand == Fraction(631_435, 2_140_478)
    assert alpha == pytest.approx(float(by_hand), abs=TOLERANCE)


def test_lsat_discrimination_of_the_first_question_is_the_hand_worked_one() -> None:
    # Of the 924 who were right, the rest of the score adds up as the patterns from 16 on say.
    right = [(bin(pattern).count("1") - 1, count) for pattern, count in enumerate(LSAT) if pattern >= 16]
    everyone = right + [(bin(pattern).count("1"), count) for pattern, count in enumerate(LSAT) if pattern < 16]
    with_right = sum(rest * count for rest, count in right)
    total = sum(rest * count for rest, count in everyone)
    squares = sum(rest**2 * count for rest, count in everyone)
    square_of_r = Fraction((1000 * with_right - 924 * total) ** 2, (924 * 76) * (1000 * squares - total**2))

    discrimination = lsat().items[0].discrimination

    assert discrimination is not None
    assert discrimination**2 == pytest.approx(float(square_of_r), abs=TOLERANCE)


def test_lsat_groups_are_270_attempts_with_shared_places() -> None:
    # 298 attempts are all right, so the upper group is. Below: 108 with 0 to 2 right, and 162 places for 237 with 3.
    figures = lsat()
    below = sum(count for pattern, count in enumerate(LSAT) if bin(pattern).count("1") < 3 and pattern >= 16)
    tied = sum(count for pattern, count in enumerate(LSAT) if bin(pattern).count("1") == 3 and pattern >= 16)

    assert figures.group_size == 270
    assert [item.upper_share for item in figures.items] == [1.0] * 5
    assert figures.items[0].lower_share == pytest.approx(
        float((below + Fraction(162, 237) * tied) / 270), abs=TOLERANCE
    )


def test_alpha_is_the_published_kr20() -> None:
    figures = analyze(items(11), right_or_wrong(KR20.split()))

    # Printed by Pingouin's documentation of cronbach_alpha; Real Statistics prints 0.738.
    assert figures.alpha == pytest.approx(0.7380191693290734, abs=TOLERANCE)


def test_correlation_is_the_one_that_nist_certifies() -> None:
    r = correlation(whole(NORRIS_Y), whole(NORRIS_X))

    assert r is not None
    assert r**2 == pytest.approx(0.999993745883712, abs=TOLERANCE)


def test_mean_and_spread_are_those_that_nist_certifies() -> None:
    speeds = whole(MICHELSON)
    deviation = spread(speeds)

    assert deviation is not None
    assert 299 + statistics.mean(speeds) / 1000 == pytest.approx(299.8524, abs=TOLERANCE)
    assert deviation / 1000 == pytest.approx(0.0790105478190518, abs=TOLERANCE)


# --- The worked example of docs/item-analysis.md ------------------------------------------------------------------


def test_the_documented_example_holds() -> None:
    tables = _tables(DOCS.read_text(encoding="utf-8"))
    attempts, by_item, by_set = tables["attempt"], tables["figure"], tables["figure of the set"]

    figures = analyze(items(4), right_or_wrong(["".join(row[1:5]) for row in attempts]))

    assert [sum(int(mark) for mark in row[1:5] if mark != "–") for row in attempts] == [int(row[5]) for row in attempts]
    found = {
        "facility": [item.facility for item in figures.items],
        "discrimination": [item.discrimination for item in figures.items],
        "upper group": [item.upper_share for item in figures.items],
        "lower group": [item.lower_share for item in figures.items],
        "omitted": [item.omitted_count for item in figures.items],
        "not reached": [item.not_reached_count for item in figures.items],
    }
    assert found == {row[0]: [pytest.approx(float(cell), abs=TOLERANCE) for cell in row[1:]] for row in by_item}
    assert {
        "mean": figures.mean,
        "median": figures.median,
        "spread": figures.spread,
        "alpha": figures.alpha,
        "standard error": figures.standard_error,
    } == {row[0]: pytest.approx(float(row[1]), abs=TOLERANCE) for row in by_set}
    assert figures.alpha == pytest.approx(38 / 93, abs=TOLERANCE)
    assert figures.standard_error == pytest.approx((22 / 27) ** 0.5, abs=TOLERANCE)


def _tables(text: str) -> dict[str, list[list[str]]]:
    """The rows of the last table under each first heading cell."""
    tables: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            tables[rows[0][0]] = rows[2:]
            rows = []
    return tables


# --- What counts, and what is not known ---------------------------------------------------------------------------


def test_nothing_is_known_without_attempts() -> None:
    figures = analyze(items(2, options=(Option("a", "A", True, ""),)), [])

    assert (figures.attempt_count, figures.max_points, figures.mean, figures.median, figures.alpha) == (
        (0, 2) + (None,) * 3
    )
    assert [item.facility for item in figures.items] == [None, None]
    assert [choice.count for choice in figures.items[0].choices] == [0]


@pytest.mark.parametrize(("count", "known"), [(9, False), (10, True)])
def test_figures_that_compare_attempts_need_ten(count: int, known: bool) -> None:
    rows = ["111", "110", "100", "000", "101", "011", "010", "001", "110", "100"][:count]
    figures = analyze(items(3), right_or_wrong(rows))
    item = figures.items[0]

    compared = [figures.spread, figures.alpha, figures.standard_error, figures.group_size]
    compared += [item.discrimination, item.upper_share, item.lower_share, item.upper_lower]

    assert [figure is not None for figure in compared] == [known] * 8
    assert figures.mean is not None
    assert item.facility is not None


def test_a_question_that_all_got_right_tells_nothing_of_differences() -> None:
    figures = analyze(items(2), right_or_wrong(["11"] * 6 + ["10"] * 6))

    assert [item.discrimination for item in figures.items] == [None, None]
    assert figures.items[0].facility == 1


def test_points_and_partial_credit_weigh_in() -> None:
    # Scores of ten attempts: (1, 1/2) gives 1 + 3/2 = 2.5, (0, 1) gives 3, (1, 0) gives 1.
    credits = [[Fraction(1), Fraction(1, 2)]] * 4 + [[Fraction(0), Fraction(1)]] * 4 + [[Fraction(1), Fraction(0)]] * 2
    figures = analyze([Item("one", 1), Item("two", 3)], credits)

    assert figures.max_points == 4
    assert figures.mean == pytest.approx((4 * 2.5 + 4 * 3 + 2 * 1) / 10, abs=TOLERANCE)
    assert figures.median == 2.5
    assert [item.facility for item in figures.items] == [0.6, 0.6]


def test_a_dropped_question_counts_in_no_total_but_keeps_its_figures() -> None:
    rows = right_or_wrong(["111", "110", "100", "000", "101", "011", "010", "001", "110", "100"])
    dropped = analyze([Item("a", 1), Item("b", 1), Item("c", 0)], rows)
    without = analyze(items(2), [row[:2] for row in rows])

    assert (dropped.max_points, dropped.mean, dropped.alpha) == (2, without.mean, without.alpha)
    assert dropped.items[2].facility == 0.4
    expected = statistics.correlation([int(row[2] or 0) for row in rows], [sum(map(int, row[:2])) for row in rows])  # type: ignore[arg-type]
    assert dropped.items[2].discrimination == pytest.approx(expected, abs=TOLERANCE)


def test_omitted_and_not_reached_follow_the_order_shown() -> None:
    rows = right_or_wrong(["1--", "1--", "-1-", "---"])
    figures = analyze(items(3), rows, orders=[(0, 1, 2), (1, 2, 0), (0, 1, 2), (2, 1, 0)])

    assert [(item.omitted_count, item.not_reached_count) for item in figures.items] == [(1, 1), (1, 2), (1, 3)]
    assert [item.answered_count for item in figures.items] == [2, 1, 0]


def test_a_negative_alpha_is_given_and_counts_as_no_reliability() -> None:
    figures = analyze(items(3), right_or_wrong(["100", "010", "001", "110", "011"] * 2))

    assert figures.alpha is not None
    assert figures.alpha < 0
    assert figures.standard_error == figures.spread


# --- Choices and flags --------------------------------------------------------------------------------------------

CHOICES = tuple(Option(key, f"Choice {key}", key == "a", "") for key in "abcd")


def picked_test(picks: str) -> Figures:
    """A question of four choices, answered as `picks` say, beside four that sort the attempts from best to weakest."""
    count = len(picks)
    credits = [
        [Fraction(pick == "a"), *(Fraction(place < count * share // 5) for share in (1, 2, 3, 4))]
        for place, pick in enumerate(picks)
    ]
    rows = [[(pick,), (), (), (), ()] for pick in picks]
    test = [Item("q1", 1, CHOICES, 0.25), *items(4)]
    return analyze(test, credits, picks=rows)


def test_choices_are_counted_in_all_and_in_each_group() -> None:
    question = picked_test("aaaabbbccd").items[0]

    assert [(choice.option.id, choice.count, choice.share) for choice in question.choices] == [
        ("a", 4, 0.4),
        ("b", 3, 0.3),
        ("c", 2, 0.2),
        ("d", 1, 0.1),
    ]
    # Scores 5, 5, 4, 4, 2, 2, 1, 1, 0, 0: the lower three are a c, the d, and one place that a b and a c share.
    assert [choice.upper_share for choice in question.choices] == [1, 0, 0, 0]
    third, sixth = Fraction(1, 3), Fraction(1, 6)
    assert [choice.lower_share for choice in question.choices] == [0, sixth, 3 * sixth, third]
    # As floats, their difference would be a little less than 0.555, and the page would write 0.55.
    exact = replace(question, upper_share=Fraction(533, 600), lower_share=third)
    assert exact.upper_lower == 0.555


def test_unlisted_options_appear_only_where_given() -> None:
    options = (*CHOICES, Option("e", "Typed", False, "", listed=False), Option("f", "Rare", False, "", listed=False))
    figures = analyze([Item("q", 1, options)], [[Fraction(0)]], picks=[[("e",)]])

    assert [(choice.option.id, choice.count) for choice in figures.items[0].choices] == [
        ("a", 0),
        ("b", 0),
        ("c", 0),
        ("d", 0),
        ("e", 1),
    ]


def test_a_wrong_key_is_flagged_with_the_choice_that_good_students_took() -> None:
    question = picked_test("bbbbbbbbbbbbbbbaaaca").items[0]

    assert [(flag.kind, flag.reason) for flag in question.flags] == [
        ("key", "strong students chose “Choice b”: check the answer"),
        (
            "discrimination",
            "strong students did worse on this: check the answer and wording",
        ),
    ]


def test_a_question_no_one_knows_is_flagged() -> None:
    question = picked_test("bcdbcdbcdbcd").items[0]

    assert [flag.kind for flag in question.flags] == ["chance"]


def test_a_wrong_answer_that_led_by_chance_is_not_flagged() -> None:
    # The upper group chose b more often than a, and the correlation is -0.52.
    question = picked_test("bbbbbaaccdbbcacdaaaa").items[0]

    assert question.choices[1].upper_share == pytest.approx(2 / 3)
    assert question.flags == ()


def test_a_choice_that_tempts_no_one_is_flagged_against_many_wrong_answers() -> None:
    # 0.9 to the power of 70 is below 0.01 / (5 questions * 3 wrong choices), to the power of 69 it is not.
    few, enough = (picked_test("a" * 60 + "b" * 35 + "c" * count).items[0] for count in (34, 35))

    assert few.flags == ()
    assert [flag.reason for flag in enough.flags] == ["no one chose “Choice d”: try a likelier wrong answer"]


@pytest.mark.parametrize(("question_count", "kinds"), [(5, ["key"]), (45, [])])
def test_limits_get_stricter_with_the_number_of_questions(question_count: int, kinds: list[str]) -> None:
    # 3 of 15 who gave a or b gave a: by chance 0.018, which is above 2 / (45 questions * 3 wrong choices).
    shares = {"a": (3, 0.1), "b": (12, 0.8), "c": (1, 0.1), "d": (1, 0.0)}
    choices = tuple(
        ChoiceFigures(option, count, None, upper, None)
        for option, (count, upper) in zip(CHOICES, shares.values(), strict=True)
    )
    question = ItemFigures(Item("q", 1, CHOICES), 17, 17, 0, 0, 3 / 17, choices)

    assert at_most(3, 15, 0.5) == pytest.approx(576 / 2**15)
    assert (at_most(14, 15, 1.0), at_most(15, 15, 1.0)) == (0.0, 1.0)
    # More ways than a float holds.
    assert at_most(4999, 10_000, 0.5) == pytest.approx(0.496, abs=0.001)
    assert [flag.kind for flag in find_flags(question, question_count=question_count)] == kinds


def test_a_question_that_many_did_not_reach_is_flagged() -> None:
    figures = analyze(items(2), right_or_wrong(["11", "10"] * 4 + ["1-", "0-", "1-"]))

    assert figures.items[0].flags == ()
    assert [flag.reason for flag in figures.items[1].flags] == ["3 of 11 didn’t get this far: allow more time"]


def test_below_ten_attempts_nothing_is_flagged() -> None:
    assert picked_test("bbbbbaaaa").items[0].flags == ()


def test_a_question_that_works_has_no_flag() -> None:
    assert picked_test("aaaaaaaaabcdbcdbcd").items[0].flags == ()


# --- What holds for any attempts ----------------------------------------------------------------------------------

credit = st.none() | st.fractions(0, 1, max_denominator=4)
sheets = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.integers(1, 4), min_size=width, max_size=width),
        st.lists(st.lists(credit, min_size=width, max_size=width), min_size=10, max_size=25),
    )
)


@given(sheets)
def test_figures_equal_those_of_exact_fractions(sheet: tuple[list[int], list[list[Fraction | None]]]) -> None:
    points, credits = sheet
    figures = analyze([Item(f"q{place}", worth) for place, worth in enumerate(points)], credits)
    scores = [[worth * (credit or Fraction(0)) for worth, credit in zip(points, row, strict=True)] for row in credits]
    totals = [sum(row, start=Fraction(0)) for row in scores]

    assert figures.mean == pytest.approx(float(statistics.mean(totals)), abs=TOLERANCE)
    assert figures.median == pytest.approx(float(statistics.median(totals)), abs=TOLERANCE)
    assert figures.spread == pytest.approx(float(statistics.variance(totals)) ** 0.5, abs=TOLERANCE)
    variance = statistics.variance(totals)
    columns = list(zip(*scores, strict=True))
    if variance:
        parts = sum((statistics.variance(column) for column in columns), start=Fraction(0))
        count = len(points)
        assert figures.alpha == pytest.approx(float(Fraction(count, count - 1) * (1 - parts / variance)), abs=TOLERANCE)
    else:
        assert figures.alpha is None
    for column, item in zip(columns, figures.items, strict=True):
        rest = [total - score for total, score in zip(totals, column, strict=True)]
        if len(set(column)) > 1 and len(set(rest)) > 1:
            assert item.discrimination == pytest.approx(statistics.correlation(column, rest), abs=1e-7)
        else:
            assert item.discrimination is None


@given(sheets, st.randoms(use_true_random=False))
def test_the_order_of_attempts_changes_nothing(
    sheet: tuple[list[int], list[list[Fraction | None]]], chance: random.Random
) -> None:
    points, credits = sheet
    test = [Item(f"q{place}", worth) for place, worth in enumerate(points)]
    shuffled = list(credits)
    chance.shuffle(shuffled)

    assert analyze(test, shuffled) == analyze(test, credits)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_groups_have_their_size_and_meet_only_where_all_are_tied(totals: list[int]) -> None:
    upper, lower = extreme_groups(totals)

    for group in (upper, lower):
        assert group.size == max(1, int(0.27 * len(totals) + 0.5))
        assert len(group.whole) + group.weight * len(group.ties) == pytest.approx(group.size)
        assert 0 < group.weight <= 1
    assert not set(upper.whole) & set(lower.whole)
    assert upper.mean(totals) >= lower.mean(totals)


def test_extreme_groups_need_an_attempt() -> None:
    with pytest.raises(ValueError, match="no attempts"):
        extreme_groups([])


def test_formulas_say_none_where_there_is_nothing_to_say() -> None:
    assert facility_index([], 1) is None
    assert correlation([1, 1], [1, 2]) is None
    assert spread([3]) is None
    assert cronbachs_alpha([[1, 2, 3]], [1, 2, 3]) is None
    assert cronbachs_alpha([[1, 0], [0, 1]], [1, 1]) is None
    assert standard_error(None, 0.5) is None
    assert standard_error(2.0, 0.75) == 1.0
