"""What a teacher types for each question of a handout. It passes the same reader as the student's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.content.question_types.paper import NO_ANSWER, Cell
from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import TYPES, public_view, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading


def paper_view(question: Question, shuffle: Shuffle, reading: Reading) -> dict[str, Any]:
    """The public view of a question, with the letter of each choice on the handout and its words in other languages."""
    view = type_of(question).paper.printed(public_view(question, shuffle, None, reading))
    return {**view, "other_words": question.other_words(shuffle)}


def cells(view: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The fields of a question, at least one. view: from `paper_view`."""
    return TYPES[view["type"]].paper.cells(view)


def has_input(typed: Sequence[str]) -> bool:
    """Whether a cell is not empty. A dash for “no answer” counts as input."""
    return any(text.strip() for text in typed)


def read_typed(question: Question, typed: Sequence[str], shuffle: Shuffle, reading: Reading) -> Value:
    """The value of user input, None for no answer. Raises NotAChoice with what to type instead.

    typed: one text per cell, in order.
    """
    texts = [text.strip() for text in typed]
    if all(text in NO_ANSWER for text in texts):
        return None
    fields = type_of(question).paper.read(paper_view(question, shuffle, reading), texts)
    return question.read_answer(fields, shuffle, reading)


def written(question: Question, value: Value, shuffle: Shuffle, reading: Reading) -> tuple[str, ...]:
    """The input for a value, the inverse of `read_typed`. One text per cell, "" in every cell for no answer."""
    paper, blank = type_of(question).paper, paper_view(question, shuffle, reading)
    if value is None:
        return ("",) * len(cells(blank))
    return paper.write(paper.printed(public_view(question, shuffle, value, reading)), blank)
