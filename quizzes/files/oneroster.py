"""OneRoster 1.1 and 1.2 CSV packages: the classes with their students. Bytes in, classes out. Pure.

Source: 1EdTech OneRoster, CSV tables 1.1 and 1.2.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quizzes.files.zip_file import DAMAGED, TooBig, declared_size, read_entry
from quizzes.people.names import MAX_NAME_LENGTH, InvalidName, PersonName, clean_name, join_name

MAX_BYTES = 16 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_CLASSES, MAX_STUDENTS = 300, 10_000
MAX_TITLE = 80
# A longer cell is no name or id.
_MAX_CELL = 500
_GONE = "tobedeleted"
# Without one of these columns, a table is not the one that its name says.
_NEEDED = {"users": "sourcedId", "classes": "sourcedId", "enrollments": "userSourcedId"}


class UnreadableOneRoster(ValueError):
    """A file that is no OneRoster package. The message is for the teacher."""


@dataclass(frozen=True, slots=True)
class RosterStudent:
    """A student of a class. external_id: the school's number, or the id in the school's system without one."""

    external_id: str
    name: PersonName


@dataclass(frozen=True, slots=True)
class RosterClass:
    """A class with its students by name. gone: ids of those whose enrollment ended. problems: a line for each row
    that names nobody."""

    key: str
    title: str
    students: tuple[RosterStudent, ...]
    gone: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneRoster:
    """The classes of a package, by title. is_delta: it has changes only, so that who is not in it is not gone."""

    version: str
    classes: tuple[RosterClass, ...]
    is_delta: bool = False


def read_oneroster(content: bytes) -> OneRoster:
    """The classes that have students. Raises UnreadableOneRoster."""
    tables = _tables(content)
    properties = {row.get("propertyname", ""): row.get("value", "") for row in tables.get("manifest", [])}
    for name, column in _NEEDED.items():
        rows = tables.get(name)
        if rows is None:
            raise UnreadableOneRoster(f"This ZIP file has no {name}.csv. Export OneRoster CSV with rosters.")
        if rows and column.casefold() not in rows[0]:
            raise UnreadableOneRoster(f"{name}.csv has no column {column}. Export it again.")
    users = {row["sourcedid"]: row for row in tables["users"] if row["sourcedid"]}
    # Version 1.2 has roles in a table of their own.
    students = {row.get("usersourcedid", "") for row in tables.get("roles", []) if _is_student(row.get("role", ""))}
    titles = {row["sourcedid"]: row for row in tables["classes"] if not _is_gone(row)}
    members: dict[str, list[RosterStudent]] = {key: [] for key in titles}
    gone: dict[str, list[str]] = {key: [] for key in titles}
    problems: dict[str, list[str]] = {key: [] for key in titles}
    for row in tables["enrollments"]:
        key, user = row.get("classsourcedid", ""), users.get(row["usersourcedid"])
        if key not in titles or not (_is_student(row.get("role", "")) or row["usersourcedid"] in students):
            continue
        external_id = _external_id(user, row["usersourcedid"])
        if _is_gone(row) or (user is not None and _is_gone(user)):
            gone[key].append(external_id)
        elif user is None:
            problems[key].append(f"The student {external_id} is not in users.csv.")
        else:
            try:
                members[key].append(RosterStudent(external_id, _name(user)))
            except InvalidName as error:
                problems[key].append(f"Student {external_id}: {error}.")
    is_delta = "delta" in (properties.get("file.enrollments", ""), properties.get("file.users", ""))
    found = [
        RosterClass(
            key,
            (row.get("title") or row.get("classcode") or key)[:MAX_TITLE],
            tuple(sorted({one.external_id: one for one in members[key]}.values(), key=_order)),
            tuple(dict.fromkeys(gone[key])),
            tuple(problems[key]),
        )
        for key, row in titles.items()
        if members[key] or gone[key] or problems[key]
    ]
    if not found:
        raise UnreadableOneRoster("No class in this file has students.")
    if len(found) > MAX_CLASSES or sum(len(one.students) for one in found) > MAX_STUDENTS:
        raise UnreadableOneRoster("This file has a whole district. Ask for an export of your own classes.")
    version = properties.get("oneroster.version") or properties.get("manifest.version") or "1.1"
    return OneRoster(version[:10], tuple(sorted(found, key=lambda one: (one.title.casefold(), one.key))), is_delta)


def _order(student: RosterStudent) -> tuple[str, str]:
    return student.name.family.casefold(), student.name.display.casefold()


def _is_student(role: str) -> bool:
    return role.casefold() in ("student", "learner")


def _is_gone(row: Mapping[str, str]) -> bool:
    return row.get("status", "").casefold() == _GONE


def _external_id(user: Mapping[str, str] | None, sourced_id: str) -> str:
    return ((user or {}).get("identifier") or sourced_id)[:MAX_NAME_LENGTH]


def _name(user: Mapping[str, str]) -> PersonName:
    """The name that the student goes by, if the file has one. Raises InvalidName."""
    given = user.get("preferredfirstname") or user.get("preferredgivenname") or user.get("givenname", "")
    family = user.get("preferredlastname") or user.get("preferredfamilyname") or user.get("familyname", "")
    name = join_name(given, family)
    return PersonName(clean_name(name.display), name.family)


def _tables(content: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file by its name, with headings in lower case."""
    if len(content) > MAX_BYTES:
        raise UnreadableOneRoster("This file is over 16 MB. Ask for an export of your own classes.")
    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if declared_size(archive) > MAX_UNPACKED_BYTES:
                raise UnreadableOneRoster("This ZIP file unpacks to far more than a roster. It wasn’t opened.")
            for entry in archive.infolist():
                name = entry.filename.rpartition("/")[2].casefold()
                if name.removesuffix(".csv") in ("manifest", "users", "classes", "enrollments", "roles"):
                    data = read_entry(archive, entry, limit=MAX_UNPACKED_BYTES)
                    found[name.removesuffix(".csv")] = list(_rows(data))
    except TooBig as error:
        raise UnreadableOneRoster("This ZIP file unpacks to far more than a roster.") from error
    except DAMAGED as error:
        raise UnreadableOneRoster(
            "This isn’t a complete ZIP file. Choose the OneRoster ZIP as it was exported."
        ) from error
    except UnreadableOneRoster:
        raise
    # A false place in the directory of the archive is a ValueError.
    except (csv.Error, ValueError) as error:
        raise UnreadableOneRoster("A table in this file can’t be read. Export it again.") from error
    return found


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    lines = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    headings = [heading.strip().casefold() for heading in next(lines, [])]
    for cells in lines:
        if any(cells):
            padded = [*cells, *[""] * len(headings)]
            yield {name: padded[place].strip()[:_MAX_CELL] for place, name in enumerate(headings)}
