"""A picture from the editor to the student and to paper, without JavaScript where a teacher uploads it."""

import itertools
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quizzes.assignments.board import show_on_board
from quizzes.content.drafts import publishing
from quizzes.models import Attempt, Board, Classroom, Draft, Student, User
from tests.browser.conftest import NewContext, assert_sound
from tests.browser.pdf import A4, LETTER, read_pdf
from tests.drafting import url
from tests.factories import NOW, make_assignment, make_attempt, make_draft, make_picture

# Pictures in sight that are higher than 24rem or wider than their column.
PICTURES_BEYOND = """[...document.querySelectorAll(".picture img")].map((image) => [
    image.getBoundingClientRect(), image.closest(".picture").parentElement.getBoundingClientRect(),
]).filter(([box, column]) => box.height > 385 || box.right > column.right + 1)"""


@pytest.mark.slow
def test_picture_reaches_students_and_paper(
    teacher: User, classroom: Classroom, student: Student, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher, width=1280, height=800, javascript=False).new_page()
    for name, key, size in (
        ("edit_reading_picture", (), (1_200, 800)),
        ("edit_question_picture", ("one",), (300, 900)),
    ):
        page.goto(url(name, draft, *key))
        page.get_by_label("Picture", exact=True).set_input_files(
            {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": make_picture(size=size, file_format="JPEG")}
        )
        page.get_by_label("What the picture shows").fill("A red field.")
        page.get_by_label("Credit and license").fill("Drawn for this class, CC BY 4.0")
        page.get_by_role("button", name="Save picture").click()
        expect(page.locator("main")).to_contain_text("Picture saved.")
        page.get_by_role("link", name="Change the picture").click()
        assert is_loaded(page, 1)
        page.get_by_role("button", name="Remove picture").wait_for()

    now = Draft.objects.get(pk=draft.pk)
    edition = publishing.publish(now, seen=now.revision, note="", by=teacher, now=NOW)
    assert edition is not None
    assignment = make_assignment(edition=edition, classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)

    phone = open_context(student, width=360, height=740).new_page()
    phone.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
    assert is_loaded(phone, 2)
    assert_sound(phone)
    # The reading and the question are behind each other on a phone.
    assert phone.get_by_role("img", name="A red field.").count() == 1
    # Larger text makes no picture taller than the screen, or wider than its column.
    for width, size in itertools.product((360, 1280), (100, 150, 200)):
        Attempt.objects.update(supports={"text_size": size})
        phone.set_viewport_size({"width": width, "height": 740})
        phone.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
        assert is_loaded(phone, 2)
        assert phone.evaluate(PICTURES_BEYOND) == [], (width, size)
        assert_sound(phone)

    show_on_board(assignment, number=1, phase=Board.Phase.QUESTION, by=teacher, now=NOW)
    board = open_context(teacher, width=1280, height=800).new_page()
    board.goto(reverse("class_board", args=[assignment.public_id]))
    assert is_loaded(board, 1)
    # The credit has a contrast on the color of the board too.
    assert_sound(board)

    paper = open_context(teacher).new_page()
    paper.goto(reverse("print_assignment", args=[assignment.public_id]))
    assert is_loaded(paper, 2)
    for name, size in (("Letter", LETTER), ("A4", A4)):
        content = paper.pdf(format=name)
        pages = read_pdf(content)
        assert all(one.is_of(size) for one in pages)
        assert len(re.findall(rb"/Subtype\s*/Image", content)) >= 2
        assert [one.beyond for one in pages] == [[] for _ in pages]


def is_loaded(page: Page, count: int) -> bool:
    """Whether the page has so many pictures, and each was fetched and decoded."""
    script = "[...document.querySelectorAll('.picture img')].map(image => image.complete && image.naturalWidth > 0)"
    page.wait_for_load_state("networkidle")
    return bool(page.evaluate(script) == [True] * count)
