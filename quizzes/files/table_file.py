"""Tables that schools export: text with any separator and common encoding, XLSX, XLS, ODS. Bytes in, rows out."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import takewhile

from quizzes.files.class_export.document import FORMAT, NOT_HERE
from quizzes.files.sheet import (
    HAS_PASSWORD,
    OLD_EXCEL,
    ZIP,
    CutShort,
    FoundSheet,
    Locked,
    TooLarge,
    UnreadableSheet,
    first_sheet,
)
from quizzes.files.text_encoding import declared_encoding, guessed_encoding
from quizzes.phrases import gettext, gettext_noop

MAX_BYTES = 1_000_000
# A spreadsheet is a ZIP archive. A larger one is no table of names.
MAX_UNPACKED_BYTES = 50_000_000
MAX_COLUMNS = 60
# Far above the largest class, with the lines that are no students.
MAX_SHEET_ROWS = 20_000
# Longer cells are cut. Searching a cell of a megabyte for an address would take minutes.
MAX_CELL_LENGTH = 500
SEPARATORS = "\t;,|"
_OTHER_ARCHIVES = (
    (
        b"enrollments.csv",
        gettext_noop(
            "This is a OneRoster or Clever file. Choose it under “New class”,"
            " “Import classes from a OneRoster or Clever file”."
        ),
    ),
    (
        b"index/document.iwa",
        gettext_noop("This is a Numbers file. In Numbers, choose File, Export To, CSV, and choose that file here."),
    ),
    (b"word/document.xml", gettext_noop("This is a Word file. Copy the names from it, and paste them here.")),
)
# A character that no text has, because `_decoded` refuses it and forms do too.
NO_SEPARATOR = "\x1f"
# One name on a line, not two columns: a comma with a space after it. “++”: a long run of spaces would otherwise be
# read again from each of its spaces.
_LAST_FIRST = re.compile(r"[^,;|\"\t]++, [^,;|\"\t]++(?:, (?:jr|sr|ii|iii|iv)\.?)?\s*", re.IGNORECASE)
# The same with a number after it: “Ruiz, Ana, 101”.
_LAST_FIRST_ID = re.compile(r"[^,;|\"\t\d]{1,100}, [^,;|\"\t\d]{1,100}, ?[^,;|\"\t ]{0,20}\d[^,;|\"\t ]{0,20}\s*")
# A name and a number, in two columns: “Ana Ruiz, 7”, “101, Ana Ruiz”.
_NAME_AND_NUMBER = re.compile(r"\s*\d[\w-]*, .*|.*, \d[\w-]*\s*")
# The first heading of a list with columns, whatever the others are: “Name<tab>Grade”.
_NAME_HEADING = re.compile(
    r"(?:(?:full |student )?name|students?|nombre(?: completo)?|estudiantes?|alumn[oa]s?)\s*\t", re.IGNORECASE
)
# The headings of a list with only spaces between its columns: “Name Grade”, “ID Name”. “Student ID” is one heading.
_COLUMN = (
    r"(?:grade(?: level)?|period|section|class|homeroom|room|group|team|age|score|points|e-?mail"
    r"|(?:student )?(?:id|num(?:ber)?|no\.?|#)"
    r"|grado|per[ií]odo|secci[oó]n|grupo|edad|matr[ií]cula|n[uú]mero|correo)"
)
_NAMES = (
    r"(?:(?:full |student )?names?|students?(?! +(?:id|num|no|#))|(?:first|last)(?: name)?,? (?:first|last)(?: name)?"
    r"|nombre(?: completo)?|estudiantes?|alumn[oa]s?)"
)
_NAME_FIRST = re.compile(rf"\s*({_NAMES})((?: +{_COLUMN})+)\s*", re.IGNORECASE)
_NAME_LAST = re.compile(rf"\s*({_COLUMN}(?: +{_COLUMN})*) +({_NAMES})\s*", re.IGNORECASE)
_NO_NAME = re.compile(r"[\d@]")
_WIDE_SPACE = re.compile(r" {2,}")
# A row on several lines is put together only under so many headings, and with so many columns without one.
_MIN_TABS, _MAX_UNNAMED = 4, 2
_SPACE_AFTER_QUOTE = re.compile(r'"[ ]+(?=[,;|])')
# Excel keeps the zeros of a number that it writes so: “="00101"”.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
# An entity of HTML has a semicolon that separates nothing.
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
# What a mail program adds to each name: “Ana Ruiz <ana@school.example>”. It starts at the first of its spaces.
_MAILBOX = re.compile(r"(?<!\s)\s*<[^<>@\s]{1,200}@[^<>@\s]{1,200}>")
# In a line of recipients, “Ana Ruiz <ana@school.example>, Bo Lee <bo@school.example>”, the comma ends a name.
_AFTER_MAILBOX = re.compile(r"(?<=[^<>@\s]>),(?=[^<>@]{1,200}<[^<>@\s]{1,200}@)")
# A line of recipients of an email, with its names.
_RECIPIENTS = re.compile(r"\s*(?:to|cc|bcc|cco|para)\s*:\s*(.+)", re.IGNORECASE)
# Outlook puts names into quotes that have no meaning in a table: “'Ruiz, Ana' <ana@school.example>; 'Bo Lee'”.
_QUOTED_NAME = re.compile(r"((?:^|[;,])\s*)['‘]([^\W\d_][^;<>]{0,200}?)['’](?=\s*(?:[;,<]|$))")
# What a spreadsheet shows for a formula that failed.
_NO_VALUE = re.compile(r"#(?:n/a|ref!|value!|name\?|div/0!|null!|num!)|n/a", re.IGNORECASE)
# What web pages and programs for Arabic or Hebrew leave in a copied text. Other hidden characters are refused.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2060\ufeff\xad"))
_WEB_PAGE = re.compile(r"\s*<(?:!doctype html|html|table|meta|head|\?xml)\b", re.IGNORECASE)
# JSON, also that of a class, and question sets in TOML.
_CLASS_FILE = re.compile(rf'\s*\{{\s*"format"\s*:\s*"{FORMAT}"')
_DATA_FILE = re.compile(r"\s*(?:\{\s*\"|\[\s*\{|footnote_questions\s*=)")
# The headings of a table of questions, as `questions.tables` and `questions.kahoot` read them.
_QUESTION = re.compile(r"(?:question|pregunta)\b", re.IGNORECASE)
_ANSWER = re.compile(r"(?:answer|option|respuesta|opción) ?1\b", re.IGNORECASE)
_HEADING_ROWS = 30
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
        raise UnreadableTable(gettext("This file is over 1 MB, too big for a list of students. Is it the right file?"))
    if content.startswith((ZIP, OLD_EXCEL)):
        sheet = _sheet(content)
        return TableFile(_without_questions(_rows(sheet.rows)), _other_sheets_note(sheet))
    # DOS programs end a text with this character.
    text, note = _decoded(content.removesuffix(b"\x1a"))
    if text.startswith("{\\rtf"):
        raise UnreadableTable(gettext("This is a Word file. Copy the names from it, and paste them here."))
    if _CLASS_FILE.match(text):
        raise UnreadableTable(gettext(NOT_HERE))
    if _DATA_FILE.match(text):
        raise UnreadableTable(gettext("This isn’t a list of students. Choose a CSV, Excel, or OpenDocument file."))
    if _WEB_PAGE.match(text):
        # Some systems call a web page “.xls”.
        raise UnreadableTable(
            gettext("This file is a web page, even if its name says otherwise. Open it, and save it as CSV or Excel.")
        )
    return TableFile(_without_questions(read_text(text)), note)


def read_text(text: str) -> tuple[TableRow, ...]:
    """The rows of a text with any of the separators. Raises UnreadableTable."""
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) == 1:
        lines = [_AFTER_MAILBOX.sub(";", lines[0])]
    lines = [_QUOTED_NAME.sub(r"\1\2", name) for line in lines for name in _names_of_recipients(line)]
    lines = [_ENTITY.sub(lambda found: unescape(found[0]), _MAILBOX.sub("", line)) for line in lines]
    lines = _rejoined(_aligned(lines))
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    separator = _separator(lines)
    # Excel writes the separator of its own files into a first line.
    marked = lines[first].strip().casefold() if lines else ""
    if marked.startswith("sep=") and len(marked) <= len("sep=") + 1:
        separator = marked[len("sep=") :] or separator
        lines[first] = ""
    if not separator and (found := [_LAST_FIRST_ID.fullmatch(line) for line in lines if line.strip()]) and all(found):
        # “Ruiz, Ana, 101”: the second comma is the only one that ends a column.
        return _rows([line.rsplit(",", 1) for line in lines])
    if lines and (spaced := _spaced(lines[first:], separator)):
        separator = separator or "\t"
        lines[first:] = spaced
    return _rows(_split(lines, separator or NO_SEPARATOR))


def _without_questions(rows: tuple[TableRow, ...]) -> tuple[TableRow, ...]:
    """The rows; raises UnreadableTable for a table of questions."""
    for row in rows[:_HEADING_ROWS]:
        if any(_QUESTION.match(cell) for cell in row.cells) and any(_ANSWER.match(cell) for cell in row.cells):
            raise UnreadableTable(
                gettext("This file has questions, not names. Choose it under “Question sets”, “Import questions”.")
            )
    return rows


def _names_of_recipients(line: str) -> list[str]:
    """The recipients of a line such as “To: Ana Ruiz; Bo Lee”, or the line."""
    found = _RECIPIENTS.fullmatch(line)
    return [name.strip() for name in _AFTER_MAILBOX.sub(";", found[1]).split(";")] if found else [line]


def _aligned(lines: Sequence[str]) -> list[str]:
    """The lines; those of a table that is aligned with spaces, as a PDF gives it, with tabs."""
    cells = [_WIDE_SPACE.split(line.strip()) for line in lines]
    wide = sum(len(one) > 2 for one in cells)
    if any("\t" in line for line in lines) or 2 * wide <= sum(1 for line in lines if line.strip()):
        return list(lines)
    return ["\t".join(one) for one in cells]


def _spaced(lines: Sequence[str], separator: str) -> list[str]:
    """The lines with columns if the first has headings with spaces between them; otherwise [].

    separator: of the other lines; "" for none, which gives them tabs.
    """
    heading, *body = lines
    pattern = next((one for one in (_NAME_FIRST, _NAME_LAST) if one.fullmatch(heading)), None)
    if pattern is None:
        return []
    heading = pattern.sub(rf"\1{separator or '\t'}\2", heading)
    return [heading, *(body if separator else [_tabbed(line.split(), pattern is _NAME_FIRST) for line in body])]


def _tabbed(words: Sequence[str], is_name_first: bool) -> str:
    """A row with a tab beside the name. The words with a digit or an “@” before or after it are no part of it."""
    outward = words[::-1] if is_name_first else words
    count = len(list(takewhile(_NO_NAME.search, outward[:-1])))
    place = len(words) - count if is_name_first else count
    return f"{' '.join(words[:place])}\t{' '.join(words[place:])}"


def _rejoined(lines: Sequence[str]) -> list[str]:
    """The lines. In a table that was copied from a web page, the lines of one row are joined.

    Each row must have the columns of the headings. A picture in front of the name is a column without a heading.
    """
    head = next((place for place, line in enumerate(lines) if line.strip()), 0)
    width = lines[head].count("\t") if lines else 0
    body = lines[head + 1 :]
    rows = [line for line in body if line.strip()]
    if width >= _MIN_TABS and rows and all(row.startswith("\t") and row.count("\t") == width + 1 for row in rows):
        # Each row is on one line, and the picture has no heading.
        return [*lines[: head + 1], *(line[1:] for line in body)]
    if width < _MIN_TABS or all(row.count("\t") >= width for row in rows):
        return list(lines)
    for more in range(_MAX_UNNAMED + 1):
        rows = _rows_of(body, width + more)
        if rows and (not more or all(row.startswith("\t") for row in rows)):
            return [*lines[: head + 1], *(row[1:] if more else row for row in rows)]
    return list(lines)


def _rows_of(lines: Sequence[str], width: int) -> list[str]:
    """Rows with this number of tabs, each from the next lines; [] if the lines do not come out even."""
    rows, parts, tabs = [], list[str](), 0
    for line in lines:
        if not parts and not line.strip(" "):
            continue
        parts.append(line)
        tabs += line.count("\t")
        if tabs > width:
            return []
        if tabs == width:
            rows.append(" ".join(parts))
            parts, tabs = [], 0
    return [] if "".join(parts).strip() else rows


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The cells of each row."""
    # Spaces around quotes belong to no cell: “101, "Ruiz, Ana" , 7”.
    tight = [_SPACE_AFTER_QUOTE.sub('"', line) for line in lines] if separator in ",;|" else list(lines)
    try:
        return list(_reader("\n".join(tight), separator))
    except csv.Error:
        # A quote that never ends, or quotes within quotes: then every line is a row of its own.
        return [_split_line(line, separator) for line in tight]


