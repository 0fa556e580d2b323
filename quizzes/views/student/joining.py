from django.http import Http404, HttpRequest, HttpResponse


def join(request: HttpRequest) -> HttpResponse:
    raise Http404


def join_with_code(request: HttpRequest, code: str) -> HttpResponse:
    raise Http404


def choose_name(request: HttpRequest) -> HttpResponse:
    raise Http404


def enter_pin(request: HttpRequest) -> HttpResponse:
    raise Http404


def sign_out(request: HttpRequest) -> HttpResponse:
    raise Http404
