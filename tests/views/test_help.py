"""The help page: every page of a teacher leads to it, and every link to a section finds the section."""

import re
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Student
from tests.pages import read, text_of

TEMPLATES = Path(site_settings.BASE_DIR) / "templates"


@pytest.mark.django_db
def test_every_link_to_a_section_of_the_help_page_finds_it() -> None:
    page = Client().get(reverse("help"))
    sections = set(re.findall(r'<h2 class="sec-label" id="([a-z-]+)">', page.content.decode()))
    topics = {
        topic
        for path in TEMPLATES.rglob("*.html")
        for topic in re.findall(r'help_link.html" with topic="([a-z-]+)"', path.read_text())
    }
    assert topics
    assert topics <= sections
    # The contents of the page name each section.
    assert {link.partition("#")[2] for link in read(page).links if "#" in link} == sections | {"main"}


def test_teachers_find_help_on_their_pages(assignment: Assignment, student: Student, teacher_client: Client) -> None:
    classroom = [assignment.classroom.public_id]
    pages = [
        ("teacher_home", []),
        ("question_sets", []),
        ("account", []),
        ("roster", classroom),
        ("classroom_quizzes", classroom),
        ("classroom_gradebook", classroom),
        ("assignment_progress", [assignment.public_id]),
        ("student_history", [student.public_id]),
        ("help", []),
    ]
    for name, args in pages:
        assert reverse("help") in read(teacher_client.get(reverse(name, args=args))).links, name


@pytest.mark.parametrize(
    "word", ["Speaker", "Objective", "Version", "Questions per objective", "Evidence", "Receipt", "Item analysis"]
)
@pytest.mark.django_db
def test_help_says_what_each_word_means(word: str) -> None:
    text = text_of(Client().get(reverse("help")))
    assert re.search(rf"{word}\b.* [A-Z0-9].*\.", text.split("What each word means")[-1])
