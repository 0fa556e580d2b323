import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

# The two logs still refuse every change and every deletion, with one exception: a transaction that has put the row of
# `quizzes_erasureinprogress` in place may delete. No other transaction can see that row, since it is gone before the
# commit. On SQLite this migration rebuilds the audit log, which drops its triggers, so both logs get theirs again.
TABLES = {"quizzes_answerevent": "answer_event", "quizzes_auditevent": "audit_event"}
ACTS = {"UPDATE": "is_never_changed", "DELETE": "is_never_deleted"}
WORDS = "What was written down stays: this log only grows."
ERASES = "EXISTS (SELECT 1 FROM quizzes_erasureinprogress)"


def allow_erasure(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _guard(schema_editor, erases=ERASES)


def forbid_erasure(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _guard(schema_editor, erases="")


def _guard(schema_editor: BaseDatabaseSchemaEditor, *, erases: str) -> None:
    raises = f"RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'"
    if schema_editor.connection.vendor == "postgresql":
        allow = f"IF TG_OP = 'DELETE' AND {erases} THEN RETURN OLD; END IF; " if erases else ""
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {allow}{raises}; END $$"
        )
        return
    for table, row in TABLES.items():
        for act, name in ACTS.items():
            unless = f" WHEN NOT {erases}" if erases and act == "DELETE" else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {row}_{name}")
            schema_editor.execute(
                f"CREATE TRIGGER {row}_{name} BEFORE {act} ON {table}{unless} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0016_guess_limits")]
    operations = [
        # Undoing the migration rebuilds the audit log last, so that it needs its triggers after that.
        migrations.RunPython(migrations.RunPython.noop, forbid_erasure),
        migrations.CreateModel(
            name="ErasureInProgress",
            fields=[("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False))],
            options={
                "constraints": [models.CheckConstraint(condition=Q(pk=1), name="erasure_in_progress_is_one_row")],
            },
        ),
        migrations.AddField(
            model_name="classroom",
            name="erasure_announced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="audit_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(allow_erasure, migrations.RunPython.noop),
    ]
