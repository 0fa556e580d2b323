"""Add the language in which a student worked on an attempt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A text with a default in the database, so that a running older version can still add rows."""

    dependencies = [("quizzes", "0042_lti_line_items")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
    ]
