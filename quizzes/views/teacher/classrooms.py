from django.http import Http404, HttpRequest, HttpResponse


def teacher_home(request: HttpRequest) -> HttpResponse:
    raise Http404


def add_classroom(request: HttpRequest) -> HttpResponse:
    raise Http404


def archived_classrooms(request: HttpRequest) -> HttpResponse:
    raise Http404


def change_classroom(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def change_code(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def set_joining(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def set_archived(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
