"""What Firefox tells a screen reader on the question page. test_outbox and test_live_time ask Chromium the same."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from quizzes.models import Attempt, Classroom, Student, User
from tests.browser.firefox import Firefox, find_firefox, running_firefox
from tests.conftest import _sign_in
from tests.factories import make_assignment, make_attempt, make_document, make_edition

CHOOSE = "document.querySelectorAll('label.opt input')[arguments[0]].click()"
# In seconds. Between two messages of a live region, and a moment.
QUIET = 6


@pytest.fixture
def attempt(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt with 20 minutes, begun now."""
    now = timezone.now()
    assignment = make_assignment(
        edition=make_edition(),
        classroom=classroom,
        assigned_by=teacher,
        created_at=now,
        time_limit=timedelta(minutes=20),
    )
    return make_attempt(assignment=assignment, student=student, started_at=now)


@pytest.fixture
def firefox(live_server: Any, student: Student, tmp_path: Path) -> Iterator[Firefox]:
    """Firefox, signed in as the student."""
    program = find_firefox()
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no Firefox on this machine")
        pytest.skip("no Firefox on this machine")
    with running_firefox(program, tmp_path) as browser:
        browser.set_cookies(live_server.url, {name: one.value for name, one in _sign_in(student).cookies.items()})
        yield browser


def open_question(firefox: Firefox, base_url: str, attempt: Attempt, number: int = 1) -> None:
    firefox.open(base_url + reverse("take_attempt", args=[attempt.public_id, number]))


@pytest.mark.slow
def test_saved_and_offline_are_announced(firefox: Firefox, live_server: Any, attempt: Attempt) -> None:
    open_question(firefox, live_server.url, attempt)
    for count, choice in enumerate((0, 1), start=1):
        firefox.on_page(CHOOSE, choice)
        time.sleep(QUIET)
        assert [one.text for one in firefox.heard() if one.live == "polite"] == ["Saved"] * count
    firefox.cut_network(is_cut=True)
    firefox.on_page(CHOOSE, 2)
    assert firefox.hears("alert", "You’re offline. Answers are safe."), firefox.heard()
    firefox.cut_network(is_cut=False)
    assert firefox.hears("polite", "Back online. All your answers are saved."), firefox.heard()
    assert not any(one.is_busy for one in firefox.heard())


@pytest.mark.slow
def test_five_minute_warning_is_announced_once(firefox: Firefox, live_server: Any, attempt: Attempt) -> None:
    # 20 minutes, of which 4 and a half are left.
    Attempt.objects.update(deadline_at=timezone.now() + timedelta(minutes=4, seconds=30))
    open_question(firefox, live_server.url, attempt)
    assert firefox.hears("polite", "5 minutes left"), firefox.heard()
    open_question(firefox, live_server.url, attempt, 2)
    time.sleep(2)
    assert [one.text for one in firefox.heard()] == ["5 minutes left"]


# How many pixels of the sentence with the focus are under a bar or out of sight; null without one.
COVERED = """
const label = document.activeElement.closest(".pick label")?.getBoundingClientRect();
if (!label) return null;
const bars = [...document.querySelectorAll(".qbar, .ask, .pickbar")]
  .filter((bar) => getComputedStyle(bar).position === "sticky")
  .map((bar) => bar.getBoundingClientRect());
const isAbove = (bar) => bar.top < innerHeight / 2;
const top = Math.max(0, ...bars.filter(isAbove).map((bar) => bar.bottom));
const bottom = Math.min(innerHeight, ...bars.filter((bar) => !isAbove(bar)).map((bar) => bar.top));
return Math.max(0, Math.round(top - label.top), Math.round(label.bottom - bottom));
"""
TAB, SHIFT, UP, DOWN = "\ue004", "\ue008", "\ue013", "\ue015"


def press(firefox: Firefox, *keys: str) -> None:
    downs, ups = ([{"type": kind, "value": key} for key in keys] for kind in ("keyDown", "keyUp"))
    firefox.ask("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": [*downs, *ups]}])


@pytest.fixture
def with_one_sentence(attempt: Attempt) -> Attempt:
    """Another attempt of the student, whose evidence question asks for one sentence."""
    document = make_document()
    for question in document["questions"]:
        if question["type"] == "evidence":
            question["asked_count"] = 1
    assignment = make_assignment(
        edition=make_edition(document=document),
        classroom=attempt.classroom,
        assigned_by=attempt.assignment.assigned_by,
        created_at=attempt.started_at,
    )
    return make_attempt(assignment=assignment, student=attempt.student, started_at=attempt.started_at)


def assert_sentences_are_clear(
    firefox: Firefox, base_url: str, attempt: Attempt, forward: list[str], back: list[str]
) -> None:
    """Check that no bar covers a sentence on the way to the last one and back. forward, back: the keys of a step."""
    firefox.ask("WebDriver:SetWindowRect", width=450, height=700)
    number = attempt.assignment.edition.questions.get(type="evidence").position
    open_question(firefox, base_url, attempt, number)
    count = firefox.on_page("return document.querySelectorAll('.pick input').length")
    # Sentences of several lines, so that one is partly in sight.
    firefox.on_page("document.querySelector('.pick').style.fontSize = '1.6rem'")
    firefox.on_page("document.querySelector('#pick').focus()")
    covered = []
    for keys in [[TAB]] + [forward] * (count - 1) + [back] * (count - 1):
        press(firefox, *keys)
        time.sleep(0.3)
        covered.append(firefox.on_page(COVERED))
    assert covered == [0] * (2 * count - 1)


@pytest.mark.slow
def test_sentence_with_the_focus_is_clear_of_the_bars(firefox: Firefox, live_server: Any, attempt: Attempt) -> None:
    assert_sentences_are_clear(firefox, live_server.url, attempt, [TAB], [SHIFT, TAB])


@pytest.mark.slow
def test_sentence_that_arrow_keys_choose_is_clear_of_the_bars(
    firefox: Firefox, live_server: Any, with_one_sentence: Attempt
) -> None:
    assert_sentences_are_clear(firefox, live_server.url, with_one_sentence, [DOWN], [UP])
