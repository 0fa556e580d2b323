from django.http import Http404, HttpRequest, HttpResponse


def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def change_assignment(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def withdraw_assignment(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