def _split_line(line: str, separator: str) -> list[str]:
    try:
        return next(_reader(line, separator), [])
    except csv.Error:
        pass
    # “"Ruiz, Ana "Nita"",7”: a quote ends a cell only in front of a separator.
    line = line[: MAX_COLUMNS * MAX_CELL_LENGTH]
    end = re.escape(separator)
    cells = re.findall(rf'\s{{0,9}}"(.{{0,120}}?)"(?={end}|$)|([^{end}]+)', line)
    whole = [quoted or plain for quoted, plain in cells] if line.count('"') > 1 else line.split(separator)
    return [cell.replace('""', '"') for cell in whole]


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True, strict=True)


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
    text = str(cell)[:MAX_CELL_LENGTH].translate(_UNSEEN)
    if (formula := _TEXT_FORMULA.fullmatch(text)) is not None:
        text = formula[1]
    if _NO_VALUE.fullmatch(text):
        return ""
    # Web programs write “O&#39;Neil”.
    return " ".join((unescape(text) if "&" in text else text).split())


def _other_sheets_note(sheet: FoundSheet) -> str:
    """What is said of the sheets that are not read."""
    if not sheet.others:
        return ""
    names = ", ".join(f"“{name[:40]}”" for name in sheet.others[:5])
    more = len(sheet.others) - 5
    text = (
        gettext("Only the sheet “{sheet}” was read. To add {others} and {more} more, save each as a file of its own.")
        if more > 0
        else gettext("Only the sheet “{sheet}” was read. To add {others}, save each as a file of its own.")
    )
    return text.format(sheet=sheet.name[:40], others=names, more=more)


