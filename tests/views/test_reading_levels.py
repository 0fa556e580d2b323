"""The level of the reading: the class's, a student's, or the student's own; the answers and the score are the same."""

import copy
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.board import show_on_board
from quizzes.assignments.reading_levels import ReadingChoice
from quizzes.content.drafts.document import finished
from quizzes.files.class_export.document import read_class_export
from quizzes.files.class_export.writer import export_classroom
from quizzes.models import Assignment, Attempt, Board, Classroom, Edition, Student, User
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_draft,
    make_edition,
)
from tests.pages import form_of, text_of

EASY, SPANISH, PLAIN = "They write down who you are.", "También registra una dirección.", "It also records an address."


def document(**levels: dict[str, str]) -> dict[str, Any]:
    """`make_document` with an easier and a Spanish level. levels: other sentences by level."""
    table = copy.deepcopy(make_document())
    keys = [s["key"] for paragraph in table["reading"]["paragraphs"] for s in paragraph["sentences"]]
    texts = {
        "easier": {key: f"Easy {key}." for key in keys} | {"s2": EASY},
        "es": {key: f"Fácil {key}." for key in keys} | {"s2": SPANISH},
    }
    table["reading"]["variants"] = [
        {"key": "easier", "language": "en", "level": "Grade 4", "title": "Easy",
         "note": "Read slowly. Tap a dotted word to see what it means.",
         "sentences": levels.get("easier", texts["easier"])},
        {"key": "es", "language": "es", "title": "El acuerdo", "sentences": levels.get("es", texts["es"])},
    ]  # fmt: skip
    return table


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(document=document())


@pytest.fixture
def assignment(edition: Edition, student: Student, teacher: User) -> Assignment:
    return make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)


def page(client: Client, attempt: Attempt, type_name: str = "single") -> str:
    number = attempt.assignment.edition.questions.get(type=type_name).position
    return client.get(reverse("take_attempt", args=[attempt.public_id, number])).text


def set_class(classroom: Classroom, **columns: Any) -> None:
    Classroom.objects.filter(pk=classroom.pk).update(**columns)


# --- Which level is in force --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "level"),
    [
        (ReadingChoice(), "standard"),
        (ReadingChoice(of_class="easier"), "easier"),
        (ReadingChoice(of_class="easier", by_teacher="standard"), "standard"),
        (ReadingChoice(of_class="easier", by_teacher="es"), "es"),
        (ReadingChoice(by_teacher="es", by_student="easier", may_choose=True), "easier"),
        (ReadingChoice(by_teacher="es", by_student="easier"), "es"),
        (ReadingChoice(of_class="es", may_choose=True), "es"),
    ],
)
def test_closest_choice_counts(choice: ReadingChoice, level: str) -> None:
    assert choice.variant == level


# --- Students -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_name", ["single", "evidence"])
@pytest.mark.parametrize(
    ("level", "shown", "language"), [("standard", PLAIN, "en"), ("easier", EASY, "en"), ("es", SPANISH, "es")]
)
def test_student_reads_the_level_of_the_class(
    level: str, shown: str, language: str, type_name: str, student_client: Client, attempt: Attempt
) -> None:
    set_class(attempt.classroom, reading_variant=level)
    text = page(student_client, attempt, type_name)
    assert [sentence for sentence in (PLAIN, EASY, SPANISH) if sentence in text] == [shown]
    assert ("Read slowly.</p>" in text) == (level == "easier")
    if type_name == "single":
        # The page is in English, so only another language is named.
        assert ('class="reading" lang="es"' in text) == (language == "es")


def test_teacher_chooses_another_level_for_one_student(
    student_client: Client, teacher_client: Client, student: Student, attempt: Attempt
) -> None:
    set_class(attempt.classroom, reading_variant="easier")
    profile = reverse("student_history", args=[student.public_id])
    url = reverse("set_accommodations", args=[student.public_id])
    form = form_of(teacher_client.get(profile), having="variant")
    assert form.data()["variant"] == [""]
    for _ in range(2):
        teacher_client.post(url, form.data(variant="es"))
    assert SPANISH in page(student_client, attempt)
    assert student.audit_events.filter(action="accommodation_changed").count() == 1
    form = form_of(teacher_client.get(profile), having="variant")
    teacher_client.post(url, form.data(variant=""))
    assert EASY in page(student_client, attempt)
    assert "Choose one of these." in text_of(teacher_client.post(url, form.data(variant="klingon")))


