"""Compare the classes of a OneRoster or Clever package with a teacher's, and apply what the teacher confirms."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction

from quizzes.files import signed_preview
from quizzes.files.oneroster import OneRoster, RosterClass, RosterStudent
from quizzes.files.roster_changes import Change, Site, changes_of_gone, class_changes
from quizzes.models import AuditEvent, Classroom, Student, User
from quizzes.models.locks import lock_rows
from quizzes.people import classrooms, newcomers, rosters
from quizzes.people.names import PersonName, name_key, number_key

_PURPOSE = "oneroster"


class RosterChanged(Exception):
    """A name was taken between the preview and its confirmation, so nothing was changed."""


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """The changes of one class of the file.

    classroom: None for a class to create. unknown: ids of students who left. The file has no names for them and the
    roster has no such ids, so the teacher must find out who they are.
    """

    roster: RosterClass
    classroom: Classroom | None
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]


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
    site = Site(own, left, {student.pk for student in who_left} - moving, _names_by_student(own))
    changes = _changes(chosen, targets, site, spelled, who_left)
    return [
        ClassPlan(
            one, targets[one.key], tuple(found), tuple(_unknown(one, targets[one.key], own)) if file.is_delta else ()
        )
        for one, found in zip(chosen, changes, strict=True)
    ]


def _changes(
    chosen: Sequence[RosterClass],
    targets: Mapping[str, Classroom | None],
    site: Site,
    spelled: Sequence[Mapping[str, str]],
    who_left: Sequence[Student],
) -> Iterator[list[Change]]:
    """The changes of each class. A student moves once, and is gone from the class if they do not move."""
    staying, changes = list(who_left), list[list[Change]]()
    for one, numbers in zip(chosen, spelled, strict=True):
        left = {student.external_id: student for student in staying}
        found = class_changes(one, targets[one.key], replace(site, left=left), numbers)
        moved = {change.student for change in found if change.kind == "moved"}
        staying = [student for student in staying if student not in moved]
        changes.append(found)
    for one, found in zip(chosen, changes, strict=True):
        gone = [student for student in staying if student.classroom == targets[one.key]]
        yield [*found, *changes_of_gone(gone, found)]


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
    return list(Classroom.objects.editable_by(by).current().with_list_names(by))


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
        except (rosters.NotOnRoster, rosters.NameTaken, rosters.NumberTaken) as error:
            raise RosterChanged from error
        new = [rosters.NewStudent(change.name, change.external_id) for change in wanted if change.kind == "new"]
        counts["new"] += len(rosters.add_students(classroom, new, by=by, now=now))
        for change in wanted:
            if change.kind != "new":
                counts[change.kind] += 1
    return Applied(len(found), counts)


def _change_student(student: Student, change: Change, *, to: Classroom, by: User, now: datetime) -> None:
    """Make one change to a student who has a row. Raises NotOnRoster, NameTaken and NumberTaken of rosters."""
    match change.kind:
        case "gone":
            rosters.remove_student(student, by=by, now=now)
        case "moved":
            rosters.move_student(student, to=to, by=by, now=now)
        case "numbered":
            rosters.keep_external_id(student, change.external_id, replaces=student.external_id)
        case "restored":
            rosters.restore_student(student, by=by, now=now)
