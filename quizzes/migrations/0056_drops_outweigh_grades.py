"""Take grades of dropped questions out of stored scores, where they counted until now."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F


def subtract_dropped(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    regrades = apps.get_model("quizzes", "Regrade").objects.filter(undone_at=None, policy="drop")
    dropped = set(regrades.values_list("assignment_id", "question_id"))
    grades = apps.get_model("quizzes", "ManualGrade").objects.filter(
        undone_at=None,
        attempt__submitted_at__isnull=False,
        question__in={question_id for _, question_id in dropped},
    )
    # The newest row of an answer counts.
    newest = {
        (grade.attempt_id, grade.question_id): grade for grade in grades.order_by("pk").select_related("question")
    }
    assignments = dict(grades.order_by().values_list("attempt_id", "attempt__assignment_id"))
    for (attempt_id, question_id), grade in newest.items():
        if (assignments[attempt_id], question_id) in dropped:
            apps.get_model("quizzes", "Attempt").objects.filter(pk=attempt_id).update(
                score=F("score") - grade.points, max_score=F("max_score") - grade.question.points
            )


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0055_saves_are_logged"),
    ]

    operations = [migrations.RunPython(subtract_dropped, migrations.RunPython.noop)]
