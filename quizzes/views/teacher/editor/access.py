"""What the pages of the editor share: whose draft it is, what each says of it, and how a refused save is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from quizzes.content.question_types.form import PartForm
from quizzes.forms.classrooms import DEFAULT_ZONE
from quizzes.models import Classroom, Draft
from quizzes.views.access import TeacherRequest


class EditorRequest(TeacherRequest):
    """A teacher's request with what the middleware knows of htmx."""

    htmx: HtmxDetails


@dataclass(frozen=True, slots=True)
class Conflict:
    """A save that was refused, since the part was saved elsewhere after `seen`.

    draft: as it is now. others: (label, what it says now) for each field in which this page says something else.
    """

    draft: Draft
    seen: int
    others: list[tuple[str, str]]


def own_draft(request: TeacherRequest, public_id: str) -> Draft:
    """The draft of this teacher's set; raises Http404."""
    return get_object_or_404(Draft.objects.owned_by(request.user), question_set__public_id=public_id)


def actor_and_time(request: TeacherRequest) -> dict[str, Any]:
    """Who saves, and when: arguments of every stage function."""
    return {"by": request.user, "now": timezone.now()}


def show(
    request: EditorRequest,
    template: str,
    draft: Draft,
    *,
    forms: Sequence[PartForm] = (),
    conflict: Conflict | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of the editor; for htmx only what a save changes on it, which never touches what is being typed.

    forms: those that were sent, whose invalid fields are named.
    """
    zone = _zone(request)
    unsaved = [line for form in forms if form.is_bound for line in form.problems()]
    shared = {
        "draft": draft,
        "question_set": draft.question_set,
        "document": draft.document,
        "edition": draft.question_set.editions.defer("document").order_by("-number").first(),
        "zone": zone,
        "today": timezone.now().astimezone(zone).date() == _day(draft.changed_at, zone),
        "conflict": conflict,
        # After a refusal the page goes on to name the revision that it saw.
        "revision": conflict.seen if conflict else draft.revision,
        "unsaved": unsaved,
        "oob": bool(request.htmx),
    }
    fragment = "#draft-saved" if request.htmx else ""
    return render(request, f"teacher/editor/{template}.html{fragment}", {**shared, **context})


def _day(moment: datetime, zone: ZoneInfo) -> Any:
    return moment.astimezone(zone).date()


def _zone(request: TeacherRequest) -> ZoneInfo:
    classroom = Classroom.objects.taught_by(request.user).current().first()
    return classroom.zone if classroom else ZoneInfo(DEFAULT_ZONE)
