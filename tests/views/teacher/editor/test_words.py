"""The words to know of a reading: a teacher adds, changes and removes them beside the reading."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from quizzes.content.drafts import saving
from quizzes.content.drafts.document import finished, reading_of
from quizzes.content.drafts.words import MAX_WORDS, ExplainedWord
from quizzes.models import Draft, User
from tests.drafting import document_of, html_of, publish, revision_of, sent, url
from tests.factories import NOW, make_document, make_draft
from tests.pages import field_errors_of, form_of

RECORD = {
    "word": "record",
    "meaning": "to write down",
    "spanish": "registrar",
    "en": ["records"],
    "es": ["registra"],
    "texts": {"es": {"meaning": "anotar"}},
}
ALLEGE = {"word": "allege", "meaning": "to say that someone did wrong", "spanish": "alegar"}


@pytest.fixture
def copied(teacher: User) -> Draft:
    """A copy of a set that explains words, also in Spanish."""
    document = make_document()
    document["languages"] = ["es"]
    document["reading"]["words"] = [RECORD, ALLEGE]
    document["reading"]["variants"] = [
        {
            "key": "es",
            "language": "es",
            "level": "",
            "title": "El acuerdo",
            "note": "",
            "sentences": {"s1": "Registra."},
        }
    ]
    return make_draft(owner=teacher, document=document)


def send(client: Client, draft: Draft, fields: dict[str, str]) -> HttpResponse:
    data = sent(client, url("edit_words", draft), having="forms-new-1", **fields)
    return client.post(url("edit_words", draft), data, follow=True)


def words_of(draft: Draft) -> Any:
    return document_of(draft)["reading"].get("words")


def test_words_are_added_and_students_can_tap_them(draft: Draft, teacher_client: Client) -> None:
    page = send(
        teacher_client,
        draft,
        {
            "forms-new-1": "birthplace",
            "meaning-new-1": "where a person was born",
            "forms-new-2": " records,  record, Records",
            "meaning-new-2": "to write down",
        },
    )

    assert words_of(draft) == [
        {"word": "birthplace", "meaning": "where a person was born", "en": ["birthplace"]},
        {"word": "records", "meaning": "to write down", "en": ["records", "record"]},
    ]
    assert "Words saved." in html_of(page)
    assert [word.word for word in reading_of(document_of(draft)).explained_words] == ["birthplace", "records"]
    preview = teacher_client.get(url("preview_draft", draft, 1)).text
    assert 'popovertarget="word-birthplace"' in preview


def test_words_are_changed_and_removed(draft: Draft, teacher: User, teacher_client: Client) -> None:
    words = [ExplainedWord("", (form,), f"meaning of {form}") for form in ("system", "address", "records")]
    saving.save_words(draft, words, seen=1, by=teacher, now=NOW)

    send(
        teacher_client,
        draft,
        {"meaning-word-system": "a whole of parts", "forms-word-address": "", "forms-word-records": "recorded, record"},
    )

    assert words_of(draft) == [
        {"word": "system", "meaning": "a whole of parts", "en": ["system"]},
        {"word": "recorded", "meaning": "meaning of records", "en": ["recorded", "record"]},
    ]


def test_a_page_that_is_sent_twice_adds_a_word_once(draft: Draft, teacher_client: Client) -> None:
    fields = {"forms-new-1": "system", "meaning-new-1": "a whole of parts"}
    data = sent(teacher_client, url("edit_words", draft), having="forms-new-1", **fields)

    for _ in range(2):
        page = teacher_client.post(url("edit_words", draft), data, follow=True)
        assert "Words saved." in html_of(page)

    assert (len(words_of(draft)), revision_of(draft)) == (1, 2)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"forms-new-1": "system"}, ["Type the meaning."]),
        ({"meaning-new-1": "a whole"}, ["Type the word as the reading has it."]),
        ({"forms-new-1": "...", "meaning-new-1": "a whole"}, ["Type the word as the reading has it."]),
        ({"forms-new-1": "Address", "meaning-new-1": "a street"}, ["This word is in the list twice."]),
        (
            {"forms-word-address": "systems, system", "forms-new-1": "systems", "meaning-new-1": "a whole"},
            ["This word is in the list twice."],
        ),
        ({"forms-new-1": "a" * 61, "meaning-new-1": "a whole"}, ["Use up to 60 characters."]),
        ({"forms-new-1": "system", "meaning-new-1": "a" * 201}, ["Use up to 200 characters."]),
    ],
)
def test_words_that_no_page_could_show_are_refused(
    fields: dict[str, str], errors: list[str], draft: Draft, teacher: User, teacher_client: Client
) -> None:
    words = [ExplainedWord("", ("address",), "where one lives")]
    saving.save_words(draft, words, seen=1, by=teacher, now=NOW)
    before = words_of(draft)

    response = send(teacher_client, draft, fields)

    assert field_errors_of(response) == errors
    assert words_of(draft) == before


@pytest.mark.parametrize(("form", "is_absent"), [("fingerprint", True), ("BIRTHPLACE", False)])
def test_a_word_that_no_sentence_has_is_named(
    form: str, is_absent: bool, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving.save_words(draft, [ExplainedWord("", (form,), "meaning")], seen=1, by=teacher, now=NOW)
    page = teacher_client.get(url("edit_words", draft)).text
    assert ("The reading doesn’t have this word." in page) is is_absent
    # Between the word and its meaning.
    assert not is_absent or page.index("The reading doesn’t have this word.") < page.index("Meaning 1")


def test_a_copy_shows_the_words_of_its_reading_also_in_spanish(copied: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("edit_words", copied))
    data = sent(teacher_client, url("edit_words", copied), having="forms-new-1")
    assert [data[f"{name}-word-record"] for name in ("forms", "meaning", "spanish_forms", "spanish_meaning")] == [
        ["records"],
        ["to write down"],
        ["registra"],
        ["anotar"],
    ]
    assert "allege" not in page.text

    teacher_client.post(url("edit_words", copied), data)

    assert document_of(copied) == copied.document


def test_a_word_in_spanish_is_saved_with_its_meaning(copied: Draft, teacher_client: Client) -> None:
    send(
        teacher_client,
        copied,
        {
            "spanish_meaning-word-record": "escribir",
            "forms-new-1": "address",
            "meaning-new-1": "where one lives",
            "spanish_forms-new-1": "dirección",
            "spanish_meaning-new-1": "donde uno vive",
            "forms-new-2": "allege",
            "meaning-new-2": "to claim",
        },
    )

    assert finished(document_of(copied))["reading"]["words"] == [
        {**RECORD, "texts": {"es": {"meaning": "escribir"}}},
        {
            "word": "address",
            "meaning": "where one lives",
            "en": ["address"],
            "spanish": "dirección",
            "es": ["dirección"],
            "texts": {"es": {"meaning": "donde uno vive"}},
        },
        {"word": "allege", "meaning": "to claim", "en": ["allege"]},
    ]


def test_a_word_that_gets_the_name_of_a_hidden_one_takes_its_place(copied: Draft, teacher_client: Client) -> None:
    send(teacher_client, copied, {"forms-word-record": "allege", "spanish_forms-word-record": ""})

    assert [(word["word"], word["meaning"], word["en"]) for word in words_of(copied)] == [
        ("allege", "to write down", ["allege"])
    ]
    assert "allege" in teacher_client.get(url("edit_words", copied)).text


def test_a_word_of_another_window_stays(draft: Draft, teacher: User, teacher_client: Client) -> None:
    fields = {"forms-new-1": "system", "meaning-new-1": "a whole of parts"}
    data = sent(teacher_client, url("edit_words", draft), having="forms-new-1", **fields)
    saving.save_words(draft, [ExplainedWord("", ("address",), "where one lives")], seen=1, by=teacher, now=NOW)

    page = teacher_client.post(url("edit_words", draft), data)
    assert "This was changed in another window" in html_of(page)
    # A new page is not read out.
    assert '<div class="notice bad-n" role="alert" tabindex="-1" autofocus>' in html_of(page)
    assert [word["word"] for word in words_of(draft)] == ["address"]

    teacher_client.post(url("edit_words", draft), form_of(page, having="forms-new-1").data(over="2"))
    assert [word["word"] for word in words_of(draft)] == ["address", "system"]


def test_what_is_typed_for_a_word_that_another_window_removed_is_kept(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_words", draft)
    words = [ExplainedWord("", (form,), f"meaning of {form}") for form in ("system", "address")]
    saving.save_words(draft, words, seen=1, by=teacher, now=NOW)
    data = sent(teacher_client, address, having="forms-new-1", **{"meaning-word-system": "a whole of parts"})
    saving.save_words(draft, [ExplainedWord("system", (), "")], seen=2, by=teacher, now=NOW)

    page = teacher_client.post(address, data)

    assert "This was changed in another window" in html_of(page)
    assert [word["word"] for word in words_of(draft)] == ["address"]
    over = form_of(page, having="forms-word-system").data(over=str(revision_of(draft)))
    for _ in range(2):
        assert "Words saved." in html_of(teacher_client.post(address, over, follow=True))
    added = {"word": "system", "meaning": "a whole of parts", "en": ["system"]}
    assert words_of(draft) == [{"word": "address", "meaning": "meaning of address", "en": ["address"]}, added]


def test_a_new_word_keeps_its_row_while_another_window_fills_the_list(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address, new = url("edit_words", draft), {"forms-new-1": "system", "meaning-new-1": "a whole of parts"}
    data = sent(teacher_client, address, having="forms-new-1", **new)
    words = [ExplainedWord("", (f"word{number}",), "meaning") for number in range(MAX_WORDS)]
    saving.save_words(draft, words, seen=1, by=teacher, now=NOW)

    page = teacher_client.post(address, data)

    assert field_errors_of(page) == ["The limit is 60 words."]
    kept = form_of(page, having="forms-new-1").data(**{"forms-word-word0": "", "over": "2"})
    for _ in range(2):
        assert "Words saved." in html_of(teacher_client.post(address, kept, follow=True))
    assert [word["word"] for word in words_of(draft)] == [f"word{number}" for number in range(1, MAX_WORDS)] + [
        "system"
    ]


def test_a_word_with_a_new_name_may_be_sent_twice(copied: Draft, teacher_client: Client) -> None:
    address = url("edit_words", copied)
    data = sent(teacher_client, address, having="forms-new-1", **{"forms-word-record": "notes"})

    for _ in range(2):
        assert "Words saved." in html_of(teacher_client.post(address, data, follow=True))

    assert [word["word"] for word in words_of(copied)] == ["notes", "allege"]


def test_a_long_word_in_spanish_is_refused(copied: Draft, teacher_client: Client) -> None:
    response = send(teacher_client, copied, {"spanish_forms-word-record": "a" * 101})

    assert field_errors_of(response) == ["Use up to 60 characters."]
    assert document_of(copied) == copied.document


def test_a_set_in_one_language_asks_for_no_spanish(draft: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("edit_words", draft)).text
    assert ('name="forms-new-1"' in page, "spanish_" in page) == (True, False)


def test_the_publish_page_lists_changed_words(copied: Draft, teacher_client: Client) -> None:
    publish(teacher_client, copied)
    assert "No changes to publish." in html_of(teacher_client.get(url("publish_set", copied)))

    send(teacher_client, copied, {"meaning-word-record": "to keep"})

    assert "The words to know changed." in html_of(teacher_client.get(url("publish_set", copied)))
