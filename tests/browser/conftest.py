"""A real browser against a real server on loopback, and what holds for every page it opens."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Route, expect

from quizsite.call_stack import with_large_stack
from quizzes.models import Student, User
from tests.browser.axe import ALL_RULES, COLOR_RULES, violations_of
from tests.browser.chromium import find_chromium, launch_arguments
from tests.conftest import _sign_in

# Milliseconds. A test that passes waits for none of it, and a busy machine must not fail one.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# Django's live server opens the database's rows to the server's own threads.
DATABASE = pytest.mark.django_db(transaction=True)

# The title of a live region lists the texts that it had.
NOTE_CHANGES = """region => new MutationObserver(() => { region.title += `${region.textContent};`; })
  .observe(region, { childList: true })"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(DATABASE)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    if find_chromium() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine: install it, or name it in $CHROMIUM")
    arguments = launch_arguments()
    # Chromium keeps a process ready for the next page, which most tests do not open: a tenth of the processor time.
    arguments["args"].append("--renderer-process-limit=1")
    # Each test has processes of its own, which end before machine code that is made for speed pays: opening a page and
    # reading it with axe takes 0.59 s of processor time, and 0.69 s with it (2026-11-26).
    arguments["args"].append("--js-flags=--no-turbofan --no-maglev")
    # No page reaches another host: the request fails, and `Watch` notes it.
    arguments["args"].append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1")
    return arguments


class _Handler(QuietWSGIRequestHandler):
    """Prints each reply but those of static files. Playwright would send Python each request of a page, and each reply:
    a tenth of the processor time of opening a page (2026-12-01)."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        if not self.path.startswith("/static/") or str(code) >= "400":
            print(code, self.command, self.path)


class _Server(ThreadedWSGIServer):
    """The live server, whose threads have a large stack as the site's own have."""

    def __init__(self, address: tuple[str, int], _handler: type, **options: Any) -> None:
        super().__init__(address, _Handler, **options)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with_large_stack(super().process_request_thread, request, client_address)


@pytest.fixture(scope="session", autouse=True)
def _server_of_the_tests() -> None:
    LiveServerThread.server_class = _Server


