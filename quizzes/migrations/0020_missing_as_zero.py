"""Whether a class counts missing work as 0 in averages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0019_teacher_sessions")]

    operations = [
        migrations.AddField(
            "classroom", "counts_missing_as_zero", models.BooleanField(default=False, db_default=False)
        ),
    ]
