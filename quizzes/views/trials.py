from django.http import Http404, HttpRequest, HttpResponse


def try_question(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


def try_result(request: HttpRequest) -> HttpResponse:
    raise Http404


def try_set_question(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    raise Http404


def try_set_result(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
