"""A draft of a number or a date."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, missing, text_in
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class NumericDraft(QuestionDraft):
    """A number or a date, with tolerance and units."""

    set_aside_key = "numeric"
    fields = ("kind", "answer", "tolerance", "units", "unit_required", "note")
    row_lists = ()

    def blank(self, speakers: Sequence[Table]) -> Table:
        """An exact number, without a value."""
        return {"kind": "number", "answer": "", "tolerance": "", "units": [], "unit_required": False, "note": ""}

    def open(self, question: Table) -> None:
        """Turn numbers into text, and add missing fields."""
        for name, value in self.blank(()).items():
            question.setdefault(name, value)
        question |= {"answer": str(question["answer"]), "tolerance": str(question["tolerance"])}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without units for a date, and without a blank tolerance."""
        finished = {**question, "answer": text_in(question, "answer")}
        if question.get("kind") == "date":
            finished |= {"units": [], "unit_required": False}
        if not text_in(question, "tolerance"):
            finished.pop("tolerance", None)
        return finished

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        return missing(
            question,
            "answer",
            gettext("Write the right date.") if question.get("kind") == "date" else gettext("Write the right number."),
        )

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key, which students do not see."""
        answer = "2000-01-01" if question.get("kind") == "date" else "0"
        return {name: value for name, value in {**question, "answer": answer}.items() if name != "tolerance"}
