"""Answer and evidence: half the credit for the answer, half for its evidence, and the second half never alone."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.question_types.registry import parse_question, public_view, regraded
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from tests.factories import parsed_reading
from tests.question_laws import check_answer, check_rekeyed, make_question, page, paper, shuffles

READING = parsed_reading()
SHUFFLE = Shuffle("seed", is_shuffled=True)
SENTENCES = [f"s{number}" for number in range(1, 7)]


def choice(text: str, *, key: bool = False) -> dict[str, Any]:
    return {"text": text, "rationale": f"Why {text}.", "key": key}


FIRST_STEPS: dict[str, dict[str, Any]] = {
    "single": {"choices": [choice("A", key=True), choice("B"), choice("C")]},
    "multiple": {"choices": [choice("A", key=True), choice("B", key=True), choice("C")]},
    "true_false": {
        "statement": "The system records a birthplace.",
        "answer": True,
        "rationale_true": "Yes.",
        "rationale_false": "No.",
    },
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "single": st.sampled_from("abc"),
    "multiple": st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(sorted),
    "true_false": st.booleans(),
}
proofs = st.lists(st.sampled_from(SENTENCES), unique=True).map(sorted)


def document(answer_type: str = "single", **changes: Any) -> dict[str, Any]:
    return make_question(
        "answer_and_proof",
        **{
            "answer_type": answer_type,
            **FIRST_STEPS[answer_type],
            "facts": ["F1", "F2"],
            "evidence": ["s1", "s2"],
            "tempting": [{"sentence": "s3", "rationale": "It sounds alike."}],
            "rationale_other": "It says something else.",
            **changes,
        },
    )


def given_as(answer: Any, *proof: str) -> dict[str, Any]:
    return {"answer": answer, "proof": list(proof)}


QUESTION = parse_question(document())


@st.composite
def answers(draw: st.DrawFn, answer_type: str) -> dict[str, Any] | None:
    answer, proof = draw(st.none() | VALUES[answer_type]), draw(proofs)
    return None if answer is None and not proof else {"answer": answer, "proof": proof}


# --- The truth table ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "credit", "is_grounded"),
    [
        (given_as("a", "s1", "s2"), Fraction(1), True),
        (given_as("a", "s1"), Fraction(3, 4), False),
        (given_as("a", "s1", "s3"), Fraction(1, 2), False),
        (given_as("a", "s3"), Fraction(1, 2), False),
        (given_as("a"), Fraction(1, 2), False),
        (given_as("b", "s1", "s2"), Fraction(0), True),
        (given_as("b", "s3"), Fraction(0), False),
        (given_as("b"), Fraction(0), False),
        (given_as(None, "s1", "s2"), Fraction(0), True),
        (None, Fraction(0), False),
    ],
)
def test_answer_and_proof_truth_table(value: Any, credit: Fraction, is_grounded: bool) -> None:
    assert QUESTION.grade(value) == credit
    assert QUESTION.has_right_evidence(value) is is_grounded
    assert QUESTION.needs_grading(value) is False


def test_answer_and_proof_of_an_answer_right_in_part_counts_no_proof() -> None:
    question = parse_question(document("multiple"))

    assert question.grade(given_as(["a"], "s1", "s2")) == Fraction(1, 4)
    assert question.grade(given_as(["a", "b"], "s1", "s2")) == 1


@pytest.mark.parametrize("answer_type", FIRST_STEPS)
@given(data=st.data(), shuffle=shuffles)
def test_answer_and_proof_keeps_the_laws(answer_type: str, data: st.DataObject, shuffle: Shuffle) -> None:
    table = document(answer_type)
    value = data.draw(answers(answer_type))

    check_answer(table, value, shuffle, READING)
    if value is not None and value["answer"] is not None and value["proof"]:
        check_rekeyed(table, value, shuffle, READING)


@pytest.mark.parametrize("answer_type", FIRST_STEPS)
@given(data=st.data())
def test_answer_and_proof_is_grounded_and_right_where_it_earns_everything(
    answer_type: str, data: st.DataObject
) -> None:
    question = parse_question(document(answer_type))
    value = data.draw(answers(answer_type))
    credit = question.grade(value)
    answer_credit = question.answer.grade(value["answer"] if value else None)  # type: ignore[attr-defined]

    assert (credit == 1) == (answer_credit == 1 and question.has_right_evidence(value))
    assert (credit >= Fraction(1, 2)) == (answer_credit == 1)


# --- The public view ----------------------------------------------------------------------------------------------


def test_answer_and_proof_public_view_is_an_allowlist() -> None:
    view = public_view(QUESTION, Shuffle("seed", is_shuffled=False), given_as("b", "s3"), READING)

    assert {name: entry for name, entry in view.items() if name != "paragraphs"} == {
        "picture": None,
        "type": "answer_and_proof",
        "hint": "Answer, then choose the sentence that proves it",
        "partial_credit": "The answer is half the points. If it’s correct, the evidence earns the rest.",
        "stem": "What does the reading say?",
        "has_two_steps": True,
        "answer": {
            "type": "single",
            "partial_credit": "",
            "stem": "What does the reading say?",
            "choices": [
                {"token": SHUFFLE.token(QUESTION.key, choice_id), "text": choice_id.upper(), "chosen": choice_id == "b"}
                for choice_id in "abc"
            ],
        },
    }
    assert [(s["token"], s["chosen"]) for paragraph in view["paragraphs"] for s in paragraph] == [
        (key, key == "s3") for key in SENTENCES
    ]


@pytest.mark.parametrize(
    ("answer_type", "control"), [("single", "radio"), ("multiple", "checkbox"), ("true_false", "radio")]
)
def test_answer_and_proof_page_has_the_first_step_of_its_type(answer_type: str, control: str) -> None:
    html = page(parse_question(document(answer_type)), SHUFFLE, None, READING)

    assert html.count(f'type="{control}" name="choice"') == (2 if answer_type == "true_false" else 3)
    assert html.count('type="checkbox" name="sentence"') == 6
    # Before release, no mark stands where the number of the evidence would be.
    assert 'class="ref' not in html


@pytest.mark.parametrize("answer_type", FIRST_STEPS)
def test_answer_and_proof_paper_asks_for_the_number_of_the_sentence(answer_type: str) -> None:
    html = paper(parse_question(document(answer_type)), SHUFFLE, READING)

    assert html.count("blank sm") == 1
    assert "Write the number of the sentence that proves it. It counts." in html


# --- Reading an answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("submitted", "value"),
    [
        ({}, None),
        ({"choice": [SHUFFLE.token(QUESTION.key, "a")]}, given_as("a")),
        ({"sentence": ["s2", "s1"]}, given_as(None, "s1", "s2")),
        ({"choice": [SHUFFLE.token(QUESTION.key, "c")], "sentence": ["s6"]}, given_as("c", "s6")),
    ],
)
def test_answer_and_proof_reads_both_steps(submitted: dict[str, list[str]], value: Any) -> None:
    assert QUESTION.read_answer(submitted, SHUFFLE, READING) == value


@pytest.mark.parametrize("submitted", [{"choice": ["a"]}, {"sentence": ["s9"]}])
def test_answer_and_proof_refuses_what_it_did_not_offer(submitted: dict[str, list[str]]) -> None:
    with pytest.raises(NotAChoice):
        QUESTION.read_answer(submitted, SHUFFLE, READING)


# --- Review, key, options -----------------------------------------------------------------------------------------


def test_answer_and_proof_review_goes_from_the_answer_to_its_proof() -> None:
    reviewed = QUESTION.review(given_as("a", "s1", "s3"), READING)

    assert [(row.text[:11], row.state, row.why) for row in reviewed.rows] == [
        ("A", "right", "Why A."),
        ("B", "no", ""),
        ("C", "no", ""),
        ("Sentence 1:", "right", ""),
        ("Sentence 2:", "missed", ""),
        ("Sentence 3:", "wrong", "It sounds alike."),
    ]
    assert (reviewed.given, reviewed.correct) == ("A; Sentence 1; Sentence 3", "A; Sentence 1; Sentence 2")
    assert QUESTION.review(given_as(None, "s5"), READING).given == "Sentence 5"


def test_answer_and_proof_review_says_why_a_correct_step_earned_nothing() -> None:
    steps = "The answer is half the points. If it’s correct, the evidence earns the rest."
    sentences = "Correct sentences add points. Wrong ones take points away. You can’t go below 0."
    wanted = {
        ("a", "s1", "s2"): "",
        ("a", "s1", "s3"): sentences,
        ("a", "s3"): "",
        ("b", "s1", "s2"): steps,
        # The answer is why, not the sentences.
        ("b", "s1", "s3"): "",
        ("b", "s3"): "",
        (None, "s1"): steps,
    }
    assert {value: QUESTION.review(given_as(*value), READING).note for value in wanted} == wanted
    multiple = parse_question(document("multiple"))
    assert multiple.review(given_as(["a"], "s1"), READING).note == steps


def test_answer_and_proof_key_has_choices_and_sentences() -> None:
    assert [(row.text[:11], row.right) for row in QUESTION.answer_key(READING)] == [
        ("A", True),
        ("B", False),
        ("C", False),
        ("Sentence 1:", True),
        ("Sentence 2:", True),
        ("Sentence 3:", False),
        ("Any other s", False),
    ]


def test_answer_and_proof_options_are_grouped_by_step() -> None:
    assert [option.id for option in QUESTION.options(READING) if option.right] == ["answer:a", "proof:s1", "proof:s2"]
    assert [(option.id, option.group) for option in QUESTION.chosen_options(given_as("b", "s3"), READING)] == [
        ("answer:b", "answer"),
        ("proof:s3", "proof"),
    ]


def test_answer_and_proof_shows_the_statement_of_its_first_step() -> None:
    assert parse_question(document("true_false")).statement == "The system records a birthplace."  # type: ignore[attr-defined]
    assert QUESTION.statement == ""  # type: ignore[attr-defined]


# --- Documents ----------------------------------------------------------------------------------------------------


def test_answer_and_proof_rekeyed_takes_the_proof_as_its_evidence() -> None:
    rekeyed = regraded(document(), given_as("b", "s3", "s4"))

    assert [choice.get("key", False) for choice in rekeyed["choices"]] == [False, True, False]
    assert (rekeyed["evidence"], rekeyed["tempting"]) == (["s3", "s4"], [])


@pytest.mark.parametrize("value", [given_as("a"), given_as(None, "s1")])
def test_answer_and_proof_answer_that_cannot_be_the_key_is_refused(value: Any) -> None:
    with pytest.raises(InvalidDocument) as refused:
        regraded(document(), value)

    assert str(refused.value) == "it needs an answer and its evidence"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"answer_type": "matching"}, "“answer_type” must be one of single, multiple, true_false"),
        ({"answer_type": ""}, "“answer_type” is missing"),
        ({"evidence": []}, "choose at least 1 sentence as evidence"),
        ({"choices": [choice("A"), choice("B")]}, "a single-choice question needs exactly one key and this one has 0"),
        ({"tempting": [{"sentence": "s1", "rationale": "Why."}]}, "a sentence is both evidence and a wrong sentence"),
    ],
)
def test_answer_and_proof_bad_document_says_what_is_wrong(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_question({**document(), **changes})

    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"evidence": ["s1", "s9"]}, ["the evidence “s9” of the question is not in the reading"]),
        ({"evidence": ["s1", "s5"]}, ["the evidence “s5” of the question shares no fact with it"]),
        (
            {"tempting": [{"sentence": "s9", "rationale": "Why."}]},
            ["the wrong sentence “s9” is not in the reading"],
        ),
    ],
)
def test_answer_and_proof_problems_are_named_once(changes: dict[str, Any], reasons: list[str]) -> None:
    assert parse_question(document(**changes)).problems(READING) == reasons


def test_answer_and_proof_names_the_step_without_an_answer() -> None:
    answer, proof = QUESTION.correct_answer()["answer"], QUESTION.correct_answer()["proof"]

    assert QUESTION.missing_parts({"answer": None, "proof": proof}, SHUFFLE) == ("the answer",)
    assert QUESTION.missing_parts({"answer": answer, "proof": []}, SHUFFLE) == ("the evidence",)
    assert QUESTION.missing_parts({"answer": answer, "proof": proof}, SHUFFLE) == ()
