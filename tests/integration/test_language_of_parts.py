"""A set in Arabic on a site in English: every page says which texts are Arabic, and that they run right to left.

Of the editor, reading, preview and list of questions are marked. What is typed runs in the direction of its letters.
"""

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.board import show_on_board
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.question_types.registry import text_fields
from quizzes.models import Attempt, Classroom, Student, User
from tests.content.question_types.test_walk import DOCUMENT
from tests.content.test_languages import originals
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_draft,
    make_edition,
    make_question_set,
    make_student,
    save,
    wrong_value,
)
from tests.integration.test_access import TABLE, School

# Begins every text of the set, so that a page cannot show one without it.
ARABIC = "عربي"
# No text: files, figures, and what a learning platform calls.
NO_PAGES = {"picture", "livez", "readyz", "metrics", "manifest", "offline_worker", "lti_keys", "lti_login"}
# Elements that HTML does not close.
VOID = {
    "br",
    "col",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "use",
    "path",
    "rect",
    "circle",
    "line",
    "polyline",
}


def in_arabic(value: Any, texts: set[str]) -> Any:
    """A part of a document with each of these texts in Arabic, also where another field names one."""
    match value:
        case dict():
            return {name: in_arabic(inner, texts) for name, inner in value.items()}
        case list():
            return [in_arabic(inner, texts) for inner in value]
        case str() if value in texts:
            return _arabic(value)
    return value


def _arabic(text: str) -> str:
    return f"{ARABIC} {text}"


def arabic_document() -> dict[str, Any]:
    """A set with a question of every type. Its title is in English, because a name is on pages of both languages."""
    document = json.loads(json.dumps(DOCUMENT))
    reading = {name: value for name, value in document["reading"].items() if name not in {"variants", "words"}}
    reading |= {"language": "ar", "title": _arabic(reading["title"])}
    for paragraph in reading["paragraphs"]:
        for sentence in paragraph["sentences"]:
            sentence["text"] = _arabic(sentence["text"])
    return {
        **document,
        "reading": reading,
        "objectives": [{**table, "title": _arabic(table["title"])} for table in document["objectives"]],
        "voices": [{**table, "label": _arabic(table["label"])} for table in document["voices"]],
        "questions": [in_arabic(table, set(originals(table, text_fields(table)))) for table in document["questions"]],
    }


