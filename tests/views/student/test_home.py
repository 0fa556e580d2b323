"""The student's home page: the terms above “Start”, and the poll that shows a quiz when it opens."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.attempts.transfers import transfer_attempts
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Extension, Student, User
from quizzes.people.rosters import move_student
from quizzes.people.session_limits import SEEN_AT, STARTED_AT
from quizzes.reports.moved_away import moved_away
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_regrade,
    make_student,
)
from tests.pages import form_of, read, text_of
from tests.views.teacher.test_grading_queue import typed_document

type Gather = Callable[[], AbstractContextManager[Queries]]


def test_home_starts_the_one_open_quiz_under_its_terms(
    assignment: Assignment, student_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=20), closes_at=NOW + timedelta(minutes=12))
    page = student_client.get(reverse("student_home"))
    assert "You have 12 minutes, because the quiz closes at 11:12 am. The clock keeps going if you leave." in text_of(
        page
    )
    assert "You’ll see the answers after you turn it in." in text_of(page)
    form = next(
        form for form in read(page).forms if form.action == reverse("start_attempt", args=[assignment.public_id])
    )
    started = student_client.post(form.action, form.data())
    assert started.headers["Location"] == reverse("take_attempt", args=[Attempt.objects.get().public_id, 1])


def test_home_asks_which_quizzes_are_open(
    classroom: Classroom, teacher: User, edition: Edition, student_client: Client, clock: time_machine.Traveller
) -> None:
    coming = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, opens_at=NOW + timedelta(days=1)
    )
    page = student_client.get(reverse("student_home"))
    tag = page.context["tag"]
    assert f'data-tag="{tag.replace(chr(34), "&quot;")}"' in page.content.decode()
    address = reverse("open_quizzes")
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    # So does the page of the quiz that is not open.
    own_page = reverse("start_attempt", args=[coming.public_id])
    waiting = student_client.get(own_page).content.decode()
    assert (f'data-tag="{tag.replace(chr(34), "&quot;")}"' in waiting, "/static/home." in waiting) == (True, True)
    # The teacher presses Start.
    Assignment.objects.filter(pk=coming.pk).update(opens_at=NOW)
    assert "data-open-quizzes" not in student_client.get(own_page).content.decode()
    opened = student_client.get(address, headers={"If-None-Match": tag})
    assert (opened.status_code, opened.json()) == (200, {"has_changed": True})
    assert opened.headers["ETag"] == student_client.get(reverse("student_home")).context["tag"]
    Assignment.objects.filter(pk=coming.pk).update(closes_at=NOW + timedelta(minutes=1))
    clock.shift(timedelta(minutes=2))
    closed = student_client.get(address, headers={"If-None-Match": opened.headers["ETag"]})
    assert (closed.status_code, closed.headers["ETag"]) == (200, tag)
    # So does the page of a quiz that has closed: the teacher may open it again.
    missed = student_client.get(own_page).content.decode()
    assert (f'data-tag="{tag.replace(chr(34), "&quot;")}"' in missed, "/static/home." in missed) == (True, True)
    # Where it is 11:47 pm now: the page says “tomorrow”.
    Classroom.objects.update(time_zone="Australia/Eucla")
    tag = student_client.get(reverse("student_home")).context["tag"]
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    clock.shift(timedelta(minutes=13))
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_home_asks_for_an_extension(
    assignment: Assignment, student: Student, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(closes_at=NOW - timedelta(minutes=5))
    # Another student of the class has one too.
    other = make_student(classroom=assignment.classroom, name="Ben K.")
    longer = {"assignment": assignment, "given_by": teacher, "given_at": NOW, "closes_at": NOW + timedelta(hours=1)}
    Extension.objects.create(student=other, **longer)
    address, home = reverse("open_quizzes"), reverse("student_home")
    tag = student_client.get(home).context["tag"]
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    extension = Extension.objects.create(student=student, **longer)
    opened = student_client.get(address, headers={"If-None-Match": tag})
    assert (opened.status_code, opened.headers["ETag"]) == (200, student_client.get(home).context["tag"])
    extension.extra_attempts = 1
    extension.save()
    more = student_client.get(address, headers={"If-None-Match": opened.headers["ETag"]})
    assert (more.status_code, more.headers["ETag"]) == (200, student_client.get(home).context["tag"])
    clock.shift(timedelta(hours=2))
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_home_asks_for_an_excuse_and_a_reopened_attempt(
    attempt: Attempt, student: Student, teacher: User, student_client: Client
) -> None:
    # Another student of the class works and is excused too.
    other = make_student(classroom=attempt.classroom, name="Ben K.")
    make_attempt(assignment=attempt.assignment, student=other)
    given = {"assignment": attempt.assignment, "given_by": teacher, "given_at": NOW}
    Excuse.objects.create(student=other, **given)
    submit_attempt(attempt, now=timezone.now())
    address, home = reverse("open_quizzes"), reverse("student_home")

    def tag_after_a_change(tag: str) -> str:
        changed = student_client.get(address, headers={"If-None-Match": tag})
        assert (changed.status_code, changed.headers["ETag"]) == (200, student_client.get(home).context["tag"])
        return changed.headers["ETag"]

    turned_in = student_client.get(home).context["tag"]
    assert student_client.get(address, headers={"If-None-Match": turned_in}).status_code == 304
    reopen(attempt, more_time=None, reason="", by=teacher, now=timezone.now())
    assert "Continue at question 1" in text_of(student_client.get(home))
    reopened = tag_after_a_change(turned_in)
    excuse = Excuse.objects.create(student=student, **given)
    tag_after_a_change(reopened)
    excuse.delete()
    assert student_client.get(address, headers={"If-None-Match": reopened}).status_code == 304


def test_home_with_quizzes_of_one_moment_does_not_reload(
    assignment: Assignment, student: Student, teacher: User, student_client: Client
) -> None:
    make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    Assignment.objects.update(created_at=NOW)
    Extension.objects.create(assignment=assignment, student=student, given_by=teacher, given_at=NOW, extra_attempts=1)
    tag = student_client.get(reverse("student_home")).context["tag"]
    assert student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag}).status_code == 304


def test_page_of_a_quiz_polls_while_the_student_cannot_start(
    assignment: Assignment, student: Student, teacher: User, student_client: Client, clock: time_machine.Traveller
) -> None:
    """Home.js needs its element, so both are there or neither is."""
    make_answered_attempt(assignment=assignment, student=student)
    address = reverse("start_attempt", args=[assignment.public_id])

    def polls() -> tuple[bool, bool]:
        page = student_client.get(address).content.decode()
        return "data-open-quizzes" in page, "/static/home." in page

    assert "No attempts left" in text_of(student_client.get(address))
    assert polls() == (True, True)
    given = {"assignment": assignment, "student": student, "given_by": teacher, "given_at": NOW}
    extension = Extension.objects.create(extra_attempts=1, **given)
    assert polls() == (False, False)
    Assignment.objects.update(closes_at=NOW - timedelta(minutes=5))
    assert "Closed" in text_of(student_client.get(address))
    assert polls() == (True, True)
    extension.closes_at = NOW + timedelta(hours=1)
    extension.save()
    assert polls() == (False, False)
    # An open attempt, and one whose time is over.
    attempt = make_attempt(assignment=assignment, student=student, number=2)
    assert polls() == (False, False)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=NOW - timedelta(minutes=5))
    assert polls() == (True, True)
    Excuse.objects.create(assignment=assignment, student=student, given_by=teacher, given_at=NOW)
    assert polls() == (False, False)


@pytest.mark.parametrize("release", ["after_close", "never"])
def test_shown_scores_reach_the_pages_of_a_student_without_the_answers(
    release: str, assignment: Assignment, student: Student, student_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(release=release, closes_at=NOW + timedelta(hours=2))
    done = make_answered_attempt(assignment=assignment, student=student)
    Attempt.objects.update(ungraded_count=1)
    home, poll = reverse("student_home"), reverse("open_quizzes")
    pages = [home, *(reverse(name, args=[done.public_id]) for name in ("receipt", "result"))]
    waits = {"after_close": "1:00 pm", "never": "Answers won’t be shown"}[release]
    # Closed but within the grace time, the answers still wait.
    for moment in (NOW + timedelta(hours=1), NOW + timedelta(hours=2, seconds=30)):
        clock.move_to(moment)
        for shows_scores in (False, True):
            Assignment.objects.update(shows_scores=not shows_scores)
            tag = student_client.get(home).context["tag"]
            assert student_client.get(poll, headers={"If-None-Match": tag}).status_code == 304
            Assignment.objects.update(shows_scores=shows_scores)
            assert student_client.get(poll, headers={"If-None-Match": tag}).status_code == 200
            texts = [text_of(student_client.get(page)) for page in pages]
            assert ["of 8 so far" in text for text in texts] == [shows_scores] * 3
            assert ["1 answer isn’t graded yet." in text for text in texts[1:]] == [shows_scores] * 2
            assert [waits in text for text in texts] == [True] * 3
            assert "No score yet" not in texts[0]
            assert not [text for text in texts if "See your result" in text or "Correct" in text]


def test_poll_of_the_home_page_is_cheap(
    assignment: Assignment, teacher: User, student_client: Client, queries: Gather
) -> None:
    student_client.get(reverse("student_home"))
    with queries() as seen:
        student_client.get(reverse("open_quizzes"))
    assert len(seen) == 3
    make_assignment(edition=assignment.edition, classroom=assignment.classroom, assigned_by=teacher)
    with queries() as seen:
        student_client.get(reverse("open_quizzes"))
    assert len(seen) == 3


def test_poll_of_the_home_page_keeps_no_session_open(student: Student, clock: time_machine.Traveller) -> None:
    client = Client()
    client.post(reverse("join"), {"code": student.classroom.join_code})
    session = client.session
    session["student_id"], session["student_pin_version"] = student.pk, student.pin_version
    session[STARTED_AT] = session[SEEN_AT] = NOW.timestamp()
    session.save()
    clock.shift(timedelta(minutes=20))
    assert client.get(reverse("open_quizzes")).status_code == 200
    clock.shift(timedelta(minutes=11))
    assert client.get(reverse("open_quizzes")).headers["Location"] == reverse("join")
    assert client.get(reverse("student_home")).headers["Location"] == reverse("join")


def test_quiz_that_the_class_takes_now_comes_before_homework_and_a_started_attempt(
    assignment: Assignment,
    classroom: Classroom,
    teacher: User,
    edition: Edition,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(own_title="Homework", due_at=NOW + timedelta(hours=20))
    in_class = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, opens_at=NOW, due_at=None)
    Assignment.objects.filter(pk=in_class.pk).update(own_title="In class")
    home = student_client.get(reverse("student_home")).context["assignments"]
    assert (home.next_up.title, [given.title for given in home.to_do]) == ("In class", ["Homework"])
    make_attempt(assignment=assignment, student=student)
    home = student_client.get(reverse("student_home")).context["assignments"]
    assert (home.current, home.next_up.title, [given.title for given in home.to_do]) == (None, "In class", ["Homework"])
    # An attempt at a quiz of this lesson stays first.
    make_attempt(assignment=in_class, student=student)
    home = student_client.get(reverse("student_home")).context["assignments"]
    assert (home.current.quiz.title, [quiz.title for quiz in home.to_do]) == ("In class", ["Homework"])
    # After the lesson, what is due comes first.
    Attempt.objects.all().delete()
    clock.shift(timedelta(hours=3))
    home = student_client.get(reverse("student_home")).context["assignments"]
    assert (home.next_up.title, [given.title for given in home.to_do]) == ("Homework", ["In class"])


def test_quiz_in_progress_stays_on_the_home_page_after_a_move(
    attempt: Attempt, other_classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    move_student(student, to=other_classroom, by=teacher, now=timezone.now())
    page = student_client.get(reverse("student_home"))
    assert "Continue at question 1" in text_of(page)
    # The poll knows the same quizzes, so the page does not load again and again.
    address, tag = reverse("open_quizzes"), page.context["tag"]
    assert student_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert "Continue at question 1" in text_of(
        student_client.get(reverse("start_attempt", args=[attempt.assignment.public_id]))
    )
    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    assert "Turned in at" in text_of(student_client.get(reverse("receipt", args=[attempt.public_id])))
    assert "You’re all caught up" in text_of(student_client.get(reverse("student_home")))
    assert [entry.student for entry in moved_away(attempt.classroom)] == [student]


def test_quiz_in_progress_names_the_class_that_the_student_left(
    attempt: Attempt, other_classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    """The new class may have the same quiz."""
    own = make_assignment(edition=attempt.assignment.edition, classroom=other_classroom, created_at=timezone.now())
    move_student(student, to=other_classroom, by=teacher, now=timezone.now())
    left = attempt.classroom.name
    home = text_of(student_client.get(reverse("student_home")))
    assert home.count(left) == 1
    assert f"In progress {left} Next to answer: question 1" in home
    make_attempt(assignment=own, student=student, started_at=timezone.now())
    home = text_of(student_client.get(reverse("student_home")))
    assert home.count(left) == 1
    assert f"No due date {left} In progress" in home


def test_quiz_of_a_class_that_the_student_left_is_not_tried_again(
    attempt: Attempt, other_classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    Assignment.objects.update(max_attempts=3)
    own_page = reverse("start_attempt", args=[attempt.assignment.public_id])
    assert "Attempts 2 of 3 left" in text_of(student_client.get(own_page))
    move_student(student, to=other_classroom, by=teacher, now=timezone.now())
    in_progress = text_of(student_client.get(own_page))
    assert "Continue at question 1" in in_progress
    assert "Attempts" not in in_progress
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(minutes=5))
    home = text_of(student_client.get(reverse("student_home")))
    assert "Open it to turn in your answers" in home
    assert "Try again" not in home
    start = text_of(student_client.get(own_page))
    assert "Turn in my saved answers" in start
    assert "Before you start" not in start
    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    result = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert "Your score" in result
    assert "Try again" not in result


@pytest.mark.parametrize("release", ["after_hand_in", "after_last", "after_close"])
def test_finished_work_stays_on_the_home_page_after_a_move(
    release: str,
    assignment: Assignment,
    other_classroom: Classroom,
    teacher: User,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    """Otherwise no page would lead to the score and the answers, also not to those that show later."""
    closes_at = NOW + timedelta(hours=2)
    Assignment.objects.update(release=release, max_attempts=3, closes_at=closes_at)
    done = make_answered_attempt(assignment=Assignment.objects.get(), student=student)
    move_student(student, to=other_classroom, by=teacher, now=NOW)
    waits = release == "after_close"
    clock.shift(timedelta(hours=1))
    for is_closed in (False, True):
        page = student_client.get(reverse("student_home"))
        shown = reverse("receipt" if waits and not is_closed else "result", args=[done.public_id])
        assert shown in read(page).links
        assert f"{assignment.classroom.name} Turned in" in text_of(page)
        assert "Try again" not in text_of(page)
        assert student_client.get(shown).status_code == 200
        clock.shift(timedelta(hours=3))


@pytest.mark.parametrize(("is_turned_in", "status"), [(True, 304), (False, 200)])
def test_close_in_a_class_that_the_student_left_opens_the_home_page_again_only_for_an_open_attempt(
    is_turned_in: bool,
    status: int,
    attempt: Attempt,
    other_classroom: Classroom,
    teacher: User,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=10))
    if is_turned_in:
        submit_attempt(attempt, now=NOW)
    move_student(student, to=other_classroom, by=teacher, now=NOW)
    tag = student_client.get(reverse("student_home")).context["tag"]

    def poll() -> int:
        return student_client.get(reverse("open_quizzes"), headers={"If-None-Match": tag}).status_code

    assert poll() == 304
    clock.shift(timedelta(minutes=11))
    assert poll() == status


def test_work_that_counts_in_the_new_class_is_on_the_home_page_once(
    assignment: Assignment, other_classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    done = make_answered_attempt(assignment=assignment, student=student)
    make_assignment(edition=assignment.edition, classroom=other_classroom, assigned_by=teacher)
    student = move_student(student, to=other_classroom, by=teacher, now=NOW)
    transfer_attempts(student, by=teacher, now=NOW)
    page = student_client.get(reverse("student_home"))
    assert reverse("result", args=[done.public_id]) not in read(page).links
    assert reverse("result", args=[done.carried_to.get().public_id]) in read(page).links


def test_quiz_of_a_class_that_is_archived_goes_with_a_move(
    attempt: Attempt, other_classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    move_student(student, to=other_classroom, by=teacher, now=timezone.now())
    Classroom.objects.filter(pk=attempt.classroom_id).update(archived_at=timezone.now())
    assert "You’re all caught up" in text_of(student_client.get(reverse("student_home")))


def test_last_minute_promises_no_time(
    assignment: Assignment, student_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(time_limit=timedelta(minutes=45), closes_at=NOW + timedelta(seconds=61))
    for address in (reverse("student_home"), reverse("start_attempt", args=[assignment.public_id])):
        text = text_of(student_client.get(address))
        assert "You have 1 minute, because the quiz closes at 11:01 am." in text
        assert "You can continue on any device." in text
    clock.shift(timedelta(seconds=2))
    for address in (reverse("student_home"), reverse("start_attempt", args=[assignment.public_id])):
        text = text_of(student_client.get(address))
        assert "This quiz closes in less than a minute." in text
        assert not [words for words in ("0 minutes", "finish later", "continue on any", "45 minutes") if words in text]


def test_quiz_whose_time_is_over_leads_to_turning_in(
    attempt: Attempt, student_client: Client, clock: time_machine.Traveller
) -> None:
    Attempt.objects.update(deadline_at=NOW + timedelta(minutes=10))
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=10))
    clock.shift(timedelta(minutes=12))
    text = text_of(student_client.get(reverse("start_attempt", args=[attempt.assignment.public_id])))
    assert "Turn in my saved answers All quizzes" in text
    assert "See your receipt" not in text


def test_score_with_answers_to_grade_is_one_so_far(
    assignment: Assignment, student: Student, teacher_client: Client, student_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={})
    pages = [
        (student_client, reverse("student_home")),
        (teacher_client, reverse("assignment_progress", args=[assignment.public_id])),
        (teacher_client, reverse("student_history", args=[student.public_id])),
    ]
    assert [re.findall(r"0 of 8( so far)?", text_of(client.get(page))) for client, page in pages] == [[""]] * 3
    Attempt.objects.filter(pk=attempt.pk).update(ungraded_count=1)
    assert [re.findall(r"0 of 8( so far)?", text_of(client.get(page))) for client, page in pages] == [[" so far"]] * 3


def test_question_says_if_it_counts_several_points(attempt: Attempt, student_client: Client) -> None:
    worth = {}
    for question in attempt.assignment.edition.questions.all():
        page = text_of(student_client.get(reverse("take_attempt", args=[attempt.public_id, question.position])))
        worth[question.key] = re.findall(r"This question is worth (\d+) points\.", page)
    assert worth == {"one": [], "some": ["2"], "who": ["3"], "proof": ["2"]}


def test_open_question_says_if_it_was_dropped(attempt: Attempt, student_client: Client, queries: Gather) -> None:
    said = "This question was dropped. It doesn’t count."
    for number, undone_at in ((2, None), (2, None), (3, None), (4, NOW)):
        make_regrade(assignment=attempt.assignment, policy="drop", number=number, undone_at=undone_at)
    make_regrade(assignment=attempt.assignment, policy="full_credit", number=1)
    addresses = [reverse("take_attempt", args=[attempt.public_id, number]) for number in range(1, 5)]
    student_client.get(addresses[0])
    with queries() as seen:
        pages = [text_of(student_client.get(address)) for address in addresses]
    assert [page.count(said) for page in pages] == [0, 1, 1, 0]
    assert ["This question is worth" in page for page in pages] == [False, False, False, True]
    assert len(seen) == 2 * len(pages)


@pytest.mark.parametrize(
    "own", [{}, {"type": "answer_and_proof", "answer_type": "multiple"}], ids=["choices", "two steps"]
)
def test_other_number_of_choices_than_asked_is_told_and_never_refused(
    own: dict[str, str], classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    document = make_document()
    [some] = [question for question in document["questions"] if question["key"] == "some"]
    some |= {"asked_count": 2, **own}
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(key="some").position
    address, told = reverse("take_attempt", args=[attempt.public_id, number]), []
    for count in (1, 2, 3):
        form = form_of(student_client.get(address), having="choice")
        assert "Selected: of 2" in text_of(student_client.get(address))
        tokens = [value for name, value in form.offered if name == "choice"]
        student_client.post(address, {**form.data(), "choice": tokens[:count], "sentence": ["s1"], "act": "next"})
        review = text_of(student_client.get(reverse("review_attempt", args=[attempt.public_id])))
        told += [re.findall(rf"Question {number} ?: (\d chosen of 2)", review)]
    assert told == [["1 chosen of 2"], [], ["3 chosen of 2"]]
    # At the question too. The style sheet puts the count after the colon.
    assert "Selected: . Choose only 2." in text_of(student_client.get(address))


@pytest.mark.parametrize("count", [1, 3])
def test_check_of_another_number_of_choices_than_asked_tells_it_first(
    count: int, classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    document = make_document()
    [some] = [question for question in document["questions"] if question["key"] == "some"]
    some["asked_count"] = 2
    assignment = make_assignment(
        edition=make_edition(document=document), classroom=classroom, assigned_by=teacher, release="at_once"
    )
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(key="some").position
    address = reverse("take_attempt", args=[attempt.public_id, number])
    form = form_of(student_client.get(address), having="choice")
    tokens = [value for name, value in form.offered if name == "choice"]
    told = student_client.post(address, {**form.data(), "choice": tokens[:count], "act": "check"})
    assert f"{count} chosen of 2. Once you check an answer, you can’t change it." in text_of(told)
    checked = student_client.post(address, form_of(told, having="choice").data(act="check-anyway"), follow=True)
    assert f"Question {number}: " in text_of(checked)
    # Then the review asks for nothing that cannot change.
    assert "chosen of 2" not in text_of(student_client.get(reverse("review_attempt", args=[attempt.public_id])))


def test_written_answer_that_is_shorter_than_asked_is_told_and_never_refused(
    classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    document = typed_document()
    document["questions"][2]["min_length"] = 20
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(key=document["questions"][2]["key"]).position
    address, told = reverse("take_attempt", args=[attempt.public_id, number]), []
    for text in ("no", "The story says that it ends."):
        form = form_of(student_client.get(address), having="operation")
        [name] = [name for name, _ in form.fields if name not in ("csrfmiddlewaretoken", "operation", "revision")]
        student_client.post(address, form.data(**{name: text, "act": "next"}))
        review = text_of(student_client.get(reverse("review_attempt", args=[attempt.public_id])))
        assert "1 of 4 answered" in review
        told += [re.findall(rf"Question {number} ?: (\d+ of at least 20 characters)", review)]
    assert told == [["2 of at least 20 characters"], []]


def test_more_than_one_sentence_is_told_where_one_is_asked_for(
    classroom: Classroom, teacher: User, student: Student, student_client: Client
) -> None:
    document = make_document()
    [proof] = [question for question in document["questions"] if question["type"] == "evidence"]
    proof["asked_count"] = 1
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    attempt = make_attempt(assignment=assignment, student=student)
    number = assignment.edition.questions.get(key=proof["key"]).position
    address = reverse("take_attempt", args=[attempt.public_id, number])
    shown = student_client.get(address)
    assert "Sentences: of 1" in text_of(shown)
    form = form_of(shown, having="sentence")
    student_client.post(address, {**form.data(), "sentence": ["s5", "s6"], "act": "next"})
    review = text_of(student_client.get(reverse("review_attempt", args=[attempt.public_id])))
    assert re.search(rf"Question {number} ?: 2 chosen of 1", review)
    assert "Sentences: . Choose only 1." in text_of(student_client.get(address))


def test_home_names_a_day_in_one_way(
    assignment: Assignment,
    classroom: Classroom,
    edition: Edition,
    teacher: User,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    Assignment.objects.update(opens_at=None, due_at=NOW + timedelta(hours=2))
    make_attempt(assignment=assignment, student=student)
    page = text_of(student_client.get(reverse("student_home")))
    assert page.count("Due Today, 1:00 pm") == 1
    assert page.count("Due today, 1:00 pm") == 1
    assert "Oct 23" not in page
