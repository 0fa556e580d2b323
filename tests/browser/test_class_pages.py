"""The pages of a class in Chromium: where the brand stands, and the tabs on a phone."""

from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.models import Accommodation, Assignment, Attempt, LtiCourse, LtiScore, Student, User
from tests.browser.conftest import NewContext, assert_sound, goto_with_fonts, overflow
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_draft,
    make_edition,
    make_lti_link,
    make_lti_score,
    make_question_set,
    make_student,
    save,
)

# The lower edge of each line of the first such text.
LINES = """(part, text) => {
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const start = texts.currentNode.data.indexOf(text);
    if (start < 0) continue;
    range.setStart(texts.currentNode, start);
    range.setEnd(texts.currentNode, start + text.length);
    return [...new Set(Array.from(range.getClientRects(), (box) => Math.round(box.bottom)))];
  }
}"""


@pytest.mark.slow
def test_brand_stands_at_the_same_place_on_every_page(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    classroom, quiz = assignment.classroom.public_id, assignment.public_id
    teachers = [
        ("teacher_home", []),
        ("question_sets", []),
        ("account", []),
        *[(name, [classroom]) for name in ("roster", "classroom_quizzes", "classroom_gradebook", "change_classroom")],
        *[(name, [quiz]) for name in ("assignment_progress", "assignment_results", "paper_answers")],
        ("student_history", [student.public_id]),
    ]
    visitors = [("landing", []), ("privacy", []), ("join", []), ("account_login", [])]
    places = {}
    for person, names in (
        (teacher, teachers),
        (student, [("student_home", []), ("start_attempt", [quiz])]),
        (None, visitors),
    ):
        page = open_context(person).new_page()
        for name, args in names:
            page.goto(reverse(name, args=args))
            places[name] = page.locator(".brand").first.bounding_box()["x"]  # type: ignore[index]
    assert set(places.values()) == {40}


def test_heading_of_every_form_of_a_teacher_starts_below_the_brand(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    """Forms in the middle of the window are for those who are not signed in."""
    page = open_context(teacher).new_page()
    places = {}
    for name, args in (
        *[(name, []) for name in ("add_classroom", "import_class", "account_change_password")],
        ("student_paper_answers", [assignment.public_id, student.public_id]),
        ("student_overrides", [assignment.public_id, student.public_id]),
    ):
        page.goto(reverse(name, args=args))
        places[name] = page.locator("h1").bounding_box()["x"]  # type: ignore[index]
    assert set(places.values()) == {40}, places


# The smallest space between the words of two tabs in a row.
GAP_OF_TABS = """
tabs => {
  const words = document.createRange();
  const edges = (tab) => { words.selectNodeContents(tab); return words.getBoundingClientRect(); };
  const pairs = [...tabs.children].slice(1).map((tab) => [tab.previousElementSibling, tab]);
  const inRow = pairs.filter(([before, tab]) => before.offsetTop === tab.offsetTop);
  return Math.min(...inRow.map(([before, tab]) => edges(tab).left - edges(before).right));
}
"""


def test_tabs_of_a_class_fill_their_rows_on_a_phone_and_one_row_beyond(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("classroom_quizzes", args=[assignment.classroom.public_id]))
    rows = Counter(round(tab.bounding_box()["y"]) for tab in page.locator(".tabs a").all())  # type: ignore[index]
    assert list(rows.values()) == [3, 2, 2]
    assert len({tab.bounding_box()["x"] for tab in page.locator(".tabs a").all()}) == 3  # type: ignore[index]
    rows = Counter(round(link.bounding_box()["y"]) for link in page.locator(".mast nav a").all())  # type: ignore[index]
    assert list(rows.values()) == [2, 3]
    brand, link = (page.locator(f".mast {part}").bounding_box() for part in (".brand", "nav a >> nth=0"))
    assert brand["x"] + brand["width"] < link["x"]  # type: ignore[index]
    assert link["y"] < brand["y"] + brand["height"]  # type: ignore[index]
    assert_sound(page)
    # Spanish has the longest words, and the settings the narrowest page.
    User.objects.update(language="es", name="Profesora María José Hernández-Villanueva")
    make_answered_attempt(assignment=assignment, student=student)
    Attempt.objects.update(ungraded_count=1)
    page.goto(reverse("student_history", args=[student.public_id]))
    assert page.locator(".scroll").first.evaluate("table => table.scrollWidth - table.clientWidth") == 0
    page.goto(reverse("question_sets"))
    for width, links in ((360, [2, 3]), (320, [2, 3])):
        page.set_viewport_size({"width": width, "height": 640})
        rows = Counter(round(link.bounding_box()["y"]) for link in page.locator(".mast nav a").all())  # type: ignore[index]
        assert list(rows.values()) == links
    page.goto(reverse("change_classroom", args=[assignment.classroom.public_id]))
    expect(page.locator(".tabs a").last).to_have_text("Asignar cuestionario")
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 640})
        assert overflow(page) == 0
        assert page.locator(".tabs").evaluate(GAP_OF_TABS) >= 8
    for width in (768, 820, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        tabs = [tab.bounding_box() for tab in page.locator(".tabs a").all()]
        assert {(round(tab["y"]), round(tab["height"])) for tab in tabs if tab} == {(round(tabs[0]["y"]), 44)}  # type: ignore[index]
        assert overflow(page) == 0


def test_gradebook_of_one_quiz_keeps_the_width_of_its_columns(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    Assignment.objects.update(due_at=NOW)
    page = open_context(teacher).new_page()
    page.goto(reverse("classroom_gradebook", args=[assignment.classroom.public_id]))
    box = page.locator(".grid").bounding_box()
    assert box is not None
    assert box["width"] < 640
    starts = page.evaluate("[...document.querySelectorAll('.grid tbody td')].map(td => getComputedStyle(td).textAlign)")
    assert set(starts) == {"start"}
    # Where a column is narrow, “of” and its number were on two lines under the due date.
    page.set_viewport_size({"width": 320, "height": 900})
    assert len(page.locator("thead").evaluate(LINES, "of 8")) == 1


def test_main_button_stands_first_among_its_neighbors(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    """It stood last on the pages of question sets, and first on all others."""
    classroom, quiz = [assignment.classroom.public_id], [assignment.public_id]
    page = open_context(teacher).new_page()
    for name, args in (
        *[(name, []) for name in ("teacher_home", "question_sets")],
        ("question_set", [assignment.edition.question_set.public_id]),
        ("roster", classroom),
        *[(name, quiz) for name in ("assignment_progress", "assignment_results")],
    ):
        page.goto(reverse(name, args=args))
        rows = page.locator(".row:has(> .btn:not(.alt))").evaluate_all(
            "rows => rows.map(row => row.querySelector('.btn').matches('.alt'))"
        )
        assert True not in rows, name


def test_acts_on_a_set_of_the_list_stand_in_one_line(teacher: User, open_context: NewContext) -> None:
    make_edition(question_set=make_question_set(owner=teacher))
    page = open_context(teacher).new_page()
    page.goto(reverse("question_sets"))
    acts = page.locator(".toc li").filter(has_text="Archive").first.locator(".sub :is(a, button)")
    middles = [box["y"] + box["height"] / 2 for act in acts.all() if (box := act.bounding_box())]
    assert len(middles) == 3
    assert max(middles) - min(middles) < 4


def test_words_of_a_row_stand_on_one_line(teacher: User, student: Student, open_context: NewContext) -> None:
    """Beside a check box or a button, the other words of the row stood higher."""
    Accommodation.objects.create(student=student, time_factor=2, changed_at=timezone.now())
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    for name, public_id, words in (
        ("class_accommodations", student.classroom.public_id, (student.display_name, "2x")),
        ("export_questions", draft.question_set.public_id, ("Canvas", "of 4", "Export")),
    ):
        page.goto(reverse(name, args=[public_id]))
        row = page.locator("tbody tr").first
        lines = [row.evaluate(LINES, text) for text in words]
        assert lines == [lines[0]] * len(words), name


def test_accommodations_for_no_one_lead_to_the_error(teacher: User, student: Student, open_context: NewContext) -> None:
    for number in range(30):
        make_student(classroom=student.classroom, name=f"Student {number}")
    page = open_context(teacher, width=360, height=640).new_page()
    page.goto(reverse("class_accommodations", args=[student.classroom.public_id]))
    page.get_by_role("button", name="Save for these students").click()
    first = page.locator("[name=students]").first
    expect(first).to_be_focused()
    expect(first).to_have_accessible_description("Choose at least 1 student.")
    expect(page.locator("#id_students-e")).to_be_in_viewport()


# The smallest gap between a button and the next section's rule below it, in CSS pixels.
GAP = """() => {
  const rules = [...document.querySelectorAll('.sec, .more')].map(part => part.getBoundingClientRect().top);
  const buttons = [...document.querySelectorAll('main .btn')].filter(button => button.offsetParent);
  const gaps = buttons.flatMap(button => {
    const bottom = button.getBoundingClientRect().bottom;
    return rules.map(top => top - bottom).filter(gap => gap > -1);
  });
  return Math.min(...gaps, 999);
}"""


def test_no_button_touches_the_next_rule(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    classroom, own = [assignment.classroom.public_id], [make_draft(owner=teacher).question_set.public_id]
    page = open_context(teacher).new_page()
    for name, args in (
        *[(name, classroom) for name in ("roster", "add_students", "change_classroom", "classroom_quizzes")],
        *[(name, own) for name in ("edit_reading", "edit_words", "edit_source", "edit_objectives", "edit_languages")],
        *[(name, [assignment.public_id]) for name in ("change_assignment", "assignment_results")],
        ("student_history", [student.public_id]),
        ("student_overrides", [assignment.public_id, student.public_id]),
    ):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(reverse(name, args=args))
            assert page.evaluate(GAP) >= 16, (name, width)


def test_which_attempt_counts_is_asked_only_for_more_than_one(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    page.goto(reverse("change_assignment", args=[assignment.public_id]))
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    expect(page.get_by_label("Which attempt counts")).to_be_hidden()
    page.locator("select[name=max_attempts]").select_option("2")
    expect(page.get_by_label("Which attempt counts")).to_be_visible()


def test_work_of_a_student_fits_a_phone(assignment: Assignment, student: Student, open_context: NewContext) -> None:
    """The end of each score was beyond the edge of the table."""
    attempt = make_answered_attempt(assignment=assignment, student=student)
    Attempt.objects.filter(pk=attempt.pk).update(score=10, max_score=15, ungraded_count=1)
    page = open_context(assignment.classroom.teachers.get(), width=360).new_page()
    goto_with_fonts(page, reverse("student_history", args=[student.public_id]))
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    beyond = page.locator(".scroll").evaluate_all("found => found.map(one => one.scrollWidth - one.clientWidth)")
    work = page.locator("main").inner_text()
    assert "10 of 15 so far" in work
    assert "67%" not in work
    assert max(beyond) == 0
    # A receipt is read out and typed, so it is in one piece.
    assert len(page.locator("main").evaluate(LINES, attempt.receipt)) == 1


def test_content_of_a_section_is_next_to_its_label(
    teacher: User, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    link = make_lti_link(assignment=assignment)
    LtiCourse.objects.create(deployment=link.course.deployment, context_id="second", classroom=assignment.classroom)
    score = make_lti_score(link=link, student=student)
    LtiScore.objects.filter(pk=score.pk).update(error="No such user.")
    page = open_context(teacher, width=1280).new_page()
    for address in (
        reverse("change_classroom", args=[assignment.classroom.public_id]),
        reverse("assignment_progress", args=[assignment.public_id]),
    ):
        page.goto(address)
        parts = page.locator("#h-lti ~ *").all()
        starts = {round(part.bounding_box()["x"]) for part in parts}  # type: ignore[index]
        assert (len(parts) > 1, len(starts)) == (True, 1)


def test_acceptance_of_late_answers_is_not_in_the_table(
    teacher: User, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    save(attempt, "one", "c", seen_revision=1, now=timezone.now())
    page = open_context(teacher).new_page()
    page.goto(reverse("attempt_review", args=[attempt.public_id]))
    expect(page.get_by_role("button", name="Accept late answers")).to_be_visible()
    expect(page.get_by_role("region", name="Table of late answers").get_by_role("button")).to_have_count(0)
