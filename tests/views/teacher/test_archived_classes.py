"""Archive a class and restore it, and the pages of archived classes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts.heartbeats import record_heartbeat
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Student, User
from quizzes.people import classrooms
from tests.conftest import Queries
from tests.factories import NOW, make_attempt, make_classroom
from tests.pages import errors_of, form_of, read, text_of

HOME = "/teacher/"

Counting = Callable[[], AbstractContextManager[Queries]]


def url(name: str, classroom: Classroom) -> str:
    return reverse(name, args=[classroom.public_id])


def test_archive_asks_and_says_who_was_in_the_middle_of_a_quiz(
    attempt: Attempt, classmate: Student, teacher_client: Client
) -> None:
    """The page of a quiz then asks for a PIN and takes none. “Undo” is beside it."""
    now = timezone.now()
    record_heartbeat(attempt.pk, None, now=now)
    left = make_attempt(assignment=attempt.assignment, student=classmate)
    record_heartbeat(left.pk, None, now=now - timedelta(minutes=5))
    asked = teacher_client.post(url("set_archived", attempt.classroom), {"is_archived": "on"})
    assert "1 student is in the middle of a quiz and will be signed out." in text_of(asked)
    attempt.classroom.refresh_from_db()
    assert attempt.classroom.archived_at is None
    form = form_of(asked, having="is_sure")
    home = teacher_client.post(form.action, form.data(), follow=True)
    assert "Students can’t sign in. 1 student was in the middle of a quiz. Undo" in text_of(home)


def test_restored_class_does_not_share_its_name_with_this_years(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    classrooms.archive_classroom(classroom, by=teacher, now=NOW)
    make_classroom(teacher=teacher, name=classroom.name)

    response = teacher_client.post(url("set_archived", classroom), {"is_archived": ""})

    assert response.headers["Location"] == url("change_classroom", classroom)
    assert "Rename this one, then restore it." in text_of(teacher_client.get(response.headers["Location"]))
    classroom.refresh_from_db()
    assert classroom.archived_at == NOW


def test_colleague_gives_the_owner_no_second_class_of_a_name(
    classroom: Classroom, teacher: User, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    """The colleague's own classes do not matter."""
    client = signed_in(other_teacher)
    other_teacher.classrooms.add(classroom, through_defaults={"role": "teacher"})
    for owner, name in ((teacher, "Period 5"), (other_teacher, "Period 6")):
        make_classroom(teacher=owner, name=name)
    page = client.post(url("change_classroom", classroom), {"name": "Period 5", "time_zone": "America/New_York"})
    assert errors_of(page) == ["An owner of this class already has a class with this name. Choose another name."]
    client.post(url("change_classroom", classroom), {"name": "Period 6", "time_zone": "America/New_York"})
    classroom.refresh_from_db()
    assert classroom.name == "Period 6"

    classrooms.archive_classroom(classroom, by=teacher, now=NOW)
    made = make_classroom(teacher=teacher, name="Period 6")
    page = client.post(url("set_archived", classroom), {"is_archived": ""}, follow=True)
    taken = "An owner of this class already has a class with this name. Rename this one, then restore it."
    assert taken in text_of(page)
    made.delete()
    client.post(url("set_archived", classroom), {"is_archived": ""})
    classroom.refresh_from_db()
    assert classroom.archived_at is None


def test_owner_reads_that_another_owner_has_a_class_of_the_name(
    classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    other_teacher.classrooms.add(classroom, through_defaults={"role": "owner"})
    make_classroom(teacher=other_teacher, name="Period 5")
    page = teacher_client.post(
        url("change_classroom", classroom), {"name": "Period 5", "time_zone": "America/New_York"}
    )
    assert errors_of(page) == ["An owner of this class already has a class with this name. Choose another name."]


def test_archive_puts_a_class_away_and_brings_it_back(
    classroom: Classroom, student: Student, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("change_classroom", classroom)), having="is_archived")
    teacher_client.post(form.action, dict(form.buttons))
    classroom.refresh_from_db()
    assert classroom.archived_at is not None

    home = teacher_client.get(HOME)
    assert "“Period 3” is archived." in home.content.decode()
    undo = next(form for form in read(home).forms if form.action == url("set_archived", classroom))
    teacher_client.post(undo.action, undo.data())
    classroom.refresh_from_db()
    assert classroom.archived_at is None
    teacher_client.post(form.action, dict(form.buttons))
    home = teacher_client.get(HOME)
    assert url("classroom_gradebook", classroom) not in read(home).links
    assert reverse("archived_classrooms") in read(home).links
    archive = teacher_client.get(reverse("archived_classrooms"))
    assert url("classroom_gradebook", classroom) in read(archive).links
    for name in ("roster", "classroom_quizzes", "classroom_gradebook", "sign_in_cards"):
        page = teacher_client.get(url(name, classroom))
        assert page.content.decode().count("This class is archived") == 1
        # The form has no archived classes.
        assert f"{reverse('assign_quiz')}?classroom={classroom.public_id}" not in read(page).links

    teacher_client.post(read(archive).forms[0].action)
    classroom.refresh_from_db()
    assert classroom.archived_at is None
    assert reverse("archived_classrooms") not in read(teacher_client.get(HOME)).links


