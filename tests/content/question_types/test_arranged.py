"""Reviews and printed keys keep the order of the page that the student or the teacher saw."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from quizzes.content.drafts.document import finished
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import parse_question, public_view
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.tables import InvalidDocument
from quizzes.models import User
from tests.drafting import BUILT_IN, EXAMPLES, document_of, editor_of, question_now, save
from tests.factories import make_draft, make_question_document, parsed_reading
from tests.question_laws import page, paper

READING = BUILT_IN.parsed.reading
SHUFFLED = ("single", "multiple", "who_says_so", "matching", "answer_and_proof")
QUESTIONS = [question for question in map(parse_question, EXAMPLES) if question.type in SHUFFLED]
SEEDS = [f"seed {number}" for number in range(8)]


def places(texts: list[str], html: str) -> list[int]:
    return [html.index(escape(text)) for text in texts if escape(text) in html]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_review_lists_choices_in_the_order_of_the_page(question: Any) -> None:
    orders = set()
    for seed in SEEDS:
        shuffle = Shuffle(seed, is_shuffled=True)
        reviewed = question.arranged(shuffle).review(question.correct_answer(), READING)
        texts = [row.text for row in reviewed.rows if not row.text.startswith("Sentence")]
        found = places(texts, page(question, shuffle, None, READING))
        assert len(found) > 1
        assert found == sorted(found)
        orders.add(tuple(texts))
    assert len(orders) > 1


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_correct_answer_in_words_is_in_the_order_of_the_sheet(question: Any) -> None:
    for seed in SEEDS:
        shuffle = Shuffle(seed, is_shuffled=True)
        reviewed, sheet = question.arranged(shuffle).review(None, READING), paper(question, shuffle, READING)
        texts = [row.text for row in reviewed.rows if row.text in reviewed.correct and escape(row.text) in sheet]
        on_sheet = sorted(texts, key=lambda text: sheet.index(escape(text)))
        assert texts
        assert [reviewed.correct.index(text) for text in on_sheet] == sorted(map(reviewed.correct.index, texts))


def test_arranged_question_grades_as_before() -> None:
    for question in QUESTIONS:
        arranged = question.arranged(Shuffle("seed", is_shuffled=True))
        assert arranged.grade(question.correct_answer()) == 1
        assert arranged.key == question.key


@pytest.mark.parametrize("name", ["single", "multiple"])
def test_question_that_keeps_its_order_is_the_same_for_every_student(name: str) -> None:
    table = make_question_document(name)
    texts = [choice["text"] for choice in table["choices"]]
    seeds = [Shuffle(f"seed {number}", is_shuffled=True) for number in range(20)]

    def seen(question: Question, shuffle: Shuffle) -> list[str]:
        view = public_view(question, shuffle, None, parsed_reading())
        assert [row.text for row in question.arranged(shuffle).answer_key(parsed_reading())] == [
            choice["text"] for choice in view["choices"]
        ]
        return [choice["text"] for choice in view["choices"]]

    assert any(seen(parse_question(table), shuffle) != texts for shuffle in seeds)
    kept = parse_question(table | {"keep_order": True})
    assert all(seen(kept, shuffle) == texts for shuffle in seeds)
    with pytest.raises(InvalidDocument, match="“keep_order” must be true or false"):
        parse_question(table | {"keep_order": "yes"})


@pytest.mark.django_db
def test_author_can_keep_the_order_and_shuffle_again(teacher: User, teacher_client: Client) -> None:
    draft = make_draft(owner=teacher)
    save(teacher_client, draft, keep_order="on")
    assert question_now(draft, "one")["keep_order"] is True
    page = teacher_client.get(editor_of(draft)).content.decode()
    assert re.search(r'<input[^>]*name="keep_order"[^>]*checked', page)
    save(teacher_client, draft, keep_order=[])
    assert question_now(draft, "one")["keep_order"] is False
    assert "keep_order" not in finished(document_of(draft))["questions"][0]
