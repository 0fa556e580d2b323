"""Questions in spreadsheets: our own template and Kahoot's. Rows in, questions out, and back. Pure."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import get_args

from python_calamine import CalamineError, CalamineWorkbook

from quizzes.files.questions.containers import MAX_BYTES, MAX_UNPACKED_BYTES, decoded
from quizzes.files.questions.gift import numbers
from quizzes.files.questions.item import Gap, Item, Kind, Line, ReadQuestion, Skipped, UnreadableFile, read, skipped
from quizzes.files.questions.markup import tidy
from quizzes.files.spreadsheet import CellValue, write_csv
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.files.zip_file import declared_size

MAX_ROWS = 20_000
MAX_COLUMNS = 60
ANSWERS = 8
# What stands between a line and its match, and between a blank and its answers.
_PAIR = re.compile(r"\s*(?:=>|->|→|=)\s*")
_LETTERS = "abcdefgh"
_KAHOOT_QUESTION = re.compile(r"question\b.*", re.IGNORECASE)
_KAHOOT_ANSWER = re.compile(r"answer (\d)\b.*", re.IGNORECASE)

Row = tuple[int, list[str]]


def rows_of(content: bytes) -> list[Row]:
    """(number, cells) of each row with text, of a spreadsheet or of CSV. Raises UnreadableFile."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table = _sheet(content)
    else:
        text = decoded(content).lstrip("\ufeff")
        head = text.split("\n", 1)[0]
        separator = max(",;\t", key=head.count)
        try:
            table = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
        except csv.Error as error:
            raise UnreadableFile("This table can’t be read. Save it as CSV or Excel again.") from error
    rows = []
    for number, row in enumerate(table[:MAX_ROWS], start=1):
        cells = [_cell(cell) for cell in row[:MAX_COLUMNS]]
        if any(cells):
            rows.append((number, cells))
    return rows


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = tidy(str(value))
    # `safe_cell` puts an apostrophe before what a spreadsheet would run.
    return _GUARDED.sub(r"\1\2\3", text)


_GUARDED = re.compile(r"(^|[\n\t;])([\s\"]*)'([=+\-@|%\uff1d\uff0b\uff0d\uff20])")


def _sheet(content: bytes) -> list[list[object]]:
    if len(content) > MAX_BYTES:
        raise UnreadableFile("This file is over 16 MB. Is it the right file?")
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if declared_size(archive) > MAX_UNPACKED_BYTES:
                    raise UnreadableFile("This spreadsheet unpacks to far more than a set of questions.")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in workbook.sheet_names:
            table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(str(cell).strip() for row in table for cell in row):
                return [list(row) for row in table]
    except UnreadableFile:
        raise
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableFile("We couldn’t read this spreadsheet. Save it as CSV, and try again.") from error
    raise UnreadableFile("This file is empty.")


# --- Our own template ---------------------------------------------------------------------------------------------

_HEADINGS = (
    "Type",
    "Question",
    *(f"Answer {number}" for number in range(1, ANSWERS + 1)),
    "Correct",
    *(f"Feedback {number}" for number in range(1, ANSWERS + 1)),
    "Explanation",
    "Points",
    "Tolerance",
)
# A cell that stands for a marker of ours, so that text with “=” stays as it is.
_ARROW = " → "


def template_heading(rows: Sequence[Row]) -> int | None:
    """The index of the row with the headings of our template; None without one."""
    for place, (_, cells) in enumerate(rows[:20]):
        names = {cell.casefold() for cell in cells}
        if {"question", "answer 1"} <= names and ("type" in names or "correct" in names):
            return place
    return None


def read_template(rows: Sequence[Row], heading: int) -> list[ReadQuestion]:
    """The outcome of each row below the heading."""
    columns = {name.casefold(): place for place, name in reversed(list(enumerate(rows[heading][1])))}
    return [_read_row(number, cells, columns) for number, cells in rows[heading + 1 :]]


def _read_row(number: int, cells: list[str], columns: dict[str, int]) -> ReadQuestion:
    def cell(name: str) -> str:
        place = columns.get(name.casefold())
        return cells[place] if place is not None and place < len(cells) else ""

    where, stem, notes = f"Row {number}", cell("Question"), list[str]()
    try:
        if not stem:
            raise Skipped("It has no question text.")
        return read(where, _row_item(cell, stem, notes), *notes)
    except Skipped as reason:
        return skipped(where, stem or next(filter(None, cells), ""), str(reason))


