"""A set changed after students answered it, and what waits for a mark: accessible pages, on a laptop and on a phone."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.content.drafts import publishing, saving, saving_questions
from quizzes.models import Assignment, Draft, Edition, Student, User
from tests.browser.conftest import NewContext, assert_sound_at, press_at, violations
from tests.content.question_types.test_distractor_marks import marked_document
from tests.factories import make_answered_attempt, make_assignment, make_draft, make_edition
from tests.views.teacher.test_grading_queue import typed_document

WIDTHS = (1280, 320)


@pytest.fixture
def draft(teacher: User, student: Student) -> Draft:
    """Edition 1 answered by a student; the draft has another key to question 1, and no question 4."""
    now = timezone.now()
    made = make_draft(owner=teacher)
    publishing.publish(made, seen=1, note="", by=teacher, now=now)
    given = make_assignment(
        edition=Edition.objects.get(), classroom=student.classroom, assigned_by=teacher, created_at=now
    )
    make_answered_attempt(assignment=given, student=student, started_at=now)
    choices = [
        {"text": "Citizenship", "rationale": "", "key": True},
        {"text": "Birthplace", "rationale": "It is one as well.", "mark": "beside_the_point", "mark_at": ["s1"]},
    ]
    saving_questions.save_question(made, "one", {"choices": choices}, seen=9, by=teacher, now=now)
    return saving_questions.remove_question(made, "proof", seen=9, by=teacher, now=now)


def test_change_of_an_answered_set_leads_to_its_corrections(
    draft: Draft, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    public_id = draft.question_set.public_id
    for name, args in (("publish_set", [public_id]), ("remove_question", [public_id, "some"])):
        page.goto(reverse(name, args=args))
        expect(page.locator("main")).to_contain_text("1 student")
        assert_sound_at(page, *WIDTHS)
    page.goto(reverse("publish_set", args=[public_id]))
    page.get_by_label("Why publish with missing questions?").fill("One question is gone.")
    press_at(page.get_by_role("button", name="Publish anyway"), *WIDTHS)
    expect(page.locator("main")).to_contain_text(
        "1 student answered version 1. New quizzes get version 2 when you assign it again. Regrade version 1 too?"
    )
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, violations(page)) == (width, [])
    press_at(page.get_by_role("link", name="Drop question 4 of version 1 from scoring"), *WIDTHS)
    expect(page.get_by_role("radio", name=re.compile("Drop the question"))).to_be_checked()
    assert_sound_at(page, *WIDTHS)


def test_old_and_new_reading_stand_side_by_side(draft: Draft, teacher: User, open_context: NewContext) -> None:
    texts = {"s1": "The system records a name.", "s2": "It records no address at all, as the correction says."}
    saving.save_reading(draft, {}, texts, {}, seen=9, by=teacher, now=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("edit_orphans", args=[draft.question_set.public_id]))
    press_at(page.get_by_role("link", name="Compare the old and new reading"), *WIDTHS)
    expect(page.locator("main")).to_contain_text("2 sentences changed.")
    assert_sound_at(page, *WIDTHS)


@pytest.mark.slow
def test_answer_not_marked_yet_reads_so_everywhere(teacher: User, student: Student, open_context: NewContext) -> None:
    given = make_assignment(
        edition=make_edition(document=typed_document()),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    attempt = make_answered_attempt(
        assignment=given, student=student, answers={"who": "The rules."}, started_at=timezone.now()
    )
    pages = {person: open_context(person).new_page() for person in (student, teacher)}
    for person, name, args, says in (
        (student, "result", [attempt.public_id], "Not graded yet"),
        (teacher, "attempt_review", [attempt.public_id], "Needs grading"),
        (teacher, "classroom_gradebook", [student.classroom.public_id], "Needs grading"),
    ):
        page = pages[person]
        page.goto(reverse(name, args=args))
        expect(page.locator("main")).to_contain_text(says)
        assert_sound_at(page, *WIDTHS)


@pytest.mark.slow
def test_marks_of_wrong_choices_read_so_to_student_and_teacher(
    teacher: User, student: Student, open_context: NewContext
) -> None:
    given: Assignment = make_assignment(
        edition=make_edition(document=marked_document()),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    attempt = make_answered_attempt(assignment=given, student=student, answers={"one": "c"}, started_at=timezone.now())
    pages = {person: open_context(person).new_page() for person in (student, teacher)}
    for person, name, args, words in (
        (student, "result", [attempt.public_id], "The reading says otherwise (sentences 1, 2)."),
        (teacher, "attempt_review", [attempt.public_id], "The reading says otherwise (sentences 1, 2)."),
        (
            teacher,
            "question_set",
            [given.edition.question_set.public_id],
            "True, but it doesn’t answer the question (sentence 2).",
        ),
        (teacher, "assignment_results", [given.public_id], "1 the reading says otherwise, 0 not in the reading"),
    ):
        page = pages[person]
        page.goto(reverse(name, args=args))
        expect(page.locator("main")).to_contain_text(words)
        if name == "attempt_review":
            press_at(page.locator("#r1 > details > summary"), *WIDTHS)
        assert_sound_at(page, *WIDTHS)
