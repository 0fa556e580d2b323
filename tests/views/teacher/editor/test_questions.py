"""The question editor and publishing: save, preview and publish questions."""

import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts import lifecycle, saving, saving_questions
from quizzes.content.drafts.changes import changes
from quizzes.content.drafts.document import MAX_QUESTIONS, finished, from_edition, question_of, reading_of
from quizzes.content.drafts.preview import preview
from quizzes.content.drafts.validation import draft_problems, question_tips
from quizzes.content.question_types.numeric.draft import NumericDraft
from quizzes.content.question_types.question import SKILL_LABELS
from quizzes.content.question_types.registry import TYPES, parse_question, public_view
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from quizzes.files.built_in_sets import combine, read_toml
from quizzes.management.sample_school import OWN_SET
from quizzes.models import Assignment, AuditEvent, Classroom, Draft, Edition, Student, User
from tests.conftest import Queries
from tests.drafting import (
    BUILT_IN,
    EXAMPLES,
    before_first,
    document_of,
    editor_of,
    html_of,
    publish,
    question_now,
    revision_of,
    save,
    sent,
    url,
)
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_student,
)
from tests.pages import field_errors_of, form_of, read, text_of

Counting = Callable[[], AbstractContextManager[Queries]]


@pytest.fixture
def empty(teacher: User) -> Draft:
    """A set without a reading and questions."""
    fields = {"title": "New", "publisher": "P", "story_title": "S", "published_on": "2026-10-20", "rights": "quotes"}
    return lifecycle.make_set(by=teacher, now=NOW, **fields)


# --- The editor -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["one", "some", "who", "proof"])
def test_a_question_saved_without_a_change_changes_nothing(key: str, draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, key)

    assert document_of(draft) == draft.document
    assert revision_of(draft) == 1


def test_a_question_of_a_copy_saved_as_it_stands_changes_nothing(teacher: User, teacher_client: Client) -> None:
    """Its texts in other languages stay too."""
    document = combine(BUILT_IN.source, read_toml(OWN_SET.read_bytes()))
    draft = make_draft(owner=teacher, document=document)
    for question in document["questions"]:
        save(teacher_client, draft, question["key"])

    edition = finished(from_edition(document, title="Small set"))
    assert [change.what for change in changes(edition, document_of(draft))] == []


def test_the_editor_saves_every_field(draft: Draft, teacher_client: Client) -> None:
    save(
        teacher_client,
        draft,
        stem="What is kept?",
        objective="ended",
        skill="inference",
        points="3",
        explanation="It says so.",
        evidence=["s1", "s2"],
        key="3",
        **{"text-1": "A name", "why-1": "Names are common.", "leans-1": ["s4", "s3"]},
    )

    saved = question_now(draft, "one")
    assert {name: saved[name] for name in ("stem", "objective", "skill", "points", "explanation", "evidence")} == {
        "stem": "What is kept?",
        "objective": "ended",
        "skill": "inference",
        "points": 3,
        "explanation": "It says so.",
        "evidence": ["s1", "s2"],
    }
    assert saved["choices"][0] == {"text": "A name", "rationale": "Names are common.", "leans_on": ["s3", "s4"]}
    assert [bool(choice.get("key")) for choice in saved["choices"]] == [False, False, True]
    assert saved["anchors"] == {"s1": "The system records a birthplace.", "s2": "It also records an address."}


def test_the_editor_saves_statements_and_tempting_sentences(draft: Draft, teacher_client: Client) -> None:
    save(
        teacher_client,
        draft,
        "who",
        voices=["mayor", "protesters"],
        **{"text-3": "It is easy.", "speaker-3": "protesters", "proof-3": ["s4"], "why-3": "It sounds like a fact."},
    )
    save(
        teacher_client,
        draft,
        "proof",
        evidence=["s5"],
        other="Look again.",
        **{"sentence-1": "s6", "tempts-1": "Near."},
    )

    assert question_now(draft, "who")["statements"][2] == {
        "text": "It is easy.",
        "voice": "protesters",
        "evidence": ["s4"],
        "rationale": "It sounds like a fact.",
    }
    assert question_now(draft, "who")["voices"] == ["mayor", "protesters"]
    assert question_now(draft, "proof")["choices"][0] == {"sentence": "s6", "rationale": "Near."}
    assert (question_now(draft, "proof")["rationale_other"], question_now(draft, "proof")["evidence"]) == (
        "Look again.",
        ["s5"],
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"points": "0"}, "Enter 1 to 100 points."),
        ({"points": "many"}, "Enter a whole number from 1 to 100."),
        ({"explanation": "x" * 2001}, "Use up to 2,000 characters."),
    ],
)
def test_the_editor_saves_what_is_valid_and_keeps_the_rest_on_the_page(
    changes: dict[str, str], error: str, draft: Draft, teacher_client: Client
) -> None:
    response = save(teacher_client, draft, stem="A better question?", **changes)

    assert response.status_code == 200
    assert field_errors_of(response) == [error]
    assert next(iter(changes.values())) in html_of(response)
    now, before = question_now(draft, "one"), question_of(draft.document, "one")
    assert {**now, "stem": ""} == {**before, "stem": ""}
    assert question_now(draft, "one")["stem"] == "A better question?"


@pytest.mark.parametrize(
    "changes",
    [
        {"leans-1": ["s2", "s40"]},
        {"objective": "forged"},
        {"evidence": ["s1", "s99"]},
        {"key": "9"},
        {"type": "forged"},
        {"act": "burn"},
    ],
)
def test_the_editor_refuses_what_it_never_offered(
    changes: dict[str, Any], draft: Draft, teacher_client: Client
) -> None:
    save(teacher_client, draft, **changes)

    assert document_of(draft) == draft.document


