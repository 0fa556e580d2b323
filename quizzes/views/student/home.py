from django.http import Http404, HttpRequest, HttpResponse


def student_home(request: HttpRequest) -> HttpResponse:
    raise Http404
