"""Create a draft, empty or from an edition, and delete a draft that was never published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from quizzes.content.drafts.document import from_edition, new_document
from quizzes.content.drafts.saving import insert_question, new_question_key, write_source
from quizzes.content.drafts.text import replace_text
from quizzes.content.question_types.registry import TYPES
from quizzes.content.tables import Table
from quizzes.models import AuditEvent, Draft, Edition, QuestionSet, Reading, Source, User
from quizzes.models.public_ids import new_public_id

# Results are shown by objective. A set has this one until its author names others.
FIRST_OBJECTIVE = {"key": "understand-the-reading", "title": "Understand the reading"}


class AlreadyPublished(Exception):
    """The set has an edition that students may have answered, so it cannot be deleted."""


def make_set(*, by: User, now: datetime, text: str = "", **fields: Any) -> Draft:
    """Create a question set of this teacher with its source. fields: as for `save_source`.

    text: of the reading, "" to add it later. With a text, the set has a first, empty question.
    """
    document = new_document()
    write_source(document, **fields)
    document["reading"]["title"] = document["title"]
    document["objectives"] = [dict(FIRST_OBJECTIVE)]
    if text:
        replace_text(document, text)
        insert_question(document, next(iter(TYPES)), key=new_question_key())
    return _create(document, by=by, now=now)


@transaction.atomic
def copy_set(edition: Edition, *, by: User, now: datetime) -> Draft:
    """Create a question set of this teacher with the content of the edition."""
    title = str(edition.document["title"])
    copies = {row.title for row in QuestionSet.objects.owned_by(by)}
    draft = take_document(edition.document, title=_free_title(title, copies), by=by, now=now)
    guide = Source.objects.filter(readings__question_sets=edition.question_set_id).values("teaching_guide")[:1]
    Source.objects.filter(readings__question_sets=draft.question_set_id).update(teaching_guide=guide)
    return draft


def take_document(document: Mapping[str, Any], *, title: str, by: User, now: datetime) -> Draft:
    """Create a question set of this teacher with the content of an edition's document."""
    return _create(from_edition(document, title=title), by=by, now=now)


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
    return Draft.objects.create(question_set=question_set, document=document, changed_at=now, changed_by=by)


def source_fields(document: Table) -> dict[str, Any]:
    """The columns of `Source` from a draft."""
    citation = document["citation"]
    names = ("publisher", "title", "author", "url", "date_note")
    return {**{name: citation.get(name, "") for name in names}, "published_on": citation.get("published_on") or None}


def reading_fields(document: Table) -> dict[str, Any]:
    """The columns of `Reading` from a draft."""
    return {"title": document["reading"]["title"], "language": document["reading"]["language"]}


def _free_title(title: str, taken: set[str]) -> str:
    names = [f"{title[:180]} (copy)", *(f"{title[:180]} (copy {number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


@transaction.atomic
def delete_draft(draft: Draft, *, by: User, now: datetime) -> None:
    """Delete the set of a draft and record its title and who deleted it. Raises AlreadyPublished."""
    current = Draft.objects.select_for_update(of=("self",)).select_related("question_set").get(pk=draft.pk)
    question_set = current.question_set
    if question_set.editions.exists():
        raise AlreadyPublished
    AuditEvent.objects.record(
        AuditEvent.Action.DRAFT_DELETED,
        actor=by,
        classroom=None,
        at=now,
        set=question_set.public_id,
        title=question_set.title,
        question_count=len(current.document["questions"]),
    )
    reading = Reading.objects.get(pk=question_set.reading_id)
    # A teacher's set does not share its reading and its source with another set.
    question_set.delete()
    reading.delete()
    Source.objects.filter(pk=reading.source_id).delete()
