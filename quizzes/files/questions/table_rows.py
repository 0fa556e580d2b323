"""Any spreadsheet, CSV, or table of Markdown as rows of text. Bytes in, rows out. Pure."""

import csv
import io
import re
from collections.abc import Sequence

from quizzes.files.questions.containers import MAX_UNPACKED_BYTES, check_size, decoded
from quizzes.files.questions.item import UnreadableFile
from quizzes.files.questions.markup import tidy
from quizzes.files.questions.plain_text import choice_letter
from quizzes.files.sheet import HAS_PASSWORD, OLD_EXCEL, ZIP, FoundSheet, Locked, TooLarge, UnreadableSheet, first_sheet
from quizzes.files.spreadsheet import original_text
from quizzes.phrases import gettext, with_single_quotes

MAX_ROWS = 20_000
MAX_COLUMNS = 60
# “| Question | A |” of Markdown, with “|---|---|” below it.
_MARKDOWN_CELL = re.compile(r"(?<!\\)\|")
_MARKDOWN_LINE = re.compile(r":?-{3,}:?")
# A chat program writes a sentence above its table, and another one below it.
_MARKDOWN_HEAD = re.compile(r"^[ \t]*\|.*\|[ \t]*\n[ \t]*\|[ \t:|-]*---[ \t:|-]*\|[ \t]*$", re.MULTILINE)
_SHOWN_LENGTH = 60
# “Text for option 3 (optional)” below the headings of a quiz game.
_INSTRUCTION = re.compile(
    r".*\((?:required|optional|default|obligatori[oa]|opcional)\b.*"
    r"|(?:type|enter|write|escrib[ae]) (?:the|your|el|la|su) .*",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST_INSTRUCTIONS = 2

Row = tuple[int, list[str]]


def rows_of(content: bytes) -> tuple[list[Row], tuple[str, ...], tuple[str, ...]]:
    """The rows of a spreadsheet or of CSV that have text, the names of other sheets with text, and notes on the file.

    Each row is (number, cells). Raises UnreadableFile.
    """
    others, notes = tuple[str, ...](), list[str]()
    if content.startswith((ZIP, OLD_EXCEL)):
        sheet = _sheet(content)
        table, others = sheet.rows, sheet.others
        notes.append(gettext("We read numbers without their format: $40,000 becomes 40000."))
        if sheet.has_superscript:
            notes.append(gettext("We read superscript as plain text: 10² becomes 102. Check these answers."))
    else:
        text = decoded(content).lstrip("\ufeff")
        head = text.lstrip("\n").split("\n", 1)[0]
        if head.startswith("|") or _has_only_markdown_table(text):
            table, around = _markdown_table(text)
            note = gettext("The text above and below the table was left out: “{text}”.")
            notes += [note.format(text=with_single_quotes(around[:_SHOWN_LENGTH].rstrip(".")))] if around else []
        else:
            table = _csv_table(text, _separator(text, head))
    rows = []
    for number, row in enumerate(table[:MAX_ROWS], start=1):
        cells = [_cell(cell) for cell in row[:MAX_COLUMNS]]
        if any(cells) and not all(map(_MARKDOWN_LINE.fullmatch, cells)):
            rows.append((number, cells))
    return rows, others, tuple(notes)


def has_instructions(cells: Sequence[str]) -> bool:
    """Whether a row says what to enter below each heading."""
    return sum(_INSTRUCTION.fullmatch(cell) is not None for cell in cells) >= _FEWEST_INSTRUCTIONS


def left_above(rows: Sequence[Row], heading: int) -> list[str]:
    """A note with the start of the text above the headings, such as a title; [] without text."""
    text = " ".join(" ".join(cell for _, cells in rows[:heading] for cell in cells).split())
    note = gettext("The text above the headings was left out: “{text}”.")
    return [note.format(text=with_single_quotes(text[:_SHOWN_LENGTH].rstrip(".")))] if text else []


def column_has_text(rows: Sequence[Row], place: int) -> bool:
    """Whether a row has text in the column of this index. Rows differ in length."""
    return any(place < len(cells) and cells[place] for _, cells in rows)


def _separator(text: str, head: str) -> str:
    """What separates the cells: a tab that each line has, or else what the first line has most often."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\t" if all("\t" in line for line in lines) else max(",;\t", key=head.count)


def _has_only_markdown_table(text: str) -> bool:
    """Whether a text has a table of Markdown, and no answer choices beside it."""
    return _MARKDOWN_HEAD.search(text) is not None and not any(map(choice_letter, text.split("\n")))


def _markdown_table(text: str) -> tuple[list[list[object]], str]:
    """The cells of each line, none of a line without a table, and the text of those lines."""
    lines = [line.strip() for line in text.split("\n")]
    around = " ".join(line for line in lines if line and not line.startswith("|"))
    table = [_MARKDOWN_CELL.split(line.strip("|")) if line.startswith("|") else [] for line in lines]
    return [[cell.replace("\\|", "|") for cell in cells] for cells in table], around


def _csv_table(text: str, separator: str) -> list[list[object]]:
    try:
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as error:
        raise UnreadableFile(gettext("This table can’t be read. Save it as CSV or Excel again.")) from error


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy(original_text(str(value)))


def _sheet(content: bytes) -> FoundSheet:
    check_size(content)
    try:
        sheet = first_sheet(content, unpacked_limit=MAX_UNPACKED_BYTES, row_count=MAX_ROWS, column_count=MAX_COLUMNS)
    except TooLarge as error:
        raise UnreadableFile(gettext("This spreadsheet is too big. Save fewer questions in it.")) from error
    except Locked as error:
        raise UnreadableFile(gettext(HAS_PASSWORD)) from error
    except UnreadableSheet as error:
        raise UnreadableFile(gettext("We couldn’t read this spreadsheet. Save it as CSV, and try again.")) from error
    if not sheet.rows:
        raise UnreadableFile(gettext("This file is empty."))
    return sheet
