"""Find the students of a class of a OneRoster or Clever package on this site, and what changes for each."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.utils.translation import gettext

from quizzes.files.oneroster import RosterClass, RosterStudent
from quizzes.files.rosters import note_of_like_name
from quizzes.models import Classroom, Student
from quizzes.people import rosters
from quizzes.people.names import PersonName, like_name, name_key, numbered_name

# If at least this many names have other numbers, the school has changed its numbers.
_ALIKE = 2

# new: to add. moved: from another class. numbered: here by name, gets the school's number. here: nothing to do.
# gone: on the roster, not in the file. restored: was on the roster before.
ChangeKind = Literal["new", "moved", "numbered", "here", "gone", "restored"]


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one student. key: for the form. student: the row, None for a new one. note: for the teacher."""

    key: str
    kind: ChangeKind
    name: PersonName
    external_id: str
    student: Student | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """The students of all rosters that the teacher may change.

    left: those who left their class and may move, by number. gone: the row ids of those who left and are in no other
    class of the file. names: the name keys that each student has or had here, by row id.
    """

    own: Sequence[Student]
    left: Mapping[str, Student]
    gone: Collection[int]
    names: Mapping[int, Collection[str]]


def class_changes(
    one: RosterClass, classroom: Classroom | None, site: Site, numbers: Mapping[str, str]
) -> list[Change]:
    """The changes of the students whom the file has in a class. numbers: how this site writes them, if they differ."""
    here = [student for student in site.own if classroom is not None and student.classroom_id == classroom.pk]
    enrolled = [student for student in here if student.removed_at is None]
    known = _known(one, here, enrolled, site, numbers)
    matched = {known.by_id[row.external_id].pk for row in one.students if row.external_id in known.by_id}
    taken, found = set(known.by_name), list[Change]()
    for row in one.students:
        change = _change(row, known, taken, matched)
        found.append(change)
        taken.add(name_key(change.name.display))
        if change.kind == "numbered" and change.student is not None:
            matched.add(change.student.pk)
    return found


def changes_of_gone(left: Sequence[Student], others: Sequence[Change]) -> list[Change]:
    """The changes of those who left a class, without who has a new number in it. others: of `class_changes`."""
    numbered = {change.student for change in others if change.kind == "numbered"}
    return [
        Change(f"gone-{one.public_id}", "gone", rosters.person_name(one), one.external_id, one)
        for one in left
        if one not in numbered
    ]


def _known(
    one: RosterClass, here: Sequence[Student], enrolled: Sequence[Student], site: Site, numbers: Mapping[str, str]
) -> "_Known":
    """Whom a student of the file may be. here: of the class, enrolled or not. numbers: of `class_changes`."""
    merged = [student for student in here if student.merged_into in enrolled]
    # An entry that was merged into another is that student.
    by_id = {student.external_id: student.current for student in [*merged, *enrolled] if student.external_id}
    by_name = {student.name_key: student.current for student in [*merged, *enrolled]}
    removed = {
        student.external_id: student
        for student in here
        if student.removed_at and student.external_id and student.merged_into is None
    }
    renumbered = _renumbered(one, by_id, by_name, site.gone)
    listed = {name_key(row.name.display) for row in one.students}
    unlisted = {key: student for key, student in by_name.items() if not student.external_id and key not in listed}
    names_of_file = Counter(name_key(row.name.display) for row in one.students)
    written = {own: in_file for in_file, own in numbers.items()}
    return _Known(by_id, by_name, removed, site.left, renumbered, unlisted, site.names, names_of_file, written)


def _renumbered(
    one: RosterClass, by_id: Mapping[str, Student], by_name: Mapping[str, Student], gone: Collection[int]
) -> set[int]:
    """The row ids of the students who have new numbers in the file, if the school changed its numbers.

    Then the file has no number of the roster and at least 2 names. One name alone may be another student’s.
    """
    if any(row.external_id in by_id for row in one.students):
        return set()
    named = {student.pk for row in one.students if (student := by_name.get(name_key(row.name.display)))}
    same = named & set(gone)
    return same if len(same) >= _ALIKE else set()


