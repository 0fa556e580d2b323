"""The page of an attempt: what a teacher saves there is about what the page showed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.models import Assignment, Attempt, Edition, Student, User
from tests.conftest import _sign_in
from tests.factories import make_answered_attempt, make_edition, make_user, save
from tests.pages import Form, errors_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

NOT_SAVED = "This answer or its grade changed after you opened the page. Your grade isn’t saved."


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(document=typed_document())


@pytest.fixture
def written(assignment: Assignment, student: Student) -> Attempt:
    """A turned-in attempt with a written answer to question 3."""
    return make_answered_attempt(assignment=assignment, student=student, answers={"who": "It ends."})


def review_of(attempt: Attempt) -> str:
    return reverse("attempt_review", args=[attempt.public_id])


def grade_form(client: Client, attempt: Attempt) -> Form:
    """The form for question 3 as the page has it."""
    address = reverse("grade_answer", args=[attempt.public_id, 3])
    return next(form for form in read(client.get(review_of(attempt))).forms if form.action == address)


def test_grade_of_an_answer_that_changed_since_the_page_was_opened_is_not_saved(
    written: Attempt, teacher: User, teacher_client: Client
) -> None:
    form = grade_form(teacher_client, written)
    now = timezone.now()
    reopen(written, more_time=timedelta(hours=1), reason="", by=teacher, now=now)
    revision = written.answers.get(question__key="who").revision
    save(written, "who", "I don’t know.", seen_revision=revision, now=now + timedelta(seconds=1))
    submit_attempt(written, now=now + timedelta(seconds=2))

    page = teacher_client.post(form.action, form.data(points="3", comment="Well said."))

    assert written.manual_grades.count() == 0
    assert NOT_SAVED in text_of(page)
    assert "I don’t know." in text_of(page)
    again = next(one for one in read(page).forms if one.action == form.action)
    assert (again.data()["points"], again.data()["comment"][0].strip()) == (["3"], "Well said.")
    teacher_client.post(again.action, again.data(points="0"))
    assert written.manual_grades.get().points == 0


def test_grade_of_a_colleague_is_not_replaced_unseen(
    written: Attempt, assignment: Assignment, teacher_client: Client
) -> None:
    colleague = make_user()
    assignment.classroom.teachers.add(colleague)
    forms = [grade_form(client, written) for client in (teacher_client, _sign_in(colleague))]
    _sign_in(colleague).post(forms[1].action, forms[1].data(points="2", comment="Name a rule."))

    page = teacher_client.post(forms[0].action, forms[0].data(points="1", comment=""))

    assert written.manual_grades.get().comment == "Name a rule."
    assert NOT_SAVED in text_of(page)
    assert "Graded: 2 of 3" in text_of(page)
    # The same grade again, such as with Back, is no change.
    page = _sign_in(colleague).post(forms[1].action, forms[1].data(points="2", comment="Name a rule."), follow=True)
    assert "Question 3 graded." in text_of(page)
    assert written.manual_grades.count() == 1
    # The page has the order that the student saw, and so has its message.
    Attempt.objects.update(shuffle_questions=True, seed="another")
    written.refresh_from_db()
    page = teacher_client.post(forms[0].action, grade_form(teacher_client, written).data(points="3"), follow=True)
    place = content_of(written).number("who")
    assert place != 3
    assert f"Question {place} graded." in text_of(page)


def test_comment_of_a_colleague_is_not_replaced_unseen(
    written: Attempt, assignment: Assignment, teacher_client: Client
) -> None:
    colleague = make_user()
    assignment.classroom.teachers.add(colleague)
    address = reverse("comment_on_attempt", args=[written.public_id])
    clients = [teacher_client, _sign_in(colleague)]
    mine, theirs = (
        next(form for form in read(client.get(review_of(written))).forms if form.action == address)
        for client in clients
    )
    for _ in range(2):
        page = clients[1].post(address, theirs.data(comment="Read line 3.\r\nThen line 4."))
        assert page.status_code == 302

    page = clients[0].post(address, mine.data(comment="Well done."))

    written.refresh_from_db()
    assert written.comment == "Read line 3.\r\nThen line 4."
    [error] = errors_of(page)
    assert error.endswith("Saved now: “Read line 3. Then line 4.”")
    again = next(form for form in read(page).forms if form.action == address)
    assert again.data()["comment"][0].strip() == "Well done."
    clients[0].post(address, again.data(comment="Well done. Read line 3."))
    written.refresh_from_db()
    assert written.comment == "Well done. Read line 3."
