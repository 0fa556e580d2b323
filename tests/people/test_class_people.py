"""The people of a class: roles, the last owner, and what each act leaves in the audit log."""

from collections.abc import Callable
from datetime import datetime

import pytest

from quizzes.models import Assignment, AuditEvent, Classroom, Student, Teaching, User
from quizzes.people.accounts import close_account
from quizzes.people.class_people import (
    AlreadyInClass,
    LastOwner,
    add_person,
    change_role,
    people,
    remove_person,
    teachers_of,
)
from quizzes.people.class_roles import ClassAct, may
from quizzes.people.classrooms import (
    ClassroomNameTaken,
    NotATeacher,
    add_classroom,
    archive_classroom,
    change_classroom,
    hand_over,
)
from quizzes.people.erased_counts import own_classrooms
from quizzes.people.erasure import erase_teacher
from tests.factories import make_classroom, make_user

pytestmark = pytest.mark.django_db


def roles(classroom: Classroom) -> dict[str, str]:
    return {row.teacher.name: row.role for row in people(classroom)}


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("owner", {ClassAct.READ, ClassAct.CHANGE, ClassAct.OWN}),
        ("teacher", {ClassAct.READ, ClassAct.CHANGE}),
        ("viewer", {ClassAct.READ}),
    ],
)
def test_role_allows_its_acts(role: str, acts: set[ClassAct]) -> None:
    assert {act for act in ClassAct if may(role, act)} == acts


def test_owner_adds_a_colleague_and_changes_the_role(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    for _ in range(2):
        add_person(classroom, other_teacher, role="viewer", by=teacher, now=now)
    for _ in range(2):
        change_role(classroom, other_teacher, role="teacher", by=teacher, now=now)
    assert roles(classroom) == {"Ms. Rivera": "owner", "Mr. Okafor": "teacher"}
    assert [(event.action, event.actor, event.detail) for event in AuditEvent.objects.order_by("pk")] == [
        ("person_added", teacher, {"account": other_teacher.pk, "role": "viewer"}),
        ("role_changed", teacher, {"account": other_teacher.pk, "before": "viewer", "role": "teacher"}),
    ]


def test_people_are_listed_by_role(classroom: Classroom, teacher: User, now: datetime) -> None:
    for name, role in (("B", "viewer"), ("A", "teacher"), ("C", "owner")):
        add_person(classroom, make_user(name=name), role=role, by=teacher, now=now)
    assert list(roles(classroom)) == ["Ms. Rivera", "C", "A", "B"]


@pytest.mark.parametrize("role", ["teacher", "viewer"])
def test_last_owner_stays(role: str, classroom: Classroom, teacher: User, other_teacher: User, now: datetime) -> None:
    add_person(classroom, other_teacher, role="teacher", by=teacher, now=now)
    with pytest.raises(LastOwner):
        remove_person(classroom, teacher, by=teacher, now=now)
    with pytest.raises(LastOwner):
        change_role(classroom, teacher, role=role, by=teacher, now=now)
    with pytest.raises(AlreadyInClass):
        add_person(classroom, teacher, role=role, by=teacher, now=now)
    assert roles(classroom)["Ms. Rivera"] == "owner"
    change_role(classroom, other_teacher, role="owner", by=teacher, now=now)
    for _ in range(2):
        remove_person(classroom, teacher, by=teacher, now=now)
    assert roles(classroom) == {"Mr. Okafor": "owner"}
    assert AuditEvent.objects.filter(action="person_left", actor=teacher).count() == 1


def test_removing_a_colleague_is_logged_with_who(
    classroom: Classroom, teacher: User, viewer: User, now: datetime
) -> None:
    remove_person(classroom, viewer, by=teacher, now=now)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.detail["account"]) == ("person_removed", teacher, viewer.pk)
    assert change_role(classroom, viewer, role="owner", by=teacher, now=now) is None


def test_editable_rows_are_those_of_editors(
    classroom: Classroom, assignment: Assignment, student: Student, teacher: User, viewer: User, other_teacher: User
) -> None:
    Teaching.objects.create(classroom=classroom, teacher=other_teacher, role="teacher")
    for user, role, edits in ((teacher, "owner", True), (other_teacher, "teacher", True), (viewer, "viewer", False)):
        assert Classroom.objects.editable_by(user).exists() is edits
        assert Assignment.objects.editable_by(user).exists() is edits
        for rows in (Classroom.objects, Assignment.objects, Student.objects):
            [row] = rows.taught_by(user).with_role()
            assert row.own_role == role


