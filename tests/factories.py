"""Functions that make the smallest valid row of each model. A counter makes names and addresses unique."""

import hashlib
import io
import itertools
import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from PIL import Image

from quizzes.assignments.deadlines import deadline
from quizzes.attempts.access import LoadedAttempt, load_attempt
from quizzes.attempts.answers import SaveResult, save_answer
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content import reading
from quizzes.content.drafts.document import from_edition
from quizzes.content.editions import publish_built_in, publish_edition, published, written_questions
from quizzes.content.question_types.question import Question, Value
from quizzes.content.set_document import parse_set
from quizzes.files.built_in_sets import SetFile, read_set_files
from quizzes.files.questions.toml_text import write_toml
from quizzes.grading.new_keys import adding, replacing
from quizzes.models import (
    Assignment,
    Attempt,
    Classroom,
    Draft,
    Edition,
    FailedTry,
    Invitation,
    LtiCourse,
    LtiDeployment,
    LtiLink,
    LtiPlatform,
    LtiScore,
    LtiStudent,
    QuestionSet,
    Reading,
    Regrade,
    Source,
    Student,
    Teaching,
    User,
)
from quizzes.people.names import split_name
from quizzes.people.rosters import name_columns

# A Friday, 11:00 in New York.
NOW = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
# In every text of a `canary=True` document that students may not see before release. With a hyphen, which the random
# tokens of a page do not have.
CANARY = "zqx-"

_numbers = itertools.count(1)


# --- Accounts and rosters -----------------------------------------------------------------------------------------


def make_user(*, email: str = "", name: str = "Ms. Rivera", password: str | None = None, **fields: Any) -> User:
    """A teacher's account. Without a password, tests sign in with `force_login`, which needs no slow hash."""
    return User.objects.create_user(email or f"teacher{next(_numbers)}@school.test", password, name=name, **fields)


def make_invitation(*, invited_by: User | None = None, now: datetime = NOW, **fields: Any) -> tuple[Invitation, str]:
    """An unused invitation, and its token."""
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_digest=hashlib.sha256(token.encode()).hexdigest(),
        invited_by=invited_by,
        created_at=now,
        **{"expires_at": now + timedelta(days=7), **fields},
    )
    return invitation, token


def make_classroom(
    *, teacher: User | None = None, name: str = "Period 3", created_at: datetime = NOW, **fields: Any
) -> Classroom:
    """A classroom, taught by `teacher` if there is one."""
    classroom = Classroom.objects.create(name=name, created_at=created_at, **fields)
    if teacher is not None:
        Teaching.objects.create(classroom=classroom, teacher=teacher)
    return classroom


def make_student(
    *, classroom: Classroom | None = None, name: str = "", created_at: datetime = NOW, **fields: Any
) -> Student:
    """A student on a roster."""
    name = name or f"Student {next(_numbers)}"
    return Student.objects.create(
        classroom=classroom or make_classroom(),
        **name_columns(split_name(name), by_first=False),
        created_at=created_at,
        **fields,
    )


def make_failed_try(*, student: Student, device: str = "device", at: datetime = NOW, **fields: Any) -> FailedTry:
    """A wrong PIN."""
    return FailedTry.objects.create(kind=FailedTry.Kind.PIN, student=student, device=device, at=at, **fields)


# --- Question sets ------------------------------------------------------------------------------------------------


