from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0064_newer_version_of"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="shows_scores",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
