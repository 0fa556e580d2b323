"""Input from paper gives the same values as the student's page, for every question type."""

from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings

from quizzes.attempts.paper.entries import cells, has_input, paper_view, read_typed, written
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import TYPES, parse_question, type_of
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.set_document import combine, parse_set
from tests.content.question_types.test_reference import EXAMPLES, SOURCE
from tests.question_laws import shuffles

READING = parse_set(
    combine(
        SOURCE,
        {
            "slug": "examples",
            "title": "Examples",
            "summary": "One question of each type.",
            "about_minutes": 15,
            "questions": [example.document for example in EXAMPLES],
        },
    )
).reading
SHUFFLE = Shuffle("0" * 32, is_shuffled=True)
WRITTEN = Shuffle("0" * 32, is_shuffled=False)
EACH = pytest.mark.parametrize("example", EXAMPLES, ids=[example.document["key"] for example in EXAMPLES])


def question_of(type_name: str) -> Question:
    return parse_question(next(one.document for one in EXAMPLES if one.document["type"] == type_name))


def refusal(question: Question, *typed: str) -> str:
    with pytest.raises(NotAChoice) as refused:
        read_typed(question, typed, WRITTEN, READING)
    return str(refused.value)


@EACH
@settings(max_examples=20)
@given(shuffle=shuffles)
def test_input_written_for_a_value_is_read_as_that_value(example: Any, shuffle: Shuffle) -> None:
    question = parse_question(example.document)
    for value, _, _ in example.answers:
        typed = written(question, value, shuffle, READING)

        assert len(typed) == len(cells(paper_view(question, shuffle, READING)))
        assert read_typed(question, typed, shuffle, READING) == value
        assert has_input(typed) == (value is not None)


@EACH
@settings(max_examples=20)
@given(shuffle=shuffles)
def test_key_as_printed_earns_all_points(example: Any, shuffle: Shuffle) -> None:
    question = parse_question(example.document)
    value = question.correct_answer()

    if type_of(question).graded_by == "teacher":
        assert not type_of(question).paper.has_marks_as_key
        return
    assert question.grade(value) == 1
    assert question.grade(read_typed(question, written(question, value, shuffle, READING), shuffle, READING)) == 1


@EACH
def test_nothing_and_a_dash_are_no_answer(example: Any) -> None:
    question = parse_question(example.document)
    count = len(cells(paper_view(question, SHUFFLE, READING)))

    assert read_typed(question, [""] * count, SHUFFLE, READING) is None
    assert read_typed(question, [" - "] * count, SHUFFLE, READING) is None
    assert not has_input([" "] * count)
    assert has_input(["-"] * count)


def test_examples_hold_every_type() -> None:
    assert {example.document["type"] for example in EXAMPLES} == set(TYPES)


@pytest.mark.parametrize("typed", ["b", " B ", "B."])
def test_one_letter_is_read_however_it_is_typed(typed: str) -> None:
    assert read_typed(question_of("single"), [typed], WRITTEN, READING) == "b"


@pytest.mark.parametrize("typed", ["AC", "a c", "C, A", "a;c", "ACA"])
def test_several_letters_are_read_however_they_are_typed(typed: str) -> None:
    assert read_typed(question_of("multiple"), [typed], WRITTEN, READING) == ["a", "c"]


@pytest.mark.parametrize(
    ("typed", "value"), [("T", True), ("v.", True), ("f", False), ("true", True), ("False", False)]
)
def test_true_and_false_are_read_by_letter_and_by_word(typed: str, value: bool) -> None:
    assert read_typed(question_of("true_false"), [typed], WRITTEN, READING) is value


def test_letters_that_the_handout_does_not_have_are_named() -> None:
    single = question_of("single")

    assert refusal(single, "E") == "“E” isn’t on the handout. Enter A, B, or C."
    assert refusal(single, "AB") == "Enter A, B, or C."
    assert refusal(question_of("true_false"), "A") == "“A” isn’t on the handout. Enter T or F."
    with override("es"):
        assert refusal(question_of("true_false"), "A") == "“A” no está en la hoja. Escriba V o F."
    assert refusal(question_of("evidence"), "3 99") == "“99” isn’t a sentence. Enter numbers from 1 to 21."


