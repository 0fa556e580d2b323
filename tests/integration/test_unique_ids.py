"""No id stands twice on a page, so that each label, description and heading names one thing."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.integration.test_access import TABLE, School
from tests.integration.test_access import people as people
from tests.integration.test_access import school as school
from tests.integration.test_access import world as world

PAGES = [name for name, row in TABLE.items() if row.method == "get"]


# test_every_page.py finds such ids too.
@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_ids_of_a_page_are_unique(name: str, school: School, signed_in: Callable[..., Client]) -> None:
    for person in (school.student, school.teacher):
        response = signed_in(person).get(reverse(name, kwargs=TABLE[name].kwargs(school)))
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = response.content.decode()
        if "<html" in page:
            counts = Counter(re.findall(r'<[^>]* id="([^"]+)"', page))
            assert {found: count for found, count in counts.items() if count > 1} == {}
