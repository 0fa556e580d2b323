"""Files that leave the site, read back by other readers and held against the rows."""

import csv
import io
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.files.downloads import FileFormat, Layout, export, export_answers, export_item_report
from quizzes.files.gradebook import distinct_titles
from quizzes.grading.scores import rescore
from quizzes.models import Answer, Assignment, Attempt, AuditEvent, Classroom, Edition, Excuse, Student, User
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import item_report
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_edition,
    make_question_set,
    make_regrade,
    make_student,
)
from tests.files.test_xlsx import read_xlsx
from tests.reports.test_item_report import Gather, regrade

NAMES = ("Zoë “Z” O’Neil, Jr.", "李 Łukasz", "=Nina", "Maya Lopez")


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture
def school(classroom: Classroom, assignment: Assignment, teacher: User) -> Classroom:
    """Four students and three assignments: two of one set, and one that one student is excused from."""
    students = [make_student(classroom=classroom, name=name) for name in NAMES]
    Student.objects.filter(pk=students[3].pk).update(external_id="S-4")
    again = make_assignment(
        edition=assignment.edition,
        classroom=classroom,
        created_at=NOW + timedelta(days=1),
        due_at=NOW + timedelta(days=1, seconds=30),
        max_attempts=2,
    )
    other = make_assignment(
        edition=make_edition(question_set=make_question_set(title="Juries (2018)"), canary=True),
        classroom=classroom,
        created_at=NOW + timedelta(days=2),
        due_at=NOW + timedelta(days=3),
    )
    for place, student in enumerate(students):
        make_answered_attempt(assignment=assignment, student=student, right=place)
    make_answered_attempt(assignment=again, student=students[0], right=1, started_at=NOW + timedelta(days=1))
    make_answered_attempt(assignment=again, student=students[0], right=4, number=2, started_at=NOW + timedelta(days=1))
    make_answered_attempt(
        assignment=again, student=students[1], answers={"who": {"a": "mayor"}}, started_at=NOW + timedelta(days=1)
    )
    make_answered_attempt(assignment=again, student=students[2], right=2, submitted=False)
    Excuse.objects.create(assignment=other, student=students[3], reason="Was ill", given_by=teacher, given_at=NOW)
    return classroom


def body(classroom: Classroom, layout: Layout, teacher: User) -> tuple[list[list[str]], list[list[object]]]:
    """The same file as CSV and as Excel."""
    now = NOW + timedelta(days=4)
    as_csv = export(classroom, layout, FileFormat.CSV, by=teacher, now=now)
    as_xlsx = export(classroom, layout, FileFormat.XLSX, by=teacher, now=now)
    [table] = read_xlsx(as_xlsx.content).values()
    return read_csv(as_csv.content), table


def scores(classroom: Classroom) -> dict[str, dict[int, Decimal]]:
    """The best score of each student by assignment id, straight from the rows."""
    found: defaultdict[str, dict[int, Decimal]] = defaultdict(dict)
    for attempt in Attempt.objects.filter(classroom=classroom, submitted_at__isnull=False).select_related("student"):
        own = found[attempt.student.display_name]
        assert attempt.score is not None
        own[attempt.assignment_id] = max(own.get(attempt.assignment_id, Decimal(0)), attempt.score)
    return found


def test_scores_equal_the_rows(school: Classroom, teacher: User) -> None:
    lines, table = body(school, Layout.SCORES, teacher)
    newest_first = list(school.assignments.order_by("-created_at"))
    stored = scores(school)

    assert lines[0] == [
        "Student",
        "Last name",
        "First name",
        "Student number",
        "Average %, missing left out",
        "Juries (2018)",
        "Small set, 2",
        "Small set",
        "Late",
    ]
    assert lines[1] == ["Points possible", "", "", "", "", "8", "8", "8", ""]
    assert lines[2][:5] == ["Due", "", "", "", ""]
    due = [row.due_at.astimezone(school.zone) if row.due_at else None for row in newest_first]
    assert lines[2][5:] == [*(f"{moment:%Y-%m-%d %H:%M}" if moment else "" for moment in due), ""]
    assert any(due)
    assert [line[:4] for line in lines[3:]] == [
        ["Maya Lopez", "Lopez", "Maya", "S-4"],
        ["李 Łukasz", "Łukasz", "李", ""],
        ["'=Nina", "", "'=Nina", ""],
        ["Zoë “Z” O’Neil, Jr.", "O’Neil", "Zoë “Z”", ""],
    ]
    for line in lines[3:]:
        own = stored[line[0].lstrip("'")]
        for cell, assignment in zip(line[5:-1], newest_first, strict=True):
            if assignment.pk in own:
                assert Decimal(cell) == own[assignment.pk]
    assert [line[5:] for line in lines[3:]] == [
        ["Excused", "Missing", "6.0", ""],
        ["Missing", "1.0", "1.0", "Small set, 2"],
        ["Missing", "In progress", "3.0", ""],
        ["Missing", "8.0", "0.0", "Small set, 2"],
    ]
    assert [[_text(cell) for cell in row] for row in table] == [[_text(cell) for cell in line] for line in lines]


