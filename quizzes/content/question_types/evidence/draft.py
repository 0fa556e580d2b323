"""A draft of an evidence question."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, kept_rows, lost, missing, numbered
from quizzes.content.question_types.question import asked_count
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class EvidenceDraft(QuestionDraft):
    """A statement, and the sentences that tempt. The evidence of the question is its key."""

    set_aside_key = "evidence"
    fields = ("statement", "choices", "rationale_other")
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
        """With the evidence as key sentences, without rows that have no sentence."""
        return {
            **question,
            "key_sentences": list(question.get("evidence", ())),
            "choices": kept_rows(question.get("choices", []), "sentence"),
        }

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = numbered(question.get("choices", []), "sentence")
        found = missing(question, "statement", gettext("Enter the statement that the sentences prove."))
        asked, evidence = asked_count(question.get("stem", "")), question.get("evidence", ())
        if asked == 1 and len(evidence) > 1:
            text = gettext("The question asks for 1 sentence, and its evidence has {count}. Change one of them.")
            found.append(text.format(count=len(evidence)))
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
