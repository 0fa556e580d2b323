"""Filters of a question's page and of its review."""

import copy

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Student, User
from quizzes.templatetags.questions import period_after
from tests.factories import make_answered_attempt, make_assignment, make_document, make_edition
from tests.pages import text_of


@pytest.mark.parametrize(
    ("text", "end"),
    [("Citizenship", "."), ("U.S.", ""), ("Who says so?", ""), ("“Stop!”", ""), ("(b)", ".")],
)
def test_sentence_gets_no_second_end(text: str, end: str) -> None:
    assert period_after(text) == end


def test_correct_answer_with_a_period_has_one(student: Student, teacher: User, teacher_client: Client) -> None:
    document = copy.deepcopy(make_document())
    first = document["questions"][0]
    common = {name: first[name] for name in ("key", "objective", "skill", "points", "facts", "evidence", "explanation")}
    document["questions"][0] = {
        **common,
        "type": "matching",
        "stem": "Match.",
        "options": ["It ended.", "It began."],
        "prompts": [
            {"text": "July", "option": "It began.", "rationale": "The story says so."},
            {"text": "August", "option": "It ended.", "rationale": "The story says so."},
        ],
    }
    assignment = make_assignment(
        edition=make_edition(document=document), classroom=student.classroom, assigned_by=teacher
    )
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": {"a": "1", "b": "2"}})

    page = text_of(teacher_client.get(reverse("attempt_review", args=[attempt.public_id])))

    assert "It began. Student answered: It ended." in page