def test_student_chooses_only_where_the_class_allows_it(
    student_client: Client, student: Student, attempt: Attempt
) -> None:
    url = reverse("choose_level", args=[attempt.public_id])
    # A new class allows it.
    assert url in page(student_client, attempt)
    set_class(attempt.classroom, students_choose_variant=False)
    assert url not in page(student_client, attempt)
    student_client.post(url, {"level": "es", "number": "1"})
    assert PLAIN in page(student_client, attempt)

    set_class(attempt.classroom, students_choose_variant=True)
    assert '<b aria-current="true">Standard</b>' in page(student_client, attempt)
    for _ in range(2):
        response = student_client.post(url, {"level": "es", "number": "2"})
        assert response.headers["Location"] == reverse("take_attempt", args=[attempt.public_id, 2]) + "#levels"
    assert SPANISH in page(student_client, attempt)
    student_client.post(url, {"level": "klingon", "number": "2"})
    assert SPANISH in page(student_client, attempt)

    set_class(attempt.classroom, students_choose_variant=False)
    assert PLAIN in page(student_client, attempt)


def level_form(text: str) -> str | None:
    """The address of the form that a button of another level names; None if it names none."""
    [named] = re.findall(r'<button class="txt"( form="answers")? name="level"\s+value="easier"', text)
    return re.findall(r'<form[^>]*\sid="answers"[^>]*\saction="([^"]*)"', text)[0] if named else None


@pytest.mark.parametrize("type_name", ["single", "evidence"])
def test_level_changes_with_the_answer_that_is_not_saved_yet(
    student_client: Client, attempt: Attempt, type_name: str
) -> None:
    question = attempt.assignment.edition.questions.get(type=type_name)
    url = reverse("take_attempt", args=[attempt.public_id, question.position])
    shown = student_client.get(url)
    assert level_form(shown.text) == f"../{question.position}/"
    form = form_of(shown, having="operation")
    field, value = form.offered[0]
    response = student_client.post(url, form.data(**{field: value, "level": "easier"}))
    assert (response.status_code, response.headers["Location"]) == (302, f"{url}#levels")
    assert EASY in page(student_client, attempt, type_name)
    saved = attempt.answers.get()
    assert (saved.question, saved.value is not None) == (question, True)


def test_level_changes_without_an_answer_and_with_one_that_cannot_be_saved(
    student_client: Client, attempt: Attempt
) -> None:
    url = reverse("take_attempt", args=[attempt.public_id, 1])
    form = form_of(student_client.get(url), having="operation")
    assert student_client.post(url, form.data(level="easier")).headers["Location"] == f"{url}#levels"
    assert EASY in page(student_client, attempt)
    # The page says that this answer is not saved, and leads back to the question.
    refused = student_client.post(url, form.data(choice="none of these", level="es"))
    assert (refused.status_code, "This answer isn’t saved" in text_of(refused)) == (400, True)
    assert SPANISH in page(student_client, attempt)
    for level in ("klingon", ""):
        assert student_client.post(url, form.data(level=level)).headers["Location"] == f"{url}#question"
    assert SPANISH in page(student_client, attempt)
    assert attempt.answers.count() == 0
    set_class(attempt.classroom, students_choose_variant=False)
    student_client.post(url, form.data(level="easier"))
    set_class(attempt.classroom, students_choose_variant=True)
    assert SPANISH in page(student_client, attempt)


def test_level_changes_where_no_answer_can_be_given(
    student_client: Client, assignment: Assignment, student: Student
) -> None:
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(type="single").position
    url = reverse("take_attempt", args=[attempt.public_id, number])
    form = form_of(student_client.get(url), having="operation")
    field, value = form.offered[0]
    checked = student_client.post(url, form.data(**{field: value, "act": "check"}), follow=True)
    assert level_form(checked.text) is None
    levels = form_of(checked, having="level")
    assert levels.action == reverse("choose_level", args=[attempt.public_id])
    shown = student_client.post(levels.action, levels.data(level="easier"), follow=True)
    assert (EASY in shown.text, shown.request["PATH_INFO"]) == (True, url)


