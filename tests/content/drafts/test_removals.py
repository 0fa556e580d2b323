"""Whatever a save removes from a draft can be put back on the next page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from quizzes.content.drafts import saving, saving_questions
from quizzes.content.drafts.document import MAX_OBJECTIVES, MAX_SPEAKERS, OBJECTIVES, SPEAKERS, WORDS
from quizzes.content.drafts.removals import CannotPutBack, removed_rows
from quizzes.content.drafts.saving import NoSuchQuestion
from quizzes.content.drafts.words import MAX_WORDS, ExplainedWord
from quizzes.content.tables import Table
from quizzes.models import Draft, User
from tests.drafting import document_of, editor_of, html_of, publish, revision_of, save, sent, texts_of, url
from tests.factories import NOW
from tests.pages import read

pytestmark = pytest.mark.django_db


def without_author_fields(document: Table) -> Table:
    return {name: value for name, value in document.items() if name not in {"saved", "removed", "removed_before"}}


def remove_question(client: Client, draft: Draft) -> None:
    save(client, draft, "some", act="remove")


def remove_sentence(client: Client, draft: Draft) -> None:
    address = url("edit_reading", draft)
    client.post(address, sent(client, address, having="reading_title", act="remove:s2"))


def replace_text(client: Client, draft: Draft) -> None:
    address = url("replace_text", draft)
    client.post(address, sent(client, address, having="text", text="Another story.", is_same_story="on"))


def remove_objective(client: Client, draft: Draft) -> None:
    address = url("edit_objectives", draft)
    client.post(address, sent(client, address, having="title-spare", **{"title-spare": ""}))


def remove_used_objective(client: Client, draft: Draft) -> None:
    address = url("edit_objectives", draft)
    changes = {"title-records": "", "move-records": "ended"}
    client.post(address, sent(client, address, having="title-records", **changes))


def remove_speaker(client: Client, draft: Draft) -> None:
    address = url("edit_speakers", draft)
    client.post(address, sent(client, address, having="label-spare", **{"label-spare": ""}))


def remove_word(client: Client, draft: Draft) -> None:
    address = url("edit_words", draft)
    client.post(address, sent(client, address, having="forms-word-system", **{"forms-word-system": ""}))


@pytest.fixture
def spared(draft: Draft, teacher: User) -> Draft:
    """With an objective and a speaker that nothing uses."""
    objectives = [{"key": "spare", "title": "Spare"}, *draft.document["objectives"]]
    saving.save_objectives(draft, objectives, {"spare": 2}, seen=1, by=teacher, now=NOW)
    speakers = [{"key": "spare", "label": "Nobody", "icon": "person"}, *draft.document["voices"]]
    words = [ExplainedWord("", ("system",), "parts that work together"), ExplainedWord("", ("ends",), "stops")]
    saving.save_words(draft, words, seen=9, by=teacher, now=NOW)
    return saving.save_speakers(draft, speakers, seen=9, by=teacher, now=NOW)


@pytest.mark.parametrize(
    ("remove", "says", "leads_to"),
    [
        (remove_question, "Question 2 is removed from the draft.", ("edit_question", "some")),
        (remove_sentence, "The sentences of the reading changed.", ("edit_reading",)),
        (replace_text, "The sentences of the reading changed.", ("edit_reading",)),
        (remove_objective, "Removed: objective 1.", ("edit_objectives",)),
        (remove_used_objective, "Removed: objective 2.", ("edit_objectives",)),
        (remove_word, "Removed: word “system”.", ("edit_words",)),
        (remove_speaker, "Removed: speaker 1.", ("edit_speakers",)),
    ],
)
def test_each_removal_is_undone_on_the_next_page(
    remove: Callable[[Client, Draft], None],
    says: str,
    leads_to: tuple[str, ...],
    spared: Draft,
    teacher_client: Client,
) -> None:
    before = document_of(spared)
    remove(teacher_client, spared)
    assert without_author_fields(document_of(spared)) != without_author_fields(before)
    page = teacher_client.get(url("edit_reading", spared))
    assert says in html_of(page)
    [undo] = [form.data() for form in read(page).forms if form.action == url("undo_removal", spared)]

    back = teacher_client.post(url("undo_removal", spared), undo, follow=True)

    assert "Undone. It’s back." in html_of(back)
    assert back.request["PATH_INFO"] == url(leads_to[0], spared, *leads_to[1:])
    assert without_author_fields(document_of(spared)) == without_author_fields(before)
    assert url("undo_removal", spared) not in html_of(back)
    # Sent twice: the second one changes nothing, and does not say that it failed.
    again = teacher_client.post(url("undo_removal", spared), undo, follow=True)
    assert "can’t be undone" not in html_of(again)
    assert without_author_fields(document_of(spared)) == without_author_fields(before)


def test_a_removed_question_comes_back_to_its_place_after_other_saves(draft: Draft, teacher_client: Client) -> None:
    remove_question(teacher_client, draft)
    undo = {"revision": revision_of(draft)}
    save(teacher_client, draft, stem="Something else?")
    assert "Removed: question 2." not in html_of(teacher_client.get(editor_of(draft)))

    teacher_client.post(url("undo_removal", draft), undo)

    assert [question["key"] for question in document_of(draft)["questions"]] == ["one", "some", "who", "proof"]
    assert document_of(draft)["questions"][0]["stem"] == "Something else?"


def test_questions_that_get_another_objective_make_their_open_pages_out_of_date(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    opened = sent(teacher_client, editor_of(draft), having="stem", stem="Typed?")
    remove_used_objective(teacher_client, draft)
    undo = {"revision": revision_of(draft)}
    between = sent(teacher_client, editor_of(draft), having="stem", stem="Typed?")

    assert "This was changed in another window" in html_of(teacher_client.post(editor_of(draft), opened))
    teacher_client.post(url("undo_removal", draft), undo)
    page = html_of(teacher_client.post(editor_of(draft), between))

    assert "This was changed in another window" in page
    question = document_of(draft)["questions"][0]
    assert (question["objective"], question["stem"] == "Typed?") == ("records", False)
    # The questions of the other objective have not changed.
    saved = document_of(draft)["saved"]
    assert sorted(name for name in saved if name.startswith("question")) == ["question:one", "question:some"]


def test_sentences_that_were_edited_since_are_not_overwritten(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    remove_sentence(teacher_client, draft)
    undo = {"revision": revision_of(draft)}
    saving.save_reading(draft, {}, {"s1": "Edited."}, {}, seen=revision_of(draft), by=teacher, now=NOW)

    page = teacher_client.post(url("undo_removal", draft), undo, follow=True)

    assert "The draft changed since, so this can’t be undone." in html_of(page)
    assert page.request["PATH_INFO"] == url("edit_reading", draft)
    assert "s2" not in texts_of(document_of(draft))
    with pytest.raises(CannotPutBack):
        saving_questions.undo_removal(draft, seen=undo["revision"], by=teacher, now=NOW)
    # The page of another tab still shows the Undo of an earlier removal.
    save(teacher_client, draft, "some", act="remove")
    page = teacher_client.post(url("undo_removal", draft), undo, follow=True)
    assert "The draft changed since, so this can’t be undone." in html_of(page)
    assert [question["key"] for question in document_of(draft)["questions"]] == ["one", "who", "proof"]


def test_draft_remembers_the_latest_removed_questions_each_once(draft: Draft, teacher: User) -> None:
    keys = [f"q{number}" for number in range(12)]
    acts: dict[str, Any] = {"by": teacher, "now": NOW}
    for key in (*keys, "q5"):
        saving_questions.add_question(draft, "single", new_key=key, **acts)
        saving_questions.remove_question(draft, key, seen=revision_of(draft), **acts)

    latest = [table["key"] for _, table in removed_rows(document_of(draft), "questions")]
    assert latest == ["q5", "q11", "q10", "q9", "q8", "q7", "q6", "q4", "q3", "q2"]
    # A question that is written again and removed comes back as it was last.
    saving_questions.restore_question(draft, "q7", **acts)
    assert document_of(draft)["questions"][-1]["key"] == "q7"
    with pytest.raises(NoSuchQuestion):
        saving_questions.restore_question(draft, "q1", **acts)


@pytest.mark.parametrize(
    ("part", "limit", "made"),
    [
        (OBJECTIVES, MAX_OBJECTIVES, lambda name: {"key": name, "title": name}),
        (SPEAKERS, MAX_SPEAKERS, lambda name: {"key": name, "label": name, "icon": "person"}),
        (WORDS, MAX_WORDS, lambda name: {"word": name, "en": [name], "meaning": name}),
    ],
)
@pytest.mark.parametrize(
    ("before", "added", "is_refused"), [(0, 1, True), (0, 0, False), (1, 0, False), (-1, 1, False)]
)
def test_what_comes_back_fits_the_limits_of_the_set(
    part: str,
    limit: int,
    made: Callable[[str], Table],
    before: int,
    added: int,
    is_refused: bool,
    draft: Draft,
    teacher: User,
) -> None:
    """before, added: how many rows over the limit the list has at first, and how many come after the removal."""

    def write(count: int, *others: str) -> Draft:
        def change(document: Table) -> None:
            rows = [made(name) for name in (*(f"name-{number}" for number in range(count)), *others)]
            (document["reading"] if part == WORDS else document)[part] = rows

        return saving.save_parts(draft, change, touches=[part], seen=None, by=teacher, now=NOW)

    write(limit + before)
    removal = write(limit + before - 1)
    left = document_of(write(limit + before - 1, *["other"][:added]))

    try:
        saving_questions.undo_removal(draft, seen=removal.revision, by=teacher, now=NOW)
    except CannotPutBack:
        assert is_refused
    assert (document_of(draft) == left) is is_refused


def test_what_was_removed_is_in_no_edition(draft: Draft, teacher: User, teacher_client: Client) -> None:
    remove_question(teacher_client, draft)
    save(teacher_client, draft, "proof", act="remove")
    publish(teacher_client, draft, note="2 fewer.")

    document: dict[str, Any] = draft.question_set.editions.get().document
    assert {"removed", "removed_before"}.isdisjoint(document)
    assert [question["key"] for question in document["questions"]] == ["one", "who"]
