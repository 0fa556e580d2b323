"""Answer and evidence on paper."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.content.question_types.evidence.paper import EvidenceEntry
from quizzes.content.question_types.multiple.paper import MultipleEntry
from quizzes.content.question_types.paper import (
    NO_ANSWER,
    NONE,
    Cell,
    Fields,
    PaperEntry,
    View,
    letters_of,
    marks_cell,
)
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.content.question_types.single.paper import SingleEntry
from quizzes.content.question_types.true_false.paper import TrueFalseEntry
from quizzes.phrases import gettext

# The first step, by its type.
_STEPS: Mapping[str, PaperEntry] = {
    "single": SingleEntry(),
    "multiple": MultipleEntry(),
    "true_false": TrueFalseEntry(),
}
_EVIDENCE = EvidenceEntry()


class AnswerAndProofEntry(PaperEntry):
    """The letter of the answer, then the numbers of the sentences, such as “B 3 5”."""

    has_marks_as_key = True

    def printed(self, view: View) -> dict[str, Any]:
        """With letters in the first step."""
        return {**view, "answer": _step(view).printed(view["answer"])}

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell for both steps."""
        return marks_cell(
            gettext("{letters}, then sentence numbers").format(letters=letters_of(view["answer"]["choices"])),
            sentence_count=sum(map(len, view["paragraphs"])),
        )

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The fields of both steps."""
        parts = re.fullmatch(r"(\D*?)[\s,;.–—-]*([\d\s,;.]*)", typed[0])
        # The text of a choice may be a number, so “5 4” can mean that choice.
        if parts is None or typed[0].strip()[:1].isdigit():
            raise NotAChoice(
                gettext("Enter the letter, or {mark} for none, then the sentence numbers.").format(mark=NONE)
            )
        answer, numbers = parts.groups()
        return {
            **(_step(view).read(view["answer"], [answer]) if answer not in NO_ANSWER else {}),
            **(_EVIDENCE.read(view, [numbers]) if numbers.strip() else {}),
        }

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The marks of both steps."""
        [answer] = _step(view).write(view["answer"], blank["answer"])
        [numbers] = _EVIDENCE.write(view, blank)
        return (f"{answer or NONE} {numbers}".strip(),)


def _step(view: View) -> PaperEntry:
    return _STEPS[view["answer"]["type"]]
