"""Supports in Chromium: read-aloud with a voice of the test."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from quizzes.attempts.breaks import start_break
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.models import Answer, Assignment, Attempt, Classroom, Student, SupportMark, User
from tests.browser.conftest import NewContext, becomes_true, go_offline, out_of_reach, overflow, violations
from tests.browser.test_every_page import HIDDEN_FOCUS
from tests.factories import make_assignment, make_attempt, make_document, make_edition
from tests.integration.twin_documents import twins
from tests.slow_cases import slow_after

# A voice that says nothing by itself: `finish()` ends what it says, and `said` lists what it was told to say.
VOICE = """
(() => {
  window.said = [];
  const voices = [{ lang: "en-US", localService: LOCAL, default: true, name: "Test" }];
  const synth = new EventTarget();
  Object.assign(synth, {
    getVoices: () => voices,
    speak: (utterance) => { window.now = utterance; window.said.push(utterance.text); },
    cancel: () => {},
  });
  Object.defineProperty(window, "speechSynthesis", { value: synth });
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  window.finish = () => window.now.onend();
})();
"""

# How many pixels at the end of the choice with the focus are below the window or under a bar.
HIDDEN_PART = """() => {
  const label = document.activeElement.closest("label");
  const box = label.getBoundingClientRect();
  const isShown = (y) => label.contains(document.elementFromPoint(box.left + 60, y));
  let hidden = 0;
  while (hidden < box.height && !isShown(box.bottom - 3 - hidden)) hidden += 1;
  return hidden;
}"""


@pytest.fixture
def attempt(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt, begun now."""
    assignment = make_assignment(
        edition=make_edition(document=make_document()),
        classroom=classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    return make_attempt(assignment=assignment, student=student, started_at=timezone.now())


def open_question(page: Page, attempt: Attempt, number: int = 1) -> None:
    page.goto(reverse("take_attempt", args=[attempt.public_id, number]))


def page_with_voice(context: BrowserContext) -> Page:
    """A new page of a device that has a voice for English."""
    context.add_init_script(VOICE.replace("LOCAL", "true"))
    return context.new_page()


def said(page: Page) -> list[str]:
    found: list[str] = page.evaluate("said")
    return found


def test_read_aloud_reads_what_the_page_shows_by_keyboard(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True})
    page = page_with_voice(open_context(student, width=360, height=740))
    open_question(page, attempt)
    hear = page.get_by_role("button", name="Hear the question")
    hear.focus()
    # The panes below cover what is beyond the bar.
    assert hear.evaluate(
        """button => {
          const { outlineOffset, outlineWidth } = getComputedStyle(button);
          const beyond = parseFloat(outlineOffset) + parseFloat(outlineWidth);
          const ring = button.getBoundingClientRect();
          return ring.bottom + beyond <= button.closest(".quiz > .tools").getBoundingClientRect().bottom;
        }"""
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    spoken = page.locator("[data-speaking]")
    # What to do, such as “Choose one answer”, the question, the choices
    hint, stem = (page.locator(place).inner_text().strip() for place in (".q-no > span", "#stem"))
    expect(spoken).to_have_text(hint)
    page.evaluate("finish()")
    expect(spoken).to_have_id("stem")
    choices = page.locator(".opt > span").all_inner_texts()
    page.evaluate("finish()")
    expect(spoken).to_have_text(choices[0])
    assert said(page) == [hint, stem, choices[0]]
    assert (violations(page), overflow(page)) == ([], 0)

    page.get_by_role("button", name="Next sentence").press("Enter")
    page.get_by_role("button", name="Sentence before").press("Enter")
    assert said(page) == [hint, stem, *choices[:2], choices[0]]
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    assert said(page)[-1] == choices[0]
    page.get_by_label("Speed").select_option("1.5")
    assert page.evaluate("now.rate") == 1.5
    page.keyboard.press("Escape")
    expect(hear).to_be_focused()
    expect(spoken).to_have_count(0)

    # The reading comes into sight, sentence by sentence and without the numbers.
    page.get_by_role("button", name="Hear the reading").press("Enter")
    expect(page.locator("#v-read")).to_be_checked()
    # After the title, the line about the date.
    page.evaluate("finish(), finish()")
    expect(spoken).to_have_id("s1")
    assert said(page)[-1] == page.locator("#s1").inner_text().removeprefix("1").strip()

    # The speed holds on the next question, where the text is chosen in the reading.
    number = attempt.assignment.edition.questions.get(type="evidence").position
    open_question(page, attempt, number)
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    page.get_by_role("button", name="Hear the reading").press("Enter")
    expect(spoken).to_have_text(page.locator(".pick label > span:last-child").first.inner_text())
    assert violations(page) == []


def test_practice_is_read_aloud_as_the_quiz(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    Attempt.objects.update(supports={"read_aloud": True, "line_focus": True, "cross_out": True, "notes": True})
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    submit_attempt(attempt, now=timezone.now())
    page = page_with_voice(open_context(student, width=360, height=740))
    page.goto(reverse("practice_question", args=[attempt.public_id, 1]))
    page.get_by_role("button", name="Hear the question").click()
    assert said(page) == [page.locator(".q-no > span").inner_text().strip()]
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Hear the reading").click()
    assert len(said(page)) == 2
    expect(page.get_by_role("button", name="Line focus")).to_be_visible()
    # They keep what a student makes in the attempt, and it is turned in.
    assert page.get_by_role("button", name=re.compile("Cross out|Highlight")).count() == 0
    assert (violations(page), overflow(page)) == ([], 0)
    assert SupportMark.objects.count() == 0


def test_focus_stays_in_sight_when_the_voice_ends_or_stalls(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True})
    page = page_with_voice(open_context(student))
    open_question(page, attempt)
    hear = page.get_by_role("button", name="Hear the question")
    spoken = page.locator("[data-speaking]")
    hear.press("Enter")
    for _ in range(2 + page.locator(".opt").count()):
        page.evaluate("finish()")
    expect(spoken).to_have_count(0)
    expect(hear).to_be_focused()

    hear.press("Enter")
    for _ in range(3):
        page.evaluate("now.onerror()")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    # A student whose focus is on an answer can stop the voice from there.
    choice = page.locator(".opt input").first
    choice.focus()
    page.keyboard.press("Escape")
    expect(spoken).to_have_count(0)
    expect(choice).to_be_focused()


def test_read_aloud_comes_after_typing_and_says_what_a_written_answer_needs(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    edition = make_edition(document=twins(1, ["free_text"])[0])
    assignment = make_assignment(edition=edition, classroom=student.classroom, created_at=timezone.now())
    written = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    page = page_with_voice(open_context(student))
    open_question(page, written)
    answer = page.locator("#answers textarea")
    answer.press_sequentially("The mayor")
    # The next heartbeat finds what a teacher gives while the page is open.
    Attempt.objects.update(supports={"read_aloud": True})
    page.evaluate("window.isFirst = true")
    for _ in range(2):
        with page.expect_response("**/here/"):
            page.evaluate("dispatchEvent(new Event('online'))")
    assert page.evaluate("window.isFirst") is True
    expect(answer).to_be_focused()
    flag = page.get_by_role("button", name="Flag for later")
    flag.focus()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_role("button", name="Hear the question")).to_be_visible()
    expect(flag).to_be_focused()
    page.get_by_role("button", name="Hear the question").press("Enter")
    expect(answer).to_have_value("The mayor")
    while page.locator("[data-speaking]").count():
        page.evaluate("finish()")
    criteria = page.locator(".field .hint li").all_inner_texts()
    assert criteria
    assert [line for line in criteria if line not in " ".join(said(page))] == []


def test_supports_do_not_lengthen_the_page_and_speak_its_language(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={**DISPLAY, "text_size": 200})
    Student.objects.update(language="es")
    page = open_context(student, height=500).new_page()
    open_question(page, attempt)
    page.get_by_role("button", name="Resaltar", exact=True).press("Enter")
    mark = page.get_by_role("button", name="Resaltar la oración 1", exact=True)
    expect(mark).to_have_attribute("lang", "es")
    expect(page.locator("article.reading")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Tachar:")).not_to_have_count(0)
    # The two panes scroll, and the page does not.
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0


def test_voice_that_stopped_is_said_in_a_region_that_was_there(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True})
    page = page_with_voice(open_context(student))
    open_question(page, attempt)
    page.get_by_role("button", name="Hear the question").press("Enter")
    region = page.locator("[data-read-aloud] [role=status]")
    expect(region).to_have_text("")
    page.evaluate("window.before = document.querySelector('[data-read-aloud] [role=status]')")
    # As often as a piece is tried.
    page.evaluate("now.onerror(), now.onerror(), now.onerror()")
    expect(region).to_have_text("The voice stopped. Press Play.")
    assert page.evaluate("window.before.isConnected")
    assert violations(page) == []
    page.get_by_role("button", name="Play", exact=True).press("Enter")
    expect(region).to_have_text("")


def test_without_a_voice_of_the_device_a_notice_takes_the_place_of_the_buttons(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True})
    context = open_context(student)
    # The only voice would send the text away.
    context.add_init_script(VOICE.replace("LOCAL", "false"))
    page = context.new_page()
    open_question(page, attempt)
    expect(page.get_by_text("This device has no voice for this text.")).to_be_visible()
    expect(page.get_by_role("button", name="Hear")).to_have_count(0)
    help_page = open_context().new_page()
    help_page.goto(reverse("help"))
    expect(help_page.locator("main")).to_contain_text("A device without a voice for the text says so.")
    assert violations(page) == []


