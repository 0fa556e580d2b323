"""How the parts of a page stand in Chromium: gaps, rules, titles beside buttons, and one main button."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from quizzes.assignments.accommodations import set_accommodation
from quizzes.models import Assignment, Attempt, Classroom, Extension, Student, User
from quizzes.people.rosters import remove_student
from tests.browser.conftest import NewContext, goto_with_fonts, overflow, press_at, violations
from tests.factories import make_answered_attempt, make_classroom, make_draft, make_student, make_user

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


# The smallest distance between two rules of the page, in CSS pixels.
BETWEEN_RULES = """() => {
  const rules = [...document.querySelectorAll("main :is(.tabs, .sec, .more)")].flatMap((part) => {
    const { borderTopWidth, borderBottomWidth } = getComputedStyle(part);
    const { top, bottom } = part.getBoundingClientRect();
    return [...(parseFloat(borderTopWidth) ? [top] : []), ...(parseFloat(borderBottomWidth) ? [bottom] : [])];
  }).sort((one, other) => one - other);
  return Math.min(...rules.slice(1).map((rule, place) => rule - rules[place]));
}"""


def test_no_two_rules_follow_each_other(teacher: User, assignment: Assignment, open_context: NewContext) -> None:
    classroom = [assignment.classroom.public_id]
    make_student(classroom=assignment.classroom)
    # Then no next step is between the tabs and the list.
    make_answered_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom))
    page = open_context(teacher).new_page()
    for name, args in (
        *[(name, classroom) for name in ("classroom_quizzes", "class_accommodations")],
        ("assign", [assignment.edition.question_set.public_id]),
    ):
        page.goto(reverse(name, args=args))
        assert page.evaluate(BETWEEN_RULES) > 44, name


def test_current_quizzes_stand_apart_from_what_follows(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    for name, public_id in (
        ("student_history", student.public_id),
        ("classroom_growth", student.classroom.public_id),
    ):
        page.goto(reverse(name, args=[public_id]))
        gap = page.locator(".now-quizzes").evaluate(
            "list => list.nextElementSibling.getBoundingClientRect().top - list.getBoundingClientRect().bottom"
        )
        assert gap >= 24, name


def test_long_title_has_more_than_the_room_beside_its_buttons(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher).new_page()
    lines = "all => new Set(all.map(one => one.getBoundingClientRect().top)).size"
    for title, line_count in (("The budget of a city", 1), ("Who decides how a city spends its money, and when", 2)):
        Assignment.objects.update(own_title=title)
        goto_with_fonts(page, reverse("assignment_progress", args=[assignment.public_id]))
        assert page.locator(".over-head .btn").evaluate_all(lines) == line_count
        assert page.locator("h1").evaluate("h1 => h1.clientHeight / parseFloat(getComputedStyle(h1).fontSize)") < 2.5


def test_long_name_of_a_teacher_takes_no_row_of_its_own(open_context: NewContext) -> None:
    teacher = make_user(name="Ms. Konstantinopoulos-Wijayawardena of the Upper School")
    page = open_context(teacher, width=768).new_page()
    page.goto(reverse("teacher_home"))
    assert page.locator(".mast").bounding_box()["height"] < 80  # type: ignore[index]


def test_check_boxes_of_lists_look_like_all_others(teacher: User, student: Student, open_context: NewContext) -> None:
    remove_student(student, by=teacher, now=timezone.now())
    page = open_context(teacher).new_page()
    for name, args, text, button in (
        ("import_questions", [], "1. Who adopts the budget?\n*a) The council\nb) The mayor\n", "Check questions"),
        ("add_students", [student.classroom.public_id], student.display_name, "Check names"),
    ):
        page.goto(reverse(name, args=args))
        page.locator("textarea").fill(text)
        page.get_by_role("button", name=button).click()
        box = page.locator(".tbl [type=checkbox]")
        expect(box).to_be_checked()
        expect(box).to_have_css("appearance", "none")


def test_button_below_a_long_preview_is_in_view(teacher: User, classroom: Classroom, open_context: NewContext) -> None:
    names = "\n".join(f"Student {'ABCDEFGH'[number // 4]}{'abcd'[number % 4]}rown" for number in range(32))
    questions = "\n\n".join(f"{number}. Who votes?\n*a) The council\nb) The mayor" for number in range(1, 21))
    page = open_context(teacher).new_page()
    for name, args, text, check, save in (
        ("add_students", [classroom.public_id], names, "Check names", "Add 32 students"),
        ("import_questions", [], questions, "Check questions", "Import questions"),
    ):
        page.goto(reverse(name, args=args))
        page.locator("textarea").fill(text)
        press_at(page.get_by_role("button", name=check), 360, 1280)
        for width, height in ((1280, 900), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            expect(page.get_by_role("button", name=save)).to_be_in_viewport(ratio=1)
            assert (name, width, violations(page)) == (name, width, [])


def test_question_in_a_list_of_answers_has_no_empty_line(
    assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, right=1)
    for person, name in ((assignment.assigned_by, "attempt_review"), (student, "result")):
        page = open_context(person).new_page()
        page.goto(reverse(name, args=[attempt.public_id]))
        heights = page.locator(".rv-t").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
        lines = [text.strip().count("\n") + 1 for text in page.locator(".rv-t").all_inner_texts()]
        assert (name, heights) == (name, [24 * count for count in lines])


def test_lines_of_a_handout_have_room_to_write(teacher: User, assignment: Assignment, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    page.goto(reverse("print_assignment", args=[assignment.public_id]))
    widths = page.locator(".leaf-head .blank").evaluate_all("all => all.map(one => one.clientWidth)")
    # 11 rem: 4.6 cm on paper.
    assert widths == [176, 176]


def test_date_and_time_of_a_quiz_are_not_cut_on_a_tablet(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    page = open_context(teacher, width=768).new_page()
    page.goto(reverse("change_assignment", args=[assignment.public_id]))
    widths = page.locator("[type=datetime-local]").evaluate_all("all => all.map(one => one.clientWidth)")
    # “12/01/2026, 06:30 AM”, its button, and the padding.
    assert len(widths) == 3
    assert min(widths) >= 230


def test_empty_class_has_one_main_button(teacher: User, open_context: NewContext) -> None:
    classroom = make_classroom(teacher=teacher)
    page = open_context(teacher).new_page()
    for name in ("classroom_quizzes", "roster", "class_accommodations"):
        page.goto(reverse(name, args=[classroom.public_id]))
        buttons = page.locator("main .btn:not(.alt)").all_inner_texts()
        assert (name, buttons) == (name, ["Add students"])


def test_page_of_several_forms_has_one_main_button(
    teacher: User, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    question_set = make_draft(owner=teacher).question_set
    limit = timedelta(minutes=30)
    Attempt.objects.update(time_limit=limit, deadline_at=attempt.started_at + limit)
    Assignment.objects.update(time_limit=limit, closes_at=attempt.started_at + limit * 1.1)
    page = open_context(teacher).new_page()
    main = page.locator("main .btn:not(.alt):visible")
    for name, args, button in (
        ("edit_source", [question_set.public_id], "Save"),
        ("edit_questions", [question_set.public_id], "Save and next"),
        ("student_overrides", [attempt.assignment.public_id, student.public_id], "Add minutes"),
    ):
        page.goto(reverse(name, args=args))
        assert (name, main.all_inner_texts()) == (name, [button])
    page.goto(reverse("student_history", args=[student.public_id]))
    page.locator("#settings > summary").click()
    page.get_by_label("1.5x").check()
    main.click()
    expect(page.get_by_text("Not saved yet. Choose, then save.")).to_be_visible()
    assert main.all_inner_texts() == ["Save accommodations"]


def test_main_button_below_several_sections_is_below_their_fields(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    draft = [make_draft(owner=teacher).question_set.public_id]
    page = open_context(teacher).new_page()
    for name, args in (
        ("add_set", []),
        ("edit_source", draft),
        ("regrade_question", [assignment.public_id, 1]),
    ):
        page.goto(reverse(name, args=args))
        field, button = (
            page.locator(part).last.bounding_box() or {} for part in ("main .field > .in", "main .btn:not(.alt)")
        )
        assert (name, button["x"]) == (name, field["x"])


def test_draft_whose_questions_have_evidence_leads_on(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    page.goto(reverse("choose_evidence", args=[draft.question_set.public_id]))
    assert page.locator("main .btn:not(.alt)").all_inner_texts() == ["Next: Questions"]


def test_heading_of_a_reading_level_stands_clear_of_the_rule(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    page.goto(reverse("edit_level", args=[draft.question_set.public_id, "easier"]))
    heading = page.get_by_role("heading", name="Reading level: Easier")
    clear = heading.evaluate(
        "h2 => document.querySelector('.sec').getBoundingClientRect().top - h2.getBoundingClientRect().bottom"
    )
    assert clear >= 24


def test_help_of_a_first_class_is_no_heading(teacher: User, open_context: NewContext) -> None:
    """It was bold, as no other link to the help page is."""
    page = open_context(teacher).new_page()
    page.goto(reverse("teacher_home"))
    help_link = page.get_by_role("link", name="Help with your first class")
    assert help_link.evaluate("link => getComputedStyle(link).fontWeight") == "400"


def test_help_is_below_what_a_page_says_about_itself(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    classroom = [student.classroom.public_id]
    page = open_context(teacher).new_page()
    for name, args in (
        ("question_sets", []),
        ("assign", [assignment.edition.question_set.public_id]),
        *[(name, classroom) for name in ("add_students", "sign_in_cards")],
        ("paper_answers", [assignment.public_id]),
    ):
        page.goto(reverse(name, args=args))
        about, help_link = page.locator(".lede").last, page.locator("main [href*='/help/#']").first
        assert help_link.bounding_box()["y"] > about.bounding_box()["y"], name  # type: ignore[index]


def test_status_looks_the_same_as_a_heading(
    assignment: Assignment, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student).new_page()
    looks = []
    for name, args in (("student_home", []), ("start_attempt", [assignment.public_id])):
        page.goto(reverse(name, args=args))
        looks.append(page.locator(".sheet .tag").evaluate("tag => getComputedStyle(tag).font"))
    assert looks[0] == looks[1]


def test_classes_that_a_search_finds_have_no_leader_to_nothing(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    make_student(classroom=assignment.classroom, name="Perla P.")
    page = open_context(teacher).new_page()
    page.goto(reverse("search", query={"q": "Per"}))
    leaders = page.locator(".toc > li").evaluate_all(
        "all => all.map(one => [one.querySelector('.end') !== null, getComputedStyle(one, '::before').content])"
    )
    assert leaders == [[False, "none"], [True, '""']]


def test_ring_of_a_choice_in_a_table_is_whole(
    teacher: User, student: Student, assignment: Assignment, open_context: NewContext
) -> None:
    """The edge of a table that can scroll cut it off."""
    page = open_context(teacher, width=360).new_page()
    for name, public_id in (
        ("class_accommodations", student.classroom.public_id),
        ("extend_students", assignment.public_id),
    ):
        page.goto(reverse(name, args=[public_id]))
        box, frame = page.locator(".pickone input").first, page.locator(".scroll").first
        # The ring is 3 pixels wide, and 3 pixels away.
        assert box.bounding_box()["x"] - frame.bounding_box()["x"] >= 6, name  # type: ignore[index]
        assert overflow(page) == 0


def test_accommodations_of_a_student_take_one_line_each_on_a_phone(
    teacher: User, student: Student, open_context: NewContext
) -> None:
    other = make_student(classroom=student.classroom, name="Ben O.")
    set_accommodation(student, time_factor=Decimal("1.5"), by=teacher, now=timezone.now())
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("class_accommodations", args=[student.classroom.public_id]))
    given, none = (page.locator(".tbl tr", has_text=one.display_name).locator("td:visible") for one in (student, other))
    assert (given.all_inner_texts(), none.all_inner_texts()) == (["1.5x time"], [])
    # The name of the column, and the words.
    assert given.bounding_box()["height"] < 50  # type: ignore[index]


def test_extension_takes_three_lines_on_a_phone(
    teacher: User, assignment: Assignment, student: Student, open_context: NewContext
) -> None:
    close = timezone.now() + timedelta(days=1)
    Extension.objects.create(
        assignment=assignment, student=student, closes_at=close, extra_attempts=1, given_by=teacher, given_at=close
    )
    page = open_context(teacher, width=360).new_page()
    page.goto(reverse("extend_students", args=[assignment.public_id]))
    words = page.locator(".tbl small")
    expect(words).to_contain_text("and 1 extra attempt")
    assert words.bounding_box()["height"] <= 63  # type: ignore[index]


def test_change_for_several_students_is_in_sight_before_a_long_list(
    teacher: User, assignment: Assignment, open_context: NewContext
) -> None:
    for number in range(30):
        make_student(classroom=assignment.classroom, name=f"Student {number}")
    Assignment.objects.update(closes_at=None, max_attempts=1)
    page = open_context(teacher, javascript=False).new_page()
    session = page.context.new_cdp_session(page)
    for name, public_id, field, button in (
        ("class_accommodations", assignment.classroom.public_id, "time", "Save for these students"),
        ("extend_students", assignment.public_id, "extra_attempts", "Save extensions"),
    ):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(reverse(name, args=[public_id]))
            main = page.get_by_role("button", name=button)
            expect(main).to_be_in_viewport(ratio=1)
            names = page.locator(".tbl .pickone input")
            top = page.locator(f"[name={field}]").bounding_box()["y"]  # type: ignore[index]
            assert top < names.first.bounding_box()["y"], (name, width)  # type: ignore[index]
            names.nth(7).check()
            names.nth(8).check()
            expect(main).to_be_in_viewport(ratio=1)
            nodes = session.send("Accessibility.getFullAXTree")["nodes"]
            assert "2" in {node["name"]["value"] for node in nodes if "name" in node}, (name, width)


def test_quiz_of_a_sample_school_fits_the_window(attempt: Attempt, open_context: NewContext, settings: Any) -> None:
    """The tabs of a phone were below the window, by the height of the line about the sample school."""
    settings.DEMO = True
    page = open_context(attempt.student).new_page()
    for width, height in ((360, 740), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(reverse("take_attempt", args=[attempt.public_id, 1]))
        expect(page.get_by_text("Sample school: the students and their answers are made up.")).to_be_in_viewport(
            ratio=1
        )
        assert page.evaluate("document.documentElement.scrollHeight") == height
        if width == 360:
            expect(page.locator("label:has(#v-read)")).to_be_in_viewport(ratio=1)
            expect(page.locator("label:has(#v-q)")).to_be_in_viewport(ratio=1)


# Where the words of an element end, in pixels.
END_OF_WORDS = """all => all.map((one) => {
  const words = document.createRange();
  words.selectNodeContents([...one.childNodes].find((part) => part.nodeType === Node.TEXT_NODE && part.data.trim()));
  return words.getBoundingClientRect().bottom;
})"""


def test_words_of_a_row_stand_on_one_line(teacher: User, open_context: NewContext) -> None:
    User.objects.update(is_staff=True)
    page = open_context(teacher).new_page()
    page.goto(reverse("administration"))
    row = page.get_by_role("row").filter(has_text="Administrator")
    name, email = (row.locator(cell).evaluate_all(END_OF_WORDS)[0] for cell in (".tag", "td"))
    assert abs(name - email) < 2
    page.goto(reverse("export_questions", args=[make_draft(owner=teacher).question_set.public_id]))
    row = page.get_by_role("row").filter(has_text="things").first
    assert row.locator("summary").count() == 1
    ends = [row.locator(cell).evaluate_all(END_OF_WORDS)[0] for cell in ("th", "td >> nth=0", "summary")]
    assert max(ends) - min(ends) < 1
