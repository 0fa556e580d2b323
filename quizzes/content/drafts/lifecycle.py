"""Create a question set, empty or from an edition; archive, delete and restore it."""

import itertools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext, override

from quizzes.content.drafts.document import from_edition, new_document
from quizzes.content.drafts.saving import write_source
from quizzes.content.drafts.saving_questions import insert_question, new_question_key
from quizzes.content.drafts.text import replace_text
from quizzes.content.languages import TEXTS
from quizzes.content.question_types.registry import TYPES
from quizzes.content.stored_pictures import copy_pictures
from quizzes.content.tables import Table
from quizzes.models import AuditEvent, Draft, Edition, QuestionSet, Reading, Source, User
from quizzes.models.locks import lock_account, locked_with_keys, read_row
from quizzes.models.public_ids import new_public_id
from quizzes.models.question_sets import DAYS_TO_RESTORE

# A form that a teacher sends twice makes one set. For a second copy, the teacher must wait.
REPEATED = timedelta(seconds=30)
# The revision of a draft that no one has changed.
FIRST_REVISION = 1
# Results are shown by objective. A set has this one until its author names others, in the language of its author.
FIRST_OBJECTIVE = "understand-the-reading"


class InUse(Exception):
    """A class uses or used the set, so it can only be archived."""


@transaction.atomic
def make_set(*, by: User, now: datetime, text: str = "", **fields: Any) -> Draft:
    """Create a question set of this teacher with its source, or return the one that a first click made.

    fields: those of `save_source`. text: of the reading, "" to add it later. With a text, the set has a first, empty
    question.
    """
    document = new_document()
    write_source(document, **fields)
    document["reading"]["title"] = document["title"]
    document["objectives"] = [{"key": FIRST_OBJECTIVE, "title": gettext("Understand the reading")}]
    if text:
        replace_text(document, text)
        insert_question(document, next(iter(TYPES)), key=new_question_key())
    for draft in made_just_now(by, now=now):
        if _without_keys(draft.document) == _without_keys(document):
            return draft
    return _create(document, by=by, now=now)


@transaction.atomic
def copy_set(edition: Edition, *, by: User, now: datetime) -> Draft:
    """Create a question set of this teacher with the content of the edition, or return that of a first click."""
    for draft in made_just_now(by, now=now):
        if draft.question_set.copied_from_id == edition.question_set_id:
            return draft
    document = _as_copy(edition.document, {row.title for row in QuestionSet.objects.owned_by(by)})
    draft = take_document(document, title=document["title"], by=by, now=now)
    guide = Source.objects.filter(readings__question_sets=edition.question_set_id).values("teaching_guide")[:1]
    Source.objects.filter(readings__question_sets=draft.question_set_id).update(teaching_guide=guide)
    draft.question_set.copied_from = edition.question_set
    draft.question_set.save(update_fields=["copied_from"])
    return draft


def take_document(document: Mapping[str, Any], *, title: str, by: User, now: datetime) -> Draft:
    """Create a question set of this teacher with the content of an edition's document."""
    return _create(from_edition(document, title=title), by=by, now=now)


def made_just_now(by: User, *, now: datetime) -> Iterable[Draft]:
    """Drafts that this teacher made a moment ago and has not changed. Two requests of one form pass one at a time."""
    lock_account(by)
    return Draft.objects.owned_by(by).filter(changed_at__gt=now - REPEATED, revision=FIRST_REVISION)


