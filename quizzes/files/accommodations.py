"""The accommodations and supports of a class as a table: a file to change in a spreadsheet and upload again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from quizzes.assignments.reading_levels import reading_choice
from quizzes.assignments.student_settings import time_factors
from quizzes.assignments.supports import BREAKS, COLORS, TEXT_SIZES, supports_of
from quizzes.content.reading import STANDARD
from quizzes.files.downloads import CONTENT_TYPES, ExportedFile, FileFormat, file_name, record_download
from quizzes.files.roster_columns import cell_of
from quizzes.files.spreadsheet import write_csv
from quizzes.files.table_file import TableRow
from quizzes.models import Accommodation, Classroom, Student, User
from quizzes.people.names import name_key

NAME, TIME, LEVEL = "Name", "Time", "Reading level"
HEADINGS = {
    "read_aloud": "Read aloud",
    "text_size": "Text size",
    "spacing": "Wide spacing",
    "plain_font": "Easy-to-read font",
    "color": "Colors",
    "line_focus": "Line focus",
    "cross_out": "Cross out choices",
    "fewer_choices": "Fewer choices",
    "notes": "Highlighter and notes",
    "hide_clock": "Hide the clock",
    "break_minutes": "Break minutes",
}
_COLUMNS = {"time": TIME, "level": LEVEL, **HEADINGS}
NO_LIMIT = "no limit"
TIMES: dict[str, Decimal | None] = {
    "1": Decimal(1),
    **{factor: Decimal(factor) for factor in Accommodation.Factor.values},
    NO_LIMIT: None,
}
LEVEL_VALUES = {"class": "", "standard": STANDARD, "easier": "easier", "spanish": "es"}
_SWITCH = {"yes": True, "no": False}
_COLORS = {"none": "", **{color: color for color in COLORS}}
_BREAKS = {str(minutes): minutes for minutes in BREAKS}
_SIZES = {str(size): size for size in TEXT_SIZES}


class NoNames(ValueError):
    """The table has no column with names, or no other column of this module."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of a file. number: from 1. student: None if the class has none with this name. problem: "" for none.

    changes: new values by name, a time factor under "time", the level of readings under "level".
    """

    number: int
    name: str
    student: Student | None
    changes: dict[str, Any]
    problem: str = ""

    @property
    def words(self) -> str:
        """The changes in words, as the file has them."""
        return ", ".join(f"{_COLUMNS[name]}: {_in_words(name, value)}" for name, value in self.changes.items())


def export_accommodations(classroom: Classroom, *, by: User, now: datetime) -> ExportedFile:
    """The accommodations and supports of each student on the roster, as CSV. Records the download first."""
    record_download(classroom, "accommodations", FileFormat.CSV, by=by, now=now)
    students = list(classroom.students.enrolled().select_related("classroom"))
    factors = time_factors(student.pk for student in students)
    rows: list[Sequence[str]] = [[NAME, *_COLUMNS.values()]]
    for student in students:
        time = factors.get(student.pk, Decimal(1))
        supports = supports_of(student)
        values = [_in_words(name, getattr(supports, name)) for name in HEADINGS]
        level = _in_words("level", reading_choice(student).own)
        rows.append([student.display_name, _in_words("time", time), level, *values])
    name = file_name(f"{classroom.name}, accommodations", "csv", now=now, zone=classroom.zone)
    return ExportedFile(name, CONTENT_TYPES[FileFormat.CSV], write_csv(rows))


def read_changes(rows: Sequence[TableRow], classroom: Classroom) -> list[ChangeLine]:
    """What each line of a table changes; a line that changes nothing is left out. An empty cell changes nothing.

    Raises NoNames. 2 queries.
    """
    headings = [cell.casefold() for cell in rows[0].cells] if rows else []
    places = {
        name: headings.index(label.casefold()) for name, label in _COLUMNS.items() if label.casefold() in headings
    }
    if NAME.casefold() not in headings or not places:
        raise NoNames
    at = headings.index(NAME.casefold())
    students = {one.name_key: one for one in classroom.students.enrolled().select_related("classroom")}
    factors = time_factors(student.pk for student in students.values())
    lines = []
    for row in rows[1:]:
        name = cell_of(row, at)
        student = students.get(name_key(name)) if name else None
        if student is None:
            lines.append(ChangeLine(row.number, name, None, {}))
            continue
        lines.append(_read_line(row, name, student, places, factors.get(student.pk, Decimal(1))))
    return [line for line in lines if line.changes or line.problem or line.student is None]


def _read_line(row: TableRow, name: str, student: Student, places: dict[str, int], time: Decimal | None) -> ChangeLine:
    now_on = {"time": time, "level": reading_choice(student).own, **asdict(supports_of(student))}
    changes = {}
    for column, place in places.items():
        text = cell_of(row, place).casefold().removesuffix("%")
        if not text:
            continue
        offered = _offered(column)
        if text not in offered:
            problem = gettext("In “{heading}”, enter one of these: {values}.").format(
                heading=_COLUMNS[column], values=", ".join(offered)
            )
            return ChangeLine(row.number, name, student, {}, problem)
        if offered[text] != now_on[column]:
            changes[column] = offered[text]
    return ChangeLine(row.number, name, student, changes)


def _offered(column: str) -> dict[str, Any]:
    """The values of a column by their words."""
    match column:
        case "time":
            return TIMES
        case "level":
            return LEVEL_VALUES
        case "text_size":
            return _SIZES
        case "color":
            return _COLORS
        case "break_minutes":
            return _BREAKS
    return _SWITCH


def _in_words(column: str, value: Any) -> str:
    if column == "time" and value is not None:
        value = Decimal(value)
    return next(words for words, offered in _offered(column).items() if offered == value)


def values_of(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as JSON values, for a signed preview."""
    return {name: _in_words(name, value) for name, value in changes.items()}


def read_values(values: dict[str, str]) -> dict[str, Any]:
    """The changes of `values_of`."""
    return {name: _offered(name)[words] for name, words in values.items()}
