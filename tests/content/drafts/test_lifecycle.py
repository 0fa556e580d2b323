"""Archive, delete and restore a question set of one's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import pre_delete
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.document import finished
from quizzes.content.drafts.lifecycle import REPEATED, copy_set, delete_sets_for_good
from quizzes.content.drafts.saving_questions import save_question
from quizzes.models import AuditEvent, Classroom, Draft, Edition, QuestionSet, Reading, Source, User
from tests.conftest import Queries
from tests.drafting import publish, save, url
from tests.factories import NOW, make_assignment, make_document, make_draft, make_edition
from tests.pages import read, text_of

pytestmark = pytest.mark.django_db
SETS = "/teacher/sets/"


def press(client: Client, name: str, draft: Draft) -> str:
    """The text of the page after this button of the list."""
    address = url(name, draft)
    pages = [client.get(SETS).content.decode()]
    assert f'action="{address}"' in pages[0]
    return text_of(client.post(address, follow=True))


def test_the_list_has_the_address_that_the_tests_use() -> None:
    assert reverse("question_sets") == SETS


@pytest.mark.parametrize("is_published", [False, True])
def test_a_set_without_assignments_is_deleted_and_comes_back(
    is_published: bool, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    if is_published:
        publish(teacher_client, draft)

    assert "“Small set” is deleted. You can restore it below until tomorrow." in press(
        teacher_client, "delete_set", draft
    )
    for name in ("edit_source", "edit_questions", "publish_set", "question_set", "assign"):
        assert teacher_client.get(url(name, draft)).status_code == 404
    # Sent twice: the first one counts.
    teacher_client.post(url("delete_set", draft))
    [event] = AuditEvent.objects.filter(action=AuditEvent.Action.SET_DELETED)
    assert (event.actor, event.detail) == (teacher, {"set": draft.question_set.public_id, "title": "Small set"})

    undo = next(form for form in read(teacher_client.get(SETS)).forms if form.action == url("restore_set", draft))
    assert "“Small set” is restored." in text_of(teacher_client.post(undo.action, undo.data(), follow=True))
    assert teacher_client.get(url("edit_source", draft)).status_code == 200
    assert "Archived and deleted" not in text_of(teacher_client.get(SETS))


def test_a_deleted_set_is_gone_for_good_after_a_day(draft: Draft, teacher: User, teacher_client: Client) -> None:
    other = make_draft(owner=teacher)
    publish(teacher_client, draft)
    kept = [(model, model.objects.count() - 1) for model in (QuestionSet, Reading, Source, Draft)]
    press(teacher_client, "delete_set", draft)
    QuestionSet.objects.update(deleted_at=NOW)

    def restore_the_other(**signal: Any) -> None:
        QuestionSet.objects.filter(pk=other.question_set_id).update(deleted_at=None)

    assert delete_sets_for_good(now=NOW + timedelta(days=1)) == 0
    # Its owner restores the other set while this one is deleted.
    pre_delete.connect(restore_the_other, sender=QuestionSet)
    try:
        assert delete_sets_for_good(now=NOW + timedelta(days=1, seconds=1)) == 1
    finally:
        pre_delete.disconnect(restore_the_other, sender=QuestionSet)

    assert [(model, model.objects.count()) for model, _ in kept] == kept
    assert (list(Draft.objects.all()), Edition.objects.count()) == ([other], 0)


def test_copies_of_a_deleted_set_become_copies_of_the_set_before_it(edition: Edition, teacher: User) -> None:
    copy = copy_set(edition, by=teacher, now=NOW).question_set
    of_copy = make_edition(question_set=copy, document=edition.document | {"title": "A copy"})
    last = copy_set(of_copy, by=teacher, now=NOW).question_set
    QuestionSet.objects.filter(pk=copy.pk).update(deleted_at=NOW)

    assert delete_sets_for_good(now=NOW + timedelta(days=2)) == 1
    last.refresh_from_db()
    assert last.copied_from == edition.question_set


def test_a_set_in_use_cannot_be_deleted_and_can_be_archived(
    draft: Draft, teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    publish(teacher_client, draft)
    assignment = make_assignment(edition=Edition.objects.get(), classroom=classroom, assigned_by=teacher)
    # A newer version that no class has does not make the set free.
    save(teacher_client, draft, stem="Another stem?")
    publish(teacher_client, draft)
    assert url("delete_set", draft) not in teacher_client.get(SETS).content.decode()

    refused = text_of(teacher_client.post(url("delete_set", draft), follow=True))
    assert "A class has “Small set”, so it can’t be deleted. You can archive it." in refused
    assert QuestionSet.objects.get(pk=draft.question_set_id).deleted_at is None

    assert "“Small set” is archived. Quizzes that use it stay open." in press(teacher_client, "archive_set", draft)
    links = read(teacher_client.get(SETS)).links
    assert url("question_set", draft) not in links
    address = reverse("assignment_progress", args=[assignment.public_id])
    assert teacher_client.get(address).status_code == 200
    press(teacher_client, "restore_set", draft)
    assert url("question_set", draft) in read(teacher_client.get(SETS)).links


def test_a_class_that_got_a_deleted_set_in_the_same_moment_keeps_it(
    draft: Draft, teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    publish(teacher_client, draft)
    press(teacher_client, "delete_set", draft)
    make_assignment(edition=Edition.objects.get(), classroom=classroom, assigned_by=teacher)
    QuestionSet.objects.filter(pk=draft.question_set_id).update(deleted_at=NOW)

    assert delete_sets_for_good(now=NOW + timedelta(days=2)) == 0

    assert QuestionSet.objects.get(pk=draft.question_set_id).deleted_at is None
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_sets_has_the_same_queries_for_any_number(
    count: int, teacher: User, teacher_client: Client, queries: Queries
) -> None:
    for _ in range(count):
        make_draft(owner=teacher)
        archived = make_draft(owner=teacher)
        QuestionSet.objects.filter(pk=archived.question_set_id).update(archived_at=NOW)

    with queries() as seen:
        page = teacher_client.get(SETS)

    assert text_of(page).count("Archived Restore") == count
    # Session, account, open sets, drafts, sets without assignments, archived and deleted ones.
    assert len(seen) == 6


def test_own_set_without_a_draft_offers_no_edit(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    address = reverse("question_set", args=[draft.question_set.public_id])
    edit = url("edit_questions", draft)
    assert edit in read(teacher_client.get(address)).links
    Draft.objects.all().delete()
    assert edit not in read(teacher_client.get(address)).links


def test_a_copy_has_its_title_in_every_language(teacher: User) -> None:
    texts = {"es": {"title": "Serie corta", "summary": "Cuatro preguntas."}}
    edition = make_edition(document={**make_document(), "languages": ["es"], "texts": texts})

    copies = [copy_set(edition, by=teacher, now=NOW + number * 2 * REPEATED).document for number in range(2)]

    assert [(copy["title"], copy["texts"]["es"]["title"]) for copy in copies] == [
        ("Small set (copy)", "Serie corta (copia)"),
        ("Small set (copy 2)", "Serie corta (copia 2)"),
    ]
    for copy in copies:
        assert finished(copy)["texts"]["es"] == {"title": copy["texts"]["es"]["title"], "summary": "Cuatro preguntas."}


def test_a_second_copy_is_no_copy_that_its_teacher_has_edited(teacher: User) -> None:
    """A form that is sent twice makes one copy. Work of the last seconds in an older one makes it no new copy."""
    edition = make_edition()
    copy = copy_set(edition, by=teacher, now=NOW)
    assert copy_set(edition, by=teacher, now=NOW) == copy

    save_question(copy, "one", {"stem": "My own question?"}, seen=1, by=teacher, now=NOW)
    second = copy_set(edition, by=teacher, now=NOW)

    assert second != copy
    assert second.document["questions"][0]["stem"] == edition.document["questions"][0]["stem"]
