"""Each new text of a module for pages is marked for translation, or listed as one that no page shows."""

import pytest

from tools.unmarked_strings import all_unmarked, listed, unmarked

MODULE = '''
"""A docstring."""
LABEL = gettext_lazy("A marked label")
FORGOTTEN = "A forgotten label"
marked = gettext("{count} answers of {name}").format(count=count, name=name or "Another label")
forgotten = f"{count} answers of {name}"
problem = InvalidDocument("an error for authors of built-in sets")
counted = ngettext("{count} answer", "{count} answers", count)
'''


@pytest.fixture(scope="module")
def found() -> set[str]:
    return all_unmarked()


def test_every_text_of_a_page_is_marked(found: set[str]) -> None:
    new = sorted(found - listed())
    assert new == [], "Mark it for translation. If no page shows it, add it to tests/data/unmarked_strings.txt."


def test_the_list_has_no_text_that_is_gone(found: set[str]) -> None:
    assert sorted(listed() - found) == [], "Take these lines out of tests/data/unmarked_strings.txt."


def test_an_unmarked_text_is_found_and_a_marked_one_is_not() -> None:
    assert set(unmarked(MODULE)) == {"A forgotten label", "Another label", "{} answers of {}"}
