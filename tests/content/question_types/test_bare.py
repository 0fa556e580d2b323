"""Questions without any reason: each type parses, grades, reviews and counts them."""

from copy import deepcopy
from typing import Any

import pytest

from quizzes.content.drafts.document import from_edition
from quizzes.content.drafts.validation import draft_problems
from quizzes.content.question_types.registry import parse_question
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from tests.drafting import BUILT_IN, EXAMPLES

READING = parse_set(BUILT_IN.document).reading


def bare(value: Any) -> Any:
    """The value without rationales and explanations."""
    if isinstance(value, dict):
        names = [name for name in value if not name.startswith("rationale") and name != "explanation"]
        return {name: bare(value[name]) for name in names}
    return [bare(item) for item in value] if isinstance(value, list) else deepcopy(value)


@pytest.mark.parametrize("table", EXAMPLES, ids=lambda table: str(table["type"]))
def test_a_question_without_reasons_works(table: Table) -> None:
    question = parse_question(bare(table))
    wrong = question.wrong_answer(lambda items: items[0])

    assert question.problems(READING) == []
    for value in (None, wrong, question.correct_answer()):
        assert [row.why for row in question.review(value, READING).rows if row.why] == []
    assert [row.why for row in question.answer_key(READING) if row.why and table["type"] != "free_text"] == []
    assert [option.why for option in question.options(READING) if option.why] == []


def test_ten_bare_questions_with_evidence_can_be_published() -> None:
    draft = from_edition(BUILT_IN.document, title="Ten bare questions")
    draft["questions"] = [bare(question) for question in draft["questions"]][:10]
    for number, question in enumerate(draft["questions"]):
        question["key"] = f"bare-{number}"

    assert len(draft["questions"]) == 10
    assert draft_problems(draft) == []
