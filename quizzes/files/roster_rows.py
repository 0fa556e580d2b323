"""One row of a roster: the name that it holds, or why it is no student."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quizzes.files.roster_columns import ROW_MARK, Columns, cell_of, heading_key
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
    split_name,
    turned_name,
)
from quizzes.phrases import gettext

RowState = Literal["new", "here", "removed", "problem", "left_out"]
# How full names are written: first name first or last, and with how many family names.
Order = Literal["given", "given 2", "family", "2 family"]

_NOT_STUDENTS = re.compile(
    r"\b(?:teacher|instructor|aide|staff|faculty|substitute|designer|observer|guardian|parent|administrator|admin|owner|ta"
    r"|tutor|counselor|profesora?|docente|maestr[oa])\b"
)
# “Ms. Rivera” above a list. A title before a whole name may be of a student in a class of adults.
_ADULT = re.compile(r"(?:mrs?|ms|mx|dr|prof|sra?|srta)\b\.?\s*[^\W\d]+", re.IGNORECASE)
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
    "email", "emails", "e mail", "email address", "correo", "correo electronico", "actions", "acciones", "select all",
    "seleccionar todo",
}  # fmt: skip
# The numbers of PowerSchool for students who are inactive, transferred, graduated, or from an earlier year.
_LEFT_NUMBERS = frozenset("1234")
# What schools write in a column for the status of a student who has left the class.
_NOT_ENROLLED = re.compile(
    r"(?:no longer|not)? ?(?:to ?be ?deleted|deleted|inactive|withdrawn?|dropped|drop|transferred(?: out)?|graduated"
    r"|exited|concluded|suspended|not enrolled|not current|w ?d|baja|inactivo|inactiva|egresad[oa])"
    # “Withdrawn 10/3/2026”, “Dropped (Transfer)”.
    r"(?: (?:\d|(?:on|as of|transfer|moved)\b).*)?"
)
# What reports print between the rows and below them.
_PRINTED = re.compile(
    r"(?:page|página)\s+\d+\b.*|(?:printed|generated|report run|run date|impreso)\b.*\d.*"
    r"|(?:end of|fin del?)\s+(?:report|list|reporte|lista).*"
    r"|\d{1,4}\s+(?:students|alumnos|estudiantes|names|invited|total)\b.*"
    r"|(?:class (?:list|roster)|roster|lista|period|section|homeroom|grade)\b[\s\W]*(?:\w{1,20}[\s\W]+)?\d{1,4}\w?"
    # “Total students: 3  Page 1 of 1”, “Total: 4 students”, “Students: 4 total”.
    r"|total\W{1,3}(?:de )?(?:\d{1,4}\s+)?(?:students|alumnos|estudiantes|enrollment|names)\b.*"
    r"|(?:students|alumnos|estudiantes|class size|enrollment)\W{1,3}\d{1,4}\b.*"
    # “8th grade civics”, “2nd period”, “Ms. Rivera’s class”, “Fall 2026”, “2026-2027”, “Class of 2030”, “Team A”.
    r"|(?:[^,]{1,60}['’]s\s+)?\d{1,2}(?:st|nd|rd|th)\s+(?:grade|period|hour|block)\b.{0,80}"
    r"|[^,]{1,60}['’]s\s+(?:class|roster|list|students|homeroom)\b.{0,80}"
    r"|(?:fall|spring|summer|winter|class of)\s+20\d\d|20\d\d\s*[-–/]\s*(?:20)?\d\d"
    r"|(?:period|block|group|table|team|row|grupo|equipo)\s+(?:[a-z]|\d{1,2}[a-z]?)"
    # “Absent:”, “School: Lincoln Middle”.
    r"|(?:absent|present|late|tardy|names|students|boys|girls|attendance|ausentes|presentes)\s*:"
    r"|(?:school|campus|district|course|class|subject|term|escuela|clase|curso)\s*:.{0,120}"
    # The head of an email.
    r"|(?:from|sent|subject|de|enviado|asunto)\s*:.{0,120}"
    # “Male: 12 Female: 14”, “Count = 26”.
    r"|(?:[^\W\d][^:=,]{0,30}[:=]\s*\d{1,4}[\s,;|]*)+",
    re.IGNORECASE,
)
# “Period 3 - Civics”, “Civics 8 (Period 3)”, “Civics, Period 3”.
_SECTION = re.compile(
    r"(?:[^,]{0,80}\W{1,2})?(?:period|section|homeroom|room|block|hour|semester|período|grupo)\W{1,3}\d{1,4}\w?\b"
    r"(?:\W.{0,80})?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d{1,2}:\d\d(?:\b|[ap]m)")
# The name of a picture that a page shows as an icon: “person_add”.
_ICON = re.compile(r"[a-z]{2,20}(?:_[a-z]{2,20}){1,3}")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# “(he/him)”, “[she/her/hers]”, and what Google Classroom writes after students who have not accepted.
_PRONOUNS = re.compile(
    r"[(\[]\s*(?:\w{1,5}(?:\s*/\s*\w{1,6}){1,3}|invited|invitad[oa]|pending|pendiente)\s*[)\]]", re.IGNORECASE
)
# After the name: a line to sign on, dots, a check box, or a student number, also with grade and sex: “101 07 F”.
_ROW_END = re.compile(
    r"(?:\s*+_{2,}+|\s*+\.{4,}+(?:\s*\d{1,12})?|\s+[-–]\s*\d{1,2}(?:th)?|\s+[☐☑☒✓✔□■]"
    r"|\s+\d{1,12}(?:\s+(?:\d{1,2}|[KMFX])(?!\S)){1,3}|\s+[(\[#]?\d{4,12}[)\]]?)++$"
)
# What a teacher notes of a student. Students choose their names from a list that the class sees.
_PRIVATE = re.compile(
    r"(?:\s*+[*†‡]++|\s+(?:IEP|504|SPED)(?!\S)"
    r"|\s*[-–—(\[,/]\s*(?:IEP|504|SPED|ELL?|ESL|LEP|ML|BIP|RSP|GATE|GT)\s*[)\]]?(?!\S)){1,4}+$"
    # “Lopez*, Maya”
    r"|\s*+[*†‡]++(?=\s*,)"
)
# “Maya Lopez / Noah Kim”, “Maya and Noah”. Spanish names have “y”.
_TWO_NAMES = re.compile(
    r"[^\s,]+ [^,]{0,100}\S\s*(?:/|&)\s*[^\s,]+ [^,]{0,100}|[^,]{0,100}\S\s+and\s+\S[^,]{0,100}", re.IGNORECASE
)
# What was before an address, and a quote that never ends.
_LOOSE = re.compile(r"\s+[-–—|]+$|^[\"“](?=[^\"”]*$)")
# Of a name: no initial.
_WORD = re.compile(r"[^\W\d_][\w'’-]+")
_EMAIL = re.compile(r"[<(\[]?[^\s<>()\[\],;]+@[^\s<>()\[\],;]+[>)\]]?")


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
    note: str
    proposal: str = ""
    external_id: str = ""


def read_row(
    row: TableRow, columns: Columns, fixes: Mapping[int, str], heading: TableRow | None, order: Order
) -> RosterRow:
    """The row by itself: cleaned, turned, or left out."""
    text = joined_cells(row, columns)
    reason = (
        gettext("The headings again")
        if heading and row.cells == heading.cells
        else _not_a_student(row, columns, heading)
    )
    if reason:
        return RosterRow(row.number, text or joined_cells(row), PersonName(text, ""), "left_out", reason)
    fix = fixes.get(row.number, "").strip()
    external_id = cell_of(row, columns.external_id)[:MAX_NAME_LENGTH]
    try:
        name, note = (split_name(clean_name(fix)), "") if fix else _read_name(row, columns, order)
    except InvalidName as error:
        return RosterRow(row.number, text, PersonName(text[:MAX_NAME_LENGTH], ""), "problem", _sentence(str(error)))
    return RosterRow(row.number, text, name, "new", note, external_id=external_id)


def with_two_names(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """The rows; a new one such as “Maya Lopez, Noah Kim” asks whether it is 1 student or 2.

    Not if another is “Lopez, Maya”: then the last name comes first, and “Lopez Ruiz, Maya Ana” is one student.
    """
    counts = [
        [len(_WORD.findall(side)) for side in _bare(row.text).split(",")]
        if row.state != "left_out" and turned_name(_bare(row.text)) is not None
        else []
        for row in rows
    ]
    if any(len(count) == 2 and min(count) == 1 for count in counts):
        return list(rows)
    note = gettext("Is “{text}” 1 student or 2? For 2 students, put each name on a line of its own.")
    return [
        replace(row, note=note.format(text=_bare(row.text))) if row.state == "new" and len(count) == 2 else row
        for row, count in zip(rows, counts, strict=True)
    ]


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
    text = joined_cells(row, columns)
    key = name_key(text)
    if not key and not _EMAIL.search(text):
        return gettext("No name in this row")
    if _TEST_STUDENTS.fullmatch(key) or _PREVIEW_USER.search(key.replace("_", " ")):
        return gettext("A test student")
    # “Students 24” is a count, “Student 24” a name.
    counted = re.sub(r"(?<!\bstudent)(?<!\balumno)(?<!\bestudiante)(?: \d+)+$", "", key)
    if counted in _TOTALS or key.startswith("points possible"):
        return gettext("Not a student")
    if _DATE.fullmatch(text) or _TIME.search(text):
        return gettext("A date, not a name")
    if key.replace(" ", "").isdigit() and heading is not None and len(heading.cells) > 1:
        # A total. In a list of one column, a number may be a student.
        return gettext("No name in this row")
    if any(pattern.fullmatch(text) for pattern in (_ICON, _SECTION, _PRINTED)) or _PRINTED.fullmatch(joined_cells(row)):
        return gettext("Not a student")
    status = name_key(cell_of(row, columns.status))
    has_numbers = heading is not None and heading_key(cell_of(heading, columns.status)) == "enroll status"
    if _NOT_ENROLLED.fullmatch(status) or (has_numbers and status in _LEFT_NUMBERS):
        return gettext("Not enrolled: {status}").format(status=cell_of(row, columns.status)[:MAX_NAME_LENGTH])
    # “TeacherEnrollment” is two words.
    role = heading_key(cell_of(row, columns.role)) if columns.role is not None else ""
    label = key if re.match(r"\s*(?:teacher|instructor|maestr[oa]|profesora?)\s*:", text, re.I) else ""
    if _NOT_STUDENTS.search(f"{role} {label}") or _ADULT.fullmatch(text):
        return gettext("Not a student: a teacher or another adult")
    return ""


def _bare(text: str) -> str:
    """The text without numbering, bullets, pronouns and email addresses."""
    bare = " ".join(_PRONOUNS.sub(" ", _EMAIL.sub(" ", ROW_MARK.sub("", text.strip()))).split())
    bare = _LOOSE.sub("", _PRIVATE.sub("", _ROW_END.sub("", bare)))
    return bare[1:-1].strip() if len(bare) > 2 and bare[0] in '"“' and bare[-1] in '"”' else bare


def joined_cells(row: TableRow, columns: Columns | None = None) -> str:
    """The cells of the name as one text; without columns all cells."""
    if columns is None:
        return " ".join(cell for cell in row.cells if cell)
    if columns.full is not None:
        return cell_of(row, columns.full)
    places = columns.first, columns.middle, columns.last, columns.second_last, columns.suffix
    return " ".join(text for place in places if (text := cell_of(row, place)))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
