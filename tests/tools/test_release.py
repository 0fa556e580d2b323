"""The check before a release: version, changelog, security policy, and the site for the upgrade test agree."""

from collections import Counter

from packaging.version import Version

from quizsite import __version__
from tools.release import ROOT, agreement, problems, released_versions

CHANGELOG = "# Changelog\n\n## Unreleased\n\n## 0.3.0 (2026-11-26)\n\n- New.\n\n## 0.2.0 (2026-11-25)\n"
SECURITY = "| 0.3 | yes |\n| 0.2 | no |\n"


def found(
    version: str = "0.3.0",
    changelog: str = CHANGELOG,
    security: str = SECURITY,
    old_site: str = "0.2.0",
    report: str = "",
    checked_on: str = "2026-11-25",
) -> list[str]:
    return problems(
        version,
        changelog=changelog,
        security=security,
        old_sites={old_site},
        report=report or f"| Product | Footnote {version} |",
        checks={"Keyboard": checked_on},
    )


def test_release_in_which_all_agrees_has_no_problem() -> None:
    assert released_versions(CHANGELOG) == ["0.3.0", "0.2.0"]
    assert found() == []
    # The first release has none before it.
    assert found("0.3.0", CHANGELOG.partition("## 0.2.0")[0], old_site="") == []


def test_each_disagreement_is_named() -> None:
    assert found("0.3.1") == ["The newest entry of CHANGELOG.md is not 0.3.1."]
    assert found(changelog=CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- Later.\n")) == [
        "CHANGELOG.md has lines under Unreleased."
    ]
    assert found(security=SECURITY.replace("0.2 | no", "0.2 | yes")) == [
        "SECURITY.md does not say that 0.3.0 alone is supported."
    ]
    assert found(report="| Product | Footnote 0.2.0 |") == [
        "docs/accessibility-report.md is not of 0.3.0: run make accessibility-report."
    ]
    assert found(checked_on="2026-11-24") == ["tests/data/wcag.toml: “Keyboard” was last checked before 0.2.0."]
    assert found(old_site="0.1.0") == ["tests/data/ has no site of 0.2.0, so no test upgrades from it."]


def test_this_checkout_agrees_but_for_what_is_not_released_yet() -> None:
    found = agreement()
    if Version(__version__).is_devrelease:
        # A release writes these.
        assert found.pop(0) == f"The newest entry of CHANGELOG.md is not {__version__}."
        found = [line for line in found if "SECURITY.md" not in line]
    assert [line for line in found if "Unreleased" not in line] == []


def test_changelog_has_no_line_twice() -> None:
    lines = Counter((ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines())

    assert [line for line, count in lines.items() if line.startswith("- ") and count > 1] == []
