"""Tables for spreadsheets: CSV that keeps names intact and never runs as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# A cell is dangerous if any of its lines, after white space of any kind, begins with one of these.
# Source: OWASP, "CSV Injection".
_FORMULA_START = re.compile(r"(?:^|[\r\n])[\s\u200b\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r]")

Cell = str | int | float | None


def safe_cell(value: Cell) -> str | int | float:
    """The value as a spreadsheet may hold it: numbers stay numbers, None is empty, text never starts a formula."""
    if value is None:
        return ""
    if isinstance(value, str) and _FORMULA_START.search(value):
        return "'" + value
    return value


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark and CRLF line ends (RFC 4180), which spreadsheet programs open with names intact."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
