"""The columns of a roster: which of them hold names, student numbers, roles and status, by heading or by content."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from quizzes.files.table_file import TableRow
from quizzes.people.names import name_key, turned_name
from quizzes.phrases import gettext

# Many exports have title rows above the headings.
MAX_TITLE_ROWS = 15

# Headings as `heading_key` writes them, the best first. English and Spanish, as school systems export them.
_HEADINGS: Mapping[str, Sequence[str]] = {
    "full": (
        "student name", "student", "name", "full name", "display name", "sortable name", "learner", "pupil",
        "student full name", "learner name", "students", "scholar",
        "nombre completo", "estudiante", "alumno", "alumna", "alumno a", "alumna o", "estudiantes", "alumnos",
        "nombre del estudiante", "nombre del alumno",
        "nombre y apellidos", "nombre y apellido", "apellidos y nombre", "apellidos nombre",
        "ho va ten", "ho ten", "ho va ten hoc sinh",
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
    "suffix": ("suffix", "name suffix", "generation", "gen", "sufijo"),
    "preferred": (
        "preferred first name", "preferred given name", "preferred name", "preferred", "student preferred name",
        "chosen first name", "chosen name", "goes by", "known as", "nickname", "nick name", "nombre preferido",
    ),
    "external_id": (
        "sis user id", "sis id", "sis number", "sisnumber", "student number", "student id", "student no",
        "studentnumber", "studentid",
        "local student id", "local id", "id number", "perm id", "permanent id", "other id", "identifier", "school id",
        "state id", "sourcedid", "sourced id", "user unique id", "unique user id", "user id", "numero de estudiante",
        "matricula", "numero de id", "id",
    ),
    "role": (
        "role", "roles", "user role", "user type", "enrollment role", "account type", "type", "rol", "roles de usuario",
        "tipo",
    ),
    "status": (
        "status", "enrollment status", "enroll status", "student status", "enrollment state", "estado", "estatus",
    ),
    "left_at": (
        "exit date", "withdrawal date", "withdraw date", "withdrawn date", "drop date", "leave date", "date left",
        "date withdrawn", "date dropped", "enrollment end date", "fecha de baja", "fecha de salida",
    ),
}  # fmt: skip
# Headings of lists with names alone, in lower case. “Ho” and “Tên” are names too, so only a row with both has headings.
_OTHER_LANGUAGES: Mapping[str, Sequence[str]] = {
    "full": (
        "schüler", "schülerin", "schüler/in", "schüler/innen", "schülerinnen und schüler", "schülername", "vorname",
        "vor- und nachname", "nachname", "nom", "nom complet", "nom et prénom", "nom, prénom", "prénom",
        "prénom et nom", "élève", "élèves", "nom de l’élève", "étudiant", "étudiants", "nome", "nome completo",
        "nome do aluno", "aluno", "alunos", "estudante", "estudantes", "nome e cognome", "cognome e nome", "alunno",
        "alunni", "studente", "studenti", "naam", "leerling", "leerlingen", "imię", "imię i nazwisko",
        "nazwisko i imię", "uczeń", "uczniowie", "имя", "имя и фамилия", "фамилия и имя", "фамилия", "фио",
        "ф.и.о.", "ученик", "ученики", "ім’я", "ім’я та прізвище", "прізвище та ім’я", "прізвище", "піб", "учень",
        "учні", "elèv", "elèv yo", "non elèv", "pangalan", "buong pangalan", "mag-aaral", "mga mag-aaral", "magac",
        "magaca", "magaca ardayga", "ardayda", "mwanafunzi", "wanafunzi", "jina la mwanafunzi", "ad soyad",
        "adı soyadı", "öğrenci", "öğrenciler", "học sinh", "tên học sinh", "姓名", "名字", "学生", "學生",
        "学生姓名", "學生姓名", "氏名", "名前", "生徒", "生徒名", "이름", "성명", "학생", "학생 이름", "الاسم",
        "الاسم الكامل", "اسم الطالب", "الطالب", "الطلاب", "نام", "نام و نام خانوادگی", "طالب علم", "नाम", "छात्र",
        "छात्र का नाम", "विद्यार्थी", "নাম", "ชื่อ", "ชื่อ-นามสกุล", "นักเรียน",
    ),
    "first": (
        "vorname", "prénom", "prénoms", "nome", "voornaam", "imię", "имя", "ім’я", "prenon", "pangalan", "ad",
        "adı", "tên", "名", "이름", "الاسم الأول", "الاسم", "نام", "नाम", "ชื่อ",
    ),
    "last": (
        "nachname", "familienname", "nom", "nom de famille", "cognome", "sobrenome", "achternaam", "nazwisko",
        "фамилия", "прізвище", "siyati", "apelyido", "soyad", "soyadı", "họ", "姓", "성", "اسم العائلة",
        "نام خانوادگی", "थर", "นามสกุล",
    ),
}  # fmt: skip
# Fewer rows are in order by chance too often: 4 with 1 of 24.
_SORTED_ROWS = 4
_NAME_PARTS = ("full", "first", "last")
# With fewer rows, a word may stand for the number of the first student.
_MIN_BELOW = 3
# In comparable form.
_NO_NUMBER = {
    "none", "n a", "na", "no", "new", "absent", "pending", "tbd", "unknown", "k", "pk", "no email", "no number",
    "ninguno", "nuevo", "nueva", "pendiente", "sin correo", "sin numero",
}  # fmt: skip
_NUMBER_OR_ADDRESS = re.compile(r"[\d@]")
# Short forms that systems put into headings, as words.
_SHORT_FORMS = (
    (re.compile(r"\blast ?first\b|\bl ?f(?: ?m)?\b"), "last first"),
    (re.compile(r"\bfirst ?last\b|\bf(?: ?m)? ?l\b"), "first last"),
    (re.compile(r"\b(?:ln|lname|lastname)\b"), "last"),
    (re.compile(r"\b(?:fn|fname|firstname)\b"), "first"),
    (re.compile(r"\b(?:mn|mname|middlename)\b"), "middle"),
    # “1er apellido”, “2.º apellido”, “Apellido 2”, “Ap. materno”.
    (re.compile(r"\b1 ?(?:er|o)? apellido\b|\bapellido ?1\b|\bap? paterno\b"), "paterno"),
    (re.compile(r"\b2 ?(?:do|o)? apellido\b|\bapellido ?2\b|\bap? materno\b"), "materno"),
)
# Words of headings, each a mark of the part of a name that the column holds. Systems put them together in many ways.
_PART_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("last", "surname", "family", "lst", "apellido", "apellidos", "paterno"), "last"),
    **dict.fromkeys(("first", "given", "forename", "fst", "nombres"), "first"),
    **dict.fromkeys(("middle", "mid", "mi"), "middle"),
    **dict.fromkeys(("suffix", "sfx", "sufijo"), "suffix"),
    "materno": "second_last",
}
_NAME_WORDS = frozenset(("name", "names", "nm", "nombre"))
_PLAIN_WORDS = _NAME_WORDS | frozenset(
    "full student students pupil learner scholar child participant legal display current official preferred stu user"
    " alumno alumna estudiante completo del de la el y s initial required optional"
    # A form asks “What is your first name?”.
    " what is your please enter type tu su cual es".split()
)
# A column with one of these words holds another name than that of the student.
_OTHER_NAMES = frozenset(("user", "preferred"))
_SPANISH = frozenset("nombre nombres completo apellido apellidos estudiante estudiantes alumno alumna alumnos".split())
_NUMBER_HEADINGS = frozenset(("stu num", "student num", "stu", "stuid", "stu id", "student code", "student no"))
# “[1]last_name” and “student.lastName”, as a report of several tables writes them.
_TABLE = re.compile(r"^(?:\[\w{1,20}\]|[A-Za-z]{3,20}\.(?=\w{2}))")


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
    status: int | None = None
    preferred: int | None = None
    left_at: int | None = None


def heading_key(text: str) -> str:
    """A heading in comparable form: “Student_LastName” and “student last name” are the same."""
    bare = _TABLE.sub("", text)
    return name_key(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare).replace("_", " ").replace("#", " num "))


_OTHER_KEYS = {part: frozenset(map(heading_key, words)) for part, words in _OTHER_LANGUAGES.items()}


def find_columns(table: Sequence[TableRow]) -> tuple[TableRow | None, Columns]:
    """The row of headings, None without one, and the columns."""
    top = [(row, _found(row)) for row in table[:MAX_TITLE_ROWS]]
    named = [place for place, (_, found) in enumerate(top) if any(part in found for part in _NAME_PARTS)]
    if not named:
        if other := _in_other_language(table):
            return table[0], other
        heading = _unknown_heading(table)
        return heading, guessed_columns(table if heading is None else table[1:])
    place = named[0]
    if top[place][1].keys() == {"full"}:
        # “Students” and “Name: Civics 7” may be titles. Headings below them name more columns.
        place = next((later for later in named if len(top[later][1]) > 1), place)
    row, found = top[place]
    second = _found(table[place + 1]) if place + 1 < len(table) else {}
    if {"first", "last"} <= second.keys():
        # “Student” above “Last” and “First”: the headings have 2 rows.
        found.pop("full", None)
        row, found = table[place + 1], {**found, **second}
    if not {"full", "last"} & found.keys() and heading_key(row.cells[found["first"]]) == "nombre":
        # Alone, the word means the whole name.
        found["full"] = found.pop("first")
    body = [one for one in table if one.number > row.number]
    if "full" in found and not any(cell_of(one, found["full"]) for one in body):
        # “Name” is empty, and “Pupil” has the names.
        others = (
            n
            for n, cell in enumerate(row.cells)
            if (key := heading_key(cell)) in _HEADINGS["full"] or _part_of(key) == "full"
        )
        found["full"] = next((n for n in others if any(cell_of(one, n) for one in body)), found["full"])
    return row, _without_empty(Columns(**found), body)


def _in_other_language(table: Sequence[TableRow]) -> Columns | None:
    """The columns of a table whose first row has headings in another language than ours; None without them."""
    keys = [heading_key(cell) for cell in table[0].cells] if len(table) > 1 else []
    found = {
        part: next((place for place, key in enumerate(keys) if key and key in _OTHER_KEYS[part]), None)
        for part in _OTHER_LANGUAGES
    }
    if found["first"] is not None and found["last"] is not None and found["first"] != found["last"]:
        return Columns(first=found["first"], last=found["last"])
    return Columns(full=found["full"]) if found["full"] is not None else None


def _unknown_heading(table: Sequence[TableRow]) -> TableRow | None:
    """The first row if it has words above a column in which each other row has a number or an address; else None.

    The column has no names. So headings in other languages need no list of words.
    """
    first, *others = table or (None,)
    if first is None or len(others) < _MIN_BELOW:
        return None
    names = guessed_columns(others)
    is_above = any(
        looks_like_name(cell)
        and name_key(cell) not in _NO_NUMBER
        and all(_NUMBER_OR_ADDRESS.search(cell_of(row, place)) for row in others)
        for place, cell in enumerate(first.cells)
        if place not in names
    )
    return first if is_above else None


def has_known_heading(row: TableRow) -> bool:
    """Whether a row has a heading that names a part of a name."""
    found = _found(row)
    return any(part in found for part in _NAME_PARTS)


def _found(row: TableRow) -> dict[str, int]:
    return {part: place for part in _HEADINGS if (place := _place(row, part)) is not None}


def _place(row: TableRow, part: str) -> int | None:
    """The column with the best known heading of this part, or else one whose words all belong to names."""
    keys = [heading_key(cell) for cell in row.cells]
    known = next((keys.index(heading) for heading in _HEADINGS[part] if heading in keys), None)
    return known if known is not None else next((n for n, key in enumerate(keys) if _part_of(key) == part), None)


def _part_of(heading: str) -> str:
    """The part of a name that the words of a heading say; "" for none. “stu last nm” is the last name."""
    if heading in _NUMBER_HEADINGS:
        return "external_id"
    words = _words(heading)
    if not all(word in _PART_WORDS or word in _PLAIN_WORDS for word in words):
        return ""
    parts = {_PART_WORDS[word] for word in words if word in _PART_WORDS}
    if {"last", "first"} <= parts or (not parts and _NAME_WORDS & set(words) and not _OTHER_NAMES & set(words)):
        return "full"
    return parts.pop() if len(parts) == 1 else ""


def _words(heading: str) -> list[str]:
    for short, words in _SHORT_FORMS:
        heading = short.sub(words, heading)
    return heading.split()


def is_family_first(heading: str) -> bool:
    """Whether a heading says that the family name comes first: “Name (L/F/M)”, “Apellidos y nombres”."""
    parts = [_PART_WORDS.get(word, "first" if word == "nombre" else "") for word in _words(heading_key(heading))]
    return "last" in parts and "first" in parts and parts.index("last") < parts.index("first")


def is_spanish(heading: str) -> bool:
    """Whether a heading is in Spanish."""
    return not _SPANISH.isdisjoint(heading_key(heading).split())


def _without_empty(columns: Columns, body: Sequence[TableRow]) -> Columns:
    """First and last name win over a column for both, which may hold something else, unless they are empty."""

    def has_text(place: int | None) -> bool:
        return place is not None and any(cell_of(row, place) for row in body)

    names = [text for row in body if (text := cell_of(row, columns.last))]
    if names and all("," in text and turned_name(text) for text in names):
        # “Last Name, First Name” without quotes is two headings above one column.
        return columns._replace(full=columns.last, first=None, middle=None, last=None, second_last=None, role=None)
    if has_text(columns.first) and has_text(columns.last):
        return columns._replace(full=None)
    if has_text(columns.full) or not body:
        return columns._replace(first=None, last=None) if columns.full is not None else columns
    return columns._replace(full=None)


def guessed_columns(table: Sequence[TableRow]) -> Columns:
    """The columns of a table without headings: those whose cells look like names."""
    width = max((len(row.cells) for row in table), default=0)
    named = [
        place
        for place in range(width)
        if 5 * sum(looks_like_name(cell_of(row, place)) for row in table) >= 4 * len(table)
    ]
    if not named:
        return Columns(full=0 if width == 1 else None)
    words = sum(len(cell_of(row, named[0]).split()) > 1 for row in table)
    if len(named) > 1 and named[1] == named[0] + 1 and 2 * words < len(table):
        left, right = ([name_key(cell_of(row, place)) for row in table] for place in named[:2])
        # Lists are sorted by family name.
        if len(table) >= _SORTED_ROWS and left == sorted(left) and right != sorted(right):
            return Columns(first=named[1], last=named[0])
        return Columns(first=named[0], last=named[1])
    return Columns(full=named[0])


def looks_like_name(text: str) -> bool:
    """Whether a cell may hold a name: letters, no digit and no address."""
    bare = ROW_MARK.sub("", text)
    return bool(bare) and "@" not in bare and not any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)


# Numbers, bullets and check boxes before a name; “a)”, but not the initial “A.”. “1-Ana”, but not the code “1-A”.
ROW_MARK = re.compile(
    r"^(?:[(#]?\d{1,3}[.)\]:]\s*|#?\d{1,12}\s+(?=\D)|\d{1,3}\s?[/–—º°_-]\s*(?=[^\W\d_]{2})"
    r"|n(?:o|um|úm|[º°])?\.?\s?\d{1,3}[.):]?\s+|\[\s*x?\s*\]\s*|\(\s*x?\s*\)\s*|[a-z]\)\s+"
    r"|[_•·●○◦▪■□☐-☒✓-✘➢-➤►▶‣*–—①-⑳-]\s*|[^\w\s\"“'’‘(\[<&]{1,3}\s+"
    r"|(?:student|name|alumn[oa]|estudiante|nombre)\s*:\s*)+",
    re.IGNORECASE,
)


def column_labels(table: Sequence[TableRow], heading: TableRow | None) -> tuple[str, ...]:
    """A label for each column, for the teacher to choose from; () for one column."""
    width = max((len(row.cells) for row in table), default=0)
    if width < 2:
        return ()
    body = [row for row in table if row is not heading]
    samples = [next((text for row in body if (text := cell_of(row, place))), "") for place in range(width)]
    titles = heading.cells if heading is not None else ()
    return tuple(
        titles[place]
        if place < len(titles) and titles[place]
        else gettext("Column {number}: {sample}").format(number=place + 1, sample=sample or gettext("(blank)"))
        for place, sample in enumerate(samples)
    )


def unfolded(heading: TableRow, columns: Columns, body: Sequence[TableRow]) -> Sequence[TableRow]:
    """The rows below a heading, with lists that are side by side under the same headings one after another.

    The rows of a second list get numbers after the last row, because each number must name one row.
    """
    first = columns.full if columns.full is not None else columns.last
    key = heading_key(cell_of(heading, first))
    places = [place for place, cell in enumerate(heading.cells) if heading_key(cell) == key]
    if first is None or not key or len(places) < 2:
        return body
    number, found = max((row.number for row in body), default=0), list(body)
    for place in places[1:]:
        for row in body:
            cells = row.cells[place - first :]
            if cell_of(row, place):
                number += 1
                found.append(TableRow(number, cells))
    return found


def with_whole_names(body: Sequence[TableRow], heading: TableRow, columns: Columns) -> Sequence[TableRow]:
    """The rows; “101,Lopez, Maya” below “ID,Name” with its name as one cell, if all rows have that one comma more."""
    place, width = columns.full, len(heading.cells) + 1
    if place is None or not all(
        len(row.cells) == width and row.cells[-1] and looks_like_name(cell_of(row, place + 1)) for row in body
    ):
        return body
    return [
        TableRow(row.number, (*row.cells[:place], ", ".join(row.cells[place : place + 2]), *row.cells[place + 2 :]))
        for row in body
    ]


# “Maya Lopez, Period 3”, “Maya Lopez (Section 2)”.
_SECTION_END = re.compile(
    r"\W{1,3}(?:period|section|homeroom|room|block|hour|semester|período|grupo)\W{1,3}\d{1,4}\w?\)?$", re.IGNORECASE
)


def without_sections(body: Sequence[TableRow], columns: Columns) -> Sequence[TableRow]:
    """The rows; full names without the section after them, if most rows have one. A single such row is a title."""
    place = columns.full
    if place is None:
        return body
    names = [_SECTION_END.sub("", cell_of(row, place)) for row in body]
    ended = [
        name != cell_of(row, place) and " " in name and looks_like_name(name)
        for name, row in zip(names, body, strict=True)
    ]
    if len(body) < _MIN_BELOW or 2 * sum(ended) <= len(body):
        return body
    return [
        TableRow(row.number, (*row.cells[:place], name, *row.cells[place + 1 :])) if is_ended else row
        for row, name, is_ended in zip(body, names, ended, strict=True)
    ]


def cell_of(row: TableRow, place: int | None) -> str:
    """The text of a cell; "" outside of the row."""
    return row.cells[place] if place is not None and place < len(row.cells) else ""
