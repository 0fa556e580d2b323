"""Every path, command, setting and name that a document or a docstring cites exists."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from quizzes.content.question_types.registry import TYPES

ROOT = Path(__file__).parents[2]
GIT = shutil.which("git") or "git"
# Old names stand there on purpose: what changed, and what a guide's reader is about to write.
NOT_CHECKED = {"CHANGELOG.md"}
# Where a path may start. The architecture writes paths inside the app without `quizzes/`.
STARTS = (
    "",
    "quizzes",
    "templates",
    "quizzes/content/question_types/single",
    "quizzes/content/question_types",
    "tests",
    "quizsite",
)
# What this test itself writes is no name of the code.
OWN_FILES = {Path(__file__).name, "foreign_names.txt"}
# Words in code style that are not ours: commands of a shell, SQL, HTTP, HTML, other programs and libraries.
FOREIGN = {
    line
    for line in (Path(__file__).parent / "foreign_names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}


PROJECTS = (
    "Django|datasette|django[-\\w]*|HackSoft|healthchecks|learnscripture|Moodle|openedx[-\\w]*|pretalx|relate|Svelte"
)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run([GIT, "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


DOCUMENTS = [path for path in tracked("*.md") if path.name not in NOT_CHECKED]


@cache
def known_names() -> frozenset[str]:
    """Every word of the code, its file names and its settings."""
    words: set[str] = set()
    for path in tracked("*.py", "*.js", "*.html", "*.toml", "*.css", "Makefile", ".env.example", "*.txt", ".ci/*"):
        if path.is_relative_to(ROOT / "requirements") or (
            path.parent == Path(__file__).parent and path.name in OWN_FILES
        ):
            continue
        words |= set(re.findall(r"[A-Za-z_][\w-]*", path.read_text(encoding="utf-8")))
        words |= {path.name, path.stem}
    words |= {path.stem for path in tracked(":(top,glob)*.md", "LICENSE")}
    return frozenset(words | set(get_commands()))


@cache
def targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def code_spans(text: str) -> Iterator[str]:
    """The text between single backticks, outside fenced and indented blocks."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    # What another project does, with its files: “(Moodle: `question/engine/`)”.
    prose = re.sub(rf"\((?:the opposite: )?(?:{PROJECTS})\b[^()]*(?:\([^()]*\)[^()]*)*\)", "", prose)
    prose = "\n".join(line for line in prose.split("\n") if not line.startswith("    "))
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose)


def problem_with(span: str) -> str | None:
    """Why a span cites something that is not there; None if all is well."""
    if command := re.match(r"make ([\w-]+)", span):
        return None if command[1] in targets() else f"no make target “{command[1]}”"
    if command := re.match(r"(?:\.venv/bin/python )?manage\.py ([\w-]+)", span):
        # `help` is of Django's command line itself.
        return None if command[1] in {"help", *get_commands()} else f"no command “{command[1]}”"
    if (
        span.startswith((".venv/", "http", "GET ", "POST ", "/", "--", "<", "{", "[", '"', "-", "$", "=", "'"))
        or span in FOREIGN
    ):
        return None
    if "/yes_no/" in span:
        return None  # the type that the reader of the guide is about to write
    if re.fullmatch(r"[\w.<>*{}, -]*/[\w./<>*{}, -]*", span):
        return None if path_exists(span) else f"no path “{span}”"
    if re.fullmatch(r"_\w+|\w+_\*?|[\w-]+-", span):
        return None  # a prefix or a suffix of names
    names = re.findall(r"[A-Za-z_][\w-]*", span)
    missing = [name for name in names if name not in known_names() and name not in FOREIGN]
    return f"no name “{', '.join(missing)}”" if missing else None


