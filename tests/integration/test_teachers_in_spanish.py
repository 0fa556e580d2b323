"""Pages of a teacher who reads Spanish show a question set in Spanish, whatever language it was written in."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import latest_edition, published
from quizzes.models import Assignment, QuestionSet, User
from quizzes.models.assignments import AFTER_LESSONS, NEW_VERSION, assignment_title
from tests.factories import NOW, make_assignment, make_attempt, make_classroom, make_student, save, wrong_value
from tests.integration.test_access import TABLE, School
from tests.pages import text_of

pytestmark = pytest.mark.django_db
OBJECTIVE = "What PARS recorded"


@pytest.fixture
def school(teacher: User) -> School:
    """A class whose student answered each question of the built-in set wrong."""
    call_command("load_question_sets", verbosity=0)
    edition = latest_edition(QuestionSet.objects.get(slug="pars-agreement"))
    classroom = make_classroom(teacher=teacher, created_at=NOW)
    student = make_student(classroom=classroom, created_at=NOW)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=NOW)
    attempt = make_attempt(assignment=assignment, student=student, started_at=NOW)
    for question in published(edition.pk).document.questions:
        save(attempt, question.key, wrong_value(question))
    submit_attempt(attempt, now=NOW)
    return School(teacher, student, assignment, attempt)


PAGES = {
    "question_set": {"objectives", "stems", "speakers"},
    "teaching_guide": {"objectives"},
    "assignment_results": {"objectives", "stems"},
    "item_analysis": {"stems"},
    "classroom_mastery": {"objectives"},
    "attempt_review": {"objectives", "stems"},
    "student_report": {"stems"},
    "assignment_regrades": {"stems"},
}


@pytest.mark.parametrize("name", PAGES)
def test_page_shows_the_question_set_in_spanish(name: str, school: School, teacher_client: Client) -> None:
    english = published(school.assignment.edition_id).document
    spanish = english.in_language("es")
    is_of_set = name in {"question_set", "teaching_guide"}
    built_in = school.assignment.edition.question_set
    kwargs = {"public_id": built_in.public_id} if is_of_set else TABLE[name].kwargs(school)
    page = teacher_client.get(reverse(name, kwargs=kwargs), headers={"Accept-Language": "es"})
    text = text_of(page)
    of = {
        "objectives": lambda document: [one.title for one in document.objectives],
        "stems": lambda document: [question.stem for question in document.questions],
        "speakers": lambda document: [one.label for one in document.reading.speakers if one.key == "not_stated"],
    }
    for what in PAGES[name]:
        assert [one for one in of[what](spanish) if one not in text] == []
        assert [one for one in of[what](english) if one in text] == []


def test_gradebook_of_one_objective_keeps_its_address_in_spanish(school: School, teacher_client: Client) -> None:
    address = reverse("classroom_gradebook", args=[school.assignment.classroom.public_id])
    page = teacher_client.get(address, {"objective": OBJECTIVE}, headers={"Accept-Language": "es"})
    text = text_of(page)
    assert ("Qué registraba PARS" in text, OBJECTIVE in text) == (True, False)
    assert "objective=What%20PARS%20recorded" in page.content.decode()


@pytest.mark.parametrize(
    ("own_title", "shown"),
    [
        ("Check A, before the lessons", "Prueba A, antes de las clases"),
        (AFTER_LESSONS.format(title="Check A"), "Prueba A, después de las clases"),
        (NEW_VERSION.format(title="Check A", number=3), "Prueba A, versión 3"),
        ("Check A, before lunch", "Check A, before lunch"),
        ("Check B, version 2", "Check B, version 2"),
    ],
)
def test_title_that_footnote_made_is_in_the_language_of_the_page(own_title: str, shown: str) -> None:
    call_command("load_question_sets", verbosity=0)
    edition = latest_edition(QuestionSet.objects.get(slug="check-a"))
    with translation.override("es"):
        assert assignment_title(own_title, stored="Check A", shown="Prueba A") == shown
        assert Assignment(edition=edition, own_title=own_title).title == shown
