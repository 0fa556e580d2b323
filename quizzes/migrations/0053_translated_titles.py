"""Title and summary of a question set in other languages, as its latest edition has them."""

from typing import Any

from django.db import migrations, models


def copy_texts(apps: Any, schema_editor: Any) -> None:
    """Copy both from the latest edition of each set that is translated."""
    editions = apps.get_model("quizzes", "Edition").objects.order_by("question_set_id", "number")
    latest = dict(editions.values_list("question_set_id", "document__texts").iterator())
    question_sets = apps.get_model("quizzes", "QuestionSet").objects
    for pk, texts in latest.items():
        if texts:
            question_sets.filter(pk=pk).update(texts=texts)


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0052_pin_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="questionset",
            name="texts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.RunPython(copy_texts, migrations.RunPython.noop),
    ]
