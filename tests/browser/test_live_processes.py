"""A save through one web process shows on a board that another one serves: what is new is known by the database."""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.servers import Site, free_port, running


@pytest.fixture
def sites(site_data: Path) -> Iterator[tuple[Site, Site, str]]:
    """Two servers of one process each on one data folder, and the sign-in link of its sample school's teacher."""
    demo = {"FOOTNOTE_DEMO": "1", "DATABASE_URL": ""}
    one = Site(site_data, extra=demo, command=("serve", "--workers", "1"))
    # A second `serve` would be refused.
    port = free_port()
    other = Site(site_data, port=port, extra=demo, command=("runserver", "--noreload", f"127.0.0.1:{port}"))
    link = one.run("load_demo", "--base-url", one.url).split()[-1]
    with running(one), running(other):
        yield one, other, link


def join(page: Page, code: str, name: str, pin: str) -> None:
    page.goto("/join/")
    page.get_by_label("Class code").fill(code)
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/student/")


def is_poll(request: Request) -> bool:
    return request.url.endswith("/live/")


@pytest.mark.slow
def test_save_through_one_process_shows_on_the_board_of_another(
    browser: Browser, sites: tuple[Site, Site, str]
) -> None:
    one, other, link = sites
    at_teacher, at_student = (browser.new_context(base_url=site.url) for site in (other, one))
    with at_teacher, at_student:
        teacher = at_teacher.new_page()
        poll_count = follow(teacher, at_student.new_page(), one, other, link)

        # The one that was under way when the save was acknowledged, and the next, which has to know of it.
        assert poll_count <= 2
        assert teacher.evaluate("window.stays") is True
        assert one.port != other.port


def follow(teacher: Page, student: Page, one: Site, other: Site, link: str) -> int:
    """How many polls the teacher's page began from the student's save until it showed it."""
    teacher.goto(link.replace(one.url, other.url))
    teacher.get_by_role("button").first.click()
    teacher.wait_for_url("**/teacher/")
    teacher.get_by_role("link", name="Civics, Period 3", exact=True).first.click()
    gradebook = teacher.url
    teacher.get_by_role("link", name="The PARS agreement").first.click()
    progress = teacher.url
    waiting = teacher.get_by_role("row").filter(has_text="Not started").first.get_by_role("rowheader")
    name = waiting.get_by_role("link").first.inner_text()
    teacher.goto(f"{gradebook}cards/")
    card = teacher.locator(".idcard").filter(has_text=name).inner_text()
    code = re.search(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b", card)
    pin = re.search(r"\bPIN\D*(\d{4})\b", card)
    assert code is not None
    assert pin is not None

    join(student, code[0], name, pin[1])
    teacher.goto(progress)
    teacher.evaluate("window.stays = true")
    polls: list[float] = []
    teacher.on("request", lambda request: polls.append(time.monotonic()) if is_poll(request) else None)
    row = teacher.get_by_role("row").filter(has_text=name)
    student.goto(f"/student/assignments/{progress.split('/')[-2]}/")
    student.locator("main form button").first.click()
    student.wait_for_url("**/student/attempts/**")
    answered = row.get_by_role("cell").nth(2)
    expect(answered).to_have_text("0 of 16")
    # Question 1 is answered in the reading, question 2 with choices.
    student.goto(re.sub(r"/\d+/$", "/2/", student.url))
    with student.expect_response(re.compile(r"/attempts/[^/]+/\d+/$")) as saved:
        student.locator(".opt").nth(1).click()
    assert saved.value.status == 200
    at = time.monotonic()
    expect(answered).to_have_text("1 of 16")
    seconds = time.monotonic() - at
    sys.stdout.write(f"\nsaved through one process, shown by the other {seconds:.2f} s later\n")
    return len([began for began in polls if began > at])