def test_the_editor_names_what_is_missing_in_words_and_refuses_nothing(draft: Draft, teacher_client: Client) -> None:
    response = save(
        teacher_client,
        draft,
        htmx=True,
        key=[],
        stem="",
        **{"text-1": "birthplace", "text-2": "Birthplace"},
    )

    text = html_of(response)
    assert [
        words in text
        for words in (
            "Type the question, or remove it.",
            "Choose at least 1 correct answer.",
            "Answers 1 and 2 are the same.",
        )
    ] == [True] * 3
    assert question_now(draft, "one")["choices"][0]["text"] == "birthplace"


def test_the_editor_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    text = html_of(save(teacher_client, draft, htmx=True, stem="What is kept?", evidence=[]))

    for part in ("draft-state", "draft-revision", "question-list", "question-problems", "question-preview"):
        assert f'id="{part}"' in text
    assert "No evidence yet" in text
    assert [name in text for name in ("<html", 'name="stem"', 'name="evidence"')] == [False] * 3


@pytest.mark.parametrize(
    ("question_type", "end"),
    [("short_answer", "accepted, unless you add it as a wrong answer."), ("blanks", "accepted.")],
)
def test_editor_says_what_a_typo_in_another_language_does(
    question_type: str, end: str, draft: Draft, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", type=question_type)

    text = text_of(teacher_client.post(editor_of(draft), data, follow=True))

    assert (
        "Allow 1 typo in longer words If a typo spells another English word, you grade that answer. A typo that "
        f"spells a word of another language is {end}"
    ) in text


def test_true_or_false_says_what_belongs_into_its_two_texts(draft: Draft, teacher_client: Client) -> None:
    hints = {
        "question": "Ask about the statement below, such as “Is this true or false?”",
        "statement": "Students judge this sentence, such as “The council voted on Monday.”",
    }
    assert hints["question"] not in html_of(teacher_client.get(editor_of(draft)))
    data = sent(teacher_client, editor_of(draft), having="stem", type="true_false")
    page = html_of(teacher_client.post(editor_of(draft), data, follow=True))
    assert "Statement that is true or false" in page
    assert page.index('id="id_stem"') < page.index(hints["question"]) < page.index('id="id_statement"')
    assert page.index('id="id_statement"') < page.index(hints["statement"])


@pytest.mark.parametrize(
    ("name", "hint"), [("single", "Select the correct answer."), ("multiple", "Select each correct answer.")]
)
def test_the_answers_say_where_the_correct_one_is_selected(
    name: str, hint: str, draft: Draft, teacher_client: Client
) -> None:
    save(teacher_client, draft, type=name)
    page = html_of(teacher_client.get(editor_of(draft)))
    assert page.index("<legend>Answers</legend>") < page.index(hint) < page.index('name="key"')


def test_a_rubric_says_what_students_see_and_what_may_stay_blank(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, type="free_text")
    page = teacher_client.get(editor_of(draft))
    text = text_of(page)
    assert "Before they write, students see each line and its points, not how to earn them." in text
    assert "What earns points , line 1 , such as “Gives a reason”" in text
    for label in ("Minimum characters", "Maximum characters", "Note to students"):
        assert f"{label} (optional)" in text
    assert field_errors_of(save(teacher_client, draft, **{"points-1": ""})) == ["Enter 1 to 100 points."]


def test_the_editor_previews_a_question_as_students_see_it(draft: Draft, teacher_client: Client) -> None:
    text = html_of(teacher_client.get(editor_of(draft)))

    preview = text.split('id="question-preview"')[1]
    assert "Which of these does the system record?" in preview
    assert "rationale" not in preview


def test_the_editor_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", stem="Mine?", **{"text-1": "My answer"})
    choices = deepcopy(question_now(draft, "one")["choices"])
    choices[0]["text"] = "Their answer"
    saving_questions.save_question(draft, "one", {"stem": "Theirs?", "choices": choices}, seen=1, by=teacher, now=NOW)

    response = teacher_client.post(editor_of(draft), data)

    text = html_of(response)
    assert [
        words in text for words in ("changed in another window", "</b> Theirs?</p>", "</b> Their answer</p>", "Mine?")
    ] == [True] * 4
    # What the page says of itself is no value of the other window.
    assert "New key:" not in text
    assert "Number:" not in text
    assert question_now(draft, "one")["stem"] == "Theirs?"
    form = form_of(response, having="stem")
    assert form.data()["text-1"] == ["My answer"]
    teacher_client.post(editor_of(draft), form.data(over="2"))
    assert (question_now(draft, "one")["stem"], question_now(draft, "one")["choices"][0]["text"]) == (
        "Mine?",
        "My answer",
    )


def test_the_editor_keeps_what_was_typed_for_a_type_that_another_window_changed(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", **{"text-1": "My answer"})
    saving_questions.save_question(draft, "one", {"type": "who_says_so"}, seen=1, by=teacher, now=NOW)

    response = teacher_client.post(editor_of(draft), data)

    form = form_of(response, having="stem")
    assert (form.data()["text-1"], form.data()["shown_type"]) == (["My answer"], ["single"])
    teacher_client.post(editor_of(draft), form.data(over="2"))
    assert (question_now(draft, "one")["type"], question_now(draft, "one")["choices"][0]["text"]) == (
        "single",
        "My answer",
    )


def test_the_editor_changes_the_type_and_shows_its_own_fields(draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, htmx=True, type="who_says_so", **{"text-1": "Typed before"})

    # The page is loaded again, because its fields change.
    assert response.headers["HX-Redirect"] == editor_of(draft)
    assert question_now(draft, "one")["type"] == "who_says_so"
    page = teacher_client.get(editor_of(draft))
    assert form_of(page, having="stem").data()["speaker-1"] == [""]
    save(teacher_client, draft, type="multiple")
    assert question_now(draft, "one")["choices"][0]["text"] == "Typed before"


def test_commas_separate_the_names_of_a_unit(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, type="numeric")
    save(teacher_client, draft, units="feet, ft\nFuß,, feet")
    assert question_now(draft, "one")["units"] == ["feet", "ft", "Fuß"]
    assert "feet\nft\nFuß</textarea>" in html_of(teacher_client.get(editor_of(draft)))


def test_hints_of_a_number_name_what_the_draft_accepts(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, type="numeric")
    text = text_of(teacher_client.get(editor_of(draft)))
    assert "Number: 3.5, 40,000, or $40,000. Date: 2018-08-31, or --08-31 for any year." in text
    assert "1 per line, most common first. An answer with a unit that isn’t listed needs grading." in text
    accepted = {"number": ("3.5", "40,000", "$40,000"), "date": ("2018-08-31", "--08-31")}
    for kind, answers in accepted.items():
        for answer in answers:
            save(teacher_client, draft, kind=kind, figure=answer)
            assert NumericDraft().problems(question_now(draft, "one"), [], []) == []


@pytest.mark.parametrize("name", TYPES)
def test_every_type_can_be_added_saved_and_shown(name: str, draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, act="add", new_type=name)

    key = document_of(draft)["questions"][1]["key"]
    assert response.headers["Location"] == editor_of(draft, key)
    before = question_now(draft, key)
    save(teacher_client, draft, key)
    assert question_now(draft, key) == before
    assert before["type"] == name


@pytest.mark.parametrize("table", EXAMPLES, ids=lambda table: str(table["type"]))
def test_every_example_of_the_documentation_can_be_written_in_the_editor(
    table: Table, teacher: User, teacher_client: Client
) -> None:
    document = {**BUILT_IN.document, "minimum": {}, "questions": [table]}
    draft = make_draft(owner=teacher, document=document)
    assert draft_problems(draft.document) == []
    # Another title than that of the set has no translation yet.
    titles = {"title": document["title"], "texts": document["texts"], "based_on_texts": {}}
    assert changes(document, {**draft.document, **titles}) == []

    # Saving the page without a change does not change the draft.
    save(teacher_client, draft, table["key"])
    after = document_of(draft)
    assert draft_problems(after) == []
    assert changes(document, {**after, **titles}) == []
    shown = preview(after, after["questions"][0])
    of_edition = public_view(
        parse_question(table), Shuffle("preview", is_shuffled=False), None, parse_set(document).reading
    )
    # Tokens stand for places in a list, and the editor has its own order of options that no line is matched with.
    assert _without_tokens(shown) == _without_tokens(of_edition)
    # Each text of a row that is refused has its reason beside it.
    page = html_of(teacher_client.get(editor_of(draft, table["key"])))
    texts = re.findall(r'<(?:input type="text"|textarea) name="(\w+-\d+)"', page)
    refused = save(teacher_client, draft, table["key"], **dict.fromkeys(texts, "x" * 2_001))
    assert len(field_errors_of(refused)) == len(texts)


def _without_tokens(view: Any) -> str:
    return re.sub(r"'[0-9a-f]{10}'", "", str(view))


def test_every_type_has_its_kind_and_its_form() -> None:
    assert set(TYPES) == {table["type"] for table in EXAMPLES}


@pytest.mark.parametrize(
    ("act", "to", "keys"),
    [
        ("up", "", ["some", "one", "who", "proof"]),
        ("down", "", ["one", "who", "some", "proof"]),
        ("move", "4", ["one", "who", "proof", "some"]),
        ("move", "1", ["some", "one", "who", "proof"]),
        ("move", "99", ["one", "who", "proof", "some"]),
        ("move", "9" * 20, ["one", "who", "proof", "some"]),
        ("move", "", ["one", "some", "who", "proof"]),
        ("remove", "", ["one", "who", "proof"]),
    ],
)
def test_the_editor_moves_and_removes(act: str, to: str, keys: list[str], draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, "some", act=act, **({"place": to} if to else {}))

    assert [table["key"] for table in document_of(draft)["questions"]] == keys


@pytest.mark.parametrize(("key", "shown"), [("one", "some"), ("some", "who"), ("proof", "who")])
def test_a_removal_leads_to_the_next_question(key: str, shown: str, draft: Draft, teacher_client: Client) -> None:
    """At the end of the list, to the last one. A second “Remove question” there removes no question far away."""
    response = save(teacher_client, draft, key, act="remove")

    assert response.headers["Location"] == editor_of(draft, shown)


@pytest.mark.parametrize("act", ["add", "duplicate", "up", "down", "move"])
def test_a_button_that_is_pressed_twice_acts_once(act: str, draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, editor_of(draft, "some"), having="stem", act=act, place="4")
    places = {
        "up": ["some", "one", "who", "proof"],
        "down": ["one", "who", "some", "proof"],
        "move": ["one", "who", "proof", "some"],
    }

    first, second = (teacher_client.post(editor_of(draft, "some"), data) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    keys = [table["key"] for table in document_of(draft)["questions"]]
    assert keys == places[act] if act in places else len(keys) == 5


def test_a_question_that_another_window_saves_during_a_removal_stays(
    draft: Draft, teacher: User, teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_there(*_: object, **__: object) -> list[Edition]:
        seen = revision_of(draft)
        saving_questions.save_question(draft, "one", {"stem": "Typed there?"}, seen=seen, by=teacher, now=NOW)
        return []

    monkeypatch.setattr("quizzes.views.teacher.editor.questions.answered_editions", save_there)

    response = save(teacher_client, draft, act="remove")

    assert response.headers["Location"] == editor_of(draft)
    page = text_of(teacher_client.get(editor_of(draft)))
    assert "This question changed in another window. Check it, then decide." in page
    assert question_now(draft, "one")["stem"] == "Typed there?"


def test_the_editor_saves_before_it_does_what_its_button_says(draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, "some", act="duplicate", stem="Typed and not saved yet")

    stems = [table["stem"] for table in document_of(draft)["questions"]]
    assert stems[1:3] == ["Typed and not saved yet"] * 2
    assert response.headers["Location"] == editor_of(draft, document_of(draft)["questions"][2]["key"])
    assert save(teacher_client, draft, "some", act="next").headers["Location"] == response.headers["Location"]


def test_the_last_question_ends_with_a_button_that_only_saves(draft: Draft, teacher_client: Client) -> None:
    keys = [question["key"] for question in document_of(draft)["questions"]]
    page = html_of(teacher_client.get(editor_of(draft, keys[-1])))
    assert re.findall(r'name="act" value="(\w+)"', page)[-3:] == ["add", "save", "remove"]

    response = save(teacher_client, draft, keys[-1], act="save", stem="The last one?")
    assert response.headers["Location"] == editor_of(draft, keys[-1])
    assert [question["key"] for question in document_of(draft)["questions"]] == keys
    assert question_now(draft, keys[-1])["stem"] == "The last one?"


def test_the_editor_adds_a_row(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, act="more", **{"text-1": "First"})

    assert [choice["text"] for choice in question_now(draft, "one")["choices"]] == [
        "First",
        "Birthplace",
        "Fingerprints",
        "",
    ]
    for _ in range(9):
        save(teacher_client, draft, act="more")
    assert len(question_now(draft, "one")["choices"]) == 8


@pytest.mark.parametrize("act", ["save", "next", "add"])
def test_what_is_typed_in_a_question_that_another_window_removed_is_kept(
    act: str, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", act=act, stem="Typed here?")
    for key in ("one", "some"):
        saving_questions.remove_question(draft, key, seen=revision_of(draft), by=teacher, now=NOW)

    page = teacher_client.post(editor_of(draft), data)

    assert "This question was removed in another window. It’s in the draft again." in text_of(page)
    # The other window may have changed it before, so the teacher compares first.
    assert "This was changed in another window" in text_of(page)
    assert form_of(page, having="stem").data()["stem"][0].strip() == "Typed here?"
    teacher_client.post(editor_of(draft), data | {"over": [str(revision_of(draft))]})
    assert document_of(draft)["questions"][0]["key"] == "one"
    assert question_now(draft, "one")["stem"] == "Typed here?"


def test_what_is_typed_in_a_question_that_is_removed_during_the_save_is_kept(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", act="save", stem="Typed here?")

    def remove() -> None:
        saving_questions.remove_question(draft, "one", seen=revision_of(draft), by=teacher, now=NOW)

    with before_first('UPDATE "quizzes_draft"', remove):
        page = teacher_client.post(editor_of(draft), data)

    assert "This question was removed in another window. It’s in the draft again." in text_of(page)
    assert "This was changed in another window" in text_of(page)
    assert form_of(page, having="stem").data()["stem"][0].strip() == "Typed here?"


@pytest.mark.parametrize(
    ("of", "typed"),
    [
        (
            "one",
            {"stem": "Typed here?", "explanation": "Because.", **{f"text-{n}": f"Typed {n}" for n in range(1, 10)}},
        ),
        ("some", {"text-2": "Typed 2"}),
        ("who", {"text-1": "Typed 1"}),
        ("proof", {"statement": "Typed here."}),
    ],
)
def test_what_is_typed_in_a_question_that_cannot_come_back_is_shown(
    of: str, typed: dict[str, str], draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft, of), having="stem", act="save") | typed
    saving_questions.remove_question(draft, of, seen=1, by=teacher, now=NOW)
    # More questions were removed since than the draft remembers.
    Draft.objects.filter(pk=draft.pk).update(document={**document_of(draft), "removed": {"at": 2}})

    page = teacher_client.post(editor_of(draft, of), data)

    assert page.status_code == 200
    assert "This question is no longer in the draft. Your text is still here:" in text_of(page)
    assert "Some changes aren’t saved" in text_of(page)
    assert [text for text in typed.values() if text not in text_of(page)] == []
    # Choices of a list are not text.
    assert "inference" not in text_of(page)
    assert url("edit_questions", draft) in read(page).links
    assert question_of(document_of(draft), of) is None


def test_a_question_that_is_gone_leads_to_the_questions_that_are_left(draft: Draft, teacher_client: Client) -> None:
    """As after a double click on “Remove question”, and then Back."""
    data = sent(teacher_client, editor_of(draft), having="stem", act="remove")
    teacher_client.post(editor_of(draft), data)

    again = teacher_client.post(editor_of(draft), data, follow=True)

    assert again.redirect_chain[-1] == (editor_of(draft, "some"), 302)
    assert "Question 1 is removed from the draft." in html_of(again)
    back = teacher_client.get(editor_of(draft), follow=True)
    assert (back.status_code, back.redirect_chain[-1]) == (200, (editor_of(draft, "some"), 302))
    assert "This question is no longer in the draft." in html_of(back)
    # A page that saves by itself stays, with what was typed, and says that it is not saved.
    assert teacher_client.post(editor_of(draft), {**data, "act": ""}, headers={"HX-Request": "true"}).status_code == 404
    assert [table["key"] for table in document_of(draft)["questions"]] == ["some", "who", "proof"]


def test_a_set_without_questions_asks_for_the_first(empty: Draft, draft: Draft, teacher_client: Client) -> None:
    assert teacher_client.get(url("edit_questions", draft)).headers["Location"] == editor_of(draft)
    page = teacher_client.get(url("edit_questions", empty))

    response = teacher_client.post(
        url("add_question", empty), form_of(page, having="new_type").data(new_type="evidence")
    )

    [made] = document_of(empty)["questions"]
    assert made["type"] == "evidence"
    assert response.headers["Location"] == editor_of(empty, made["key"])
    assert teacher_client.get(response.headers["Location"]).status_code == 200


def test_the_first_question_of_a_set_that_is_full_by_now_is_refused(empty: Draft, teacher_client: Client) -> None:
    form = form_of(teacher_client.get(url("edit_questions", empty)), having="new_type")
    for _ in range(MAX_QUESTIONS):
        saving_questions.add_question(empty, "single", new_key="", by=empty.question_set.owner, now=NOW)

    reply = teacher_client.post(url("add_question", empty), form.data(), follow=True)

    assert "The limit is 60 questions." in text_of(reply)
    assert len(document_of(empty)["questions"]) == MAX_QUESTIONS


def reasons_of(page: HttpResponse) -> list[str]:
    """The names of the fields for a reason to keep a wording."""
    return re.findall(r'name="(because-[^"]+)"', html_of(page))


@pytest.fixture
def with_tips(draft: Draft, teacher_client: Client) -> Draft:
    """The draft with several tips on the first question."""
    save(teacher_client, draft, **{"text-1": "It is never told", "text-2": "all of the above"})
    return draft


def test_each_button_keeps_the_reasons_with_the_question(with_tips: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(editor_of(with_tips))
    one, two, *_ = reasons_of(page)
    # The fields are part of the form of the question, so that without a script none is lost.
    assert html_of(page).count('form="draft-form"') > len(reasons_of(page))
    assert re.findall(r'name="keeps" value="([^"]+)"', html_of(page)) == reasons_of(page)

    reply = save(teacher_client, with_tips, keeps=one, stem="Typed too?", **{one: "It is so.", two: "As told."})
    assert reply.headers["Location"] == editor_of(with_tips)
    assert question_now(with_tips, "one")["stem"] == "Typed too?"
    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["It is so.", "As told."]
    page = teacher_client.get(editor_of(with_tips))
    assert "Reason: It is so." in html_of(page)

    save(teacher_client, with_tips, shows_again=one)
    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["As told."]


def test_the_page_that_publishes_keeps_all_reasons(with_tips: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("publish_set", with_tips))
    one, two, *_ = reasons_of(page)
    form = next(form for form in read(page).forms if form.action == url("keep_wording", with_tips))

    data = form.data(**{one: "It is so.", two: "As told.", "because-gone-loaded-1": "No."})
    reply = teacher_client.post(form.action, data, follow=True)

    assert reply.request["PATH_INFO"] == url("publish_set", with_tips)
    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["It is so.", "As told."]
    assert {one, two}.isdisjoint(reasons_of(reply))


@pytest.mark.parametrize(
    ("reason", "says"),
    [(" ", "Enter a reason to keep this wording."), ("x" * 201, "Use up to 200 characters.")],
)
def test_a_tip_is_kept_only_with_a_reason(reason: str, says: str, with_tips: Draft, teacher_client: Client) -> None:
    _, two, *_ = reasons_of(teacher_client.get(editor_of(with_tips)))
    for reply in (
        save(teacher_client, with_tips, keeps=two, stem="Typed too?", **{two: reason}),
        teacher_client.post(url("keep_wording", with_tips), {"keeps": two, two: reason}),
    ):
        assert (reply.status_code, field_errors_of(reply)) == (200, [says])
        assert re.findall(rf'<p class="err" id="{two}-e">', html_of(reply))
        [field] = re.findall(rf'<input [^>]*name="{two}"[^>]*>', html_of(reply))
        assert f'aria-describedby="{two}-e"' in field
        assert html_of(reply).count(" autofocus") == field.count(" autofocus") == 1

    question = question_now(with_tips, "one")
    assert (question["stem"], question.get("kept", [])) == ("Typed too?", [])


def test_the_enter_key_in_a_reason_presses_the_button_of_no_tip(with_tips: Draft, teacher_client: Client) -> None:
    """The first button of a form is the one that the Enter key presses. With a kept tip, it showed that tip again."""
    one, two, *_ = reasons_of(teacher_client.get(url("publish_set", with_tips)))
    teacher_client.post(url("keep_wording", with_tips), {"keeps": one, one: "It is so."})

    page = html_of(teacher_client.get(url("publish_set", with_tips)))

    [(address, inside)] = re.findall(r'<form id="tips-form"[^>]* action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert re.findall(r"<button[^>]*>", inside) == ["<button hidden>"]
    assert page.index('id="tips-form"') < page.index('form="tips-form"')
    teacher_client.post(address, {two: "As told."})
    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["It is so.", "As told."]


def test_a_refused_reason_leaves_the_others_kept(with_tips: Draft, teacher_client: Client) -> None:
    one, two, *_ = reasons_of(teacher_client.get(url("publish_set", with_tips)))
    data = {"keeps": two, one: "It is so.", two: ""}

    page = teacher_client.post(url("keep_wording", with_tips), data)

    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["It is so."]
    assert (one in reasons_of(page), field_errors_of(page)) == (False, ["Enter a reason to keep this wording."])
    # The page still publishes at its own address.
    [form] = [form for form in read(page).forms if form.action == url("publish_set", with_tips)]
    assert dict(form.fields)["revision"] == str(revision_of(with_tips))


def test_keep_of_a_tip_that_is_gone_refuses_nothing(with_tips: Draft, teacher_client: Client) -> None:
    one, *_ = reasons_of(teacher_client.get(editor_of(with_tips)))

    first, again = (save(teacher_client, with_tips, keeps=one, **{one: "It is so."}) for _ in range(2))

    assert first.headers["Location"] == again.headers["Location"] == editor_of(with_tips)
    assert [kept["because"] for kept in question_now(with_tips, "one")["kept"]] == ["It is so."]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_draft_is_shown_on_a_students_page(number: int, draft: Draft, teacher_client: Client) -> None:
    response = teacher_client.get(url("preview_draft", draft, number))

    text = html_of(response)
    assert response.status_code == 200
    assert draft.document["questions"][number - 1]["stem"] in text
    assert "rationale" not in text
    assert "Draft preview: answers aren’t saved or checked" in text
    # The last question has no next one.
    assert ("Next question" in text, "Back to the editor" in text) == (number < 4, number == 4)
    assert teacher_client.get(url("preview_draft", draft, 5)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_editor_has_the_same_query_count_for_one_question_as_for_three(
    count: int, teacher: User, teacher_client: Client, queries: Counting
) -> None:
    document = make_document()
    document["questions"] = document["questions"][:count]
    draft = make_draft(owner=teacher, document=document)
    teacher_client.get(editor_of(draft))

    with queries() as seen:
        teacher_client.get(editor_of(draft))

    # Session, account, draft with its set, latest edition, time zone.
    assert len(seen) == 5


# --- Publish ------------------------------------------------------------------------------------------------------


def test_publish_makes_an_edition_and_says_its_number(draft: Draft, teacher: User, teacher_client: Client) -> None:
    page = publish(teacher_client, draft)

    edition = Edition.objects.get()
    assert (edition.number, edition.published_by) == (1, teacher)
    text = html_of(page)
    assert "Version 1 is published." in text
    # The notice leads there, because the button is below all tips.
    assert f'<a href="{url("assign", draft)}">Assign it</a>' in text
    assert "No changes to publish." in text


def test_tips_are_counted_beside_the_button_that_publishes(draft: Draft, teacher_client: Client) -> None:
    def tip_link(name: str) -> list[str]:
        found = re.findall(r'#h-hints">(.*?)</a>', html_of(teacher_client.get(url(name, draft))), re.DOTALL)
        return [" ".join(text.split()) for text in found]

    document = document_of(draft)
    count = sum(len(question_tips(document, question)) for question in document["questions"])
    assert count > 1
    assert tip_link("edit_reading") == [f"{count} writing tips"]
    # A save updates the number.
    assert 'id="tip-count" hx-swap-oob="true"' in html_of(save(teacher_client, draft, htmx=True))


def test_the_publish_page_assigns_a_version_where_nothing_changed(
    clock: time_machine.Traveller, draft: Draft, teacher_client: Client
) -> None:
    page = publish(teacher_client, draft)
    headings = re.findall(r"<h2[^>]*>\s*([^<]*?)\s*<", html_of(page))
    assert headings[-2:] == ["Since version 1", "Versions"]
    assert text_of(page).count("Assign version 1") == 1
    # Versions and drafts are kept for years, so their days have the year.
    Draft.objects.update(changed_at=NOW - timedelta(days=1))
    text = text_of(teacher_client.get(url("publish_set", draft)))
    for words in ("Saved Thu, Oct 22, 2026", "Published Fri, Oct 23, 2026", "Version 1, published Fri, Oct 23, 2026,"):
        assert words in text

    save(teacher_client, draft, stem="What is kept?")
    page = teacher_client.get(url("publish_set", draft))
    headings = re.findall(r"<h2[^>]*>\s*([^<]*?)\s*<", html_of(page))
    assert headings[-3:] == ["Since version 1", "Version 2", "Versions"]
    assert "Assign version 1" not in text_of(page)
    data = sent(teacher_client, editor_of(draft), having="stem", act="remove")
    removed = html_of(teacher_client.post(editor_of(draft), data, follow=True))
    assert "Question 1 is removed from the draft. Published versions keep it and its scores." in removed
    # One notice of it, with its “Undo”; on the next page, that of the editor.
    assert (removed.count(url("undo_removal", draft)), "Removed: question 1." in removed) == (1, False)
    assert "Removed: question 1." in html_of(teacher_client.get(editor_of(draft, "who")))


def test_a_removed_question_that_no_version_has_is_said_to_be_in_none(draft: Draft, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    hint = "Removing it only affects the next version."
    assert hint in text_of(teacher_client.get(editor_of(draft)))
    page = teacher_client.post(url("add_question", draft), {"new_type": "single"}, follow=True)
    assert hint not in text_of(page)
    data = sent(teacher_client, page.request["PATH_INFO"], having="stem", act="remove")

    removed = html_of(teacher_client.post(page.request["PATH_INFO"], data, follow=True))

    assert "is removed from the draft." in removed
    assert "Published versions keep it" not in removed


def test_publish_on_the_editor_saves_first_and_publishes_a_first_version(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, evidence=[], stem="")

    response = save(teacher_client, draft, evidence=["s1"], stem="What is kept?", publish="on")

    assert response.headers["Location"] == url("publish_set", draft)
    assert Edition.objects.get().document["questions"][0]["stem"] == "What is kept?"


def test_publish_on_the_editor_leads_to_what_is_left_to_fix(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, evidence=[], stem="")

    response = save(teacher_client, draft, stem="What is kept?", publish="on")

    page = html_of(teacher_client.get(response.headers["Location"]))
    assert ["No evidence yet." in page, "Type the question, or remove it." in page] == [True, False]
    assert "Publish: 1 to fix" in html_of(teacher_client.get(editor_of(draft)))
    assert not Edition.objects.exists()


def test_publish_on_the_editor_says_that_nothing_changed(draft: Draft, teacher_client: Client) -> None:
    def label() -> str:
        [text] = re.findall(r'id="publish-label"[^>]*>([^<]*)<', html_of(teacher_client.get(editor_of(draft))))
        return " ".join(text.split())

    assert label() == "Publish version 1"
    citation = {name: value for name, value in draft.document["citation"].items() if name != "author"}
    Draft.objects.filter(pk=draft.pk).update(document={**draft.document, "citation": citation})
    publish(teacher_client, draft)
    assert label() == "Publish: no changes"
    # A copied set may have no author, and the form of the source stores an empty one.
    source = url("edit_source", draft)
    for publisher in ("The Evening Test", citation["publisher"]):
        teacher_client.post(source, sent(teacher_client, source, having="publisher", publisher=publisher))
    assert document_of(draft)["citation"] == {**citation, "author": ""}
    assert label() == "Publish: no changes"
    save(teacher_client, draft, stem="What is kept?")
    assert label() == "Publish version 2"
    teacher_client.post(url("go_back", draft), {"revision": Draft.objects.get(pk=draft.pk).revision})
    assert label() == "Publish: no changes"
    save(teacher_client, draft, stem="")
    assert label() == "Publish: 1 to fix"


def test_publish_on_the_editor_shows_what_changed_before_a_second_version(draft: Draft, teacher_client: Client) -> None:
    publish(teacher_client, draft)

    response = save(teacher_client, draft, stem="What is kept?", publish="on")

    assert response.headers["Location"] == url("publish_set", draft)
    assert Edition.objects.count() == 1
    assert "Question 1 changed." in html_of(teacher_client.get(url("publish_set", draft)))


def test_the_meter_calls_nothing_covered_that_needs_nothing(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    objectives = [*draft.document["objectives"], {"key": "more", "title": "One more"}]
    saving.save_objectives(draft, objectives, {"records": 1}, seen=1, by=teacher, now=NOW)

    page = text_of(teacher_client.get(url("edit_objectives", draft)))

    assert "What the system records 2 1 Covered" in page
    assert "One more 0 0 No questions yet" in page


def test_publish_page_checks_the_draft_once(draft: Draft, teacher_client: Client) -> None:
    assert calls_of(draft_problems, lambda: teacher_client.get(url("publish_set", draft))) == 1


@pytest.mark.parametrize("name", ["publish_set", "edit_question"])
def test_pages_of_the_editor_read_the_reading_as_often_however_many_questions(
    name: str, draft: Draft, teacher_client: Client
) -> None:
    address = editor_of(draft) if name == "edit_question" else url(name, draft)
    before = calls_of(reading_of, lambda: teacher_client.get(address))
    questions = draft.document["questions"]
    questions += [{**deepcopy(questions[0]), "key": f"more-{number}"} for number in range(3)]
    draft.save(update_fields=["document"])

    assert calls_of(reading_of, lambda: teacher_client.get(address)) == before


def calls_of(function: Callable[..., Any], act: Callable[[], Any]) -> int:
    """How often `act` calls this function."""
    codes: list[object] = []
    sys.setprofile(lambda frame, event, _: codes.append(frame.f_code) if event == "call" else None)
    try:
        act()
    finally:
        sys.setprofile(None)
    return codes.count(function.__code__)


def test_publish_lists_what_is_in_the_way_and_offers_no_button(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, evidence=[], key=[])

    text = html_of(teacher_client.get(url("publish_set", draft)))

    assert "No evidence yet. Choose the sentences that prove the answer." in text
    assert "Choose at least 1 correct answer." in text
    assert 'name="revision"' not in text
    teacher_client.post(url("publish_set", draft), {"revision": str(revision_of(draft))})
    assert not Edition.objects.exists()


def test_publish_with_a_gap_needs_a_note(draft: Draft, teacher: User, teacher_client: Client) -> None:
    saving.save_objectives(draft, draft.document["objectives"], {"records": 3}, seen=1, by=teacher, now=NOW)

    assert "Required. Saved with this version." in html_of(teacher_client.get(url("publish_set", draft)))
    page = publish(teacher_client, draft, note=" ")
    assert field_errors_of(page) == ["Say why some questions are missing."]
    assert "What the system records 2 of 3" in html_of(page)
    assert not Edition.objects.exists()

    publish(teacher_client, draft, note="Two are enough for ten minutes.")
    assert Edition.objects.get().note == "Two are enough for ten minutes."


def test_publish_refuses_a_draft_that_changed_since_the_page(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("publish_set", draft)), having="revision")
    saving_questions.save_question(draft, "one", {"stem": "Unseen?"}, seen=1, by=teacher, now=NOW)

    page = teacher_client.post(url("publish_set", draft), form.data())

    assert "The draft changed in another window" in html_of(page)
    assert not Edition.objects.exists()


def test_the_editor_names_speaker_and_paragraph_of_all_evidence(draft: Draft, teacher_client: Client) -> None:
    page = text_of(teacher_client.get(editor_of(draft, "who")))
    assert "3: Mayor’s account Found in paragraph 2 4: Protesters’ claim Found in paragraph 2" in page


def test_publish_lists_what_changed(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    save(teacher_client, draft, key="1", stem="Which is it?")
    save(teacher_client, draft, "proof", act="remove")

    text = html_of(teacher_client.get(url("publish_set", draft)))

    assert [
        words in text
        for words in ("Question 1 has a different correct answer.", "Before: Birthplace", "Question 4 was removed.")
    ] == [True] * 3


def test_a_draft_goes_back_to_its_latest_version(draft: Draft, teacher: User, teacher_client: Client) -> None:
    saving_questions.keep_wording(draft, "one", hint="long", about="x", because="It is short.", by=teacher, now=NOW)
    publish(teacher_client, draft)
    save(teacher_client, draft, stem="Which is it?", key=[])
    save(teacher_client, draft, "proof", act="remove")
    saving.save_text(draft, "Another story.", seen=revision_of(draft), by=teacher, now=NOW)
    saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)

    page = teacher_client.get(url("publish_set", draft))
    assert f'href="{url("go_back", draft)}"' in html_of(page)
    asked = teacher_client.get(url("go_back", draft))
    assert re.findall(r'aria-current="\w+"[^>]*>\s*([^<]+?)\s*<', html_of(asked)) == ["Question sets"]
    done = teacher_client.post(url("go_back", draft), form_of(asked, having="revision").data(), follow=True)

    text = text_of(done)
    assert "The draft has the content of version 1 again." in text
    assert "No changes to publish." in text
    assert "Go back to version 1" not in text
    assert "Undo" not in text
    assert document_of(draft)["reading"] == draft.document["reading"]
    [kept] = question_now(draft, "one").pop("kept")
    assert kept["because"] == "It is short."
    assert [{**table, "kept": []} for table in document_of(draft)["questions"]] == [
        {**table, "kept": []} for table in draft.document["questions"]
    ]


def test_going_back_asks_again_if_another_window_saved(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    save(teacher_client, draft, stem="Which is it?")
    form = form_of(teacher_client.get(url("go_back", draft)), having="revision")
    save(teacher_client, draft, "some", stem="Which are they?")

    page = teacher_client.post(url("go_back", draft), form.data(), follow=True)

    assert "The draft changed in another window. Check it, then decide." in text_of(page)
    assert question_now(draft, "one")["stem"] == "Which is it?"


def test_a_page_from_before_going_back_does_not_save_over_it(draft: Draft, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    save(teacher_client, draft, stem="Which is it?")
    open_page = sent(teacher_client, editor_of(draft), having="stem", stem="Which one, then?")
    data = form_of(teacher_client.get(url("go_back", draft)), having="revision").data()
    teacher_client.post(url("go_back", draft), data)

    teacher_client.post(editor_of(draft), open_page)

    assert question_now(draft, "one")["stem"] == draft.document["questions"][0]["stem"]


def test_a_set_without_a_version_has_none_to_go_back_to(draft: Draft, teacher_client: Client) -> None:
    assert url("go_back", draft) not in html_of(teacher_client.get(url("publish_set", draft)))
    assert teacher_client.get(url("go_back", draft)).headers["Location"] == url("publish_set", draft)


@pytest.fixture
def in_use(draft: Draft, teacher: User, classroom: Classroom, teacher_client: Client) -> Draft:
    """Edition 1 of the draft: answered by one student in one class, assigned to another class without attempts."""
    publish(teacher_client, draft)
    edition = Edition.objects.get()
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    make_answered_attempt(assignment=given, student=make_student(classroom=classroom))
    fresh = make_classroom(teacher=teacher, name="Period 4")
    make_assignment(edition=edition, classroom=fresh, assigned_by=teacher)
    save(teacher_client, draft, stem="Which one is it?")
    return draft


def test_page_of_a_question_set_names_skills_as_the_editor_does(teacher_client: Client, draft: Draft) -> None:
    publish(teacher_client, draft)
    page = html_of(teacher_client.get(url("question_set", draft)))
    for label in SKILL_LABELS.values():
        assert f'<th scope="col" class="r">{label}</th>' in page


def test_publish_says_what_becomes_of_assignments(in_use: Draft, teacher_client: Client) -> None:
    text = html_of(teacher_client.get(url("publish_set", in_use)))
    assert "1 student started it." in text
    assert "After you publish a new version, you can give it to students who haven’t started." in text

    text = html_of(publish(teacher_client, in_use))
    assert "Classes that started keep their version" in text
    assert "Students who haven’t started can get version 2 in" in text
    started = Assignment.objects.get(classroom__name="Period 3")
    assert f'href="{reverse("change_assignment", args=[started.public_id])}"' in text
    # A student who was removed is in no count, and the quiz still keeps its version.
    Student.objects.update(removed_at=NOW)
    page = teacher_client.get(url("publish_set", in_use))
    assert "0 students started it." in html_of(page)
    assert len(form_of(page, having="assignments").offered) == 1
    editions = {row.classroom.name: row.edition.number for row in _assignments(in_use)}
    assert editions == {"Period 3": 1, "Period 4": 1}


def test_assignments_that_no_one_started_get_the_new_edition_when_asked(in_use: Draft, teacher_client: Client) -> None:
    publish(teacher_client, in_use)
    form = form_of(teacher_client.get(url("publish_set", in_use)), having="assignments")
    [(_, offered)] = form.offered

    page = teacher_client.post(form.action, form.data(assignments=offered), follow=True)

    assert "1 quiz now uses version 2." in html_of(page)
    assert {row.classroom.name: row.edition.number for row in _assignments(in_use)} == {"Period 3": 1, "Period 4": 2}
    event = AuditEvent.objects.get(action=AuditEvent.Action.ASSIGNMENT_CHANGED)
    assert event.classroom.name == "Period 4"


def test_assignments_that_someone_started_stay(in_use: Draft, teacher_client: Client) -> None:
    publish(teacher_client, in_use)
    form = form_of(teacher_client.get(url("publish_set", in_use)), having="assignments")
    fresh = next(row for row in _assignments(in_use) if row.classroom.name == "Period 4")
    make_answered_attempt(assignment=fresh, student=make_student(classroom=fresh.classroom))

    teacher_client.post(form.action, form.data(assignments=fresh.public_id))

    assert {row.edition.number for row in _assignments(in_use)} == {1}


def _assignments(draft: Draft) -> list[Any]:
    editions = Edition.objects.filter(question_set=draft.question_set)
    return [row for edition in editions for row in edition.assignments.select_related("classroom", "edition")]


def test_a_published_copy_of_a_built_in_set_is_like_it(teacher: User, teacher_client: Client) -> None:
    built_in = make_edition()
    teacher_client.post(reverse("copy_set", args=[built_in.question_set.public_id]))
    draft = Draft.objects.owned_by(teacher).get()

    publish(teacher_client, draft)

    copy = draft.question_set.editions.get()
    assert [table["stem"] for table in copy.document["questions"]] == [
        table["stem"] for table in built_in.document["questions"]
    ]
    assert draft_problems(from_edition(copy.document, title="Small set (copy)")) == []


@pytest.mark.parametrize(
    ("name", "args"),
    [("edit_question", ["one"]), ("edit_reading", []), ("edit_translation", ["es", "one"]), ("edit_source", [])],
)
def test_save_at_the_top_is_said_in_a_message_that_takes_the_focus(
    name: str, args: list[str], draft: Draft, teacher_client: Client
) -> None:
    """A status in a page that loads is not read out."""
    address = url(name, draft, *args)
    forms = read(teacher_client.get(address)).forms
    [form] = [form for form in forms if ("act", "save") in form.buttons and "revision" in form.data()]

    saved = teacher_client.post(address, form.data(act="save"), follow=True)

    assert html_of(saved).count("<p>Saved.</p>") == 1
    assert html_of(saved).count("autofocus") == 1


@pytest.mark.parametrize("is_changed_elsewhere", [True, False])
@pytest.mark.parametrize("other", [{"points": "many"}, {"explanation": "x" * 2001}])
def test_the_first_of_several_errors_has_the_focus(
    other: dict[str, str], is_changed_elsewhere: bool, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", **other, **{"text-1": "x" * 2001})
    if is_changed_elsewhere:
        saving_questions.save_question(draft, "one", {"stem": "Theirs?"}, seen=1, by=teacher, now=NOW)

    page = teacher_client.post(editor_of(draft), data)

    assert len(field_errors_of(page)) == 2
    assert ("changed in another window" in html_of(page)) is is_changed_elsewhere
    assert html_of(page).count("autofocus") == 1
