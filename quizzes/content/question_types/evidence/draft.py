"""A draft of an evidence question."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import (
    QuestionDraft,
    kept_rows,
    lost,
    missing,
    numbered,
    other_count,
    without_blank_count,
)
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class EvidenceDraft(QuestionDraft):
    """A statement, and the sentences that tempt. The evidence of the question is its key."""

    set_aside_key = "evidence"
    fields = ("statement", "choices", "rationale_other", "asked_count")
    row_lists = ("choices",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """An empty statement and two empty tempting sentences."""
        return {
            "statement": "",
            "choices": [{"sentence": "", "rationale": ""} for _ in range(2)],
            "rationale_other": "",
        }

    def open(self, question: Table) -> None:
        """Remove the key sentences: a draft has them as its evidence."""
        question.pop("key_sentences", None)

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """With the evidence as key sentences, without rows that have no sentence, and without a blank count."""
        return {
            **without_blank_count(question),
            "key_sentences": list(question.get("evidence", ())),
            "choices": kept_rows(question.get("choices", []), "sentence"),
        }

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = numbered(question.get("choices", []), "sentence")
        found = missing(question, "statement", gettext("Enter the statement that the sentences prove."))
        evidence = question.get("evidence", ())
        found += other_count(
            question,
            len(evidence),
            gettext("You ask for {asked}, and the number of evidence sentences is {count}. Change one of them."),
        )
        chosen = [row["sentence"] for _, row in rows]
        if len(set(chosen)) != len(chosen):
            found.append(gettext("2 wrong sentences are the same."))
        numbers = {key: number for number, key in enumerate(sentence_keys, start=1)}
        for number, row in rows:
            key = row["sentence"]
            found += lost(
                [key],
                sentence_keys,
                gettext("Wrong sentence {number} is no longer in the reading. Choose another.").format(number=number),
            )
            if key in evidence and key in numbers:
                found.append(
                    gettext("Sentence {value} is evidence, so it can’t be a wrong choice.").format(value=numbers[key])
                )
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key: students see every sentence, whichever proves it."""
        return {
            **question,
            "key_sentences": list(sentence_keys[:1]),
            "evidence": list(sentence_keys[:1]),
            "choices": [],
        }
