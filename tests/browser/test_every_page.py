"""Every page of the access table, filled, in both color schemes and down to 320 pixels: axe finds nothing.

Each is opened in Spanish, in English, and in the language of tests, whose texts are 40 % longer.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from quizzes.attempts import answers
from quizzes.attempts.answers import save_answer
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, Extension, QuestionSet, Student, User
from quizzes.views.language import LANGUAGE_COOKIE
from tests.browser import axe
from tests.browser.conftest import (
    NewContext,
    be_signed_in,
    dark_violations,
    light_violations,
    overflow,
    violations,
)
from tests.english_left import TEXTS, english_in, stored_texts
from tests.factories import (
    loaded,
    make_assignment,
    make_attempt,
    make_classroom,
    make_student,
    make_user,
    publish_built_in_sets,
    right_value,
)
from tests.integration.test_access import TABLE, School
from tests.integration.test_languages import using_pseudo_language
from tests.slow_cases import slow_after

# Replies to scripts, and fragments of pages that are here themselves.
NO_PAGES = {"livez", "readyz", "time_left", "questions_ahead", "live_progress", "live_board"}
NO_PAGES |= {"paced_question", "live_start_classroom", "live_running_class", "open_quizzes"}
# Files, figures, and what a learning platform calls over https.
NO_PAGES |= {"question_template", "picture", "support_marks", "metrics", "lti_keys", "lti_login", "lti_launch"}
NO_PAGES |= {"lti_connect", "lti_frame", "manifest", "offline_worker"}
PAGES = [name for name, row in TABLE.items() if row.method == "get" and name not in NO_PAGES]


@pytest.fixture
def school(db: None, teacher: User) -> School:
    """A class of three on the built-in set: one turned in (answered by halves), one at work, one not started."""
    publish_built_in_sets()
    now = timezone.now()
    classroom = make_classroom(teacher=teacher, name="Civics, Period 3", created_at=now)
    student, working, _ = (
        make_student(classroom=classroom, name=name, created_at=now) for name in ("Amara B.", "Ben O.", "Chidi O.")
    )
    edition = latest_edition(QuestionSet.objects.built_in().get(slug="pars-agreement"))
    assignment = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=now,
        due_at=now + timedelta(hours=3),
        time_limit=timedelta(minutes=40),
        max_attempts=2,
    )
    attempt = answer_half(make_attempt(assignment=assignment, student=student, started_at=now))
    answer_half(make_attempt(assignment=assignment, student=working, started_at=now))
    return School(teacher, student, assignment, attempt)


def answer_half(attempt: Attempt) -> Attempt:
    current = content_of(attempt)
    for place, question in enumerate(current.questions[::2]):
        save_answer(
            attempt,
            current.question_id(question),
            right_value(question),
            operation=f"half-{place}",
            seen_revision=0,
            now=timezone.now(),
        )
    return attempt


# The controls that nobody sees when they have the focus: outside the window, or under something else.
HIDDEN_FOCUS = """
() => {
  const hidden = [];
  const controls = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  for (const control of controls) {
    if (control.disabled || !control.checkVisibility({ visibilityProperty: true })) continue;
    control.focus();
    if (document.activeElement !== control) continue;
    const shown = control.closest("label") ?? control;
    // A link of two lines can have other words in the middle of its box.
    const isSeen = [...shown.getClientRects()].some(({ left, right, top, bottom }) => {
      const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
      const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
      const above = document.elementFromPoint(x, y);
      return above && (shown.contains(above) || above.contains(shown));
    });
    if (!isSeen) hidden.push(control.outerHTML.slice(0, 90));
  }
  return hidden;
}
"""


# The controls whose focus draws no ring: on themselves, or on the label or the cell around them.
NO_RING = """
() => [...document.querySelectorAll(
  "a[href], button, input, select, textarea, summary, [tabindex='0']",
)].filter((one) => {
  if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) return false;
  one.focus();
  if (document.activeElement !== one) return false;
  return ![one, one.closest("label, td, th, li")].some((part) => {
    const { outlineStyle, outlineWidth } = part ? getComputedStyle(part) : {};
    return part && outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
}).map((one) => one.outerHTML.slice(0, 90))
"""
# The controls whose target is smaller than 24 by 24 pixels, but for links inside a sentence.
SMALL_TARGETS = """
() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary",
)].filter((one) => {
  if (one.disabled || !one.checkVisibility({ visibilityProperty: true }) || one.closest(".vh, .skip")) return false;
  const isInline = getComputedStyle(one).display.startsWith("inline");
  const around = one.parentElement.innerText.trim().length;
  if (isInline && one.matches("a, button") && around > one.innerText.trim().length) return false;
  one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  // The first line of a link of several lines.
  const { left, top, width, height } = one.getClientRects()[0];
  const label = one.labels?.[0];
  const hits = (x, y) => {
    const found = document.elementFromPoint(left + width / 2 + x, top + height / 2 + y);
    return found && (one.contains(found) || label?.contains(found) || found.closest("label")?.control === one);
  };
  // Its size without what lies over it, along both lines through its middle.
  const steps = Array.from({ length: 61 }, (_, place) => place - 30);
  return steps.filter((x) => hits(x, 0)).length < 24 || steps.filter((y) => hits(0, y)).length < 24;
}).map((one) => one.outerHTML.slice(0, 90))
"""
# The ids that stand twice, in the page as the browser has it.
TWICE = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
}
"""
PRINT = {"en": "Print", "es": "Imprimir"}
PRINT_BUTTONS = "() => [...document.querySelectorAll('[data-print]')].map((one) => one.textContent)"
# Without the style sheets of the checks.
OWN_STYLE = "() => { document.adoptedStyleSheets = []; }"
# Text twice as large, as the setting of a browser for text alone.
LARGE_TEXT = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("html { font-size: 200% !important; }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
"""


# The spacing of WCAG 1.4.12, set as a reader's own tool sets it.
SPACED = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`p { margin-block-end: 2em !important; }
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
"""
# The texts that lie outside a box which cuts them off.
CUT_OFF = """
() => [...document.querySelectorAll("a, button, label, p, h1, h2, h3, th, td, li, summary, legend")].filter((box) => {
  const { overflowX, overflowY, clipPath } = getComputedStyle(box);
  if (!box.checkVisibility() || clipPath !== "none" || box.closest(".vh")) return false;
  const cuts = (how) => how === "hidden" || how === "clip";
  return (cuts(overflowX) && box.scrollWidth > box.clientWidth + 1) ||
    (cuts(overflowY) && box.scrollHeight > box.clientHeight + 1);
}).map((box) => box.outerHTML.slice(0, 90))
"""
# The regions that scroll to the side, those of closed details included.
SIDEWAYS = """
() => {
  const closed = [...document.querySelectorAll("main details:not([open])")];
  closed.forEach((one) => { one.open = true; });
  const regions = [...document.querySelectorAll("[role=region][tabindex='0']")];
  const wide = regions.filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1);
  const found = wide.map((one) => `${one.getAttribute("aria-label")}: ${one.scrollWidth - one.clientWidth}`);
  closed.forEach((one) => { one.open = false; });
  return found;
}
"""
# The words of at most 12 letters that break over two lines without a hyphen.
BROKEN_WORDS = """
() => {
  const broken = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    if (text.parentElement.closest(".vh, script, style, option, select, textarea")) continue;
    for (const { 0: word, index } of text.data.matchAll(/(?<!\\p{L})\\p{L}{2,12}(?!\\p{L})/gu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      // At the start of a line, a box without width can be at the end of the line before.
      const boxes = [...range.getClientRects()].filter((box) => box.width >= 1);
      const lines = new Set(boxes.map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(`${word} in ${text.parentElement.outerHTML.slice(0, 90)}`);
    }
  }
  return broken;
}
"""
# The labels that only repeat the heading of their section.
REPEATED = """
() => {
  const words = (one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("small, .vh").forEach((part) => part.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  return [...document.querySelectorAll("section")].flatMap((section) => {
    const heading = section.querySelector("h2, h3");
    const labels = [...section.querySelectorAll("label, legend")].filter((one) => one.checkVisibility());
    return heading ? labels.map(words).filter((label) => label === words(heading)) : [];
  });
}
"""
# The controls without a visible border, outline, or underline when the browser draws no backgrounds.
FLAT = """
() => [...document.querySelectorAll(".btn, input:not([type=hidden]), select, textarea")].filter((control) => {
  const shown = control.closest("label") ?? control;
  if (!control.checkVisibility({ visibilityProperty: true }) || control.closest(".vh")) return false;
  const hasEdge = (part) => parseFloat(getComputedStyle(part).borderTopWidth) > 0;
  return !hasEdge(control) && !hasEdge(shown) && getComputedStyle(control).appearance === "none";
}).map((control) => control.outerHTML.slice(0, 90))
"""


def person_for(name: str, school: School) -> Student | User | None:
    outcomes = TABLE[name].outcomes
    if outcomes["nobody"] == "page":
        return None
    if outcomes["student"] in {"page", "moves"}:
        return school.student
    return school.teacher if outcomes["teacher"] in {"page", "moves"} else make_user(is_staff=True)


@pytest.fixture(scope="module")
def pseudo_language(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As in tests/integration, but for the whole module: it empties the caches of a process."""
    with using_pseudo_language(tmp_path_factory.mktemp("locale")) as code:
        yield code


def open_in(language: str, page: Page, address: str) -> None:
    """Open the page in this language. address: with the host, if nothing is open yet."""
    page.context.add_cookies(
        [{"name": LANGUAGE_COOKIE, "value": language, "url": urljoin(page.url, urljoin(address, "/"))}]
    )
    page.goto(address)
    assert page.evaluate("document.documentElement.lang") == language


# Its details are those of /readyz, which is for programs and in English.
IN_ENGLISH = {"administration"}


# A student is a row there, and each quiz, objective or question is a column: to compare them, both stay in line.
GRIDS = {"classroom_gradebook", "classroom_mastery", "paper_answers", "assignment_results", "assign_retry"}
# The pages in parts, of which each has one school: making it takes a third of the time of a page.
PARTS = 16
# Only after the attempt is turned in.
SUBMITTED = {"receipt", "result"}


type ForEachPage = Callable[[int, Callable[[Page, str, str], None]], None]


@pytest.fixture
def for_each_page(school: School, open_context: NewContext, live_server: Any, subtests: pytest.Subtests) -> ForEachPage:
    """Calls a check with each page of a part, as the person who may open it: (open page, address, name)."""
    # One page for all: a new one each time, with its process, takes a sixth of the time.
    context = open_context()
    # Sent once, and not to each document.
    context.add_init_script(axe.SCRIPT)
    page = context.new_page()

    def run(part: int, check: Callable[[Page, str, str], None]) -> None:
        for name in sorted(PAGES[part::PARTS], key=SUBMITTED.__contains__):
            if name in SUBMITTED and school.attempt.is_open:
                submit_attempt(school.attempt, now=timezone.now())
            with subtests.test(name):
                be_signed_in(context, person_for(name, school), live_server.url)
                check(page, live_server.url + reverse(name, kwargs=TABLE[name].kwargs(school)), name)

    return run


# Spanish first: its texts are longer, and the other tests open the pages in English.
@pytest.mark.parametrize("language", slow_after(1, ["es", "en"]))
@pytest.mark.parametrize("part", range(PARTS))
def test_pages_are_accessible(part: int, language: str, for_each_page: ForEachPage) -> None:
    for_each_page(part, partial(check_page, language=language))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_pages_have_room_for_longer_texts(part: int, for_each_page: ForEachPage, pseudo_language: str) -> None:
    def check(page: Page, address: str, name: str) -> None:
        open_in(pseudo_language, page, address)
        assert english_in(page.evaluate(TEXTS), stored_texts()) == [] or name in IN_ENGLISH
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            assert (width, overflow(page), page.evaluate(CUT_OFF)) == (width, 0, [])

    for_each_page(part, check)


def test_plan_of_a_merge_is_accessible(school: School, open_context: NewContext, live_server: Any) -> None:
    """Of two students with work in progress on one quiz, and settings of each kind."""
    other = school.student.classroom.students.get(display_name="Ben O.")
    given = {"student": other, "given_by": school.teacher, "given_at": timezone.now()}
    Extension.objects.create(assignment=school.assignment, extra_attempts=1, **given)
    Accommodation.objects.create(student=other, time_factor=2, changed_at=timezone.now())
    for student, number in ((school.student, "1"), (other, "2")):
        Student.objects.filter(pk=student.pk).update(external_id=number)
    context = open_context(school.teacher)
    context.add_init_script(axe.SCRIPT)
    address = reverse("merge_student", args=[school.student.public_id], query={"other": other.public_id})
    check_page(context.new_page(), live_server.url + address, "merge_student")


def check_page(page: Page, address: str, name: str, *, language: str = "es") -> None:
    # Without locators, for which Playwright loads a script into each document.
    page.set_viewport_size({"width": 1280, "height": 900})
    open_in(language, page, address)
    # axe takes a third of this test, so it looks at each width in one color scheme, and in English in the other one.
    at_first, at_second = light_violations, dark_violations
    if language == "en":
        at_first, at_second = at_second, at_first
    assert at_first(page) == []
    assert page.evaluate(TWICE) == []
    assert page.evaluate(REPEATED) == []
    assert set(page.evaluate(PRINT_BUTTONS)) <= {PRINT[language]}
    assert page.evaluate(NO_RING) == []
    assert page.evaluate(SMALL_TARGETS) == []
    for width in (1024, 768, 720, 600, 360, 320):
        page.set_viewport_size({"width": width, "height": 900})
        assert (width, overflow(page)) == (width, 0)
    page.set_viewport_size({"width": 320, "height": 256})
    assert overflow(page) == 0
    assert page.evaluate(HIDDEN_FOCUS) == []
    page.emulate_media(forced_colors="active")
    assert page.evaluate(FLAT) == []
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate(BROKEN_WORDS) == []
    assert page.evaluate(SIDEWAYS) == [] or name in GRIDS
    page.evaluate(SPACED)
    assert overflow(page) == 0
    assert page.evaluate(CUT_OFF) == []
    page.evaluate(OWN_STYLE)
    assert at_second(page) == []
    page.evaluate(LARGE_TEXT)
    assert overflow(page) == 0
    page.set_viewport_size({"width": 1280, "height": 1024})
    assert (overflow(page), page.evaluate(CUT_OFF)) == (0, [])


def test_address_on_a_card_breaks_before_its_path(school: School, open_context: NewContext) -> None:
    page = open_context(school.teacher).new_page()
    page.goto(reverse("sign_in_cards", args=[school.assignment.classroom.public_id]))
    for width in range(320, 480, 4):
        page.set_viewport_size({"width": width, "height": 740})
        assert [word for word in page.evaluate(BROKEN_WORDS) if word.startswith("join ")] == []


STATES: dict[str, Callable[[School], None]] = {
    "not_open": lambda school: _change(school, opens_at=timezone.now() + timedelta(days=1), due_at=None),
    "closed": lambda school: _change(
        school, opens_at=None, due_at=None, closes_at=timezone.now() - timedelta(minutes=5)
    ),
    "not_released": lambda school: _change(
        school, due_at=None, closes_at=timezone.now() + timedelta(days=1), release=Assignment.Release.AFTER_CLOSE
    ),
    "never_released": lambda school: _change(school, release=Assignment.Release.NEVER),
}


@pytest.mark.slow
def test_student_pages_are_accessible_in_each_state(
    school: School, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    submit_attempt(school.attempt, now=timezone.now())
    assignment = school.assignment
    before = {name: getattr(assignment, name) for name in ("opens_at", "due_at", "closes_at", "release")}
    page = open_context(school.student, width=360).new_page()
    for state, change in STATES.items():
        _change(school, **before)
        change(school)
        for name, args in [
            ("student_home", []),
            ("start_attempt", [assignment.public_id]),
            ("receipt", [school.attempt.public_id]),
            ("result", [school.attempt.public_id]),
        ]:
            with subtests.test(state, page=name):
                page.goto(reverse(name, args=args))
                assert violations(page) == []


def test_every_question_of_the_built_in_set_is_accessible(school: School, open_context: NewContext) -> None:
    page = open_context(school.student, width=360).new_page()
    kinds = set()
    for number, question in enumerate(content_of(school.attempt).questions, start=1):
        if question.type in kinds:
            continue
        kinds.add(question.type)
        page.goto(reverse("take_attempt", args=[school.attempt.public_id, number]))
        assert violations(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert overflow(page) == 0
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate(HIDDEN_FOCUS) == []
        page.set_viewport_size({"width": 360, "height": 740})
    assert kinds == {"single", "multiple", "who_says_so", "evidence"}


def test_verdicts_are_accessible(school: School, open_context: NewContext) -> None:
    _change(school, release=Assignment.Release.AT_ONCE)
    current = content_of(school.attempt)
    page = open_context(school.student, width=360).new_page()
    for number in (1, 3):
        question_id = current.question_id(current.questions[number - 1])
        answers.check_answer(loaded(school.attempt), question_id, seen_revision=1, now=timezone.now())
        page.goto(reverse("take_attempt", args=[school.attempt.public_id, number]))
        assert page.locator(".verdict").is_visible()
        assert violations(page) == []


def test_empty_pages_are_accessible(teacher: User, open_context: NewContext) -> None:
    classroom = make_classroom(teacher=teacher, name="Advisory", created_at=timezone.now())
    student = make_student(classroom=classroom, created_at=timezone.now())
    page = open_context(teacher, width=360).new_page()
    for address in [
        reverse("teacher_home"),
        reverse("question_sets"),
        reverse("classroom_gradebook", args=[classroom.public_id]),
    ]:
        page.goto(address)
        assert violations(page) == []
    # The console reports a page that is not there, so nobody watches it.
    missing = open_context(teacher, width=360, watched=False).new_page()
    missing.goto("/teacher/nothing-here/")
    assert violations(missing) == []
    other = open_context(student, width=360).new_page()
    other.goto(reverse("student_home"))
    assert violations(other) == []


def _change(school: School, **fields: object) -> None:
    for name, value in fields.items():
        setattr(school.assignment, name, value)
    school.assignment.save()


# The sign-in cards with words over the QR code.
OVER_QR = """
() => [...document.querySelectorAll(".idcard")].filter((card) => {
  const code = card.querySelector("svg").getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(card.firstElementChild);
  return [...words.getClientRects()].some(({ right, bottom, top }) => (
    right > code.left + 1 && bottom > code.top && top < code.bottom));
}).length
"""


@pytest.mark.slow
def test_longest_names_without_a_space_break_no_page(
    school: School, open_context: NewContext, live_server: Any
) -> None:
    wide = []
    context = open_context()
    page = context.new_page()
    for name in PAGES:
        kwargs = TABLE[name].kwargs(school)
        # As long as each may be. Some pages have just made rows of their own.
        Student.objects.update(display_name="W" * 60)
        Classroom.objects.update(name="W" * 80)
        User.objects.update(name="W" * 60)
        Assignment.objects.update(own_title="W" * 80)
        QuestionSet.objects.filter(owner__isnull=False).update(title="W" * 80)
        be_signed_in(context, person_for(name, school), live_server.url)
        page.goto(reverse(name, kwargs=kwargs))
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if overflow(page) > 0:
                wide.append((name, width, overflow(page)))
        if name == "sign_in_cards":
            assert page.evaluate(OVER_QR) == 0
            page.emulate_media(media="print")
            assert page.evaluate(OVER_QR) == 0
            page.emulate_media(media="screen")
    assert wide == []


def test_gradebook_shows_three_rows_at_400_percent(school: School, open_context: NewContext) -> None:
    page = open_context(school.teacher, width=320, height=256).new_page()
    page.goto(reverse("classroom_gradebook", kwargs=TABLE["classroom_gradebook"].kwargs(school)))
    page.locator(".grid-wrap").scroll_into_view_if_needed()
    shown = page.evaluate("""
        () => {
          const wrap = document.querySelector(".grid-wrap");
          window.scrollTo(0, wrap.getBoundingClientRect().top + scrollY);
          const rows = [...wrap.querySelectorAll("tbody tr")];
          wrap.scrollTop += rows[0].getBoundingClientRect().top - wrap.getBoundingClientRect().top;
          const left = wrap.getBoundingClientRect().left + 20;
          return rows.filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return row.contains(document.elementFromPoint(left, (top + bottom) / 2));
          }).length;
        }
    """)
    assert shown == 3
