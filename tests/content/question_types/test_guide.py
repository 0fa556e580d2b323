"""docs/add-a-question-type.md: its code blocks make a type that works from the draft to the board."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.attempts.paper.entries import cells, paper_view, read_typed, written
from quizzes.content import question_types
from quizzes.content.drafts.validation import question_problems
from quizzes.content.question_types.question_type import QuestionType
from quizzes.content.question_types.registry import TYPES, parse_question, regraded
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import combine, parse_set
from quizzes.content.set_problems import find_problems
from quizzes.files.built_in_sets import read_toml
from quizzes.models import Classroom, Draft, Edition, Student, User
from tests.content.question_types.test_boundaries import modules_of_paper
from tests.content.question_types.test_reference import SOURCE
from tests.drafting import document_of, editor_of, publish, question_now, save
from tests.factories import NOW, make_assignment, make_attempt, make_draft
from tests.pages import form_of, text_of
from tests.question_laws import check_answer, check_rekeyed
from tests.reports.test_board import standard_slide
from tools.unmarked_strings import unmarked

ROOT = Path(site.BASE_DIR)
TEXT = (ROOT / "docs" / "add-a-question-type.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
[TOML] = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
[EXAMPLE] = read_toml(TOML.encode())["questions"]
PACKAGE = "quizzes.content.question_types.yes_no"


@pytest.fixture
def yes_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[QuestionType]:
    """The type of the guide, written to a folder of its own and registered."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    package = tmp_path / "quizzes/content/question_types"
    (package / "yes_no/__init__.py").touch()
    monkeypatch.setattr(question_types, "__path__", [*question_types.__path__, str(package)])
    [engine] = site.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path / "templates"]}]
    found: QuestionType = import_module(f"{PACKAGE}.question_type").YES_NO
    monkeypatch.setitem(TYPES, found.name, found)
    yield found
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    vars(question_types).pop("yes_no", None)


def example_set() -> dict[str, Any]:
    """The document of a set with the example of the guide."""
    fields = {"slug": "yes-no", "title": "Yes or no", "summary": "One question.", "about_minutes": 1}
    return combine(SOURCE, {**fields, "questions": [EXAMPLE]})


def draft_problems(draft: Draft) -> list[str]:
    """What question “one” of the draft lacks."""
    return question_problems(document_of(draft), question_now(draft, "one"))


def write_question(client: Client, draft: Draft, **fields: Any) -> Any:
    """Change the type of question “one”, then send its fields in the editor."""
    save(client, draft, type="yes_no")
    return save(client, draft, stem="Does the system record a birthplace?", **fields)


def test_the_guide_names_every_file_of_a_type() -> None:
    parts = {"question", "draft", "form", "question_type"}
    assert set(FILES) == {f"{PACKAGE.replace('.', '/')}/{part}.py" for part in parts} | {
        f"templates/question_types/yes_no/{part}.html" for part in ("page", "editor", "paper")
    }


def test_the_paper_entry_of_the_guide_is_of_a_module_that_types_may_use(yes_no: QuestionType) -> None:
    assert type(yes_no.paper).__module__ in modules_of_paper(yes_no.name)


def test_the_guide_marks_each_text_of_a_page_for_translation() -> None:
    assert {name: list(unmarked(text)) for name, text in FILES.items() if name.endswith(".py")} == {
        name: [] for name in FILES if name.endswith(".py")
    }


def test_the_example_can_be_published(yes_no: QuestionType) -> None:
    document = example_set()

    assert find_problems(document, parse_set(document)) == []


@pytest.mark.parametrize("value", [True, False, None])
def test_the_type_keeps_the_laws_of_all_types(yes_no: QuestionType, value: bool | None) -> None:
    from_source = combine(
        SOURCE, {"slug": "s", "title": "S", "summary": "S", "about_minutes": 1, "questions": [EXAMPLE]}
    )
    reading = parse_set(from_source).reading
    for seed in ("0" * 32, "1" * 32):
        for is_shuffled in (True, False):
            shuffle = Shuffle(seed, is_shuffled)
            check_answer(EXAMPLE, value, shuffle, reading)
            if value is not None:
                check_rekeyed(EXAMPLE, value, shuffle, reading)
                question = parse_question(EXAMPLE)
                typed = written(question, value, shuffle, reading)
                assert typed == ({True: "Y", False: "N"}[value],)
                assert read_typed(question, typed, shuffle, reading) is value
                assert [cell.hint for cell in cells(paper_view(question, shuffle, reading))] == ["Y or N"]
    assert parse_question(regraded(EXAMPLE, False)).correct_answer() is False
    assert "rationale" not in regraded(EXAMPLE, False)
    assert regraded(EXAMPLE, True) == EXAMPLE


def test_the_type_goes_from_draft_to_board(
    yes_no: QuestionType,
    teacher: User,
    teacher_client: Client,
    classroom: Classroom,
    student: Student,
    student_client: Client,
) -> None:
    # Draft: what is missing, then a complete question with a preview.
    draft = make_draft(owner=teacher)
    write_question(teacher_client, draft)
    assert draft_problems(draft) == ["Choose the correct answer."]
    write_question(teacher_client, draft, answer="yes", why="A name is a record too.")
    assert draft_problems(draft) == []
    editor = text_of(teacher_client.get(editor_of(draft)))
    assert "Correct answer Yes No Why a student may give the other answer" in editor
    assert "Choose yes or no Does the system record a birthplace? Yes No" in editor
    written_down = question_now(draft, "one")
    assert (written_down["answer"], written_down["rationale"]) == (True, "A name is a record too.")

    # Publish.
    assert publish(teacher_client, draft).status_code == 200
    edition = Edition.objects.get(question_set=draft.question_set)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)

    # Page and save.
    attempt = make_attempt(assignment=assignment, student=student)
    current = content_of(attempt)
    [number] = [place for place, one in enumerate(current.questions, start=1) if one.type == "yes_no"]
    address = f"/student/attempts/{attempt.public_id}/{number}/"
    form = form_of(student_client.get(address), having="choice")
    assert form.offered == [("choice", "yes"), ("choice", "no")]
    student_client.post(address, form.data(choice="no", act="save"))
    assert list(attempt.answers.values_list("question__key", "value")) == [("one", False)]
    assert ("choice", "no") in form_of(student_client.get(address), having="choice").fields

    # Grade and review.
    submit_attempt(attempt, now=NOW)
    attempt.refresh_from_db()
    assert attempt.score == 0
    result = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert "You chose: No" in result
    assert "Correct: Yes" in result
    assert "A name is a record too." in result

    # Paper.
    sheets = teacher_client.get(reverse("print_assignment", args=[assignment.public_id]), {"form": "A"})
    assert '<span class="oval">Y</span>Yes' in sheets.content.decode()
    assert '<span class="oval">N</span>No' in sheets.content.decode()

    # Board.
    teacher_client.post(reverse("show_on_board", args=[assignment.public_id]), {"aim": "1-1"})
    board = text_of(teacher_client.get(reverse("class_board", args=[assignment.public_id])))
    assert "Does the system record a birthplace? · Yes · No" in board
    assert [(bar.text, bar.count) for bar in standard_slide(assignment, (1, 3)).bars or ()] == [("Yes", 0), ("No", 1)]