def make_document(*, slug: str = "small-set", title: str = "Small set", canary: bool = False) -> dict[str, Any]:
    """A set of four questions of four types on a reading of six sentences; 8 points.

    canary: question keys, fact ids, rationales and explanations contain `CANARY` and are unique. Keys of sentences and
    objectives and the texts of choices do not, since students see them.
    """
    count = itertools.count(1)

    def secret(kind: str) -> str:
        return f"{CANARY}{kind}-{next(count)}" if canary else f"{kind} {next(count)}"

    fact = [f"{CANARY}fact-{number}" if canary else f"F{number}" for number in range(7)]
    key = [f"{CANARY}key-{number}" if canary else name for number, name in enumerate(("one", "some", "who", "proof"))]
    return {
        "slug": slug,
        "title": title,
        "summary": "Four questions.",
        "about_minutes": 4,
        "minimum": {"records": 2, "ended": 2},
        "citation": {
            "publisher": "The Daily Test",
            "title": "City ends an agreement",
            "url": "https://news.example/story",
            "published_on": "2018-07-27",
            "date_note": "",
        },
        "objectives": [
            {"key": "records", "title": "What the system records"},
            {"key": "ended", "title": "Why it was ended"},
        ],
        "voices": [
            {"key": "reporter", "label": "Reported fact", "icon": "page"},
            {"key": "mayor", "label": "Mayor’s account", "icon": "person"},
            {"key": "protesters", "label": "Protesters’ claim", "icon": "sign"},
            {"key": "not_stated", "label": "The story does not say", "icon": "blank"},
        ],
        "facts": [
            {"id": fact[1], "objective": "records", "voice": "reporter", "text": "It records a birthplace."},
            {"id": fact[2], "objective": "records", "voice": "reporter", "text": "It records an address."},
            {"id": fact[3], "objective": "ended", "voice": "mayor", "text": "The rules were broken."},
            {"id": fact[4], "objective": "ended", "voice": "protesters", "text": "It makes people easy to find."},
            {"id": fact[5], "objective": "ended", "voice": "reporter", "text": "It ends in August."},
            {"id": fact[6], "objective": "ended", "voice": "reporter", "text": "Dozens of people protested."},
        ],
        "reading": {
            "title": "The agreement",
            "language": "en",
            "level": "Grade 7",
            "rights_note": "Written for class use.",
            "paragraphs": [
                {
                    "sentences": [
                        _sentence("s1", "The system records a birthplace.", "reporter", fact[1]),
                        _sentence("s2", "It also records an address.", "reporter", fact[2]),
                    ]
                },
                {
                    "sentences": [
                        _sentence("s3", "The mayor said that the rules were broken.", "mayor", fact[3]),
                        _sentence("s4", "Protesters said that it makes people easy to find.", "protesters", fact[4]),
                        _sentence("s5", "The agreement ends in August.", "reporter", fact[5]),
                        _sentence("s6", "Dozens of people had protested.", "reporter", fact[6]),
                    ]
                },
            ],
        },
        "questions": [
            {
                "key": key[0],
                "type": "single",
                "objective": "records",
                "skill": "recall",
                "points": 1,
                "facts": [fact[1]],
                "stem": "Which of these does the system record?",
                "evidence": ["s1"],
                "explanation": secret("explanation"),
                "choices": [
                    {"text": "Citizenship", "rationale": secret("rationale"), "leans_on": ["s2"]},
                    {"text": "Birthplace", "rationale": secret("rationale"), "key": True},
                    {"text": "Fingerprints", "rationale": secret("rationale")},
                ],
            },
            {
                "key": key[1],
                "type": "multiple",
                "objective": "records",
                "skill": "recall",
                "points": 2,
                "facts": [fact[1], fact[2]],
                "stem": "Which two of these does the system record?",
                "evidence": ["s1", "s2"],
                "explanation": secret("explanation"),
                "choices": [
                    {"text": "A birthplace", "rationale": secret("rationale"), "key": True},
                    {"text": "A photograph", "rationale": secret("rationale")},
                    {"text": "An address", "rationale": secret("rationale"), "key": True},
                    {"text": "A visa", "rationale": secret("rationale")},
                ],
            },
            {
                "key": key[2],
                "type": "who_says_so",
                "objective": "ended",
                "skill": "attribution",
                "points": 3,
                "facts": [fact[3], fact[4]],
                "stem": "Who says so?",
                "evidence": ["s3", "s4"],
                "explanation": secret("explanation"),
                "voices": ["reporter", "mayor", "protesters", "not_stated"],
                "statements": [
                    _statement("Rules were broken.", "mayor", [fact[3]], ["s3"], secret("rationale")),
                    _statement("People are easy to find.", "protesters", [fact[4]], ["s4"], secret("rationale")),
                    _statement("A court ended it.", "not_stated", [], [], secret("rationale")),
                ],
            },
            {
                "key": key[3],
                "type": "evidence",
                "objective": "ended",
                "skill": "inference",
                "points": 2,
                "facts": [fact[5], fact[6]],
                "stem": "Which two sentences prove this?",
                "statement": "After a protest there is an end in summer.",
                "key_sentences": ["s5", "s6"],
                "evidence": ["s5", "s6"],
                "explanation": secret("explanation"),
                "rationale_other": secret("rationale"),
                "choices": [
                    {"sentence": "s3", "rationale": secret("rationale")},
                    {"sentence": "s4", "rationale": secret("rationale")},
                ],
            },
        ],
    }


def make_question_document(type_name: str, **changes: Any) -> dict[str, Any]:
    """The question of this type in `make_document`, with changes."""
    [document] = [table for table in make_document()["questions"] if table["type"] == type_name]
    return {**document, **changes}


def parsed_reading() -> reading.Reading:
    """The reading of `make_document`, without a database."""
    return parse_set(make_document()).reading


