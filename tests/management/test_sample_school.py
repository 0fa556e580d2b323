"""The sample school is made once, has every question type, and has answers that need grading."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from quizzes.content.question_types.registry import TYPES
from quizzes.grading.queue import queued_answers
from quizzes.management.sample_school import LESSONS, make_sample_school
from quizzes.models import Assignment, Attempt, Classroom, Edition, Question, User
from tests.factories import NOW, make_user, publish_built_in_sets
from tests.integrity import broken


@pytest.mark.django_db
def test_sample_school_has_every_type_and_is_made_once() -> None:
    publish_built_in_sets()
    teacher = make_sample_school(now=NOW)
    counts = [model.objects.count() for model in (Assignment, Attempt, Edition)]
    assert make_sample_school(now=NOW) == teacher == User.objects.get()
    assert [model.objects.count() for model in (Assignment, Attempt, Edition)] == counts

    assert Assignment.objects.count() == 2 * len(LESSONS)
    assert set(Question.objects.values_list("type", flat=True)) == set(TYPES)
    own = Assignment.objects.filter(edition__question_set__owner=teacher)
    assert {entry.is_by_hand for assignment in own for entry in queued_answers(assignment)} >= {True}
    assert broken() == []


@pytest.mark.django_db
def test_sample_school_is_not_added_to_another_site() -> None:
    teacher = make_user(email="rivera@other.example")

    with pytest.raises(CommandError, match="accounts or classes that are not of the sample school"):
        call_command("load_demo", stdout=StringIO())

    assert User.objects.get() == teacher
    assert not Classroom.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_sample_school_with_a_further_account_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    publish_built_in_sets()
    make_sample_school(now=NOW)
    make_user(email="invited@school.example")
    out = StringIO()
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", "8313")

    call_command("load_demo", stdout=out)
    call_command("load_demo", "--base-url", "http://10.1.2.3:8000", stdout=out)

    addresses = re.findall(r"http://[\d.]+:\d+(?=/enter/)", out.getvalue())
    assert addresses == ["http://127.0.0.1:8313", "http://10.1.2.3:8000"]
