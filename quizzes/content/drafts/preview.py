"""The preview of a draft's question as students will see it. Pure."""

from typing import Any

from quizzes.content.drafts.document import finished_question, level_needs_of, reading_of, sentence_keys
from quizzes.content.question_types.question import SKILLS
from quizzes.content.question_types.registry import draft_of, parse_question, public_view
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import STANDARD, Reading
from quizzes.content.tables import InvalidDocument, Table

# Choices keep the author's order. The page says that students may see another order.
_AS_WRITTEN = Shuffle("preview", is_shuffled=False)


def shown_reading(document: Table, question: Table, level: str) -> Reading:
    """The reading that students at this level see with the question: as `reading_at` for an edition."""
    reading = reading_of(document)
    return reading.at_level(level, level_needs_of(question, reading))


def preview(document: Table, question: Table, *, level: str = STANDARD) -> dict[str, Any] | None:
    """The public view of a question that may be incomplete; None if too little of it is written.

    Missing fields that students do not see before release get a placeholder, so that they do not block the preview.
    """
    filled = _filled(finished_question(document, question))
    table = draft_of(question).shown(filled, sentence_keys(document))
    try:
        return public_view(parse_question(table), _AS_WRITTEN, None, shown_reading(document, question, level))
    except InvalidDocument:
        return None


def _filled(table: Table) -> Table:
    filled: Table = {name: _filled_value(name, value) for name, value in table.items()}
    return {**filled, "skill": table.get("skill") or SKILLS[0]}


def _filled_value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [
            {entry: _filled_value(entry, inner) for entry, inner in row.items()} if isinstance(row, dict) else row
            for row in value
        ]
    return "..." if value == "" and name in _HIDDEN_FIELDS else value


_HIDDEN_FIELDS = {
    "objective",
    "explanation",
    "rationale",
    "rationale_other",
    "rationale_true",
    "rationale_false",
    "voice",
}
