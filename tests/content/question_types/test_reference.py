"""docs/question-type-reference.md: each example can be published with the built-in reading and is graded as it says."""

import json
import re
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from quizzes.content.question_types.registry import TYPES, open_in_draft, parse_question, public_view, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import combine, parse_set
from quizzes.content.set_problems import find_problems
from quizzes.files.built_in_sets import read_toml
from quizzes.forms.editor.question import QuestionForm
from tests.question_laws import page, paper

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docs" / "question-type-reference.md").read_text(encoding="utf-8")
SOURCE = read_toml((ROOT / "fixtures" / "pars-agreement" / "source.toml").read_bytes())


@dataclass(frozen=True)
class Example:
    """One example: its document, and (value, credit, whether a person looks) for each answer beside it."""

    document: dict[str, Any]
    answers: list[tuple[Any, Fraction, bool]]


def _examples() -> list[Example]:
    examples = []
    for block, rest in re.findall(r"```toml\n(.*?)```\n(.*?)(?=\n```|\n## |\Z)", TEXT, re.DOTALL):
        [document] = read_toml(block.encode())["questions"]
        rows = re.findall(r"^\| `(.+)` \| (\d+(?:/\d+)?) \| (yes)? ?\|$", rest, re.MULTILINE)
        examples.append(
            Example(document, [(json.loads(value), Fraction(credit), look == "yes") for value, credit, look in rows])
        )
    return examples


EXAMPLES = _examples()
SET = {"slug": "examples", "title": "Examples", "summary": "One question of each type.", "about_minutes": 15}
EACH = pytest.mark.parametrize("example", EXAMPLES, ids=[example.document["key"] for example in EXAMPLES])


def test_examples_show_every_type_in_its_section() -> None:
    sections = re.findall(r"^## `(\w+)`: (.+)$", TEXT, re.MULTILINE)
    shown = list(dict.fromkeys(example.document["type"] for example in EXAMPLES))

    assert [name for name, _ in sections] == shown == list(TYPES)
    assert [title for _, title in sections] == [kind.label[0].lower() + kind.label[1:] for kind in TYPES.values()]


def test_examples_make_a_set_that_could_be_published() -> None:
    document = combine(SOURCE, {**SET, "questions": [example.document for example in EXAMPLES]})

    assert find_problems(document, parse_set(document)) == []


@EACH
def test_example_is_graded_as_it_says(example: Example) -> None:
    question = parse_question(example.document)

    assert len(example.answers) >= 2
    for value, credit, look in example.answers:
        assert (value, question.grade(value), question.needs_grading(value)) == (value, credit, look)
    best = max(credit for _, credit, _ in example.answers)
    assert best == (0 if type_of(question).graded_by == "teacher" else 1)


@EACH
def test_board_shows_what_students_choose_from(example: Example) -> None:
    question = parse_question(example.document)
    reading = parse_set(combine(SOURCE, {**SET, "questions": [example.document]})).reading
    view = public_view(question, Shuffle("0" * 32, is_shuffled=True), None, reading)
    has_own_board = (ROOT / "templates" / type_of(question).template("board")).exists()

    # Of a reading, a board shows nothing.
    assert has_own_board or {"choices", "paragraphs"} & view.keys() or type_of(question).is_typed


@EACH
def test_only_a_question_that_is_answered_in_the_reading_has_its_sentences(example: Example) -> None:
    question = parse_question(example.document)
    reading = parse_set(combine(SOURCE, {**SET, "questions": [example.document]})).reading
    view = public_view(question, Shuffle("0" * 32, is_shuffled=True), None, reading)

    wanted = {"paragraphs", "has_two_steps"} if type_of(question).is_answered_in_reading else set()
    assert {"paragraphs", "has_two_steps"} & view.keys() == wanted


@EACH
def test_page_and_handout_say_how_to_earn_part_of_the_points(example: Example) -> None:
    question, shuffle = parse_question(example.document), Shuffle("0" * 32, is_shuffled=True)
    reading = parse_set(combine(SOURCE, {**SET, "questions": [example.document]})).reading
    view = public_view(question, shuffle, None, reading)
    shown = [paper(question, shuffle, reading)]
    # On a page that takes one sentence, no second one can cost points.
    if not view.get("takes_one"):
        shown.append(page(question, shuffle, None, reading))

    for html in shown:
        assert view["partial_credit"] in unescape(html), "Show `view.partial_credit` in page.html and paper.html."


@EACH
def test_no_field_of_a_type_is_also_a_field_of_every_question(example: Example) -> None:
    draft = deepcopy(example.document)
    open_in_draft(draft)
    sentences = [sentence for paragraph in SOURCE["reading"]["paragraphs"] for sentence in paragraph["sentences"]]
    form = TYPES[draft["type"]].form(question=draft, sentences=sentences, speakers=SOURCE["voices"])

    assert set(form.fields) & set(QuestionForm.base_fields) == set(), "Give these fields another name in form.py."


def test_every_row_of_an_answer_table_is_read() -> None:
    assert len(re.findall(r"^\| `[^`]+` \|[^|]*\|[^|]*\|$", TEXT[TEXT.index("```toml") :], re.MULTILINE)) == sum(
        len(example.answers) for example in EXAMPLES
    )
