"""True or false while it is written: a statement, which of the two it is, and why a student may say the other."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import lost, missing, text_in
from quizzes.content.tables import Table

OWN = ("statement", "answer", "rationale_true", "rationale_false", "leans_on")
USES_PICKER = True
ROWS, MAX = (), 0


def blank(voices: Sequence[Table]) -> Table:
    """No statement and no key yet."""
    return {"statement": "", "answer": None, "rationale_true": "", "rationale_false": "", "leans_on": []}


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """Why the right word is right is what the explanation says, unless it has words of its own."""
    right = "rationale_true" if question.get("answer") else "rationale_false"
    return {**question, right: text_in(question, right) or text_in(question, "explanation")}


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    answer = question.get("answer")
    found = missing(question, "statement", "Write the statement.")
    if answer is None:
        found.append("Mark the statement true or false.")
    else:
        word, wrong = ("false", "rationale_false") if answer else ("true", "rationale_true")
        found += missing(question, wrong, f"Say why a student may answer {word}.")
    leaning = question.get("leans_on", ())
    return found + lost(
        leaning, sentence_keys, "A sentence that tempts to the wrong answer is no longer in the reading."
    )


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own, which students do not see."""
    return {**question, "answer": True}
