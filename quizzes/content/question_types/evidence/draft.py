"""Choose the evidence while it is written: a statement, the sentences that prove it, and those that tempt."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import MAX_ROWS, kept_rows, lost, missing, numbered, text_in
from quizzes.content.tables import Table

OWN = ("statement", "choices", "rationale_other")
USES_PICKER = True
ROWS, MAX = ("choices",), MAX_ROWS


def blank(voices: Sequence[Table]) -> Table:
    """No statement yet, and room for two tempting sentences."""
    return {
        "statement": "",
        "choices": [{"sentence": "", "rationale": ""} for _ in range(2)],
        "rationale_other": "",
    }


def opened(question: Table) -> None:
    """What is picked as evidence is the key, and is written once."""
    question.pop("key_sentences", None)


def finish(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
    """What is picked as evidence is the key; without the rows in which no sentence is chosen."""
    return {
        **question,
        "key_sentences": list(question.get("evidence", ())),
        "choices": kept_rows(question.get("choices", []), "sentence"),
    }


def faults(question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
    """What is not done yet, in the words of the page."""
    rows = numbered(question.get("choices", []), "sentence")
    found = missing(question, "statement", "Write the statement that the sentences prove.")
    chosen = [row["sentence"] for _, row in rows]
    if len(set(chosen)) != len(chosen):
        found.append("Two tempting sentences are the same.")
    numbers = {key: number for number, key in enumerate(sentence_keys, start=1)}
    for number, row in rows:
        key = row["sentence"]
        found += lost([key], sentence_keys, f"Tempting sentence {number} is no longer in the reading. Choose another.")
        if key in question.get("evidence", ()) and key in numbers:
            found.append(f"Sentence {numbers[key]} proves the statement, so it cannot be a wrong pick.")
        if key in numbers and not text_in(row, "rationale"):
            found.append(f"Say why a student may pick sentence {numbers[key]}.")
    return found + missing(question, "rationale_other", "Say what a student reads who picks any other sentence.")


def shown(question: Table, sentence_keys: Sequence[str]) -> Table:
    """With a key of its own: students see every sentence, whichever proves it."""
    return {**question, "key_sentences": list(sentence_keys[:1]), "evidence": list(sentence_keys[:1]), "choices": []}
