"""`python -m tools.bench.slow_phone`: how soon a slow phone shows the first question, and answers a tap.

Chromium at 360 x 740 with a sixth of the processor and the network that its developer tools call Slow 3G: 400 kbit/s
each way, and 2 s until each reply begins. Cold: nothing kept. Warm: the same page again. A tap takes until the frame
after it (Event Timing API, which rounds to 8 ms). The medians of several students.
"""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

DATA = tempfile.TemporaryDirectory(prefix="footnote-phone-")
os.environ |= {"FOOTNOTE_DATA": f"{DATA.name}/site", "FOOTNOTE_ENV_FILE": os.devnull}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

import django  # after the environment is set

django.setup()

from django.utils import timezone
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from quizzes.content.editions import latest_edition
from quizzes.models import QuestionSet
from tests.browser.chromium import launch_arguments
from tests.factories import make_assignment, make_classroom, make_user
from tests.servers import Site, running
from tools.faults.ledger import make_clients

STUDENTS = 5
PROCESSOR_SHARE = 6
BYTES_PER_SECOND = 50_000
LATENCY_MS = 2000
PHONE = ViewportSize(width=360, height=740)
# On a phone, the first question begins with the reading. It and the question are one page.
PAINTED = """performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
WATCH = """window.taps = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (entry.name === "click") taps.push(entry.duration);
}).observe({type: "event", durationThreshold: 16, buffered: true});"""


def main() -> None:
    """Open the first question for each student, and print one line for docs/performance.md."""
    folder = Path(os.environ["FOOTNOTE_DATA"])
    folder.mkdir(exist_ok=True)
    with running(Site(folder, command=("serve", "--workers", "2"))) as site:
        now = timezone.now()
        edition = latest_edition(QuestionSet.objects.built_in().get(slug="exit-ticket"))
        teacher = make_user(email="phone@school.test")
        classroom = make_classroom(teacher=teacher, created_at=now)
        assignment = make_assignment(
            edition=edition, classroom=classroom, assigned_by=teacher, created_at=now, shuffle_questions=False
        )
        clients = make_clients(site.port, STUDENTS, assignment=assignment)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_arguments())
            found = [_visit(browser, site.url, client.cookie, client.attempt_id) for client in clients]
    cold, warm, taps = zip(*found, strict=True)
    sys.stdout.write(
        f"Run on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores: first question {median(cold):.1f} s cold, "
        f"{median(warm):.1f} s warm; a tap {median(taps):.0f} ms, longest {max(taps):.0f} ms\n"
    )


def _visit(browser: Browser, url: str, cookie: str, attempt: str) -> tuple[float, float, float]:
    """(seconds cold, seconds warm, the longest tap in ms) of one student."""
    context = browser.new_context(base_url=url, viewport=PHONE, has_touch=True, is_mobile=True)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR_SHARE})
    seconds = []
    for _ in ("cold", "warm"):
        page.goto(f"/student/attempts/{attempt}/1/")
        # Our policy lets no waiting function into the page.
        while (painted := page.evaluate(PAINTED)) is None:
            page.wait_for_timeout(100)
        seconds.append(painted / 1000)
    page.evaluate(WATCH)
    if page.locator(".switch").is_visible():
        page.locator(".switch label").last.tap()
    for choice in page.locator("label.opt").all():
        choice.tap()
        page.wait_for_timeout(500)
    # An event shorter than the threshold has no entry.
    longest = max(page.evaluate("taps"), default=16)
    context.close()
    return seconds[0], seconds[1], longest


if __name__ == "__main__":
    main()