def write_set_files(folder: Path, *, document: Mapping[str, Any] | None = None) -> None:
    """Write the document as two TOML files: source.toml, and one named after the set's slug."""
    document = document or make_document()
    source_tables = ("citation", "objectives", "voices", "facts", "reading")
    source = {"slug": "story"} | {name: document[name] for name in source_tables}
    question_set = {name: value for name, value in document.items() if name not in source_tables}
    folder.mkdir(exist_ok=True)
    for path, tables in (("source.toml", source), (f"{document['slug']}.toml", question_set)):
        (folder / path).write_text(write_toml(tables), encoding="utf-8")


@cache
def _built_in_files() -> list[SetFile]:
    return read_set_files(settings.BASE_DIR / "fixtures")


def publish_built_in_sets() -> None:
    """What `manage.py load_question_sets` does, but the files are read once a process: 200 tests need the sets."""
    for file in _built_in_files():
        publish_built_in(file.source, file.document, now=timezone.now(), guide=file.guide)


def make_question_set(
    *, owner: User | None = None, title: str = "Small set", slug: str = "", texts: Mapping[str, Any] | None = None
) -> QuestionSet:
    """A question set without an edition; built-in without an owner. texts: title and summary in other languages."""
    number = next(_numbers)
    source = Source.objects.create(slug=f"story-{number}", publisher="The Daily Test", title="City ends an agreement")
    text = Reading.objects.create(source=source, title="The agreement", document={})
    return QuestionSet.objects.create(
        slug=slug or f"set-{number}", title=title, texts=texts or {}, reading=text, owner=owner
    )


def make_edition(
    *,
    question_set: QuestionSet | None = None,
    document: Mapping[str, Any] | None = None,
    canary: bool = False,
    published_at: datetime = NOW,
) -> Edition:
    """The next edition of a set with its questions. document: by default `make_document()`."""
    document = document or make_document(canary=canary)
    question_set = question_set or make_question_set(title=document["title"], texts=document.get("texts"))
    edition = publish_edition(question_set, document, now=published_at)
    if edition is None:
        raise ValueError("the set's latest edition has the same document: change it")
    return edition


def make_picture(*, size: tuple[int, int] = (40, 30), file_format: str = "PNG", **options: Any) -> bytes:
    """A red picture as a file. options: of Pillow, such as `exif`."""
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, file_format, **options)
    return file.getvalue()


def make_draft(*, owner: User, document: Mapping[str, Any] | None = None, now: datetime = NOW) -> Draft:
    """The draft of a teacher's set that was never published. document: by default `make_document()`."""
    document = from_edition(document or make_document(), title="Small set")
    question_set = make_question_set(owner=owner, title=document["title"])
    return Draft.objects.create(question_set=question_set, document=document, changed_at=now, changed_by=owner)


# --- Assignments and attempts -------------------------------------------------------------------------------------


def make_assignment(
    *,
    edition: Edition | None = None,
    classroom: Classroom | None = None,
    assigned_by: User | None = None,
    created_at: datetime = NOW,
    **fields: Any,
) -> Assignment:
    """An edition given to a classroom: always open, untimed, one attempt, answers shown after submitting."""
    return Assignment.objects.create(
        edition=edition or make_edition(),
        classroom=classroom or make_classroom(),
        assigned_by=assigned_by or make_user(),
        created_at=created_at,
        **{"release": Assignment.Release.AFTER_SUBMIT, **fields},
    )


def make_attempt(
    *,
    assignment: Assignment | None = None,
    student: Student | None = None,
    started_at: datetime = NOW,
    number: int = 1,
    **fields: Any,
) -> Attempt:
    """An open attempt, with the deadline of its assignment."""
    assignment = assignment or make_assignment()
    deadline_at = deadline(started_at=started_at, time_limit=assignment.time_limit, closes_at=assignment.closes_at)
    return Attempt.objects.create(
        assignment=assignment,
        student=student or make_student(classroom=assignment.classroom),
        classroom=assignment.classroom,
        number=number,
        started_at=started_at,
        **{
            "shuffle_questions": assignment.shuffle_questions,
            "shuffle_choices": assignment.shuffle_choices,
            "time_limit": assignment.time_limit,
            "deadline_at": deadline_at,
            **fields,
        },
    )