def _separator(lines: Sequence[str]) -> str:
    """The separator that most lines have, or a tab after a heading or whole names; "" for none, as in “Last, First”."""
    sample = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    with_comma = [line for line in sample if "," in line]
    counts = {separator: sum(separator in line for line in sample) for separator in SEPARATORS}
    if _are_names(with_comma):
        counts[","] = 0
    best = max(SEPARATORS, key=lambda separator: counts[separator])
    if 2 * counts[best] > len(sample):
        return best
    if sample and _NAME_HEADING.match(sample[0].lstrip(" ")):
        return "\t"
    # A few rows of a spreadsheet between typed names. “Ana<tab>Ruiz” there is one name.
    before_tab = [line.partition("\t")[0].split() for line in sample if "\t" in line]
    return "\t" if before_tab and all(len(words) > 1 for words in before_tab) else ""


def _are_names(with_comma: Sequence[str]) -> bool:
    """Whether these lines are names, “Last, First”, and the comma separates no columns.

    Odd lines, such as “Last,First” or a nickname in quotes, make no columns of the others if they are at most half. A
    first line with several commas, or without a space after its comma, is the heading of columns.
    """
    names = [bool(_LAST_FIRST.fullmatch(line) and not _NAME_AND_NUMBER.fullmatch(line)) for line in with_comma]
    if all(is_name or _LAST_FIRST_ID.fullmatch(line) for is_name, line in zip(names, with_comma, strict=True)):
        return True
    return with_comma[0].count(",") == 1 and ", " in with_comma[0] and 2 * sum(names) >= len(names)


