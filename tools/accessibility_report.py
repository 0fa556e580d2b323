"""Write docs/accessibility-report.md, in the shape of VPAT 2.5, from the checklist in tests/data/wcag.toml."""

import sys
import tomllib
from pathlib import Path
from typing import Any

from quizsite import __version__

ROOT = Path(__file__).resolve().parents[1]
CHECKLIST = ROOT / "tests" / "data" / "wcag.toml"
REPORT = ROOT / "docs" / "accessibility-report.md"
RESULTS = {"supports": "Supports", "partially": "Partially Supports", "not_applicable": "Not Applicable"}

HEAD = """# Accessibility conformance report

In the shape of VPAT 2.5, WCAG edition. `make accessibility-report` writes it from `tests/data/wcag.toml`.

| | |
| --- | --- |
| Product | Footnote {version} |
| Report date | {checked_on} |
| Standard | Web Content Accessibility Guidelines 2.2, levels A and AA |
| Evaluated with | {checked_with} |
| Evaluated by | the project itself; nobody outside it has audited Footnote |
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
    return "\n".join(lines)


def main() -> int:
    """Write the report."""
    REPORT.write_text(report(checklist()), encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
