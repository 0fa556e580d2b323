"""Every question type over plain HTTP, as a browser without JavaScript sends it."""

from typing import Any

import pytest
from django.test import Client

from quizzes.attempts.attempt_content import content_of
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import public_view
from quizzes.content.set_document import combine
from quizzes.models import Attempt, Classroom, Student, User
from tests.content.question_types.test_reference import EXAMPLES, SOURCE
from tests.factories import make_assignment, make_attempt, make_edition, make_question_set
from tests.question_laws import page, sent

DOCUMENT = combine(
    SOURCE,
    {
        "slug": "examples",
        "title": "Examples",
        "summary": "One question of each type.",
        "about_minutes": 15,
        "questions": [example.document for example in EXAMPLES],
    },
)
ANSWERS = {example.document["key"]: example.answers[0][0] for example in EXAMPLES}


@pytest.fixture
def attempt(classroom: Classroom, student: Student) -> Attempt:
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom)
    return make_attempt(assignment=assignment, student=student)


def stored(attempt: Attempt) -> dict[str, Any]:
    return dict(attempt.answers.values_list("question__key", "value"))


def post(client: Client, url: str, question: Question, fields: dict[str, list[str]]) -> str:
    """Send these fields with what the page holds beside them, and load the page again."""
    hidden = {name: values for name, values in sent(client.get(url).text).items() if name in ("operation", "revision")}
    assert client.post(url, {**hidden, **fields}).status_code == 302
    return client.get(url).text


def test_every_type_is_answered_saved_and_shown_again(student_client: Client, attempt: Attempt) -> None:
    current = content_of(attempt)
    reading = current.published.document.reading
    for number, question in enumerate(current.questions, start=1):
        url = f"/student/attempts/{attempt.public_id}/{number}/"
        value = ANSWERS[question.key]
        fields = sent(page(question, current.shuffle, value, reading))

        again = post(student_client, url, question, {**fields, "act": ["save"]})

        assert {name: given for name, given in sent(again).items() if name in fields} == fields
    assert stored(attempt) == ANSWERS


def test_lines_are_moved_by_their_buttons_alone(student_client: Client, attempt: Attempt) -> None:
    current = content_of(attempt)
    [(number, question)] = [(n, one) for n, one in enumerate(current.questions, start=1) if one.type == "ordering"]
    url = f"/student/attempts/{attempt.public_id}/{number}/"
    shown = public_view(question, current.shuffle, None, current.published.document.reading)["lines"]
    fields = {"item": [line["token"] for line in shown]}

    post(student_client, url, question, {**fields, "act": ["save"]})
    assert stored(attempt) == {}

    html = post(student_client, url, question, {**fields, "down": ["1"]})

    moved = sent(html)
    assert moved["item"] == [fields["item"][1], fields["item"][0], *fields["item"][2:]]
    assert moved["placed"] == ["1"]
    assert len(stored(attempt)[question.key]) == len(shown)


def test_moving_a_line_of_a_preview_settles_nothing(teacher: User, teacher_client: Client) -> None:
    question_set = make_question_set(owner=teacher)
    edition = make_edition(question_set=question_set, document=DOCUMENT)
    [number] = [n for n, one in enumerate(published(edition.pk).document.questions, start=1) if one.type == "ordering"]
    url = f"/teacher/sets/{question_set.public_id}/try/{number}/"
    before = sent(teacher_client.get(url).text)

    moved = sent(teacher_client.post(url, {**before, "down": "1"}).text)

    assert len(moved["item"]) == len(before["item"])
    assert moved["placed"] == ["1"]
    assert "previews" not in teacher_client.session


def test_page_of_two_steps_speaks_of_both(student_client: Client, attempt: Attempt) -> None:
    current = content_of(attempt)
    numbers = {question.type: number for number, question in enumerate(current.questions, start=1)}
    pages = {
        name: student_client.get(f"/student/attempts/{attempt.public_id}/{numbers[name]}/").text
        for name in ("answer_and_proof", "evidence")
    }
    count = len(current.questions)
    both = f"Question {numbers['answer_and_proof']} of {count}: answer, then choose the evidence"
    assert pages["answer_and_proof"].count(both) == 2  # the title and the heading
    assert 'href="#two-steps">Skip to the question</a>' in pages["answer_and_proof"]
    assert f"Question {numbers['evidence']} of {count}: choose the evidence" in pages["evidence"]
    assert 'href="#pick">Skip to the sentences</a>' in pages["evidence"]
