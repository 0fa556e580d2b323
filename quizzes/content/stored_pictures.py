"""The bytes of pictures: a row for each question set and picture, so that a backup and an erasure cover them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, TextField
from django.db.models.functions import Cast

from quizzes.content.picture_files import PictureFile
from quizzes.content.pictures import picture_digests
from quizzes.models import Draft, QuestionSet, StoredPicture

# Between its upload and the save of the draft that names it, no draft has a picture.
KEEP_UNUSED = timedelta(days=1)


def store_picture(question_set: QuestionSet, file: PictureFile, *, now: datetime) -> StoredPicture:
    """The row of this picture in this set; the one that exists if it was uploaded before."""
    row, _ = StoredPicture.objects.get_or_create(
        question_set=question_set,
        digest=file.digest,
        defaults={
            "content": file.content,
            "media_type": file.media_type,
            "width": file.width,
            "height": file.height,
            "created_at": now,
        },
    )
    return row


def picture_files(question_set: QuestionSet, document: Mapping[str, Any]) -> dict[str, PictureFile]:
    """The pictures of the set that its document names, by digest; no query if it names none."""
    digests = picture_digests(document)
    if not digests:
        return {}
    rows = StoredPicture.objects.filter(question_set=question_set, digest__in=digests).order_by("pk")
    return {
        row.digest: PictureFile(row.digest, bytes(row.content), row.media_type, row.width, row.height) for row in rows
    }


def copy_pictures(document: Mapping[str, Any], *, to: QuestionSet, now: datetime) -> None:
    """Copy the pictures that the document names into its new set; 2 queries, none if it names none."""
    digests = picture_digests(document)
    if digests:
        # One row of each picture: each copy of a set has one of its own.
        same = StoredPicture.objects.filter(digest__in=digests).order_by()
        firsts = same.values("digest").annotate(first=Min("pk")).values("first")
        StoredPicture.objects.bulk_create(
            StoredPicture(
                question_set=to,
                digest=row.digest,
                content=row.content,
                media_type=row.media_type,
                width=row.width,
                height=row.height,
                created_at=now,
            )
            for row in StoredPicture.objects.filter(pk__in=firsts)
        )


def mark_published(question_set: QuestionSet, document: Mapping[str, Any], *, now: datetime) -> None:
    """Keep the pictures of an edition for as long as its set, and let its readers see them."""
    digests = picture_digests(document)
    if digests:
        pictures = StoredPicture.objects.filter(question_set=question_set, digest__in=digests, published_at=None)
        pictures.update(published_at=now)


def delete_unused_pictures(*, now: datetime) -> int:
    """Delete pictures of over a day ago that no edition and no draft has, also not for “Undo”; returns how many."""
    old = StoredPicture.objects.filter(published_at=None, created_at__lt=now - KEEP_UNUSED)
    # In the database: the job runs often, and the documents of drafts are large.
    drafts = Draft.objects.annotate(text=Cast("document", TextField())).order_by()
    in_draft = drafts.filter(question_set=OuterRef("question_set"), text__contains=OuterRef("digest"))
    unused = old.filter(~Exists(in_draft))
    # A look takes no lock. The deletion looks again, because a draft may be published in between.
    found = list(unused.values_list("pk", flat=True))
    return unused.filter(pk__in=found).delete()[0]
