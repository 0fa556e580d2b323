"""Django's `require_POST`, which leaves a mark on the view."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.views.decorators import http


def require_POST[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, R]:
    """Decorator: the view takes POST only, so that no page is at its address. `page_before` reads the mark."""
    limited = http.require_POST(view)
    limited.is_page = False  # type: ignore[attr-defined]  # copied by `functools.wraps` of other decorators
    return limited
