"""The accommodations and supports of a class: one change for several students, and a file."""

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes.assignments.supports import COLORS, Supports, change_accommodations
from quizzes.models import Accommodation, Attempt, Classroom, Excuse, Extension, Student, User
from quizzes.reports.support_use import in_words
from tests.conftest import Queries
from tests.factories import NOW, make_assignment, make_attempt, make_student
from tests.pages import errors_of, form_of, text_of


@pytest.fixture
def page(classroom: Classroom) -> str:
    return reverse("class_accommodations", args=[classroom.public_id])


def supports_of(*students: Student) -> list[dict[str, Any] | None]:
    return [Student.objects.get(pk=student.pk).supports for student in students]


def upload(client: Client, classroom: Classroom, text: str) -> Any:
    file = SimpleUploadedFile("changes.csv", text.encode())
    return client.post(reverse("import_accommodations", args=[classroom.public_id]), {"file": file})


def test_supports_stay_open_if_one_was_chosen(page: str, teacher_client: Client, student: Student) -> None:
    def is_open(**data: str) -> bool:
        return "<details open>" in teacher_client.post(page, data).content.decode()

    assert [is_open(time="2"), is_open(read_aloud="yes"), is_open(read_aloud="loud")] == [False, True, True]


def test_one_change_reaches_the_chosen_students_and_their_open_quizzes(
    page: str, teacher_client: Client, student: Student, classmate: Student, attempt: Attempt
) -> None:
    assert "Accommodations" in text_of(teacher_client.get(reverse("roster", args=[student.classroom.public_id])))
    Student.objects.filter(pk=student.pk).update(supports={"text_size": 150})
    form = form_of(teacher_client.get(page), having="students")
    for _ in range(2):
        data = form.data(students=student.public_id, read_aloud="yes", time="1.5", level="easier")
        response = teacher_client.post(page, data, follow=True)
        assert "Saved for 1 student." in text_of(response)
    assert supports_of(student, classmate) == [{"text_size": 150, "read_aloud": True}, None]
    assert list(Accommodation.objects.values_list("student", "time_factor")) == [(student.pk, Decimal("1.5"))]
    attempt.refresh_from_db()
    assert attempt.supports == {"text_size": 150, "read_aloud": True}
    assert student.audit_events.count() == 3
    assert "1.5x time Easier read aloud, text size 150%" in text_of(teacher_client.get(page))
    profile = reverse("student_history", args=[student.public_id])
    words = "Accommodations: 1.5x time, reading level “Easier”, read aloud, text size 150%"
    assert words in text_of(teacher_client.get(profile))

    both = form.data(students=[student.public_id, classmate.public_id], read_aloud="no", color="blue", time="1")
    teacher_client.post(page, {**both, "level": "class"})
    assert list(Student.objects.values_list("reading_variant", flat=True)) == ["", ""]
    assert supports_of(student, classmate) == [{"text_size": 150, "color": "blue"}, {"color": "blue"}]
    assert "text size 150%, blue overlay" in text_of(teacher_client.get(page))
    assert len({word for color in COLORS for word in in_words(Supports(color=color))}) == len(COLORS)
    assert not Accommodation.objects.exists()