def test_level_changes_while_the_teacher_sets_the_pace(
    student_client: Client, edition: Edition, student: Student, teacher: User
) -> None:
    paced = make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, is_teacher_paced=True, shuffle_choices=False
    )
    attempt = make_attempt(assignment=paced, student=student)
    url = reverse("take_attempt", args=[attempt.public_id, 1])
    show_on_board(paced, number=1, phase=Board.Phase.QUESTION, by=teacher, now=NOW)
    opened = student_client.get(url)
    assert level_form(opened.text) == "../1/"
    form = form_of(opened, having="operation")
    field, value = form.offered[0]
    student_client.post(url, form.data(**{field: value, "level": "easier"}))
    assert (EASY in student_client.get(url).text, attempt.answers.get().revision) == (True, 1)
    # A closed question takes no answer, and its form would remove the one that is saved.
    student_client.post(url, form.data(**{field: value, "level": "standard"}))
    show_on_board(paced, number=1, phase=Board.Phase.ANSWERS, by=teacher, now=NOW)
    closed = student_client.get(url)
    assert level_form(closed.text) is None
    levels = form_of(closed, having="level")
    assert EASY in student_client.post(levels.action, levels.data(level="easier"), follow=True).text
    assert attempt.events.count() == 1


def test_reading_without_levels_offers_no_choice(student_client: Client, student: Student, teacher: User) -> None:
    set_class(student.classroom, students_choose_variant=True, reading_variant="es")
    plain = make_attempt(assignment=make_assignment(classroom=student.classroom, assigned_by=teacher), student=student)
    text = page(student_client, plain)
    assert PLAIN in text
    assert "Reading level" not in text


def test_question_without_its_evidence_at_a_level_shows_the_standard_reading(
    student_client: Client, student: Student, teacher: User
) -> None:
    edition = make_edition(document=document(es={"s1": "Terminó.", "s2": SPANISH}))
    proved, other = edition.questions.get(type="single").position, edition.questions.get(type="evidence").position
    attempt = make_attempt(
        assignment=make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher), student=student
    )
    set_class(student.classroom, reading_variant="es")
    shown = student_client.get(reverse("take_attempt", args=[attempt.public_id, proved])).text
    assert SPANISH in shown
    assert "data-ahead" not in shown
    assert PLAIN in student_client.get(reverse("take_attempt", args=[attempt.public_id, other])).text


def test_student_learns_that_a_question_lacks_the_chosen_level(
    student_client: Client, student: Student, teacher: User
) -> None:
    """The choice seemed to have no effect."""
    edition = make_edition(document=document(es={"s2": SPANISH}))
    attempt = make_attempt(
        assignment=make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher), student=student
    )
    note = "This question uses the standard reading."
    assert note not in page(student_client, attempt)
    set_class(student.classroom, reading_variant="es")
    assert note in page(student_client, attempt)
    set_class(student.classroom, reading_variant="easier")
    assert note not in page(student_client, attempt)


def test_reading_of_a_question_about_evidence_does_not_depend_on_the_evidence(
    student_client: Client, student: Student, teacher: User
) -> None:
    keys = [f"s{number}" for number in range(1, 7)]
    for lacking in keys:
        edition = make_edition(
            document=document(es={key: SPANISH if key == "s2" else f"Fácil {key}." for key in keys if key != lacking})
        )
        attempt = make_attempt(
            assignment=make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher),
            student=student,
        )
        set_class(student.classroom, reading_variant="es")
        shown = [PLAIN in page(student_client, attempt, name) for name in ("evidence", "who_says_so")]
        assert shown == [True, True], f"without {lacking}"


def test_result_shows_the_level_that_the_student_read_and_changes_it(
    student_client: Client, student: Student, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    url = reverse("result", args=[attempt.public_id])
    set_class(student.classroom, students_choose_variant=True, reading_variant="easier")
    shown = student_client.get(url)
    assert (EASY in shown.text, '<b aria-current="true">Easier</b>' in shown.text) == (True, True)

    form = form_of(shown, having="number")
    changed = student_client.post(form.action, form.data(level="es"))

    assert changed.headers["Location"] == f"{url}#levels"
    page = student_client.get(url).text
    assert [sentence for sentence in (EASY, SPANISH, PLAIN) if sentence in page] == [SPANISH]
    set_class(student.classroom, students_choose_variant=False)
    assert form.action not in student_client.get(url).text


def test_result_offers_no_level_that_lacks_evidence(student_client: Client, student: Student, teacher: User) -> None:
    for levels, offered in (
        ({"es": {"s1": "Terminó."}}, ["Easier"]),
        ({"es": {"s1": "Terminó."}, "easier": {"s1": "It ended."}}, []),
    ):
        edition = make_edition(document=document(**levels))
        assignment = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)
        attempt = make_answered_attempt(assignment=assignment, student=student)
        page = student_client.get(reverse("result", args=[attempt.public_id])).text
        assert re.findall(r'name="level"\s+value="\w+"[^>]*>([^<]+)<', page) == offered


