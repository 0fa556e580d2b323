"""The pages that everybody may open, as a browser shows them."""

from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from tests.browser.conftest import NewContext, Watch, overflow, violations
from tests.factories import publish_built_in_sets

PAGES = ["landing", "join", "privacy", "accessibility", "how_we_write", "help", "account_login"]


@pytest.mark.slow
def test_public_pages_are_accessible(open_context: NewContext, subtests: pytest.Subtests) -> None:
    page = open_context().new_page()
    for name in PAGES:
        with subtests.test(name):
            page.set_viewport_size({"width": 360, "height": 900})
            page.goto(reverse(name))
            assert violations(page) == []
            page.set_viewport_size({"width": 320, "height": 640})
            assert overflow(page) == 0


def test_focus_ring_is_visible_on_the_colored_field(open_context: NewContext) -> None:
    publish_built_in_sets()
    page = open_context().new_page()
    colors: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for color in colors:
        page.emulate_media(color_scheme=color)
        page.goto(reverse("landing"))
        page.locator(".hero h1").click()
        rings = []
        for name in ("Try a question", "I have a class code"):
            page.keyboard.press("Tab")
            link = page.get_by_role("link", name=name)
            expect(link).to_be_focused()
            rings.append(link.evaluate("link => getComputedStyle(link).outlineColor"))
        assert (color, rings) == (color, ["rgb(255, 254, 250)"] * 2)


def test_question_of_the_landing_page_stays_beside_its_evidence(open_context: NewContext) -> None:
    publish_built_in_sets()
    page = open_context().new_page()
    page.goto("/")
    page.locator(".try-read .reading > p > span").last.scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Check my answer")).to_be_in_viewport(ratio=1)
    expect(page.locator(".try .stem")).to_be_in_viewport(ratio=1)


def test_request_to_another_host_is_noted_and_fails(open_context: NewContext, watch: Watch) -> None:
    page = open_context().new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://192.0.2.1/")
    assert watch.hosts == {"192.0.2.1"}
    watch.hosts.clear()
