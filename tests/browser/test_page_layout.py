"""How the parts of a page stand in Chromium: gaps, rules, titles beside buttons, and one main button."""

from django.urls import reverse

from quizzes.models import Assignment, Student
from tests.browser.conftest import NewContext
from tests.factories import make_answered_attempt


# The space below the last button of each sheet, without the padding of the sheet itself.
BELOW_BUTTONS = """() => [...document.querySelectorAll("main .sheet")].flatMap((sheet) => {
  const button = [...sheet.querySelectorAll(".btn")].filter((one) => one.offsetParent).at(-1);
  if (!button) return [];
  const { paddingBottom, borderBottomWidth } = getComputedStyle(sheet);
  const room = sheet.getBoundingClientRect().bottom - button.getBoundingClientRect().bottom;
  return Math.round(room - parseFloat(paddingBottom) - parseFloat(borderBottomWidth));
})"""


def test_sheet_ends_below_its_buttons(assignment: Assignment, student: Student, open_context: NewContext) -> None:
    classroom = [assignment.classroom.public_id]
    page = open_context(assignment.assigned_by).new_page()
    for name, args in (("change_classroom", classroom), ("add_students", classroom), ("account", [])):
        page.goto(reverse(name, args=args))
        room = page.evaluate(BELOW_BUTTONS)
        assert (name, room) == (name, [0] * len(room))
        assert room
    attempt = make_answered_attempt(assignment=assignment, student=student, right=0, submitted=False)
    page = open_context(student).new_page()
    page.goto(reverse("review_attempt", args=[attempt.public_id]))
    assert page.evaluate(BELOW_BUTTONS) == [0]