def make_submitted_attempts(count: int, *, assignment: Assignment, student: Student) -> None:
    """The first attempts of a student, without answers. One query."""
    Attempt.objects.bulk_create(
        Attempt(
            assignment=assignment,
            student=student,
            classroom_id=assignment.classroom_id,
            number=number,
            shuffle_questions=False,
            shuffle_choices=False,
            started_at=NOW,
            submitted_at=NOW,
            submitted_by="student",
            receipt=f"{student.pk % 1000:03}{number:04}",
            score=0,
            max_score=1,
        )
        for number in range(1, count + 1)
    )


def make_answered_attempt(
    *,
    assignment: Assignment | None = None,
    student: Student | None = None,
    right: int | None = None,
    answers: Mapping[str, Value] | None = None,
    submitted: bool = True,
    started_at: datetime = NOW,
    **fields: Any,
) -> Attempt:
    """An attempt with answers saved 1 second apart. By default it is submitted 1 minute after its start.

    answers: value by question key. Without it, the first `right` answers (default: all) are correct, the others wrong.
    """
    attempt = make_attempt(assignment=assignment, student=student, started_at=started_at, **fields)
    content = published(attempt.assignment.edition_id)
    if answers is None:
        answers = {
            question.key: right_value(question) if right is None or index < right else wrong_value(question)
            for index, question in enumerate(content.document.questions)
        }
    for second, (key, value) in enumerate(answers.items(), start=1):
        save(attempt, key, value, now=started_at + timedelta(seconds=second))
    if submitted:
        submit_attempt(attempt, now=started_at + timedelta(minutes=1))
    return attempt


def make_regrade(
    *, assignment: Assignment, made_by: User | None = None, policy: str = "full_credit", number: int = 1, **fields: Any
) -> Regrade:
    """A regrade of the question with this number. It does not rescore attempts."""
    return Regrade.objects.create(
        assignment=assignment,
        question=assignment.edition.questions.get(position=number),
        policy=policy,
        made_by=made_by or make_user(),
        **{"group": uuid.uuid4(), "reason": "The key was wrong.", "made_at": NOW, **fields},
    )


def regrade_document(edition_id: int, key: str, policy: str, *values: Value) -> dict[str, Any]:
    """The document of the first regrade of a question. key: of the question. values: what it makes correct."""
    written = written_questions(edition_id)[key]
    return replacing(written, *values, {}) if policy == "new_key" else adding(written, values, {})


def loaded(attempt: Attempt) -> LoadedAttempt:
    """The attempt with its answers, as a student's request loads it."""
    attempt_now = load_attempt(attempt.public_id, with_answers=True)
    assert attempt_now is not None
    return attempt_now


def save(
    attempt: Attempt, key: str, value: Value, *, operation: str = "", seen_revision: int = 0, now: datetime = NOW
) -> SaveResult:
    """Save the answer to the question with this key."""
    return save_answer(
        attempt,
        published(attempt.assignment.edition_id).question_ids[key],
        value,
        operation=operation or f"operation-{next(_numbers)}",
        seen_revision=seen_revision,
        now=now,
    )


def right_value(question: Question) -> Value:
    """A value that earns all points."""
    return question.correct_answer()


def wrong_value(question: Question) -> Value:
    """A value that earns no points. An evidence question needs a wrong choice for it."""
    return question.wrong_answer(lambda choices: choices[0])


def _sentence(key: str, text: str, speaker: str, fact: str) -> dict[str, Any]:
    return {"key": key, "text": text, "voice": speaker, "facts": [fact]}


def _statement(text: str, speaker: str, facts: list[str], evidence: list[str], rationale: str) -> dict[str, Any]:
    return {"text": text, "voice": speaker, "facts": facts, "evidence": evidence, "rationale": rationale}


def make_lti_link(*, assignment: Assignment, **fields: Any) -> LtiLink:
    """A link of a course on a learning platform, which opens the assignment."""
    platform, _ = LtiPlatform.objects.get_or_create(
        issuer="https://school.example", client_id="client-1", defaults={"name": "Moodle", "created_at": NOW}
    )
    deployment, _ = LtiDeployment.objects.get_or_create(platform=platform, deployment_id="deployment-1")
    course, _ = LtiCourse.objects.get_or_create(
        deployment=deployment, context_id=assignment.classroom.public_id, defaults={"classroom": assignment.classroom}
    )
    return LtiLink.objects.create(course=course, resource_link_id=assignment.public_id, assignment=assignment, **fields)


def make_lti_score(*, link: LtiLink, student: Student, subject: str = "user-1") -> LtiScore:
    """A score of a student for the platform, not sent yet."""
    learner = LtiStudent.objects.create(course=link.course, subject=subject, student=student)
    return LtiScore.objects.create(link=link, lti_student=learner, progress=LtiScore.Progress.PENDING, changed_at=NOW)
