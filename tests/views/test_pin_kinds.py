"""PINs of pictures and of words: sign-in, sign-in again, settings, cards, and the class file."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.models import Attempt, Classroom, FailedTry, Student, User
from quizzes.people.pins import pictures_of, words_of
from quizzes.people.rosters import move_student
from quizzes.people.student_sign_in import pin_of
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db


def set_kind(student: Student, kind: str) -> None:
    Classroom.objects.filter(pk=student.classroom_id).update(pin_kind=kind)
    student.classroom.refresh_from_db()


def at_pin(student: Student) -> Client:
    client = Client()
    client.post(reverse("choose_name"), {"code": student.classroom.join_code, "student": student.public_id})
    return client


def chosen(pin: str) -> dict[str, str]:
    return {f"pin-{place}": digit for place, digit in enumerate(pin, start=1)}


def wrong(pin: str) -> str:
    return f"{pin[:3]}{(int(pin[3]) + 1) % 10}"


def test_student_signs_in_with_4_pictures(student: Student) -> None:
    set_kind(student, "pictures")
    client, pin = at_pin(student), pin_of(student)
    page = client.get(reverse("enter_pin"))
    assert [name in text_of(page) for name in ("Picture 1", "Picture 4", "Sun", "Cup", "4 digits")] == [
        True,
        True,
        True,
        True,
        False,
    ]
    assert form_of(page, having="pin-1").action == reverse("enter_pin")
    for incomplete in ({}, chosen(pin[:3]), {**chosen(pin), "pin-2": "77"}, {**chosen(pin), "pin-2": "sun"}):
        assert "Choose " in text_of(client.post(reverse("enter_pin"), incomplete))
    assert not FailedTry.objects.exists()
    said = "Those aren’t your pictures. Look at your card. You have 4 more tries."
    assert said in text_of(client.post(reverse("enter_pin"), chosen(wrong(pin))))
    assert client.post(reverse("enter_pin"), chosen(pin)).headers["Location"] == reverse("student_home")


def test_student_signs_in_with_2_words(student: Student) -> None:
    set_kind(student, "words")
    client, pin = at_pin(student), pin_of(student)
    assert "2 words. Forgot them?" in text_of(client.get(reverse("enter_pin")))
    for malformed in (pin, "frog", "frog lampe", "\0"):
        said = "Type the 2 words on your card, with a space between them."
        assert said in text_of(client.post(reverse("enter_pin"), {"pin": malformed}))
    # A value that cannot be a PIN does not count as a guess.
    assert not FailedTry.objects.exists()
    said = "Those aren’t your words. Look at your card. You have 4 more tries."
    assert said in text_of(client.post(reverse("enter_pin"), {"pin": words_of(wrong(pin))}))
    right = {"pin": words_of(pin).upper()}
    assert client.post(reverse("enter_pin"), right).headers["Location"] == reverse("student_home")


@pytest.mark.parametrize("kind", ["pictures", "words"])
def test_page_of_an_attempt_asks_for_the_same_kind_again(attempt: Attempt, student_client: Client, kind: str) -> None:
    set_kind(attempt.student, kind)
    pin = pin_of(attempt.student)
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert f'<input type="hidden" name="kind" value="{kind}">' in page.content.decode()
    again = reverse("enter_pin_again", args=[attempt.public_id])
    for data, status in ((wrong(pin), 400), (pin, 200)):
        posted = {"kind": kind} | (chosen(data) if kind == "pictures" else {"pin": words_of(data)})
        reply = Client().post(again, posted)
        assert reply.status_code == status
    replies: list[Any] = [
        Client().post(reverse("enter_pin_again", args=[name]), {"kind": kind, "pin": "frog frog", **chosen("0000")})
        for name in ("2" * 12, attempt.public_id)
    ]
    # The kind is the one that was sent, so the reply does not tell whether the attempt exists.
    assert [reply.status_code for reply in replies] == [400, 400]
    assert ("Picture 1" in replies[0].json()["field"]) == (kind == "pictures")


def test_page_of_an_attempt_asks_for_the_kind_of_the_new_card_after_a_move(
    attempt: Attempt, other_classroom: Classroom, teacher: User, student_client: Client, now: datetime
) -> None:
    Classroom.objects.filter(pk=other_classroom.pk).update(pin_kind="words")
    move_student(attempt.student, to=other_classroom, by=teacher, now=now)
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert '<input type="hidden" name="kind" value="words">' in page.content.decode()


def test_teacher_chooses_the_kind_and_prints_it(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    settings_page = reverse("change_classroom", args=[classroom.public_id])
    form = form_of(teacher_client.get(settings_page), having="pin_kind")
    assert form.action == reverse("set_pin_kind", args=[classroom.public_id])
    pin, shown = pin_of(student), {}
    for kind in ("digits", "words", "pictures", "pictures", "four"):
        form = form_of(teacher_client.get(settings_page), having="pin_kind")
        teacher_client.post(form.action, form.data(pin_kind=kind))
        shown[kind] = text_of(teacher_client.get(reverse("sign_in_cards", args=[classroom.public_id])))
    classroom.refresh_from_db()
    assert classroom.pin_kind == "pictures"
    assert classroom.audit_events.filter(action="classroom_changed").count() == 2
    pictures = " ".join(str(name) for _, name in pictures_of(pin))
    expected = {"digits": pin, "words": words_of(pin), "pictures": pictures, "four": pictures}
    assert {kind: [one in shown[kind] for one in expected.values()] for kind in ("digits", "words", "pictures")} == {
        "digits": [True, False, False, False],
        "words": [False, True, False, False],
        "pictures": [False, False, True, True],
    }
    assert "the 4 pictures of their PIN" in text_of(teacher_client.get(reverse("roster", args=[classroom.public_id])))


def test_new_pin_is_shown_in_the_kind_of_the_class(student: Student, teacher_client: Client) -> None:
    set_kind(student, "words")
    change = reverse("change_pin", args=[student.public_id])
    form = form_of(teacher_client.get(change), having="seen")
    page = teacher_client.post(change, form.data(), follow=True)
    student.refresh_from_db()
    assert words_of(pin_of(student)) in text_of(page)
    assert pin_of(student) not in text_of(page)


def test_class_file_has_the_kind(student: Student, other_teacher: User, now: datetime) -> None:
    set_kind(student, "pictures")
    file = export_classroom(student.classroom, now=now)
    # As on another site, which knows neither the class nor the student.
    for known, new in ((student.classroom.public_id, "2" * 12), (student.public_id, "3" * 12)):
        file = file.replace(known.encode(), new.encode())
    with pytest.raises(InvalidExport):
        import_classroom(file.replace(b'"pictures"', b'"four"'), by=other_teacher, now=now)
    assert import_classroom(file, by=other_teacher, now=now).pin_kind == "pictures"
