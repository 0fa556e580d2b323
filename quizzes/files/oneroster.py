"""OneRoster 1.1 and 1.2 CSV packages, and those of Clever: classes with their students. Bytes in, classes out. Pure.

Source: 1EdTech OneRoster, CSV tables 1.1 and 1.2.
"""

import codecs
import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext, gettext_noop

from quizzes.files import clever
from quizzes.files.text_encoding import declared_encoding
from quizzes.files.zip_file import DAMAGED, TooBig, declared_size, read_entry
from quizzes.people.names import MAX_NAME_LENGTH, InvalidName, PersonName, clean_name, join_name, name_key

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_CLASSES, MAX_STUDENTS = 300, 10_000
# The limit of all tables together. 64 MB of lines with “1” would take 7 GB as rows, and more with 200,000 headings.
MAX_CELLS = 5_000_000
# A row takes as much memory as this many cells, however few it has. Enrollments have 10 columns.
_LEAST_COLUMNS = 10
MAX_TITLE, _MAX_MARK = 80, 40
_TOO_BIG = gettext_noop("This ZIP file is too big for a roster when it is unpacked. Export fewer classes.")
# A longer cell is no name or id.
_MAX_CELL = 500
# Version 1.0 has “inactive” too.
_GONE = ("tobedeleted", "inactive")
_TABLES = ("manifest", "users", "classes", "enrollments", "roles", *clever.TABLES)
# Without one of these columns, a table is not the one that its name says.
_NEEDED = {"users": ["sourcedId"], "classes": ["sourcedId"], "enrollments": ["userSourcedId", "classSourcedId"]}


class UnreadableOneRoster(ValueError):
    """A file that is no OneRoster package. The message is for the teacher."""


@dataclass(frozen=True, slots=True)
class RosterStudent:
    """A student of a class. external_id: the school's number, or the id in the school's system without one."""

    external_id: str
    name: PersonName


@dataclass(frozen=True, slots=True)
class RosterClass:
    """A class with its students by name.

    gone: ids of those whose enrollment ended. nameless: those of them whom the file does not name. problems: a line
    for each row that names no one. teachers: their names. is_own: one of them is the reader of the file.
    """

    key: str
    title: str
    students: tuple[RosterStudent, ...]
    gone: tuple[str, ...]
    problems: tuple[str, ...]
    teachers: tuple[str, ...]
    is_own: bool
    nameless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneRoster:
    """The classes of a package, the reader's own first, then by title.

    is_delta: it has changes only, so that who is not in it is not gone. program: what wrote it.
    """

    version: str
    classes: tuple[RosterClass, ...]
    is_delta: bool = False
    program: str = "OneRoster"


def read_oneroster(content: bytes, *, today: date | None = None, email: str = "", teacher: str = "") -> OneRoster:
    """The classes that have students. Raises UnreadableOneRoster.

    today: enrollments that ended before it are over; None for no date. email: the reader's. teacher: a name or an
    email; only the classes of this teacher are read, "" for all.
    """
    tables = _tables(content)
    is_clever = "users" not in tables and not tables.keys().isdisjoint(clever.TABLES)
    _check_tables(tables, clever.NEEDED if is_clever else _NEEDED)
    properties = {row.get("propertyname", ""): row.get("value", "") for row in tables.get("manifest", [])}
    is_delta = "delta" in (properties.get("file.enrollments", ""), properties.get("file.users", ""))
    if is_clever:
        tables = clever.oneroster_tables(tables)
    taught = _classes(tables, today=today, email=email, is_delta=is_delta)
    found = [one for one, addresses in taught if not teacher or _is_taught_by(teacher, one.teachers, addresses)]
    if taught and not found:
        raise UnreadableOneRoster(
            gettext("No class in this file has the teacher “{teacher}”. Check the name.").format(teacher=teacher)
        )
    if not any(one.students or one.gone or one.problems for one in found):
        raise UnreadableOneRoster(gettext("No class in this file has students."))
    if len(found) > MAX_CLASSES or sum(len(one.students) for one in found) > MAX_STUDENTS:
        raise UnreadableOneRoster(
            gettext("This file has {count} classes. Type your last name below to read only your classes.").format(
                count=len(found)
            )
        )
    version = properties.get("oneroster.version") or properties.get("manifest.version") or "1.1"
    found.sort(key=lambda one: (not one.is_own, one.title.casefold(), one.key))
    if is_clever:
        return OneRoster("", tuple(found), program="Clever")
    return OneRoster(version[:10], tuple(found), is_delta)


