"""The mean growth of 2 halves and its interval, on worked values."""

import pytest

from quizzes.reports.growth_figures import MIN_HALF, growth_figure, t_quantile


def test_mean_of_the_halves_ignores_which_form_is_harder() -> None:
    a_first, b_first = [0.5, 0.25, 0.0, 0.25, 0.5, 0.0], [0.0, 0.25, 0.5, 0.25, 0.0, 0.5]
    # Form B is harder by 0.5 of the points for everyone.
    harder_b = growth_figure([one - 0.5 for one in a_first], [one + 0.5 for one in b_first])
    equal = growth_figure(a_first, b_first)
    assert equal is not None
    assert harder_b == equal
    assert equal.mean == pytest.approx(0.25)
    # Squares within a half: 4 * 0.0625; pooled: 2 * 0.25 / 10 = 0.05; error: sqrt(0.05 * (1/6 + 1/6)) / 2.
    assert equal.standard_error == pytest.approx((0.05 / 3) ** 0.5 / 2)
    assert (equal.low, equal.high) == (
        pytest.approx(0.25 - 2.228 * equal.standard_error, abs=1e-3),
        pytest.approx(0.25 + 2.228 * equal.standard_error, abs=1e-3),
    )
    assert equal.is_clear


def test_halves_count_alike_whatever_their_size() -> None:
    figure = growth_figure([0.2, 0.4] * 3, [0.7, 0.9] * 6)
    assert figure is not None
    assert figure.mean == pytest.approx((0.3 + 0.8) / 2)


def test_interval_with_0_is_not_clear() -> None:
    figure = growth_figure([-0.5, 0.5] * 3, [-0.5, 0.5, 0.1] * 2)
    assert figure is not None
    assert figure.low < 0 < figure.high
    assert not figure.is_clear


@pytest.mark.parametrize(
    ("a_first", "b_first"),
    [
        ([], []),
        ([0.1, 0.2] * MIN_HALF, [0.1] * (MIN_HALF - 1)),
        ([0.1] * (MIN_HALF - 1), [0.1, 0.2] * MIN_HALF),
        ([0.5] * 9, [0.5] * 9),
    ],
    ids=["nobody", "few B", "few A", "no spread"],
)
def test_too_few_students_give_no_figure(a_first: list[float], b_first: list[float]) -> None:
    assert growth_figure(a_first, b_first) is None


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(10, 2.2281), (15, 2.1314), (20, 2.0860), (30, 2.0423), (60, 2.0003)]
)
def test_quantiles_are_those_of_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(freedom) == pytest.approx(quantile, abs=1e-3)
