"""A draft of a short answer."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, equals, kept_rows, lost, numbered
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class ShortAnswerDraft(QuestionDraft):
    """The accepted answers, and the wrong answers that a teacher expects."""

    set_aside_key = "short_answer"
    fields = ("accepted", "wrong", "forgive_slips", "note")
    row_lists = ("wrong",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """No accepted answer, and two empty wrong answers."""
        wrong = [{"text": "", "rationale": ""} for _ in range(2)]
        return {"accepted": [], "wrong": wrong, "forgive_slips": False, "note": ""}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without the empty wrong answers."""
        return {**question, "wrong": kept_rows(question.get("wrong", []))}

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("wrong", [])
        found = [] if question.get("accepted") else [gettext("Enter at least 1 accepted answer.")]
        found += equals(rows, gettext("Wrong answers {first} and {second} are the same."))
        for number, row in numbered(rows):
            message = gettext("A sentence that suggests wrong answer {number} is no longer in the reading.").format(
                number=number
            )
            found += lost(row.get("leans_on", ()), sentence_keys, message)
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key, which students do not see."""
        return {**question, "accepted": ["x"], "wrong": []}
