"""The conformance report and the accessibility page are what the checklist says, and each of its tests exists."""

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from tests.integration.test_asvs import missing_in
from tools.accessibility_report import PAGE, REPORT, RESULTS, checklist, page_part, report

# WCAG 2.2 has 31 criteria of level A, without 4.1.1, and 24 of level AA.
COUNTS = {"A": 31, "AA": 24}


def test_report_is_what_the_tool_writes() -> None:
    assert REPORT.read_text(encoding="utf-8") == report(checklist())


def test_checklist_has_every_criterion_once() -> None:
    criteria = checklist()["criteria"]
    assert len({criterion["id"] for criterion in criteria}) == len(criteria)
    assert {level: sum(criterion["level"] == level for criterion in criteria) for level in COUNTS} == COUNTS
    assert {criterion["result"] for criterion in criteria} <= set(RESULTS)


def test_each_result_names_tests_that_show_it() -> None:
    for criterion in checklist()["criteria"]:
        assert criterion["tests"] or criterion["result"] == "not_applicable", criterion["id"]
        assert [name for name in criterion["tests"] if "::test_" not in name] == [], criterion["id"]
        assert missing_in(" ".join(f"`{name}`" for name in criterion["tests"])) == [], criterion["id"]


def test_checks_by_hand_are_dated() -> None:
    assert len(checklist()["by_hand"]) >= 5
    for check in checklist()["by_hand"]:
        assert all(check[name] for name in ("step", "with", "result"))
        assert date.fromisoformat(check["checked_on"]) <= date.fromisoformat(checklist()["checked_on"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_texts_name_the_axe_that_the_tests_run(language: str, client: Client, db: None) -> None:
    found = re.search(r"axe v(\d+\.\d+)", Axe().axe_script)
    assert found
    page = client.get(reverse("accessibility"), headers={"Accept-Language": language}).content.decode()
    assert set(re.findall(r"axe-core (\d+\.\d+)", page + REPORT.read_text(encoding="utf-8"))) == {found[1]}


@pytest.mark.parametrize(("language", "heading"), [("en", "Supports"), ("es", "Cumple")])
def test_page_of_the_site_has_the_date_and_each_result(language: str, heading: str, client: Client, db: None) -> None:
    checked = checklist()
    assert PAGE.read_text(encoding="utf-8") == page_part(checked)
    page = client.get(reverse("accessibility"), headers={"Accept-Language": language}).content.decode()
    rows = re.findall(r'<th scope="row">([\d.]+) [^<]+</th>\s*<td>(A+)</td>\s*<td>([^<]+)</td>', page)
    assert [(row[0], row[1]) for row in rows] == [(one["id"], one["level"]) for one in checked["criteria"]]
    counts = Counter(one["result"] for one in checked["criteria"])
    assert [row[2] for row in rows].count(heading) == counts["supports"]
    day = date.fromisoformat(checked["checked_on"])
    assert (f"{day:%B} {day.day}, {day.year}" if language == "en" else f"{day.day} de ") in page
    assert "Firefox" in page


def test_page_of_the_site_has_a_contact_where_one_is_set(client: Client, db: None, settings: Any) -> None:
    settings.CONTACT = "office@school.example"
    assert 'href="mailto:office@school.example"' in client.get(reverse("accessibility")).content.decode()
