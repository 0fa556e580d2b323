"""The site opened from an icon: its manifest, and the page without a connection."""

from django.urls import reverse
from playwright.sync_api import expect

from quizzes.models import Student
from tests.browser.conftest import NewContext, overflow, violations


def test_installed_site_says_that_there_is_no_connection(student: Student, open_context: NewContext) -> None:
    context = open_context(student, width=360, watched=False, has_worker=True)
    page = context.new_page()
    page.goto(reverse("join"))
    manifest = page.request.get(page.locator("link[rel=manifest]").get_attribute("href") or "").json()
    assert (manifest["start_url"], manifest["display"]) == (reverse("student_home"), "standalone")
    assert all(page.request.get(icon["src"]).ok for icon in manifest["icons"])
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(manifest["start_url"])
    expect(page.get_by_role("heading", level=1)).not_to_have_text("No connection")

    context.set_offline(True)
    page.goto(manifest["start_url"])
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    expect(page.locator("main p").nth(1)).to_have_text(
        "Quiz answers are safe on this device. Get back online, then try again."
    )
    # The kept page has its style, and no name.
    assert page.evaluate("getComputedStyle(document.body).fontFamily.includes('Public Sans')")
    assert student.first_name not in page.content()
    assert (violations(page), overflow(page)) == ([], 0)
    assert page.evaluate("caches.open('offline').then((kept) => kept.keys()).then((keys) => keys.length)") == 4

    context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("No connection")
    assert page.url.endswith(manifest["start_url"])
