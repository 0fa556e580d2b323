"""A title of its own for an assignment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0022_undo_grades")]

    operations = [
        migrations.AddField(
            "assignment", "own_title", models.CharField(blank=True, db_default="", default="", max_length=100)
        ),
    ]
