"""Views that are imported at their first request: they cost each process memory, or a part of its start."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from quizzes.people.class_roles import ClassAct
from quizzes.views.access import class_act


def on_demand(
    view: str, *, is_public: bool = False, is_for_platforms: bool = False, act: ClassAct | None = None, **options: Any
) -> Callable[..., HttpResponse]:
    """A view by its path, imported at its first request.

    Imported at the start, the second step of sign-in takes 17 MB, LTI 21 MB, and readers of files a third of the time.

    is_public: needs no sign-in. is_for_platforms: public, and called by a learning platform without a CSRF token.
    act: as of `class_act`. options: of a class-based view that has some.
    """

    def load_and_call(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        loaded = import_string(view)
        if options:
            loaded = loaded.as_view(**options)
        response: HttpResponse = loaded(request, **kwargs)
        return response

    load_and_call.login_required = not (is_public or is_for_platforms)  # type: ignore[attr-defined]
    load_and_call.csrf_exempt = is_for_platforms  # type: ignore[attr-defined]
    return load_and_call if act is None else class_act(act)(load_and_call)
