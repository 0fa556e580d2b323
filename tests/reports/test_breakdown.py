"""Points earned by speaker and by skill, of a class and of one student."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.attempts.transfers import transfer_attempts
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.content.teaching_guide import parse_guide
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import Assignment, Source, Student, User
from quizzes.people.rosters import move_student
from quizzes.reports.breakdown import Breakdown, BreakdownLine
from quizzes.reports.class_report import class_report
from quizzes.reports.student_history import history_lines
from quizzes.reports.student_report import student_breakdown
from tests.factories import NOW, make_answered_attempt, make_assignment, make_classroom, make_document
from tests.pages import text_of
from tests.reports.test_class_report import sit
from tests.reports.test_item_report import regrade


def shown(lines: tuple[BreakdownLine, ...]) -> list[tuple[str, int, Fraction, Fraction]]:
    return [(line.label, line.question_count, line.earned, line.possible) for line in lines]


def test_class_has_points_by_speaker_and_by_skill(assignment: Assignment) -> None:
    sit(assignment, 1)
    sit(assignment, 1, one="a", who={"a": "mayor", "b": "mayor", "c": "not_stated"})

    split = class_report(assignment, now=NOW).split

    # Questions 1, 2 and 4 rest on reported facts. Each statement of question 3 has its own speaker and 1 of 3 points.
    assert shown(split.speakers) == [
        ("Reported fact", 3, 9, 10),
        ("Mayor’s account", 1, 2, 2),
        ("Protesters’ claim", 1, 1, 2),
        ("The story does not say", 1, 2, 2),
    ]
    assert shown(split.skills) == [("Recall", 2, 5, 6), ("Inference", 1, 4, 4), ("Who says it", 1, 5, 6)]


def test_class_has_points_by_standard(assignment: Assignment, teacher_client: Client) -> None:
    sit(assignment, 1)
    sit(assignment, 1, one="a")
    guide = {
        "standards": [
            {"code": "RH.1", "about": "citing evidence", "questions": ["one", "proof"]},
            {"code": "RH.2", "about": "central ideas", "questions": ["of-another-set"]},
        ]
    }
    assert class_report(assignment, now=NOW).split.standards == ()
    standards = parse_guide(guide).standards
    assert shown(class_report(assignment, now=NOW, standards=standards).split.standards) == [
        ("RH.1: citing evidence", 2, 5, 6)
    ]
    Source.objects.update(teaching_guide=guide)
    page = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    assert "RH.1: citing evidence 2 5 of 6 83%" in page
    assert "RH.2" not in page


def test_points_without_a_key_are_spread_over_the_parts(assignment: Assignment, teacher: User) -> None:
    attempt = make_answered_attempt(assignment=assignment, answers={"who": {"a": "mayor"}})
    question = assignment.edition.questions.get(key="who")
    grade_answer(attempt, question, points=Decimal(2), comment="", by=teacher, now=NOW)

    split = class_report(assignment, now=NOW).split

    third = Fraction(2, 3)
    assert [line[2:] for line in shown(split.speakers)[1:]] == [(third, 1), (third, 1), (third, 1)]


SPEAKERS = {"mayor": "Mayor’s account", "protesters": "Protesters’ claim", "not_stated": "The story does not say"}
KEY = {"a": "mayor", "b": "protesters", "c": "not_stated"}


@pytest.mark.parametrize("seed", range(6))
def test_points_by_speaker_are_those_of_a_plain_recount(assignment: Assignment, teacher: User, seed: int) -> None:
    chance = Random(seed)
    given = [
        {letter: chance.choice(["reporter", *SPEAKERS]) for letter in KEY if chance.random() < 0.8} or None
        for _ in range(chance.randint(3, 12))
    ]
    for value in given:
        make_answered_attempt(assignment=assignment, answers={"who": value})
    # A second key: the protesters say the first statement. Either key, or only the new one.
    policy = chance.choice(["none", "either_key", "new_key", "full_credit"])
    new = {**KEY, "a": "protesters"}
    [old] = [table for table in make_document()["questions"] if table["key"] == "who"]
    document = WhoSaysSo.regraded(old, new) if policy in {"either_key", "new_key"} else None
    if policy != "none":
        regrade(assignment, "who", policy, teacher, document)

    # The recount: 1 point for each statement.
    keys = {"none": [KEY], "full_credit": [KEY], "either_key": [KEY, new], "new_key": [new]}[policy]
    newest, expected = keys[-1], dict.fromkeys(SPEAKERS.values(), 0)
    for value in given:
        counts = [{letter for letter in KEY if (value or {}).get(letter) == key[letter]} for key in keys]
        most = set(KEY) if policy == "full_credit" else max(counts, key=len)
        for letter in most:
            expected[SPEAKERS[newest[letter]]] += 1

    split = class_report(assignment, now=NOW).split
    found = {line.label: line.earned for line in split.speakers if line.label in expected}
    assert found == {
        label: count for label, count in expected.items() if label in {SPEAKERS[v] for v in newest.values()}
    }
    [who] = [line for line in split.skills if line.label == "Who says it"]
    assert (who.earned, who.possible) == (sum(expected.values()), 3 * len(given))
    assert sum(line.possible for line in split.speakers if line.label in expected) == who.possible


def test_dropped_question_does_not_count(assignment: Assignment, teacher: User) -> None:
    sit(assignment, 1)
    regrade(assignment, "who", "drop", teacher)

    split = class_report(assignment, now=NOW).split

    assert [label for label, *_ in shown(split.speakers)] == ["Reported fact"]
    assert [label for label, *_ in shown(split.skills)] == ["Recall", "Inference"]


def test_work_that_a_student_took_to_other_classes_counts_once_as_in_the_own_one(
    assignment: Assignment, student: Student, teacher: User
) -> None:
    def split() -> Breakdown:
        return student_breakdown(student, history_lines(student, by=teacher, now=NOW))

    make_answered_attempt(assignment=assignment, student=student, right=2)
    before = split()
    for name in ("Period 6", "Period 7"):
        new = make_classroom(teacher=teacher, name=name)
        make_assignment(edition=assignment.edition, classroom=new)
        move_student(student, to=new, by=teacher, now=NOW)
        # Not counted in the new class yet.
        assert split() == before
        transfer_attempts(student, by=teacher, now=NOW)
        assert split() == before
    lines = history_lines(student, by=teacher, now=NOW)
    assert [line.student_status.counting_attempt is not None for line in lines] == [True, True, True]

    regrade(assignment, "proof", "drop", teacher)
    assert split() == before
    move_student(student, to=assignment.classroom, by=teacher, now=NOW)
    assert split() == class_report(assignment, now=NOW).split != before


def test_class_of_one_has_the_figures_of_its_student(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=2)

    own = student_breakdown(student, history_lines(student, by=teacher, now=NOW))

    assert own == class_report(assignment, now=NOW).split
    page = text_of(teacher_client.get(reverse("student_history", args=[student.public_id])))
    results = text_of(teacher_client.get(reverse("assignment_results", args=[assignment.public_id])))
    for text in (page, results):
        assert "Recall 2 3 of 3 100%" in text
        assert "Who says it 1 0 of 3 0%" in text
