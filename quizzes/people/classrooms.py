"""Add, change, archive and hand over classrooms, and change their class codes.

Each change raises RowDeleted if the classroom was erased after it was loaded.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from quizzes.models import AuditEvent, Classroom, FailedTry, Teaching, User
from quizzes.models.locks import lock_account, read_locked
from quizzes.models.rosters import new_join_code

Action = AuditEvent.Action


class ClassroomNameTaken(Exception):
    """An owner of the classroom has another current one with this name. owner: the account."""

    def __init__(self, owner: User) -> None:
        super().__init__()
        self.owner = owner


class CodeTaken(Exception):
    """Another classroom has this class code."""


class CodeChanged(Exception):
    """The class has another new class code."""


class NotATeacher(Exception):
    """The giver does not own the class, or the account that should take it is closed."""


# What a new class copies from another one, or from a class file, besides its name and time zone.
COPIED_SETTINGS = (
    "sorts_by_first_name",
    "counts_missing_as_zero",
    "reading_variant",
    "students_choose_variant",
    "supports",
    "pin_kind",
)


@transaction.atomic
def add_classroom(
    *,
    by: User,
    name: str,
    time_zone: str,
    settings_from: Classroom | None = None,
    archived_at: datetime | None = None,
    now: datetime,
) -> Classroom:
    """Add a classroom, taught by this teacher. Raises ClassroomNameTaken, also for a form sent twice.

    settings_from: another classroom with `COPIED_SETTINGS`; None for the standard settings. archived_at: of an archived
    class in a file.
    """
    if archived_at is None:
        check_name_is_free(name, [by])
    copied = {} if settings_from is None else {column: getattr(settings_from, column) for column in COPIED_SETTINGS}
    classroom = Classroom.objects.create(
        name=name, time_zone=time_zone, archived_at=archived_at, created_at=now, **copied
    )
    Teaching.objects.create(classroom=classroom, teacher=by)
    AuditEvent.objects.record(Action.CLASSROOM_MADE, actor=by, classroom=classroom, at=now, name=name)
    return classroom


@transaction.atomic
def change_classroom(classroom: Classroom, *, by: User, name: str, time_zone: str, now: datetime) -> Classroom:
    """Change a classroom's name and time zone. Stored moments stay the same. A repeat changes nothing.

    Raises ClassroomNameTaken.
    """
    read_locked(classroom, "name", "time_zone")
    if name != classroom.name:
        check_name_is_free(name, _owners(classroom), classroom)
    return store_settings(classroom, by=by, now=now, name=name, time_zone=time_zone)


@transaction.atomic
def set_missing_rule(classroom: Classroom, *, is_zero: bool, by: User, now: datetime) -> Classroom:
    """Count missing work as 0 in the averages of a classroom, or leave it out. A repeat changes nothing."""
    return _change(classroom, by, now, counts_missing_as_zero=is_zero)


@transaction.atomic
def set_reading_levels(classroom: Classroom, *, variant: str, may_choose: bool, by: User, now: datetime) -> Classroom:
    """Set the level of readings for a classroom, and whether students may choose. A repeat changes nothing."""
    return _change(classroom, by, now, reading_variant=variant, students_choose_variant=may_choose)


@transaction.atomic
def set_pin_kind(classroom: Classroom, *, pin_kind: str, by: User, now: datetime) -> Classroom:
    """Show the PINs of a classroom in another way. The PINs stay the same. A repeat changes nothing."""
    return _change(classroom, by, now, pin_kind=pin_kind)


@transaction.atomic
def change_code(classroom: Classroom, *, by: User, now: datetime) -> Classroom:
    """Give a classroom a new class code. The old code stops working immediately, and wrong PINs no longer count.

    A person who guessed PINs cannot see the names, so new devices need not wait for the teacher. It changes nothing
    if the code changed after the page was opened.
    """
    seen = classroom.join_code
    read_locked(classroom, "join_code")
    if classroom.join_code != seen:
        return classroom
    classroom.join_code = new_join_code()
    classroom.save(update_fields=["join_code"])
    FailedTry.objects.filter(student__classroom=classroom).delete()
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now)
    return classroom


def restore_code(classroom: Classroom, *, code: str, seen: str, by: User, now: datetime) -> Classroom:
    """Give a classroom its earlier class code back. seen: the code that replaced it. A repeat changes nothing.

    Raises CodeTaken, or CodeChanged if the class has another new code, such as after a leak of this one.
    """
    try:
        with transaction.atomic():
            read_locked(classroom, "join_code")
            if classroom.join_code == code:
                return classroom
            if classroom.join_code != seen:
                raise CodeChanged
            classroom.join_code = code
            classroom.save(update_fields=["join_code"])
            AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now)
    except IntegrityError as error:
        raise CodeTaken from error
    return classroom


@transaction.atomic
def set_code_active(classroom: Classroom, *, is_open: bool, by: User, now: datetime) -> Classroom:
    """Turn a classroom's code on or off. Students stay signed in. A repeat changes nothing."""
    read_locked(classroom, "join_open")
    if classroom.join_open == is_open:
        return classroom
    classroom.join_open = is_open
    classroom.save(update_fields=["join_open"])
    AuditEvent.objects.record(Action.CODE_CHANGED, actor=by, classroom=classroom, at=now, open=is_open)
    return classroom