def test_class_name_is_taken_by_own_classes_only(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    add_person(classroom, other_teacher, role="teacher", by=teacher, now=now)
    made = add_classroom(by=other_teacher, name=classroom.name, time_zone="UTC", now=now)
    assert made.name == classroom.name
    with pytest.raises(ClassroomNameTaken):
        add_classroom(by=other_teacher, name=classroom.name, time_zone="UTC", now=now)
    # No one becomes the owner of a second class with the name, except of an archived one.
    with pytest.raises(ClassroomNameTaken):
        change_role(classroom, other_teacher, role="owner", by=teacher, now=now)
    change_role(classroom, other_teacher, role="viewer", by=teacher, now=now)
    with pytest.raises(ClassroomNameTaken):
        add_person(made, teacher, role="owner", by=other_teacher, now=now)
    archive_classroom(made, by=other_teacher, now=now)
    add_person(made, teacher, role="owner", by=other_teacher, now=now)
    assert Teaching.objects.filter(teacher=teacher, role="owner").count() == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda page, to, by, now: add_person(page, to, role="owner", by=by, now=now),
        lambda page, to, by, now: hand_over(page, giver=by, to=to, by=None, now=now),
    ],
)
def test_class_that_was_renamed_meanwhile_needs_its_new_name_to_be_free(
    act: Callable[..., object], classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    page = Classroom.objects.get(pk=classroom.pk)
    change_classroom(classroom, by=teacher, name="Civics", time_zone="UTC", now=now)
    make_classroom(teacher=other_teacher, name="Civics")

    with pytest.raises(ClassroomNameTaken):
        act(page, other_teacher, teacher, now)


def test_only_an_owner_hands_a_class_over(
    classroom: Classroom, teacher: User, viewer: User, other_teacher: User, now: datetime
) -> None:
    with pytest.raises(NotATeacher):
        hand_over(classroom, giver=viewer, to=other_teacher, by=viewer, now=now)
    hand_over(classroom, giver=teacher, to=viewer, by=teacher, now=now)
    assert roles(classroom) == {"Ms. Baker": "owner"}


def test_deleted_account_leaves_an_owner(
    classroom: Classroom, teacher: User, viewer: User, other_teacher: User, now: datetime
) -> None:
    add_person(classroom, other_teacher, role="teacher", by=teacher, now=now)
    assert list(own_classrooms(teacher)) == []
    erase_teacher(teacher, now=now)
    assert roles(classroom) == {"Mr. Okafor": "owner", "Ms. Baker": "viewer"}
    assert AuditEvent.objects.filter(action="role_changed", actor=None, classroom=classroom).count() == 1


def test_class_with_viewers_only_goes_with_its_owner(
    classroom: Classroom, teacher: User, viewer: User, now: datetime
) -> None:
    assert list(own_classrooms(teacher)) == [classroom]
    assert list(own_classrooms(viewer)) == []
    erase_teacher(viewer, now=now)
    assert Classroom.objects.filter(pk=classroom.pk).exists()
    erase_teacher(teacher, now=now)
    assert not Classroom.objects.exists()


def test_class_of_two_owners_stays_as_it_is(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime, queries: Callable[[], object]
) -> None:
    add_person(classroom, other_teacher, role="owner", by=teacher, now=now)
    make_classroom(teacher=other_teacher, name="Period 9")
    erase_teacher(teacher, now=now)
    assert roles(classroom) == {"Mr. Okafor": "owner"}


def test_owner_of_a_closed_account_is_not_the_owner_that_stays(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    """The only other owner cannot sign in, so nobody could add, remove or hand over any more."""
    add_person(classroom, other_teacher, role="owner", by=teacher, now=now)
    close_account(other_teacher, now=now)
    with pytest.raises(LastOwner):
        remove_person(classroom, teacher, by=teacher, now=now)
    with pytest.raises(LastOwner):
        change_role(classroom, teacher, role="viewer", by=teacher, now=now)
    remove_person(classroom, other_teacher, by=teacher, now=now)
    assert roles(classroom) == {"Ms. Rivera": "owner"}


@pytest.mark.parametrize("role", ["owner", "teacher"])
def test_deleted_account_leaves_an_owner_who_can_sign_in(
    role: str, classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    closed = make_user(name="Mr. Gone", is_active=False)
    add_person(classroom, closed, role=role, by=teacher, now=now)
    add_person(classroom, other_teacher, role="teacher", by=teacher, now=now)
    erase_teacher(teacher, now=now)
    assert roles(classroom) == {"Mr. Okafor": "owner", "Mr. Gone": role}


def test_deleted_account_leaves_a_closed_one_as_owner_if_there_is_no_other(
    classroom: Classroom, teacher: User, viewer: User, now: datetime
) -> None:
    closed = make_user(name="Mr. Gone", is_active=False)
    add_person(classroom, closed, role="teacher", by=teacher, now=now)
    erase_teacher(teacher, now=now)
    assert roles(classroom) == {"Mr. Gone": "owner", "Ms. Baker": "viewer"}


def test_students_are_sent_to_no_teacher_with_a_closed_account(
    classroom: Classroom, teacher: User, other_teacher: User, now: datetime
) -> None:
    add_person(classroom, other_teacher, role="teacher", by=teacher, now=now)
    assert teachers_of(classroom) == ["Ms. Rivera", "Mr. Okafor"]
    close_account(teacher, now=now)
    assert teachers_of(classroom) == ["Mr. Okafor"]
    close_account(other_teacher, now=now)
    assert teachers_of(classroom) == ["your teacher"]
