"""A table of terms and definitions as matching questions. Rows in, questions out. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from quizzes.content.question_types.draft import MAX_ROWS
from quizzes.files.questions.item import Item, Line, ReadQuestion, counted, read, skipped
from quizzes.files.questions.table_rows import Row, column_has_text
from quizzes.phrases import gettext

_TERM = re.compile(r"(?:vocabulary |vocab )?(?:terms?|words?)|vocabulary|vocab|términos?|palabras?", re.IGNORECASE)
_DEFINITION = re.compile(r"definitions?|meanings?|definici(?:ón|ones)|significados?", re.IGNORECASE)
_STEM = "Match each definition with its term."


def terms_heading(rows: Sequence[Row]) -> int | None:
    """The index of the row with the headings “Term” and “Definition”; None without one."""
    for place, (_, cells) in enumerate(rows[:20]):
        if any(map(_TERM.fullmatch, cells)) and any(map(_DEFINITION.fullmatch, cells)):
            return place
    return None


def read_terms(rows: Sequence[Row], heading: int) -> list[ReadQuestion]:
    """The matching questions of the rows below the heading, and each row that has no term or no definition.

    A definition is a line, and its term the answer choice: students choose the shorter text from a list.
    """
    names = rows[heading][1]
    term, definition = _columns(names)
    # Commas of a definition in a text without quotes separate cells.
    last = definition + 1 if definition + 1 < len(names) else None
    lines, left = list[tuple[int, Line]](), list[ReadQuestion]()
    for number, cells in counted(rows[heading + 1 :]):
        where = gettext("Row {number}").format(number=number)
        named = "".join(cells[term : term + 1])
        said = ", ".join(filter(None, cells[definition:last]))
        if named and said:
            lines.append((number, Line(said, match=named)))
        elif named or said:
            left.append(skipped(where, named or said, gettext("It needs a term and a definition.")))
    return [*map(_question, equal_groups(lines)), *left]


def unread_terms_columns(rows: Sequence[Row], heading: int) -> tuple[str, ...]:
    """The headings of columns with text that are neither the term nor the definition, in order."""
    read_columns = _columns(rows[heading][1])
    return tuple(
        name
        for place, name in enumerate(rows[heading][1])
        if name and place not in read_columns and column_has_text(rows[heading + 1 :], place)
    )


def _columns(names: Sequence[str]) -> tuple[int, int]:
    """The columns of the term and of the definition."""
    term, definition = (
        next(place for place, name in enumerate(names) if heading.fullmatch(name)) for heading in (_TERM, _DEFINITION)
    )
    return term, definition


def equal_groups[T](lines: Sequence[T]) -> list[Sequence[T]]:
    """The lines in groups of nearly the same size, as a matching question has room for few."""
    count = ceil(len(lines) / MAX_ROWS)
    bounds = [len(lines) * part // count for part in range(count + 1)] if count else []
    return [lines[start:end] for start, end in pairwise(bounds)]


def _question(group: Sequence[tuple[int, Line]]) -> ReadQuestion:
    lines = tuple(line for _, line in group)
    options = tuple(dict.fromkeys(line.match for line in lines))
    where = gettext("Row {number}").format(number=group[0][0])
    return read(where, Item("matching", _STEM, lines=lines, options=options))
