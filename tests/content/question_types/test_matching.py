"""Matching: one option for each line, a share of the credit for each."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.languages import translated
from quizzes.content.question_types.matching.draft import MatchingDraft
from quizzes.content.question_types.matching.question import MAX_OPTIONS, Matching
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def document(**changes: Any) -> dict[str, Any]:
    return make_question(
        "matching",
        **{
            "stem": "Match each part of the system with what it holds.",
            "options": ["Zip code", "Birthplace", "Fingerprints"],
            "prompts": [
                {"text": "First field", "option": "Birthplace", "rationale": "The zip code comes later."},
                {"text": "Second field", "option": "Zip code", "rationale": "The birthplace comes first."},
            ],
            **changes,
        },
    )


def sized(prompts: int, count: int, keys: list[int]) -> dict[str, Any]:
    """A document of `prompts` lines and `count` options, the options at `keys` being right."""
    return document(
        options=[f"Option {number}" for number in range(count)],
        prompts=[
            {"text": f"Prompt {place}", "option": f"Option {keys[place]}", "rationale": "Why."}
            for place in range(prompts)
        ],
    )


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    prompts, count = draw(st.integers(2, 8)), draw(st.integers(2, MAX_OPTIONS))
    return sized(prompts, count, draw(st.lists(st.integers(0, count - 1), min_size=prompts, max_size=prompts)))


def values(question: Question) -> st.SearchStrategy[Any]:
    picks = st.sampled_from(list(question.option_texts))  # type: ignore[attr-defined]
    ids = [prompt.id for prompt in question.prompts]  # type: ignore[attr-defined]
    return st.dictionaries(st.sampled_from(ids), picks).map(lambda given: given or None)


QUESTION = parse_question(document())


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit"),
    [
        ({"a": "2", "b": "1"}, Fraction(1)),
        ({"a": "2"}, Fraction(1, 2)),
        ({"a": "2", "b": "2"}, Fraction(1, 2)),
        ({"a": "1", "b": "2"}, Fraction(0)),
        ({"a": "3", "b": "3"}, Fraction(0)),
        ({"z": "1"}, Fraction(0)),
        (None, Fraction(0)),
    ],
)
def test_matching_each_line_earns_its_share(value: Any, credit: Fraction) -> None:
    assert QUESTION.grade(value) == credit


@given(st.data(), documents(), shuffles)
def test_matching_keeps_the_laws(data: st.DataObject, table: dict[str, Any], shuffle: Shuffle) -> None:
    question = parse_question(table)
    value = data.draw(values(question))

    check_answer(table, value, shuffle, READING)
    if value is not None and len(value) == len(table["prompts"]):
        check_rekeyed(table, value, shuffle, READING)


@given(st.data(), documents())
def test_matching_another_right_line_earns_one_share_more(data: st.DataObject, table: dict[str, Any]) -> None:
    question = parse_question(table)
    value = data.draw(values(question)) or {}
    prompt = data.draw(st.sampled_from(question.prompts))  # type: ignore[attr-defined]
    before = question.grade({key: option for key, option in value.items() if key != prompt.id} or None)

    assert question.grade({**value, prompt.id: prompt.option}) == before + Fraction(1, len(table["prompts"]))


# --- The public view ----------------------------------------------------------------------------------------------


def test_matching_public_view_is_an_allowlist_with_options_by_text() -> None:
    token = SHUFFLE.token

    assert public_view(QUESTION, Shuffle("seed", is_shuffled=False), {"b": "3"}, READING) == {
        "picture": None,
        "type": "matching",
        "hint": "Choose an answer for each line",
        "partial_credit": "Use an answer once, more than once, or not at all.",
        "stem": "Match each part of the system with what it holds.",
        "prompts": [
            {
                "name": token(QUESTION.key, prompt_id),
                "text": text,
                "options": [
                    {"token": token(QUESTION.key, "2"), "letter": "A", "text": "Birthplace", "chosen": False},
                    {"token": token(QUESTION.key, "3"), "letter": "B", "text": "Fingerprints", "chosen": chosen},
                    {"token": token(QUESTION.key, "1"), "letter": "C", "text": "Zip code", "chosen": False},
                ],
            }
            for prompt_id, text, chosen in (("a", "First field", False), ("b", "Second field", True))
        ],
    }


def test_matching_lines_change_places_and_options_do_not() -> None:
    question = parse_question(sized(8, 8, list(range(8))))
    views = [public_view(question, Shuffle(f"seed {n}", is_shuffled=True), None, READING)["prompts"] for n in range(20)]

    assert len({tuple(prompt["text"] for prompt in prompts) for prompts in views}) > 10
    assert {tuple(option["text"] for option in prompt["options"]) for prompts in views for prompt in prompts} == {
        tuple(f"Option {number}" for number in range(8))
    }


def test_matching_page_names_each_select_by_its_line() -> None:
    html = page(QUESTION, SHUFFLE, None, READING)

    for prompt_id, text in (("a", "First field"), ("b", "Second field")):
        name = SHUFFLE.token(QUESTION.key, prompt_id)
        assert f'<label class="says" for="a-{name}">{text}</label>' in html
        assert f'<select class="in" id="a-{name}" name="{name}">' in html


def test_matching_paper_lists_the_options_once() -> None:
    html = paper(QUESTION, SHUFFLE, READING)

    assert [html.count(text) for text in ("A. Birthplace", "B. Fingerprints", "C. Zip code")] == [1, 1, 1]


# --- Reading an answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [[], [""]])
def test_matching_nothing_chosen_is_no_answer(tokens: list[str]) -> None:
    assert QUESTION.read_answer({SHUFFLE.token(QUESTION.key, "a"): tokens}, SHUFFLE, READING) is None


@pytest.mark.parametrize(
    "tokens",
    [
        ["2"],
        ["0123456789"],
        [SHUFFLE.token(QUESTION.key, "a")],
        [SHUFFLE.token(QUESTION.key, "1"), SHUFFLE.token(QUESTION.key, "2")],
        [Shuffle("other", is_shuffled=True).token(QUESTION.key, "1")],
    ],
    ids=["id", "invented", "a line", "two", "another attempt's"],
)
def test_matching_refuses_what_it_did_not_offer(tokens: list[str]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer({SHUFFLE.token(QUESTION.key, "a"): tokens}, SHUFFLE, READING)


# --- Review, key, options -----------------------------------------------------------------------------------------


def test_matching_review_says_of_each_line_what_is_right_and_what_was_given() -> None:
    assert QUESTION.review({"a": "2", "b": "3"}, READING).rows == (
        ReviewRow("First field", "right", RowNote.CORRECT_ANSWER, "", right="Birthplace"),
        ReviewRow(
            "Second field", "wrong", RowNote.ANSWERED, "The birthplace comes first.", "", "Zip code", "Fingerprints"
        ),
    )
    assert [(row.right, row.note) for row in QUESTION.review(None, READING).rows] == [
        ("Birthplace", RowNote.NOT_ANSWERED),
        ("Zip code", RowNote.NOT_ANSWERED),
    ]


def test_matching_review_in_words() -> None:
    reviewed = QUESTION.review({"b": "3"}, READING)

    assert reviewed.given == "“Second field” Fingerprints"
    assert reviewed.correct == "“First field” Birthplace; “Second field” Zip code"


def test_matching_key_has_a_row_a_line() -> None:
    assert [(row.text, row.right, row.why) for row in QUESTION.answer_key(READING)] == [
        ("“First field” Birthplace", True, "The zip code comes later."),
        ("“Second field” Zip code", True, "The birthplace comes first."),
    ]


def test_matching_line_with_quotes_is_quoted_once() -> None:
    prompts = [
        {"text": "“I agree,” she said", "option": "Birthplace", "rationale": "Why."},
        {"text": "Second field", "option": "Zip code", "rationale": "Why."},
    ]
    row, _ = parse_question(document(prompts=prompts)).answer_key(READING)

    assert row.text == "“‘I agree,’ she said” Birthplace"


def test_matching_options_are_grouped_by_line() -> None:
    offered = QUESTION.options(READING)

    assert [option.id for option in offered] == ["a:2", "a:3", "a:1", "b:2", "b:3", "b:1"]
    assert [option.id for option in offered if option.right] == ["a:2", "b:1"]
    assert [option.id for option in offered if option.listed] == ["a:2", "b:1"]
    assert {option.group for option in offered} == {"a", "b"}
    assert [option.id for option in QUESTION.chosen_options({"b": "3"}, READING)] == ["b:3"]


# --- Documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{"a": "1"}, {"a": "1", "b": "4"}, {"a": "1", "b": "x"}, {}])
def test_matching_answer_that_cannot_be_the_key_is_refused(value: Any) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(document(), value)

    assert str(refused.value) == "each line needs one of the answer choices"


def prompts(*texts: str, option: str = "Birthplace") -> list[dict[str, Any]]:
    return [{"text": text, "option": option, "rationale": "Why."} for text in texts]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"options": ["Birthplace"]}, "a matching question needs 2 to 12 options and this one has 1"),
        ({"options": [str(n) for n in range(13)]}, "a matching question needs 2 to 12 options and this one has 13"),
        ({"options": ["Birthplace", " birthplace "]}, "answer choices 1 and 2 are the same"),
        ({"options": ["Birthplace", " "]}, "“options” has an empty text"),
        ({"prompts": prompts("One")}, "“prompts” needs 2 to 8 entries and has 1"),
        (
            {"prompts": prompts(*"ABCDEFGHI")},
            "“prompts” needs 2 to 8 entries and has 9",
        ),
        ({"prompts": prompts("One", "ONE ")}, "prompts 1 and 2 are the same"),
        (
            {"prompts": prompts("One", "Two", option="Photo")},
            "“Photo”, the option of the prompt “One”, is not one of the options",
        ),
    ],
)
def test_matching_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


def test_matching_names_lines_without_an_answer_in_the_order_shown() -> None:
    shown = [prompt["text"] for prompt in QUESTION.public(SHUFFLE, None, READING)["prompts"]]
    place = shown.index(QUESTION.prompts[1].text) + 1

    assert QUESTION.missing_parts({"a": "2"}, SHUFFLE) == (f"line {place}",)
    assert QUESTION.missing_parts({"a": "2", "b": "1"}, SHUFFLE) == ()


def test_matching_draft_with_too_many_options_says_so_in_words() -> None:
    """Moodle’s questions can have more, and a teacher can type more."""
    prompts = [{"text": text, "option": text.upper(), "rationale": ""} for text in ("a", "b")]
    for count, found in ((10, []), (11, ["Offer up to 12 answer choices."])):
        question = {"options": [str(number) for number in range(count)], "prompts": prompts}
        assert MatchingDraft().problems(question, [], []) == found
        # In Spanish, a match is still the English text of one of the choices.
        options = [*question["options"], "A", "B"]
        table = {**question, "options": options, "texts": {"es": {"options": [f"N.º {text}" for text in options]}}}
        assert MatchingDraft().problems(translated(table, Matching.own_texts(), "es", "en"), [], []) == found


def test_matching_draft_says_that_a_match_has_no_line() -> None:
    """Publishing leaves out a row without a line, and the match with it."""
    prompts = [{"text": text, "option": option} for text, option in (("a", "A"), ("b", "B"), ("", "C"), ("", ""))]

    found = MatchingDraft().problems({"options": [], "prompts": prompts}, [], [])

    assert found == ["Enter line 3, or clear its match."]
