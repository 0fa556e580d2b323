"""Evidence: choose the sentences that prove a statement; credit for correct minus wrong sentences."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.registry import parse_question, public_view
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import make_question_document, parsed_reading

READING = parsed_reading()
SENTENCES = [sentence.key for sentence in READING]
QUESTION = parse_question(make_question_document("evidence"))
SHUFFLE = Shuffle("seed", is_shuffled=True)

shuffles = st.builds(Shuffle, st.text("0123456789abcdef", min_size=32, max_size=32), st.booleans())
some_sentences = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5, unique=True)
picks = st.sets(st.sampled_from(SENTENCES)).map(sorted)


def document(keys: list[str], *, secret: str = "") -> dict[str, Any]:
    tempting = [key for key in SENTENCES if key not in keys][:2]
    return make_question_document(
        "evidence",
        key_sentences=keys,
        evidence=keys,
        facts=[f"F{key[1:]}" for key in keys],
        choices=[{"sentence": key, "rationale": f"Why {secret}"} for key in tempting],
        rationale_other=f"Not this one. {secret}",
        explanation=f"Because. {secret}",
    )


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit"),
    [
        (["s5", "s6"], "1"),
        (["s5"], "1/2"),
        (["s5", "s1"], "0"),
        (["s1", "s5", "s6"], "1/2"),
        (["s1", "s2", "s3", "s4", "s5", "s6"], "0"),
        (["s1"], "0"),
        (["s99"], "0"),
        ([], "0"),
        (None, "0"),
    ],
)
def test_evidence_credit_is_right_sentences_minus_wrong_ones(value: list[str] | None, credit: str) -> None:
    assert QUESTION.grade(value) == Fraction(credit)


@given(some_sentences, st.none() | picks)
def test_evidence_credit_lies_between_none_and_all(keys: list[str], value: list[str] | None) -> None:
    assert 0 <= parse_question(document(keys)).grade(value) <= 1


@given(some_sentences)
def test_evidence_the_key_earns_all_and_no_answer_nothing(keys: list[str]) -> None:
    question = parse_question(document(keys))

    assert question.grade(keys) == 1
    assert question.grade(None) == question.grade([]) == 0


@given(some_sentences, picks, st.data())
def test_evidence_one_more_wrong_sentence_never_helps(keys: list[str], value: list[str], data: st.DataObject) -> None:
    question = parse_question(document(keys))
    wrong = data.draw(st.sampled_from([key for key in SENTENCES if key not in keys]))

    assert question.grade(sorted({*value, wrong})) <= question.grade(value)


# --- The public view ----------------------------------------------------------------------------------------------


def test_evidence_public_view_is_an_allowlist() -> None:
    view = public_view(QUESTION, SHUFFLE, ["s4"], READING)

    texts = [
        ["The system records a birthplace.", "It also records an address."],
        [
            "The mayor said that the rules were broken.",
            "Protesters said that it makes people easy to find.",
            "The agreement ends in August.",
            "Dozens of people had protested.",
        ],
    ]
    numbers = iter(range(1, 7))
    assert view == {
        "picture": None,
        "type": "evidence",
        "hint": "Choose the sentence. Choose it again to undo.",
        "partial_credit": ("Correct sentences add points. Wrong ones take points away. You can’t go below 0."),
        "stem": "Which two sentences prove this?",
        "statement": "After a protest there is an end in summer.",
        "paragraphs": [
            [
                {"token": f"s{number}", "number": number, "text": text, "chosen": number == 4}
                for text in paragraph
                for number in [next(numbers)]
            ]
            for paragraph in texts
        ],
        "takes_one": False,
        "has_two_steps": False,
    }


@pytest.mark.parametrize(
    ("asked_count", "hint"),
    [
        (2, "Choose the sentences. Choose one again to undo."),
        (1, "Choose the sentence. To change it, choose another one."),
        (None, "Choose the sentence. Choose it again to undo."),
    ],
)
def test_page_asks_for_as_many_sentences_as_the_question(asked_count: int | None, hint: str) -> None:
    view = public_view(replace(QUESTION, asked_count=asked_count), SHUFFLE, None, READING)

    assert view["hint"] == hint


@pytest.mark.parametrize(
    ("asked_count", "value", "takes_one"),
    [
        (1, None, True),
        (1, ["s2"], True),
        (1, ["s2", "s4"], False),
        (2, ["s2"], False),
        (None, ["s2"], False),
    ],
)
def test_new_choice_replaces_the_old_one_where_one_sentence_is_asked_for(
    asked_count: int | None, value: list[str] | None, takes_one: bool
) -> None:
    view = public_view(replace(QUESTION, asked_count=asked_count), SHUFFLE, value, READING)

    assert view["takes_one"] is takes_one


def test_rule_of_a_question_that_asks_for_one_sentence_speaks_of_one() -> None:
    view = public_view(replace(QUESTION, asked_count=1), SHUFFLE, None, READING)

    assert view["partial_credit"] == "Choose one sentence. If you also choose a wrong one, it takes points away."


@given(some_sentences, some_sentences, st.none() | picks, shuffles)
def test_evidence_public_view_is_the_same_whichever_sentences_are_right(
    keys: list[str], others: list[str], value: list[str] | None, shuffle: Shuffle
) -> None:
    one, other = parse_question(document(keys, secret="x")), parse_question(document(others, secret="y"))

    assert public_view(one, shuffle, value, READING) == public_view(other, shuffle, value, READING)


# --- Reading an answer --------------------------------------------------------------------------------------------


@given(some_sentences, picks.filter(bool), shuffles)
def test_evidence_picks_come_back_as_the_sentences_they_stood_beside(
    keys: list[str], wanted: list[str], shuffle: Shuffle
) -> None:
    question = parse_question(document(keys))
    texts = {sentence.text for sentence in READING if sentence.key in wanted}
    view = public_view(question, shuffle, None, READING)
    ticked = [shown["token"] for paragraph in view["paragraphs"] for shown in paragraph if shown["text"] in texts]

    value = question.read_answer({"sentence": ticked[::-1]}, shuffle, READING)

    assert value == sorted(wanted)
    again = public_view(question, shuffle, value, READING)["paragraphs"]
    assert {shown["text"] for paragraph in again for shown in paragraph if shown["chosen"]} == texts


@pytest.mark.parametrize("submitted", [{}, {"sentence": []}, {"choice": ["s1"]}])
def test_evidence_nothing_picked_is_no_answer(submitted: dict[str, list[str]]) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) is None


@pytest.mark.parametrize("stray", ["s7", "", "S1", "1"])
def test_evidence_one_foreign_sentence_refuses_all(stray: str) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({"sentence": ["s5", stray]}, SHUFFLE, READING)


# --- Review -------------------------------------------------------------------------------------------------------


def test_evidence_review_shows_picked_and_proving_sentences_only() -> None:
    reviewed = QUESTION.review(["s2", "s3", "s5"], READING)

    assert reviewed.credit == 0
    assert reviewed.rows == (
        ReviewRow("Sentence 2: It also records an address.", "wrong", RowNote.ANSWER, "rationale 15"),
        ReviewRow("Sentence 3: The mayor said that the rules were broken.", "wrong", RowNote.ANSWER, "rationale 16"),
        ReviewRow("Sentence 5: The agreement ends in August.", "right", RowNote.CORRECT_ANSWER, ""),
        ReviewRow("Sentence 6: Dozens of people had protested.", "missed", RowNote.KEY, ""),
    )
    assert (reviewed.given, reviewed.correct) == ("Sentence 2; Sentence 3; Sentence 5", "Sentence 5; Sentence 6")


def test_evidence_review_says_why_a_correct_sentence_earned_nothing() -> None:
    rule = "Correct sentences add points. Wrong ones take points away. You can’t go below 0."
    notes = [QUESTION.review(value, READING).note for value in (["s1", "s5"], ["s5"], ["s1"], None)]
    assert notes == [rule, "", "", ""]


def test_evidence_review_without_an_answer() -> None:
    reviewed = QUESTION.review(None, READING)

    assert [row.state for row in reviewed.rows] == ["missed", "missed"]
    assert reviewed.given == ""


# --- Documents ----------------------------------------------------------------------------------------------------


def tempting(*keys: str) -> list[dict[str, str]]:
    return [{"sentence": key, "rationale": "Why."} for key in keys]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key_sentences": []}, "choose at least 1 sentence as evidence"),
        ({"choices": tempting("s5")}, "a sentence is both evidence and a wrong sentence"),
        ({"choices": tempting("s3", "s3")}, "two wrong sentences are the same"),
        ({"statement": ""}, "“statement” is missing"),
    ],
)
def test_evidence_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(make_question_document("evidence", **changes))

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"key_sentences": ["s5"]}, ["the evidence of the question is not its key sentences"]),
        (
            {"key_sentences": ["s5", "s7"], "evidence": ["s5", "s7"]},
            ["the evidence “s7” of the question is not in the reading"],
        ),
        ({"facts": ["F6"]}, ["the evidence “s5” of the question shares no fact with it"]),
        ({"choices": tempting("s3", "s7")}, ["the wrong sentence “s7” is not in the reading"]),
    ],
)
def test_evidence_problems_name_what_keeps_it_from_being_published(changes: dict[str, Any], reasons: list[str]) -> None:
    assert parse_question(make_question_document("evidence", **changes)).problems(READING) == reasons
