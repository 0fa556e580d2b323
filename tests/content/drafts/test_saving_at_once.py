"""Concurrent saves: no save overwrites another."""

import pytest

from quizzes.content.drafts import publishing, saving_questions
from quizzes.content.drafts.document import question_of
from quizzes.content.drafts.saving import DraftChanged
from quizzes.models import Draft, Edition, User
from tests.factories import NOW, make_draft
from tests.integration.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def save_stem(draft: Draft, teacher: User, key: str, stem: str) -> str:
    """The saved stem, "" if the save was refused."""
    try:
        saving_questions.save_question(draft, key, {"stem": stem}, seen=1, by=teacher, now=NOW)
    except DraftChanged:
        return ""
    return stem


def test_one_question_saved_by_many_at_once_is_saved_by_one(teacher: User) -> None:
    draft = make_draft(owner=teacher)

    saved = at_once([lambda n=n: save_stem(draft, teacher, "one", f"From window {n}?") for n in range(6)])  # type: ignore[misc]

    [winner] = [stem for stem in saved if stem]
    now = Draft.objects.get()
    question = question_of(now.document, "one")
    assert question is not None
    assert (question["stem"], now.revision) == (winner, 2)


def test_different_questions_saved_at_once_are_all_saved(teacher: User) -> None:
    draft = make_draft(owner=teacher)
    keys = ["one", "some", "who", "proof"]

    saved = at_once([lambda key=key: save_stem(draft, teacher, key, f"New {key}?") for key in keys])  # type: ignore[misc]

    now = Draft.objects.get()
    assert saved == [f"New {key}?" for key in keys]
    assert [question["stem"] for question in now.document["questions"]] == saved
    assert now.revision == 5


def test_one_draft_published_by_many_at_once_is_one_edition(teacher: User) -> None:
    draft = make_draft(owner=teacher)

    def publish() -> int | None:
        edition = publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
        return edition.number if edition else None

    numbers = at_once([publish] * 5)

    assert sorted(numbers, key=str) == [1, None, None, None, None]
    assert Edition.objects.count() == 1