DISPLAY = {
    "spacing": True,
    "plain_font": True,
    "line_focus": True,
    "cross_out": True,
    "read_aloud": True,
    "notes": True,
}


@pytest.mark.parametrize(
    ("color", "size", "dark"), slow_after(1, [("yellow", 200, False), ("blue", 150, True), ("inverse", 200, True)])
)
def test_display_supports_fit_and_have_contrast(
    color: str, size: int, dark: bool, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    supports = {**DISPLAY, "text_size": size, "color": color}
    Attempt.objects.update(supports=supports)
    Student.objects.update(supports=supports)
    page = page_with_voice(open_context(student, dark=dark))
    own = [attempt.public_id]
    count = attempt.assignment.edition.questions.count()
    addresses = [reverse("take_attempt", args=[*own, number]) for number in range(1, count + 1)]
    wide = []
    for address in [*addresses, reverse("review_attempt", args=own), reverse("student_home")]:
        page.goto(address)
        if address in addresses:
            expect(page.get_by_role("button", name="Line focus")).to_be_visible()
        assert violations(page) == []
        for width in (320, 360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            if overflow(page) > 0:
                wide.append((address, width, overflow(page)))
    assert wide == []
    assert page.evaluate("document.fonts.check('16px Lexend')")


def test_largest_text_leaves_room_for_the_work_on_a_phone(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    supports = {"text_size": 200, "cross_out": True}
    Attempt.objects.update(supports=supports)
    Student.objects.update(supports=supports)
    page = open_context(student, width=320, height=640).new_page()
    questions = attempt.assignment.edition.questions
    # A sentence is in sight as a whole line, between the bar above and the bar below.
    open_question(page, attempt, questions.get(type="evidence").position)
    sentence = page.locator(".pick label").nth(2)
    sentence.evaluate("sentence => sentence.scrollIntoView()")
    box = sentence.bounding_box()
    assert box is not None
    middle = [box["x"] + box["width"] / 2, box["y"] + 60]
    assert sentence.evaluate("(sentence, at) => sentence.contains(document.elementFromPoint(...at))", middle)
    # What has the focus is not under the bar below.
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate(HIDDEN_FOCUS) == []
    page.set_viewport_size({"width": 320, "height": 640})
    # No button breaks a word.
    open_question(page, attempt)
    page.locator(".switch label", has_text="Question").click()
    expect(page.locator(".cross").first).to_be_visible()
    text = page.locator(".opt > span").first.bounding_box()
    assert text is not None
    assert text["width"] > 160
    for label in page.locator(".switch label").all():
        assert label.evaluate("label => label.clientHeight / label.currentCSSZoom") < 60
    # A number of two digits stays on one line.
    number = page.locator(".q-no b")
    assert (
        number.evaluate(
            "b => { b.textContent = '10'; return b.clientHeight / parseFloat(getComputedStyle(b).fontSize) }"
        )
        < 1.5
    )
    # Else the heartbeat of the page may lead to the receipt at the same moment.
    page.goto("about:blank")
    submit_attempt(attempt, now=timezone.now())
    page.goto(reverse("receipt", args=[attempt.public_id]))
    code = page.locator("p.say")
    assert code.evaluate("code => code.clientHeight < 2 * parseFloat(getComputedStyle(code).lineHeight)")


def test_crossed_out_choice_survives_a_reload_offline_work_and_another_device(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"cross_out": True})
    number = attempt.assignment.edition.questions.get(type="single").position
    context = open_context(student, width=360, watched=False)
    page = context.new_page()
    open_question(page, attempt, number)
    choices = [text.strip() for text in page.locator(".opt > span").all_text_contents()]
    first, second = (page.get_by_role("button", name=f"Cross out: {choice}") for choice in choices[:2])
    page.locator("label:has(#v-q)").click()
    with page.expect_response("**/marks/"):
        first.press("Enter")
    go_offline(context)
    second.click()
    # It is still a choice, and it stays crossed out on the way to another question and back.
    page.get_by_role("radio", name=choices[0]).check(force=True)
    expect(page.locator("[data-crossed]")).to_have_count(2)
    expect(page.get_by_role("radio", name=choices[0])).to_have_accessible_description("Crossed out")
    expect(page.get_by_role("radio", name=choices[2])).to_have_accessible_description("")
    with page.expect_response("**/marks/"):
        context.set_offline(False)
    other = open_context(student).new_page()
    open_question(other, attempt, number)
    expect(other.locator("[data-crossed]")).to_have_count(2)
    expect(other.get_by_role("button", name=f"Cross out: {choices[0]}")).to_have_attribute("aria-pressed", "true")
    with other.expect_response("**/marks/"):
        other.get_by_role("button", name=f"Cross out: {choices[0]}").click()
    page.reload()
    expect(page.locator("[data-crossed]")).to_have_count(1)
    used = SupportMark.objects.filter(kind="used").values_list("place", flat=True)
    assert list(used) == ["cross_out"]
    # “True” and “False” have the same tokens in every question.
    edition = make_edition(document=twins(1, ["true_false"])[0])
    quiz = make_assignment(edition=edition, classroom=attempt.assignment.classroom, created_at=timezone.now())
    quiz_attempt = make_attempt(assignment=quiz, student=student, started_at=timezone.now())
    Attempt.objects.update(supports={"cross_out": True})
    open_question(other, quiz_attempt)
    with other.expect_response("**/marks/"):
        other.get_by_role("button", name="Cross out: False").click()
    other.reload()
    expect(other.locator("[data-crossed]")).to_have_count(1)
    assert SupportMark.objects.filter(attempt=quiz_attempt, kind="crossed").get().place == "1-false"


# A request of a timer ends after half a second, instead of 10.
SOON = """
const later = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => later(act, ms === 10000 ? 500 : ms, ...rest);
"""


@pytest.mark.parametrize("reply", [{"status": 200, "body": "<p>blocked"}, None], ids=["filter's page", "no reply"])
def test_supports_work_when_their_marks_do_not_come(
    reply: dict[str, Any] | None, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True, "cross_out": True})
    context = open_context(student, watched=False)
    context.add_init_script(VOICE.replace("LOCAL", "true"))
    context.add_init_script(SOON)
    page = context.new_page()
    page.route("**/marks/", lambda route: route.fulfill(**reply) if reply else None)
    open_question(page, attempt, attempt.assignment.edition.questions.get(type="single").position)
    expect(page.get_by_role("button", name="Hear the question")).to_be_visible()
    cross_out = page.get_by_role("button", name="Cross out:").first
    # The next POST must not be taken for this one, so this one ends first.
    end = "requestfinished" if reply else "requestfailed"
    with page.expect_event(end, lambda request: request.url.endswith("/marks/") and request.method == "POST"):
        cross_out.click()
    # The site has not said that it keeps the mark, so the next page sends it.
    page.unroute_all()
    with page.expect_response(lambda reply: reply.url.endswith("/marks/") and reply.request.method == "POST"):
        page.reload()
    expect(page.locator("[data-crossed]")).to_have_count(1)
    assert SupportMark.objects.filter(kind="crossed").count() == 1


def test_supports_that_come_late_wait_for_the_end_of_a_press(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True, "cross_out": True, "line_focus": True})
    page = page_with_voice(open_context(student))
    held: list[Route] = []
    page.route("**/marks/", lambda route: route.continue_() if held else held.append(route))
    open_question(page, attempt, attempt.assignment.edition.questions.get(type="single").position)
    assert becomes_true(page, lambda: held)
    choice = page.locator("label.opt").last
    choice.hover()
    page.mouse.down()
    with page.expect_response("**/marks/"):
        held[0].continue_()
    # The page has read the reply by then.
    page.evaluate("fetch('/livez')")
    expect(page.get_by_role("button", name=re.compile("Cross out:"))).to_have_count(0)
    expect(page.get_by_role("button", name="Hear the question")).to_be_hidden()
    page.mouse.up()
    expect(choice.locator("input")).to_be_checked()
    expect(page.get_by_role("button", name="Hear the question")).to_be_visible()


