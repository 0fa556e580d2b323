"""Classrooms: add, change, archive; the class code."""

from datetime import datetime

from django.db import transaction

from quizzes.models import AuditEvent, Classroom, Teaching, User
from quizzes.models.rosters import new_join_code

Action = AuditEvent.Action


class ClassroomNameTaken(Exception):
    """The teacher has a current classroom of this name."""


@transaction.atomic
def add_classroom(*, by: User, name: str, time_zone: str, now: datetime) -> Classroom:
    """A new classroom, taught by its maker; raises ClassroomNameTaken, so that a form sent twice makes one class."""
    _refuse_taken(name, by)
    classroom = Classroom.objects.create(name=name, time_zone=time_zone, created_at=now)
    Teaching.objects.create(classroom=classroom, teacher=by)
    AuditEvent.objects.record(Action.CLASSROOM_MADE, actor=by, classroom=classroom, at=now, name=name)
    return classroom


@transaction.atomic
def change_classroom(classroom: Classroom, *, by: User, name: str, time_zone: str, now: datetime) -> Classroom:
    """Rename a classroom or give it another time zone; moments already set stay the same moments.

    Raises ClassroomNameTaken.
    """
    _refuse_taken(name, by, classroom)
    before = {"name": classroom.name, "time_zone": classroom.time_zone}
    classroom.name, classroom.time_zone = name, time_zone
    classroom.save(update_fields=["name", "time_zone"])
    AuditEvent.objects.record(
        Action.CLASSROOM_CHANGED,
        actor=by,
        classroom=classroom,
        at=now,
        before=before,
        after={"name": name, "time_zone": time_zone},
    )
    return classroom


@transaction.atomic
def change_code(classroom: Classroom, *, by: User, now: datetime) -> Classroom:
    """Give a classroom a new join code; the old one stops working at once."""
    classroom.join_code = new_join_code()
    classroom.save(update_fields=["join_code"])
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now)
    return classroom


@transaction.atomic
def set_code_active(classroom: Classroom, *, is_open: bool, by: User, now: datetime) -> Classroom:
    """Open or close a classroom's code; students who are signed in stay so."""
    classroom.join_open = is_open
    classroom.save(update_fields=["join_open"])
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now, open=is_open)
    return classroom


@transaction.atomic
def set_archived(classroom: Classroom, *, is_archived: bool, by: User, now: datetime) -> Classroom:
    """Put a classroom away or bring it back; nothing in it is lost, and an archived one's code lets nobody in."""
    classroom.archived_at = now if is_archived else None
    classroom.save(update_fields=["archived_at"])
    AuditEvent.objects.record(
        Action.CLASSROOM_ARCHIVED if is_archived else Action.CLASSROOM_RESTORED, actor=by, classroom=classroom, at=now
    )
    return classroom


def _refuse_taken(name: str, by: User, classroom: Classroom | None = None) -> None:
    # The teacher's row is the lock: without it two requests at once would both find the name free.
    User.objects.select_for_update().get(pk=by.pk)
    others = Classroom.objects.taught_by(by).current().filter(name__iexact=name)
    if (others.exclude(pk=classroom.pk) if classroom is not None else others).exists():
        raise ClassroomNameTaken
