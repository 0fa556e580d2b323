"""CSV for spreadsheets: names intact, numbers numbers, and no text that runs as a formula."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quizzes.files.spreadsheet import CellValue, original_text, safe_cell, write_csv

# What spreadsheet programs take for the start of a formula or a command, with the full-width forms that some of
# them fold to it. Source: OWASP, "CSV Injection".
STARTERS = "=+-@|%＝＋－＠"
INVISIBLE = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"


def read(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def runs(cell: str) -> bool:
    """Whether any line of the cell begins with a starter once what cannot be seen, or quotes, are taken off."""
    return any(line.lstrip(INVISIBLE + '"').startswith(tuple(STARTERS)) for line in re.split("[\r\n]", cell))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Maya Lopez", "Maya Lopez"),
        ("Anne-Marie O’Neil", "Anne-Marie O’Neil"),
        ("María José", "María José"),
        ("a+b@c=d", "a+b@c=d"),
        ("", ""),
        (None, ""),
        (0, 0),
        (-3, -3),
        (7.5, 7.5),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("|cmd", "'|cmd"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("\tx", "'\tx"),
        (" =1", " '=1"),
        ("\xa0=1", "\xa0'=1"),
        ("\u200b=1", "\u200b'=1"),
        ("\ufeff=1", "\ufeff'=1"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ("first\n=2", "first\n'=2"),
        ("first\r\n =2\n+3", "first\r\n '=2\n'+3"),
        # Where the list separator is a semicolon, or the file is opened with tabs, a cell may begin inside of one.
        ("a;=1", "a;'=1"),
        ("a;\t @1", "a;\t '@1"),
        ("a\t-1", "a\t'-1"),
        ("a; b", "a; b"),
        ('"=1', "\"'=1"),
    ],
)
def test_safe_cell_neutralizes_what_would_run(value: CellValue, expected: str | float) -> None:
    assert safe_cell(value) == expected
    if isinstance(value, str):
        assert original_text(str(expected)) == value


def test_csv_opens_in_spreadsheets_with_names_intact() -> None:
    content = write_csv([["Student", "Points"], ["Zoë “Z”, Jr.", 7.5], ["Łukasz", None], ["two\nlines", -1]])

    assert content == (
        b"\xef\xbb\xbf" + 'Student,Points\r\n"Zoë “Z”, Jr.",7.5\r\nŁukasz,\r\n"two\nlines",-1\r\n'.encode()
    )


def test_csv_without_rows_is_empty() -> None:
    assert write_csv([]) == b"\xef\xbb\xbf"


texts = st.text(st.sampled_from(STARTERS + INVISIBLE + "a1,;\"'") | st.characters(codec="utf-8"), max_size=12)


@given(st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=3), st.sampled_from(",;\t"))
@example([["\xa0=1"]], ",")
@example([["a", "b;＝1"]], ";")
@example([["a\n\u200b-1"]], ",")
@example([['a";=1']], ";")
@example([["a", 'b;"=1']], ";")
def test_csv_never_starts_a_formula_whatever_separator_reads_it(rows: list[list[str]], delimiter: str) -> None:
    assert [cell for line in read(write_csv(rows), delimiter) for cell in line if runs(cell)] == []


@given(st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=3))
def test_csv_gives_back_each_cell_but_for_the_apostrophes_put_in(rows: list[list[str]]) -> None:
    again = read(write_csv(rows))

    assert [[cell.replace("'", "") for cell in line] for line in again] == [
        [cell.replace("'", "") for cell in line] for line in rows
    ]


@given(st.lists(st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_csv_numbers_stay_numbers(numbers: list[float]) -> None:
    assert [float(cell) for cell in read(write_csv([numbers]))[0]] == numbers