def test_page_does_not_follow_the_voice_under_a_press(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"read_aloud": True})
    page = page_with_voice(open_context(student))
    open_question(page, attempt)
    page.get_by_role("button", name="Hear the reading").click()
    first = page.locator("[data-speaking]").inner_text()
    page.locator("label.opt").last.hover()
    page.mouse.down()
    page.evaluate("finish()")
    assert len(said(page)) == 2
    expect(page.locator("[data-speaking]")).to_have_text(first)
    page.mouse.up()
    expect(page.locator("[data-speaking]")).not_to_have_text(first)


# The lines of the reading that an edge of the band cuts, by more than 1 pixel.
CUT_LINES = """() => {
  const shades = ["above", "below"].map((name) => document.querySelector(`.shade.${name}`));
  const [above, below] = shades.map((shade) => shade.getBoundingClientRect());
  const cut = [];
  for (const paragraph of document.querySelectorAll(".reading p:not(.small)")) {
    const box = paragraph.getBoundingClientRect();
    const count = Math.round(box.height / parseFloat(getComputedStyle(paragraph).lineHeight));
    for (const edge of [above.bottom, below.top]) {
      const into = ((edge - box.top) / box.height) * count;
      const off = Math.abs(into - Math.round(into)) * (box.height / count);
      if (edge > box.top && edge < box.bottom && off > 1) cut.push([edge, off]);
    }
  }
  return cut;
}"""


