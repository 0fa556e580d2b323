"""A draft of true or false."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, lost, missing, with_explanation
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class TrueFalseDraft(QuestionDraft):
    """A statement, whether it is true, and why a student may give the other answer."""

    set_aside_key = "true_false"
    fields = ("statement", "answer", "rationale_true", "rationale_false", "leans_on")
    row_lists = ()

    def blank(self, speakers: Sequence[Table]) -> Table:
        """An empty statement without a key."""
        return {"statement": "", "answer": None, "rationale_true": "", "rationale_false": "", "leans_on": []}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """The correct answer without a rationale gets the explanation as its rationale."""
        right = "rationale_true" if question.get("answer") else "rationale_false"
        return with_explanation(question, right, question)

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        answer = question.get("answer")
        found = missing(question, "statement", gettext("Enter the statement."))
        if answer is None:
            found.append(gettext("Choose true or false for the statement."))
        leaning = question.get("leans_on", ())
        return found + lost(
            leaning, sentence_keys, gettext("A sentence that suggests the wrong answer is no longer in the reading.")
        )

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key, which students do not see."""
        return {**question, "answer": True}
