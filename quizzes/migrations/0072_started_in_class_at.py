"""When a teacher started a quiz in class. Until now, only the audit log told."""

from typing import Any

from django.db import migrations, models


def copy_starts(apps: Any, schema_editor: Any) -> None:
    AuditEvent, Assignment = (apps.get_model("quizzes", name) for name in ("AuditEvent", "Assignment"))
    events = AuditEvent.objects.filter(action="assignment_changed", detail__before__waits_for_teacher="True")
    for at, public_id in events.order_by().values_list("at", "detail__assignment"):
        # The start set the opening time.
        Assignment.objects.filter(public_id=public_id, opens_at=at).update(started_in_class_at=at)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0071_assignment_resumed_at"),
    ]

    operations = [
        migrations.AddField("assignment", "started_in_class_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(copy_starts, migrations.RunPython.noop, elidable=True),
    ]
