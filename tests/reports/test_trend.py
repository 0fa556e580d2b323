"""The trend of a student and of a class, and its chart with a table behind it."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from quizzes.models import Classroom, Edition, Excuse, Student, User
from tests.factories import NOW, make_answered_attempt, make_assignment, make_student
from tests.pages import text_of


def give(classroom: Classroom, edition: Edition, scores: dict[Student, int], *, week: int) -> None:
    """A quiz with so many right answers for each student, titled by its week."""
    at = NOW + timedelta(weeks=week)
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=classroom.teachers.get(),
        created_at=at,
        own_title=f"Week {week}",
    )
    for student, right in scores.items():
        make_answered_attempt(assignment=assignment, student=student, right=right, started_at=at)


def shares(page: str) -> list[str]:
    """The percentages beside the dots of the chart, from left to right; [] without a chart."""
    chart = re.search(r'<svg\s+class="hist trend".*?</svg>', page, re.DOTALL)
    return re.findall(r'dy="-9">(.*?)</text>', chart[0]) if chart else []


def test_students_chart_has_the_quizzes_that_count_the_oldest_first(
    teacher_client: Client, teacher: User, classroom: Classroom, student: Student, edition: Edition
) -> None:
    url = reverse("student_history", args=[student.public_id])
    give(classroom, edition, {student: 4}, week=1)
    assert shares(teacher_client.get(url).text) == []
    give(classroom, edition, {student: 0}, week=3)
    give(classroom, edition, {student: 4}, week=2)
    give(classroom, edition, {student: 4}, week=4)
    Excuse.objects.create(
        assignment=classroom.assignments.get(own_title="Week 4"), student=student, given_by=teacher, given_at=NOW
    )
    page = teacher_client.get(url)
    assert shares(page.text) == ["100%", "100%", "0%"]
    assert "1 Week 1 100% 2 Week 2 100% 3 Week 3 0%" in text_of(page)


def test_class_chart_has_the_average_of_each_quiz(
    teacher_client: Client, classroom: Classroom, student: Student, edition: Edition
) -> None:
    other = make_student(classroom=classroom, name="Zoe Q.")
    give(classroom, edition, {student: 4, other: 0}, week=1)
    give(classroom, edition, {student: 4, other: 4}, week=2)
    page = teacher_client.get(reverse("classroom_mastery", args=[classroom.public_id]))
    assert shares(page.text) == ["50%", "100%"]
    assert "1 Week 1 50% 2 Week 2 100%" in text_of(page)
    assert "In averages of this class, missing work is left out." in text_of(page)


def test_chart_has_the_newest_12_and_the_table_all(
    teacher_client: Client, classroom: Classroom, student: Student, edition: Edition
) -> None:
    for week in range(14):
        give(classroom, edition, {student: 4 if week else 0}, week=week)
    page = teacher_client.get(reverse("student_history", args=[student.public_id]))
    assert shares(page.text) == ["100%"] * 12
    assert "1 Week 0 0% 2 Week 1 100%" in text_of(page)
