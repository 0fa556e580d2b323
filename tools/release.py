"""`python -m tools.release`: print what keeps this commit from being a release, or how to tag it.

Version, changelog, security policy, the site for the upgrade test, and the report on accessibility with its checks by
hand must agree, and the tag must not be elsewhere.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from quizsite import __version__
from tools import accessibility_report

ROOT = Path(__file__).resolve().parents[1]
OLD_SITES = ROOT / "tests" / "data"
HEADING = re.compile(r"^## (\S+)(?: \((\d{4}-\d\d-\d\d)\))?$", re.M)
GIT = shutil.which("git") or "git"


def released_versions(changelog: str) -> list[str]:
    """The versions with an entry and a date, newest first."""
    return [version for version, date in HEADING.findall(changelog) if date]


def problems(
    version: str, *, changelog: str, security: str, old_sites: set[str], report: str, checks: dict[str, str]
) -> list[str]:
    """What does not agree with a release of this version.

    old_sites: versions that the upgrade test starts from. report: on accessibility. checks: the day of each of its
    checks by hand. They are done again for each release, so none is older than the release before.
    """
    found = []
    dates = dict(HEADING.findall(changelog))
    versions = released_versions(changelog)
    unreleased = changelog.partition("## Unreleased\n")[2].partition("\n## ")[0]
    if versions[:1] != [version]:
        found.append(f"The newest entry of CHANGELOG.md is not {version}.")
    if unreleased.strip():
        found.append("CHANGELOG.md has lines under Unreleased.")
    if re.findall(r"^\| (\S+) \| yes \|$", security, re.M) != [version.rpartition(".")[0]]:
        found.append(f"SECURITY.md does not say that {version} alone is supported.")
    if not old_sites.issuperset(versions[1:2]):
        found.append(f"tests/data/ has no site of {versions[1]}, so no test upgrades from it.")
    if f"| Product | Footnote {version} |" not in report:
        found.append(f"docs/accessibility-report.md is not of {version}: run make accessibility-report.")
    for step, day in checks.items():
        if versions[1:2] and day < dates[versions[1]]:
            found.append(f"tests/data/wcag.toml: “{step}” was last checked before {versions[1]}.")
    return found


def agreement() -> list[str]:
    """What does not agree in this checkout."""
    checked = accessibility_report.checklist()
    return problems(
        __version__,
        report=accessibility_report.REPORT.read_text(encoding="utf-8"),
        checks={check["step"]: check["checked_on"] for check in checked["by_hand"]},
        changelog=(ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        security=(ROOT / "SECURITY.md").read_text(encoding="utf-8"),
        old_sites={path.name.removeprefix("footnote-").removesuffix(".tar.xz") for path in OLD_SITES.iterdir()},
    )


def _git(*arguments: str) -> str:
    """What git prints; empty if it fails, as for a tag that does not exist."""
    return subprocess.run([GIT, *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Print the problems and fail, or print the next command."""
    found, tag = agreement(), f"v{__version__}"
    if _git("status", "--porcelain"):
        found.append("There are changes without a commit.")
    tagged = _git("rev-parse", "--quiet", "--verify", f"{tag}^{{commit}}")
    if tagged and tagged != _git("rev-parse", "HEAD"):
        found.append(f"The tag {tag} is at another commit.")
    if found:
        sys.exit("\n".join(found))
    print(f"{tag} is tagged here." if tagged else f'Next: git tag --annotate {tag} --message "Footnote {__version__}"')


if __name__ == "__main__":
    main()
