"""Question sets that teachers share: who finds, uses and copies them, and who never changes them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.lifecycle import copy_set
from quizzes.content.editions import latest_edition
from quizzes.content.sharing import share_set, stop_sharing
from quizzes.models import Assignment, AuditEvent, Classroom, QuestionSet, SetShare, User
from quizzes.people.erasure import erase_teacher
from tests.drafting import before_first
from tests.factories import NOW, make_assignment, make_draft, make_edition, make_question_set, make_user
from tests.pages import read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def own_set(teacher: User) -> QuestionSet:
    return make_edition(question_set=make_question_set(owner=teacher)).question_set


@pytest.fixture
def colleague(other_teacher: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(other_teacher)


def page_of(question_set: QuestionSet, name: str = "question_set") -> str:
    return reverse(name, args=[question_set.public_id])


USES = ("question_set", "assign", "print_set")


def uses(client: Client, question_set: QuestionSet) -> set[int]:
    return {client.get(page_of(question_set, name)).status_code for name in USES}


def test_set_is_shared_with_a_colleague_by_email(
    teacher_client: Client, colleague: Client, own_set: QuestionSet, other_teacher: User, teacher: User
) -> None:
    assert uses(colleague, own_set) == {404}
    assert page_of(own_set, "share_set") in read(teacher_client.get(page_of(own_set))).links
    assert "Only you can see this question set." in text_of(teacher_client.get(page_of(own_set, "share_set")))
    for email, error in (
        ("nobody@school.test", "No account here has this email"),
        ("rivera@school.test", "This is you. Enter another teacher’s email."),
    ):
        assert error in text_of(teacher_client.post(page_of(own_set, "share_set"), {"email": email}))
    for _ in range(2):
        page = teacher_client.post(page_of(own_set, "share_set"), {"email": "OKAFOR@school.test"}, follow=True)
    assert "Shared with Mr. Okafor" in text_of(page)
    assert uses(colleague, own_set) == {200}
    listed = text_of(colleague.get(reverse("question_sets")))
    assert "Shared with you Small set" in listed
    assert "By Ms. Rivera" in listed
    assert "By Ms. Rivera" in text_of(colleague.get(page_of(own_set)))
    event = AuditEvent.objects.get(action="set_shared")
    assert (event.actor, event.detail) == (teacher, {"set": own_set.public_id, "account": other_teacher.pk})


def test_quizzes_of_a_class_link_the_preview_of_a_shared_set(
    colleague: Client, own_set: QuestionSet, other_classroom: Classroom, teacher_client: Client, teacher: User
) -> None:
    make_assignment(edition=own_set.editions.get(), classroom=other_classroom, assigned_by=teacher)
    page, preview = reverse("classroom_quizzes", args=[other_classroom.public_id]), f"{page_of(own_set)}try/1/"
    assert preview not in read(colleague.get(page)).links
    teacher_client.post(page_of(own_set, "share_set"), {"email": "okafor@school.test"})
    assert preview in read(colleague.get(page)).links
    assert colleague.get(preview).status_code == 200


def test_set_is_shared_with_all_teachers(
    teacher_client: Client, own_set: QuestionSet, signed_in: Callable[[User], Client]
) -> None:
    for _ in range(2):
        page = teacher_client.post(page_of(own_set, "share_set"), {"all": "on"}, follow=True)
    assert "All teachers of this site" in text_of(page)
    assert SetShare.objects.count() == 1
    assert uses(signed_in(make_user()), own_set) == {200}


def test_end_of_a_share_names_whose_it_was_or_says_that_all_teachers_still_have_the_set(
    teacher_client: Client, own_set: QuestionSet, teacher: User, other_teacher: User
) -> None:
    third = make_user()
    one, for_all, other = (
        share_set(own_set, with_user=user, by=teacher, now=NOW) for user in (other_teacher, None, third)
    )
    said = [
        text_of(teacher_client.post(reverse("stop_sharing", args=[own_set.public_id, share.pk]), follow=True))
        for share in (one, for_all, other)
    ]
    assert "All teachers of this site can still use this question set." in said[0]
    assert "No longer shared" not in said[0]
    assert "No longer shared with all teachers." in said[1]
    assert f"{third.name} can no longer use this question set." in said[2]


def test_shared_set_is_changed_by_its_owner_only(
    colleague: Client, teacher: User, other_teacher: User, now: datetime
) -> None:
    draft = make_draft(owner=teacher)
    make_edition(question_set=draft.question_set)
    share_set(draft.question_set, with_user=other_teacher, by=teacher, now=now)
    for name in ("share_set", "edit_questions", "edit_source", "publish_set", "edit_reading"):
        assert colleague.get(page_of(draft.question_set, name)).status_code == 404
    for name in ("archive_set", "delete_set", "restore_set"):
        assert colleague.post(page_of(draft.question_set, name)).status_code == 404
    links = read(colleague.get(page_of(draft.question_set))).links
    assert page_of(draft.question_set, "share_set") not in links
    assert page_of(draft.question_set, "edit_questions") not in links


def test_page_of_an_archived_set_offers_to_restore_it(
    teacher_client: Client, colleague: Client, own_set: QuestionSet, teacher: User
) -> None:
    share_set(own_set, with_user=None, by=teacher, now=NOW)
    address = page_of(own_set)
    withheld = {page_of(own_set, "share_set"), page_of(own_set, "assign")}
    assert withheld <= set(read(teacher_client.get(address)).links)
    assert "This question set is archived." not in text_of(teacher_client.get(address))
    teacher_client.post(page_of(own_set, "archive_set"))
    for client, may_restore in ((teacher_client, True), (colleague, False)):
        page = client.get(address)
        assert "This question set is archived." in text_of(page)
        assert not withheld.intersection(read(page).links)
        assert (f'action="{page_of(own_set, "restore_set")}"' in page.text) is may_restore
    teacher_client.post(page_of(own_set, "restore_set"))
    assert withheld <= set(read(teacher_client.get(address)).links)


def test_copy_keeps_its_origin(
    colleague: Client, own_set: QuestionSet, teacher: User, other_teacher: User, now: datetime
) -> None:
    share_set(own_set, with_user=None, by=teacher, now=now)
    colleague.post(page_of(own_set, "copy_set"))
    copy = QuestionSet.objects.get(owner=other_teacher)
    assert copy.copied_from == own_set
    make_edition(question_set=copy)
    origin = "Copied from “Small set” by Ms. Rivera"
    assert origin in text_of(colleague.get(page_of(copy)))
    copy_of_copy = QuestionSet.objects.create(
        owner=other_teacher, reading=copy.reading, slug="again", title="Again", copied_from=copy
    )
    make_edition(question_set=copy_of_copy)
    said = f"Copied from “{copy.shown_title}” by Mr. Okafor {origin}"
    assert said in text_of(colleague.get(page_of(copy_of_copy)))


def test_end_of_sharing_leaves_quizzes_and_copies(
    teacher_client: Client, colleague: Client, own_set: QuestionSet, teacher: User, other_classroom: Classroom
) -> None:
    share = share_set(own_set, with_user=None, by=teacher, now=NOW)
    quiz = make_assignment(edition=latest_edition(own_set), classroom=other_classroom, assigned_by=teacher)
    colleague.post(page_of(own_set, "copy_set"))
    address = reverse("stop_sharing", args=[own_set.public_id, share.pk])
    for _ in range(2):
        page = teacher_client.post(address, follow=True)
        assert "No longer shared" in text_of(page)
    assert AuditEvent.objects.filter(action="set_unshared").count() == 1
    assert colleague.get(page_of(own_set, "assign")).status_code == 404
    assert colleague.get(reverse("assignment_progress", args=[quiz.public_id])).status_code == 200
    # The link from the quiz still leads to the set, without what uses it.
    links = read(colleague.get(page_of(own_set))).links
    assert page_of(own_set, "assign") not in links
    assert QuestionSet.objects.filter(copied_from=own_set).exists()


def test_colleague_of_a_class_sees_its_sets(
    own_set: QuestionSet, teacher: User, viewer: User, classroom: Classroom, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(viewer)
    assert client.get(page_of(own_set)).status_code == 404
    make_assignment(edition=latest_edition(own_set), classroom=classroom, assigned_by=teacher)
    assert own_set.title in text_of(client.get(page_of(own_set)))
    assert client.get(page_of(own_set, "assign")).status_code == 404


def test_share_that_two_requests_end_at_once_is_recorded_once(own_set: QuestionSet, teacher: User) -> None:
    share = share_set(own_set, with_user=None, by=teacher, now=NOW)

    with before_first("DELETE", lambda: stop_sharing(own_set, share.pk, by=teacher, now=NOW)):
        assert stop_sharing(own_set, share.pk, by=teacher, now=NOW) is None

    assert AuditEvent.objects.filter(action="set_unshared").count() == 1


def test_share_of_another_set_is_not_ended(own_set: QuestionSet, teacher: User, other_teacher: User) -> None:
    other = make_edition(question_set=make_question_set(owner=other_teacher)).question_set
    share = share_set(other, with_user=None, by=other_teacher, now=NOW)
    stop_sharing(own_set, share.pk, by=teacher, now=NOW)
    assert SetShare.objects.count() == 1


def test_shares_go_with_the_accounts(
    own_set: QuestionSet, teacher: User, other_teacher: User, assignment: Assignment
) -> None:
    share_set(own_set, with_user=other_teacher, by=teacher, now=NOW)
    copy = copy_set(latest_edition(own_set), by=other_teacher, now=NOW).question_set
    AuditEvent.objects.record("classroom_changed", actor=other_teacher, classroom=assignment.classroom, at=NOW)
    erase_teacher(other_teacher, now=NOW)
    assert not SetShare.objects.exists()
    assert not QuestionSet.objects.filter(pk=copy.pk).exists()
    share_set(own_set, with_user=None, by=teacher, now=NOW)
    erase_teacher(teacher, now=NOW)
    assert not SetShare.objects.exists()


def test_pages_cost_the_same_for_any_number(
    teacher_client: Client,
    colleague: Client,
    teacher: User,
    own_set: QuestionSet,
    queries: Callable[[], Any],
) -> None:
    counts, lists = [], []
    for number in (1, 3):
        for _ in range(number):
            share_set(own_set, with_user=make_user(), by=teacher, now=NOW)
            shared = make_edition(question_set=make_question_set(owner=make_user())).question_set
            share_set(shared, with_user=None, by=teacher, now=NOW)
        colleague.get(reverse("question_sets"))
        with queries() as seen:
            teacher_client.get(page_of(own_set, "share_set"))
        counts.append(len(seen))
        with queries() as seen:
            colleague.get(reverse("question_sets"))
        lists.append(len(seen))
    assert counts[0] == counts[1]
    assert lists[0] == lists[1]