def _row_item(cell: Callable[[str], str], stem: str, notes: list[str]) -> Item:
    answers = [cell(f"Answer {number}") for number in range(1, ANSWERS + 1)]
    feedback = [cell(f"Feedback {number}") for number in range(1, ANSWERS + 1)]
    correct = _correct_numbers(cell("Correct"), answers)
    kind = _kind(cell("Type"), answers, correct)
    points = _row_points(cell("Points"), notes)
    explanation = cell("Explanation")
    lines = tuple(
        Line(text, number in correct, said)
        for number, (text, said) in enumerate(zip(answers, feedback, strict=True), start=1)
        if text
    )
    match kind:
        case "single" | "multiple":
            if not correct:
                raise Skipped("Its column “Correct” names no answer, such as 2 or B.")
            return Item(kind, stem, lines=lines, explanation=explanation, points=points)
        case "true_false":
            word = (cell("Correct") or answers[0]).casefold()
            is_true = {
                "true": True,
                "t": True,
                "1": True,
                "a": True,
                "false": False,
                "f": False,
                "2": False,
                "b": False,
            }
            if word not in is_true:
                raise Skipped("Its column “Correct” says neither true nor false.")
            return Item(
                "true_false",
                stem,
                is_true=is_true[word],
                feedback_true=feedback[0],
                feedback_false=feedback[1],
                explanation=explanation,
                points=points,
            )
        case "short_answer":
            if not lines:
                raise Skipped("It has no accepted answer.")
            if not cell("Correct"):
                lines = tuple(Line(line.text, True, line.feedback) for line in lines)
            return Item("short_answer", stem, lines=lines, explanation=explanation, points=points)
        case "numeric":
            number, tolerance = numbers(f"{answers[0]}:{cell('Tolerance') or '0'}")
            return Item("numeric", stem, number=number, tolerance=tolerance, explanation=explanation, points=points)
        case "matching":
            pairs = []
            for line in lines:
                left, arrow, right = line.text.rpartition(_ARROW)
                if not arrow:
                    left, *rest = _PAIR.split(line.text, maxsplit=1)
                    right = rest[0] if rest else ""
                pairs.append(Line(left, feedback=line.feedback, match=right))
            options = tuple(dict.fromkeys(pair.match for pair in pairs if pair.match))
            return Item(
                "matching",
                stem,
                lines=tuple(pair for pair in pairs if pair.text),
                options=options,
                explanation=explanation,
                points=points,
            )
        case "ordering":
            order = tuple(Line(line.text, feedback=line.feedback) for line in lines)
            return Item("ordering", stem, lines=order, explanation=explanation, points=points)
        case "blanks":
            gaps = tuple(
                Gap(tuple(filter(None, (part.strip() for part in line.text.split("|")))), feedback=line.feedback)
                for line in lines
            )
            return Item("blanks", "Fill in the blanks.", text=stem, gaps=gaps, explanation=explanation, points=points)
        case "free_text":
            return Item("free_text", stem, sample_answer=answers[0], explanation=explanation, points=points)


def _kind(text: str, answers: Sequence[str], correct: set[int]) -> Kind:
    name = re.sub(r"[\s_-]+", " ", text.strip().casefold())
    known = {str(kind).replace("_", " "): kind for kind in get_args(Kind)} | _KIND_NAMES
    if name in known:
        found: Kind = known[name]
        return found
    if name:
        raise Skipped(f"“{text[:30]}” isn’t a type of the template.")
    return "multiple" if len(correct) > 1 else "single"


_KIND_NAMES: dict[str, Kind] = {
    "multiple choice": "single",
    "choose all that apply": "multiple",
    "true or false": "true_false",
    "true/false": "true_false",
    "number or date": "numeric",
    "number": "numeric",
    "fill in the blanks": "blanks",
    "written answer": "free_text",
    "essay": "free_text",
}


def _correct_numbers(text: str, answers: Sequence[str]) -> set[int]:
    """The numbers of the correct answers: “2”, “B”, “1, 3” or the words of an answer."""
    parts = [part for part in re.split(r"[\s,;]+", text.casefold()) if part]
    found = set()
    for part in parts:
        if part.isdecimal() and 1 <= int(part[:3]) <= ANSWERS:
            found.add(int(part[:3]))
        elif len(part) == 1 and part in _LETTERS:
            found.add(_LETTERS.index(part) + 1)
        else:
            found = set()
            break
    if not found and text:
        found = {number for number, answer in enumerate(answers, start=1) if answer.casefold() == text.casefold()}
    return {number for number in found if answers[number - 1]}


def _row_points(text: str, notes: list[str]) -> int:
    if not text:
        return 1
    if not re.fullmatch(r"\d{1,2}", text) or not 1 <= int(text) <= 20:
        notes.append("It has 1 point, because its points aren’t a number from 1 to 20.")
        return 1
    return int(text)


