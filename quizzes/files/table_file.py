"""Tables that schools export: text with any separator and common encoding, XLSX, XLS, ODS. Bytes in, rows out."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from quizzes.files.zip_file import declared_size

MAX_BYTES = 1_000_000
# A spreadsheet is a ZIP archive. A larger one is no table of names.
MAX_UNPACKED_BYTES = 50_000_000
MAX_COLUMNS = 60
# Longer cells are cut. Searching a cell of a megabyte for an address would take minutes.
MAX_CELL_LENGTH = 500
SEPARATORS = "\t;,|"
# A character that no text has, because `_decoded` refuses it and forms do too.
NO_SEPARATOR = "\x1f"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_TEXT_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# One name on a line, not two columns: a comma with a space behind it.
_LAST_FIRST = re.compile(r"[^,;|\"\t]+, [^,;|\"\t]+(?:, (?:jr|sr|ii|iii|iv)\.?)?\s*", re.IGNORECASE)
# Lines that show which separator a text has.
_SAMPLE_LINES = 50


class UnreadableTable(ValueError):
    """A file that is no table. The message is for the teacher."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. number: its place in the file, from 1. cells: without outer spaces; at least one has text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableFile:
    """The rows that have text. note: what was guessed, for the teacher; "" for nothing."""

    rows: tuple[TableRow, ...]
    note: str = ""


def read_table(content: bytes) -> TableFile:
    """The first sheet with text of a spreadsheet, or the rows of a text file. Raises UnreadableTable."""
    if len(content) > MAX_BYTES:
        raise UnreadableTable("This file is over 1 MB, too big for a roster. Is it the right file?")
    if content.startswith((_ZIP, _OLD_EXCEL)):
        return TableFile(_rows(_sheet(content)))
    text, note = _decoded(content)
    return TableFile(read_text(text), note)


def read_text(text: str) -> tuple[TableRow, ...]:
    """The rows of a text with any of the separators. Raises UnreadableTable."""
    lines = text.lstrip("\ufeff").splitlines()
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    separator = _separator(lines)
    # Excel writes the separator of its own files into a first line.
    marked = lines[first].strip().casefold() if lines else ""
    if marked.startswith("sep=") and len(marked) <= len("sep=") + 1:
        separator = marked[len("sep=") :] or separator
        lines[first] = ""
    try:
        table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator or NO_SEPARATOR, strict=True))
    except csv.Error:
        # A quote that never ends. Without quotes every line is a row of its own.
        table = [line.split(separator) if separator else [line] for line in lines]
    return _rows(table)


def _rows(table: Sequence[Sequence[object]]) -> tuple[TableRow, ...]:
    rows = []
    for number, row in enumerate(table, start=1):
        cells = tuple(_text(cell) for cell in row[:MAX_COLUMNS])
        if any(cells):
            rows.append(TableRow(number, cells))
    return tuple(rows)


def _text(cell: object) -> str:
    """A cell as a person reads it: a student number has no decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell)[:MAX_CELL_LENGTH].split())


def _separator(lines: Sequence[str]) -> str:
    """The separator that most lines have; "" if none has more than half of them, or if the lines are “Last, First”."""
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    with_comma = [line for line in sample if "," in line]
    if with_comma and all(map(_LAST_FIRST.fullmatch, with_comma)):
        return ""
    counts = {separator: sum(separator in line for line in sample) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: counts[separator])
    return best if 2 * counts[best] > len(sample) else ""


def _decoded(content: bytes) -> tuple[str, str]:
    """(text, note). Text without a mark is UTF-8, or else Windows-1252, which older spreadsheets write."""
    if not content.strip():
        raise UnreadableTable("This file is empty.")
    encoding = next((name for mark, name in _TEXT_MARKS if content.startswith(mark)), "")
    if not encoding and b"\x00" in content[:4]:
        encoding = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    try:
        text, note = content.decode(encoding or "utf-8"), ""
    except UnicodeDecodeError:
        if encoding:
            raise UnreadableTable("Part of this file is missing. Export it again.") from None
        # Five bytes have no meaning in Windows-1252.
        text = content.decode("cp1252", errors="replace")
        note = "This file doesn’t say how its letters are stored. Check the names with accents."
    if any(character < " " and character not in "\t\r\n\f\v" for character in text):
        raise UnreadableTable("This isn’t a roster file. Choose a CSV, Excel, or OpenDocument file.")
    return text, note


def _sheet(content: bytes) -> list[list[object]]:
    """The first sheet with text."""
    if content.startswith(_ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                size = declared_size(archive)
        # A false place in the directory of the archive is a ValueError.
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise UnreadableTable("Part of this file is missing. Export it again.") from error
        if size > MAX_UNPACKED_BYTES:
            raise UnreadableTable("This spreadsheet is too big for a roster. Is it the right file?")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(str(cell).strip() for row in table for cell in row):
                return [list(row) for row in table]
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableTable("We couldn’t read this spreadsheet. Save it as CSV, and try again.") from error
    raise UnreadableTable("This file is empty.")
