"""The comparison of this checkout with an older one: reading figures, and the table."""

from tools.bench.before_after import figures, table


def test_figures_are_read_by_their_labels() -> None:
    lines = [
        "",
        "| goal | median | min | max |",
        "| --- | --- | --- | --- |",
        "| 7 question page: rate over F's page | 0.91 | 0.85 | 0.93 |",
        "|   MB: Footnote, F | 112, 87 | | |",
    ]
    assert figures(lines) == {"7 question page: rate over F's page": 0.91, "MB: Footnote": 112, "MB: F": 87}


def test_queries_of_an_older_checkout_are_compared_too() -> None:
    old = figures(["| 6 statements of a save | 3.00 | 3.00 | 3.00 |", "|   statements, sign-in included | 6.00 | | |"])
    new = figures(["| 6 queries of a save | 2.00 | 2.00 | 2.00 |", "|   queries, sign-in included | 6.00 | | |"])

    assert table([old], [new])[2:] == [
        "| 6 queries of a save | 3.00 | 2.00 | 0.67 |",
        "| queries, sign-in included | 6.00 | 6.00 | 1.00 |",
    ]


def test_table_compares_medians_of_figures_that_both_have() -> None:
    before = [{"save": 2.0, "gone": 1.0}, {"save": 4.0}, {"save": 3.0}]
    after = [{"save": 6.0, "new": 1.0}, {"save": 3.0}, {"save": 3.0}]
    assert table(before, after)[2:] == ["| save | 3.00 | 3.00 | 1.00 |"]