def test_level_changes_neither_answer_nor_score(
    student_client: Client, student: Student, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    url, scores, texts = reverse("result", args=[attempt.public_id]), [], []
    for level in ("standard", "easier", "es"):
        set_class(student.classroom, reading_variant=level)
        response = student_client.get(url)
        scores.append([item.earned for item in response.context["reviewed"].questions])
        texts.append([sentence in response.text for sentence in (PLAIN, EASY, SPANISH)])
    assert scores[0] == scores[1] == scores[2]
    assert texts == [[True, False, False], [False, True, False], [False, False, True]]


def test_levels_cost_no_query(
    student_client: Client, attempt: Attempt, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    counts = []
    for columns in ({"students_choose_variant": False}, {"reading_variant": "es", "students_choose_variant": True}):
        set_class(attempt.classroom, **columns)
        page(student_client, attempt)
        url = reverse("take_attempt", args=[attempt.public_id, 1])
        with queries() as seen:
            student_client.get(url)
        counts.append(len(seen))
    assert counts == [2, 2]


# --- Teachers -----------------------------------------------------------------------------------------------------


def test_class_settings_store_the_level_once(teacher_client: Client, classroom: Classroom) -> None:
    form = form_of(teacher_client.get(reverse("change_classroom", args=[classroom.public_id])), having="may_choose")
    for _ in range(2):
        teacher_client.post(form.action, form.data(variant="easier", may_choose="on"))
    classroom.refresh_from_db()
    assert (classroom.reading_variant, classroom.students_choose_variant) == ("easier", True)
    assert classroom.audit_events.filter(action="classroom_changed").count() == 1
    teacher_client.post(form.action, {"variant": "klingon"})
    classroom.refresh_from_db()
    assert classroom.reading_variant == "easier"


def test_set_page_and_handout_have_each_level(teacher_client: Client, edition: Edition, assignment: Assignment) -> None:
    shown = text_of(teacher_client.get(reverse("question_set", args=[edition.question_set.public_id])))
    assert "Reading level: Easier, Grade 4" in shown
    assert all(sentence in shown for sentence in (PLAIN, EASY, SPANISH))
    url = reverse("print_assignment", args=[assignment.public_id])
    assert SPANISH in text_of(teacher_client.get(url, {"level": "es"}))
    assert PLAIN in text_of(teacher_client.get(url, {"level": "klingon"}))


def test_handout_offers_no_level_that_lacks_evidence(
    teacher_client: Client, teacher: User, classroom: Classroom
) -> None:
    edition = make_edition(document=document(es={"s1": "Terminó.", "s2": SPANISH}))
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    response = teacher_client.get(reverse("print_assignment", args=[assignment.public_id]))
    assert "Easier" in text_of(response)
    assert "Spanish" not in text_of(response)


def test_changed_sentence_of_a_copy_loses_its_levels(teacher: User) -> None:
    draft = make_draft(owner=teacher, document=document()).document
    draft["reading"]["paragraphs"][0]["sentences"][1]["text"] = "It records another thing."
    variants = finished(draft)["reading"]["variants"]
    assert ["s2" in variant["sentences"] for variant in variants] == [False, False]
    assert ["s1" in variant["sentences"] for variant in variants] == [True, True]
    assert all("based_on" not in variant for variant in variants)


def test_class_file_has_the_levels(classroom: Classroom, student: Student, now: datetime) -> None:
    set_class(classroom, reading_variant="es", students_choose_variant=True)
    Student.objects.filter(pk=student.pk).update(reading_variant="easier", chosen_variant="standard")
    classroom.refresh_from_db()
    part = read_class_export(export_classroom(classroom, now=now))
    assert (part.classroom.reading_variant, part.classroom.students_choose_variant) == ("es", True)
    assert [(one.reading_variant, one.chosen_variant) for one in part.students] == [("easier", "standard")]
