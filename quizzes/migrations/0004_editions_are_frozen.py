from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# An edition and its questions are inserted whole and never updated: attempts, regrades and caches rest on that.
# On SQLite a later migration that rebuilds one of these tables drops its trigger: make it again there.
TABLES = {"quizzes_edition": "edition_is_frozen", "quizzes_question": "question_is_frozen"}
WORDS = "A published edition never changes: publish a new one."


def freeze(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION refuse_edition_update() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table, name in TABLES.items():
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_edition_update()"
            )
        return
    for table, name in TABLES.items():
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )


def thaw(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, name in TABLES.items():
        on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on_table}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_edition_update()")


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_late_accepted")]
    operations = [migrations.RunPython(freeze, thaw)]
