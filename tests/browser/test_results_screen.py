"""The results of the sample class: what fits on the first screen, and what a phone scrolls."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from quizzes.management.sample_school import make_sample_school
from quizzes.models import Assignment, User
from tests.browser.conftest import NewContext, assert_sound, goto_with_fonts, overflow, violations
from tests.factories import publish_built_in_sets


@pytest.fixture
def teacher() -> User:
    publish_built_in_sets()
    return make_sample_school(now=timezone.now())


@pytest.fixture
def given(teacher: User) -> Assignment:
    """The first quiz of 16 questions that students of the sample class have turned in."""
    assignments = Assignment.objects.taught_by(teacher).filter(classroom__name="Civics, Period 3").order_by("pk")
    return next(
        assignment
        for assignment in assignments
        if assignment.edition.questions.count() == 16 and assignment.attempts.submitted().count() > 10
    )


def bottom(page: Any, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    return float(box["y"] + box["height"])


@pytest.mark.slow
def test_results_of_the_sample_class_are_in_sight(
    given: Assignment, teacher: User, open_context: NewContext, subtests: pytest.Subtests
) -> None:
    """On one sample school, because making it takes 2 s of processor time (2026-12-02)."""
    for javascript in (True, False):
        with subtests.test("first screen", javascript=javascript):
            assert_first_screen_has_scores_misconceptions_and_who_needs_help(javascript, given, teacher, open_context)
    for check in (
        assert_phone_scrolls_at_most_four_screens,
        assert_links_below_the_title_stand_on_one_line,
        assert_progress_of_thirty_students_fits_on_one_screen,
    ):
        with subtests.test(check.__name__):
            check(given, teacher, open_context)


def assert_first_screen_has_scores_misconceptions_and_who_needs_help(
    javascript: bool, given: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=1280, height=800, javascript=javascript).new_page()
    goto_with_fonts(page, reverse("assignment_results", args=[given.public_id]))
    assert page.locator(".o-m .docket > li").count() == 3
    for selector in (".hist", ".o-m .docket > li:last-child", ".o-h h2", ".o-h li:first-child"):
        assert bottom(page, selector) <= 800, selector
    # No question of this class is cut. A longer one has 2 lines until its names are open.
    whole = "all => all.every(one => one.scrollHeight <= one.clientHeight)"
    assert page.locator(".o-q").evaluate_all(whole)
    entry = page.locator(".o-m .docket > li").nth(1)
    summary = entry.locator("summary")
    entry.locator(".o-q").evaluate("one => one.append(' A longer question'.repeat(9))")
    assert not page.locator(".o-q").evaluate_all(whole)
    assert not entry.locator("details li").first.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    names = entry.locator("details li").all_inner_texts()
    assert entry.locator(".big").inner_text().startswith(str(len(names)))
    assert len(names) == len(set(names)) >= 3
    assert page.locator(".o-q").evaluate_all(whole)
    page.get_by_text("Scores as a table").click()
    counts = page.locator(".o-s tbody td:nth-child(2)").all_inner_texts()
    assert sum(map(int, counts)) == given.attempts.submitted().values("student").distinct().count()
    assert page.locator(".hist text:not(.ax)").all_text_contents() == counts


def assert_phone_scrolls_at_most_four_screens(given: Assignment, teacher: User, open_context: NewContext) -> None:
    page = open_context(teacher, width=360, height=740).new_page()
    goto_with_fonts(page, reverse("assignment_results", args=[given.public_id]))
    assert page.evaluate("document.documentElement.scrollHeight") <= 4 * 740
    assert overflow(page) == 0
    for summary in page.locator("details > summary").all():
        summary.click()
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert violations(page) == []


def assert_links_below_the_title_stand_on_one_line(given: Assignment, teacher: User, open_context: NewContext) -> None:
    bottom_of_text = """part => {
      const range = document.createRange();
      range.selectNodeContents(part.lastChild);
      return range.getBoundingClientRect().bottom;
    }"""
    page = open_context(teacher).new_page()
    for name in ("assignment_results", "item_analysis"):
        goto_with_fonts(page, reverse(name, args=[given.public_id]))
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            links = (page.locator(f".based > {part}") for part in ("a", ".about > summary"))
            help_link, about = (link.evaluate(bottom_of_text) for link in links)
            assert abs(help_link - about) <= 1, (name, width)


def assert_progress_of_thirty_students_fits_on_one_screen(
    given: Assignment, teacher: User, open_context: NewContext
) -> None:
    page = open_context(teacher, width=1280, height=800).new_page()
    goto_with_fonts(page, reverse("assignment_progress", args=[given.public_id]))
    rows = page.locator("tr[id^=row-]")
    assert rows.count() == 30
    # At once: the page is alive, and a busy machine takes longer than its next news for 30 rows.
    assert rows.evaluate_all("all => Math.max(...all.map((row) => row.getBoundingClientRect().bottom))") <= 800
    assert page.locator("tr[id^=row-] .row-menu").count() == 30
    page.locator("tr[id^=row-] .row-menu").first.click()
    menu = page.locator(".menu-sheet:popover-open")
    assert "Extend or excuse" in menu.inner_text()
    assert violations(page) == []
    menu.get_by_role("button", name="Close").click()
    assert not menu.is_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    assert_sound(page)
