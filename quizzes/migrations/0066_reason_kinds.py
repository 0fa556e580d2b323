from django.db import migrations, models

KINDS = [
    ("typed", "Typed"),
    ("other_form", "Other Form"),
    ("has_version", "Has Version"),
    ("version_deleted", "Version Deleted"),
    ("stays_excused", "Stays Excused"),
    ("fits_extra_time", "Fits Extra Time"),
    ("extra_minutes", "Extra Minutes"),
    ("on_time", "On Time"),
    ("joined_later", "Joined Later"),
    ("by_mistake", "By Mistake"),
    ("accepted", "Accepted"),
    ("all_accepted", "All Accepted"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0065_shows_scores"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=model,
                name="reason_kind",
                field=models.CharField(choices=KINDS, db_default="typed", default="typed", max_length=15),
            )
            for model in ("excuse", "extension", "regrade")
        ),
        migrations.AddField(
            model_name="excuse",
            name="own_version",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="excuse",
            name="reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddConstraint(
            model_name="excuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("own_version__isnull", False), ("reason_kind", "has_version")),
                    models.Q(models.Q(("reason_kind", "has_version"), _negated=True), ("own_version", None)),
                    _connector="OR",
                ),
                name="excuse_for_another_version_names_it",
            ),
        ),
    ]
