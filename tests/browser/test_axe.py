"""axe reads one of the texts that look the same, and misses no color."""

import pytest

from tests.browser.axe import COLOR_RULES, violations_of
from tests.browser.conftest import NewContext

ROWS = '<p style="color: #000">A line that can be read.</p>' * 3
PLACES = {
    "color": '<p id="place" style="color: #bbb">Pale</p>',
    "background": '<div style="background: #333"><p id="place" style="color: #000">Dark</p></div>',
    "box around": '<div style="opacity: 0.3"><p id="place" style="color: #000">Pale</p></div>',
    "size": '<p style="color: #888; font-size: 40px">Large</p><p id="place" style="color: #888">Small</p>',
    "place": '<p style="position: relative; color: #000">Dark on white</p><div style="position: relative">'
    '<i style="position: absolute; background: #222; width: 9em; height: 2em"></i>'
    '<p id="place" style="position: relative; color: #000">Dark</p></div>',
    "link": '<p style="color: #000">See <a id="place" href="/" style="color: #111; text-decoration: none">it</a> here.',
    "field": '<input id="place" style="color: #ccc; background: #fff" value="Pale" aria-label="Word">',
}


def test_color_that_only_one_place_has_is_found(open_context: NewContext, subtests: pytest.Subtests) -> None:
    page = open_context().new_page()
    for name, place in PLACES.items():
        with subtests.test(name):
            page.set_content(f"<main>{ROWS}{place}{ROWS}</main>")
            found = violations_of(page, COLOR_RULES)
            assert len(found) == 1
            assert "#place" in found[0]
