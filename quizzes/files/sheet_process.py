"""Read one sheet in a process of its own: a spreadsheet on standard input, JSON rows on standard output.

A file of 5 KB can name a cell in the last of 1,048,576 rows and 16,384 columns. The reader then asks for memory for all
cells between, and a process that does not get it ends. Here that is this process, not the site's.
"""

import io
import json
import re
import resource
import sys

from python_calamine import CalamineError, CalamineWorkbook

MEMORY_BYTES = 768 * 1024**2
CPU_SECONDS = 20
MAX_SHEETS = 30
# Characters of all cells. A file of 20 KB can name one long text in each of 4,000 cells, 2 GB for the site that reads
# them. A book has a million.
MAX_CHARACTERS = 10_000_000
NOTES = re.compile(
    r"read ?me|instructions?|directions|how to.{0,40}|cover|about|help|instrucciones|portada", re.IGNORECASE
)


def main() -> int:
    """Print the first sheet with text and the names of others.

    1 if no sheet has text, 2 if the file cannot be read, 3 if the sheet has more than MAX_CHARACTERS.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    row_count, column_count = map(int, sys.argv[1:])
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        found: dict[str, object] = {}
        others = list[str]()
        names = workbook.sheet_names[:MAX_SHEETS]
        # Templates begin with a sheet of instructions.
        for name in sorted(names, key=lambda name: NOTES.fullmatch(name.strip()) is not None):
            table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if not any(str(cell).strip() for row in table for cell in row):
                continue
            if found:
                others.append(name)
            else:
                rows = [row[:column_count] for row in table[:row_count]]
                if sum(len(cell) for row in rows for cell in row if isinstance(cell, str)) > MAX_CHARACTERS:
                    return 3
                found = {"name": name, "rows": rows}
        if found:
            # Dates and times as a person reads them.
            json.dump({**found, "others": others}, sys.stdout, default=str)
            return 0
    except (CalamineError, OSError, ValueError, MemoryError):
        return 2
    return 1


if __name__ == "__main__":
    sys.exit(main())
