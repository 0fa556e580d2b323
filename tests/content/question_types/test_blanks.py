"""Fill in the blanks: gaps typed or chosen, a share of the credit for each."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.languages import translated
from quizzes.content.normalized_answers import normalize
from quizzes.content.question_types.blanks.question import Blanks
from quizzes.content.question_types.registry import TYPES, accepting_only, parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def typed(*accepted: str) -> dict[str, Any]:
    return {"accepted": list(accepted), "rationale": "Why else."}


def chosen(answer: str, *choices: str) -> dict[str, Any]:
    return {"choices": list(choices), "answer": answer, "rationale": "Why other."}


def document(**changes: Any) -> dict[str, Any]:
    return make_question(
        "blanks",
        **{
            "stem": "Fill the gaps.",
            "text": "The agreement expires on {a}. The system belongs to {b}.",
            "gaps": [typed("August 31"), chosen("the police", "the police", "ICE", "the mayor")],
            **changes,
        },
    )


QUESTION = parse_question(document())

words = st.sampled_from(["August 31", "8/31", "Agust", "fear", "?!", "the mayor", "12 %"])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    gaps = draw(
        st.lists(
            st.one_of(
                st.lists(words.filter(normalize), min_size=1, max_size=3, unique=True).map(lambda texts: typed(*texts)),
                st.integers(2, 8).flatmap(
                    lambda size: st.integers(1, size).map(
                        lambda key: chosen(f"Choice {key}", *(f"Choice {number}" for number in range(1, size + 1)))
                    )
                ),
            ),
            min_size=1,
            max_size=8,
        )
    )
    text = " and ".join(f"this {{{letter}}}" for letter in "abcdefgh"[: len(gaps)])
    return document(text=text, gaps=gaps, forgive_slips=draw(st.booleans()))


@st.composite
def filled(draw: st.DrawFn, table: dict[str, Any], *, whole: bool = False) -> dict[str, str] | None:
    given = {}
    for letter, gap in zip("abcdefgh", table["gaps"], strict=False):
        if whole or draw(st.booleans()):
            ids = [str(number + 1) for number in range(len(gap.get("choices", ())))]
            given[letter] = draw(st.sampled_from(ids)) if ids else draw(words.filter(normalize) if whole else words)
    return given or None


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit", "in_doubt"),
    [
        ({"a": "8/31", "b": "1"}, Fraction(1), False),
        ({"a": "8/31", "b": "2"}, Fraction(1, 2), False),
        ({"a": "August 30", "b": "1"}, Fraction(1, 2), False),
        ({"a": "August 31, 2018", "b": "1"}, Fraction(1, 2), True),
        ({"a": "August 31"}, Fraction(1, 2), False),
        ({"b": "3"}, Fraction(0), False),
        ({"b": "9"}, Fraction(0), False),
        (None, Fraction(0), False),
    ],
)
def test_blanks_each_gap_earns_its_share(value: Any, credit: Fraction, in_doubt: bool) -> None:
    assert QUESTION.grade(value) == credit
    assert QUESTION.needs_grading(value) is in_doubt


def test_blanks_forgive_a_slip_where_the_question_says_so() -> None:
    changes = {"text": "It is {a}.", "gaps": [typed("Philadelphia")]}
    strict, lenient = (parse_question(document(forgive_slips=flag, **changes)) for flag in (False, True))

    assert [question.grade({"a": "Philadephia"}) for question in (strict, lenient)] == [0, 1]
    assert [question.needs_grading({"a": "Philadephia"}) for question in (strict, lenient)] == [True, False]


@given(st.data(), documents(), shuffles)
def test_blanks_keep_the_laws(data: st.DataObject, table: dict[str, Any], shuffle: Shuffle) -> None:
    check_answer(table, data.draw(filled(table)), shuffle, READING)


@given(st.data(), documents(), shuffles)
def test_blanks_keep_the_laws_of_a_new_key(data: st.DataObject, table: dict[str, Any], shuffle: Shuffle) -> None:
    check_rekeyed(table, data.draw(filled(table, whole=True)), shuffle, READING)


def test_blanks_with_a_new_answer_only_accept_no_old_one() -> None:
    only = parse_question(accepting_only(document(), {"a": "September 30", "b": "2"}))

    assert [only.grade(given) for given in ({"a": "August 31", "b": "1"}, {"a": "September 30", "b": "2"})] == [0, 1]


@given(documents())
def test_blanks_filled_with_the_key_earn_everything(table: dict[str, Any]) -> None:
    value = {
        letter: gap["accepted"][-1] if "accepted" in gap else str(gap["choices"].index(gap["answer"]) + 1)
        for letter, gap in zip("abcdefgh", table["gaps"], strict=False)
    }

    assert parse_question(table).grade(value) == 1


# --- The public view ----------------------------------------------------------------------------------------------


def test_blanks_public_view_is_an_allowlist_with_choices_by_text() -> None:
    token = SHUFFLE.token

    assert public_view(QUESTION, SHUFFLE, {"a": "Sept. 1", "b": "2"}, READING) == {
        "picture": None,
        "type": "blanks",
        "hint": "Fill in each blank",
        "partial_credit": "Each blank counts the same.",
        "stem": "Fill the gaps.",
        "note": "Capital letters, accents, and punctuation don’t matter.",
        "name": token(QUESTION.key, "text"),
        "parts": [
            {"text": "The agreement expires on ", "letter": "a", "given": "Sept. 1"},
            {"text": ". The system belongs to ", "letter": "b", "given": "ICE"},
            {"text": ".", "letter": "", "given": ""},
        ],
        "gaps": [
            {
                "letter": "a",
                "name": token(QUESTION.key, "a"),
                "answer": "Sept. 1",
                "max_length": 200,
                "options": [],
            },
            {
                "letter": "b",
                "name": token(QUESTION.key, "b"),
                "answer": "",
                "max_length": 200,
                "options": [
                    {"token": token(QUESTION.key, "b:2"), "text": "ICE", "chosen": True},
                    {"token": token(QUESTION.key, "b:3"), "text": "the mayor", "chosen": False},
                    {"token": token(QUESTION.key, "b:1"), "text": "the police", "chosen": False},
                ],
            },
        ],
    }


def test_blanks_with_choices_only_say_nothing_of_spelling() -> None:
    question = parse_question(document(text="{a}", gaps=[chosen("Yes", "Yes", "No")]))

    assert public_view(question, SHUFFLE, None, READING)["note"] == ""


def test_blanks_page_shows_the_own_answers_in_the_text_and_names_each_field() -> None:
    html = " ".join(page(QUESTION, SHUFFLE, {"a": "<b>"}, READING).split())

    assert (
        'The agreement expires on <span >(a) <u>&lt;b&gt;</u></span>. The system belongs to <span class="num">(b) '
        in html
    )
    assert html.count('<span class="vh">Blank </span>') == 2


def test_blanks_paper_has_a_line_in_each_gap_and_its_choices() -> None:
    html = " ".join(paper(QUESTION, SHUFFLE, READING).split())

    assert html.count('<span class="blank"></span>') == 2
    assert "(b) One of: ICE; the mayor; the police" in html


# --- Reading an answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("submitted", [{}, {"a": [""], "b": [""]}, {"a": ["  "], "b": []}])
def test_blanks_with_nothing_in_them_are_no_answer(submitted: dict[str, list[str]]) -> None:
    fields = {SHUFFLE.token(QUESTION.key, letter): texts for letter, texts in submitted.items()}

    assert QUESTION.read_answer(fields, SHUFFLE, READING) is None


@pytest.mark.parametrize(
    ("letter", "texts"),
    [
        ("a", ["x" * 201]),
        ("a", ["one", "two"]),
        ("b", ["1"]),
        ("b", ["ICE"]),
        ("b", [SHUFFLE.token(QUESTION.key, "b")]),
        ("b", [Shuffle("other", is_shuffled=True).token(QUESTION.key, "b:1")]),
    ],
)
def test_blanks_refuse_what_they_did_not_offer(letter: str, texts: list[str]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({SHUFFLE.token(QUESTION.key, letter): texts}, SHUFFLE, READING)


# --- Review, key, options -----------------------------------------------------------------------------------------


def test_blanks_review_says_of_each_gap_what_is_right_and_what_was_given() -> None:
    reviewed = QUESTION.review({"a": "8/31", "b": "2"}, READING)

    assert reviewed.rows == (
        ReviewRow("(a)", "right", RowNote.CORRECT_ANSWER, "", right="8/31"),
        ReviewRow("(b)", "wrong", RowNote.ANSWERED, "Why other.", "", "the police", "ICE"),
    )
    assert (reviewed.given, reviewed.correct) == ("(a) 8/31; (b) ICE", "(a) August 31; (b) the police")
    unanswered = ReviewRow("(a)", "wrong", RowNote.NOT_ANSWERED, "Why else.", right="August 31")
    assert QUESTION.review(None, READING).rows[0] == unanswered


def test_blanks_statement_is_the_text_as_people_read_it() -> None:
    assert QUESTION.statement == "The agreement expires on (a) …. The system belongs to (b) …."  # type: ignore[attr-defined]


def test_blanks_key_has_a_row_a_gap() -> None:
    question = parse_question(document(gaps=[typed("August 31", "8/31"), chosen("ICE", "ICE", "the mayor")]))

    assert [(row.text, row.why) for row in question.answer_key(READING)] == [
        ("(a) August 31 / 8/31", "Why else."),
        ("(b) ICE", "Why other."),
    ]


def test_blanks_options_are_grouped_by_gap_and_counted_by_answer() -> None:
    assert [(option.id, option.text, option.right, option.listed) for option in QUESTION.options(READING)] == [
        ("a:--08-31", "(a) August 31", True, True),
        ("b:2", "(b) ICE", False, True),
        ("b:3", "(b) the mayor", False, True),
        ("b:1", "(b) the police", True, True),
    ]
    assert [option.id for option in QUESTION.chosen_options({"a": "Aug 31", "b": "3"}, READING)] == ["a:--08-31", "b:3"]
    other = QUESTION.chosen_options({"a": "May"}, READING)
    assert [(option.id, option.right, option.why, option.group) for option in other] == [("a:may", False, "", "a")]


# --- Documents ----------------------------------------------------------------------------------------------------


def test_blanks_rekeyed_accept_as_well_or_choose_instead() -> None:
    assert regraded(document(), {"a": "Sept. 1", "b": "2"})["gaps"] == [
        typed("August 31", "Sept. 1"),
        # Its rationale was about the other choice.
        {name: value for name, value in chosen("ICE", "the police", "ICE", "the mayor").items() if name != "rationale"},
    ]


@pytest.mark.parametrize("value", [{"a": "May"}, {"b": "1"}, {"a": "May", "b": "4"}, {}])
def test_blanks_answer_that_cannot_be_the_key_is_refused(value: Any) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(document(), value)

    assert str(refused.value) == "each blank needs an answer"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"gaps": []}, "“gaps” needs 1 to 8 entries and has 0"),
        ({"gaps": [typed("x")] * 9}, "“gaps” needs 1 to 8 entries and has 9"),
        ({"text": "No gap."}, "the text needs its blanks in this order: {a}, {b}"),
        ({"text": "{b} and {a}"}, "the text needs its blanks in this order: {a}, {b}"),
        ({"text": "{a} and {b} and {b}"}, "the text needs its blanks in this order: {a}, {b}"),
        ({"text": ""}, "“text” is missing"),
        ({"text": "{a}", "gaps": [typed()]}, "enter at least 1 accepted answer"),
        ({"text": "{a}", "gaps": [typed("?!")]}, "the accepted answer “?!” has no letter and no digit"),
        ({"text": "{a}", "gaps": [chosen("A", "A")]}, "blank a needs 2 to 8 choices and has 1"),
        ({"text": "{a}", "gaps": [chosen("C", "A", "B")]}, "“C”, the answer of blank a, is not one of its choices"),
        ({"text": "{a}", "gaps": [chosen("A", "A", "a ")]}, "choices 1 and 2 of blank a are the same"),
    ],
)
def test_blanks_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


def test_blanks_names_blanks_without_an_answer() -> None:
    assert QUESTION.missing_parts({"a": "August 31"}, SHUFFLE) == ("blank (b)",)
    assert QUESTION.missing_parts({"a": "August 31", "b": "1"}, SHUFFLE) == ()


def test_blanks_draft_says_what_its_text_or_its_choices_would_drop() -> None:
    def problems(text: str, *gaps: dict[str, Any]) -> list[str]:
        return TYPES["blanks"].draft.problems({"text": text, "gaps": gaps}, [], [])

    rows = {"accepted": ["yes", "no"], "choices": []}, {"accepted": [], "choices": []}

    assert problems("It is {a}.", *rows) == []
    assert problems("It is {a}.", rows[1], rows[0]) == [
        "Enter the correct answer for blank a.",
        "Blank b isn’t in the text. Type {b} where it goes, or clear its answers.",
    ]
    assert problems("It is {a}.", {"accepted": ["yes", "no"], "choices": ["yes", "no", "maybe"]}) == [
        "Blank a has choices, so enter only 1 correct answer for it."
    ]
    assert problems("It is {a}.", {"accepted": ["yes"], "choices": ["yes"]}) == ["Offer 2 to 8 choices for blank a."]
    # In Spanish, the correct answer is a choice too, whether or not it is translated a second time.
    for own in ({}, {"accepted": ["N.º 1"]}):
        texts = {"es": {"choices": [f"N.º {number}" for number in range(8)], **own}}
        gap = {"accepted": ["1"], "choices": list("01234567"), "texts": texts}
        table = translated({"text": "It is {a}.", "gaps": [gap]}, Blanks.own_texts(), "es", "en")
        assert problems(table["text"], *table["gaps"]) == []