def test_answers_equal_the_rows(school: Classroom, teacher: User) -> None:
    lines, table = body(school, Layout.ANSWERS, teacher)
    columns = lines[0]
    rows = [dict(zip(columns, line, strict=True)) for line in lines[1:]]

    assert len(rows) == 4 * Attempt.objects.filter(classroom=school, submitted_at__isnull=False).count()
    by_attempt: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        by_attempt[row["Student"], row["Quiz"], row["Attempt"]] += Decimal(row["Points"])
    stored = {
        (attempt.student.display_name, attempt.number): attempt.score
        for attempt in Attempt.objects.filter(
            classroom=school, assignment__created_at=NOW + timedelta(days=1), submitted_at__isnull=False
        ).select_related("student")
    }
    again = {(key[0], int(key[2])): points for key, points in by_attempt.items() if key[1] == "Small set, 2"}
    assert again == stored
    answered = Answer.objects.filter(
        attempt__classroom=school, attempt__submitted_at__isnull=False, value__isnull=False
    ).count()
    assert sum(row["Result"] != "Not answered" for row in rows) == answered
    assert [[_text(cell) for cell in row] for row in table] == [[_text(cell) for cell in line] for line in lines]


@pytest.mark.parametrize("form", list(FileFormat))
def test_answers_of_one_assignment_are_its_rows_of_the_whole_file(
    school: Classroom, teacher: User, form: FileFormat
) -> None:
    assignment = school.assignments.with_set().get(created_at=NOW + timedelta(days=1))
    whole, _ = body(school, Layout.ANSWERS, teacher)

    file = export_answers(assignment, form, by=teacher, now=NOW + timedelta(days=4))

    lines = read_csv(file.content) if form == FileFormat.CSV else read_xlsx(file.content)["Answers"]
    expected = [line for line in whole[1:] if line[1] == "Small set, 2"]
    assert len(expected) == 4 * 3
    assert [[_text(cell) for cell in line] for line in lines] == [
        [_text(cell) for cell in line] for line in [whole[0], *expected]
    ]
    assert file.name == f"Period 3, Small set, 2, answers 2026-10-27.{form}"
    assert AuditEvent.objects.latest("pk").detail == {
        "layout": "answers",
        "form": str(form),
        "assignment": assignment.public_id,
    }


def test_an_answer_is_written_in_words(school: Classroom, teacher: User) -> None:
    lines, _ = body(school, Layout.ANSWERS, teacher)
    mine = [line for line in lines if line[0] == "李 Łukasz" and line[1] == "Small set, 2"]

    assert mine[2] == [
        "李 Łukasz",
        "Small set, 2",
        "1",
        "3",
        "Who says so?",
        "Who says so?",
        "Why it was ended",
        "“Rules were broken.” Mayor’s account",
        "Partly correct",
        "1.0",
        "3",
        "2026-10-24 11:00:01",
        "Late",
        "yes",
        "Online",
        "",
    ]
    assert mine[0][7:12] == ["", "Not answered", "0.0", "1", ""]
    assert lines[0][-1] == "Student number"
    assert {line[-1] for line in lines if line[0] == "Maya Lopez"} == {"S-4"}


def test_a_question_of_a_file_has_the_statement_that_it_is_about(
    school: Classroom, assignment: Assignment, teacher: User
) -> None:
    answers, _ = body(school, Layout.ANSWERS, teacher)
    items = read_csv(
        export_item_report(assignment, item_report([assignment]), FileFormat.CSV, by=teacher, now=NOW).content
    )

    asked = "Which two sentences prove this? After a protest there is an end in summer."
    assert {line[4] for line in answers if line[3] == "4"} == {asked}
    assert items[4][1] == asked


