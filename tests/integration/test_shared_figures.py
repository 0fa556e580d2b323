"""The figures that two pages or files share are the same, over random classes."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from random import Random

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.content.editions import published
from quizzes.models import Assignment, Classroom, Edition, Excuse, User
from quizzes.people.classrooms import set_missing_rule
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import item_report
from quizzes.reports.mastery import objective_points
from tests.factories import make_answered_attempt, make_assignment, make_attempt, make_student, right_value
from tests.pages import text_of

pytestmark = pytest.mark.parametrize("seed", range(8))


def fill(classroom: Classroom, edition: Edition, teacher: User, chance: Random) -> list[Assignment]:
    """Three quizzes: two that are due, one that is open. Each student did, began, missed, or is excused from each."""
    now = timezone.now()
    started = now - timedelta(hours=5)
    dues = [now - timedelta(hours=chance.randint(1, 4)), now - timedelta(hours=1), now + timedelta(days=1)]
    given = [
        make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=started, due_at=due)
        for due in dues
    ]
    questions = published(edition.pk).document.questions
    for number in range(chance.randint(3, 12)):
        student = make_student(classroom=classroom, name=f"Student {number:02}")
        for assignment in given:
            match chance.choice(["did", "did", "did", "began", "nothing", "excused"]):
                case "did":
                    answers = {
                        question.key: chance.choice([right_value(question), question.wrong_answer(chance.choice)])
                        for question in questions
                        if chance.random() < 0.9
                    }
                    make_answered_attempt(assignment=assignment, student=student, answers=answers, started_at=started)
                case "began":
                    make_attempt(assignment=assignment, student=student, started_at=started)
                case "excused":
                    Excuse.objects.create(
                        assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=now
                    )
    return given


@pytest.mark.parametrize("is_zero", [False, True])
def test_pages_and_files_have_the_same_figures(
    seed: int, is_zero: bool, classroom: Classroom, edition: Edition, teacher: User, teacher_client: Client
) -> None:
    given = fill(classroom, edition, teacher, Random(seed))
    now = timezone.now()
    set_missing_rule(classroom, is_zero=is_zero, by=teacher, now=now)
    book = gradebook(classroom, now=now)
    points = objective_points(book)

    for assignment in given:
        [column] = [column for column in book.columns if column.assignment == assignment]
        place = book.columns.index(column)
        report = class_report(Assignment.objects.with_set().get(pk=assignment.pk), now=now)
        items = item_report([assignment])
        # Results and gradebook: the average, each score, and each status.
        assert report.average == (column.mean if column.mean is None else pytest.approx(column.mean))
        by_student = {line.student.pk: line for line in report.lines}
        for row in book.rows:
            cell, line = row.cells[place], by_student[row.student.pk]
            assert cell.status is line.status
            assert (cell.score is not None) == bool(line.scores)
            if line.scores:
                assert line.earned == pytest.approx(cell.score)
        # Results and item analysis: attempts, points earned of each question, wrong answers.
        assert report.attempt_count == items.figures.attempt_count == sum(part.count for part in report.histogram)
        for line, question in zip(report.questions, items.questions, strict=True):
            assert line.points_share == question.figures.facility
        for shared in report.misconceptions:
            [item] = [item for item in items.questions if item.number == shared.question.number]
            assert shared.choice in item.figures.choices
        # Results by objective and by question.
        if report.attempt_count:
            earned = sum(total.earned for total in report.totals if total is not None)
            shares = sum((line.points_share or 0) * line.report.question.points for line in report.questions)
            assert float(earned) == pytest.approx(shares * report.attempt_count)
        assert points is not None

    # Pages and the file: the class average, and the average of each student.
    home = text_of(teacher_client.get(reverse("teacher_home")))
    page = text_of(teacher_client.get(reverse("classroom_gradebook", args=[classroom.public_id])))
    shown = re.search(r"class average (\d+%)", page)
    assert (shown[1] if shown else None) == (found[1] if (found := re.search(r"Class average (\d+%)", home)) else None)
    rule = "missing counts as 0" if is_zero else "missing left out"
    assert shown is None or rule in home
    response = teacher_client.post(
        reverse("download_file", args=[classroom.public_id]), {"layout": "scores", "form": "csv"}
    )
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0][4] == f"Average %, {rule}"
    for row, line in zip(book.rows, lines[3:], strict=True):
        assert line[0] == row.student.display_name
        assert (
            line[4] == ""
            if row.average_share is None
            else float(line[4]) == pytest.approx(float(row.average_share * 100), abs=0.051)
        )
        history = unescape(text_of(teacher_client.get(reverse("student_history", args=[row.student.public_id]))))
        average = re.search(r"Average (\d+%)", history)
        [written] = re.findall(rf"{row.student.display_name} (?:(\d+%)|No score yet)", page)
        assert (average[1] if average else "") == written
