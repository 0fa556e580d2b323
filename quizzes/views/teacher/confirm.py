"""The page that asks before an act."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from quizzes.views.access import TeacherRequest


def confirm_page(
    request: TeacherRequest,
    *,
    question: str,
    effect: str,
    verb: str,
    keep: str,
    place: str,
    back: str,
    fields: Sequence[tuple[str, Any]],
    tab: str = "classes",
) -> HttpResponse:
    """Ask at the address of the act itself. verb, keep: the two buttons.

    place, back: the page that “keep” leads to, by name and address. fields: hidden (name, value) pairs. tab: the one
    that the page belongs to.
    """
    context = {
        "question": question,
        "effect": effect,
        "verb": verb,
        "keep": keep,
        "place": place,
        "back": back,
        "action": request.path,
        "fields": fields,
        "tab": tab,
    }
    return render(request, "teacher/confirm.html", context)
