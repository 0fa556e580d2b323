"""A draft of a written answer."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, kept_rows, missing, numbered, text_in
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class FreeTextDraft(QuestionDraft):
    """The rubric by which a teacher grades, and one good answer."""

    set_aside_key = "free_text"
    fields = ("criteria", "sample_answer", "min_length", "max_length", "note")
    row_lists = ("criteria",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """Two empty lines of a rubric."""
        criteria = [{"title": "", "points": 1, "description": ""} for _ in range(2)]
        return {"criteria": criteria, "sample_answer": "", "min_length": None, "max_length": None, "note": ""}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without empty lines and blank lengths."""
        finished = {**question, "criteria": kept_rows(question.get("criteria", []), "title")}
        for name in ("min_length", "max_length"):
            if finished.get(name) is None:
                finished.pop(name, None)
        return finished

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        criteria = question.get("criteria", [])
        rows = numbered(criteria, "title")
        found = [] if rows else [gettext("Add at least 1 line to the rubric.")]
        found += [
            gettext("Name line {number} of the rubric, or clear it.").format(number=number)
            for number, row in numbered(criteria, "description")
            if not text_in(row, "title")
        ]
        found += [
            gettext("Say how to earn the points of line {number}.").format(number=number)
            for number, row in rows
            if not text_in(row, "description")
        ]
        total = sum(row["points"] for _, row in rows)
        if rows and total != question["points"]:
            found.append(
                gettext(
                    "The lines of the rubric add up to {total}, and the question gives {points}. Change “Points”, or "
                    "the points of the lines."
                ).format(total=total, points=question["points"])
            )
        least, most = question.get("min_length"), question.get("max_length")
        if least and most and least > most:
            found.append(gettext("Enter a minimum that isn’t over the maximum."))
        return found + missing(question, "sample_answer", gettext("Enter a sample answer."))

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With points that fit its rubric, and one line if it has none."""
        criteria = question["criteria"] or [{"title": "...", "points": 1}]
        return {
            **question,
            "criteria": [{**row, "description": "..."} for row in criteria],
            "points": sum(row["points"] for row in criteria),
            "sample_answer": "...",
        }
