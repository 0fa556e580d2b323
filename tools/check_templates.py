"""Check that templates are readable: `python -m tools.check_templates [path ...]`, default `templates`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_CHARACTERS = 120
MAX_BLOCK_TAGS = 3

_BLOCK_TAG = re.compile(r"{%-?\s*(?:end)?(?:if|for|with|block|partialdef)\b")


def breaches(text: str) -> Iterator[tuple[int, str]]:
    """Yield line number and reason for each line that is too long or has too many block tags."""
    # Not splitlines(): it also breaks at characters that an editor does not show as line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_CHARACTERS:
            yield number, f"{len(line)} characters, at most {MAX_CHARACTERS} are allowed"
        block_tags = len(_BLOCK_TAG.findall(line))
        if block_tags > MAX_BLOCK_TAGS:
            yield number, f"{block_tags} block tags, at most {MAX_BLOCK_TAGS} are allowed"


def template_files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files among the paths and all HTML files in the folders among them."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.html"))
        else:
            yield path


def main(arguments: list[str]) -> int:
    """Print each breach as file:line and reason. Return 1 if there is one, otherwise 0."""
    found = False
    for path in template_files([Path(argument) for argument in arguments or ["templates"]]):
        for number, reason in breaches(path.read_text(encoding="utf-8")):
            print(f"{path}:{number}: {reason}")
            found = True
    return int(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
