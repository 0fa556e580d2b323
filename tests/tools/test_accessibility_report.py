"""The conformance report is what its checklist says, complete, and each of its tests exists."""

from tools.accessibility_report import REPORT, RESULTS, ROOT, checklist, report

# WCAG 2.2 has 31 criteria of level A, without 4.1.1, and 24 of level AA.
COUNTS = {"A": 31, "AA": 24}


def test_report_is_what_the_tool_writes() -> None:
    assert REPORT.read_text(encoding="utf-8") == report(checklist())


def test_checklist_has_every_criterion_once() -> None:
    criteria = checklist()["criteria"]
    assert len({criterion["id"] for criterion in criteria}) == len(criteria)
    assert {level: sum(criterion["level"] == level for criterion in criteria) for level in COUNTS} == COUNTS
    assert {criterion["result"] for criterion in criteria} <= set(RESULTS)


def test_each_result_names_a_file_that_shows_it() -> None:
    for criterion in checklist()["criteria"]:
        assert criterion["tests"] or criterion["result"] == "not_applicable", criterion["id"]
        missing = [path for path in criterion["tests"] if not (ROOT / path).exists()]
        assert missing == [], criterion["id"]
