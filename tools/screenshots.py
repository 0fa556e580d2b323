"""Pictures of the sample school's pages, for the README: `make screenshots`.

A server of its own, on a free port and a fresh data folder, is filled by the real commands and photographed.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.chromium import launch_arguments
from tests.servers import ROOT, Site, running

PICTURES = ROOT / "docs" / "pictures"


def main(folder: Path = PICTURES, started: Path | None = None) -> None:
    """Take every picture; each overwrites the one of the same name in the folder.

    started: the data folder of a site that has started before. A copy of it saves a first start.
    """
    with serve(started) as (base_url, sign_in_link), sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())

        def context(width: int, height: int, *, dark: bool = False) -> BrowserContext:
            return browser.new_context(
                base_url=base_url,
                viewport={"width": width, "height": height},
                device_scale_factor=2 if width < 500 else 1,
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                timezone_id="America/New_York",
            )

        page = context(1280, 800).new_page()
        page.goto("/")
        take(page, folder / "landing.png")
        check_sample_question(page, folder)
        teacher = context(1280, 860).new_page()
        code, pins = visit_teacher(teacher, sign_in_link, folder)
        phone = context(360, 720).new_page()
        join(phone, code, *pins, folder=folder)
        visit_student(phone, folder)
        dark = context(1280, 800, dark=True)
        dark.add_cookies(phone.context.cookies())  # type: ignore[arg-type]  # Playwright accepts what it returns
        night = dark.new_page()
        night.goto(phone.url)
        take(night, folder / "question-dark.png")
        browser.close()


def check_sample_question(page: Page, folder: Path) -> None:
    """A wrong answer to a question for visitors, with the sentence that proves the right one."""
    page.goto("/try/1/")
    page.locator(".opt").first.click()
    page.get_by_role("button", name="Check").click()
    page.get_by_text("Correct answer").wait_for()
    take(page, folder / "checked.png")


def visit_teacher(page: Page, sign_in_link: str, folder: Path) -> tuple[str, tuple[str, str]]:
    """The teacher's pages; returns the class code, and name and PIN of a student who has not started the main set."""
    page.goto(sign_in_link)
    page.get_by_role("button").first.click()
    page.wait_for_url("**/teacher/")
    page.get_by_role("link", name="Civics, Period 3", exact=True).first.click()
    page.get_by_role("link", name="Gradebook", exact=True).click()
    take(page, folder / "gradebook.png")
    gradebook = page.url
    page.get_by_role("link", name="The PARS agreement").first.click()
    take(page, folder / "progress.png")
    waiting = page.get_by_role("row").filter(has_text="Not started").first.get_by_role("link").first.inner_text()
    page.get_by_role("link", name="Class board").click()
    page.get_by_role("button", name="Question 6", exact=True).click()
    for _ in range(3):
        page.locator("#go-forward").click()
        page.wait_for_load_state()
    take(page, folder / "board.png")
    page.goto(gradebook + "cards/")
    # As they are printed: on the screen, the warning that phones can't open this site takes their place.
    page.emulate_media(media="print")
    take(page, folder / "cards.png")
    page.emulate_media(media="screen")
    card = page.locator(".idcard").filter(has_text=waiting.strip()).inner_text()
    code = re.search(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b", card)
    pin = re.search(r"\bPIN\D*(\d{4})\b", card)
    assert code, card
    assert pin, card
    page.goto("/teacher/sets/")
    page.get_by_role("link", name="The PARS agreement").first.click()
    page.get_by_role("link", name="Assign").first.click()
    take(page, folder / "assign.png")
    return code[0], (waiting.strip(), pin[1])


def join(page: Page, code: str, name: str, pin: str, *, folder: Path) -> None:
    """Sign in as a student, in three screens."""
    page.goto("/join/")
    page.get_by_label("Class code").fill(code)
    take(page, folder / "join-phone.png")
    page.get_by_role("button", name="Find my class").click()
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/student/")
    take(page, folder / "student-home-phone.png")


def visit_student(page: Page, folder: Path) -> None:
    """The student's pages on a phone, up to a saved answer."""
    # The quiz of the large card has its Start button there.
    other = page.get_by_role("link", name="The PARS agreement")
    if other.count():
        other.first.click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/student/attempts/**")
    # The sixth question has choices.
    page.goto(re.sub(r"/\d+/$", "/6/", page.url))
    page.locator("label", has_text="Question").last.click()
    page.locator(".opt").nth(1).click()
    page.locator("[data-save-state]", has_text="Saved").wait_for()
    take(page, folder / "question-phone.png")


def take(page: Page, picture: Path) -> None:
    """Photograph what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=picture)
    sys.stdout.write(f"{picture}\n")


@contextmanager
def serve(started: Path | None = None) -> Iterator[tuple[str, str]]:
    """The sample school on a free port of this machine: its address, and the teacher's sign-in link."""
    with tempfile.TemporaryDirectory(prefix="footnote-shots-") as data:
        if started:
            shutil.copytree(started, data, dirs_exist_ok=True)
        site = Site(Path(data), extra={"FOOTNOTE_DEMO": "1"})
        printed = site.run("load_demo", "--base-url", site.url)
        with running(site):
            yield site.url, printed.split()[-1]


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
