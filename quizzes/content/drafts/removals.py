"""What the last save removed from a draft, so that the next page can put it back. Pure.

A draft has `removed`: {"at": the draft's revision after that save, then what is gone: "questions", "objectives" and
"voices" as [place, table] each, "minimum" by objective, and "paragraphs" as they were if a sentence is gone}.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from quizzes.content.drafts.document import OBJECTIVES, READING, VOICES, question_part, sentence_tables
from quizzes.content.tables import Table

_LISTS = ("questions", "objectives", "voices")
_NOUNS = {"questions": "question", "objectives": "objective", "voices": "speaker"}


class CannotPutBack(Exception):
    """Nothing was removed, or the reading was saved again since."""


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
    if {table["key"] for table in sentence_tables(before)} - {table["key"] for table in sentence_tables(document)}:
        removed["paragraphs"] = deepcopy(before["reading"]["paragraphs"])
    if removed:
        document["removed"] = {"at": revision, **removed}


def put_back(document: Table) -> list[str]:
    """Put back what the last removal took, at its old place; returns the parts that changed. Raises CannotPutBack."""
    removed = document.pop("removed", None)
    if not removed or "paragraphs" in removed and document["saved"].get(READING, 0) > removed["at"]:
        raise CannotPutBack
    parts = []
    for name in _LISTS:
        keys = {table["key"] for table in document[name]}
        for place, table in removed.get(name, ()):
            if table["key"] not in keys:
                document[name].insert(place, table)
                parts.append(_part(name, table))
    document["minimum"] |= removed.get("minimum", {})
    if "paragraphs" in removed:
        document["reading"]["paragraphs"] = removed["paragraphs"]
        parts.append(READING)
    return list(dict.fromkeys(parts))


def what_was_removed(removed: Mapping[str, Any]) -> str:
    """What the last removal took, in words, such as “Removed: question 3.” A place counts from 1."""
    if "paragraphs" in removed:
        return "The sentences of the reading changed."
    parts = []
    for name in _LISTS:
        places = [str(place + 1) for place, _ in removed.get(name, ())]
        if places:
            parts.append(f"{_NOUNS[name]}{'s' if len(places) > 1 else ''} {', '.join(places)}")
    return f"Removed: {' and '.join(parts)}."


def _part(name: str, table: Table) -> str:
    return {"objectives": OBJECTIVES, "voices": VOICES}.get(name) or question_part(table["key"])
