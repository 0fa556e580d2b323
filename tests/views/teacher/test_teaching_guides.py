"""The teaching guide on its page, and where it is linked."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.models import Classroom, QuestionSet, Source, User
from tests.conftest import Queries
from tests.factories import make_assignment, make_edition, publish_built_in_sets
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def built_in() -> QuestionSet:
    """The main built-in set."""
    publish_built_in_sets()
    return QuestionSet.objects.get(slug="pars-agreement")


def guide_url(question_set: QuestionSet) -> str:
    return reverse("teaching_guide", args=[question_set.public_id])


def test_guide_shows_every_part(teacher_client: Client, built_in: QuestionSet) -> None:
    text = text_of(teacher_client.get(guide_url(built_in)))
    for heading in (
        "Summary", "Before you teach this", "Questions and points by objective", "Words to know",
        "Plan: 5 days of 45 minutes", "Discussion prompts", "Extension", "Standards",
        "How this source was checked", "From outside the story", "If a parent asks",
    ):  # fmt: skip
        assert heading in text
    assert "Check the wording." in text
    assert "to hold a person who is not free to leave" in text
    assert "The PARS agreement 3 , 4 points 4 , 5 points 6 , 9 points 3 , 3 points 25" in text


def test_standards_link_to_their_questions(teacher_client: Client, built_in: QuestionSet) -> None:
    page = teacher_client.get(guide_url(built_in)).text
    assert f'href="{reverse("question_set", args=[built_in.public_id])}#q11"' in page
    assert 'id="q11"' in teacher_client.get(reverse("question_set", args=[built_in.public_id])).text


@pytest.mark.parametrize("page", ["question_set", "assign"])
def test_guide_is_linked_where_a_set_has_one(
    teacher_client: Client, classroom: Classroom, built_in: QuestionSet, page: str
) -> None:
    without = make_edition().question_set
    assert guide_url(built_in) in teacher_client.get(reverse(page, args=[built_in.public_id])).text
    assert guide_url(without) not in teacher_client.get(reverse(page, args=[without.public_id])).text
    assert teacher_client.get(guide_url(without)).status_code == 404
    care_note = "Read “Before you teach this” in the teaching guide first"
    listed = teacher_client.get(reverse("assign_quiz")).text
    assert [words in listed for words in (care_note, guide_url(built_in), guide_url(without))] == [True, True, False]
    Source.objects.update(teaching_guide=None)
    assert care_note not in teacher_client.get(reverse("assign_quiz")).text


def test_copy_of_a_set_keeps_the_guide(
    teacher_client: Client, teacher: User, viewer: User, classroom: Classroom, built_in: QuestionSet, signed_in: Any
) -> None:
    teacher_client.post(reverse("copy_set", args=[built_in.public_id]))
    copy = QuestionSet.objects.get(owner=teacher)
    assert copy.reading.source.teaching_guide == built_in.reading.source.teaching_guide

    edition = make_edition(question_set=copy)
    assert signed_in(viewer).get(guide_url(copy)).status_code == 404
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    # Whoever sees the results of a class can read it, too.
    assert "Before you teach this" in text_of(signed_in(viewer).get(guide_url(copy)))


def test_guide_costs_the_same_queries_for_any_number_of_sets(
    teacher_client: Client, built_in: QuestionSet, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    counts = []
    for _ in range(2):
        teacher_client.get(guide_url(built_in))
        with queries() as seen:
            page = teacher_client.get(guide_url(built_in)).text
        counts.append((page.count(" points</span>"), len(seen)))
        other = make_edition().question_set.reading
        QuestionSet.objects.exclude(pk=built_in.pk).update(reading=other)
    assert counts == [(20, 4), (4, 4)]
