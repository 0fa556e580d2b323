"""The document of a draft, and the document of an edition that is made from it. Pure.

A draft has the shape of an edition, but may be incomplete. It also has fields that only its author sees: `saved`
(the draft's revision at which each part was last changed), and in a question `anchors` (sentence key: the sentence's
text when it became evidence), `kept` (tips that the author dismissed, and why) and `set_aside` (fields of other types).
`levels` says what another level of the reading has. `set_aside_languages` has the language of the draft if it was one
of its other languages before.

Teachers do not list facts. Each sentence of an edition is one fact, with the key and the speaker of the sentence.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from math import ceil
from typing import Any

from django.utils.text import slugify

from quizzes.content.drafts.levels import finish_level, open_level
from quizzes.content.drafts.rights_note import forget_own_note, reading_with_note, rights_note
from quizzes.content.languages import (
    BASED_ON,
    TEXTS,
    anchor_texts,
    finished_texts,
    with_language,
)
from quizzes.content.pictures import INCOMPLETE, parse_picture
from quizzes.content.question_types.draft import rows
from quizzes.content.question_types.registry import draft_of, level_needs, open_in_draft, text_fields
from quizzes.content.reading import (
    NOT_STATED,
    REPORTER,
    Citation,
    Reading,
    Sentence,
    Speaker,
    explain_words,
    parse_variant,
    parse_words,
)
from quizzes.content.rights import QUOTES, note_language
from quizzes.content.sentences import same_text
from quizzes.content.set_document import CITATION_TEXTS, READING_TEXTS, SET_TEXTS, first_language, make_summary
from quizzes.content.tables import Table

# The parts of a draft that are saved separately. Each question is a part too: see `question_part`.
SOURCE, READING, SPEAKERS, OBJECTIVES, LEVELS = "source", "reading", "voices", "objectives", "levels"
LANGUAGES, WORDS = "languages", "words"
# Part of the page of the reading. It changes with the title of the set, which no question depends on.
READING_TITLE = "reading_title"

UNNAMED = "unnamed"
_STANDARD_SPEAKERS: tuple[Table, ...] = (
    {"key": REPORTER, "label": "The story itself", "icon": "page", TEXTS: {"es": {"label": "La noticia misma"}}},
    {
        "key": UNNAMED,
        "label": "Someone not named",
        "icon": "quote",
        TEXTS: {"es": {"label": "Alguien a quien no se nombra"}},
    },
    {
        "key": NOT_STATED,
        "label": "The story does not say",
        "icon": "blank",
        TEXTS: {"es": {"label": "La noticia no lo dice"}},
    },
)
# Every story has these. They are not speakers that the teacher adds, so they keep their place in the list.
FIXED_SPEAKERS = frozenset(speaker["key"] for speaker in _STANDARD_SPEAKERS)
_FIXED_NAMES: dict[str, dict[str, str]] = {
    speaker["key"]: {"en": speaker["label"], **{code: texts["label"] for code, texts in speaker[TEXTS].items()}}
    for speaker in _STANDARD_SPEAKERS
}

CITATION_FIELDS = ("publisher", "title", "author", "url", "published_on", "date_note")

MAX_SENTENCES = 300
MAX_SENTENCE_LENGTH = 1_000
MAX_QUESTIONS = 60
MAX_OBJECTIVES = 12
MAX_SPEAKERS = 8

# Lists of sentence keys, in a question or one of its rows.
_EVIDENCE, _SUPPORTING, _CONTRADICTING = "evidence", "leans_on", "mark_at"
# Fields of a question that an edition does not have.
_AUTHOR_FIELDS = frozenset({"anchors", "kept", "set_aside", INCOMPLETE})

# A class reads about 130 words per minute for understanding, and needs about 45 seconds for a question.
_WORDS_A_MINUTE = 130
_MINUTES_A_QUESTION = 0.75


def new_document() -> Table:
    """An empty draft with the speaker labels that every story has."""
    return {
        "title": "",
        "summary": "",
        "about_minutes": 0,
        "minimum": {},
        "citation": {},
        "objectives": [],
        "voices": [deepcopy(speaker) for speaker in _STANDARD_SPEAKERS],
        "reading": {"title": "", "language": "en", "level": "", "rights": "", "rights_note": "", "paragraphs": []},
        "questions": [],
        "saved": {},
    }


def set_language(document: Table, language: str) -> None:
    """Set the language that the draft is written in, in place.

    The speakers that every story has get their names in it, but a name by the author stays. The language leaves the
    list of other languages until the draft gets another one. Texts in it stay in the draft.
    """
    document["reading"]["language"] = language
    listed = dict.fromkeys([*document.get("languages", ()), *document.pop("set_aside_languages", ())])
    if "languages" in document:
        document["languages"] = [code for code in listed if code != first_language(document)]
    if first_language(document) in listed:
        document["set_aside_languages"] = [first_language(document)]
    for speaker in document["voices"]:
        names = _FIXED_NAMES.get(speaker["key"], {})
        code = language.partition("-")[0] if language.partition("-")[0] in names else "en"
        if speaker["label"] in names.values() and speaker["label"] != names[code]:
            speaker["label"] = names[code]
            speaker[TEXTS] = {other: {"label": name} for other, name in names.items() if other != code}
            speaker.pop(BASED_ON, None)


def from_edition(edition: Mapping[str, Any], *, title: str) -> Table:
    """A draft with the content of an edition. Every question is anchored to the current sentences."""
    document = {**new_document(), **deepcopy(dict(edition)), "title": title, "saved": {}}
    document.pop("facts", None)
    document.pop("slug", None)
    document.pop("form_of", None)
    # Built-in readings have no such field. They are written in the project's own words.
    document["reading"].setdefault("rights", QUOTES)
    for sentence in sentence_tables(document):
        sentence.pop("facts", None)
    if "variants" in document["reading"]:
        document["reading"]["variants"] = [
            open_level(variant, sentence_tables(document)) for variant in document["reading"]["variants"]
        ]
    for question in document["questions"]:
        open_in_draft(question)
        anchor_evidence(document, question)
        anchor_texts(question, text_fields(question))
    anchor_texts(document, SET_TEXTS)
    # What no one wrote follows the questions that the draft gets.
    if document["summary"] == _summary(document):
        document["summary"] = ""
    if document["about_minutes"] == about_minutes(document):
        document["about_minutes"] = 0
    if edition["title"] != title:
        for own in document.get(TEXTS, {}).values():
            own.pop("title", None)
    anchor_texts(document["reading"], READING_TEXTS)
    forget_own_note(document["reading"])
    anchor_texts(document["citation"], CITATION_TEXTS)
    return document


# --- Reading a draft ----------------------------------------------------------------------------------------------


def question_part(key: str) -> str:
    """The name of the part for this question."""
    return f"question:{key}"


def question_of(document: Table, key: str) -> Table | None:
    """The question with this key, or None."""
    return next((question for question in document["questions"] if question["key"] == key), None)


def number_of(document: Table, key: str) -> int:
    """The place of the question, from 1."""
    return 1 + [question["key"] for question in document["questions"]].index(key)


def first_objective(document: Table) -> str:
    """The key of the first objective, which a question without one gets; "" if the draft has none."""
    return document["objectives"][0]["key"] if document["objectives"] else ""


def speakers(document: Table) -> dict[str, Speaker]:
    """The speakers by key, in their order."""
    return {table["key"]: Speaker(table["key"], table["label"], table["icon"]) for table in document["voices"]}


def sentence_tables(document: Table) -> list[Table]:
    """The sentences in reading order, as the draft stores them."""
    return [table for paragraph in document["reading"]["paragraphs"] for table in paragraph["sentences"]]


def sentence_keys(document: Table) -> list[str]:
    """The keys of the sentences in reading order."""
    return [table["key"] for table in sentence_tables(document)]


def sentences(document: Table) -> list[Sentence]:
    """The sentences in reading order; each is its own fact."""
    by_key = speakers(document)
    return [
        Sentence(table["key"], number, table["text"], by_key[table["voice"]], frozenset({table["key"]}))
        for number, table in enumerate(sentence_tables(document), start=1)
    ]


def reading_of(document: Table) -> Reading:
    """The reading as students see it. It may be incomplete."""
    reading, citation, remaining = document["reading"], document["citation"], iter(sentences(document))
    note = rights_note(document)
    words = parse_words(reading.get("words", ()), reading["language"])
    standard = Reading(
        title=reading["title"],
        language=reading["language"],
        level=reading["level"],
        paragraphs=explain_words(
            [[next(remaining) for _ in paragraph["sentences"]] for paragraph in reading["paragraphs"]],
            words,
            reading["language"],
        ),
        citation=Citation(
            **{name: citation.get(name, "") for name in CITATION_FIELDS if name != "date_note"},
            date_note=with_language(citation.get("date_note", ""), reading["language"]),
            rights_note=with_language(note, note_language(note, reading["language"])),
        ),
        speakers=tuple(speakers(document).values()),
        words=words,
        picture=parse_picture(reading),
    )
    levels = _finished_variants(document).get("variants", ())
    # A level shows the title of the reading, and a draft may have none yet.
    titled = ({**level, "title": level["title"] or "..."} for level in levels)
    return replace(standard, variants=tuple(parse_variant(level, standard) for level in titled))


def evidence_keys(question: Table) -> list[str]:
    """The keys of the sentences that prove the question, each once."""
    picked = question.get(_EVIDENCE, ()) if draft_of(question).uses_picker else ()
    return list(dict.fromkeys([*picked, *(key for row in rows(question) for key in row.get(_EVIDENCE, ()))]))


def level_needs_of(question: Table, reading: Reading) -> Sequence[str]:
    """What `level_needs` of the question's type returns."""
    return level_needs(question["type"], evidence_keys(question), reading)