def _decoded(content: bytes) -> tuple[str, str]:
    """(text, note). Text without a mark is UTF-8, or else what `guessed_encoding` says."""
    if not content.strip():
        raise UnreadableTable(gettext("This file is empty."))
    encoding = declared_encoding(content)
    try:
        text, note = content.decode(encoding or "utf-8"), ""
    except UnicodeDecodeError:
        if encoding:
            raise UnreadableTable(gettext("Part of this file is missing. Export it again.")) from None
        # Five bytes have no meaning in Windows-1252.
        text = content.decode(guessed_encoding(content), errors="replace")
        note = gettext("This file doesn’t say how its letters are stored. Check the names with accents.")
    if any(character < " " and character not in "\t\r\n\f\v" for character in text):
        raise UnreadableTable(gettext("This isn’t a list of students. Choose a CSV, Excel, or OpenDocument file."))
    return text, note


def _other_archive(content: bytes) -> str:
    """What a ZIP file is that is not a spreadsheet, and what to do; "" for others."""
    # The names of the files inside are uncompressed at the end.
    names = content[-100_000:].lower() if content.startswith(ZIP) else b""
    return next((gettext(reason) for mark, reason in _OTHER_ARCHIVES if mark in names), "")


def _sheet(content: bytes) -> FoundSheet:
    """The first sheet with text."""
    if reason := _other_archive(content):
        raise UnreadableTable(reason)
    try:
        sheet = first_sheet(
            content, unpacked_limit=MAX_UNPACKED_BYTES, row_count=MAX_SHEET_ROWS, column_count=MAX_COLUMNS
        )
    except TooLarge as error:
        raise UnreadableTable(
            gettext("This spreadsheet is too big for a list of students. Is it the right file?")
        ) from error
    except Locked as error:
        raise UnreadableTable(gettext(HAS_PASSWORD)) from error
    except CutShort as error:
        raise UnreadableTable(gettext("Part of this file is missing. Export it again.")) from error
    except UnreadableSheet as error:
        raise UnreadableTable(gettext("We couldn’t read this spreadsheet. Save it as CSV, and try again.")) from error
    if not sheet.rows:
        raise UnreadableTable(gettext("This file is empty."))
    return sheet
