"""CSV for spreadsheets: names stay intact, and no cell runs as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

# A formula start, and characters that a spreadsheet may skip before it. Checked at the start of each line and after a
# tab or semicolon, because some spreadsheets separate cells by those.
# Source: OWASP, "CSV Injection".
_SKIPPED = r"[\x00-\x20\s\"\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*"
_SIGNS = r"[=+\-@|%\uff1d\uff0b\uff0d\uff20]"
_FORMULA_START = re.compile(rf"(^|[\r\n\t;])({_SKIPPED})({_SIGNS})")
# It takes each run of skipped characters whole, with an apostrophe or not, so that the time is linear.
_MADE_SAFE = re.compile(rf"(^|[\r\n\t;])({_SKIPPED})(?:'(?={_SIGNS}))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as the class sees it. A workbook has it as a date, and CSV as text."""

    local: datetime
    has_seconds: bool = False

    def __str__(self) -> str:
        return f"{self.local:%Y-%m-%d %H:%M:%S}" if self.has_seconds else f"{self.local:%Y-%m-%d %H:%M}"


CellValue = str | int | float | Moment | None


def safe_cell(value: CellValue) -> str | int | float:
    """The value as a safe cell: numbers stay numbers, None is empty, and text never starts a formula."""
    if value is None:
        return ""
    if isinstance(value, Moment):
        return str(value)
    if not isinstance(value, str):
        return value
    safe = _FORMULA_START.sub(r"\1\2'\3", value)
    return f"'{safe}" if safe.startswith(("\t", "\r")) else safe


def original_text(cell: str) -> str:
    """The text of a cell without the apostrophes of `safe_cell`."""
    text = cell[1:] if cell.startswith(("'\t", "'\r")) else cell
    return _MADE_SAFE.sub(r"\1\2", text)


def write_csv(rows: Iterable[Sequence[CellValue]]) -> bytes:
    """CSV with a byte order mark, so that spreadsheets read it as UTF-8, and CRLF line ends (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