def anchored(question: Table) -> list[str]:
    """The keys of the sentences that the question depends on: its evidence, and what contradicts a choice."""
    against = [key for row in rows(question) for key in row.get(_CONTRADICTING, ())]
    return list(dict.fromkeys([*evidence_keys(question), *against]))


def cited(question: Table) -> list[str]:
    """The keys of all sentences that the question names, also in fields of other types."""
    found = []
    for part in (question, *question.get("set_aside", {}).values()):
        for table in (part, *rows(part)):
            found += [key for name in (_EVIDENCE, _SUPPORTING, _CONTRADICTING) for key in table.get(name, ())]
            found += [table["sentence"]] if table.get("sentence") else []
    return found


def is_anchored(question: Table, key: str, text: str | None) -> bool:
    """Whether the sentence still has the text that it had when it was anchored. text: None if it is gone."""
    return text is not None and same_text(question.get("anchors", {}).get(key, text), text)


# --- Changing the evidence of a question ---------------------------------------------------------------------------


def anchor_evidence(document: Table, question: Table, *, again: Sequence[str] = ()) -> None:
    """Anchor new evidence, anchor the sentences of `again` again, and drop anchors that are no longer evidence."""
    texts = {table["key"]: table["text"] for table in sentence_tables(document)}
    anchors = question.get("anchors", {})
    question["anchors"] = {
        key: texts.get(key, "") if key in again or key not in anchors else anchors[key] for key in anchored(question)
    }