def test_line_focus_follows_keyboard_and_pointer_and_stays_on(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"line_focus": True})
    page = open_context(student).new_page()
    open_question(page, attempt)
    toggle = page.get_by_role("button", name="Line focus")
    with page.expect_response("**/marks/"):
        toggle.press("Enter")
    expect(page.locator(".shade")).to_have_count(2)

    def band() -> tuple[float, float]:
        above, below = (page.locator(f".shade.{name}").bounding_box() for name in ("above", "below"))
        assert above is not None
        assert below is not None
        return above["height"], below["y"]

    top, bottom = band()
    assert 60 < bottom - top < 150
    page.get_by_role("button", name="Lines below").press("Enter")
    line = band()[0]
    page.keyboard.press("ArrowDown")
    assert band()[0] > line > top
    page.keyboard.press("ArrowUp")
    assert band()[0] == line
    choice = page.locator(".opt").last.bounding_box()
    assert choice is not None
    page.mouse.move(choice["x"] + 5, choice["y"] + 5)
    assert band()[0] < choice["y"] < band()[1]
    # What is shaded can be used.
    page.locator(".opt input").first.check()
    assert violations(page) == []
    page.reload()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".shade")).to_have_count(2)
    toggle.click()
    expect(page.locator(".shade")).to_have_count(0)