def _check_tables(tables: Mapping[str, list[dict[str, str]]], needed: Mapping[str, Sequence[str]]) -> None:
    """Raise UnreadableOneRoster if a table or a column is not there. needed: the columns by name of the table."""
    for name, columns in needed.items():
        rows = tables.get(name)
        if rows is None:
            raise UnreadableOneRoster(
                gettext(
                    "This ZIP file has no {name}.csv. Export all rosters from OneRoster or Clever, not only changes."
                ).format(name=name)
            )
        missing = [column for column in columns if rows and column.casefold() not in rows[0]]
        if missing:
            raise UnreadableOneRoster(
                gettext("{name}.csv has no column {column}. Export it again.").format(name=name, column=missing[0])
            )


def _classes(
    tables: Mapping[str, list[dict[str, str]]], *, today: date | None, email: str, is_delta: bool
) -> list[tuple[RosterClass, set[str]]]:
    """(class, the addresses of its teachers) of each class with people."""
    users = {row["sourcedid"]: row for row in tables["users"] if row["sourcedid"]}
    # Version 1.2 has roles in a table of their own.
    students = {row.get("usersourcedid", "") for row in tables.get("roles", []) if _is_student(row.get("role", ""))}
    students |= {key for key, row in users.items() if _is_student(row.get("role", ""))}
    # Some files have one number, such as 0, for everyone who has none. A teacher may have a student's number.
    numbered = students | {row["usersourcedid"] for row in tables["enrollments"] if _is_student(row.get("role", ""))}
    counts = Counter(row.get("identifier", "") for key, row in users.items() if key in numbered)
    shared = {number for number, count in counts.items() if count > 1}
    # Schools that use no accounts have “false” for everyone. Then the column says nothing.
    enabled = {key: users[key].get("enableduser", "").casefold() for key in numbered if key in users}
    off = {key for key, word in enabled.items() if word == "false"} if "true" in enabled.values() else set()
    classes = {row["sourcedid"]: row for row in tables["classes"] if not _is_gone(row)}
    rows = defaultdict[str, list[Mapping[str, str]]](list)
    for row in tables["enrollments"]:
        rows[row.get("classsourcedid", "")].append(row)
    found = []
    for key, title in _titles(classes).items():
        own = _Members(users, students, shared, off, today, is_delta)
        own.read(rows[key])
        # A class that lost its students is in the file with its teacher.
        if own.members or own.gone or own.problems or own.teachers:
            addresses = {row["email"].casefold() for row in own.teachers.values() if row.get("email")}
            found.append((own.as_class(key, title, is_own=email.casefold() in addresses), addresses))
    return found


