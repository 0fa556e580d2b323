"""What is wrong with each wrong choice: edited, validated, and shown to students only after release."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.document import finished, from_edition
from quizzes.content.drafts.validation import lost_evidence, question_problems, question_tips
from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import parse_set
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.models import Assignment, Student, User
from quizzes.reports.class_report import class_report
from tests.drafting import document_of, editor_of, question, question_now, save, sent, story
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_document,
    make_draft,
    make_edition,
    make_student,
    parsed_reading,
)
from tests.files.test_class_export import empty_site
from tests.pages import errors_of, text_of


def marked_document() -> dict[str, Any]:
    """`make_document` in which the wrong choices of questions 1 and 2 are marked."""
    document = copy.deepcopy(make_document())
    one, some = (table["choices"] for table in document["questions"][:2])
    one[0] |= {"mark": "beside_the_point", "mark_at": ["s2"]}
    one[2] |= {"mark": "contradicted", "mark_at": ["s1", "s2"]}
    some[1] |= {"mark": "not_stated"}
    some[3] |= {"mark": "said_by_someone", "mark_at": ["s3"]}
    return document


def marked(**mark: Any) -> dict[str, Any]:
    """Question 1 with this mark at its first choice, which is wrong."""
    table = copy.deepcopy(make_document()["questions"][0])
    table["choices"][0] |= mark
    return table


# --- The rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ({}, []),
        ({"mark": "not_stated"}, []),
        ({"mark": "beside_the_point"}, []),
        ({"mark": "beside_the_point", "mark_at": ["s2"]}, []),
        ({"mark": "contradicted", "mark_at": ["s1"]}, []),
        (
            {"mark": "contradicted"},
            ["the choice “Citizenship” is marked as contradicted, and no sentence is named that contradicts it"],
        ),
        (
            {"mark": "said_by_someone"},
            [
                "the choice “Citizenship” is marked as said by someone, "
                "and no sentence is named in which someone says it"
            ],
        ),
        (
            {"mark": "said_by_someone", "mark_at": ["s1"]},
            ["the choice “Citizenship” is marked as said by someone, but the story itself says sentence 1"],
        ),
        (
            {"mark": "not_stated", "mark_at": ["s1"]},
            ["the choice “Citizenship” names sentences in “mark_at” that its mark does not speak of"],
        ),
        (
            {"mark_at": ["s1"]},
            ["the choice “Citizenship” names sentences in “mark_at” that its mark does not speak of"],
        ),
        (
            {"mark": "contradicted", "mark_at": ["s9"]},
            ["the choice “Citizenship” is marked by “s9”, which is not in the reading"],
        ),
    ],
)
def test_mark_needs_the_sentence_it_speaks_of(mark: dict[str, Any], found: list[str]) -> None:
    assert parse_question(marked(**mark)).problems(parsed_reading()) == found


@pytest.mark.parametrize("mark", [{"mark": "wrong"}, {"mark": "contradicted", "key": True}, {"mark": 3}])
def test_mark_that_is_none_is_refused(mark: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument):
        parse_question(marked(**mark))


def test_choice_that_becomes_the_key_loses_its_mark() -> None:
    rekeyed = regraded(marked(mark="contradicted", mark_at=["s1"]), "a")
    assert rekeyed["choices"][0].keys() & {"mark", "mark_at", "key"} == {"key"}


def test_students_read_the_mark_of_what_they_chose_alone() -> None:
    document = parse_set(marked_document())
    one, some = document.questions[:2]
    assert [row.fault for row in one.review("a", document.reading).rows] == [
        "True, but it doesn’t answer the question (sentence 2)",
        "",
        "",
    ]
    assert one.review("c", document.reading).rows[2].fault == "The reading says otherwise (sentences 1, 2)"
    assert some.review(["b"], document.reading).rows[1].fault == "The reading doesn’t say this"


def test_mark_of_what_a_speaker_says_names_the_sentence_before_it_speaks_of_the_story() -> None:
    table = marked(mark="said_by_someone", mark_at=["s3", "s4"])
    assert parse_question(table).problems(parsed_reading()) == []
    assert parse_question(table).review("a", parsed_reading()).rows[0].fault == (
        "Someone in the story says this (sentences 3, 4). The story itself doesn’t."
    )


def test_draft_asks_for_the_sentence_in_which_someone_says_it() -> None:
    document = story()
    one = question(document, "one")
    one["choices"][0] |= {"mark": "said_by_someone"}
    assert question_problems(document, one) == ["Add the sentence where someone says answer 1."]
    one["choices"][0]["mark_at"] = ["s1"]
    [problem] = question_problems(document, one)
    assert "the story itself says sentence 1" in problem
    one["choices"][0]["mark_at"] = ["s3"]
    assert question_problems(document, one) == []


def test_public_view_is_the_same_with_and_without_marks() -> None:
    plain, marks = parse_set(make_document()), parse_set(marked_document())
    shuffle = Shuffle("seed", is_shuffled=True)
    for one, other in zip(plain.questions, marks.questions, strict=True):
        assert public_view(one, shuffle, None, plain.reading) == public_view(other, shuffle, None, marks.reading)


# --- The editor ---------------------------------------------------------------------------------------------------


def test_draft_asks_for_the_sentence_that_contradicts() -> None:
    document = story()
    one = question(document, "one")
    one["choices"][0] |= {"mark": "contradicted"}
    assert question_problems(document, one) == ["Add the evidence against answer 1."]
    one["choices"][0]["mark_at"] = ["s1"]
    assert question_problems(document, one) == []


def test_edition_has_no_mark_that_says_nothing() -> None:
    document = story()
    one = question(document, "one")
    one["choices"][0] |= {"mark": "not_stated", "mark_at": ["s1"]}
    one["choices"][1] |= {"mark": "contradicted", "mark_at": ["s1"]}  # it is the key now
    one["choices"][2] |= {"mark": "", "mark_at": ["s1"]}
    rows = finished(document)["questions"][0]["choices"]
    assert [row.keys() & {"mark", "mark_at"} for row in rows] == [{"mark"}, set(), set()]


@pytest.mark.parametrize("change", ["text", "gone"])
def test_question_is_lost_with_the_sentence_that_contradicts_a_choice(change: str) -> None:
    draft = from_edition(marked_document(), title="Small set")
    one = question(draft, "one")
    assert lost_evidence(draft, one) == []
    sentences = draft["reading"]["paragraphs"][0]["sentences"]
    if change == "text":
        sentences[1]["text"] = "It records no address."
    else:
        del sentences[1]
    assert [lost.key for lost in lost_evidence(draft, one)] == ["s2"]


def test_wrong_choice_without_a_mark_is_a_hint_and_no_fault() -> None:
    document = story()
    one = question(document, "one")
    [tip] = [tip.tip for tip in question_tips(document, one) if tip.tip.code == "unsettled"]
    assert tip.about == "Citizenship / Fingerprints"
    # The label of the field in templates/question_types/single/editor.html.
    assert tip.reason.startswith("Under “What’s wrong with it”, choose a reason for each")
    assert question_problems(document, one) == []
    for row in one["choices"]:
        row["mark"] = "not_stated"
    assert [tip.tip.code for tip in question_tips(document, one)] == []


@pytest.mark.django_db
def test_editor_keeps_the_mark_of_each_choice(teacher: User, teacher_client: Client) -> None:
    draft = make_draft(owner=teacher)
    fields = {"mark-1": "contradicted", "against-1": ["s1", "s2"], "mark-3": "not_stated"}
    save(teacher_client, draft, **fields)
    rows = question_now(draft, "one")["choices"]
    assert [(row.get("mark"), row.get("mark_at")) for row in rows] == [
        ("contradicted", ["s1", "s2"]),
        (None, None),
        ("not_stated", None),
    ]
    page = teacher_client.get(editor_of(draft)).content.decode()
    assert '<option value="contradicted" selected>The reading says otherwise</option>' in page
    assert sent(teacher_client, editor_of(draft), having="stem")["against-1"] == ["s1", "s2"]
    before = document_of(draft)
    wrong = {"mark-1": "wrong", "against-3": "99"}
    page = teacher_client.post(editor_of(draft), sent(teacher_client, editor_of(draft), having="stem", **wrong))
    assert "The reading doesn’t have this sentence." in errors_of(page)
    assert document_of(draft)["questions"] == before["questions"]


# --- Students and results -----------------------------------------------------------------------------------------


@pytest.fixture
def given(student: Student, teacher: User) -> Assignment:
    return make_assignment(
        edition=make_edition(document=marked_document()), classroom=student.classroom, assigned_by=teacher
    )


@pytest.mark.django_db
def test_student_reads_the_mark_once_answers_are_shown(
    given: Assignment, student: Student, student_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=given, student=student, answers={"one": "c"})
    address = reverse("result", args=[attempt.public_id])
    assert "The reading says otherwise (sentences 1, 2). rationale 4" in text_of(student_client.get(address))
    Assignment.objects.update(release="never")
    for page in (address, reverse("receipt", args=[attempt.public_id])):
        assert "says otherwise" not in text_of(student_client.get(page))


@pytest.mark.django_db
def test_teacher_reads_marks_and_their_counts(given: Assignment, teacher_client: Client) -> None:
    for answer, several in (("c", ["b"]), ("c", ["b"]), ("a", ["b"]), ("b", ["b", "d"])):
        student = make_student(classroom=given.classroom)
        make_answered_attempt(assignment=given, student=student, answers={"one": answer, "some": several})
    marks = {"contradicted": 2, "beside_the_point": 1, "not_stated": 4, "said_by_someone": 1}
    assert class_report(given, now=NOW).wrong_by_mark == marks
    page = text_of(teacher_client.get(reverse("assignment_results", args=[given.public_id])))
    counts = "2 the reading says otherwise, 4 not in the reading, 1 off the question, 1 said by someone in the story."
    assert counts in page
    own = text_of(teacher_client.get(reverse("question_set", args=[given.edition.question_set.public_id])))
    assert "The reading says otherwise (sentences 1, 2). rationale 4" in own


@pytest.mark.django_db
def test_marks_travel_with_a_class(given: Assignment, student: Student) -> None:
    make_answered_attempt(assignment=given, student=student)
    before = given.edition.document
    later = NOW + timedelta(days=1)
    content = export_classroom(given.classroom, now=later)
    again = import_classroom(content, by=empty_site(), now=later)
    assert again.assignments.get().edition.document == before
    assert [row.get("mark") for row in before["questions"][0]["choices"]] == ["beside_the_point", None, "contradicted"]
