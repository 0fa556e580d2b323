from django.http import Http404, HttpRequest, HttpResponse


def begin_attempt(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def take_attempt(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    raise Http404


def review_attempt(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def hand_in(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def result(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