def replace_evidence(document: Table, question: Table, moved: Mapping[str, str]) -> None:
    """Replace these sentences everywhere in the question. moved: new key by old key, "" for none."""
    for table in (question, *rows(question)):
        for name in (_EVIDENCE, _SUPPORTING, _CONTRADICTING):
            if name in table:
                table[name] = [key for key in dict.fromkeys(moved.get(key, key) for key in table[name]) if key]
        if "sentence" in table:
            table["sentence"] = moved.get(table["sentence"], table["sentence"])
    anchor_evidence(document, question, again=list(moved.values()))


# --- From a draft to an edition -----------------------------------------------------------------------------------


def finished(document: Table) -> Table:
    """The document of an edition: with facts, without empty rows and without the author's own fields."""
    reading = document["reading"]
    questions = [finished_question(document, question) for question in document["questions"]]
    objective_of = {
        key: question["objective"] for question in reversed(questions) for key in question.get("evidence", ())
    }
    first = first_objective(document)
    languages = document.get("languages", [])
    summary = document["summary"] or _summary(document)
    return {
        "slug": slugify(document["title"].replace("_", " "))[:80].strip("-") or "set",
        "title": document["title"],
        "summary": summary,
        "about_minutes": document["about_minutes"] or about_minutes(document),
        "minimum": document["minimum"],
        "citation": finished_texts(document["citation"], CITATION_TEXTS, languages),
        "facts": [
            {
                "id": sentence.key,
                "objective": objective_of.get(sentence.key, first),
                "voice": sentence.speaker.key,
                "text": sentence.text,
            }
            for sentence in sentences(document)
        ],
        "reading": {
            **finished_texts(reading_with_note(document), READING_TEXTS, languages),
            **_finished_variants(document),
            "paragraphs": [
                {"sentences": [{**table, "facts": [table["key"]]} for table in paragraph["sentences"]]}
                for paragraph in reading["paragraphs"]
            ],
        },
        "questions": questions,
        **_finished_texts({**document, "summary": summary}),
    }


def _finished_texts(document: Table) -> Table:
    """The objectives, the speakers, and in a set with several languages these and the texts that no question has."""
    languages = document.get("languages", [])
    own = finished_texts(document, SET_TEXTS, languages)
    names = ("objectives", "voices", *((TEXTS, "languages") if languages else ()))
    return {name: own[name] for name in names if name in own}


def _finished_variants(document: Table) -> Table:
    """The other levels of the reading; {} if it never had one."""
    if "variants" not in document["reading"]:
        return {}
    standard = sentence_tables(document)
    levels = (finish_level(variant, document["reading"], standard) for variant in document["reading"]["variants"])
    return {"variants": [level for level in levels if level is not None]}


def finished_question(document: Table, question: Table, *, with_old_texts: bool = False) -> Table:
    """A question as an edition stores it; incomplete if the draft is.

    with_old_texts: with what the editor shows of other languages, out of date or not.
    """
    # `finish` may return the question of the draft itself.
    table = {
        name: value
        for name, value in draft_of(question).finish(question, sentence_keys(document), document["voices"]).items()
        if name not in _AUTHOR_FIELDS
    }
    if not with_old_texts:
        table = finished_texts(table, text_fields(table), document.get("languages", []))
    return {**table, "facts": list(table.get("evidence", ()))}


def word_count(document: Table) -> int:
    """The number of words of the reading."""
    return sum(len(table["text"].split()) for table in sentence_tables(document))


def about_minutes(document: Table) -> int:
    """A rough estimate of how many minutes a class needs; at least 1."""
    return max(1, ceil(word_count(document) / _WORDS_A_MINUTE + len(document["questions"]) * _MINUTES_A_QUESTION))


def _summary(document: Table) -> str:
    """What students read of a set without a summary, in its first language."""
    return make_summary(len(document["questions"]), document["reading"]["title"], first_language(document))