def test_rows_ask_for_one_mark_each() -> None:
    who, matching, order = (question_of(name) for name in ("who_says_so", "matching", "ordering"))

    assert refusal(who, "A") == "Enter 2 letters, 1 for each statement: A, B, or C, or - for none."
    assert refusal(matching, "ZZZ") == "Enter 2 letters, 1 for each line: A, B, C, or D, or - for none."
    assert refusal(matching, "AZ") == "“Z” isn’t on the handout. Enter A, B, C, or D, or - for none."
    assert refusal(order, "113") == ("Enter the 3 numbers from top to bottom. Use 1 to 3 once each.")


def test_gaps_take_a_letter_or_the_word() -> None:
    blanks = question_of("blanks")
    by_letter = read_typed(blanks, ["ICE", "b"], WRITTEN, READING)

    assert by_letter["a"] == "ICE"
    word = next(option["text"] for option in paper_view(blanks, WRITTEN, READING)["gaps"][1]["options"][1:])
    assert read_typed(blanks, ["ICE", word.upper()], WRITTEN, READING) == by_letter
    assert read_typed(blanks, ["", "b"], WRITTEN, READING) == {"b": by_letter["b"]}
    assert refusal(blanks, "x", "y") == "“y” isn’t on the handout at (b). Enter A, B, or C, or the word."


def test_gaps_take_the_word_of_each_language() -> None:
    document = next(one.document for one in EXAMPLES if one.document["type"] == "blanks")
    gap = document["gaps"][1]
    words = [f"palabra {number}" for number, _ in enumerate(gap["choices"])]
    texts = {"texts": {"es": {"choices": words}}}
    blanks = parse_question({**document, "gaps": [document["gaps"][0], {**gap, **texts}]})

    for word, spanish in zip(gap["choices"], words, strict=True):
        expected = read_typed(blanks, ["", word], WRITTEN, READING)
        assert read_typed(blanks, ["", spanish.upper()], WRITTEN, READING) == expected


def test_answer_and_proof_take_either_step() -> None:
    both = question_of("answer_and_proof")
    assert read_typed(both, ["B 3, 4"], WRITTEN, READING) == read_typed(both, ["b3 4"], WRITTEN, READING)
    assert read_typed(both, ["- 3"], WRITTEN, READING)["answer"] is None
    assert read_typed(both, ["B"], WRITTEN, READING) == {"answer": "b", "proof": []}
    for typed in ("3 B", "5 4", "3"):
        assert refusal(both, typed) == "Enter the letter, or - for none, then the sentence numbers."


def test_cells_say_what_to_type() -> None:
    shown = {name: cells(paper_view(question_of(name), WRITTEN, READING)) for name in TYPES}

    assert {name: [(cell.label, cell.hint) for cell in found] for name, found in shown.items()} == {
        "single": [("", "A, B, or C")],
        "multiple": [("", "Each letter chosen: A, B, C, or D")],
        "who_says_so": [("", "2 letters, 1 for each statement: A, B, or C")],
        "evidence": [("", "Sentence numbers")],
        "true_false": [("", "T or F")],
        "matching": [("", "2 letters, 1 for each line: A, B, C, or D")],
        "ordering": [("", "The 3 numbers from top to bottom")],
        "short_answer": [("", "As written")],
        "numeric": [("", "As written")],
        "blanks": [("(a)", "As written"), ("(b)", "A, B, or C, or the word")],
        "free_text": [("", "As written")],
        "answer_and_proof": [("", "A, B, or C, then sentence numbers")],
    }
    assert [name for name, found in shown.items() if found[0].kind == "text"] == ["free_text"]
    # Also all sentences of a long reading.
    for name in ("evidence", "answer_and_proof"):
        view = {**paper_view(question_of(name), WRITTEN, READING), "paragraphs": [[{}] * 40, [{}] * 80]}
        assert cells(view)[0].max_length >= len(", ".join(["A", *map(str, range(1, 121))]))
