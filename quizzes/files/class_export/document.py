"""The class export: a classroom with everything that its scores depend on, as one JSON document.

The classes below are the format; `docs/class-export.md` explains it. This module checks shape and links and reports the
first error in one line. `reader` and `validation` check whether the rows are valid on this site.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from quizzes.files.class_export.typed_json import InvalidJson, Json, Key, plain, read

FORMAT = "footnote-classroom"
VERSION = 3
# Version 1 has no paper answers: every attempt is on a screen. Members that version 3 added have these values.
FIRST_VERSION = 1
ADDED_IN_VERSION_3: dict[str, dict[str, Json]] = {
    "classroom": {
        "counts_missing_as_zero": False,
        "sorts_by_first_name": False,
        "reading_variant": "standard",
        "students_choose_variant": False,
    },
    "students": {"family_name": None, "external_id": "", "language": "", "reading_variant": "", "chosen_variant": ""},
    "assignments": {"own_title": "", "is_teacher_paced": False, "closed_through": 0},
}
MAX_BYTES = 50_000_000


class InvalidExport(ValueError):
    """A file that cannot be imported. The message is one line for the teacher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomPart:
    """The classroom. The class code is not exported: the new site makes a new one.

    counts_missing_as_zero: whether missing work counts as 0 in averages.
    reading_variant: the level of readings: standard, easier, or es. students_choose_variant: whether students may
    choose another.
    """

    key: Key
    name: str
    time_zone: str
    created_at: datetime
    archived_at: datetime | None
    sorts_by_first_name: bool
    counts_missing_as_zero: bool
    reading_variant: str
    students_choose_variant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPart:
    """One student on the roster. accommodation: None without one; its time_factor is None for no time limit.

    family_name: the part of the name to sort by, "" if not known, None to compute it from the name.
    external_id: the school's own number, "" if not kept. language: of the pages, "" if the student never chose one.
    reading_variant, chosen_variant: the level of readings that the teacher or the student chose, "" for none.
    is_elsewhere: moved to another classroom later; the file has only the attempts made in this classroom.
    """

    key: Key
    name: str
    family_name: str | None
    external_id: str
    language: str
    reading_variant: str
    chosen_variant: str
    pin_version: int
    created_at: datetime
    removed_at: datetime | None
    is_elsewhere: bool
    accommodation: "AccommodationPart | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationPart:
    """What a student always gets."""

    time_factor: Decimal | None
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPart:
    """A published edition. question_set: the same for editions of one set.

    document: as published, with source, reading, objectives, and questions with their evidence.
    """

    key: str
    question_set: str
    number: int
    published_at: datetime
    note: str
    document: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionPart:
    """Later times, or more attempts, for one student."""

    student: Key
    due_at: datetime | None
    closes_at: datetime | None
    extra_attempts: int
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcusePart:
    """One student who is excused from the assignment."""

    student: Key
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPart:
    """One recorded change of a key. document: the question with its new key, where the policy uses one."""

    group: UUID
    question: str
    policy: str
    document: dict[str, Json] | None
    reason: str
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPart:
    """An edition given to the classroom. time_limit: in seconds. window_changed: whether its times changed later.

    own_title: "" for the title of the question set. closed_through: how many questions of a teacher-paced quiz take no
    more answers, else 0.
    """

    key: Key
    edition: str
    own_title: str
    group: UUID
    created_at: datetime
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    time_limit: timedelta | None
    max_attempts: int | None
    attempt_policy: str
    shuffle_questions: bool
    shuffle_choices: bool
    release: str
    is_teacher_paced: bool
    closed_through: int
    window_changed: bool
    extensions: tuple[ExtensionPart, ...]
    excuses: tuple[ExcusePart, ...]
    corrections: tuple[CorrectionPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPart:
    """The current answer to one question. value: None without an answer."""

    question: str
    value: Json
    revision: int
    flagged: bool
    saved_at: datetime | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPart:
    """One save as it arrived, in the order of arrival."""

    question: str
    operation: str
    value: Json
    revision: int
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPart:
    """A teacher's grade for one answer, in points."""

    question: str
    points: Decimal
    comment: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPart:
    """One attempt. seed: determines its order. score, max_score: as stored on the old site.

    medium: `screen`, or `paper` if a teacher entered it from paper.
    """

    key: Key
    assignment: Key
    student: Key
    number: int
    medium: str
    seed: str
    shuffle_questions: bool
    shuffle_choices: bool
    time_limit: timedelta | None
    started_at: datetime
    deadline_at: datetime | None
    handed_in_at: datetime | None
    handed_in_by: str
    receipt: str | None
    score: Decimal | None
    max_score: int | None
    answers: tuple[AnswerPart, ...]
    log: tuple[EventPart, ...]
    marks: tuple[MarkPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassExport:
    """A classroom as exported at `made_at`."""

    made_at: datetime
    classroom: ClassroomPart
    editions: tuple[EditionPart, ...]
    students: tuple[StudentPart, ...]
    assignments: tuple[AssignmentPart, ...]
    attempts: tuple[AttemptPart, ...]


def write_class_export(class_export: ClassExport) -> bytes:
    """The file as UTF-8 JSON, indented so that people can read it and tools can compare it."""
    document = {"format": FORMAT, "version": VERSION, **plain(class_export)}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def read_class_export(content: bytes) -> ClassExport:
    """The classroom of a file; raises InvalidExport."""
    if len(content) > MAX_BYTES:
        raise InvalidExport("This file is over 50 MB, too big for a class. Is it the right file?")
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidExport(_not_json(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidExport("This isn’t a Footnote class file.")
    version = document.get("version")
    # In Python True equals 1.
    if not isinstance(version, int) or isinstance(version, bool) or not FIRST_VERSION <= version <= VERSION:
        raise InvalidExport(
            f"This file has version {version!r:.20}. This site reads versions {FIRST_VERSION} to {VERSION}."
        )
    body = {name: value for name, value in document.items() if name not in {"format", "version"}}
    if version == FIRST_VERSION:
        body = _with_members(body, "attempts", {"medium": "screen"})
    if version < VERSION:
        for name, members in ADDED_IN_VERSION_3.items():
            body = _with_members(body, name, members)
    try:
        class_export: ClassExport = read(ClassExport, body)
    except InvalidJson as error:
        raise InvalidExport(f"This file doesn’t match the format: {error}") from error
    except RecursionError as error:
        raise InvalidExport("This file doesn’t match the format: something in it is nested too deep.") from error
    _check_links(class_export)
    return class_export


def _not_json(error: Exception) -> str:
    """Why the file is no JSON, in words."""
    text = "This file isn’t JSON, or part of it is missing"
    if isinstance(error, json.JSONDecodeError):
        return f"{text}. It can’t be read at line {error.lineno}."
    if isinstance(error, UnicodeDecodeError | RecursionError):
        return f"{text}. Choose the file as Footnote wrote it."
    return f"{text}: {error}.".replace("\n", " ")


def _with_members(body: dict[str, Json], name: str, members: dict[str, Json]) -> dict[str, Json]:
    """The body with these members added to the part, or to each part of the list. `read` reports what is malformed."""
    match body.get(name):
        case dict() as part:
            return {**body, name: {**members, **part}}
        case list() as parts:
            return {**body, name: [{**members, **part} if isinstance(part, dict) else part for part in parts]}
    return body


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
        _check_known(assignment.edition, editions, f"the edition of assignment {assignment.key}")
        named = [part.student for part in assignment.extensions] + [part.student for part in assignment.excuses]
        for student in named:
            _check_known(student, students, f"a student of assignment {assignment.key}")
    for attempt in class_export.attempts:
        _check_known(attempt.assignment, assignments, f"the assignment of attempt {attempt.key}")
        _check_known(attempt.student, students, f"the student of attempt {attempt.key}")
        _check_log(attempt)


def _check_log(attempt: AttemptPart) -> None:
    """Check that the log explains each answer: one accepted save for each revision, the last one with its value."""
    _check_unique(f"answers of attempt {attempt.key}", [answer.question for answer in attempt.answers])
    _check_unique(f"operations of attempt {attempt.key}", [event.operation for event in attempt.log])
    saved: dict[str, list[EventPart]] = {}
    for event in attempt.log:
        if event.outcome in {"saved", "accepted"}:
            saved.setdefault(event.question, []).append(event)
    for answer in attempt.answers:
        events = sorted(saved.pop(answer.question, []), key=lambda event: event.revision)
        last = events[-1].value if events else None
        if [event.revision for event in events] != list(range(1, answer.revision + 1)) or last != answer.value:
            raise InvalidExport(f"The log of attempt {attempt.key} doesn’t explain its answer to {answer.question}.")
    for question in saved:
        raise InvalidExport(f"The log of attempt {attempt.key} has a save of {question}, which has no answer.")


def _check_unique(what: str, keys: Sequence[str]) -> None:
    for key, count in Counter(keys).items():
        if count > 1:
            raise InvalidExport(f"Two {what} have the key {key:.40}.")


def _check_known(key: str, known: Iterable[str], what: str) -> None:
    if key not in known:
        raise InvalidExport(f"This file doesn’t have {what}: {key:.40}.")
