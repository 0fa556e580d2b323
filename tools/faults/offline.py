"""A student's browser that loses its network while it answers."""

import time
from contextlib import suppress

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.chromium import launch_arguments
from tools.faults.ledger import Client

QUESTIONS_AN_OUTAGE = 6


def answer_offline(url: str, client: Client, *, outage_seconds: float) -> tuple[float, float]:
    """Answer 30 questions in five outages, one of them with a reload and a crash of the tab.

    Returns, in seconds, the longest time from the network's return until all was stored, and the longest time until
    a page said that it is offline. The pages of an outage are open before it begins, each in a tab of its own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        context = browser.new_context(base_url=url, service_workers="block")
        context.add_cookies([{"name": "sessionid", "value": client.cookie, "url": url}])
        stored = noticed = 0.0
        for outage in range(5):
            numbers = range(outage * QUESTIONS_AN_OUTAGE + 1, (outage + 1) * QUESTIONS_AN_OUTAGE + 1)
            pages = [_open(context, client, number) for number in numbers]
            context.set_offline(True)
            began = time.monotonic()
            for page in pages:
                page.bring_to_front()
                page.locator("label.opt").nth(1).click()
                expect(page.locator("[data-outbox] .notice").first).to_be_visible(timeout=5_000)
                noticed = max(noticed, time.monotonic() - began)
                began = time.monotonic()
            if outage == 2:
                _crash(pages.pop())
            time.sleep(outage_seconds)
            context.set_offline(False)
            returned = time.monotonic()
            if outage == 2:
                pages[0].reload()
            survivor = pages[0]
            survivor.evaluate("window.dispatchEvent(new Event('online'))")
            while survivor.evaluate("Object.keys(localStorage).length") and time.monotonic() < returned + 30:
                time.sleep(0.05)
            stored = max(stored, time.monotonic() - returned)
            for page in pages:
                page.close()
        browser.close()
    return stored, noticed


def _open(context: BrowserContext, client: Client, number: int) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/student/attempts/{client.attempt_id}/{number}/")
    return page


def _crash(page: Page) -> None:
    """End the tab's process at once: nothing of the page runs any more."""
    with suppress(PlaywrightError):
        page.goto("chrome://crash", timeout=3_000)
    page.close()
