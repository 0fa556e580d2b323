"""Delete a draft that was never published: only the audit event stays."""

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts import publishing
from quizzes.content.drafts.lifecycle import AlreadyPublished, delete_draft
from quizzes.models import AuditEvent, Draft, QuestionSet, Reading, Source, User
from tests.drafting import publish, url
from tests.factories import NOW, make_draft
from tests.pages import form_of, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(teacher: User) -> Draft:
    return make_draft(owner=teacher)


def test_draft_is_deleted_after_a_question_and_once(draft: Draft, teacher: User, teacher_client: Client) -> None:
    other = make_draft(owner=teacher)
    kept = [(model, model.objects.count()) for model in (QuestionSet, Reading, Source)]
    address = url("delete_draft", draft)
    assert address in read(teacher_client.get(reverse("question_sets"))).links
    page = teacher_client.get(address)
    assert "This deletes the reading, objectives, and 4 questions." in text_of(page)
    assert Draft.objects.count() == 2

    form = form_of(page, having="csrfmiddlewaretoken")
    done = teacher_client.post(address, form.data(), follow=True)

    assert "The draft “Small set” is deleted." in text_of(done)
    assert list(Draft.objects.all()) == [other]
    assert [(model, model.objects.count() + 1) for model, _ in kept] == kept
    assert teacher_client.post(address, form.data()).status_code == 404
    for name in ("delete_draft", "edit_source", "edit_questions", "publish_set"):
        assert teacher_client.get(url(name, draft)).status_code == 404
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.classroom) == ("draft_deleted", teacher, None)
    assert event.detail == {"set": draft.question_set.public_id, "title": "Small set", "question_count": 4}


def test_published_set_cannot_be_deleted(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    assert teacher_client.get(url("delete_draft", draft)).status_code == 404
    assert teacher_client.post(url("delete_draft", draft)).status_code == 404
    assert Draft.objects.count() == 1


def test_draft_that_is_published_meanwhile_stays(draft: Draft, teacher: User) -> None:
    publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
    with pytest.raises(AlreadyPublished):
        delete_draft(draft, by=teacher, now=NOW)
    assert (Draft.objects.count(), AuditEvent.objects.count()) == (1, 0)


def test_own_set_without_a_draft_offers_no_edit(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    address = reverse("question_set", args=[draft.question_set.public_id])
    edit = url("edit_questions", draft)
    assert edit in read(teacher_client.get(address)).links
    Draft.objects.all().delete()
    assert edit not in read(teacher_client.get(address)).links
