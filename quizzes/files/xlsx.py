"""Tables as an Excel workbook: names intact, numbers as numbers, and no cell that runs as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsxwriter import Workbook

from quizzes.files.spreadsheet import CellValue, safe_cell

# Excel's own limits: characters in a cell, and in the name of a sheet, which may hold none of these marks.
MAX_CELL, MAX_SHEET_NAME, NOT_IN_SHEET_NAMES = 32_767, 31, "[]:*?/\\"

# Text stays text: none of it is taken for a formula, a link or a number.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# A workbook states when it was made; a fixed moment keeps the same rows the same bytes.
_MADE_AT = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. rows: the first `header_count` of them are headings, which stay in view."""

    name: str
    rows: Sequence[Sequence[CellValue]]
    header_count: int = 1


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these sheets, at least one. Sheet names are cut and numbered where Excel needs it.

    Text that starts a formula is neutralized as in CSV, since a workbook is often saved as CSV later.
    """
    content = io.BytesIO()
    with Workbook(content, _OPTIONS) as workbook:
        workbook.set_properties({"created": _MADE_AT})
        bold = workbook.add_format({"bold": True})
        taken: set[str] = set()
        for sheet in sheets:
            worksheet = workbook.add_worksheet(_sheet_name(sheet.name, taken))
            worksheet.freeze_panes(sheet.header_count, 1)
            for row_number, row in enumerate(sheet.rows):
                style = bold if row_number < sheet.header_count else None
                for column, value in enumerate(row):
                    safe = safe_cell(value)
                    if isinstance(safe, str):
                        worksheet.write_string(row_number, column, _cut(safe, MAX_CELL), style)
                    else:
                        worksheet.write_number(row_number, column, safe, style)
    return content.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    clean = "".join(" " if mark in NOT_IN_SHEET_NAMES or ord(mark) < 32 else mark for mark in name)
    clean = _cut(" ".join(clean.split()).strip("'"), MAX_SHEET_NAME) or "Sheet"
    unique, number = clean, 1
    # Excel compares the names of sheets without regard to case, and keeps “History” for itself.
    while unique.casefold() in taken or unique.casefold() == "history":
        number += 1
        unique = f"{_cut(clean, MAX_SHEET_NAME - len(str(number)) - 1)} {number}"
    taken.add(unique.casefold())
    return unique


def _cut(text: str, length: int) -> str:
    # Excel counts UTF-16 units, of which a character beyond the basic plane takes two.
    if len(text.encode("utf-16-le")) // 2 <= length:
        return text
    return text.encode("utf-16-le")[: (length - 1) * 2].decode("utf-16-le", "ignore") + "…"
