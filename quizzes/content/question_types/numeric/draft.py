"""A number or a date while it is written."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import missing, text_in
from quizzes.content.tables import Table

OWN = ("kind", "answer", "tolerance", "units", "unit_required", "note")
USES_PICKER = True
ROWS: tuple[str, ...] = ()
MAX = 0


def blank(voices: Sequence[Table]) -> Table:
    """A number, not yet named, that has to be exact."""
    return {"kind": "number", "answer": "", "tolerance": "", "units": [], "unit_required": False, "note": ""}


def opened(question: Table) -> None:
    """Figures are written as text, and every field is there."""
    for name, value in blank(()).items():
        question.setdefault(name, value)
    question |= {"answer": str(question["answer"]), "tolerance": str(question["tolerance"])}


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """A date has no unit; what was left empty is left out."""
    finished = {**question, "answer": text_in(question, "answer")}
    if question.get("kind") == "date":
        finished |= {"units": [], "unit_required": False}
    if not text_in(question, "tolerance"):
        finished.pop("tolerance", None)
    return finished


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    return missing(question, "answer", f"Write the right {question.get('kind') or 'number'}.")


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own, which students do not see."""
    answer = "2000-01-01" if question.get("kind") == "date" else "0"
    return {name: value for name, value in {**question, "answer": answer}.items() if name != "tolerance"}
