"""The parts of a class export, one class for each kind of row in its file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from quizzes.files.class_export.typed_json import Json, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomPart:
    """The classroom. The class code is not exported: the new site makes a new one.

    counts_missing_as_zero: whether missing work counts as 0 in averages.
    reading_variant: the level of readings: standard, easier, or es. students_choose_variant: whether students may
    choose another. supports: of students without their own. pin_kind: how PINs look: digits, pictures, or words.
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
    supports: dict[str, Json]
    pin_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentPart:
    """One student on the roster. accommodation: None without one; its time_factor is None for no time limit.

    family_name: the part of the name to sort by, "" if not known, None to compute it from the name.
    external_id: the school's own number, "" if not kept. language: of the pages, "" if the student never chose one.
    reading_variant, chosen_variant: the level of readings that the teacher or the student chose, "" for none.
    supports: the student's own, None for those of the class.
    is_elsewhere: moved to another classroom later; the file has only the attempts made in this classroom.
    """

    key: Key
    name: str
    family_name: str | None
    external_id: str
    language: str
    reading_variant: str
    chosen_variant: str
    supports: dict[str, Json] | None
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

    document: as published, with source, reading, objectives, and questions with their evidence. pictures: those that
    the document names.
    """

    key: str
    question_set: str
    number: int
    published_at: datetime
    note: str
    document: dict[str, Json]
    pictures: tuple["PicturePart", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePart:
    """A picture. digest: SHA-256 of its bytes. media_type: image/png or image/jpeg. content: in base64."""

    digest: str
    media_type: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionPart:
    """Later times, or more attempts, for one student. reason_kind: "" in a file from before reasons had kinds."""

    student: Key
    due_at: datetime | None
    closes_at: datetime | None
    extra_attempts: int
    reason_kind: str
    reason: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcusePart:
    """One student who is excused from the assignment. own_version: of the other version that the student has.

    reason_kind: as above.
    """

    student: Key
    reason_kind: str
    reason: str
    own_version: int | None
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPart:
    """One recorded change of a key. document: the question with its new key, where the policy uses one.

    reason_kind: as above.
    """

    group: UUID
    question: str
    policy: str
    document: dict[str, Json] | None
    reason_kind: str
    reason: str
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPart:
    """An edition given to the classroom. time_limit: in seconds. window_changed: whether its times changed later.

    own_title: "" for the title of the question set. is_title_made: None in a file that does not say it.
    closed_through: how many questions of a teacher-paced quiz take no more answers, else 0. newer_version_of: the other
    quiz of a class that has two versions.
    """

    key: Key
    edition: str
    own_title: str
    is_title_made: bool | None
    group: UUID
    created_at: datetime
    opens_at: datetime | None
    due_at: datetime | None
    closes_at: datetime | None
    waits_for_teacher: bool
    paused_at: datetime | None
    time_limit: timedelta | None
    max_attempts: int | None
    attempt_policy: str
    shuffle_questions: bool
    shuffle_choices: bool
    release: str
    shows_scores: bool
    is_teacher_paced: bool
    closed_through: int
    newer_version_of: Key | None
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

    medium: `screen`, or `paper` if a teacher entered it from paper. comment: on the whole attempt, or "".
    supports: those that the student had in it. language: of the student's pages, "mixed", or "" if it is not known.
    paused_for: how long the clock was stopped, None for never. break_time: how much of that was for breaks, with
    all of a current one; None for none. break_ends_at: when the last break ended or will end.
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
    paused_for: timedelta | None
    break_time: timedelta | None
    break_ends_at: datetime | None
    deadline_at: datetime | None
    handed_in_at: datetime | None
    handed_in_by: str
    receipt: str | None
    score: Decimal | None
    max_score: int | None
    supports: dict[str, Json]
    comment: str
    language: str
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
