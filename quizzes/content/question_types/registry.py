"""All question types, by the name in a question's document."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from quizzes.content.languages import TextFields, translated
from quizzes.content.question_types.answer_and_proof.question_type import ANSWER_AND_PROOF
from quizzes.content.question_types.blanks.question_type import BLANKS
from quizzes.content.question_types.draft import MAX_ROWS, QuestionDraft, rows
from quizzes.content.question_types.evidence.question_type import EVIDENCE
from quizzes.content.question_types.free_text.question_type import FREE_TEXT
from quizzes.content.question_types.matching.question_type import MATCHING
from quizzes.content.question_types.multiple.question_type import MULTIPLE
from quizzes.content.question_types.numeric.question_type import NUMERIC
from quizzes.content.question_types.ordering.question_type import ORDERING
from quizzes.content.question_types.question import COMMON_TEXTS, Question, Value
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.short_answer.question_type import SHORT_ANSWER
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.question_types.single.question_type import SINGLE
from quizzes.content.question_types.true_false.question_type import TRUE_FALSE
from quizzes.content.question_types.who_says_so.question_type import WHO_SAYS_SO
from quizzes.content.reading import Reading
from quizzes.content.tables import InvalidDocument, Table, text_of
from quizzes.phrases import gettext

# In the order in which the editor offers them.
TYPES: dict[str, QuestionType] = {
    question_type.name: question_type
    for question_type in (
        SINGLE,
        MULTIPLE,
        WHO_SAYS_SO,
        EVIDENCE,
        TRUE_FALSE,
        MATCHING,
        ORDERING,
        SHORT_ANSWER,
        NUMERIC,
        BLANKS,
        FREE_TEXT,
        ANSWER_AND_PROOF,
    )
}


def parse_question(document: Mapping[str, Any], languages: Sequence[str] = (), *, first: str = "en") -> Question:
    """The question of a document; raises InvalidDocument with the reason.

    languages: the other languages to read it in. first: the language that it is written in, "" if it is not known.
    """
    name = text_of(document, "type")
    if name not in TYPES:
        raise InvalidDocument(f"there is no question type “{name}”; there are {', '.join(TYPES)}")
    question = TYPES[name].question.parse(document)
    if not languages:
        return question
    return replace(question, translations={code: _in_language(document, name, code, first) for code in languages})


def _in_language(document: Mapping[str, Any], name: str, language: str, first: str) -> Question:
    cls = TYPES[name].question
    try:
        new = translated(document, text_fields(document), language, first)
        return cls.parse(cls.with_references(document, new))
    except InvalidDocument as error:
        raise InvalidDocument(f"in “{language}”: {error}") from error


def text_fields(document: Mapping[str, Any]) -> TextFields:
    """Which fields of a question's table are texts for people."""
    return COMMON_TEXTS | TYPES[text_of(document, "type")].question.own_texts()


def type_of(question: Question) -> QuestionType:
    """The type of a question."""
    return TYPES[question.type]


def level_needs(type_name: str, evidence: Sequence[str], reading: Reading) -> Sequence[str]:
    """The keys of the sentences that a level of the reading must have to be shown with a question.

    All of them if the evidence follows from the correct answer: otherwise a student who compares the levels would see
    whether the sentences that one lacks are evidence.
    """
    return [sentence.key for sentence in reading] if TYPES[type_name].regrade_sets_evidence else evidence


def reading_at(reading: Reading, level: str, question: Question) -> Reading:
    """The reading that a question shows at a level: the standard one if the level lacks a sentence that it needs."""
    return reading.at_level(level, level_needs(question.type, question.evidence, reading))


def public_view(question: Question, shuffle: Shuffle, value: Value, reading: Reading) -> dict[str, Any]:
    """What a student may see before release: an allowlist that is the same whichever answer is correct."""
    question_type = TYPES[question.type]
    view = question.public(shuffle, value, reading)
    hint, credit = gettext(question_type.hint), gettext(question.credit_rule(question_type.partial_credit))
    shown = {"type": question.type, "hint": hint, "partial_credit": credit, **view}
    return {**shown, "picture": question.picture and asdict(question.picture)}


def regraded(document: Mapping[str, Any], value: Value) -> dict[str, Any]:
    """A new document that gives `value` full credit; raises InvalidDocument.

    It parses. `Question.problems` says whether the reading proves its new answer.
    """
    if value is None:
        raise InvalidDocument(gettext("choose an answer"))
    found = type_of(parse_question(document)).question.regraded(document, value)
    parse_question(found)
    return found


def accepting_only(document: Mapping[str, Any], value: Value) -> dict[str, Any]:
    """As `regraded`, without the answers that the document accepts; raises InvalidDocument."""
    found = type_of(parse_question(document)).question.accepting_only(regraded(document, value), value)
    parse_question(found)
    return found


# --- Questions of drafts ------------------------------------------------------------------------------------------


def draft_of(question: Table) -> QuestionDraft:
    """How a draft holds questions of this question's type."""
    return TYPES[question["type"]].draft


def open_in_draft(question: Table) -> None:
    """Change a question of an edition to the shape of a draft, without its facts, in place."""
    for table in (question, *rows(question)):
        table.pop("facts", None)
    draft_of(question).open(question)


def change_type(question: Table, name: str, speakers: Sequence[Table]) -> None:
    """Change the type of a question, in place.

    The fields that only the old type has are set aside, and come back with it.
    """
    if question["type"] == name:
        return
    old, new = draft_of(question), TYPES[name].draft
    question["type"] = name
    if old.set_aside_key == new.set_aside_key:
        return
    aside = question.setdefault("set_aside", {})
    aside[old.set_aside_key] = {field: question.pop(field) for field in old.fields if field in question}
    question.update(aside.pop(new.set_aside_key, None) or new.blank(speakers))


def add_row(question: Table, speakers: Sequence[Table], name: str) -> None:
    """Add an empty row to this list of the question, in place, unless it is full."""
    draft = draft_of(question)
    if name in draft.row_lists and len(question[name]) < MAX_ROWS:
        question[name].append(draft.blank(speakers)[name][0])
