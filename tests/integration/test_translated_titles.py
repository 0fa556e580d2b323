"""Titles and summaries of question sets in the language of the page."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation

from quizzes.assignments.newer_versions import split_by_edition
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.drafts import lifecycle
from quizzes.content.drafts.publishing import publish
from quizzes.content.drafts.retry import make_retry
from quizzes.content.drafts.saving import save_source
from quizzes.content.editions import latest_edition, published
from quizzes.models import Assignment, Attempt, Classroom, QuestionSet, Student, User
from quizzes.reports.search import search
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_edition,
    make_question_set,
    make_student,
    publish_built_in_sets,
)
from tests.pages import form_of, text_of
from tests.views.student.test_languages import bilingual
from tests.views.teacher.test_paper_answers import DOCUMENT

ENGLISH, SPANISH = "The PARS agreement", "El acuerdo sobre PARS"


@pytest.fixture
def built_in(db: None) -> QuestionSet:
    publish_built_in_sets()
    return QuestionSet.objects.built_in().get(slug="pars-agreement")


@pytest.fixture
def given(built_in: QuestionSet, classroom: Classroom, teacher: User, student: Student) -> Assignment:
    """A quiz of the built-in set that a student turned in."""
    assignment = make_assignment(
        edition=latest_edition(built_in), classroom=classroom, assigned_by=teacher, max_attempts=2
    )
    submit_attempt(make_attempt(assignment=assignment, student=student), now=NOW)
    return assignment


def pages_of(given: Assignment) -> list[str]:
    """The pages of a teacher with the title of a quiz or of its set."""
    of_class = ("classroom_quizzes", "classroom_gradebook")
    of_quiz = ("assignment_progress", "assignment_results", "item_analysis", "change_assignment", "start_class")
    of_quiz += ("assign_again", "grading_queue", "class_board", "running_class", "paper_answers")
    of_set = ("question_set", "assign", "export_questions")
    pages = [reverse(name) for name in ("teacher_home", "question_sets", "assign_quiz")]
    pages += [reverse(name, args=[given.classroom.public_id]) for name in of_class]
    pages += [reverse(name, args=[given.public_id]) for name in of_quiz]
    pages += [reverse(name, args=[given.edition.question_set.public_id]) for name in of_set]
    attempt = Attempt.objects.get()
    pages += [reverse(name, args=[attempt.student.public_id]) for name in ("student_history", "student_report")]
    return [*pages, reverse("attempt_review", args=[attempt.public_id]), f"{reverse('search')}?q={attempt.receipt}"]


def test_pages_of_teachers_have_titles_in_their_language(
    given: Assignment, teacher_client: Client, queries: Any
) -> None:
    counts: dict[str, list[int]] = {}
    for language, title, other in (("en", ENGLISH, SPANISH), ("es", SPANISH, ENGLISH)):
        User.objects.update(language=language)
        wrong = []
        for page in pages_of(given):
            teacher_client.get(page)
            with queries() as seen:
                text = text_of(teacher_client.get(page))
            counts.setdefault(page, []).append(len(seen))
            if title not in text or other in text:
                wrong.append(page)
        assert wrong == []
    assert {page: found for page, found in counts.items() if found[0] != found[1]} == {}


def test_every_built_in_set_has_a_spanish_title_and_summary(built_in: QuestionSet) -> None:
    with translation.override("es"):
        sets = QuestionSet.objects.built_in()
        found = [(row.title, row.shown_title, row.summary, row.texts["es"]["summary"]) for row in sets]
    assert len(found) == 7
    assert [row for row in found if row[0] == row[1] or row[2] == row[3]] == []


def test_sets_are_listed_by_the_title_that_shows(built_in: QuestionSet) -> None:
    sets = QuestionSet.objects.filter(slug__in=("who-says-so", "check-a", "exit-ticket", "pars-agreement"))
    titles = {}
    for language in ("en", "es"):
        with translation.override(language):
            titles[language] = [row.shown_title for row in sets.by_shown_title()]
    assert titles == {
        "en": ["Check A", "Exit ticket", ENGLISH, "Who says so?"],
        "es": [SPANISH, "Preguntas de salida", "Prueba A", "¿Quién lo dice?"],
    }


def test_own_title_of_a_quiz_wins(given: Assignment, teacher_client: Client, student_client: Client) -> None:
    User.objects.update(language="es")
    Student.objects.update(language="es")
    home = text_of(student_client.get(reverse("student_home")))
    assert (SPANISH in home, ENGLISH in home) == (True, False)
    Assignment.objects.update(own_title="Friday check")
    for client, page in ((teacher_client, "teacher_home"), (student_client, "student_home")):
        text = text_of(client.get(reverse(page)))
        assert ("Friday check" in text, SPANISH in text, ENGLISH in text) == (True, False, False), page


def test_search_finds_a_set_by_the_title_that_shows(built_in: QuestionSet, teacher: User) -> None:
    for language, count in (("es", 1), ("en", 0)):
        with translation.override(language):
            assert len(search(teacher, "el acuerdo").question_sets) == count
    with translation.override("es"):
        assert len(search(teacher, "pars agreement").question_sets) == 1


def test_title_of_another_version_is_stored_in_the_first_language(given: Assignment, teacher: User) -> None:
    make_student(classroom=given.classroom)
    newer = make_edition(question_set=given.edition.question_set, document={**given.edition.document, "minutes": 5})
    with translation.override("es"):
        made = split_by_edition(given, newer, group=uuid4(), by=teacher, now=NOW)
        assert (given.title, made.own_title) == (SPANISH, f"{ENGLISH}, version 2")
        assert made.title == f"{SPANISH}, versión 2"


def test_title_stays_made_until_the_teacher_types_another(
    given: Assignment, teacher_client: Client, student_client: Client
) -> None:
    attempt = given.attempts.get()
    Assignment.objects.update(own_title=f"{ENGLISH}, version 2", is_title_made=True, max_attempts=1)
    address = reverse("change_assignment", args=[given.public_id])
    shown = []
    for changes in ({}, {"own_title": f"{ENGLISH}, version 3"}):
        form = form_of(teacher_client.get(address), having="own_title")
        assert teacher_client.post(address, form.data(act="save", **changes)).status_code == 302
        pages = (reverse("student_home"), reverse("receipt", args=[attempt.public_id]))
        texts = [text_of(student_client.get(page, headers={"Accept-Language": "es"})) for page in pages]
        shown.append([title for title in (f"{SPANISH}, versión 2", f"{ENGLISH}, version 3") if title in texts[0]])
        assert shown[-1][0] in texts[1]

    assert shown == [[f"{SPANISH}, versión 2"], [f"{ENGLISH}, version 3"]]


def test_published_draft_has_its_titles(teacher: User) -> None:
    """A changed title loses its translation, since that is of the old one."""
    edition = make_edition(question_set=make_question_set(owner=teacher), document=bilingual(DOCUMENT))
    draft = lifecycle.take_document(edition.document, title=str(edition.document["title"]), by=teacher, now=NOW)
    publish(draft, seen=draft.revision, note="", by=teacher, now=NOW)
    draft.question_set.refresh_from_db()
    with translation.override("es"):
        assert (draft.question_set.title, draft.question_set.shown_title) == (edition.document["title"], "El acuerdo")
    save_source(draft, seen=draft.revision, title="New title", by=teacher, now=NOW)
    draft.refresh_from_db()
    publish(draft, seen=draft.revision, note="", by=teacher, now=NOW)
    draft.question_set.refresh_from_db()
    with translation.override("es"):
        assert draft.question_set.shown_title == "New title"


def test_retry_has_the_title_of_each_language(given: Assignment, teacher: User) -> None:
    key = published(given.edition_id).document.questions[0].key
    with translation.override("es"):
        made = make_retry(given, [key], by=teacher, now=NOW)
        assert make_retry(given, [key], by=teacher, now=NOW) == made
        made.refresh_from_db()
        assert (made.title, made.shown_title) == (f"Retry: {ENGLISH}", f"Reintento: {SPANISH}")


def test_migration_copies_the_titles_of_the_latest_editions(built_in: QuestionSet, teacher: User) -> None:
    stored = dict(QuestionSet.objects.values_list("pk", "texts"))
    assert stored[built_in.pk]["es"]["title"] == SPANISH
    without = make_edition(question_set=make_question_set(owner=teacher)).question_set_id
    QuestionSet.objects.update(texts={})
    migration: Any = import_module("quizzes.migrations.0053_translated_titles")
    migration.copy_texts(apps, None)
    assert dict(QuestionSet.objects.values_list("pk", "texts")) == {**stored, without: {}}
