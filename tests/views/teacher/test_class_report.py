"""Results, item analysis and files as a teacher meets them."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from python_calamine import CalamineWorkbook

from quizzes.assignments.excuses import excuse
from quizzes.attempts.late_answers import accept_late
from quizzes.grading.manual_grades import grade_answer
from quizzes.models import Assignment, AuditEvent, Classroom, QuestionSet, Source, Student, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
    save,
)
from tests.pages import form_of, read, text_of
from tests.reports.test_class_report import sit
from tests.reports.test_item_report import regrade

Gather = Callable[[], AbstractContextManager[Any]]


def words(client: Client, name: str, assignment: Assignment, query: str = "") -> str:
    response = client.get(reverse(name, args=[assignment.public_id]) + query)
    assert response.status_code == 200
    return " ".join(unescape(strip_tags(response.content.decode().replace("<", " <"))).split())


# --- Results ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "said"),
    [("1.49", "question 3 (49.6%)"), ("1.47", "question 3 (49%)"), ("1.5", "")],
)
def test_question_under_half_never_reads_as_half(
    points: str, said: str, teacher: User, teacher_client: Client, assignment: Assignment
) -> None:
    attempt = make_answered_attempt(assignment=assignment)
    question = assignment.edition.questions.get(key="who")
    grade_answer(attempt, question, points=Decimal(points), comment="", by=teacher, now=NOW)
    text = words(teacher_client, "assignment_results", assignment)
    assert said in text
    assert "Parts of a point are rounded down in the chart." in text
    assert ("Questions under 50% of points earned:" in text) is bool(said)
    # The retry names the question with the same figure.
    assert ("question 3 (50%)" in text) is not bool(said)
    share = said.partition("(")[2].strip(")") or "50%"
    assert f"Who says so? {share} Needs 10 attempts" in words(teacher_client, "item_analysis", assignment)


def test_results_say_what_to_reteach_and_on_how_many_it_rests(
    teacher: User, teacher_client: Client, assignment: Assignment
) -> None:
    sit(assignment, 5, proof=["s3"])
    sit(assignment, 1)
    zoe = make_student(classroom=assignment.classroom, name="Zoe")
    make_attempt(assignment=assignment, student=zoe)

    text = words(teacher_client, "assignment_results", assignment)

    assert "6 of 7 turned in. Average 79%, 6.33 of 8 points." in text
    # Said once: the figure of who turned in is the base, unless another attempt counts for someone.
    assert "points. Practice isn’t included." in text
    excuse(assignment, zoe, reason="Ill.", by=teacher, now=NOW)
    assert "6 of 6 turned in, 1 excused. Average 79%" in words(teacher_client, "assignment_results", assignment)
    entry = text[text.index("5 of 6 gave it") : text.index("Assign a ")]
    assert "Question 4 . After a protest there is an end in summer. Which two sentences prove this?" in entry
    assert "Wrong answer Sentence 3: The mayor said that the rules were broken." in entry
    # The correct answer is the evidence.
    assert entry.count("Correct answer") == 1
    assert "rationale 16 Correct answers Evidence: Sentence 5 The agreement ends in August." in entry
    assert "Show on class board : question 4" in entry
    assert "Weaker sign" not in entry
    wrong = assignment.classroom.students.filter(attempts__answers__value=["s3"]).order_by("sort_key")
    names = " ".join(student.display_name for student in wrong)
    assert f"Who gave it : question 4, Sentence 3: The mayor said that the rules were broken. {names}" in entry
    # Nothing is missing, so the average does not depend on the rule.
    assert "missing work" not in text
    assert "4 Which two sentences prove this? After a protest there is an end in summer. Reteach" in text
    assert "Evidence, Why it was ended 1 of 6 17%" in text
    assert "5 students 3 The mayor said that the rules were broken." in text
    assert "Zoe In progress No score" in text
    # The figures there are of the same attempts.
    page = teacher_client.get(reverse("assignment_results", args=[assignment.public_id])).content.decode()
    assert set(re.findall(r'/items/([^"]*)#a', page)) == {"?attempts=best"}


def test_results_that_open_from_the_projector_name_no_student(
    teacher_client: Client, assignment: Assignment, clock: time_machine.Traveller
) -> None:
    sit(assignment, 5, proof=["s3"])
    make_answered_attempt(
        assignment=assignment, student=make_student(classroom=assignment.classroom, name="Zoe"), right=0
    )
    names = [student.display_name for student in assignment.classroom.students.all()]
    address = reverse("assignment_results", args=[assignment.public_id])

    def shown(page: Any) -> list[str]:
        return [name for name in names if name in page.content.decode()]

    assert shown(teacher_client.get(address)) == names
    Assignment.objects.update(opens_at=NOW - timedelta(hours=2), closes_at=NOW - timedelta(hours=1))
    for place in ("running_class", "class_board"):
        [link] = [
            link
            for link in read(teacher_client.get(reverse(place, args=[assignment.public_id]))).links
            if link.startswith(address)
        ]
        page = teacher_client.get(link)
        assert shown(page) == []
        assert "1 of 6, under 50%" in text_of(page)
        assert "Names are hidden on this screen." in text_of(page)
    form = form_of(page, having="page")
    page = teacher_client.post(form.action, form.data(is_hidden="False"), follow=True)
    assert (page.redirect_chain[-1][0], shown(page)) == (f"{address}#hide-names", names)
    # Hidden names stay hidden in this browser, on Progress too.
    form = form_of(page, having="page")
    assert shown(teacher_client.post(form.action, form.data(is_hidden="True"), follow=True)) == []
    assert shown(teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))) == []


def test_results_mark_late_answers_that_the_teacher_can_accept(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    save(attempt, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=5))
    clock.shift(timedelta(minutes=10))
    assert "Turned in Late answers" in words(teacher_client, "assignment_results", assignment)

    accept_late(attempt, by=teacher, now=timezone.now())
    assert "Late answers" not in words(teacher_client, "assignment_results", assignment)


def test_results_explain_a_weaker_sign_where_one_stands(teacher_client: Client, assignment: Assignment) -> None:
    rule = "Weaker sign: 3 students, or under a third. It may be chance."
    sit(assignment, 4, proof=["s3"])
    assert rule not in words(teacher_client, "assignment_results", assignment)
    sit(assignment, 9, one="a")
    sit(assignment, 3, one="c")
    text = words(teacher_client, "assignment_results", assignment)
    assert f"Most common misconceptions {rule}" in text
    assert "4 of 16 gave it Weaker sign" in text


@pytest.mark.parametrize("name", ["assignment_results", "item_analysis"])
def test_results_introduce_the_story_of_a_set_with_a_guide(
    name: str, teacher_client: Client, assignment: Assignment
) -> None:
    sit(assignment, 1)
    assert "About the story" not in words(teacher_client, name, assignment)
    Source.objects.update(teaching_guide={"summary": ["PARS was a police system.", "It was shared."]})
    story = "About the story PARS was a police system. It was shared."
    assert f"{story} Teaching guide" in words(teacher_client, name, assignment)
    # The guide of a deleted set has no page.
    QuestionSet.objects.update(deleted_at=timezone.now())
    text = words(teacher_client, name, assignment)
    assert (story in text, "Teaching guide" in text) == (True, False)


def test_results_hide_the_map_of_few_and_say_so(teacher_client: Client, assignment: Assignment) -> None:
    sit(assignment, 4, proof=["s3"])
    text = words(teacher_client, "assignment_results", assignment)
    assert "Needs 5 attempts, to protect students’ privacy." in text
    assert "4 students 3 The mayor said" not in text
    sit(assignment, 1, one="a")
    mapped = words(teacher_client, "assignment_results", assignment)
    assert "1 student 2 It also records an address. 4 students 3 The mayor said" in mapped


@pytest.mark.parametrize(("count", "said"), [(2, "Too few students have turned in"), (3, "No wrong answer stands out")])
def test_results_of_two_students_name_no_common_wrong_answer(
    count: int, said: str, teacher_client: Client, assignment: Assignment
) -> None:
    for number in range(count):
        student = make_student(classroom=assignment.classroom, name=f"Student {number}")
        make_answered_attempt(assignment=assignment, student=student, answers={})

    assert said in words(teacher_client, "assignment_results", assignment)


def test_results_of_a_quiz_of_one_question_say_so_in_words(
    teacher_client: Client, student_client: Client, classroom: Classroom, student: Student
) -> None:
    document = make_document()
    document["questions"] = [{**document["questions"][2], "points": 1}]
    document["minimum"] = {"ended": 1}
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student)

    page = words(teacher_client, "assignment_results", assignment)

    assert "Average 100%, 1 of 1 point." in page
    assert "rounded down" not in page
    assert "Wrong answers to the question" in page
    assert "1 questions" not in page
    receipt = text_of(student_client.get(reverse("receipt", args=[attempt.public_id])))
    assert "You answered 1 of 1 question on Fri, Oct 23, 2026." in receipt
    for right in range(9):
        make_answered_attempt(assignment=assignment, right=right % 2)
    page = words(teacher_client, "item_analysis", assignment)
    assert "Cronbach’s alpha: 1 is perfect Needs 2 questions" in page
    assert "All scores are the same" not in page


def test_results_before_anyone_turned_in_have_no_figures(teacher_client: Client, assignment: Assignment) -> None:
    make_student(classroom=assignment.classroom, name="Zoe")
    text = words(teacher_client, "assignment_results", assignment)
    assert "Nothing turned in yet" in text
    assert "Zoe Not started" in text
    assert "%" not in text.replace("Not yet: under 50% Almost: 50 to 79% Got it: 80% or more", "")


@pytest.mark.parametrize("name", ["assignment_results", "item_analysis"])
def test_report_pages_cost_a_fixed_number_of_queries(
    name: str, teacher_client: Client, assignment: Assignment, queries: Gather
) -> None:
    costs = []
    for count in (1, 29):
        sit(assignment, count, proof=["s3"])
        words(teacher_client, name, assignment)
        with queries() as seen:
            words(teacher_client, name, assignment)
        costs.append(len(seen))
    assert costs == [{"assignment_results": 13, "item_analysis": 8}[name]] * 2


def test_progress_leads_to_the_results(teacher_client: Client, assignment: Assignment) -> None:
    page = teacher_client.get(reverse("assignment_progress", args=[assignment.public_id])).content.decode()
    assert f'href="{reverse("assignment_results", args=[assignment.public_id])}"' in page


# --- Item analysis ------------------------------------------------------------------------------------------------


def test_item_analysis_of_few_attempts_says_so(teacher_client: Client, assignment: Assignment, teacher: User) -> None:
    sit(assignment, 9)
    text = words(teacher_client, "item_analysis", assignment)
    assert "9 attempts, 1 per student, Period 3" in text
    assert text.count("Needs 10 attempts") == 6
    # Points earned need no number of attempts, and the heading has that number.
    assert "By question Of 9 attempts" in text
    assert "Multiple choice 100% Needs 10 attempts" in text
    # Without a question that counts, 0 would look like a score.
    for key in ("one", "some", "who", "proof"):
        regrade(assignment, key, "drop", teacher)
    text = words(teacher_client, "item_analysis", assignment)
    assert "Average Of 9 attempts Every question was dropped. Median Every question was dropped." in text


def test_item_analysis_flags_with_the_reason_in_words(teacher_client: Client, assignment: Assignment) -> None:
    sit(assignment, 10, one="a")
    sit(assignment, 4, some=["b"], who={"a": "reporter", "b": "reporter", "c": "reporter"}, proof=["s3"])
    text = words(teacher_client, "item_analysis", assignment)
    assert "Question 1 : strong students chose “Citizenship”: check the answer." in text
    assert "Needs 10" not in text
    assert "-1.00" in text


def test_item_analysis_says_why_a_negative_discrimination_is_nothing_to_check(
    teacher_client: Client, assignment: Assignment
) -> None:
    chance = "Nothing to check. With 12 attempts, a discrimination below 0 can still be chance."
    sit(assignment, 6, one="b")
    sit(assignment, 5, one="b", some=["b"])
    sit(assignment, 1, one="a")
    text = words(teacher_client, "item_analysis", assignment)
    assert re.search(r"-0\.\d\d", text)
    assert chance in text


def test_item_analysis_of_sound_questions_says_nothing_of_chance(
    teacher_client: Client, assignment: Assignment
) -> None:
    sit(assignment, 12)
    text = words(teacher_client, "item_analysis", assignment)
    assert "Nothing to check." in text
    assert "can still be chance" not in text


@pytest.mark.parametrize(("query", "mean"), [("", "0.00"), ("?attempts=best", "8.00"), ("?attempts=nothing", "0.00")])
def test_item_analysis_takes_the_attempts_asked_for(
    query: str, mean: str, teacher: User, teacher_client: Client
) -> None:
    assignment = make_assignment(classroom=make_classroom(teacher=teacher), max_attempts=2)
    student = make_student(classroom=assignment.classroom)
    for number, right in enumerate((0, 4), start=1):
        make_answered_attempt(assignment=assignment, student=student, number=number, right=right)
    shown = words(teacher_client, "item_analysis", assignment, query)
    assert f"Average Of 1 attempt {mean}" in shown


def test_item_analysis_spans_the_teachers_own_classes_alone(
    teacher: User, other_teacher: User, teacher_client: Client, assignment: Assignment
) -> None:
    for person in (teacher, other_teacher):
        other = make_assignment(
            edition=assignment.edition, classroom=make_classroom(teacher=person), group=assignment.group
        )
        sit(other, 2)
    sit(assignment, 1)
    assert "1 attempt, 1 per student" in words(teacher_client, "item_analysis", assignment)
    text = words(teacher_client, "item_analysis", assignment, "?classes=together")
    assert "3 attempts, 1 per student, 2 classes" in text


# --- Files --------------------------------------------------------------------------------------------------------


def test_item_analysis_file_is_the_page_and_is_recorded(
    teacher: User, teacher_client: Client, assignment: Assignment
) -> None:
    sit(assignment, 2, one="a")
    address = reverse("download_items", args=[assignment.public_id])
    response = teacher_client.post(address, {"form": "csv"})
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [line[1] for line in lines[1:]] == [
        "Which of these does the system record?",
        "Which two of these does the system record?",
        "Who says so?",
        "Which two sentences prove this? After a protest there is an end in summer.",
    ]
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.detail) == (
        AuditEvent.Action.SCORES_EXPORTED,
        teacher,
        {"layout": "items", "form": "csv"},
    )


def test_answers_of_an_assignment_come_from_its_results(teacher_client: Client, assignment: Assignment) -> None:
    sit(assignment, 2)
    sit(make_assignment(edition=assignment.edition, classroom=assignment.classroom), 1)
    address = reverse("download_answers", args=[assignment.public_id])
    assert address in teacher_client.get(reverse("assignment_results", args=[assignment.public_id])).content.decode()
    response = teacher_client.post(address, {"form": "csv"})
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(lines) == 1 + 2 * 4
    assert teacher_client.post(address, {"form": "pdf"}).status_code == 400
    assert AuditEvent.objects.count() == 1


def test_scores_of_a_quiz_come_from_its_results(teacher_client: Client, assignment: Assignment) -> None:
    results = reverse("assignment_results", args=[assignment.public_id])
    other = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    student = make_student(classroom=assignment.classroom, name="Ana")
    make_answered_attempt(assignment=other, student=student, right=1)
    assert "Download scores" not in text_of(teacher_client.get(results))
    sit(assignment, 1, student=student)
    make_student(classroom=assignment.classroom, name="Zoe")
    page = teacher_client.get(results)
    assert [text_of(page).count(label) for label in ("Download scores", "Scores, CSV", "Scores, Excel")] == [1, 1, 1]
    forms = [form for form in read(page).forms if ("layout", "score_rows") in form.fields]
    assert [form.buttons for form in forms] == [[("form", "csv")], [("form", "csv"), ("form", "xlsx")]]
    for form in forms:
        response = teacher_client.post(form.action, form.data(form="csv"))
        assert "Small set, scores 20" in response["Content-Disposition"]
        lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert [[line[0], line[4], *line[6:]] for line in lines[1:]] == [
            ["Ana", "Small set", "Turned in", "", "8.0", "8", "100.0"],
            ["Zoe", "Small set", "Not started", "", "", "8", ""],
        ]


@pytest.mark.parametrize("layout", ["scores", "score_rows", "answers", "canvas", "moodle", "student_numbers"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_classroom_file_holds_the_students_and_is_recorded(
    layout: str, form: str, teacher_client: Client, assignment: Assignment
) -> None:
    student = make_student(classroom=assignment.classroom, name="Zoë Ångström")
    make_answered_attempt(assignment=assignment, student=student)
    address = reverse("download_file", args=[assignment.classroom.public_id])
    content = teacher_client.post(address, {"layout": layout, "form": form}).content
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    cells = [cell for row in rows for cell in row]
    assert "Zoë Ångström" in cells or {"Zoë", "Ångström"} <= set(cells)
    assert AuditEvent.objects.get().detail == {"layout": layout, "form": form}


@pytest.mark.parametrize(
    ("name", "data", "label"),
    [
        ("download_items", {}, "item analysis"),
        ("download_answers", {}, "answers"),
        ("download_file", {"layout": "score_rows"}, "scores"),
        ("download_file", {"layout": "moodle"}, "moodle"),
        ("download_file", {"layout": "student_numbers"}, "student numbers"),
    ],
)
def test_name_of_a_file_of_1_quiz_has_the_quiz(
    name: str, data: dict[str, str], label: str, teacher_client: Client, assignment: Assignment
) -> None:
    second = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    for quiz, title in ((assignment, "Small set"), (second, "Small set, 2")):
        of = assignment.classroom if name == "download_file" else quiz
        response = teacher_client.post(
            reverse(name, args=[of.public_id]), {"form": "csv", "quiz": quiz.public_id, **data}
        )
        assert response.headers["Content-Disposition"].split('"')[1].startswith(f"Period 3, {title}, {label} 20")


@pytest.mark.parametrize("data", [{}, {"layout": "secrets", "form": "csv"}, {"layout": "scores", "form": "pdf"}])
def test_file_of_no_known_kind_is_refused_and_nothing_recorded(
    data: dict[str, str], teacher_client: Client, assignment: Assignment
) -> None:
    response = teacher_client.post(reverse("download_file", args=[assignment.classroom.public_id]), data)
    assert response.status_code == 400
    assert not AuditEvent.objects.exists()


def test_results_lead_to_the_students_under_half_that_the_first_screen_leaves_out(
    assignment: Assignment, teacher_client: Client
) -> None:
    sit(assignment, 7, one=None, some=None, who=None)
    page = teacher_client.get(reverse("assignment_results", args=[assignment.public_id]))
    assert "1 more in “By student and objective”" in text_of(page)
    assert "#by-student" in read(page).links
    assert 'id="by-student"' in page.text
