from django.http import Http404, HttpRequest, HttpResponse


def roster(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def add_students(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def sign_in_cards(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
