"""The kinds of reasons that were stored as English sentences."""

from typing import Any

from django.db import migrations
from django.utils import translation

from quizzes.models.reasons import old_excuse_reason, old_extension_reason, old_regrade_reason, shown_reason


def set_kinds(apps: Any, schema_editor: Any) -> None:
    Excuse, Extension, Regrade = (apps.get_model("quizzes", name) for name in ("Excuse", "Extension", "Regrade"))
    # A regrade of another policy accepts no answer besides the correct one, so a teacher typed its reason.
    rows_and_reasons = (
        (Excuse.objects.all(), old_excuse_reason),
        (Extension.objects.all(), old_extension_reason),
        (Regrade.objects.filter(policy="either_key"), old_regrade_reason),
    )
    for rows, old_reason in rows_and_reasons:
        for text in list(rows.order_by().values_list("reason", flat=True).distinct()):
            values = old_reason(text)
            if values["reason_kind"] != "typed":
                rows.filter(reason=text).update(**values)


def write_sentences(apps: Any, schema_editor: Any) -> None:
    for name in ("Excuse", "Extension", "Regrade"):
        rows = apps.get_model("quizzes", name).objects.exclude(reason_kind="typed")
        own_version = ["own_version"] if name == "Excuse" else []
        columns = ["reason", "reason_kind", *own_version]
        for found in list(rows.order_by().values_list(*columns).distinct()):
            with translation.override("en"):
                text = shown_reason(*found)
            rows.filter(**dict(zip(columns, found, strict=True))).update(
                reason=text, reason_kind="typed", **dict.fromkeys(own_version)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0066_reason_kinds"),
    ]

    operations = [migrations.RunPython(set_kinds, write_sentences, elidable=True)]
