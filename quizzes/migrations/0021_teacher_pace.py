"""A quiz can be teacher-paced: the setting, and which questions are closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0020_missing_as_zero"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="is_teacher_paced",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="board",
            name="closed_through",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_teacher_paced", True), _negated=True), ("shuffle_questions", False), _connector="OR"
                ),
                name="assignment_paced_is_not_shuffled",
                violation_error_message="In a teacher-paced quiz, everyone gets the questions in the same order.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_teacher_paced", True), _negated=True),
                    models.Q(("release", "at_once"), _negated=True),
                    _connector="OR",
                ),
                name="assignment_paced_shows_no_answers_at_once",
                violation_error_message="In a teacher-paced quiz, you show the answers on the class board.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_teacher_paced", True), _negated=True), ("time_limit", None), _connector="OR"
                ),
                name="assignment_paced_has_no_time_limit",
                violation_error_message="In a teacher-paced quiz, you set the time. Leave this blank.",
            ),
        ),
    ]
