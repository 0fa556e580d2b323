"""Every field of the built-in sets, of the reference, and of a draft is known; another one is named."""

import re
import tomllib
from pathlib import Path

import pytest

from quizzes.content.drafts.document import finished, from_edition
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.files.questions.known_fields import unknown_fields
from tests.drafting import BUILT_IN, EXAMPLES
from tests.factories import make_document

FOLDER = Path(__file__).parents[3]
FILES = [path for path in (FOLDER / "fixtures").glob("*/*.toml") if path.name != "teaching-guide.toml"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_fields_of_the_built_in_files_are_known(path: Path) -> None:
    assert unknown_fields(tomllib.loads(path.read_text())) == ()


def test_fields_of_the_reference_are_known() -> None:
    text = (FOLDER / "docs/question-type-reference.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    assert len(examples) >= len(TYPES)
    assert [unknown for example in examples if (unknown := unknown_fields(tomllib.loads(example)))] == []


@pytest.mark.parametrize("document", [BUILT_IN.document, make_document(), {**BUILT_IN.document, "questions": EXAMPLES}])
def test_fields_of_an_edition_are_known(document: Table) -> None:
    assert unknown_fields(document) == ()
    assert unknown_fields(finished(from_edition(document, title="Again"))) == ()


def test_unknown_fields_are_named_once_in_their_order() -> None:
    question = {"stem": "Who?", "explantion": "So.", "choices": [{"text": "A", "rationle": ""}]}
    document = {"titel": "A set", "minimum": {"any-name": 1}, "texts": {"es": {}}, "questions": [question, question]}

    assert unknown_fields(document) == ("titel", "explantion", "rationle")
