"""Ordering while it is written: the lines in their right order, and why a student may put one elsewhere."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import MAX_ROWS, equals, numbered, too_few, unexplained
from quizzes.content.tables import Table

OWN = ("items",)
USES_PICKER = True
ROWS, MAX = ("items",), MAX_ROWS


def blank(voices: Sequence[Table]) -> Table:
    """Four empty lines."""
    return {"items": [{"text": "", "rationale": ""} for _ in range(4)]}


def opened(question: Table) -> None:
    """The lines stand in their right order, and need no place beside that."""
    lines = sorted(question["items"], key=lambda row: row["place"])
    question["items"] = [{name: value for name, value in row.items() if name != "place"} for row in lines]


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """Without the empty lines, each in the place where it stands on the page."""
    rows = [row for _, row in numbered(question.get("items", []))]
    return {**question, "items": [{**row, "place": place} for place, row in enumerate(rows, start=1)]}


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    rows = question.get("items", [])
    found = too_few(rows, 3, "Write at least three lines, in their right order.") + equals(rows, "Lines")
    return found + unexplained(numbered(rows), "put another line in the place of line")


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """As it is: any order can be shown."""
    return question
