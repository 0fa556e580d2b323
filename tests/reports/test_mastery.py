"""Mastery by objective over all assignments of a class: what counts, what does not, and how it reads."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, ManualGrade, Student, User
from quizzes.reports.attempt_review import review_attempt
from quizzes.reports.class_report import class_report
from quizzes.reports.gradebook import gradebook
from quizzes.reports.mastery import Mastery, filter_by_objective, mastery_of
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_question_set,
    make_student,
)
from tests.pages import read, text_of
from tests.reports.test_item_report import regrade
from tests.views.teacher.test_grading_queue import typed_document

Gather = Callable[[], AbstractContextManager[Any]]

RECORDS, ENDED = "What the system records", "Why it was ended"
MINUTE = timedelta(minutes=1)


def table(classroom: Classroom) -> dict[str, list[tuple[Fraction, int] | None]]:
    """(earned, possible) by objective, by name."""
    return {
        line.student.display_name: [score and (score.earned, score.points) for score in line.scores]
        for line in mastery(classroom).lines
    }


def mastery(classroom: Classroom) -> Mastery:
    return mastery_of(gradebook(classroom, now=NOW + MINUTE))


def other_edition() -> Edition:
    """A second set: one of the objectives under the same title, and one of its own, one point each."""
    document = make_document(slug="second", title="Second set")
    document["objectives"] = [{"key": "o1", "title": RECORDS}, {"key": "o2", "title": "Who decides"}]
    document["facts"] = [{**fact, "objective": "o1"} for fact in document["facts"]]
    first = document["questions"][0]
    document["questions"] = [
        {**first, "objective": "o1"},
        {**first, "key": "two", "objective": "o2", "stem": "Which one decides?"},
    ]
    document["minimum"] = {"o1": 1, "o2": 1}
    return make_edition(question_set=make_question_set(title="Second set"), document=document)


@pytest.fixture
def second(classroom: Classroom) -> Assignment:
    return make_assignment(edition=other_edition(), classroom=classroom, created_at=NOW + timedelta(seconds=1))


def test_mastery_sums_an_objective_over_sets_by_its_title(
    assignment: Assignment, second: Assignment, student: Student, classmate: Student
) -> None:
    """Records: 3 points in the first set, 1 in the second. Ended: 5 in the first. Who decides: 1 in the second."""
    make_answered_attempt(assignment=assignment, student=student, right=1)
    make_answered_attempt(assignment=second, student=student, answers={"one": "b", "two": "a"})
    make_answered_attempt(assignment=second, student=classmate, answers={})

    found = mastery(assignment.classroom)

    assert [objective.title for objective in found.objectives] == [RECORDS, ENDED, "Who decides"]
    assert found.assignment_counts == (2, 1, 1)
    assert table(assignment.classroom) == {
        "Maya Lopez": [(2, 4), (0, 5), (0, 1)],
        "Noah Park": [(0, 1), None, (0, 1)],
    }
    assert [line.counting_count for line in found.lines] == [2, 1]
    assert [score and (score.earned, score.points) for score in found.totals] == [(2, 5), (0, 5), (0, 2)]


@pytest.mark.parametrize(("policy", "earned"), [("first", 0), ("best", 3), ("latest", 1)])
def test_mastery_takes_the_attempt_that_counts(
    policy: str, earned: int, edition: Edition, classroom: Classroom, student: Student
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom, max_attempts=None, attempt_policy=policy)
    for number, right in enumerate((0, 4, 1), start=1):
        make_answered_attempt(assignment=assignment, student=student, number=number, right=right)
    make_answered_attempt(assignment=assignment, student=student, number=4, submitted=False)

    assert table(classroom) == {"Maya Lopez": [(earned, 3), (5 if policy == "best" else 0, 5)]}


def test_mastery_leaves_out_excused_and_unfinished_work(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    make_answered_attempt(assignment=assignment, student=student)
    make_answered_attempt(assignment=assignment, student=classmate, submitted=False)
    Excuse.objects.create(assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=NOW)

    assert table(assignment.classroom) == {"Maya Lopez": [None, None], "Noah Park": [None, None]}
    assert mastery(assignment.classroom).totals == (None, None)


def test_mastery_follows_marks_and_corrections(
    assignment: Assignment, student: Student, classmate: Student, teacher: User
) -> None:
    marked = make_answered_attempt(assignment=assignment, student=student, right=0)
    make_answered_attempt(assignment=assignment, student=classmate, right=1)
    ManualGrade.objects.create(
        attempt=marked,
        question_id=published(assignment.edition_id).question_ids["some"],
        points=Decimal("1.5"),
        made_by=teacher,
        made_at=NOW,
    )
    regrade(assignment, "who", "drop", teacher)

    assert table(assignment.classroom) == {
        "Maya Lopez": [(Fraction(3, 2), 3), (0, 2)],
        "Noah Park": [(1, 3), (0, 2)],
    }
    book = filter_by_objective(gradebook(assignment.classroom, now=NOW), ENDED)
    assert [column.max_points for column in book.columns] == [2]


def test_a_right_answer_without_its_proof_does_not_raise_mastery(
    classroom: Classroom, student: Student, teacher: User, signed_in: Callable[[Student | User], Client]
) -> None:
    document = make_document()
    document["questions"][0] |= {
        "type": "answer_and_proof",
        "answer_type": "single",
        "points": 2,
        "tempting": [],
        "rationale_other": "It is said elsewhere.",
    }
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    proven = make_student(classroom=classroom, name="Zoe")
    unproven = make_answered_attempt(
        assignment=assignment, student=student, answers={"one": {"answer": "b", "proof": ["s2"]}}
    )
    make_answered_attempt(assignment=assignment, student=proven, answers={"one": {"answer": "b", "proof": ["s1"]}})

    book = gradebook(classroom, now=NOW + MINUTE)

    assert [row.cells[0].score for row in book.rows] == [1, 2]
    by_name = {"Maya Lopez": [(0, 4), (0, 5)], "Zoe": [(2, 4), (0, 5)]}
    assert table(classroom) == by_name
    report = class_report(Assignment.objects.with_set().get(), now=NOW + MINUTE)
    assert {line.student.display_name: line.earned for line in report.lines} == {"Maya Lopez": 1, "Zoe": 2}
    assert {
        line.student.display_name: [(score.earned, score.points) for score in line.scores if score]
        for line in report.lines
    } == by_name
    assert [score.earned for score in review_attempt(unproven).objectives] == [0, 0]
    note = "A correct answer with wrong evidence earns points, but none here."
    by_reader = {"Maya Lopez": True, "Zoe": False}
    assert {
        attempt.student.display_name: note
        in text_of(signed_in(attempt.student).get(reverse("result", args=[attempt.public_id])))
        for attempt in Attempt.objects.all()
    } == by_reader
    assert note in text_of(signed_in(teacher).get(reverse("assignment_results", args=[assignment.public_id])))

    # The evidence of another accepted answer proves nothing.
    texts = [
        {"text": choice["text"], "rationale": choice["rationale"]} for choice in document["questions"][0]["choices"]
    ]
    other = {**document["questions"][0], "evidence": ["s2"], "choices": [{**texts[0], "key": True}, *texts[1:]]}
    regrade(assignment, "one", "either_key", teacher, document=other)
    assert table(classroom) == by_name
    # As on every other question, full credit for everyone counts here too.
    regrade(assignment, "one", "full_credit", teacher)
    assert table(classroom) == {"Maya Lopez": [(2, 4), (0, 5)], "Zoe": [(2, 4), (0, 5)]}


def test_an_answer_that_waits_for_its_mark_is_left_out(classroom: Classroom, student: Student, teacher: User) -> None:
    document = make_document()
    first = document["questions"][0]
    document["questions"].append(
        {name: first[name] for name in ("objective", "skill", "facts", "evidence", "explanation")}
        | {"key": "essay", "type": "free_text", "points": 2, "stem": "What does the system record, and why?"}
        | {"sample_answer": "A birthplace.", "criteria": [{"title": "Names it", "points": 2, "description": "It"}]}
    )
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    nothing = make_student(classroom=classroom, name="Zoe")
    waiting = make_answered_attempt(
        assignment=assignment, student=student, answers={"one": "b", "essay": "Birthplaces."}
    )
    make_answered_attempt(assignment=assignment, student=nothing, answers={"one": "b"})
    assert table(classroom) == {"Maya Lopez": [(1, 3), (0, 5)], "Zoe": [(1, 5), (0, 5)]}

    ManualGrade.objects.create(
        attempt=waiting,
        question_id=published(assignment.edition_id).question_ids["essay"],
        points=Decimal(2),
        made_by=teacher,
        made_at=NOW,
    )

    assert table(classroom)["Maya Lopez"] == [(3, 5), (0, 5)]


def test_mastery_of_everything_agrees_with_the_stored_scores(classroom: Classroom, edition: Edition) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    for right in range(5):
        make_answered_attempt(assignment=assignment, right=right)

    for row, line in zip(gradebook(classroom, now=NOW + MINUTE).rows, mastery(classroom).lines, strict=True):
        assert sum(score.earned for score in line.scores if score) == row.cells[0].score


def test_narrowed_gradebook_has_the_points_on_one_objective(
    assignment: Assignment, second: Assignment, student: Student, classmate: Student
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=1)
    make_answered_attempt(assignment=second, student=student, answers={"one": "b"})
    book = gradebook(assignment.classroom, now=NOW + MINUTE)

    records, ended = filter_by_objective(book, RECORDS), filter_by_objective(book, ENDED)

    assert [(column.title, column.max_points, column.average) for column in records.columns] == [
        ("Second set", 1, 1),
        ("Small set", 3, 1),
    ]
    assert [[(cell.status, cell.score, cell.max_score) for cell in row.cells] for row in records.rows] == [
        [(Status.SUBMITTED, 1, 1), (Status.SUBMITTED, 1, 3)],
        [(Status.NOT_STARTED, None, None), (Status.NOT_STARTED, None, None)],
    ]
    assert [column.title for column in ended.columns] == ["Small set"]
    assert ended.rows[0].average_share == 0
    assert filter_by_objective(book, "Something else").columns == ()


def test_narrowed_gradebook_says_why_its_average_differs_from_the_objectives(
    assignment: Assignment, second: Assignment, student: Student, teacher_client: Client
) -> None:
    """1 of 3 and 1 of 1 points are 67% on average, and 2 of 4 points together."""
    make_answered_attempt(assignment=assignment, student=student, right=1)
    make_answered_attempt(assignment=second, student=student, answers={"one": "b"})

    of_class = [assignment.classroom.public_id]
    page = text_of(teacher_client.get(reverse("classroom_gradebook", args=of_class), {"objective": RECORDS}))
    assert "Maya Lopez 67%" in page
    assert "In averages, each quiz counts the same. “Objectives” adds up the points of all quizzes." in page
    assert "Almost 2 of 4" in text_of(teacher_client.get(reverse("classroom_mastery", args=of_class)))


def test_narrowed_gradebook_says_what_needs_grading(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    """The answers of Ana and Dee to question 3 need grading, and Ben's to question 1, of the other objective.

    Cy skipped both. Of the objective, questions 3 and 4 have 3 and 2 points.
    """
    assignment = make_assignment(edition=make_edition(document=typed_document()), classroom=classroom)
    close, proof = "Augusr 31", ["s5", "s6"]
    for name, answers in {
        "Ana": {"who": "The rules.", "proof": proof},
        "Ben": {"one": close, "proof": proof},
        "Cy": {"proof": proof},
        "Dee": {"who": "The rules."},
    }.items():
        make_answered_attempt(
            assignment=assignment, student=make_student(classroom=classroom, name=name), answers=answers
        )

    def shown() -> str:
        address = reverse("classroom_gradebook", args=[classroom.public_id])
        return text_of(teacher_client.get(address, {"objective": ENDED})).partition("Ana ")[2]

    ungraded = (
        "No score yet 2 Needs grading Ben 40% 2 Cy 40% 2 Dee No score yet Needs grading Median Average 40% 40% 2 2"
    )
    assert shown().startswith(ungraded)

    regrade(assignment, "who", "drop", teacher)
    regrade(assignment, "proof", "drop", teacher)

    assert shown().startswith("No score yet Dropped Ben No score yet Dropped Cy No score yet Dropped Dee")


# --- Pages --------------------------------------------------------------------------------------------------------


def test_mastery_page_says_the_level_in_words(
    assignment: Assignment, second: Assignment, student: Student, classmate: Student, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=2)
    make_answered_attempt(assignment=second, student=student, answers={"one": "a", "two": "b"})

    page = teacher_client.get(reverse("classroom_mastery", args=[assignment.classroom.public_id]))

    text = text_of(page)
    assert "Maya Lopez 2 of 2 Almost 3 of 4 Not yet 0 of 5 Got it 1 of 1" in text
    assert "Noah Park 0 of 2 Nothing yet Nothing yet Nothing yet" in text
    assert "Class 75% 0% 100%" in text
    assert "A correct answer with wrong evidence" in text
    address = reverse("classroom_gradebook", args=[assignment.classroom.public_id])
    assert f"{address}?objective=Why%20it%20was%20ended" in read(page).links


def test_gradebook_of_one_objective_keeps_it_while_sorting(
    assignment: Assignment, second: Assignment, student: Student, classmate: Student, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=assignment, student=student, right=2)
    address = reverse("classroom_gradebook", args=[assignment.classroom.public_id])

    page = teacher_client.get(address, {"objective": RECORDS, "sort": "-average"})

    assert "What the system records: 2 students, class average 100%, median 100%" in text_of(page)
    links = read(page).links
    assert "?objective=What%20the%20system%20records&sort=average" in links
    assert address in links
    assert "More files" not in text_of(page)


@pytest.mark.parametrize("query", [{"objective": ""}, {"objective": "Something else"}])
def test_gradebook_of_an_unknown_objective_is_the_whole_one(
    query: dict[str, str], assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    page = teacher_client.get(reverse("classroom_gradebook", args=[assignment.classroom.public_id]), query)
    assert "1 student" in text_of(page)
    assert "Download CSV" in text_of(page)


def test_mastery_of_an_empty_class_leads_on(classroom: Classroom, teacher_client: Client) -> None:
    address = reverse("classroom_mastery", args=[classroom.public_id])
    assert "No students yet" in text_of(teacher_client.get(address))
    make_student(classroom=classroom)
    assert "No quizzes yet Assign a question set to this class." in text_of(teacher_client.get(address))
    Classroom.objects.update(archived_at=timezone.now())
    archived = text_of(teacher_client.get(address))
    assert ("No quizzes yet" in archived, "Assign a question set" in archived) == (True, False)


@pytest.mark.parametrize("students", [1, 30])
@pytest.mark.parametrize("assigned", [1, 12])
@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        # Session, teacher, classroom; assignments, students with their attempts, extensions with excuses.
        ("classroom_gradebook", "", 6),
        # And answers, corrections, marks.
        ("classroom_gradebook", "?objective=Why%20it%20was%20ended", 9),
        ("classroom_mastery", "", 9),
    ],
)
def test_pages_of_a_class_cost_the_same_however_large(
    name: str,
    query: str,
    expected: int,
    students: int,
    assigned: int,
    edition: Edition,
    teacher: User,
    teacher_client: Client,
    queries: Gather,
) -> None:
    classroom = make_classroom(teacher=teacher)
    given = [make_assignment(edition=edition, classroom=classroom) for _ in range(assigned)]
    for _ in range(students):
        student = make_student(classroom=classroom)
        for assignment in given[:2]:
            make_answered_attempt(assignment=assignment, student=student, right=2)
    published(edition.pk)

    with queries() as seen:
        page = teacher_client.get(reverse(name, args=[classroom.public_id]) + query)

    assert page.status_code == 200
    assert len(seen) == expected
