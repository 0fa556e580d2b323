"""A draft of a single choice, and the part that it shares with multiple answers."""

from abc import abstractmethod
from collections.abc import Sequence

from quizzes.content.question_types.choices import CONTRADICTED, NOT_STATED, SAID_BY_SOMEONE
from quizzes.content.question_types.draft import (
    QuestionDraft,
    equals,
    lost,
    numbered,
    text_in,
    too_few,
    with_explanation,
)
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class ChoicesDraft(QuestionDraft):
    """A question with choices; one or several are correct."""

    set_aside_key = "choices"
    fields = ("choices", "keep_order", "all_or_nothing", "asked_count")
    row_lists = ("choices",)
    # Single choice and multiple answers keep each other's fields. An edition has only those that the type uses.
    options: tuple[str, ...] = ("keep_order",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """Four empty choices."""
        return {"choices": [{"text": "", "rationale": ""} for _ in range(4)]}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without the empty choices. A correct choice without a rationale gets the explanation as its rationale."""
        choices = []
        for _, row in numbered(question.get("choices", [])):
            choice = {**row, "rationale": text_in(row, "rationale")}
            if row.get("key"):
                choice = with_explanation(choice, "rationale", question)
            # Only a wrong choice has a mark. “Not stated” names no sentences.
            if row.get("key") or not row.get("mark"):
                choice.pop("mark", None)
            if "mark" not in choice or choice["mark"] == NOT_STATED:
                choice.pop("mark_at", None)
            choices.append(choice)
        finished = {**question, "choices": choices}
        for name in ("keep_order", "all_or_nothing", "asked_count"):
            if not finished.get(name) or name not in self.options:
                finished.pop(name, None)
        return finished

    @abstractmethod
    def key_problems(self, keys: Sequence[int], rows: Sequence[Table]) -> list[str]:
        """What is wrong with the number of correct choices. keys: their numbers."""

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("choices", [])
        written = numbered(rows)
        keys = [number for number, row in enumerate(rows, start=1) if row.get("key")]
        found = too_few(rows, 2, gettext("Enter at least 2 answers."))
        if not keys:
            found.append(gettext("Choose at least 1 correct answer."))
        found += [
            gettext("Answer {number} is correct but blank.").format(number=number)
            for number in keys
            if not text_in(rows[number - 1], "text")
        ]
        found += self.key_problems(keys, rows)
        found += equals(rows, gettext("Answers {first} and {second} are the same."))
        for number, row in written:
            if not row.get("key") and row.get("mark") == CONTRADICTED and not row.get("mark_at"):
                found.append(gettext("Add the evidence against answer {number}.").format(number=number))
            if not row.get("key") and row.get("mark") == SAID_BY_SOMEONE and not row.get("mark_at"):
                found.append(gettext("Add the sentence where someone says answer {number}.").format(number=number))
            found += lost(
                row.get("leans_on", ()),
                sentence_keys,
                gettext("A sentence that suggests answer {number} is no longer in the reading.").format(number=number),
            )
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key: students see the same, whichever choice is correct."""
        rows = [
            {name: entry for name, entry in row.items() if name not in {"mark", "mark_at"}}
            for row in question["choices"]
        ]
        return {**question, "choices": [{**row, "key": place == 0} for place, row in enumerate(rows)]}


class SingleDraft(ChoicesDraft):
    """Choices, one of them correct."""

    def key_problems(self, keys: Sequence[int], rows: Sequence[Table]) -> list[str]:
        """A message for a second correct choice."""
        return (
            [gettext("Choose 1 correct answer, or change the type to “Choose all that apply”.")]
            if len(keys) > 1
            else []
        )
