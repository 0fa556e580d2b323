"""Typed answers in doubt: equal ones together, accepted once for all classes, or left as they are."""

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.grading import queue
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, ManualGrade, Regrade, User
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_student,
)
from tests.pages import read, text_of

HOME = reverse("teacher_home")


def typed_document() -> dict[str, Any]:
    """`make_document` with question 1 a short answer, question 2 a number and question 3 free text."""
    document = copy.deepcopy(make_document())
    common = ("key", "objective", "skill", "points", "facts", "stem", "evidence", "explanation")
    one, two, three = ({name: table[name] for name in common} for table in document["questions"][:3])
    document["questions"][:3] = [
        {**one, "type": "short_answer", "accepted": ["August 31"], "wrong": []},
        {**two, "type": "numeric", "kind": "number", "answer": "30", "units": ["days"], "unit_required": True},
        {
            **three,
            "type": "free_text",
            "criteria": [{"title": "A reason", "points": three["points"], "description": "Names one."}],
            "sample_answer": "It ends because of the rules.",
        },
    ]
    return document


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(document=typed_document())


def give(assignment: Assignment, name: str, **answers: Any) -> Attempt:
    student = make_student(classroom=assignment.classroom, name=name)
    return make_answered_attempt(assignment=assignment, student=student, answers=answers)


def queue_of(assignment: Assignment) -> str:
    return reverse("grading_queue", args=[assignment.public_id])


def settle(client: Client, assignment: Assignment, act: str, place: int = 0) -> Any:
    form = [form for form in read(client.get(queue_of(assignment))).forms if "doubt" in dict(form.fields)][place]
    for _ in range(2):
        page = client.post(form.action, form.data(act=act), follow=True)
    return page


def scores() -> list[Decimal | None]:
    return list(Attempt.objects.order_by("pk").values_list("score", flat=True))


def test_equal_answers_stand_together_the_commonest_first(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    give(assignment, "Ben", one="friday august 31st!")
    give(assignment, "Cy", one="August 31, 2018")
    give(assignment, "Dee", one="August 31")
    give(assignment, "Eve", one="never")
    text = text_of(teacher_client.get(queue_of(assignment)))
    assert "2 “Friday, August 31” Also typed “friday august 31st!”. Ana , Ben" in text
    assert text.index("“Friday, August 31”") < text.index("“August 31, 2018”")
    assert "Dee" not in text
    assert "never" not in text


def test_accepting_once_regrades_every_class(assignment: Assignment, teacher: User, teacher_client: Client) -> None:
    other = make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 6"))
    give(assignment, "Ana", one="Friday, August 31")
    give(other, "Ben", one="FRIDAY August 31")
    page = settle(teacher_client, assignment, "accept")
    assert scores() == [1, 1]
    assert [(made.policy, made.reason) for made in Regrade.objects.all()] == [
        ("either_key", "“Friday, August 31” is accepted too.")
    ] * 2
    assert "All done" in text_of(page)
    assert "“Friday, August 31” is accepted too." in text_of(
        teacher_client.get(reverse("assignment_regrades", args=[assignment.public_id]))
    )


def test_what_was_accepted_before_stays_accepted(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    give(assignment, "Ben", one="August 31, 2018")
    settle(teacher_client, assignment, "accept")
    settle(teacher_client, assignment, "accept")
    assert scores() == [1, 1]
    assert Regrade.objects.count() == 2


def test_leaving_it_marks_each_by_hand(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    page = settle(teacher_client, assignment, "keep")
    assert (scores(), ManualGrade.objects.get().points) == ([0], 0)
    assert [event.action for event in AuditEvent.objects.all()] == ["answer_marked"]
    assert "All done" in text_of(page)


def test_answer_that_no_key_can_say_gets_its_points_by_hand(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", some="30")
    give(assignment, "Ben", some="30.0")
    page = settle(teacher_client, assignment, "accept")
    assert scores() == [2, 2]
    assert (Regrade.objects.count(), ManualGrade.objects.count()) == (0, 2)
    assert "All done" in text_of(page)


def test_free_text_is_listed_until_it_is_marked(assignment: Assignment, teacher_client: Client) -> None:
    attempt = give(assignment, "Ana", who="Because of the rules.")
    page = teacher_client.get(queue_of(assignment))
    assert "Question 3: Ana" in text_of(page)
    assert "Because" not in text_of(page)
    teacher_client.post(reverse("grade_answer", args=[attempt.public_id, 3]), {"points": "1"})
    assert "All done" in text_of(teacher_client.get(queue_of(assignment)))


def test_open_attempts_and_blank_answers_are_not_in_the_queue(assignment: Assignment, teacher_client: Client) -> None:
    student = make_student(classroom=assignment.classroom)
    make_answered_attempt(assignment=assignment, student=student, answers={"one": "Friday, August 31"}, submitted=False)
    give(assignment, "Ben", one=None)
    assert "All done" in text_of(teacher_client.get(queue_of(assignment)))


@pytest.mark.parametrize("data", [{}, {"doubt": "x" * 40, "act": "accept"}, {"doubt": "gone", "act": "burn"}])
def test_what_is_not_in_the_queue_changes_nothing(
    data: dict[str, str], assignment: Assignment, teacher_client: Client
) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    page = teacher_client.post(reverse("settle_queued_answer", args=[assignment.public_id]), data, follow=True)
    assert "This answer is already graded." in text_of(page)
    assert (Regrade.objects.count(), ManualGrade.objects.count()) == (0, 0)


def test_another_teacher_finds_nothing(
    assignment: Assignment, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    client = signed_in(other_teacher)
    doubt = queue.queued_answers([assignment])[assignment.pk][0].name
    assert client.get(queue_of(assignment)).status_code == 404
    settling = reverse("settle_queued_answer", args=[assignment.public_id])
    assert client.post(settling, {"doubt": doubt, "act": "accept"}).status_code == 404
    assert "Answers to grade" not in text_of(client.get(HOME))


def test_home_says_how_many_there_are(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31", who="The rules.")
    page = teacher_client.get(HOME)
    assert "2 Answers to grade Period 3, “Small set”." in text_of(page)
    assert queue_of(assignment) in read(page).links


@pytest.mark.parametrize("count", [1, 3])
def test_queue_and_home_cost_the_same_however_many(
    count: int,
    edition: Edition,
    classroom: Classroom,
    assignment: Assignment,
    teacher: User,
    teacher_client: Client,
    queries: Callable[[], Any],
) -> None:
    for number in range(count):
        give(assignment, f"Student {number}", one=f"August 31, {2016 + number}")
        room = make_classroom(teacher=teacher, name=f"Room {number}")
        give(make_assignment(edition=edition, classroom=room), "Ana", one="August 31, 2018")
    with queries() as seen:
        page = teacher_client.get(queue_of(assignment))
    assert text_of(page).count("Don’t accept") == count
    assert len(seen) == 6  # session, teacher, assignment; answers, corrections, marks
    with queries() as seen:
        teacher_client.get(HOME)
    assert len(seen) == 12
