"""Short answer: equal in any spelling; a teacher checks close answers."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.registry import accepting_only, parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def document(**changes: Any) -> dict[str, Any]:
    return make_question(
        "short_answer",
        **{
            "stem": "On what date does the agreement expire?",
            "accepted": ["August 31", "the end of August"],
            "wrong": [{"text": "July 27", "rationale": "That is the day of the story.", "leans_on": ["s2"]}],
            **changes,
        },
    )


QUESTION = parse_question(document())
NAME = SHUFFLE.token(QUESTION.key, "answer")

texts = st.sampled_from(
    ["August 31", "8/31", "Aug 30", "july 27", "27 July", "the End of August", "?!", "fear"]
) | st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)
# What the field gives back of any text typed into it.
values = texts.map(lambda text: " ".join(text.split())).filter(
    lambda text: any(char.isprintable() and not char.isspace() for char in text)
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    words = st.sampled_from(["Philadelphia", "the mayor", "August 31", "thirty-one", "fear and distrust", "ICE"])
    return document(
        accepted=draw(st.lists(words, min_size=1, unique=True)), forgive_slips=draw(st.booleans()), wrong=[]
    )


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit", "in_doubt"),
    [
        ("August 31", 1, False),
        ("aug. 31st", 1, False),
        ("31 August", 1, False),
        ("8/31", 1, False),
        ("The end of AUGUST", 1, False),
        ("August 31, 2018", 0, True),
        ("Friday, August 31", 0, True),
        ("the end of Agust", 0, True),
        ("end of the month of August", 0, True),
        ("August 30", 0, False),
        ("July 27", 0, False),
        ("7/27", 0, False),
        ("I do not know", 0, False),
        ("?!", 0, False),
        (None, 0, False),
    ],
)
def test_short_answer_is_right_wrong_or_looked_at(value: str | None, credit: int, in_doubt: bool) -> None:
    assert QUESTION.grade(value) == Fraction(credit)
    assert QUESTION.needs_grading(value) is in_doubt


@pytest.mark.parametrize(
    ("value", "credit", "in_doubt"),
    [
        ("Philadelfia", 0, True),
        ("Philadephia", 1, False),
        ("Philadelphai", 1, False),
        ("hiladelphia", 0, True),
        ("Philadelphio", 0, False),
    ],
)
def test_short_answer_forgives_a_slip_where_the_question_says_so(value: str, credit: int, in_doubt: bool) -> None:
    changes = {"accepted": ["Philadelphia"], "wrong": [{"text": "Philadelphio", "rationale": "Why."}]}
    lenient, strict = (parse_question(document(forgive_slips=flag, **changes)) for flag in (True, False))

    assert lenient.grade(value) == credit
    assert lenient.needs_grading(value) is in_doubt
    assert strict.grade(value) == 0
    assert strict.needs_grading(value) is (value != "Philadelphio")


@pytest.mark.parametrize(("wrong", "credit"), [([], 1), ([{"text": "casada", "rationale": "Why."}], 0)])
def test_word_of_another_language_is_no_typo_where_it_is_a_wrong_answer(wrong: list[Any], credit: int) -> None:
    """Only English has a word list. “Casada” is married, and “cansada” tired."""
    question = parse_question(document(forgive_slips=True, accepted=["cansada"], wrong=wrong))

    assert question.grade("casada") == credit


@given(documents(), st.none() | values, shuffles)
def test_short_answer_keeps_the_laws(table: dict[str, Any], value: str | None, shuffle: Shuffle) -> None:
    check_answer(table, value, shuffle, READING)


@given(documents(), values, shuffles)
def test_short_answer_keeps_the_laws_of_a_new_key(table: dict[str, Any], value: str, shuffle: Shuffle) -> None:
    if normalize(value):
        check_rekeyed(table, value, shuffle, READING)


@given(documents(), values)
def test_short_answer_every_accepted_answer_earns_everything_after_one_more(table: dict[str, Any], value: str) -> None:
    if normalize(value):
        question = parse_question(regraded(table, value))

        assert {question.grade(text) for text in [value, *table["accepted"]]} == {1}


# --- Correcting the key -------------------------------------------------------------------------------------------


def test_short_answer_accepts_one_variant_once() -> None:
    assert regraded(document(), "Aug 31, 2018")["accepted"] == ["August 31", "the end of August", "Aug 31, 2018"]
    assert regraded(document(), "8/31")["accepted"] == ["August 31", "the end of August"]


def test_short_answer_accepted_after_all_is_no_longer_known_to_be_wrong() -> None:
    rekeyed = regraded(document(), "7/27")

    assert rekeyed["wrong"] == []
    assert parse_question(rekeyed).grade("July 27") == 1


def test_short_answer_accepted_after_all_may_be_a_wrong_one_in_another_language() -> None:
    wrong = {"text": "Friday", "rationale": "A day of the week.", "texts": {"es": {"text": "viernes"}}}
    table = document(wrong=[wrong])

    rekeyed = regraded(table, "Viernes")

    assert [parse_question(one).grade("viernes") for one in (table, rekeyed)] == [0, 1]


def test_short_answer_with_a_new_answer_only_accepts_no_old_one_in_any_language() -> None:
    table = document(texts={"es": {"stem": "¿Qué día vence?", "accepted": ["31 de agosto"]}})
    before = parse_question(table)
    only = parse_question(accepting_only(table, "September 30"), ["es"])

    assert [before.grade(text) for text in ("August 31", "31 de agosto", "September 30")] == [1, 1, 0]
    assert [only.grade(text) for text in ("August 31", "31 de agosto", "September 30")] == [0, 0, 1]
    assert only.review(None, READING).correct == "September 30"
    assert only.in_language("es").stem == "¿Qué día vence?"


def test_short_answer_without_letter_or_figure_cannot_be_the_key() -> None:
    with pytest.raises(InvalidDocument):
        regraded(document(), "?!")


# --- The public view ----------------------------------------------------------------------------------------------


def test_short_answer_public_view_is_an_allowlist() -> None:
    assert public_view(QUESTION, SHUFFLE, "Sept. 1", READING) == {
        "picture": None,
        "type": "short_answer",
        "hint": "Answer in a few words",
        "partial_credit": "",
        "stem": "On what date does the agreement expire?",
        "note": "Capital letters, accents, and punctuation don’t matter.",
        "name": NAME,
        "answer": "Sept. 1",
        "max_length": 200,
    }


def test_short_answer_note_of_the_question_stands_under_the_field() -> None:
    html = page(parse_question(document(note="A day and a month.")), SHUFFLE, '"<b>', READING)

    assert f'<p class="hint" id="a-{NAME}-h">A day and a month.</p>' in html
    assert 'value="&quot;&lt;b&gt;"' in html


def test_short_answer_paper_has_a_line_to_write_on() -> None:
    assert paper(QUESTION, SHUFFLE, READING).count('class="blank"') == 1


# --- Reading an answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (["  August \t 31\n"], "August 31"),
        (["a\x00b\x1bc\ud800d"], "abcd"),
        (["x" * 200], "x" * 200),
        ([f"  {'x' * 200}  "], "x" * 200),
        ([""], None),
        (["  \t "], None),
        (["\u200b\u2060"], None),
        (["\u202eabc\u2066"], "abc"),
        (["Z" + "\u0316" * 190 + "a"], "Z" + "\u0316" * 6 + "a"),
        ([], None),
    ],
)
def test_short_answer_is_read_without_space_around_and_signs_unseen(typed: list[str], value: str | None) -> None:
    assert QUESTION.read_answer({NAME: typed}, SHUFFLE, READING) == value


@pytest.mark.parametrize("typed", [["x" * 201], ["one", "two"]])
def test_short_answer_refuses_what_the_page_does_not_let_anyone_type(typed: list[str]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({NAME: typed}, SHUFFLE, READING)


# --- Review, key, options -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        ("8/31", [("8/31", "right", RowNote.CORRECT_ANSWER, "")]),
        (
            "7/27",
            [
                ("7/27", "wrong", RowNote.ANSWER, "That is the day of the story."),
                ("August 31", "missed", RowNote.KEY, ""),
            ],
        ),
        (
            "Friday, August 31",
            [
                ("Friday, August 31", "close", RowNote.CLOSE_ANSWER, ""),
                ("August 31", "missed", RowNote.KEY, ""),
            ],
        ),
        (None, [("August 31", "missed", RowNote.KEY, "")]),
    ],
)
def test_short_answer_review_shows_both_answers(value: str | None, rows: list[tuple[Any, ...]]) -> None:
    reviewed = QUESTION.review(value, READING)

    assert reviewed.rows == tuple(ReviewRow(*row) for row in rows)
    assert (reviewed.given, reviewed.correct) == (value or "", "August 31")


def test_short_answer_key_lists_accepted_and_wrong_answers() -> None:
    assert [(row.text, row.right, row.why, [s.key for s in row.sentences]) for row in QUESTION.answer_key(READING)] == [
        ("August 31", True, "", []),
        ("the end of August", True, "", []),
        ("July 27", False, "That is the day of the story.", ["s2"]),
    ]


def test_short_answer_options_are_counted_by_answer_not_by_spelling() -> None:
    assert [(option.id, option.right, option.listed) for option in QUESTION.options(READING)] == [
        ("--08-31", True, True),
        ("end of august", True, False),
        ("--07-27", False, True),
    ]
    assert QUESTION.chosen_options("8/31", READING) == QUESTION.chosen_options("Aug. 31", READING)
    assert QUESTION.chosen_options("27 July", READING)[0].leans_on == ("s2",)
    assert (
        QUESTION.chosen_options("the Mayor", READING)[0].id
        == QUESTION.chosen_options("mayor!", READING)[0].id
        == "mayor"
    )
    assert [option.id for option in QUESTION.chosen_options("?!", READING)] == ["?!"]
    # A report in Spanish may have a regraded key in English.
    wrong = {"text": "fear", "texts": {"es": {"text": "alarma"}}}
    english = parse_question(document(wrong=[wrong]), ["es"])
    spanish = english.in_language("es")
    assert [option.text for option in spanish.options(READING)[2:]] == ["alarma"]
    assert (
        english.options(READING)[2].id
        == spanish.options(READING)[2].id
        == english.chosen_options("alarma", READING)[0].id
        == spanish.chosen_options("fear", READING)[0].id
        == "fear"
    )


# --- Documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"accepted": []}, "enter at least 1 accepted answer"),
        ({"accepted": [" "]}, "“accepted” has an empty text"),
        ({"accepted": ["?!"]}, "the accepted answer “?!” has no letter and no digit"),
        (
            {"accepted": ["x" * 201]},
            f"the accepted answer “{'x' * 40}…” is longer than 200 characters",
        ),
        ({"accepted": "August 31"}, "“accepted” must be a list of texts"),
        ({"accepted": ["7/27"]}, "“July 27” is both accepted and wrong"),
        ({"forgive_slips": "yes"}, "“forgive_slips” must be true or false"),
        ({"note": 3}, "“note” must be text"),
    ],
)
def test_short_answer_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


def test_first_of_two_equal_wrong_answers_counts() -> None:
    wrong = [{"text": text, "rationale": f"{text}?"} for text in ("July 27", "7/27", "Monday")]
    assert [answer.rationale for answer in parse_question(document(wrong=wrong)).wrong] == ["July 27?", "Monday?"]


def test_short_answer_problems_name_a_sentence_that_is_not_there() -> None:
    question = parse_question(document(wrong=[{"text": "May", "rationale": "Why.", "leans_on": ["s9"]}]))

    assert QUESTION.problems(READING) == []
    assert question.problems(READING) == ["the wrong answer “May” is suggested by “s9”, which is not in the reading"]
