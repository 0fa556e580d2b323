"""Drafts of question sets: written in parts, held to their reading, published as editions that never change."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string

from quizzes.models import Edition, Question, User
from quizzes.question_sets import NotPublishable, publish_edition
from quizzes.reading import Citation
from quizzes.set_document import find_faults, find_gaps, find_problems, parse_set
from tests.factories import NOW, make_document, make_edition, make_question_set

# --- Faults, gaps and the freeze ----------------------------------------------------------------------------------


def with_gap() -> dict[str, Any]:
    return {**make_document(), "minimum": {"records": 3, "ended": 2}}


def test_find_problems_names_faults_and_gaps_which_are_two_things() -> None:
    document = with_gap()
    document["questions"][0]["evidence"] = []
    parsed = parse_set(document)

    assert find_faults(document, parsed) == [("one", "the question has no evidence")]
    assert [(row.objective.key, row.question_count) for row in find_gaps(parsed)] == [("records", 2)]
    assert find_problems(document, parsed) == [
        ("one", "the question has no evidence"),
        ("", "“What the system records” has 2 questions and needs 3"),
    ]


def test_publish_edition_refuses_a_gap_without_a_note(db: None) -> None:
    question_set = make_question_set()

    with pytest.raises(NotPublishable) as refused:
        publish_edition(question_set, with_gap(), now=NOW)

    assert refused.value.problems == [("", "“What the system records” has 2 questions and needs 3")]
    assert not Edition.objects.exists()


def test_publish_edition_keeps_the_note_that_explains_a_gap(teacher: User) -> None:
    edition = publish_edition(make_question_set(), with_gap(), now=NOW, by=teacher, note="Two are enough here.")

    assert edition is not None
    assert (edition.note, edition.published_by, edition.number) == ("Two are enough here.", teacher, 1)


def test_publish_edition_keeps_no_note_where_nothing_is_missing(db: None) -> None:
    edition = publish_edition(make_question_set(), make_document(), now=NOW, note="For nothing.")

    assert edition is not None
    assert edition.note == ""


def test_publish_edition_refuses_a_fault_whatever_the_note(db: None) -> None:
    document = make_document()
    document["questions"][0]["evidence"] = []

    with pytest.raises(NotPublishable):
        publish_edition(make_question_set(), document, now=NOW, note="Please.")

    assert not Edition.objects.exists()


def test_a_published_edition_and_its_questions_refuse_an_update(db: None) -> None:
    edition = make_edition()

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(note="Afterwards.")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Question.objects.filter(edition=edition).update(points=9)


@pytest.mark.parametrize(
    ("published_on", "date_note", "author", "line"),
    [
        ("2018-07-27", "", "", "From a story by The Daily Test, “A story”, July 27, 2018."),
        ("2018-07-27", "", "A. Writer", "From a story by A. Writer, The Daily Test, “A story”, July 27, 2018."),
        (
            "2018-07-27",
            "The page does not print it.",
            "",
            'From a story by The Daily Test, “A story”. <span class="outside">July 27, 2018. '
            "The page does not print it.</span>",
        ),
        (
            "2018-07-27",
            "Events place it in 2018.",
            "",
            'From a story by The Daily Test, “A story”. <span class="outside">Events place it in 2018.</span>',
        ),
        ("", "", "", "From a story by The Daily Test, “A story”."),
    ],
)
def test_a_citation_says_when_the_story_appeared_and_how_that_is_known(
    published_on: str, date_note: str, author: str, line: str
) -> None:
    citation = Citation("The Daily Test", "A story", "", published_on, date_note, "", author)

    html = render_to_string("parts/citation.html", {"citation": citation})

    assert html.strip() == f'<p class="cite">{line}</p>'
