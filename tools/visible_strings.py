"""The list of all text that people see: `make strings` writes it to tests/data/strings.txt and prints what is new.

A test compares the list with the code, so that someone reads every new string. The extraction is a heuristic: it may
list a string that no one sees, but a sentence or a label that someone sees is in it.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "data" / "strings.txt"

_COMMENT = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->|<script.*?</script>|<style.*?</style>", re.DOTALL)
# Texts that are marked for translation. A text with values is between two tags.
_TRANSLATED = re.compile(r"{% translate \"([^\"]*)\"[^%]*%}|_\(\"([^\"]*)\"\)")
_VARIABLE = re.compile(r"{{.*?}}", re.DOTALL)
_TEMPLATE_TAG = re.compile(r"{%.*?%}", re.DOTALL)
_DEFAULT = re.compile(r"\|default(?:_if_none)?:\s*[\"']([^\"']+)")
# The content of a refresh is seconds and a URL.
_ATTRIBUTE = re.compile(
    r"\b(?:aria-label|alt|title|placeholder|(?<!http-equiv=\"refresh\" )content)\s*=\s*\"([^\"]*)\""
)
# These tags can be inside a sentence. Every other tag ends it.
_INLINE_TAG = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|span|strong|sup|time)\b(?:[^<>{]|{{.*?}}|{(?!{))*>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_SCRIPT_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)+)\"|`((?:[^`\\]|\\.)+)`")
_WORD = re.compile(r"[A-Za-z]{2,}")
# One capitalized word: a label. Other single words are identifiers.
_LABEL = re.compile(r"[A-Z][a-z’]+")
_QUERY = re.compile(r"(?:SELECT|UPDATE|INSERT|DELETE|CREATE|DROP|PRAGMA|WITH|ALTER|BEGIN|VACUUM|SET|RETURNING)\b")

# Calls whose text arguments no one sees.
_TECHNICAL_CALLS = {
    "ForeignKey", "ManyToManyField", "OneToOneField", "TypeVar", "add_argument_group", "all", "annotate",
    "assert_never", "compile", "debug", "defer", "exclude", "execute", "executescript", "filter", "getLogger",
    "get_model", "info", "order_by", "raw", "select_related", "split", "startswith", "sub", "values", "values_list",
}  # fmt: skip


def template_strings(text: str) -> Iterator[str]:
    """Yield the sentences, labels and default values of a template. A value is shown as {}."""
    text = _COMMENT.sub("\0", text)
    text = _TRANSLATED.sub(lambda found: found[1] or found[2], text)
    yield from _DEFAULT.findall(text)
    text = _TEMPLATE_TAG.sub("\0", _VARIABLE.sub("{}", text))
    for attribute in _ATTRIBUTE.findall(text):
        yield from attribute.split("\0")
    yield from _TAG.sub("\0", _INLINE_TAG.sub(" ", text.replace("\0>", ">"))).split("\0")


def python_strings(text: str) -> Iterator[str]:
    """Yield the text constants of a module that can be a sentence or a label. A value in an f-string is shown as {}."""
    tree = ast.parse(text)
    skipped = {id(node) for top in ast.walk(tree) for node in _unseen(top)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def script_strings(text: str) -> Iterator[str]:
    """Yield the text literals of a script."""
    for plain, template in _SCRIPT_STRING.findall(text):
        yield plain or re.sub(r"\$\{[^}]*\}", "{}", template)


def visible(found: str, *, is_text: bool) -> str:
    """The string with single spaces if people can see it, otherwise "". is_text: found in a template, not in code."""
    line = " ".join(found.replace("&amp;", "&").split())
    words = _WORD.findall(line.replace("{}", " "))
    if not words or (not is_text and _QUERY.match(line)):
        return ""
    if is_text or _LABEL.fullmatch(line):
        return line
    has_sentence = len(words) > 1 and " " in line
    is_markup = line.startswith(("<", "/", "-", ".", "%", "(?", "^", "#")) or bool(re.search(r"[_=;\\]|</", line))
    return line if has_sentence and not is_markup else ""


def all_strings(root: Path = ROOT) -> set[str]:
    """Every visible string of the templates, the Python modules and the scripts below `root`."""
    found = set()
    for path in sorted((root / "templates").rglob("*.*")):
        found |= {visible(text, is_text=True) for text in template_strings(path.read_text(encoding="utf-8"))}
    for folder in ("quizzes", "quizsite"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                found |= {visible(text, is_text=False) for text in python_strings(path.read_text(encoding="utf-8"))}
    for path in sorted((root / "quizzes" / "static").rglob("*.js")):
        found |= {visible(text, is_text=False) for text in script_strings(path.read_text(encoding="utf-8"))}
    return found - {""}


def listed_strings() -> set[str]:
    """The strings of the list, which someone has read."""
    return set(LIST.read_text(encoding="utf-8").splitlines()) if LIST.exists() else set()


def difference(listed: set[str], found: set[str]) -> str:
    """What is new and what is gone, one string on a line; "" if nothing differs."""
    lines = [f"new:  {text}" for text in sorted(found - listed)] + [f"gone: {text}" for text in sorted(listed - found)]
    return "\n".join(lines)


def main() -> int:
    """Write the list and print what changed."""
    found = all_strings()
    changes = difference(listed_strings(), found)
    LIST.write_text("".join(f"{text}\n" for text in sorted(found)), encoding="utf-8")
    print(f"{changes}\nAccepted. Read them against docs/style.md." if changes else "No string changed.")
    return 0


def _unseen(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below `node` whose text no one sees: docstrings, annotations, keys, technical arguments."""
    match node:
        case ast.Expr(value=ast.Constant() as text):
            yield text
        case ast.JoinedStr(values=values):
            # The parts of an f-string, which is listed as a whole. Text inside its values is listed by itself.
            yield from (part for part in values if isinstance(part, ast.Constant))
            yield from (
                inner
                for part in values
                if isinstance(part, ast.FormattedValue) and part.format_spec
                for inner in ast.walk(part.format_spec)
            )
        case ast.Subscript(slice=place):
            yield from ast.walk(place)
        case ast.arg(annotation=annotation) | ast.AnnAssign(annotation=annotation) if annotation:
            yield from ast.walk(annotation)
        case ast.FunctionDef(returns=returns) if returns:
            yield from ast.walk(returns)
        case ast.Call(func=function, args=args) if _name(function) in _TECHNICAL_CALLS:
            for argument in args:
                yield from ast.walk(argument)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


if __name__ == "__main__":
    sys.exit(main())
