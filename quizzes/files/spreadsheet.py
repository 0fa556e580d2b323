"""Tables for spreadsheets: CSV that keeps names intact and never runs as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

# What may start a formula, and what a program may pass over before it. It counts at the front of each line, and behind
# a tab or semicolon as well, since a program that separates cells by those begins a cell there.
# Source: OWASP, "CSV Injection".
_PASSED_OVER = r"[\x00-\x20\s\"\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
_FORMULA_START = re.compile(rf"(^|[\r\n\t;])({_PASSED_OVER})([=+\-@|%\uff1d\uff0b\uff0d\uff20])")

CellValue = str | int | float | None


def safe_cell(value: CellValue) -> str | int | float:
    """The value as a spreadsheet may hold it: numbers stay numbers, None is empty, text never starts a formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    safe = _FORMULA_START.sub(r"\1\2'\3", value)
    return f"'{safe}" if safe.startswith(("\t", "\r")) else safe


def write_csv(rows: Iterable[Sequence[CellValue]]) -> bytes:
    """UTF-8 with a byte order mark and CRLF line ends (RFC 4180), which spreadsheet programs open with names intact."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
