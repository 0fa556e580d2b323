"""The editor in a real browser: a story becomes an edition, each field saves by itself, two windows keep the peace."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, Route, expect

from quizzes.content.drafts.document import question_of, sentence_tables
from quizzes.content.drafts.publishing import publish
from quizzes.content.drafts.saving import save_reading
from quizzes.content.drafts.saving_questions import remove_question, save_question
from quizzes.models import Draft, Edition, QuestionSet, User
from tests.browser.conftest import (
    NewContext,
    assert_sound,
    assert_sound_at,
    becomes_true,
    go_offline,
    overflow,
    violations,
)
from tests.drafting import BUILT_IN, EXAMPLES
from tests.factories import NOW, make_draft
from tests.slow_cases import slow_after

STORY = """The Riverton town council voted on Tuesday to close the Mill Street library on Sundays. Five voted yes.

Mayor Dana Ortiz said the town will save 40,000 dollars a year. Parents said Sunday is their only free day."""


def saved(page: Page) -> None:
    expect(page.locator("#draft-state")).to_contain_text("Saved at")


def press_save(page: Page) -> None:
    """Press the last “Save”, and wait for the page that answers it: it would end a visit that begins before."""
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_load_state("networkidle")


def open_editor(page: Page, draft: Draft, key: str = "one") -> None:
    page.goto(reverse("edit_question", args=[draft.question_set.public_id, key]))


def stem_of(draft: Draft) -> str:
    question = question_of(Draft.objects.get(pk=draft.pk).document, "one")
    return question["stem"] if question else ""


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_a_story_becomes_an_edition(javascript: bool, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, javascript=javascript).new_page()
    page.goto(reverse("question_sets"))
    page.get_by_role("link", name="Create question set").click()
    page.get_by_label("Question set title").fill("Library hours")
    page.get_by_label("Story title").fill("Council shuts library on Sundays")
    page.get_by_label("Publisher").fill("The Riverton Post")
    page.get_by_label("Published on").fill("2026-10-20")
    page.get_by_label(re.compile("Link and short quotes only")).check()
    page.get_by_role("button", name="Create question set").click()

    page.get_by_label("Text", exact=True).fill(STORY)
    page.get_by_role("button", name="Split into sentences").click()
    page.get_by_role("link", name="Speakers", exact=True).click()
    page.get_by_label("Another speaker").fill("Mayor’s account")
    page.get_by_role("button", name="Save speakers").click()
    page.get_by_role("link", name="Go to the reading").click()
    page.get_by_label("Said by, sentence 3").select_option("Mayor’s account")
    page.get_by_role("textbox", name="Level (optional)", exact=True).fill("Grade 7")
    press_save(page)
    draft = Draft.objects.get()
    assert [table["voice"] for table in sentence_tables(draft.document)] == [
        "reporter",
        "reporter",
        "mayors-account",
        "reporter",
    ]

    page.get_by_role("link", name="Objectives", exact=True).click()
    page.get_by_label("Objective 1", exact=True).fill("What was decided")
    page.get_by_label("Questions needed, objective 1").fill("2")
    press_save(page)
    page.get_by_role("link", name="Questions", exact=True).click()
    page.get_by_role("button", name="Add question").click()
    write_question(page, "What did the council vote on?", ["*A library", "A school", "A bridge"], evidence="1")
    # Publish saves what was typed before it looks for problems.
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("main")).to_contain_text("What was decided 1 of 2")
    page.get_by_label("Why publish with missing questions?").fill("One is enough to try it.")
    page.get_by_role("button", name="Publish anyway").click()
    expect(page.locator("main")).to_contain_text("Version 1 is published.")
    assert Edition.objects.get().note == "One is enough to try it."
    if javascript:
        assert violations(page) == []


# Not while it is captured: Playwright stops there what would reach another element, and clicks again.
CLICKS = """addEventListener("pointerdown", () => {
  localStorage.clicks = Number(localStorage.clicks || 0) + 1;
})"""


def test_a_set_of_one_question_is_published_in_six_clicks(teacher: User, open_context: NewContext) -> None:
    context = open_context(teacher)
    context.add_init_script(CLICKS)
    page = context.new_page()
    page.goto(reverse("question_sets"))
    page.get_by_role("link", name="Create question set").click()
    page.get_by_label("Question set title").fill("Library hours")
    page.get_by_label("Story title").fill("Council shuts library on Sundays")
    page.get_by_label("Publisher").fill("The Riverton Post")
    page.get_by_label("Published on").fill("2026-10-20")
    page.get_by_label("Text", exact=True).fill(STORY)
    page.get_by_label(re.compile("Link and short quotes only")).check()
    page.get_by_role("button", name="Create question set").click()
    expect(page.locator("main")).to_contain_text("These sentences sound like quotes: 3, 4.")

    page.get_by_label(re.compile(r"^Question 1")).fill("What did the council vote on?")
    page.get_by_label("Answer 1", exact=True).fill("A library")
    page.get_by_label("Answer 2", exact=True).fill("A school")
    page.locator(".pick label").first.click()
    page.get_by_label("Answer 1 is the correct one").check()
    page.get_by_role("button", name="Publish").click()

    expect(page.locator("main")).to_contain_text("Version 1 is published.")
    assert page.evaluate("Number(localStorage.clicks)") == 6
    [edition] = Edition.objects.filter(question_set__owner=teacher)
    assert [question["stem"] for question in edition.document["questions"]] == ["What did the council vote on?"]


def test_what_is_left_to_fix_follows_another_tab(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    save_question(draft, "one", {"stem": ""}, seen=1, by=teacher, now=NOW)
    page = open_context(teacher).new_page()
    open_editor(page, draft, "some")
    expect(page.get_by_role("button", name="Publish: 1 to fix")).to_be_visible()

    save_question(draft, "one", {"stem": "What is kept?"}, seen=2, by=teacher, now=NOW)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.get_by_role("button", name="Publish version 1")).to_be_visible()
    # The page has no newer revision: a save must still find what changed.
    assert page.locator("input[name=revision]").first.input_value() == "2"


def test_publish_waits_for_a_save_that_is_under_way(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    save_question(draft, "one", {"stem": "", "evidence": []}, seen=1, by=teacher, now=NOW)
    page = open_context(teacher).new_page()
    open_editor(page, draft)
    expect(page.get_by_role("button", name="Publish: 2 to fix")).to_be_visible()
    held = []
    page.route("**/questions/one/", lambda route: held.append(route) if not held else route.continue_())

    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    with page.expect_request("**/questions/one/"):
        page.get_by_label("Points").focus()
    page.locator(".pick label").first.click()
    page.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(re.compile("/questions/one/$"))
    held[0].continue_()

    expect(page.locator("main")).to_contain_text("Version 1 is published.")
    assert Edition.objects.get().document["questions"][0]["stem"] == "What is kept?"


def write_question(page: Page, stem: str, choices: list[str], *, evidence: str) -> None:
    """choices: a star marks the key."""
    page.get_by_label(re.compile(r"^Question 1")).fill(stem)
    page.locator(".pick label").filter(has=page.locator(".n", has_text=re.compile(f"^{evidence}$"))).click()
    for number, choice in enumerate(choices, start=1):
        page.get_by_label(f"Answer {number}", exact=True).fill(choice.removeprefix("*"))
        if choice.startswith("*"):
            page.get_by_label(f"Answer {number} is the correct one").check()
        else:
            page.get_by_label(f"Feedback for answer {number}").fill("It is a public building.")
    page.get_by_label("Explanation").fill("The first sentence says so.")


@pytest.mark.parametrize(
    ("field", "keys", "control"),
    [
        ("Points", "Tab", "#cited-speakers a"),
        ("Type of new question", "Shift+Tab", "#question-list li:last-child a"),
        ("Explanation", "", "#question-preview input[type=radio] >> nth=0"),
    ],
    ids=["link", "list", "preview"],
)
def test_a_save_leaves_the_focus_on_a_control_that_it_replaces(
    field: str, keys: str, control: str, teacher: User, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)
    page.evaluate("document.querySelector('#question-list a').dataset.old = ''")
    place = page.get_by_label(field)
    place.focus()
    page.keyboard.press("ArrowDown" if keys == "Shift+Tab" else "2")
    if keys:
        page.keyboard.press(keys)
    else:
        page.locator(control).focus()
    expect(page.locator(control)).to_be_focused()
    expect(page.locator("[data-old]")).to_have_count(0)
    expect(page.locator(control)).to_be_focused()


def test_a_save_that_replaces_nothing_remembers_no_focus(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher).new_page()
    open_editor(page, make_draft(owner=teacher))
    # As another script may do, once.
    page.evaluate(
        """document.addEventListener("htmx:oobBeforeSwap", function once({ detail }) {
          if (detail.target.id !== "cited-speakers") return;
          detail.shouldSwap = false;
          document.removeEventListener("htmx:oobBeforeSwap", once);
        })"""
    )
    page.get_by_label("Points").focus()
    page.keyboard.press("2")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.keyboard.press("Tab")
    expect(page.locator("#cited-speakers a").first).to_be_focused()
    saved(page)
    page.evaluate("document.activeElement.blur()")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.locator("form[data-draft]").first.evaluate("form => form.dispatchEvent(new Event('change'))")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.activeElement === document.body")


def test_a_field_saves_by_itself_when_it_is_left(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)

    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    expect(page.locator("#draft-state")).to_have_text("Not saved yet")
    page.get_by_label("Points").focus()
    saved(page)

    assert stem_of(draft) == "What is kept?"
    expect(page.locator("#question-list")).to_contain_text("What is kept?")
    expect(page.locator("#question-preview")).to_contain_text("What is kept?")
    # Focus stays where it went, and the button that comes after the save meets no conflict.
    expect(page.get_by_label("Points")).to_be_focused()
    page.get_by_label("Answer 1", exact=True).fill("A visa")
    page.get_by_role("button", name="Duplicate").click()
    page.wait_for_url(re.compile("/questions/q-"))
    assert [table["choices"][0]["text"] for table in Draft.objects.get().document["questions"][:2]] == ["A visa"] * 2


def test_many_fields_in_a_row_all_arrive(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)

    for number in (1, 2, 3):
        page.get_by_label(f"Answer {number}", exact=True).fill(f"Choice {number}")
        page.get_by_label(f"Feedback for answer {number}").fill(f"Why {number}")
    page.get_by_label("Explanation").fill("Because.")
    page.get_by_label("Points").focus()
    saved(page)
    page.wait_for_load_state("networkidle")

    question = question_of(Draft.objects.get().document, "one")
    assert question is not None
    assert [(row["text"], row["rationale"]) for row in question["choices"]] == [
        (f"Choice {number}", f"Why {number}") for number in (1, 2, 3)
    ]
    assert question["explanation"] == "Because."


def test_two_windows_on_one_question_keep_both_versions(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    context = open_context(teacher)
    first, second = context.new_page(), context.new_page()
    open_editor(first, draft)
    open_editor(second, draft)

    first.get_by_label(re.compile(r"^Question 1")).fill("From the first window?")
    first.get_by_label("Points").focus()
    saved(first)
    # A screen reader reads out what changes in a live region, and not a new region.
    second.evaluate("window.stateBefore = document.querySelector('#draft-state')")
    second.get_by_role("textbox", name="Question 1", exact=True).fill("From the second window?")
    second.get_by_label("Points").focus()

    expect(second.get_by_role("alert")).to_contain_text("This was changed in another window")
    expect(second.get_by_role("alert")).to_contain_text("From the first window?")
    expect(second.get_by_label(re.compile(r"^Question 1"))).to_have_value("From the second window?")
    expect(second.locator("#draft-state")).to_contain_text("Not saved: changed in another window")
    assert second.evaluate("window.stateBefore.isConnected")
    assert stem_of(draft) == "From the first window?"
    assert violations(second) == []
    assert second.locator("main .btn:not(.alt):visible").all_inner_texts() == ["Save and next"]
    second.get_by_role("button", name="Keep mine").click()
    saved(second)
    assert stem_of(draft) == "From the second window?"


def test_a_save_that_does_not_arrive_is_not_called_saved(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    context = open_context(teacher, watched=False)
    page = context.new_page()
    open_editor(page, draft)
    go_offline(context)

    page.get_by_label(re.compile(r"^Question 1")).fill("Typed offline?")
    page.get_by_label("Points").focus()
    expect(page.locator("#draft-state")).to_contain_text("Not saved. Your text is still here")
    assert stem_of(draft) != "Typed offline?"

    context.set_offline(False)
    page.get_by_role("button", name="Save", exact=True).first.click()
    saved(page)
    assert stem_of(draft) == "Typed offline?"


def test_text_in_a_question_that_another_window_removed_is_kept(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher, watched=False).new_page()
    open_editor(page, draft)
    remove_question(draft, "one", seen=1, by=teacher, now=NOW)

    page.get_by_label(re.compile(r"^Question 1")).fill("Typed here?")
    page.get_by_label("Points").focus()
    expect(page.locator("#draft-state")).to_contain_text("Not saved: removed in another window")
    page.get_by_role("button", name="Save", exact=True).first.click()

    expect(page.locator("main")).to_contain_text("It’s in the draft again.")
    expect(page.get_by_label(re.compile(r"^Question 1"))).to_have_value("Typed here?")
    page.get_by_role("button", name="Keep mine").click()
    saved(page)
    assert stem_of(draft) == "Typed here?"


def test_a_page_of_something_in_between_is_no_save(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher, watched=False).new_page()
    open_editor(page, draft)
    page.route("**/questions/one/", lambda route: route.fulfill(content_type="text/html", body="<p>Blocked."))

    page.get_by_label(re.compile(r"^Question 1")).fill("Typed behind a filter?")
    page.get_by_label("Points").focus()
    expect(page.locator("#draft-state")).to_contain_text("Not saved. Your text is still here")
    assert leave(page, to=reverse("question_sets")) == ["beforeunload"]

    page.unroute_all()
    page.get_by_role("button", name="Save", exact=True).first.click()
    saved(page)
    assert stem_of(draft) == "Typed behind a filter?"


@pytest.mark.slow
def test_a_page_asks_before_it_is_left_with_unsaved_text(
    teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    draft = [make_draft(owner=teacher).question_set.public_id]
    page = open_context(teacher).new_page()
    for name, args, label in (
        ("add_set", [], "Text"),
        ("replace_text", draft, "Text"),
        ("edit_speakers", draft, "Another speaker"),
        ("edit_words", draft, "Word 1"),
        ("replace_level_text", [*draft, "easier"], "Text"),
        ("edit_translation", [*draft, "es", "one"], "Question"),
        ("edit_question_picture", [*draft, "one"], "What the picture shows"),
    ):
        with subtests.test(name):
            # Nobody dismisses the question here, so the page is left.
            page.goto(reverse(name, args=args))
            field = page.get_by_label(label, exact=True)
            field.fill("Not saved by itself")

            asked = leave(page, to=reverse("question_sets"))

            assert asked == ["beforeunload"]
            assert field.input_value() == "Not saved by itself"


def leave(page: Page, *, to: str) -> list[str]:
    """Press a link to this address, and stay if the page asks. Returns the kinds of its questions."""
    asked = press_link(page, to=to)
    page.wait_for_load_state("networkidle")
    return asked


def press_link(page: Page, *, to: str) -> list[str]:
    """Press a link to this address, and stay if the page asks. Its question appears in the list."""
    page.evaluate(
        "to => document.querySelector('main').append(Object.assign(document.createElement('a'), "
        "{href: to, textContent: 'Leave'}))",
        to,
    )

    asked = stay_and_note(page)
    page.get_by_role("link", name="Leave", exact=True).last.click()
    return asked


def stay_and_note(page: Page) -> list[str]:
    """Stay on the page when it asks next. Its question appears in the list."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    return asked


