"""The results of a class name the misconception that was planted in it, on the first screen and with the reason."""

import pytest
from django.db import connection
from django.utils import timezone

from quizzes.models import Assignment
from quizzes.reports.class_report import class_report
from tests.factories import publish_built_in_sets
from tools.planting import CLASS_COUNT, make_classes


@pytest.mark.slow
@pytest.mark.usefixtures("db")
def test_first_misconception_of_each_class_is_the_planted_one() -> None:
    publish_built_in_sets()
    now = timezone.now()

    classes = make_classes(now=now, seed=1)
    if connection.vendor == "postgresql":
        # Without it the planner takes the tables for empty, and a report meets the time limit of queries.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    assert len(classes) == CLASS_COUNT
    for planted in classes:
        report = class_report(Assignment.objects.with_set().get(pk=planted.assignment_id), now=now)
        shared = report.misconceptions[0]
        found = (shared.question.number, shared.choice.option.id, shared.choice.count, report.attempt_count)
        assert found == (planted.number, planted.option_id, planted.student_count, planted.class_size)
        assert shared.is_strong
        assert shared.choice.option.why == planted.why
        # A reason that fits a whole statement is not given for one speaker.
        assert bool(planted.why) != bool(shared.choice.option.row)
        assert len(shared.students) == planted.student_count
