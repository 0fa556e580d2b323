"""A reading: numbered sentences with speakers, and invalid documents."""

from typing import Any

import pytest
from django.conf import settings

from quizzes.content.reading import (
    Citation,
    Sentence,
    Speaker,
    explain_words,
    parse_reading,
    parse_speakers,
    parse_words,
)
from quizzes.content.tables import InvalidDocument, tables_of, text_of, texts_of
from quizzes.files.built_in_sets import read_set_files
from tests.factories import parsed_reading

CITATION = Citation("The Daily Test", "City ends an agreement", "", "2018-07-27", "", "")
MAYOR = Speaker("mayor", "Mayor’s account", "person")
NOBODY = Speaker("not_stated", "The story does not say", "blank")


def sentence(key: str, **changes: Any) -> dict[str, Any]:
    return {"key": key, "text": f"Text of {key}.", "voice": "mayor", "facts": ["F1"], **changes}


def reading_table(*paragraphs: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "title": "A reading",
        "language": "en",
        "paragraphs": [{"sentences": sentences} for sentences in paragraphs],
        **changes,
    }


def test_reading_numbers_sentences_across_paragraphs() -> None:
    reading = parse_reading(
        reading_table([sentence("x"), sentence("y")], [sentence("z")]), citation=CITATION, speakers=[MAYOR]
    )

    assert [(s.number, s.key, s.speaker) for s in reading] == [(1, "x", MAYOR), (2, "y", MAYOR), (3, "z", MAYOR)]
    assert [len(paragraph) for paragraph in reading.paragraphs] == [2, 1]


def test_reading_finds_sentences_and_speakers_by_key() -> None:
    reading = parsed_reading()

    found = reading.sentence("s3")
    assert found is not None
    assert (found.number, found.speaker.key, found.facts) == (3, "mayor", frozenset({"F3"}))
    assert reading.sentence("s99") is None
    speaker = reading.speaker("protesters")
    assert speaker is not None
    assert speaker.label == "Protesters’ claim"
    assert reading.speaker("senator") is None