def test_a_save_does_not_call_saved_what_was_typed_meanwhile(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)
    held: list[Route] = []
    page.route("**/questions/one/", lambda route: held.append(route))

    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    with page.expect_request("**/questions/one/"):
        page.get_by_label("Explanation").focus()
    page.keyboard.type("The first sentence")
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        held[0].continue_()
    expect(page.locator("#question-list")).to_contain_text("What is kept?")
    expect(page.locator("#draft-state")).to_have_text("Not saved yet")
    page.unroute_all()
    page.get_by_label("Points").focus()
    saved(page)


@pytest.mark.parametrize("refusal", ["conflict", "points"])
def test_a_page_is_not_left_before_it_says_that_a_save_was_refused(
    refusal: str, teacher: User, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)
    if refusal == "conflict":
        save_question(draft, "one", {"stem": "From another window?"}, seen=1, by=teacher, now=NOW)
        page.get_by_label(re.compile(r"^Question 1")).fill("Typed here?")
    else:
        page.get_by_label("Points").fill("9999")

    # The link is pressed while the field saves itself. So no page asks, and the refusal is shown.
    held: list[Route] = []
    page.route("**/questions/one/", lambda route: held.append(route))
    with page.expect_request("**/questions/one/"):
        asked = press_link(page, to=reverse("question_sets"))
    while not held:
        page.wait_for_timeout(10)
    held[0].continue_()
    expect(page.locator("#draft-state .bad")).to_be_visible()
    assert asked == []
    page.unroute_all()
    if refusal != "conflict":
        # The error above the form is in no live region.
        expect(page.get_by_role("status")).to_contain_text("Not saved: Points. Enter 1 to 100 points.")
    assert leave(page, to=reverse("question_sets")) == ["beforeunload"]
    if refusal == "conflict":
        expect(page.get_by_label(re.compile(r"^Question 1"))).to_have_value("Typed here?")
        page.get_by_role("link", name="Use the other version").click()
        expect(page.get_by_label(re.compile(r"^Question 1"))).to_have_value("From another window?")


