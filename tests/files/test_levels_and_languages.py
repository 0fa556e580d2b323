"""Reading levels and texts in other languages stay whole in every file in which a set or a class travels."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from quizzes.content.drafts.document import finished
from quizzes.content.set_document import parse_set
from quizzes.files.built_in_sets import read_set_files
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.importing import import_whole_set, whole_set
from quizzes.models import Classroom, User
from tests.factories import NOW, make_assignment, make_edition, make_question_set
from tests.files.test_class_export import empty_site

FIXTURES = Path(__file__).parents[2] / "fixtures"


@cache
def documents() -> list[dict[str, Any]]:
    """The built-in sets, which have levels and Spanish texts of every type of question."""
    return [file.document for file in read_set_files(FIXTURES)]


def texts(value: Any, place: str = "") -> dict[str, Any]:
    """The texts in other languages of a document, by the place in it."""
    if isinstance(value, dict):
        found = {place: value["texts"]} if "texts" in value else {}
        parts = [(key, inner) for key, inner in value.items() if key != "texts"]
    else:
        found, parts = {}, list(enumerate(value)) if isinstance(value, list) else []
    for key, inner in parts:
        found |= texts(inner, f"{place}/{key}")
    return found


def test_the_built_in_sets_have_levels_and_languages() -> None:
    for document in documents():
        assert [table["key"] for table in document["reading"]["variants"]] == ["easier", "es"]
        assert parse_set(document).languages == ("en", "es")
        # Set, citation, reading, and each question, with its choices inside.
        assert len(texts(document)) > len(document["questions"])


@pytest.mark.parametrize("as_toml", [True, False], ids=["TOML", "JSON"])
def test_a_file_of_a_set_keeps_levels_and_languages(as_toml: bool) -> None:
    for document in documents():
        assert whole_set(read_questions(write_own(document, as_toml=as_toml))) == document


@pytest.mark.django_db
@pytest.mark.parametrize("as_toml", [True, False], ids=["TOML", "JSON"])
def test_the_draft_of_a_file_keeps_levels_and_languages(teacher: User, as_toml: bool) -> None:
    [document, *_] = documents()
    whole = whole_set(read_questions(write_own(document, as_toml=as_toml)))
    assert whole is not None

    again = finished(import_whole_set(whole, title=document["title"], by=teacher, now=NOW).document)

    assert again["reading"]["variants"] == document["reading"]["variants"]
    assert again["languages"] == ["es"]
    assert texts(again) == texts(document)


@pytest.mark.django_db
def test_the_file_of_a_class_keeps_levels_and_languages(classroom: Classroom, teacher: User) -> None:
    [document, *_] = documents()
    edition = make_edition(question_set=make_question_set(title=document["title"], owner=teacher), document=document)
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)

    again = import_classroom(export_classroom(classroom, now=NOW), by=empty_site(), now=NOW)

    taken = again.assignments.get().edition
    assert taken.document == edition.document
    assert parse_set(taken.document).languages == ("en", "es")
    # The next edition starts from the draft, which must have them too.
    draft = finished(taken.question_set.draft.document)
    assert draft["reading"]["variants"] == document["reading"]["variants"]
    assert texts(draft) == texts(document)
