"""The search of a teacher."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from quizzes.forms.search import SearchForm
from quizzes.reports.search import SHOWN, search
from quizzes.views.access import TeacherRequest


@require_GET
def search_page(request: TeacherRequest) -> HttpResponse:
    """The search box, and what was found in this teacher's classes and question sets."""
    form = SearchForm(request.GET or None)
    found = search(request.user, form.cleaned_data["q"]) if form.is_valid() else None
    return render(request, "teacher/search.html", {"form": form, "found": found, "shown_count": SHOWN})
