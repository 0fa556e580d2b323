"""The other levels of a draft's reading: matches, changed sentences, and what an edition keeps."""

import copy
from typing import Any

import pytest
from django.utils import translation

from quizzes.content.drafts import levels
from quizzes.content.drafts.changes import changes
from quizzes.content.drafts.document import finished, from_edition, sentence_tables
from quizzes.content.drafts.removals import put_back, remember_removals
from quizzes.content.drafts.validation import questions_not_shown_at
from quizzes.content.sentences import split_text
from quizzes.content.set_document import parse_set
from quizzes.content.set_problems import find_errors
from tests.drafting import story

EASY = (
    "The system keeps a birthplace. It keeps an address too.\n\nThe mayor said: they broke the rules. "
    "Protesters said people are easy to find. The agreement ends in August. Dozens protested."
)
SPANISH = (
    "El sistema registra el lugar de nacimiento. Y una dirección. El alcalde habló. Otros también. Termina. Son 12."
)


def with_level(key: str = "easier", text: str = EASY) -> dict[str, Any]:
    document = story()
    levels.set_level_text(document, key, text, sentence_tables(document))
    return document


def matches(document: dict[str, Any], key: str = "easier") -> dict[str, str]:
    variant = levels.level_of(document, key)
    assert variant is not None
    return {row["id"]: row["to"] for row in variant["rows"]}


def state(document: dict[str, Any]) -> levels.LevelState:
    variant = levels.level_of(document, "easier")
    assert variant is not None
    return levels.state_of(variant, sentence_tables(document))


def match(document: dict[str, Any], rows: dict[str, str] | None = None, **more: Any) -> None:
    variant = levels.level_of(document, "easier")
    assert variant is not None
    levels.set_level(
        variant, {}, more.pop("texts", {}), rows or {}, standard=sentence_tables(document), **{"kept": "", **more}
    )


@pytest.mark.parametrize(("key", "text"), [("easier", EASY), ("es", SPANISH)])
def test_a_pasted_text_is_matched_in_order(key: str, text: str) -> None:
    assert matches(with_level(key, text), key) == {f"r{number}": f"s{number}" for number in range(1, 7)}


@pytest.mark.parametrize(
    ("texts", "proposed"),
    [
        (["The system records one thing.", "It records a birthplace.", "Dozens protested."], ["s1", "s1", "s6"]),
        (["Nobody knows why.", "The agreement ends in August."], ["", "s5"]),
        ([], []),
    ],
)
def test_matches_follow_shared_words_and_leave_out_the_rest(texts: list[str], proposed: list[str]) -> None:
    assert levels.proposed_matches([texts], [sentence_tables(story())], is_translated=False) == proposed


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Tres.\n\nSeis. Siete.", ["s3", "s6", "s7"]),
        # Without the same paragraphs, only the place in the whole text tells.
        ("Tres. Seis. Siete.", ["s2", "s4", "s6"]),
    ],
)
def test_sentences_of_a_translation_are_matched_within_their_paragraph(text: str, proposed: list[str]) -> None:
    tables = [{"key": f"s{number}", "text": "The town met."} for number in range(1, 8)]

    found = levels.proposed_matches(split_text(text, "es"), [tables[:5], tables[5:]], is_translated=True)

    assert found == proposed


def test_two_sentences_of_one_match_become_one_and_the_edition_is_valid() -> None:
    document = with_level()
    match(document, {"r2": "s1", "r6": ""}, texts={"r5": "It ends\nin August."})

    edition = finished(document)
    [variant] = edition["reading"]["variants"]
    assert variant == {
        "key": "easier",
        "language": "en",
        "level": "",
        "title": "The agreement",
        "note": "",
        "sentences": {
            "s1": "The system keeps a birthplace. It keeps an address too.",
            "s3": "The mayor said: they broke the rules.",
            "s4": "Protesters said people are easy to find.",
            "s5": "It ends in August.",
        },
    }
    assert find_errors(edition, parse_set(edition)) == []
    assert state(document) == levels.LevelState("easier", "Easier", 1, (2, 6), ())
    assert [(number, missing) for number, _, missing in questions_not_shown_at(document, "easier")] == [
        (2, (2,)),
        (3, (2, 6)),
        (4, (2, 6)),
    ]


def test_a_changed_sentence_waits_for_its_author() -> None:
    document = with_level()
    sentence_tables(document)[2]["text"] = "The mayor said that nobody broke the rules."

    assert state(document).stale == (3,)
    assert "s3" not in finished(document)["reading"]["variants"][0]["sentences"]

    match(document, texts={"r1": "The system keeps one thing."})
    assert state(document).stale == (3,)
    match(document, kept="s3")
    assert state(document).stale == ()
    assert "s3" in finished(document)["reading"]["variants"][0]["sentences"]


def test_a_new_wording_of_a_level_confirms_its_match() -> None:
    document = with_level()
    sentence_tables(document)[2]["text"] = "The mayor said that nobody broke the rules."
    match(document, texts={"r3": "The mayor said: nobody broke the rules."})
    assert state(document).stale == ()


def test_a_new_text_keeps_the_matches_of_sentences_that_stay() -> None:
    document = with_level()
    match(document, {"r4": "s5", "r5": "s4"})
    levels.set_level_text(document, "easier", EASY.replace("Dozens", "Many people"), sentence_tables(document))
    found = matches(document)
    assert (found["r4"], found["r5"]) == ("s5", "s4")
    # The last sentence is another one: it gets a new row.
    assert list(found) == ["r1", "r2", "r3", "r4", "r5", "r7"]


def test_a_copy_keeps_the_levels() -> None:
    edition = finished(with_level())
    copied = from_edition(edition, title="Copy")
    assert finished(copied)["reading"]["variants"] == edition["reading"]["variants"]
    assert matches(copied) == {f"r{number}": f"s{number}" for number in range(1, 7)}
    # A draft that was stored before levels could be edited.
    [variant] = copied["reading"]["variants"]
    variant["sentences"] = {row["to"]: row["text"] for row in variant.pop("rows")}
    assert finished(copied)["reading"]["variants"] == edition["reading"]["variants"]


def test_a_removed_level_can_be_put_back() -> None:
    document = with_level()
    before = copy.deepcopy(document)
    levels.remove_level(document, "easier")
    remember_removals(before, document, revision=2)
    assert document["reading"]["variants"] == []
    assert put_back(document) == ["levels"]
    assert document["reading"]["variants"] == before["reading"]["variants"]


def test_changes_name_the_level() -> None:
    document = story()
    first = finished(document)
    levels.set_level_text(document, "easier", EASY, sentence_tables(document))
    second = finished(document)
    assert [change.what for change in changes(first, document)] == ["The reading level “Easier” is new."]
    match(document, texts={"r1": "The system keeps one thing."})
    assert [change.what for change in changes(second, document)] == ["The reading level “Easier” changed: 1 sentence."]
    levels.remove_level(document, "easier")
    assert [change.what for change in changes(second, document)] == ["The reading level “Easier” was removed."]
    with translation.override("es"):
        [removed] = changes(second, document)
    assert "“Más fácil”" in removed.what


def test_a_reading_has_no_level_in_its_own_language() -> None:
    assert (levels.offered_levels("en"), levels.offered_levels("es-MX")) == (["easier", "es"], ["easier"])
