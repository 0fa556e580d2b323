import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# As 0004 made them.
TABLES = {"quizzes_edition": "edition_is_frozen", "quizzes_question": "question_is_frozen"}
WORDS = "A published edition never changes: publish a new one."


def freeze_again(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite adds or takes away a column by building the table anew, which drops its trigger."""
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, name in TABLES.items():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0004_editions_are_frozen"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, freeze_again),
        migrations.AddField(
            model_name="edition",
            name="note",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="edition",
            name="published_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="editions_published",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(freeze_again, migrations.RunPython.noop),
        migrations.AddField(
            model_name="source",
            name="author",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts_changed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question_set",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="draft",
                        to="quizzes.questionset",
                    ),
                ),
            ],
        ),
    ]