def test_line_focus_shows_whole_lines_of_the_reading(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"line_focus": True})
    page = open_context(student, width=1280, height=900).new_page()
    open_question(page, attempt)
    page.get_by_role("button", name="Line focus").press("Enter")
    paragraph = page.locator(".reading p").last
    paragraph.scroll_into_view_if_needed()
    box = paragraph.bounding_box()
    assert box is not None
    for offset in range(int(box["height"])):
        page.mouse.move(box["x"] + 40, box["y"] + offset)
        cut = page.evaluate(CUT_LINES)
        assert cut == [], offset


def test_line_focus_follows_the_voice(attempt: Attempt, student: Student, open_context: NewContext) -> None:
    Attempt.objects.update(supports={"line_focus": True})
    page = page_with_voice(open_context(student))
    # Otherwise no page scrolls smoothly.
    page.emulate_media(reduced_motion="no-preference")
    open_question(page, attempt)
    expect(page.get_by_role("button", name="Line focus")).to_be_visible()
    # The next heartbeat finds what a teacher gives while the page is open.
    Attempt.objects.update(supports={"line_focus": True, "read_aloud": True})
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="Hear the reading").press("Enter")
    page.get_by_role("button", name="Line focus").press("Enter")

    places = set()
    for _ in range(4):
        spoken, above, below = (
            page.locator(name).bounding_box() for name in ("[data-speaking]", ".shade.above", ".shade.below")
        )
        assert spoken is not None
        assert above is not None
        assert below is not None
        assert above["height"] <= spoken["y"] + spoken["height"] / 2 <= below["y"]
        places.add(above["height"])
        page.evaluate("finish()")
    assert len(places) > 1


