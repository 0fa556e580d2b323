"""The main pages in Firefox and in WebKit: `make test-browsers`. The tests in tests/browser run in Chromium only.

Both are driven by WebDriver: Firefox by geckodriver, WebKit (the engine of Safari) by WebKitWebDriver on a display of
its own. A student signs in, answers, and turns in on a phone, in English and in Spanish; a teacher opens the main
pages on a phone and on a laptop. A browser that is not installed is named and left out; without any, this fails.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.options import Options as FirefoxOptions
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService

from tools.screenshots import serve

PHONE, LAPTOP = (390, 800), (1280, 860)
SECONDS = 30
SET = "The PARS agreement"
# Where distributions put WebKit's browser for tests.
MINI_BROWSERS = "usr/lib/*/webkit2gtk-4.1/MiniBrowser", "usr/libexec/webkit2gtk-4.1/MiniBrowser"


@dataclass
class Tried:
    """What one browser did. count: pages and acts that were checked. problems: what went wrong."""

    count: int = 0
    problems: list[str] = field(default_factory=list)

    def check(self, what: str, is_right: bool) -> None:
        """Count one check, and note it if it failed."""
        self.count += 1
        if not is_right:
            self.problems.append(what)


class Pages:
    """The pages of the site in one browser."""

    def __init__(self, driver: WebDriver, base_url: str, tried: Tried) -> None:
        self.driver, self.base_url, self.tried = driver, base_url, tried

    def open(self, path: str) -> None:
        """Open a page of the site and check its layout."""
        self.driver.get(path if path.startswith("http") else self.base_url + path)
        self.check_layout()

    def check_layout(self) -> None:
        """Check that the page has a heading and is not wider than the window."""
        spare = self.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        self.check(f"{spare} px wider than the window", spare <= 0)
        self.check("no heading", bool(self.driver.find_elements(By.TAG_NAME, "h1")))

    def check(self, problem: str, is_right: bool) -> None:
        """Count a check of this page."""
        self.tried.check(f"{self.driver.current_url.removeprefix(self.base_url)}: {problem}", is_right)

    def wait(self, until: Callable[[WebDriver], object], problem: str) -> Any:
        """Wait for a condition and return its value; raises TimeoutException."""
        waiting = WebDriverWait(self.driver, SECONDS, ignored_exceptions=[WebDriverException])
        return waiting.until(until, f"{self.driver.current_url}: {problem}")

    def find(self, selector: str, text: str = "") -> WebElement:
        """The first visible element of this selector that contains the text; waits for it."""

        def visible(driver: WebDriver) -> WebElement | None:
            found = driver.find_elements(By.CSS_SELECTOR, selector)
            return next((one for one in found if one.is_displayed() and text in one.text), None)

        found: WebElement = self.wait(visible, f"no “{text}” in {selector}")
        return found

    def center(self, element: WebElement) -> None:
        """Scroll the element to the middle, since bars cover the edges."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)

    def press(self, selector: str, text: str = "", *, until: str = "") -> None:
        """Click, and wait for an address that matches `until`."""
        one = self.find(selector, text)
        self.center(one)
        one.click()
        if until:
            self.wait(lambda driver: re.search(until, driver.current_url), f"“{text}” does not lead to {until}")
            self.check_layout()

    def fill(self, name: str, text: str) -> None:
        """Type into the field of this name."""
        self.find(f"[name={name}]").send_keys(text)


Start = Callable[[], AbstractContextManager[WebDriver]]


def main() -> None:
    """Try every browser that is installed; exit with 1 for a problem or without a browser."""
    browsers = {"Firefox": find_firefox(), "WebKit": find_webkit()}
    results = [try_browser(name, start) for name, start in browsers.items() if start is not None]
    for name in [name for name, start in browsers.items() if start is None]:
        sys.stdout.write(f"{name}: not installed\n")
    sys.exit(0 if results and all(results) else 1)


def try_browser(name: str, start: Start) -> bool:
    """Visit the main pages of a sample school; whether nothing went wrong."""
    tried = Tried()
    with serve() as (base_url, sign_in_link):
        with start() as driver:
            version = driver.capabilities["browserVersion"]
            code, quiz, students = visit_teacher(Pages(driver, base_url, tried), sign_in_link)
        for (student, pin), language in zip(students, ("", "Español"), strict=False):
            with start() as driver:
                pages = Pages(driver, base_url, tried)
                sign_in(pages, code, student, pin, language)
                take_quiz(pages, quiz)
    sys.stdout.write(f"{name} {version}: {tried.count} checks, {len(tried.problems)} failed\n")
    sys.stdout.writelines(f"  {problem}\n" for problem in tried.problems)
    return not tried.problems


