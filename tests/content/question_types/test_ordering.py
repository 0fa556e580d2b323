"""Ordering: a timeline moved line by line, graded by pairs."""

import re
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import make_question_document, parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, sent, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)
IDS = "abcdefgh"


def document(places: str = "2314", **changes: Any) -> dict[str, Any]:
    """Lines A, B, C ... as written, which belong at these places."""
    return make_question(
        "ordering",
        **{
            "stem": "Put these events in order, earliest first.",
            "items": [
                {"text": f"Event {letter}", "place": int(place), "rationale": f"Why {letter}."}
                for letter, place in zip("ABCDEFGH", places, strict=False)
            ],
            **changes,
        },
    )


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.integers(3, 8))
    return document("".join(draw(st.permutations([str(place) for place in range(1, size + 1)]))))


def orders(table: dict[str, Any]) -> st.SearchStrategy[list[str]]:
    return st.permutations(IDS[: len(table["items"])])


QUESTION = parse_question(document())  # c, a, b, d


# --- Grading laws -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "credit"),
    [
        ("cabd", Fraction(1)),
        ("acbd", Fraction(2, 3)),
        ("cadb", Fraction(2, 3)),
        ("abcd", Fraction(1, 3)),
        ("dcab", Fraction(0)),
        ("dbac", Fraction(0)),
    ],
    ids=["key", "one pair", "another pair", "two pairs", "three of six", "upside down"],
)
def test_ordering_credit_is_kendalls_tau_above_zero(order: str, credit: Fraction) -> None:
    assert QUESTION.grade(list(order)) == credit


@pytest.mark.parametrize("value", [None, [], ["a"], ["a", "b", "c"], ["a", "a", "b", "c"], ["a", "b", "c", "z"]])
def test_ordering_what_is_no_order_earns_nothing(value: Any) -> None:
    assert QUESTION.grade(value) == 0


def test_ordering_half_of_all_orders_earn_nothing() -> None:
    credits = [QUESTION.grade(list(order)) for order in permutations("abcd")]

    assert sum(credit == 0 for credit in credits) == 15
    assert sum(credit == 1 for credit in credits) == 1


@given(st.data(), documents(), shuffles)
def test_ordering_keeps_the_laws(data: st.DataObject, table: dict[str, Any], shuffle: Shuffle) -> None:
    value = data.draw(st.none() | orders(table))

    check_answer(table, value, shuffle, READING)
    if value is not None:
        check_rekeyed(table, value, shuffle, READING)


@given(st.data(), documents())
def test_ordering_putting_two_neighbors_right_never_costs(data: st.DataObject, table: dict[str, Any]) -> None:
    question = parse_question(table)
    order = data.draw(orders(table))
    at = data.draw(st.integers(0, len(order) - 2))
    places = {IDS[number]: item["place"] for number, item in enumerate(table["items"])}
    better = list(order)
    better[at : at + 2] = sorted(better[at : at + 2], key=places.__getitem__)

    assert question.grade(better) >= question.grade(order)


# --- The public view ----------------------------------------------------------------------------------------------


def line(item_id: str) -> dict[str, str]:
    return {"token": SHUFFLE.token(QUESTION.key, item_id), "text": f"Event {item_id.upper()}"}


def test_ordering_public_view_is_an_allowlist_by_text() -> None:
    assert public_view(QUESTION, Shuffle("seed", is_shuffled=False), None, READING) == {
        "picture": None,
        "type": "ordering",
        "hint": "Put the lines in order",
        "partial_credit": "The closer your order is, the more points you earn.",
        "stem": "Put these events in order, earliest first.",
        "lines": [line("a"), line("b"), line("c"), line("d")],
        "placed": False,
    }


def test_ordering_shows_the_order_given() -> None:
    view = public_view(QUESTION, SHUFFLE, ["d", "a", "c", "b"], READING)

    assert view["lines"] == [line("d"), line("a"), line("c"), line("b")]
    assert view["placed"] is True


def test_ordering_every_order_is_shown_first_about_equally_often_whatever_the_key() -> None:
    """Of 1,200 attempts each of 6 orders of 3 lines is shown in about 200: within 5 standard deviations (13 each)."""
    question = parse_question(document("123"))
    counts: dict[str, int] = {}
    for number in range(1200):
        shown = public_view(question, Shuffle(f"seed {number}", is_shuffled=True), None, READING)["lines"]
        order = "".join(item["text"][-1] for item in shown)
        counts[order] = counts.get(order, 0) + 1

    assert len(counts) == 6
    assert all(135 <= count <= 265 for count in counts.values())


def test_ordering_page_moves_with_plain_buttons_and_the_ends_cannot_leave() -> None:
    html = page(QUESTION, Shuffle("seed", is_shuffled=False), None, READING)

    assert html.count('name="up"') == html.count('name="down"') == html.count('name="item"') == 4
    buttons = re.sub(r"\s+", " ", html)
    assert 'name="up" value="1" disabled>' in buttons
    assert 'name="down" value="4" disabled>' in buttons
    assert html.count(" disabled>") == 2
    assert "Move up: Event B" in html


def test_ordering_paper_has_a_short_line_for_each_place() -> None:
    assert paper(QUESTION, SHUFFLE, READING).count("blank sm") == 1 + 4


# --- Reading an answer --------------------------------------------------------------------------------------------


def fields(order: str, **more: list[str]) -> dict[str, list[str]]:
    return {"item": [SHUFFLE.token(QUESTION.key, item_id) for item_id in order], **more}


