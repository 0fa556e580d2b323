"""Regrades of typed answers: the tolerance and the typos that a question allows."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.forms.regrades import AS_WRITTEN
from quizzes.grading.queue import queued_answers
from quizzes.models import Assignment, Classroom, Edition, User
from tests.factories import make_assignment, make_edition
from tests.pages import errors_of, form_of, text_of
from tests.views.teacher.test_grading_queue import give, scores, typed_document


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(document=typed_document())


def regraded_by(client: Client, assignment: Assignment, number: int, **fields: Any) -> str:
    """Regrade a question on its pages; returns the text of the preview, or of the form with its errors."""
    address = reverse("regrade_question", args=[assignment.public_id, number])
    form = form_of(client.get(address), having="policy")
    page = client.post(address, form.data(**{"policy": "either_key", "reason": "Fair.", **fields}, act="preview"))
    if not errors_of(page):
        client.post(address, form_of(page, having="stamp").data(act="save"))
    return text_of(page)


NUMBER = AS_WRITTEN.token("some", "answer")
WORDS = AS_WRITTEN.token("one", "answer")


@pytest.mark.parametrize("policy", ["either_key", "new_key"])
def test_regrade_can_allow_a_tolerance(policy: str, assignment: Assignment, teacher_client: Client) -> None:
    for name, answer in (("Ana", "30 days"), ("Ben", "31 days"), ("Cy", "40 days")):
        give(assignment, name, some=answer)
    assert scores() == [2, 0, 0]

    preview = regraded_by(teacher_client, assignment, 2, policy=policy, tolerance="1", **{NUMBER: "30 days"})

    assert "New answer: 30 days (give or take 1)" in preview
    assert scores() == [2, 2, 0]
    # The next form starts with what counts.
    address = reverse("regrade_question", args=[assignment.public_id, 2])
    assert form_of(teacher_client.get(address), having="policy").data()["tolerance"] == ["1"]
    regraded_by(teacher_client, assignment, 2, policy=policy, tolerance="", **{NUMBER: "40 days"})
    assert scores() == ([2, 2, 2] if policy == "either_key" else [0, 0, 2])


def test_tolerance_of_an_undone_regrade_is_gone_for_later_ones_too(
    assignment: Assignment, teacher_client: Client
) -> None:
    for name, answer in (("Ana", "30 days"), ("Ben", "31 days"), ("Cy", "41 days")):
        give(assignment, name, some=answer)
    regraded_by(teacher_client, assignment, 2, tolerance="1", **{NUMBER: "30 days"})
    regraded_by(teacher_client, assignment, 2, **{NUMBER: "40 days"})
    assert scores() == [2, 2, 2]

    first = assignment.regrades.first()
    assert first is not None
    teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, first.group]))

    assert scores() == [2, 0, 0]


@pytest.mark.parametrize("tolerance", ["about 1", "-1", "1 day"])
def test_tolerance_that_is_not_a_number_is_an_error_at_its_field(
    tolerance: str, assignment: Assignment, teacher_client: Client
) -> None:
    address = reverse("regrade_question", args=[assignment.public_id, 2])
    form = form_of(teacher_client.get(address), having="policy")
    sent = {"policy": "either_key", "reason": "Fair.", "tolerance": tolerance, NUMBER: "30 days"}
    page = teacher_client.post(address, form.data(**sent, act="preview"))
    assert errors_of(page) == ["Enter the tolerance as a number, 0 or more, without a unit."]
    assert form_of(page, having="policy").data()["tolerance"] == [tolerance]
    # A question that is dropped needs none.
    page = teacher_client.post(address, form.data(**{**sent, "policy": "drop"}, act="preview"))
    assert errors_of(page) == []


def test_regrade_can_allow_a_typo(assignment: Assignment, teacher_client: Client) -> None:
    for name, answer in (("Ana", "August 31"), ("Ben", "the harbour"), ("Cy", "the habour")):
        give(assignment, name, one=answer)
    preview = regraded_by(teacher_client, assignment, 1, forgive_slips="on", **{WORDS: "the harbour"})
    assert "Allow 1 typo in longer words: Yes" in preview
    assert scores() == [1, 1, 1]
    address = reverse("regrade_question", args=[assignment.public_id, 1])
    assert form_of(teacher_client.get(address), having="policy").data()["forgive_slips"] == ["on"]

    teacher_client.post(
        reverse("undo_regrade", args=[assignment.public_id, assignment.regrades.values_list("group", flat=True)[0]])
    )
    preview = regraded_by(teacher_client, assignment, 1, **{WORDS: "the harbour"})
    assert "Allow 1 typo in longer words: No" in preview
    assert scores() == [1, 1, 0]
    # Close to the new answer, though not to the one that the version was published with.
    assert [entry.wordings[0].value for entry in queued_answers(assignment)] == ["the habour"]


def test_regrade_can_allow_a_typo_in_blanks(teacher: User, classroom: Classroom, teacher_client: Client) -> None:
    document = typed_document()
    common = {name: document["questions"][0][name] for name in ("key", "objective", "skill", "facts", "stem")}
    common |= {name: document["questions"][0][name] for name in ("evidence", "explanation")}
    gaps = [{"accepted": [word], "rationale": "Look again."} for word in ("harbour", "market")]
    document["questions"][0] = {**common, "type": "blanks", "points": 2, "text": "The {a} and the {b}.", "gaps": gaps}
    given = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    give(given, "Ana", one={"a": "habour", "b": "market"})
    assert scores() == [1]
    blanks = {AS_WRITTEN.token("one", name): word for name, word in (("a", "harbour"), ("b", "market"))}

    regraded_by(teacher_client, given, 1, forgive_slips="on", **blanks)

    assert scores() == [2]