def test_reading_gives_sentences_in_reading_order_and_leaves_out_unknown_keys() -> None:
    assert [s.key for s in parsed_reading().sentences(["s5", "s99", "s2"])] == ["s2", "s5"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (reading_table(), "the reading has no sentence"),
        (reading_table([sentence("x")], []), "a paragraph has no sentence"),
        (reading_table([sentence("x"), sentence("x")]), "two sentences have the same key"),
        (
            reading_table([sentence("x", voice="senator")]),
            "sentence “x” has the speaker “senator”, which the source does not list",
        ),
        (
            # "The story does not say" is an answer, never a speaker.
            reading_table([sentence("x", voice="not_stated")]),
            "sentence “x” has the speaker “not_stated”, which the source does not list",
        ),
        (reading_table([sentence("x", text="  ")]), "“text” is missing"),
        (reading_table([sentence("x", facts="F1")]), "“facts” must be a list of texts"),
        (reading_table([sentence("x")], title=""), "“title” is missing"),
        (reading_table([sentence("x")], title="x" * 201), "“title” is longer than 200 characters"),
        (reading_table([sentence("x")], language=None), "“language” must be text"),
        (reading_table([sentence("x")], paragraphs=["x"]), "“paragraphs” must be a list of tables"),
    ],
)
def test_reading_bad_document_says_what_is_wrong(table: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_reading(table, citation=CITATION, speakers=[MAYOR, NOBODY])

    assert str(refused.value) == reason


def test_speakers_keep_the_order_of_the_source() -> None:
    tables = [
        {"key": "not_stated", "label": "The story does not say", "icon": "blank"},
        {"key": "mayor", "label": " Mayor’s account ", "icon": "person"},
    ]

    assert parse_speakers(tables) == (NOBODY, MAYOR)


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        (
            [{"key": "mayor", "label": "Mayor", "icon": "star"}],
            "speaker “mayor” has the icon “star”, which is none of page, person, sign, quote, blank",
        ),
        (
            [{"key": "mayor", "label": "Mayor", "icon": "page"}, {"key": "mayor", "label": "M", "icon": "page"}],
            "two speakers have the same key",
        ),
        ([{"key": "mayor", "icon": "page"}], "“label” is missing"),
    ],
)
def test_speakers_bad_document_says_what_is_wrong(tables: list[dict[str, str]], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_speakers(tables)

    assert str(refused.value) == reason


def test_text_of_strips_and_may_be_absent_only_where_optional() -> None:
    assert text_of({"a": "  text\n"}, "a") == "text"
    assert text_of({}, "a", optional=True) == ""
    with pytest.raises(InvalidDocument, match="“a” is missing"):
        text_of({}, "a")
    with pytest.raises(InvalidDocument, match="“a” must be text"):
        text_of({"a": 1}, "a", optional=True)


def test_text_of_holds_a_text_to_its_column() -> None:
    assert text_of({"a": " two "}, "a", at_most=3) == "two"
    with pytest.raises(InvalidDocument, match="“a” is longer than 3 characters"):
        text_of({"a": "long"}, "a", at_most=3)


def test_lists_may_be_absent_and_are_of_one_kind() -> None:
    assert texts_of({}, "a") == ()
    assert texts_of({"a": ["x", "y"]}, "a") == ("x", "y")
    assert tables_of({}, "a") == ()
    for bad in ("x", [1], [""], {"x": 1}, [["x"]], None):
        with pytest.raises(InvalidDocument, match="“a” must be a list of texts"):
            texts_of({"a": bad}, "a")
    for bad in ("x", [1], ["x"], {"x": 1}, None):
        with pytest.raises(InvalidDocument, match="“a” must be a list of tables"):
            tables_of({"a": bad}, "a")


# --- Words to know ------------------------------------------------------------------------------------------------

WORDS = [
    {"word": "detain", "meaning": "to hold a person", "spanish": "detener", "en": ["detained"], "es": ["detenida"]},
    {"word": "real time (in)", "meaning": "as it happens", "en": ["in real time", "time"]},
    {"word": "allege", "meaning": "to say that someone did wrong"},
    {"word": "Diyarbakir", "meaning": "a city", "en": ["Diyarbakir", "İzmir"]},
]


def explained(*texts: str, language: str = "en") -> list[list[tuple[str, str | None]]]:
    """The parts of each sentence of one paragraph, with the word of each part."""
    speaker = Speaker("reporter", "The story itself", "page")
    paragraph = [Sentence(f"s{n}", n, text, speaker, frozenset()) for n, text in enumerate(texts, start=1)]
    [shown] = explain_words([paragraph], parse_words(WORDS, "en"), language)
    return [[(part.text, part.word.word if part.word else None) for part in sentence.parts] for sentence in shown]


def test_word_is_explained_where_a_paragraph_first_has_it() -> None:
    assert explained("Police Detained him.", "They detained her in real time.", "Nothing here.") == [
        [("Police ", None), ("Detained", "detain"), (" him.", None)],
        [("They detained her ", None), ("in real time", "real time (in)"), (".", None)],
        [],
    ]


def test_word_inside_another_word_is_not_explained() -> None:
    assert explained("Sometimes, undetained.") == [[]]


def test_word_with_other_letters_is_not_explained() -> None:
    # A regular expression that ignores case takes the “ı” for an “i”, and `casefold` does not.
    assert explained("Diyarbakır.", "İzmir.") == [[], [("İzmir", "Diyarbakir"), (".", None)]]


def test_words_follow_the_language_of_the_reading() -> None:
    assert explained("La persona detenida.", language="es") == [
        [("La persona ", None), ("detenida", "detain"), (".", None)]
    ]
    assert explained("They were detained.", language="es") == [[]]


def test_parts_of_a_sentence_are_its_text() -> None:
    for file in read_set_files(settings.BASE_DIR / "fixtures"):
        for sentence in file.parsed.reading:
            assert "".join(part.text for part in sentence.parts) in ("", sentence.text)


def test_two_equal_words_are_refused() -> None:
    with pytest.raises(InvalidDocument, match="two words to know are the same"):
        parse_words([WORDS[0], WORDS[0]], "en")
