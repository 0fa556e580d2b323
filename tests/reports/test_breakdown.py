"""Points earned by speaker and by skill, of a class and of one student."""

from fractions import Fraction

from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Student, User
from quizzes.reports.breakdown import BreakdownLine
from quizzes.reports.class_report import class_report
from quizzes.reports.student_history import history_lines
from quizzes.reports.student_report import student_breakdown
from tests.factories import NOW, make_answered_attempt
from tests.pages import text_of
from tests.reports.test_class_report import sit
from tests.reports.test_item_report import regrade


def shown(lines: tuple[BreakdownLine, ...]) -> list[tuple[str, int, Fraction, int]]:
    return [(line.label, line.question_count, line.earned, line.possible) for line in lines]


def test_class_has_points_by_speaker_and_by_skill(assignment: Assignment) -> None:
    sit(assignment, 1)
    sit(assignment, 1, one="a", who={"a": "mayor", "b": "mayor", "c": "not_stated"})

    split = class_report(assignment, now=NOW).split

    # Questions 1, 2 and 4 rest on reported facts. Question 3 rests on the mayor and on the protesters.
    assert shown(split.speakers) == [
        ("Reported fact", 3, 9, 10),
        ("Mayor’s account", 1, 5, 6),
        ("Protesters’ claim", 1, 5, 6),
    ]
    assert shown(split.skills) == [("Recall", 2, 5, 6), ("Inference", 1, 4, 4), ("Who says it", 1, 5, 6)]


def test_dropped_question_counts_nowhere(assignment: Assignment, teacher: User) -> None:
    sit(assignment, 1)
    regrade(assignment, "who", "drop", teacher)

    split = class_report(assignment, now=NOW).split

    assert [label for label, *_ in shown(split.speakers)] == ["Reported fact"]
    assert [label for label, *_ in shown(split.skills)] == ["Recall", "Inference"]


def test_class_of_one_has_the_figures_of_its_student(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=2)

    own = student_breakdown(history_lines(student, by=teacher, now=NOW))

    assert own == class_report(assignment, now=NOW).split
    page = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))
    results = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    for text in (page, results):
        assert "Recall 2 3 of 3 100%" in text
        assert "Who says it 1 0 of 3 0%" in text
