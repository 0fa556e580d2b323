"""Shared parts of the editor's views: load the teacher's draft, and render a page or a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from quizzes.content.drafts.changes import is_same
from quizzes.content.drafts.removals import what_was_removed
from quizzes.content.drafts.validation import draft_problems, question_tips
from quizzes.models import Draft, Edition
from quizzes.views.access import TeacherRequest, own_zone
from quizzes.views.teacher.undo import offer_undo


@dataclass(frozen=True, slots=True)
class Conflict:
    """A refused save: another window saved the part after revision `seen`.

    others: (label, stored value) for each field that differs from the submitted one.
    """

    seen: int
    others: list[tuple[str, str]]


def own_draft(request: TeacherRequest, public_id: str) -> Draft:
    """The draft of this teacher's set; raises Http404."""
    return get_object_or_404(Draft.objects.owned_by(request.user), question_set__public_id=public_id)


def actor_and_time(request: TeacherRequest) -> dict[str, Any]:
    """The arguments `by` and `now` of functions that save."""
    return {"by": request.user, "now": timezone.now()}


def show(
    request: TeacherRequest,
    template: str,
    draft: Draft,
    *,
    unsaved: Sequence[str] = (),
    conflict: Conflict | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the editor; for htmx only the parts that a save changes, which contain no input fields.

    unsaved: a message for each field that was not saved.
    """
    zone = own_zone(request)
    edition = draft.question_set.editions.defer("document").last()
    removed = draft.document.get("removed", {})
    shared = {
        "draft": draft,
        "question_set": draft.question_set,
        "document": draft.document,
        "edition": edition,
        "zone": zone,
        "was_saved_today": timezone.now().astimezone(zone).date() == draft.changed_at.astimezone(zone).date(),
        "conflict": conflict,
        # After a conflict the page keeps the revision that it was loaded with.
        "revision": conflict.seen if conflict else draft.revision,
        "unsaved": unsaved,
        "undo": what_was_removed(removed) if removed.get("at") == draft.revision else "",
        # To check the draft takes 50 ms (2026-11-28), and the page for publishing does it itself.
        "to_fix": SimpleLazyObject(lambda: len(draft_problems(draft.document))),
        "is_unchanged": SimpleLazyObject(lambda: _is_unchanged(draft, edition)),
        "tip_count": SimpleLazyObject(lambda: _tip_count(draft)),
        "oob": bool(request.htmx),
    }
    page = f"teacher/editor/{template}.html"
    # A page that does not save itself has no such parts.
    return render(request, [f"{page}#draft-saved", page] if request.htmx else page, {**shared, **context})


def has_published(draft: Draft, key: str) -> bool:
    """Whether a version of the set has this question. One query."""
    return draft.question_set.editions.filter(questions__key=key).exists()


def say_removed(request: TeacherRequest, draft: Draft, key: str, number: int) -> None:
    """Say that this question is off the draft, and where it stays, with “Undo”. number: its place before."""
    words = (
        gettext("Question {number} is removed from the draft. Published versions keep it and its scores.")
        if has_published(draft, key)
        else gettext("Question {number} is removed from the draft.")
    )
    address = reverse("undo_removal", args=[draft.question_set.public_id])
    offer_undo(request, words.format(number=number), address, revision=str(draft.revision))


def today(request: TeacherRequest) -> date:
    """The date where this teacher's first class is."""
    return timezone.now().astimezone(own_zone(request)).date()


def _is_unchanged(draft: Draft, latest: Edition | None) -> bool:
    """Whether the latest edition has the content of the draft. 1 query if there is an edition."""
    return latest is not None and is_same(latest.document, draft.document)


def _tip_count(draft: Draft) -> int:
    return sum(len(question_tips(draft.document, question)) for question in draft.document["questions"])
