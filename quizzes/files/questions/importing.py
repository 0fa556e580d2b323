"""Bring the questions of a file into a draft, carry them through the preview, and take them out again."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from quizzes.content.drafts import lifecycle, saving_questions
from quizzes.content.drafts.document import MAX_QUESTIONS, from_edition, question_of, question_part
from quizzes.content.picture_files import PictureFile
from quizzes.content.pictures import draft_picture, map_pictures, picture_tables
from quizzes.content.set_document import InvalidQuestion, first_language, parse_set
from quizzes.content.set_problems import find_key_errors
from quizzes.content.stored_pictures import store_picture
from quizzes.content.tables import InvalidDocument, Table
from quizzes.files import signed_preview
from quizzes.files.questions.drafts import draft_question, in_language_of_set
from quizzes.files.questions.item import Gap, Item, Line, ReadFile, ReadQuestion, skipped
from quizzes.models import Draft, User
from quizzes.models.locks import lock_account

_PURPOSE = "imported questions"
# How many of the newest drafts a second click searches for the questions of the first.
_RECENT = 10
_MAX_TITLE = 200


# One question of each type, for the template.
EXAMPLES = (
    Item(
        "single",
        "Who decides?",
        lines=(
            Line("The city council", True, "The story says so."),
            Line("The mayor", feedback="The mayor only speaks about it."),
        ),
        explanation="The council voted.",
    ),
    Item("multiple", "Which 2 are true?", lines=(Line("This", True), Line("That", True), Line("Neither"))),
    Item("true_false", "The council voted in June.", is_true=True, feedback_false="See the second sentence."),
    Item("short_answer", "Who chairs the council?", lines=(Line("Lee", True), Line("Ms. Lee", True))),
    Item("numeric", "How many members voted yes?", number="7", tolerance="0"),
    Item(
        "matching",
        "Match each office with its level.",
        lines=(Line("Mayor", match="City"), Line("Governor", match="State")),
        options=("City", "State"),
    ),
    Item("ordering", "Put the steps in order.", lines=(Line("Proposal"), Line("Hearing"), Line("Vote"))),
    Item("blanks", "", text="The council has {a} members.", gaps=(Gap(("7", "seven")),)),
    Item("free_text", "Why did the council wait?", sample_answer="It waited for the report.", points=2),
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """The questions of a preview. batch: marks them in the draft. document: of a whole question set, or None.

    pictures: those of the questions and of the document, encoded again.
    """

    batch: str
    questions: tuple[Table, ...]
    document: Table | None
    pictures: tuple[PictureFile, ...]


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What the undo of an import did. kept_count: imported questions that changed since, and stay."""

    removed_count: int
    kept_count: int
    is_set_deleted: bool


def no_room() -> str:
    """Why a question is left out of a full set."""
    return gettext("A question set has room for {count} questions.").format(count=MAX_QUESTIONS)


def fitting(questions: Sequence[ReadQuestion], room: int) -> list[ReadQuestion]:
    """The outcomes if only `room` more questions fit into the set."""
    found = []
    for question in questions:
        if question.item is not None:
            room -= 1
            if room < 0:
                question = skipped(question.where, question.stem, no_room())
        found.append(question)
    return found


def picture_contents(file: ReadFile, questions: Sequence[ReadQuestion]) -> list[bytes]:
    """The pictures of these questions, and those of the whole question set that our own file has."""
    named = picture_tables(file.document) if whole_set(file) is not None and file.document is not None else ()
    return [
        *(file.pictures[table["digest"]] for table in named if table["digest"] in file.pictures),
        *(found.item.picture.content for found in questions if found.item is not None and found.item.picture),
    ]


def whole_set(file: ReadFile, pictures: Mapping[bytes, PictureFile] | None = None) -> Table | None:
    """The document of a question set that our own file has complete; None without one.

    pictures: those of the file, encoded again. Any other picture is removed from the document.
    """
    try:
        return _parsed(file, pictures or {})
    except InvalidDocument:
        return None


def comes_back_whole(document: Table) -> bool:
    """Whether our own file of this document can be imported with its reading and its evidence."""
    return whole_set(ReadFile("", (), document=document)) is not None


def why_not_whole(file: ReadFile) -> str:
    """Why the reading and the evidence of our own file can't be imported; "" if they can, or if it has none."""
    try:
        _parsed(file, {})
    except InvalidQuestion as error:
        return f"“{error.question}”: {error}"
    except InvalidDocument as error:
        return str(error)
    return ""


def _parsed(file: ReadFile, pictures: Mapping[bytes, PictureFile]) -> Table | None:
    """The document of our own file, None without one; raises InvalidDocument if it can't be an edition."""
    if file.document is None:
        return None
    document = {name: value for name, value in file.document.items() if name != "footnote_questions"}
    try:
        document.pop("pictures", None)
        document = map_pictures(document, partial(_stored, file, pictures))
        parsed = parse_set(document)
    except InvalidDocument:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidDocument(gettext("Parts of it are missing or have another form.")) from error
    for key, reason in find_key_errors(parsed):
        raise InvalidQuestion(key, reason)
    return document


def lost_pictures(file: ReadFile, document: Table | None) -> int:
    """How many pictures of the whole question set its file lacks or has no room for."""
    if document is None or file.document is None:
        return 0
    return len(list(picture_tables(file.document))) - len(list(picture_tables(document)))