def test_line_focus_shows_its_lines_below_open_notes(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"line_focus": True, "notes": True})
    page = open_context(student, width=360, height=780).new_page()
    open_question(page, attempt)
    page.get_by_role("button", name="Line focus").press("Enter")
    page.get_by_text("Notes", exact=True).press("Enter")
    expect(page.get_by_label("Your notes on the reading")).to_be_visible()
    bottom = "bar => bar.getBoundingClientRect().bottom <= document.querySelector('.shade.above').offsetHeight + 1"
    page.wait_for_function(bottom, arg=page.locator("[data-tools]").first.element_handle())


def test_line_focus_is_at_the_focus_after_supports_changed(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"line_focus": True})
    page = open_context(student, width=1280, height=900).new_page()
    open_question(page, attempt)
    with page.expect_response("**/marks/"):
        page.get_by_role("button", name="Line focus").press("Enter")
    choice = page.locator("#question input[name=choice]").last
    choice.focus()
    Attempt.objects.update(supports={"line_focus": True, "text_size": 125, "notes": True})
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new Event('online'))")

    expect(choice).to_be_focused()
    expect(page.locator(".shade")).to_have_count(2)
    page.wait_for_function(
        """choice => {
          const [above, below] = ["above", "below"].map((name) => document.querySelector(`.shade.${name}`));
          const { top, bottom } = choice.getBoundingClientRect();
          const middle = (top + bottom) / 2;
          return above.getBoundingClientRect().bottom <= middle && middle <= below.getBoundingClientRect().top;
        }""",
        arg=choice.element_handle(),
    )


def test_line_focus_does_not_shade_the_notice_of_work_offline(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"line_focus": True, "text_size": 200})
    context = open_context(student, width=320, height=568, watched=False)
    page = context.new_page()
    open_question(page, attempt)
    page.locator(".switch label", has_text="Question").click()
    page.get_by_role("button", name="Line focus").press("Enter")
    go_offline(context)
    page.locator(".opt input").first.check()
    notice = page.locator(".notice", has_text="You’re offline")
    expect(notice).to_be_visible()
    layers = [
        place.evaluate("(place) => Number(getComputedStyle(place).zIndex)")
        for place in (notice, page.locator(".shade").first)
    ]
    assert layers[0] > layers[1]
    # With the largest text, it leaves room for the question.
    page.locator(".fold summary").click()
    assert out_of_reach(page.locator(".fold p:visible, .opt, .acts .btn, .switch label")) == []
    # Only the quiz scrolls. Below it, the page would be empty.
    assert page.evaluate("document.documentElement.scrollHeight") == 568


