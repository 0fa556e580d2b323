"""The language that a student chose for the pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0028_reading_levels")]

    operations = [
        migrations.AddField(
            "student", "language", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
    ]