HINT_BELOW = """summary => summary.nextElementSibling.querySelector(".hint").getBoundingClientRect().top
  - summary.getBoundingClientRect().bottom"""


def test_a_link_waits_for_a_save_and_then_leads_on(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)
    held: list[Route] = []
    page.route("**/questions/one/", lambda route: held.append(route))

    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    with page.expect_request("**/questions/one/"):
        page.get_by_role("link", name="Objectives", exact=True).click()
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile("/questions/one/$"))
    held[0].continue_()

    expect(page).to_have_url(re.compile("/objectives/$"))
    assert stem_of(draft) == "What is kept?"
    # The ring around an open summary reaches 6 pixels out.
    summary = page.locator("details", has_text="Remove").first.locator("summary")
    summary.click()
    assert summary.evaluate(HINT_BELOW) > 6


def open_with_a_tip_and_a_held_save(context: BrowserContext, teacher: User) -> tuple[Page, Locator, list[Route]]:
    """The editor with a reason for a writing tip and with other points, its tips, and the save that is held back."""
    page = context.new_page()
    open_editor(page, make_draft(owner=teacher))
    page.get_by_label("Answer 2", exact=True).fill("all of the above")
    page.get_by_label("Points").focus()
    tips = page.locator("#question-tips")
    expect(tips.get_by_role("button", name="Keep").first).to_be_visible()
    saved(page)
    tips.get_by_role("textbox").first.fill("As told.")
    held: list[Route] = []
    page.route("**/questions/one/", lambda route: route.continue_() if held else held.append(route))
    page.get_by_label("Points").fill("2")
    return page, tips, held