def _stored(file: ReadFile, pictures: Mapping[bytes, PictureFile], table: Table) -> Table | None:
    """The picture as the new set names it, None without its bytes."""
    found = pictures.get(file.pictures.get(table["digest"], b""))
    if found is None:
        return None
    return {**table, "digest": found.digest, "width": found.width, "height": found.height}


def pack(
    questions: Sequence[ReadQuestion], document: Table | None, pictures: Iterable[PictureFile] = (), *, by: User
) -> str:
    """The importable questions with their pictures as signed text, for the form of the preview."""
    batch = secrets.token_hex(4)
    tables = [
        draft_question(question.item, key=f"i-{batch}-{number}")
        for number, question in enumerate(questions)
        if question.item is not None
    ]
    packed = [{**asdict(file), "content": b64encode(file.content).decode()} for file in pictures]
    content = {"batch": batch, "questions": tables, "document": document, "pictures": packed}
    return signed_preview.pack(content, purpose=_PURPOSE, by=by)


def unpack(text: str, *, by: User) -> Parcel:
    """The questions of a preview; raises StalePreview."""
    content = signed_preview.unpack(text, purpose=_PURPOSE, by=by)
    pictures = tuple(PictureFile(**{**table, "content": b64decode(table["content"])}) for table in content["pictures"])
    return Parcel(content["batch"], tuple(content["questions"]), content["document"], pictures)


def prefix(batch: str) -> str:
    """How the keys of an import start."""
    return f"i-{batch}-"


def import_into(
    draft: Draft, questions: Sequence[Table], pictures: Iterable[PictureFile] = (), *, by: User, now: datetime
) -> Draft:
    """Add the questions to the draft, with those of the pictures that they name; twice is once.

    Raises TooManyQuestions.
    """
    _store(pictures, map(draft_picture, questions), draft, now=now)
    return saving_questions.add_questions(draft, _in_language_of(draft, questions), by=by, now=now)


def _in_language_of(draft: Draft, questions: Sequence[Table]) -> list[Table]:
    language = first_language(draft.document)
    return [in_language_of_set(question, language) for question in questions]


def _store(
    pictures: Iterable[PictureFile], tables: Iterable[Mapping[str, Any] | None], draft: Draft, *, now: datetime
) -> None:
    """Store those of the pictures that these tables of a document name."""
    named = {table["digest"] for table in tables if table is not None}
    for file in pictures:
        if file.digest in named:
            store_picture(draft.question_set, file, now=now)


@transaction.atomic
def import_as_set(parcel: Parcel, questions: Sequence[Table], *, title: str, by: User, now: datetime) -> Draft:
    """Create a question set with the questions, or add those that it lacks to the set of an earlier press.

    Raises TooManyQuestions.
    """
    lock_account(by)
    for draft in Draft.objects.owned_by(by).order_by("-changed_at")[:_RECENT]:
        if any(question["key"].startswith(prefix(parcel.batch)) for question in draft.document["questions"]):
            break
    else:
        draft = lifecycle.make_set(title=title[:_MAX_TITLE], by=by, now=now)
    return import_into(draft, questions, parcel.pictures, by=by, now=now)


@transaction.atomic
def import_whole_set(
    document: Table, pictures: Iterable[PictureFile] = (), *, title: str, by: User, now: datetime
) -> Draft:
    """Create a question set with reading, evidence and questions of our own file; the one that a first click made."""
    made = from_edition(document, title=title[:_MAX_TITLE])
    for draft in lifecycle.made_just_now(by, now=now):
        if draft.document == made:
            return draft
    draft = lifecycle.take_document(document, title=title[:_MAX_TITLE], by=by, now=now)
    _store(pictures, picture_tables(document), draft, now=now)
    return draft


def last_added(draft: Draft, questions: Sequence[Table]) -> tuple[int, int]:
    """(the revision that added the last of these questions, how many it added). A changed one does not count.

    (0, 0) if all changed since.
    """
    document = draft.document
    revisions = [
        document["saved"].get(question_part(question["key"]), 0)
        for question in _in_language_of(draft, questions)
        if question_of(document, question["key"]) == saving_questions.as_added(document, question)
    ]
    revision = max(revisions, default=0)
    return revision, revisions.count(revision)


def undo_import(draft: Draft, batch: str, *, revision: int, by: User, now: datetime) -> UndoneImport:
    """Remove the questions that this revision imported and no one changed since, and the set if it has nothing else.

    A set that was published stays.
    """
    draft, removed_count = saving_questions.remove_unchanged_questions(
        draft, prefix(batch), revision=revision, by=by, now=now
    )
    document = draft.document
    own = [question["key"] for question in document["questions"] if question["key"].startswith(prefix(batch))]
    kept_count = sum(document["saved"].get(question_part(key), 0) > revision for key in own)
    is_bare = not document["questions"] and not document["reading"]["paragraphs"] and not document["citation"]
    is_set_deleted = bool(removed_count) and is_bare and not draft.question_set.editions.exists()
    if is_set_deleted:
        lifecycle.delete_set(draft.question_set, by=by, now=now)
    return UndoneImport(removed_count, kept_count, is_set_deleted)
