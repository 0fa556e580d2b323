"""Short answer while it is written: what is accepted, and the wrong answers that are expected."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import MAX_ROWS, equals, kept_rows, lost, numbered, unexplained
from quizzes.content.tables import Table

OWN = ("accepted", "wrong", "forgive_slips", "note")
USES_PICKER = True
ROWS, MAX = ("wrong",), MAX_ROWS


def blank(voices: Sequence[Table]) -> Table:
    """Nothing accepted yet, and room for two wrong answers."""
    wrong = [{"text": "", "rationale": ""} for _ in range(2)]
    return {"accepted": [], "wrong": wrong, "forgive_slips": False, "note": ""}


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """Without the empty wrong answers."""
    return {**question, "wrong": kept_rows(question.get("wrong", []))}


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    rows = question.get("wrong", [])
    found = [] if question.get("accepted") else ["Write at least one answer that is accepted."]
    found += equals(rows, "Wrong answers") + unexplained(numbered(rows), "write wrong answer")
    for number, row in numbered(rows):
        message = f"A sentence that tempts to wrong answer {number} is no longer in the reading."
        found += lost(row.get("leans_on", ()), sentence_keys, message)
    return found


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own, which students do not see."""
    return {**question, "accepted": ["x"], "wrong": []}
