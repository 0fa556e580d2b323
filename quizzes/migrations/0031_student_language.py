"""The language that a student chose for the pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0030_archived_sets")]

    operations = [
        migrations.AddField(
            "student", "language", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
    ]
