"""Import the editions of a class export: reuse those that the site has, publish the others."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from quizzes.content.drafts.document import from_edition
from quizzes.content.editions import NotPublishable, publish_edition
from quizzes.content.languages import TEXTS
from quizzes.content.picture_files import stored_picture
from quizzes.content.pictures import picture_digests
from quizzes.content.set_document import SetDocument, content_hash, parse_set
from quizzes.content.stored_pictures import store_picture
from quizzes.content.tables import InvalidDocument
from quizzes.files.class_export.document import InvalidExport
from quizzes.files.class_export.parts import EditionPart
from quizzes.files.class_export.validation import check_columns
from quizzes.models import Draft, Edition, QuestionSet, Reading, Source, User
from quizzes.models.public_ids import new_public_id


def import_editions(parts: Sequence[EditionPart], *, by: User, now: datetime) -> dict[str, Edition]:
    """An edition of this site for each edition of the file, by its key in the file; raises InvalidExport.

    A built-in edition or one of this teacher's with an identical document is reused, because editions never change.
    The others become a question set of this teacher.
    """
    editions: dict[str, Edition] = {}
    for _, group in groupby(
        sorted(parts, key=lambda part: (part.question_set, part.number)), lambda part: part.question_set
    ):
        missing = []
        for part in group:
            known = _known(part, by)
            if known is None:
                missing.append(part)
            else:
                editions[part.key] = known
        if missing:
            editions |= _publish(missing, by=by, now=now)
    return editions


def _known(part: EditionPart, by: User) -> Edition | None:
    same = Edition.objects.filter(content_hash=content_hash(part.document))
    return same.filter(Q(question_set__owner=None) | Q(question_set__owner=by)).order_by("pk").first()


def _publish(parts: Sequence[EditionPart], *, by: User, now: datetime) -> dict[str, Edition]:
    parsed = [_parsed(part) for part in parts]
    question_set = _question_set(parts[-1].document, parsed[-1], by=by)
    editions = {}
    for part in parts:
        _store_pictures(part, question_set, now=now)
        try:
            edition = publish_edition(question_set, part.document, now=part.published_at, by=by, note=part.note)
        except (NotPublishable, InvalidDocument) as error:
            raise _invalid_set(part, error) from error
        editions[part.key] = edition or question_set.editions.latest("number")
    latest = parts[-1].document
    Draft.objects.create(
        question_set=question_set,
        document=from_edition(latest, title=str(latest["title"])),
        changed_at=now,
        changed_by=by,
    )
    return editions


def _store_pictures(part: EditionPart, question_set: QuestionSet, *, now: datetime) -> None:
    """Store the pictures that the edition names, each as the file has it."""
    for picture in part.pictures:
        try:
            file = stored_picture(b64decode(picture.content, validate=True), picture.media_type)
        except ValueError as error:
            raise InvalidExport(gettext("A picture of a question set can’t be read.")) from error
        if file.digest != picture.digest:
            raise InvalidExport(gettext("A picture isn’t the one that its question set names."))
        store_picture(question_set, file, now=now)
    missing = picture_digests(part.document) - {row.digest for row in part.pictures}
    if missing:
        raise InvalidExport(gettext("The file lacks a picture that its question set names."))


def _parsed(part: EditionPart) -> SetDocument:
    try:
        return parse_set(part.document)
    except InvalidDocument as error:
        raise _invalid_set(part, error) from error


def _question_set(document: Mapping[str, Any], parsed: SetDocument, *, by: User) -> QuestionSet:
    citation, public_id = parsed.reading.citation, new_public_id()
    try:
        published_on = date.fromisoformat(citation.published_on) if citation.published_on else None
    except ValueError as error:
        raise InvalidExport(
            gettext("The story of “{title}” has no date such as 2026-10-23.").format(title=parsed.title[:60])
        ) from error
    source = Source(
        slug=f"set-{public_id}",
        publisher=citation.publisher,
        title=citation.title,
        url=citation.url,
        published_on=published_on,
        date_note=citation.date_note,
    )
    reading = Reading(source=source, title=parsed.reading.title, language=parsed.reading.language, document={})
    question_set = QuestionSet(
        public_id=public_id,
        slug=f"set-{public_id}",
        title=parsed.title,
        summary=parsed.summary,
        texts=document.get(TEXTS, {}),
        reading=reading,
        owner=by,
    )
    for row, what in ((source, "citation"), (reading, "reading"), (question_set, "question_set")):
        check_columns(row, f"“{parsed.title:.60}”.{what}")
    source.save()
    reading.save()
    question_set.save()
    return question_set


def _invalid_set(part: EditionPart, error: Exception) -> InvalidExport:
    title = part.document.get("title", part.key)
    return InvalidExport(
        gettext("The question set “{title}” can’t be imported: {reason}.").format(title=f"{title!s:.60}", reason=error)
    )