@dataclass(slots=True)
class _Members:
    """Who is in one class, from its rows of enrollments.csv.

    shared: numbers of several users. off: students with an account that the school turned off.
    """

    users: Mapping[str, Mapping[str, str]]
    students: Collection[str]
    shared: Collection[str]
    off: Collection[str]
    today: date | None
    is_delta: bool
    members: list[RosterStudent] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    teachers: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def read(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Read the rows of the class."""
        students = [row for row in rows if self._is_of_student(row)]
        ended = [self.today is not None and _has_ended(row, self.today) for row in students]
        # When the term is over, the dates say nothing about who left. A file with changes lacks the other students.
        has_all_ended = all(ends for row, ends in zip(students, ended, strict=True) if not self._has_left(row))
        is_over = has_all_ended and not self.is_delta
        for row, has_ended in zip(students, ended, strict=True):
            self._read_student(row, has_ended=has_ended and not is_over)
        for row in rows:
            user = self.users.get(row["usersourcedid"])
            if "teacher" in row.get("role", "").casefold() and user is not None and not _is_gone(row):
                self.teachers[row["usersourcedid"]] = user

    def _is_of_student(self, row: Mapping[str, str]) -> bool:
        """Whether the row is of a student. The role in the class counts: a student may be an aide in another class."""
        role = row.get("role", "")
        return _is_student(role) or (not role and row["usersourcedid"] in self.students)

    def _has_left(self, row: Mapping[str, str]) -> bool:
        """Whether the row or its user is to be deleted."""
        user = self.users.get(row["usersourcedid"])
        return _is_gone(row) or (user is not None and _is_gone(user))

    def _read_student(self, row: Mapping[str, str], *, has_ended: bool) -> None:
        user = self.users.get(row["usersourcedid"])
        external_id = _external_id(user, row["usersourcedid"], self.shared)
        if has_ended or self._has_left(row):
            self.gone.append(external_id)
            if user is None:
                self.nameless.append(external_id)
        elif row["usersourcedid"] in self.off:
            # A student who is here already may be removed, and no one is added without a word.
            self.gone.append(external_id)
            self.problems.append(
                gettext("Student {number} isn’t added: the school turned off this account.").format(number=external_id)
            )
        elif user is None:
            self.problems.append(gettext("The file has no name for student {number}.").format(number=external_id))
        else:
            try:
                self.members.append(RosterStudent(external_id, _name(user)))
            except InvalidName as error:
                self.problems.append(gettext("Student {number}: {problem}.").format(number=external_id, problem=error))

    def as_class(self, key: str, title: str, *, is_own: bool) -> RosterClass:
        """The class, each student once."""
        here = {one.external_id: one for one in self.members}
        return RosterClass(
            key,
            title,
            tuple(sorted(here.values(), key=_order)),
            # A student who left and came back has 2 enrollments.
            tuple(one for one in dict.fromkeys(self.gone) if one not in here),
            tuple(self.problems),
            tuple(f"{row.get('givenname', '')} {row.get('familyname', '')}".strip() for row in self.teachers.values()),
            is_own,
            tuple(dict.fromkeys(self.nameless)),
        )


def _is_taught_by(teacher: str, names: Sequence[str], addresses: Collection[str]) -> bool:
    """Whether all words of the name are in the name of one teacher, or the address is one of theirs."""
    words = set(name_key(teacher).split())
    return teacher.strip().casefold() in addresses or any(words <= set(name_key(name).split()) for name in names)


def _has_ended(row: Mapping[str, str], today: date) -> bool:
    try:
        return date.fromisoformat(row.get("enddate", "")[:10]) < today
    except ValueError:
        return False


def _order(student: RosterStudent) -> tuple[str, str]:
    return student.name.family.casefold(), student.name.display.casefold()


def _is_student(role: str) -> bool:
    return role.casefold() in ("student", "learner")


def _is_gone(row: Mapping[str, str]) -> bool:
    return row.get("status", "").casefold() in _GONE


def _external_id(user: Mapping[str, str] | None, sourced_id: str, shared: Collection[str]) -> str:
    number = (user or {}).get("identifier", "")
    return (number if number and number not in shared else sourced_id)[:MAX_NAME_LENGTH]


def _titles(classes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The title of each class, with what differs from others of the same title: period, code, room, term, school."""
    same = defaultdict[str, list[str]](list)
    titles = {key: row.get("title") or row.get("classcode") or key for key, row in classes.items()}
    for key, title in titles.items():
        same[title.casefold()].append(key)
    found = {}
    for alike in same.values():
        marks = _own_marks([classes[key] for key in alike]) if len(alike) > 1 else [""]
        for key, mark in zip(alike, marks, strict=True):
            own = mark or (key[-_MAX_MARK:] if len(alike) > 1 else "")
            title = titles[key]
            found[key] = f"{title[: MAX_TITLE - len(own) - 3]} ({own})" if own else title[:MAX_TITLE]
    return found


def _own_marks(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """How each of these classes differs from the others, in as few columns as possible; "" if it does not."""
    marks = [""] * len(rows)
    for column in ("periods", "classcode", "location", "term", "school"):
        values = [row.get(column, "") for row in rows]
        if column == "periods":
            values = [f"period {value}" if value else "" for value in values]
        longer = [f"{mark}, {value}".strip(", ") for mark, value in zip(marks, values, strict=True)]
        if len(set(longer)) > len(set(marks)):
            marks = [mark[:_MAX_MARK] for mark in longer]
        if len(set(marks)) == len(marks) and all(marks):
            return marks
    counts = Counter(marks)
    return [mark if counts[mark] == 1 else "" for mark in marks]


def _name(user: Mapping[str, str]) -> PersonName:
    """The name that the student goes by, if the file has one. Raises InvalidName."""
    legal = f"{user.get('givenname', '')} {user.get('middlename', '')}".strip()
    given = user.get("preferredfirstname") or user.get("preferredgivenname") or legal
    family = user.get("preferredlastname") or user.get("preferredfamilyname") or user.get("familyname", "")
    name = join_name(given, family)
    return PersonName(clean_name(name.display), name.family)


def _tables(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file by its name, with headings in lower case."""
    if len(content) > MAX_BYTES:
        raise UnreadableOneRoster(gettext("This file is over 16 MB. Ask for an export of your own classes."))
    found, left = {}, MAX_CELLS
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if declared_size(archive) > MAX_UNPACKED_BYTES:
                raise UnreadableOneRoster(gettext(_TOO_BIG))
            for entry in archive.infolist():
                name = entry.filename.rpartition("/")[2].casefold()
                if name.removesuffix(".csv") in _TABLES:
                    data = read_entry(archive, entry, limit=MAX_UNPACKED_BYTES)
                    table = found[name.removesuffix(".csv")] = list(_rows(data, limit=left))
                    left -= sum(map(len, table))
    except TooBig as error:
        raise UnreadableOneRoster(gettext(_TOO_BIG)) from error
    except DAMAGED as error:
        raise UnreadableOneRoster(
            gettext("This isn’t a complete ZIP file. Choose the ZIP as OneRoster or Clever exported it.")
        ) from error
    except UnreadableOneRoster:
        raise
    # A false place in the directory of the archive is a ValueError.
    except (csv.Error, ValueError) as error:
        raise UnreadableOneRoster(gettext("A table in this file can’t be read. Export it again.")) from error
    return found


def _text(data: bytes) -> str:
    """The text of a table: UTF-8, UTF-16, or else Windows-1252.

    Line by line, since a name that a program has cut inside of a letter must not spoil all others.
    """
    encoding = declared_encoding(data)
    if encoding.startswith("utf-16"):
        return data.decode(encoding)
    return "".join(map(_line, data.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)))


def _line(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _rows(data: bytes, *, limit: int) -> Iterator[dict[str, str]]:
    """The rows by heading. Raises TooBig before more cells than the limit are in memory."""
    # First, since the text is read line by line.
    if max(data.count(b"\n"), data.count(b"\r")) * _LEAST_COLUMNS > limit:
        raise TooBig
    text = _text(data)
    # A file that was opened and saved in Excel of some countries has semicolons.
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    lines = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator)
    headings = [heading.strip().casefold() for heading in next(lines, [])]
    width = max(len(headings), _LEAST_COLUMNS)
    for number, cells in enumerate(lines, start=1):
        if number * width > limit:
            raise TooBig
        if any(cells):
            padded = [*cells, *[""] * len(headings)]
            yield {name: padded[place].strip()[:_MAX_CELL] for place, name in enumerate(headings)}
