"""A corrected key, a graded answer, and more time for one student, in Chromium."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.assignments import accommodations
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Assignment, Attempt, Regrade, Student, User
from tests.browser.conftest import NewContext, assert_sound, go_back, overflow, violations
from tests.browser.test_every_page import school  # noqa: F401  the class of three on the built-in set
from tests.factories import make_answered_attempt, make_assignment, make_edition, make_student, save
from tests.integration.test_access import School
from tests.slow_cases import slow_after
from tests.views.teacher.test_grading_queue import typed_document

# The space between each element that the selector finds and the next one, in CSS pixels.
GAPS = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect());
  return boxes.slice(1).map((box, place) => box.top - boxes[place].bottom);
}"""


@pytest.fixture
def assignment(student: Student, teacher: User) -> Assignment:
    """The four questions of `make_document`: Maya has 8 of 8, Ben 7 with another answer to the first."""
    now = timezone.now()
    given = make_assignment(edition=make_edition(), classroom=student.classroom, assigned_by=teacher, created_at=now)
    make_answered_attempt(assignment=given, student=student, started_at=now)
    ben = make_answered_attempt(
        assignment=given, student=make_student(classroom=student.classroom, name="Ben O."), started_at=now
    )
    ben.answers.filter(question__key="one").update(value="a")
    Attempt.objects.filter(pk=ben.pk).update(score=7)
    return given


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_teacher_corrects_a_key_and_undoes_it(
    javascript: bool, assignment: Assignment, teacher: User, student: Student, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360, javascript=javascript).new_page()
    page.goto(reverse("assignment_regrades", args=[assignment.public_id]))
    page.get_by_role("link", name="Regrade question 1").click()
    page.get_by_role("radio", name="Accept both answers").check()
    page.locator("label.opt", has_text="Citizenship").click()
    page.get_by_role("textbox", name="Why").fill("Sentence 2 can be read that way.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main")).to_contain_text("1 score goes up, 0 go down, average 94% to 100%.")
    expect(page.get_by_role("heading", name="Result", exact=True)).to_be_focused()
    assert overflow(page) == 0
    page.get_by_role("button", name="Regrade").click()
    expect(page.locator("main")).to_contain_text("Question 1 is regraded. Scores updated.")
    widths = page.locator("main td").evaluate_all("cells => cells.map((one) => one.getBoundingClientRect().width)")
    assert min(widths) > 300
    assert sorted(Attempt.objects.values_list("score", flat=True)) == [8, 8]
    reader = open_context(student, width=360, javascript=javascript).new_page()
    reader.goto(reverse("result", args=[Attempt.objects.get(student=student).public_id]))
    expect(reader.locator("main")).to_contain_text("Sentence 2 can be read that way.")
    if javascript:
        assert violations(reader) == []
        assert violations(page) == []
        # Back does not lead to the preview, which the browser would ask to send again.
        go_back(page)
        expect(page.get_by_role("button", name="Preview")).to_be_visible()
        page.go_forward()
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(page.locator("main")).to_contain_text("Regrade undone: 1 score changed.")
    assert sorted(Attempt.objects.values_list("score", flat=True)) == [7, 8]


@pytest.mark.slow
def test_every_kind_of_question_can_be_corrected_accessibly(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    submit_attempt(school.attempt, now=timezone.now())
    page = open_context(school.teacher).new_page()
    kinds = set()
    for question in school.assignment.edition.questions.all():
        if question.type in kinds:
            continue
        kinds.add(question.type)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(reverse("regrade_question", args=[school.assignment.public_id, question.position]))
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert overflow(page) == 0
        page.get_by_role("button", name="Preview").click()
        assert violations(page) == []
        page.get_by_role("radio", name="Drop the question").check()
        page.get_by_role("textbox", name="Why").fill("It asks what the reading does not say.")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("main")).to_contain_text(" up, ")
        assert_sound(page)


def test_choices_of_a_regrade_stand_apart_on_a_phone(
    school: School,  # noqa: F811
    open_context: NewContext,
) -> None:
    question = school.assignment.edition.questions.filter(type="who_says_so")[0]
    page = open_context(school.teacher, width=360).new_page()
    page.goto(reverse("regrade_question", args=[school.assignment.public_id, question.position]))
    # The stem, and the statements with their speakers.
    assert min(page.evaluate(GAPS, ".picks > *")) >= 16
    # The choices, two of which need two lines.
    assert min(page.evaluate(GAPS, ".pickone > span")) >= 16