def test_a_dropped_question_says_so_in_every_file(school: Classroom, assignment: Assignment, teacher: User) -> None:
    regrade(assignment, "who", "drop", teacher)

    lines, _ = body(school, Layout.ANSWERS, teacher)

    dropped = [line for line in lines[1:] if line[1] == "Small set" and line[3] == "3"]
    assert {(line[8], line[9], line[10]) for line in dropped} == {("Doesn’t count", "0.0", "0")}


def test_file_of_answers_says_which_attempt_counts(classroom: Classroom, edition: Edition, teacher: User) -> None:
    student = make_student(classroom=classroom, name="Ana")
    for policy in Assignment.AttemptPolicy.values:
        tried = make_assignment(
            edition=edition, classroom=classroom, max_attempts=None, attempt_policy=policy, own_title=policy
        )
        for number, right in enumerate((1, 4, 2), start=1):
            make_answered_attempt(assignment=tried, student=student, number=number, right=right)
    excused = make_assignment(edition=edition, classroom=classroom, own_title="excused")
    make_answered_attempt(assignment=excused, student=student)
    Excuse.objects.create(assignment=excused, student=student, reason="Ill", given_by=teacher, given_at=NOW)

    lines, _ = body(classroom, Layout.ANSWERS, teacher)

    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert {(row["Quiz"], row["Attempt"]) for row in rows if row["Attempt counts"] == "yes"} == {
        ("first", "1"),
        ("best", "2"),
        ("latest", "3"),
    }
    assert {row["Attempt counts"] for row in rows if row["Quiz"] == "excused"} == {"no"}
    points = sum(Decimal(row["Points"]) for row in rows if (row["Quiz"], row["Attempt counts"]) == ("best", "yes"))
    assert points == gradebook(classroom, now=NOW).rows[0].cells[2].score


def test_canvas_layout(school: Classroom, teacher: User) -> None:
    lines, _ = body(school, Layout.CANVAS, teacher)

    assert lines == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Juries [2018]", "Small set, 2", "Small set"],
        ["    Points Possible", "", "", "", "", "8", "8", "8"],
        ["Maya Lopez", "", "S-4", "", "Period 3", "EX", "", "6.0"],
        ["李 Łukasz", "", "", "", "Period 3", "", "1.0", "1.0"],
        ["'=Nina", "", "", "", "Period 3", "", "", "3.0"],
        ["Zoë “Z” O’Neil, Jr.", "", "", "", "Period 3", "", "8.0", "0.0"],
    ]


@pytest.mark.parametrize("order", [("", "", "Small set, 2"), ("Small set, 2", "", ""), ("", "Small set, 2", "")])
def test_no_two_quizzes_of_a_file_have_one_title(
    order: tuple[str, ...], classroom: Classroom, edition: Edition
) -> None:
    given = [make_assignment(edition=edition, classroom=classroom, own_title=title) for title in order]

    for newest in (2, 3):
        titles = distinct_titles(given[:newest])
        assert len(set(titles.values())) == newest
    # A newer quiz renames no older one.
    assert [titles[one.pk] for one in given[:2]] == list(distinct_titles(given[:2]).values())


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Juries (2018)", "Juries [2018]"),
        ("Juries (2018 law)", "Juries (2018 law)"),
        ("Section", "[Section]"),
        ("Section 2", "Section 2"),
        ("ID", "[ID]"),
        ("The Final Grade debate", "The Final-Grade debate"),
        ("Final score", "Final score"),
        ("Final Grades in the county", "Final-Grades in the county"),
        ("Semifinal: Unposted Current Scores", "Semifinal: Unposted Current-Scores"),
        ("Notes", "[Notes]"),
    ],
)
def test_canvas_takes_every_title_for_an_assignment(
    title: str, written: str, classroom: Classroom, teacher: User
) -> None:
    make_student(classroom=classroom, name="Ada")
    make_assignment(edition=make_edition(question_set=make_question_set(title=title)), classroom=classroom)

    lines, _ = body(classroom, Layout.CANVAS, teacher)

    # As the importer there looks for them: which columns tell who, then one an assignment.
    sought = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
    assert [name in cell for name, cell in zip(sought, lines[0], strict=False)] == [True] * 5
    assert "Points Possible" in lines[1][0]
    assert lines[0][5:] == [written]
    assert lines[0].index(written) == 5


