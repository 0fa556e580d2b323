"""The bytes of a picture, for people who may see its question set."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from quizzes.models import StoredPicture
from quizzes.people.student_sessions import signed_in_student

# The address has the digest of the bytes, so that they never change. Only this browser may keep them.
CACHED = "private, max-age=31536000, immutable"


@require_GET
@login_not_required
def picture(request: HttpRequest, digest: str) -> HttpResponse:
    """One picture, with the type that it was written in; raises Http404 for all who may not see it."""
    pictures = StoredPicture.objects.filter(digest=digest)
    found = None
    if request.user.is_authenticated:
        found = pictures.visible_to(request.user).first()
    if found is None and (student := signed_in_student(request.session, now=timezone.now())) is not None:
        found = pictures.of_student(student.pk).first()
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.content), content_type=found.media_type, headers={"Cache-Control": CACHED})