@pytest.mark.parametrize(
    ("submitted", "order"),
    [
        (fields("bacd", placed=["1"]), "bacd"),
        (fields("bacd", up=["2"]), "abcd"),
        (fields("bacd", up=["4"]), "badc"),
        (fields("bacd", down=["1"]), "abcd"),
        (fields("bacd", down=["3"], placed=["1"]), "badc"),
    ],
)
def test_ordering_a_move_or_the_mark_makes_the_order_an_answer(submitted: dict[str, list[str]], order: str) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) == list(order)


@pytest.mark.parametrize(
    "submitted", [{}, fields("bacd"), fields("bacd", placed=[""]), {"up": ["2"]}, {"placed": ["1"]}]
)
def test_ordering_lines_that_no_one_touched_are_no_answer(submitted: dict[str, list[str]]) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) is None


@pytest.mark.parametrize(
    "submitted",
    [
        fields("abc", placed=["1"]),
        fields("abcc", placed=["1"]),
        fields("abcdd", placed=["1"]),
        {"item": ["a", "b", "c", "d"], "placed": ["1"]},
        fields("abcd", up=["1"]),
        fields("abcd", down=["4"]),
        fields("abcd", up=["0"]),
        fields("abcd", up=["5"]),
        fields("abcd", up=["-1"]),
        fields("abcd", up=["x"]),
        fields("abcd", up=[""]),
        fields("abcd", up=["2"], down=["2"]),
        fields("abcd", up=["2", "3"]),
    ],
)
def test_ordering_refuses_what_it_did_not_offer(submitted: dict[str, list[str]]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer(submitted, SHUFFLE, READING)


@pytest.mark.slow
@given(st.data(), documents(), shuffles)
def test_ordering_any_order_can_be_reached_with_the_buttons(
    data: st.DataObject, table: dict[str, Any], shuffle: Shuffle
) -> None:
    question = parse_question(table)
    wanted = data.draw(orders(table))
    value = None
    for place, item_id in enumerate(wanted):
        while True:
            submitted = sent(page(question, shuffle, value, READING))
            at = submitted["item"].index(shuffle.token(question.key, item_id))
            if at == place:
                break
            value = question.read_answer({**submitted, "up": [str(at + 1)]}, shuffle, READING)
    value = question.read_answer({**submitted, "placed": ["1"]}, shuffle, READING)

    assert value == wanted


@pytest.mark.parametrize(
    ("submitted", "is_move"),
    [(fields("abcd", up=["2"]), True), (fields("abcd", down=["1"]), True), (fields("abcd"), False)],
)
def test_ordering_a_move_asks_for_the_same_page_again(submitted: dict[str, list[str]], is_move: bool) -> None:
    assert QUESTION.is_step(submitted) is is_move
    assert parse_question(make_question_document("single")).is_step(submitted) is False


# --- Review, key, options -----------------------------------------------------------------------------------------


def test_ordering_review_goes_in_the_right_order() -> None:
    reviewed = QUESTION.review(list("acbd"), READING)

    assert reviewed.rows == (
        ReviewRow("Event C", "wrong", RowNote.ANSWERED, "Why C.", "", "Place 1", "place 2"),
        ReviewRow("Event A", "wrong", RowNote.ANSWERED, "Why A.", "", "Place 2", "place 1"),
        ReviewRow("Event B", "right", RowNote.CORRECT_ANSWER, "", right="Place 3"),
        ReviewRow("Event D", "right", RowNote.CORRECT_ANSWER, "", right="Place 4"),
    )
    assert reviewed.given == "Event A; Event C; Event B; Event D"
    assert reviewed.correct == "Event C; Event A; Event B; Event D"
    unanswered = QUESTION.review(None, READING).rows[0]
    assert (unanswered.right, unanswered.note) == ("Place 1", RowNote.NOT_ANSWERED)


def test_ordering_key_and_options_are_by_place() -> None:
    assert [row.text for row in QUESTION.answer_key(READING)] == [
        "1. Event C",
        "2. Event A",
        "3. Event B",
        "4. Event D",
    ]
    assert [option.id for option in QUESTION.options(READING) if option.right] == ["c:1", "a:2", "b:3", "d:4"]
    assert [option.id for option in QUESTION.options(READING) if option.listed] == ["c:1", "a:2", "b:3", "d:4"]
    assert [option.id for option in QUESTION.chosen_options(list("abcd"), READING)] == ["c:3", "a:1", "b:2", "d:4"]


# --- Documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [["a"], list("abcc"), list("abcde"), []])
def test_ordering_answer_that_cannot_be_the_key_is_refused(value: Any) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(document(), value)

    assert str(refused.value) == "the order needs each line once"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (document("12"), "“items” needs 3 to 8 entries and has 2"),
        (
            document(items=[{"text": str(n), "place": n, "rationale": "Why."} for n in range(1, 10)]),
            "“items” needs 3 to 8 entries and has 9",
        ),
        (document("1223"), "the places of the items must be 1 to 4, each of them once"),
        (document("0123"), "“place” must be a whole number from 1 to 4"),
        (
            document(items=[{"text": "A", "place": True, "rationale": "Why."}] * 3),
            "“place” must be a whole number from 1 to 3",
        ),
        (document(items=[{"text": "A", "rationale": "Why."}] * 3), "“place” must be a whole number from 1 to 3"),
        (
            document(items=[{"text": text, "place": n, "rationale": "Why."} for n, text in enumerate("ABa", 1)]),
            "items 1 and 3 are the same",
        ),
    ],
)
def test_ordering_bad_document_says_what_is_wrong(table: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(table)

    assert str(refused.value) == reason
