"""Clean a pasted text: HTML tags, words split at line ends, and lines broken within a paragraph."""

import pytest

from quizzes.content import pasted_text
from quizzes.content.pasted_text import CleanText, clean_text
from quizzes.content.sentences import split_text

PDF = """\
The council of the city met on Tuesday night and
Mayor Ann Kessler spoke for an hour about the plan of
Philadelphia to end the deal, which is from J. R.
Smith. She was clear.
The next paragraph starts here and goes on until a
Capital letter."""


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("One. Two.\n\nThree.", CleanText("One. Two.\n\nThree.")),
        ("One.\r\nTwo.", CleanText("One.\n\nTwo.")),
        ("  ", CleanText("")),
        # Web pages.
        ("<p>The <b>mayor</b> &amp; I.</p><p>Two.</p>", CleanText("The mayor & I.\n\nTwo.", tags=6, entities=1)),
        ("One<br>two.", CleanText("One two.", tags=1, lines=1)),
        ("<script>if (a<b) {}</script>One.<!-- two -->", CleanText("One.", tags=3)),
        ("One.<script>two", CleanText("One.two", tags=1)),
        ("I <3 you, a < b, x<y>z & Co; R&D.", CleanText("I <3 you, a < b, x<y>z & Co; R&D.")),
        # Hyphens at line ends.
        ("The infor-\nmation.", CleanText("The information.", words=("information",), lines=1)),
        ("A well-\nknown man.", CleanText("A well-known man.", words=("well-known",), lines=1)),
        ("Anglo-\nAmerican", CleanText("Anglo-American", words=("Anglo-American",), lines=1)),
        ("A sit-in. The sit-\nin.", CleanText("A sit-in. The sit-in.", words=("sit-in",), lines=1)),
        ("infor\u00ad\nmation, co\u00adop", CleanText("information, coop", words=("information",), lines=1)),
        # Lines broken within a sentence.
        ("A line\nin one.\nTwo.", CleanText("A line in one.\n\nTwo.", lines=1)),
        ("Broken\nOff.\n\nTwo.", CleanText("Broken Off.\n\nTwo.", lines=1)),
        (
            PDF,
            CleanText(
                "The council of the city met on Tuesday night and Mayor Ann Kessler spoke for an hour about the plan "
                "of Philadelphia to end the deal, which is from J. R. Smith. She was clear.\n\n"
                "The next paragraph starts here and goes on until a Capital letter.",
                lines=4,
            ),
        ),
        # A headline is a paragraph.
        (f"City ends deal\n{PDF}", CleanText(f"City ends deal\n\n{clean_text(PDF).text}", lines=4)),
    ],
)
def test_clean_text_removes_what_is_no_text_and_counts_it(text: str, clean: CleanText) -> None:
    assert clean_text(text) == clean


def test_clean_text_leaves_no_half_sentence_of_a_pdf_line() -> None:
    assert split_text(clean_text(PDF).text, "en") == [
        [
            "The council of the city met on Tuesday night and Mayor Ann Kessler spoke for an hour about the plan of "
            "Philadelphia to end the deal, which is from J. R. Smith.",
            "She was clear.",
        ],
        ["The next paragraph starts here and goes on until a Capital letter."],
    ]


@pytest.mark.parametrize("text", [PDF, "<p>One</p><p>Two</p>", "infor-\nmation"])
def test_clean_text_changes_a_clean_text_no_more(text: str) -> None:
    clean = clean_text(text).text

    assert clean_text(clean) == CleanText(clean)


@pytest.mark.parametrize(
    "part", ["<", "<p ", "<p>", "<!--", "<script>", "</script", "<title>", "a-\n", "&", "a\n", "a"]
)
def test_clean_text_searches_for_a_missing_end_once(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 KB of `part` are looked through in proportion to their length."""
    read = [0]

    class Counted(str):
        def find(self, wanted: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
            place = super().find(wanted, start)
            read[0] += (place if place >= 0 else len(self)) - start
            return place

    monkeypatch.setattr(pasted_text, "_lowered", lambda text: Counted(text.lower()))
    clean_text((part * 80_000)[:80_000])

    assert read[0] <= 4 * 80_000


def test_a_text_with_only_an_entity_is_changed_without_tags() -> None:
    cleaned = clean_text("You &amp; I.")

    assert cleaned == CleanText("You & I.", entities=1)
    assert cleaned.is_changed
