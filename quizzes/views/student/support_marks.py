"""What supports keep in an attempt: highlights, the note, and what is crossed out."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from quizzes.attempts import support_marks as marks
from quizzes.attempts.access import LoadedAttempt
from quizzes.forms.attempts import SupportMarksForm
from quizzes.views.access import attempt_required


@require_http_methods(["GET", "POST"])
@attempt_required()
def support_marks(request: HttpRequest, attempt: LoadedAttempt) -> HttpResponse:
    """The marks that supports made in this attempt, and each new one. A page sends only what changed. 3 queries."""
    if request.method == "GET":
        return JsonResponse({"marks": marks.marks_of(attempt.id)})
    now = timezone.now()
    form = SupportMarksForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"is_kept": False}, status=400)
    is_kept = not attempt.has_ended(now=now) and marks.save_marks(attempt.id, form.cleaned_data["marks"], now=now)
    return JsonResponse({"is_kept": is_kept})
