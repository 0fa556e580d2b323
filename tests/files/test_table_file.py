"""Tables from files: every separator, encoding and spreadsheet that schools export, and a reason for any other file."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.importing import EXAMPLES
from quizzes.files.questions.item import UnreadableFile
from quizzes.files.questions.kahoot import write_kahoot
from quizzes.files.questions.tables import write_template_csv, write_template_xlsx
from quizzes.files.sheet import OLD_EXCEL
from quizzes.files.table_file import MAX_BYTES, TableRow, UnreadableTable, read_table, read_text

ROWS = (TableRow(1, ("Name", "ID")), TableRow(2, ("José Núñez", "17")))


def workbook(*sheets: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        for table in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
    return stream.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_in_any_encoding_with_any_separator(separator: str, encoding: str, end: str) -> None:
    text = end.join([f"Name{separator}ID", f"José Núñez{separator}17", ""])
    file = read_table(text.encode(encoding))
    assert file.rows == ROWS
    assert bool(file.note) == (encoding == "cp1252")


@pytest.mark.parametrize(
    "content",
    [
        write_template_csv("Questions", EXAMPLES),
        write_template_xlsx("Questions", EXAMPLES),
        write_kahoot("Questions", EXAMPLES[:1]),
    ],
    ids=["CSV", "Excel", "Kahoot"],
)
def test_file_with_questions_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableTable, match="This file has questions, not names"):
        read_table(content)


def test_separator_line_of_excel_is_no_row() -> None:
    assert read_text("sep=;\nName;ID\nJosé Núñez;17") == (
        TableRow(2, ("Name", "ID")),
        TableRow(3, ("José Núñez", "17")),
    )


def test_quotes_hold_separators_and_a_lost_quote_loses_no_row() -> None:
    assert read_text('Name,Note\n"Lopez, Maya","a ""b"""')[1].cells == ("Lopez, Maya", 'a "b"')
    assert [row.cells[0] for row in read_text('Name,Note\n"Maya,x\nNoah,y')] == ["Name", '"Maya', "Noah"]


def test_last_name_first_is_one_column() -> None:
    assert read_text("Lopez, Maya\nKim, Noah") == (TableRow(1, ("Lopez, Maya",)), TableRow(2, ("Kim, Noah",)))
    # Odd lines, up to half of all, make no columns of the others.
    for odd in ("Lee,Ana", 'Lee, Robert "Bobby"', "Lee, Ana,", "Lee, Ana, absent", "Total, 2", "Room 7, north; east"):
        assert read_text(f"Lopez, Maya\n{odd}")[0].cells == ("Lopez, Maya",), odd


def test_comma_and_space_between_columns_separates_them() -> None:
    # A first line without a space, or with several commas, is the heading of columns. A name and its number are no
    # “Last, First”.
    for text, cells in (
        ("Last, First, ID\nRuiz, Ana\nKim, Noah\nLopez, Maya, 101", ("Ruiz", "Ana")),
        ("Last,First\nLopez, Maya\nKim, Noah", ("Lopez", "Maya")),
        ("Maya Lopez, 7\nMaya Lopez, 7th", ("Maya Lopez", "7th")),
        ("ID, Name\n101, Maya Lopez\n102, Noah Kim", ("101", "Maya Lopez")),
    ):
        assert read_text(text)[1].cells == cells


def test_a_few_rows_of_a_spreadsheet_between_typed_names_have_columns() -> None:
    rows = read_text("Maya Cruz\nZoë Núñez\tzoe@school.example\t7\nLee, Noah")
    assert [row.cells for row in rows] == [("Maya Cruz",), ("Zoë Núñez", "zoe@school.example", "7"), ("Lee, Noah",)]
    # Headings above them have one word.
    rows = read_text("Name\tGrade\nOkoro, Amara\t8\nZoë Núñez\nLee, Noah\nCruz, Maya")
    assert [row.cells for row in rows][:3] == [("Name", "Grade"), ("Okoro, Amara", "8"), ("Zoë Núñez",)]
    # A tab within a name.
    assert [row.cells for row in read_text("Maya Cruz\nNoah Lee\nZoë\tNúñez")][2] == ("Zoë Núñez",)


def test_spreadsheet_gives_the_first_sheet_with_text() -> None:
    assert read_table(workbook([], [["Name", "ID"], ["José Núñez", 17]])).rows == ROWS


def test_rows_keep_their_number_where_rows_are_blank() -> None:
    rows = read_table(workbook([["Roster"], [], ["Name"], ["Ana"]])).rows
    assert [row.number for row in rows] == [1, 3, 4]


