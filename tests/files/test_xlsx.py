"""Workbooks: what goes in comes back by another library's reader, and nothing in them runs."""

import io
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from quizzes.files.spreadsheet import CellValue, Moment, safe_cell, write_csv
from quizzes.files.xlsx import MAX_CELL, MAX_SHEET_NAME, Sheet, write_xlsx


def read_xlsx(content: bytes) -> dict[str, list[list[object]]]:
    """Rows by sheet name, as python-calamine reads them."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [list(row) for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in workbook.sheet_names
    }


def test_workbook_gives_back_names_and_numbers() -> None:
    rows: list[list[CellValue]] = [
        ["Student", "Points"],
        ["Zoë “Z”, Jr.", 7.5],
        ["李 Łukasz 🙂", 3],
        ["two\nlines", None],
    ]

    assert read_xlsx(write_xlsx([Sheet("Scores", rows)])) == {
        "Scores": [["Student", "Points"], ["Zoë “Z”, Jr.", 7.5], ["李 Łukasz 🙂", 3.0], ["two\nlines", ""]]
    }


def test_moment_is_a_date_in_a_workbook_and_text_in_csv() -> None:
    due = datetime(2026, 10, 23, 11, 1, 5, tzinfo=ZoneInfo("America/New_York"))
    rows: list[list[CellValue]] = [["Due", Moment(due)], ["Saved", Moment(due, has_seconds=True)]]

    assert read_xlsx(write_xlsx([Sheet("Times", rows)])) == {
        "Times": [["Due", datetime(2026, 10, 23, 11, 1)], ["Saved", datetime(2026, 10, 23, 11, 1, 5)]]
    }
    assert write_csv(rows).decode("utf-8-sig") == "Due,2026-10-23 11:01\r\nSaved,2026-10-23 11:01:05\r\n"


def test_text_that_looks_like_something_else_stays_text() -> None:
    rows = [["Head"], ["=1+1"], ["https://a.example/"], ["007"], ["1e5"], ["{=SUM(A1)}"], ["TRUE"]]

    content = write_xlsx([Sheet("Scores", rows)])

    assert [row[0] for row in read_xlsx(content)["Scores"]] == [safe_cell(row[0]) for row in rows]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet


def test_same_rows_are_the_same_bytes() -> None:
    sheets = [Sheet("Scores", [["Student"], ["Maya"]])]

    assert write_xlsx(sheets) == write_xlsx(sheets)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Scores", "scores"], ["Scores", "scores 2"]),
        (["a/b: [c]?"], ["a b c"]),
        (["", "'"], ["Sheet", "Sheet 2"]),
        (["History"], ["History 2"]),
        (["x" * 40, "x" * 40], ["x" * 30 + "…", "x" * 28 + "… 2"]),
    ],
)
def test_sheet_names_are_those_that_excel_takes(names: list[str], expected: list[str]) -> None:
    assert list(read_xlsx(write_xlsx([Sheet(name, [["x"]]) for name in names]))) == expected
    assert all(len(name) <= MAX_SHEET_NAME for name in expected)


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_says_so() -> None:
    rows = [["Head"], ["a" * MAX_CELL], ["🙂" * MAX_CELL]]

    written = [str(row[0]) for row in read_xlsx(write_xlsx([Sheet("Scores", rows)]))["Scores"]]

    assert written[1] == "a" * MAX_CELL
    assert written[2] == "🙂" * (MAX_CELL // 2) + "…"


cells = (
    st.none() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]))
)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=4))
def test_every_table_comes_back_as_it_was_made_safe(rows: list[list[CellValue]]) -> None:
    again = read_xlsx(write_xlsx([Sheet("Scores", [["a", "b", "c"], *rows])]))["Scores"]
    padded = again + [["", "", ""]] * (len(rows) + 1 - len(again))

    assert padded[1:] == [[safe_cell(cell) for cell in row] for row in rows]
