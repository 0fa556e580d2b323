from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def mark_public(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Until now, visitors could try the built-in exit ticket."""
    question_sets = apps.get_model("quizzes", "QuestionSet").objects
    question_sets.filter(owner=None, slug="exit-ticket").update(public_until=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0014_answers_after_the_last_attempt")]
    operations = [
        migrations.AddField("questionset", "public_until", models.DateTimeField(null=True)),
        migrations.RunPython(mark_public, migrations.RunPython.noop),
    ]