def test_one_change_for_30_students_takes_no_more_queries_than_for_3(
    page: str, teacher_client: Client, classroom: Classroom, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    quiz = make_assignment(classroom=classroom, time_limit=timedelta(minutes=30), closes_at=NOW + timedelta(minutes=50))
    counts = []
    for size in (3, 30):
        students = [make_student(classroom=classroom) for _ in range(size)]
        for student in students:
            make_attempt(assignment=quiz, student=student)
        chosen = [student.public_id for student in students]
        with queries() as seen:
            teacher_client.post(page, {"students": chosen, "time": "2", "level": "easier", "read_aloud": "yes"})
        counts.append(len(seen))
        assert Accommodation.objects.filter(student__in=students, time_factor=2).count() == size
        assert Attempt.objects.filter(student__in=students, supports={"read_aloud": True}).count() == size
        assert classroom.audit_events.filter(student__in=students).count() == 3 * size
    assert counts == [26, 26]


def test_student_on_two_lines_of_a_file_gets_both_changes(
    classroom: Classroom, student: Student, teacher: User, now: Any
) -> None:
    page = Student.objects.select_related("classroom").get(pk=student.pk)
    lines: list[tuple[Student, dict[str, Any]]] = [(page, {"notes": True}), (page, {"color": "blue"})]
    change_accommodations(lines, by=teacher, now=now)
    assert supports_of(student) == [{"notes": True, "color": "blue"}]


def test_without_students_or_with_strange_values_nothing_changes(
    page: str, teacher_client: Client, student: Student, outsider: Student
) -> None:
    for data in (
        {"read_aloud": "yes"},
        {"students": outsider.public_id, "read_aloud": "yes"},
        {"students": student.public_id, "read_aloud": "maybe"},
        {"students": student.public_id, "time": "9"},
    ):
        response = teacher_client.post(page, data)
        assert (response.status_code, supports_of(student, outsider)) == (200, [None, None])
        assert errors_of(response) != []

    response = teacher_client.post(page, {"students": student.public_id})
    assert "Choose at least 1 change." in text_of(response)
    assert "Saved for" not in text_of(response)


def test_student_who_left_meanwhile_is_refused_in_words(
    page: str, student: Student, classmate: Student, teacher_client: Client
) -> None:
    Student.objects.filter(pk=student.pk).update(removed_at=NOW)
    sent = {"students": [student.public_id, classmate.public_id], "time": "2", "color": "purple"}
    refused = teacher_client.post(page, sent)
    assert not Accommodation.objects.exists()
    assert errors_of(refused) == [
        "Choose one of these.",
        "A student you chose is no longer in this class. Check your choices and try again.",
    ]


def test_notice_extends_quizzes_for_students_whose_time_does_not_fit(
    page: str, teacher_client: Client, student: Student, classmate: Student, clock: Any, now: Any
) -> None:
    half_hour = {"classroom": student.classroom, "time_limit": timedelta(minutes=30)}
    early, other = (make_assignment(**half_hour, closes_at=now + timedelta(minutes=35)) for _ in range(2))
    late = make_assignment(**half_hour, closes_at=now + timedelta(hours=2))
    Excuse.objects.create(assignment=early, student=classmate, given_by=early.assigned_by, given_at=now)
    data = {"students": [student.public_id, classmate.public_id], "time": "2"}

    notice = teacher_client.post(page, data, follow=True)
    assert "The extra time ends after a quiz closes: Maya Lopez and Noah Park" in text_of(notice)
    assert not Extension.objects.exists()
    button = form_of(notice, having="quizzes")
    done = teacher_client.post(button.action, button.data(), follow=True)

    assert "Saved for 2 students." in text_of(done)
    given = Extension.objects.values_list("assignment", "student", "closes_at")
    fits = now + timedelta(hours=1)
    assert set(given) == {(early.pk, student.pk, fits), (other.pk, student.pk, fits), (other.pk, classmate.pk, fits)}
    assert "No changes." in text_of(teacher_client.post(button.action, button.data(), follow=True))
    assert not late.extensions.exists()


def test_quiz_that_the_teacher_kept_closing_is_not_extended(
    page: str, teacher_client: Client, student: Student, clock: Any, now: Any
) -> None:
    quiz = {"classroom": student.classroom, "closes_at": now + timedelta(minutes=35)}
    kept = make_assignment(**quiz, time_limit=timedelta(minutes=30))
    address = reverse("extend_to_fit", args=[student.classroom.public_id])
    Accommodation.objects.create(student=student, time_factor=2, changed_at=now)
    other = make_assignment(**quiz)
    sent = teacher_client.post(address, {"students": student.public_id, "quizzes": other.public_id}, follow=True)
    assert "No changes." in text_of(sent)
    assert not kept.extensions.exists()
    # A public id has no letters and digits but those of ASCII.
    for quizzes in ("another", "é" * 12, "١" * 12):
        assert teacher_client.post(address, {"students": student.public_id, "quizzes": quizzes}).status_code == 400


def test_file_goes_out_and_comes_back_with_changes(
    teacher_client: Client, classroom: Classroom, student: Student, classmate: Student
) -> None:
    Student.objects.filter(pk=classmate.pk).update(supports={"notes": True, "color": "rose"}, chosen_variant="es")
    url = reverse("download_accommodations", args=[classroom.public_id])
    rows = list(csv.DictReader(io.StringIO(teacher_client.post(url).content.decode("utf-8-sig"))))
    assert [(row["Name"], row["Time"], row["Reading level"], row["Read aloud"], row["Colors"]) for row in rows] == [
        ("Maya Lopez", "1", "class", "no", "none"),
        # An own choice, where the class allows one
        ("Noah Park", "1", "spanish", "no", "rose"),
    ]
    assert classroom.audit_events.get().action == "scores_exported"

    changed = (
        "Name,Time,Reading level,Read aloud,Colors,Text size,Break minutes\r\n"
        "maya lopez,no limit,Easier,YES,,150%,15\r\nNoah Park,,spanish,,none,,0\r\n"
    )
    response = upload(teacher_client, classroom, changed)
    assert "Time: no limit, Reading level: easier, Read aloud: yes, Text size: 150, Break minutes: 15" in text_of(
        response
    )
    assert supports_of(student) == [None]
    form = form_of(response, having="packed")
    for _ in range(2):
        assert "Saved for 2 students." in text_of(teacher_client.post(form.action, form.data(), follow=True))
    assert supports_of(student, classmate) == [
        {"read_aloud": True, "text_size": 150, "break_minutes": 15},
        {"notes": True},
    ]
    assert Accommodation.objects.get().time_factor is None
    assert list(Student.objects.order_by("sort_key").values_list("reading_variant", "chosen_variant")) == [
        ("easier", ""),
        ("", "es"),
    ]
    assert "The file changes nothing." in text_of(upload(teacher_client, classroom, changed))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Name,Read aloud\r\nNobody,yes\r\n,no\r\n", "Names that aren’t in this class: Nobody and Line 3"),
        ("Name,Read aloud\r\nMaya Lopez,perhaps\r\n", "In “Read aloud”, enter one of these: yes, no."),
        ("Student,Read aloud\r\nMaya Lopez,yes\r\n", "The first line needs “Name”"),
        ("Name,Shoe size\r\nMaya Lopez,40\r\n", "The first line needs “Name”"),
        ("", "This file is empty."),
    ],
)
def test_line_that_cannot_be_used_says_why(
    text: str, words: str, teacher_client: Client, classroom: Classroom, student: Student
) -> None:
    response = upload(teacher_client, classroom, text)
    assert words in text_of(response)
    assert "Save these changes" not in text_of(response)
    assert supports_of(student) == [None]


def test_preview_is_good_for_its_teacher_only(
    teacher_client: Client, classroom: Classroom, student: Student, viewer: Any, signed_in: Callable[..., Client]
) -> None:
    form = form_of(upload(teacher_client, classroom, "Name,Notes,Read aloud\r\nMaya Lopez,,yes\r\n"), having="packed")
    forged = {"packed": form.data()["packed"][0] + "x"}
    assert "Nothing was changed." in text_of(teacher_client.post(form.action, forged, follow=True))
    assert signed_in(viewer).post(form.action, form.data()).status_code == 403
    assert supports_of(student) == [None]


@pytest.mark.parametrize("count", [1, 3])
def test_page_needs_as_many_queries_for_more_students(
    count: int,
    page: str,
    teacher_client: Client,
    classroom: Classroom,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    for _ in range(count):
        make_student(classroom=classroom)
    with queries() as seen:
        teacher_client.get(page)
    assert len(seen) == 6
