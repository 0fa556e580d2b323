"""A draft as students will see it. Pure."""

from collections.abc import Sequence
from typing import Any

from quizzes import question_types
from quizzes.drafts.document import Table, finished_question, reading_of, sentence_tables
from quizzes.question_types import Presentation
from quizzes.question_types.base import SKILLS
from quizzes.reading import InvalidDocument

# Choices stand as they were written: the page says that students may meet them in another order.
_SITTING = Presentation("preview", shuffle=False)


def preview(document: Table, question: Table) -> dict[str, Any] | None:
    """The public view of a question that need not be complete; None while too little of it is there to show.

    What students do not see before release is filled in where it is missing, so that it keeps nothing from being shown.
    """
    table = _filled(finished_question(document, question), [sentence["key"] for sentence in sentence_tables(document)])
    try:
        return question_types.public(question_types.parse_question(table), _SITTING, None, reading_of(document))
    except InvalidDocument:
        return None


def _filled(table: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own, whatever the author's is: what students see is the same whichever choice is right."""
    filled: Table = {name: _filled_value(name, value) for name, value in table.items()}
    filled["skill"] = table.get("skill") or SKILLS[0]
    match table["type"]:
        case "single" | "multiple":
            filled["choices"] = [{**row, "key": place == 0} for place, row in enumerate(filled["choices"])]
        case "true_false":
            filled["answer"] = True
        case "evidence":
            filled |= {"key_sentences": list(sentence_keys[:1]), "evidence": list(sentence_keys[:1]), "choices": []}
        case "matching":
            filled["prompts"] = [
                {**row, "option": filled["options"][0]} for row in filled["prompts"] if filled["options"]
            ]
    return filled


def _filled_value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [
            {entry: _filled_value(entry, inner) for entry, inner in row.items()} if isinstance(row, dict) else row
            for row in value
        ]
    return "..." if value == "" and name in _UNSEEN else value


_UNSEEN = {"objective", "explanation", "rationale", "rationale_other", "rationale_true", "rationale_false", "voice"}
