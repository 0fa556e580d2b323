"""A gradebook as a table for spreadsheets, for Canvas, for Moodle, and for student information systems."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain, count

from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import status_label
from quizzes.files.spreadsheet import CellValue, Moment
from quizzes.formatting import percent_number, points_number
from quizzes.models import Assignment, Classroom
from quizzes.people.names import PersonName, given_name
from quizzes.reports.gradebook import Cell, Column, Gradebook, StudentRow

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
    "Notes",
}

# Who a line is about.
_IDENTITY = ("Student", "Last name", "First name", "Student number")

Table = list[list[CellValue]]


def scores_table(book: Gradebook) -> Table:
    """A header, a line of points possible, a line of the class's due dates, then a line for each student by name.

    The header says whether missing work counts in the average. A cell without a score has the status in words, or
    “Needs grading”, so that 0 is always a score. The last column names the quizzes that were late.
    """
    titles = _titles(book)
    lines: Table = [
        [
            *_identity(row.student),
            percent_number(row.average_share),
            *(
                _status_text(cell, column, book.classroom)
                if cell.whole_score is None
                else points_number(cell.whole_score)
                for cell, column in zip(row.cells, book.columns, strict=True)
            ),
            "; ".join(title for title, cell in zip(titles, row.cells, strict=True) if cell.is_late) or None,
        ]
        for row in book.rows
    ]
    rule = "missing counts as 0" if book.classroom.counts_missing_as_zero else "missing left out"
    blank: list[CellValue] = [None] * (len(_IDENTITY) - 1)
    return [
        [*_IDENTITY, f"Average %, {rule}", *titles, "Late"],
        ["Points possible", *blank, None, *(column.max_points for column in book.columns), None],
        ["Due", *blank, None, *(_due(column.assignment.due_at, book.classroom) for column in book.columns), None],
        *lines,
    ]


def score_rows_table(book: Gradebook, quiz: Assignment | None) -> Table:
    """A header, then a line for each student and quiz, the newest quiz first. Due: the student's own.

    quiz: the only one in the table; None for all.
    """
    quizzes = list(zip(_titles(book), book.columns, strict=True))
    return [
        [*_IDENTITY, "Quiz", "Due", "Status", "Late", "Points", "Points possible", "Percent"],
        *(
            [
                *_identity(row.student),
                title,
                _due(row.cells[place].due_at, book.classroom),
                _status_text(row.cells[place], column, book.classroom),
                "Late" if row.cells[place].is_late else None,
                points_number(row.cells[place].whole_score),
                column.max_points,
                percent_number(row.cells[place].share),
            ]
            for place, (title, column) in enumerate(quizzes)
            if quiz is None or column.assignment.pk == quiz.pk
            for row in book.rows
        ),
    ]


def canvas_table(book: Gradebook) -> Table:
    """The layout that Canvas imports: 5 identity columns, then one for each assignment; points possible in line 2.

    Canvas matches by SIS User ID, which is the student number, and by name where it is empty. A cell without a score
    is empty, which changes nothing in Canvas. EX is its code for excused.
    """
    titles = _titles(book, _canvas_title)
    lines: Table = [
        [
            row.student.display_name,
            None,
            row.student.external_id or None,
            None,
            book.classroom.name,
            *(_canvas_cell(cell) for cell in row.cells),
        ]
        for row in book.rows
    ]
    return [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles],
        ["    Points Possible", None, None, None, None, *(column.max_points for column in book.columns)],
        *lines,
    ]


def moodle_table(book: Gradebook, quiz: Assignment | None) -> Table:
    """The layout that Moodle imports, of 1 quiz: only students with a score, in percent and in points.

    Moodle deletes the grade of a student whose cell is empty, so that a student without a score has no line. Moodle
    gives a new grade item a maximum of 100, so that the percent column fits it as it is. It gives a row with an empty
    ID number to the student of the row above. A student without a number therefore has the name there, at which Moodle
    stops and imports nothing. Source: Moodle, grade/import/csv/classes/load_data.php.
    """
    title, possible, cells = _of_quiz(book, quiz)
    return [
        ["ID number", "Last name", "First name", f"{title}, percent", f"{title}, points out of {possible}"],
        *(
            [
                student.external_id or student.display_name,
                *_names(student),
                percent_number(cell.share),
                points_number(cell.whole_score),
            ]
            for student, cell in cells
            if cell.share is not None
        ),
    ]


def student_number_table(book: Gradebook, quiz: Assignment | None) -> Table:
    """The scores of 1 quiz by student number, for the score import of a student information system.

    Such an import takes a column of student numbers and a column of scores. Only students with a score have a line.
    """
    title, possible, cells = _of_quiz(book, quiz)
    return [
        ["Student Number", "Last Name", "First Name", "Assignment", "Score", "Points Possible", "Percent", "Late"],
        *(
            [
                student.external_id or None,
                *_names(student),
                title,
                points_number(cell.whole_score),
                possible,
                percent_number(cell.share),
                "Late" if cell.is_late else None,
            ]
            for student, cell in cells
            if cell.share is not None
        ),
    ]


def distinct_titles(assignments: Iterable[Assignment], written: Callable[[str], str] = str) -> dict[int, str]:
    """A unique title by assignment id, the oldest first. The second assignment of a set is “Title, 2”.

    written: the title as the file has it, which may be the same for two titles.
    A newer assignment changes no title of an older one: Canvas knows its columns by their titles.
    """
    titles: dict[int, str] = {}
    taken = set[str]()
    for assignment in assignments:
        numbered = (f"{assignment.title}, {number}" for number in count(2))
        unique = next(title for title in map(written, chain([assignment.title], numbered)) if title not in taken)
        taken.add(unique)
        titles[assignment.pk] = unique
    return titles


def quiz_choices(book: Gradebook) -> list[tuple[str, str, int]]:
    """(public id, title, points possible) of each quiz, for choosing the quiz of a file."""
    titles = zip(book.columns, _titles(book), strict=True)
    return [(column.assignment.public_id, title, column.max_points) for column, title in titles]


def _titles(book: Gradebook, written: Callable[[str], str] = str) -> list[str]:
    titles = distinct_titles((column.assignment for column in reversed(book.columns)), written)
    return [titles[column.assignment.pk] for column in book.columns]


def _of_quiz(book: Gradebook, quiz: Assignment | None) -> tuple[str, int, list[tuple[StudentRow, Cell]]]:
    """Title, points possible and cells of this quiz; of the newest for None. A class without quizzes has no cells."""
    if not book.columns:
        return "No quiz", 0, []
    place = next((place for place, column in enumerate(book.columns) if quiz and column.assignment.pk == quiz.pk), 0)
    return _titles(book)[place], book.columns[place].max_points, [(row.student, row.cells[place]) for row in book.rows]


def _identity(student: StudentRow) -> list[CellValue]:
    return [student.display_name, *_names(student), student.external_id or None]


def _names(student: StudentRow) -> list[CellValue]:
    """Last name and first name. A name without a known family name is a first name."""
    name = PersonName(student.display_name, student.family_name)
    return [name.family or None, given_name(name)]


def _due(due_at: datetime | None, classroom: Classroom) -> CellValue:
    return None if due_at is None else Moment(due_at.astimezone(classroom.zone))


def _canvas_title(title: str) -> str:
    """The title, changed so that Canvas reads it as the title of an assignment.

    Canvas reads a number in parentheses at the end as the id of an assignment. It reads the name of one of its columns
    as that column. It skips a title with the name of a total. Source: canvas-lms, lib/gradebook_importer.rb.
    """
    title = re.sub(r"\((\d+)\)\s*$", r"[\1]", title)
    title = re.sub(r"(Current|Final|Override) (Score|Points|Grade|Status)", r"\1-\2", title)
    return f"[{title}]" if title in CANVAS_COLUMNS else title


def _canvas_cell(cell: Cell) -> CellValue:
    if cell.status is Status.EXCUSED:
        return "EX"
    return points_number(cell.whole_score)


def _status_text(cell: Cell, column: Column, classroom: Classroom) -> str:
    if cell.is_ungraded:
        return "Needs grading"
    return status_label(cell.status, column.assignment.opens_at, classroom.zone)
