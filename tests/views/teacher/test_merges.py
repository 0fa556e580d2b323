"""A student who is on the roster twice: the teacher chooses the other name, sees what happens, and merges."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments.accommodations import set_accommodation
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Student, User
from quizzes.people.rosters import remove_student
from tests.factories import NOW, make_answered_attempt, make_attempt, make_classroom, make_student
from tests.pages import errors_of, form_of, read, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def twin(classroom: Classroom) -> Student:
    """The same student under another spelling."""
    return make_student(classroom=classroom, name="Maya Lopes")


def url(name: str, student: Student) -> str:
    return reverse(name, args=[student.public_id])


def test_student_of_the_merged_entry_reads_why_to_sign_in_again(
    student: Student, twin: Student, teacher: User, now: datetime, signed_in: Callable[[Student], Client]
) -> None:
    client, said = signed_in(twin), "your teacher joined the 2 names. Your work is safe. Sign in with the other name."
    merge_students(student, twin, seen=merge_plan(student, twin, now=now).seen, by=teacher, now=now)

    assert said in text_of(client.get(reverse("student_home"), follow=True))
    assert said not in text_of(Client().get(reverse("join")))


def preview(client: Client, keep: Student, other: Student) -> Any:
    return client.get(url("merge_student", keep), {"other": other.public_id})


def test_teacher_chooses_sees_and_merges(
    assignment: Assignment, student: Student, twin: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    done = make_answered_attempt(assignment=assignment, student=twin)
    page = teacher_client.get(url("student_history", student))
    assert url("merge_student", student) in read(page).links
    choice = form_of(teacher_client.get(url("merge_student", student)), having="other")
    assert [value for name, value in choice.offered if name == "other"] == ["", twin.public_id]

    page = preview(teacher_client, student, twin)
    text = text_of(page)
    assert "Are Maya Lopez and Maya Lopes the same student?" in text
    assert "Maya Lopez stays on the roster with this name, PIN, and sign-in card." in text
    assert "Small set 1 attempt moves. 8 of 8" in text
    assert Attempt.objects.get().student == twin
    form = form_of(page, having="seen")
    for _ in range(2):
        answer = teacher_client.post(url("merge_student", student), form.data())
        assert answer.headers["Location"] == url("student_history", student)

    assert Attempt.objects.get().student == student
    page = teacher_client.get(url("student_history", student))
    assert "Merged. Maya Lopez has the work of both." in text_of(page)
    assert "Also on the roster as Maya Lopes" in text_of(page)
    assert f"Receipt {done.receipt}" in text_of(page)
    assert re.findall(r"Merged 2 entries of Maya Lope[sz]", text_of(page)) == ["Merged 2 entries of Maya Lopez"]
    assert "Removed Maya Lopes" in text_of(page)
    assert "removed Maya Lopes" in text_of(teacher_client.get(url("student_report", student)))
    gone = teacher_client.get(url("student_history", twin))
    assert "The same student as Maya Lopez To undo the merge, restore Maya Lopes" in text_of(gone)

    undo = next(one for one in read(page).forms if one.action == url("restore_student", twin))
    page = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "Maya Lopes is back on the roster." in text_of(page)
    assert Attempt.objects.get().student == twin
    assert "Also on the roster as" not in text_of(teacher_client.get(url("student_history", student)))


def test_preview_says_what_happens_to_work_of_both(
    assignment: Assignment, student: Student, twin: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_answered_attempt(assignment=assignment, student=student, answers={}, started_at=NOW - 2 * HOUR)
    make_answered_attempt(assignment=assignment, student=twin, started_at=NOW - HOUR)
    page = text_of(preview(teacher_client, student, twin))
    assert "Both names have work, and all attempts stay. The best one counts: 8 of 8" in page
    assert "Small set Both" in page
    # Of an earlier class.
    Assignment.objects.update(classroom=make_classroom(teacher=assignment.assigned_by, name="Period 5"))
    assert "Small set Period 5 Both" in text_of(preview(teacher_client, student, twin))


def test_preview_says_what_happens_to_work_in_progress(
    assignment: Assignment, student: Student, twin: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_attempt(assignment=assignment, student=twin)
    page = text_of(preview(teacher_client, student, twin))
    assert "In progress. It continues after the student signs in as Maya Lopez on the same device." in page
    assert "attempt moves" not in page
    make_attempt(assignment=assignment, student=student)
    page = text_of(preview(teacher_client, student, twin))
    assert "The attempt of Maya Lopes is turned in now, with the answers saved so far. Maya Lopez can continue." in page
    assert "What is turned in now stays turned in." in page


def test_preview_names_the_settings(
    student: Student, twin: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    Student.objects.filter(pk=student.pk).update(external_id="1")
    Student.objects.filter(pk=twin.pk).update(external_id="2")
    set_accommodation(twin, time_factor=None, by=teacher, now=now)
    page = text_of(preview(teacher_client, student, twin))
    assert "Extra time: kept Student number: Maya Lopez keeps this one, and the other one isn’t used" in page
    assert "Maya Lopes has no work. Nothing moves." in page


def test_other_name_can_stay_instead(student: Student, twin: Student, teacher: User, teacher_client: Client) -> None:
    page = preview(teacher_client, student, twin)
    [other] = [link for link in read(page).links if link.startswith(url("merge_student", twin))]
    assert "Maya Lopes stays on the roster with this name" in text_of(teacher_client.get(other))
    remove_student(twin, by=teacher, now=NOW)
    page = preview(teacher_client, student, twin)
    assert [link for link in read(page).links if link.startswith(url("merge_student", twin))] == []
    assert "gives Maya Lopes back the work that moves now. Maya Lopes stays off the roster." in text_of(page)
    assert "Maya Lopes (removed)" in text_of(teacher_client.get(url("merge_student", student)))

    merged = teacher_client.post(url("merge_student", student), form_of(page, having="seen").data(), follow=True)
    undo = next(one for one in read(merged).forms if one.action == url("restore_student", twin))
    # A second click restores nobody.
    for is_first in (True, False):
        shown = text_of(teacher_client.post(undo.action, undo.data(), follow=True))
        assert ("Merge undone. Maya Lopes stays off the roster." in shown) == is_first
        assert "Nothing changed." not in shown
        twin.refresh_from_db()
        assert (twin.removed_at, twin.merged_into) == (NOW, None)


def test_history_names_each_merge_of_several_once(
    student: Student, twin: Student, classroom: Classroom, teacher: User, teacher_client: Client, now: datetime
) -> None:
    third = make_student(classroom=classroom, name="M. Lopez")
    for hours, (keep, other) in enumerate([(twin, third), (student, twin)]):
        at = now + hours * HOUR
        merge_students(keep, other, seen=merge_plan(keep, other, now=at).seen, by=teacher, now=at)

    page = text_of(teacher_client.get(url("student_history", student)))
    assert re.findall(r"Merged 2 entries of (M\S+ Lope[sz])", page) == ["Maya Lopez", "Maya Lopes"]


def test_change_in_the_meantime_shows_the_plan_again(
    assignment: Assignment, student: Student, twin: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_attempt(assignment=assignment, student=twin)
    form = form_of(preview(teacher_client, student, twin), having="seen")
    submit_attempt(attempt, now=NOW)
    page = teacher_client.post(url("merge_student", student), form.data())
    assert "Something changed. Nothing was merged. Check it again." in text_of(page)
    assert 'role="alert" tabindex="-1" autofocus' in page.content.decode()
    assert Attempt.objects.get().student == twin
    teacher_client.post(url("merge_student", student), form_of(page, having="seen").data())
    assert Attempt.objects.get().student == student


@pytest.mark.parametrize("value", ["", "nobody", "\x00"])
def test_choice_is_one_of_the_class(value: str, student: Student, twin: Student, teacher_client: Client) -> None:
    page = teacher_client.get(url("merge_student", student), {"other": value})
    expected = "Choose a student." if value == "" else "Choose a student from the list."
    assert errors_of(page) == [expected]
    answer = teacher_client.post(url("merge_student", student), {"other": value})
    assert answer.headers["Location"] == url("student_history", student)


def test_two_teachers_in_both_directions_merge_once(student: Student, twin: Student, teacher_client: Client) -> None:
    forms = [form_of(preview(teacher_client, *pair), having="seen") for pair in ((student, twin), (twin, student))]
    teacher_client.post(url("merge_student", student), forms[0].data())
    answer = teacher_client.post(url("merge_student", twin), forms[1].data())
    assert answer.headers["Location"] == url("student_history", student)
    assert AuditEvent.objects.filter(action="student_merged").count() == 2
    student.refresh_from_db()
    assert student.removed_at is None
    # Takes the notice of the merge. A third teacher then removes the entry on an old page.
    assert "Undo" in text_of(teacher_client.get(url("student_history", student)))
    page = teacher_client.post(url("remove_student", twin), follow=True)
    assert ("Maya Lopes is off the roster" in text_of(page), "Undo" in text_of(page)) == (True, False)


def test_device_that_works_as_the_other_one_is_asked_to_sign_in(
    assignment: Assignment, student: Student, twin: Student, signed_in: Any, teacher_client: Client
) -> None:
    attempt = make_attempt(assignment=assignment, student=twin, started_at=NOW)
    as_twin, as_student = signed_in(twin), signed_in(student)
    address = reverse("take_attempt", args=[attempt.public_id, 1])
    assert as_twin.get(address).status_code == 200
    form = form_of(preview(teacher_client, student, twin), having="seen")
    teacher_client.post(url("merge_student", student), form.data())
    assert as_twin.get(address).headers["Location"] == reverse("join")
    assert as_student.get(address).status_code == 200


def test_list_with_the_other_name_finds_the_same_student(
    student: Student, twin: Student, teacher: User, teacher_client: Client, now: datetime
) -> None:
    merge_students(student, twin, seen=merge_plan(student, twin, now=now).seen, by=teacher, now=now)
    address = reverse("add_students", args=[student.classroom.public_id])
    page = teacher_client.post(address, {"names": "Maya Lopes\nNoah Kim"})
    assert page.context["form"].counts == {"here": 1, "new": 1}
    teacher_client.post(address, form_of(page, having="table").data(is_confirmed="on"))
    assert set(student.classroom.students.enrolled().values_list("display_name", flat=True)) == {
        "Maya Lopez",
        "Noah Kim",
    }