def test_highlights_and_notes_are_there_again_on_another_device(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"notes": True})
    context = open_context(student, width=360, watched=False)
    page = context.new_page()
    open_question(page, attempt)
    page.get_by_role("button", name="Highlight", exact=True).press("Enter")
    # By keyboard, and by a tap on the sentence.
    page.get_by_role("button", name="Highlight sentence 2").press("Enter")
    go_offline(context)
    page.locator("#s3").click(position={"x": 60, "y": 12})
    assert violations(page) == []
    page.get_by_text("Notes", exact=True).click()
    page.get_by_label("Your notes on the reading").fill("Who said this?")
    page.get_by_label("Your notes on the reading").blur()
    assert (violations(page), overflow(page)) == ([], 0)
    with page.expect_response("**/marks/"):
        context.set_offline(False)
    expect(page.locator("[data-highlighted]")).to_have_count(2)

    other = open_context(student, watched=False).new_page()
    open_question(other, attempt, 2)
    expect(other.locator("[data-highlighted]")).to_have_count(2)
    expect(other.get_by_label("Your notes on the reading")).to_have_value("Who said this?")
    # Without the tool, a tap changes nothing.
    other.locator("#s2").click()
    expect(other.locator("[data-highlighted]")).to_have_count(2)
    other.get_by_role("button", name="Highlight", exact=True).click()
    with other.expect_response("**/marks/"):
        other.get_by_role("button", name="Highlight sentence 2").click()
    other.reload()
    expect(other.locator("[data-highlighted]")).to_have_id("s3")

    # An empty field would replace the note, so it waits until the site has sent what it keeps.
    other.route("**/marks/", lambda route: route.fulfill(status=502))
    with other.expect_response("**/marks/"):
        other.reload()
    expect(other.get_by_text("Notes", exact=True)).to_be_hidden()
    other.unroute_all()
    other.evaluate("window.dispatchEvent(new Event('online'))")
    expect(other.get_by_label("Your notes on the reading")).to_have_value("Who said this?")
    assert SupportMark.objects.get(kind="note").value == "Who said this?"


