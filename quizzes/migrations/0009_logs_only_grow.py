import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# No act of the site changes or deletes a row of these two logs: every column is settled by the insert.
# On SQLite a later migration that rebuilds one of these tables drops its triggers: make them again there.
TABLES = {"quizzes_answerevent": "answer_event", "quizzes_auditevent": "audit_event"}
ACTS = {"UPDATE": "is_never_changed", "DELETE": "is_never_deleted"}
WORDS = "What was written down stays: this log only grows."


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        refuse = "FOR EACH ROW EXECUTE FUNCTION refuse_log_change()"
    else:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    for table, row in TABLES.items():
        for act, name in ACTS.items():
            schema_editor.execute(f"CREATE TRIGGER {row}_{name} BEFORE {act} ON {table} {refuse}")


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, row in TABLES.items():
        for name in ACTS.values():
            schema_editor.execute(f"DROP TRIGGER {row}_{name}" + (f" ON {table}" if is_postgresql else ""))
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION refuse_log_change()")


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0008_audit_of_drafts")]
    operations = [
        migrations.AlterField(
            model_name="answerevent",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="quizzes.attempt"
            ),
        ),
        migrations.RunPython(guard, unguard),
    ]
