"""One answer choice fewer: which question types lack one, and which choice it is."""

from typing import Any

import pytest

from quizzes.content.question_types.registry import parse_question
from quizzes.content.question_types.shuffle import Shuffle
from tests.drafting import EXAMPLES
from tests.factories import make_question_document

DRAWS = [Shuffle(f"edition {number}", is_shuffled=True) for number in range(12)]
QUESTIONS = [parse_question(document) for document in EXAMPLES]


def choices_of(question: Any) -> tuple[Any, ...]:
    """The choices of the question or of its first step."""
    return getattr(getattr(question, "answer", question), "choices", ()) or ()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_question_keeps_its_key_and_at_least_2_wrong_choices(question: Any) -> None:
    before = choices_of(question) if question.type in {"single", "multiple", "answer_and_proof"} else ()
    wrong = [choice for choice in before if not choice.right]
    left_out = set()
    for draw in DRAWS:
        fewer = question.with_fewer_choices(draw)
        assert fewer == question.with_fewer_choices(draw)
        if len(wrong) < 3:
            assert fewer == question
            continue
        [missing] = [choice for choice in before if choice not in choices_of(fewer)]
        assert not missing.right
        assert [choice for choice in before if choice is not missing] == list(choices_of(fewer))
        assert fewer.grade(question.correct_answer()) == 1
        left_out.add(missing.id)
    assert len(left_out) != 1, "every edition lacks the same choice"


@pytest.mark.parametrize("wrong_count", range(1, 8))
def test_number_of_choices(wrong_count: int) -> None:
    choices = [{"text": "Right", "key": True}, *({"text": f"Wrong {number}"} for number in range(wrong_count))]
    question = parse_question(make_question_document("single", choices=choices))
    shown = len(choices_of(question.with_fewer_choices(DRAWS[0])))
    assert shown == (1 + wrong_count if wrong_count < 3 else wrong_count)
