"""Changing a set that students have answered: what its teacher is told, and how a question leaves it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.content import sharing
from quizzes.content.drafts import publishing, saving, saving_questions
from quizzes.content.drafts.changes import KeyChange, key_changes
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from quizzes.models import Assignment, Classroom, Draft, Edition, Regrade, Student, User
from quizzes.people.class_people import add_person
from quizzes.reports.answered_editions import answered_editions
from tests.drafting import EXAMPLES, document_of, editor_of, html_of, publish, save, sent, url
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_student,
)
from tests.pages import form_of, read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(draft: Draft, teacher: User, classroom: Classroom) -> Assignment:
    """Edition 1 in a class: two students answered it, and one started without an answer."""
    publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
    assignment = make_assignment(edition=Edition.objects.get(), classroom=classroom, assigned_by=teacher)
    for name in ("Ana", "Ben"):
        make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom, name=name))
    make_attempt(assignment=assignment, student=make_student(classroom=classroom, name="Cy"))
    return assignment


# --- What is counted ----------------------------------------------------------------------------------------------


def test_students_who_answered_are_counted_once_and_by_edition(
    given: Assignment, draft: Draft, teacher: User, other_teacher: User
) -> None:
    student = given.attempts.order_by("pk")[0].student
    make_answered_attempt(assignment=given, student=student, number=2)
    other = make_assignment(edition=given.edition, classroom=make_classroom(teacher=teacher, name="Period 4"))
    make_answered_attempt(assignment=other, student=make_student(classroom=other.classroom))
    theirs = make_assignment(edition=given.edition, classroom=make_classroom(teacher=other_teacher))
    make_answered_attempt(assignment=theirs, student=make_student(classroom=theirs.classroom))

    [line] = answered_editions(draft.question_set, by=teacher)

    assert (line.edition.number, line.student_count) == (1, 3)
    assert [row.classroom.name for row in line.assignments] == ["Period 3", "Period 4"]
    assert (line.position("some"), line.position("none")) == (2, None)
    assert answered_editions(draft.question_set, by=teacher, key="none") == []


def test_class_in_which_the_teacher_is_a_viewer_asks_for_no_regrade(
    given: Assignment, draft: Draft, teacher: User, other_teacher: User
) -> None:
    """A regrade does not reach it, and its page of regrades is closed to a viewer."""
    seen = make_assignment(edition=given.edition, classroom=make_classroom(teacher=other_teacher, name="A"))
    add_person(seen.classroom, teacher, role="viewer", by=other_teacher, now=NOW)
    make_answered_attempt(assignment=seen, student=make_student(classroom=seen.classroom))
    [line] = answered_editions(draft.question_set, by=teacher)
    assert (line.student_count, line.assignments) == (2, (given,))


def test_key_changes_name_other_keys_and_what_is_gone() -> None:
    old, new = make_document(), make_document()
    new["questions"][0]["choices"][0]["key"] = True
    del new["questions"][0]["choices"][1]["key"]
    new["questions"][1]["stem"] = "Other words, the same key?"
    del new["questions"][3]
    assert key_changes(parse_set(old), parse_set(new)) == [
        KeyChange("one", 1, False, False),
        KeyChange("proof", 4, True, False),
    ]
    assert key_changes(parse_set(old), parse_set(old)) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("short_answer", lambda one: one["accepted"].append("at the end of summer")),
        ("short_answer", lambda one: one.pop("forgive_slips")),
        ("short_answer", lambda one: one["wrong"].append({"text": "August 30"})),
        ("numeric", lambda one: one.update(tolerance=1)),
        ("numeric", lambda one: one["units"].append("mo")),
        ("numeric", lambda one: one.update(unit_required=False)),
        ("multiple", lambda one: one.update(all_or_nothing=True)),
        ("blanks", lambda one: one["gaps"][0]["accepted"].append("Arrest")),
        ("blanks", lambda one: one.pop("forgive_slips")),
    ],
)
def test_key_changes_name_what_is_graded_otherwise(kind: str, change: Callable[[Table], Any]) -> None:
    old = {**make_document(), "questions": [deepcopy(next(one for one in EXAMPLES if one["type"] == kind))]}
    new = deepcopy(old)
    change(new["questions"][0])
    key = old["questions"][0]["key"]
    assert key_changes(parse_set(old), parse_set(new)) == [KeyChange(key, 1, is_gone=False, keeps_answer=True)]
    assert key_changes(parse_set(old), parse_set(old)) == []


def test_first_step_of_two_says_how_it_is_graded() -> None:
    found = deepcopy(next(one for one in EXAMPLES if one["type"] == "answer_and_proof"))
    found["answer_type"] = "multiple"
    old, new = ({**make_document(), "questions": [{**found, "all_or_nothing": whole}]} for whole in (False, True))
    assert key_changes(parse_set(old), parse_set(new)) == [KeyChange(found["key"], 1, False, keeps_answer=True)]


# --- What its teacher is told -------------------------------------------------------------------------------------


def test_publish_tells_who_answered_before_and_after(given: Assignment, draft: Draft, teacher_client: Client) -> None:
    page = text_of(teacher_client.get(url("publish_set", draft)))
    assert "answered version 1" not in page  # nothing is to come

    save(teacher_client, draft, key="1")
    page = text_of(teacher_client.get(url("publish_set", draft)))
    assert (
        "2 students answered version 1. New quizzes get version 2 once you publish and assign it. "
        "Regrade version 1 too?" in page
    )

    after = publish(teacher_client, draft)
    assert (
        "2 students answered version 1. New quizzes get version 2 when you assign it again. Regrade version 1 too? "
        "Question 1 has a different correct answer. Regrade question 1 of version 1" in text_of(after)
    )
    assert reverse("regrade_question", args=[given.public_id, 1]) in read(after).links
    for address in (
        reverse("question_set", args=[draft.question_set.public_id]),
        reverse("assignment_progress", args=[given.public_id]),
    ):
        page = teacher_client.get(address)
        assert "2 students answered version 1." in text_of(page)
        assert reverse("regrade_question", args=[given.public_id, 1]) in read(page).links


def test_teacher_with_a_shared_set_learns_of_a_correction(
    draft: Draft, teacher: User, other_classroom: Classroom, outsider: Student, signed_in: Callable[[User], Client]
) -> None:
    publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
    theirs = make_assignment(edition=Edition.objects.get(), classroom=other_classroom)
    other = make_assignment(edition=theirs.edition, classroom=make_classroom(teacher=other_classroom.teachers.get()))
    for quiz in (theirs, other):
        make_answered_attempt(assignment=quiz, student=make_student(classroom=quiz.classroom, name="Ana"))
    author, colleague = signed_in(teacher), signed_in(other_classroom.teachers.get())
    addresses = [
        reverse("question_set", args=[draft.question_set.public_id]),
        reverse("assignment_progress", args=[theirs.public_id]),
    ]
    newer = "This quiz uses version 1. Version 3 is newer. Settings"

    save(author, draft, stem="Which of these is it?")
    publish(author, draft)
    assert not any("ersion 1" in text_of(colleague.get(address)) for address in addresses)
    sharing.share_set(draft.question_set, with_user=None, by=teacher, now=NOW)
    # It changes no score.
    assert not any("answered version 1" in text_of(colleague.get(address)) for address in addresses)
    save(author, draft, key="1")
    publish(author, draft)

    for count, address in zip(("2 students", "1 student"), addresses, strict=True):
        page = colleague.get(address)
        assert f"{count} answered version 1." in text_of(page)
        assert "Question 1 has a different correct answer. Regrade question 1 of version 1" in text_of(page)
        assert (newer in text_of(page)) is (address == addresses[1])
    make_attempt(assignment=theirs, student=outsider)
    assert newer not in text_of(colleague.get(addresses[1]))


def test_question_that_is_gone_can_be_withdrawn_from_scoring(
    given: Assignment, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving_questions.remove_question(draft, "proof", seen=1, by=teacher, now=NOW)
    page = publish(teacher_client, draft)
    assert "Drop question 4 of version 1 from scoring" in text_of(page)
    [link] = [link for link in read(page).links if link.endswith("?policy=drop")]
    form = form_of(teacher_client.get(link), having="policy")
    assert ("policy", "drop") in form.fields


def test_change_that_moves_no_key_says_so(given: Assignment, draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, stem="Which of these is it?")
    page = publish(teacher_client, draft)
    assert (
        "New quizzes get version 2 when you assign it again. Answers didn’t change, so scores don’t need a regrade."
        in text_of(page)
    )
    assert reverse("assignment_regrades", args=[given.public_id]) in read(page).links


def test_change_of_how_a_question_is_graded_asks_for_a_regrade(
    given: Assignment, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving_questions.save_question(draft, "some", {"all_or_nothing": True}, seen=1, by=teacher, now=NOW)
    page = publish(teacher_client, draft)
    assert "Question 2 is graded differently. Regrade question 2 of version 1" in text_of(page)
    assert "Answers didn’t change" not in text_of(page)


def test_notice_ends_once_the_question_is_regraded_in_every_class(
    given: Assignment, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    other = make_assignment(edition=given.edition, classroom=make_classroom(teacher=teacher, name="Period 4"))
    make_answered_attempt(assignment=other, student=make_student(classroom=other.classroom))
    saving_questions.save_question(draft, "some", {"all_or_nothing": True}, seen=1, by=teacher, now=NOW)
    publish(teacher_client, draft)
    address = reverse("question_set", args=[draft.question_set.public_id])
    question = given.edition.questions.get(key="some")

    def regrade(assignment: Assignment) -> str:
        Regrade.objects.create(
            assignment=assignment,
            question=question,
            policy=Regrade.Policy.FULL_CREDIT,
            reason="Each part counts.",
            group=uuid4(),
            made_by=teacher,
            made_at=timezone.now(),
        )
        return text_of(teacher_client.get(address))

    asks = "Regrade version 1 too? Question 2 is graded differently. Regrade question 2 of version 1"
    assert asks in regrade(given)
    # A regrade leaves archived classes as they are.
    Classroom.objects.filter(pk=other.classroom_id).update(archived_at=timezone.now())
    assert "Regrade version 1 too?" not in text_of(teacher_client.get(address))
    Classroom.objects.filter(pk=other.classroom_id).update(archived_at=None)
    page = regrade(other)
    assert "Question 2 was regraded. Regrades of version 1" in page
    assert "Regrade version 1 too?" not in page
    # A newer version that grades nothing otherwise asks for no second regrade.
    document = deepcopy(Edition.objects.get(number=2).document)
    document["questions"][0]["stem"] = "Which of these is it?"
    make_edition(question_set=draft.question_set, document=document, published_at=timezone.now())
    assert "Regrade version 1 too?" not in text_of(teacher_client.get(address))
    Regrade.objects.filter(assignment=other).update(undone_at=timezone.now())
    assert asks in text_of(teacher_client.get(address))


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_however_many_classes_answered(
    count: int,
    given: Assignment,
    draft: Draft,
    teacher: User,
    teacher_client: Client,
    queries: Callable[[], Any],
) -> None:
    for number in range(count - 1):
        room = make_classroom(teacher=teacher, name=f"Room {number}")
        make_answered_attempt(
            assignment=make_assignment(edition=given.edition, classroom=room), student=make_student(classroom=room)
        )
    save(teacher_client, draft, stem="Which of these is it?")
    publish(teacher_client, draft)
    address = reverse("question_set", args=[draft.question_set.public_id])
    teacher_client.get(address)
    with queries() as seen:
        teacher_client.get(address)
    # session, teacher, set, whether there is a draft, newest edition, answers, assignments, editions
    assert len(seen) == 8


# --- A question leaves --------------------------------------------------------------------------------------------


def test_deleting_an_answered_question_offers_to_withdraw_it(
    given: Assignment, draft: Draft, teacher_client: Client
) -> None:
    data = sent(teacher_client, editor_of(draft), having="stem", act="remove")
    page = teacher_client.post(editor_of(draft), data, follow=True)
    assert [table["key"] for table in document_of(draft)["questions"]] == ["one", "some", "who", "proof"]
    assert "2 students answered it in version 1, as question 1." in text_of(page)
    assert f"{reverse('regrade_question', args=[given.public_id, 1])}?policy=drop" in read(page).links

    form = form_of(page, having="revision")
    address = reverse("remove_question", args=[draft.question_set.public_id, "one"])
    for _ in range(2):
        page = teacher_client.post(address, form.data(), follow=True)
    assert [table["key"] for table in document_of(draft)["questions"]] == ["some", "who", "proof"]
    assert "This question is no longer in the draft." in html_of(page)


def test_deleting_a_question_that_no_one_answered_asks_nothing(draft: Draft, teacher_client: Client) -> None:
    page = save(teacher_client, draft, act="remove")
    assert page.headers["Location"] == url("edit_question", draft, "some")
    assert [table["key"] for table in document_of(draft)["questions"]] == ["some", "who", "proof"]


def test_deleting_is_refused_where_another_window_changed_the_question(
    given: Assignment, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = reverse("remove_question", args=[draft.question_set.public_id, "one"])
    form = form_of(teacher_client.get(address), having="revision")
    saving_questions.save_question(draft, "one", {"stem": "Newer?"}, seen=1, by=teacher, now=NOW)
    page = teacher_client.post(address, form.data())
    assert "This question changed in another window." in text_of(page)
    assert len(document_of(draft)["questions"]) == 4


def test_withdrawing_an_orphan_that_was_answered_offers_it_too(
    given: Assignment, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving.save_reading(draft, {}, {"s1": "Nothing of the kind."}, {}, seen=1, by=teacher, now=NOW)
    form = form_of(teacher_client.get(url("edit_orphans", draft)), having="act")
    page = teacher_client.post(url("resolve_orphan", draft, "one"), form.data(act="withdraw"))
    assert page.headers["Location"] == url("remove_question", draft, "one")
    assert len(document_of(draft)["questions"]) == 4
