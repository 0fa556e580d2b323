"""Tables as an Excel workbook: names stay intact, numbers stay numbers, and no cell runs as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from quizzes.files.spreadsheet import CellValue, Moment, safe_cell

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Limits of Excel: characters in a cell, characters in a sheet name, and characters that a sheet name must not contain.
MAX_CELL, MAX_SHEET_NAME, NOT_IN_SHEET_NAMES = 32_767, 31, "[]:*?/\\"

# Text stays text. By default the library turns some of it into formulas, links or numbers.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# The number of Excel’s own format for text, “@”.
_TEXT_FORMAT = 49
# Without seconds and with them.
_MOMENT_FORMATS = ("yyyy-mm-dd\\ hh:mm", "yyyy-mm-dd\\ hh:mm:ss")
# A date in a column that is too narrow shows as “####”.
_MOMENT_WIDTH = 19
# A workbook stores its creation time. A fixed time gives equal rows equal bytes.
_MADE_AT = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. header_count: the number of heading rows, which stay visible.

    text_columns: how many of the first columns keep what people type there. Excel makes a number of “50%” elsewhere.
    """

    name: str
    rows: Sequence[Sequence[CellValue]]
    header_count: int = 1
    text_columns: int = 0


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these sheets, at least one. Sheet names are shortened and numbered if Excel needs it.

    Text that starts a formula is escaped as in CSV, because a workbook may be saved as CSV later.
    """
    # Here, because the library takes 10 ms of a start, and only the process that makes a workbook needs it.
    from xlsxwriter import Workbook

    content = io.BytesIO()
    with Workbook(content, _OPTIONS) as workbook:
        workbook.set_properties({"created": _MADE_AT})
        moments = {
            (is_bold, has_seconds): workbook.add_format({"bold": is_bold, "num_format": _MOMENT_FORMATS[has_seconds]})
            for is_bold in (False, True)
            for has_seconds in (False, True)
        }
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": _TEXT_FORMAT})
        taken: set[str] = set()
        for sheet in sheets:
            worksheet = workbook.add_worksheet(_sheet_name(sheet.name, taken))
            worksheet.freeze_panes(sheet.header_count, 1)
            if sheet.text_columns:
                worksheet.set_column(0, sheet.text_columns - 1, None, text)
            for row_number, row in enumerate(sheet.rows):
                is_head = row_number < sheet.header_count
                _write_row(worksheet, row_number, row, bold if is_head else None)
                for column, value in enumerate(row):
                    if isinstance(value, Moment):
                        style = moments[is_head, value.has_seconds]
                        worksheet.write_datetime(row_number, column, _without_zone(value), style)
                        worksheet.set_column(column, column, _MOMENT_WIDTH)
    return content.getvalue()


def _write_row(worksheet: "Worksheet", number: int, row: Sequence[CellValue], style: "Format | None") -> None:
    for column, value in enumerate(row):
        safe = safe_cell(value)
        if isinstance(safe, str):
            worksheet.write_string(number, column, _cut(safe, MAX_CELL), style)
        else:
            worksheet.write_number(number, column, safe, style)


def _without_zone(moment: Moment) -> datetime:
    # A workbook has no zones. Seconds that are not shown would make equal times differ.
    local = moment.local.replace(tzinfo=None, microsecond=0)
    return local if moment.has_seconds else local.replace(second=0)


def _sheet_name(name: str, taken: set[str]) -> str:
    clean = "".join(" " if mark in NOT_IN_SHEET_NAMES or ord(mark) < 32 else mark for mark in name)
    clean = _cut(" ".join(clean.split()).strip("'"), MAX_SHEET_NAME) or "Sheet"
    unique, number = clean, 1
    # Excel ignores case in sheet names and reserves “History”.
    while unique.casefold() in taken or unique.casefold() == "history":
        number += 1
        unique = f"{_cut(clean, MAX_SHEET_NAME - len(str(number)) - 1)} {number}"
    taken.add(unique.casefold())
    return unique


def _cut(text: str, length: int) -> str:
    # Excel counts UTF-16 units. A character outside the basic plane has two.
    if len(text.encode("utf-16-le")) // 2 <= length:
        return text
    return text.encode("utf-16-le")[: (length - 1) * 2].decode("utf-16-le", "ignore") + "…"