def visit_teacher(pages: Pages, sign_in_link: str) -> tuple[str, str, list[tuple[str, str]]]:
    """The teacher's main pages. Returns the class code, the quiz's id, and name and PIN of who has not started it."""
    driver = pages.driver
    driver.set_window_size(*LAPTOP)
    pages.open(sign_in_link)
    pages.press("main button", until="/teacher/$")
    addresses = _links(driver)
    pages.press("main a[href*='/classrooms/']", "Civics, Period 3", until="/teacher/classrooms/")
    classroom = driver.current_url
    addresses |= _links(driver)
    pages.press("a", SET, until="/teacher/assignments/")
    quiz = driver.current_url.split("/")[-2]
    addresses |= _links(driver)
    rows = [row for row in driver.find_elements(By.CSS_SELECTOR, "tbody tr") if "Not started" in row.text]
    waiting = [row.find_element(By.TAG_NAME, "a").text.strip() for row in rows]
    pages.open(classroom + "cards/")
    cards = [card.text for card in driver.find_elements(By.CSS_SELECTOR, ".idcard")]
    for size in (LAPTOP, PHONE):
        driver.set_window_size(*size)
        for address in sorted(addresses):
            pages.open(address)
    found = []
    for name in waiting:
        [card] = [card for card in cards if name in card]
        code, pin = re.search(r"\b[A-Z2-9]{3}-[A-Z2-9]{3}\b", card), re.search(r"\bPIN\D*(\d{4})\b", card)
        found += [(code[0], (name, pin[1]))] if code and pin else []
    return found[0][0], quiz, [student for _, student in found]


def _links(driver: WebDriver) -> set[str]:
    """The addresses of the pages that the navigation and the tabs of this page lead to, without downloads."""
    links = driver.find_elements(By.CSS_SELECTOR, "nav a, .tabs a, main a.btn")
    found = {link.get_attribute("href") or "" for link in links}
    return {address for address in found if re.search(r"/teacher/[^?#]*$", address) and not address.endswith("csv/")}


def sign_in(pages: Pages, code: str, name: str, pin: str, language: str) -> None:
    """Sign in as a student on a phone. language: the button that changes it, "" for none."""
    driver = pages.driver
    driver.set_window_size(*PHONE)
    pages.open("/join/")
    if language:
        pages.press("button", language)
        # A script, because an element may be of the page that is about to go.
        pages.wait(
            lambda _: driver.execute_script("return document.documentElement.lang") == "es", "page is not in Spanish"
        )
    pages.fill("code", code)
    pages.press("main form .btn", until="/join/class/$|/join/name/$|/j/")
    pages.press("main form button", name.split()[0])
    pages.fill("pin", pin)
    pages.press("main form .btn", until="/student/$")


def take_quiz(pages: Pages, quiz: str) -> None:
    """A quiz from its first page to the result, with an answer to each question."""
    driver = pages.driver
    pages.press(f"main a[href*='{quiz}']", until="/student/assignments/")
    pages.press("main form .btn", until="/attempts/")
    for number in range(2, 40):
        _answer(pages)
        pages.press("[name=act][value=next]", until=rf"/{number}/$|/review/")
        if "/review/" in driver.current_url:
            break
    pages.press("main form .btn", until="/receipt/")
    pages.check(
        "no receipt", bool(re.search(r"[2-9A-Z]{3}-[2-9A-Z]{3}", driver.find_element(By.TAG_NAME, "main").text))
    )
    # Says when the class sees the answers.
    pages.open(driver.current_url.replace("/receipt/", "/result/"))


def _answer(pages: Pages) -> None:
    """Give the first answer to each part of the question, and wait until it is stored."""
    driver = pages.driver
    for view in driver.find_elements(By.CSS_SELECTOR, ".switch label"):
        view.click()
    names = set()
    for control in driver.find_elements(By.CSS_SELECTOR, "form[data-answers] :is(input, textarea, select)"):
        kind, name = control.get_attribute("type"), control.get_attribute("name")
        if kind == "hidden" or name in names:
            continue
        names.add(name)
        pages.center(control)
        if kind in {"radio", "checkbox"}:
            driver.execute_script("return arguments[0].closest('label') || arguments[0]", control).click()
        elif kind == "select-one":
            Select(control).select_by_index(1)
        else:
            control.send_keys("the mayor" if kind == "textarea" else "5")
    state = driver.find_element(By.CSS_SELECTOR, "[data-save-state]")
    pages.wait(lambda _: re.search("Saved|Guardado", state.text), "is not saved")


def find_firefox() -> Start | None:
    """How to start Firefox; None if it or its driver is not installed."""
    program = shutil.which("firefox") or shutil.which("firefox-esr")
    driver = os.environ.get("GECKODRIVER") or shutil.which("geckodriver")
    if program is None or driver is None:
        return None

    @contextmanager
    def start() -> Iterator[WebDriver]:
        options = FirefoxOptions()
        options.binary_location = program
        options.add_argument("-headless")
        with closing_driver(webdriver.Firefox(options, FirefoxService(driver))) as made:
            yield made

    return start


def find_webkit() -> Start | None:
    """How to start WebKit on a display of its own; None if it, its driver or the display is not installed."""
    driver, display = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    program = next((str(found) for pattern in MINI_BROWSERS for found in Path("/").glob(pattern)), None)
    if program is None or driver is None or display is None:
        return None

    @contextmanager
    def start() -> Iterator[WebDriver]:
        options = WebKitOptions()
        options.binary_location = program
        options.add_argument("--automation")
        number = f":{os.getpid() % 1000 + 1000}"
        with Popen([display, number, "-screen", "0", "1600x1200x24"], stderr=DEVNULL) as screen:
            try:
                service = WebKitService(driver, env={**os.environ, "DISPLAY": number})
                with closing_driver(webdriver.WebKitGTK(options, service)) as made:
                    yield made
            finally:
                screen.terminate()

    return start


@contextmanager
def closing_driver(driver: WebDriver) -> Iterator[WebDriver]:
    """The driver, which ends its browser at the end."""
    try:
        yield driver
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
