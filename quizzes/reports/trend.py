"""The trend of a student or a class: the share of the points on each quiz, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quizzes.models import Student
from quizzes.reports.gradebook import Gradebook, average_of
from quizzes.reports.student_history import HistoryLine, class_cells


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One quiz. share: of its points, 0 to 1, as in averages of the gradebook."""

    title: str
    share: Decimal


def student_trend(student: Student, lines: Sequence[HistoryLine]) -> list[TrendPoint]:
    """The quizzes of the student's class that count in the average. student: with the class. lines: newest first."""
    cells = class_cells(student, reversed(lines))
    return [
        TrendPoint(line.assignment.title, cell.counted_share) for line, cell in cells if cell.counted_share is not None
    ]


def class_trend(book: Gradebook) -> list[TrendPoint]:
    """The class average of each quiz with a score that counts: the mean of the shares, as a question may be dropped."""
    averages = [
        (column.title, average_of(share for row in book.rows if (share := row.cells[place].counted_share) is not None))
        for place, column in reversed(list(enumerate(book.columns)))
    ]
    return [TrendPoint(title, mean) for title, mean in averages if mean is not None]