def test_attempt_with_all_its_acts_is_accessible(
    assignment: Assignment, teacher: User, student: Student, open_context: NewContext
) -> None:
    attempt = Attempt.objects.get(student=student)
    # The factory gives its answers in the minutes after the attempt began.
    save(attempt, "one", "c", seen_revision=1, now=timezone.now() + timedelta(hours=1))
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id]))
    page.locator("#r1 > details > summary").click()
    page.locator("#r1 details details summary").click()
    page.locator("#r1").get_by_label("Points, 0 to 1").fill("0.5")
    page.locator("#r1").get_by_label("Comment").fill("Half of it.")
    assert violations(page) == []
    page.get_by_role("button", name="Save grade").first.click()
    expect(page.locator("main")).to_contain_text("Question 1 graded.")
    page.get_by_role("button", name="Accept late answers").click()
    expect(page.locator("main")).to_contain_text("1 late answer accepted.")
    page.get_by_role("textbox", name="Why").fill("The fire alarm.")
    page.get_by_role("button", name="Reopen attempt").click()
    expect(page.locator("main")).to_contain_text("Maya can keep working. Answers are kept.")
    attempt.refresh_from_db()
    assert attempt.is_open
    assert_sound(page)


def test_assigning_asks_about_the_student_whose_time_does_not_fit(
    teacher: User, student: Student, open_context: NewContext
) -> None:
    edition = make_edition()
    accommodations.set_accommodation(student, time_factor=Decimal("1.5"), by=teacher, now=timezone.now())
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("assign", args=[edition.question_set.public_id]))
    close = (timezone.now() + timedelta(minutes=40)).astimezone(student.classroom.zone)
    page.get_by_text("More settings").click()
    page.get_by_label("Closes", exact=True).fill(f"{close:%Y-%m-%dT%H:%M}")
    page.get_by_label("Time limit in minutes").fill("30")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("main")).to_contain_text("Maya Lopez: 45 minutes won’t fit before")
    assert violations(page) == []
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("main")).to_contain_text("Choose one for Maya’s time.")
    page.get_by_label(re.compile("Extend for Maya")).check()
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**/teacher/assignments/*/start/")
    assert Assignment.objects.get().extensions.get().student == student


def test_times_of_students_stand_apart(teacher: User, student: Student, open_context: NewContext) -> None:
    edition = make_edition()
    for one in (student, make_student(classroom=student.classroom, name="Ben O.")):
        accommodations.set_accommodation(one, time_factor=Decimal("1.5"), by=teacher, now=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("assign", args=[edition.question_set.public_id]))
    close = (timezone.now() + timedelta(minutes=40)).astimezone(student.classroom.zone)
    page.get_by_text("More settings").click()
    page.get_by_label("Closes", exact=True).fill(f"{close:%Y-%m-%dT%H:%M}")
    page.get_by_label("Time limit in minutes").fill("30")
    page.get_by_role("button", name="Assign").click()
    first, second = (one.bounding_box() or {} for one in page.locator("main fieldset").all())
    # More than between the choices of a student, so that an error belongs to the choices above it.
    assert second["y"] - first["y"] - first["height"] == 36


def test_short_answers_are_accessible(teacher: User, student: Student, open_context: NewContext) -> None:
    now = timezone.now()
    given = make_assignment(
        edition=make_edition(document=typed_document()),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=now,
    )
    make_answered_attempt(
        assignment=given, student=student, answers={"one": "Friday, August 31", "who": "The rules."}, started_at=now
    )
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("grading_queue", args=[given.public_id]))
    assert_sound(page)
    page.get_by_role("button", name="Accept “").click()
    expect(page.locator("main")).to_contain_text("“Friday, August 31” is accepted")
    assert Regrade.objects.get().policy == "either_key"
    page.goto(reverse("regrade_question", args=[given.public_id, 3]))
    expect(page.locator("main")).to_contain_text("You grade this question. It has no answer key.")
    assert violations(page) == []


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_how_close_an_answer_must_be_is_regraded_by_keyboard(
    javascript: bool, teacher: User, student: Student, open_context: NewContext
) -> None:
    now = timezone.now()
    given = make_assignment(
        edition=make_edition(document=typed_document()), classroom=student.classroom, assigned_by=teacher
    )
    make_answered_attempt(
        assignment=given, student=student, answers={"one": "the habour", "some": "31 days"}, started_at=now
    )
    page = open_context(teacher, width=360, javascript=javascript).new_page()
    for number, answer, label, key, shown in (
        (1, "the harbour", "Allow 1 typo in longer words", "Space", "Allow 1 typo in longer words: Yes"),
        (2, "30 days", "Tolerance", "1", "30 days (give or take 1)"),
    ):
        page.goto(reverse("regrade_question", args=[given.public_id, number]))
        page.locator(".picks input").focus()
        page.keyboard.type(answer)
        page.keyboard.press("Tab")
        expect(page.get_by_label(label)).to_be_focused()
        page.keyboard.press(key)
        page.get_by_role("textbox", name="Why").focus()
        page.keyboard.type("It is close enough.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text(shown)
        assert overflow(page) == 0
        if javascript:
            assert violations(page) == []
        page.get_by_role("button", name="Regrade").press("Enter")
        expect(page.locator("main")).to_contain_text(f"Question {number} is regraded. Scores updated.")
    assert Attempt.objects.get().score == 3
