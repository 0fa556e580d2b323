"""A draft of matching."""

from collections.abc import Sequence

from quizzes.content.languages import original_of
from quizzes.content.question_types.draft import QuestionDraft, equals, numbered, text_in, too_few
from quizzes.content.question_types.matching.question import MAX_OPTIONS
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class MatchingDraft(QuestionDraft):
    """Lines, the options to match them with, and why a student may choose another option."""

    set_aside_key = "matching"
    fields = ("options", "prompts")
    row_lists = ("prompts",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """Three empty lines and no option."""
        return {"options": [], "prompts": [{"text": "", "option": "", "rationale": ""} for _ in range(3)]}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without the empty lines. Equal options become one."""
        prompts = [{**row, "option": text_in(row, "option")} for _, row in numbered(question.get("prompts", []))]
        written = [*question.get("options", ()), *(row["option"] for row in prompts if row["option"])]
        return {**question, "options": list(dict.fromkeys(written)), "prompts": prompts}

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("prompts", [])
        found = too_few(rows, 2, gettext("Enter at least 2 lines.")) + equals(
            rows, gettext("Lines {first} and {second} are the same.")
        )
        found += [
            gettext("Enter the match for line {number}.").format(number=number)
            for number, row in numbered(rows)
            if not text_in(row, "option")
        ]
        found += [
            gettext("Enter line {number}, or clear its match.").format(number=number)
            for number, row in enumerate(rows, start=1)
            if text_in(row, "option") and not text_in(row, "text")
        ]
        # A match keeps the text of the first language in a translation, and the choice that it names does not.
        offered = len(set(map(original_of, self.finish(question, sentence_keys, speakers)["options"])))
        if offered < 2:
            found.append(gettext("Enter at least 2 different matches."))
        if offered > MAX_OPTIONS:
            found.append(gettext("Offer up to {count} answer choices.").format(count=MAX_OPTIONS))
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a key of its own: students see every line with every option."""
        prompts = [{**row, "option": question["options"][0]} for row in question["prompts"] if question["options"]]
        return {**question, "prompts": prompts}
