"""Rosters from pasted text or a table: which columns hold the names, who is new, and what is left out and why."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from quizzes.files.table_file import TableRow
from quizzes.people.names import (
    MAX_NAME_LENGTH,
    InvalidName,
    PersonName,
    clean_name,
    given_name,
    join_name,
    name_key,
    numbered_name,
    split_name,
    turned_name,
)

MAX_ROWS = 500
# Title rows stand above the headings of many exports.
MAX_TITLE_ROWS = 15
RowState = Literal["new", "here", "removed", "problem", "left_out"]

# Headings as `heading_key` writes them, the best first. English and Spanish, as school systems export them.
_HEADINGS: Mapping[str, Sequence[str]] = {
    "full": (
        "student name", "student", "name", "full name", "display name", "sortable name", "learner", "pupil",
        "student full name", "name last first", "student name last first", "last name first name", "learner name",
        "nombre completo", "estudiante", "alumno", "alumna", "nombre del estudiante", "nombre del alumno",
        "nombre y apellidos", "nombre y apellido", "apellidos y nombre", "apellidos nombre",
    ),
    "first": (
        "first name", "first", "given name", "firstname", "givenname", "student first name", "student first",
        "legal first name", "forename", "name first", "first name s", "nombre", "nombres", "primer nombre", "nombre s",
    ),
    "middle": ("middle name", "middle", "middle initial", "mi", "middlename", "student middle name", "segundo nombre"),
    "last": (
        "last name", "last", "surname", "family name", "lastname", "familyname", "student last name", "student last",
        "legal last name", "name last", "last initial", "initial", "last name initial", "apellido", "apellidos",
        "primer apellido", "apellido paterno", "apellido s",
    ),
    "second_last": ("segundo apellido", "apellido materno", "second last name"),
    "suffix": ("suffix", "name suffix", "generation", "sufijo"),
    "external_id": (
        "sis user id", "sis id", "student number", "student id", "student no", "studentnumber", "studentid",
        "local student id", "local id", "id number", "perm id", "permanent id", "other id", "identifier", "school id",
        "state id", "sourcedid", "sourced id", "user id", "numero de estudiante", "matricula", "numero de id", "id",
    ),
    "role": ("role", "user role", "user type", "enrollment role", "account type", "type", "rol", "tipo"),
}  # fmt: skip
_NAME_PARTS = ("full", "first", "last")
_NOT_STUDENTS = re.compile(
    r"\b(?:teacher|instructor|aide|staff|designer|observer|guardian|parent|administrator|admin|profesora?|docente|maestr[oa])\b"
)
# Rows of gradebook files and lists that are no students, as name keys. Canvas calls its sample student “Test Student”.
_TEST_STUDENTS = {"test student", "student test", "student view test"}
_TOTALS = {
    "points possible", "possible", "max points", "total", "totals", "grand total", "total students", "student count",
    "average", "class average", "overall average", "mean", "median", "count", "sum", "promedio", "promedio de la clase",
}  # fmt: skip
_ROW_MARK = re.compile(r"^(?:[-*•·‣▪–—]\s+|\(?\d{1,3}[.)\]:]\s*|\d{1,3}\s+(?=\D)|\[\s*x?\s*\]\s*)+", re.IGNORECASE)
_EMAIL = re.compile(r"[<(\[]?[^\s<>()\[\],;]+@[^\s<>()\[\],;]+[>)\]]?")


class InvalidRoster(ValueError):
    """A roster that cannot be read. The message is for the teacher."""


class Columns(NamedTuple):
    """The indexes of a table's columns by meaning, None for one that the table does not have."""

    full: int | None = None
    first: int | None = None
    middle: int | None = None
    last: int | None = None
    second_last: int | None = None
    suffix: int | None = None
    external_id: int | None = None
    role: int | None = None


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row of a roster.

    number: of the row in the file or text, from 1. text: as in the file. state: new = can be added, here = already on
    the roster, removed = was on it once, problem = needs another name, left_out = is no student. note: the reason, or
    what was changed; "" for neither. proposal: a name for a problem, or "".
    """

    number: int
    text: str
    name: PersonName
    state: RowState
    note: str = ""
    proposal: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """A read roster. headings: a label for each column, for the teacher to choose from; () for one column.

    number_heading: the heading of a column with student numbers, or "".
    """

    rows: tuple[RosterRow, ...]
    columns: Columns
    headings: tuple[str, ...]
    number_heading: str


def heading_key(text: str) -> str:
    """A heading in comparable form: “Student_LastName” and “student last name” are the same."""
    return name_key(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " "))


def read_roster(
    table: Sequence[TableRow],
    *,
    present: Collection[str],
    removed: Collection[str] = (),
    chosen: Columns | None = None,
    fixes: Mapping[int, str] | None = None,
) -> Roster:
    """The students of a table. Raises InvalidRoster.

    present, removed: name keys of the class. chosen: columns that the teacher chose. fixes: names that the teacher
    typed, by row number.
    """
    heading, columns = _find_columns(table)
    number_heading = _cell(heading, columns.external_id) if heading is not None else ""
    # A list with one column offers no choice.
    names = (
        chosen
        if chosen is not None and any(place is not None for place in (chosen.full, chosen.first, chosen.last))
        else columns
    )
    # Student numbers are kept only if the teacher asks.
    kept_number = chosen.external_id if chosen is not None else None
    columns = columns._replace(full=names.full, first=names.first, last=names.last, external_id=kept_number)
    if columns.full is None and columns.first is None and columns.last is None:
        raise InvalidRoster(
            "We found no names in this list. Choose the column that has them, or put one name per line."
        )
    body = [row for row in table if heading is None or row.number > heading.number]
    if len(body) > MAX_ROWS:
        raise InvalidRoster(f"This list has {len(body)} names. A class has room for {MAX_ROWS}.")
    above = [
        RosterRow(
            row.number, _joined(row), PersonName(_joined(row)[:MAX_NAME_LENGTH], ""), "left_out", "Above the headings"
        )
        for row in table
        if heading is not None and row.number < heading.number
    ]
    rows = [_read_row(row, columns, fixes or {}) for row in body]
    return Roster((*above, *_compared(rows, present, removed)), columns, _headings(table, heading), number_heading)


def _find_columns(table: Sequence[TableRow]) -> tuple[TableRow | None, Columns]:
    """The row of headings, None without one, and the columns."""
    for row in table[:MAX_TITLE_ROWS]:
        found = {part: place for part in _HEADINGS if (place := _place(row, _HEADINGS[part])) is not None}
        if any(part in found for part in _NAME_PARTS):
            return row, _without_empty(Columns(**found), [one for one in table if one.number > row.number])
    return None, _guessed_columns(table)


def _place(row: TableRow, headings: Sequence[str]) -> int | None:
    keys = [heading_key(cell) for cell in row.cells]
    return next((keys.index(heading) for heading in headings if heading in keys), None)


def _without_empty(columns: Columns, body: Sequence[TableRow]) -> Columns:
    """First and last name win over a column for both, which may hold something else, unless they are empty."""

    def has_text(place: int | None) -> bool:
        return place is not None and any(_cell(row, place) for row in body)

    if has_text(columns.first) and has_text(columns.last):
        return columns._replace(full=None)
    if has_text(columns.full) or not body:
        return columns._replace(first=None, last=None) if columns.full is not None else columns
    return columns._replace(full=None)


def _guessed_columns(table: Sequence[TableRow]) -> Columns:
    """The columns of a table without headings: those whose cells look like names."""
    width = max((len(row.cells) for row in table), default=0)
    named = [
        place
        for place in range(width)
        if 5 * sum(_looks_like_name(_cell(row, place)) for row in table) >= 4 * len(table)
    ]
    if not named:
        return Columns(full=0 if width == 1 else None)
    words = sum(len(_cell(row, named[0]).split()) > 1 for row in table)
    if len(named) > 1 and named[1] == named[0] + 1 and 2 * words < len(table):
        return Columns(first=named[0], last=named[1])
    return Columns(full=named[0])


def _looks_like_name(text: str) -> bool:
    bare = _ROW_MARK.sub("", text)
    return bool(bare) and "@" not in bare and not any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)


def _headings(table: Sequence[TableRow], heading: TableRow | None) -> tuple[str, ...]:
    width = max((len(row.cells) for row in table), default=0)
    if width < 2:
        return ()
    body = [row for row in table if row is not heading]
    samples = [next((text for row in body if (text := _cell(row, place))), "") for place in range(width)]
    titles = heading.cells if heading is not None else ()
    return tuple(
        titles[place] if place < len(titles) and titles[place] else f"Column {place + 1}: {sample or 'empty'}"
        for place, sample in enumerate(samples)
    )


def _read_row(row: TableRow, columns: Columns, fixes: Mapping[int, str]) -> RosterRow:
    """The row by itself: cleaned, turned, or left out."""
    text = _joined(row, columns)
    reason = _not_a_student(row, columns)
    if reason:
        return RosterRow(row.number, text or _joined(row), PersonName(text, ""), "left_out", reason)
    fix = fixes.get(row.number, "").strip()
    external_id = _cell(row, columns.external_id)[:MAX_NAME_LENGTH]
    try:
        name, note = (split_name(clean_name(fix)), "") if fix else _read_name(row, columns)
    except InvalidName as error:
        return RosterRow(row.number, text, PersonName(text[:MAX_NAME_LENGTH], ""), "problem", _sentence(str(error)))
    return RosterRow(row.number, text, name, "new", note, external_id=external_id)


def _read_name(row: TableRow, columns: Columns) -> tuple[PersonName, str]:
    """(name, what was changed). Raises InvalidName."""
    if columns.full is None:
        given = f"{_cell(row, columns.first)} {_cell(row, columns.middle)}"
        family = f"{_cell(row, columns.last)} {_cell(row, columns.second_last)}"
        joined = join_name(_bare(given), _bare(family), suffix=_cell(row, columns.suffix))
        return PersonName(clean_name(joined.display), joined.family), ""
    text = _cell(row, columns.full)
    bare = _bare(text)
    if not bare and _EMAIL.search(text):
        raise InvalidName("this is an email address, not a name")
    if ";" in bare or (bare.count(",") > 1 and turned_name(bare) is None):
        raise InvalidName("this line has several names: put each name on a line of its own")
    suffix = _cell(row, columns.suffix)
    turned = turned_name(bare)
    if turned is not None:
        name = join_name(given_name(turned), turned.family, suffix=f"{_suffix_of(turned)} {suffix}")
        return PersonName(clean_name(name.display), name.family), f"Was “{bare}”"
    name = split_name(clean_name(f"{bare.rstrip(',')} {suffix}"))
    return name, f"Was “{text}”" if bare != text else ""


def _suffix_of(name: PersonName) -> str:
    return name.display.rpartition(name.family)[2].strip() if name.family else ""


def _not_a_student(row: TableRow, columns: Columns) -> str:
    """Why the row is no student; "" if it is one."""
    key = name_key(_joined(row, columns))
    if not key and not _EMAIL.search(_joined(row, columns)):
        return "No name in this row"
    if key in _TEST_STUDENTS:
        return "A test student"
    if key in _TOTALS or key.startswith("points possible"):
        return "Not a student"
    role = name_key(_cell(row, columns.role)) if columns.role is not None else ""
    label = key if re.match(r"\s*(?:teacher|instructor|maestr[oa]|profesora?)\s*:", _joined(row, columns), re.I) else ""
    if _NOT_STUDENTS.search(f"{role} {label}"):
        return "Not a student: a teacher or another adult"
    return ""


def _compared(rows: Sequence[RosterRow], present: Collection[str], removed: Collection[str]) -> list[RosterRow]:
    """The rows compared with the class and with each other."""
    compared = []
    first_row: dict[str, int] = {}
    for row in rows:
        if row.state != "new":
            compared.append(row)
            continue
        keys = {name_key(row.name.display), name_key(f"{row.name.family} {given_name(row.name)}")}
        key = name_key(row.name.display)
        if key in first_row:
            taken = {*present, *removed, *first_row}
            proposal = numbered_name(row.name.display, taken)
            note = f"Same name as row {first_row[key]}. For another student, type a name that differs."
            compared.append(replace(row, state="problem", note=note, proposal=proposal))
            continue
        first_row[key] = row.number
        if keys & set(present):
            compared.append(replace(row, state="here"))
        elif key in removed:
            compared.append(replace(row, state="removed"))
        else:
            compared.append(row)
    return compared


def _bare(text: str) -> str:
    """The text without numbering, bullets and email addresses."""
    return " ".join(_EMAIL.sub(" ", _ROW_MARK.sub("", text.strip())).split())


def _cell(row: TableRow, place: int | None) -> str:
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _joined(row: TableRow, columns: Columns | None = None) -> str:
    """The cells of the name as one text; without columns all cells."""
    if columns is None:
        return " ".join(cell for cell in row.cells if cell)
    if columns.full is not None:
        return _cell(row, columns.full)
    places = columns.first, columns.middle, columns.last, columns.second_last, columns.suffix
    return " ".join(text for place in places if (text := _cell(row, place)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
