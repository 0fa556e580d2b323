"""A teacher-paced quiz: which question takes answers, what students see of the others, and what a poll costs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from quizzes.assignments.board import SkipsQuestions, show_on_board
from quizzes.assignments.lifecycle import change_assignment, close_now, settings_of
from quizzes.assignments.student_settings import window_of
from quizzes.attempts.access import Pace
from quizzes.attempts.answers import save_answer
from quizzes.attempts.late_answers import accept_late
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.models import Answer, Assignment, Attempt, Board, Classroom, Edition, Student, User
from tests.factories import (
    CANARY,
    NOW,
    loaded,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_student,
    save,
)
from tests.pages import form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

QUESTION, COUNT, ANSWERS, EVIDENCE = Board.Phase
JSON = {"accept": "application/json"}


@pytest.fixture
def paced(edition: Edition, student: Student, teacher: User) -> Assignment:
    return make_assignment(
        edition=edition, classroom=student.classroom, assigned_by=teacher, is_teacher_paced=True, shuffle_choices=False
    )


@pytest.fixture
def running(paced: Assignment, student: Student, clock: time_machine.Traveller) -> Attempt:
    return make_attempt(assignment=paced, student=student)


def show(assignment: Assignment, number: int, phase: int = QUESTION) -> None:
    show_on_board(assignment, number=number, phase=phase, by=assignment.assigned_by, now=NOW)


def question(attempt: Attempt, number: int) -> str:
    return reverse("take_attempt", args=[attempt.public_id, number])


def current(attempt: Attempt) -> str:
    return reverse("paced_question", args=[attempt.public_id])


# --- Which question takes answers ---------------------------------------------------------------------------------


def test_only_the_open_question_on_the_board_takes_answers(paced: Assignment, running: Attempt) -> None:
    keys = ("one", "some", "who", "proof")

    def outcomes() -> list[str]:
        seen = dict(Answer.objects.values_list("question__position", "revision"))
        return [
            str(save(running, key, value, seen_revision=seen.get(position, 0)).outcome)
            for position, (key, value) in enumerate(zip(keys, VALUES, strict=True), 1)
        ]

    assert outcomes() == ["late"] * 4
    for number, phase, expected in [
        (1, QUESTION, ["saved", "late", "late", "late"]),
        (1, COUNT, ["saved", "late", "late", "late"]),
        (1, ANSWERS, ["late"] * 4),
        # What has shown its answers never opens again.
        (1, QUESTION, ["late"] * 4),
        (2, QUESTION, ["late", "saved", "late", "late"]),
        (1, EVIDENCE, ["late"] * 4),
        (2, COUNT, ["late", "saved", "late", "late"]),
        (3, QUESTION, ["late", "late", "saved", "late"]),
        (2, QUESTION, ["late"] * 4),
        (3, ANSWERS, ["late"] * 4),
        (4, EVIDENCE, ["late"] * 4),
    ]:
        show(paced, number, phase)
        assert outcomes() == expected, (number, phase)


@pytest.mark.parametrize("is_teacher_paced", [True, False])
def test_query_that_saves_and_pace_take_answers_in_the_same_states(
    is_teacher_paced: bool, paced: Assignment, running: Attempt, teacher: User
) -> None:
    """The rule is in SQL for the save, and in `Pace` for pages. Each state of the board, with one question each."""
    Assignment.objects.update(is_teacher_paced=is_teacher_paced)
    questions = list(running.assignment.edition.questions.order_by("position"))
    places = range(1, len(questions) + 1)
    boards = [None, *product(places, range(len(questions) + 1))]
    differing = []
    for board, asked in product(boards, questions):
        Board.objects.all().delete()
        if board is not None:
            position, closed_through = board
            Board.objects.create(
                assignment=paced,
                position=position,
                phase=QUESTION,
                closed_through=closed_through,
                changed_at=NOW,
                changed_by=teacher,
            )
        pace = Pace(*(board or (None, 0)))
        expected = not is_teacher_paced or pace.takes_answers(asked.position)
        with transaction.atomic():
            outcome = save_answer(running, asked.pk, None, operation="x", seen_revision=0, now=NOW).outcome
            transaction.set_rollback(True)
        if (outcome == "saved") is not expected:
            differing.append((board, asked.position, outcome))
    assert len(questions) == 4
    assert differing == []


VALUES = ("b", ["a", "c"], {"1": "mayor"}, ["s1"])


def test_late_answer_is_kept_not_counted_and_may_be_accepted(
    paced: Assignment, running: Attempt, teacher: User
) -> None:
    show(paced, 1)
    save(running, "one", "a")
    show(paced, 1, ANSWERS)
    saved = save(running, "one", "b", seen_revision=1, operation="x")
    assert (saved.outcome, saved.value, saved.revision, saved.is_question_closed) == ("late", "a", 1, True)
    # The same request again gives the same reply and no second event.
    assert save(running, "one", "b", seen_revision=1, operation="x") == saved
    assert list(running.events.order_by("pk").values_list("outcome", "value")) == [("saved", "a"), ("late", "b")]
    assert Answer.objects.get().value == "a"
    submit_attempt(running, now=NOW)
    before = running.score
    assert accept_late(running, by=teacher, now=NOW) == 1
    assert Answer.objects.get().value == "b"
    running.refresh_from_db()
    assert (before, running.score) == (0, 1)


def test_empty_answer_of_a_page_that_saw_none_removes_no_late_one(
    paced: Assignment, running: Attempt, student_client: Client, teacher: User
) -> None:
    show(paced, 1)
    form = form_of(student_client.get(question(running, 1)), having="choice")
    save(running, "one", "b")
    show(paced, 1, ANSWERS)
    reply = student_client.post(form.action, form.data(choice=[], act="save"), headers=JSON)
    # The outbox opens the page again, which shows the answer of the other window.
    assert (reply.status_code, reply.json()) == (409, {"outcome": "late", "revision": 1})
    # Or the attempt ends after it was loaded.
    submit_attempt(running, now=NOW)
    assert save(running, "one", None).outcome == "late"
    assert (accept_late(running, by=teacher, now=NOW), Answer.objects.get().value) == (0, "b")


def test_empty_answer_of_a_page_that_saw_an_older_one_removes_no_late_one(
    paced: Assignment, running: Attempt, teacher: User
) -> None:
    show(paced, 1)
    save(running, "one", "a")
    # Another window replaces it, and this one empties the first one.
    save(running, "one", "b", seen_revision=1)
    show(paced, 1, ANSWERS)
    assert save(running, "one", None, seen_revision=1).outcome == "late"
    submit_attempt(running, now=NOW)
    assert save(running, "one", None, seen_revision=1, operation="again").outcome == "late"
    assert (accept_late(running, by=teacher, now=NOW), Answer.objects.get().value) == (0, "b")


def test_answer_that_is_removed_after_the_close_is_late(paced: Assignment, running: Attempt) -> None:
    show(paced, 1)
    save(running, "one", "b")
    show(paced, 1, ANSWERS)
    assert save(running, "one", None, seen_revision=1).outcome == "late"
    assert list(running.events.order_by("pk").values_list("outcome", flat=True)) == ["saved", "late"]


def test_answer_after_the_end_is_still_late_for_the_attempt(paced: Assignment, running: Attempt) -> None:
    show(paced, 1)
    submit_attempt(running, now=NOW)
    saved = save(running, "one", "b")
    assert (saved.outcome, saved.is_question_closed) == ("late", False)


def test_other_quizzes_take_answers_whatever_the_board_shows(
    paced: Assignment, running: Attempt, teacher: User
) -> None:
    Assignment.objects.update(is_teacher_paced=False)
    show(Assignment.objects.get(), 2, EVIDENCE)
    assert [save(running, key, value).outcome for key, value in (("one", "b"), ("some", ["a"]))] == ["saved"] * 2
    assert Board.objects.get().closed_through == 0

    # From the moment at which it is teacher-paced, what the board has shown is closed.
    for number, phase, closed in ((2, EVIDENCE, 2), (1, QUESTION, 2), (4, COUNT, 3)):
        Assignment.objects.update(is_teacher_paced=False)
        given = Assignment.objects.get()
        show(given, number, phase)
        settings = replace(settings_of(given), is_teacher_paced=True)
        change_assignment(given, window=window_of(given), settings=settings, by=teacher, now=NOW)
        assert Board.objects.get().closed_through == closed
    show(given, 2, QUESTION)
    assert save(running, "some", ["b"], seen_revision=1).outcome == "late"


def test_board_skips_no_question(paced: Assignment) -> None:
    with pytest.raises(SkipsQuestions):
        show(paced, 2)
    show(paced, 1)
    with pytest.raises(SkipsQuestions):
        show(paced, 3)
    show(paced, 2)
    show(paced, 1)
    show(paced, 2)
    assert Board.objects.get().closed_through == 1


@pytest.mark.parametrize("changes", [{"shuffle_questions": True}, {"release": "at_once"}])
def test_paced_quiz_has_one_order_and_no_answers_at_once(changes: dict[str, Any], paced: Assignment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.update(**changes)


# --- What students see --------------------------------------------------------------------------------------------


def test_student_waits_then_is_led_to_the_question_of_the_class(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    page = student_client.get(question(running, 3))
    assert "Waiting for your teacher" in text_of(page)
    assert "Which" not in text_of(page)
    show(paced, 1)
    for number in (2, 3, 4):
        assert student_client.get(question(running, number)).headers["Location"] == question(running, 1)
    page = student_client.get(question(running, 1))
    assert form_of(page, having="choice").action == question(running, 1)
    assert question(running, 2) not in read(page).links
    show(paced, 2)
    # A late joiner starts at the question of the class.
    start = reverse("start_attempt", args=[paced.public_id])
    assert student_client.post(start, follow=True).redirect_chain[-1][0] == question(running, 2)
    # Question 1 is closed, so a count of those without an answer is not what is left.
    home = text_of(student_client.get(reverse("student_home")))
    assert "Your teacher moves everyone from question to question." in home
    assert "Left to do" not in home


def test_save_without_an_answer_asks_for_one_only_while_the_question_is_open(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    show(paced, 1)
    data = form_of(student_client.get(question(running, 1)), having="choice").data(act="save")
    assert "Answer the question first." in text_of(student_client.post(question(running, 1), data))
    show(paced, 1, ANSWERS)
    page = text_of(student_client.post(question(running, 1), data, follow=True))
    assert "You didn’t answer it." in page
    assert "Answer the question first." not in page


def test_closed_question_shows_the_own_answer_and_takes_none(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    show(paced, 1)
    page = student_client.get(question(running, 1))
    form = form_of(page, having="choice")
    token = form.offered[1][1]
    data = form.data(choice=token, act="save")
    assert student_client.post(form.action, data).headers["Location"] == f"{question(running, 1)}#question"
    assert Answer.objects.get().value == "b"
    show(paced, 1, ANSWERS)
    page = student_client.get(question(running, 1))
    assert "This question is closed Your answer is saved. Look at the class board." in text_of(page)
    # A screen reader says it first.
    [title] = re.findall(r"<title>\s*(.+?)\s*</title>", " ".join(page.text.split()))
    assert title == "Question 1 of 4: closed - Footnote"
    assert "data-answers" not in page.content.decode()
    late = student_client.post(form.action, form.data(choice=form.offered[0][1], act="save"), follow=True)
    assert "Question 1 is closed. Your late answer doesn’t count yet. Your teacher can accept it." in text_of(late)
    assert Answer.objects.get().value == "b"
    running.refresh_from_db()
    assert running.is_open


def test_receipt_of_a_quiz_reopened_for_a_while_does_not_call_it_open(running: Attempt, student_client: Client) -> None:
    reply = student_client.post(reverse("record_heartbeat", args=[running.public_id]), {"is_closed": "on"})
    assert reply.json()["has_ended"] is False
    submit_attempt(running, now=NOW)
    receipt = text_of(student_client.get(reverse("receipt", args=[running.public_id])))
    assert "The quiz is open." not in receipt


@pytest.mark.parametrize(
    ("answered", "told"), [("b", "Not answered: statement 1, statement 3. "), ("abc", "")], ids=["half", "whole"]
)
def test_closed_question_says_what_is_missing(
    answered: str, told: str, paced: Assignment, running: Attempt, student_client: Client
) -> None:
    for number in (1, 2, 3):
        show(paced, number)
    save(running, "who", dict.fromkeys(answered, "mayor"))
    show(paced, 3, ANSWERS)
    page = text_of(student_client.get(question(running, 3)))
    assert f"This question is closed Your answer is saved. {told}Look at the class board." in page


def test_open_question_says_what_is_missing(paced: Assignment, running: Attempt, student_client: Client) -> None:
    for number in (1, 2, 3):
        show(paced, number)
    save(running, "who", {"b": "mayor"})
    page = text_of(student_client.get(question(running, 3)))
    assert "Not answered: statement 1, statement 3. Your teacher opens the next question" in page


def test_closed_question_with_a_late_answer_only_is_not_called_unanswered(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    show(paced, 1)
    show(paced, 1, ANSWERS)
    assert "This question is closed You didn’t answer it." in text_of(student_client.get(question(running, 1)))
    assert save(running, "one", "b").outcome == "late"
    page = text_of(student_client.get(question(running, 1)))
    assert "Question 1 is closed. Your late answer doesn’t count yet." in page
    assert "This question is closed Look at the class board." in page


def test_answer_that_comes_while_the_board_is_back_is_no_reason_to_call_an_open_question_closed(
    paced: Assignment, running: Attempt, student_client: Client, teacher: User
) -> None:
    show(paced, 1)
    show(paced, 2)
    show(paced, 1)
    save(running, "one", "b")
    assert save(running, "some", ["a"]).outcome == "late"
    assert "Question 2 is closed." in text_of(student_client.get(question(running, 1)))
    show(paced, 2)
    text = text_of(student_client.get(question(running, 2)))
    assert ("Question 1 is closed." in text, "Question 2 is closed." in text) == (True, False)
    # A teacher who reopened the attempt has accepted what was late.
    submit_attempt(running, now=NOW)
    accept_late(running, by=teacher, now=NOW)
    reopen(running, more_time=None, reason="", by=teacher, now=NOW)
    assert "late answer" not in text_of(student_client.get(question(running, 2)))


@pytest.mark.parametrize("act", ["check", "flag", "next", "save"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_no_button_opens_a_question_that_the_class_has_not_reached(
    act: str, headers: dict[str, str], paced: Assignment, running: Attempt, student_client: Client
) -> None:
    show(paced, 1)
    data = {"act": act, "operation": "tap", "revision": 0}

    reply = student_client.post(question(running, 4), data, headers=headers)

    assert reply.headers.get("HX-Redirect", reply.headers.get("Location")) == question(running, 1)
    assert not reply.content


def test_stale_answer_leads_to_no_page_at_the_students_own_pace(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    """A page without JavaScript, beside another window. If it is loaded again, it sends its form again."""
    show(paced, 1)
    form = form_of(student_client.get(question(running, 1)), having="choice")
    save(running, "one", "a")
    data = form.data(choice=form.offered[0][1], act="save")
    stale = text_of(student_client.post(form.action, data))
    assert "This answer was saved in another window." in stale
    assert ("Your teacher opens the next question" in stale, "Review and turn in" in stale) == (True, False)
    show(paced, 2)

    again = student_client.post(form.action, data)

    assert (again.status_code, again.headers.get("Location")) == (302, question(running, 2))


def test_outbox_gets_the_reply_to_open_the_page_again(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    show(paced, 1)
    form = form_of(student_client.get(question(running, 1)), having="choice")
    show(paced, 2)
    reply = student_client.post(form.action, form.data(choice=form.offered[0][1], act="save"), headers=JSON)
    assert (reply.status_code, reply.json()) == (409, {"outcome": "late", "revision": 0})


def test_students_turn_in_after_the_last_question_only(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    review = reverse("review_attempt", args=[running.public_id])
    submit = reverse("submit_attempt", args=[running.public_id])
    for number in (1, 2, 3, 4):
        show(paced, number)
        assert student_client.get(review).headers["Location"] == question(running, number)
        assert student_client.post(submit).headers["Location"] == question(running, number)
        assert review not in read(student_client.get(question(running, number))).links
    show(paced, 4, ANSWERS)
    assert review in read(student_client.get(question(running, 4))).links
    assert student_client.get(review).status_code == 200
    assert student_client.post(submit).headers["Location"] == reverse("receipt", args=[running.public_id])
    running.refresh_from_db()
    assert (running.is_open, running.receipt is not None) == (False, True)


def test_attempt_knows_where_the_class_is_and_when_it_can_be_submitted(paced: Assignment, running: Attempt) -> None:
    count = len(loaded(running).content.questions)
    seen = [(loaded(running).paced_number, loaded(running).can_submit)]
    for number, phase in product(range(1, count + 1), (QUESTION, ANSWERS)):
        show(paced, number, phase)
        seen.append((loaded(running).paced_number, loaded(running).can_submit))

    numbers = [None, *(number for number in range(1, count + 1) for _ in (QUESTION, ANSWERS))]
    assert seen == [(number, False) for number in numbers[:-1]] + [(count, True)]
    other = make_attempt()
    assert (loaded(other).paced_number, loaded(other).can_submit) == (None, True)


def test_phone_without_javascript_reloads_by_itself(
    paced: Assignment, running: Attempt, student_client: Client
) -> None:
    def seconds(number: int = 1) -> str:
        page = student_client.get(question(running, number)).content.decode()
        return page.split('<meta http-equiv="refresh" content="')[1].split('; url=./"')[0]

    assert seconds() == "5"
    show(paced, 1)
    # A reload forgets a choice that is not saved.
    assert seconds() == "60"
    save(running, "one", "b")
    assert seconds() == "5"
    # The same for the other statements of an answer, and for a text that goes on.
    for number in (2, 3):
        show(paced, number)
    save(running, "who", {"b": "mayor"})
    assert seconds(3) == "60"
    save(running, "who", dict.fromkeys("abc", "mayor"), seen_revision=1)
    assert seconds(3) == "5"
    show(paced, 3, ANSWERS)
    save(running, "who", None, seen_revision=2)
    assert seconds(3) == "5"


def test_phone_without_javascript_leaves_time_to_go_on_with_a_text(student: Student, student_client: Client) -> None:
    edition = make_edition(document=typed_document())
    typed = make_assignment(edition=edition, classroom=student.classroom, is_teacher_paced=True)
    attempt = make_attempt(assignment=typed, student=student)
    show(typed, 1)
    save(attempt, "one", "August 31")
    assert (
        '<meta http-equiv="refresh" content="60; url=./">' in student_client.get(question(attempt, 1)).content.decode()
    )


@pytest.mark.parametrize("phase", list(Board.Phase))
def test_no_byte_for_a_student_depends_on_the_key(
    phase: int, student: Student, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    canary = make_edition(document=make_document(canary=True))
    given = make_assignment(
        edition=canary, classroom=student.classroom, assigned_by=teacher, is_teacher_paced=True, created_at=NOW
    )
    attempt = make_attempt(assignment=given, student=student)
    show(given, 1)
    show(given, 2, phase)
    for address in (question(attempt, 2), current(attempt), reverse("questions_ahead", args=[attempt.public_id])):
        body = student_client.get(address).content.decode()
        assert CANARY not in body
    stem = make_document()["questions"][2]["stem"]
    assert stem not in student_client.get(question(attempt, 2)).content.decode()
    assert student_client.get(reverse("questions_ahead", args=[attempt.public_id])).content == b""


# --- The poll -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classmates", [0, 3])
def test_poll_costs_two_queries_and_changes_with_the_class(
    classmates: int, paced: Assignment, running: Attempt, student_client: Client, queries: Callable[[], Any]
) -> None:
    for _ in range(classmates):
        make_answered_attempt(assignment=paced, student=make_student(classroom=paced.classroom), submitted=False)
    tag = ""
    for step in [(1, QUESTION), (1, ANSWERS), (2, QUESTION)]:
        show(paced, *step)
        reply = student_client.get(current(running), headers={"if-none-match": tag})
        assert (reply.status_code, reply.json()) == (200, {"number": step[0]})
        tag = reply.headers["ETag"]
        page = student_client.get(question(running, step[0])).content.decode()
        assert f'data-tag="{escape(tag)}"' in page
        with queries() as seen:
            assert student_client.get(current(running), headers={"if-none-match": tag}).status_code == 304
        assert (len(seen), seen.writes) == (2, [])
    # Counting is for the board alone.
    show(paced, 2, COUNT)
    assert student_client.get(current(running), headers={"if-none-match": tag}).status_code == 304
    close_now(paced, by=paced.assigned_by, now=NOW + timedelta(minutes=1))
    reply = student_client.get(current(running), headers={"if-none-match": tag})
    assert reply.status_code == 200
    submit_attempt(running, now=NOW + timedelta(minutes=1))
    reply = student_client.get(current(running), headers={"if-none-match": reply.headers["ETag"]})
    assert reply.status_code == 200


# --- The teacher's board ------------------------------------------------------------------------------------------


def test_board_leads_from_question_to_question(
    paced: Assignment, running: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = reverse("class_board", args=[paced.public_id])

    def press() -> str:
        form = form_of(teacher_client.get(address), having="aim")
        [*_, (name, aim)] = form.buttons
        return text_of(teacher_client.post(form.action, {name: aim}, follow=True))

    make_student(classroom=paced.classroom)
    waiting = text_of(teacher_client.get(address))
    assert "Waiting: 1. Not started: 1. Students see the first question when you start." in waiting
    assert "0 of 1 have answered" in press()
    assert Board.objects.get().closed_through == 0
    save(running, "one", "b")
    assert "Showing the answers closes this question." in press()
    text = press()
    assert "This question is closed" in text
    assert "Maya" not in text
    assert "Birthplace" in press()
    assert "Question 2 of 4" in press()
    assert Board.objects.get().closed_through == 1
    for _ in range(11):
        text = press()
    assert "See who turned in" in text
    assert Board.objects.get().closed_through == 4


def test_start_on_the_wall_leads_to_the_board(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    form = form_of(teacher_client.get(reverse("start_class", args=[paced.public_id])), having="act")
    response = teacher_client.post(form.action, form.data(act="open"))
    assert response.headers["Location"] == reverse("class_board", args=[paced.public_id])


def test_board_that_waits_shows_the_class_code_and_no_question(
    paced: Assignment, running: Attempt, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address, code = reverse("class_board", args=[paced.public_id]), paced.classroom.shown_code
    stem = "Which of these does the system record?"
    late = make_student(classroom=paced.classroom)
    waiting = text_of(teacher_client.get(address))
    assert (stem in waiting, f"Sign in at testserver/join Class code {code}" in waiting) == (False, True)
    show(paced, 1)
    asked = text_of(teacher_client.get(address))
    assert (stem in asked, f"Class code {code}" in asked) == (True, True)
    # Everyone has started.
    make_attempt(assignment=paced, student=late)
    assert code not in text_of(teacher_client.get(address))


def test_board_shows_no_code_that_is_off(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_student(classroom=paced.classroom)
    Classroom.objects.update(join_open=False)
    assert paced.classroom.shown_code not in text_of(teacher_client.get(reverse("class_board", args=[paced.public_id])))


def test_teacher_closes_a_paced_quiz_on_the_board(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = reverse("class_board", args=[paced.public_id])
    form = form_of(teacher_client.get(address), having="act")
    assert ("act", "close") in form.buttons
    asked = form_of(
        teacher_client.post(reverse("change_window", args=[paced.public_id]), form.data(act="close")), having="is_sure"
    )
    closed = teacher_client.post(asked.action, asked.data(), follow=True)
    assert closed.redirect_chain[-1][0] == address
    clock.shift(timedelta(seconds=1))
    page = teacher_client.get(address)
    assert reverse("running_class", args=[paced.public_id]) in read(page).links
    assert ("act", "close") not in [button for form in read(page).forms for button in form.buttons]


def test_first_question_opens_a_quiz_before_its_opening_time(
    paced: Assignment, student_client: Client, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(opens_at=NOW + timedelta(minutes=5))
    form = form_of(teacher_client.get(reverse("class_board", args=[paced.public_id])), having="aim")
    teacher_client.post(form.action, {"aim": "1-1"})
    page = student_client.post(reverse("start_attempt", args=[paced.public_id]), follow=True)
    assert "Which of these does the system record?" in text_of(page)


def test_board_of_a_closed_quiz_does_not_say_that_students_see_its_questions(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=5))
    address = reverse("class_board", args=[paced.public_id])
    promise = "Students see the first question when you start."
    assert promise in text_of(teacher_client.get(address))
    clock.shift(timedelta(minutes=6))
    page = text_of(teacher_client.get(address))
    assert (promise in page, "This quiz is closed" in page) == (False, True)


def test_board_says_that_a_quiz_closed_between_two_questions(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=5))
    address = reverse("class_board", args=[paced.public_id])
    form = form_of(teacher_client.get(address), having="aim")
    assert "This quiz is closed" not in text_of(teacher_client.post(form.action, {"aim": "1-1"}, follow=True))
    clock.shift(timedelta(minutes=6))
    page = text_of(teacher_client.get(address))
    assert "This quiz is closed Settings 0 of 0 have answered" in page


def test_board_of_an_archived_class_opens_no_quiz(
    paced: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(waits_for_teacher=True)
    Classroom.objects.update(archived_at=NOW)
    address = reverse("class_board", args=[paced.public_id])
    assert "Students see the first question when you start." not in text_of(teacher_client.get(address))
    teacher_client.post(reverse("show_on_board", args=[paced.public_id]), {"aim": "1-1"})
    paced.refresh_from_db()
    assert paced.waits_for_teacher


# --- The setting --------------------------------------------------------------------------------------------------


def change(client: Client, assignment: Assignment, **fields: str) -> Any:
    address = reverse("change_assignment", args=[assignment.public_id])
    form = form_of(client.get(address), having="is_teacher_paced")
    return client.post(address, form.data(act="save", **fields), follow=True)


def test_teacher_sets_the_pace_in_the_settings(assignment: Assignment, teacher_client: Client) -> None:
    page = change(teacher_client, assignment, is_teacher_paced="on")
    assignment.refresh_from_db()
    assert assignment.is_teacher_paced
    assert "1 attempt. No time limit. Teacher-paced." in text_of(page)
    # The form keeps what is stored.
    change(teacher_client, assignment)
    assignment.refresh_from_db()
    assert assignment.is_teacher_paced


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"shuffle_questions": "on"}, "In a teacher-paced quiz, everyone gets the questions in the same order."),
        ({"time_limit": "10"}, "In a teacher-paced quiz, you set the time. Leave this blank."),
        ({"release": "at_once"}, "In a teacher-paced quiz, you show the answers on the class board."),
    ],
)
def test_settings_that_a_pace_excludes_are_errors(
    fields: dict[str, str], words: str, assignment: Assignment, teacher_client: Client
) -> None:
    page = change(teacher_client, assignment, is_teacher_paced="on", **fields)
    assert words in text_of(page)
    assignment.refresh_from_db()
    assert not assignment.is_teacher_paced