def _without_keys(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without the keys of its questions, which are new each time."""
    return {**document, "questions": [{**question, "key": ""} for question in document["questions"]]}


@transaction.atomic
def _create(document: Table, *, by: User, now: datetime) -> Draft:
    public_id = new_public_id()
    source = Source.objects.create(slug=f"set-{public_id}", **source_fields(document))
    reading = Reading.objects.create(source=source, document={}, **reading_fields(document))
    question_set = QuestionSet.objects.create(
        public_id=public_id,
        slug=f"set-{public_id}",
        title=document["title"],
        summary=document["summary"],
        reading=reading,
        owner=by,
    )
    copy_pictures(document, to=question_set, now=now)
    return Draft.objects.create(question_set=question_set, document=document, changed_at=now, changed_by=by)


def source_fields(document: Table) -> dict[str, Any]:
    """The columns of `Source` from a draft."""
    citation = document["citation"]
    names = ("publisher", "title", "author", "url", "date_note")
    return {**{name: citation.get(name, "") for name in names}, "published_on": citation.get("published_on") or None}


def reading_fields(document: Table) -> dict[str, Any]:
    """The columns of `Reading` from a draft."""
    return {"title": document["reading"]["title"], "language": document["reading"]["language"]}


def _as_copy(edition: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    """The document of an edition with the title of a copy in each of its languages. taken: titles in use."""
    title = str(edition["title"])
    number = next(number for number in itertools.count(1) if _copy_title(title, number) not in taken)
    texts = {
        language: {**own, "title": _copy_title(own["title"], number, language)} if own.get("title") else own
        for language, own in edition.get(TEXTS, {}).items()
    }
    return {**edition, "title": _copy_title(title, number), **({TEXTS: texts} if texts else {})}


def _copy_title(title: str, number: int, language: str = "en") -> str:
    """The title of a copy. language: of the title; pages store the one in English."""
    with override(language):
        words = gettext("{title} (copy)") if number == 1 else gettext("{title} (copy {number})")
    return words.format(title=title[:180], number=number)


def archive_set(question_set: QuestionSet, *, now: datetime) -> None:
    """Leave the set out of its owner's lists. Quizzes that use it stay."""
    QuestionSet.objects.filter(pk=question_set.pk, archived_at=None).update(archived_at=now)


@transaction.atomic
def delete_set(question_set: QuestionSet, *, by: User, now: datetime) -> None:
    """Take the set off every page and record its title and who deleted it. Raises InUse if a class uses or used it."""
    current = read_row(locked_with_keys(QuestionSet.objects.all()), question_set.pk)
    if not QuestionSet.objects.filter(pk=current.pk).without_assignments().exists():
        raise InUse
    if current.deleted_at is None:
        _set_deleted_at(current, now)
        _record(AuditEvent.Action.SET_DELETED, current, by=by, now=now)


@transaction.atomic
def restore_set(question_set: QuestionSet, *, by: User, now: datetime) -> None:
    """Bring an archived or deleted set back to its owner's lists."""
    current = read_row(locked_with_keys(QuestionSet.objects.all()), question_set.pk)
    was_deleted = current.deleted_at is not None
    QuestionSet.objects.filter(pk=current.pk).update(archived_at=None, deleted_at=None)
    if was_deleted:
        _record(AuditEvent.Action.SET_RESTORED, current, by=by, now=now)


def delete_sets_for_good(*, now: datetime) -> int:
    """Delete sets that were deleted over DAYS_TO_RESTORE days ago, with reading and source; returns how many."""
    count = 0
    due = QuestionSet.objects.filter(deleted_at__lt=now - timedelta(days=DAYS_TO_RESTORE))
    for pk in list(due.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            question_set = locked_with_keys(due).filter(pk=pk).first()
            if question_set is None:
                # Its owner restored it while others were deleted.
                continue
            try:
                with transaction.atomic():
                    question_set.delete_with_reading()
                count += 1
            except ProtectedError:
                # A class got it in the same moment. It must not stay hidden.
                _set_deleted_at(question_set, None)
    return count


def _set_deleted_at(question_set: QuestionSet, moment: datetime | None) -> None:
    QuestionSet.objects.filter(pk=question_set.pk).update(deleted_at=moment)


def _record(action: AuditEvent.Action, question_set: QuestionSet, *, by: User, now: datetime) -> None:
    AuditEvent.objects.record(
        action, actor=by, classroom=None, at=now, set=question_set.public_id, title=question_set.title
    )
