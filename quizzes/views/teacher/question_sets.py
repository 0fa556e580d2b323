from django.http import Http404, HttpRequest, HttpResponse


def question_sets(request: HttpRequest) -> HttpResponse:
    raise Http404


def question_set(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