def path_exists(span: str) -> bool:
    pattern = re.sub(r"<[^>]*>", "*", span.rstrip("/"))
    braces = re.search(r"\{([^}]*)\}", pattern)
    if braces:
        return all(
            path_exists(pattern[: braces.start()] + part.strip() + pattern[braces.end() :])
            for part in braces[1].split(",")
        )
    return any(any((ROOT / start).glob(f"{pattern}{end}")) for start in STARTS for end in ("", ".py"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_document_cites_only_what_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # The old names of modules, until version 0.3.
    text = text.partition("## 10. Where each module moved")[0]
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)

    problems = [f"no file “{link}”" for link in links if not (path.parent / link).exists()]
    problems += [problem for span in code_spans(text) if (problem := problem_with(span))]

    assert problems == []


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", tracked("*.md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_lead_to_one(path: Path) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#\s]*)#([^)\s]+)\)", path.read_text(encoding="utf-8"))

    assert [anchor for file, anchor in links if anchor not in anchors((path.parent / file) if file else path)] == []


def test_architecture_lists_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\w+", page[page.index("    1 urls/") : page.index("- Inside `content`")]))
    packages = ["views", "forms", "templatetags", "files", "files/questions", "files/class_export", "lti", "reports"]
    packages += ["attempts", "attempts/paper", "grading", "assignments", "content", "content/drafts", "people"]
    packages += ["models", "urls"]
    modules = {path.stem for package in packages for path in (ROOT / "quizzes" / package).glob("[!_]*.py")}
    assert modules - listed == set(), "Add these modules to the tree in docs/architecture.md."


def test_map_of_the_readme_lists_every_entry_of_the_app() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = readme[readme.index("## Map of the code") : readme.index("## Where to change what")]
    listed = set(re.findall(r"`quizzes/([\w.]+)/?`", page))
    entries = {path.name for path in (ROOT / "quizzes").iterdir() if not path.name.startswith("__")}
    assert entries == listed, "Change the map in README.md."


def test_architecture_lists_what_replaces_django() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([\w/.]+)` \|", page.partition("## 10. ")[2], re.MULTILINE))
    code = [path for name in ("quizsite", "quizzes") for path in (ROOT / name).rglob("*.py")]
    changing = {
        str(path.relative_to(ROOT))
        for path in (*code, ROOT / "tests" / "conftest.py")
        if _changes_django(path.read_text())
    }
    settings = (ROOT / "quizsite" / "settings.py").read_text(encoding="utf-8")
    key = r'^ *"?(?:\w*ENGINE|\w*RENDERER|KEY_FUNCTION|PASSWORD_HASHERS|staticfiles)\b'
    replaced = key + r'.*"((?:quizsite|quizzes)\.[\w.]+)"'
    named = {_file_of(dotted) for dotted in re.findall(replaced, settings, re.MULTILINE)}

    assert len(changing) > 3
    assert len(named) > 3
    assert changing | named <= listed, "Add these files to section 10 of docs/architecture.md."


def _changes_django(source: str) -> bool:
    """Whether the code assigns to an attribute of a name that it imports from Django, or uses `RawSQL`."""
    nodes = list(ast.walk(ast.parse(source)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.")]
    # To set a setting or to end a connection early is no change of Django.
    names = {name.asname or name.name for node in imports for name in node.names} - {"connection", "settings"}
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    changed = {ast.unparse(target).partition(".")[0] for target in targets if isinstance(target, ast.Attribute)}
    return "RawSQL" in names or bool(names & changed)


def _file_of(dotted: str) -> str:
    """The file of a dotted name: of a module, a package, or something in one."""
    parts = dotted.split(".")
    while not (path := ROOT.joinpath(*parts)).with_suffix(".py").exists() and not path.is_dir():
        parts.pop()
    return str((path / "base.py" if path.is_dir() else path.with_suffix(".py")).relative_to(ROOT))


def test_documents_name_and_count_the_question_types() -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"^- Types: (.+)\.$", architecture, re.MULTILINE)
    [count] = re.findall(r"(\d+) question types", readme)

    assert listed.split(", ") == list(TYPES), "Change the list of types in docs/architecture.md."
    assert int(count) == len(TYPES), "Change the count of question types in README.md."


def test_readme_shows_each_picture() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"docs/pictures/[\w-]+\.png", readme)) == [
        str(path.relative_to(ROOT)) for path in tracked("docs/pictures/*")
    ]


def docstrings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def test_docstrings_cite_only_what_exists() -> None:
    problems = [
        f"{path.relative_to(ROOT)}: {problem}"
        for path in tracked("quizzes/*.py", "quizsite/*.py", "tools/*.py")
        for docstring in docstrings(path)
        for span in re.findall(r"`([^`\n]+)`", docstring)
        if (problem := problem_with(span))
    ]

    assert problems == []


def test_texts_of_an_installed_site_say_where_a_document_is() -> None:
    """A wheel has no documents."""
    strings = (ROOT / "tests" / "data" / "strings.txt").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8").replace("\n# ", " ")

    # A command of developers.
    shown = strings.replace("Write docs/privacy.md", "") + example
    assert re.findall(r"docs/[\w-]+\.md(?! of the source code)|\bdeploy/", shown) == []


def test_every_file_cites_only_documents_that_exist() -> None:
    """In comments and texts too, by path or by name."""
    documents = {name for path in tracked("*.md") for name in (path.name, str(path.relative_to(ROOT)))}
    files = tracked("*.css", "*.html", "*.js", "*.py", "*.toml", "*.yaml", "Dockerfile", "Makefile", ".*", "deploy/*")
    cited = {
        (str(path.relative_to(ROOT)), name)
        for path in files
        # Some tests write names of documents that are not there.
        if not path.is_relative_to(ROOT / "tests")
        for name in re.findall(r"(?<![\w./-])[\w./-]+\.md\b", path.read_text(encoding="utf-8"))
    }

    assert {entry for entry in cited if entry[1] not in documents} == set()


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ("quizzes/admin.py", None),
        ("quizzes/nowhere.py", "no path “quizzes/nowhere.py”"),
        ("make run", None),
        ("make nothing", "no make target “nothing”"),
        ("manage.py serve", None),
        ("manage.py help", None),
        ("manage.py nothing", "no command “nothing”"),
        ("public_id", None),
        ("no_such_function_anywhere_at_all", "no name “no_such_function_anywhere_at_all”"),
    ],
)
def test_missing_path_or_name_is_a_problem(span: str, problem: str | None) -> None:
    assert problem_with(span) == problem
