"""Number or date: exact arithmetic, a tolerance with its ends, units, and dates with or without a year."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.numeric.draft import NumericDraft
from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.results import RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def document(**changes: Any) -> dict[str, Any]:
    return make_question("numeric", **{"kind": "number", "answer": 31, "stem": "How many?", **changes})


def on(answer: str, **changes: Any) -> dict[str, Any]:
    return document(kind="date", answer=answer, **changes)


decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
days = st.dates(date(1000, 1, 1), date(2999, 12, 31))
numbers = decimals.map(lambda number: f"{number:f}")
values = (
    numbers | days.map(date.isoformat) | st.sampled_from(["thirty-one", "31 people", "about 30", "8/31", "soon", "?"])
)
documents = st.builds(
    lambda answer, tolerance: document(answer=answer, tolerance=tolerance), numbers, st.integers(0, 5)
)
dated = st.builds(lambda day, tolerance: on(day.isoformat(), tolerance=tolerance), days, st.integers(0, 5))


# --- Numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "value", "credit", "in_doubt"),
    [
        ({}, "31", 1, False),
        ({}, "31.0", 1, False),
        ({}, "thirty-one", 1, False),
        ({}, "30", 0, False),
        ({}, "-31", 0, False),
        ({}, "31 people", 0, True),
        ({}, "about 31", 0, True),
        ({}, "about 30", 0, True),
        ({"answer": 1000}, "1k", 1, False),
        ({"answer": 24}, "two dozen", 1, False),
        ({}, "31ish", 0, True),
        ({}, "30 or 31", 0, True),
        ({}, "31st", 0, True),
        ({}, "many", 0, False),
        ({}, None, 0, False),
        ({"tolerance": 2}, "33", 1, False),
        ({"tolerance": 2}, "29", 1, False),
        ({"tolerance": 2}, "33.01", 0, False),
        ({"answer": "0.1", "tolerance": "0.2"}, "0.3", 1, False),
        ({"answer": "0.1", "tolerance": "0.2"}, "0.30000000000000004", 0, False),
        ({"answer": "123456789012345678901234567890"}, "123456789012345678901234567891", 0, False),
        ({"answer": "123456789012345678901234567890"}, "123456789012345678901234567890", 1, False),
        ({"answer": 0, "tolerance": 10**29}, f"{10**29}.4", 0, False),
        ({"answer": "1,234,567"}, "1234567", 1, False),
        ({"answer": 1234567}, "1 234 567", 1, False),
        ({"answer": 1234567}, "1.234567 million", 1, False),
        ({"answer": 2_500_000}, "2.5 million", 1, False),
        ({"answer": "1.5"}, "1,5", 0, True),
        ({"answer": -5}, "−5", 1, False),
        ({"answer": 12, "units": ["percent"]}, "12%", 1, False),
        ({"answer": 12, "units": ["percent"]}, "12", 1, False),
        ({"answer": 12, "units": ["percent"]}, "12 per cent", 1, False),
        ({"answer": 12, "units": ["percent"]}, "12 people", 0, True),
        ({"answer": 12, "units": ["percent"], "unit_required": True}, "12", 0, True),
        ({"answer": 12, "units": ["percent"], "unit_required": True}, "12 %", 1, False),
        ({"answer": 5, "units": ["dollars"]}, "$5", 1, False),
        ({"answer": 40000}, "$40,000", 1, False),
        ({"answer": 40000}, "40.000 $", 0, True),
        ({"answer": 40000}, "40,000 dollars", 0, True),
        ({"answer": 5, "units": ["dollars"]}, "€5", 0, True),
        ({"answer": 12}, "12 %", 1, False),
        ({"answer": 3, "units": ["months", "month"]}, "three months", 1, False),
        ({"answer": 1, "units": ["months", "month"]}, "a month", 0, True),
        ({"answer": 1, "units": ["months", "month"]}, "a long month", 0, True),
        ({"answer": 1, "units": ["month"]}, "about a month", 0, True),
        ({"answer": 1, "units": ["month"]}, "a long time", 0, False),
        ({"answer": 1, "units": ["month"]}, "3 months", 0, False),
        *(({"answer": number}, "10²", 0, True) for number in (100, 102)),
        ({"answer": 7}, "siete", 1, False),
        ({"answer": 2}, "twice", 0, True),
        ({"answer": "0.5"}, "half of it", 0, True),
        ({"answer": 30}, "thrity", 0, True),
        ({"answer": 30}, "thirteen", 0, False),
        ({"answer": 1500}, "1.500", 0, True),
        ({"answer": 1500}, "1.600", 0, False),
    ],
)
def test_numeric_number_table(changes: dict[str, Any], value: str | None, credit: int, in_doubt: bool) -> None:
    question = parse_question(document(**changes))

    assert question.grade(value) == Fraction(credit)
    assert question.needs_grading(value) is in_doubt


@given(decimals, st.decimals(min_value=0, max_value=100, places=2), st.data())
def test_numeric_tolerance_holds_its_ends_and_nothing_beyond(
    key: Decimal, tolerance: Decimal, data: st.DataObject
) -> None:
    question = parse_question(document(answer=f"{key:f}", tolerance=f"{tolerance:f}"))
    sign = data.draw(st.sampled_from([1, -1]))

    assert question.grade(f"{key + sign * tolerance:f}") == 1
    assert question.grade(f"{key + sign * (tolerance + Decimal('0.001')):f}") == 0


# --- Dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "value", "credit", "in_doubt"),
    [
        (on("--08-31"), "August 31", 1, False),
        (on("August 31"), "8/31", 1, False),
        (on("--08-31"), "August 31, 2018", 0, True),
        (on("--08-31"), "Friday, August 31", 0, True),
        (on("--08-31"), "August 30", 0, False),
        (on("--08-31"), "Monday, August 30", 0, False),
        (on("--08-31"), "the 31st", 0, True),
        (on("--08-31"), "soon", 0, False),
        (on("--08-31"), None, 0, False),
        (on("--08-31", tolerance=1), "September 1", 1, False),
        (on("--08-31", tolerance=1), "September 2", 0, False),
        (on("--12-31", tolerance=1), "January 1", 1, False),
        (on("--01-01", tolerance=2), "12/30", 1, False),
        (on("--02-29", tolerance=1), "March 1", 1, False),
        (on("2018-08-31"), "8/31/18", 1, False),
        (on("2018-08-31"), "August 31", 1, False),
        (on("2018-08-31"), "Agust 31", 0, True),
        (on("--08-31"), "8-31", 1, False),
        (on("--08-31"), "8.31", 1, False),
        (on("2018-08-31"), "August thirty-first, twenty eighteen", 1, False),
        (on("2018-08-31"), "31 de agosto de 2018", 1, False),
        (on("2018-08-31"), "August 30", 0, False),
        (on("2018-08-31"), "treinta y uno de agosto", 1, False),
        (on("2018-08-31"), "the last day of August", 0, True),
        (on("2018-08-31"), "the last day of September", 0, False),
        (on("2018-08-31"), "in August", 0, False),
        (on("2018-09-01"), "1/9", 0, True),
        (on("2018-09-01"), "1/9/2018", 0, True),
        (on("2018-09-01"), "1/9/2019", 0, False),
        (on("2018-08-31"), "August 31, 2019", 0, False),
        (on("2018-12-31", tolerance=1), "January 1, 2019", 1, False),
        (on("2018-12-31", tolerance=1), "January 1, 2018", 0, False),
        (on("2019-02-28", tolerance=1), "March 1, 2019", 1, False),
    ],
)
def test_numeric_date_table(table: dict[str, Any], value: str | None, credit: int, in_doubt: bool) -> None:
    question = parse_question(table)

    assert question.grade(value) == Fraction(credit)
    assert question.needs_grading(value) is in_doubt


@given(st.dates(date(1001, 1, 1), date(2998, 12, 31)), st.integers(0, 30), st.integers(-60, 60))
def test_numeric_date_is_right_just_within_its_days(day: date, tolerance: int, shift: int) -> None:
    question = parse_question(on(day.isoformat(), tolerance=tolerance))

    assert question.grade((day + timedelta(shift)).isoformat()) == (abs(shift) <= tolerance)


# --- Laws ---------------------------------------------------------------------------------------------------------


@given(documents | dated, st.none() | values, shuffles)
def test_numeric_keeps_the_laws(table: dict[str, Any], value: str | None, shuffle: Shuffle) -> None:
    check_answer(table, value, shuffle, READING)


@given(documents, numbers, shuffles)
def test_numeric_keeps_the_laws_of_a_new_number(table: dict[str, Any], value: str, shuffle: Shuffle) -> None:
    check_rekeyed(table, value, shuffle, READING)


@given(dated, days.map(date.isoformat) | st.just("August 31"), shuffles)
def test_numeric_keeps_the_laws_of_a_new_date(table: dict[str, Any], value: str, shuffle: Shuffle) -> None:
    check_rekeyed(table, value, shuffle, READING)


@pytest.mark.parametrize(
    ("table", "value", "answer"),
    [
        (document(), "1,234.50", "1234.5"),
        (document(units=["percent"]), "12 %", "12"),
        (on("--08-31"), "Sept. 1", "--09-01"),
        (on("--08-31"), "9/1/2018", "2018-09-01"),
        # 2018 has no such day.
        (on("2018-08-31"), "February 29", "--02-29"),
    ],
)
def test_numeric_new_key_is_written_plainly(table: dict[str, Any], value: str, answer: str) -> None:
    assert regraded(table, value) == {**table, "answer": answer}


def test_new_date_without_a_year_has_the_year_of_the_question() -> None:
    """The page of a regrade says that the year may be left out."""
    new = parse_question(regraded(on("2018-08-31"), "September 1"))

    assert [new.grade(value) for value in ("September 1", "Sept. 1, 2018", "September 1, 2019")] == [1, 1, 0]


@pytest.mark.parametrize(
    ("table", "value", "reason"),
    [
        (document(), "many", "“many” isn’t a number"),
        (document(), "30 or 31", "“30 or 31” isn’t a number"),
        (document(), "31 people", "“31 people” isn’t in the unit of the question"),
        (document(units=["%"], unit_required=True), "31", "“31” isn’t in the unit of the question"),
        (on("--08-31"), "soon", "“soon” isn’t a date"),
        (on("--08-31"), "31", "“31” isn’t a date"),
    ],
)
def test_numeric_answer_that_cannot_be_the_key_is_refused(table: dict[str, Any], value: str, reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(table, value)

    assert str(refused.value) == reason


# --- The public view ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "hint", "note", "unit"),
    [
        (document(), "Type a number", "", ""),
        (document(units=["percent", "%"]), "Type a number", "", "percent"),
        (document(units=["percent"], unit_required=True), "Type a number", "Include the unit.", ""),
        (on("--08-31", note="A day and a month."), "Type a date", "A day and a month.", ""),
    ],
)
def test_numeric_public_view_is_an_allowlist(table: dict[str, Any], hint: str, note: str, unit: str) -> None:
    question = parse_question(table)

    assert public_view(question, SHUFFLE, "31", READING) == {
        "picture": None,
        "type": "numeric",
        "hint": hint,
        "partial_credit": "",
        "stem": "How many?",
        "note": note,
        "unit": unit,
        "name": SHUFFLE.token(question.key, "answer"),
        "answer": "31",
        "max_length": 200,
    }


def test_numeric_page_and_paper_name_the_unit_that_need_not_be_written() -> None:
    question = parse_question(document(units=["percent"]))

    assert "Unit: percent." in page(question, SHUFFLE, None, READING)
    assert "percent" in paper(question, SHUFFLE, READING)


def test_numeric_page_without_a_note_describes_nothing() -> None:
    assert "aria-describedby" not in page(parse_question(document()), SHUFFLE, None, READING)


# --- Review, key, options, reading --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "shown", "margin"),
    [
        (document(), "31", ""),
        (document(answer="1,234.50", units=["dollars"], tolerance="0.5"), "1234.5 dollars", " (give or take 0.5)"),
        (document(tolerance=2), "31", " (give or take 2)"),
        (document(answer=2018), "2018", ""),
        (document(answer=9999, tolerance="12345.5"), "9999", " (give or take 12,345.5)"),
        (document(answer="-40000"), "-40,000", ""),
        (document(answer="1234567.1250", units=["dollars"]), "1,234,567.125 dollars", ""),
        (on("--08-31", tolerance=2), "August 31", " (give or take 2 days)"),
        (on("--08-31", tolerance=1), "August 31", " (give or take 1 day)"),
        (on("2018-08-31"), "August 31, 2018", " (the year may be left out)"),
    ],
)
def test_numeric_key_is_shown_as_people_write_it(table: dict[str, Any], shown: str, margin: str) -> None:
    question = parse_question(table)

    assert question.review(None, READING).correct == shown
    assert [row.text for row in question.answer_key(READING)] == [shown + margin]


@pytest.mark.parametrize(
    ("table", "near"),
    [
        (document(answer="7"), "6"),
        (document(answer="0", units=["months"], tolerance="0.5"), "1.5 months"),
        (on("--12-31", tolerance=3), "December 27"),
        (on("9999-12-31", tolerance=4_000_000), "No idea"),
    ],
)
def test_numeric_wrong_answer_is_near_the_right_one(table: dict[str, Any], near: str) -> None:
    assert parse_question(table).wrong_answer(lambda found: found[0]) == near


def test_numeric_review_shows_both_answers() -> None:
    question = parse_question(document())

    assert [(row.text, row.state, row.note) for row in question.review("31 people", READING).rows] == [
        ("31 people", "close", RowNote.CLOSE_ANSWER),
        ("31", "missed", RowNote.KEY),
    ]


def test_numeric_options_are_counted_by_number_not_by_writing() -> None:
    question = parse_question(document(units=["percent"]))
    given = [
        question.chosen_options(value, READING)[0].id
        for value in ("31", "thirty-one", "31.0 %", "31 people", "30", "?")
    ]

    assert given == ["31", "31", "31", "31 people", "30", "?"]
    assert [(option.id, option.text, option.right) for option in question.options(READING)] == [
        ("31", "31 percent", True)
    ]
    assert parse_question(on("--08-31")).chosen_options("8/31", READING)[0].id == "--08-31"


def test_numeric_large_number_is_grouped_for_people_and_plain_as_a_value() -> None:
    question = parse_question(document(answer=40000))

    assert [(option.id, option.text) for option in question.options(READING)] == [("40000", "40,000")]
    assert question.correct_answer() == "40000"
    assert [row.text for row in question.review("40000", READING).rows] == ["40000"]


def test_numeric_refuses_what_the_page_does_not_let_anyone_type() -> None:
    question = parse_question(document())

    with pytest.raises(NotAChoice):
        question.read_answer({SHUFFLE.token(question.key, "answer"): ["1" * 201]}, SHUFFLE, READING)


# --- Documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "time"}, "“kind” must be number or date"),
        ({"answer": 0.5}, '“answer” must be text where it has a decimal point, such as "0.5"'),
        ({"answer": True}, "“answer” must be a number, in figures or as text"),
        ({"answer": "many"}, "“answer” must be a number, in figures or as text"),
        ({"answer": "31 people"}, "“answer” must be a number, in figures or as text"),
        ({"answer": None}, "“answer” must be a number, in figures or as text"),
        (
            {"kind": "date", "answer": "2018-02-30"},
            "“answer” must be a date, such as 2018-08-31, or --08-31 where the year does not matter",
        ),
        ({"kind": "date", "answer": 31}, "“answer” must be text"),
        ({"tolerance": -1}, "“tolerance” cannot be below zero"),
        ({"tolerance": 0.5}, '“tolerance” must be text where it has a decimal point, such as "0.5"'),
        (
            {"kind": "date", "answer": "--08-31", "tolerance": f"{'9' * 40}.5"},
            "the tolerance of a date is in whole days, and a date has no unit",
        ),
        (
            {"kind": "date", "answer": "--08-31", "units": ["days"]},
            "the tolerance of a date is in whole days, and a date has no unit",
        ),
        ({"unit_required": True}, "a unit is required and “units” names none"),
        ({"units": ["million dollars"]}, "the unit “million dollars” must be a word or a sign, without a number in it"),
        ({"units": ["?"]}, "the unit “?” must be a word or a sign, without a number in it"),
    ],
)
def test_numeric_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


NUMBER_WANTED = "Enter the correct number in figures, such as 3.5. Its unit goes under “Units”."
DATE_WANTED = "Enter the correct date, such as 2018-08-31, or --08-31 for any year."
TOLERANCE_WANTED = "Enter the tolerance as a number, 0 or more, without a unit."


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"answer": "1,500", "tolerance": "", "units": ["votes"], "unit_required": True}, []),
        ({"answer": "seven", "tolerance": "0.5"}, []),
        ({"answer": ""}, [NUMBER_WANTED]),
        ({"answer": "$40,000"}, []),
        ({"answer": "$3.5 million"}, []),
        ({"answer": "12 %"}, []),
        ({"answer": "12 %", "units": ["percent"], "unit_required": True}, []),
        ({"answer": "$40,000", "units": ["euros"]}, [NUMBER_WANTED]),
        ({"answer": "40,000 people"}, [NUMBER_WANTED]),
        ({"answer": "40,000 dollars"}, [NUMBER_WANTED]),
        *(({"answer": number}, []) for number in ("3.5", "12.5", "3.14", "8.25")),
        ({"answer": "2018-08-31"}, ["“2018-08-31” is a date. Choose “A date”."]),
        ({"kind": "date", "answer": "August 31, 2018", "tolerance": "1"}, []),
        ({"kind": "date", "answer": "August 31, 2018", "tolerance": "9" * 40}, []),
        ({"kind": "date", "answer": "2018"}, [DATE_WANTED]),
        ({"kind": "date", "answer": "--08-31", "tolerance": "0.5"}, ["Enter the tolerance of a date in whole days."]),
        ({"answer": "7", "tolerance": "10%"}, [TOLERANCE_WANTED]),
        ({"answer": "7", "tolerance": "-1"}, [TOLERANCE_WANTED]),
        ({"answer": "7", "unit_required": True}, ["Enter a unit, or don’t require one."]),
        (
            {"answer": "7", "units": ["million votes"]},
            ["Enter units as words or signs, without numbers: “million votes”."],
        ),
    ],
)
def test_numeric_draft_says_in_words_what_cannot_be_published(changes: dict[str, Any], problems: list[str]) -> None:
    draft = NumericDraft()
    question = {**draft.blank([]), **changes}

    assert draft.problems(question, [], []) == problems
    finished = draft.finish({**document(), **question}, [], [])
    if problems:
        with pytest.raises(InvalidDocument):
            parse_question(finished)
    else:
        assert parse_question(finished).type == "numeric"


@pytest.mark.parametrize("answer", ["$40,000", "40,000 $", "40 000 €", "£40k"])
def test_numeric_draft_reads_the_number_next_to_a_sign_like_an_answer(answer: str) -> None:
    draft = NumericDraft()

    finished = draft.finish({**document(), **draft.blank([]), "answer": answer}, [], [])

    assert finished["answer"] == "40000"
    assert parse_question(finished).grade(answer) == 1
