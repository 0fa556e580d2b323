"""Evidence on paper."""

import re
from collections.abc import Sequence

from quizzes.content.question_types.paper import Cell, Fields, PaperEntry, View, marks_cell
from quizzes.content.question_types.shuffle import NotAChoice
from quizzes.phrases import gettext


class EvidenceEntry(PaperEntry):
    """The numbers of the sentences."""

    # The words of the answer are the numbers too.
    has_marks_as_key = False

    def cells(self, view: View) -> tuple[Cell, ...]:
        """One cell."""
        return marks_cell(gettext("Sentence numbers"), sentence_count=sum(map(len, view["paragraphs"])))

    def read(self, view: View, typed: Sequence[str]) -> Fields:
        """The tokens of the sentences."""
        tokens = {str(sentence["number"]): sentence["token"] for group in view["paragraphs"] for sentence in group}
        numbers = [number for number in re.split(r"[\s,;.]+", typed[0]) if number]
        for number in numbers:
            if number not in tokens:
                raise NotAChoice(
                    gettext("“{number}” isn’t a sentence. Enter numbers from 1 to {count}.").format(
                        number=number, count=len(tokens)
                    )
                )
        return {"sentence": [tokens[number] for number in numbers]}

    def write(self, view: View, blank: View) -> tuple[str, ...]:
        """The numbers of the chosen sentences."""
        sentences = [sentence for group in view["paragraphs"] for sentence in group]
        return (" ".join(str(sentence["number"]) for sentence in sentences if sentence["chosen"]),)
