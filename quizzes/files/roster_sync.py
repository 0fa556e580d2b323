"""Compare the classes of a OneRoster or Clever package with a teacher's, and apply what the teacher confirms."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext

from quizzes.files import signed_preview
from quizzes.files.oneroster import OneRoster, RosterClass, RosterStudent
from quizzes.files.rosters import note_of_like_name
from quizzes.models import AuditEvent, Classroom, Student, User
from quizzes.models.locks import lock_rows
from quizzes.people import classrooms, newcomers, rosters
from quizzes.people.names import PersonName, like_name, name_key, number_key, numbered_name

_PURPOSE = "oneroster"
# So many students with the same names and other numbers are the same students.
_ALIKE = 2

# new: to add. moved: from another class. numbered: here by name, gets the school's number. here: nothing to do.
# gone: on the roster, not in the file. restored: was on the roster before.
ChangeKind = Literal["new", "moved", "numbered", "here", "gone", "restored"]


class RosterChanged(Exception):
    """A name was taken between the preview and its confirmation, so nothing was changed."""


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
class ClassPlan:
    """The changes of one class of the file.

    classroom: None for a class to create. unknown: ids of students who left. The file has no names for them and the
    roster has no such ids, so the teacher must find out who they are.
    """

    roster: RosterClass
    classroom: Classroom | None
    changes: tuple[Change, ...]
    unknown: tuple[str, ...] = ()


def pack(file: OneRoster, *, by: User) -> str:
    """The classes as signed text, for the form of the next step."""
    content = {
        "delta": file.is_delta,
        "version": file.version,
        "program": file.program,
        "classes": [asdict(one) for one in file.classes],
    }
    return signed_preview.pack(content, purpose=_PURPOSE, by=by)


def unpack(text: str, *, by: User) -> OneRoster:
    """The classes of an earlier step; raises StalePreview."""
    content = signed_preview.unpack(text, purpose=_PURPOSE, by=by)
    classes = tuple(
        RosterClass(
            one["key"],
            one["title"],
            tuple(RosterStudent(row["external_id"], PersonName(*row["name"])) for row in one["students"]),
            tuple(one["gone"]),
            tuple(one["problems"]),
            tuple(one["teachers"]),
            one["is_own"],
            tuple(one["nameless"]),
        )
        for one in content["classes"]
    )
    return OneRoster(content["version"], classes, content["delta"], content["program"])


def plans(file: OneRoster, targets: Mapping[str, Classroom | None], *, by: User) -> list[ClassPlan]:
    """What the file changes; 3 queries.

    targets: the classroom by key of a class in the file, None for a new one. A student moves only between 2 of these
    classes, because the same student may be in 2 classes of one teacher.
    """
    own = list(Student.objects.filter(classroom__in=rosters_of(by)).select_related("classroom", "merged_into"))
    in_file = [one for one in file.classes if one.key in targets]
    spelled = [_numbers_here(one, targets[one.key], own) for one in in_file]
    chosen = [_with_numbers(one, numbers) for one, numbers in zip(in_file, spelled, strict=True)]
    who_left = _who_left(chosen, targets, own, is_delta=file.is_delta)
    left = {student.external_id: student for student in who_left}
    # A student who is in 2 classes and left one of them does not move.
    numbers_here = {(student.classroom, student.external_id) for student in own}
    moving = {
        left[row.external_id].pk
        for one in chosen
        for row in one.students
        if row.external_id in left and (targets[one.key], row.external_id) not in numbers_here
    }
    gone = {student.pk for student in who_left} - moving
    site = _Site(own, left, gone, _names_by_student(own))
    return [
        ClassPlan(
            one,
            targets[one.key],
            tuple(_changes(one, targets[one.key], site, numbers)),
            tuple(_unknown(one, targets[one.key], own)) if file.is_delta else (),
        )
        for one, numbers in zip(chosen, spelled, strict=True)
    ]


def _who_left(
    chosen: Sequence[RosterClass], targets: Mapping[str, Classroom | None], own: Sequence[Student], *, is_delta: bool
) -> list[Student]:
    """The students on the rosters of these classes who, by the file, are no longer in the class."""
    # The numbers of entries that were merged into another.
    also: defaultdict[int, set[str]] = defaultdict(set)
    for student in own:
        if student.merged_into is not None and student.external_id:
            also[student.merged_into.pk].add(student.external_id)
    found = []
    for one in chosen:
        classroom, listed = targets[one.key], {row.external_id for row in one.students}
        for student in own:
            is_here = classroom is not None and student.classroom_id == classroom.pk and student.removed_at is None
            is_gone = not is_delta or student.external_id in one.gone
            if is_here and is_gone and student.external_id and not listed & {student.external_id, *also[student.pk]}:
                found.append(student)
    return found


def _numbers_here(one: RosterClass, classroom: Classroom | None, own: Sequence[Student]) -> dict[str, str]:
    """How this site writes the numbers of the file that have other zeros at the start: spreadsheets drop them."""
    in_class = {student.external_id for student in own if student.classroom == classroom}
    # The class comes last, because its spelling counts.
    here = {number_key(number): number for number in (*(student.external_id for student in own), *in_class) if number}
    in_file = {*(row.external_id for row in one.students), *one.gone}
    found = {number: here.get(number_key(number), number) for number in in_file - in_class}
    # Two numbers of one file are two students.
    counts = Counter(number_key(row.external_id) for row in one.students)
    return {
        number: own_number
        for number, own_number in found.items()
        if own_number not in in_file and counts[number_key(number)] < 2
    }


def _with_numbers(one: RosterClass, numbers: Mapping[str, str]) -> RosterClass:
    """The class with its students under the numbers that they have on this site."""
    return replace(
        one,
        students=tuple(replace(row, external_id=numbers.get(row.external_id, row.external_id)) for row in one.students),
        gone=tuple(numbers.get(number, number) for number in one.gone),
        nameless=tuple(numbers.get(number, number) for number in one.nameless),
    )


def _names_by_student(own: Sequence[Student]) -> Mapping[int, Collection[str]]:
    """The name keys that each student has or had here, also those of merged entries. One query."""
    current = {student.pk: student.current.pk for student in own}
    names: defaultdict[int, set[str]] = defaultdict(set)
    for student in own:
        names[current[student.pk]].add(student.name_key)
    renamed = AuditEvent.objects.filter(
        action=AuditEvent.Action.STUDENT_RENAMED, student__classroom__in={student.classroom_id for student in own}
    )
    for pk, detail in renamed.order_by().values_list("student", "detail"):
        names[current[pk]].add(name_key(detail.get("before", "")))
    return names


def _unknown(one: RosterClass, classroom: Classroom | None, own: Sequence[Student]) -> Iterator[str]:
    """The ids of students who left, have no name in the file, and are not on the roster under this id."""
    if classroom is not None:
        here = {student.external_id for student in own if student.classroom_id == classroom.pk}
        yield from (external_id for external_id in one.nameless if external_id not in here)


def rosters_of(by: User) -> list[Classroom]:
    """The classes whose rosters this teacher may change."""
    return list(Classroom.objects.editable_by(by).current())


@dataclass(frozen=True, slots=True)
class _Site:
    """The students of all rosters that the teacher may change.

    left: those who left their class, by number. gone: the row ids of those who move to no other one. names: of
    `_names_by_student`.
    """

    own: Sequence[Student]
    left: Mapping[str, Student]
    gone: Collection[int]
    names: Mapping[int, Collection[str]]


def _changes(one: RosterClass, classroom: Classroom | None, site: _Site, numbers: Mapping[str, str]) -> list[Change]:
    """The changes of one class of the file. numbers: of `_numbers_here`."""
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
    numbered = {change.student.pk for change in found if change.kind == "numbered" and change.student is not None}
    for student in enrolled:
        if student.pk in site.gone and student.pk not in numbered:
            name = rosters.person_name(student)
            found.append(Change(f"gone-{student.public_id}", "gone", name, student.external_id, student))
    return found


def _known(
    one: RosterClass, here: Sequence[Student], enrolled: Sequence[Student], site: _Site, numbers: Mapping[str, str]
) -> "_Known":
    """Whom a student of the file may be. here: of the class, enrolled or not. numbers: of `_numbers_here`."""
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
    name that is not in the file, by name key. names: of `_names_by_student`. names_of_file: how many students of the
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
            note = gettext("The file has several students with this name. Check whose number {number} is.")
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


@dataclass(frozen=True, slots=True)
class Applied:
    """How many students were added, moved, numbered, restored and removed, in how many classes."""

    classes: int
    counts: Mapping[str, int]


@transaction.atomic
def apply(
    found: Sequence[ClassPlan], chosen: Collection[tuple[str, str]], *, time_zone: str, by: User, now: datetime
) -> Applied:
    """Apply the chosen changes. chosen: (key of the class, key of the change).

    Raises RosterChanged and classrooms.ClassroomNameTaken, and then changes nothing.
    """
    # All classes before the first student, in the order of all changes to students.
    keys = [plan.classroom.pk for plan in found if plan.classroom is not None]
    students = {change.student.pk for plan in found for change in plan.changes if change.student is not None}
    lock_rows(classrooms=keys)
    newcomers.lock_versions(keys)
    lock_rows(students=students)
    counts = dict.fromkeys(("new", "moved", "numbered", "restored", "gone"), 0)
    for plan in found:
        classroom = plan.classroom or classrooms.add_classroom(
            by=by, name=plan.roster.title, time_zone=time_zone, now=now
        )
        wanted = [change for change in plan.changes if (plan.roster.key, change.key) in chosen]
        try:
            # Students who leave come first, so that their names are free.
            for change in sorted(wanted, key=lambda change: change.kind != "gone"):
                if change.student is not None:
                    _change_student(change.student, change, to=classroom, by=by, now=now)
        except (rosters.NameTaken, rosters.NumberTaken) as error:
            raise RosterChanged from error
        new = [rosters.NewStudent(change.name, change.external_id) for change in wanted if change.kind == "new"]
        counts["new"] += len(rosters.add_students(classroom, new, by=by, now=now))
        for change in wanted:
            if change.kind != "new":
                counts[change.kind] += 1
    return Applied(len(found), counts)


def _change_student(student: Student, change: Change, *, to: Classroom, by: User, now: datetime) -> None:
    """Make one change to a student who has a row. Raises rosters.NameTaken and rosters.NumberTaken."""
    match change.kind:
        case "gone":
            rosters.remove_student(student, by=by, now=now)
        case "moved":
            rosters.move_student(student, to=to, by=by, now=now)
        case "numbered":
            rosters.keep_external_id(student, change.external_id, replaces=student.external_id)
        case "restored":
            rosters.restore_student(student, by=by, now=now)
