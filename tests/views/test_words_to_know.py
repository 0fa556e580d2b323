"""The words of a reading are explained on every page where a student reads it, without a script, and on paper."""

import copy
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.document import finished
from quizzes.content.editions import latest_edition
from quizzes.models import Assignment, Attempt, Edition, QuestionSet, Student, User
from tests.factories import (
    make_assignment,
    make_document,
    make_draft,
    make_edition,
    make_question_set,
    publish_built_in_sets,
)
from tests.pages import text_of

WORD = {"word": "agreement", "meaning": "a promise between two sides", "spanish": "acuerdo", "en": ["agreement"]}


def document() -> dict[str, Any]:
    """`make_document` with a word that its reading has."""
    table = copy.deepcopy(make_document(slug="try-it"))
    table["reading"]["paragraphs"][0]["sentences"][0]["text"] = "The <agreement> ended."
    table["reading"]["words"] = [WORD, {"word": "allege", "meaning": "to say that someone did wrong"}]
    return table


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(question_set=make_question_set(slug="try-it"), document=document())


@pytest.fixture
def assignment(edition: Edition, student: Student, teacher: User) -> Assignment:
    return make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher)


def number_of(edition: Edition, type_name: str) -> int:
    return edition.questions.get(type=type_name).position


def check(page: str, type_name: str) -> None:
    """The page has a button in each paragraph, or 1 beside sentences to choose, and the note once."""
    buttons = re.findall(
        r'<button type="button" class="word"\s+popovertarget="word-agreement"\s*>agreement</button>', page
    )
    assert len(buttons) == (2 if type_name == "single" else 1)
    # Beside sentences to choose, a word is in a list.
    assert ("Tap a dotted word" in page) is (type_name == "single")
    [note] = re.findall(r'<div popover class="word-note" id="word-agreement"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert "a promise between two sides" in note
    assert '<i lang="es">acuerdo</i>' in note
    assert "allege" not in page


@pytest.mark.parametrize("type_name", ["single", "evidence"])
def test_student_can_tap_a_word_beside_a_question(
    type_name: str, student_client: Client, edition: Edition, attempt: Attempt
) -> None:
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, number_of(edition, type_name)])).text
    check(page, type_name)
    assert "<agreement" not in page


def test_visitor_who_reads_spanish_gets_the_reading_and_the_list_of_words_in_spanish(client: Client, db: None) -> None:
    publish_built_in_sets()
    spanish = {"accept-language": "es"}
    assert "PARS pertenecía al Departamento de Policía" in text_of(client.get(reverse("landing"), headers=spanish))
    number = latest_edition(QuestionSet.objects.built_in().get(slug="try-it")).questions.get(type="evidence").position
    page = client.get(reverse("try_question", args=[number]), headers=spanish).text
    words = re.findall(r'class="word"\s+popovertarget="word-[\w-]+"\s*>([^<]+)<', page)
    assert words[:3] == ["acuerdo", "administración", "admitir"]
    assert "preliminar" in words


@pytest.mark.parametrize("type_name", ["single", "evidence"])
def test_visitor_can_tap_a_word(type_name: str, client: Client, edition: Edition) -> None:
    check(client.get(reverse("try_question", args=[number_of(edition, type_name)])).text, type_name)


@pytest.mark.parametrize("type_name", ["single", "evidence"])
def test_author_sees_the_words_in_the_preview(type_name: str, teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher, document=document())
    numbers = [question["type"] for question in draft.document["questions"]]
    url = reverse("preview_draft", args=[draft.question_set.public_id, 1 + numbers.index(type_name)])
    check(teacher_client.get(url).text, type_name)


def test_copy_of_a_set_publishes_its_words(teacher: User) -> None:
    assert finished(make_draft(owner=teacher, document=document()).document)["reading"]["words"][0] == WORD


def test_handout_lists_the_words_that_its_reading_has(teacher_client: Client, assignment: Assignment) -> None:
    text = text_of(teacher_client.get(reverse("print_assignment", args=[assignment.public_id])))
    assert "Words to know: agreement : a promise between two sides." in text
    assert "Tap a dotted word" not in text
    assert "allege" not in text


def test_meaning_that_ends_with_a_period_gets_no_second_sign(
    teacher_client: Client, student: Student, teacher: User
) -> None:
    given = document()
    given["reading"]["words"] = [{**WORD, "meaning": "a promise. Two sides keep it."}]
    assignment = make_assignment(edition=make_edition(document=given), classroom=student.classroom, assigned_by=teacher)
    text = text_of(teacher_client.get(reverse("print_assignment", args=[assignment.public_id])))
    assert "a promise. Two sides keep it." in text
    assert not re.search(r"keep it\.[.;]", text)


def test_reading_without_words_has_no_list(teacher_client: Client, teacher: User, student: Student) -> None:
    assignment = make_assignment(classroom=student.classroom, assigned_by=teacher)
    text = text_of(teacher_client.get(reverse("print_assignment", args=[assignment.public_id])))
    assert "Words to know" not in text
