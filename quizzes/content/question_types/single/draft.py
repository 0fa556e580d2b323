"""Single choice and multiple answers while they are written: the same rows, one key or several."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import MAX_ROWS, equals, lost, numbered, text_in, too_few, unexplained
from quizzes.content.question_types.single.choices import CONTRADICTED, NOT_STATED
from quizzes.content.tables import Table

OWN = ("choices",)
USES_PICKER = True
ROWS, MAX = ("choices",), MAX_ROWS


def blank(voices: Sequence[Table]) -> Table:
    """Four empty choices."""
    return {"choices": [{"text": "", "rationale": ""} for _ in range(4)]}


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """Without the empty choices. Why a key is right is what the explanation says, unless it has words of its own."""
    choices = []
    for _, row in numbered(question.get("choices", [])):
        choice = {**row, "rationale": text_in(row, "rationale")}
        if row.get("key"):
            choice["rationale"] = choice["rationale"] or text_in(question, "explanation")
        # A mark speaks of a wrong choice, and what is not stated is stated at no sentence.
        if row.get("key") or not row.get("mark"):
            choice.pop("mark", None)
        if "mark" not in choice or choice["mark"] == NOT_STATED:
            choice.pop("mark_at", None)
        choices.append(choice)
    return {**question, "choices": choices}


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    rows = question.get("choices", [])
    written = numbered(rows)
    keys = [number for number, row in enumerate(rows, start=1) if row.get("key")]
    found = too_few(rows, 2, "Write at least two answers.")
    if not keys:
        found.append("Mark at least one correct answer.")
    found += [
        f"Answer {number} is marked correct and is empty." for number in keys if not text_in(rows[number - 1], "text")
    ]
    if question["type"] == "single" and len(keys) > 1:
        found.append("Mark one correct answer only, or let the type be “Multiple answers”.")
    if question["type"] == "multiple" and len(keys) > 1 and len(keys) >= len(written):
        found.append("Every answer is marked correct, so the question asks nothing. Write a wrong one.")
    found += equals(rows, "Options")
    found += unexplained([(number, row) for number, row in written if not row.get("key")], "pick answer")
    for number, row in written:
        if not row.get("key") and row.get("mark") == CONTRADICTED and not row.get("mark_at"):
            found.append(f"Name the sentence that contradicts answer {number}.")
        found += lost(
            row.get("leans_on", ()),
            sentence_keys,
            f"A sentence that tempts to answer {number} is no longer in the reading.",
        )
    return found


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own: what students see is the same whichever choice is right."""
    rows = [
        {name: entry for name, entry in row.items() if name not in {"mark", "mark_at"}} for row in question["choices"]
    ]
    return {**question, "choices": [{**row, "key": place == 0} for place, row in enumerate(rows)]}
