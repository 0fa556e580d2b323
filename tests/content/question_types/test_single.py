"""Multiple choice: exactly one correct choice, all or nothing."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.question_types.registry import TYPES, parse_question, public_view
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import make_question_document, parsed_reading

READING = parsed_reading()
QUESTION = parse_question(make_question_document("single"))
SHUFFLE = Shuffle("seed", is_shuffled=True)

seeds = st.text("0123456789abcdef", min_size=32, max_size=32)
shuffles = st.builds(Shuffle, seeds, st.booleans())


def document(*, size: int, right: int, secret: str = "") -> dict[str, Any]:
    """A question of `size` choices, the one at `right` being the key; `secret` goes where students may not look."""
    choices = [
        {
            "text": f"Choice {place}",
            "rationale": f"Why {place} {secret}",
            "key": place == right,
            "leans_on": [] if place == right else ["s2"],
        }
        for place in range(size)
    ]
    return make_question_document("single", choices=choices, explanation=f"Because. {secret}")


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(2, 8))
    return document(size=size, right=draw(st.integers(0, size - 1)))


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "credit"), [("b", 1), ("a", 0), ("c", 0), (None, 0), ("z", 0), (["b"], 0)])
def test_single_credit_is_all_or_nothing(value: Any, credit: int) -> None:
    assert QUESTION.grade(value) == Fraction(credit)


@given(documents(), st.sampled_from([None, *CHOICE_IDS]))
def test_single_only_the_key_earns(table: dict[str, Any], value: str | None) -> None:
    question = parse_question(table)
    keys = [CHOICE_IDS[place] for place, choice in enumerate(table["choices"]) if choice.get("key")]

    assert question.grade(value) == (1 if [value] == keys else 0)


# --- The public view ----------------------------------------------------------------------------------------------


def test_single_public_view_is_an_allowlist() -> None:
    view = public_view(QUESTION, Shuffle("seed", is_shuffled=False), "c", READING)

    assert view == {
        "picture": None,
        "type": "single",
        "hint": "Choose one answer",
        "partial_credit": "",
        "stem": "Which of these does the system record?",
        "choices": [
            {"token": SHUFFLE.token(QUESTION.key, "a"), "text": "Citizenship", "chosen": False},
            {"token": SHUFFLE.token(QUESTION.key, "b"), "text": "Birthplace", "chosen": False},
            {"token": SHUFFLE.token(QUESTION.key, "c"), "text": "Fingerprints", "chosen": True},
        ],
    }


@given(st.data(), shuffles)
def test_single_public_view_is_the_same_whichever_choice_is_right(data: st.DataObject, shuffle: Shuffle) -> None:
    size = data.draw(st.integers(2, 8))
    one, other = (
        parse_question(document(size=size, right=data.draw(st.integers(0, size - 1)), secret=secret))
        for secret in ("x", "y")
    )
    value = data.draw(st.sampled_from([None, *CHOICE_IDS[:size]]))

    assert public_view(one, shuffle, value, READING) == public_view(other, shuffle, value, READING)


# --- Reading an answer --------------------------------------------------------------------------------------------


@given(documents(), shuffles, st.data())
def test_single_token_comes_back_as_the_choice_it_stood_beside(
    table: dict[str, Any], shuffle: Shuffle, data: st.DataObject
) -> None:
    question = parse_question(table)
    shown = data.draw(st.sampled_from(public_view(question, shuffle, None, READING)["choices"]))

    value = question.read_answer({"choice": [shown["token"]]}, shuffle, READING)

    assert table["choices"][CHOICE_IDS.index(value)]["text"] == shown["text"]
    again = public_view(question, shuffle, value, READING)["choices"]
    assert [choice["text"] for choice in again if choice["chosen"]] == [shown["text"]]


@pytest.mark.parametrize("submitted", [{}, {"choice": []}, {"other": ["a"]}])
def test_single_nothing_chosen_is_no_answer(submitted: dict[str, list[str]]) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) is None


@pytest.mark.parametrize(
    "tokens",
    [
        ["b"],
        [""],
        ["0123456789"],
        [Shuffle("another seed", is_shuffled=True).token(QUESTION.key, "b")],
        [SHUFFLE.token(parse_question(make_question_document("multiple")), "b")],
        [SHUFFLE.token(QUESTION.key, "a"), SHUFFLE.token(QUESTION.key, "b")],
        [SHUFFLE.token(QUESTION.key, "b"), SHUFFLE.token(QUESTION.key, "b")],
    ],
    ids=["id", "empty", "invented", "another attempt's", "another question's", "two", "twice the same"],
)
def test_single_refuses_what_it_did_not_offer(tokens: list[str]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({"choice": tokens}, SHUFFLE, READING)


# --- Review -------------------------------------------------------------------------------------------------------


def test_single_review_of_a_wrong_choice_gives_reason_for_it_and_for_the_key() -> None:
    reviewed = QUESTION.review("a", READING)

    assert reviewed.credit == 0
    assert reviewed.rows == (
        ReviewRow("Citizenship", "wrong", RowNote.ANSWER, "rationale 2"),
        ReviewRow("Birthplace", "missed", RowNote.KEY, "rationale 3"),
        ReviewRow("Fingerprints", "no", "", ""),
    )
    assert (reviewed.given, reviewed.correct) == ("Citizenship", "Birthplace")


def test_single_review_of_the_key_marks_one_line() -> None:
    reviewed = QUESTION.review("b", READING)

    assert reviewed.credit == 1
    assert [row.state for row in reviewed.rows] == ["no", "right", "no"]
    assert reviewed.rows[1].note == RowNote.CORRECT_ANSWER


def test_single_review_without_an_answer_names_the_key_only() -> None:
    reviewed = QUESTION.review(None, READING)

    assert [row.state for row in reviewed.rows] == ["no", "missed", "no"]
    assert (reviewed.given, reviewed.correct) == ("", "Birthplace")


# --- Documents ----------------------------------------------------------------------------------------------------


def choices(*rights: bool) -> list[dict[str, Any]]:
    return [{"text": f"Choice {n}", "rationale": "Why.", "key": right} for n, right in enumerate(rights)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"choices": choices(False, False)}, "a single-choice question needs exactly one key and this one has 0"),
        ({"choices": choices(True, True)}, "a single-choice question needs exactly one key and this one has 2"),
        ({"choices": choices(True)}, "“choices” needs 2 to 8 entries and has 1"),
        ({"choices": choices(True, *[False] * 8)}, "“choices” needs 2 to 8 entries and has 9"),
        ({"choices": []}, "“choices” needs 2 to 8 entries and has 0"),
        ({"choices": "b"}, "“choices” must be a list of tables"),
        (
            {"choices": [*choices(True, False), {"text": " CHOICE  0 ", "rationale": "Why."}]},
            "answers 1 and 3 are the same",
        ),
        ({"choices": [*choices(True), {"text": "", "rationale": "Why."}]}, "“text” is missing"),
        (
            {"choices": [*choices(True), {"text": "Other", "rationale": "Why.", "key": "yes"}]},
            "“key” must be true or false",
        ),
        ({"points": 0}, "“points” must be a whole number from 1 to 100"),
        ({"points": True}, "“points” must be a whole number from 1 to 100"),
        ({"points": 1.5}, "“points” must be a whole number from 1 to 100"),
        ({"skill": "guessing"}, "“skill” must be one of recall, inference, attribution"),
        ({"stem": ""}, "“stem” is missing"),
        ({"stem": 7}, "“stem” must be text"),
        ({"objective": ""}, "“objective” is missing"),
        ({"facts": "F1"}, "“facts” must be a list of texts"),
        ({"evidence": ["s1", "s1"]}, "“evidence” names the same thing twice"),
        (
            {"type": "essay"},
            f"there is no question type “essay”; there are {', '.join(TYPES)}",
        ),
        ({"type": None}, "“type” must be text"),
    ],
)
def test_single_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(make_question_document("single", **changes))

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"facts": []}, ["the question names no fact"]),
        ({"evidence": []}, ["the question has no evidence"]),
        ({"evidence": ["s9"]}, ["the evidence “s9” of the question is not in the reading"]),
        ({"evidence": ["s2"]}, ["the evidence “s2” of the question shares no fact with it"]),
        ({"evidence": ["s1", "s5"]}, ["the evidence “s5” of the question shares no fact with it"]),
        (
            {
                "choices": [
                    {"text": "A", "rationale": "Why.", "key": True},
                    {"text": "B", "rationale": "Why.", "leans_on": ["s2", "s9"]},
                ]
            },
            ["the choice “B” is suggested by “s9”, which is not in the reading"],
        ),
    ],
)
def test_single_problems_name_what_keeps_it_from_being_published(changes: dict[str, Any], reasons: list[str]) -> None:
    assert parse_question(make_question_document("single", **changes)).problems(READING) == reasons


# --- Shuffle, shared by all types ----------------------------------------------------------------------------


def test_shuffled_choices_stand_everywhere_about_equally_often() -> None:
    """Of 1,200 attempts each of 4 places has the key in about 300: within 5 standard deviations (15 each)."""
    question = parse_question(document(size=4, right=0))
    places = [0] * 4
    for number in range(1200):
        shown = public_view(question, Shuffle(f"seed {number}", is_shuffled=True), "a", READING)["choices"]
        places[[choice["chosen"] for choice in shown].index(True)] += 1

    assert all(225 <= count <= 375 for count in places)


def test_unshuffled_choices_have_the_order_of_the_author() -> None:
    question = parse_question(document(size=8, right=3))
    shown = public_view(question, Shuffle("seed", is_shuffled=False), None, READING)["choices"]

    assert [choice["text"] for choice in shown] == [f"Choice {place}" for place in range(8)]


@given(seeds)
def test_tokens_tell_neither_id_nor_key_and_differ_within_a_question(seed: str) -> None:
    shuffle = Shuffle(seed, is_shuffled=True)
    tokens = [shuffle.token(QUESTION.key, choice_id) for choice_id in CHOICE_IDS]

    assert len(set(tokens)) == len(CHOICE_IDS)
    assert all(len(token) == 10 and int(token, 16) >= 0 for token in tokens)