def test_titles_that_canvas_reads_alike_stay_apart(classroom: Classroom, edition: Edition, teacher: User) -> None:
    for title in ("Juries [2018]", "Juries (2018)", "Juries (2018)"):
        make_assignment(edition=edition, classroom=classroom, own_title=title)

    lines, _ = body(classroom, Layout.CANVAS, teacher)

    assert set(lines[0][5:]) == {"Juries [2018]", "Juries (2018), 2", "Juries (2018), 3"}


def of_quiz(school: Classroom, layout: Layout, teacher: User, *, title: str) -> list[list[str]]:
    """The file of the quiz with this title, oldest first."""
    quiz = dict(zip(("Small set", "Small set, 2", "Juries"), school.assignments.order_by("created_at"), strict=True))
    file = export(school, layout, FileFormat.CSV, quiz=quiz[title], by=teacher, now=NOW + timedelta(days=4))
    return read_csv(file.content)


def test_moodle_layout_has_no_empty_grade(school: Classroom, teacher: User) -> None:
    assert of_quiz(school, Layout.MOODLE, teacher, title="Small set, 2") == [
        ["ID number", "Last name", "First name", "Small set, 2, percent", "Small set, 2, points out of 8"],
        # Moodle gives a row with an empty ID number to the student of the row above.
        ["李 Łukasz", "Łukasz", "李", "12.5", "1.0"],
        ["Zoë “Z” O’Neil, Jr.", "O’Neil", "Zoë “Z”", "100.0", "8.0"],
    ]
    assert of_quiz(school, Layout.MOODLE, teacher, title="Small set")[1] == ["S-4", "Lopez", "Maya", "75.0", "6.0"]
    # Nobody has a score on the newest quiz, so that nothing can be imported over a grade.
    assert len(body(school, Layout.MOODLE, teacher)[0]) == 1


@pytest.mark.parametrize("layout", [Layout.MOODLE, Layout.STUDENT_NUMBERS])
def test_quiz_without_points_erases_no_grade(
    layout: Layout, assignment: Assignment, student: Student, teacher: User
) -> None:
    """If every question was dropped, a score has no percent."""
    make_answered_attempt(assignment=assignment, student=student)
    assert len(body(assignment.classroom, layout, teacher)[0]) == 2
    for number in range(1, 5):
        make_regrade(assignment=assignment, policy="drop", number=number)
    rescore(assignment.attempts.all())

    assert len(body(assignment.classroom, layout, teacher)[0]) == 1


def test_student_number_layout(school: Classroom, teacher: User) -> None:
    assert of_quiz(school, Layout.STUDENT_NUMBERS, teacher, title="Small set")[:2] == [
        ["Student Number", "Last Name", "First Name", "Assignment", "Score", "Points Possible", "Percent", "Late"],
        ["S-4", "Lopez", "Maya", "Small set", "6.0", "8", "75.0", ""],
    ]
    late = of_quiz(school, Layout.STUDENT_NUMBERS, teacher, title="Small set, 2")
    assert [row[4:] for row in late[1:]] == [["1.0", "8", "12.5", "Late"], ["8.0", "8", "100.0", "Late"]]


def test_score_rows_have_due_date_and_late(school: Classroom, teacher: User) -> None:
    lines, table = body(school, Layout.SCORE_ROWS, teacher)
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]

    assert len(rows) == 3 * 4
    assert lines[0][4:] == ["Quiz", "Due", "Status", "Late", "Points", "Points possible", "Percent"]
    mine = [row for row in rows if row["Student"] == "李 Łukasz"]
    assert [(row["Quiz"], row["Status"], row["Late"], row["Points"]) for row in mine] == [
        ("Juries (2018)", "Missing", "", ""),
        ("Small set, 2", "Turned in", "Late", "1.0"),
        ("Small set", "Turned in", "", "1.0"),
    ]
    assert mine[1]["Due"] == "2026-10-24 11:00"
    assert [[_text(cell) for cell in row] for row in table] == [[_text(cell) for cell in line] for line in lines]


def test_score_rows_have_the_students_own_due_date(assignment: Assignment, student: Student, teacher: User) -> None:
    Assignment.objects.update(due_at=NOW)
    make_answered_attempt(assignment=assignment, student=student, started_at=NOW + timedelta(hours=1))
    make_student(classroom=assignment.classroom, name="Zoe")
    assignment.extensions.create(
        student=student, due_at=NOW + timedelta(days=1), reason="Ill", given_by=teacher, given_at=NOW
    )

    lines, _ = body(assignment.classroom, Layout.SCORE_ROWS, teacher)

    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [(row["Student"], row["Due"][:10], row["Late"], row["Status"]) for row in rows] == [
        ("Maya Lopez", f"{NOW + timedelta(days=1):%Y-%m-%d}", "", "Turned in"),
        ("Zoe", f"{NOW:%Y-%m-%d}", "", "Missing"),
    ]


