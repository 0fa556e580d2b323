"""Question sets as TOML: `source.toml` with the source, and one file for each question set in the same folder.

`teaching-guide.toml` there is for the teachers of the source; it is optional.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from quizzes.content.rules.folder import GUIDE_NAME, SOURCE_NAME, Folder, RuleSet
from quizzes.content.set_document import (
    InvalidQuestion,
    SetDocument,
    combine,
    parse_set,
    slug_of,
    untranslated,
)
from quizzes.content.set_problems import find_problems
from quizzes.content.tables import InvalidDocument
from quizzes.content.teaching_guide import parse_guide


class InvalidFile(ValueError):
    """A file that is not a TOML document. The message says where."""


def read_toml(content: bytes) -> dict[str, Any]:
    """The tables of a TOML file as JSON values; raises InvalidFile. Dates and times are ISO text."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile(f"the file is not UTF-8 text (byte {error.start})") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidFile(f"the file is not valid TOML: {error}") from error
    # JSON has no dates and times.
    return dict(json.loads(json.dumps(tables, default=methodcaller("isoformat"))))


class BadFile(Exception):
    """A source or set file that is not valid. The message is one line with file, question and reason."""

    def __init__(self, path: Path, question: str, reason: str) -> None:
        super().__init__(f"{path}: question “{question}”: {reason}" if question else f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class SetFile:
    """One validated set file.

    source: the document of its source. own: the file's own tables. document: both together. parsed: the set.
    guide: the tables of its source's teaching guide, None without one.
    """

    path: Path
    source: Mapping[str, Any]
    own: Mapping[str, Any]
    document: Mapping[str, Any]
    parsed: SetDocument
    guide: Mapping[str, Any] | None


def read_set_files(folder: Path) -> list[SetFile]:
    """Every set below `folder` (one source per folder), in path order; raises BadFile for the first bad file."""
    files: list[SetFile] = []
    sources = sorted(folder.glob(SOURCE_NAME)) or sorted(folder.glob(f"*/{SOURCE_NAME}"))
    if not sources:
        reason = f"no {SOURCE_NAME} here or one folder below" if folder.is_dir() else "there is no such folder"
        raise BadFile(folder, "", reason)
    for source_path in sources:
        source = _read(source_path)
        try:
            slug_of(source)
        except InvalidDocument as error:
            raise BadFile(source_path, "", str(error)) from error
        guide = _read_guide(source_path.parent / GUIDE_NAME)
        files += [
            _validated(path, source, guide)
            for path in sorted(source_path.parent.glob("*.toml"))
            if path.name not in (SOURCE_NAME, GUIDE_NAME)
        ]
    slugs: dict[str, Path] = {}
    for file in files:
        if file.parsed.slug in slugs:
            raise BadFile(file.path, "", f"the slug “{file.parsed.slug}” is taken by {slugs[file.parsed.slug].name}")
        slugs[file.parsed.slug] = file.path
    return files


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path.read_bytes())
    except InvalidFile as error:
        raise BadFile(path, "", str(error)) from error
    except OSError as error:
        raise BadFile(path, "", error.strerror or str(error)) from error


def _read_guide(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    guide = _read(path)
    try:
        parse_guide(guide)
    except InvalidDocument as error:
        raise BadFile(path, "", str(error)) from error
    return guide


def _validated(path: Path, source: Mapping[str, Any], guide: Mapping[str, Any] | None) -> SetFile:
    own = _read(path)
    document = combine(source, own)
    try:
        parsed = parse_set(document)
        problems = find_problems(document, parsed)
    except InvalidQuestion as error:
        raise BadFile(path, error.question, str(error)) from error
    except InvalidDocument as error:
        raise BadFile(path, "", str(error)) from error
    if problems:
        raise BadFile(path, *problems[0])
    for language in parsed.translations:
        for question, text in untranslated(document, language):
            raise BadFile(path, question, f"no text in “{language}” for {text.place}: “{text.original}”")
    return SetFile(path, source, own, document, parsed, guide)


def rule_folders(files: Sequence[SetFile], story_runs: frozenset[str] | None) -> list[Folder]:
    """The sets of each source, for the rules. story_runs: hashes of runs of the story, None if they are not known."""
    by_path: dict[Path, list[SetFile]] = {}
    for file in files:
        by_path.setdefault(file.path.parent, []).append(file)
    return [
        Folder(
            group[0].source,
            group[0].parsed.reading,
            tuple(RuleSet(file.path.name, file.own, file.parsed) for file in group),
            story_runs,
            group[0].guide,
        )
        for group in by_path.values()
    ]


def read_story_runs(path: Path) -> frozenset[str] | None:
    """The hashes of the runs of a story, one a line; None without the file."""
    return frozenset(path.read_text(encoding="utf-8").split()) if path.exists() else None
