"""A thousand texts that want to run, wherever somebody writes, in Chromium: none runs, all are read as typed."""

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from quizzes.models import Student, User
from quizzes.people.rosters import join_list
from tests.browser.conftest import NewContext
from tests.integration.hostile_input import HostileSchool, addresses

# Reports what ran and what the policy stopped; nothing should, since text is text before any policy is asked.
LISTEN = """
addEventListener("securitypolicyviolation", (event) => zq(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
# What a reader has of a page: its texts, its title, and the values of its fields.
READ = """
() => [
    document.title,
    document.body.textContent,
    ...[...document.querySelectorAll("input, textarea")].map((field) => field.value),
    ...[...document.querySelectorAll("[aria-label]")].map((element) => element.getAttribute("aria-label")),
].join("\\n")
"""


@pytest.fixture
def hostile(db: None) -> HostileSchool:
    return HostileSchool(now=timezone.now())


def listening(context: BrowserContext, ran: list[Any]) -> Page:
    """A page that notes each call of a payload, each dialog and each refused policy."""
    context.expose_function("zq", lambda what=None: ran.append(what))
    context.add_init_script(LISTEN)
    # A fragment that is opened by itself names no icon, so Chromium asks where icons once were.
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page = context.new_page()
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    return page


@pytest.mark.slow
def test_no_text_runs_and_each_is_read_as_typed(hostile: HostileSchool, open_context: NewContext) -> None:
    ran: list[Any] = []
    seen: set[str] = set()
    count = 0
    for person in (hostile.teacher, hostile.students[0], hostile.students[1]):
        page = listening(open_context(person), ran)
        for address in pages(hostile, person):
            page.goto(address, wait_until="load")
            text = " ".join(page.evaluate(READ).split())
            seen |= {payload for payload in hostile.supply.given - seen if " ".join(payload.split()) in text}
            count += 1
            assert ran == []
    page = listening(open_context(), ran)
    page.goto(reverse("join_with_code", args=[hostile.classroom.join_code]))
    names = page.locator(".register button").all_inner_texts()
    page.locator(".register button").first.click()
    shown = [" ".join(name.split()) for _, name in join_list(hostile.classroom)]
    assert sorted(names) == sorted(shown)
    assert ran == []
    print(f"\n{len(seen)} payloads read as typed on {count} pages, 0 ran")
    assert [payload for payload in hostile.supply.given if payload not in seen] == []
    assert len(seen) >= 1_000


def pages(hostile: HostileSchool, person: Student | User) -> list[str]:
    """The pages of this person, less parts that only scripts ask for, and practice, which repeats them."""
    return [address for address in addresses(hostile, person) if not re.search(r"/(practice|live|frames)/", address)]
