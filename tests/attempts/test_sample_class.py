"""The sample class of a teacher: made once, closed, asked for nothing, and deleted like any class."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts.sample_class import ANSWERED_COUNT, make_sample_class
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.reports.teacher_home import load_teacher_home
from tests.factories import publish_built_in_sets
from tests.integrity import broken
from tests.pages import read, text_of

OPEN = "/teacher/classrooms/sample/"


@pytest.fixture
def sets(db: None) -> None:
    publish_built_in_sets()


@pytest.mark.usefixtures("sets")
def test_sample_class_is_opened_from_the_home_page_and_made_once(teacher: User, teacher_client: Client) -> None:
    home = teacher_client.get(reverse("teacher_home"))
    assert OPEN in [form.action for form in read(home).forms]
    for _ in range(2):
        opened = teacher_client.post(OPEN)
    classroom = Classroom.objects.get()
    assert opened.headers["Location"] == reverse("classroom_quizzes", args=[classroom.public_id])
    assert (Student.objects.count(), Attempt.objects.submitted().count()) == (12, ANSWERED_COUNT)
    assert broken() == []
    assert f"{ANSWERED_COUNT} of 12 turned in" in text_of(teacher_client.get(opened.headers["Location"]))

    home = teacher_client.get(reverse("teacher_home"))
    assert OPEN not in [form.action for form in read(home).forms]
    # A teacher who only looks around is still offered the first steps.
    assert "Create a class" in text_of(home)
    assert reverse("erase_classroom", args=[classroom.public_id]) in read(home).links


@pytest.mark.usefixtures("sets")
def test_sample_class_asks_for_nothing_and_lets_no_one_in(
    teacher: User, classroom: Classroom, student: Student
) -> None:
    now = timezone.now()
    sample = make_sample_class(by=teacher, now=now)
    student_of_sample = sample.students.all()[0]
    Student.objects.filter(pk=student_of_sample.pk).update(removed_at=now)
    home = load_teacher_home(teacher, now=now)
    assert {item.classroom for item in home.needs + home.steps} == {classroom}
    # An open quiz of the sample class would be an item of another class.
    Assignment.objects.update(closes_at=None)
    home = load_teacher_home(teacher, now=now)
    assert {item.classroom for item in home.needs + home.steps} == {classroom}
    assert not sample.is_joinable


@pytest.mark.usefixtures("sets")
def test_sample_class_is_each_teachers_own(teacher: User, other_teacher: User) -> None:
    now = timezone.now()
    first = make_sample_class(by=teacher, now=now)
    closing_times = list(Assignment.objects.values_list("closes_at", flat=True))
    assert closing_times
    assert all(closes_at is not None and closes_at < now for closes_at in closing_times)
    assert make_sample_class(by=other_teacher, now=now) != first
    # A class that has the name takes none of it.
    first.is_sample = False
    first.save()
    assert make_sample_class(by=teacher, now=now).name == "Sample class 2"


def test_sample_class_without_the_built_in_sets_says_so(teacher: User, teacher_client: Client) -> None:
    page = teacher_client.post(OPEN, follow=True)
    assert "The sample class needs the built-in question sets." in text_of(page)
    assert Classroom.objects.count() == 0