def test_cell_far_from_the_others_does_not_end_the_site() -> None:
    """The reader asks for memory for all cells between, and ends the process that does not get it."""
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet().write(1_048_575, 16_383, "far")
    assert len(stream.getvalue()) < 10_000
    with pytest.raises(UnreadableTable, match="We couldn’t read this spreadsheet"):
        read_table(stream.getvalue())
    with pytest.raises(UnreadableFile, match="We couldn’t read this spreadsheet"):
        read_questions(stream.getvalue())


def test_many_sheets_with_one_cell_far_away_are_refused_before_all_are_read() -> None:
    """30 such sheets are 9 KB, and a thread of the site waited 20 s for them (2026-11-29)."""
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        for _ in range(6):
            book.add_worksheet().write(1_048_575, 3, " ")
    with pytest.raises(UnreadableTable, match="We couldn’t read this spreadsheet"):
        read_table(stream.getvalue())


def test_one_long_text_in_many_cells_is_refused_before_it_is_read() -> None:
    """A workbook has each text once. 21 KB of one with 4,000 cells took 2 GB (2026-11-28)."""
    content = workbook([["é" * 32_000] for _ in range(400)])
    assert len(content) < 10_000
    with pytest.raises(UnreadableTable, match="too big for a list of students"):
        read_table(content)
    with pytest.raises(UnreadableFile, match="too big"):
        read_questions(content)


def test_sheet_with_more_cells_than_any_list_has_is_refused_before_the_site_reads_it() -> None:
    """56 KB with 1,200,000 cells kept a process of the site at work for 3.6 s (2026-12-02)."""
    content = workbook([[7] * 50 for _ in range(4_001)])
    with pytest.raises(UnreadableTable, match="too big for a list of students"):
        read_table(content)
    with pytest.raises(UnreadableFile, match="too big"):
        read_questions(content)

    table = read_table(workbook([[7] * 50, *([["", 7]] * 4_001)]))

    assert len(table.rows) == 4_002


def _too_large() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This file is empty."),
        (b" \n ", "This file is empty."),
        (b"x" * (MAX_BYTES + 1), "This file is over 1 MB, too big for a list of students. Is it the right file?"),
        (b"PK\x03\x04broken", "Part of this file is missing. Export it again."),
        (b"\xd0\xcf\x11\xe0broken", "We couldn’t read this spreadsheet. Save it as CSV, and try again."),
        (b"\xff\xfea", "Part of this file is missing. Export it again."),
        (b"%PDF-1.7\x01\x02", "This isn’t a list of students. Choose a CSV, Excel, or OpenDocument file."),
        (workbook([]), "This file is empty."),
        (_too_large(), "This spreadsheet is too big for a list of students. Is it the right file?"),
    ],
    ids=["empty", "blank", "large", "broken zip", "broken xls", "half a letter", "pdf", "empty sheet", "zip bomb"],
)
def test_other_files_are_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_table(content)
    assert str(refused.value) == reason


def _locked_ods() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        archive.writestr("content.xml", b"\x00\x01")
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        OLD_EXCEL + b"\x00" * 508 + "EncryptedPackage".encode("utf-16-le"),
        # The records BOF and FILEPASS, of 16 and 54 bytes.
        OLD_EXCEL + b"\x00" * 508 + b"\x09\x08\x10\x00\x00\x06" + b"\x05" * 14 + b"\x2f\x00\x36\x00\x01\x00",
        _locked_ods(),
    ],
    ids=["xlsx", "xls", "ods"],
)
def test_a_spreadsheet_with_a_password_says_so(content: bytes) -> None:
    reason = "This file has a password. Save a copy without it, and choose the copy."
    for read, refusal in ((read_table, UnreadableTable), (read_questions, UnreadableFile)):
        with pytest.raises(refusal) as refused:
            read(content)
        assert str(refused.value) == reason


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_reason(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"name,id\n"):
        try:
            rows = read_table(start + content).rows
        except UnreadableTable as refused:
            assert str(refused)  # noqa: PT017  either way out is fine
        else:
            assert all(any(row.cells) for row in rows)


def test_a_long_run_of_spaces_costs_no_more_than_their_length() -> None:
    """If each space starts a new search, a megabyte takes hours, and the site serves nobody else."""
    spaces = b" " * (MAX_BYTES - 100)
    for start, end in ((b"Ana", b"Ruiz"), (b"Ruiz, Ana", b","), (b"Ana Ruiz", b"<ana@school.example")):
        line = start + spaces + end
        assert [row.number for row in read_table(line).rows] == [1]
