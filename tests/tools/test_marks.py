"""Writing between two marks of a document."""

from pathlib import Path

import pytest

from tools.marks import between, write_between


def test_text_goes_between_the_marks_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    path.write_text("a\n<!-- figures -->\nold\n<!-- end of figures -->\nz\n<!-- end of others -->\n")

    write_between(path, "figures", "new\n")

    assert path.read_text() == "a\n<!-- figures -->\nnew\n<!-- end of figures -->\nz\n<!-- end of others -->\n"


@pytest.mark.parametrize("document", ["a\n", "a\n<!-- figures -->\nb\n", "a\n<!-- end of figures -->\n"])
def test_document_without_both_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="figures"):
        between(document, "figures", "new\n")


@pytest.mark.parametrize(
    ("name", "mark"), [("performance", "figures"), ("performance", "before and after"), ("scaling", "figures")]
)
def test_documents_have_their_marks(name: str, mark: str) -> None:
    document = Path("docs", f"{name}.md").read_text()
    assert between(document, mark, "x\n") != document
