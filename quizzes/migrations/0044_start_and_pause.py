"""A quiz can wait for its teacher's start, and can be paused."""

from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0043_attempt_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="waits_for_teacher",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="assignment",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("waits_for_teacher", True), _negated=True), ("opens_at", None), _connector="OR"
                ),
                name="assignment_waits_without_opening_time",
                violation_error_message=("A quiz that you start yourself has no opening time. Leave this blank."),
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="paused_for",
            field=models.DurationField(db_default=timedelta(0), default=timedelta(0)),
        ),
    ]
