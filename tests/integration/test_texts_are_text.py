"""User input is text on every page: none of it becomes a tag, an attribute or a link."""

import re
from html.parser import HTMLParser

import pytest
import time_machine
from django.test import Client

from tests.conftest import _sign_in
from tests.factories import NOW
from tests.integration.hostile_input import BREAKERS, VECTORS, HostileSchool, addresses, payloads
from tests.pages import text_of

# Elements of the payloads that no page of the site has.
FOREIGN = {
    "animate",
    "base",
    "embed",
    "iframe",
    "marquee",
    "math",
    "object",
    "source",
    "style",
    "video",
    "x",
}
OWN_ADDRESS = re.compile(r"(\.{0,2}/|#|\?|https://localhost/|$)")


class Markup(HTMLParser):
    """Collects the parts of a page that could run code or contact another host."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in FOREIGN or (tag == "script" and not given.get("src", "").startswith("/static/")):
            self.faults.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on", "data-hx")) or name in {"style", "srcdoc", "hx-vals"}:
                self.faults.append(f"{name}={value}")
            if name in {"href", "src", "action", "formaction", "hx-get", "hx-post"} and not OWN_ADDRESS.match(value):
                self.faults.append(f"{name}={value}")


@pytest.fixture
def hostile(db: None, clock: time_machine.Traveller) -> HostileSchool:
    return HostileSchool(now=NOW)


def test_payloads_are_a_thousand_and_no_two_the_same() -> None:
    made = payloads()
    assert len(set(made)) == len(made) == len(BREAKERS) * len(VECTORS) >= 1_000


def test_texts_are_text_on_every_page(hostile: HostileSchool) -> None:
    seen: set[str] = set()
    faults = []
    for person in (hostile.teacher, hostile.students[0], hostile.students[1]):
        client: Client = _sign_in(person)
        for address in addresses(hostile, person):
            response = client.get(address, follow=True)
            # Students practice only questions that they missed. A frame of a platform has no quiz yet.
            assert response.status_code == 200 or "/practice/" in address or address.startswith("/lti/frames/")
            if not response.headers["Content-Type"].startswith("text/html"):
                continue
            markup = Markup()
            markup.feed(response.content.decode())
            faults += [(address, fault) for fault in markup.faults]
            text = text_of(response)
            seen |= {payload for payload in hostile.supply.given - seen if " ".join(payload.split()) in text}
    assert faults == []
    # The others are in fields and labels, which browsers read as text.
    assert len(seen) > 900