def write_template_csv(title: str, items: Sequence[Item]) -> bytes:
    """Our template as CSV, with these questions."""
    return write_csv([_HEADINGS, *map(_template_row, items)])


def write_template_xlsx(title: str, items: Sequence[Item]) -> bytes:
    """Our template as Excel, with these questions."""
    return write_xlsx([Sheet("Questions", [_HEADINGS, *map(_template_row, items)])])


def _template_row(item: Item) -> list[CellValue]:
    answers = [line.text for line in item.lines]
    said = [line.feedback for line in item.lines]
    correct = ", ".join(str(place) for place, line in enumerate(item.lines, start=1) if line.is_correct)
    stem = item.stem
    match item.kind:
        case "true_false":
            answers, said = ["True", "False"], [item.feedback_true, item.feedback_false]
            correct = "True" if item.is_true else "False"
        case "numeric":
            answers = [item.number]
        case "matching":
            answers = [f"{line.text}{_ARROW}{line.match}" for line in item.lines]
        case "blanks":
            stem, said = item.text, [gap.feedback for gap in item.gaps]
            answers = [" | ".join(gap.accepted) for gap in item.gaps]
        case "free_text":
            answers = [item.sample_answer]
    return [
        item.kind.replace("_", " "),
        stem,
        *_padded(answers),
        correct,
        *_padded(said),
        item.explanation,
        item.points,
        item.tolerance if item.kind == "numeric" else "",
    ]


def _padded(texts: Sequence[str]) -> list[str]:
    return [*texts, *[""] * ANSWERS][:ANSWERS]


# --- Kahoot -------------------------------------------------------------------------------------------------------

_KAHOOT_ANSWERS = 4
_KAHOOT_SECONDS = 60


def kahoot_heading(rows: Sequence[Row]) -> int | None:
    """The index of the row with the headings of Kahoot's template; None without one."""
    for place, (_, cells) in enumerate(rows[:30]):
        if any(_KAHOOT_QUESTION.fullmatch(cell) for cell in cells) and any(
            cell.casefold().startswith("correct answer") for cell in cells
        ):
            return place
    return None


def read_kahoot(rows: Sequence[Row], heading: int) -> list[ReadQuestion]:
    """The outcome of each row below the heading that has more than its number."""
    names = rows[heading][1]
    question = next(place for place, name in enumerate(names) if _KAHOOT_QUESTION.fullmatch(name))
    correct = next(place for place, name in enumerate(names) if name.casefold().startswith("correct answer"))
    answers = [place for place, name in enumerate(names) if _KAHOOT_ANSWER.fullmatch(name)]
    found = []
    for number, cells in rows[heading + 1 :]:
        texts = [*cells, *[""] * MAX_COLUMNS]
        given = [texts[place] for place in answers]
        stem, keys = texts[question], {part for part in re.split(r"[\s,;]+", texts[correct]) if part}
        if not stem and not any(given):
            continue
        right = {int(key[:2]) for key in keys if key.isdecimal()}
        lines = tuple(Line(text, place in right) for place, text in enumerate(given, start=1) if text)
        where = f"Row {number}"
        if not stem:
            found.append(skipped(where, " ".join(given), "It has no question text."))
        elif not any(line.is_correct for line in lines):
            found.append(skipped(where, stem, "Its correct answer isn’t the number of an answer."))
        elif [line.text.casefold() for line in lines] == ["true", "false"] and len(right) == 1:
            found.append(read(where, Item("true_false", stem, is_true=lines[0].is_correct)))
        else:
            kind: Kind = "single" if sum(line.is_correct for line in lines) == 1 else "multiple"
            found.append(read(where, Item(kind, stem, lines=lines)))
    return found


def write_kahoot(title: str, items: Sequence[Item]) -> bytes:
    """Kahoot's template with these questions."""
    heading: list[CellValue] = [
        "",
        "Question - max 120 characters",
        *(f"Answer {number} - max 75 characters" for number in range(1, _KAHOOT_ANSWERS + 1)),
        "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
        "Correct answer(s) - choose at least one",
    ]
    rows = list[list[CellValue]]()
    for number, item in enumerate(items, start=1):
        lines = item.lines
        if item.kind == "true_false":
            lines = (Line("True", item.is_true), Line("False", not item.is_true))
        texts = [*(line.text for line in lines), *[""] * _KAHOOT_ANSWERS][:_KAHOOT_ANSWERS]
        keys = ",".join(str(place) for place, line in enumerate(lines, start=1) if line.is_correct)
        rows.append([number, item.stem, *texts, _KAHOOT_SECONDS, keys])
    return write_xlsx([Sheet("Sheet1", [heading, *rows])])
