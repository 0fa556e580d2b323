"""The documents of regrades: what a regrade stores, and the question's document after it."""

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.content.question_types.question import Value
from quizzes.content.question_types.registry import TYPES, accepting_only, parse_question

Document = Mapping[str, Any]

# Key in a regrade's document. The question's own explanation was written for the old key.
NEW_EXPLANATION = "new_explanation"
# Key in the document of a regrade that accepts more answers: those answers, and the other fields that it changes.
ADDED = "added"


def replacing(written: Document, value: Value, changed: Document) -> dict[str, Any]:
    """The document of a regrade that makes this answer the only correct one; raises InvalidDocument.

    written: of the question in its edition. changed: other fields with their new values, None for a field to remove.
    """
    return _checked(_changed(accepting_only(written, value), changed))


def adding(current: Document, values: Sequence[Value], changed: Document) -> dict[str, Any]:
    """The document of a regrade that also accepts these answers; raises InvalidDocument.

    current: of the question with the key that counts now. changed: as for `replacing`.
    """
    added = {ADDED: {"answers": list(values), "fields": dict(changed)}}
    return _checked({**document_after(current, added), **added})


def document_after(current: Document, stored: Document) -> Document:
    """The question's document after a regrade. current: its document before it. stored: of the regrade.

    What a regrade adds, it adds to whatever counts before it. So after an undo, nothing of the undone regrade is left.
    """
    added = stored.get(ADDED)
    if added is None:
        return stored
    # An explanation is of one regrade.
    document = {name: value for name, value in current.items() if name not in (NEW_EXPLANATION, ADDED)}
    for value in added["answers"]:
        document = TYPES[document["type"]].question.regraded(document, value)
    return _changed(document, added["fields"])


def own_document(written: Document, stored: Document) -> Document:
    """The question's document with the answers of one regrade only. written, stored: as above."""
    added = stored.get(ADDED)
    return stored if added is None else document_after(accepting_only(written, added["answers"][0]), stored)


def _changed(document: Document, fields: Document) -> dict[str, Any]:
    return {name: value for name, value in {**document, **fields}.items() if value is not None}


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    parse_question(document)
    return document
