from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from quizzes.models import AuditEvent, Classroom, User
from quizzes.people.classrooms import (
    ClassroomNameTaken,
    CodeChanged,
    add_classroom,
    archive_classroom,
    change_classroom,
    change_code,
    restore_classroom,
    restore_code,
    set_code_active,
)
from tests.factories import make_classroom
from tests.people.test_rosters import acts


def test_add_classroom_is_taught_by_its_maker(teacher: User, other_teacher: User, now: datetime) -> None:
    classroom = add_classroom(by=teacher, name="Period 1", time_zone="America/Chicago", now=now)

    assert list(Classroom.objects.taught_by(teacher)) == [classroom]
    assert list(Classroom.objects.taught_by(other_teacher)) == []
    assert (classroom.zone.key, classroom.created_at, classroom.join_open) == ("America/Chicago", now, True)
    assert len(classroom.join_code) == 6
    assert classroom.shown_code == f"{classroom.join_code[:3]}-{classroom.join_code[3:]}"
    assert acts() == [("classroom_made", "Ms. Rivera", None)]


def test_add_classroom_sent_twice_makes_one(teacher: User, now: datetime) -> None:
    add_classroom(by=teacher, name="Period 1", time_zone="America/Chicago", now=now)

    with pytest.raises(ClassroomNameTaken):
        add_classroom(by=teacher, name="period 1", time_zone="America/Chicago", now=now)

    assert Classroom.objects.count() == 1
    assert len(acts()) == 1


def test_add_classroom_may_have_the_name_of_another_teachers_or_archived_one(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    add_classroom(by=other_teacher, name=classroom.name, time_zone="America/Chicago", now=now)
    archive_classroom(classroom, by=teacher, now=now)
    add_classroom(by=teacher, name=classroom.name, time_zone="America/Chicago", now=now)

    assert Classroom.objects.filter(name=classroom.name).count() == 3


def test_change_classroom_records_before_and_after(classroom: Classroom, teacher: User, now: datetime) -> None:
    change_classroom(classroom, by=teacher, name="Civics", time_zone="America/Denver", now=now)

    classroom.refresh_from_db()
    assert (classroom.name, classroom.time_zone) == ("Civics", "America/Denver")
    assert AuditEvent.objects.get().detail == {
        "before": {"name": "Period 3", "time_zone": "America/New_York"},
        "after": {"name": "Civics", "time_zone": "America/Denver"},
    }


def test_change_classroom_twice_is_recorded_once(classroom: Classroom, teacher: User, now: datetime) -> None:
    for _ in range(2):
        change_classroom(classroom, by=teacher, name="Civics", time_zone="America/Denver", now=now)

    assert AuditEvent.objects.filter(action=AuditEvent.Action.CLASSROOM_CHANGED).count() == 1


def test_change_classroom_may_keep_its_name(classroom: Classroom, teacher: User, now: datetime) -> None:
    change_classroom(classroom, by=teacher, name=classroom.name, time_zone="America/Denver", now=now)
    make_classroom(teacher=teacher, name="Civics")
    # A class that became theirs with the account of another owner.
    make_classroom(teacher=teacher, name=classroom.name)
    change_classroom(classroom, by=teacher, name=classroom.name, time_zone="UTC", now=now)

    with pytest.raises(ClassroomNameTaken):
        change_classroom(classroom, by=teacher, name="CIVICS", time_zone="America/Denver", now=now)


def test_change_code_stops_the_old_one(classroom: Classroom, teacher: User, now: datetime) -> None:
    old = classroom.join_code

    change_code(classroom, by=teacher, now=now)

    classroom.refresh_from_db()
    assert classroom.join_code != old
    assert not Classroom.objects.filter(join_code=old).exists()
    assert acts() == [("code_changed", "Ms. Rivera", None)]


@pytest.mark.parametrize(
    ("act", "undo"),
    [
        (
            lambda classroom, **who: set_code_active(classroom, is_open=False, **who),
            lambda classroom, **who: set_code_active(classroom, is_open=True, **who),
        ),
        (archive_classroom, restore_classroom),
    ],
    ids=["close the code", "archive"],
)
def test_closed_or_archived_classroom_lets_no_one_in_until_it_is_back(
    classroom: Classroom, teacher: User, now: datetime, act: Callable[..., Any], undo: Callable[..., Any]
) -> None:
    act(classroom, by=teacher, now=now)
    assert list(Classroom.objects.joinable()) == []
    assert list(Classroom.objects.taught_by(teacher)) == [classroom]

    undo(classroom, by=teacher, now=now)
    assert list(Classroom.objects.joinable()) == [classroom]
    assert len(acts()) == 2


def test_old_code_does_not_come_back_over_a_code_made_meanwhile(
    classroom: Classroom, teacher: User, now: datetime
) -> None:
    """Another teacher made it, such as after a leak of the old one."""
    leaked = classroom.join_code
    seen = change_code(classroom, by=teacher, now=now).join_code
    newest = change_code(Classroom.objects.get(), by=teacher, now=now).join_code

    with pytest.raises(CodeChanged):
        restore_code(classroom, code=leaked, seen=seen, by=teacher, now=now)

    assert Classroom.objects.get().join_code == newest
