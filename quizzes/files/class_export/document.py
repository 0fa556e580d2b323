"""The class export: a classroom with everything that its scores depend on, as one JSON document.

`parts` has the classes of the format; `docs/class-export.md` explains it. This module checks shape and links and
reports the first error in one line. `reader` and `validation` check whether the rows are valid on this site.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from quizzes.files.class_export.parts import AttemptPart, ClassExport, EventPart
from quizzes.files.class_export.typed_json import InvalidJson, Json, plain, read
from quizzes.phrases import gettext, gettext_noop

FORMAT = "footnote-classroom"
# On pages that read other files.
NOT_HERE = gettext_noop("This is a class file. Choose it under “New class”, “Import a class that Footnote exported”.")
FIRST_VERSION, VERSION = 1, 6
# Which members each version added, with the values of a file that lacks them, by part.
ADDED: dict[int, dict[str, dict[str, Json]]] = {
    2: {"attempts": {"medium": "screen"}},
    3: {
        "classroom": {
            "counts_missing_as_zero": False,
            "sorts_by_first_name": False,
            "reading_variant": "standard",
            "students_choose_variant": False,
            "supports": {},
            "pin_kind": "digits",
        },
        "students": {
            "family_name": None,
            "external_id": "",
            "language": "",
            "reading_variant": "",
            "chosen_variant": "",
            "supports": None,
        },
        "attempts": {
            "supports": {},
            "comment": "",
            "language": "",
            "paused_for": None,
            "break_time": None,
            "break_ends_at": None,
        },
        "editions": {"pictures": []},
        "assignments": {
            "own_title": "",
            "waits_for_teacher": False,
            "paused_at": None,
            "is_teacher_paced": False,
            "closed_through": 0,
        },
    },
    4: {"assignments": {"newer_version_of": None}},
    5: {"assignments": {"shows_scores": False}},
    6: {"assignments": {"is_title_made": None}},
}
# The same for the lists of each quiz.
ADDED_TO_QUIZZES: dict[int, dict[str, dict[str, Json]]] = {
    6: {
        "extensions": {"reason_kind": ""},
        "excuses": {"reason_kind": "", "own_version": None},
        "corrections": {"reason_kind": ""},
    },
}
MAX_BYTES = 50_000_000


class InvalidExport(ValueError):
    """A file that cannot be imported. The message is one line for the teacher."""


def write_class_export(class_export: ClassExport) -> bytes:
    """The file as UTF-8 JSON, indented so that people can read it and tools can compare it."""
    document = {"format": FORMAT, "version": VERSION, **plain(class_export)}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def read_class_export(content: bytes) -> ClassExport:
    """The classroom of a file; raises InvalidExport."""
    if len(content) > MAX_BYTES:
        raise InvalidExport(gettext("This file is over 50 MB, too big for a class. Is it the right file?"))
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidExport(_not_json(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidExport(gettext("This isn’t a Footnote class file."))
    version = document.get("version")
    # In Python True equals 1.
    if not isinstance(version, int) or isinstance(version, bool) or not FIRST_VERSION <= version <= VERSION:
        raise InvalidExport(
            gettext("This file has version {version}. This site reads versions {first} to {last}.").format(
                version=f"{version!r:.20}", first=FIRST_VERSION, last=VERSION
            )
        )
    body = {name: value for name, value in document.items() if name not in {"format", "version"}}
    for later in range(version + 1, VERSION + 1):
        for name, members in ADDED.get(later, {}).items():
            body = _with_members(body, name, members)
        for name, members in ADDED_TO_QUIZZES.get(later, {}).items():
            if isinstance(body.get("assignments"), list):
                body = {**body, "assignments": _with_members_of_each(body["assignments"], name, members)}
    try:
        class_export: ClassExport = read(ClassExport, body)
    except InvalidJson as error:
        raise InvalidExport(gettext("This file doesn’t match the format: {reason}").format(reason=error)) from error
    except RecursionError as error:
        raise InvalidExport(
            gettext("This file doesn’t match the format: something in it is nested too deep.")
        ) from error
    _check_links(class_export)
    return class_export


def _not_json(error: Exception) -> str:
    """Why the file is not JSON, in words."""
    text = gettext("This file isn’t JSON, or part of it is missing.")
    if isinstance(error, json.JSONDecodeError):
        place = gettext("It can’t be read at line {number}.").format(number=error.lineno)
        return f"{text} {place}"
    if isinstance(error, UnicodeDecodeError | RecursionError):
        choose = gettext("Choose the file that Footnote exported, without changes.")
        return f"{text} {choose}"
    return f"{text.removesuffix('.')}: {error}.".replace("\n", " ")


def _with_members(body: dict[str, Json], name: str, members: dict[str, Json]) -> dict[str, Json]:
    """The body with these members added to the part, or to each part of the list. `read` reports what is malformed."""
    match body.get(name):
        case dict() as part:
            return {**body, name: {**members, **part}}
        case list() as parts:
            return {**body, name: [{**members, **part} if isinstance(part, dict) else part for part in parts]}
    return body


def _with_members_of_each(parts: list[Json], name: str, members: dict[str, Json]) -> list[Json]:
    """The parts, each with these members added to the rows of one list."""
    return [_with_members(part, name, members) if isinstance(part, dict) else part for part in parts]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


# --- Links between parts ------------------------------------------------------------------------------------------


def _check_links(class_export: ClassExport) -> None:
    _check_unique("editions", [edition.key for edition in class_export.editions])
    _check_unique("students", [student.key for student in class_export.students])
    _check_unique("assignments", [assignment.key for assignment in class_export.assignments])
    _check_unique("attempts", [attempt.key for attempt in class_export.attempts])
    _check_unique("receipts", [attempt.receipt for attempt in class_export.attempts if attempt.receipt is not None])
    editions = {edition.key for edition in class_export.editions}
    students = {line.key for line in class_export.students}
    assignments = {assignment.key for assignment in class_export.assignments}
    for assignment in class_export.assignments:
        _check_known(assignment.edition, editions, f"{assignment.key}.edition")
        if assignment.newer_version_of is not None:
            _check_known(assignment.newer_version_of, assignments, f"{assignment.key}.newer_version_of")
        named = [part.student for part in assignment.extensions] + [part.student for part in assignment.excuses]
        for student in named:
            _check_known(student, students, f"{assignment.key}.student")
    for attempt in class_export.attempts:
        _check_known(attempt.assignment, assignments, f"{attempt.key}.assignment")
        _check_known(attempt.student, students, f"{attempt.key}.student")
        _check_log(attempt)


def _check_log(attempt: AttemptPart) -> None:
    """Check that the log explains each answer: one accepted save for each revision, the last one with its value."""
    _check_unique(f"{attempt.key}.answers", [answer.question for answer in attempt.answers])
    _check_unique(f"{attempt.key}.log", [event.operation for event in attempt.log])
    saved: dict[str, list[EventPart]] = {}
    for event in attempt.log:
        if event.outcome in {"saved", "accepted", "undone"}:
            saved.setdefault(event.question, []).append(event)
    for answer in attempt.answers:
        events = sorted(saved.pop(answer.question, []), key=lambda event: event.revision)
        last = events[-1].value if events else None
        if [event.revision for event in events] != list(range(1, answer.revision + 1)) or last != answer.value:
            raise InvalidExport(
                gettext("The log of attempt {key} doesn’t explain its answer to {question}.").format(
                    key=attempt.key, question=answer.question
                )
            )
    for question in saved:
        raise InvalidExport(
            gettext("The log of attempt {key} has a save of {question}, which has no answer.").format(
                key=attempt.key, question=question
            )
        )


def _check_unique(place: str, keys: Sequence[str]) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise InvalidExport(gettext("2 parts of {place} have the key {key}.").format(place=place, key=key[:40]))


def _check_known(key: str, known: Iterable[str], place: str) -> None:
    if key not in known:
        raise InvalidExport(
            gettext("{place} names {key}, which this file doesn’t have.").format(place=place, key=key[:40])
        )
