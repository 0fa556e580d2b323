"""The pages that everybody may open, as a browser shows them."""

import pytest
from django.urls import reverse

from tests.browser.conftest import NewContext, overflow, violations

PAGES = ["landing", "join", "privacy", "accessibility", "how_we_write", "help", "account_login"]


@pytest.mark.parametrize("name", PAGES)
def test_public_page_is_accessible(open_context: NewContext, name: str) -> None:
    page = open_context(width=360).new_page()
    page.goto(reverse(name))
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) == 0
