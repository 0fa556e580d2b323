"""Read one sheet in a process of its own: a spreadsheet on standard input, JSON rows on standard output.

A file of 5 KB can name a cell in the last of 1,048,576 rows and 16,384 columns. The reader then asks for memory for all
cells between, and a process that does not get it ends. Here that is this process, not the site's.
"""

import io
import json
import re
import resource
import sys
import zipfile

from python_calamine import CalamineError, CalamineWorkbook

MEMORY_BYTES = 768 * 1024**2
CPU_SECONDS = 20
MAX_SHEETS = 30
# Characters of all cells. A file of 20 KB can name one long text in each of 4,000 cells, 2 GB for the site that reads
# them. A book has a million.
MAX_CHARACTERS = 10_000_000
# Cells with text of the sheet that is read. The longest list of students has 2,000 lines of up to 60 cells, and the
# longest of questions 10,000 of 20. The site takes up to 0.7 s for so many, and 3.6 s for 1,200,000 (2026-12-02).
MAX_FILLED_CELLS = 200_000
# Cells of all sheets, with the blank ones before the last. 30 sheets with one cell each, far from the first, are 9 KB,
# and took 20 s, for which a thread of the site waits. A sheet of Excel with a cell in its last row has a million.
MAX_CELLS = 20_000_000
NOTES = re.compile(
    r"read ?me|instructions?|directions|how to.{0,40}|cover|about|help|info(?:rmation)?|summary|instrucciones|portada"
    r"|información|resumen",
    re.IGNORECASE,
)


# The texts of an XLSX file are in the first part, or in the sheets. Those of an ODS file are with their styles.
TEXTS = re.compile(r"xl/sharedstrings\.xml|xl/worksheets/[^/]+\.xml|content\.xml", re.IGNORECASE)
SUPERSCRIPT = re.compile(rb'"superscript"|text-position="(?:super|[1-9])')
# A font record of an XLS file: its size, height, options, color, weight, superscript, and underline.
XLS_SUPERSCRIPT = re.compile(
    rb"\x31\x00[\x10-\x7f]\x00.[\x00-\x1f]....(?:\x90\x01|\xbc\x02)\x01\x00[\x00\x01\x02\x21\x22]", re.DOTALL
)


def has_superscript(content: bytes) -> bool:
    """Whether some characters of a text in the file are superscript. The reader gives 10² as 102."""
    if not content.startswith(b"PK"):
        # Excel and LibreOffice write the fonts that a text has. To find the text of each takes a reader of our own.
        return XLS_SUPERSCRIPT.search(content) is not None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = [name for name in archive.namelist() if TEXTS.fullmatch(name)]
        return any(SUPERSCRIPT.search(archive.read(name)) for name in texts)


def main() -> int:
    """Print the first sheet with text, the names of others, and whether the file has superscript.

    1 if no sheet has text, 2 if the file cannot be read or has more than MAX_CELLS, 3 for more than
    MAX_CHARACTERS or MAX_FILLED_CELLS.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    row_count, column_count = map(int, sys.argv[1:])
    try:
        content = sys.stdin.buffer.read()
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        found: dict[str, object] = {}
        others, cell_count = list[str](), 0
        names = workbook.sheet_names[:MAX_SHEETS]
        # Templates begin with a sheet of instructions.
        for name in sorted(names, key=lambda name: NOTES.fullmatch(name.strip()) is not None):
            sheet = workbook.get_sheet_by_name(name)
            # Its `total_height` and `total_width` are one too small.
            last_row, last_column = sheet.end or (-1, -1)
            cell_count += (last_row + 1) * (last_column + 1)
            if cell_count > MAX_CELLS:
                return 2
            table = sheet.to_python(skip_empty_area=False, nrows=row_count)
            rows = [row[:column_count] for row in table]
            if not any(str(cell).strip() for row in rows for cell in row):
                continue
            if found:
                others.append(name)
            else:
                if sum(cell != "" for row in rows for cell in row) > MAX_FILLED_CELLS:
                    return 3
                if sum(len(cell) for row in rows for cell in row if isinstance(cell, str)) > MAX_CHARACTERS:
                    return 3
                found = {"name": name, "rows": rows}
        if found:
            # Dates and times as a person reads them.
            found |= {"others": others, "has_superscript": has_superscript(content)}
            json.dump(found, sys.stdout, default=str)
            return 0
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, RuntimeError, MemoryError):
        return 2
    return 1


if __name__ == "__main__":
    sys.exit(main())