@pytest.mark.parametrize("key", ["", "Space"], ids=["mouse", "key"])
def test_press_during_a_reply_reaches_a_button_that_it_replaces(
    key: str, teacher: User, open_context: NewContext
) -> None:
    page, tips, held = open_with_a_tip_and_a_held_save(open_context(teacher), teacher)
    keep = tips.get_by_role("button", name="Keep").first
    keep.focus()
    assert becomes_true(page, lambda: held)
    tips.evaluate("part => { part.dataset.old = ''; }")
    keep.hover()
    page.keyboard.down(key) if key else page.mouse.down()
    with page.expect_response("**/questions/one/"):
        held[0].continue_()
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    expect(page.locator("[data-old]")).to_have_count(1)
    page.keyboard.up(key) if key else page.mouse.up()
    expect(tips).to_contain_text("Reason: As told.")


def test_button_that_waits_for_a_save_is_pressed_after_the_save_has_replaced_it(
    teacher: User, open_context: NewContext
) -> None:
    page, tips, held = open_with_a_tip_and_a_held_save(open_context(teacher), teacher)
    tips.get_by_role("button", name="Keep").first.click()
    assert becomes_true(page, lambda: held)
    held[0].continue_()
    expect(tips).to_contain_text("Reason: As told.")


def test_a_link_does_not_wait_for_a_save_without_a_reply(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    context = open_context(teacher, watched=False)
    # Instead of a test of 15 seconds.
    context.add_init_script("addEventListener('htmx:beforeSend', ({ detail }) => { detail.xhr.timeout /= 20; })")
    page = context.new_page()
    open_editor(page, draft)
    page.route("**/questions/one/", lambda route: None)

    page.get_by_label(re.compile(r"^Question 1")).fill("What is kept?")
    with page.expect_request("**/questions/one/"):
        page.get_by_role("link", name="Objectives", exact=True).click()
    expect(page.locator("#draft-state")).to_contain_text("Not saved. Your text is still here")
    assert leave(page, to=reverse("edit_objectives", args=[draft.question_set.public_id])) == ["beforeunload"]

    page.unroute_all()
    page.get_by_role("button", name="Save", exact=True).last.click()
    saved(page)
    assert stem_of(draft) == "What is kept?"


def test_an_error_goes_when_its_field_is_saved(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    page.goto(reverse("edit_source", args=[draft.question_set.public_id]))
    link = page.get_by_role("textbox", name="Link (optional)")
    link.fill("ledger")
    press_save(page)
    expect(page.locator("#draft-form .err")).to_have_count(1)

    # The press saves the field that it leaves. The reply removes the error above what is pressed.
    link.fill("https://ledger.example/")
    choice = page.get_by_label(re.compile("Link and short quotes only"))
    choice.hover()
    with page.expect_response("**/source/"):
        page.mouse.down()
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    assert page.locator("#draft-form .err").count() == 1
    page.mouse.up()

    expect(choice).to_be_checked()
    expect(page.locator("#draft-state")).to_contain_text("Saved at")
    expect(page.locator("#draft-form .err")).to_have_count(0)
    expect(link).not_to_have_attribute("aria-invalid", "true")


def test_a_save_after_a_sign_in_in_another_tab_arrives(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    context = open_context(teacher, watched=False)
    page = context.new_page()
    open_editor(page, draft)
    # A sign-in changes the token of all forms.
    [cookie] = [cookie for cookie in context.cookies() if cookie["name"] == "csrftoken"]
    context.add_cookies([{"name": "csrftoken", "value": "A" * 32, "domain": cookie["domain"], "path": "/"}])

    page.get_by_label(re.compile(r"^Question 1")).fill("Typed the next morning?")
    page.get_by_label("Points").focus()

    saved(page)
    assert stem_of(draft) == "Typed the next morning?"


def test_the_editor_works_by_keyboard_alone(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)

    # Enter in a line saves, and does nothing else.
    page.get_by_label("Answer 1", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("A passport")
    page.keyboard.press("Enter")
    saved(page)
    document = Draft.objects.get().document
    assert (len(document["questions"]), document["questions"][0]["choices"][0]["text"]) == (4, "A passport")
    # Sentences are chosen with the space bar.
    page.get_by_role("checkbox", name=re.compile("It also records an address")).focus()
    page.keyboard.press("Space")
    expect(page.locator("#cited-speakers")).to_contain_text("2: Reported fact")
    # The button that moves a question keeps the focus, so that it moves the question on.
    saved(page)
    page.get_by_role("button", name="Move question 1 down").focus()
    for place in (2, 3):
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Move question {place} down")).to_be_focused()
    expect(page.locator(".qlist [aria-current]")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move question 4 down")).to_be_disabled()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Duplicate")).to_be_focused()
    # A new row is in view, above the button that adds the next one.
    page.get_by_role("button", name="Add an answer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Answer 4", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Add an answer")).to_be_focused()


@pytest.mark.parametrize("javascript", slow_after(1, [True, False]), ids=["script", "no-script"])
def test_sentences_of_an_answer_are_chosen_by_number_or_in_the_reading(
    javascript: bool, teacher: User, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher, javascript=javascript).new_page()
    open_editor(page, draft)

    # All but the feedback is folded until somebody asks for it.
    expect(page.get_by_label("What’s wrong with answer 1")).to_be_hidden()
    expect(page.get_by_label("Feedback for answer 1")).to_be_visible()
    page.locator("details", has_text=": answer 1").locator("summary").click()
    group = page.get_by_role("group", name="Sentences that suggest answer 1")
    before = question_of(draft.document, "one")
    assert before is not None
    if javascript:
        group.get_by_role("button", name="Choose in the reading").click()
        page.locator("[data-sentence=s5]").click()
        page.locator("[data-sentence=s6]").click()
        page.locator("[data-sentence=s6]").click()
        page.get_by_role("button", name="Done").click()
        expect(group.get_by_role("button")).to_be_focused()
        assert violations(page) == []
    else:
        group.get_by_role("checkbox", name="Sentence 5", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.wait_for_load_state("networkidle")
    saved(page)

    question = question_of(Draft.objects.get().document, "one")
    assert question is not None
    assert question["choices"][0]["leans_on"] == [*before["choices"][0].get("leans_on", []), "s5"]
    assert question["evidence"] == before["evidence"]


def test_another_type_brings_its_own_fields(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    page = open_context(teacher).new_page()
    open_editor(page, draft)

    page.get_by_label("Type", exact=True).select_option("Who says so?")

    expect(page.get_by_label("Statement 1", exact=True)).to_be_visible()
    assert violations(page) == []


# Fields for words in which a line of an answer does not fit.
NARROW_FIELDS = """() => [...document.querySelectorAll("main :is(textarea, input[type=text], select)")]
  .filter((field) => field.checkVisibility() && field.getBoundingClientRect().width < 120)
  .map((field) => field.name)"""


@pytest.mark.slow
def test_the_editor_of_every_type_fits_a_phone_and_is_accessible(
    teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    page = open_context(teacher, width=360, height=740).new_page()
    for table in EXAMPLES:
        with subtests.test(table["type"]):
            draft = make_draft(owner=teacher, document={**BUILT_IN.document, "questions": [table]})
            open_editor(page, draft, table["key"])
            assert_sound(page)
            assert page.evaluate(NARROW_FIELDS) == []

            page.goto(reverse("preview_draft", args=[draft.question_set.public_id, 1]))
            assert_sound(page)


def test_question_comes_before_its_evidence(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=360, height=740).new_page()
    open_editor(page, make_draft(owner=teacher))
    places = [page.locator(part) for part in ("#id_stem", "[name=evidence] >> nth=0", "[value=next]")]
    tops = [box["y"] for place in places if (box := place.bounding_box())]
    assert (len(tops), tops) == (3, sorted(tops))
    # On a phone, the list is above the question, and its links lead past it.
    page.locator("#question-list a").nth(1).click()
    expect(page.locator("#id_stem")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("#question-list a").first.click()
    expect(page.locator("#question-list a").first).to_have_attribute("aria-current", "page")
    page.wait_for_load_state()
    expect(page.locator(".brand")).to_be_in_viewport(ratio=1)
    stem, evidence, button = [box for place in places if (box := place.bounding_box())]
    assert (evidence["x"] < stem["x"], button["x"] == stem["x"], button["y"] > stem["y"]) == (True, True, True)


def test_reading_shows_whole_sentences_on_a_phone(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher, document=BUILT_IN.document)
    page = open_context(teacher, width=360, height=740).new_page()
    page.goto(reverse("edit_reading", args=[draft.question_set.public_id]))
    hidden = page.locator(".answers textarea").evaluate_all(
        "boxes => boxes.map((one) => one.scrollHeight - one.clientHeight)"
    )
    assert (len(hidden) > 20, max(hidden)) == (True, 0)


# Upper and lower edges of the fields of two rows, top to bottom.
EDGES = """fields => fields.slice(0, 4).flatMap((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return [top, bottom];
})"""


def test_fields_of_a_row_are_closer_than_rows_on_a_phone(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=360, height=740).new_page()
    page.goto(reverse("edit_speakers", args=[make_draft(owner=teacher).question_set.public_id]))
    edges = page.locator("#draft-form .cols > .field").evaluate_all(EDGES)
    assert edges[2] - edges[1] < edges[4] - edges[3]

    # What is not saved was said on the rule of the first section.
    names = page.locator("#draft-form .field input")
    names.nth(1).fill(names.nth(0).input_value())
    page.get_by_role("button", name="Save speakers").click()
    note = page.locator("#draft-notes .err").bounding_box()
    section = page.locator(".sec").first.bounding_box()
    assert note
    assert section
    assert section["y"] - note["y"] - note["height"] >= 16


def test_no_sentence_shows_below_the_count_of_the_evidence(teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, height=500).new_page()
    open_editor(page, make_draft(owner=teacher))
    ends = page.locator(".desk > .sheet, .desk .pickbar").evaluate_all(
        "both => both.map(one => Math.round(one.getBoundingClientRect().bottom))"
    )
    # The edge of the sheet is 1 pixel.
    assert ends[0] - ends[1] == 1


def test_publishing_is_accessible_with_all_that_it_can_say(teacher: User, open_context: NewContext) -> None:
    draft = make_draft(owner=teacher)
    publish(draft, seen=1, note="", by=teacher, now=NOW)
    choices = [{"text": "It is never told", "rationale": "A."}, {"text": "Birthplace", "rationale": "B.", "key": True}]
    save_question(draft, "one", {"choices": choices}, seen=1, by=teacher, now=NOW)
    save_reading(draft, {}, {"s3": "The mayor said nothing."}, {}, seen=9, by=teacher, now=NOW)
    page = open_context(teacher).new_page()
    for name in ("publish_set", "edit_orphans"):
        page.goto(reverse(name, args=[draft.question_set.public_id]))
        assert_sound_at(page, 1280, 360)
    expect(page.locator("main")).to_contain_text("This quote isn’t in the reading.")


@pytest.mark.slow
def test_lists_of_sets_and_the_undo_notice_are_accessible(teacher: User, open_context: NewContext) -> None:
    draft, deleted, archived = (make_draft(owner=teacher) for _ in range(3))
    QuestionSet.objects.filter(pk=deleted.question_set_id).update(deleted_at=NOW)
    QuestionSet.objects.filter(pk=archived.question_set_id).update(archived_at=NOW)
    remove_question(draft, "some", seen=1, by=teacher, now=NOW)
    page = open_context(teacher).new_page()
    editor = reverse("edit_question", args=[draft.question_set.public_id, "one"])
    for address in (reverse("question_sets"), reverse("add_set"), editor):
        page.goto(address)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert (address, width, violations(page), overflow(page)) == (address, width, [], 0)
    # The editor is the last one.
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("Undone. It’s back.")
    assert len(Draft.objects.get(pk=draft.pk).document["questions"]) == 4


def test_the_page_of_proposed_evidence_asks_before_its_choices_are_lost(
    teacher: User, open_context: NewContext
) -> None:
    draft = make_draft(owner=teacher)
    draft.document["questions"][0]["evidence"] = []
    draft.save()
    page = open_context(teacher).new_page()
    page.goto(reverse("choose_evidence", args=[draft.question_set.public_id]))

    page.get_by_role("checkbox").first.check()
    asked = stay_and_note(page)
    page.get_by_role("link", name="Next: Questions").click()
    page.wait_for_load_state("networkidle")
    assert asked == ["beforeunload"]

    page.get_by_role("button", name="Save evidence").click()
    expect(page.locator("main")).to_contain_text("Evidence saved for 1 question.")
    page.get_by_role("link", name="Next: Questions").click()
    page.wait_for_url(re.compile(r"/edit/"))
