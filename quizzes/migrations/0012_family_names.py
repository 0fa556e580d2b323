from typing import Any

from django.db import migrations, models

from quizzes.people.names import sort_key, split_name


def split_names(apps: Any, schema_editor: Any) -> None:
    """Fill the family name and the sort key of each student from the name."""
    Student = apps.get_model("quizzes", "Student")
    students = list(Student.objects.only("pk", "display_name"))
    for student in students:
        name = split_name(student.display_name)
        student.family_name, student.sort_key = name.family, sort_key(name)
    Student.objects.bulk_update(students, ["family_name", "sort_key"], batch_size=500)


class Migration(migrations.Migration):
    """Sort rosters by family name or first name, and keep the school's student number."""

    dependencies = [("quizzes", "0011_ungraded_count")]
    operations = [
        migrations.AddField("classroom", "sorts_by_first_name", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("student", "family_name", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("student", "external_id", models.CharField(blank=True, default="", max_length=60)),
        migrations.AddField("student", "sort_key", models.CharField(default="", max_length=480)),
        migrations.RunPython(split_names, migrations.RunPython.noop),
        migrations.AlterField("student", "family_name", models.CharField(blank=True, max_length=60)),
        migrations.AlterField("student", "external_id", models.CharField(blank=True, max_length=60)),
        migrations.AlterField("student", "sort_key", models.CharField(max_length=480)),
        migrations.AlterModelOptions("student", {"ordering": ["sort_key", "pk"]}),
    ]
