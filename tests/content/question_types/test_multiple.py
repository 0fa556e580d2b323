"""Choose all that apply: credit for correct minus wrong choices, at least 0."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.drafts.document import finished
from quizzes.content.question_types.answer_and_proof.draft import AnswerAndProofDraft
from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from quizzes.models import Classroom, Edition, User
from tests.drafting import document_of, publish, question_now, save
from tests.factories import make_assignment, make_draft, make_question_document, parsed_reading

READING = parsed_reading()
QUESTION = parse_question(make_question_document("multiple"))
SHUFFLE = Shuffle("seed", is_shuffled=True)

shuffles = st.builds(Shuffle, st.text("0123456789abcdef", min_size=32, max_size=32), st.booleans())


def document(rights: list[bool], *, secret: str = "") -> dict[str, Any]:
    choices = [
        {"text": f"Choice {place}", "rationale": f"Why {place} {secret}", "key": right}
        for place, right in enumerate(rights)
    ]
    return make_question_document("multiple", choices=choices, explanation=f"Because. {secret}")


# At least one key and at least one choice that is none.
keys = st.lists(st.booleans(), min_size=2, max_size=8).filter(lambda rights: 0 < sum(rights) < len(rights))
picks = st.sets(st.sampled_from(CHOICE_IDS)).map(sorted)


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit"),
    [
        (["a", "c"], "1"),  # both keys
        (["a"], "1/2"),
        (["c"], "1/2"),
        (["a", "b"], "0"),  # one right, one wrong
        (["a", "b", "c"], "1/2"),
        (["a", "b", "c", "d"], "0"),  # ticking everything earns nothing
        (["b"], "0"),  # never below nothing
        (["b", "d"], "0"),
        ([], "0"),
        (None, "0"),
        (["a", "a"], "1/2"),  # a pick counts once
    ],
)
def test_multiple_credit_is_right_picks_minus_wrong_ones(value: list[str] | None, credit: str) -> None:
    assert QUESTION.grade(value) == Fraction(credit)


@given(keys, st.none() | picks)
def test_multiple_credit_lies_between_none_and_all(rights: list[bool], value: list[str] | None) -> None:
    assert 0 <= parse_question(document(rights)).grade(value) <= 1


@given(keys)
def test_multiple_the_keys_earn_all_and_no_answer_nothing(rights: list[bool]) -> None:
    question = parse_question(document(rights))

    assert question.grade([CHOICE_IDS[place] for place, right in enumerate(rights) if right]) == 1
    assert question.grade(None) == question.grade([]) == 0


@given(keys, picks, st.data())
def test_multiple_one_more_wrong_pick_never_helps(rights: list[bool], value: list[str], data: st.DataObject) -> None:
    question = parse_question(document(rights))
    wrong = data.draw(st.sampled_from([CHOICE_IDS[place] for place, right in enumerate(rights) if not right]))

    assert question.grade(sorted({*value, wrong})) <= question.grade(value)


@given(keys, picks, st.data())
def test_multiple_one_more_right_pick_never_harms(rights: list[bool], value: list[str], data: st.DataObject) -> None:
    question = parse_question(document(rights))
    right = data.draw(st.sampled_from([CHOICE_IDS[place] for place, right in enumerate(rights) if right]))

    assert question.grade(sorted({*value, right})) >= question.grade(value)


RULE = "You earn the points only if you choose every correct answer and no other."


@pytest.mark.parametrize(
    ("value", "credit", "note"),
    [
        (["a", "c"], 1, ""),
        (["a"], 0, RULE),
        (["a", "b", "c"], 0, RULE),
        (["b"], 0, ""),
        (None, 0, ""),
    ],
)
def test_all_or_nothing_earns_all_or_nothing(value: list[str] | None, credit: int, note: str) -> None:
    table = document([True, False, True, False]) | {"all_or_nothing": True}
    question = parse_question(table)

    assert question.grade(value) == credit
    assert question.review(value, READING).note == note
    assert public_view(question, SHUFFLE, value, READING)["partial_credit"] == RULE
    # A regrade keeps the rule.
    assert parse_question(regraded(table, ["a"])).grade(["a", "b"]) == 0


def test_review_says_why_a_correct_choice_earned_nothing() -> None:
    question = parse_question(document([True, False, True, False]))
    rule = "Correct choices add points. Wrong choices take points away. You can’t go below 0."
    notes = [question.review(value, READING).note for value in (["a", "b"], ["a"], ["a", "b", "c"], ["b"], None)]
    assert notes == [rule, "", "", "", ""]
    with translation.override("es"):
        assert question.review(["a", "b"], READING).note == gettext(rule) != rule


def test_all_or_nothing_holds_for_a_first_step() -> None:
    first = document([True, False, True, False])
    steps = {
        "type": "answer_and_proof",
        "answer_type": "multiple",
        "tempting": [],
        "all_or_nothing": True,
    }
    question = parse_question({**first, **steps})

    assert public_view(question, SHUFFLE, None, READING)["answer"]["partial_credit"] == RULE
    assert [question.grade({"answer": value, "proof": []}) for value in (["a", "c"], ["a"])] == [Fraction(1, 2), 0]
    assert question.review({"answer": ["a"], "proof": []}, READING).note == RULE


def test_all_or_nothing_is_a_switch() -> None:
    with pytest.raises(InvalidDocument, match="“all_or_nothing” must be true or false"):
        parse_question(document([True, False]) | {"all_or_nothing": "yes"})


@pytest.mark.django_db
def test_author_chooses_all_or_nothing_and_students_read_it(
    teacher: User, teacher_client: Client, student_client: Client, classroom: Classroom
) -> None:
    draft = make_draft(owner=teacher)
    save(teacher_client, draft, "some", all_or_nothing="on")
    assert question_now(draft, "some")["all_or_nothing"] is True
    # The type keeps the switch, and an edition of another type leaves it out.
    save(teacher_client, draft, "some", type="single")
    single = next(table for table in finished(document_of(draft))["questions"] if table["key"] == "some")
    assert "all_or_nothing" not in single
    save(teacher_client, draft, "some", type="multiple")
    publish(teacher_client, draft)

    assignment = make_assignment(edition=Edition.objects.get(), classroom=classroom, assigned_by=teacher)
    page = student_client.get(reverse("start_attempt", args=[assignment.public_id]))
    assert RULE in page.content.decode()
    assert page.content.decode().count("Choose all that apply") == 1


# --- The public view ----------------------------------------------------------------------------------------------


def test_multiple_public_view_is_an_allowlist() -> None:
    view = public_view(QUESTION, Shuffle("seed", is_shuffled=False), ["b", "c"], READING)

    assert view == {
        "picture": None,
        "type": "multiple",
        "hint": "Choose all answers that apply",
        "partial_credit": ("Correct choices add points. Wrong choices take points away. You can’t go below 0."),
        "stem": "Which two of these does the system record?",
        "choices": [
            {"token": SHUFFLE.token(QUESTION.key, "a"), "text": "A birthplace", "chosen": False},
            {"token": SHUFFLE.token(QUESTION.key, "b"), "text": "A photograph", "chosen": True},
            {"token": SHUFFLE.token(QUESTION.key, "c"), "text": "An address", "chosen": True},
            {"token": SHUFFLE.token(QUESTION.key, "d"), "text": "A visa", "chosen": False},
        ],
    }


@pytest.mark.parametrize(
    ("asked_count", "hint"),
    [(2, "Choose 2 answers"), (None, "Choose all answers that apply")],
)
def test_hint_has_the_count_that_the_question_asks_for(asked_count: int | None, hint: str) -> None:
    assert public_view(replace(QUESTION, asked_count=asked_count), SHUFFLE, None, READING)["hint"] == hint


@pytest.mark.parametrize("count", [1, 10, "2", True])
def test_count_is_a_whole_number_from_2_to_9(count: object) -> None:
    with pytest.raises(InvalidDocument, match="“asked_count” must be a whole number from 2 to 9"):
        parse_question({**document([True, True, False]), "asked_count": count})


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["some", "proof"])
def test_author_states_how_many_a_question_asks_for_and_leaves_it_blank_again(
    key: str, teacher: User, teacher_client: Client
) -> None:
    draft = make_draft(owner=teacher)
    number = [question["key"] for question in document_of(draft)["questions"]].index(key)
    save(teacher_client, draft, key, asked_count="2")
    assert finished(document_of(draft))["questions"][number]["asked_count"] == 2
    save(teacher_client, draft, key, asked_count="10")
    assert question_now(draft, key)["asked_count"] == 2
    save(teacher_client, draft, key, asked_count="")
    assert "asked_count" not in finished(document_of(draft))["questions"][number]


def test_first_step_asks_for_its_own_count_and_the_evidence_for_none() -> None:
    table = {
        **document([True, False, True, False]),
        "type": "answer_and_proof",
        "answer_type": "multiple",
        "asked_count": 2,
        "tempting": [],
        "evidence": ["s1", "s2", "s3"],
    }
    question = parse_question(table)
    view = public_view(question, SHUFFLE, None, READING)
    assert (question.asked_count, view["answer"]["hint"]) == (2, "Choose 2 answers")
    assert AnswerAndProofDraft().problems(table, ["s1", "s2", "s3"], []) == []


@given(keys, st.data(), shuffles)
def test_multiple_public_view_is_the_same_whichever_choices_are_right(
    rights: list[bool], data: st.DataObject, shuffle: Shuffle
) -> None:
    size = len(rights)
    others = data.draw(
        st.lists(st.booleans(), min_size=size, max_size=size).filter(lambda other: 0 < sum(other) < size)
    )
    value = data.draw(st.none() | st.sets(st.sampled_from(CHOICE_IDS[:size])).map(sorted))
    one, other = parse_question(document(rights, secret="x")), parse_question(document(others, secret="y"))

    assert public_view(one, shuffle, value, READING) == public_view(other, shuffle, value, READING)


# --- Reading an answer --------------------------------------------------------------------------------------------


@given(keys, shuffles, st.data())
def test_multiple_tokens_come_back_as_the_choices_they_stood_beside(
    rights: list[bool], shuffle: Shuffle, data: st.DataObject
) -> None:
    table = document(rights)
    question = parse_question(table)
    shown = public_view(question, shuffle, None, READING)["choices"]
    ticked = data.draw(st.lists(st.sampled_from(shown), min_size=1, unique_by=lambda choice: choice["token"]))

    value = question.read_answer({"choice": [choice["token"] for choice in ticked]}, shuffle, READING)

    assert value == sorted(value)
    texts = {table["choices"][CHOICE_IDS.index(choice_id)]["text"] for choice_id in value}
    assert texts == {choice["text"] for choice in ticked}
    again = public_view(question, shuffle, value, READING)["choices"]
    assert {choice["text"] for choice in again if choice["chosen"]} == texts


def test_multiple_order_and_repetition_of_ticks_make_no_other_answer() -> None:
    a, c = SHUFFLE.token(QUESTION.key, "a"), SHUFFLE.token(QUESTION.key, "c")

    assert QUESTION.read_answer({"choice": [c, a, c]}, SHUFFLE, READING) == ["a", "c"]


@pytest.mark.parametrize("submitted", [{}, {"choice": []}])
def test_multiple_nothing_ticked_is_no_answer(submitted: dict[str, list[str]]) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) is None


@pytest.mark.parametrize("stray", ["a", "", "0123456789", Shuffle("other", is_shuffled=True).token(QUESTION.key, "a")])
def test_multiple_one_foreign_token_refuses_all(stray: str) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({"choice": [SHUFFLE.token(QUESTION.key, "a"), stray]}, SHUFFLE, READING)


# --- Review -------------------------------------------------------------------------------------------------------


def test_multiple_review_tells_taken_missed_and_wrong_apart() -> None:
    reviewed = QUESTION.review(["a", "b"], READING)

    assert reviewed.credit == 0
    assert reviewed.rows == (
        ReviewRow("A birthplace", "right", RowNote.CORRECT_ANSWER, "rationale 6"),
        ReviewRow("A photograph", "wrong", RowNote.ANSWER, "rationale 7"),
        ReviewRow("An address", "missed", RowNote.KEY, "rationale 8"),
        ReviewRow("A visa", "no", "", ""),
    )
    assert (reviewed.given, reviewed.correct) == ("A birthplace; A photograph", "A birthplace; An address")


def test_multiple_review_without_an_answer() -> None:
    reviewed = QUESTION.review(None, READING)

    assert [row.state for row in reviewed.rows] == ["missed", "no", "missed", "no"]
    assert reviewed.given == ""


# --- Documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rights", "reason"),
    [
        ([False, False], "choose at least 1 correct answer"),
        ([True, True], "all choices are correct, and at least 1 needs to be wrong"),
        ([True], "“choices” needs 2 to 8 entries and has 1"),
    ],
)
def test_multiple_bad_document_says_what_is_wrong(rights: list[bool], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(rights))

    assert str(refused.value) == reason


def test_multiple_takes_a_single_key() -> None:
    assert parse_question(document([False, True])).grade(["b"]) == 1


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"evidence": ["s1", "s4"]}, ["the evidence “s4” of the question shares no fact with it"]),
        (
            {
                "choices": [
                    {"text": "A", "rationale": "Why.", "key": True},
                    {"text": "B", "rationale": "Why.", "leans_on": ["s7"]},
                ]
            },
            ["the choice “B” is suggested by “s7”, which is not in the reading"],
        ),
    ],
)
def test_multiple_problems_name_what_keeps_it_from_being_published(changes: dict[str, Any], reasons: list[str]) -> None:
    assert parse_question(make_question_document("multiple", **changes)).problems(READING) == reasons
