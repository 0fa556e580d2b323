"""The counts of answers as one table, for a question whose options have a row and a column."""

from collections.abc import Iterable
from dataclasses import dataclass

from quizzes.content.question_types.results import Option


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """How many answers have the option of this column. is_right: False as well where the key is not shown."""

    column: str
    count: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class AnswerGrid:
    """One row for each statement, and in it one cell for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[AnswerCell, ...]], ...]


def answer_grid(counted: Iterable[tuple[Option, int]]) -> AnswerGrid | None:
    """The table of these options with their counts, in their order; None if they have no rows and columns."""
    cells = {
        (option.row, option.column): AnswerCell(option.column, count, option.right)
        for option, count in counted
        if option.row and option.column
    }
    if not cells:
        return None
    columns = tuple(dict.fromkeys(column for _, column in cells))
    rows = dict.fromkeys(row for row, _ in cells)
    return AnswerGrid(
        columns,
        tuple(
            (row, tuple(cells.get((row, column), AnswerCell(column, 0, is_right=False)) for column in columns))
            for row in rows
        ),
    )
