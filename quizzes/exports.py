"""Files that leave the site: a classroom's scores as CSV."""

from datetime import datetime

from quizzes.interchange.spreadsheet import Cell as FileCell
from quizzes.interchange.spreadsheet import write_csv
from quizzes.models import AuditEvent, Classroom, User
from quizzes.results import Cell, Gradebook, gradebook

STATE_WORDS = {"working": "started", "missing": "missing", "excused": "excused", "not_due": ""}


def export_gradebook(classroom: Classroom, *, by: User, now: datetime) -> bytes:
    """The classroom's scores as CSV; that they left the site is recorded first."""
    AuditEvent.objects.create(act=AuditEvent.Act.SCORES_EXPORTED, actor=by, classroom=classroom, at=now)
    return gradebook_csv(gradebook(classroom, now=now))


def gradebook_csv(book: Gradebook) -> bytes:
    """A header, a line of points possible, then a line a student by name: average in percent, points by assignment.

    A cell without a score holds “started”, “missing”, “excused” or nothing, so that a zero is always a score.
    """
    header: list[FileCell] = ["Student", "Average %", *(column.title for column in book.columns)]
    possible: list[FileCell] = ["Points possible", "", *(column.max_points for column in book.columns)]
    lines = [
        [
            row.student.display_name,
            "" if row.average_share is None else float(round(row.average_share * 100, 1)),
            *(_points(cell) for cell in row.cells),
        ]
        for row in book.rows
    ]
    return write_csv([header, possible, *lines])


def _points(cell: Cell) -> FileCell:
    return STATE_WORDS[cell.state] if cell.score is None else float(round(cell.score, 2))