@dataclass(frozen=True, slots=True)
class _Known:
    """The students of the site that a student of the file may be.

    by_id, by_name: in the class, by number and by name key. removed: from the class, by number. left: another class, by
    number. renumbered: the row ids of those who have new numbers in the file. unlisted: without a number, and with a
    name that is not in the file, by name key. names: of `Site`. names_of_file: how many students of the
    class in the file have each name key. written: a number as the file writes it, by the number here, if they differ.
    """

    by_id: Mapping[str, Student]
    by_name: Mapping[str, Student]
    removed: Mapping[str, Student]
    left: Mapping[str, Student]
    renumbered: Collection[int]
    unlisted: Mapping[str, Student]
    names: Mapping[int, Collection[str]]
    names_of_file: Mapping[str, int]
    written: Mapping[str, str]


def _same_name(name: str, known: _Known, matched: Collection[int]) -> Student | None:
    """The first student of “Ana Ruiz”, “Ana Ruiz (2)”, “Ana Ruiz (3)” in the class who is not in `matched`."""
    tried = set[str]()
    key = name_key(name)
    while key in known.by_name and known.by_name[key].pk in matched:
        tried.add(key)
        key = name_key(numbered_name(name, tried))
    return known.by_name.get(key)


def _change(row: RosterStudent, known: _Known, taken: Collection[str], matched: Collection[int]) -> Change:
    """The change of one student of the file. taken: the name keys of the class so far.

    matched: the row ids of students who were found for other students of the file.
    """
    key = name_key(row.name.display)
    number = known.written.get(row.external_id, row.external_id)
    same_id, same_name = known.by_id.get(row.external_id), _same_name(row.name.display, known, matched)
    if same_id is not None:
        has_other_zeros = number != row.external_id and same_id.external_id == row.external_id
        here = Change("", "here", rosters.person_name(same_id), number, same_id)
        change = _numbered(same_id, number) if has_other_zeros else here
        # A name that a teacher changed or merged here is no news at each sync.
        if key not in known.names[same_id.pk]:
            note = gettext("The file says “{name}”. The name stays.").format(name=row.name.display)
            change = replace(change, note=f"{change.note} {note}".strip())
        return change
    if same_name is not None and (not same_name.external_id or same_name.pk in known.renumbered):
        change = _numbered(same_name, number)
        if known.names_of_file[key] > 1:
            note = gettext("The file has several students with this name. Check which student has the number {number}.")
            change = replace(change, note=note.format(number=number))
        return change
    if row.external_id in known.removed:
        back = known.removed[row.external_id]
        if back.name_key not in taken:
            return Change(f"back-{back.public_id}", "restored", rosters.person_name(back), row.external_id, back)
    if row.external_id in known.left:
        moving = known.left[row.external_id]
        if moving.name_key not in taken:
            note = gettext("Moves from “{classroom}”. Earlier work stays there.").format(
                classroom=moving.classroom.name
            )
            name = rosters.person_name(moving)
            return Change(f"move-{moving.public_id}", "moved", name, row.external_id, moving, note)
    name, note = row.name, ""
    if key in taken:
        display = numbered_name(row.name.display, set(taken))
        name, note = PersonName(display, row.name.family), gettext("Another student has the same name.")
    elif alike := like_name(key, known.unlisted):
        note = note_of_like_name(known.unlisted[alike].display_name)
    return Change(f"new-{number}", "new", name, number, None, note)


def _numbered(student: Student, number: str) -> Change:
    """A student of the class who gets this number."""
    before = student.external_id
    note = gettext("The number was {number}.").format(number=before) if before else ""
    return Change(f"number-{student.public_id}", "numbered", rosters.person_name(student), number, student, note)
