"""What the last save removed from a draft, so that the next page can put it back. Pure.

A draft has `removed`, an object with "at", the draft's revision after that save, and with what is gone:
- "questions", "objectives", "voices", and "words" of the reading: [place, table] each;
- "minimum": by objective;
- "moved": [removed objective, new one] by question key;
- "pictures": [question key or "", table] each;
- "paragraphs": as they were, if a sentence is gone;
- "levels" of the reading.
`removed_before` has the "questions" and "levels" of earlier removals, the latest first, for a page that still has one.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from quizzes.content.drafts.document import (
    LEVELS,
    OBJECTIVES,
    READING,
    SPEAKERS,
    WORDS,
    question_part,
    sentence_keys,
)
from quizzes.content.drafts.levels import in_order
from quizzes.content.drafts.words import slug
from quizzes.content.pictures import draft_picture, set_picture
from quizzes.content.tables import Table
from quizzes.phrases import gettext, ngettext

_LISTS = ("questions", OBJECTIVES, SPEAKERS)
# A page that was open through more removals than this is hardly still in use. Each question has about 2 KB.
_MOST_BEFORE = 10


class CannotPutBack(Exception):
    """The draft changed since in what was removed."""


def remember_removals(before: Table, document: Table, *, revision: int) -> None:
    """Store in the document what `before` has and it no longer has; without a removal, change nothing.

    revision: of the draft once the document is saved.
    """
    removed: Table = {}
    for name in _LISTS:
        keys = {table["key"] for table in document[name]}
        gone = [[place, deepcopy(table)] for place, table in enumerate(before[name]) if table["key"] not in keys]
        if gone:
            removed[name] = gone
    minimum = {key: count for key, count in before["minimum"].items() if key not in document["minimum"]}
    if removed.get("objectives") and minimum:
        removed["minimum"] = minimum
    if moved := _moved_questions(before, {table["key"] for _, table in removed.get("objectives", ())}, document):
        removed["moved"] = moved
    if pictures := _gone_pictures(before, document):
        removed["pictures"] = pictures
    if set(sentence_keys(before)) - set(sentence_keys(document)):
        removed["paragraphs"] = deepcopy(before["reading"]["paragraphs"])
    left = {table["key"] for table in document["reading"].get("variants", ())}
    if gone := [deepcopy(table) for table in before["reading"].get("variants", ()) if table["key"] not in left]:
        removed["levels"] = gone
    if words := _gone_words(before, document):
        removed["words"] = words
    if removed:
        if earlier := _all_removed(before):
            document["removed_before"] = earlier
        document["removed"] = {"at": revision, **removed}


def _all_removed(document: Table) -> Table:
    """What the draft remembers of removed questions and levels, without the names that have none."""
    found = {name: [*removed_rows(document, name)][:_MOST_BEFORE] for name in ("questions", "levels")}
    return {name: rows for name, rows in found.items() if rows}


def removed_rows(document: Table, name: str) -> Iterator[Any]:
    """The removed "questions" or "levels" that the draft remembers, as in `removed`, each once, the latest first."""
    seen = set[str]()
    for part in ("removed", "removed_before"):
        for row in document.get(part, {}).get(name, ()):
            key = (row if name == "levels" else row[1])["key"]
            if key not in seen:
                seen.add(key)
                yield row


def _moved_questions(before: Table, gone: set[str], document: Table) -> dict[str, list[str]]:
    """[old objective, new one] of each question whose objective is gone, by the key of the question."""
    now = {question["key"]: question["objective"] for question in document["questions"]}
    return {
        question["key"]: [question["objective"], now[question["key"]]]
        for question in before["questions"]
        if question["objective"] in gone and now.get(question["key"], question["objective"]) != question["objective"]
    }


def _gone_pictures(before: Table, document: Table) -> list[list[Any]]:
    """[question key or "", table] of each picture that is gone from a part that is still there."""
    parts = _parts_with_pictures(document)
    return [
        [key, deepcopy(picture)]
        for key, part in _parts_with_pictures(before).items()
        if (picture := draft_picture(part)) is not None and key in parts and draft_picture(parts[key]) is None
    ]


def _gone_words(before: Table, document: Table) -> list[list[Any]]:
    """[place, table] of each explained word that is gone. One with its old meaning has another name only."""
    left = document["reading"].get("words", ())
    names, meanings = ({table[field] for table in left} for field in ("word", "meaning"))
    return [
        [place, deepcopy(table)]
        for place, table in enumerate(before["reading"].get("words", ()))
        if table["word"] not in names and table["meaning"] not in meanings
    ]


def put_back(document: Table) -> list[str]:
    """Restore what the last save removed, at its old place; returns the parts that changed, [] if it is already back.

    Raises CannotPutBack.
    """
    removed = document.pop("removed", {})
    if "paragraphs" in removed and document["saved"].get(READING, 0) > removed["at"]:
        raise CannotPutBack
    parts = _rows_put_back(document, removed)
    document["minimum"] |= removed.get("minimum", {})
    parts += _questions_moved_back(document, removed.get("moved", {}))
    parts += _pictures_put_back(document, removed.get("pictures", ()))
    if "paragraphs" in removed:
        document["reading"]["paragraphs"] = removed["paragraphs"]
        parts.append(READING)
    parts += put_back_levels(document, removed.get("levels", ()))
    parts += _words_put_back(document, removed.get("words", ()))
    return list(dict.fromkeys(parts))


# Each restores what the document does not have again, and returns the parts that changed.


def _rows_put_back(document: Table, removed: Mapping[str, Any]) -> list[str]:
    parts = []
    for name in _LISTS:
        keys = {table["key"] for table in document[name]}
        for place, table in removed.get(name, ()):
            if table["key"] not in keys:
                document[name].insert(place, table)
                parts.append(_part(name, table))
    return parts


def _questions_moved_back(document: Table, moved: Mapping[str, Sequence[str]]) -> list[str]:
    parts = []
    for question in document["questions"]:
        was, now = moved.get(question["key"], ("", ""))
        if was and question["objective"] == now:
            question["objective"] = was
            parts.append(question_part(question["key"]))
    return parts


def _pictures_put_back(document: Table, gone: Sequence[tuple[str, Table]]) -> list[str]:
    parts = []
    for key, picture in gone:
        part = _parts_with_pictures(document).get(key)
        if part is not None and draft_picture(part) is None:
            set_picture(part, picture)
            parts.append(question_part(key) if key else READING)
    return parts


def put_back_levels(document: Table, gone: Sequence[Table]) -> list[str]:
    """Restore the levels of `gone` that the document does not have again; returns the parts that changed."""
    parts = []
    for table in gone:
        variants = document["reading"].get("variants", [])
        if table["key"] not in {variant["key"] for variant in variants}:
            document["reading"]["variants"] = in_order([*variants, table])
            parts.append(LEVELS)
    return parts


def _words_put_back(document: Table, gone: Sequence[tuple[int, Table]]) -> list[str]:
    parts = []
    for place, table in gone:
        words = document["reading"].setdefault("words", [])
        if slug(table["word"]) not in {slug(word["word"]) for word in words}:
            words.insert(place, table)
            parts.append(WORDS)
    return parts


def what_was_removed(removed: Mapping[str, Any]) -> str:
    """What the last removal took, in words, such as “Removed: question 3.” A place counts from 1."""
    if "paragraphs" in removed:
        return gettext("The sentences of the reading changed.")
    if "levels" in removed:
        return gettext("Reading level removed.")
    parts = []
    for name in _LISTS:
        places = [str(place + 1) for place, _ in removed.get(name, ())]
        if places:
            parts.append(_places(name, len(places)).format(numbers=", ".join(places)))
    if words := [table["word"] for _, table in removed.get("words", ())]:
        quoted = ", ".join(f"“{word}”" for word in words)
        parts.append(ngettext("word {words}", "words {words}", len(words)).format(words=quoted))
    if removed.get("pictures"):
        parts.append(gettext("the picture"))
    return gettext("Removed: {parts}.").format(parts=gettext(" and ").join(parts))


def _places(name: str, count: int) -> str:
    match name:
        case "questions":
            return ngettext("question {numbers}", "questions {numbers}", count)
        case "objectives":
            return ngettext("objective {numbers}", "objectives {numbers}", count)
    return ngettext("speaker {numbers}", "speakers {numbers}", count)


def _parts_with_pictures(document: Table) -> dict[str, Table]:
    """The reading by "", and the questions by key."""
    return {"": document["reading"], **{question["key"]: question for question in document["questions"]}}


def _part(name: str, table: Table) -> str:
    return question_part(table["key"]) if name == "questions" else name