def test_pages_of_an_archived_class_offer_no_sign_in(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    classroom = student.classroom
    progress = reverse("assignment_progress", args=[assignment.public_id])
    settings, work = url("change_classroom", classroom), reverse("student_history", args=[student.public_id])
    assert "This class is archived" not in text_of(teacher_client.get(progress))
    assert f"Students sign in with {classroom.shown_code}" in text_of(teacher_client.get(settings))
    assert "Locked out?" in text_of(teacher_client.get(work))

    classrooms.archive_classroom(classroom, by=teacher, now=NOW)

    assert text_of(teacher_client.get(progress)).count("This class is archived, so students can’t sign in.") == 1
    page = text_of(teacher_client.get(settings))
    assert "Students sign in with" not in page
    assert f"{classroom.shown_code} doesn’t work while the class is archived." in page
    assert "Locked out?" not in text_of(teacher_client.get(work))


def test_no_quiz_of_an_archived_class_is_open(
    assignment: Assignment, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    quizzes, progress = url("classroom_quizzes", classroom), reverse("assignment_progress", args=[assignment.public_id])
    again = reverse("assign_again", args=[assignment.public_id])
    opened = teacher_client.get(quizzes)
    assert f"Open {assignment.title}" in text_of(opened)
    assert again not in read(opened).links

    classrooms.archive_classroom(classroom, by=teacher, now=NOW)

    archived = teacher_client.get(quizzes)
    # Next term, another class takes it.
    assert again in read(archived).links
    page = text_of(archived)
    assert f"Open {assignment.title}" not in page
    assert f"Archived {assignment.title}" in page
    for shown in (page, text_of(teacher_client.get(progress))):
        assert "can’t start now; no closing time." in shown
        assert "can start now" not in shown


def test_pages_of_an_archived_class_offer_nothing_that_needs_students(
    assignment: Assignment, classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    progress = reverse("assignment_progress", args=[assignment.public_id])
    change = reverse("change_window", args=[assignment.public_id])
    wall = reverse("start_class", args=[assignment.public_id])
    running = reverse("running_class", args=[assignment.public_id])
    Assignment.objects.update(waits_for_teacher=True)
    for act, is_archived in ((classrooms.archive_classroom, True), (classrooms.restore_classroom, False)):
        act(classroom, by=teacher, now=NOW)
        for page in (progress, wall, running):
            shown = {form.action for form in read(teacher_client.get(page)).forms}
            assert (change in shown) is not is_archived
        assert ("This class is archived" in text_of(teacher_client.get(running))) is is_archived
        for name in ("assignment_results", "item_analysis", "running_class"):
            assert (
                wall in read(teacher_client.get(reverse(name, args=[assignment.public_id]))).links
            ) is not is_archived
        # From a page that was open before.
        teacher_client.post(change, {"act": "open"})
        assert Assignment.objects.get().waits_for_teacher is is_archived


def test_closed_quiz_of_an_archived_class_gets_no_more_time(
    assignment: Assignment, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """Neither from the page of the quiz in class nor from one that was open before."""
    Assignment.objects.update(closes_at=NOW)
    running = reverse("running_class", args=[assignment.public_id])
    form = form_of(teacher_client.get(running), having="seen_close")
    classrooms.archive_classroom(classroom, by=teacher, now=NOW)

    assert form.action not in {form.action for form in read(teacher_client.get(running)).forms}
    refused = teacher_client.post(form.action, form.data() | {"act": ["more_time"]}, follow=True)

    # In the message, and in the notice of the page.
    assert text_of(refused).count("This class is archived, so students can’t sign in.") == 2
    assert Assignment.objects.get().closes_at == NOW


def test_archiving_twice_keeps_the_first_moment(classroom: Classroom, teacher_client: Client) -> None:
    for _ in range(2):
        teacher_client.post(url("set_archived", classroom), {"is_archived": "on"})

    assert AuditEvent.objects.filter(action=AuditEvent.Action.CLASSROOM_ARCHIVED).count() == 1


def test_archive_without_a_class_says_so(teacher_client: Client) -> None:
    assert "No archived classes" in teacher_client.get(reverse("archived_classrooms")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_archive_costs_the_same_for_any_number_of_classes(
    count: int, teacher: User, teacher_client: Client, queries: Counting
) -> None:
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Period {number}", archived_at=NOW)

    with queries() as seen:
        teacher_client.get(reverse("archived_classrooms"))

    assert len(seen) == 3
