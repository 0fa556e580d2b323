"""A gradebook as a table for spreadsheets, for Canvas and for Moodle."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import status_label
from quizzes.files.spreadsheet import CellValue
from quizzes.models import Assignment, Classroom
from quizzes.reports.gradebook import Cell, Column, Gradebook

CANVAS_COLUMNS = {
    "Student",
    "LastName",
    "FirstName",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Section",
    "Integration ID",
    "Root Account",
}

Table = list[list[CellValue]]


def scores_table(book: Gradebook) -> Table:
    """A header, a line of points possible, then a line for each student by name: average in percent, points.

    The header says whether missing work counts in the average.

    A cell without a score has the status in words, or “Needs grading”, so that 0 is always a score.
    """
    lines: Table = [
        [
            row.student.display_name,
            None if row.average_share is None else _percent(row.average_share),
            *(
                _status_text(cell, column, book.classroom) if cell.whole_score is None else float(cell.whole_score)
                for cell, column in zip(row.cells, book.columns, strict=True)
            ),
        ]
        for row in book.rows
    ]
    rule = "missing counts as 0" if book.classroom.counts_missing_as_zero else "missing left out"
    return [["Student", f"Average %, {rule}", *_titles(book)], ["Points possible", None, *_possible(book)], *lines]


def canvas_table(book: Gradebook) -> Table:
    """The layout that Canvas imports: 4 identity columns, then one for each assignment; points possible in line 2.

    Footnote has no student IDs, so those columns are empty and Canvas matches by name. A cell without a score is empty,
    which changes nothing in Canvas. EX is its code for excused.
    """
    titles = [_canvas_title(title) for title in _titles(book)]
    lines: Table = [
        [row.student.display_name, None, None, book.classroom.name, *(_canvas_cell(cell) for cell in row.cells)]
        for row in book.rows
    ]
    return [
        ["Student", "ID", "SIS Login ID", "Section", *titles],
        ["    Points Possible", None, None, None, *_possible(book)],
        *lines,
    ]


def moodle_table(book: Gradebook) -> Table:
    """The layout that Moodle imports: a name column, which the importer maps, then one for each assignment.

    A cell without a score is empty, which does not change the grade in Moodle.
    """
    lines: Table = [
        [
            row.student.display_name,
            *(None if cell.whole_score is None else float(cell.whole_score) for cell in row.cells),
        ]
        for row in book.rows
    ]
    return [["Student", *_titles(book)], *lines]


def distinct_titles(assignments: Iterable[Assignment]) -> dict[int, str]:
    """A unique title by assignment id, the oldest first. The second assignment of a set is “Title, 2”."""
    counts: Counter[str] = Counter()
    titles = {}
    for assignment in assignments:
        title = assignment.title
        counts[title] += 1
        titles[assignment.pk] = title if counts[title] == 1 else f"{title}, {counts[title]}"
    return titles


def _titles(book: Gradebook) -> list[str]:
    titles = distinct_titles(column.assignment for column in reversed(book.columns))
    return [titles[column.assignment.pk] for column in book.columns]


def _possible(book: Gradebook) -> list[int]:
    """Points possible by column, from its scores: less than the points of the set if a question was dropped."""
    return [
        max((row.cells[place].max_score or 0 for row in book.rows), default=0) or column.max_points
        for place, column in enumerate(book.columns)
    ]


def _percent(share: Decimal) -> float:
    """The share in percent with one decimal, rounded half up as on every page."""
    return float((share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _canvas_title(title: str) -> str:
    """The title, changed so that Canvas reads it as the title of an assignment.

    Canvas reads a number in parentheses at the end as an assignment id and the name of one of its columns as that
    column, and skips a title that contains the name of a total. Source: canvas-lms, lib/gradebook_importer.rb.
    """
    title = re.sub(r"\((\d+)\)\s*$", r"[\1]", title)
    title = re.sub(r"\b(Current|Final|Override) (Score|Points|Grade|Status)\b", r"\1-\2", title)
    return f"[{title}]" if title in CANVAS_COLUMNS else title


def _canvas_cell(cell: Cell) -> CellValue:
    if cell.status is Status.EXCUSED:
        return "EX"
    return None if cell.whole_score is None else float(cell.whole_score)


def _status_text(cell: Cell, column: Column, classroom: Classroom) -> str:
    if cell.is_ungraded:
        return "Needs grading"
    return status_label(cell.status, column.assignment.opens_at, classroom.zone)
