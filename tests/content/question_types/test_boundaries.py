"""No module and no template outside a type's own folder compares the name or the class of a type."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from django.conf import settings

from quizzes.content.question_types.registry import TYPES

ROOT = Path(settings.BASE_DIR)
NAMES = "|".join(TYPES)
CLASSES = "|".join(question_type.question.__name__ for question_type in TYPES.values())
# A name or class of a type in a comparison, a list, a match or an import.
COMPARISONS = {
    "compares the type's name": rf"""\w*type\b[\])"']*\s*(?:==|!=|in\b|not in\b)\s*[({{\[]?\s*["'](?:{NAMES})["']""",
    "lists names of types": rf"""["'](?:{NAMES})["'],\s*["'](?:{NAMES})["']""",
    "matches a name": rf"""^\s*case\s+["'](?:{NAMES})["']""",
    "matches a class": rf"""^\s*case\s+(?:{CLASSES})\(""",
    "tests for a class": rf"""\bisinstance\([^()]*,\s*\(?[^()]*\b(?:{CLASSES})\b""",
    "imports a type's module": rf"""^from quizzes\.content\.question_types\.(?:{NAMES})\b""",
    "looks up a type by name": rf"""\bTYPES\[["'](?:{NAMES})["']\]""",
}
TYPE_FOLDER = re.compile(rf"quizzes/content/question_types/(?:{NAMES})/|templates/question_types/")
# It imports each type once.
# A format of another program has its own words for the types, so each format module maps them.
FORMATS = "quizzes/files/questions/"
REGISTRY = "quizzes/content/question_types/registry.py"


def violations(path: str, text: str) -> list[str]:
    return [
        f"{path} {what}: {found[0].strip()}"
        for what, pattern in COMPARISONS.items()
        if not (path == REGISTRY and "imports" in what)
        for found in re.finditer(pattern, text, re.MULTILINE)
    ]


def test_nothing_outside_its_folder_compares_a_type() -> None:
    files = [*(ROOT / "quizzes").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    paths = {path.relative_to(ROOT).as_posix(): path for path in files}
    assert len(paths) > 300

    found = [
        line
        for name, path in sorted(paths.items())
        if not TYPE_FOLDER.match(name) and not name.startswith(FORMATS)
        for line in violations(name, path.read_text(encoding="utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        'if question.type == "single":',
        'is_part = question.get("answer_type") == "true_false"',
        'if question["type"] != "blanks":',
        'found = [one for one in all if one.type in ("numeric", "blanks")]',
        'TYPED = ("short_answer", "numeric")',
        '        case "who_says_so":',
        "        case ShortAnswer():",
        "if isinstance(item.question, FreeText):",
        "from quizzes.content.question_types.single.question import Single",
        'TYPES["single"].label',
        '{% if item.question.type == "who_says_so" %}',
    ],
)
def test_a_comparison_is_found(text: str) -> None:
    assert violations("quizzes/reports/board.py", text) != []


def modules_of_paper(name: str) -> list[str]:
    """The modules that may have the paper entry of a type: its own, and 2 with classes that fit several types."""
    return [f"quizzes.content.question_types.{module}" for module in (f"{name}.paper", "paper", "single.paper")]


def test_every_part_of_a_type_is_in_its_folders() -> None:
    for name, question_type in TYPES.items():
        folder = f"quizzes.content.question_types.{name}."
        parts = {
            "question": question_type.question,
            "draft": type(question_type.draft),
            "form": question_type.form,
        }
        assert {part: found.__module__ for part, found in parts.items()} == {part: folder + part for part in parts}
        assert type(question_type.paper).__module__ in modules_of_paper(name)
        for part in ("page", "editor", "paper"):
            assert (ROOT / "templates" / question_type.template(part)).is_file()  # type: ignore[arg-type]


def test_no_property_of_the_base_is_the_default_of_a_field() -> None:
    assert [
        f"{question_type.question.__name__}.{field.name}"
        for question_type in TYPES.values()
        for field in fields(question_type.question)
        if isinstance(field.default, property)
    ] == []