def test_open_notes_leave_the_question_in_sight_on_a_small_phone(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    Attempt.objects.update(supports={"notes": True})
    Assignment.objects.update(release=Assignment.Release.AT_ONCE)
    page = open_context(student, width=320, height=568).new_page()
    open_question(page, attempt)
    page.locator(".switch label", has_text="Question").click()
    summary = page.locator("[data-notes] summary")
    expect(summary).to_be_visible()
    place_of_button = summary.bounding_box()
    summary.click()
    assert summary.bounding_box() == place_of_button
    places = [page.locator("label.opt").first, page.get_by_role("button", name="Check my answer")]
    for place in [*places, page.get_by_role("button", name="Skip for now")]:
        assert out_of_reach(place) == []


def test_focus_is_in_sight_when_changed_supports_open_the_notes(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    supports = {"read_aloud": True, "line_focus": True, "cross_out": True, "notes": True}
    Attempt.objects.update(supports=supports)
    page = page_with_voice(open_context(student, width=360, height=740))
    # The first question opens at the reading, the others at the question.
    open_question(page, attempt, 2)
    page.locator("[data-notes] summary").click()
    with page.expect_response("**/marks/"):
        page.locator("#support-notes").fill("My note")
    flag = page.get_by_role("button", name="Flag for later")
    flag.focus()
    Attempt.objects.update(supports=supports | {"spacing": True})
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#support-notes")).to_be_visible()
    expect(flag).to_be_focused()
    expect(flag).to_be_in_viewport(ratio=0.9)
    assert out_of_reach(flag) == []


def test_whole_choice_is_in_sight_when_changed_supports_open_the_notes(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    supports = {"read_aloud": True, "line_focus": True, "cross_out": True, "notes": True}
    Attempt.objects.update(supports=supports)
    page = page_with_voice(open_context(student, width=360, height=740))
    open_question(page, attempt, 2)
    page.locator("[data-notes] summary").click()
    with page.expect_response("**/marks/"):
        page.locator("#support-notes").fill("My note")
    choice = page.locator("#question input[name=choice]").first
    for size in (100, 125, 200):
        choice.focus()
        Attempt.objects.update(supports=supports | {"spacing": True, "text_size": size})
        with page.expect_navigation():
            page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("#support-notes")).to_be_visible()
        expect(choice).to_be_focused()
        assert becomes_true(page, lambda: page.evaluate(HIDDEN_PART) == 0), (size, page.evaluate(HIDDEN_PART))


@pytest.mark.parametrize(("number", "shown"), [(1, "#v-q"), (2, "#v-read")])
def test_changed_supports_leave_the_view_of_a_phone(
    number: int, shown: str, attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    page = open_context(student, width=360, height=740).new_page()
    # The first question opens at the reading, the others at the question.
    open_question(page, attempt, number)
    page.locator(f"label:has({shown})").click()
    choice = page.locator("#question input[type=radio]").first
    if shown == "#v-q":
        choice.focus()
    Attempt.objects.update(supports={"spacing": True})
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(shown)).to_be_checked()
    if shown == "#v-q":
        expect(choice).to_be_focused()


@pytest.mark.slow
def test_teachers_page_of_accommodations_fits_and_is_accessible(
    attempt: Attempt, student: Student, teacher: User, open_context: NewContext
) -> None:
    Student.objects.update(supports={**DISPLAY, "text_size": 150, "color": "blue"})
    page = open_context(teacher, dark=True).new_page()
    addresses = [
        reverse("class_accommodations", args=[student.classroom.public_id]),
        reverse("change_classroom", args=[student.classroom.public_id]),
        reverse("student_history", args=[student.public_id]),
    ]
    wide = []
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert violations(page) == []
        for width in (320, 360, 600, 768, 1024, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if overflow(page) > 0:
                wide.append((address, width, overflow(page)))
    assert wide == []


@pytest.mark.slow
def test_break_by_keyboard_stops_the_clock_until_an_answer_comes_from_a_device_offline(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    limit = timedelta(minutes=20)
    supports = {"break_minutes": 10}
    Assignment.objects.update(time_limit=limit)
    Attempt.objects.update(supports=supports, time_limit=limit, deadline_at=attempt.started_at + limit)
    context = open_context(student, width=360, watched=False)
    page, phone = context.new_page(), open_context(student, watched=False)
    offline = phone.new_page()
    number = attempt.assignment.edition.questions.get(type="single").position
    open_question(offline, attempt, number)
    go_offline(phone)
    offline.locator(".opt input").first.check(force=True)

    open_question(page, attempt, number)
    page.locator("label:has(#v-q)").click()
    take = page.get_by_role("button", name="Take a break (10 min)")
    expect(take).to_be_visible()
    assert (violations(page), overflow(page)) == ([], 0)
    stem = page.locator("#stem").inner_text().strip()
    take.press("Enter")
    back = page.get_by_role("button", name="Go back to the quiz")
    expect(back).to_be_visible()
    expect(page.get_by_text(stem)).to_have_count(0)
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert (violations(page), overflow(page)) == ([], 0)
    # The minutes count down on the page.
    place = page.locator("[data-break-left]")
    expect(place).to_have_text("10 min left")
    # Someone sets the clock of the device back by an hour.
    page.evaluate("() => { const back = Date.now() - 3_600_000; Date.now = () => back; }")
    for seconds, minutes in ((200, 4), (50, 1)):
        place.evaluate("(node, seconds) => { node.dataset.breakLeft = seconds; }", seconds)
        expect(place).to_have_text(f"{minutes} min left")
    # Offline, the way back says what it needs and stays.
    go_offline(context)
    back.press("Enter")
    expect(page.get_by_text("You need to be online for that.")).to_be_visible()
    context.set_offline(False)

    back.press("Enter")
    take = page.get_by_role("button", name="Take a break")
    expect(take).to_be_visible()
    assert Answer.objects.count() == 0

    take.press("Enter")
    expect(back).to_be_visible()
    phone.set_offline(False)
    offline.evaluate("window.dispatchEvent(new Event('online'))")
    # The answer counts, so the break is over on both pages.
    expect(take).to_be_visible()
    assert Answer.objects.get().value is not None
    expect(offline.get_by_role("heading", name="You’re on a break")).to_have_count(0)
    expect(page.locator("[data-minutes]")).to_have_text("20 min left")


def test_break_is_counted_while_the_phone_is_locked(
    attempt: Attempt, student: Student, open_context: NewContext
) -> None:
    limit = timedelta(minutes=20)
    Attempt.objects.update(supports={"break_minutes": 10}, time_limit=limit, deadline_at=attempt.started_at + limit)
    start_break(attempt.pk, now=timezone.now())
    page = open_context(student, width=360).new_page()
    page.clock.install()
    # A locked phone stops this clock.
    page.add_init_script("performance.now = () => 0")
    open_question(page, attempt)
    expect(page.locator("[data-break-left]")).to_have_text("10 min left")
    page.clock.fast_forward("06:30")
    expect(page.locator("[data-break-left]")).to_have_text("4 min left")
