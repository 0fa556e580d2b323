"""Whether Footnote made the own title of a quiz. Until now, only its words told."""

from typing import Any

from django.db import migrations, models


def was_made(own_title: str, *, stored: str, number: int, is_newer_version: bool) -> bool:
    version = f", version {number}"
    if own_title.endswith(version):
        return is_newer_version or own_title == stored + version
    return own_title in {f"{stored}, before the lessons", f"{stored}, after the lessons"}


def mark_made_titles(apps: Any, schema_editor: Any) -> None:
    Assignment = apps.get_model("quizzes", "Assignment")
    given = Assignment.objects.exclude(own_title="").order_by("pk")
    columns = ("pk", "own_title", "edition__question_set__title", "edition__number", "newer_version_of")
    made = [
        pk
        for pk, own_title, stored, number, older in given.values_list(*columns)
        if was_made(own_title, stored=stored, number=number, is_newer_version=older is not None)
    ]
    for start in range(0, len(made), 500):
        Assignment.objects.filter(pk__in=made[start : start + 500]).update(is_title_made=True)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0068_audit_action_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="is_title_made",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark_made_titles, migrations.RunPython.noop, elidable=True),
    ]
