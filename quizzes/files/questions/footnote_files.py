"""Footnote's own files of questions, JSON and TOML: they hold everything, a whole question set with its reading too."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quizzes.content.languages import TEXTS
from quizzes.content.picture_files import PictureFile
from quizzes.content.pictures import PICTURE, map_pictures, picture_tables
from quizzes.content.question_types.question import MAX_POINTS
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.class_export.document import FORMAT, NOT_HERE
from quizzes.files.questions.drafts import item_of
from quizzes.files.questions.item import (
    Item,
    ItemPicture,
    ReadFile,
    ReadQuestion,
    UnreadableFile,
    counted,
    read,
    skipped,
)
from quizzes.files.questions.known_fields import unknown_fields
from quizzes.files.questions.markup import tidy, without_controls
from quizzes.files.questions.pictures import bytes_of
from quizzes.files.questions.toml_text import write_toml
from quizzes.phrases import gettext, gettext_noop

VERSION = 1
_NO_ITEM = Item("single", "")
_NO_OTHER_FORM = gettext_noop(
    "“Growth” compares this question set with its other form. An imported set has no other form, so “Growth” can’t "
    "use it."
)
# What an item has no other place for, by the names in a draft.
_SETTINGS = ("skill", "note", "forgive_slips", "units", "unit_required", "criteria", "min_length", "max_length")


def read_own(document: Any, label: str) -> ReadFile:
    """The questions of a JSON or TOML file of ours. document: its content. Raises UnreadableFile."""
    if isinstance(document, Mapping) and document.get("format") == FORMAT:
        raise UnreadableFile(gettext(NOT_HERE))
    if not isinstance(document, Mapping) or not isinstance(document.get("questions"), list):
        raise UnreadableFile(
            gettext("This file has no list of questions. Choose a file that you exported from a question set.")
        )
    pictures = _pictures(document)
    questions = enumerate(counted(document["questions"]), start=1)
    found = tuple(_read(question, number, pictures) for number, question in questions)
    title = str(document.get("title", ""))[:200]
    has_reading = isinstance(document.get("reading"), Mapping) and "voices" in document
    whole = dict(document) if has_reading else None
    # Both forms must name each other, and an imported set has an address of its own.
    notes = (gettext(_NO_OTHER_FORM),) if whole is not None and document.get("form_of") else ()
    return ReadFile(label, found, title, whole, pictures, unknown_fields(document), notes)


def storable(value: Any) -> Any:
    """The content of a JSON or TOML file without characters that cannot be stored. They can be written as “\\ud800”."""
    match value:
        case str():
            return without_controls(value)
        case list():
            return [storable(one) for one in value]
        case dict():
            return {without_controls(name): storable(one) for name, one in value.items()}
    return value


def _read(question: Any, number: int, pictures: Mapping[str, bytes]) -> ReadQuestion:
    where = gettext("Question {number}").format(number=number)
    stem = str(question.get("stem", "")) if isinstance(question, Mapping) else ""
    if not isinstance(question, Mapping):
        return skipped(where, stem, gettext("Parts of it are missing or have another form."))
    if str(question.get("type")) not in TYPES:
        reason = gettext("Footnote has no question type like “{value}”.")
        return skipped(where, stem, reason.format(value=str(question.get("type", ""))[:30]))
    try:
        if question["type"] == "true_false" and not isinstance(question["answer"], bool):
            return skipped(where, str(question["statement"]), gettext("It has no correct answer."))
        item = item_of(question, number)
        picture = question.get(PICTURE) or {}
        if item is not None and (content := pictures.get(str(picture.get("digest")))) is not None:
            alternative, credit = (
                " ".join(tidy(str(picture.get(name, ""))).split()) for name in ("alternative", "credit")
            )
            item = replace(item, picture=ItemPicture(content, alternative, credit))
    except (KeyError, TypeError, ValueError, AttributeError):
        item = _NO_ITEM
    if item is None:
        question_type = TYPES[question["type"]]
        reason = gettext("“{label}” needs its own reading. Import the file as a new question set.")
        return skipped(where, stem, reason.format(label=gettext(question_type.label)))
    if not _is_sound(item):
        return skipped(where, stem, gettext("Parts of it are missing or have another form."))
    settings, notes = _settings(question)
    return read(where, replace(item, title="", settings=settings), *notes)


def _settings(question: Mapping[str, Any]) -> tuple[Table, list[str]]:
    """(the fields that an item has no other place for, notes on what is left out)."""
    # Only the fields of its type: an editor would read other tables as rows of the question.
    own = {"skill", *TYPES[question["type"]].draft.fields}
    names = {*own.intersection(_SETTINGS), *(["stem"] if question["type"] == "true_false" else [])}
    found = {name: value for name, value in question.items() if name in names and value}
    notes = [gettext("Its texts in other languages were left out.")] if question.get(TEXTS) else []
    alone = {name: value for name, value in question.items() if name not in (PICTURE, TEXTS)}
    try:
        # The key, the objective, and the evidence belong to its own set.
        TYPES[question["type"]].question.parse(
            {"skill": "recall", **alone, "key": "a", "objective": "a", "evidence": []}
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        is_plain = not found.keys() - {"skill", "stem"}
        return {}, notes if is_plain else [*notes, gettext("Its settings, such as a rubric or a note, were left out.")]
    if rows := found.get("criteria"):
        found["criteria"] = [{name: row[name] for name in ("title", "points", "description")} for row in rows]
    return found, notes


def write_own(
    document: Mapping[str, Any], *, as_toml: bool, pictures: Mapping[str, PictureFile] | None = None
) -> bytes:
    """A whole question set, its reading included, as JSON or TOML. document: of an edition.

    pictures: by digest. Those without bytes are left out.
    """
    files = pictures or {}
    table = {
        "footnote_questions": VERSION,
        **map_pictures(document, lambda picture: picture if picture["digest"] in files else None),
    }
    named = {picture["digest"]: files[picture["digest"]] for picture in picture_tables(table)}
    if named:
        table["pictures"] = [
            {"digest": digest, "media_type": file.media_type, "content": b64encode(file.content).decode()}
            for digest, file in named.items()
        ]
    if as_toml:
        return write_toml(table).encode()
    return (json.dumps(table, ensure_ascii=False, indent=2) + "\n").encode()


def _pictures(document: Mapping[str, Any]) -> dict[str, bytes]:
    """The pictures of our own file by digest, without those that are not base64."""
    tables = document.get("pictures")
    if not isinstance(tables, list):
        return {}
    found = {
        str(table.get("digest")): bytes_of(str(table.get("content", "")))
        for table in tables
        if isinstance(table, Mapping)
    }
    return {digest: content for digest, content in found.items() if content is not None}


def _is_sound(item: Item) -> bool:
    """Whether each part that must be text is text."""
    texts = [item.stem or item.text, item.text, item.explanation, item.sample_answer, item.number, item.tolerance]
    texts += [item.feedback_true, item.feedback_false, item.unit, *item.options]
    texts += [part for line in item.lines for part in (line.text, line.feedback, line.match)]
    texts += [part for gap in item.gaps for part in (*gap.accepted, *gap.choices, gap.feedback)]
    is_text = all(isinstance(text, str) for text in texts)
    return is_text and bool(texts[0]) and isinstance(item.points, int) and 1 <= item.points <= MAX_POINTS
