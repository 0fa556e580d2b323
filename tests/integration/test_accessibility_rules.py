"""Rules of docs/accessibility-report.md that hold for the sources of all pages, and for their order."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from quizzes.models import User
from tests.integration.test_access import TABLE, School, with_invitation
from tests.integration.test_access import people as people
from tests.integration.test_access import school as school
from tests.integration.test_access import world as world

ROOT = Path(settings.BASE_DIR)
QUIZZES = ROOT / "quizzes"
STYLES = sorted((ROOT / "quizzes" / "static").rglob("*.css"))
SCRIPTS = sorted((ROOT / "quizzes" / "static").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STRINGS = ROOT / "tests" / "data" / "strings.txt"

PLACE_OR_COLOR = re.compile(
    r"\b(on|at|to) the (left|right|top|bottom|side)\b(?! account)"
    r"|\b(red|green|yellow|gold|blue|gray|round|square) (button|box|field|icon|dot|mark|link)",
    re.IGNORECASE,
)


def test_no_text_names_a_place_or_a_color_alone() -> None:
    lines = STRINGS.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if PLACE_OR_COLOR.search(line)]
    assert found == []
    assert PLACE_OR_COLOR.search("Press the green button on the left.")


GESTURES = re.compile(
    r"\b(mousedown|pointerdown|touch(start|move|end)|drag\w*|drop|device(motion|orientation)|gesture\w+)\b"
)


def test_no_script_waits_for_a_gesture() -> None:
    """Buttons act by `click`, which a browser sends when the pointer is lifted. Nothing is dragged or shaken.

    press.js acts on nothing: it holds back what would move a button while it is pressed.
    """
    listened = re.compile(r"""addEventListener\(\s*["']([\w:]+)["']|^\s*["']?([\w:]+)["']?: on\w+,""", re.MULTILINE)
    found = []
    for path in SCRIPTS:
        names = {one or other for one, other in listened.findall(path.read_text(encoding="utf-8"))}
        names -= {"pointerdown"} if path.name == "press.js" else set()
        found += [(path.name, name) for name in sorted(names) if GESTURES.search(name)]
    for path in TEMPLATES:
        found += [(path.name, "draggable") for _ in re.findall(r"\bdraggable=", path.read_text(encoding="utf-8"))]
    assert found == []


NAME = re.compile(r"(?<!<bdi>)\{\{ [\w.]+\.display_name \}\}|\{\{ [\w.]*classroom\.(?:list_)?name \}\}")
# The values of a sentence. What the person who runs Footnote names needs no isolation.
VALUES = re.compile(r"\.format\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
NAME_IN_PYTHON = re.compile(r"\b(?!platform=)\w+=(?!isolated\()\w[\w.\[\]]*\.(?:display_|first_)?name\b")


def test_name_is_isolated_from_the_text_around_it() -> None:
    """A name in Hebrew or Arabic keeps its period, and does not reorder its neighbors."""
    lines = [(path.name, line) for path in TEMPLATES for line in path.read_text(encoding="utf-8").splitlines()]
    assert [name for name, line in lines if NAME.search(line) and 'dir="auto"' not in line] == []
    code = [path for folder in ("views", "forms") for path in (QUIZZES / folder).rglob("*.py")]
    values = [(path.name, values) for path in code for values in VALUES.findall(path.read_text(encoding="utf-8"))]
    assert [(name, values) for name, values in values if NAME_IN_PYTHON.search(values)] == []
    # Each line of a field has the direction of its own letters.
    assert re.search(
        r"^\.in\{[^}]*unicode-bidi:plaintext[;}]", (QUIZZES / "static" / "footnote.css").read_text(), re.MULTILINE
    )


def moving_rules(css: str) -> list[str]:
    """The declarations that move something although a device asks for less motion, or that never end."""
    found = re.findall(r"(?:animation|transition)[\w-]*:[^;}]*infinite[^;}]*", css)
    calm = re.sub(r"@media \(prefers-reduced-motion:no-preference\){(?:[^{}]*{[^{}]*})*\s*}", "", css)
    return found + re.findall(r"(?:animation|transition|scroll-behavior)[\w-]*:[^;}]+", calm)


def test_nothing_moves_for_long() -> None:
    found = {path.name: moving_rules(path.read_text(encoding="utf-8")) for path in STYLES}
    assert {name: rules for name, rules in found.items() if rules} == {}
    playing = re.compile(r"<(video|audio|marquee|blink|animate)\b|autoplay")
    assert [path.name for path in TEMPLATES if playing.search(path.read_text(encoding="utf-8"))] == []
    assert moving_rules(".a{animation:b 1s infinite}") == ["animation:b 1s infinite"] * 2


def test_pictures_are_of_readings_and_questions_only() -> None:
    with_pictures = [path.name for path in TEMPLATES if re.search(r"<(img|picture)\b", path.read_text("utf-8"))]
    assert with_pictures == ["picture.html"]


@pytest.mark.parametrize(
    ("name", "purposes"),
    [
        ("account_login", {"login": "email", "password": "current-password"}),
        ("accept_invitation", {"name": "name", "email": "email", "password1": "new-password"}),
        ("change_email", {"email": "email"}),
        ("account", {"name": "name"}),
    ],
)
def test_fields_about_the_person_name_their_purpose(
    name: str,
    purposes: dict[str, str],
    school: School,
    signed_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Without a password, the page asks for one first.
    monkeypatch.setattr(User, "has_usable_password", lambda user: True)
    client = Client() if name in {"account_login", "accept_invitation"} else signed_in(school.teacher)
    kwargs = with_invitation(school) if name == "accept_invitation" else {}
    page = client.get(reverse(name, kwargs=kwargs)).content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        field, purpose = (re.search(rf'\b{one}="([^"]*)"', tag) for one in ("name", "autocomplete"))
        if field and purpose:
            found[field[1]] = purpose[1]
    assert {field: found.get(field) for field in purposes} == purposes


def test_live_regions_stay_in_the_page() -> None:
    """A screen reader announces what changes in a region, and neither a new region nor one that was hidden."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    replaced = [name for name, text in texts.items() if 'hx-swap-oob="true"' in text and 'role="status"' in text]
    regions = {name: re.findall(r'<[^>]*\srole="status"[^>]*>', text) for name, text in texts.items()}
    hidden = [name for name, tags in regions.items() if any(re.search(r"\shidden\b", tag) for tag in tags)]
    assert (replaced, hidden) == ([], [])


class _Frame(HTMLParser):
    """The addresses of the links in the masthead and in the foot of a page, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.place = ""
        self.links: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if (tag == "header" and "mast" in classes) or (tag == "footer" and "foot" in classes):
            self.place = tag
            self.links[tag] = []
        elif tag == "a" and self.place:
            self.links[self.place].append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self.place:
            self.place = ""


def frame_of(page: str) -> dict[str, list[str]]:
    frame = _Frame()
    frame.feed(page)
    return frame.links


def test_masthead_and_foot_are_the_same_on_all_pages(
    school: School,
    signed_in: Callable[..., Client],
) -> None:
    foot = [reverse(name) for name in ("privacy", "accessibility", "how_we_write")]
    main = [reverse(name) for name in ("teacher_home", "teacher_home", "question_sets", "search", "help", "account")]
    masts: dict[str, list[list[str]]] = {"student": [], "teacher": []}
    other_foot = set()
    foot_count = 0
    for name, row in TABLE.items():
        for who, person in (("student", school.student), ("teacher", school.teacher)):
            if row.method != "get" or row.outcomes["nobody"] == "page" or row.outcomes[who] != "page":  # type: ignore[index]
                continue
            response = signed_in(person).get(reverse(name, kwargs=row.kwargs(school)))
            if response.streaming or not response.headers["Content-Type"].startswith("text/html"):
                continue
            frame = frame_of(response.content.decode())
            foot_count += "footer" in frame
            if frame.get("footer", foot) != foot:
                other_foot.add(name)
            if "header" in frame:
                masts[who].append(frame["header"])
    assert other_foot == set()
    assert foot_count >= 80
    assert {tuple(links) for links in masts["teacher"]} == {tuple(main)}
    assert len({tuple(links) for links in masts["student"]}) == 1
