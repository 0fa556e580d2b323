from django.http import Http404, HttpRequest, HttpResponse


def landing(request: HttpRequest) -> HttpResponse:
    raise Http404


def privacy(request: HttpRequest) -> HttpResponse:
    raise Http404


def accessibility(request: HttpRequest) -> HttpResponse:
    raise Http404


def how_we_write(request: HttpRequest) -> HttpResponse:
    raise Http404