@transaction.atomic
def archive_classroom(classroom: Classroom, *, by: User, now: datetime) -> Classroom:
    """Archive a classroom. Its rows stay, and its code does not work. A repeat changes nothing.

    Its students are signed out: `signed_in_student` and `check_access` look at the class. Their open attempts stay, and
    the clock submits them at their deadlines.
    """
    read_locked(classroom, "archived_at")
    if classroom.archived_at is None:
        _set_archived_at(classroom, now)
        AuditEvent.objects.record(Action.CLASSROOM_ARCHIVED, actor=by, classroom=classroom, at=now)
    return classroom


@transaction.atomic
def restore_classroom(classroom: Classroom, *, by: User, now: datetime) -> Classroom:
    """End the archive of a classroom. Students continue attempts that are still open. A repeat changes nothing.

    Raises ClassroomNameTaken.
    """
    read_locked(classroom, "archived_at")
    if classroom.archived_at is not None:
        check_name_is_free(classroom.name, _owners(classroom), classroom)
        _set_archived_at(classroom, None)
        AuditEvent.objects.record(Action.CLASSROOM_RESTORED, actor=by, classroom=classroom, at=now)
    return classroom


@transaction.atomic
def hand_over(classroom: Classroom, *, giver: User, to: User, by: User | None, now: datetime) -> Classroom:
    """Let `to` teach a classroom in the place of `giver`. by: None for a command.

    Raises ClassroomNameTaken, and NotATeacher for a giver who does not own it or an account that is closed.
    """
    read_locked(classroom, "name", "archived_at")
    if not to.is_active or not _owns(giver, classroom):
        raise NotATeacher
    if classroom.archived_at is None:
        check_name_is_free(classroom.name, [to], classroom)
    if to != giver:
        Teaching.objects.update_or_create(classroom=classroom, teacher=to, defaults={"role": Teaching.Role.OWNER})
        Teaching.objects.filter(classroom=classroom, teacher=giver).delete()
        AuditEvent.objects.record(
            Action.CLASSROOM_HANDED_OVER, actor=by, classroom=classroom, at=now, giver=giver.pk, to=to.pk
        )
    return classroom


def _change(classroom: Classroom, by: User, now: datetime, **after: Any) -> Classroom:
    """Lock these columns and store them. A repeat changes nothing."""
    read_locked(classroom, *after)
    return store_settings(classroom, by=by, now=now, **after)


def store_settings(classroom: Classroom, *, by: User, now: datetime, **after: Any) -> Classroom:
    """Store these columns, which are locked, and log them with what they replace. A repeat changes nothing."""
    before = {column: getattr(classroom, column) for column in after}
    if before == after:
        return classroom
    for column, value in after.items():
        setattr(classroom, column, value)
    classroom.save(update_fields=list(after))
    AuditEvent.objects.record(
        Action.CLASSROOM_CHANGED, actor=by, classroom=classroom, at=now, before=before, after=after
    )
    return classroom


def _set_archived_at(classroom: Classroom, moment: datetime | None) -> None:
    classroom.archived_at, classroom.erasure_announced_at = moment, None
    classroom.save(update_fields=["archived_at", "erasure_announced_at"])


def _owns(user: User, classroom: Classroom) -> bool:
    return Teaching.objects.filter(classroom=classroom, teacher=user, role=Teaching.Role.OWNER).exists()


def _owners(classroom: Classroom) -> Iterable[User]:
    return User.objects.filter(teaching__classroom=classroom, teaching__role=Teaching.Role.OWNER).order_by("pk")


def check_name_is_free(name: str, owners: Iterable[User], classroom: Classroom | None = None) -> None:
    """Raise ClassroomNameTaken if one of these teachers owns another current classroom with the name."""
    for owner in owners:
        # Without a lock on the teacher's row, two requests at the same time would both find the name free.
        lock_account(owner)
        own = Classroom.objects.filter(teaching__teacher=owner, teaching__role=Teaching.Role.OWNER)
        others = own.current().filter(name__iexact=name)
        if (others.exclude(pk=classroom.pk) if classroom is not None else others).exists():
            raise ClassroomNameTaken(owner)
