from django.http import Http404, HttpRequest, HttpResponse


def gradebook(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def download_gradebook(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def assignment_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def attempt_review(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
