"""Files that a teacher downloads. Each download is recorded in the audit log first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from quizzes.files.answers import answers_table
from quizzes.files.gradebook import (
    canvas_table,
    distinct_titles,
    moodle_table,
    score_rows_table,
    scores_table,
    student_number_table,
)
from quizzes.files.items import choices_table, figures_table, questions_table
from quizzes.files.spreadsheet import write_csv
from quizzes.files.xlsx import Sheet, write_xlsx
from quizzes.models import Assignment, AuditEvent, Classroom, User
from quizzes.reports.answer_table import answer_rows
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import ItemReport


class Layout(StrEnum):
    """The content and layout of a file. `SCORES` is for people and spreadsheets such as Google Sheets.

    SCORE_ROWS is of 1 quiz or of all. MOODLE and STUDENT_NUMBERS are of 1 quiz. An empty cell would delete a grade
    there.
    """

    SCORES = "scores"
    SCORE_ROWS = "score_rows"
    ANSWERS = "answers"
    CANVAS = "canvas"
    MOODLE = "moodle"
    STUDENT_NUMBERS = "student_numbers"

    @property
    def label(self) -> str:
        """The name of the file and of its sheet."""
        return "scores by quiz" if self is Layout.SCORE_ROWS else self.value.replace("_", " ")


class FileFormat(StrEnum):
    """The format of a file."""

    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to download. name: classroom, quiz of a file of 1 quiz, content and date, safe on every file system."""

    name: str
    content_type: str
    content: bytes


def file_name(label: str, ending: str, *, now: datetime, zone: ZoneInfo) -> str:
    """“Period 3, scores 2026-10-23.csv”, safe on every file system and in an HTTP header."""
    return f"{re.sub(r'[^\w .,()-]+', '-', label)} {now.astimezone(zone):%Y-%m-%d}.{ending}"


def export(
    classroom: Classroom,
    layout: Layout,
    file_format: FileFormat,
    *,
    quiz: Assignment | None = None,
    by: User,
    now: datetime,
) -> ExportedFile:
    """One file of a classroom. Records the download in the classroom's log first.

    quiz: for a layout of 1 quiz; None for the newest, or for all in SCORE_ROWS.
    """
    record_download(classroom, layout, file_format, by=by, now=now)
    match layout:
        case Layout.SCORES:
            table, headings = scores_table(gradebook(classroom, now=now)), 3
        case Layout.SCORE_ROWS:
            table, headings = score_rows_table(gradebook(classroom, now=now), quiz), 1
        case Layout.ANSWERS:
            table, headings = answers_table(answer_rows(classroom), _titles(classroom), classroom.zone), 1
        case Layout.CANVAS:
            table, headings = canvas_table(gradebook(classroom, now=now)), 2
        case Layout.MOODLE:
            table, headings = moodle_table(gradebook(classroom, now=now), quiz), 1
        case Layout.STUDENT_NUMBERS:
            table, headings = student_number_table(gradebook(classroom, now=now), quiz), 1
    label = layout.label
    if quiz is not None:
        label = f"{_titles(classroom)[quiz.pk]}, {Layout.SCORES.label if layout is Layout.SCORE_ROWS else label}"
    return _file(classroom, label, file_format, [Sheet(layout.label.capitalize(), table, headings)], now)


def export_answers(assignment: Assignment, file_format: FileFormat, *, by: User, now: datetime) -> ExportedFile:
    """The answers to one assignment. Records the download first. assignment: with classroom."""
    classroom = assignment.classroom
    record_download(classroom, Layout.ANSWERS, file_format, by=by, now=now, assignment=assignment.public_id)
    titles = _titles(classroom)
    table = answers_table(answer_rows(classroom, assignments=[assignment]), titles, classroom.zone)
    return _file(
        classroom, f"{titles[assignment.pk]}, answers", file_format, [Sheet(Layout.ANSWERS.title(), table)], now
    )


def export_item_report(
    assignment: Assignment, report: ItemReport, file_format: FileFormat, *, by: User, now: datetime
) -> ExportedFile:
    """The item analysis of an assignment. CSV has only the table of questions. assignment: with classroom."""
    classroom = assignment.classroom
    record_download(classroom, "items", file_format, by=by, now=now)
    sheets = [
        Sheet("Questions", questions_table(report)),
        Sheet("Answers", choices_table(report)),
        Sheet("Quiz", figures_table(report), 0),
    ]
    return _file(classroom, f"{_titles(classroom)[assignment.pk]}, item analysis", file_format, sheets, now)


def _titles(classroom: Classroom) -> dict[int, str]:
    return distinct_titles(classroom.assignments.with_set().order_by("created_at", "pk"))


def record_download(
    classroom: Classroom, layout: str, file_format: str, *, by: User, now: datetime, **detail: Any
) -> None:
    """Record in the classroom's log that a teacher downloads a file. detail: a student, or more to say."""
    AuditEvent.objects.record(
        AuditEvent.Action.SCORES_EXPORTED,
        actor=by,
        classroom=classroom,
        at=now,
        layout=str(layout),
        form=str(file_format),
        **detail,
    )


def _file(
    classroom: Classroom, label: str, file_format: FileFormat, sheets: Sequence[Sheet], now: datetime
) -> ExportedFile:
    content = write_csv(sheets[0].rows) if file_format == FileFormat.CSV else write_xlsx(sheets)
    name = file_name(f"{classroom.name}, {label}", file_format, now=now, zone=classroom.zone)
    return ExportedFile(name, CONTENT_TYPES[file_format], content)
