"""Practise what went wrong: after release, only what was missed, in the session alone and never in the score."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.content.editions import published
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Classroom, Edition, Regrade, Student, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_document,
    make_edition,
    make_regrade,
    regrade_document,
    right_value,
    wrong_value,
)
from tests.pages import form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document
from tests.views.test_previews import answer

Gather = Callable[[], AbstractContextManager[Any]]
RELEASE = Assignment.Release


def address(attempt: Attempt, number: int) -> str:
    return reverse("practice_question", args=[attempt.public_id, number])


def half_right(assignment: Assignment, student: Student) -> Attempt:
    """Questions 1 and 2 right, 3 and 4 wrong."""
    return make_answered_attempt(assignment=assignment, student=student, right=2)


def test_result_offers_to_try_again_what_was_missed(
    assignment: Assignment, student: Student, student_client: Client
) -> None:
    attempt = half_right(assignment, student)
    page = student_client.get(reverse("result", args=[attempt.public_id]))
    assert "Practice these 2 questions Practice doesn’t change your score." in text_of(page)
    assert address(attempt, 1) in read(page).links


def test_practice_asks_the_missed_questions_alone(
    assignment: Assignment, student: Student, student_client: Client
) -> None:
    attempt = half_right(assignment, student)
    pages = [text_of(student_client.get(address(attempt, number))) for number in (1, 2)]
    assert "Question 1 of 2" in pages[0]
    assert "Rules were broken." in pages[0]
    assert "After a protest there is an end in summer." in pages[1]
    assert student_client.get(address(attempt, 3)).status_code == 404


def test_practice_checks_and_changes_neither_score_nor_log(
    assignment: Assignment, edition: Edition, student: Student, student_client: Client
) -> None:
    attempt = half_right(assignment, student)
    before = (Attempt.objects.values().get(), list(Answer.objects.values()), AnswerEvent.objects.count())
    questions = published(edition.pk).document.questions

    answer(student_client, edition, 3, right_value(questions[2]), address=address(attempt, 1))
    answer(student_client, edition, 4, wrong_value(questions[3]), address=address(attempt, 2))

    assert "Question 1: correct" in text_of(student_client.get(address(attempt, 1)))
    page = student_client.get(reverse("practice_result", args=[attempt.public_id]))
    assert "This practice 3 of 5" in text_of(page)
    assert "Practice. Your quiz score won’t change." in text_of(page)
    assert (Attempt.objects.values().get(), list(Answer.objects.values()), AnswerEvent.objects.count()) == before
    assert "Your score 3 of 8" in text_of(student_client.get(reverse("result", args=[attempt.public_id])))

    again = form_of(page, having="csrfmiddlewaretoken")
    student_client.post(reverse("practice_result", args=[attempt.public_id]), again.data())
    assert 'name="order"' in student_client.get(address(attempt, 1)).content.decode()


@pytest.mark.parametrize("release", [RELEASE.AFTER_CLOSE, RELEASE.NEVER])
@pytest.mark.parametrize("name", ["practice_question", "practice_result"])
def test_practice_before_release_is_explained_and_not_shown(
    name: str, release: str, student: Student, student_client: Client, teacher: User
) -> None:
    closes_at = timezone.now() + timedelta(days=1)
    assignment = make_assignment(classroom=student.classroom, assigned_by=teacher, release=release, closes_at=closes_at)
    attempt = half_right(assignment, student)
    args = [attempt.public_id, 1] if name == "practice_question" else [attempt.public_id]
    for method in (student_client.get, student_client.post):
        response = method(reverse(name, args=args))
        assert response.headers["Location"] == reverse("result", args=[attempt.public_id])
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert "You turned this in" in page
    assert "Practice these" not in page


def test_practice_of_a_perfect_attempt_leads_back_to_the_result(
    assignment: Assignment, student: Student, student_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    assert student_client.get(address(attempt, 1)).headers["Location"] == reverse("result", args=[attempt.public_id])
    page = student_client.get(reverse("result", args=[attempt.public_id]))
    assert address(attempt, 1) not in read(page).links


def test_practice_leaves_out_what_was_dropped(
    assignment: Assignment, edition: Edition, student: Student, student_client: Client, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={})
    Regrade.objects.create(
        assignment=assignment,
        group=uuid4(),
        question_id=published(edition.pk).question_ids["one"],
        policy=Regrade.Policy.DROP,
        reason="Two answers were right.",
        made_by=teacher,
        made_at=NOW,
    )
    assert "Question 1 of 3" in text_of(student_client.get(address(attempt, 1)))


@pytest.mark.parametrize(
    ("policy", "key", "is_asked"),
    [("new_key", ["b"], False), ("new_key", ["b", "c"], True), ("either_key", ["b"], True)],
    ids=["another number", "the same number", "both"],
)
def test_practice_leaves_out_a_question_that_asks_for_another_number_than_is_correct_now(
    policy: str, key: list[str], is_asked: bool, classroom: Classroom, student: Student, student_client: Client
) -> None:
    document = make_document()
    [some] = [question for question in document["questions"] if question["key"] == "some"]
    some["asked_count"] = 2
    given = make_assignment(edition=make_edition(document=document), classroom=classroom)
    attempt = make_answered_attempt(assignment=given, student=student, answers={})
    number = given.edition.questions.get(key="some").position
    new = regrade_document(given.edition_id, "some", policy, key)
    make_regrade(assignment=given, policy=policy, number=number, document=new)
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert f"Practice these {3 + is_asked} questions" in page


def test_practices_of_two_attempts_are_apart(
    edition: Edition, student: Student, student_client: Client, teacher: User
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, assigned_by=teacher, max_attempts=2)
    first, second = (
        make_answered_attempt(assignment=assignment, student=student, number=number, right=2) for number in (1, 2)
    )
    question = published(edition.pk).document.questions[2]
    answer(student_client, edition, 3, right_value(question), address=address(first, 1))
    assert "Question 1: correct" in text_of(student_client.get(address(first, 1)))
    assert "Question 1 of 2" in text_of(student_client.get(address(second, 1)))


@pytest.mark.parametrize("right", [1, 3])
def test_practice_costs_a_fixed_number_of_queries(
    right: int, assignment: Assignment, student: Student, student_client: Client, queries: Gather
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, right=right)
    with queries() as seen:
        student_client.get(address(attempt, 1))
    assert (len(seen), seen.writes) == (6, [])


def test_practice_does_not_promise_that_an_answer_will_be_graded(student: Student, student_client: Client) -> None:
    edition = make_edition(document=typed_document())
    assignment = make_assignment(edition=edition, classroom=student.classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"who": "The rules."})
    # A short answer that holds the correct one. In a quiz, a teacher would look at it.
    form = form_of(student_client.get(address(attempt, 1)), having="order")
    [field] = {name for name, _ in form.fields} - {"csrfmiddlewaretoken", "order"}
    student_client.post(address(attempt, 1), form.data() | {field: "August 31, I think"})

    for url in (address(attempt, 1), reverse("practice_result", args=[attempt.public_id])):
        page = text_of(student_client.get(url)).lower()
        assert "not graded" in page
        assert "your answer" in page
        assert [words for words in ("not graded yet", "needs grading") if words in page] == []
    assert "this practice so far no score" in page


def test_result_says_of_a_typed_answer_that_it_was_given(student: Student, student_client: Client) -> None:
    edition = make_edition(document=typed_document())
    assignment = make_assignment(edition=edition, classroom=student.classroom)
    answers = {"one": "July 30", "who": "The rules."}
    attempt = make_answered_attempt(assignment=assignment, student=student, answers=answers)

    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))

    for given in answers.values():
        assert f"You answered: {given}" in page
        assert f"You chose: {given}" not in page


def test_score_of_practice_leaves_out_an_answer_that_no_one_grades(student: Student, student_client: Client) -> None:
    edition = make_edition(document=typed_document())
    assignment = make_assignment(edition=edition, classroom=student.classroom)
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"who": "The rules."})
    for number, typed in [(1, "August 31, I think"), (2, "30 days")]:
        form = form_of(student_client.get(address(attempt, number)), having="order")
        [field] = {name for name, _ in form.fields} - {"csrfmiddlewaretoken", "order"}
        student_client.post(address(attempt, number), form.data() | {field: typed})

    page = text_of(student_client.get(reverse("practice_result", args=[attempt.public_id])))

    assert "This practice so far 2 of 2" in page
