"""Rosters from pasted text or a table: which columns hold the names, who is new, and what is left out and why."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quizzes.files.roster_columns import (
    ROW_MARK,
    Columns,
    cell_of,
    column_labels,
    find_columns,
    guessed_columns,
    heading_key,
    is_family_first,
    is_spanish,
    looks_like_name,
    unfolded,
)
from quizzes.files.table_file import TableRow
from quizzes.people.names import (
    MAX_NAME_LENGTH,
    InvalidName,
    PersonName,
    clean_name,
    family_first_name,
    given_name,
    join_name,
    name_key,
    numbered_name,
    split_name,
    turned_name,
)
from quizzes.phrases import gettext

MAX_ROWS = 500
MAX_LINES = 2_000  # with the lines that are no students: contacts, totals, people who left
RowState = Literal["new", "here", "removed", "problem", "left_out"]
# How full names are written: first name first or last, and with how many family names.
Order = Literal["given", "given 2", "family", "2 family"]

_NOT_STUDENTS = re.compile(
    r"\b(?:teacher|instructor|aide|staff|faculty|substitute|designer|observer|guardian|parent|administrator|admin|owner|ta"
    r"|tutor|counselor|profesora?|docente|maestr[oa])\b"
)
# Rows of gradebook files and lists that are no students, as name keys. Canvas calls its sample student “Test Student”.
_TEST_STUDENTS = re.compile(r"test student|student (?:view )?test|(?:alumno|estudiante) de prueba")
# Blackboard adds one for each teacher who looks at the course as a student.
_PREVIEW_USER = re.compile(r"\bpreview ?user\b")
_TOTALS = {
    "points possible", "possible", "max points", "total", "totals", "grand total", "total students", "student count",
    "average", "class average", "overall average", "mean", "median", "count", "sum", "promedio", "promedio de la clase",
    "date", "due date", "points", "fecha", "puntos", "total de alumnos", "total de estudiantes", "more vert",
    "class list", "class roster", "roster", "students", "alumnos", "estudiantes", "lista de alumnos",
    "student", "teacher", "teachers", "ta", "observer", "designer", "alumno", "estudiante", "profesor", "profesores",
    "email", "emails", "e mail", "email address", "correo", "correo electronico", "actions", "acciones",
}  # fmt: skip
# The numbers of PowerSchool for who is inactive, transferred, graduated, or from an earlier year.
_LEFT_NUMBERS = frozenset("1234")
# Who is not in the class any more, as schools write it in a column for the status.
_NOT_ENROLLED = re.compile(
    r"(?:no longer|not)? ?(?:to ?be ?deleted|deleted|inactive|withdrawn?|dropped|drop|transferred(?: out)?|graduated"
    r"|exited|concluded|suspended|not enrolled|not current|w ?d|baja|inactivo|inactiva|egresad[oa])"
    # “Withdrawn 10/3/2026”, “Dropped (Transfer)”.
    r"(?: (?:\d|(?:on|as of|transfer|moved)\b).*)?"
)
# What reports print between the rows and below them.
_PRINTED = re.compile(
    r"(?:page|página)\s+\d+\b.*|(?:printed|generated|report run|run date|impreso)\b.*\d.*"
    r"|(?:end of|fin del?)\s+(?:report|list|reporte|lista).*|\d{1,4}\s+(?:students|alumnos|estudiantes|invited)\b.*"
    r"|(?:class (?:list|roster)|roster|lista|period|section|homeroom|grade)\b[\s\W]*(?:\w{1,20}[\s\W]+)?\d{1,4}\w?"
    # “Total students: 3  Page 1 of 1”.
    r"|total (?:students|alumnos|estudiantes)\b.*"
    # “Male: 12 Female: 14”, “Count = 26”.
    r"|(?:[^\W\d][^:=,]{0,30}[:=]\s*\d{1,4}[\s,;|]*)+",
    re.IGNORECASE,
)
# “Period 3 - Civics”, “Civics 8 (Period 3)”.
_SECTION = re.compile(
    r"(?:[^,]{0,80}\W)?(?:period|section|homeroom|room|block|hour|semester|período|grupo)\W{1,3}\d{1,4}\w?\b(?:\W.{0,80})?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}:\d\d(?:\b|[ap]m)")
# The name of a picture that a page shows as an icon: “person_add”.
_ICON = re.compile(r"[a-z]{2,20}(?:_[a-z]{2,20}){1,3}")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# “(he/him)”, “[she/her/hers]”.
_PRONOUNS = re.compile(r"[(\[]\s*\w{1,5}(?:\s*/\s*\w{1,6}){1,3}\s*[)\]]")
# A line to sign on, a check box, or a student number behind the name.
_ROW_END = re.compile(r"(?:\s*+_{2,}+|\s+[-–]\s*\d{1,2}(?:th)?|\s+[☐☑☒✓✔□■]|\s+[(\[#]?\d{4,12}[)\]]?)+$")
# “Maya Lopez and Noah Kim”, “Maya Lopez / Noah Kim”. Spanish names have “y”.
_TWO_NAMES = re.compile(r"[^\s,]+ [^,]{0,100}\S\s*(?:/|&| and )\s*[^\s,]+ [^,]{0,100}", re.IGNORECASE)
# What stood before an address, and a quote that never ends.
_LOOSE = re.compile(r"\s+[-–—|]+$|^[\"“](?=[^\"”]*$)")
_EMAIL = re.compile(r"[<(\[]?[^\s<>()\[\],;]+@[^\s<>()\[\],;]+[>)\]]?")


class InvalidRoster(ValueError):
    """A roster that cannot be read. The message is for the teacher."""


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
    heading, found = find_columns(table)
    number_heading = cell_of(heading, found.external_id) if heading is not None else ""
    # A list with one column offers no choice.
    names = (
        chosen
        if chosen is not None and any(place is not None for place in (chosen.full, chosen.first, chosen.last))
        else found
    )
    # Student numbers are kept only if the teacher asks.
    kept_number = chosen.external_id if chosen is not None else None
    columns = found._replace(
        full=names.full, first=names.first, last=names.last, preferred=names.preferred, external_id=kept_number
    )
    if columns.full is None and columns.first is None and columns.last is None:
        raise InvalidRoster(
            gettext("We found no names in this list. Choose the column that has them, or put one name per line.")
        )
    if heading is None and chosen is None:
        table = _one_name_each(table)
        columns = columns if len(table) == 1 else guessed_columns(table)
    body: Sequence[TableRow] = [row for row in table if heading is None or row.number > heading.number]
    if heading is not None:
        body = unfolded(heading, columns, body)
    _refuse_more(len(body), MAX_LINES)
    above = [
        RosterRow(
            row.number,
            _joined(row),
            PersonName(_joined(row)[:MAX_NAME_LENGTH], ""),
            "left_out",
            gettext("Above the headings"),
        )
        for row in table
        if heading is not None and row.number < heading.number
    ]
    order = _order(heading, columns, body)
    rows = [_read_row(row, columns, fixes or {}, heading, order) for row in body]
    _refuse_more(sum(row.state != "left_out" for row in rows), MAX_ROWS)
    beside = [] if heading is not None or chosen is not None else _beside(table, columns)
    compared = _compared(_without_repeats(rows, body, found.external_id), present, removed)
    return Roster((*above, *compared, *beside), columns, column_labels(table, heading), number_heading)


def _refuse_more(count: int, at_most: int) -> None:
    if count > at_most:
        raise InvalidRoster(
            gettext("This list has {count} names. A class has room for {max_rows}.").format(
                count=count, max_rows=MAX_ROWS
            )
        )


def _order(heading: TableRow | None, columns: Columns, body: Sequence[TableRow]) -> Order:
    """How the names of the column for both are written, by its heading, where no comma says it."""
    title = cell_of(heading, columns.full) if heading is not None else ""
    if any("," in cell_of(row, columns.full) for row in body):
        return "given"
    if is_family_first(title):
        return "2 family" if is_spanish(title) else "family"
    return "given 2" if is_spanish(title) else "given"


def _beside(table: Sequence[TableRow], columns: Columns) -> list[RosterRow]:
    """The full names in other columns of a list without headings, so that none is lost without a word."""
    used = [place for place in (columns.full, columns.first, columns.last) if place is not None]
    width = max((len(row.cells) for row in table), default=0)
    others = [
        place
        for place in range(max(used, default=width) + 1, width)
        if 2 * sum(looks_like_name(text := cell_of(row, place)) and " " in text for row in table) > len(table)
    ]
    return [
        RosterRow(
            row.number,
            text,
            PersonName(text[:MAX_NAME_LENGTH], ""),
            "left_out",
            gettext("In column {number}").format(number=place + 1),
        )
        for place in others
        for row in table
        if (text := cell_of(row, place))
    ]


def _without_repeats(rows: Sequence[RosterRow], body: Sequence[TableRow], number: int | None) -> list[RosterRow]:
    """The rows; one with name and student number of an earlier row is left out. Some systems write a row a parent."""
    first = dict[tuple[str, str], int]()
    found = []
    for row, line in zip(rows, body, strict=True):
        key = (cell_of(line, number), name_key(row.name.display))
        if row.state == "new" and key[0] and key in first:
            row = replace(
                row,
                state="left_out",
                note=gettext("Row {number} again: the same student number").format(number=first[key]),
            )
        else:
            first.setdefault(key, row.number)
        found.append(row)
    return found


def _one_name_each(table: Sequence[TableRow]) -> Sequence[TableRow]:
    """The table; a single line of several full names as one row for each."""
    if len(table) != 1 or not all(looks_like_name(cell) and len(cell.split()) > 1 for cell in table[0].cells if cell):
        return table
    return [TableRow(number, (cell,)) for number, cell in enumerate(filter(None, table[0].cells), start=1)]


def _read_row(
    row: TableRow, columns: Columns, fixes: Mapping[int, str], heading: TableRow | None, order: Order
) -> RosterRow:
    """The row by itself: cleaned, turned, or left out."""
    text = _joined(row, columns)
    reason = (
        gettext("The headings again")
        if heading and row.cells == heading.cells
        else _not_a_student(row, columns, heading)
    )
    if reason:
        return RosterRow(row.number, text or _joined(row), PersonName(text, ""), "left_out", reason)
    fix = fixes.get(row.number, "").strip()
    external_id = cell_of(row, columns.external_id)[:MAX_NAME_LENGTH]
    try:
        name, note = (split_name(clean_name(fix)), "") if fix else _read_name(row, columns, order)
    except InvalidName as error:
        return RosterRow(row.number, text, PersonName(text[:MAX_NAME_LENGTH], ""), "problem", _sentence(str(error)))
    return RosterRow(row.number, text, name, "new", note, external_id=external_id)


def _read_name(row: TableRow, columns: Columns, order: Order) -> tuple[PersonName, str]:
    """(name, what was changed). Raises InvalidName."""
    preferred = _bare(cell_of(row, columns.preferred))
    if columns.full is None:
        given = f"{cell_of(row, columns.first)} {cell_of(row, columns.middle)}"
        family = f"{cell_of(row, columns.last)} {cell_of(row, columns.second_last)}"
        joined = join_name(_bare(given), _bare(family), suffix=cell_of(row, columns.suffix))
        return _preferred(PersonName(clean_name(joined.display), joined.family), preferred, "")
    text = cell_of(row, columns.full)
    bare = _bare(text)
    if not bare and _EMAIL.search(text):
        raise InvalidName(gettext("this is an email address, not a name"))
    if (
        ";" in bare
        or (bare.count(",") > 1 and turned_name(bare) is None)
        or ("," in bare and ":" in bare)
        or _TWO_NAMES.fullmatch(bare)
    ):
        raise InvalidName(gettext("this line has several names: put each name on a line of its own"))
    suffix = cell_of(row, columns.suffix)
    turned = turned_name(bare)
    if turned is None and order in ("family", "2 family") and len(bare.split()) > 1:
        turned = family_first_name(bare, family_count=2 if order == "2 family" else 1)
    if turned is not None:
        name = join_name(given_name(turned), turned.family, suffix=f"{_suffix_of(turned)} {suffix}")
        return _preferred(
            PersonName(clean_name(name.display), name.family), preferred, gettext("Was “{text}”").format(text=bare)
        )
    name = split_name(clean_name(f"{bare.rstrip(',')} {suffix}"), family_count=2 if order == "given 2" else 1)
    return _preferred(name, preferred, gettext("Was “{text}”").format(text=text) if bare != text else "")


def _preferred(name: PersonName, preferred: str, note: str) -> tuple[PersonName, str]:
    """(name, note) with the first name that the student goes by, if the list has one."""
    if not preferred or not name.family or name_key(preferred) == name_key(given_name(name)):
        return name, note
    _, _, after = name.display.rpartition(name.family)
    given = preferred.removesuffix(name.family).strip() or preferred
    return PersonName(clean_name(f"{given} {name.family}{after}"), name.family), note or gettext("Was “{text}”").format(
        text=name.display
    )


def _suffix_of(name: PersonName) -> str:
    return name.display.rpartition(name.family)[2].strip() if name.family else ""


def _not_a_student(row: TableRow, columns: Columns, heading: TableRow | None) -> str:
    """Why the row is no student; "" if it is one."""
    key = name_key(_joined(row, columns))
    if not key and not _EMAIL.search(_joined(row, columns)):
        return gettext("No name in this row")
    if _TEST_STUDENTS.fullmatch(key) or _PREVIEW_USER.search(key.replace("_", " ")):
        return gettext("A test student")
    # “Students 24” is a count, “Student 24” a name.
    counted = re.sub(r"(?<!\bstudent)(?<!\balumno)(?<!\bestudiante)(?: \d+)+$", "", key)
    if counted in _TOTALS or key.startswith("points possible"):
        return gettext("Not a student")
    if _DATE.fullmatch(_joined(row, columns)) or _TIME.search(_joined(row, columns)):
        return gettext("A date, not a name")
    if _ICON.fullmatch(_joined(row, columns)) or _SECTION.fullmatch(_joined(row, columns)):
        return gettext("Not a student")
    if _PRINTED.fullmatch(_joined(row)) or _PRINTED.fullmatch(_joined(row, columns)):
        return gettext("Not a student")
    status = name_key(cell_of(row, columns.status))
    is_number = heading is not None and heading_key(cell_of(heading, columns.status)) == "enroll status"
    if _NOT_ENROLLED.fullmatch(status) or (is_number and status in _LEFT_NUMBERS):
        return gettext("Not enrolled: {status}").format(status=cell_of(row, columns.status)[:MAX_NAME_LENGTH])
    # “TeacherEnrollment” is two words.
    role = heading_key(cell_of(row, columns.role)) if columns.role is not None else ""
    label = key if re.match(r"\s*(?:teacher|instructor|maestr[oa]|profesora?)\s*:", _joined(row, columns), re.I) else ""
    if _NOT_STUDENTS.search(f"{role} {label}"):
        return gettext("Not a student: a teacher or another adult")
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
            note = gettext("Same name as row {number}. For another student, type a name that differs.").format(
                number=first_row[key]
            )
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
    """The text without numbering, bullets, pronouns and email addresses."""
    bare = " ".join(_PRONOUNS.sub(" ", _EMAIL.sub(" ", ROW_MARK.sub("", text.strip()))).split())
    bare = _LOOSE.sub("", _ROW_END.sub("", bare))
    return bare[1:-1].strip() if len(bare) > 2 and bare[0] in '"“' and bare[-1] in '"”' else bare


def _joined(row: TableRow, columns: Columns | None = None) -> str:
    """The cells of the name as one text; without columns all cells."""
    if columns is None:
        return " ".join(cell for cell in row.cells if cell)
    if columns.full is not None:
        return cell_of(row, columns.full)
    places = columns.first, columns.middle, columns.last, columns.second_last, columns.suffix
    return " ".join(text for place in places if (text := cell_of(row, place)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
