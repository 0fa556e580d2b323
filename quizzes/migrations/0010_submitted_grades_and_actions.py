from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Rename fields to the words of docs/architecture.md.

    A constraint or an index that names a renamed field is removed first and added again afterwards. The log
    `quizzes_auditevent` keeps its table and so its triggers: a plain rename of a column does not rebuild it.
    """

    dependencies = [("quizzes", "0009_logs_only_grow")]
    operations = [
        migrations.RenameField("auditevent", "act", "action"),
        migrations.RemoveConstraint("attempt", "attempt_open_once_per_student_and_assignment"),
        migrations.RemoveConstraint("attempt", "attempt_receipt_and_score_when_handed_in"),
        migrations.RemoveIndex("attempt", "attempt_open_by_deadline"),
        migrations.RenameField("attempt", "handed_in_at", "submitted_at"),
        migrations.RenameField("attempt", "handed_in_by", "submitted_by"),
        migrations.AddIndex(
            "attempt",
            models.Index(fields=["deadline_at"], condition=Q(submitted_at=None), name="attempt_open_by_deadline"),
        ),
        migrations.AddConstraint(
            "attempt",
            models.UniqueConstraint(
                fields=["assignment", "student"],
                condition=Q(submitted_at=None),
                name="attempt_open_once_per_student_and_assignment",
                violation_error_message="This student is already at work on this assignment.",
            ),
        ),
        migrations.AddConstraint(
            "attempt",
            models.CheckConstraint(
                condition=Q(submitted_at=None, receipt=None, score=None)
                | Q(submitted_at__isnull=False, receipt__isnull=False, score__isnull=False),
                name="attempt_receipt_and_score_when_submitted",
            ),
        ),
        migrations.RemoveConstraint("manualmark", "manual_mark_is_not_negative"),
        migrations.RenameModel("ManualMark", "ManualGrade"),
        migrations.AlterField(
            "manualgrade",
            "attempt",
            models.ForeignKey("quizzes.attempt", models.CASCADE, related_name="manual_grades"),
        ),
        migrations.AlterField(
            "manualgrade",
            "question",
            models.ForeignKey("quizzes.question", models.PROTECT, related_name="manual_grades"),
        ),
        migrations.AlterField(
            "manualgrade",
            "made_by",
            models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="manual_grades_made"),
        ),
        migrations.AddConstraint(
            "manualgrade",
            models.CheckConstraint(
                condition=Q(points__gte=0),
                name="manual_grade_is_not_negative",
                violation_error_message="Points cannot be below zero.",
            ),
        ),
    ]
