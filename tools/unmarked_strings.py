"""The strings of modules for pages that are not marked for translation: `python -m tools.unmarked_strings`.

A test compares them with tests/data/unmarked_strings.txt. So a new text of a page is marked, or someone lists it
because no page shows it. docs/translate.md says what stays English.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.translations import KEYWORDS
from tools.visible_strings import python_strings, visible

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "data" / "unmarked_strings.txt"

# Parts of the code with texts for operators, for authors of built-in sets, and for programs that read files.
ENGLISH = (
    "quizsite/",
    "quizzes/apps.py",
    "quizzes/attempts/integrity.py",
    "quizzes/content/answer_matching.py",
    "quizzes/content/normalized_answers.py",
    "quizzes/content/number_words.py",
    "quizzes/content/rules/",
    "quizzes/content/teaching_guide.py",
    "quizzes/files/answers.py",
    "quizzes/files/built_in_sets.py",
    "quizzes/files/gradebook.py",
    "quizzes/files/items.py",
    "quizzes/files/questions/qti1_writer.py",
    "quizzes/files/questions/qti2_writer.py",
    "quizzes/files/roster_columns.py",
    "quizzes/files/student_data.py",
    "quizzes/files/teacher_data.py",
    "quizzes/grading/similar_answers.py",
    "quizzes/lti/launches.py",
    "quizzes/management/",
    "quizzes/migrations/",
    "quizzes/people/data_inventory.py",
    "quizzes/people/erased_bytes.py",
    "quizzes/people/stored_tables/",
)
FEW_WORDS = 3
# Errors for authors of built-in sets and for developers, and what a log gets.
NOT_FOR_PAGES = {"InvalidDocument", "InvalidQuestion", "TypeError", "ValueError", "warning"}
# Pages in `quizsite`.
PAGES = ("quizsite/administration.py", "quizsite/middleware.py")


def unmarked(source: str) -> Iterator[str]:
    """Yield the visible strings of a module that no call marks. A value in an f-string is shown as {}."""
    tree = ast.parse(source)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in KEYWORDS:
            call.args = [argument for argument in call.args if not isinstance(argument, ast.Constant)]
        elif name in NOT_FOR_PAGES:
            call.args = []
    for text in python_strings(ast.unparse(tree)):
        shown = visible(text, is_text=False)
        # A few small words are a key or the heading of a column, as a file of another program has it.
        if shown and (shown[0].isupper() or "{}" in shown or shown.count(" ") > FEW_WORDS):
            yield shown


def all_unmarked() -> set[str]:
    """“module: string” of each unmarked string of the modules for pages."""
    found = set()
    for folder in ("quizzes", "quizsite"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name in PAGES or not name.startswith(ENGLISH):
                found |= {f"{name}: {text}" for text in unmarked(path.read_text(encoding="utf-8"))}
    return found


def listed() -> set[str]:
    """The strings of the list, which no page shows."""
    return set(LIST.read_text(encoding="utf-8").splitlines())


def main() -> int:
    """Print what the list lacks and what it has too much; 1 if it differs."""
    found, known = all_unmarked(), listed()
    for text in sorted(found - known):
        print(f"new:  {text}")
    for text in sorted(known - found):
        print(f"gone: {text}")
    return int(found != known)


if __name__ == "__main__":
    sys.exit(main())
