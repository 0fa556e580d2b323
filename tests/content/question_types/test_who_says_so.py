"""Who says so: several statements, one speaker each, with credit for each statement."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.question import CHOICE_IDS
from quizzes.content.question_types.registry import parse_question, public_view
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import make_question_document, parsed_reading

READING = parsed_reading()
QUESTION = parse_question(make_question_document("who_says_so"))
SHUFFLE = Shuffle("seed", is_shuffled=True)
SPEAKERS = ["reporter", "mayor", "protesters", "not_stated"]

shuffles = st.builds(Shuffle, st.text("0123456789abcdef", min_size=32, max_size=32), st.booleans())
# The right speaker of each statement.
keys = st.lists(st.sampled_from(SPEAKERS), min_size=2, max_size=8)


def document(speakers: list[str], *, secret: str = "") -> dict[str, Any]:
    statements = [
        {
            "text": f"Statement {place}",
            "voice": speaker,
            "rationale": f"Why {place} {secret}",
            "facts": [] if speaker == "not_stated" else ["F1"],
            "evidence": [] if speaker == "not_stated" else ["s1"],
        }
        for place, speaker in enumerate(speakers)
    ]
    return make_question_document("who_says_so", statements=statements, explanation=f"Because. {secret}")


def values(size: int) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(CHOICE_IDS[:size]), st.sampled_from(SPEAKERS))


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit"),
    [
        ({"a": "mayor", "b": "protesters", "c": "not_stated"}, "1"),
        ({"a": "mayor", "b": "protesters"}, "2/3"),
        ({"a": "mayor", "b": "mayor", "c": "mayor"}, "1/3"),
        ({"c": "not_stated"}, "1/3"),
        ({"a": "reporter", "b": "reporter", "c": "reporter"}, "0"),
        ({"z": "mayor"}, "0"),
        ({}, "0"),
        (None, "0"),
    ],
)
def test_who_says_so_credit_is_the_share_of_right_speakers(value: dict[str, str] | None, credit: str) -> None:
    assert QUESTION.grade(value) == Fraction(credit)


@given(keys, st.data())
def test_who_says_so_credit_lies_between_none_and_all(speakers: list[str], data: st.DataObject) -> None:
    assert 0 <= parse_question(document(speakers)).grade(data.draw(values(len(speakers)))) <= 1


@given(keys)
def test_who_says_so_the_key_earns_all_and_no_answer_nothing(speakers: list[str]) -> None:
    question = parse_question(document(speakers))

    assert question.grade(dict(zip(CHOICE_IDS, speakers, strict=False))) == 1
    assert question.grade(None) == question.grade({}) == 0


@given(keys, st.data())
def test_who_says_so_one_more_wrong_speaker_never_helps(speakers: list[str], data: st.DataObject) -> None:
    question = parse_question(document(speakers))
    value = data.draw(values(len(speakers)))
    place = data.draw(st.integers(0, len(speakers) - 1))
    wrong = data.draw(st.sampled_from([speaker for speaker in SPEAKERS if speaker != speakers[place]]))

    assert question.grade({**value, CHOICE_IDS[place]: wrong}) <= question.grade(value)


# --- The public view ----------------------------------------------------------------------------------------------


def test_who_says_so_public_view_is_an_allowlist() -> None:
    view = public_view(QUESTION, Shuffle("seed", is_shuffled=False), {"b": "mayor"}, READING)

    def offered(chosen: str = "") -> list[dict[str, Any]]:
        return [
            {"key": "reporter", "label": "Reported fact", "icon": "page", "chosen": chosen == "reporter"},
            {"key": "mayor", "label": "Mayor’s account", "icon": "person", "chosen": chosen == "mayor"},
            {"key": "protesters", "label": "Protesters’ claim", "icon": "sign", "chosen": chosen == "protesters"},
            {"key": "not_stated", "label": "The story does not say", "icon": "blank", "chosen": False},
        ]

    assert view == {
        "picture": None,
        "type": "who_says_so",
        "hint": "Choose who says each statement",
        "partial_credit": "Each statement counts the same.",
        "stem": "Who says so?",
        "statements": [
            {"name": SHUFFLE.token(QUESTION.key, "a"), "text": "Rules were broken.", "speakers": offered()},
            {
                "name": SHUFFLE.token(QUESTION.key, "b"),
                "text": "People are easy to find.",
                "speakers": offered("mayor"),
            },
            {"name": SHUFFLE.token(QUESTION.key, "c"), "text": "A court ended it.", "speakers": offered()},
        ],
    }


def test_who_says_so_offers_speakers_in_the_order_of_the_source_only() -> None:
    question = parse_question(make_question_document("who_says_so", voices=["not_stated", "mayor", "protesters"]))
    for number in range(20):
        for statement in public_view(question, Shuffle(str(number), is_shuffled=True), None, READING)["statements"]:
            assert [speaker["key"] for speaker in statement["speakers"]] == ["mayor", "protesters", "not_stated"]


@given(keys, st.data(), shuffles)
def test_who_says_so_public_view_is_the_same_whichever_speaker_is_right(
    speakers: list[str], data: st.DataObject, shuffle: Shuffle
) -> None:
    size = len(speakers)
    others = data.draw(st.lists(st.sampled_from(SPEAKERS), min_size=size, max_size=size))
    value = data.draw(st.none() | values(size))
    one, other = parse_question(document(speakers, secret="x")), parse_question(document(others, secret="y"))

    assert public_view(one, shuffle, value, READING) == public_view(other, shuffle, value, READING)


# --- Reading an answer --------------------------------------------------------------------------------------------


@given(keys, shuffles, st.data())
def test_who_says_so_picks_come_back_beside_their_statements(
    speakers: list[str], shuffle: Shuffle, data: st.DataObject
) -> None:
    question = parse_question(document(speakers))
    shown = public_view(question, shuffle, None, READING)["statements"]
    given_by_text = data.draw(
        st.dictionaries(
            st.sampled_from([statement["text"] for statement in shown]), st.sampled_from(SPEAKERS), min_size=1
        )
    )
    submitted = {
        statement["name"]: [given_by_text[statement["text"]]]
        for statement in shown
        if statement["text"] in given_by_text
    }

    value = question.read_answer(submitted, shuffle, READING)

    assert value == {CHOICE_IDS[int(text.split()[1])]: speaker for text, speaker in given_by_text.items()}
    again = public_view(question, shuffle, value, READING)["statements"]
    chosen = {
        statement["text"]: speaker["key"]
        for statement in again
        for speaker in statement["speakers"]
        if speaker["chosen"]
    }
    assert chosen == given_by_text


@pytest.mark.parametrize("submitted", [{}, {"0123456789": ["mayor"]}, {SHUFFLE.token(QUESTION.key, "a"): []}])
def test_who_says_so_nothing_picked_is_no_answer(submitted: dict[str, list[str]]) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) is None


@pytest.mark.parametrize("picked", [["unnamed"], [""], ["Mayor"], ["mayor", "reporter"], ["mayor", "mayor"]])
def test_who_says_so_refuses_a_speaker_that_it_does_not_offer(picked: list[str]) -> None:
    submitted = {SHUFFLE.token(QUESTION.key, "a"): ["mayor"], SHUFFLE.token(QUESTION.key, "b"): picked}

    with pytest.raises(NotAChoice):
        QUESTION.read_answer(submitted, SHUFFLE, READING)


# --- Review -------------------------------------------------------------------------------------------------------


def test_who_says_so_review_says_per_statement_what_is_right() -> None:
    reviewed = QUESTION.review({"a": "mayor", "b": "reporter"}, READING)

    assert reviewed.credit == Fraction(1, 3)
    by_mayor, by_protesters = (READING.sentences([key]) for key in ("s3", "s4"))
    assert reviewed.rows == (
        ReviewRow(
            "Rules were broken.", "right", RowNote.CORRECT_ANSWER, "", right="Mayor’s account", sentences=by_mayor
        ),
        ReviewRow(
            "People are easy to find.",
            "wrong",
            RowNote.CHOSE,
            "rationale 12",
            right="Protesters’ claim",
            given="Reported fact",
            sentences=by_protesters,
        ),
        ReviewRow("A court ended it.", "missed", RowNote.NOT_ANSWERED, "rationale 13", right="The story does not say"),
    )
    assert reviewed.given == "1 of 3 correct"
    assert reviewed.correct == (
        "“Rules were broken.” Mayor’s account; “People are easy to find.” Protesters’ claim; "
        "“A court ended it.” The story does not say"
    )


def test_who_says_so_review_without_an_answer() -> None:
    reviewed = QUESTION.review(None, READING)

    assert [row.state for row in reviewed.rows] == ["missed"] * 3
    assert reviewed.credit == 0
    assert reviewed.given == ""


# --- Documents ----------------------------------------------------------------------------------------------------


def statement(**changes: Any) -> dict[str, Any]:
    return {"text": "Said.", "voice": "mayor", "facts": ["F3"], "evidence": ["s3"], "rationale": "Why.", **changes}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"voices": ["mayor"]}, "a who-says-so question offers at least two speakers"),
        ({"voices": ["mayor", "mayor"]}, "“voices” names the same thing twice"),
        ({"statements": [statement()]}, "“statements” needs 2 to 8 entries and has 1"),
        (
            {"statements": [statement(text=str(number)) for number in range(9)]},
            "“statements” needs 2 to 8 entries and has 9",
        ),
        ({"statements": [statement(), statement(text="SAID.")]}, "statements 1 and 2 are the same"),
        ({"statements": [statement(text="He  said."), statement(text="He said.")]}, "statements 1 and 2 are the same"),
        ({"statements": [statement(), statement(text="")]}, "“text” is missing"),
        ({"statements": [statement(), statement(text="Other.", voice="")]}, "“voice” is missing"),
    ],
)
def test_who_says_so_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(make_question_document("who_says_so", **changes))

    assert str(refused.value) == reason


NOT_STATED = statement(text="Not in it.", voice="not_stated", facts=[], evidence=[])


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({}, []),
        (
            {"voice": "reporter"},
            ["the statement “Said.” has the speaker “Reported fact”, but “Mayor’s account” says sentence 3"],
        ),
        (
            {"voice": "unnamed"},
            [
                "the statement “Said.” has the speaker “unnamed”, which the question does not offer",
                "the statement “Said.” has the speaker “unnamed”, but “Mayor’s account” says sentence 3",
            ],
        ),
        ({"voice": "not_stated"}, ["the statement “Said.” is keyed as not stated but names facts or evidence"]),
        (
            {"voice": "not_stated", "evidence": []},
            [
                "the statement “Said.” is keyed as not stated but names facts or evidence",
                "the evidence of the question is not that of its statements together",
            ],
        ),
        (
            {"facts": []},
            [
                "the statement “Said.” names no fact",
                "the facts of the question are not those of its statements together",
            ],
        ),
        (
            {"evidence": []},
            [
                "the statement “Said.” has no evidence",
                "the fact “F3” of the statement “Said.” is on none of its evidence",
                "the evidence of the question is not that of its statements together",
            ],
        ),
        (
            {"evidence": ["s8"]},
            [
                "the evidence “s8” of the statement “Said.” is not in the reading",
                "the fact “F3” of the statement “Said.” is on none of its evidence",
                "the evidence of the question is not that of its statements together",
            ],
        ),
        (
            {"evidence": ["s3", "s1"]},
            [
                "the evidence “s1” of the statement “Said.” shares no fact with it",
                "the statement “Said.” has the speaker “Mayor’s account”, but “Reported fact” says sentence 1",
                "the evidence of the question is not that of its statements together",
            ],
        ),
        (
            # A fact of another speaker, proved by no sentence of this statement.
            {"facts": ["F3", "F4"]},
            [
                "the fact “F4” of the statement “Said.” is on none of its evidence",
                "the facts of the question are not those of its statements together",
            ],
        ),
    ],
)
def test_who_says_so_problems_name_statement_and_reason(changed: dict[str, Any], reasons: list[str]) -> None:
    table = make_question_document(
        "who_says_so", facts=["F3"], evidence=["s3"], statements=[statement(**changed), NOT_STATED]
    )

    assert parse_question(table).problems(READING) == reasons


def test_who_says_so_offers_only_speakers_of_the_source() -> None:
    question = parse_question(make_question_document("who_says_so", voices=[*SPEAKERS, "senator"]))

    assert question.problems(READING) == ["the speaker “senator” is not one that the source lists"]
