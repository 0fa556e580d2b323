from django.http import Http404, HttpRequest, HttpResponse


def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    raise Http404


def enter(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    raise Http404