@dataclass
class Watch:
    """What a context met that no page of ours may cause."""

    hosts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Note every other host asked, whose requests all fail here, and every error a page reports."""
        context.on("requestfailed", lambda request: self.hosts.add(urlsplit(request.url).hostname or ""))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)


def print_traffic(context: BrowserContext) -> None:
    """Print what pages say. pytest shows it if the test fails, which may happen on a machine out of reach."""
    context.on("requestfailed", lambda request: print("failed:", request.method, request.url, request.failure))
    context.on("console", lambda message: print("console:", message.text))
    context.on("weberror", lambda error: print("error:", error.error))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end if a page asked another host or reported an error, a refused policy included."""
    seen = Watch()
    yield seen
    assert seen.hosts <= {"localhost", "127.0.0.1", ""}
    assert seen.faults == []


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser, live_server: Any, watch: Watch) -> Iterator[NewContext]:
    """`open_context(person, width=360, dark=True, javascript=False)`: a browser, signed in as that person."""
    opened: list[BrowserContext] = []

    def make(
        person: Student | User | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        javascript: bool = True,
        watched: bool = True,
        has_worker: bool = False,
    ) -> BrowserContext:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            # Requests of a service worker are not those of a page, which tests hold or refuse.
            service_workers="allow" if has_worker else "block",
        )
        context.set_default_timeout(PATIENCE)
        print_traffic(context)
        if watched:
            watch.follow(context)
        be_signed_in(context, person, live_server.url)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def be_signed_in(context: BrowserContext, person: Student | User | None, site: str) -> None:
    """Give the context the cookies of this person alone. `site`: the URL of the site."""
    context.clear_cookies()
    cookies = _sign_in(person).cookies if person is not None else {}
    context.add_cookies([{"name": name, "value": morsel.value, "url": site} for name, morsel in cookies.items()])


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, in light and in the colors of dark: rule, and the place of each."""
    return [*light_violations(page), *_dark_violations(page, COLOR_RULES)]


def light_violations(page: Page) -> list[str]:
    """What axe finds by all rules in light, at the first of two widths. The second one has `dark_violations`.

    Few elements stand at one width only, so each width needs one color scheme: axe takes a third of the time.
    """
    return violations_of(page, ALL_RULES)


def dark_violations(page: Page) -> list[str]:
    """What axe finds by all rules in dark, at the second of two widths. The first one has `light_violations`."""
    return _dark_violations(page, ALL_RULES)


def _dark_violations(page: Page, rules: list[str]) -> list[str]:
    page.emulate_media(color_scheme="dark")
    found = [f"dark {one}" for one in violations_of(page, rules)]
    page.emulate_media(color_scheme="light")
    return found


def overflow(page: Page) -> int:
    """By how many CSS pixels the page is wider than the window."""
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def assert_sound(page: Page) -> None:
    """Check a page at the width that it has."""
    assert violations(page) == []
    assert overflow(page) == 0


def assert_sound_at(page: Page, *widths: int) -> None:
    """Check a page as it stands at each of these widths, in light and dark by turns. It keeps the last width."""
    for width, check in zip(widths, cycle((light_violations, dark_violations))):
        page.set_viewport_size({"width": width, "height": 900})
        assert check(page) == []
        assert overflow(page) == 0


def press_at(target: Locator, *widths: int) -> None:
    """Press a link or a button at the last of these widths. It can be pressed at each."""
    for width in widths:
        target.page.set_viewport_size({"width": width, "height": 900})
        target.click(trial=True)
    target.click()


def assert_fits(page: Page) -> None:
    """Check a page on a laptop, a phone, and at 400 % zoom."""
    page.set_viewport_size({"width": 1280, "height": 900})
    assert light_violations(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert dark_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 256})
    assert overflow(page) == 0


# Whether a finger can bring the middle of an element into sight. It scrolls the page, and what has a scroll bar;
# `scrollIntoView` and Playwright's actions also scroll boxes that hide what is beyond their edge.
_REACH = """place => {
  const boxes = [];
  for (let box = place.parentElement; box; box = box.parentElement) {
    if (!box.parentElement || /auto|scroll/.test(getComputedStyle(box).overflowY)) boxes.push(box);
  }
  return [0.5, 0.2, 0.8].some((share) => {
    for (const box of boxes) {
      const frame = box.parentElement ? box.getBoundingClientRect() : { top: 0, height: innerHeight };
      const { top, height } = place.getBoundingClientRect();
      box.scrollTop += (top + height / 2 - frame.top - frame.height * share) / (box.currentCSSZoom ?? 1);
    }
    const { left, top, width, height } = place.getBoundingClientRect();
    return place.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
}"""


def out_of_reach(place: Locator) -> list[str]:
    """The texts of the elements that a finger cannot bring into sight."""
    return [one.inner_text() for one in place.all() if not one.evaluate(_REACH)]


def becomes_true(page: Page, condition: Callable[[], bool]) -> bool:
    """Whether the condition is met in time. The page's policy forbids Playwright's own way of waiting."""
    for _ in range(PATIENCE // 100):
        if condition():
            return True
        page.wait_for_timeout(100)
    return False


def goto_with_fonts(page: Page, url: str) -> None:
    """Open a page and wait for its fonts. Without this, a busy machine may leave a page the fonts of the system."""
    page.route("**/footnote*.css", _wait_for_fonts)
    page.goto(url)
    page.evaluate("document.fonts.ready")


def _wait_for_fonts(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.text().replace("font-display:optional", "font-display:block"))


def go_back(page: Page) -> None:
    """Go to the page before this one. Playwright's own `go_back` fails if Chromium still puts the last page away."""
    # The page may go before the call has its reply.
    with page.expect_navigation(), suppress(Error):
        page.evaluate("history.back()")


def go_offline(context: BrowserContext) -> None:
    """Cut the network of all pages, until they have heard of it and their requests fail: both come a little later."""
    context.set_offline(True)
    for page in context.pages:
        page.wait_for_function("() => !navigator.onLine && fetch('/livez').then(() => false, () => true)")


def reply_in_place(context: BrowserContext, reply: Callable[[Route], None]) -> None:
    """Let something else reply to all pages in place of the site, until none of their requests reaches the site."""
    context.route("**/*", reply)
    for page in context.pages:
        page.wait_for_function(
            "() => fetch('/livez').then((response) => response.text()).then((text) => text.trim() !== 'ok', () => true)"
        )


# A page counts as a reply of the site for 30 seconds.
OLDER = "() => { const now = performance.now(); performance.now = () => now + 60_000; }"


def take_away(context: BrowserContext, page: Page, away: str) -> None:
    """Cut the network, or stop the site. Then the browser says online, and a proxy may reply in place of the site."""
    page.evaluate(OLDER)
    if away == "network":
        go_offline(context)
    else:
        reply_in_place(context, lambda route: route.fulfill(status=502) if away == "proxy" else route.abort())


def bring_back(context: BrowserContext) -> None:
    context.set_offline(False)
    context.unroute("**/*")
