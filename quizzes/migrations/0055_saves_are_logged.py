"""Answers name the save that wrote them, and the database appends that save to the log."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# A write that sets `operation` is a save. Other writes of an answer are copies, flags, and checks, and log nothing.
# An update that sets the same operation again counts too: the log refuses it, and with it the update.
# On SQLite a later migration that rebuilds `quizzes_answer` drops its triggers: make them again there.
TRIGGERS = {"answer_insert_is_logged": "INSERT", "answer_update_is_logged": "UPDATE OF operation"}
LOG = (
    "INSERT INTO quizzes_answerevent (attempt_id, question_id, operation, value, revision, outcome, at) "
    "VALUES (NEW.attempt_id, NEW.question_id, NEW.operation, NEW.value, NEW.revision, 'saved', NEW.saved_at);"
)


def add_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    if is_postgresql:
        schema_editor.execute(
            f"CREATE FUNCTION log_save() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {LOG} RETURN NULL; END $$"
        )
    log = "EXECUTE FUNCTION log_save()" if is_postgresql else f"BEGIN {LOG} END"
    for name, act in TRIGGERS.items():
        schema_editor.execute(
            f"CREATE TRIGGER {name} AFTER {act} ON quizzes_answer FOR EACH ROW WHEN (NEW.operation <> '') {log}"
        )


def remove_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name}" + (" ON quizzes_answer" if is_postgresql else ""))
    if is_postgresql:
        schema_editor.execute("DROP FUNCTION log_save()")


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0054_open_since"),
    ]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="operation",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.RunPython(add_triggers, remove_triggers),
    ]
