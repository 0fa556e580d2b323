"""The words of a status."""

from zoneinfo import ZoneInfo

from django.utils import translation

from quizzes.assignments.status import Status
from quizzes.assignments.student_statuses import status_label
from tests.factories import NOW


def test_label_of_a_quiz_that_opens_later_is_one_text_for_translators() -> None:
    zone = ZoneInfo("America/New_York")
    assert status_label(Status.NOT_OPEN, NOW, zone) == "Opens Fri, Oct 23"
    with translation.override("es"):
        assert status_label(Status.NOT_OPEN, NOW, zone) == "Abre el vie 23 de oct"
