"""Students of new classes can change the level of their reading. Existing classes keep their setting."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0050_release_labels"),
    ]

    operations = [
        migrations.AlterField(
            model_name="classroom",
            name="students_choose_variant",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
