"""A quiz in two languages: a student reads it in the language of the page and changes it in mid-attempt."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import published
from quizzes.content.question_types.registry import text_fields
from quizzes.models import AnswerEvent, Assignment, Attempt, Classroom, Student, User
from quizzes.reports.item_report import item_report
from tests.content.test_languages import marked, translate
from tests.factories import NOW, make_assignment, make_attempt, make_document, make_edition, save, wrong_value
from tests.views.teacher.test_paper_answers import DOCUMENT


def bilingual(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every text of its questions, its objectives, and its title also in Spanish."""
    questions = [translate(question, text_fields(question)) for question in document["questions"]]
    objectives = [{**table, "texts": {"es": {"title": marked(table["title"])}}} for table in document["objectives"]]
    titles = {"es": {"title": "El acuerdo", "summary": marked(document["summary"])}}
    return {**document, "languages": ["es"], "texts": titles, "questions": questions, "objectives": objectives}


@pytest.fixture
def assignment(classroom: Classroom, teacher: User) -> Assignment:
    edition = make_edition(document=bilingual(make_document()))
    return make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)


def page(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def test_a_student_changes_the_language_and_keeps_the_answer(
    attempt: Attempt, student: Student, student_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    content = content_of(attempt)
    [number] = [place for place, question in enumerate(content.questions, start=1) if question.key == "one"]
    question = content.questions[number - 1]
    url = reverse("take_attempt", args=[attempt.public_id, number])
    english = student_client.get(url).content.decode()
    assert marked(question.stem) not in english
    assert '<button class="txt" name="act" value="in-es" lang="es">Español</button>' in english

    chosen = question.options(content.published.document.reading)[1]
    token = content.shuffle.token(question.key, chosen.id)
    sent = {"choice": token, "operation": "one", "revision": "0", "act": "in-es"}
    response = student_client.post(url, sent)

    assert (response.status_code, response["Location"]) == (302, f"{url}#question")
    student.refresh_from_db()
    assert student.language == "es"
    with django_assert_num_queries(2):
        spanish = student_client.get(url).content.decode()
    assert '<html lang="es" dir="ltr"' in spanish
    assert marked(question.stem) in spanish
    assert marked(chosen.text) in spanish
    assert spanish.count(" checked>") + spanish.count("checked\n") >= 1
    assert attempt.answers.get().value == chosen.id
    # Twice changes nothing, and neither does a language that the site does not have.
    student_client.post(url, sent)
    student_client.post(url, {**sent, "revision": "1", "operation": "two", "act": "in-xx"})
    student.refresh_from_db()
    assert (student.language, attempt.answers.get().value) == ("es", chosen.id)
    assert AnswerEvent.objects.filter(outcome=AnswerEvent.Outcome.SAVED).count() == 2


def test_every_page_after_the_quiz_follows_the_language(
    attempt: Attempt, student: Student, student_client: Client, assignment: Assignment
) -> None:
    Student.objects.update(language="es")
    content = content_of(attempt)
    for question in content.questions:
        save(attempt, question.key, wrong_value(question))
    submit_attempt(attempt, now=NOW)
    question = content.published.document.questions[0]

    assert "<h1>El acuerdo</h1>" in page(student_client, "receipt", attempt.public_id)
    assert "El acuerdo" in page(student_client, "student_home")
    result = page(student_client, "result", attempt.public_id)
    assert "<h1>El acuerdo</h1>" in result
    for text in (question.stem, question.explanation, question.options(content.published.document.reading)[0].text):
        assert marked(text) in result
        assert f">{text}<" not in result
    assert marked(content.published.document.objectives[0].title) in result
    assert marked(content.questions[0].stem) in page(student_client, "practice_question", attempt.public_id, 1)
    # The same points as in English.
    attempt.refresh_from_db()
    assert attempt.score == 0
    assert attempt.max_score == published(assignment.edition_id).document.max_points


def test_an_attempt_knows_the_language_of_its_student(
    attempt: Attempt, assignment: Assignment, student: Student, student_client: Client
) -> None:
    Student.objects.update(language="es")
    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    attempt.refresh_from_db()
    assert attempt.language == "es"
    assert item_report([assignment]).figures.attempt_count == 1

    attempt.delete()
    attempt = make_attempt(assignment=assignment, student=student)
    url = reverse("take_attempt", args=[attempt.public_id, 1])
    student_client.post(url, {"operation": "o", "revision": "0", "act": "in-es"})  # as it is
    attempt.refresh_from_db()
    assert attempt.language == ""
    student_client.post(url, {"operation": "o", "revision": "0", "act": "in-en"})
    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    attempt.refresh_from_db()
    assert attempt.language == "mixed"


def test_every_type_is_answered_in_spanish(
    classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    edition = make_edition(document=bilingual(DOCUMENT))
    attempt = make_attempt(
        assignment=make_assignment(edition=edition, classroom=classroom, assigned_by=teacher), student=student
    )
    Student.objects.update(language="es")
    content = content_of(attempt)
    for number, question in enumerate(content.questions, start=1):
        shown = page(student_client, "take_attempt", attempt.public_id, number)
        assert marked(question.stem).replace("'", "&#x27;") in shown, question.key


def test_a_text_without_translation_says_its_language(
    classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    document = bilingual(make_document())
    [asked] = [question for question in document["questions"] if question["key"] == "one"]
    del asked["texts"]["es"]["stem"]
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    attempt = make_attempt(assignment=assignment, student=student)
    Student.objects.update(language="es")
    keys = [question.key for question in content_of(attempt).questions]

    shown = page(student_client, "take_attempt", attempt.public_id, keys.index("one") + 1)
    assert f'<span lang="en" dir="ltr">{asked["stem"]}</span>' in shown
    assert marked(asked["choices"][0]["text"]) in shown