class _Parts(HTMLParser):
    """Collects the Arabic texts of a page that are not in an element with its language and direction."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, tuple[str, str]]] = []
        self.found: list[str] = []
        self.right = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        around = self.open[-1][1] if self.open else ("", "")
        part = (given.get("lang", around[0]), given.get("dir", around[1]))
        for name in ("aria-label", "title", "placeholder", "alt"):
            self._check(given.get(name, ""), part)
        if tag == "input" and given.get("type", "text") == "text":
            self._check(given.get("value", ""), part)
        if tag not in VOID:
            self.open.append((tag, part))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, (name, _) in enumerate(self.open) if name == tag]
        if places:
            del self.open[places[-1] :]

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] not in {"title", "script"}:
            self._check(data, self.open[-1][1])

    def _check(self, text: str, part: tuple[str, str]) -> None:
        if ARABIC not in text:
            return
        if part in {("ar", "rtl"), ("ar", "auto")}:
            self.right += 1
        else:
            self.found.append(" > ".join(name for name, _ in self.open[-3:]) + ": " + " ".join(text.split())[:60])


def not_marked(page: Any) -> list[str]:
    """The Arabic texts of a page without their language or direction."""
    if not page.headers.get("Content-Type", "").startswith("text/html") or page.streaming:
        return []
    parts = _Parts()
    parts.feed(page.content.decode())
    return parts.found


@pytest.fixture
def school(classroom: Classroom, teacher: User, student: Student) -> School:
    """A student at work on a set in Arabic, of which the teacher has a copy."""
    edition = make_edition(question_set=make_question_set(owner=teacher), document=arabic_document())
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    return School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))


def answer_wrongly(attempt: Attempt) -> None:
    for question in content_of(attempt).questions:
        save(attempt, question.key, wrong_value(question))
    submit_attempt(attempt, now=NOW)


def student_pages(school: School) -> Iterator[str]:
    """The address of each page of a student, the quiz first at work and then turned in."""
    own = [school.attempt.public_id]
    numbers = range(1, len(content_of(school.attempt).questions) + 1)
    yield reverse("start_attempt", args=[school.assignment.public_id])
    yield from (reverse("take_attempt", args=[*own, number]) for number in numbers)
    yield from (reverse(name, args=own) for name in ("review_attempt", "questions_ahead"))
    answer_wrongly(school.attempt)
    yield from (reverse(name, args=own) for name in ("receipt", "result"))
    yield from (reverse("practice_question", args=[*own, number]) for number in numbers)
    yield reverse("practice_result", args=own)
    yield reverse("student_home")


def teacher_pages(school: School) -> Iterator[str]:
    """The address of each page of a teacher on work that is turned in, and the board at each of its steps."""
    answer_wrongly(school.attempt)
    for name, row in TABLE.items():
        is_page = row.method == "get" and row.outcomes["teacher"] in {"page", "moves"} and name not in NO_PAGES
        if is_page and not name.startswith("edit_"):
            yield reverse(name, kwargs=row.kwargs(school))
    numbers = range(1, len(content_of(school.attempt).questions) + 1)
    of_quiz = [school.assignment.public_id]
    yield from (reverse("regrade_question", args=[*of_quiz, number]) for number in numbers)
    for number in numbers:
        for phase in (1, 2, 3, 4):
            show_on_board(school.assignment, number=number, phase=phase, by=school.teacher, now=NOW)
            yield reverse("class_board", args=of_quiz)
    draft = make_draft(owner=school.teacher, document=arabic_document())
    own = [draft.question_set.public_id]
    yield from (reverse("preview_draft", args=[*own, number]) for number in numbers)


def unmarked_pages(client: Client, addresses: Iterator[str]) -> dict[str, list[str]]:
    found = {address: not_marked(client.get(address, follow=True)) for address in addresses}
    return {address: texts for address, texts in found.items() if texts}


def test_every_arabic_text_of_a_student_says_its_language(school: School, student_client: Client) -> None:
    assert unmarked_pages(student_client, student_pages(school)) == {}


@pytest.mark.slow
def test_every_arabic_text_of_a_teacher_says_its_language(
    school: School, classroom: Classroom, signed_in: Callable[..., Client]
) -> None:
    for number in range(9):
        other = make_student(classroom=classroom, name=f"Student {number}")
        answer_wrongly(make_attempt(assignment=school.assignment, student=other))
    assert unmarked_pages(signed_in(school.teacher), teacher_pages(school)) == {}


def test_editor_marks_reading_preview_and_list_of_questions(school: School, signed_in: Callable[..., Client]) -> None:
    draft, client = make_draft(owner=school.teacher, document=arabic_document()), signed_in(school.teacher)
    own, marked = [draft.question_set.public_id], 'lang="ar" dir="rtl">'
    questions = draft.document["questions"]
    readings = 0
    for question in questions:
        text = client.get(reverse("edit_question", args=[*own, question["key"]])).content.decode()
        readings += text.count(f'<div class="reading pick" {marked}') + text.count(f'<div class="reading" {marked}')
        assert text.count(f'<div class="text" {marked}') == 1, question["key"]
        assert text.count(f"<span {marked}{ARABIC}") >= len(questions), question["key"]
    assert readings == len(questions)


def test_an_arabic_text_without_its_language_is_found() -> None:
    parts = _Parts()
    parts.feed(
        f'<html lang="en" dir="ltr"><title>{ARABIC}</title><p lang="ar" dir="rtl">{ARABIC} 1<br>{ARABIC} 2</p>'
        f'<p lang="ar">{ARABIC} 3</p><ul><li lang="ar" dir="rtl">{ARABIC} 4</li><li>{ARABIC} 5</li></ul>'
        f'<a aria-label="{ARABIC} 6">x</a><input value="{ARABIC} 7">'
    )
    assert [text[-1] for text in parts.found] == ["3", "5", "6", "7"]
    assert parts.right == 3