def test_item_analysis_holds_what_the_report_says(school: Classroom, assignment: Assignment, teacher: User) -> None:
    for number in range(12):
        make_answered_attempt(assignment=assignment, right=number % 5)
    report = item_report([assignment])

    as_csv = read_csv(export_item_report(assignment, report, FileFormat.CSV, by=teacher, now=NOW).content)
    as_xlsx = read_xlsx(export_item_report(assignment, report, FileFormat.XLSX, by=teacher, now=NOW).content)

    assert list(as_xlsx) == ["Questions", "Answers", "Quiz"]
    assert len(as_csv) == 1 + len(report.questions)
    for line, question in zip(as_csv[1:], report.questions, strict=True):
        row = dict(zip(as_csv[0], line, strict=True))
        figures = question.figures
        # “Points” beside it is what the question is worth, so a share of 0.75 would read as part of a point.
        assert figures.facility is not None
        assert float(row["Points earned %"]) == pytest.approx(100 * figures.facility, abs=0.051)
        assert float(row["Top group %"]) - float(row["Bottom group %"]) == pytest.approx(
            100 * (figures.upper_lower or 0), abs=0.102
        )
        assert float(row["Discrimination"]) == figures.discrimination
        assert int(row["Attempts"]) == figures.attempt_count == 16
        assert row["Check"] == "; ".join(flag.reason for flag in figures.flags)
    assert as_xlsx["Answers"][0][3:7] == ["Chosen by", "Share %", "Top group %", "Bottom group %"]
    assert [(row[3], row[4]) for row in as_xlsx["Answers"][1:]] == [
        (choice.count, pytest.approx(100 * choice.count / 16, abs=0.051))
        for question in report.questions
        for choice in question.figures.choices
    ]
    of_set = {row[0]: row[1] for row in as_xlsx["Quiz"]}
    assert of_set["Cronbach’s alpha"] == pytest.approx(report.figures.alpha)
    # The page offers 3 kinds of attempts, and their files have the same name.
    assert of_set["Which attempt counts"] == "The first"


def test_item_analysis_of_few_attempts_leaves_cells_empty(assignment: Assignment, teacher: User) -> None:
    make_answered_attempt(assignment=assignment)

    content = export_item_report(assignment, item_report([assignment]), FileFormat.CSV, by=teacher, now=NOW).content
    row = dict(zip(*read_csv(content)[:2], strict=True))

    assert (row["Points earned %"], row["Discrimination"], row["Top group %"], row["Top wrong answer"]) == (
        "100.0",
        "",
        "",
        "",
    )


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("form", list(FileFormat))
def test_every_file_is_named_typed_and_recorded(
    classroom: Classroom, student: Student, teacher: User, layout: Layout, form: FileFormat
) -> None:
    classroom.name = "Civics/3: <a>"

    file = export(classroom, layout, form, by=teacher, now=NOW)

    assert file.name == f"Civics-3- -a-, {layout.label} 2026-10-23.{form}"
    assert file.content_type.startswith("text/csv" if form == FileFormat.CSV else "application/vnd.openxml")
    assert AuditEvent.objects.get().detail == {"layout": str(layout), "form": str(form)}


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize(("layout", "expected"), [(Layout.SCORES, 4), (Layout.ANSWERS, 7)])
def test_a_file_costs_the_same_queries_however_full_the_class(
    classroom: Classroom, edition: Edition, teacher: User, queries: Gather, layout: Layout, expected: int, count: int
) -> None:
    assignments = [make_assignment(edition=edition, classroom=classroom) for _ in range(count)]
    for _ in range(count):
        student = make_student(classroom=classroom)
        for assignment in assignments[:2]:
            make_answered_attempt(assignment=assignment, student=student)

    with queries() as seen:
        export(classroom, layout, FileFormat.CSV, by=teacher, now=NOW)

    assert isinstance(seen, Queries)
    assert len(seen) == expected


def _text(cell: object) -> str:
    """A cell as one text for both readers: numbers and dates as they are written."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    try:
        return f"{float(str(cell)):g}"
    except ValueError:
        return str(cell)
