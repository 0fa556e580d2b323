"""The two quizzes of a class that are versions of one. Until now, only the reasons of excuses told."""

import re
from typing import Any

from django.db import migrations, models


def link_versions(apps: Any, schema_editor: Any) -> None:
    Assignment, Excuse = (apps.get_model("quizzes", name) for name in ("Assignment", "Excuse"))
    given = Excuse.objects.filter(reason__startswith="Has version ", reason__endswith=" of this quiz.")
    for pk, reason in given.values_list("assignment", "reason").order_by("assignment", "reason").distinct():
        quiz = Assignment.objects.select_related("edition").get(pk=pk)
        number = re.fullmatch(r"Has version ([0-9]{1,9}) of this quiz\.", reason)
        others = Assignment.objects.filter(
            classroom=quiz.classroom_id,
            edition__question_set=quiz.edition.question_set_id,
            edition__number=int(number[1]) if number else None,
        ).exclude(pk=pk)
        # The newer version was given later. The nearest was made with the excuse.
        is_newer = number is not None and int(number[1]) > quiz.edition.number
        ordered = others.filter(pk__gt=pk).order_by("pk") if is_newer else others.filter(pk__lt=pk).order_by("-pk")
        other = ordered.values_list("pk", flat=True).first()
        if other is not None:
            newer = Assignment.objects.filter(pk=max(pk, other), newer_version_of=None)
            newer.update(newer_version_of=min(pk, other))


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0063_lti_course_title"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="newer_version_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.SET_NULL,
                related_name="newer_versions",
                to="quizzes.assignment",
            ),
        ),
        migrations.RunPython(link_versions, migrations.RunPython.noop, elidable=True),
    ]
