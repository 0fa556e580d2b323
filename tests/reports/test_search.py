"""The search of a teacher: students, quizzes, question sets, receipts, in the own classes only."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from quizzes.attempts import lifecycle
from quizzes.models import Assignment, Classroom, QuestionSet, SetShare, Student, User
from quizzes.reports.search import SHOWN, receipt_of, search
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_draft,
    make_edition,
    make_question_set,
    make_student,
)
from tests.pages import read, text_of

DAY = timedelta(days=1)

type Gather = Callable[[], AbstractContextManager[Queries]]


@pytest.mark.parametrize("text", ["maya", "LOPEZ", "Maya  Lopez", "máyá", "ya lo", "Lopez, Maya", "lopez m"])
def test_search_finds_a_student_by_part_of_the_name(text: str, student: Student, teacher: User) -> None:
    assert search(teacher, text).students == (student,)


def test_students_whose_names_have_the_words_as_typed_come_first(
    student: Student, classroom: Classroom, teacher: User
) -> None:
    other = make_student(classroom=classroom, name="Lo Amaya")
    assert search(teacher, "maya lo").students == (student, other)
    assert search(teacher, "lo amaya").students == (other,)


@pytest.mark.parametrize("text", ["%", "_", "...", "' OR 1=1 --", "zzz", "maya zzz"])
def test_search_finds_no_one_by_other_text(text: str, student: Student, teacher: User) -> None:
    assert search(teacher, text).students == ()


def test_search_finds_removed_students_and_archived_classes(
    student: Student, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    Student.objects.update(removed_at=NOW)
    Classroom.objects.update(archived_at=NOW)
    assert search(teacher, "maya").students == (student,)
    assert "Removed. Work is kept" in text_of(teacher_client.get(reverse("search"), {"q": "maya"}))


def test_search_finds_a_class_by_part_of_its_name(
    classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    old = make_classroom(teacher=teacher, name=f"Old {classroom.name}", archived_at=NOW)
    found = search(teacher, classroom.name.lower())
    assert set(found.classrooms) == {classroom, old}
    assert search(other_teacher, classroom.name).is_empty
    page = teacher_client.get(reverse("search"), {"q": classroom.name})
    assert reverse("classroom_gradebook", args=[classroom.public_id]) in read(page).links
    assert f"{old.name} Archived class" in text_of(page)


def test_search_stays_in_the_own_classes_and_sets(
    student: Student, assignment: Assignment, outsider: Student, other_teacher: User, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    theirs = make_draft(owner=teacher).question_set
    assert search(teacher, "Omar").is_empty
    assert search(other_teacher, "Maya").is_empty
    assert search(teacher, attempt.receipt or "").attempts == (attempt,)
    assert search(other_teacher, attempt.receipt or "").is_empty
    assert [draft.question_set for draft in search(teacher, theirs.title).drafts] == [theirs]
    assert search(other_teacher, theirs.title).drafts == ()


@pytest.mark.parametrize(
    ("text", "receipt"),
    [
        ("k7q-42m", "K7Q-42M"),
        (" K7Q 42M ", "K7Q-42M"),
        ("k7q42m", "K7Q-42M"),
        ("k7q-42", ""),
        ("Maya", ""),
        ("éé1234", ""),
    ],
)
def test_receipt_is_read_as_people_type_it(text: str, receipt: str) -> None:
    assert receipt_of(text) == receipt


def test_search_finds_a_quiz_by_the_title_that_the_teacher_reads(
    assignment: Assignment, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    named = make_assignment(edition=assignment.edition, classroom=assignment.classroom, own_title="Unit 3 test")
    assert search(teacher, "small").quizzes == (assignment,)
    assert search(teacher, "unit 3").quizzes == (named,)
    assert search(other_teacher, "unit 3").is_empty
    Classroom.objects.update(archived_at=NOW)
    page = teacher_client.get(reverse("search"), {"q": "unit 3"})
    assert "Quizzes Unit 3 test Period 3 Archived class" in text_of(page)
    assert reverse("assignment_progress", args=[named.public_id]) in read(page).links


@pytest.mark.parametrize("text", ["educacion civica", "EDUCACIÓN CÍVICA", "Civica, l'annee", "año (2)"])
def test_search_finds_titles_without_accents(
    text: str, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    title = "Educación Cívica, l’année año (2)"
    classroom = make_classroom(teacher=teacher, name=title)
    named, unnamed = (
        make_edition(question_set=make_question_set(owner=teacher, title=own)) for own in (title, "Small set")
    )
    translated = make_edition(question_set=make_question_set(owner=teacher, title="Civics"))
    QuestionSet.objects.filter(pk=translated.question_set_id).update(texts={"es": {"title": title}})
    quizzes = {
        make_assignment(edition=named, classroom=classroom),
        make_assignment(edition=unnamed, classroom=classroom, own_title=title),
    }
    draft = make_draft(owner=teacher)
    QuestionSet.objects.filter(pk=draft.question_set_id).update(title=title)
    with override("es"):
        found = search(teacher, text)
    assert (found.classrooms, set(found.quizzes), found.drafts) == ((classroom,), quizzes, (draft,))
    assert set(found.question_sets) == {named.question_set, translated.question_set}
    assert search(teacher, f"{text}s").is_empty
    assert search(other_teacher, text).is_empty


def test_search_lists_a_quiz_with_exactly_this_title_before_newer_ones(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    edition = make_edition(question_set=make_question_set(title="Quiz 1"))
    named = make_assignment(edition=edition, classroom=classroom, own_title="quiz 1", created_at=NOW - 2 * DAY)
    plain = make_assignment(edition=edition, classroom=classroom, created_at=NOW - DAY)
    for number in range(SHOWN):
        make_assignment(edition=edition, classroom=classroom, own_title=f"Quiz 1{number}")
    found = search(teacher, "Quiz 1")
    assert found.quizzes[:2] == (plain, named)
    assert found.is_cut


def test_search_names_the_owner_of_a_shared_set(
    classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    for owner, title in ((teacher, "Unit A"), (other_teacher, "Unit B"), (None, "Unit C")):
        made = make_edition(question_set=make_question_set(owner=owner, title=title)).question_set
        SetShare.objects.create(question_set=made, created_at=NOW)
    page = text_of(teacher_client.get(reverse("search"), {"q": "unit"}))
    assert "Question sets Unit A Yours Unit B By Mr. Okafor Unit C Built in" in page


def test_search_page_leads_to_what_it_found(
    student: Student, assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    draft = make_draft(owner=teacher)
    for text, address in (
        ("maya", reverse("student_history", args=[student.public_id])),
        (attempt.receipt, reverse("attempt_review", args=[attempt.public_id])),
        ("\u2068small\u2069", reverse("question_set", args=[assignment.edition.question_set.public_id])),
        (draft.question_set.title, reverse("edit_questions", args=[draft.question_set.public_id])),
    ):
        page = teacher_client.get(reverse("search"), {"q": text})
        assert address in read(page).links, text
        assert teacher_client.get(address, follow=True).status_code == 200
    assert "Nothing found" in text_of(teacher_client.get(reverse("search"), {"q": "zzzz"}))
    for text in (" ", "\u2068\u2069", "\u200b"):
        assert "Type a name, a title, or a receipt." in text_of(teacher_client.get(reverse("search"), {"q": text}))
    assert "hidden character" in text_of(teacher_client.get(reverse("search"), {"q": "a\x00"}))
    assert "Nothing found" not in text_of(teacher_client.get(reverse("search")))


def test_search_finds_the_receipt_from_before_a_reopening(
    student: Student, assignment: Assignment, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    before = attempt.receipt or ""
    # The class may be archived since last year.
    page = teacher_client.get(reverse("search"), {"q": before})
    assert f"Maya Lopez {before} Small set, Period 3, turned in Fri, Oct 23, 2026, 11:01 am EDT" in text_of(page)
    lifecycle.reopen(attempt, more_time=None, reason="The fire alarm.", by=teacher, now=NOW)
    for is_open in (True, False):
        assert search(teacher, before).attempts == (attempt,)
        assert search(other_teacher, before).is_empty
        page = teacher_client.get(reverse("search"), {"q": before})
        assert f"Maya Lopez {before} Small set, Period 3, reopened since" in text_of(page)
        assert reverse("attempt_review", args=[attempt.public_id]) in read(page).links
        if is_open:
            lifecycle.submit_attempt(attempt, now=NOW)


def test_search_costs_the_same_for_any_number_and_says_when_it_cuts(
    classroom: Classroom, teacher: User, teacher_client: Client, queries: Gather
) -> None:
    counts = []
    for number in (1, SHOWN):
        for place in range(number):
            make_student(classroom=classroom, name=f"Maya {number} {place}")
        edition = make_edition(question_set=make_question_set(slug=f"maya-{number}", title=f"Maya {number}"))
        make_assignment(edition=edition, classroom=classroom)
        with queries() as seen:
            page = teacher_client.get(reverse("search"), {"q": "maya"})
        counts.append(len(seen))
    assert counts == [7, 7]
    assert f"Only the first {SHOWN} results of each type are listed." in text_of(page)


def test_box_of_every_page_searches(assignment: Assignment, teacher_client: Client) -> None:
    make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    for name, args in (("teacher_home", []), ("roster", [assignment.classroom.public_id]), ("help", [])):
        page = teacher_client.get(reverse(name, args=args))
        assert [form.action for form in read(page).searches] == [reverse("search")], name
