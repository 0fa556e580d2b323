"""Every URL, one module for each beginning of a path, the most requested first."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter


class PublicIdConverter(StringConverter):
    """A public id. Other characters are a 404 without a query."""

    regex = "[A-Za-z0-9_-]{12}"


class DigestConverter(StringConverter):
    """A SHA-256 digest."""

    regex = "[0-9a-f]{64}"


# Before the modules are imported, which write <public_id:...> and <digest:...>.
register_converter(PublicIdConverter, "public_id")
register_converter(DigestConverter, "digest")

# Django tries patterns in order.
urlpatterns = [
    path("student/", include("quizzes.urls.student")),
    path("teacher/sets/", include("quizzes.urls.sets")),
    path("teacher/", include("quizzes.urls.teacher")),
    path("lti/", include("quizzes.urls.lti")),
    path("", include("quizzes.urls.public")),
]
