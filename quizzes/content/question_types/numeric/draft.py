"""A draft of a number or a date."""

from collections.abc import Sequence

from quizzes.content.normalized_answers import normalize, read_date, read_number
from quizzes.content.question_types.draft import QuestionDraft, text_in
from quizzes.content.question_types.numeric.question import can_be_unit, fits_unit
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
        """Without units for a date, without a blank tolerance, and without a unit next to the number."""
        finished = {**question, "answer": text_in(question, "answer")}
        if question.get("kind") == "date":
            finished |= {"units": [], "unit_required": False}
        else:
            finished["answer"] = _without_unit(finished["answer"], question.get("units", []))
        if not text_in(question, "tolerance"):
            finished.pop("tolerance", None)
        return finished

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        is_date = question.get("kind") == "date"
        finished = self.finish(question, sentence_keys, speakers)
        found = _answer_problems(finished["answer"], is_date=is_date)
        tolerance = read_number(str(finished.get("tolerance", "0")))
        if tolerance is None or tolerance[1] or tolerance[0] < 0:
            found.append(gettext("Enter the tolerance as a number, 0 or more, without a unit."))
        elif is_date and tolerance[0] != tolerance[0].to_integral_value():
            found.append(gettext("Enter the tolerance of a date in whole days."))
        units = finished.get("units", [])
        if finished.get("unit_required") and not units:
            found.append(gettext("Enter a unit, or don’t require one."))
        for unit in units:
            if not can_be_unit(normalize(unit)):
                found.append(gettext("Enter units as words or signs, without numbers: “{unit}”.").format(unit=unit))
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With a placeholder key, which students do not see."""
        answer = "2000-01-01" if question.get("kind") == "date" else "0"
        return {name: value for name, value in {**question, "answer": answer}.items() if name != "tolerance"}


def _without_unit(answer: str, units: Sequence[str]) -> str:
    """The number alone, “40000” for “$40,000”, if the unit next to it is that of the question. Any other text stays."""
    number = read_number(answer)
    if number is None or not fits_unit(answer, number[1], [normalize(unit) for unit in units]):
        return answer
    return f"{number[0]:f}"


def _answer_problems(answer: str, *, is_date: bool) -> list[str]:
    if is_date:
        is_known = read_date(answer) is not None
        return [] if is_known else [gettext("Enter the correct date, such as 2018-08-31, or --08-31 for any year.")]
    number = read_number(answer)
    if number is not None and not number[1]:
        # Not a date: 3.5 could be March 5 too.
        return []
    if read_date(answer) is not None:
        return [gettext("“{answer}” is a date. Choose “A date”.").format(answer=answer)]
    return [gettext("Enter the correct number in figures, such as 3.5. Its unit goes under “Units”.")]
