"""Answers as a table: a line for each question of each submitted attempt."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from quizzes.files.gradebook import Table
from quizzes.files.spreadsheet import CellValue, Moment
from quizzes.formatting import points_number
from quizzes.reports.answer_table import AnswerRow

# The words of a verdict on pages for teachers.
RESULTS = {
    "right": "Correct",
    "partly": "Partly correct",
    "wrong": "Not correct",
    "unanswered": "Not answered",
    "ungraded": "Needs grading",
    "dropped": "Doesn’t count",
}


def answers_table(rows: Iterable[AnswerRow], titles: dict[int, str], zone: ZoneInfo) -> Table:
    """The header, then a line for each row. titles: by assignment id. zone: the time zone of the moments."""
    header: list[CellValue] = ["Student", "Quiz", "Attempt", "Number", "Question", "Type", "Objective", "Answer"]
    header += ["Result", "Points", "Points possible", f"Saved at ({zone.key})", "Late"]
    header += ["Attempt counts", "Online or on paper", "Student number"]
    lines: Table = [
        [
            row.student,
            titles[row.assignment.pk],
            row.attempt.number,
            row.number,
            " ".join(row.question.asked),
            row.type_label,
            row.objective,
            row.given,
            RESULTS[row.verdict],
            # A 0 would be a score. Averages in a spreadsheet leave out an empty cell.
            None if row.verdict == "ungraded" else points_number(row.points),
            row.max_points,
            "" if row.saved_at is None else Moment(row.saved_at.astimezone(zone), has_seconds=True),
            "Late" if row.is_late else "",
            # An average over all rows would count each attempt, and excused work.
            "yes" if row.counts else "no",
            row.attempt.get_medium_display(),
            row.attempt.student.external_id or None,
        ]
        for row in rows
    ]
    return [header, *lines]
