"""Rosters from pasted names (one per line) or CSV with a header: clean names, and the problem of each row."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from quizzes.people.names import MAX_NAME_LENGTH, InvalidName, clean_name, name_key

MAX_BYTES = 1_000_000
MAX_ROWS = 500
NAME_HEADERS = ("name", "student", "student name", "display name", "full name")
FIRST_HEADERS = ("first name", "first", "given name")
LAST_HEADERS = ("last name", "last", "surname", "family name")


class InvalidRoster(ValueError):
    """A roster file that cannot be read. The message is for the teacher."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of a pasted or uploaded roster.

    number: of the row, from 1; in CSV the header is row 1.
    state: new = can be added, here = already on the roster, problem = see `problem`.
    """

    number: int
    name: str
    state: Literal["new", "here", "problem"]
    problem: str


def read_pasted(text: str, *, present: Collection[str]) -> list[RosterRow]:
    """One row for each line that is not empty; empty lines count in `number`. present: `name_key`s on the roster."""
    lines = text.splitlines()
    return _checked([(number, line) for number, line in enumerate(lines, start=1) if line.strip()], present)


def read_csv(content: bytes, *, present: Collection[str]) -> list[RosterRow]:
    """One row for each line below the header; raises InvalidRoster if the file is not UTF-8 CSV with a name column.

    The header has a column “name” (or “student”), or “first name” with or without “last name”, in any case and order.
    """
    if len(content) > MAX_BYTES:
        raise InvalidRoster("This file is over 1 MB, too big for a roster. Is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRoster("We can’t read this file. Save it as “CSV UTF-8” and try again.") from error
    if "\x00" in text:
        raise InvalidRoster("We can’t read this file. Save it as “CSV UTF-8” and try again.")
    try:
        table = list(csv.reader(io.StringIO(text, newline=None), dialect=_dialect(text)))
    except csv.Error as error:
        raise InvalidRoster(f"We can’t read this CSV file: {error}.") from error
    if not table:
        raise InvalidRoster("This file is empty. Choose another one.")
    columns = _name_columns([cell.strip().casefold() for cell in table[0]])
    rows = [
        (number, " ".join(cells[column].strip() for column in columns if column < len(cells)))
        for number, cells in enumerate(table[1:], start=2)
        if any(cell.strip() for cell in cells)
    ]
    return _checked(rows, present)


def _dialect(text: str) -> type[csv.Dialect]:
    header = text.splitlines()[0] if text else ""
    return type("_Sniffed", (csv.excel,), {"delimiter": max(",;\t", key=header.count), "strict": True})


def _name_columns(header: Sequence[str]) -> list[int]:
    full_name = next((header.index(name) for name in NAME_HEADERS if name in header), None)
    if full_name is not None:
        return [full_name]
    first = next((header.index(name) for name in FIRST_HEADERS if name in header), None)
    last = next((header.index(name) for name in LAST_HEADERS if name in header), None)
    if first is None:
        raise InvalidRoster("The first row needs headings: “name”, or “first name” and “last name”.")
    return [first] if last is None else [first, last]


def _checked(rows: Sequence[tuple[int, str]], present: Collection[str]) -> list[RosterRow]:
    if len(rows) > MAX_ROWS:
        raise InvalidRoster(f"The list has {len(rows)} names. The limit for a class is {MAX_ROWS}.")
    checked = []
    first_row: dict[str, int] = {}
    for number, text in rows:
        try:
            name = clean_name(text)
        except InvalidName as error:
            checked.append(RosterRow(number, text.strip()[:MAX_NAME_LENGTH], "problem", f"Row {number}: {error}."))
            continue
        key = name_key(name)
        if key in first_row:
            checked.append(RosterRow(number, name, "problem", f"Row {number}: same as row {first_row[key]}."))
            continue
        first_row[key] = number
        checked.append(RosterRow(number, name, "here" if key in present else "new", ""))
    return checked
