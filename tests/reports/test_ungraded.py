"""An answer that a teacher has still to mark: in no figure of a gradebook, and in no file as a zero."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from quizzes.files.answers import answers_table
from quizzes.files.gradebook import canvas_table, moodle_table, scores_table
from quizzes.files.items import figures_table
from quizzes.grading import manual_grades
from quizzes.grading.scores import rescore
from quizzes.models import Assignment, Classroom, Student, User
from quizzes.reports.answer_table import answer_rows
from quizzes.reports.attempt_review import review_attempt
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.item_report import item_report
from quizzes.reports.mastery import mastery_of
from quizzes.templatetags.icons import icon
from tests.factories import NOW, make_answered_attempt, make_assignment, make_edition, make_regrade, make_student
from tests.pages import text_of
from tests.views.teacher.test_grading_queue import typed_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(classroom: Classroom, teacher: User) -> Assignment:
    """Question 3, three points of eight, is marked by hand: Ana has 1 and an answer to it, Ben 1, Cy that answer."""
    assignment = make_assignment(
        edition=make_edition(document=typed_document()), classroom=classroom, assigned_by=teacher
    )
    answers = {
        "Ana": {"one": "August 31", "who": "The rules."},
        "Ben": {"one": "August 31"},
        "Cy": {"who": "The mayor."},
    }
    for name, own in answers.items():
        make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom, name=name), answers=own)
    return assignment


def mark(assignment: Assignment, name: str, points: int, teacher: User) -> None:
    attempt = assignment.attempts.get(student__display_name=name)
    question = assignment.edition.questions.get(key="who")
    manual_grades.grade_answer(attempt, question, points=Decimal(points), comment="", by=teacher, now=NOW)


def test_unmarked_score_is_in_no_figure(given: Assignment, teacher: User) -> None:
    book = gradebook(given.classroom, now=NOW)
    assert [(cell.score, cell.is_ungraded, cell.share) for row in book.rows for cell in row.cells] == [
        (1, True, None),
        (1, False, Decimal(1) / 8),
        (0, True, None),
    ]
    assert (book.columns[0].average, book.average_share) == (1, Decimal(1) / 8)
    mark(given, "Ana", 2, teacher)
    mark(given, "Cy", 0, teacher)
    book = gradebook(given.classroom, now=NOW)
    assert [cell.share for row in book.rows for cell in row.cells] == [Decimal(3) / 8, Decimal(1) / 8, 0]


@pytest.mark.parametrize("policy", ["drop", "full_credit"])
def test_question_that_no_one_has_to_mark_any_more_waits_for_nothing(policy: str, given: Assignment) -> None:
    make_regrade(assignment=given, policy=policy, number=3)
    rescore(given.attempts.select_related("assignment"))
    assert [cell.is_ungraded for row in gradebook(given.classroom, now=NOW).rows for cell in row.cells] == [False] * 3


def test_gradebook_says_not_marked_yet_and_no_zero(given: Assignment, teacher: User, teacher_client: Client) -> None:
    address = reverse("classroom_gradebook", args=[given.classroom.public_id])
    page = text_of(teacher_client.get(address))
    assert "Ana No score yet 1 Needs grading" in page
    assert "Cy No score yet Needs grading" in page
    mark(given, "Cy", 0, teacher)
    assert "Cy 0% 0" in text_of(teacher_client.get(address))


def test_files_hold_no_score_that_is_not_whole(given: Assignment) -> None:
    book = gradebook(given.classroom, now=NOW)
    assert [line[-2] for line in scores_table(book)[3:]] == ["Needs grading", 1.0, "Needs grading"]
    assert [line[-1] for line in canvas_table(book)[2:]] == [None, 1.0, None]
    assert [line[-1] for line in moodle_table(book, given)[1:]] == [1.0]
    titles = {given.pk: "Small set"}
    answers = answers_table(answer_rows(given.classroom), titles, given.classroom.zone)
    # Student, number, result, points: question 3 is marked by hand.
    assert [(line[0], line[8], line[9]) for line in answers if line[3] == 3] == [
        ("Ana", "Needs grading", None),
        ("Ben", "Not answered", 0.0),
        ("Cy", "Needs grading", None),
    ]
    # Question 3 is the only one that can count.
    for number in (1, 2, 4):
        make_regrade(assignment=given, policy="drop", number=number)
    of_set = {line[0]: line[1] for line in figures_table(item_report([given]))}
    assert (of_set["Attempts"], of_set["Average"], of_set["Median"]) == (3, None, None)


def test_file_of_answers_has_typed_answers_as_written(given: Assignment) -> None:
    student = make_student(classroom=given.classroom, name="Dee")
    make_answered_attempt(
        assignment=given, student=student, answers={"one": "AUGUST  31", "who": "The rules,\nhe says."}
    )
    assert [row.given for row in answer_rows(given.classroom) if row.student == "Dee" and row.given] == [
        "AUGUST  31",
        "The rules,\nhe says.",
    ]


def test_results_count_no_ungraded_answer(given: Assignment, teacher: User, teacher_client: Client) -> None:
    report = class_report(given, now=NOW)
    assert (report.scored_count, report.ungraded_count, report.average, report.max_points) == (1, 2, 1, 8)
    assert sum(part.count for part in report.histogram) == 1
    assert [line.student.display_name for line in report.needing_help] == ["Ben"]
    # Ben skipped question 3, and the other 2 answers wait.
    question = report.questions[2]
    assert (question.report.ungraded_count, question.right_count, question.graded_count) == (2, 0, 1)
    assert (question.points_share, question.is_weak) == (0, False)
    assert 3 not in [retried.number for retried in report.retry.questions]
    mastery = mastery_of(gradebook(given.classroom, now=NOW))
    assert [total.share for total in report.totals if total] == [total.share for total in mastery.totals if total]
    address = reverse("assignment_results", args=[given.public_id])
    page = text_of(teacher_client.get(address))
    # Where missing work counts as 0, the average is of more students than the chart.
    assert "Until then, the average leaves them out, and the chart shows 1 of 3." in page
    assert "A question with answers to grade isn’t listed yet." in page
    Student.objects.filter(display_name="Ben").update(removed_at=NOW)
    page = text_of(teacher_client.get(address))
    assert "2 students have answers that need grading. Grade answers" in page
    assert "Students who need help No scores yet." in page
    Student.objects.update(removed_at=None)
    mark(given, "Ana", 2, teacher)
    mark(given, "Cy", 0, teacher)
    report = class_report(given, now=NOW)
    assert (report.scored_count, report.questions[2].is_weak) == (3, True)
    assert "Until then" not in text_of(teacher_client.get(address))


@pytest.mark.parametrize("count", [1, 3])
def test_gradebook_costs_no_query_more(count: int, given: Assignment, queries: Callable[[], Any]) -> None:
    for _ in range(count):
        make_answered_attempt(
            assignment=given, student=make_student(classroom=given.classroom), answers={"who": "Yes."}
        )
    with queries() as seen:
        gradebook(given.classroom, now=NOW)
    assert len(seen) == 3


def test_close_answer_waits_and_is_never_called_not_correct(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    assignment = make_assignment(
        edition=make_edition(document=typed_document()), classroom=classroom, assigned_by=teacher
    )
    student = make_student(classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "Friday, August 31"})
    assert [(item.question.key, item.verdict) for item in review_attempt(attempt).ungraded] == [("one", "ungraded")]
    [[cell]] = [row.cells for row in gradebook(classroom, now=NOW).rows]
    assert (cell.is_ungraded, cell.share) == (True, None)
    for number in (2, 3, 4):
        make_regrade(assignment=assignment, number=number)
    results = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    assert "Nothing stands out so far. A question with answers to grade isn’t listed yet." in results
    [question, *_] = review_attempt(attempt).questions
    shown = render_to_string("parts/review_rows.html", {"item": question})
    assert "Your answer: not graded yet" in shown
    row = next(part for part in shown.split("<li") if "Friday, August 31" in part)
    assert icon("wrong") not in row
    manual_grades.grade_answer(
        attempt, assignment.edition.questions.get(key="one"), points=Decimal(0), comment="", by=teacher, now=NOW
    )
    [question, *_] = review_attempt(attempt).questions
    assert question.verdict == "wrong"
    assert "close, but not accepted" in render_to_string("parts/review_rows.html", {"item": question})


def test_close_answer_is_no_misconception_until_it_is_graded(classroom: Classroom, teacher: User) -> None:
    assignment = make_assignment(
        edition=make_edition(document=typed_document()), classroom=classroom, assigned_by=teacher
    )
    question = assignment.edition.questions.get(key="one")
    attempts = [make_answered_attempt(assignment=assignment, answers={"one": "Friday, August 31"}) for _ in range(3)]

    def grade(points: int) -> None:
        manual_grades.grade_answers(
            attempts, question, points=Decimal(points), comment="", group=uuid4(), by=teacher, now=NOW
        )

    assert class_report(assignment, now=NOW).misconceptions == ()
    grade(0)
    [shared] = class_report(assignment, now=NOW).misconceptions
    assert (shared.choice.option.text, shared.choice.count, len(shared.students)) == ("Friday, August 31", 3, 3)
    grade(1)
    assert class_report(assignment, now=NOW).misconceptions == ()


def test_students_who_do_not_know_share_no_misconception(classroom: Classroom, teacher: User) -> None:
    document = typed_document()
    common = {
        name: document["questions"][2][name] for name in ("key", "objective", "skill", "facts", "stem", "evidence")
    }
    gaps = [
        {"id": "a", "accepted": ["police"]},
        {"id": "b", "answer": "Mayor", "choices": ["Mayor", "No idea"]},
    ]
    document["questions"][2] = {**common, "type": "blanks", "points": 2, "text": "The {a} and the {b}.", "gaps": gaps}
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    for count, answers in (
        (4, {"one": "idk", "some": "No idea", "who": {"a": "?", "b": "2"}}),
        (3, {"one": "August 31", "some": "60 days", "who": {"a": "robbers", "b": "1"}}),
    ):
        for _ in range(count):
            make_answered_attempt(assignment=assignment, answers=answers)
    shared = [one.choice.option.text for one in class_report(assignment, now=NOW).misconceptions]
    # A choice with these words is the author’s.
    assert (shared[0], {*shared[1:]}) == ("(b) No idea", {"60 days", "(a) robbers"})


def test_page_of_a_student_has_no_percentage_of_a_score_so_far(
    given: Assignment, teacher: User, teacher_client: Client
) -> None:
    """“1 of 8 so far, 13%” reads as a grade, and no average has it."""
    student = given.classroom.students.get(display_name="Ana")
    address = reverse("student_history", args=[student.public_id])
    page = text_of(teacher_client.get(address))
    assert "1 of 8 so far Receipt" in page
    assert "13%" not in page
    mark(given, "Ana", 1, teacher)
    assert "2 of 8, 25% Receipt" in text_of(teacher_client.get(address))
