from django.http import Http404, HttpRequest, HttpResponse


def student_history(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def rename_student(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def move_student(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def remove_student(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def restore_student(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404


def change_pin(request: HttpRequest, public_id: str) -> HttpResponse:
    raise Http404
