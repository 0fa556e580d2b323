"""Questions in two languages: the same keys and grades, and texts in the student's language as far as they exist."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from quizzes.content.languages import TEXTS, TextFields, TranslatedText, missing_texts, unknown_texts
from quizzes.content.question_types.registry import parse_question, public_view, text_fields, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import combine, parse_set, untranslated
from quizzes.content.set_problems import find_errors
from quizzes.content.tables import InvalidDocument
from tests.content.question_types.test_reference import EACH, SOURCE, Example
from tests.question_laws import sent

READING = parse_set(
    combine(
        SOURCE,
        {
            "slug": "one",
            "title": "One",
            "summary": "One.",
            "about_minutes": 1,
            "questions": [
                {
                    "key": "one",
                    "type": "true_false",
                    "objective": "ended",
                    "skill": "recall",
                    "facts": ["F11"],
                    "stem": "True?",
                    "statement": "It was a Friday.",
                    "answer": True,
                    "evidence": ["s1"],
                }
            ],
        },
    )
).reading
SHUFFLE = Shuffle("0" * 32, is_shuffled=True)


def marked(text: str) -> str:
    """A placeholder translation. It keeps the blanks of a text to fill."""
    return f"¿{text}?"


def translate(table: dict[str, Any], fields: TextFields) -> dict[str, Any]:
    """The table with every text also in Spanish."""
    own: dict[str, Any] = {name: marked(table[name]) for name in fields.texts if table.get(name)}
    own |= {name: [marked(line) for line in table[name]] for name in (*fields.lines, *fields.answers) if name in table}
    rows = {
        name: [translate(row, row_fields) for row in table[name]]
        for name, row_fields in fields.rows.items()
        if name in table
    }
    return {**table, **rows, TEXTS: {"es": own}}


def originals(table: dict[str, Any], fields: TextFields) -> Iterator[str]:
    """Every text of the table in its first language."""
    yield from (table[name] for name in fields.texts if table.get(name))
    for name in (*fields.lines, *fields.answers):
        yield from table.get(name, ())
    for name, row_fields in fields.rows.items():
        for row in table.get(name, ()):
            yield from originals(row, row_fields)


def in_spanish(example: Example) -> dict[str, Any]:
    return translate(deepcopy(example.document), text_fields(example.document))


def page(document: dict[str, Any], language: str, value: Any = None) -> str:
    question = parse_question(document, ("es",)).in_language(language)
    view = public_view(question, SHUFFLE, value, READING)
    context = {"view": view, "language": language, "reading_language": "en"}
    with translation.override(language):
        return render_to_string(type_of(question).template("page"), context)


@EACH
def test_a_translated_question_has_the_same_grades(example: Example) -> None:
    document = in_spanish(example)
    plain, both = parse_question(example.document), parse_question(document, ("es",))
    spanish = both.in_language("es")
    values = [value for value, _, _ in example.answers] + [
        plain.correct_answer(),
        plain.wrong_answer(lambda found: found[0]),
    ]

    assert spanish is not both
    for value in values:
        assert both.grade(value) == spanish.grade(value) == plain.grade(value)
        assert both.needs_grading(value) == spanish.needs_grading(value) == plain.needs_grading(value)
        assert [one.id for one in spanish.chosen_options(value, READING)] == [
            one.id for one in both.chosen_options(value, READING)
        ] or type_of(plain).is_typed
    # A correct answer in either language counts in either language.
    assert both.grade(spanish.correct_answer()) == spanish.grade(spanish.correct_answer())
    assert both.grade(spanish.correct_answer()) == plain.grade(plain.correct_answer())


@EACH
def test_no_text_of_a_translated_question_stays_in_the_first_language(example: Example) -> None:
    document = in_spanish(example)
    question = parse_question(document, ("es",)).in_language("es")
    shown = [
        json.dumps(public_view(question, SHUFFLE, None, READING), ensure_ascii=False),
        *(str(question.review(value, READING)) for value in (None, question.wrong_answer(lambda found: found[0]))),
        question.explanation,
    ]
    texts = {text for text in originals(example.document, text_fields(example.document)) if len(text) > 20}
    for place in shown:
        rest = place
        for text in texts:
            rest = rest.replace(marked(text), "")
        assert [text for text in texts if text in rest] == []


# Fields of a question that are keys, ids or values, and the same in every language.
NO_TEXTS = frozenset(
    "key type objective skill facts evidence leans_on mark mark_at key_sentences sentence voice voices answer kind"
    " option answer_type tolerance".split()
)


@EACH
def test_every_text_of_a_type_is_declared(example: Example) -> None:
    def undeclared(table: dict[str, Any], fields: TextFields) -> Iterator[str]:
        for name, value in table.items():
            rows = value if isinstance(value, list) and value and isinstance(value[0], dict) else []
            if name in fields.names or name in NO_TEXTS or isinstance(value, bool | int):
                continue
            if not rows or name not in fields.rows:
                yield name
            for row in rows:
                yield from undeclared(row, fields.rows.get(name, TextFields()))

    assert [*undeclared(example.document, text_fields(example.document))] == []


@EACH
def test_an_answer_sent_from_either_page_is_the_same_answer(example: Example) -> None:
    document = in_spanish(example)
    both = parse_question(document, ("es",))
    spanish = both.in_language("es")
    value = both.correct_answer()

    for shown, reader in ((both, spanish), (spanish, both)):
        fields = sent(page(document, "es" if shown is spanish else "en", value))
        assert reader.read_answer(fields, SHUFFLE, READING) == value


@EACH
def test_missing_texts_are_listed_and_stay_in_the_first_language(example: Example) -> None:
    fields, complete = text_fields(example.document), in_spanish(example)
    assert [*missing_texts(complete, fields, "es")] == []
    assert [*unknown_texts(complete, fields, ("es",))] == []
    assert {text.original for text in missing_texts(example.document, fields, "es")} >= {example.document["stem"]}

    del complete[TEXTS]["es"]["stem"]
    assert [text.place for text in missing_texts(complete, fields, "es")] == ["stem"]
    stem = parse_question(complete, ("es",)).in_language("es").stem
    assert isinstance(stem, TranslatedText)
    assert (str(stem), stem.is_fallback, stem.language) == (example.document["stem"], True, "en")
    if example.document["type"] != "answer_and_proof":
        assert '<span lang="en" dir="ltr">' in page(complete, "es")
    assert '<span lang="en"' not in page(complete, "en")


def test_letters_on_paper_are_the_same_in_every_language() -> None:
    document = {
        "key": "m", "type": "matching", "objective": "ended", "skill": "recall", "facts": ["F20"], "stem": "Match.",
        "evidence": ["s15"], "options": ["Alpha", "Beta"],
        "prompts": [{"text": "One", "option": "Alpha"}, {"text": "Two", "option": "Beta"}],
        "texts": {"es": {"options": ["Zeta", "Alfa"]}},
    }  # fmt: skip
    spanish = parse_question(document, ("es",)).in_language("es")
    prompts = spanish.public(SHUFFLE, None, READING)["prompts"]

    assert [(option["letter"], option["text"]) for option in prompts[0]["options"]] == [("A", "Zeta"), ("B", "Alfa")]
    assert spanish.correct_answer() == {"a": "1", "b": "2"}


def test_a_list_of_another_length_is_out_of_date() -> None:
    document = {
        "key": "m", "type": "matching", "objective": "ended", "skill": "recall", "facts": ["F20"], "stem": "Match.",
        "evidence": ["s15"], "options": ["Alpha", "Beta"],
        "prompts": [{"text": "One", "option": "Alpha"}, {"text": "Two", "option": "Beta"}],
        "texts": {"es": {"options": ["Alfa"]}},
    }  # fmt: skip

    assert list(parse_question(document, ("es",)).in_language("es").option_texts.values()) == ["Alpha", "Beta"]
    assert "options" in [text.place for text in missing_texts(document, text_fields(document), "es")]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"fr": {"stem": "Vrai ?"}}, "“fr”, which “languages” does not name"),
        ({"es": {"answer": "no"}}, "“answer” can’t have a translation"),
        ({"es": {"stem": ["no"]}}, "must be text"),
    ],
)
def test_texts_that_do_not_fit_are_errors(texts: dict[str, Any], reason: str) -> None:
    document = _set(languages=["es"])
    document["questions"][0]["texts"] = texts
    assert any(reason in found for _, found in find_errors(document, parse_set(document)))


def test_a_set_has_its_texts_in_each_language() -> None:
    document = _set(languages=["es"], texts={"es": {"title": "Uno"}})
    document["objectives"][0]["texts"] = {"es": {"title": "Qué registra"}}
    document["voices"][1]["texts"] = {"es": {"label": "El alcalde"}}
    parsed = parse_set(document)
    spanish = parsed.in_language("es")

    assert (parsed.title, spanish.title, spanish.language) == ("One", "Uno", "es")
    assert spanish.objectives[0].title == "Qué registra"
    assert [speaker.label for speaker in spanish.reading.speakers][1] == "El alcalde"
    assert parsed.languages == ("en", "es")
    assert parsed.in_language("fr") is parsed
    missing = untranslated(document, "es")
    assert ("", "summary") in [(key, text.place) for key, text in missing]
    assert ("one", "stem") in [(key, text.place) for key, text in missing]


def test_a_set_is_not_translated_into_its_own_language() -> None:
    with pytest.raises(InvalidDocument, match="written in"):
        parse_set(_set(languages=["en"]))


def _set(**fields: Any) -> dict[str, Any]:
    source = {name: value for name, value in deepcopy(SOURCE).items() if name != "languages"}
    question = {
        "key": "one", "type": "true_false", "objective": "ended", "skill": "recall", "facts": ["F11"],
        "stem": "True?", "statement": "It was a Friday.", "answer": True, "evidence": ["s1"],
    }  # fmt: skip
    own = {"slug": "one", "title": "One", "summary": "One.", "about_minutes": 1, "questions": [question]}
    return {**combine(source, own), **fields}
