"""Free text: no credit until a teacher grades it, and the stored answer is exactly the user input."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.free_text.draft import FreeTextDraft
from quizzes.content.question_types.registry import parse_question, public_view, regraded, type_of
from quizzes.content.question_types.results import ReviewRow, RowNote
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)


def criterion(title: str = "Names who says so", points: int = 1, **changes: Any) -> dict[str, Any]:
    return {"title": title, "points": points, "description": "“The mayor” or his name.", **changes}


def document(**changes: Any) -> dict[str, Any]:
    return make_question(
        "free_text",
        **{
            "stem": "What do such practices do, according to the mayor?",
            "points": 3,
            "note": "Begin with who says so.",
            "min_length": 20,
            "max_length": 600,
            "sample_answer": "The mayor says that they spread fear.",
            "criteria": [criterion(), criterion("Names two things", 2, description="Fear, distrust, unsolved crimes.")],
            **changes,
        },
    )


QUESTION = parse_question(document())
NAME = SHUFFLE.token(QUESTION.key, "answer")

lines = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40).map(str.rstrip)
values = (
    st.lists(lines, min_size=1, max_size=6)
    .map(lambda found: "\n".join(found).strip())
    .filter(lambda text: any(char.isprintable() and not char.isspace() for char in text))
)


@given(st.none() | values, shuffles)
def test_free_text_keeps_the_laws(value: str | None, shuffle: Shuffle) -> None:
    check_answer(document(), value, shuffle, READING)


@given(st.none() | values)
def test_free_text_earns_nothing_until_it_is_marked_and_waits_for_a_person(value: str | None) -> None:
    assert QUESTION.grade(value) == 0
    assert QUESTION.needs_grading(value) is (value is not None)
    assert type_of(QUESTION).graded_by == "teacher"


@pytest.mark.parametrize(
    ("value", "told"),
    [("no", "2 of at least 20 characters"), ("x" * 19, "19 of at least 20 characters"), ("x" * 20, "")],
)
def test_free_text_tells_how_long_a_short_answer_is(value: str, told: str) -> None:
    assert QUESTION.other_amount(value) == told


def test_free_text_writes_both_lengths_alike() -> None:
    question = parse_question(document(min_length=1500, max_length=2000))

    assert question.other_amount("x" * 1400) == "1,400 of at least 1,500 characters"


def test_free_text_without_a_minimum_has_no_short_answer() -> None:
    assert parse_question(document(min_length=0)).other_amount("x") == ""


def test_free_text_has_no_key_to_change() -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(document(), "Anything")

    assert str(refused.value) == "a teacher grades this question, so it has no answer key"


@given(shuffles, st.none() | values)
def test_free_text_page_is_the_same_whatever_earns_points(shuffle: Shuffle, value: str | None) -> None:
    other = document(
        sample_answer="Quite another one.", criteria=[criterion(description="x"), criterion("Names two things", 2)]
    )

    assert page(QUESTION, shuffle, value, READING) == page(parse_question(other), shuffle, value, READING)
    assert paper(QUESTION, shuffle, READING) == paper(parse_question(other), shuffle, READING)


def test_free_text_public_view_is_an_allowlist_without_what_earns_points() -> None:
    assert public_view(QUESTION, SHUFFLE, "Because.", READING) == {
        "picture": None,
        "type": "free_text",
        "hint": "Your teacher will read this",
        "partial_credit": "Your teacher will grade this. The question lists how you earn points.",
        "stem": "What do such practices do, according to the mayor?",
        "note": "Begin with who says so.",
        "name": NAME,
        "answer": "Because.",
        "min_length": 20,
        "max_length": 600,
        "criteria": [{"title": "Names who says so", "points": 1}, {"title": "Names two things", "points": 2}],
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "Begin with who says so. 20 to 600 characters"),
        ({"min_length": 0, "note": ""}, "<p> Up to 600 characters </p>"),
        ({"max_length": 4000, "min_length": 0}, "Begin with who says so. Up to 4,000 characters"),
    ],
)
def test_free_text_page_states_the_lengths(changes: dict[str, Any], text: str) -> None:
    assert text in " ".join(page(parse_question(document(**changes)), SHUFFLE, None, READING).split())


def test_free_text_page_states_the_rubric() -> None:
    html = " ".join(page(QUESTION, SHUFFLE, "<script>", READING).split())

    assert "<li>Names who says so: 1 point</li> <li>Names two things: 2 points</li>" in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("  One line  ", "One line"),
        ("First\r\n\r\nthird  \r\n", "First\n\nthird"),
        ("a\rb", "a\nb"),
        ("a\x00b\x07", "ab"),
        ("\r\n \t", None),
        ("\u200b", None),
        ("x" * 600, "x" * 600),
        ("short", "short"),
    ],
)
def test_free_text_is_read_with_its_lines(typed: str, value: str | None) -> None:
    assert QUESTION.read_answer({NAME: [typed]}, SHUFFLE, READING) == value


def test_free_text_over_its_length_is_refused_and_not_cut() -> None:
    with pytest.raises(NotAChoice) as refused:
        parse_question(document(max_length=4000)).read_answer({NAME: ["x" * 4001]}, SHUFFLE, READING)

    assert str(refused.value) == "Use up to 4,000 characters."


def test_free_text_review_shows_the_own_text_a_good_one_and_the_rubric() -> None:
    reviewed = QUESTION.review("Fear.", READING)

    assert reviewed.rows == (
        ReviewRow("Fear.", "given", RowNote.ANSWER, ""),
        ReviewRow("The mayor says that they spread fear.", "missed", RowNote.SAMPLE, ""),
        ReviewRow("Names who says so (1 point): “The mayor” or his name.", "no", "", ""),
        ReviewRow("Names two things (2 points): Fear, distrust, unsolved crimes.", "no", "", ""),
    )
    assert (reviewed.given, reviewed.correct) == ("Fear.", "The mayor says that they spread fear.")
    assert QUESTION.review(None, READING).rows == reviewed.rows[1:]


def test_free_text_key_is_a_good_answer_and_the_rubric() -> None:
    assert [row.text for row in QUESTION.answer_key(READING)] == [
        "The mayor says that they spread fear.",
        "Names who says so (1 point): “The mayor” or his name.",
        "Names two things (2 points): Fear, distrust, unsolved crimes.",
    ]


def test_free_text_answers_are_counted_and_not_compared() -> None:
    assert QUESTION.options(READING) == ()
    assert QUESTION.chosen_options("One", READING) == QUESTION.chosen_options("Two", READING)
    [option] = QUESTION.chosen_options("One", READING)
    assert QUESTION.as_written(option, "One") == "One"


def test_free_text_paper_has_lines_to_write_on() -> None:
    assert paper(QUESTION, SHUFFLE, READING).count('<div class="opt"></div>') == 6


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"criteria": []}, "a question that a teacher grades needs at least one criterion"),
        ({"criteria": [criterion()]}, "the points of the criteria add up to 1 and those of the question are 3"),
        (
            {"criteria": [criterion(points=3), criterion("B")]},
            "the points of the criteria add up to 4 and those of the question are 3",
        ),
        ({"criteria": [criterion(points=0)]}, "“points” must be a whole number from 1 to 3"),
        ({"criteria": [criterion(points=True)]}, "“points” must be a whole number from 1 to 3"),
        ({"criteria": [criterion(), criterion(points=2)]}, "lines 1 and 2 of the rubric are the same"),
        ({"criteria": [criterion(description="")]}, "“description” is missing"),
        ({"sample_answer": ""}, "“sample_answer” is missing"),
        ({"max_length": 4001}, "“max_length” must be a whole number from 1 to 4000"),
        ({"max_length": 0}, "“max_length” must be a whole number from 1 to 4000"),
        ({"min_length": 601}, "“min_length” must be a whole number from 0 to 600"),
    ],
)
def test_free_text_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question(document(**changes))

    assert str(refused.value) == reason


def test_free_text_draft_says_that_a_line_of_the_rubric_has_no_name() -> None:
    """Publishing leaves out such a line."""
    criteria = [
        {"title": "Reason", "points": 1, "description": "Gives a reason"},
        {"title": "", "points": 1, "description": "Names the speaker"},
        {"title": "", "points": 1, "description": ""},
    ]

    found = FreeTextDraft().problems({"criteria": criteria, "points": 1, "sample_answer": "Because."}, [], [])

    assert found == ["Name line 2 of the rubric, or clear it."]


def test_free_text_draft_says_which_points_to_change() -> None:
    question = {"criteria": [criterion(), criterion("Has a fact")], "points": 1, "sample_answer": "Because."}

    assert FreeTextDraft().problems(question, [], []) == [
        "The lines of the rubric add up to 2, and the question gives 1. Change “Points”, or the points of the lines."
    ]
    assert FreeTextDraft().problems({**question, "points": 2}, [], []) == []


def test_free_text_draft_says_that_its_lengths_contradict() -> None:
    criteria = [{"title": "Reason", "points": 1, "description": "Gives a reason"}]
    question = {"criteria": criteria, "points": 1, "sample_answer": "Because.", "max_length": 50}

    assert FreeTextDraft().problems({**question, "min_length": 50}, [], []) == []
    assert FreeTextDraft().problems({**question, "min_length": 51}, [], []) == [
        "Enter a minimum that isn’t over the maximum."
    ]
