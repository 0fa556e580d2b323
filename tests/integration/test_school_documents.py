"""Each statement of the documents for schools names a test or a file that keeps it true, and that exists."""

import re
from pathlib import Path

import pytest

from tests.integration.test_asvs import ROOT, missing_in

DOCUMENTS = [ROOT / "docs" / "school-questions.md", ROOT / "docs" / "data-privacy.md"]
# Heads and lines between head and body.
NOT_ROWS = re.compile(r"\| (Question|Statement|Category of data|---) ")


def rows(path: Path) -> list[list[str]]:
    """The cells of each row of the tables."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not NOT_ROWS.match(line)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_statement_names_what_keeps_it_true(path: Path) -> None:
    said = rows(path)

    assert len(said) >= 20
    assert len({row[0] for row in said}) == len(said)
    for row in said:
        assert all(row), row
        proofs = re.findall(r"`([^`]+)`", row[-1])
        # Nothing but names of files and tests, all of them there.
        assert re.sub(r"`[^`]+`|, ", "", row[-1]) == "", row
        assert [proof for proof in proofs if not (ROOT / proof.partition("::")[0]).exists()] == [], row
        assert missing_in(row[-1]) == [], row


def test_questions_of_a_district_are_all_there() -> None:
    text = DOCUMENTS[0].read_text(encoding="utf-8").lower()
    # What districts ask first, by a word of each question.
    asked = [
        *(
            "stored",
            "encrypted at rest",
            "encrypted in motion",
            "who else gets data",
            "how long",
            "breach",
            "second factor",
        ),
        *("single sign-on", "rosters", "ports", "tls inspection", "chromebooks", "accessibility report", "backups"),
        *(
            "who can see what",
            "audit log",
            "security fixes",
            "sbom",
            "penetration test",
            "end of use",
            "teacher leaves",
        ),
        *("how large a school", "internet drops", "504"),
    ]
    assert [word for word in asked if word not in text] == []
