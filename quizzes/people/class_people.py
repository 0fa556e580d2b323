"""The people of a class: add a teacher, change a role, remove, leave. Every act is in the audit log."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from quizzes.models import AuditEvent, Classroom, Teaching, User
from quizzes.models.locks import lock_rows, read_locked
from quizzes.models.rosters import EDITORS, ClassroomQuerySet
from quizzes.people.classrooms import check_name_is_free

Action = AuditEvent.Action
Role = Teaching.Role


class LastOwner(Exception):
    """The class would have no owner with an open account."""


class AlreadyInClass(Exception):
    """The person is in the class with another role."""


def people(classroom: Classroom) -> list[Teaching]:
    """The people of a class with their accounts, owners first; 1 query."""
    order = list(Role.values)
    rows = classroom.teaching_set.select_related("teacher").order_by("pk")
    return sorted(rows, key=lambda row: order.index(row.role))


def has_owner(rows: Iterable[Teaching]) -> bool:
    """Whether one of the people of a class is an owner who can sign in. rows: with their accounts."""
    return any(row.role == Role.OWNER and row.teacher.is_active for row in rows)


def classes_without_owner(user: User) -> ClassroomQuerySet:
    """The classes that this teacher owns, and that no other owner with an open account has; no sample class."""
    owners = Teaching.objects.filter(role=Role.OWNER)
    owned = Classroom.objects.without_samples().filter(pk__in=owners.filter(teacher=user).values("classroom"))
    return owned.exclude(pk__in=owners.filter(teacher__is_active=True).exclude(teacher=user).values("classroom"))


def teachers_of(classroom: Classroom) -> list[str]:
    """The names of a classroom's teachers for students, at least one, without closed accounts; 1 query."""
    editors = classroom.teaching_set.filter(role__in=EDITORS, teacher__is_active=True).order_by("pk")
    return list(editors.values_list("teacher__name", flat=True)) or [gettext("your teacher")]


@transaction.atomic
def add_person(classroom: Classroom, person: User, *, role: str, by: User, now: datetime) -> Teaching:
    """Add a teacher to a class. Raises AlreadyInClass and ClassroomNameTaken. Safe to repeat."""
    row = _locked_row(classroom, person)
    if row is not None and row.role != role:
        raise AlreadyInClass
    if row is not None:
        return row
    _check_name(classroom, person, role)
    row = Teaching.objects.create(classroom=classroom, teacher=person, role=role)
    AuditEvent.objects.record(
        Action.PERSON_ADDED, actor=by, classroom=classroom, at=now, account=person.pk, role=str(role)
    )
    return row


@transaction.atomic
def change_role(classroom: Classroom, person: User, *, role: str, by: User, now: datetime) -> Teaching | None:
    """Change the role of a person of the class; None if the person is not in it.

    Raises LastOwner and ClassroomNameTaken. Safe to repeat.
    """
    row = _locked_row(classroom, person)
    if row is None:
        return None
    if row.role != role:
        _check_name(classroom, person, role)
    return _change_role(row, role, by, now)


@transaction.atomic
def remove_person(classroom: Classroom, person: User, *, by: User, now: datetime) -> None:
    """Take a person out of a class; the person may be `by`. Raises LastOwner. Safe to repeat."""
    row = _locked_row(classroom, person)
    if row is None:
        return
    _check_owner_stays(row)
    row.delete()
    action = Action.PERSON_LEFT if person == by else Action.PERSON_REMOVED
    AuditEvent.objects.record(action, actor=by, classroom=classroom, at=now, account=person.pk, role=row.role)


@transaction.atomic
def keep_an_owner(classroom: Classroom, *, leaving: User, now: datetime) -> None:
    """Before an account is deleted: make the longest teacher of the class its owner if there is no other owner.

    A closed account is one only if no account of the class is open.
    """
    lock_rows(classrooms=[classroom.pk])
    others = Teaching.objects.filter(classroom=classroom).exclude(teacher=leaving)
    with_open = others.filter(teacher__is_active=True)
    if with_open.filter(role__in=EDITORS).exists():
        others = with_open
    next_owner = others.filter(role=Role.TEACHER).order_by("pk").first()
    if next_owner is not None and not others.filter(role=Role.OWNER).exists():
        _change_role(next_owner, Role.OWNER, None, now)


def _change_role(row: Teaching, role: str, by: User | None, now: datetime) -> Teaching:
    if row.role != role:
        _check_owner_stays(row)
        before, row.role = row.role, role
        row.save(update_fields=["role"])
        AuditEvent.objects.record(
            Action.ROLE_CHANGED,
            actor=by,
            classroom=row.classroom,
            at=now,
            account=row.teacher_id,
            before=str(before),
            role=str(role),
        )
    return row


def _check_name(classroom: Classroom, person: User, role: str) -> None:
    """Raise ClassroomNameTaken if the person becomes the owner of a second current class with its name."""
    if role == Role.OWNER and classroom.archived_at is None:
        check_name_is_free(classroom.name, [person], classroom)


def _check_owner_stays(row: Teaching) -> None:
    others = Teaching.objects.filter(classroom=row.classroom_id, role=Role.OWNER).exclude(pk=row.pk)
    # The owner of a closed account can't sign in to make someone else an owner.
    if row.role == Role.OWNER and not others.filter(teacher__is_active=True).exists():
        raise LastOwner


def _locked_row(classroom: Classroom, person: User) -> Teaching | None:
    # Without the lock, two owners who leave at the same time would both find the other one.
    read_locked(classroom, "name", "archived_at")
    return Teaching.objects.filter(classroom=classroom, teacher=person).first()
