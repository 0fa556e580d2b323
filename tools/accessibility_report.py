"""Write docs/accessibility-report.md, in the shape of VPAT 2.5, and the results on the site's accessibility page.

Both come from the dated checklist in tests/data/wcag.toml.
"""

import sys
import textwrap
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from quizsite import __version__

ROOT = Path(__file__).resolve().parents[1]
CHECKLIST = ROOT / "tests" / "data" / "wcag.toml"
REPORT = ROOT / "docs" / "accessibility-report.md"
PAGE = ROOT / "templates" / "public" / "accessibility_results.html"
RESULTS = {"supports": "Supports", "partially": "Partially Supports", "not_applicable": "Not Applicable"}

HEAD = """# Accessibility conformance report

In the shape of VPAT 2.5, WCAG edition. `make accessibility-report` writes it from `tests/data/wcag.toml`.

| | |
| --- | --- |
| Product | Footnote {version} |
| Report date | {checked_on} |
| Standard | Web Content Accessibility Guidelines 2.2, levels A and AA |
| Evaluated with | {checked_with} |
| Evaluated by | the project itself; no one outside it has audited Footnote |
| Contact | the person who runs the site: its accessibility page has the address |

Automated tests find about half of all problems. Not tested on real devices: NVDA, VoiceOver, TalkBack, and ChromeVox.
“Supports” means that no known problem is open, “Partially Supports” that some function does not meet the criterion.
"""


def checklist() -> dict[str, Any]:
    """The dated checklist."""
    return tomllib.loads(CHECKLIST.read_text(encoding="utf-8"))


def report(checked: dict[str, Any]) -> str:
    """The report as Markdown."""
    lines = [HEAD.format(version=__version__, **checked)]
    for level in ("A", "AA"):
        criteria = [criterion for criterion in checked["criteria"] if criterion["level"] == level]
        lines += [
            f"## Level {level}",
            "",
            "| Criterion | Conformance | Remarks | Shown by |",
            "| --- | --- | --- | --- |",
        ]
        for criterion in criteria:
            tests = ", ".join(f"`{test}`" for test in criterion["tests"])
            name = f"{criterion['id']} {criterion['name']}"
            lines.append(f"| {name} | {RESULTS[criterion['result']]} | {criterion['remark']} | {tests} |")
        lines.append("")
    lines += ["## Checks by hand", "", "| Step | On | With | Result |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {one['step']} | {one['checked_on']} | {one['with']} | {one['result']} |" for one in checked["by_hand"]
    ]
    lines.append("")
    return "\n".join(lines)


PAGE_HEAD = """{# Written by `make accessibility-report` from tests/data/wcag.toml. release: the version of the site. #}
{% load translation %}
<section class="sec" aria-labelledby="h-results">
  <h2 class="sec-label" id="h-results">{% translate "Result for each criterion" %}</h2>
  <div class="stack">
    <p>{% blocktranslate trimmed %}
"""
PAGE_TABLE = """    {% endblocktranslate %}</p>
    <p class="soft small">{% blocktranslate trimmed %}
      “Supports” means that we know of no open problem, “Partially supports” that some function does not meet the
      criterion.
    {% endblocktranslate %}</p>
    <details class="more">
      <summary>{% translate "All criteria of levels A and AA" %}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="{% translate "All criteria of levels A and AA" %}">
      <table class="tbl">
        <thead>
          <tr>
            <th scope="col">{% translate "Criterion" %}</th>
            <th scope="col">{% translate "Level" context "of a criterion" %}</th>
            <th scope="col">{% translate "Result" context "of a criterion" %}</th>
          </tr>
        </thead>
        <tbody>
"""
PAGE_FOOT = """        </tbody>
      </table>
      </div>
    </details>
  </div>
</section>
"""
RESULT_TAGS = {
    "supports": '{% translate "Supports" context "of a criterion" %}',
    "partially": '{% translate "Partially supports" context "of a criterion" %}',
    "not_applicable": '{% translate "Does not apply" context "of a criterion" %}',
}


def page_part(checked: dict[str, Any]) -> str:
    """The template with the date, the tested environments, and the result for each criterion."""
    day = date.fromisoformat(checked["checked_on"])
    said = (
        f"This page is about Footnote {{{{ release }}}}. It was last checked on {day:%B} {day.day}, {day.year}, "
        f"with {checked['checked_with']}."
    )
    lines = [PAGE_HEAD, textwrap.indent(textwrap.fill(said, 106, break_on_hyphens=False), " " * 6), "\n", PAGE_TABLE]
    for criterion in checked["criteria"]:
        lines += [
            "          <tr>\n",
            f'            <th scope="row">{criterion["id"]} {{% translate "{criterion["name"]}" %}}</th>\n',
            f"            <td>{criterion['level']}</td>\n",
            f"            <td>{RESULT_TAGS[criterion['result']]}</td>\n",
            "          </tr>\n",
        ]
    return "".join([*lines, PAGE_FOOT])


def main() -> int:
    """Write the report and the part of the page."""
    checked = checklist()
    REPORT.write_text(report(checked), encoding="utf-8")
    PAGE.write_text(page_part(checked), encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} and {PAGE.relative_to(ROOT)} are written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
