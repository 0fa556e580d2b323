"""A draft of fill in the blanks."""

from collections.abc import Sequence

from quizzes.content.languages import original_of
from quizzes.content.question_types.blanks.question import GAP
from quizzes.content.question_types.draft import QuestionDraft, missing, text_in
from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class BlanksDraft(QuestionDraft):
    """A text with {a}, {b} ... for its blanks, and what each accepts."""

    set_aside_key = "blanks"
    fields = ("text", "gaps", "forgive_slips", "note")
    row_lists = ("gaps",)

    def blank(self, speakers: Sequence[Table]) -> Table:
        """An empty text and two empty gaps."""
        gaps = [{"accepted": [], "choices": [], "rationale": ""} for _ in range(2)]
        return {"text": "", "gaps": gaps, "forgive_slips": False, "note": ""}

    def open(self, question: Table) -> None:
        """Move the answer of a gap with choices to `accepted`, as typed gaps have it."""
        question["gaps"] = [
            {
                **{name: value for name, value in row.items() if name != "answer"},
                "accepted": [row["answer"]],
                "choices": list(row["choices"]),
                "rationale": text_in(row, "rationale"),
            }
            if "choices" in row
            else {**row, "choices": []}
            for row in question["gaps"]
        ]

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """The gaps that the text has. With choices, the first accepted answer is one of them."""
        gaps = []
        for row in question.get("gaps", [])[: len(_letters(question))]:
            accepted, choices = list(row.get("accepted", [])), list(row.get("choices", []))
            gap: Table = {name: value for name, value in row.items() if name not in ("accepted", "choices")}
            gap["rationale"] = text_in(row, "rationale")
            if choices:
                gap |= {"choices": list(dict.fromkeys([*choices, *accepted[:1]])), "answer": "".join(accepted[:1])}
            else:
                gap["accepted"] = accepted
            gaps.append(gap)
        return {**question, "gaps": gaps}

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        found = missing(question, "text", gettext("Enter the text, with {a} where the first blank goes."))
        letters, rows = _letters(question), question.get("gaps", [])
        if not found and not letters:
            found.append(gettext("Add a blank: type {a} where it goes."))
        if letters != list(CHOICE_IDS[: len(letters)]):
            found.append(gettext("Name the blanks {a}, {b}, and so on, in this order, once each."))
        if len(letters) > len(rows):
            found.append(gettext("The text has {count} blanks. Add a row below for each.").format(count=len(letters)))
        for letter, row in zip(letters, rows, strict=False):
            found += _row_problems(letter, row)
        for letter, row in zip(CHOICE_IDS[len(letters) :], rows[len(letters) :], strict=False):
            if row.get("accepted") or row.get("choices"):
                text = gettext("Blank {letter} isn’t in the text. Type {place} where it goes, or clear its answers.")
                found.append(text.format(letter=letter, place=f"{{{letter}}}"))
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """With placeholder keys, which students do not see."""
        gaps = [
            {**row, "answer": row["choices"][0]} if row.get("choices") else {**row, "accepted": ["x"]}
            for row in question["gaps"]
        ]
        return {**question, "gaps": gaps}


def _row_problems(letter: str, row: Table) -> list[str]:
    """What is missing in the row of a blank that the text has."""
    accepted, choices = row.get("accepted", []), row.get("choices", [])
    if not accepted:
        return [gettext("Enter the correct answer for blank {letter}.").format(letter=letter)]
    if choices and len(accepted) > 1:
        return [gettext("Blank {letter} has choices, so enter only 1 correct answer for it.").format(letter=letter)]
    # The correct answer may keep the text of the first language in a translation, and the choices do not.
    offered = {*map(original_of, choices), *(original_of(text) for text in accepted if text not in choices)}
    if choices and not 2 <= len(offered) <= len(CHOICE_IDS):
        most = len(CHOICE_IDS)
        return [gettext("Offer 2 to {count} choices for blank {letter}.").format(count=most, letter=letter)]
    return []


def _letters(question: Table) -> list[str]:
    return GAP.findall(str(question.get("text") or ""))
